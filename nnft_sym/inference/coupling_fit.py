"""Couplings inferred from data: values, what the next order in 1/N would add, and what was left over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from nnft_sym.inference.theory import Theory
from numerics.errors import InvalidStatistics
from numerics.inference.polynomial_fit import PolynomialFit
from numerics.results.correlator import Correlator
from numerics.results.estimate import Estimate, in_a_row
from numerics.results.faces import Content, Shown

#: Largest |correction|/|coupling| at which the expansion in 1/N says something.
HALF = 0.5


@dataclass(frozen=True, eq=False)
class Step:
    """Couplings of one power of 1/N, from one connected correlator.

    Attributes
    ----------
    order : int
        Of the correlator.
    power : Fraction
        Of 1/N.
    fit : PolynomialFit
        Of what the couplings of lower powers leave of the correlator.
    misfit : float
        Σ|residual| over Σ|connected correlator|.
    """

    order: int
    power: Fraction
    fit: PolynomialFit
    misfit: float


@dataclass(frozen=True, eq=False, repr=False)
class CouplingFit(Shown):
    """Couplings, order by order in 1/N.

    Attributes
    ----------
    theory : Theory
    couplings : mapping of str to Estimate
        Leading values, in the order in which they were found; NaN where the data do not determine them.
        Errors are traced to the data, so that any two are correlated as they are.
    corrections : mapping of str to Estimate
        What the next power of 1/N adds, beside and not in `couplings`. Couplings for which the theory was not
        expanded that far are not listed.
    steps : tuple of Step
    missing : tuple of str
        Couplings that could not be looked for, because others that they need are not determined.
    """

    theory: Theory
    couplings: Mapping[str, Estimate]
    corrections: Mapping[str, Estimate]
    steps: tuple[Step, ...]
    missing: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Estimate:
        """Return the leading value of a coupling.

        Raises
        ------
        InvalidStatistics
            If it was not inferred.
        """
        if name not in self.couplings:
            raise InvalidStatistics(
                f"coupling {name!r} was not inferred; {', '.join(self.couplings) or 'none'} were"
            )
        return self.couplings[name]

    @property
    def together(self) -> Estimate:
        """All couplings one after the other, with their covariance."""
        return in_a_row(self.couplings.values())

    def ratio(self, name: str) -> float | None:
        """Size of the correction over that of the coupling, |l₂/(l₁N)|; None where it is not known."""
        if name not in self.corrections:
            return None
        value = abs(float(self[name]))
        return abs(float(self.corrections[name])) / value if value > 0 else float("inf")

    @property
    def holds(self) -> bool | None:
        """Whether no correction is more than half of its coupling; None if no correction is known."""
        ratios = [found for name in self.couplings if (found := self.ratio(name)) is not None]
        return all(one <= HALF for one in ratios) if ratios else None

    def predict(self, order: int) -> Correlator:
        """Predict a connected correlator from the leading couplings, with their errors."""
        power = Fraction(order, 2) - 1
        count = self.theory.power_of
        return self.theory.value(order, self.couplings, lambda product: count(product) <= power)

    def plain_fields(self) -> Content:
        """Give the couplings as plain fields, one row for each."""

        def rows() -> Iterator[tuple[object, ...]]:
            for step in self.steps:
                for name in step.fit.names:
                    one, next_order = self.couplings[name], self.corrections.get(name)
                    numbers = (float(one), float(one.error))
                    beside = (None, None) if next_order is None else (float(next_order), self.ratio(name))
                    yield name, step.order, *numbers, *beside

        facts: dict[str, object] = {
            f"misfit of the connected {step.order}-point function": step.misfit for step in self.steps
        }
        unknown = [one.text for step in self.steps for one in step.fit.combinations if not one.determined]
        facts |= {"not determined": "; ".join(unknown)} if unknown else {}
        facts |= {"not looked for": ", ".join(self.missing)} if self.missing else {}
        facts |= {} if self.holds is None else {"the expansion in 1/N holds": self.holds}
        columns = ("coupling", "from order", "value", "error", "next order", "ratio")
        count = sum(np.size(step.fit.names) for step in self.steps)
        return Content("Couplings, order by order in 1/N", facts, columns, rows, count)
