"""Correlators of one ensemble and the theory that they are held against; several share couplings by name.

Couplings of one name are one number in all measurements. Across widths that is only meant of what does not
change with the width: with λ = l₁/N + l₂/N² + … and κ = k₁/N² + … the numbers that networks of width 10 and
50 share are l₁ = Nλ and k₁ = N²κ (`Theory.per_width`). Across cutoffs, inputs or architectures a shared
coupling says that one action describes all of them, and the fit says whether it does.

Sampled correlators are put together with their joint covariance: samples of different seeds are independent,
those of one seed are correlated as their blocks are. Exact ones carry no weights, so that each ensemble
counts alike: every correlator is taken relative to its own size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from nnft_sym.expansions.truncation import width_text
from nnft_sym.inference.theory import Theory
from numerics.errors import InvalidStatistics
from numerics.inference.dataset import Dataset
from numerics.results.estimate import Estimate, in_a_row
from numerics.results.joint_correlators import Correlators


@dataclass(frozen=True, eq=False)
class Measurement:
    """Data, and the theory that they are held against.

    Parameters
    ----------
    theory : Theory
        Of connected correlators.
    data : Dataset
        With every order of the theory, over the same fields. Where there are exact correlators they decide.

    Raises
    ------
    InvalidStatistics
        If they do not go together.
    """

    theory: Theory
    data: Dataset

    def __post_init__(self) -> None:
        if self.theory.kind != "connected":
            raise InvalidStatistics(
                f"a theory of kind {self.theory.kind!r} was given; couplings are read off connected "
                'correlators, give the model kind="connected"'
            )
        fields = self.theory.fields
        if self.data.fields != fields:
            raise InvalidStatistics(
                f"data of {self.data.fields!r} were given to a theory of {fields!r}; the same inputs are "
                "needed"
            )
        absent = [order for order in self.theory.orders if order not in self.connected]
        if absent:
            raise InvalidStatistics(
                f"the theory has the {absent[0]}-point function, the data have orders "
                f"{list(self.data.orders)}; give data of that order and all even ones below, or a model "
                "without it"
            )

    @cached_property
    def connected(self) -> Correlators:
        """The connected correlators that decide."""
        return self.data.either.connected()

    @property
    def sampled(self) -> bool:
        """Whether the correlators scatter."""
        return self.connected[self.theory.orders[0]].uncertainty.statistical

    def size(self, order: int) -> float:
        """Root of the mean square of a connected correlator; 1 where it vanishes."""
        size = float(np.sqrt(np.mean(self.connected[order].value ** 2)))
        return size if size > 0 else 1.0


def checked(measurements: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """Check that measurements can share couplings.

    Raises
    ------
    InvalidStatistics
        If some are sampled and others exact, the same data were given twice, or a coupling counts as
        different powers of 1/N.
    """
    found = tuple(measurements)
    if not found:
        raise InvalidStatistics("no data were given; at least one ensemble with its model is needed")
    if len({one.sampled for one in found}) > 1:
        raise InvalidStatistics(
            "sampled and exact correlators were given together, and exact ones have no covariance to be "
            "weighed with; give all of one kind"
        )
    for first, second in combinations(found, 2):
        _refuse_twice(first, second)
        for name in set(first.theory.counting) & set(second.theory.counting):
            powers = [width_text(one.theory.counting[name]) for one in (first, second)]
            if powers[0] != powers[1]:
                raise InvalidStatistics(
                    f"{name} counts as {powers[0]} in one model and as {powers[1]} in another, so it cannot "
                    "be one number; use two names"
                )
    return found


def _refuse_twice(first: Measurement, second: Measurement) -> None:
    """The same numbers say nothing new, and have no joint covariance that can be inverted."""
    shared = sorted(set(first.theory.orders) & set(second.theory.orders))
    same = first.data.fields == second.data.fields and any(
        np.array_equal(first.connected[order].value, second.connected[order].value) for order in shared
    )
    if same and (first.sampled or _same_theory(first.theory, second.theory, shared)):
        raise InvalidStatistics(
            "the same data were given twice: the same networks at the same inputs say nothing new; give each "
            "ensemble once, sampled with a seed of its own"
        )


def _same_theory(first: Theory, second: Theory, orders: Sequence[int]) -> bool:
    return all(
        set(first.terms(order)) == set(second.terms(order))
        and all(
            np.array_equal(one.value, second.terms(order)[key].value)
            for key, one in first.terms(order).items()
        )
        for order in orders
    )


def stacked(numbers: Sequence[Estimate], units: Sequence[float]) -> Estimate:
    """Put numbers of several measurements in a row, each in its own unit, with all their correlations."""
    if len(numbers) == 1 and units[0] == 1.0:
        return numbers[0]
    return in_a_row([one / unit for one, unit in zip(numbers, units, strict=True)])
