"""What diagrams are, in words for the terminal."""

from collections.abc import Sequence

from diagrams.diagram_facts import Facts
from diagrams.divergence import MOST_VERTICES

#: Filters by the names that are said; others keep theirs.
_SAID = {
    "no_vacuum": "no vacuum part",
    "no_self_loop": "no self-loop",
    "no_tadpole": "no tadpole",
    "no_self_energy": "no self-energy",
    "one_particle_irreducible": "1PI",
    "two_particle_irreducible": "2PI",
}
Rows = list[tuple[str, str]]


def facts_rows(found: Facts) -> Rows:
    r"""Say everything about one diagram, as pairs of a heading and a sentence.

    Examples
    --------
    >>> from diagrams.diagram import Diagram
    >>> from diagrams.diagram_facts import facts
    >>> rows = facts_rows(facts(Diagram.from_edge_string("x1-y1,x2-y1,x3-y2,x4-y2,y1-y2,y1-y2")))
    >>> for heading, said in rows[:3]:
    ...     print(f"{heading}: {said}")
    symmetry factor: S = 2 = 1 (vertices) x 2 (parallel lines) x 1 (self-loops)
    contractions: 576, vertices labelled
    in the series: 288 for couplings of f^k (= 576/2!), 1/2 for couplings of f^k/k! (= 1/S)
    """
    factor = found.symmetry_factor
    nodes = "vertices and blobs" if found.diagram.blobs else "vertices"
    parts = (
        f"{factor.vertex_automorphisms} ({nodes}) x {factor.parallel_lines} (parallel lines) "
        f"x {factor.self_loops} (self-loops)"
    )
    rows = [
        ("symmetry factor", f"S = {factor.total} = {parts}"),
        ("contractions", f"{found.multiplicity}, vertices labelled"),
        ("in the series", _in_series(found)),
    ]
    if found.diagram.n_external > 1:
        points = f"the {found.diagram.n_external} external points are permuted"
        ways = "the same diagram" if found.labellings == 1 else f"{found.labellings} different diagrams"
        rows.append(("labellings", f"{ways} when {points}"))
    rows += [
        ("vertices", _vertices(found)),
        ("loops", _loops(found)),
        ("Nickel index", found.nickel or f"none: {_why_no_index(found)}"),
        ("it is", _said(found, kept=True)),
        ("it is not", _said(found, kept=False)),
        ("has", _has(found)),
        (f"in d = {found.dimension}", divergence_said(found)),
    ]
    return [(heading, said) for heading, said in rows if said]


def _vertices(found: Facts) -> str:
    """Say which power of the field each vertex is, so that a slip in a line is seen."""
    return ", ".join(f"y{place} of f^{k}" for place, k in enumerate(found.diagram.vertices, start=1))


def facts_row(found: Facts) -> list[str]:
    """Say the same in one row of a table, under `COLUMNS`."""
    factor = found.symmetry_factor
    parts = f"{factor.vertex_automorphisms}x{factor.parallel_lines}x{factor.self_loops}"
    return [
        found.diagram.edge_string or "(empty)",
        f"{factor.total} = {parts}",
        str(found.multiplicity),
        _loops(found),
        found.nickel or "-",
        *(_mark(found.kinds[name]) for name in ("connected", *_IRREDUCIBLE, "skeleton")),
        _mark(found.tadpole),
        "-" if found.degree is None else str(found.degree),
    ]


_IRREDUCIBLE = ("one_particle_irreducible", "two_particle_irreducible")
#: Headings of `facts_row`; S is vertices x parallel lines x self-loops, ω the degree of divergence.
COLUMNS = (
    "diagram", "S", "contractions", "loops", "Nickel", "connected", "1PI", "2PI", "skeleton", "tadpole", "ω",
)  # fmt: skip


def divergence_said(found: Facts) -> str:
    """Say how the momentum integral behaves for propagators 1/p^2."""
    if found.diagram.blobs:
        return "no degree of divergence: it has blobs"
    degree = "" if found.degree is None else f"ω = {found.degree} for propagators 1/p^2; "
    if found.divergent_parts is None:
        return f"{degree}its parts are not gone through: it has more than {MOST_VERTICES} vertices"
    if not found.loops:
        return "no loop, so nothing to diverge"
    if not found.divergent_parts:
        return f"{degree}it converges at large momenta"
    parts = ", ".join(f"{'+'.join(part.vertices)} (ω = {part.degree})" for part in found.divergent_parts)
    return f"{degree}it diverges: {parts}"


def _in_series(found: Facts) -> str:
    numbers = [number for _, number in found.diagram.vertex_content]
    said = f"{found.bare_weight} for couplings of f^k"
    if any(number > 1 for number in numbers):
        said += f" (= {found.multiplicity}/{'/'.join(f'{n}!' for n in numbers if n > 1)})"
    return f"{said}, {found.weight} for couplings of f^k/k! (= 1/S)"


def _loops(found: Facts) -> str:
    return "-" if found.loops is None else str(found.loops)


def _why_no_index(found: Facts) -> str:
    if found.diagram.blobs:
        return "it has blobs"
    if not found.diagram.n_vertices:
        return "it has no vertex"
    return "it has too many vertices" if found.diagram.is_connected else "it is not connected"


def _said(found: Facts, *, kept: bool) -> str:
    names = [name for name, passed in found.kinds.items() if passed is kept and not name.startswith("no_")]
    return ", ".join(_SAID.get(name, name.replace("_", " ")) for name in names)


def _has(found: Facts) -> str:
    """Say what the filters that begin with no_ leave out, and vacuum parts."""
    said = ["a tadpole" if found.tadpole else "no tadpole"]
    said.append("a self-loop" if found.self_loop else "no self-loop")
    number = found.vacuum_parts
    said.append(
        "no vacuum part" if not number else "a vacuum part" if number == 1 else f"{number} vacuum parts"
    )
    known = ("no_vacuum", "no_self_loop", "no_tadpole")
    others = {name: passed for name, passed in found.kinds.items() if name.startswith("no_")}
    for name, passed in others.items():
        if name not in known:
            what = name.removeprefix("no_").replace("_", "-")
            said.append(f"no {what}" if passed else f"a {what}")
    return ", ".join(said)


def _mark(answer: bool) -> str:
    return "yes" if answer else "no"


def in_columns(rows: Sequence[tuple[str, str]]) -> str:
    """Set headings and sentences in two columns.

    Examples
    --------
    >>> print(in_columns([("loops", "1"), ("contractions", "576")]))
      loops         1
      contractions  576
    """
    width = max(len(heading) for heading, _ in rows)
    return "\n".join(f"  {heading:<{width}}  {said}" for heading, said in rows)
