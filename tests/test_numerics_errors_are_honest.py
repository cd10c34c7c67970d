"""Reported errors against a rule that shares nothing with ours: short panels, and the published kernels.

`test_numerics_refinement` holds errors against our own finer grids; here are one-vertex integrals on the line
with extreme cutoffs, almost coincident inputs and self-loops, summed over panels that grow like the distance.
"""

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import roots_legendre

from diagrams.diagram import Diagram
from numerics.integrals.integrator import integrate
from numerics.integrals.rules.domains import Box
from numerics.integrals.solve.methods import Method
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.stationary import GaussKernel

NODES, WEIGHTS = roots_legendre(16)
N_CASES = 300
#: Accuracy of the panels here, relative to ∫∏|K|.
OURS = 1e-14


def preactivations(x, y, sw, sb):
    return sb**2 + sw**2 * x * y, sb * sw * np.abs(x - y)


def erf_line(x, y, sw, sb):
    """Williams (1998), with the arc tangent in place of the arc sine."""
    c, r = preactivations(x, y, sw, sb)
    return (
        2 * sw**2 / np.pi * np.arctan2(2 * c, np.sqrt(1 + 4 * sb**2 + 2 * sw**2 * (x**2 + y**2) + 4 * r**2))
    )


def relu_line(x, y, sw, sb):
    """Cho and Saul (2009); the difference of almost opposite inputs as ∫ t²/(1 + t²) dt."""
    c, r = preactivations(x, y, sw, sb)
    with np.errstate(divide="ignore", invalid="ignore"):
        end = r / np.abs(c)
    t = 0.5 * end[..., np.newaxis] * (1 + NODES)
    opposite = np.abs(c) * 0.5 * end * ((t**2 / (1 + t**2)) @ WEIGHTS)
    near = (c < 0) & (end < 0.5)
    return sw**2 / (2 * np.pi) * np.where(near, opposite, r + (np.pi - np.arctan2(r, c)) * c)


def gauss_line(x, y, sw, sb):
    return sw**2 * np.exp(-(sw**2) * (x - y) ** 2 / 2)


def panels(cutoff, points, scale):
    """Ends of panels: a third of the scale near an input or the origin, longer with the distance from it."""
    ends = {-cutoff, cutoff}
    for centre in {0.0, *points}:
        distance = np.concatenate([[0.0], 0.35 * scale * 1.5 ** np.arange(110)])
        ends.update(centre + distance, centre - distance)
    return np.array(sorted(end for end in ends if -cutoff <= end <= cutoff))


def summed(line, sw, sb, points, loops, cutoff, scale):
    """The integral and that of the magnitudes."""
    total = size = 0.0
    for a, b in pairwise(panels(cutoff, points, scale)):
        y = 0.5 * (a + b) + 0.5 * (b - a) * NODES
        values = np.prod([line(x, y, sw, sb) for x in points], axis=0) * line(y, y, sw, sb) ** loops
        total += 0.5 * (b - a) * WEIGHTS @ values
        size += 0.5 * (b - a) * WEIGHTS @ np.abs(values)
    return total, size


def drawn(rng):
    """A kernel, its formula, inputs, self-loops, cutoff and accuracy."""
    sw, sb = np.exp(rng.uniform(-1.5, 1.5)), np.exp(rng.uniform(-2.0, 1.0))
    kernel, line, scale = [
        (ErfKernel(sw, sb), erf_line, 0.7 / sw),
        (ErfKernel(sw, 0.0), erf_line, 0.7 / sw),
        (ReLUKernel(sw, sb), relu_line, sb / sw),
        (GaussKernel(sw, sb), gauss_line, 0.7 / sw),
    ][rng.integers(4)]
    points = rng.normal(size=rng.integers(1, 6)) * np.exp(rng.uniform(-2.0, 1.5))
    if len(points) > 1 and rng.random() < 0.3:
        points[1] = points[0] + 10.0 ** rng.uniform(-12.0, -1.0)
    if isinstance(kernel, ErfKernel):
        sb = kernel.sigma_b
    cutoff, rtol = 10.0 ** rng.uniform(-3.0, 6.0), 10.0 ** rng.uniform(-12.0, -3.0)
    return kernel, line, scale, sw, sb, points, int(rng.random() < 0.3), cutoff, rtol


@pytest.mark.slow
def test_true_errors_exceed_three_reported_ones_in_less_than_one_case_in_a_hundred():
    rng = np.random.default_rng(20261127)
    exceeded, above = [], 0
    for _ in range(N_CASES):
        kernel, line, scale, sw, sb, points, loops, cutoff, rtol = drawn(rng)
        text = ",".join([f"x{i + 1}-y1" for i in range(len(points))] + ["y1-y1"] * loops)
        found = integrate(
            Diagram.from_edge_string(text), kernel, points, Box(cutoff), rtol=rtol, method=Method.GRID
        )
        exact, size = summed(line, sw, sb, points, loops, cutoff, scale)
        missed = abs(float(found.value) - exact) - OURS * size
        above += missed > float(found.error)
        if missed > 3.0 * float(found.error):
            exceeded.append((text, kernel, points.tolist(), cutoff, rtol, missed / float(found.error)))
    assert len(exceeded) < 0.01 * N_CASES, exceeded
    assert above < 0.01 * N_CASES  # bounds, not standard deviations
