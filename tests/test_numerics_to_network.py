"""Diagrams of given tensors against one plain sum over all indices, exactly and with errors."""

from fractions import Fraction
from itertools import permutations, product

import numpy as np
import pytest
import sympy

import nnft_sym as nn
from diagrams.diagram import Diagram
from diagrams.enumeration.blob_contents import blob_contents
from diagrams.zero_dim import multiplicity_sum
from numerics.errors import LoweringError
from numerics.lowering.to_network import DiagramTensors, to_network


def symmetric(rng, m, n, dtype=float):
    tensor = rng.normal(size=(m,) * n)
    tensor = sum(np.transpose(tensor, order) for order in permutations(range(n)))
    return (
        np.vectorize(lambda x: Fraction(round(float(x) * 8), 8), otypes=[object])(tensor)
        if dtype is object
        else tensor
    )


def brute(diagram, tensors, m, at):
    """Sum over an index at every line end, by the definition: legs (q, m), vertices, lines, blobs."""
    n = diagram.n_external
    ends = [(kind, number, side) for kind, lines in (("e", diagram.edges), ("b", diagram.blobs))
            for number, line in enumerate(lines) for side in range(len(line))]  # fmt: skip
    total = 0
    free = [end for end in ends if node_of(diagram, end) >= n]
    for values in product(range(m), repeat=len(free)):
        index = dict(zip(free, values, strict=True))
        factor = 1
        for v, valence in enumerate(diagram.vertices):
            mine = tuple(index[end] for end in free if node_of(diagram, end) == n + v)
            assert len(mine) == valence
            factor = factor * tensors.vertices[valence][mine]
        for number, (i, j) in enumerate(diagram.edges):
            first, second = index.get(("e", number, 0)), index.get(("e", number, 1))
            if j < n:
                factor = factor * tensors.spectator[at[i], at[j]]
            elif i < n:
                factor = factor * tensors.leg[at[i], second]
            else:
                factor = factor * tensors.line[first, second]
        for number, blob in enumerate(diagram.blobs):
            where = tuple(
                at[node] if node < n else index["b", number, side] for side, node in enumerate(blob)
            )
            factor = factor * tensors.blobs[len(blob)][where]
        total = total + factor
    return total


def node_of(diagram, end):
    kind, number, side = end
    return (diagram.edges if kind == "e" else diagram.blobs)[number][side]


DIAGRAMS = [
    "x1-y1,x2-y1,y1-y1",
    "x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2",
    "x1-y1,y1-y2,y1-y2,y2-x2",
    "x1-x2,x3-y1,y1-y1",
    "y1-y2,y1-y2,y1-y2",
    "x1-y1,y1-y1,y1-x2,x3-x4",
    "x1-y1,x2-y1-y1-y1",
    "x1-x2-y1-y1,y1-y1",
]


@pytest.mark.parametrize("text", DIAGRAMS)
@pytest.mark.parametrize("dtype", [float, object])
def test_every_contraction_is_the_plain_sum(text, dtype):
    rng, m = np.random.default_rng(3), 2
    diagram = Diagram.from_edge_string(text)
    tensors = DiagramTensors(
        {k: symmetric(rng, m, k, dtype) for k in (3, 4)},
        line=symmetric(rng, m, 2, dtype), leg=symmetric(rng, m, 2, dtype) + np.eye(m, dtype=int),
        spectator=symmetric(rng, m, 2, dtype), blobs={4: symmetric(rng, m, 4, dtype)},
    )  # fmt: skip
    value = to_network(diagram, tensors).value()
    assert value.shape == (m,) * diagram.n_external
    for at in product(range(m), repeat=diagram.n_external):
        want = brute(diagram, tensors, m, at)
        if dtype is object:
            assert value[at] == want
            assert isinstance(want, Fraction)
        else:
            assert value[at] == pytest.approx(want, rel=1e-12, abs=1e-12)


def test_numbers_in_place_of_lines_and_open_legs():
    rng, m = np.random.default_rng(4), 3
    tensors = {3: symmetric(rng, m, 3), 4: symmetric(rng, m, 4)}
    for text in ("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2", "x1-y1,y1-y1,y1-x2", "x1-y1,x2-y1,y1-y2,x3-y2,x4-y2"):
        diagram = Diagram.from_edge_string(text)
        scalar = to_network(diagram, DiagramTensors(tensors, line=-1.0)).value()
        matrix = to_network(diagram, DiagramTensors(tensors, line=-np.eye(m), leg=np.eye(m))).value()
        np.testing.assert_allclose(scalar, matrix, rtol=1e-13, atol=1e-13)
        vectors = [rng.normal(size=m) for _ in range(diagram.n_external)]
        closed = to_network(diagram, DiagramTensors(tensors, line=-1.0, leg=vectors)).value()
        for vector in vectors:
            matrix = np.tensordot(vector, matrix, axes=1)
        assert closed.shape == ()
        assert float(closed) == pytest.approx(float(matrix), rel=1e-12)
    spectator = Diagram.from_edge_string("x1-x2,x3-y1,y1-y1")
    found = to_network(spectator, DiagramTensors(tensors, line=1)).value()
    np.testing.assert_allclose(found, np.multiply.outer(np.eye(m), np.einsum("iaa->i", tensors[3])))


def test_vertices_at_one_point_are_a_quadrature():
    """∫ K₁ K₂ K_yy over the nodes of a rule, and the bubble, against sums written out."""
    rng, nodes, q = np.random.default_rng(5), 7, 2
    weights, legs = rng.uniform(size=nodes), rng.normal(size=(q, nodes))
    root = rng.normal(size=(nodes, nodes))
    line = root @ root.T
    given = DiagramTensors({4: weights}, line=line, leg=legs)
    tadpole = to_network(Diagram.from_edge_string("x1-y1,x2-y1,y1-y1"), given).value()
    np.testing.assert_allclose(tadpole, np.einsum("m,im,jm,mm->ij", weights, legs, legs, line), rtol=1e-12)
    bubble = to_network(Diagram.from_edge_string(DIAGRAMS[1]), given).value()
    want = np.einsum("m,n,im,jm,mn,kn,ln->ijkl", weights, weights, legs, legs, line**2, legs, legs)
    np.testing.assert_allclose(bubble, want, rtol=1e-11)


@pytest.mark.parametrize(("n", "content"), [(2, {4: 1}), (2, {3: 2}), (4, {4: 2}), (0, {3: 2, 4: 1})])
def test_over_one_field_all_diagrams_add_up_to_the_contractions(n, content):
    ones = {k: np.ones((1,) * k) for k in (3, 4, 6, 8)}
    for blobs in blob_contents(n + sum(k * c for k, c in content.items())):
        if any(legs > 8 or legs == 6 for legs in blobs):
            continue
        found = sum(
            d.multiplicity
            * float(to_network(d, DiagramTensors(ones, line=np.eye(1), blobs=ones)).value().sum())
            for d in nn.generate(n, content, blobs=blobs)
        )
        assert found == multiplicity_sum(n, content, blobs=blobs)


def test_symbols():
    K, G = sympy.symbols("K G")
    given = DiagramTensors(
        {4: np.full((1,) * 4, G, dtype=object)}, line=np.full((1, 1), -1 / K, dtype=object)
    )
    found = to_network(Diagram.from_edge_string(DIAGRAMS[1]), given).value()
    assert found.item() == G**2 / K**2


def test_deviations_are_derivatives_and_bounds_hold():
    rng, m, rows = np.random.default_rng(6), 2, 5
    diagram = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,y2-y2")
    given = DiagramTensors({4: symmetric(rng, m, 4)}, line=-1.0)
    network = to_network(diagram, given)
    changes = [rng.normal(size=(rows, *(part.tensor.shape if part.tensor is not None else (m, m))))
               for part in network.parts]  # fmt: skip
    found = network.deviations(changes)

    def moved(size, row):
        parts = tuple(
            part._replace(tensor=(-np.eye(m) if part.tensor is None and part.factor == -1 else
                                  np.eye(m) if part.tensor is None else part.tensor) + size * change[row])
            for part, change in zip(network.parts, changes, strict=True)
        )  # fmt: skip
        return type(network)(network.n_external, parts).value()

    for row in range(rows):
        slope = (moved(1e-5, row) - moved(-1e-5, row)) / 2e-5
        np.testing.assert_allclose(found[row], slope, rtol=1e-6, atol=1e-7)
    for size in (1e-15, 1e-9, 1e-3, 0.3):
        bound = network.bound([size * np.abs(change[0]) for change in changes])
        exact = moved_sizes(network, changes, size) - network.sizes()
        if size > 1e-10:
            assert np.all(bound >= exact * (1 - 1e-6))
        first = size * to_first_order(network, changes)
        assert np.all(bound > 0.999 * first)
        assert np.all(bound < first * (1.001 if size < 1e-4 else 1.02 if size < 0.1 else 10))


def moved_sizes(network, changes, size):
    parts = tuple(
        part._replace(tensor=np.abs(np.eye(2) if part.tensor is None else part.tensor) + size * np.abs(c[0]))
        for part, c in zip(network.parts, changes, strict=True)
    )
    return type(network)(network.n_external, parts).value()


def to_first_order(network, changes):
    parts = tuple(
        part._replace(factor=abs(part.factor))
        if part.tensor is None
        else part._replace(tensor=np.abs(part.tensor))
        for part in network.parts
    )
    return type(network)(network.n_external, parts).deviations([np.abs(c[:1]) for c in changes])[0]


def test_refusals():
    bubble = Diagram.from_edge_string(DIAGRAMS[1])
    for given, words in [
        (DiagramTensors({3: np.ones((2, 2, 2))}), "no tensor for the vertex y1 of 4 legs"),
        (DiagramTensors({4: np.ones((2, 2))}), "4 indices over the same fields"),
        (DiagramTensors({4: np.ones((2,) * 4)}, leg=[np.ones(2)] * 3), "x4 needs one"),
        (DiagramTensors({4: np.ones((2,) * 4)}, leg=np.ones(2)), "a matrix, or a list of vectors"),
    ]:
        with pytest.raises(LoweringError, match=words):
            to_network(bubble, given)
    with pytest.raises(LoweringError, match="blob of 4 legs"):
        to_network(Diagram.from_edge_string("x1-y1,x2-y1-y1-y1"), DiagramTensors({4: np.ones((2,) * 4)}))
    with pytest.raises(LoweringError, match="give `spectator`"):
        to_network(Diagram.from_edge_string("x1-x2"), DiagramTensors(leg=np.eye(2)))
