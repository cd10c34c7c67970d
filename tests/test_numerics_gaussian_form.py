"""The closed Gaussian form against quadrature, counting and the formulas written out by hand."""

import itertools
import math
import random

import mpmath
import numpy as np
import pytest
from scipy import integrate as scipy_integrate

from diagrams.diagram import Diagram
from diagrams.generation import generate
from numerics.errors import NotAvailable
from numerics.integrals.evaluate.gaussian_form import gaussian_table, vertex_laplacian
from numerics.integrals.integrator import integrate
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.integrals.solve.assembly import leg_rows
from numerics.integrals.solve.methods import Method
from numerics.kernels.arc import ErfKernel
from numerics.kernels.stationary import CosKernel, GaussKernel
from numerics.lowering.integrand import Integrand
from numerics.lowering.lower import lower_diagram

KERNELS = [GaussKernel(0.8, 0.3), GaussKernel(1.7, 1.0, 2), CosKernel(1.3, 0.6), CosKernel(0.9, 1.4, 3)]


def connected_with_legs(n, vertices):
    return [d for d in generate(n, vertices) if d.is_connected]


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
def test_contact_diagram_by_hand(kernel):
    """∫K⁴ = A⁴ (π/2c)^(d/2) exp(−(c/2)(Σ|x|² − |Σx|²/4))."""
    amplitude, c = kernel.gaussian
    x = np.random.default_rng(0).normal(size=(4, kernel.d_in))
    star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    found = integrate(star, kernel, x, WholeSpace())
    by_hand = (
        amplitude**4
        * (math.pi / (2 * c)) ** (kernel.d_in / 2)
        * math.exp(-0.5 * c * (np.sum(x**2) - np.sum(x.sum(axis=0) ** 2) / 4))
    )
    assert float(found.value) == pytest.approx(by_hand, rel=1e-13)
    assert found.method == "closed Gaussian form"


@pytest.mark.parametrize(
    ("n", "vertices"),
    [(1, {3: 1}), (2, {4: 1}), (4, {4: 1}), (2, {4: 2}), (4, {4: 2}), (3, {3: 3}), (2, {3: 4})],
)
def test_every_diagram_against_the_trapezoid_rule(n, vertices):
    """Two ways that share nothing but the integrand: determinant and grid contraction."""
    kernel = GaussKernel(1.1, 0.7)
    x = np.random.default_rng(n).normal(size=(n, 1))
    for diagram in connected_with_legs(n, vertices):
        closed = integrate(diagram, kernel, x, WholeSpace())
        grid = integrate(diagram, kernel, x, WholeSpace(), rtol=1e-12, method=Method.GRID)
        assert grid.trusted
        assert float(grid.value) == pytest.approx(float(closed.value), rel=3e-12), diagram.edge_string


@pytest.mark.parametrize(
    "text",
    ["x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2", "x1-y1,y1-y2,y1-y2,y1-y2,y2-x2", "x1-y1,x2-y1,y1-y2,y1-y2,y2-y2"],
)
def test_second_order_in_two_dimensions_against_the_trapezoid_rule(text):
    kernel = CosKernel(1.2, 0.8, 2)
    diagram = Diagram.from_edge_string(text)
    x = np.random.default_rng(3).normal(size=(diagram.n_external, 2))
    closed = integrate(diagram, kernel, x, WholeSpace())
    grid = integrate(diagram, kernel, x, WholeSpace(), rtol=1e-11, method=Method.GRID)
    assert float(grid.value) == pytest.approx(float(closed.value), rel=1e-11)


def test_bubble_against_high_precision_quadrature():
    """∫∫ K_1y K_2y K_yz² K_3z K_4z with mpmath."""
    kernel = GaussKernel(1.3, 0.2)
    amplitude, c = kernel.gaussian
    x = [0.3, -0.8, 1.1, 0.05]
    with mpmath.workdps(18):

        def f(y, z):
            square = (y - x[0]) ** 2 + (y - x[1]) ** 2 + 2 * (y - z) ** 2 + (z - x[2]) ** 2 + (z - x[3]) ** 2
            return mpmath.exp(-c * square / 2)

        exact = amplitude**6 * mpmath.quad(f, [-6, 6], [-6, 6])
    bubble = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2")
    found = integrate(bubble, kernel, x, WholeSpace())
    assert abs(float(found.value) - float(exact)) <= 3 * float(found.error)


def spanning_forests(integrand):
    """Brute force: choices of lines such that every vertex is joined to exactly one external slot."""
    n, v = integrand.n_external, integrand.n_vertices
    lines = [(i, n + w) for i, w, p in integrand.legs for _ in range(p)]
    lines += [(n + a, n + b) for a, b, p in integrand.bridges_between for _ in range(p)]
    count = 0
    for chosen in itertools.combinations(lines, v):
        root = list(range(n + v))

        def find(k, root=root):
            while root[k] != k:
                k = root[k]
            return k

        for a, b in chosen:
            if find(a) == find(b) or max(find(a), find(b)) < n:
                break
            low, high = sorted((find(a), find(b)))
            root[high] = low
        else:
            count += 1
    return count


@pytest.mark.parametrize(("n", "vertices"), [(2, {4: 2}), (4, {4: 2}), (3, {3: 3}), (4, {4: 1, 6: 1})])
def test_determinant_counts_rooted_spanning_forests(n, vertices):
    for diagram in connected_with_legs(n, vertices):
        (part,) = lower_diagram(diagram).parts()
        determinant = np.linalg.det(vertex_laplacian(part.integrand))
        assert determinant == pytest.approx(spanning_forests(part.integrand), rel=1e-12)


def test_determinant_vanishes_for_a_vacuum_part():
    vacuum = Integrand(0, 2, internal=((0, 1, 4),))
    assert np.linalg.det(vertex_laplacian(vacuum)) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("cutoff", [0.2, 1.0, 6.0])
@pytest.mark.parametrize("shift", [0.0, 0.9, 5.0])
def test_box_form_against_scipy(cutoff, shift):
    """Centres inside and outside the box; the tails keep their digits."""
    kernel = GaussKernel(1.2, 0.4)
    x = np.array([0.1, -0.4, 0.7]) + shift
    diagram = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,y1-y1")
    found = integrate(diagram, kernel, x, Box(cutoff))
    assert found.method == "closed Gaussian form"

    def f(y):
        points = np.array([[y]])
        return float(np.prod(kernel.weight(x[:, None], points)) * kernel.weight_diagonal(points)[0])

    exact, _ = scipy_integrate.quad(f, -cutoff, cutoff, epsabs=0.0, epsrel=1e-13, limit=200)
    assert float(found.value) == pytest.approx(exact, rel=1e-12)
    grid = integrate(diagram, kernel, x, Box(cutoff), rtol=1e-12, method=Method.GRID)
    assert float(grid.value) == pytest.approx(float(found.value), rel=3e-12)


@pytest.mark.parametrize("cutoff", [1e-200, 1e-17, 1e-8, 1e-3, 0.7, 1e6, 1e20])
@pytest.mark.parametrize("shift", [0.0, 0.3, 4.0])
@pytest.mark.parametrize("d", [1, 2])
def test_narrow_and_wide_boxes_keep_their_digits(cutoff, shift, d):
    """In a narrow box the two error functions would cancel; the ends of a wide one do not matter."""
    kernel = GaussKernel(1.2, 0.4, d)
    x = np.array([[0.1, 0.2], [-0.4, 0.6], [0.7, 0.3]])[:, :d] + shift
    found = integrate(Diagram.from_edge_string("x1-y1,x2-y1,x3-y1"), kernel, x, Box(cutoff))
    amplitude, c = kernel.gaussian
    with mpmath.workdps(450):
        exact = mpmath.mpf(amplitude) ** 3
        for axis in x.T:
            mean = mpmath.fsum(map(mpmath.mpf, axis)) / 3
            sharpness = mpmath.sqrt(3 * mpmath.mpf(c) / 2)
            ends = [mpmath.erf(sharpness * (mpmath.mpf(cutoff) + sign * mean)) for sign in (1, -1)]
            apart = mpmath.fsum((mpmath.mpf(p) - mean) ** 2 for p in axis)
            exact *= (
                mpmath.exp(-mpmath.mpf(c) / 2 * apart) * mpmath.sqrt(mpmath.pi) / 2 / sharpness * sum(ends)
            )
    if exact < 1e-300:
        return  # (2e-200)² is no float
    assert found.trusted
    assert abs(float(found.value / float(exact)) - 1.0) <= float(found.error / found.value) < 1e-12


def test_box_without_legs_is_a_volume():
    figure_eight = Diagram.from_edge_string("y1-y1,y1-y1")
    kernel = CosKernel(1.0, 1.5, 2)
    found = integrate(figure_eight, kernel, np.empty((0, 2)), Box(3.0))
    assert float(found.value) == pytest.approx(6.0**2 * (1.5**2 / 2) ** 2, rel=1e-14)


def test_far_inputs_lose_no_digits():
    """Moving everything by 10⁶ changes nothing: the form depends on differences."""
    kernel = GaussKernel(1.0, 0.0)
    x = np.array([0.25, -0.5, 1.0, 0.75])
    star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    near = integrate(star, kernel, x, WholeSpace())
    far = integrate(star, kernel, x + 2.0**20, WholeSpace())
    assert float(far.value) == float(near.value)


def test_all_combinations_of_a_two_vertex_table():
    """The table over multisets on both vertices against one diagram at a time."""
    kernel = GaussKernel(0.9, 0.5)
    x = np.random.default_rng(5).normal(size=(3, 1))
    bubble = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2")
    (part,) = lower_diagram(bubble).parts()
    rows = leg_rows(part.integrand, 3)
    value, error = gaussian_table(part.integrand, rows, kernel, x, WholeSpace())
    assert value.shape == error.shape == (6, 6)
    pick = random.Random(0)
    for _ in range(10):
        a, b = pick.randrange(6), pick.randrange(6)
        single = integrate(bubble, kernel, x[[*rows[0][a], *rows[1][b]]], WholeSpace())
        assert value[a, b] == pytest.approx(float(single.value), rel=1e-14)


def test_what_has_no_closed_form_is_refused():
    star = Diagram.from_edge_string("x1-y1,x2-y1")
    with pytest.raises(NotAvailable, match="no closed form"):
        integrate(star, ErfKernel(), [0.0, 1.0], Box(2.0), method=Method.CLOSED_FORM)
    chain = Diagram.from_edge_string("x1-y1,y1-y2,y2-x2")
    with pytest.raises(NotAvailable, match="one vertex"):
        integrate(chain, GaussKernel(), [0.0, 1.0], Box(2.0), method=Method.CLOSED_FORM)
