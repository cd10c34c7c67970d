"""Index sets of the 6-point function: right ones, those printed in the talk, those of the scripts.

Sets are written like ``"1234 56"``: four legs of the vertex, and two that a line joins.
"""

from itertools import combinations, combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numerics.results.correlator import Correlator

Array = NDArray[np.float64]

LEGS = 6
#: As printed in the talk: the tenth repeats the sixth, the eleventh has leg 4 twice and leg 5 never.
PRINTED = (
    "1234 56", "1235 46", "1245 36", "1345 26", "2345 16", "1236 45", "1246 35", "1346 25",
    "2346 15", "1236 45", "1346 24", "2356 14", "1456 23", "2456 13", "3456 12",
)  # fmt: skip
#: In the scripts the set of the pair 13 has leg 5 twice and leg 4 never.
OF_SCRIPTS_WRONG = ("2456 13", "2556 13")


def four_two() -> tuple[str, ...]:
    """List the 15 ways to choose four of six legs.

    Examples
    --------
    >>> sets = four_two()
    >>> len(sets), sets[0], sets[-1]
    (15, '1234 56', '3456 12')
    """
    legs = "123456"
    return tuple(
        "".join(four) + " " + "".join(leg for leg in legs if leg not in four)
        for four in combinations(legs, 4)
    )


def of_scripts() -> tuple[str, ...]:
    """List the 15 sets as the scripts have them."""
    right, wrong = OF_SCRIPTS_WRONG
    return tuple(wrong if one == right else one for one in four_two())


def one_vertex_sum(sets: "Iterable[str]", vertex: "Correlator", line: Array) -> float:
    """Sum ∫K_iK_jK_kK_l · K_mn over index sets, at six different inputs.

    Parameters
    ----------
    sets : iterable of str
    vertex : Correlator
        ∫K_iK_jK_kK_l, or a multiple of it.
    line : ndarray, shape (n, n)
        What joins the other two.
    """
    total = 0.0
    for one in sets:
        four, two = (tuple(int(leg) - 1 for leg in part) for part in one.split())
        total += float(vertex[tuple(sorted(four))]) * float(line[two])
    return total


def three_lines(sets: "Iterable[str]", line: Array) -> float:
    """Sum K_ij K_kl K_mn over index sets, i, j, k, l in the order written."""
    total = 0.0
    for one in sets:
        i, j, k, m, n, last = (int(leg) - 1 for leg in one.replace(" ", ""))
        total += float(line[i, j] * line[k, m] * line[n, last])
    return total


def free_sum(line: Array) -> float:
    """Sum K_ij K_kl K_mn over the 15 ways to join six legs in pairs."""
    total = 0.0
    for second in range(1, LEGS):
        rest = [leg for leg in range(1, LEGS) if leg != second]
        for place in range(1, 4):
            third = rest[place]
            last = [leg for leg in rest[1:] if leg != third]
            total += float(line[0, second] * line[rest[0], third] * line[last[0], last[1]])
    return total


def filled_by_scripts(inputs: int = LEGS) -> tuple[int, int]:
    """Count the distinct index sets whose λ term the scripts fill, and all of them.

    Their six loops begin at the first, second, … sixth input, so that of the sorted sets only those with
    i_k ≥ k are reached.

    Examples
    --------
    >>> filled_by_scripts()
    (132, 462)
    """
    sets = list(combinations_with_replacement(range(inputs), LEGS))
    return sum(all(one >= place for place, one in enumerate(row)) for row in sets), len(sets)
