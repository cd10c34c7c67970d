"""Integrals of steep kernels have honest errors, and odd integrands are exactly zero (FAULTS G3, M1, M2)."""

import numpy as np
import pytest
from scipy.special import roots_legendre

from diagrams.diagram import Diagram
from numerics.errors import ProblemTooLarge
from numerics.fields.index_sets import multisets
from numerics.integrals.evaluate.pointwise import by_quasi_monte_carlo
from numerics.integrals.integrator import integrate, vertex_tensor
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.questions.question import Question
from numerics.integrals.rules.cones import cone_rule, fewest_panels
from numerics.integrals.rules.domains import Box
from numerics.integrals.solve.methods import Method
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.lowering.integrand import Integrand
from tests.field.steep_cases import STRATA, drawn, judged
from tests.field.steep_truths import Star, along_rays, erf_kernel

STAR = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
PAIR = Diagram.from_edge_string("x1-y1,x2-y1")
LEG = Diagram.from_edge_string("x1-y1")
#: Cases of each stratum in d = 1, 2, 3; all thousand: python -m tests.field.steep_cases
COUNTS = (14, 16, 3)


def test_the_integral_that_was_wrong_by_twenty_errors():
    """FAULTS G3: 11714.146223350 ± 3.9e-6 was reported."""
    points = [[0.3, 1.0], [1.0, -0.2]]
    found = integrate(PAIR, ErfKernel(8.0, 0.0, 2), points, Box(5.0))
    exact, size = Star(8.0, 0.0, points, 0, 5.0, 1e-14).solve()
    assert exact == pytest.approx(11714.146296761, rel=1e-13)
    assert found.trusted
    assert abs(float(found.value) - exact) <= float(found.error) < 1e-10 * size


@pytest.mark.parametrize(("d", "low", "high"), STRATA)
def test_true_errors_do_not_exceed_three_reported_ones(d, low, high):
    """FAULTS G3, M1: random kernels, inputs, boxes, accuracies and methods, a few of the full run's cases."""
    rng, count, small = np.random.default_rng([5, d, int(10 * low)]), 0, 0
    while count < COUNTS[d - 1]:
        case = drawn(rng, d, low, high)
        if d == 3 and case.method is Method.CUBATURE:
            continue  # slow
        try:
            ratio, found = judged(case)
        except ProblemTooLarge:
            continue
        assert ratio <= 3.0, (case, ratio)
        if found.trusted:
            assert found.provenance["reached"] <= case.rtol
        small += found.trusted
        count += 1
    assert small >= 0.8 * count  # it is no answer to flag everything


@pytest.mark.parametrize("method", [Method.AUTOMATIC, Method.GRID, Method.CUBATURE, Method.QUASI_MONTE_CARLO])
@pytest.mark.parametrize(
    ("points", "sigma_w", "cutoff"),
    [([[1.0, 1.2]], 3.0, 10.0), ([[0.4]], 30.0, 1e7), ([[0.1, -0.2, 3.0]], 8.0, 0.3)],
)
def test_odd_integrands_are_exactly_zero(method, points, sigma_w, cutoff):
    """FAULTS M1: −7.85e-08 ± 2.4e-09 was reported for the first of these."""
    kernel = ErfKernel(sigma_w, 0.0, len(points[0]))
    found = integrate(LEG, kernel, points, Box(cutoff), method=method)
    assert (float(found.value), float(found.error), found.trusted) == (0.0, 0.0, True)


@pytest.mark.parametrize(
    ("text", "zero"),
    [
        ("x1-y1,x2-y1,x3-y1", True),
        ("x1-y1,x2-y1,y1-y1,x3-y1", True),
        ("x1-y1,x2-y1,y1-y2,x3-y2,x4-y2", True),
        ("x1-y1,y1-y2,y1-y2,y1-y2,x2-y2", False),
        ("x1-y1,y1-y2,y1-y2,x2-y2", True),
    ],
)
def test_a_vertex_with_an_odd_number_of_line_ends_makes_a_zero(text, zero):
    diagram = Diagram.from_edge_string(text)
    points = np.array([0.3, -0.8, 1.1, 0.6])[: diagram.n_external]
    found = integrate(diagram, ErfKernel(4.0, 0.0), points, Box(3.0))
    assert (float(found.value) == 0.0 == float(found.error)) is zero
    biased = integrate(diagram, ErfKernel(4.0, 0.3), points, Box(3.0))
    assert abs(float(biased.value)) > 10.0 * float(biased.error) > 0.0


def test_reflections_of_the_box_make_zeros_too():
    """Inputs along different axes: the reflection of one coordinate turns one of two legs round."""
    points = np.array([[1.0, 0.0], [0.0, 2.0], [-2.0, 0.0], [0.5, 0.5], [0.5, -0.5]])
    found = vertex_tensor(PAIR, ErfKernel(3.0, 0.0, 2), points, Box(4.0))
    zeros = {(0, 1), (1, 2), (3, 4)}  # the last by exchanging the coordinates and a sign
    for row, value, error in zip(multisets(5, 2), found.value, found.error, strict=True):
        exact, size = Star(3.0, 0.0, points[row], 0, 4.0).solve()
        if tuple(row) in zeros:
            assert value == error == 0.0
            assert abs(exact) < 1e-13 * size
        else:
            assert abs(value - exact) <= error + 1e-13 * size
            assert abs(value) > 1e-3 * size


def test_zeros_do_not_depend_on_the_box_or_the_size_of_the_inputs():
    """At the origin K_W vanishes altogether; far inputs and boxes change nothing."""
    kernel = ErfKernel(30.0, 0.0, 2)
    at_origin = integrate(PAIR, kernel, [[0.0, 0.0], [1.0, 0.3]], Box(2.0))
    assert abs(float(at_origin.value)) <= float(at_origin.error) <= 1e-12
    for cutoff in (1e-3, 1.0, 1e3, 1e7):
        found = integrate(LEG, kernel, [[1e3, -1e-5]], Box(cutoff))
        assert float(found.value) == float(found.error) == 0.0


@pytest.mark.parametrize("cutoff", [1e3, 1e5, 1e7])
@pytest.mark.parametrize("sigma_b", [0.0, 1e-6, 0.3])
def test_large_boxes_and_nearly_parallel_inputs(cutoff, sigma_b):
    points = np.array([[0.7, 0.2], [1.4, 0.4 + 1e-7]])
    kernel = ErfKernel(12.0, sigma_b, 2)
    found = integrate(PAIR, kernel, points, Box(cutoff), rtol=1e-9)
    exact, size = Star(12.0, sigma_b, points, 0, cutoff, 1e-13).solve()
    assert found.trusted
    assert abs(float(found.value) - exact) <= float(found.error) + 1e-13 * size


@pytest.mark.parametrize(("sigma_w", "sigma_b"), [(2.0, 0.0), (2.0, 0.4)])
def test_two_vertices_in_the_plane(sigma_w, sigma_b):
    """Ridges between vertices run in all directions; against a finer and plainer grid."""
    text, lines, cutoff = "x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2", 2, 0.8
    points = np.array([[0.7, 0.2], [-0.3, 0.9], [0.1, 1.3], [0.5, -0.5]])
    found = integrate(
        Diagram.from_edge_string(text), ErfKernel(sigma_w, sigma_b, 2), points, Box(cutoff), rtol=1e-6
    )
    r, radial = along_rays(cutoff, 3.0 / sigma_w)
    t, w = roots_legendre(14)
    nodes, weights = [], []
    for axis in (0, 1):
        for sign in (1.0, -1.0):
            rays = np.insert(t[:, np.newaxis], axis, sign, axis=1)
            nodes.append((rays[:, np.newaxis] * r[:, np.newaxis]).reshape(-1, 2))
            weights.append(np.outer(w, radial * r).ravel())
    y, weights = np.concatenate(nodes), np.concatenate(weights)
    ends = [
        weights * np.prod([erf_kernel(x, y, sigma_w, sigma_b) for x in pair], axis=0)
        for pair in (points[:2], points[2:])
    ]
    table = np.stack([erf_kernel(one, y, sigma_w, sigma_b) for one in y]) ** lines
    exact, size = ends[0] @ table @ ends[1], np.abs(ends[0]) @ table @ np.abs(ends[1])
    assert found.trusted
    assert abs(float(found.value) - exact) <= float(found.error) < 1.01e-6 * size
    sobol = integrate(
        Diagram.from_edge_string(text),
        ErfKernel(sigma_w, sigma_b, 2),
        points,
        Box(cutoff),
        rtol=1e-3,
        method=Method.QUASI_MONTE_CARLO,
    )
    assert abs(float(sobol.value) - exact) <= 4.0 * float(sobol.error)


@pytest.mark.parametrize(
    ("kernel", "text", "points", "exact"),
    [
        (ReLUKernel(), "x1-y1", [1.0], 0.25),
        (ReLUKernel(2.0), "x1-y1", [3.0], 12.0),
        (ReLUKernel(), "x1-y1,y2-x2", [1.0, 2.0], 0.125),
        (ReLUKernel(), "x1-y1,x2-y1", [1.0, 2.0], 1.0 / 6.0),
    ],
)
def test_quasi_monte_carlo_knows_the_bits_of_its_points(kernel, text, points, exact):
    """FAULTS M2: straight lines were integrated without scatter, 5e-10 off with an error of 1e-15."""
    found = integrate(
        Diagram.from_edge_string(text), kernel, points, Box(1.0), rtol=1e-8, method=Method.QUASI_MONTE_CARLO
    )
    assert abs(float(found.value) - exact) <= 4.0 * float(found.error)
    assert float(found.error) < 1e-5 * exact  # and it is still the fast rule that it was


def test_quasi_monte_carlo_errors_are_standard_deviations_for_straight_lines():
    """Over many scramblings the true error is about the reported one, neither far above nor far below."""
    pulls, question = [], Question(Integrand(1, 1, legs=((0, 0, 1),)), (np.array([[0]]),))
    for seed in range(40):
        found = by_quasi_monte_carlo(
            question, ReLUKernel(), np.ones((1, 1)), Box(1.0), Accuracy(rtol=1e-8), seed
        )
        pulls.append(float((found.value[0] - 0.25) / found.error[0]))
    assert np.max(np.abs(pulls)) < 4.0
    assert 0.5 < np.std(pulls) < 1.3  # the error is widened by a fifth
    assert abs(np.mean(pulls)) < 0.5


@pytest.mark.parametrize("width", [1.0, 1e-2, 1e-5])
@pytest.mark.parametrize("place", [0.3, 1.0, -1.2])
def test_panels_made_for_a_pole_integrate_it(width, place):
    panels = fewest_panels(-1.0, 1.0, np.array([place + 1j * width]))
    exact = (np.arctan((1.0 - place) / width) + np.arctan((1.0 + place) / width)) / width
    errors = []
    for nats in (10.0, 20.0, 30.0):
        y, w = (np.concatenate(part) for part in zip(*(p.rule(nats) for p in panels), strict=True))
        errors.append(abs(w @ (1.0 / ((y - place) ** 2 + width**2)) / exact - 1.0))
        assert errors[-1] < max(30.0 * np.exp(-nats), 2e-11)
    assert len(y) < 400


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("sigma_b", [0.0, 0.2, 1.5])
def test_grids_on_cones_are_as_accurate_as_their_panels_promise(d, sigma_b):
    """The error falls with exp(−nats), which is what makes two grids enough to tell."""
    rng = np.random.default_rng([d, int(10 * sigma_b)])
    for sigma_w in (0.5, 6.0 if d == 2 else 2.0):
        x, cutoff, kernel = rng.normal(size=(2, d)), 3.0, ErfKernel(sigma_w, sigma_b, d)
        rule = cone_rule(cutoff, kernel.ridge, x, bridged=False, odd=kernel.odd)
        exact, size = Star(sigma_w, sigma_b, x, 0, cutoff, 1e-9).solve()
        for nats in (12.0, 16.0, 20.0):
            grid = rule.grid(nats)
            value = grid.weights @ np.prod(kernel.weight(x, grid.nodes), axis=0)
            assert abs(value - exact) < (10.0 * np.exp(-nats) + 1e-10) * size
