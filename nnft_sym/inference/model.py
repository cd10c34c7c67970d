"""A field theory to be held against data: an action, expanded into diagrams, and integrated when asked."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.actions.action import Action
from nnft_sym.errors import InvalidAction, InvalidExpansion
from nnft_sym.expansions.expansion import Expansion, correlator
from nnft_sym.expansions.truncation import DERIVED, truncation
from nnft_sym.inference.theory import Theory
from numerics.fields.field_set import FieldSet
from numerics.given import as_instance, as_wholes
from numerics.integrals.integrator import Integrator
from numerics.integrals.prediction import Prediction

if TYPE_CHECKING:
    from numerics.integrals.rules.domains import Domain
    from numerics.kernels.base import Kernel

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Model:
    """Correlators of an action to a number of vertices, with its couplings left open.

    Parameters
    ----------
    action : Action or str
    orders : tuple of int
        Which n-point functions.
    vertices : int, optional
        Most vertices of a diagram.
    kind : str, optional
        ``"normalised"``, ``"connected"`` …, as in `expand`.
    scheme : str, optional
        ``"exact"``: lines are the measured 2-point function; ``"bare"``: the propagator of the free theory.
    power : int or Fraction, or mapping from orders to them, optional
        Largest power of 1/N; instead of `vertices`.
    counting : "1/N" or mapping, optional
        Power of 1/N that each coupling is worth, as in `expand`.

    Examples
    --------
    >>> from numerics.integrals.rules.domains import Box
    >>> from numerics.networks.architectures import ReLUNet
    >>> model = Model(Action("lambda*f^4"), (2, 4))
    >>> found = model.predict(ReLUNet(1).kernel, FieldSet([[1.0]]), Box(1.0))
    >>> round(float(found[4]["lambda"].value[0]), 12)
    -0.3
    """

    action: Action
    orders: tuple[int, ...]
    vertices: int = 1
    kind: str = "normalised"
    scheme: str = "exact"
    power: int | Fraction | Mapping[int, int | Fraction] | None = None
    counting: str | Mapping[str, int | Fraction] = DERIVED

    def __post_init__(self) -> None:
        object.__setattr__(self, "action", _as_action(self.action))
        object.__setattr__(self, "orders", _as_orders(self.orders))

    @classmethod
    def leading(
        cls,
        action: Action | str,
        orders: Iterable[int] | None = None,
        *,
        beyond: bool = True,
        every: bool = False,
    ) -> "Model":
        """Make the model of connected correlators that couplings are read off, order by order in 1/N.

        Parameters
        ----------
        action : Action or str
        orders : iterable of int, optional
            Default: those at whose leading order couplings appear, v for a coupling of f^v.
        beyond : bool, optional
            Expand to 1/N² at least, so that it is known what the next power adds to the couplings of f⁴.
        every : bool, optional
            Expand every order one power further than where it begins, so that it is known for all couplings:
            three vertices and more, which takes long in two dimensions. The system of joint counting has all
            these terms, too.

        Returns
        -------
        Model
            Each order to its leading power of 1/N; with `beyond` those below order 6 one further.

        Raises
        ------
        InvalidAction
            If it has no couplings, or one of an odd power of f.
        InvalidExpansion
            If an order is odd, or less than 4.

        Examples
        --------
        >>> model = Model.leading(Action("lambda*f^4 + kappa*f^6"))
        >>> model.orders, model.kind, model.power
        ((4, 6), 'connected', 2)
        """
        action = _as_action(action)
        counting = truncation(action, 1, DERIVED).counting
        first = {name: int(2 * (power + 1)) for name, power in counting}
        odd = [name for name, order in first.items() if order % 2]
        if not first:
            raise InvalidAction("the action has no couplings; name one, as in lambda*f^4")
        if odd:
            raise InvalidAction(
                f"the coupling {odd[0]} is read off the {first[odd[0]]}-point function, which vanishes where "
                "f and −f are as likely, as in these networks; leave it out"
            )
        found = tuple(sorted(set(first.values() if orders is None else _as_orders(orders))))
        if not found or any(order % 2 or order < 4 for order in found):
            raise InvalidExpansion.about(
                "orders", f"{list(found)} was given; even orders from 4 on are needed, as in 4,6"
            )
        powers = {order: max(order // 2 - 1 + every, 2 if beyond else 1) for order in found}
        alike = len(set(powers.values())) == 1
        return cls(action, found, kind="connected", power=powers[found[0]] if alike else powers)

    @cached_property
    def expansions(self) -> Mapping[int, Expansion]:
        """The expansion of every order."""
        counting = None if self.power is None else self.counting
        return {
            n: correlator(
                self.action, n, self._reach(n), kind=self.kind, scheme=self.scheme, counting=counting
            )
            for n in self.orders
        }

    def _reach(self, order: int) -> int | Fraction:
        """Most vertices of an n-point function, or its largest power of 1/N."""
        if self.power is None:
            return self.vertices
        if not isinstance(self.power, Mapping):
            return self.power
        if order not in self.power:
            raise InvalidExpansion(
                f"powers of 1/N of the orders {sorted(self.power)} were given, but none of the {order}-point "
                "function; give each order a power, or one power for all"
            )
        return self.power[order]

    def predict(
        self, kernel: "Kernel", fields: FieldSet, domain: "Domain", progress: Progress | None = None
    ) -> dict[int, Prediction]:
        """Integrate the diagrams of every order.

        Parameters
        ----------
        kernel : Kernel
        fields : FieldSet
        domain : Domain
            Over which vertices are integrated.
        progress : callable, optional
            Called with (integrals done, integrals in total) of one order.

        Returns
        -------
        dict of int to Prediction

        Raises
        ------
        DivergentIntegral
            If the domain needs a cutoff.
        """
        return self.predict_with(Integrator(kernel, domain, progress=progress), fields)

    def predict_with(self, integrator: Integrator, fields: FieldSet) -> dict[int, Prediction]:
        """Integrate as `predict` does, with an accuracy, a method or a store of one's own.

        Parameters
        ----------
        integrator : Integrator
            Has the kernel and the domain.
        fields : FieldSet

        Returns
        -------
        dict of int to Prediction

        Raises
        ------
        DivergentIntegral
            If the domain needs a cutoff.

        Examples
        --------
        >>> from numerics.integrals.questions.limits import Accuracy
        >>> from numerics.integrals.rules.domains import Box
        >>> from numerics.networks.architectures import ErfNet
        >>> rough = Integrator(ErfNet(1).kernel, Box(2.0), Accuracy(rtol=1e-4))
        >>> found = Model(Action("lambda*f^4"), (4,)).predict_with(rough, FieldSet([[0.5]]))
        >>> found[4]["lambda"].trusted
        True
        """
        return {
            n: integrator.predict(expansion.monomials(), fields.inputs)
            for n, expansion in self.expansions.items()
        }

    def over(
        self, kernel: "Kernel", fields: FieldSet, domain: "Domain", progress: Progress | None = None
    ) -> Theory:
        """Integrate the diagrams and count powers of 1/N; arguments and errors as of `predict`.

        Fields may be of several outputs; the number D of the theory is that of different outputs in them.

        Examples
        --------
        >>> from numerics.integrals.rules.domains import Box
        >>> from numerics.networks.architectures import ReLUNet
        >>> model = Model(Action("lambda*f^4"), (4,), kind="connected", power=2)
        >>> theory = model.over(ReLUNet(1, sigma_b=0.0).kernel, FieldSet([[1.0]]), Box(1.0))
        >>> theory.names, [str(theory.power_of(key)) for key in theory.predictions[4].coefficients]
        (('lambda',), ['1', '2'])
        """
        return self.theory_with(Integrator(kernel, domain, progress=progress), fields)

    def theory_with(self, integrator: Integrator, fields: FieldSet) -> Theory:
        """Integrate and count as `over` does; arguments and errors as of `predict_with`."""
        highest = 1 if self.power is None else max(map(self._reach, self.orders))
        counting = truncation(self.action, highest, self.counting).counting
        self._refuse_outputs(fields)
        first, second = fields.multisets(2).T
        pairs = integrator.kernel.full(fields.inputs, fields.inputs)[first, second]
        pairs = np.where(fields.outputs[first] == fields.outputs[second], pairs, 0.0)
        outputs = fields if self.action.has_components or not fields.single_output else None
        predictions = self.predict_with(integrator, fields)
        return Theory(predictions, dict(counting), self.kind, pairs, outputs)

    def _refuse_outputs(self, fields: FieldSet) -> None:
        """An action of one field says nothing of several outputs."""
        count = len(np.unique(fields.outputs))
        if count > 1 and not self.action.has_components:
            raise InvalidAction(
                f"fields of {count} outputs were given to the action {self.action} of one field; write "
                "products f.f of a field with outputs, as in lambda*(f.f)^2, or give one output"
            )


def _as_action(given: object) -> Action:
    if isinstance(given, str):
        return Action(given)
    return as_instance(given, Action, "action", InvalidAction, "an Action, or its text,")


def _as_orders(given: object) -> tuple[int, ...]:
    needed = "whole numbers of points are needed, as in (4, 6)"
    found = as_wholes(given, "orders", InvalidExpansion, needed, least=0)
    if not found:
        raise InvalidExpansion.about("orders", f"none were given; {needed}")
    return found
