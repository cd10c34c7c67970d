"""Integral benchmarks: every mark as a ratio to SciPy in the same run (compiled code warm).

``24 ∫KKKK`` over all elements against `scipy.integrate.cubature` vectorised over the elements, and against
`quad` and `dblquad` element by element; the two-vertex bubble; the whole 4-point function to second order.
Errors are the largest error bounds of ours, relative to the element; for SciPy the deviation from ours.
"""

import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.integrate import cubature, dblquad, quad

from diagrams.diagram import Diagram
from nnft_sym import Action, expand
from numerics.fields.index_sets import multisets
from numerics.integrals.evaluate.backends import NumbaBackend
from numerics.integrals.integrator import predict, vertex_tensor
from numerics.integrals.rules.domains import Box
from numerics.integrals.solve.methods import Method
from numerics.kernels.arc import ErfKernel, ReLUKernel

STAR = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
BUBBLE = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2")
CHAIN = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,y2-y3,y2-y3,x3-y3,x4-y3")
TRIANGLE = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y3,y2-y3,y2-y3,x3-y2,x4-y3")

# inputs and cutoffs of arXiv:2008.08601 and its scripts
LINE = np.array([[-1.0], [-0.6], [-0.2], [0.2], [0.6], [1.0]])
SQUARE = np.array([[a, b] for a in (-1.0, 1.0) for b in (-1.0, 1.0)])
CUBE = np.array([[-1.0, -1, -1], [1, 1, -1], [-1, 1, 1], [1, -1, 1]])
CASES = {
    "erf d=1": (ErfKernel(), LINE, 100.0, 1e-8, 25.0),
    "erf d=2": (ErfKernel(d_in=2), SQUARE, 10.0, 1e-8, 25.0),
    "erf d=3": (ErfKernel(d_in=3), CUBE, 10.0, 1e-4, 10.0),
    "ReLU d=1": (ReLUKernel(), np.array([[0.2], [0.4], [0.6], [0.8], [1.0], [1.2]]), 100.0, 1e-8, None),
    "ReLU d=2": (ReLUKernel(d_in=2), np.array([[a, b] for a in (0.5, 1.0) for b in (0.5, 1.0)]), 10.0, 1e-6,
                 None),
}  # fmt: skip
ELEMENTS_ONE_BY_ONE = {1: 20, 2: 1}


class Row(NamedTuple):
    """One line of the table; ratio and mark are None where there is nothing to compare with."""

    case: str
    seconds: float
    error: float
    against: str
    ratio: float | None
    mark: float | None


def best(work, repeats):
    """Shortest time of several calls, and the result."""
    times, result = [], None
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return min(times), result


def ours(diagram, kernel, points, cutoff, repeats=50, rtol=1e-10):
    backend = NumbaBackend()
    return best(
        lambda: vertex_tensor(diagram, kernel, points, Box(cutoff), rtol=rtol, backend=backend), repeats
    )


def worst(estimate):
    sizes = np.abs(estimate.value)
    return float(np.max(estimate.error / np.where(sizes > 0.0, sizes, 1.0)))


def against_cubature(kernel, points, cutoff, rtol, value):
    """SciPy's adaptive cubature, vectorised over elements, with the kernel tabulated once per call."""
    elements = multisets(len(points), 4)

    def integrand(y):
        table = kernel.weight(points, y)
        return np.prod(table[elements], axis=1).T

    d = points.shape[1]
    seconds, found = best(
        lambda: cubature(integrand, [-cutoff] * d, [cutoff] * d, rtol=rtol, atol=0.0), 20 if d < 3 else 5
    )
    return seconds, float(np.max(np.abs(found.estimate / value - 1.0)))


def one_by_one(kernel, points, cutoff):
    """Element by element with scalar calls, as the published scripts do it; scaled up from a few elements."""
    elements, d = multisets(len(points), 4), points.shape[1]
    few = elements[:: max(1, len(elements) // ELEMENTS_ONE_BY_ONE[d])][: ELEMENTS_ONE_BY_ONE[d]]

    def run():
        for element in few:
            x = points[element]

            def value(*y, x=x):
                return float(np.prod(kernel.weight(x, np.array([y]))))

            if d == 1:
                quad(value, -cutoff, cutoff, limit=200)
            else:
                dblquad(value, -cutoff, cutoff, -cutoff, cutoff, epsrel=1e-6, epsabs=0.0)

    seconds, _ = best(run, 1)
    return seconds * len(elements) / len(few)


def contact_rows() -> Iterator[Row]:
    for case, (kernel, points, cutoff, rtol, mark) in CASES.items():
        seconds, found = ours(STAR, kernel, points, cutoff)
        theirs, off = against_cubature(kernel, points, cutoff, rtol, found.value)
        text = f"cubature {theirs * 1e3:.3g} ms (off {off:.0e})"
        yield Row(f"∫KKKK {case}, {found.value.size}", seconds, worst(found), text, theirs / seconds, mark)
        if kernel.d_in in ELEMENTS_ONE_BY_ONE:
            theirs = one_by_one(kernel, points, cutoff)
            name = "quad" if kernel.d_in == 1 else "dblquad"
            yield Row(
                f"∫KKKK {case}", seconds, worst(found), f"{name} {theirs:.3g} s", theirs / seconds, None
            )


def bubble_rows() -> Iterator[Row]:
    kernel, cutoff = ErfKernel(), 100.0
    seconds, found = ours(BUBBLE, kernel, LINE, cutoff)
    pairs, (left, right) = multisets(6, 2), np.triu_indices(21)
    full = vertex_tensor(BUBBLE, kernel, LINE, Box(cutoff), rtol=1e-11)

    def line(a, b):
        squares = 1.0 + 2.0 * (2.0 + a * a + b * b) + 4.0 * (a - b) ** 2
        return (2.0 / np.pi) * np.arctan2(2.0 * (1.0 + a * b), np.sqrt(squares))

    def integrand(y):
        first, second = kernel.weight(LINE, y[:, :1]), kernel.weight(LINE, y[:, 1:])
        first, second = (t[pairs[:, 0]] * t[pairs[:, 1]] for t in (first, second))
        return (first[left] * second[right] * line(y[:, 0], y[:, 1]) ** 2).T

    theirs, peer = best(lambda: cubature(integrand, [-cutoff] * 2, [cutoff] * 2, rtol=1e-6, atol=0.0), 1)
    # multisets (i <= j <= k <= l) are among the pair–pair elements (ij | kl)
    where = {(*pairs[a], *pairs[b]): n for n, (a, b) in enumerate(zip(left, right, strict=True))}
    picked = [where[tuple(element)] for element in multisets(6, 4)]
    off = float(np.max(np.abs(peer.estimate[picked] / full.value - 1.0)))
    text = f"cubature {theirs:.3g} s (off {off:.0e})"
    yield Row("bubble erf d=1", seconds, worst(found), text, theirs / seconds, 1000.0)
    # the marks are times, 0.4 ms and 0.7 ms at an error of 1e-12; shown as a ratio like the others
    for name, diagram, mark in (("chain", CHAIN, 0.4e-3), ("triangle", TRIANGLE, 0.7e-3)):
        seconds, found = ours(diagram, kernel, LINE, cutoff, rtol=1e-11)
        yield Row(
            f"three-vertex {name} erf d=1", seconds, worst(found), f"{mark * 1e3:g} ms", mark / seconds, 1.0
        )


def kinked_rows() -> Iterator[Row]:
    """ReLU with bias, whose kink between vertices needs product integration; against Sobol points."""
    kernel, points, box = ReLUKernel(1.0, 1.0), np.array([[0.4], [0.9]]), Box(2.0)
    for name, diagram in (("bubble", BUBBLE), ("triangle", TRIANGLE)):
        rtol = 1e-10 if diagram is BUBBLE else 1e-7
        seconds, found = ours(diagram, kernel, points, box.cutoff, repeats=5, rtol=rtol)
        theirs, peer = best(
            lambda diagram=diagram: vertex_tensor(
                diagram, kernel, points, box, rtol=1e-4, method=Method.QUASI_MONTE_CARLO
            ),
            1,
        )
        off = float(np.max(np.abs(peer.value / found.value - 1.0)))
        text = f"Sobol points {theirs:.3g} s (off {off:.0e})"
        yield Row(f"{name} ReLU with bias d=1", seconds, worst(found), text, theirs / seconds, None)


def four_point_rows() -> Iterator[Row]:
    terms = tuple(expand(Action("lambda*f**4"), 4, order=2).monomials())
    backend = NumbaBackend()
    seconds, found = best(
        lambda: predict(terms, ErfKernel(), LINE, Box(100.0), rtol=3e-12, backend=backend), 10
    )
    error = max(worst(part) for part in found.coefficients.values())
    # the mark is a time, 50 ms; shown as a ratio like the others
    yield Row("4-point erf to λ², 126 elements", seconds, error, "50 ms", 0.05 / seconds, 1.0)


def rows() -> Iterator[Row]:
    """All lines of this section."""
    yield from contact_rows()
    yield from bubble_rows()
    yield from kinked_rows()
    yield from four_point_rows()


def section() -> None:
    """Print the table."""
    print(f"{'integral':36} {'ours':>10} {'error':>8}  {'against':36} {'ratio':>9} {'mark':>6}")
    for row in rows():
        ratio = "" if row.ratio is None else f"{row.ratio:9.1f}"
        mark = "" if row.mark is None else f"{row.mark:6.0f}"
        ours_text = f"{row.case:36} {row.seconds * 1e3:7.3f} ms {row.error:8.0e}"
        print(f"{ours_text}  {row.against:36} {ratio:>9} {mark:>6}")


if __name__ == "__main__":
    section()
