"""Random Erf integrals with steep kernels, held against `steep_truths`; run the whole of it by itself.

python -m tests.field.steep_cases          # a thousand and more cases, a table per stratum
"""

import sys
import time
from collections import Counter
from dataclasses import dataclass

import numpy as np

from diagrams.diagram import Diagram
from numerics.errors import ProblemTooLarge
from numerics.integrals.integrator import integrate
from numerics.integrals.rules.domains import Box
from numerics.integrals.solve.methods import Method
from numerics.kernels.arc import ErfKernel
from tests.field.steep_truths import Star, chain

STRATA = [(d, low, high) for d in (1, 2, 3) for low, high in ((0.1, 1.0), (1.0, 5.0), (5.0, 30.0))]


@dataclass(frozen=True)
class Case:
    """One integral as a user asks for it."""

    sw: float
    sb: float
    points: np.ndarray
    ends: tuple[int, ...]
    lines: int
    loops: tuple[int, ...]
    cutoff: float
    rtol: float
    method: Method

    @property
    def text(self):
        edges, external = [], iter(range(1, len(self.points) + 1))
        for v, (legs, own) in enumerate(zip(self.ends, self.loops, strict=True), start=1):
            edges += [f"x{next(external)}-y{v}" for _ in range(legs)] + [f"y{v}-y{v}"] * own
        return ",".join(edges + ["y1-y2"] * self.lines)

    @property
    def odd(self):
        return self.sb == 0.0 and any((legs + self.lines) % 2 for legs in self.ends)

    def ours(self):
        kernel = ErfKernel(self.sw, self.sb, self.points.shape[1])
        diagram = Diagram.from_edge_string(self.text)
        return integrate(diagram, kernel, self.points, Box(self.cutoff), rtol=self.rtol, method=self.method)

    def truth(self):
        """The integral, and how far it may be off."""
        if self.odd:
            return 0.0, 0.0
        if len(self.ends) == 2:
            first = self.ends[0]
            x = (self.points[:first, 0], self.points[first:, 0])
            value, size = chain(self.sw, self.sb, x, self.lines, self.loops, self.cutoff)
            return value, 1e-13 * size
        accuracy = max(1e-12, (1e-3, 1e-3, 1e-2)[self.points.shape[1] - 1] * self.rtol)
        value, size = Star(self.sw, self.sb, self.points, self.loops[0], self.cutoff, accuracy).solve()
        return value, (0.1 * accuracy + 1e-14) * size


def drawn(rng, d, low, high):
    """A case of a stratum."""
    sw = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    sb = 0.0 if rng.random() < 0.5 else float(10.0 ** rng.uniform(-2.0, 0.3))
    ends, lines = (int(rng.integers(1, 7 if d < 3 else 5)),), 0
    if d == 1 and rng.random() < 0.35:
        ends, lines = tuple(int(k) for k in rng.integers(0, 4, size=2)), int(rng.integers(1, 4))
        ends = (max(1, ends[0]), ends[1])
    loops = tuple(int(rng.random() < 0.25) for _ in ends)
    points = rng.normal(size=(sum(ends), d)) * np.exp(rng.uniform(-1.5, 1.0))
    kind = rng.random()
    if kind < 0.15 and len(points) > 1:
        points[1] = -1.3 * points[0] + 10.0 ** rng.uniform(-9.0, -1.0) * rng.normal(size=d)
    elif kind < 0.2:
        points[0] = 0.1 * np.round(10.0 * points[0])
    elif kind < 0.25:
        points[0, 1:] = 0.0
    cutoff = float(10.0 ** rng.uniform(-0.5, (5.0, 3.0, 1.5)[d - 1]))
    rtol = float(10.0 ** rng.uniform(-10.0, -3.0))
    method = Method.AUTOMATIC
    chance = rng.random()
    if chance < 0.1:
        method = Method.GRID
    elif chance < 0.15:
        method, rtol = Method.CUBATURE, max(rtol, 1e-5 if d < 3 else 1e-3)
    elif chance < 0.2:
        method, rtol = Method.QUASI_MONTE_CARLO, max(rtol, 1e-4)
    return Case(sw, sb, points, ends, lines, loops, cutoff, rtol, method)


def judged(case):
    """True error beyond the accuracy of the truth, over the reported one; and what was found."""
    found = case.ours()
    value, known = case.truth()
    missed = max(0.0, abs(float(found.value) - value) - known)
    error = float(found.error)
    ratio = missed / error if error > 0.0 else (0.0 if missed == 0.0 else np.inf)
    return ratio, found


def run(counts, seed, report=None):
    """The ratios of true to reported errors per stratum; `counts` cases in each dimension."""
    table = {}
    for k, (d, low, high) in enumerate(STRATA):
        if counts[d - 1] == 0:
            continue
        rng = np.random.default_rng([seed, k])
        rows = table[d, low, high] = []
        while len(rows) < counts[d - 1]:
            case = drawn(rng, d, low, high)
            start = time.perf_counter()
            try:
                ratio, found = judged(case)
            except ProblemTooLarge:
                continue  # a grid by name that does not fit
            rows.append((ratio, found.trusted, float(found.provenance["reached"]), case))
            if report:
                report(rows[-1], found, time.perf_counter() - start)
        if report:
            report(None, (d, low, high), rows)
    return table


def _line(row, found, more):
    if row is None:
        ratios = np.array([r[0] for r in more])
        reached = np.median([r[2] for r in more])
        d, low, high = found
        flagged = Counter(r[1] for r in more)[False]
        print(
            f"d = {d}, σ_w in [{low}, {high}): {len(more)} cases, {np.sum(ratios > 3)} beyond 3, "
            f"{np.sum(ratios > 10)} beyond 10, largest {ratios.max():.2g}, "
            f"median ratio {np.median(ratios):.1e}, median accuracy {reached:.0e}, {flagged} flagged",
            flush=True,
        )
    elif row[0] > 3.0 or more > 60.0:
        print("   ", f"{row[0]:.3g}", row[3], found.method, f"{more:.0f} s", row[1], flush=True)


if __name__ == "__main__":
    sizes = [int(k) for k in (sys.argv[1:2] or ["120,120,110"])[0].split(",")]
    run(sizes, int((sys.argv[2:] or ["20261129"])[0]), _line)
