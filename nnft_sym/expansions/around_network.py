"""Diagrams of a deformed ensemble of networks: its connected correlators join legs, and not lines only.

With e^(-ΔS) in front of the density of the networks, ΔS = Σ g_k ∫ f^k, an n-point function is a sum over
all set partitions of the legs of points and vertices; a block of r legs is the connected correlator G_c^(r)
of the undeformed ensemble. Blocks of two legs are lines, larger ones blobs. What has no external point
cancels with Z. Networks whose output weights have mean zero have even correlators only.
"""

from collections.abc import Iterable, Iterator

from diagrams.diagram import Diagram
from diagrams.enumeration.blob_contents import blob_contents
from diagrams.enumeration.counting import Count
from diagrams.filters import Filter, NamedFilter
from diagrams.generation import count, generate
from diagrams.sizes import number_text
from nnft_sym.actions.action import Action
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.enumeration import MOST_TERMS, Progress, content_text
from nnft_sym.expansions.truncation import Content, CountingLike

#: More legs than this have too many blobs of too many sizes even to be counted.
MOST_LEGS = 40


def refuse_around_network(action: Action, counting: CountingLike) -> None:
    """Refuse what is not known around a network.

    Raises
    ------
    InvalidExpansion
        For couplings that depend on the position, several points or components, and for a counting.
    """
    if not action.is_local_scalar:
        raise InvalidExpansion(
            f"{action} was given; around a network couplings of powers of f at one point are known, such as "
            "lambda*f^4: take a simpler action, or expand around the Gaussian process"
        )
    if counting is not None:
        raise InvalidExpansion(
            "a counting was given; around a network every order in the couplings is exact in N: leave the "
            "counting out, the blobs tell the powers of 1/N"
        )


def listed_around_network(
    n: int, contents: Iterable[Content], where: tuple[NamedFilter, ...], progress: Progress | None = None
) -> Iterator[tuple[Content, list[Diagram]]]:
    """List the diagrams of every vertex content, those with fewest legs in blobs first.

    Parameters
    ----------
    n : int
        Number of external points.
    contents : iterable of Content
    where : tuple of NamedFilter
    progress : callable, optional

    Raises
    ------
    InvalidExpansion
        Before anything is listed, if there are more than a million diagrams.

    Examples
    --------
    >>> [len(found) for _, found in listed_around_network(2, [(), ((4, 1),)], ())]
    [1, 7]
    """
    chosen = list(contents)
    total = 0
    for content in chosen:
        for _, number in counted(n, content, where):
            total += number.diagrams
            if total > MOST_TERMS:
                raise InvalidExpansion(
                    f"the {n}-point function has more than {MOST_TERMS:,} diagrams once there are the "
                    f"vertices {content_text(content) or 'none'}, and that many are listed at most: "
                    "lower the order or the number of points"
                )
    for content in chosen:
        if progress is not None:
            progress(f"listing {total:,} diagrams, now with the vertices {content_text(content) or 'none'}")
        found: list[Diagram] = []
        for blobs in blob_contents(_ends(n, content)):
            some = list(generate(n, dict(content), where, blobs=blobs))
            found += sorted(some, key=lambda diagram: (-len(diagram.components()), diagram))
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
    if _ends(n, content) > MOST_LEGS:
        raise InvalidExpansion(
            f"{n} points and the vertices {content_text(content) or 'none'} have "
            f"{number_text(_ends(n, content))} legs, and up to {MOST_LEGS} are joined around a network: "
            "lower the order or the number of points"
        )
    for blobs in blob_contents(_ends(n, content)):
        yield blobs, count(n, dict(content), where, unlabelled=unlabelled, blobs=blobs)


def _ends(n: int, content: Content) -> int:
    return n + sum(valence * number for valence, number in content)
