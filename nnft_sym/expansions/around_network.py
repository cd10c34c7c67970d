"""Diagrams of a deformed ensemble of networks: its connected correlators join legs, and not lines only.

With e^(-ΔS) in front of the density of the networks, ΔS = Σ g_k ∫ f^k, an n-point function is a sum over
all set partitions of the legs of points and vertices; a block of r legs is the connected correlator G_c^(r)
of the undeformed ensemble. Blocks of two legs are lines, larger ones blobs. What has no external point
cancels with Z. Networks whose output weights have mean zero have even correlators only.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import comb

from diagrams.enumeration.blob_contents import blob_contents
from diagrams.enumeration.counting import Count
from diagrams.enumeration.leg_classes import ends_of, vertex_exchanges
from diagrams.filters import Filter
from diagrams.generation import count, generate, topologies
from diagrams.grouping import Group
from nnft_sym.actions.action import Action
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.enumeration import MOST_TERMS, Progress, Wanted, content_text, in_order
from nnft_sym.expansions.truncation import Content, CountingLike, LoopsLike

#: More legs than this have too many blobs of too many sizes even to be counted.
MOST_LEGS = 40


def refuse_around_network(action: Action, counting: CountingLike, loops: LoopsLike = None) -> None:
    """Refuse what is not known around a network.

    Raises
    ------
    InvalidExpansion
        For couplings that depend on the position, several points or components, and for a counting.
    """
    if action.free_components:
        raise InvalidExpansion(
            "several outputs were given; around a network one output is known: leave them out, or expand "
            "around the Gaussian process"
        )
    if not action.is_local_scalar:
        raise InvalidExpansion(
            f"{action} was given; around a network couplings of powers of f at one point are known, such as "
            "lambda*f^4: take a simpler action, or expand around the Gaussian process"
        )
    if loops is not None:
        raise InvalidExpansion(
            "a number of loops was given; around a network blobs join lines, and loops are not counted: give "
            "an order"
        )
    if counting is not None:
        raise InvalidExpansion(
            "a counting was given; around a network every order in the couplings is exact in N: leave the "
            "counting out, the blobs tell the powers of 1/N"
        )


def listed_around_network(
    wanted: Wanted, contents: Iterable[Content], progress: Progress | None = None
) -> Iterator[tuple[Content, list[Group]]]:
    """List the diagrams of every vertex content, those with fewest legs in blobs first.

    Parameters
    ----------
    wanted : Wanted
    contents : iterable of Content
    progress : callable, optional

    Raises
    ------
    InvalidExpansion
        Before anything is listed, if there are more than a million diagrams.

    Examples
    --------
    >>> [len(found) for _, found in listed_around_network(Wanted(2), [(), ((4, 1),)])]
    [1, 7]
    """
    chosen = list(contents)
    n, where = wanted.n, wanted.where
    _refuse_too_many(n, chosen, where)
    for content in chosen:
        if progress is not None:
            progress(f"listing diagrams with the vertices {content_text(content) or 'none'}")
        found: list[Group] = []
        for blobs in blob_contents(n + ends_of(content)):
            labelled = (Group(one, 1) for one in generate(n, dict(content), where, blobs=blobs))
            some = labelled if wanted.labelled else topologies(n, dict(content), where, blobs=blobs)
            found += sorted(some, key=in_order)
        yield content, found


def counted(
    n: int, content: Content, where: Iterable[Filter] = (), *, unlabelled: bool = False
) -> Iterator[tuple[dict[int, int], Count]]:
    """Count diagrams by their blobs, without listing them.

    Raises
    ------
    InvalidExpansion
        If there are so many legs that nobody could wait.

    Examples
    --------
    >>> [(blobs, number.multiplicity_total) for blobs, number in counted(2, ((4, 1),))]
    [({}, 15), ({4: 1}, 15), ({6: 1}, 1)]
    """
    _refuse_endless(n, content)
    for blobs in blob_contents(n + ends_of(content)):
        yield blobs, count(n, dict(content), where, unlabelled=unlabelled, blobs=blobs)


def _refuse_too_many(n: int, contents: Sequence[Content], where: tuple[Filter, ...]) -> None:
    """Refuse long lists before they are begun.

    There are at most as many diagrams as partitions of the legs. Only where that bound is not enough are
    diagrams counted, so that short lists are enumerated once.
    """
    total = 0
    for content in contents:
        _refuse_endless(n, content)
    for content in contents:
        most = even_partition_counts(n + ends_of(content))[-1]
        if total + most <= MOST_TERMS:
            total += most
            continue
        total += sum(number.diagrams for _, number in counted(n, content, where))
        if total > MOST_TERMS:
            raise _too_many(n, content)


def _refuse_endless(n: int, content: Content) -> None:
    """Refuse before counting what nobody could list: a diagram has ∏v!·∏V_t! partitions at most."""
    ends = n + ends_of(content)
    # Of many vertices most partitions are connected; one tenth of them is a bound for every kind.
    if ends > MOST_LEGS or (
        content and even_partition_counts(ends)[-1] > 10 * MOST_TERMS * vertex_exchanges(content)
    ):
        raise _too_many(n, content)


def even_partition_counts(ends: int) -> list[int]:
    """Count the partitions of 0, 2, ..., `ends` legs into blocks of even size, by the block of the first leg.

    Examples
    --------
    >>> even_partition_counts(10)
    [1, 1, 4, 31, 379, 6556]
    """
    ways = [1]
    for m in range(2, ends + 1, 2):
        ways.append(sum(comb(m - 1, block - 1) * ways[(m - block) // 2] for block in range(2, m + 1, 2)))
    return ways


def _too_many(n: int, content: Content) -> InvalidExpansion:
    return InvalidExpansion(
        f"the {n}-point function has more than {MOST_TERMS:,} diagrams around a network once there are "
        f"{f'the vertices {content_text(content)}' if content else 'no vertices'}, and that many are listed "
        "at most: lower the order or the number of points"
    )
