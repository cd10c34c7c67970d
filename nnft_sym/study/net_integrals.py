"""What is integrated for the nets of a study, before anything is sampled.

A divergence is told before minutes of sampling, not after; and of several nets, before the diagrams with two
vertices of the first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.inference.model import Model
from nnft_sym.inference.next_power import with_next_power
from nnft_sym.study.checks import CheckName
from nnft_sym.study.config import InvalidStudy
from numerics.errors import DivergentIntegral, NNFTError
from numerics.fields.index_sets import multiset_count, multisets
from numerics.integrals.integrator import Integrator
from numerics.kernels.arc import ArcKernel

if TYPE_CHECKING:
    from nnft_sym.actions.action import Action
    from nnft_sym.inference.theory import Theory
    from nnft_sym.study.case import Case
    from nnft_sym.study.setup import Setup
    from numerics.fields.field_set import FieldSet
    from numerics.integrals.prediction import Prediction
    from numerics.results.correlator import Correlator

#: Integrals below this, or above its inverse, have no squares among the floats.
SMALLEST = 1e-140
#: Highest order that is predicted beyond those that couplings are read off, and most of its elements (those
#: of seven inputs): with three vertices more of them take longer than a study.
HIGHEST, MOST_ELEMENTS = 8, 3003


@dataclass(frozen=True)
class Integrals:
    """The diagrams of one net.

    Attributes
    ----------
    predictions : mapping of int to Prediction
        Of the recipe's orders, with one vertex.
    vertex : Correlator
        What the fitted correlator has per unit of the recipe's coupling.
    theory : Theory or str
        What all couplings are read off, diagrams with several vertices too; or why there is none.
    errors : mapping of CheckName to float
        Of the vertex: its largest quadrature error as a share of the largest integral, and how far a second
        method is from it, where there is one.
    cutoff : float or None
        Λ of the box.
    beyond : Prediction or None
        Of the order after the recipe's, to be predicted only; None where that costs more than it is worth.
    """

    predictions: Mapping[int, "Prediction"]
    vertex: "Correlator"
    theory: "Theory | str"
    errors: Mapping[CheckName, float] = field(default_factory=dict)
    cutoff: float | None = None
    beyond: "Prediction | None" = None

    @property
    def further(self) -> "Theory | None":
        """The theory with the order to be predicted only, too."""
        if self.beyond is None or isinstance(self.theory, str):
            return None
        order = self.theory.orders[-1] + 2
        return replace(self.theory, predictions={**self.theory.predictions, order: self.beyond})

    @property
    def orders(self) -> range:
        """Even orders up to the highest that the theory has; none where there is none."""
        return range(0) if isinstance(self.theory, str) else range(2, self.theory.orders[-1] + 1, 2)

    @property
    def orders_beyond(self) -> range:
        """Even orders up to the one that is predicted beyond; those of the theory where there is none."""
        return self.orders if self.further is None else range(2, self.further.orders[-1] + 1, 2)


def integrated(cases: Sequence["Case"], model: Model, setup: "Setup") -> list[Integrals]:
    """Integrate the diagrams of every net.

    Parameters
    ----------
    cases : sequence of Case
    model : Model
        Of the recipe's orders, with one vertex.
    setup : Setup

    Returns
    -------
    list of Integrals

    Raises
    ------
    DivergentIntegral
        If a net needs a cutoff.
    InvalidStudy
        If squares of vertex integrals leave floating point.
    """
    integrators = [_integrator(one, setup) for one in cases]
    first = []
    for number, (case, integrator) in enumerate(zip(cases, integrators, strict=True), start=1):
        setup.told.stage(f"{case}: integrating the diagrams")
        where = f"net number {number} of the study, {case}"
        first.append(_with_one_vertex(where, integrator, case.fields, model, setup))
    found = []
    for case, integrator, (predictions, vertex) in zip(cases, integrators, first, strict=True):
        setup.told.stage(f"{case}: integrating diagrams with several vertices")
        theory = theory_of(integrator, case.fields, setup.action, setup.recipe.predicted)
        beyond = None if isinstance(theory, str) else _beyond(integrator, case.fields, theory, setup)
        errors = _errors(integrator, case.fields, setup.recipe.fitted, vertex)
        found.append(Integrals(predictions, vertex, theory, errors, case.cutoff, beyond))
    return found


def _integrator(case: "Case", setup: "Setup") -> Integrator:
    # a bare function as kernel has no name under which an integral could be found again
    named = case.kernel.identity is not None
    store = setup.kept.store if setup.kept is not None and named else None
    return Integrator(case.kernel, case.domain, store=store, progress=setup.told.integrating)


def _with_one_vertex(
    where: str, integrator: Integrator, fields: "FieldSet", model: Model, setup: "Setup"
) -> tuple[dict[int, "Prediction"], "Correlator"]:
    try:
        predictions = integrator.predict_each(model.expansions, fields.inputs)
    except DivergentIntegral as error:
        raise DivergentIntegral(
            f"{error}. This is {where}: add a line like cutoff = 100.0 to its [[net]] table"
        ) from None
    vertex = predictions[setup.recipe.fitted].coefficient(setup.probe)
    if not _in_range(vertex):
        raise InvalidStudy(
            f"{where}: its vertex integrals are about {_largest(vertex):.1e}, and errors of "
            f"{setup.recipe.symbol} need their squares; give deviations, points and a cutoff nearer to 1"
        )
    return predictions, vertex


def theory_of(integrator: Integrator, fields: "FieldSet", action: "Action", predicted: int) -> "Theory | str":
    """Integrate the connected correlators that the couplings of an action are read off.

    Parameters
    ----------
    integrator : Integrator
    fields : FieldSet
    action : Action
    predicted : int
        Order of the correlator that is taken apart.

    Returns
    -------
    Theory or str
        To the next power of 1/N; only to the leading one where there are no such integrals; else the reason.
    """
    try:
        model = Model.leading(action)
        model.refuse_odd()
        first = model.orders
        # couplings of higher powers alone have no diagrams in lower correlators to the orders of interest
        lower = range(4, predicted + 1, 2) if first[0] <= predicted else ()
        theory = with_next_power(
            action,
            sorted({*first, *lower}),
            lambda model: model.theory(integrator.predict_each(model.expansions, fields.inputs), fields),
        )
    except NNFTError as error:
        return error.said
    for order in theory.orders:
        for one in theory.prediction(order).coefficients.values():
            if not _in_range(one):  # a fit needs their squares
                return f"integrals of the {order}-point function are about {_largest(one):.1e}, out of range"
    return theory


def _beyond(
    integrator: Integrator, fields: "FieldSet", theory: "Theory", setup: "Setup"
) -> "Prediction | None":
    """Integrate the correlator after the recipe's at its leading order, where no coupling is read off it."""
    last = setup.recipe.predicted
    # closed in all dimensions, or closed kernels on a line; others take minutes with three vertices
    quick = integrator.kernel.gaussian is not None or (
        fields.d_in == 1 and isinstance(integrator.kernel, ArcKernel)
    )
    affordable = last + 2 <= HIGHEST and multiset_count(len(fields), last + 2) <= MOST_ELEMENTS
    if not quick or not affordable or theory.orders != tuple(range(4, last + 1, 2)):
        return None
    try:
        model = Model.leading(setup.action, (last + 2,), beyond=False)
        return integrator.predict(model.expansions[last + 2], fields.inputs)
    except NNFTError:
        return None


def _largest(integrals: "Correlator") -> float:
    return float(np.abs(integrals.value).max(initial=0.0))


def _in_range(integrals: "Correlator") -> bool:
    """Tell whether their squares are floats."""
    return _largest(integrals) == 0.0 or SMALLEST < _largest(integrals) < 1 / SMALLEST


def _errors(
    integrator: Integrator, fields: "FieldSet", legs: int, vertex: "Correlator"
) -> dict[CheckName, float]:
    """Give the quadrature error, and hold the first, middle and last integral against adaptive quadrature."""
    largest = _largest(vertex)
    found = {CheckName.INTEGRALS: float(vertex.error.max()) / largest if largest > 0 else 0.0}
    sets = multisets(len(fields), legs)
    for row in (0, len(sets) // 2, len(sets) - 1):
        second = integrator.contact_again(fields.inputs[sets[row]])
        if second is not None:
            scale = max(abs(second), largest * 1e-6, np.finfo(np.float64).tiny)
            miss = abs(vertex.value[row] - second) / scale
            found[CheckName.CONTACT] = max(found.get(CheckName.CONTACT, 0.0), miss)
    return found
