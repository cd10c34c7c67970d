"""Power counting against the measured growth of integrals with the cutoff, and the refusals."""

import itertools
import math

import numpy as np
import pytest
from scipy import integrate as scipy_integrate

from diagrams.diagram import Diagram
from numerics.errors import DivergentIntegral, LoweringError
from numerics.integrals.integrator import integrate
from numerics.integrals.rules.convergence import divergence
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.stationary import CosKernel, GaussKernel
from numerics.lowering.integrand import Integrand

STAR = "x1-y1,x2-y1,x3-y1,x4-y1"
SIX = "x1-y1,x2-y1,x3-y1,x4-y1,x5-y1,x6-y1"
LOOP = "x1-y1,x2-y1,x3-y1,x4-y1,y1-y1"
TWO_LOOPS = "x1-y1,x2-y1,y1-y1,y1-y1"
TADPOLE = "x1-y1,x2-y1,y1-y1"
BUBBLE = "x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2"


def slope(text, kernel, points, cutoffs):
    diagram = Diagram.from_edge_string(text)
    low, high = (float(integrate(diagram, kernel, points, Box(c), rtol=1e-9).value) for c in cutoffs)
    return math.log(high / low) / math.log(cutoffs[1] / cutoffs[0])


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize(
    ("text", "line_ends"), [(STAR, 4), (SIX, 6), (LOOP, 6), (TWO_LOOPS, 6), (TADPOLE, 4)]
)
def test_relu_grows_with_the_dimension_plus_the_line_ends(d, text, line_ends):
    """Λ^(4+d) for the 4-point vertex and the λ tadpole, Λ^(6+d) for everything with κ."""
    kernel = ReLUKernel(d_in=d)
    diagram = Diagram.from_edge_string(text)
    assert divergence(diagram, kernel) == d + line_ends
    points = np.random.default_rng(d).uniform(0.2, 1.2, size=(diagram.n_external, d))
    # Without bias the kernel is homogeneous and the power exact.
    assert slope(text, kernel, points, (7.0, 1e5)) == pytest.approx(d + line_ends, abs=1e-7)


def test_relu_with_bias_approaches_the_same_power():
    points = [[0.2], [0.6], [0.8], [1.2]]
    assert slope(STAR, ReLUKernel(1.0, 1.0), points, (1e4, 1e5)) == pytest.approx(5.0, abs=1e-3)


@pytest.mark.parametrize(("d", "cutoffs", "tolerance"), [(1, (1e4, 1e5), 1e-3), (2, (300.0, 1000.0), 2e-2)])
@pytest.mark.parametrize("text", [STAR, TADPOLE])
def test_erf_grows_like_the_volume(d, cutoffs, tolerance, text):
    kernel = ErfKernel(0.9, 0.4, d)
    diagram = Diagram.from_edge_string(text)
    assert divergence(diagram, kernel) == d
    points = np.random.default_rng(d).uniform(0.3, 1.0, size=(diagram.n_external, d))
    assert slope(text, kernel, points, cutoffs) == pytest.approx(d, abs=tolerance)


def test_erf_coefficient_of_the_volume_is_the_angular_average():
    """K_W(x, r ŷ) tends to (2sw²/π) atan(√2 (sw/√d) x·ŷ / √(1 + 2C_xx − 2sw²(x·ŷ)²/d))."""
    sw, sb, x = 0.9, 0.4, np.array([0.4, -0.9, 0.7, 1.1])
    limit = 0.0
    for direction in (-1.0, 1.0):
        t = sw * x * direction
        root = np.sqrt(1 + 2 * (sb**2 + (sw * x) ** 2) - 2 * t**2)
        limit += np.prod(2 * sw**2 / np.pi * np.arctan(np.sqrt(2) * t / root))
    found = integrate(Diagram.from_edge_string(STAR), ErfKernel(sw, sb), x, Box(1e6))
    assert float(found.value) / 1e6 == pytest.approx(limit, rel=2e-5)


def test_relu_coefficient_in_two_dimensions():
    """Λ^6/6 ∮∏g over the disc becomes, over the square, ∫dφ ∏g (1/max(|cos|,|sin|))^6 / 6."""
    points = np.random.default_rng(7).uniform(0.2, 1.2, size=(4, 2))
    kernel = ReLUKernel(1.1, 0.0, 2)

    def angular(phi):
        y = np.array([[math.cos(phi), math.sin(phi)]])
        reach = 1.0 / max(abs(math.cos(phi)), abs(math.sin(phi)))
        return float(np.prod(kernel.weight(points, y))) * reach**6 / 6

    angles = [math.atan2(*p[::-1]) for p in (*points, *-points)]
    cuts = sorted([*angles, *(math.pi / 4 * k for k in (-4, -3, -1, 1, 3, 4))])
    exact = sum(scipy_integrate.quad(angular, a, b, epsrel=1e-12)[0] for a, b in itertools.pairwise(cuts))
    found = integrate(Diagram.from_edge_string(STAR), kernel, points, Box(3.0))
    assert float(found.value) == pytest.approx(3.0**6 * exact, rel=1e-10)


@pytest.mark.parametrize("kernel", [GaussKernel(), CosKernel(d_in=2)], ids=repr)
@pytest.mark.parametrize("text", [STAR, TWO_LOOPS, BUBBLE])
def test_gaussian_kernels_converge(kernel, text):
    assert divergence(Diagram.from_edge_string(text), kernel) is None


def test_several_vertices():
    assert divergence(Diagram.from_edge_string(BUBBLE), ErfKernel(d_in=2)) == 4
    # two vertices with four line ends each, in one dimension
    assert divergence(Diagram.from_edge_string(BUBBLE), ReLUKernel()) == 2 * (1 + 4)
    points = [[0.2], [0.6], [0.8], [1.2]]
    assert slope(BUBBLE, ReLUKernel(), points, (7.0, 1e3)) == pytest.approx(10.0, abs=1e-9)


def test_a_vacuum_part_has_the_volume_of_space_whatever_the_kernel():
    text = "x1-x2,y1-y1,y1-y1"
    assert divergence(Diagram.from_edge_string(text), GaussKernel(d_in=2)) == 2
    assert divergence(Diagram.from_edge_string(text), ReLUKernel(d_in=2)) == 2 + 4
    with pytest.raises(DivergentIntegral, match="without external points"):
        integrate(Diagram.from_edge_string(text), GaussKernel(), [0.0, 1.0], WholeSpace())


@pytest.mark.parametrize(
    ("kernel", "power"), [(ErfKernel(), "Λ^1"), (ReLUKernel(), "Λ^5"), (ErfKernel(d_in=3), "Λ^3")], ids=repr
)
def test_divergent_integrals_are_refused_with_their_power_and_the_remedy(kernel, power):
    points = np.full((4, kernel.d_in), 0.5)
    with pytest.raises(DivergentIntegral, match="give a cutoff") as error:
        integrate(Diagram.from_edge_string(STAR), kernel, points, WholeSpace())
    assert power in str(error.value)


def test_lines_between_external_points_do_not_diverge():
    found = integrate(Diagram.from_edge_string("x1-x2"), ReLUKernel(), [0.5, 2.0], WholeSpace())
    assert float(found.value) == pytest.approx(0.5)


def test_too_many_vertices_are_refused():
    chain = Integrand(1, 13, legs=((0, 0, 1),), internal=tuple((v, v + 1, 1) for v in range(12)))
    with pytest.raises(LoweringError, match="12"):
        divergence(chain, ReLUKernel())
