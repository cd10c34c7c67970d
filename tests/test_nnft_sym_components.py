"""O(D): the polynomials in D and the δ tensors, diagram by diagram, against explicit sums over indices.

The independent way: a vertex (f·f)^m is its symmetric tensor, with a number for every choice of indices;
a diagram is the contraction of these arrays along its lines. Nothing is known there of loops or of D as a
variable: D is the range of the indices.
"""

import itertools
from collections import defaultdict
from fractions import Fraction
from math import factorial

import numpy as np
import pytest

from diagrams.combinatorics.pairings import pairings
from nnft_sym.expansions.components import at_components
from nnft_sym.expansions.expansion import expand

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def vertex_tensor(valence, n_components):
    """Sum of ∏δ over all pairings of the indices: (valence − 1)!! times the symmetric tensor of (f·f)^m."""
    tensor = np.zeros((n_components,) * valence, dtype=np.int64)
    for indices in itertools.product(range(n_components), repeat=valence):
        tensor[indices] = sum(
            all(indices[a] == indices[b] for a, b in pairing) for pairing in pairings(range(valence))
        )
    return tensor


def contracted(diagram, n_components):
    """Contract the vertex tensors along the lines; indices of the external points stay open."""
    operands, subscripts = [], []
    outside, at_vertex = {}, defaultdict(str)
    fresh = iter(LETTERS)
    for a, b in diagram.edge_labels:
        if b.startswith("x"):  # a line between external points is a δ of their components
            outside[a], outside[b] = next(fresh), next(fresh)
            operands.append(np.eye(n_components, dtype=np.int64))
            subscripts.append(outside[a] + outside[b])
            continue
        letter = next(fresh)
        at_vertex[b] += letter
        if a.startswith("x"):
            outside[a] = letter
        else:
            at_vertex[a] += letter
    for letters in at_vertex.values():
        operands.append(vertex_tensor(len(letters), n_components))
        subscripts.append(letters)
    goal = "".join(outside[f"x{point}"] for point in range(1, diagram.n_external + 1))
    return np.einsum(f"{','.join(subscripts)}->{goal}", *operands, optimize=True)


def by_diagram(expansion, n_components):
    """Sum the terms that one diagram of the scalar theory stands for, as a tensor of exact numbers."""
    found = defaultdict(lambda: defaultdict(Fraction))
    for components in itertools.product(range(n_components), repeat=expansion.n):
        for term in expansion:
            if all(components[a - 1] == components[b - 1] for a, b in term.factors.pairs):
                for number, powers in term.coefficient.monomials():
                    found[term.whole][components] += number * n_components ** powers.get("D", 0)
    return found


@pytest.mark.parametrize("n_components", [2, 3])
@pytest.mark.parametrize(
    ("vector", "scalar", "n", "order", "kind"),
    [
        ("lambda*(f.f)^2", "lambda*f^4", 2, 3, "full"),
        ("lambda*(f.f)^2", "lambda*f^4", 4, 3, "connected"),
        ("lambda*(f.f)^2", "lambda*f^4", 4, 2, "normalised"),
        ("lambda*(f.f)^2 + kappa*(f.f)^3", "lambda*f^4 + kappa*f^6", 2, 2, "connected"),
        ("lambda*(f.f)^2 + kappa*(f.f)^3", "lambda*f^4 + kappa*f^6", 4, 1, "normalised"),
        ("kappa*(f.f)^3", "kappa*f^6", 6, 1, "connected"),
    ],
)
def test_every_diagram_against_an_explicit_sum_over_indices(vector, scalar, n, order, kind, n_components):
    found = by_diagram(expand(vector, n, order, kind=kind), n_components)
    expected = expand(scalar, n, order, kind=kind)
    assert set(found) == {term.diagram for term in expected}
    for term in expected:
        ((number, _),) = term.coefficient.monomials()
        for valence in term.diagram.vertices:
            number /= factorial(valence) // (2 ** (valence // 2) * factorial(valence // 2))  # (valence − 1)!!
        tensor = contracted(term.diagram, n_components)
        for components in itertools.product(range(n_components), repeat=n):
            assert found[term.diagram][components] == number * int(tensor[components])


@pytest.mark.parametrize("n_components", [2, 3])
def test_four_points_to_third_order_summed_over_diagrams(n_components):
    """Normalised, vacuum parts divided out, G_1122 and G_1111, from the two sides."""
    vector = expand("lambda*(f.f)^2", 4, 3)
    scalar = expand("lambda*f^4", 4, 3)
    for components in ((1, 1, 2, 2), (1, 1, 1, 1)):
        expected = [Fraction(0)] * 4
        for term in scalar:
            ((number, _),) = term.coefficient.monomials()
            index = tuple(one - 1 for one in components)
            expected[term.order] += (
                number * int(contracted(term.diagram, n_components)[index]) / 3**term.order
            )
        found = [Fraction(0)] * 4
        for _, number, powers in at_components(vector, n_components, components):
            found[powers.get("lambda", 0)] += number
        assert found == expected


@pytest.mark.parametrize(
    ("n", "order", "kind"), [(4, 3, "normalised"), (0, 3, "connected"), (6, 2, "connected")]
)
def test_one_component_is_the_scalar_theory_diagram_by_diagram(n, order, kind):
    found = by_diagram(expand("lambda*(f.f)^2", n, order, kind=kind), 1)
    for term in expand("lambda*f^4", n, order, kind=kind):
        ((number, _),) = term.coefficient.monomials()
        assert found.pop(term.diagram) == {(0,) * n: number}
    assert not found
