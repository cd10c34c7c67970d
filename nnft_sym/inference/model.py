"""A field theory to be held against data: an action, expanded into diagrams, and integrated when asked."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from diagrams.deprecated import renamed
from diagrams.progress import ProgressLike
from nnft_sym.actions.action import Action
from nnft_sym.errors import InvalidAction, InvalidExpansion
from nnft_sym.expansions.expansion import Expansion, expand
from nnft_sym.expansions.kinds import KIND_ALIASES
from nnft_sym.expansions.schemes import Kind, Scheme
from nnft_sym.expansions.truncation import DERIVED, strength, truncation
from nnft_sym.inference.theory import Theory
from numerics.fields.field_set import FieldSet
from numerics.given import as_instance, as_wholes
from numerics.integrals.integrator import Integrator
from numerics.integrals.prediction import Prediction
from numerics.lowering.monomials import monomial_text

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
        if self.scheme == Scheme.NETWORK:
            raise InvalidExpansion(
                "the scheme 'network' was given; couplings are inferred of an action around the Gaussian "
                "process: take 'exact' or 'bare'"
            )

    @classmethod
    def leading(
        cls,
        action: Action | str,
        orders: Iterable[int] | int | None = None,
        *,
        beyond: bool = True,
        every: bool = False,
        kind: str = "connected",
    ) -> "Model":
        """Make the model of the correlators that couplings are read off, order by order in 1/N.

        Parameters
        ----------
        action : Action or str
        orders : iterable of int, or int, optional
            Default: those at whose leading order couplings appear, v for a coupling of f^v.
        beyond : bool, optional
            Expand the 3- and the 4-point function one power further, so that it is known what the next power
            adds to the couplings of f³ and f⁴.
        every : bool, optional
            Expand every order one power further than where it begins, so that it is known for all couplings:
            three vertices and more, which takes long in two dimensions. The system of joint counting has all
            these terms, too.
        kind : {"connected", "full"}, optional
            Which correlators; see `nnft_sym.inference.infer.infer` for full ones.

        Returns
        -------
        Model
            Each order to its leading power of 1/N, n/2 − 1; with `beyond` orders 3 and 4 one further.

        Raises
        ------
        InvalidAction
            If it has no couplings.
        InvalidExpansion
            If an order is less than 3, or odd for an action that is even.

        Examples
        --------
        >>> model = Model.leading(Action("lambda*f^4 + kappa*f^6"))
        >>> model.orders, model.kind, model.power
        ((4, 6), 'connected', 2)

        The coupling of f³ is worth N^(−1/2), and g² has a part in the 4-point function:

        >>> Model.leading("g*f^3 + lambda*f^4", beyond=False).power
        {3: Fraction(1, 2), 4: 1}
        """
        action = _as_action(action)
        first = _first_orders(action)
        if not first:
            raise InvalidAction("the action has no couplings; name one, as in lambda*f^4")
        found = tuple(sorted(set(first.values() if orders is None else _as_orders(orders))))
        odd = any(order % 2 for order in first.values())
        if not found or any(order < 3 or (order % 2 and not odd) for order in found):
            needed = (
                "orders from 3 on are needed, as in 3,4"
                if odd
                else "even orders from 4 on are needed, as in 4,6"
            )
            raise InvalidExpansion.about("orders", f"{list(found)} was given; {needed}")
        powers = {order: _leading(order, every or (beyond and order <= 4)) for order in found}
        alike = len(set(powers.values())) == 1
        return cls(action, found, kind=kind, power=powers[found[0]] if alike else powers)

    @property
    def connected(self) -> "Model":
        """The connected functions that the full ones of this model are products of.

        With all orders below, from which the products come; even ones alone where the action is even.

        Examples
        --------
        >>> Model.leading("lambda*f^4 + kappa*f^6", kind="full").connected.orders
        (4, 6)
        """
        if self.kind == Kind.CONNECTED:
            return self
        step = 1 if self.odd_couplings else 2
        every = tuple(range(max(self.orders), 2, -step))[::-1]
        power = self.power
        if isinstance(power, Mapping):
            power = {order: power.get(order, _leading(order)) for order in every}
        return replace(self, orders=every, kind="connected", power=power)

    @property
    def full(self) -> bool:
        """Whether it is of full correlators, divided by the partition function or not."""
        return KIND_ALIASES.get(self.kind, self.kind) in (Kind.FULL, Kind.NORMALISED)

    def for_data(
        self, kernel: "Kernel", fields: FieldSet, domain: "Domain", progress: ProgressLike = None
    ) -> Theory:
        """Integrate what data are held against: connected functions, also those that full ones consist of.

        Arguments and errors as of `predict`.

        Examples
        --------
        >>> from numerics.integrals.rules.domains import Box
        >>> from numerics.networks.architectures import ReLUNet
        >>> model = Model.leading("lambda*f^4", kind="full")
        >>> theory = model.for_data(ReLUNet(1, sigma_b=0.0).kernel, FieldSet([[1.0]]), Box(1.0))
        >>> theory.kind, theory.full
        ('connected', True)
        """
        if not self.full:
            return self.over(kernel, fields, domain, progress)
        return self.connected.over(kernel, fields, domain, progress).of_full()

    @property
    def odd_couplings(self) -> dict[str, int]:
        """Couplings of odd powers of f, and the correlators that they are read off."""
        return {
            name: valence
            for valence in self.action.valences
            if valence % 2
            for _, powers in strength(self.action, valence).monomials()
            for name in powers
        }

    @property
    def data_orders(self) -> tuple[int, ...]:
        """Orders of the full correlators that data need: even ones, or with odd couplings all from 1 on."""
        step = 1 if self.odd_couplings else 2
        return tuple(range(step, max(self.orders) + 1, step))

    def refuse_odd(self) -> None:
        """Refuse couplings of odd powers of f, for ensembles in which f and −f are as likely.

        Raises
        ------
        InvalidAction
        """
        for name, order in self.odd_couplings.items():
            raise InvalidAction(zero_by_symmetry(name, order))

    @cached_property
    def expansions(self) -> Mapping[int, Expansion]:
        """The expansion of every order."""
        counting = None if self.power is None else self.counting
        return {
            n: expand(self.action, n, self._reach(n), kind=self.kind, scheme=self.scheme, counting=counting)
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
        self, kernel: "Kernel", fields: FieldSet, domain: "Domain", progress: ProgressLike = None
    ) -> dict[int, Prediction]:
        """Integrate the diagrams of every order.

        Parameters
        ----------
        kernel : Kernel
        fields : FieldSet
        domain : Domain
            Over which vertices are integrated.
        progress : callable or bool, optional
            Called with (integrals done, integrals in total) of one order.

        Returns
        -------
        dict of int to Prediction

        Raises
        ------
        DivergentIntegral
            If the domain needs a cutoff.
        """
        return Integrator(kernel, domain, progress=progress).predict_each(self.expansions, fields.inputs)

    def predict_with(self, integrator: Integrator, fields: FieldSet) -> dict[int, Prediction]:
        """Old form of ``integrator.predict_each(model.expansions, fields.inputs)``."""
        renamed("model.predict_with(integrator, fields)", "integrator.predict_each(model.expansions, inputs)")
        return integrator.predict_each(self.expansions, fields.inputs)

    def over(
        self, kernel: "Kernel", fields: FieldSet, domain: "Domain", progress: ProgressLike = None
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
        self._refuse_outputs(fields)
        return self.theory(self.predict(kernel, fields, domain, progress), fields)

    def theory(self, predictions: Mapping[int, Prediction], fields: FieldSet) -> Theory:
        """Count powers of 1/N in diagrams that are integrated.

        Parameters
        ----------
        predictions : mapping of int to Prediction
            Of every order: those of `predict`, or of an `Integrator` with an accuracy, a method or a store of
            your own.
        fields : FieldSet
            The fields whose inputs they are over.

        Returns
        -------
        Theory

        Examples
        --------
        >>> from numerics.integrals.questions.limits import Accuracy
        >>> from numerics.integrals.rules.domains import Box
        >>> from numerics.networks.architectures import ErfNet
        >>> model, fields = Model(Action("lambda*f^4"), (4,)), FieldSet([[0.5]])
        >>> rough = Integrator(ErfNet(1).kernel, Box(2.0), Accuracy(rtol=1e-4))
        >>> theory = model.theory(rough.predict_each(model.expansions, fields.inputs), fields)
        >>> theory.names, theory.terms(4)[(("lambda", 1),)].trusted
        (('lambda',), True)
        """
        self._refuse_outputs(fields)
        highest = 1 if self.power is None else max(map(self._reach, self.orders))
        counting = truncation(self.action, highest, self.counting).counting
        first, second = fields.multisets(2).T
        pairs = predictions[self.orders[0]].propagator[first, second]
        pairs = np.where(fields.outputs[first] == fields.outputs[second], pairs, 0.0)
        outputs = fields if self.action.has_components or not fields.single_output else None
        return Theory(predictions, dict(counting), self.kind, pairs, outputs)

    def theory_with(self, integrator: Integrator, fields: FieldSet) -> Theory:
        """Old form of ``model.theory(integrator.predict_each(model.expansions, fields.inputs), fields)``."""
        renamed(
            "model.theory_with(integrator, fields)",
            "model.theory(integrator.predict_each(model.expansions, inputs), fields)",
        )
        return self.theory(integrator.predict_each(self.expansions, fields.inputs), fields)

    def _refuse_outputs(self, fields: FieldSet) -> None:
        """An action of one field says nothing of several outputs."""
        count = len(np.unique(fields.outputs))
        if count > 1 and not self.action.has_components:
            raise InvalidAction(
                f"fields of {count} outputs were given to the action {self.action} of one field; write "
                "products f.f of a field with outputs, as in lambda*(f.f)^2, or give one output"
            )


def zero_by_symmetry(name: str, order: int) -> str:
    """Say why a coupling has no value for an ensemble of ours."""
    return (
        f"the coupling {name} is read off the {order}-point function, which vanishes where f and −f are as "
        f"likely, as in these networks: {name} is zero by symmetry, leave it out. It is there for skewed "
        "output weights (--output-law), and in outputs brought along (Dataset.from_outputs, --data x.npy)"
    )


def _first_orders(action: Action) -> dict[str, int]:
    """At the leading power of which correlator each coupling stands: the one of f^v is read off v fields.

    Raises
    ------
    InvalidAction
        If a term has no coupling of its own, or one of the free theory.
    """
    found: dict[str, int] = {}
    for valence in action.valences:
        for number, powers in strength(action, valence).monomials():
            factor = monomial_text(tuple(powers.items())) or str(number)
            if sum(powers.values()) != 1:
                raise InvalidAction(
                    f"the term {factor}*f^{valence} has no coupling of its own that could be read off: put a "
                    "coupling that counts in front of it, one letter for each power of f"
                )
            if valence < 3:
                raise InvalidAction(
                    f"{factor} stands in front of f^{valence}, which belongs to the free theory: lines are "
                    "exact 2-point functions already, leave that term out"
                )
            if found.setdefault(factor, valence) != valence:
                raise InvalidAction(
                    f"{factor} stands in front of f^{found[factor]} and of f^{valence}, which count as "
                    "different powers of 1/N, so that it is not one number: give each term a coupling of "
                    "its own"
                )
    return dict(sorted(found.items()))


def _leading(order: int, further: bool = False) -> int | Fraction:
    """Power of 1/N at which a connected function begins, or the next."""
    power = Fraction(order, 2) - 1 + further
    return int(power) if power.denominator == 1 else power


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
