"""The couplings of the whole action of a study, order by order in 1/N, as plain numbers.

`nnft_sym.inference.infer` finds them: λ from the connected 4-point function at 1/N, κ from what the exchange
of two λ vertices leaves of the connected 6-point function at 1/N², and what the next order would change in λ.
The 6-point function is then built up term by term (`nnft_sym.study.correlator_terms`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.actions.action import Action
from nnft_sym.actions.names import symbol
from nnft_sym.inference.infer import infer
from nnft_sym.printing.number_text import superscript
from nnft_sym.study.correlator_terms import Part, TakenApart, taken_apart
from nnft_sym.study.coupling_forms import CouplingForm, coupling_forms
from nnft_sym.study.judgement import STANDARD, Judgement
from nnft_sym.study.sampled_couplings import SampledReading, read_sample
from numerics.errors import NNFTError
from numerics.results.quality import Quality

if TYPE_CHECKING:
    from nnft_sym.inference.coupling_fit import CouplingFit
    from nnft_sym.inference.step import Step
    from nnft_sym.inference.theory import Theory
    from numerics.inference.dataset import Dataset
    from numerics.lowering.monomials import Monomial
    from numerics.results.correlator import Correlator
    from numerics.results.joint_correlators import Correlators


class Constancy(StrEnum):
    """What data say about constant couplings."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Reading:
    """One coupling.

    Attributes
    ----------
    name : str
    order : int
        Of the connected correlator that it was read off.
    value, error : float
        NaN where the data do not determine it. The error is a bound where the data are exact.
    next_order : float or None
        What the next power of 1/N would add; None where it is not known.
    misfit : float
        Share of that correlator that constant couplings miss.
    weak : bool
        It cannot be told from zero, so that the size of the next order says nothing.
    alone : float or None
        What it would be if products of couplings of lower orders were left out.

    Examples
    --------
    >>> one = Reading("lambda", 4, -0.0535, 1e-9, next_order=4.57, misfit=1e-4)
    >>> one.symbol, round(one.ratio, 1), round(one.corrected, 4)
    ('λ', 85.4, 4.5165)
    """

    name: str
    order: int
    value: float
    error: float
    next_order: float | None = None
    misfit: float = 0.0
    weak: bool = False
    alone: float | None = None

    @property
    def symbol(self) -> str:
        """As readers know it."""
        return symbol(self.name)

    @property
    def determined(self) -> bool:
        """Whether the data determine it."""
        return bool(np.isfinite(self.value))

    @property
    def ratio(self) -> float | None:
        """Size of what the next order would add, relative to the coupling; None where it says nothing."""
        if self.next_order is None or not self.determined or self.weak:
            return None
        return abs(self.next_order / self.value) if self.value else float("inf")

    @property
    def corrected(self) -> float | None:
        """The coupling with what the next order adds: not to be trusted where that is no small part."""
        return None if self.next_order is None or not self.determined else self.value + self.next_order


@dataclass(frozen=True)
class ActionFit:
    """The couplings of an action, order by order in 1/N, or the reason why there are none.

    Attributes
    ----------
    why : str
        Why nothing was inferred; empty if something was.
    readings : tuple of Reading
    parts : tuple of Part
        What the predicted correlator less the free theory is made of, in powers of 1/N.
    exact : bool
        Whether the couplings were read off exact correlators, so that errors are bounds.
    constancy : Constancy
        What the lowest order says of constant couplings.
    limit : float
        Largest relative correction at which the expansion in 1/N says something.
    missing : tuple of str
        Couplings that could not be looked for.
    explained : mapping of int to float
        Share of each connected correlator that all couplings explain.
    forms : tuple of CouplingForm
        Each coupling as a tensor, its mean and one constant, and corrected by couplings of the next order.
    sampled : tuple of SampledReading
        What the sample says of each coupling, where the exact answer decides.
    not_sampled : str
        Why it says nothing, if that could not be asked.
    beyond : TakenApart or None
        The correlator after the predicted one, to which nothing was fitted; with its exact answer.
    tensors : mapping of str to Correlator
        What each of `parts` adds to the predicted correlator, with the errors of the couplings.
    """

    why: str = ""
    readings: tuple[Reading, ...] = ()
    parts: tuple[Part, ...] = ()
    exact: bool = True
    constancy: Constancy = Constancy.UNDECIDED
    limit: float = 0.5
    missing: tuple[str, ...] = ()
    explained: Mapping[int, float] = field(default_factory=dict)
    forms: tuple[CouplingForm, ...] = ()
    sampled: tuple[SampledReading, ...] = ()
    not_sampled: str = ""
    beyond: TakenApart | None = None
    tensors: Mapping[str, "Correlator"] = field(default_factory=dict, compare=False, repr=False)

    def find(self, name: str) -> Reading | None:
        """Return one coupling; None if it was not inferred."""
        return next((one for one in self.readings if one.name == name), None)

    @property
    def largest(self) -> Reading | None:
        """The coupling that the next order changes most, relative to itself; None where that is not known."""
        known = [one for one in self.readings if one.ratio is not None]
        return max(known, key=lambda one: one.ratio or 0.0) if known else None

    @property
    def holds(self) -> bool | None:
        """Whether the expansion in 1/N holds: no coupling changes by more than `limit` of itself."""
        largest = self.largest
        return None if largest is None or largest.ratio is None else largest.ratio <= self.limit

    @property
    def share(self) -> float | None:
        """Share of the predicted correlator less the free theory that all couplings explain."""
        return self.parts[-1].explained if self.parts else None


def action_text(action: Action) -> str:
    """Write an action as readers know it.

    Examples
    --------
    >>> action_text(Action("lambda*f**4 + kappa*f**6")), action_text(Action("(lambda_0 + lambda_2*x^2)*f^4"))
    ('S_GP + ∫ [λ f⁴ + κ f⁶]', 'S_GP + ∫ [λ₀ f⁴ + λ₂ x² f⁴]')
    """
    text = re.sub(r"\*\*(\d+)", lambda found: superscript(int(found[1])), str(action))
    text = re.sub(r"[A-Za-z]\w*", lambda found: symbol(found[0]), text).replace("*", " ").replace("-", "−")
    return f"S_GP + ∫ [{text}]" if len(action.vertices) > 1 else f"S_GP + ∫ {text}"


def fit_action(
    theory: "Theory | str",
    data: "Dataset",
    predicted: int,
    limits: Judgement = STANDARD,
    sampled: "Correlators | None" = None,
    beyond: int | None = None,
) -> ActionFit:
    """Infer the couplings of the action of a study.

    Parameters
    ----------
    theory : Theory or str
        Of connected correlators, integrated; or the reason why there is none.
    data : Dataset
        Exact correlators decide where there are any.
    predicted : int
        Order of the correlator that is taken apart.
    limits : Judgement, optional
    sampled : Correlators, optional
        A sample to be held beside exact data.
    beyond : int, optional
        Order that theory and data have only to be predicted.

    Returns
    -------
    ActionFit
        Without couplings, but with the reason, where they cannot be inferred.
    """
    if isinstance(theory, str):
        return ActionFit(why=theory)
    try:
        found = infer(data, theory)
        whole = predicted in theory.orders and set(range(4, predicted, 2)) <= set(theory.orders)
        apart = taken_apart(found, predicted) if whole else TakenApart(predicted, ())
        further = None if beyond is None else taken_apart(found, beyond)
    except NNFTError as error:
        return ActionFit(why=error.said)
    beside, why = ((), "") if data.exact is None else _beside(theory, sampled, data.exact, beyond)
    return ActionFit(
        readings=tuple(_reading(found, step, name) for step in found.steps for name in step.fit.names),
        parts=apart.parts,
        exact=found.exact,
        constancy=_constancy(found, limits),
        limit=limits.expansion,
        missing=found.missing,
        explained=dict(found.explained),
        forms=tuple(coupling_forms(found)),
        sampled=beside,
        not_sampled=why,
        beyond=further,
        tensors=apart.terms,
    )


def _beside(
    theory: "Theory", sampled: "Correlators | None", exact: "Correlators", beyond: int | None
) -> tuple[tuple[SampledReading, ...], str]:
    """Ask the sample, which does not have the order that is only predicted; else say why not."""
    if sampled is None:
        return (), ""
    asked = {order: one for order, one in theory.predictions.items() if order != beyond}
    try:
        return read_sample(replace(theory, predictions=asked), sampled, exact), ""
    except NNFTError as error:
        return (), error.said


def _reading(found: "CouplingFit", step: "Step", name: str) -> Reading:
    one, beyond = found.couplings[name], found.corrections.get(name)
    value, error = float(one), float(one.error)
    return Reading(
        name,
        step.order,
        value,
        error,
        None if beyond is None else float(beyond),
        step.misfit,
        weak=one.uncertainty.statistical and abs(value) < 3.0 * error,
        alone=_alone(found, step, name, value),
    )


def _alone(found: "CouplingFit", step: "Step", name: str, value: float) -> float | None:
    """Leave out what products of lower couplings contribute; None where there are no such products."""
    products = [key for key in found.contributions(step.order).terms if _degree(key.product) > 1]
    if not products or not np.isfinite(value):
        return None
    exchanged = np.sum([one.value.value for one in products], axis=0)
    place = step.fit.names.index(name)
    return value + float(step.fit.response[place] @ exchanged)


def _degree(product: "Monomial") -> int:
    return sum(power for _, power in product)


def _constancy(found: "CouplingFit", limits: Judgement) -> Constancy:
    """Judge the fit of the lowest order, in which nothing but its own couplings stands."""
    if not found.steps:
        return Constancy.UNDECIDED
    first = found.steps[0]
    sure = all(first.fit.determined)
    if first.fit.p_value is None:
        if first.misfit > limits.misfit:
            return Constancy.REJECTED
        return Constancy.ACCEPTED if sure and len(first.fit.residual) > 1 else Constancy.UNDECIDED
    if found.quality is not Quality.TRUSTED:
        return Constancy.UNDECIDED
    if first.fit.dof and first.fit.p_value < limits.rejected:
        return Constancy.REJECTED
    vague = first.misfit > limits.vague or not first.fit.dof or not sure
    return Constancy.UNDECIDED if vague else Constancy.ACCEPTED
