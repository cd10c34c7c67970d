"""Kinks between vertices: product integration against closed forms, SciPy, and other accuracies."""

import functools
import itertools
import math

import numpy as np
import pytest
from scipy.integrate import dblquad

from diagrams.diagram import Diagram
from numerics.fields.index_sets import multisets
from numerics.integrals.evaluate.contraction import Tables
from numerics.integrals.integrator import integrate, vertex_tensor
from numerics.integrals.rules.domains import Box
from numerics.integrals.rules.kinked_lines import kinked_blocks, kinks_where_vertices_meet
from numerics.integrals.rules.panels import gauss_legendre, linear_panels
from numerics.integrals.rules.quadrature import TensorRule, surface_rule
from numerics.integrals.solve.methods import Method
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.own import FunctionKernel
from tests.random_integrals import laplace

SUNSET = Diagram.from_edge_string("x1-y1,y1-y2,y1-y2,y1-y2,x2-y2")
CHAIN = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,y2-y3,y2-y3,x3-y3,x4-y3")
TRIANGLE = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y3,y2-y3,y2-y3,x3-y2,x4-y3")


@pytest.mark.parametrize("power", [1, 2, 3])
@pytest.mark.parametrize("n", [3, 8, 40])
def test_one_block_against_moments_of_the_exponential(n, power):
    """∫∫ exp(−p |s − t|) over [−1, 1]² = 4/p − 2 (1 − exp(−2p))/p²; and with t² on one side."""
    kernel = FunctionKernel(laplace, ray_growth=None, self_growth=0.0, kinks_at_points=True)
    rule = TensorRule((linear_panels(1.0, []),))
    nats = next(nats for nats in np.arange(1.0, 400.0) if rule.size(float(nats)) >= n)
    (block,) = kinked_blocks(kernel, rule, float(nats))
    size = rule.size(float(nats))
    t, w = gauss_legendre(size)
    table = block.table(power)
    assert block.where == (slice(0, size), slice(0, size))
    want = 4.0 / power - 2.0 * (1.0 - math.exp(-2.0 * power)) / power**2
    assert w @ table @ w == pytest.approx(want, rel=1e-14)
    # ∫ exp(−p |s − t|) ds = (2 − exp(−p (1 + t)) − exp(−p (1 − t)))/p, times t², on a fine rule
    u, v = gauss_legendre(60)
    by_hand = v @ (u**2 * (2.0 - np.exp(-power * (1.0 + u)) - np.exp(-power * (1.0 - u)))) / power
    assert (w * t**2) @ table @ w == pytest.approx(by_hand, rel=1e-13)
    assert w @ table @ (w * t**2) == pytest.approx(by_hand, rel=1e-13)


def test_which_kernels_need_it():
    kinked = FunctionKernel(laplace, kinks_at_points=True)
    assert [kinks_where_vertices_meet(k) for k in (kinked, ReLUKernel(1.0, 0.5), ReLUKernel(d_in=2))] == [
        True
    ] * 3
    assert not kinks_where_vertices_meet(ErfKernel())
    assert not kinks_where_vertices_meet(FunctionKernel(laplace, kinks_at_points=False))


def test_tables_without_kinks_are_plain_powers():
    rule = TensorRule((linear_panels(2.0, [0.3]),))
    tables = Tables(ErfKernel(), np.zeros((1, 1)), rule, 20.0)
    assert np.array_equal(tables.lines(3), tables.pairs**3)
    assert tables.lines(1) is tables.pairs


def by_dblquad(kernel, x, cutoff, power):
    """Split along the diagonal and at the inputs."""

    def f(z, y):
        a, b = np.array([[y]]), np.array([[z]])
        return float(
            kernel.weight(x[:1], a)[0, 0] * kernel.weight(a, b)[0, 0] ** power * kernel.weight(b, x[1:])[0, 0]
        )

    cuts = sorted({-cutoff, cutoff, *x[:, 0].tolist()})
    options = {"epsabs": 0.0, "epsrel": 1e-11}
    total = 0.0
    for (a, b), (c, d) in itertools.product(itertools.pairwise(cuts), repeat=2):
        if (a, b) == (c, d):
            total += dblquad(f, a, b, lambda y, c=c: c, lambda y: y, **options)[0]
            total += dblquad(f, a, b, lambda y: y, lambda y, d=d: d, **options)[0]
        else:
            total += dblquad(f, a, b, c, d, **options)[0]
    return total


@pytest.mark.parametrize(
    "kernel", [ReLUKernel(1.3, 0.4), FunctionKernel(laplace, kinks_at_points=True)], ids=repr
)
def test_few_nodes_do_for_ten_digits(kernel):
    x = np.array([[-0.3], [0.6]])
    found = integrate(SUNSET, kernel, x, Box(1.0), rtol=1e-10)
    assert found.trusted
    assert int(found.method.split()[-4]) < 80
    want = by_dblquad(kernel, x, 1.0, 3)
    assert abs(float(found.value) - want) <= 3.0 * float(found.error) + 1e-11 * want


def test_chain_of_exponentials_in_closed_form():
    """Chain of two bubbles, each line exp(−2|y − z|): g(z) = ∫ exp(−2|y| − 2|z − y|) dy, then ∫ g² dz."""
    kernel = FunctionKernel(laplace, ray_growth=None, self_growth=0.0, kinks_at_points=True)
    x = np.zeros((4, 1))
    found = integrate(CHAIN, kernel, x, Box(1.0), rtol=1e-11)
    fine, w = np.polynomial.legendre.leggauss(80)
    z = 0.5 * (fine + 1.0)
    g = z * np.exp(-2 * z) + np.exp(-2 * z) * (1 - np.exp(-4)) / 4
    g += np.exp(2 * z) * (np.exp(-4 * z) - np.exp(-4)) / 4
    # z > 0: y from 0 to z, from −1 to 0, from z to 1
    want = 2 * 0.5 * w @ g**2
    assert float(found.value) == pytest.approx(want, rel=1e-10)


def test_closed_loops_converge_more_slowly_but_honestly():
    kernel, x = ReLUKernel(1.0, 0.7), np.array([[0.2], [0.8]])
    fine = vertex_tensor(TRIANGLE, kernel, x, Box(2.0), rtol=1e-10)
    assert fine.trusted
    for rtol in (1e-3, 1e-5, 1e-7):
        rough = vertex_tensor(TRIANGLE, kernel, x, Box(2.0), rtol=rtol)
        assert rough.trusted
        assert np.all(np.abs(rough.value - fine.value) <= 3.0 * rough.error)
        assert np.all(rough.error <= 1.01 * rtol * fine.value)


def test_edges_of_a_square_share_kinks_with_themselves_and_the_opposite_edge():
    """Parallel and antiparallel vertices of a homogeneous kernel; against many angles in polar form."""
    kernel, x = ReLUKernel(1.0, 0.0, 2), np.array([[0.9, 0.2], [-0.3, 0.8]])
    rule = surface_rule(1.5, 1.0, x)
    pairs = rule.kink_pairs(20.0)
    for pair in pairs:
        t = np.linspace(-1.0, 1.0, 5)
        sign = -1.0 if pair.opposite else 1.0
        assert np.allclose(pair.first.place(t)[0], sign * pair.second.place(sign * t)[0])
    assert sum(pair.opposite for pair in pairs) == len(pairs) // 2
    found = integrate(SUNSET, kernel, x, Box(1.5), rtol=1e-10)
    assert found.trusted
    rough = [polar_sunset(kernel, x, 1.5, n) for n in (400, 800, 1600)]
    # corners of the square leave an error of second order in the step, which extrapolation removes
    extrapolated = [(4.0 * b - a) / 3.0 for a, b in itertools.pairwise(rough)]
    assert float(found.value) == pytest.approx(extrapolated[1], rel=1e-7)
    assert abs(extrapolated[1] / extrapolated[0] - 1.0) > abs(float(found.value) / extrapolated[1] - 1.0)


def polar_sunset(kernel, x, cutoff, n):
    """Midpoint rule in the angles; the radii integrated by hand with valence 4, ∫ r^(1 + 4) dr."""
    angles = 2 * math.pi * (np.arange(n) + 0.5) / n
    nodes = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    reach = cutoff / np.max(np.abs(nodes), axis=1)
    weights = 2 * math.pi / n * reach**6 / 6
    legs = kernel.weight(x, nodes) * weights
    return float(legs[0] @ kernel.weight(nodes, nodes) ** 3 @ legs[1])


def test_method_by_name_gives_the_same():
    kernel, x = ReLUKernel(1.0, 0.7), np.array([[0.2], [0.8]])
    tensor = functools.partial(vertex_tensor, SUNSET, kernel, x, Box(2.0))
    grid, cubature = tensor(rtol=1e-9), tensor(rtol=1e-5, method=Method.CUBATURE)
    assert grid.value.shape == (len(multisets(2, 2)),)
    assert np.all(np.abs(grid.value - cubature.value) <= 3.0 * (grid.error + cubature.error))
