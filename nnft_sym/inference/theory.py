"""Correlators of a theory at given inputs: polynomials in its couplings, sorted by powers of 1/N."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nnft_sym.expansions.numeric_terms import component_values
from nnft_sym.expansions.truncation import width_text
from numerics.errors import OrderMissing
from numerics.fields.field_set import FieldSet
from numerics.inference.polynomial import Polynomial, joined_models
from numerics.integrals.prediction import Prediction
from numerics.lowering.monomials import Monomial, monomial, monomial_text
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
        K at all pairs of the fields, in the order of the 2-point function: what the lines of diagrams are,
        and the 2-point function of the data must be.
    outputs : FieldSet or None
        The fields, where they have outputs: then the δ of the predictions are those of these outputs, and D
        is the number of different ones.
    width : int or None
        N, where couplings are those per width, Nλ and N²κ in place of λ and κ; see `per_width`.
    full : bool
        Whether these connected functions are held against full correlators, as products of which they are
        made; see `of_full`.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> model, net, fields = nn.Model.leading("lambda*f^4"), nn.ReLUNet(1), nn.FieldSet([[1.0]])
    >>> theory = model.theory(model.predict(net.kernel, fields, nn.Box(1.0)), fields)
    >>> theory.orders, theory.names, str(theory.counting["lambda"])
    ((4,), ('lambda',), '1')
    """

    predictions: Mapping[int, Prediction]
    counting: Mapping[str, Fraction]
    kind: str = "connected"
    propagator: Array | None = None
    outputs: FieldSet | None = None
    width: int | None = None
    full: bool = False

    @property
    def fields(self) -> FieldSet:
        """Over which fields."""
        return self.predictions[self.orders[0]].fields if self.outputs is None else self.outputs

    def per_width(self, width: int) -> "Theory":
        """Count couplings in powers of 1/N, so that networks of several widths can share them.

        Parameters
        ----------
        width : int
            N of the network whose correlators these are.

        Returns
        -------
        Theory
            In which ``lambda`` stands for Nλ, ``kappa`` for N²κ.

        Examples
        --------
        >>> from nnft_sym.actions.action import Action
        >>> from nnft_sym.inference.model import Model
        >>> from numerics.integrals.rules.domains import Box
        >>> from numerics.networks.architectures import ReLUNet
        >>> model = Model(Action("lambda*f^4"), (4,), kind="connected", power=1)
        >>> theory = model.over(ReLUNet(1, sigma_b=0.0).kernel, FieldSet([[1.0]]), Box(1.0))
        >>> both = [one.value(4, {"lambda": 1.0}) for one in (theory, theory.per_width(20))]
        >>> [round(float(one.value[0]), 4) for one in both]
        [-0.3, -0.015]
        """
        return replace(self, width=width)

    def of_full(self) -> "Theory":
        """Hold these connected functions against full correlators, see `nnft_sym.inference.infer.infer`."""
        return replace(self, full=True)

    @cached_property
    def _terms(self) -> dict[int, dict[Monomial, Correlator]]:
        return {order: dict(self._terms_of(order)) for order in self.orders}

    def _terms_of(self, order: int) -> Iterator[tuple[Monomial, Correlator]]:
        """Put numbers for D and the δ, and for N; terms of one product of couplings become one."""
        found: dict[Monomial, Estimate] = {}
        if self.outputs is None and self.width is None:
            yield from self.predictions[order].coefficients.items()
            return
        for key, coefficient in self.predictions[order].coefficients.items():
            product = tuple((name, power) for name, power in key if name in self.counting)
            unit = 1.0 if self.width is None else float(self.width) ** -float(self.power_of(product))
            one: Estimate = coefficient.numbers() * (self._weight(key, order) * unit)
            found[product] = found[product] + one if product in found else one
        for product, one in found.items():
            yield product, Correlator.over(self.fields, order, Part.DERIVED, one)

    def _weight(self, key: Monomial, order: int) -> Array:
        """Evaluate what is no coupling: D, and the δ of the outputs at the places of each multiset."""
        numbers = self.fields.output_numbers
        values = component_values(numbers[self.fields.multisets(order)] + 1, int(numbers.max()) + 1)
        weight = np.ones(len(self.fields.multisets(order)))
        for name, power in key:
            if name not in self.counting:
                weight = weight * values[name] ** power
        return weight

    def terms(self, order: int) -> dict[Monomial, Correlator]:
        """Return what multiplies each product of couplings of an n-point function, over `fields`.

        Raises
        ------
        OrderMissing
            If the model does not have that order.
        """
        self.prediction(order)
        return self._terms[order]

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders of the correlators, ascending."""
        return tuple(sorted(self.predictions))

    @property
    def names(self) -> tuple[str, ...]:
        """The couplings that occur."""
        found = {name for order in self.orders for key in self.terms(order) for name, _ in key}
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
        return {key: one for key, one in self.terms(order).items() if self.power_of(key) == power}

    def polynomial(self, *orders: int) -> Polynomial:
        """Put orders one after the other as one polynomial in the couplings, which they share by name."""
        chosen = orders or self.orders
        return joined_models([Polynomial.of(self.terms(n)) for n in chosen])

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
        total = Estimate(np.zeros(len(self.fields.multisets(order))))
        for product, coefficient in self.terms(order).items():
            if keep(product):
                total = total + times(coefficient, product, couplings)
        return Correlator.over(self.fields, order, Part.DERIVED, total)

    def change(
        self,
        order: int,
        couplings: Mapping[str, Estimate | float],
        changes: Mapping[str, Estimate],
        keep: Callable[[Monomial], bool] = lambda product: True,
    ) -> Correlator:
        """By how much an n-point function moves with changes of some couplings, to first order.

        Parameters
        ----------
        order : int
        couplings : mapping of str to Estimate or float
        changes : mapping of str to Estimate
        keep : callable, optional
            Which products of couplings; all by default.

        Returns
        -------
        Correlator
        """
        total = Estimate(np.zeros(len(self.fields.multisets(order))))
        for product, coefficient in self.terms(order).items():
            for name, power in product if keep(product) else ():
                if name in changes:
                    rest = monomial({**dict(product), name: power - 1})
                    total = total + times(coefficient, rest, couplings) * changes[name] * float(power)
        return Correlator.over(self.fields, order, Part.DERIVED, total)

    def jacobian(self, order: int, couplings: Mapping[str, float]) -> Array:
        """Differentiate an n-point function by the couplings, in the order of `names`; shape (M, P)."""
        model = Polynomial.of(self.terms(order))
        moves = model.jacobian([float(couplings[name]) for name in model.names])
        found = np.zeros((model.size, len(self.names)))
        found[:, [self.names.index(name) for name in model.names]] = moves
        return found

    def plain_fields(self) -> Content:
        """Give the terms as plain fields, one row for each product of couplings of each order."""

        def rows() -> Iterator[tuple[object, ...]]:
            for order in self.orders:
                for product, one in self.terms(order).items():
                    size = float(np.abs(one.value).max(initial=0.0))
                    yield order, monomial_text(product), width_text(self.power_of(product)), size

        facts = {name: f"~ {width_text(self.counting[name])}" for name in self.names}
        columns = ("order", "couplings", "counts as", "largest coefficient")
        count = sum(len(self.terms(order)) for order in self.orders)
        return Content(f"Theory of orders {list(self.orders)}", facts, columns, rows, count)


def times(coefficient: Estimate, product: Monomial, couplings: Mapping[str, Estimate | float]) -> Estimate:
    """Multiply a coefficient with a product of couplings, with the errors of both."""
    found = coefficient
    for name, power in product:
        for _ in range(power):
            found = found * couplings[name]
    return found
