"""Which diagrams to keep: named predicates with written definitions.

What to use when: for ratios such as E[f f f f e^-S] / E[e^-S] use `no_vacuum`; for cumulants `connected`; for
the effective action `one_particle_irreducible`; with exact propagators on the lines `skeleton`. A predicate
is any callable ``(Diagram) -> bool``; the named ones below are such callables and know, besides, when
generation may apply them early.

Words. A line is *internal* if both its ends are at vertices (a self-loop is internal). *Cutting* a set of
lines removes them and keeps their end points; the *pieces* are the connected components of what is left. A
blob, which is a connected correlator of more legs than two, is no line and is never cut.

All definitions here treat external points alike, so they hold for all labellings of a diagram or for none.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeAlias

from diagrams.diagram import Diagram
from diagrams.errors import GenerationError, UnknownFilter
from diagrams.messages import did_you_mean, shown

Filter: TypeAlias = Callable[[Diagram], bool]


@dataclass(frozen=True)
class NamedFilter:
    """A predicate with a name and a written definition.

    Attributes
    ----------
    name : str
        Name for the command line.
    definition : str
        One sentence: what is kept.
    predicate : callable
        The test itself.
    needs_connected : bool
        True if it keeps connected diagrams only. Otherwise it keeps a diagram exactly if it keeps every
        connected component of it. Generation relies on this.

    Examples
    --------
    >>> found = named_filter("connected")
    >>> print(found.definition)
    there is exactly one component (the empty diagram has none)
    >>> found(Diagram.from_edge_string("x1-x2,x3-x4"))
    False
    """

    name: str
    definition: str = field(repr=False)
    predicate: Filter = field(repr=False)
    needs_connected: bool = False

    def __call__(self, diagram: Diagram) -> bool:
        """Whether the diagram is kept."""
        return self.predicate(diagram)


#: What the field and users of QGRAF say for short, without hyphens; capitals make no difference.
ALIASES = {
    "1pi": "one_particle_irreducible",
    "onepi": "one_particle_irreducible",
    "2pi": "two_particle_irreducible",
    "twopi": "two_particle_irreducible",
    "nosigma": "no_self_energy",
    "noselfenergies": "no_self_energy",
    "notadpoles": "no_tadpole",
    "nosnails": "no_snail",
    "noselfloops": "no_self_loop",
    "bipart": "bipartite",
    "skeletons": "skeleton",
}


def named_filter(name: str) -> NamedFilter:
    """Look a filter up by name.

    Raises
    ------
    UnknownFilter
        If there is none; the message lists the known names.

    Examples
    --------
    >>> [named_filter(name).name for name in ("No-Tadpole", "onepi", "nosigma")]
    ['no_tadpole', 'one_particle_irreducible', 'no_self_energy']
    >>> named_filter("connected")(Diagram.from_edge_string("x1-x2,x3-x4"))
    False
    """
    if not isinstance(name, str):
        raise UnknownFilter(f"{shown(name)} was given; the name of a filter is needed, such as 'connected'")
    plain = re.sub(r"[-_\s]", "", name.lower())
    wanted = ALIASES.get(plain, plain).replace("_", "")
    for known in ALL_FILTERS:
        if known.name.replace("_", "") == wanted:
            return known
    names = ", ".join(known.name for known in ALL_FILTERS)
    near = did_you_mean(name, [known.name for known in ALL_FILTERS] + list(ALIASES))
    raise UnknownFilter(
        f"there is no diagram filter {shown(name)}; use one of {names} (several: with commas){near}"
    )


def as_filters(where: object) -> tuple[Filter, ...]:
    """Take predicates, and names of filters for them, one or several.

    Raises
    ------
    UnknownFilter
        If there is no filter of a name.
    GenerationError
        If something is no predicate.

    Examples
    --------
    >>> [chosen.name for chosen in as_filters(["1PI", "no-self-loop"])]
    ['one_particle_irreducible', 'no_self_loop']
    """
    items = (where,) if isinstance(where, str) or callable(where) else where
    if not isinstance(items, Iterable):
        raise GenerationError(f"where = {shown(where)} was given; predicates are needed, as in [connected]")
    found = [named_filter(item) if isinstance(item, str) else item for item in items]
    for item in found:
        if not callable(item):
            raise GenerationError(f"where holds {shown(item)}; a predicate or the name of a filter is needed")
    return tuple(dict.fromkeys(found))


def _pieces_after_cut(diagram: Diagram, cut: Iterable[int]) -> Iterator[list[int]]:
    """Node lists of the pieces left when the lines with the given positions in `edges` are cut."""
    gone = set(cut)
    root = list(range(diagram.n_external + diagram.n_vertices))

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    kept = [edge for position, edge in enumerate(diagram.edges) if position not in gone]
    for i, j in [*kept, *((blob[0], node) for blob in diagram.blobs for node in blob)]:
        a, b = find(i), find(j)
        root[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = {}
    for node in range(len(root)):
        groups.setdefault(find(node), []).append(node)
    yield from groups.values()


def _isolates(diagram: Diagram, cut: Iterable[int]) -> bool:
    """Whether the cut leaves a piece without external points (its nodes are then vertices)."""
    return pieces_without_points(diagram, cut) > 0


def pieces_without_points(diagram: Diagram, cut: Iterable[int]) -> int:
    """How many pieces without external points there are when the lines at these positions are cut.

    Examples
    --------
    >>> tadpole = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y2-y2")
    >>> tadpole.edges[2], pieces_without_points(tadpole, [2])
    ((2, 3), 1)
    """
    return sum(piece[0] >= diagram.n_external for piece in _pieces_after_cut(diagram, cut))


def _internal_positions(diagram: Diagram) -> list[int]:
    return [p for p, (i, _) in enumerate(diagram.edges) if i >= diagram.n_external]


def _cuts(positions: Iterable[int], largest: int) -> Iterator[tuple[int, ...]]:
    """Sets of 0 to `largest` lines."""
    lines = list(positions)
    for size in range(largest + 1):
        yield from combinations(lines, size)


def _stays_connected(diagram: Diagram, lines_cut: int) -> bool:
    return all(
        sum(1 for _ in _pieces_after_cut(diagram, cut)) == 1
        for cut in _cuts(_internal_positions(diagram), lines_cut)
    )


def _connected(diagram: Diagram) -> bool:
    return diagram.is_connected


def _no_vacuum(diagram: Diagram) -> bool:
    return not _isolates(diagram, ())


def _no_self_loop(diagram: Diagram) -> bool:
    return all(i != j for i, j in diagram.edges)


def _no_tadpole(diagram: Diagram) -> bool:
    return not any(_isolates(diagram, cut) for cut in _cuts(_internal_positions(diagram), 1))


def _one_particle_irreducible(diagram: Diagram) -> bool:
    return _stays_connected(diagram, 1)


def _two_particle_irreducible(diagram: Diagram) -> bool:
    return _stays_connected(diagram, 2)


def _onshell(diagram: Diagram) -> bool:
    for position in _internal_positions(diagram):
        ends = diagram.edges[position]
        for piece in _pieces_after_cut(diagram, [position]):
            is_side = sum(node in piece for node in ends) == 1  # of a bridge each side holds one end
            if is_side and sum(node < diagram.n_external for node in piece) == 1:
                return False
    return True


def _no_self_energy(diagram: Diagram) -> bool:
    for cut in combinations(range(len(diagram.edges)), 2):
        for piece in _pieces_after_cut(diagram, cut):
            held = [sum(node in piece for node in diagram.edges[position]) for position in cut]
            if held == [1, 1] and piece[0] >= diagram.n_external:
                return False
    return True


def _simple(diagram: Diagram) -> bool:
    inner = [(i, j) for i, j in diagram.edges if i >= diagram.n_external]
    return len(set(inner)) == len(inner) and all(i != j for i, j in inner)


def _bipartite(diagram: Diagram) -> bool:
    n = diagram.n_external
    neighbours: dict[int, set[int]] = {}
    for i, j in diagram.edges:
        if i >= n:
            neighbours.setdefault(i, set()).add(j)
            neighbours.setdefault(j, set()).add(i)
    side: dict[int, bool] = {}
    for start in neighbours:
        if start in side:
            continue
        side[start] = True
        reached = [start]
        for node in reached:  # grows while we walk
            for other in neighbours[node]:
                if other not in side:
                    side[other] = not side[node]
                    reached.append(other)
    return all(side[i] != side[j] for i, j in diagram.edges if i >= n)


def _skeleton(diagram: Diagram) -> bool:
    return not any(_isolates(diagram, cut) for cut in _cuts(range(len(diagram.edges)), 2))


connected = NamedFilter(
    "connected",
    "there is exactly one component (the empty diagram has none)",
    _connected,
    needs_connected=True,
)
no_vacuum = NamedFilter("no_vacuum", "every component has an external point", _no_vacuum)
no_self_loop = NamedFilter("no_self_loop", "no line goes from a vertex to itself", _no_self_loop)
no_tadpole = NamedFilter(
    "no_tadpole",
    "cutting any single internal line leaves no piece without external points; a vacuum component is such a "
    "piece, a self-loop by itself makes none",
    _no_tadpole,
)
one_particle_irreducible = NamedFilter(
    "one_particle_irreducible",
    "connected, and still so when any single internal line is cut; a bare vertex and a bare line count",
    _one_particle_irreducible,
    needs_connected=True,
)
two_particle_irreducible = NamedFilter(
    "two_particle_irreducible",
    "connected, and still so when any one or two internal lines are cut",
    _two_particle_irreducible,
    needs_connected=True,
)
skeleton = NamedFilter(
    "skeleton",
    "cutting any one or two lines, those to external points included, leaves no piece that has vertices but "
    "no external point (no tadpole or self-energy insertion, no vacuum component): the diagrams whose lines "
    "are exact propagators",
    _skeleton,
)

onshell = NamedFilter(
    "onshell",
    "no internal line is a bridge with exactly one external point on one of its sides: no self-energy on an "
    "external line",
    _onshell,
)
no_self_energy = NamedFilter(
    "no_self_energy",
    "no piece that cutting two lines leaves, those to external points included, has vertices but no external "
    "point and was joined to the rest by these two lines: no self-energy insertion on any line",
    _no_self_energy,
)
no_snail = NamedFilter(
    "no_snail",
    "`no_tadpole` and `no_self_loop` together",
    lambda diagram: _no_tadpole(diagram) and _no_self_loop(diagram),
)
simple = NamedFilter(
    "simple",
    "no two lines join the same two vertices, and no line goes from a vertex to itself",
    _simple,
)
bipartite = NamedFilter(
    "bipartite",
    "the vertices can be put into two groups such that every internal line joins one group to the other",
    _bipartite,
)

#: Those that keep no line from a vertex to itself, which generation need not make then.
WITHOUT_SELF_LOOPS = frozenset((no_self_loop, no_snail, simple, bipartite))

#: Every named filter, in the order in which they are documented.
ALL_FILTERS: tuple[NamedFilter, ...] = (
    connected,
    no_vacuum,
    no_self_loop,
    no_tadpole,
    one_particle_irreducible,
    two_particle_irreducible,
    skeleton,
    onshell,
    no_self_energy,
    no_snail,
    simple,
    bipartite,
)
