"""Contraction over a grid against nested loops over the nodes."""

import itertools

import numpy as np
import pytest

from diagrams.diagram import Diagram
from numerics.integrals.evaluate.backends import NumpyBackend
from numerics.integrals.evaluate.contraction import Tables, contract, contraction_cost
from numerics.integrals.rules.panels import sinh_panels
from numerics.integrals.rules.quadrature import TensorRule, surface_rule
from numerics.integrals.solve.assembly import leg_rows
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.lowering.lower import lower_diagram

POINTS = np.array([[0.4], [-0.7], [1.1]])
TEXTS = [
    "x1-y1,x2-y1,x3-y1,x4-y1",
    "x1-y1,x2-y1,y1-y1,y1-y1",
    "x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2",
    "x1-y1,y1-y1,y1-y2,y2-y2,x2-y2",
    "x1-y1,x2-y1,y1-y2,y1-y2,y2-y2",
    "x1-y1,y1-y2,y1-y3,x2-y2,y2-y3,x3-y3",
    "x1-y1,x2-y1,y1-y2,y1-y2,y2-y3,y2-y3,x3-y3,x4-y3",
    "y1-y2,y1-y2,y1-y2,y1-y2",
]


def by_loops(integrand, rows, kernel, nodes, weights):
    """Sum over all node tuples, one Python product each."""
    legs, pairs = kernel.weight(POINTS, nodes), kernel.weight(nodes, nodes)
    out = np.zeros([len(row) for row in rows])
    slots = iter(range(integrand.n_external))
    mine = [[next(slots) for _ in range(count)] for count in integrand.leg_counts]
    for case in itertools.product(*(range(len(row)) for row in rows)):
        inputs = {s: rows[v][case[v]][k] for v, own in enumerate(mine) for k, s in enumerate(own)}
        total = 0.0
        for at in itertools.product(range(len(weights)), repeat=integrand.n_vertices):
            term = np.prod([weights[m] for m in at])
            term *= np.prod([legs[inputs[i], at[v]] ** p for i, v, p in integrand.legs])
            total += term * np.prod([pairs[at[u], at[v]] ** p for u, v, p in integrand.internal])
        out[case] = total
    return out


@pytest.mark.parametrize("text", TEXTS)
def test_against_nested_loops(text):
    kernel = ErfKernel(1.2, 0.5)
    rule = TensorRule((sinh_panels(1.0, [0.0], 2.0, []),))
    nats = 8.0
    nodes, weights = rule.grid(nats)
    assert len(weights) < 8
    (part,) = lower_diagram(Diagram.from_edge_string(text)).parts()
    rows = [row[::2] for row in leg_rows(part.integrand, 3)]
    found = contract(part.integrand, rows, Tables(kernel, POINTS, rule, nats), NumpyBackend())
    expected = by_loops(part.integrand, rows, kernel, nodes, weights)
    assert found.shape == expected.shape
    assert np.allclose(found, expected, rtol=1e-12, atol=1e-14 * np.abs(expected).max())


def test_vertex_factors_of_a_homogeneous_kernel_enter_once_per_vertex():
    kernel = ReLUKernel()
    rule = surface_rule(2.0, 1.0, POINTS)
    (part,) = lower_diagram(Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2")).parts()
    rows = leg_rows(part.integrand, 3)
    nodes, weights = rule.grid(10.0)
    # each vertex has four line ends: Λ/(1 + 4)
    expected = by_loops(part.integrand, rows, kernel, nodes, weights * 2.0 / 5.0)
    assert np.allclose(
        contract(part.integrand, rows, Tables(kernel, POINTS, rule, 10.0), NumpyBackend()), expected
    )


def test_magnitudes_are_the_same_tables_where_nothing_is_negative():
    (part,) = lower_diagram(Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,x3-y2")).parts()
    rule = TensorRule((sinh_panels(3.0, [0.0], 1.0, []),))
    positive = Tables(ReLUKernel(1.0, 1.0), POINTS, rule, 12.0)
    assert positive.magnitudes(part.integrand) is positive
    mixed = Tables(ErfKernel(), POINTS, rule, 12.0)
    absolute = mixed.magnitudes(part.integrand)
    assert np.array_equal(absolute.legs, np.abs(mixed.legs))
    assert np.array_equal(absolute.pairs, np.abs(mixed.pairs))


def test_memory_is_counted_before_it_is_used():
    (one,) = lower_diagram(Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")).parts()
    (two,) = lower_diagram(Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2")).parts()
    (three,) = lower_diagram(Diagram.from_edge_string("x1-y1,y1-y2,y1-y3,x2-y2,y2-y3,x3-y3")).parts()
    assert contraction_cost(one.integrand, [126], 1000, 6).elements == 1000 * 8 + 126
    # two vertices hold the m × m table of the line between them
    assert contraction_cost(two.integrand, [21, 21], 1000, 6).elements >= 1000**2
    # a triangle cannot be contracted without a tensor with two node indices and a leg index
    assert contraction_cost(three.integrand, [6, 6, 6], 1000, 6).elements >= 6 * 1000**2
