"""Sum rules: what the multiplicities of an expansion must add up to, from two sources that know no diagrams.

In zero dimensions every propagator is 1, so the multiplicities of all diagrams with given vertices add up to
a coefficient of a power series (:mod:`diagrams.zero_dim`); all contractions together are a double factorial.
"""

from collections import Counter
from typing import TYPE_CHECKING

from nnft_sym.expansions.around_network import even_partition_counts
from nnft_sym.expansions.content import ExpansionContent, SumRule

if TYPE_CHECKING:
    from diagrams.zero_dim import Kind as OracleKind


def sum_rules(expansion: ExpansionContent) -> tuple[SumRule, ...]:
    """Give the sum rules of an expansion, per vertex content.

    All contractions are compared with the double factorial. The terms listed are compared with the
    zero-dimensional series where there is one: for every kind with bare propagators, and for connected
    functions with exact ones.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> [(rule.vertices, rule.found, rule.holds) for rule in sum_rules(expand("lambda*f^4", 4))]
    [('', 3, True), ('4:1', 105, True), ('', 3, True), ('4:1', 96, True)]
    """
    from diagrams.combinatorics.wick import contraction_count

    rules = []
    network = expansion.around_network
    for key, found in expansion.wick_total.items():
        if network:
            ends = expansion.n + sum(valence * number for valence, number in _content(key).items())
            rules.append(SumRule(key, "even set partitions", found, even_partition_counts(ends)[-1]))
            continue
        rules.append(SumRule(key, "(line ends - 1)!!", found, contraction_count(expansion.n, _content(key))))
    kind = _oracle_kind(expansion)
    if kind is None:
        return tuple(rules)
    listed: Counter[str] = Counter()
    for topology in expansion.topologies():
        term = topology.representative
        listed[term.vertex_key] += int(term.share * topology.labellings)
    for key in expansion.wick_total:
        expected = _expected(expansion.n, key, kind, network)
        if key == "" and expansion.n == 2 and expansion.kind.value == "1pi":
            expected = 1  # the bare line, which counts as irreducible here and not in the Legendre transform
        for valence, number in _content(key).items():  # every vertex may be any of those with as many fields
            expected *= len(expansion.action.shapes(valence)) ** number
        rules.append(SumRule(key, "zero dimensions", listed[key], expected))
    return tuple(rules)


def _expected(n: int, key: str, kind: "OracleKind", network: bool) -> int:
    """Sum the multiplicities of all diagrams in zero dimensions, with blobs of every content if need be."""
    from diagrams.enumeration.blob_contents import blob_contents
    from diagrams.zero_dim import multiplicity_sum

    content = _content(key)
    ends = n + sum(valence * number for valence, number in content.items())
    contents = blob_contents(ends) if network else [{}]
    return sum(multiplicity_sum(n, content, kind, blobs=blobs) for blobs in contents)


def _content(key: str) -> dict[int, int]:
    """Read a vertex content."""
    pairs = (part.split(":") for part in key.split(",") if part)
    return {int(valence): int(number) for valence, number in pairs}


def _oracle_kind(expansion: ExpansionContent) -> "OracleKind | None":
    """Find the series that the listed diagrams must add up to."""
    from diagrams.zero_dim import Kind

    if expansion.filters or expansion.truncation.loops is not None:
        return None  # no series leaves out what these do
    if expansion.scheme.value == "exact":
        return Kind.SKELETON if expansion.kind.value == "connected" and expansion.n > 2 else None
    return {
        "full": Kind.FULL,
        "normalised": Kind.NORMALISED,
        "connected": Kind.CONNECTED,
        "1pi": Kind.ONE_PARTICLE_IRREDUCIBLE,
        "amputated": None if expansion.around_network else Kind.AMPUTATED,
        "skeleton": Kind.SKELETON if expansion.n > 2 else None,
    }.get(expansion.kind.value)
