"""Canonical forms of vertices of several kinds, against all permutations."""

import random
from itertools import permutations

import pytest

from diagrams.canonical import canonical_form, exchangeable_form


def relabelled(n, edges, colours, order):
    """Vertex i becomes vertex order[i]."""
    new = {n + old: n + place for old, place in enumerate(order)}
    moved = [(new.get(a, a), new.get(b, b)) for a, b in edges]
    kinds = [0] * len(colours)
    for old, place in enumerate(order):
        kinds[place] = colours[old]
    return moved, kinds


def plain(edges):
    return sorted(tuple(sorted(edge)) for edge in edges)


@pytest.mark.parametrize("seed", range(30))
def test_a_form_with_colours_is_that_of_an_isomorphism_class(seed):
    """Equal for every numbering, and its automorphisms are the permutations that change nothing."""
    draw = random.Random(seed)
    n, n_vertices = draw.randrange(3), draw.randrange(2, 5)
    nodes = range(n, n + n_vertices)
    edges = [(point, draw.choice(nodes)) for point in range(n)]
    edges += [(draw.choice(nodes), draw.choice(nodes)) for _ in range(draw.randrange(2, 7))]
    colours = [draw.randrange(2) for _ in range(n_vertices)]
    found = {
        canonical_form(n, n_vertices, moved, colours=kinds)
        for order in permutations(range(n_vertices))
        for moved, kinds in [relabelled(n, edges, colours, order)]
    }
    (form,) = found
    same = [
        order
        for order in permutations(range(n_vertices))
        if (lambda moved, kinds: plain(moved) == plain(edges) and kinds == colours)(
            *relabelled(n, edges, colours, order)
        )
    ]
    assert form.automorphisms == len(same)
    # The result is one of the numberings, its colours ascending.
    assert any(
        plain(moved) == sorted(form.edges) and kinds == sorted(colours)
        for order in permutations(range(n_vertices))
        for moved, kinds in [relabelled(n, edges, colours, order)]
    )


def test_equal_colours_are_no_colours():
    edges = [(0, 2), (1, 3), (2, 3), (2, 3), (3, 4), (4, 4)]
    assert canonical_form(2, 3, edges, colours=[7, 7, 7]) == canonical_form(2, 3, edges)


def test_external_points_are_exchanged_with_the_kinds_of_their_vertices():
    """A line between two kinds of vertices: which point hangs on which kind does not matter to the orbit."""
    edges, crossed = [(0, 2), (2, 3), (3, 1)], [(1, 2), (2, 3), (3, 0)]
    assert canonical_form(2, 2, edges, colours=[0, 1]) != canonical_form(2, 2, crossed, colours=[0, 1])
    assert exchangeable_form(2, 2, edges, colours=[0, 1]) == exchangeable_form(2, 2, crossed, colours=[0, 1])
