"""Correlators of one ensemble and the theory that they are held against; several share couplings by name.

Couplings of one name are one number in all measurements. Across widths that is only meant of what does not
change with the width: with λ = l₁/N + l₂/N² + … and κ = k₁/N² + … the numbers that networks of width 10 and
50 share are l₁ = Nλ and k₁ = N²κ (`Theory.per_width`). Across cutoffs, inputs or architectures a shared
coupling says that one action describes all of them, and the fit says whether it does.

Sampled correlators are put together with their joint covariance: samples of different seeds are independent,
those of one seed are correlated as their blocks are. Exact ones carry no weights, so that each ensemble
counts alike: every correlator is taken relative to its own size.

A theory is one of connected functions. Held against full correlators (`Theory.of_full`) it is put together
to those: data and theory are then full correlators less the free theory, with the measured 2-point function
on every line between two external points. Up to order 4 nothing is left of that but the connected function;
of six fields what a constant λ misses of G_c⁽⁴⁾ comes along, Σ₁₅ G (G_c⁽⁴⁾ − cλ).

A field with odd correlators is taken less its mean, which cumulants from order 2 on do not see. In the
action a linear term does the same: it cancels what hangs on a single line, so that diagrams with tadpoles
are left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from itertools import combinations

import numpy as np

from nnft_sym.expansions.truncation import width_text
from nnft_sym.inference.contributions import excess_terms
from nnft_sym.inference.lower_products import lower_products
from nnft_sym.inference.theory import Theory
from numerics.errors import InvalidStatistics, NNFTError
from numerics.inference.dataset import Dataset
from numerics.inference.polynomial import Polynomial, joined_models
from numerics.lowering.monomials import Monomial
from numerics.networks.joint_laws.named_joint_laws import as_joint_law
from numerics.networks.parameter_laws import as_law
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate, in_a_row
from numerics.results.joint_correlators import Correlators


@dataclass(frozen=True, eq=False)
class Measurement:
    """Data, and the theory that they are held against.

    Parameters
    ----------
    theory : Theory
        Of connected functions, held against connected or (`Theory.of_full`) full correlators.
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
                f"a theory of kind {self.theory.kind!r} was given, in which powers of 1/N of several "
                "connected functions are mixed; give the model, or a theory of connected ones, of_full() "
                "where it is to be held against full correlators"
            )
        fields = self.theory.fields
        if self.data.fields != fields:
            raise InvalidStatistics(
                f"data of {self.data.fields!r} were given to a theory of {fields!r}; the same inputs are "
                "needed"
            )
        for order in self.theory.orders:
            if order % 2 and odd_ones_vanish(self.data):
                raise InvalidStatistics(
                    f"the theory has the {order}-point function, which vanishes where f and −f are as "
                    "likely, as in these data: what is read off it is zero by symmetry, leave it out"
                )
        absent = [order for order in self.theory.orders if order not in self.connected]
        if absent:
            lower = (
                "all orders from 1 on" if any(n % 2 for n in self.theory.orders) else "all even ones below"
            )
            raise InvalidStatistics(
                f"the theory has the {absent[0]}-point function, the data have orders "
                f"{list(self.data.orders)}; give data of that order and {lower}, or a model "
                "without it"
            )
        if self.theory.full:
            self._refuse_gaps()

    def _refuse_gaps(self) -> None:
        """Full correlators are products of all lower ones, of data and theory."""
        given = self.theory.orders
        step = 1 if any(order % 2 for order in given) else 2
        gaps = [order for order in range(3 if step == 1 else 4, max(given), step) if order not in given]
        if gaps:
            raise InvalidStatistics(
                f"the theory has orders {list(given)}, and the full {max(given)}-point function takes the "
                f"connected {gaps[0]}-point function, too; give the model that order"
            )

    @cached_property
    def connected(self) -> Correlators:
        """The connected correlators that decide."""
        return self.data.either.connected()

    @cached_property
    def _held(self) -> dict[int, Correlator]:
        """What was made of full correlators so far."""
        return {}

    def held(self, order: int) -> Correlator:
        """What the theory is held against: the connected correlator, or the full one less the free theory."""
        if not self.theory.full:
            return self.connected[order]
        if order not in self._held:
            made = self.connected[order].numbers() + lower_products(
                self.theory.fields, order, {n: one.numbers() for n, one in self.connected.items()}
            )
            self._held[order] = Correlator.over(self.theory.fields, order, Part.EXCESS, made)
        return self._held[order]

    def predicted(
        self, order: int, couplings: Mapping[str, Estimate], keep: Callable[[Monomial], bool]
    ) -> Estimate:
        """What the theory says of that, to the leading power of 1/N of every connected function.

        Parameters
        ----------
        order : int
        couplings : mapping of str to Estimate
        keep : callable
            Which products of couplings of the connected n-point function itself.
        """
        theory = self.theory
        own: Estimate = theory.value(order, couplings, keep).numbers()
        if not theory.full:
            return own
        lower = {
            n: theory.value(n, couplings, partial(_leading, theory, n)).numbers()
            for n in theory.orders
            if n < order
        }
        lines = {2: self.connected[2].numbers()}
        made: Estimate = own + lower_products(theory.fields, order, lines | lower)
        return made

    @property
    def polynomial(self) -> Polynomial:
        """All orders of the theory as one polynomial, with all products of couplings that it has."""
        if not self.theory.full:
            return self.theory.polynomial(*self.theory.orders)
        return joined_models([Polynomial.of(excess_terms(self.theory, n)) for n in self.theory.orders])

    @property
    def joint(self) -> Estimate:
        """What that is held against, all orders one after the other."""
        return in_a_row(self.held(order) for order in self.theory.orders)

    @property
    def sampled(self) -> bool:
        """Whether the correlators scatter."""
        return self.connected[self.theory.orders[0]].uncertainty.statistical

    def size(self, order: int) -> float:
        """Root of the mean square of what is fitted; 1 where it vanishes."""
        size = float(np.sqrt(np.mean(self.held(order).value ** 2)))
        return size if size > 0 else 1.0


def _leading(theory: Theory, order: int, product: Monomial) -> bool:
    return theory.power_of(product) <= Fraction(order, 2) - 1


def odd_ones_vanish(data: Dataset) -> bool:
    """Tell whether odd correlators are zero by symmetry: ensembles of ours with even laws, exact zeros."""
    given = data.either
    record = given.provenance.get("network")
    if isinstance(record, Mapping) and _is_even(record):
        return True
    odd = [one for n, one in given.items() if n % 2]
    return bool(odd) and not any(one.uncertainty.statistical or np.any(one.value) for one in odd)


def _is_even(record: Mapping[str, object]) -> bool:
    """Tell whether the output weights of a network have a symmetric law, as far as its record says."""
    try:
        joint = record.get("output_joint")
        single = as_law(record.get("output_law", "gaussian"))
        return single.even if joint is None else as_joint_law(joint).even
    except NNFTError:
        return False  # a law that has no text


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
    if len({one.theory.full for one in found}) > 1:
        raise InvalidStatistics(
            "connected and full correlators were given together; hold all ensembles against one kind"
        )
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
