"""Expansions as plain text: a table of all terms, and the short form that papers print."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from nnft_sym.actions.factoring import factored
from nnft_sym.expansions.content import ExpansionContent, TermContent, TopologyContent, constant_beside
from nnft_sym.jsonio import unlimited_digits
from nnft_sym.notation import Factors, Line, Notation, factors_of, split_lines
from nnft_sym.printing.index_sets import SUMS, summed

_SOURCES = {
    "(line ends - 1)!!": "every contraction, vacuum parts included, against the double factorial",
    "even set partitions": "every way to join legs by lines and blobs, against the even set partitions",
    "zero dimensions": "the terms listed, against the zero-dimensional series",
}
#: How propagators and sums are written unless something else is asked for.
USUAL = Notation()
#: What the short form means by a bracket.
BRACKETS = (
    "[...]: mean over the labellings of the external points; in front of it stands the coefficient of all of "
    "them, or, in a sum (...) behind a common factor, the number of their Wick contractions"
)
#: What a δ of two points is.
DELTAS = "δ(1,2): one where the fields at the points 1 and 2 are the same output, else zero"
_PLAIN = "K: propagator; at a vertex (an end y, z, ...) without the variance of the output bias"
_SYMBOLS = {
    "GP": "K: line between external points; K_W: line at a vertex, without the variance of the output bias",
    "network": "K: 2-point function of the network, output bias included; G_c: its connected correlators",
}
_TABLE = "  {:>12}  {:>4}  {:>18}  {}"


def free_name(expansion: ExpansionContent) -> str:
    """Name what is expanded around: the Gaussian process, or the network."""
    return "network" if expansion.around_network else "GP"


def integral_text(given: Factors | Sequence[Line], notation: Notation = USUAL) -> str:
    """Write the integral of a diagram, what does not depend on a vertex in front of it.

    Examples
    --------
    >>> integral_text([("x1", "x2"), ("x3", "y1"), ("x4", "y1"), ("y1", "y1")])
    'K(1,2) ∫dy K_W(3,y) K_W(4,y) K_W(y,y)'
    >>> integral_text([])
    '1'
    """
    factors = factors_of(given)
    n_vertices = factors.n_vertices
    at_vertex = "K" if factors.full or notation.plain_kernel else "K_W"
    outer, inner = split_lines(factors.lines)
    parts = [f"δ({a},{b})" for a, b in factors.named_pairs]
    parts += [_factor("K", line, power, n_vertices) for line, power in outer]
    blobs = Counter(factors.blobs).items()
    parts += [_factor("G_c", legs, power, n_vertices) for legs, power in blobs if legs[-1].startswith("x")]
    parts += [f"∫d{_vertex(number, n_vertices)}" for number in range(1, n_vertices + 1)]
    parts += [
        f"|{_vertex(number, n_vertices)}|^{weight}"
        for number, weight in enumerate(factors.weights, start=1)
        if weight
    ]
    parts += [_factor(at_vertex, line, power, n_vertices) for line, power in inner]
    parts += [_factor("G_c", legs, power, n_vertices) for legs, power in blobs if legs[-1].startswith("y")]
    return " ".join(parts) or "1"


def _vertex(number: int, n_vertices: int) -> str:
    return f"y{number}" if n_vertices > 2 else "yz"[number - 1]


def _factor(symbol: str, line: Sequence[str], power: int, n_vertices: int) -> str:
    points = [end[1:] if end.startswith("x") else _vertex(int(end[1:]), n_vertices) for end in line]
    return f"{symbol}({','.join(points)})" + (f"^{power}" if power > 1 else "")


def left_side(kind: str, n: int, free: str = "GP") -> str:
    """Write the function that is expanded.

    Examples
    --------
    >>> [left_side(kind, 2) for kind in ("normalised", "connected", "1pi", "full")]
    ['G(1,2)', 'G_c(1,2)', 'G_1PI(1,2)', '<f(1) f(2) exp(-ΔS)>_GP']
    >>> left_side("full", 0), left_side("connected", 0)
    ('Z/Z_GP', 'log(Z/Z_GP)')
    """
    if n == 0:
        ratio = f"Z/Z_{free}"
        log = f"log({ratio})"
        return {"full": ratio, "1pi": f"{log}_1PI", "2pi": f"{log}_2PI"}.get(kind, log)
    if kind == "full":
        return "<" + " ".join(f"f({point})" for point in range(1, n + 1)) + f" exp(-ΔS)>_{free}"
    symbol = {
        "normalised": "G",
        "connected": "G_c",
        "amputated": "G_amp",
        "1pi": "G_1PI",
        "2pi": "G_2PI",
        "skeleton": "G_skeleton",
    }[kind]
    return f"{symbol}({','.join(str(point) for point in range(1, n + 1))})"


def _left_of(expansion: ExpansionContent) -> str:
    """Write the function that is expanded, with the constant of the action where it does not drop out.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> [_left_of(expand("lambda*f^4 - mu", 0, kind=kind)) for kind in ("full", "connected")]
    ['exp(-mu*∫dy) Z/Z_GP', 'log(Z/Z_GP) + (-mu)*∫dy']
    """
    left = left_side(expansion.shown_kind.value, expansion.n, free_name(expansion))
    constant = constant_beside(expansion)
    if not constant:
        return left
    full = expansion.shown_kind.value == "full"
    single = len(constant.items) == 1 and (full or not str(constant).startswith("-"))
    volume = f"{constant if single else f'({constant})'}*∫dy"
    return f"exp({volume}) {left}" if full else f"{left} + {volume}"


def term_text(term: TermContent) -> str:
    """Write coefficient and integral of a term on one line."""
    product = factored(term.coefficient)
    sign = "-" if product.number < 0 else ""
    return f"{sign}{product.text()} * {integral_text(term.factors)}"


def expansion_text(expansion: ExpansionContent, notation: Notation = USUAL) -> str:
    """Write a table of all terms, topology by topology, with the rule of the scheme and the Wick check."""
    with unlimited_digits():
        return "\n".join(_table_lines(expansion, notation))


def short_text(expansion: ExpansionContent, notation: Notation = USUAL) -> str:
    """Write the sum with one representative per topology, and what its signs mean."""
    lines = [expansion.rule]
    if expansion.filters:
        lines.append(f"kept: only diagrams that pass {', '.join(expansion.filter_names)}")
    if notation.plain_kernel and not expansion.around_network and not expansion.action.is_free:
        lines.append(_PLAIN)
    return "\n".join([*lines, legend(notation), "", grouped_text(expansion, notation)])


def legend(notation: Notation) -> str:
    """Say what a bracket, or a sum, stands for."""
    return SUMS if notation.sums else BRACKETS


def _symbols(expansion: ExpansionContent, notation: Notation) -> str:
    """Say what lines are."""
    free = free_name(expansion)
    if expansion.action.is_free and free == "GP":
        return "K: propagator"
    return _PLAIN if notation.plain_kernel and free == "GP" else _SYMBOLS[free]


def _table_lines(expansion: ExpansionContent, notation: Notation) -> list[str]:
    free = free_name(expansion)
    lines = [
        *_head(expansion, free),
        expansion.rule,
        _symbols(expansion, notation),
        *([DELTAS] if expansion.action.has_components else []),
        legend(notation),
    ]
    if expansion.filters:
        lines.append(f"kept: only diagrams that pass {', '.join(expansion.filter_names)}")
    if expansion.shown_kind != expansion.kind:
        lines.append(
            "full was asked for: exact lines leave no vacuum parts, so this is the normalised function"
        )
    if not expansion.terms:
        lines.append(no_diagrams(expansion))
    lines += ["", grouped_text(expansion, notation)]
    for (order, key), group in groupby(expansion.topologies(), _content):
        lines += ["", f"order {order}" + (f", vertices {key}" if key else "")]
        lines.append(_TABLE.format("multiplicity", "S", "coefficient", "integral"))
        for topology in group:
            lines += [_row(term, notation) for term in topology.terms]
            if topology.labellings > 1:
                total = f"{topology.labellings} x {topology.representative.multiplicity}"
                lines.append(f"  {total + ' = ' + str(topology.multiplicity):>12}")
    if expansion.wick_total:
        lines += ["", *_wick_lines(expansion)]
    return lines


def _head(expansion: ExpansionContent, free: str) -> tuple[str, str]:
    """Say what is expanded: a theory without vertices has no order."""
    what = f"{expansion.n}-point function, {expansion.shown_kind}"
    if expansion.action.is_free:
        return f"{what}, of {expansion.action.name}", f"S = S_{free}"
    return f"{what}, to {_order(expansion)} of", f"S = S_{free} + ∫ [{expansion.action}]"


def no_diagrams(expansion: ExpansionContent) -> str:
    """Say why an expansion has no terms.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> print(no_diagrams(expand("lambda*f^4", 3)))
    there are no diagrams: 3 points and vertices of 4 fields leave an odd number of line ends, which cannot be
    paired; the function is zero to all orders
    """
    valences = expansion.action.valences
    what = f"of the kind {expansion.kind} with {expansion.scheme} lines"
    rest = expansion.remainder
    if expansion.filters:
        names = ", ".join(expansion.filter_names)
        return (
            f"there are no diagrams {what} to {expansion.truncation.text} that pass {names}: leave a filter "
            "out, or raise the order"
        )
    if rest:
        return (
            f"there are no diagrams {what} to {expansion.truncation.text}; the function is {rest.text()}: "
            "raise the order to see its first diagrams"
        )
    if expansion.n % 2 and all(valence % 2 == 0 for valence in valences):
        vertices = " or ".join(map(str, valences))
        ends = f"{expansion.n} point{'s' if expansion.n > 1 else ''}"
        ends += f" and vertices of {vertices} fields leave" if valences else " have"
        return (
            f"there are no diagrams: {ends} an odd number of line ends, which cannot be paired; the function "
            "is zero to all orders"
        )
    return (
        f"there are no diagrams {what} at any order, so this function is zero: ask for another kind or scheme"
    )


def _order(expansion: ExpansionContent) -> str:
    """Say where the sum stops."""
    words, cut = expansion.truncation.text, expansion.truncation
    plain = isinstance(cut.largest, int) and not cut.counting and cut.loops is None
    return f"{words} in the vertices" if plain else words


def _content(topology: TopologyContent) -> tuple[int, str]:
    return topology.representative.order, topology.representative.vertex_key


def _row(term: TermContent, notation: Notation) -> str:
    integral = integral_text(term.factors, notation)
    return _TABLE.format(term.multiplicity, term.symmetry_factor, str(term.coefficient), integral)


def _wick_lines(expansion: ExpansionContent) -> list[str]:
    """Compare the diagrams found with what is known without diagrams."""
    lines = ["sum rules (sums of multiplicities)"]
    previous = ""
    for rule in expansion.sum_rules():
        if rule.source != previous:
            lines.append(f"  {_SOURCES[rule.source]}")
            previous = rule.source
        verdict = "holds" if rule.holds else f"VIOLATED: expected {rule.expected}"
        lines.append(f"    vertices {rule.vertices or 'none'}: {rule.found}  {verdict}")
    return lines


def grouped_text(expansion: ExpansionContent, notation: Notation = USUAL) -> str:
    """Write the sum with one representative per topology; a bracket is the mean over its labellings.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> print(grouped_text(expand("lambda*f^4", 4), Notation(plain_kernel=True, sums=True)))
    G(1,2,3,4) = Σ_{ij|kl; 3} K(i,j) K(k,l)
        - lambda * (12 Σ_{ij|kl; 6} K(i,j) ∫dy K(k,y) K(l,y) K(y,y)
                    + 24 ∫dy K(1,y) K(2,y) K(3,y) K(4,y)) + …
    """
    left = _left_of(expansion) + " = "
    groups = [
        _group(group, notation, start=not number, column=4 if number else len(left))
        for number, group in enumerate(expansion.brackets())
    ]
    if not groups:
        rest = None if expansion.filters else expansion.remainder
        return left + (rest.text() if rest else "0")
    return left + "\n    ".join(groups) + (" + …" if expansion.goes_on else "")


def _bracket(topology: TopologyContent, notation: Notation) -> str:
    """Write a topology with its number of contractions: as a mean over labellings, or as a sum over them."""
    if not notation.sums:
        return f"{topology.multiplicity} [{integral_text(topology.representative.factors, notation)}]"
    factors, sets = summed(topology)
    sign = f"Σ_{{{sets}; {topology.labellings}}} " if sets else ""
    count = topology.multiplicity // topology.labellings
    return f"{f'{count} ' if count > 1 else ''}{sign}{integral_text(factors, notation)}"


def _group(topologies: Sequence[TopologyContent], notation: Notation, start: bool, column: int) -> str:
    """Write the topologies of one vertex content behind what their contractions have in common."""
    common = factored(topologies[0].common)
    brackets = [_bracket(one, notation) for one in topologies]
    negative = common.number < 0
    sign = ("-" if negative else "") if start else ("- " if negative else "+ ")
    if len(brackets) == 1 and notation.sums:
        whole = factored(topologies[0].representative.coefficient).text()
        printed = brackets[0].partition(" ")[2] if brackets[0][0].isdigit() else brackets[0]
        return sign + ("" if whole == "1" else f"{whole} ") + (printed or "1")
    if len(brackets) == 1:
        bracket = brackets[0].partition(" ")[2]
        whole = factored(topologies[0].representative.coefficient * topologies[0].labellings).text()
        return sign + (bracket[1:-1] if whole == "1" else f"{whole} {bracket}")
    opening = f"{sign}{common.text()} * ("
    indent = "\n" + " " * (len(opening) + column)
    return opening + f"{indent}+ ".join(brackets) + ")"
