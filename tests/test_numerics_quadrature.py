"""Quadrature rules against integrals known in closed form."""

import itertools
import math

import mpmath
import numpy as np
import pytest

from numerics.integrals.rules.panels import Panel, gauss_legendre, linear_panels, sinh_panels
from numerics.integrals.rules.quadrature import TensorRule, TrapezoidRule, surface_rule


@pytest.mark.parametrize("n", [1, 2, 5, 16, 64])
def test_gauss_legendre_is_exact_up_to_degree_2n_minus_1_and_not_beyond(n):
    x, w = gauss_legendre(n)
    for degree in range(2 * n):
        exact = 0.0 if degree % 2 else 2.0 / (degree + 1)
        assert w @ x**degree == pytest.approx(exact, abs=1e-14)
    if n <= 16:
        # The error at degree 2n is ∫ P_n² over the square of the leading coefficient of P_n.
        leading = math.factorial(2 * n) / (2**n * math.factorial(n) ** 2)
        missing = 2.0 / (2 * n + 1) / leading**2
        assert 2.0 / (2 * n + 1) - w @ x ** (2 * n) == pytest.approx(missing, rel=1e-3, abs=1e-15)


@pytest.mark.parametrize("n", [7, 48, 96])
def test_weights_near_the_ends_have_all_their_digits(n):
    """Against thirty digits; those of NumPy have twelve there, where large integrands count most."""
    nodes, weights = gauss_legendre(n)
    with mpmath.workdps(30):
        for x, w in list(zip(nodes, weights, strict=True))[: n // 6 + 1]:
            root = mpmath.findroot(lambda z: mpmath.legendre(n, z), x)
            before = mpmath.legendre(n - 1, root)
            exact = 2 * (1 - root**2) / (n * before) ** 2
            assert abs(w / exact - 1) < 4e-15


@pytest.mark.parametrize("cutoff", [0.3, 5.0, 1e3, 1e6])
@pytest.mark.parametrize("anchors", [[0.0], [0.0, -1.0, 1.0], [0.0, 40.0, -3.0, 40.1]])
@pytest.mark.parametrize("breaks", [[], [0.25, -0.1]])
def test_panels_cover_the_box_without_gaps_and_break_where_asked(cutoff, anchors, breaks):
    panels = sinh_panels(cutoff, anchors, 0.7, breaks)
    ends = [(p.centre + p.scale * math.sinh(p.low), p.centre + p.scale * math.sinh(p.high)) for p in panels]
    assert ends[0][0] == pytest.approx(-cutoff, rel=1e-12)
    assert ends[-1][1] == pytest.approx(cutoff, rel=1e-12)
    for (_, right), (left, _) in itertools.pairwise(ends):
        assert left == pytest.approx(right, abs=1e-9 * cutoff)
    inner = [right for _, right in ends[:-1]]
    for point in breaks:
        assert abs(point) > cutoff or min(abs(point - cut) for cut in inner) < 1e-12
    rule = TensorRule((panels,))
    y, w = rule.grid(20.0)
    assert len(w) == rule.size(20.0) == len(y)
    assert w.sum() == pytest.approx(2.0 * cutoff, rel=1e-8)


@pytest.mark.parametrize("cutoff", [2.0, 100.0, 1e5])
@pytest.mark.parametrize(("centre", "width"), [(0.0, 1.0), (0.5, 0.8), (-3.0, 0.5)])
def test_sinh_map_integrates_a_lorentzian_to_the_accuracy_asked_for(cutoff, centre, width):
    exact = math.atan((cutoff - centre) / width) + math.atan((cutoff + centre) / width)
    rule = TensorRule((sinh_panels(cutoff, [0.0, centre], width, []),))
    errors = []
    for nats in (8.0, 16.0, 32.0):
        y, w = rule.grid(nats)
        errors.append(abs(float(w @ (width / (width**2 + (y[:, 0] - centre) ** 2))) - exact))
    # A pole straight above a centre of the map is the case the rule is made for; one off the middle costs
    # a little, see the comment in sinh_panels.
    rate = 1.0 if centre == 0.0 else 0.75
    for nats, error in zip((8.0, 16.0, 32.0), errors, strict=True):
        assert error < max(20.0 * math.exp(-rate * nats), 1e-13)
    # Nodes grow with the logarithm of the cutoff, not with the cutoff.
    assert rule.size(32.0) < 40 + 40 * math.log(1.0 + cutoff)


def test_long_panels_are_cut_into_pieces_and_stay_accurate():
    panel = Panel(0.0, np.inf, 0.0, 200.0, strip=1.0)
    y, w = panel.rule(30.0)
    assert len(y) > 192
    assert float(w @ np.cos(y)) == pytest.approx(math.sin(200.0), abs=1e-11)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_tensor_rule_is_a_product(dimension):
    axes = tuple(sinh_panels(2.0 + k, [0.0], 1.0, []) for k in range(dimension))
    rule = TensorRule(axes)
    nodes, weights = rule.grid(25.0)
    assert nodes.shape == (rule.size(25.0), dimension)
    # ∫ y_k² over [−Λ_k, Λ_k] = 2Λ_k³/3 in every coordinate
    exact = math.prod(2.0 * (2.0 + k) ** 3 / 3.0 for k in range(dimension))
    assert float(weights @ np.prod(nodes**2, axis=1)) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("growth", [1.0, 2.0])
def test_surface_rule_integrates_homogeneous_functions(dimension, growth):
    cutoff = 3.0
    rule = surface_rule(cutoff, growth, np.array([[0.3, -0.7, 1.1][:dimension]]))
    nodes, weights = rule.grid(40.0)
    assert len(weights) == rule.size(40.0)
    # Σ y_k^(2m) is homogeneous of degree 2m = growth · valence
    for valence in (2, 4):
        degree = growth * valence
        value = rule.vertex_factor(valence) * float(weights @ np.sum(nodes**degree, axis=1))
        exact = dimension * (2.0 * cutoff) ** (dimension - 1) * 2.0 * cutoff ** (degree + 1) / (degree + 1)
        assert value == pytest.approx(exact, rel=1e-12)


def test_surface_rule_breaks_where_rays_leave_the_box():
    """|x ∧ y| has a kink on the line through x: ∫ over [−1,1]² of |x_1 y_2 − x_2 y_1| is known."""
    a, b = 1.0, 0.35
    rule = surface_rule(1.0, 1.0, np.array([[a, b]]))
    nodes, weights = rule.grid(20.0)
    value = rule.vertex_factor(1) * float(weights @ np.abs(a * nodes[:, 1] - b * nodes[:, 0]))
    # ∫∫ |a u − b v| du dv over the square = 4 (a/2 + b²/(6a)) · for a ≥ b > 0
    assert value == pytest.approx(4.0 * (a / 2.0 + b**2 / (6.0 * a)), rel=1e-13)


def test_linear_panels_keep_only_breaks_inside():
    panels = linear_panels(1.0, [0.5, 2.0, -1.0, 0.5])
    assert [(p.low, p.high) for p in panels] == [(-1.0, 0.5), (0.5, 1.0)]


@pytest.mark.parametrize("dimension", [1, 2])
def test_trapezoid_rule_integrates_gaussians_spectrally(dimension):
    k = 1.7
    low, high = (-1.0,) * dimension, (2.0,) * dimension
    rule = TrapezoidRule(low, high, curvature=k, variance=1.0 / k)
    for centre in (-1.0, 0.3, 2.0):
        for nats, tolerance in ((8.0, 1e-2), (16.0, 1e-5), (40.0, 1e-14)):
            nodes, weights = rule.grid(nats)
            assert len(weights) == rule.size(nats)
            value = float(weights @ np.exp(-0.5 * k * np.sum((nodes - centre) ** 2, axis=1)))
            assert value == pytest.approx((2.0 * math.pi / k) ** (dimension / 2), rel=tolerance)
