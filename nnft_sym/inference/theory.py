"""Correlators of a theory at given inputs: polynomials in its couplings, sorted by powers of 1/N."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from nnft_sym.expansions.truncation import width_text
from numerics.errors import OrderMissing
from numerics.inference.polynomial import Polynomial, joined_models
from numerics.integrals.prediction import Prediction
from numerics.lowering.monomials import Monomial, monomial_text
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Theory(Shown):
    """A model with its diagrams integrated, and the couplings left open.

    Attributes
    ----------
    predictions : mapping of int to Prediction
        By order n of the correlator.
    counting : mapping of str to Fraction
        Power of 1/N that each coupling is worth: (v − 2)/2 for the coupling of f^v. A product has the sum.
    kind : str
        Which function was expanded.
    propagator : ndarray or None
        K at all pairs of the inputs, in the order of the 2-point function: what the lines of diagrams are,
        and the 2-point function of the data must be.
    """

    predictions: Mapping[int, Prediction]
    counting: Mapping[str, Fraction]
    kind: str = "connected"
    propagator: Array | None = None

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders of the correlators, ascending."""
        return tuple(sorted(self.predictions))

    @property
    def names(self) -> tuple[str, ...]:
        """The couplings that occur."""
        found = {name for one in self.predictions.values() for key in one.coefficients for name, _ in key}
        return tuple(sorted(found))

    def power_of(self, product: Monomial) -> Fraction:
        """Count the powers of 1/N of a product of couplings."""
        return sum((self.counting[name] * power for name, power in product), Fraction(0))

    def prediction(self, order: int) -> Prediction:
        """Return the prediction of one order.

        Raises
        ------
        OrderMissing
            If the model does not have it.
        """
        if order not in self.predictions:
            raise OrderMissing(
                f"order {order} was asked for; the model has {', '.join(map(str, self.orders))}: give it "
                "that order too"
            )
        return self.predictions[order]

    def coefficients(self, order: int, power: Fraction) -> dict[Monomial, Correlator]:
        """Return what multiplies each product of couplings of one power of 1/N."""
        found = self.prediction(order).coefficients
        return {key: one for key, one in found.items() if self.power_of(key) == power}

    def polynomial(self, *orders: int) -> Polynomial:
        """Put orders one after the other as one polynomial in the couplings, which they share by name."""
        chosen = orders or self.orders
        return joined_models([Polynomial.of(self.prediction(n).coefficients) for n in chosen])

    def value(
        self,
        order: int,
        couplings: Mapping[str, Estimate | float],
        keep: Callable[[Monomial], bool] = lambda product: True,
    ) -> Correlator:
        """Evaluate an n-point function, with the errors of the couplings and the bounds of the integrals.

        Parameters
        ----------
        order : int
        couplings : mapping of str to Estimate or float
        keep : callable, optional
            Which products of couplings; all by default.

        Returns
        -------
        Correlator

        Raises
        ------
        OrderMissing
            If the model does not have that order.
        """
        prediction = self.prediction(order)
        total = Estimate(np.zeros(len(prediction.indices)))
        for product, coefficient in prediction.coefficients.items():
            if keep(product):
                total = total + times(coefficient, product, couplings)
        return Correlator.over(prediction.fields, order, Part.DERIVED, total)

    def jacobian(self, order: int, couplings: Mapping[str, float]) -> Array:
        """Differentiate an n-point function by the couplings, in the order of `names`; shape (M, P)."""
        model = Polynomial.of(self.prediction(order).coefficients)
        moves = model.jacobian([float(couplings[name]) for name in model.names])
        found = np.zeros((model.size, len(self.names)))
        found[:, [self.names.index(name) for name in model.names]] = moves
        return found

    def plain_fields(self) -> Content:
        """Give the terms as plain fields, one row for each product of couplings of each order."""

        def rows() -> Iterator[tuple[object, ...]]:
            for order in self.orders:
                for product, one in self.predictions[order].coefficients.items():
                    size = float(np.abs(one.value).max(initial=0.0))
                    yield order, monomial_text(product), width_text(self.power_of(product)), size

        facts = {name: f"~ {width_text(self.counting[name])}" for name in self.names}
        columns = ("order", "couplings", "counts as", "largest coefficient")
        count = sum(len(one.coefficients) for one in self.predictions.values())
        return Content(f"Theory of orders {list(self.orders)}", facts, columns, rows, count)


def times(coefficient: Estimate, product: Monomial, couplings: Mapping[str, Estimate | float]) -> Estimate:
    """Multiply a coefficient with a product of couplings, with the errors of both."""
    found = coefficient
    for name, power in product:
        for _ in range(power):
            found = found * couplings[name]
    return found
