"""The flow of couplings against power counting and the analytic coefficients of the leading powers."""

import numpy as np
import pytest
from scipy.integrate import quad

from diagrams.diagram import Diagram
from numerics.errors import InvalidDomain, SingularProblem
from numerics.fields.index_sets import multisets
from numerics.integrals.integrator import flow
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.stationary import GaussKernel

STAR = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
SIX = Diagram.from_edge_string(",".join(f"x{k}-y1" for k in range(1, 7)))
TADPOLE = Diagram.from_edge_string("x1-y1,x2-y1,y1-y1")
INPUTS = {1: [[0.3], [0.9]], 2: [[0.5, 0.6], [1.0, 0.4]]}


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize(
    ("diagram", "kind", "slope"),
    [(STAR, ReLUKernel, -4), (SIX, ReLUKernel, -6), (TADPOLE, ReLUKernel, -4), (STAR, ErfKernel, 0),
     (SIX, ErfKernel, 0)],
)  # fmt: skip
def test_slopes(diagram, kind, slope, d):
    # ReLU without bias is homogeneous, so its power is exact; Erf has an inner region of fixed size
    found = flow(diagram, kind(d_in=d), INPUTS[d], [1e6, 1e7], rtol=1e-8)
    assert found.expected_slope == slope - d
    np.testing.assert_allclose(found.slopes.value, slope - d, atol=1e-9 if kind is ReLUKernel else 1e-3)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("diagram", [STAR, SIX, TADPOLE])
def test_slopes_of_a_homogeneous_kernel_hold_within_their_errors(diagram, d):
    """−(4 + d) for λ and −(6 + d) for κ, at every cutoff."""
    x = np.random.default_rng(d).uniform(0.2, 1.2, size=(2, d))
    found = flow(diagram, ReLUKernel(1.2, 0.0, d), x, [7.0, 30.0, 1e5], rtol=1e-9)
    assert found.slopes.trusted
    assert np.all(np.abs(found.slopes.value - found.expected_slope) <= found.slopes.error)
    assert np.all(found.slopes.error < 1e-8)


def test_the_slope_of_erf_tends_to_minus_the_dimension_like_one_over_the_cutoff():
    found = flow(STAR, ErfKernel(sigma_b=0.4), INPUTS[1], [1e3, 1e4, 1e5, 1e6])
    off = np.abs(found.slopes.value + 1.0)
    assert np.all(found.slopes.error < 1e-9)
    np.testing.assert_allclose(off[:-1] / off[1:], 10.0, rtol=0.05)


def far_erf(kernel, x, direction):
    """K_W(x, r ŷ) for r -> infinity: (2sw²/π) atan(√2 s x·ŷ/√(1 + 2C_xx − 2s²(x·ŷ)²)), s = sw/√d."""
    s2 = kernel.sigma_w**2 / kernel.d_in
    along = np.dot(x, direction)
    own = kernel.sigma_b**2 + s2 * np.dot(x, x)
    return (
        2 * kernel.sigma_w**2 / np.pi
        * np.arctan(np.sqrt(2 * s2) * along / np.sqrt(1 + 2 * own - 2 * s2 * along**2))
    )  # fmt: skip


def test_erf_coefficient_on_the_line():
    kernel, x = ErfKernel(sigma_b=0.4), np.array(INPUTS[1])
    found = flow(STAR, kernel, x, [1e5, 1e6])
    want = [
        sum(np.prod([far_erf(kernel, x[i], np.array([sign])) for i in m]) for sign in (-1.0, 1.0))
        for m in multisets(2, 4)
    ]
    np.testing.assert_allclose(found.integrals.value[-1] / 1e6, want, rtol=1e-4)


def test_erf_coefficient_in_the_plane():
    """Λ² times the integral over the unit square of a function of the direction alone."""
    kernel, x = ErfKernel(sigma_b=0.4, d_in=2), np.array(INPUTS[2])
    found = flow(STAR, kernel, x[:1], [1e3, 1e4], rtol=1e-7)

    def ray(angle):
        direction = np.array([np.cos(angle), np.sin(angle)])
        return far_erf(kernel, x[0], direction) ** 4 / (2 * np.max(np.abs(direction)) ** 2)

    corners = np.pi / 4 + np.pi / 2 * np.arange(4)
    want = sum(quad(ray, a, a + np.pi / 2, epsabs=1e-12)[0] for a in corners)
    np.testing.assert_allclose(found.integrals.value[-1] / 1e8, want, rtol=1e-3)


def test_relu_with_bias_reaches_its_coefficient():
    """λ: Λ⁵/5 Σ_± Π g_i, g = (sw³/2π)[√(C − t²) + (π − acos(t/√C)) t], t = ±sw x."""
    kernel, x = ReLUKernel(sigma_b=0.5), np.array(INPUTS[1])
    found = flow(STAR, kernel, x, [1e4, 1e5])
    own = 0.25 + x[:, 0] ** 2

    def ray(i, sign):
        t = sign * x[i, 0]
        return (np.sqrt(own[i] - t**2) + (np.pi - np.arccos(t / np.sqrt(own[i]))) * t) / (2 * np.pi)

    want = [sum(np.prod([ray(i, s) for i in m]) for s in (-1, 1)) / 5 for m in multisets(2, 4)]
    np.testing.assert_allclose(found.integrals.value[-1] / 1e25, want, rtol=2e-4)
    np.testing.assert_allclose(found.slopes.value[-1], -5.0, atol=1e-3)


def test_couplings_carry_the_error_of_the_integrals():
    found = flow(STAR, ReLUKernel(), [[1.0]], [10.0, 20.0])
    coupling = found.coupling(3.0)
    # ∫ (y/2)⁴ over 0 < y < Λ
    want = 3.0 * 80.0 / np.array([[1e5], [32e5]])
    assert np.all(np.abs(coupling.value - want) <= coupling.error + 1e-15 * want)
    assert np.all(coupling.error <= 1e-12 * want)


def test_a_convergent_integral_does_not_flow():
    found = flow(STAR, GaussKernel(), [[0.1]], [10.0, 100.0])
    assert found.power is None
    assert found.expected_slope == 0.0
    np.testing.assert_allclose(found.slopes.value, 0.0, atol=1e-12)


def test_where_no_coupling_exists():
    found = flow(STAR, ReLUKernel(), [[-1.0], [1.0]], [10.0, 20.0])
    with pytest.raises(SingularProblem, match="3 of 5 multisets"):
        found.coupling(1.0)


@pytest.mark.parametrize("cutoffs", [[], [1.0], [2.0, 1.0], [1.0, 1.0], [-1.0, 1.0]])
def test_cutoffs_must_ascend(cutoffs):
    with pytest.raises(InvalidDomain):
        flow(STAR, ReLUKernel(), [[1.0]], cutoffs)
