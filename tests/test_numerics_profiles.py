"""Vertices whose coupling depends on the position, against integrals written out by hand."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import dblquad, quad

from diagrams.diagram import Diagram
from numerics.errors import DivergentIntegral, InvalidKernel, LoweringError
from numerics.fields.index_sets import multisets
from numerics.integrals.integrator import vertex_tensor
from numerics.integrals.rules.convergence import divergence
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.integrals.solve.methods import Method
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.profiles import FunctionProfile, RadialPower
from numerics.kernels.stationary import CosKernel, GaussKernel
from numerics.lowering.integrand import Integrand
from numerics.lowering.lower import lower_diagram

STAR = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
BUBBLE = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2")
INPUTS = np.array([-0.6, 0.2, 0.9])


def weighted(diagram, *profiles):
    return lower_diagram(diagram, profiles=profiles)


def by_quad(kernel, profile, inputs, cutoff):
    """∫ p(y) K_W(x1, y) .. K_W(x4, y) dy by adaptive quadrature between the inputs."""

    def integrand(y):
        return profile(y) * np.prod(kernel.weight(inputs[:, None], np.array([[y]])))

    cuts = sorted({-cutoff, cutoff, 0.0, *(float(x) for x in inputs)})
    return sum(quad(integrand, a, b, epsabs=1e-15, epsrel=1e-11, limit=200)[0] for a, b in pairwise(cuts))


@pytest.mark.parametrize("power", [2, 4])
@pytest.mark.parametrize(
    "kernel",
    [ErfKernel(), ErfKernel(1.3, 0.0), ReLUKernel(), ReLUKernel(1.1, 0.4), GaussKernel(), CosKernel()],
    ids=repr,
)
def test_one_vertex_on_a_line_against_quad(kernel, power):
    found = vertex_tensor(weighted(STAR, RadialPower(power)), kernel, INPUTS, Box(5.0))
    for m, row in enumerate(multisets(3, 4)):
        want = by_quad(kernel, lambda y: y**power, INPUTS[row], 5.0)
        assert abs(found.value[m] - want) <= found.error[m] + 1e-11 * abs(want)
        assert found.error[m] <= 1e-9 * max(abs(want), 1e-3)


@pytest.mark.parametrize("kernel", [ErfKernel(d_in=2), ReLUKernel(d_in=2), GaussKernel(d_in=2)], ids=repr)
def test_one_vertex_in_the_plane_against_dblquad(kernel):
    """Polar coordinates per octant of the square: none of it is shared with the grids."""
    x = np.array([[0.3, -0.4], [1.1, 0.2], [-0.5, 0.7], [0.8, 0.9]])
    found = vertex_tensor(weighted(STAR, RadialPower(2)), kernel, x, Box(2.0), rtol=1e-9)
    element = 7
    inputs = x[multisets(4, 4)[element]]

    def integrand(r, phi):
        y = r * np.array([[np.cos(phi), np.sin(phi)]])
        return r**3 * np.prod(kernel.weight(inputs, y))

    def reach(phi):
        return 2.0 / max(abs(np.cos(phi)), abs(np.sin(phi)))

    angles = np.arctan2(inputs[:, 1], inputs[:, 0])
    cuts = np.unique(np.mod(np.concatenate([angles, angles + np.pi, np.pi / 4 * np.arange(8)]), 2 * np.pi))
    cuts = np.append(cuts, cuts[0] + 2 * np.pi)
    want = sum(dblquad(integrand, a, b, 0.0, reach, epsabs=1e-11, epsrel=1e-9)[0] for a, b in pairwise(cuts))
    assert abs(found.value[element] - want) <= found.error[element] + 1e-8 * abs(want)


@pytest.mark.parametrize("d", [1, 2])
def test_gaussian_kernels_against_gaussian_moments(d):
    """Over R^d the vertices are Gaussian: ⟨|y1|²|y2|²⟩ by Wick's theorem, times the plain integral."""
    kernel = GaussKernel(1.2, 0.3, d)
    x = np.random.default_rng(3).normal(size=(3, d))
    plain = vertex_tensor(BUBBLE, kernel, x, WholeSpace()).value
    found = vertex_tensor(weighted(BUBBLE, RadialPower(2), RadialPower(2)), kernel, x, WholeSpace())
    _, c = kernel.gaussian
    inverse = np.linalg.inv([[4.0, -2.0], [-2.0, 4.0]])
    covariance = inverse / c
    for m, row in enumerate(multisets(3, 4)):
        mean = inverse @ np.array([x[row[0]] + x[row[1]], x[row[2]] + x[row[3]]])
        squares = [mean[v] @ mean[v] + d * covariance[v, v] for v in (0, 1)]
        mixed = 4 * mean[0] @ mean[1] * covariance[0, 1] + 2 * d * covariance[0, 1] ** 2
        want = plain[m] * (squares[0] * squares[1] + mixed)
        assert abs(found.value[m] - want) <= found.error[m] + 1e-11 * abs(want)
    assert "trapezoid" in found.method
    assert np.all(found.error <= 1e-8 * np.abs(found.value).max())


def test_one_profile_of_two_and_the_order_of_vertices():
    kernel = ErfKernel(0.9, 0.5)
    first = vertex_tensor(weighted(BUBBLE, RadialPower(2), None), kernel, INPUTS[:2], Box(4.0)).value
    second = vertex_tensor(weighted(BUBBLE, None, RadialPower(2)), kernel, INPUTS[:2], Box(4.0)).value
    # x1 x2 | x3 x4: the multisets 0001, 0011 and 0111 tell the two vertices apart
    y, w = np.polynomial.legendre.leggauss(80)
    y, w = 4.0 * y, 4.0 * w
    legs, lines = kernel.weight(INPUTS[:2, None], y[:, None]), kernel.weight(y[:, None], y[:, None]) ** 2
    for m, (a, b, c, d) in enumerate(multisets(2, 4)):
        left, right = w * legs[a] * legs[b], w * legs[c] * legs[d]
        assert first[m] == pytest.approx((y**2 * left) @ lines @ right, rel=1e-10)
        assert second[m] == pytest.approx(left @ lines @ (y**2 * right), rel=1e-10)
    part = weighted(BUBBLE, RadialPower(2), None).parts()[0].integrand
    swapped = weighted(BUBBLE, None, RadialPower(2)).parts()[0].integrand
    assert part == swapped
    assert part != weighted(BUBBLE).parts()[0].integrand


@pytest.mark.parametrize(
    ("function", "profile"),
    [
        (
            lambda y: np.exp(-((y - 3.0) ** 2) / 0.02),
            {"growth": None, "length_scale": 0.1, "centres": ((3.0,),)},
        ),
        (lambda y: np.abs(y - 0.3), {"growth": 1.0, "kinks": ((0.3,),)}),
        (lambda y: 1.0 / (1.0 + y**2), {"growth": -2.0}),
    ],
    ids=["narrow bump", "kink", "Lorentzian"],
)
@pytest.mark.parametrize("kernel", [ErfKernel(), ReLUKernel(), GaussKernel()], ids=repr)
def test_profiles_given_by_functions(kernel, function, profile):
    given = FunctionProfile(lambda y: function(y[:, 0]), "p", **({"length_scale": 1.0} | profile))
    found = vertex_tensor(weighted(STAR, given), kernel, INPUTS, Box(6.0))
    assert found.trusted
    for m in (0, 7, 14):
        inputs = INPUTS[multisets(3, 4)[m]]

        def integrand(y, inputs=inputs):
            return function(y) * np.prod(kernel.weight(inputs[:, None], np.array([[y]])))

        cuts = sorted({-6.0, 6.0, 0.0, 0.3, 2.5, 3.0, 3.5, *(float(x) for x in inputs)})
        want = sum(quad(integrand, a, b, epsabs=1e-13, epsrel=1e-10, limit=200)[0] for a, b in pairwise(cuts))
        assert abs(found.value[m] - want) <= found.error[m] + 1e-10 * abs(want) + 1e-12


@pytest.mark.parametrize(
    ("function", "growth"),
    [(lambda y: np.exp(-(y**2)), None), (lambda y: (1.0 + y**2) ** -4, -8.0)],
    ids=["Gaussian", "power"],
)
@pytest.mark.parametrize("kernel", [ErfKernel(), ReLUKernel(), ReLUKernel(1.0, 0.5)], ids=repr)
def test_a_decaying_coupling_makes_integrals_over_all_of_space(kernel, function, growth):
    """Without the profile they diverge; quad integrates over the whole line by a map of its own."""
    profile = FunctionProfile(lambda y: function(y[:, 0]), "p", 0.7, growth)
    found = vertex_tensor(weighted(STAR, profile), kernel, INPUTS, WholeSpace())
    assert found.trusted
    for m in (1, 9):
        inputs = INPUTS[multisets(3, 4)[m]]

        def integrand(y, inputs=inputs):
            return function(y) * np.prod(kernel.weight(inputs[:, None], np.array([[y]])))

        stops = [-np.inf, *sorted({0.0, *inputs.tolist()}), np.inf]
        want = sum(
            quad(integrand, a, b, epsabs=1e-14, epsrel=1e-10, limit=300)[0] for a, b in pairwise(stops)
        )
        assert abs(found.value[m] - want) <= found.error[m] + 1e-10 * abs(want)


@pytest.mark.parametrize("method", [Method.CUBATURE, Method.QUASI_MONTE_CARLO])
def test_other_methods_know_profiles(method):
    kernel, integrand = ErfKernel(), weighted(BUBBLE, RadialPower(2), None)
    want = vertex_tensor(integrand, kernel, INPUTS[:2], Box(3.0))
    found = vertex_tensor(integrand, kernel, INPUTS[:2], Box(3.0), method=method, rtol=1e-4)
    assert np.all(np.abs(found.value - want.value) <= 6 * found.error + want.error)
    assert np.all(found.error <= 1e-2 * want.value)


def test_power_counting_with_profiles():
    square, decaying = RadialPower(2), FunctionProfile(lambda y: np.exp(-(y[:, 0] ** 2)), "p", 0.7, None)
    assert divergence(weighted(STAR, square), ErfKernel(d_in=3)) == 5.0
    assert divergence(weighted(STAR, square), ReLUKernel()) == 7.0
    assert divergence(weighted(STAR, square), GaussKernel()) is None
    assert divergence(weighted(STAR, decaying), ReLUKernel()) is None
    # one vertex far away is enough
    assert divergence(weighted(BUBBLE, decaying, None), ErfKernel()) == 1.0
    vacuum = Diagram.from_edge_string("y1-y1,y1-y1")
    assert divergence(lower_diagram(vacuum, profiles=[square]), GaussKernel(d_in=2)) == 4.0
    with pytest.raises(DivergentIntegral, match=r"Λ\^3"):
        vertex_tensor(weighted(STAR, square), ErfKernel(), INPUTS, WholeSpace())


def test_the_measured_power_of_a_weighted_vertex():
    """log-slope of ∫|y|² K_W⁴ between two cutoffs: d + 2 for Erf-net, d + 6 for ReLU-net."""
    for kernel, power in ((ErfKernel(), 3.0), (ReLUKernel(d_in=2), 8.0)):
        x = np.full((1, kernel.d_in), 0.7)
        low, high = (
            vertex_tensor(weighted(STAR, RadialPower(2)), kernel, x, Box(cutoff)).value[0]
            for cutoff in (1e4, 2e4)
        )
        assert np.log2(high / low) == pytest.approx(power, abs=1e-3)


def test_as_text_and_json():
    integrand = weighted(BUBBLE, RadialPower(4), None)
    assert str(integrand).startswith("∫dy1 dy2 |y1|^4 Kw(x1,y1)")
    assert Integrand.from_json(integrand.to_json()) == integrand
    bump = FunctionProfile(lambda y: np.exp(-(y[:, 0] ** 2)), "bump", 0.7)
    assert "bump(y2)" in str(weighted(BUBBLE, None, bump))
    with pytest.raises(LoweringError, match=r"bump\(y\) is a function"):
        weighted(BUBBLE, None, bump).to_json()


def test_refusals():
    with pytest.raises(LoweringError, match="1 profiles given for 2 vertices"):
        weighted(BUBBLE, RadialPower(2))
    for power in (3, 0, -2):
        with pytest.raises(LoweringError, match="even power"):
            RadialPower(power)
    with pytest.raises(LoweringError, match="length scale"):
        FunctionProfile(lambda y: y[:, 0], "p", 0.0)
    for function in (lambda y: np.full(len(y), np.nan), lambda y: y):
        with pytest.raises(InvalidKernel, match="the profile p returned"):
            vertex_tensor(weighted(STAR, FunctionProfile(function, "p", 1.0)), ErfKernel(), INPUTS, Box(1.0))
