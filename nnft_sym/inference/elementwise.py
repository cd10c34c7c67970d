"""A coupling element by element, its mean, its constant; and one corrected by the next order in 1/N.

With everything else taken off, each element of a connected correlator gives a coupling of its own,

    λ(1234) = G_c⁽⁴⁾(1234)/c(1234),    κ(1..6) = (G_c⁽⁶⁾ − x λ²)(1..6)/s(1..6),

which a local theory has as one number. Of full correlators the same is made of those less the free theory.
The κ-corrected λ takes the next order off as well: the source only the term of κ, λ(1234) = (Σ₃KK − G⁽⁴⁾ −
360 κ ∫K₁K₂K₃K₄K_yy)/(24 ∫K₁K₂K₃K₄), here also that of λ², which is of the same order 1/N².
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnft_sym.inference.measurement import Measurement
from nnft_sym.inference.step import Step
from nnft_sym.inference.theory import Theory
from numerics.errors import InvalidStatistics
from numerics.lowering.monomials import monomial_text
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown
from numerics.results.quality import Quality, worst

Array = NDArray[np.float64]

#: Largest |correction|/|coupling| at which the expansion in 1/N says something.
HALF = 0.5
#: Relative size under which a vertex integral, or an exactly known correlator, counts as zero.
ZERO = 1e-10


@dataclass(frozen=True, eq=False, repr=False)
class ElementwiseCoupling(Shown):
    """One coupling, from each element of the correlator that it is read off.

    Attributes
    ----------
    name : str
    tensor : Correlator
        NaN where the vertex integral vanishes, so that no finite coupling exists.
    mean : Estimate
        Over the elements that have one.
    constant : Estimate
        The one number that was fitted.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> net, model = nn.ReLUNet(20, sigma_b=0.0), nn.Model.leading("lambda*f^4")
    >>> exact = nn.exact_correlators(net, [[0.5], [1.0]], (2, 4))
    >>> found = nn.infer(exact, model, net, nn.Box(1.0))
    >>> one = found.elementwise("lambda")
    >>> one.tensor.value.shape, round(float(one.constant), 9)
    ((5,), -0.625)
    """

    name: str
    tensor: Correlator
    mean: Estimate
    constant: Estimate

    @property
    def finite(self) -> NDArray[np.bool_]:
        """Which elements have a coupling, shape (M,)."""
        return np.isfinite(self.tensor.value)

    @property
    def scatter(self) -> float:
        """Standard deviation over the elements, noise of a sample included."""
        return float(np.std(self.tensor.value[self.finite]))

    def plain_fields(self) -> Content:
        """Give the coupling as plain fields, one row for each element."""
        facts: dict[str, object] = {
            "constant": str(self.constant),
            "mean": str(self.mean),
            "scatter": self.scatter,
            "elements without a finite one": int(np.sum(~self.finite)),
        }
        of = self.tensor.plain_fields()
        return Content(f"{self.name} element by element", facts, of.columns, of.rows, of.n_rows)


@dataclass(frozen=True, eq=False, repr=False)
class CorrectedCoupling(Shown):
    """One coupling with terms of the next power of 1/N taken into account.

    Attributes
    ----------
    name : str
    by : tuple of str
        The products of couplings whose terms were taken off.
    uncorrected : Estimate
    value : Estimate
        One constant. Its quality is ``NO_EXPANSION`` where it differs from the uncorrected one by more than
        half of that.
    tensor : Correlator
        The same element by element.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> net, model = nn.ReLUNet(20, sigma_b=0.0), nn.Model.leading("lambda*f^4")
    >>> exact = nn.exact_correlators(net, [[0.5], [1.0]], (2, 4))
    >>> found = nn.infer(exact, model, net, nn.Box(1.0))
    >>> one = found.corrected("lambda")
    >>> one.name, one.by, round(float(one.uncorrected), 9)
    ('lambda', ('lambda**2',), -0.625)
    """

    name: str
    by: tuple[str, ...]
    uncorrected: Estimate
    value: Estimate
    tensor: Correlator

    @property
    def ratio(self) -> float:
        """Corrected over uncorrected coupling."""
        before = float(self.uncorrected)
        return float(self.value) / before if before else float("nan")

    @property
    def trusted(self) -> bool:
        """Whether the correction is at most half of the coupling."""
        return abs(self.ratio - 1.0) <= HALF

    def plain_fields(self) -> Content:
        """Give the coupling as plain fields, one row for each element."""
        facts: dict[str, object] = {
            "uncorrected": str(self.uncorrected),
            "corrected": str(self.value),
            "ratio": self.ratio,
            "quality": self.value.quality.value,
        }
        of = self.tensor.plain_fields()
        return Content(
            f"{self.name} corrected by {', '.join(self.by)}", facts, of.columns, of.rows, of.n_rows
        )


def elementwise_coupling(
    theory: Theory, order: int, name: str, left: Estimate, constant: Estimate
) -> ElementwiseCoupling:
    """Divide what the other terms leave of a correlator by what it is per unit of the coupling.

    Parameters
    ----------
    theory : Theory
    order : int
        Of the correlator.
    name : str
    left : Estimate, shape (M,)
    constant : Estimate
    """
    tensor = _divided(left, theory.terms(order)[((name, 1),)])
    kept = np.isfinite(tensor.value)
    if not kept.any():
        raise InvalidStatistics(
            f"every vertex integral of {name} vanishes at these inputs, so that no finite {name} exists; "
            "choose other inputs"
        )
    return ElementwiseCoupling(name, tensor, tensor.numbers()[kept].mean(), constant)


def corrected_coupling(
    one: Measurement,
    step: Step,
    found: Mapping[str, Estimate],
    changes: Mapping[str, Estimate],
    left: Estimate,
    name: str,
    by: str | None,
) -> CorrectedCoupling:
    """Take terms of the next power of 1/N off a correlator.

    Parameters
    ----------
    one : Measurement
        Whose elements the tensor is of; of several it is taken by itself, where it suffices.
    step : Step
        At which the coupling was found.
    found : mapping of str to Estimate
        Leading values.
    changes : mapping of str to Estimate
        Corrections of couplings of lower steps.
    left : Estimate, shape (M,)
        What the other terms of the leading power leave of the correlator.
    name : str
    by : str or None
        Only terms with this coupling; None for all.

    Raises
    ------
    InvalidStatistics
        If there are no such terms, or one has a coupling that is not known.
    """
    terms = step.next_terms
    chosen = [key for key in terms if by is None or by in dict(key)]
    unknown = [other for key in chosen for other in dict(key) if other not in found]
    moved = {other: change for other, change in changes.items() if by in (None, other)}
    if by is None:
        unknown += sorted(step.earlier - set(moved)) if chosen else []
    if not chosen or unknown:
        known = ", ".join(map(monomial_text, terms)) or "none"
        why = (
            f"{unknown[0]}, or its correction, is not known" if unknown else f"it was to be by {by or 'any'}"
        )
        raise InvalidStatistics(
            f"{name} cannot be corrected: {why}; the terms of the next power of 1/N in the "
            f"{step.order}-point function are: {known}. Expand the model further, or give it that coupling"
        )
    before = step.fit[name]
    several = len(step.measurements) > 1 and step.by_itself(one) is not None
    moves = step.response_to(found, moved, chosen.__contains__, one if several else None)
    value: Estimate = before + moves[name]
    beyond = step.beyond(one, found, moved, chosen.__contains__)
    tensor = _divided(left - beyond.numbers(), one.theory.terms(step.order)[((name, 1),)])
    made = CorrectedCoupling(name, tuple(map(monomial_text, chosen)), before, value, tensor)
    if made.trusted:
        return made
    judged = Estimate(
        value.value, value.uncertainty, value.method, worst((value.quality, Quality.NO_EXPANSION)),
        value.provenance,
    )  # fmt: skip
    return CorrectedCoupling(name, made.by, before, judged, tensor)


def _divided(numbers: Estimate, coefficient: Correlator) -> Correlator:
    """Divide where the vertex integral does not vanish; elsewhere there is no quotient."""
    size = np.abs(coefficient.value)
    vanishes = size <= np.maximum(ZERO * size.max(initial=0.0), 3 * coefficient.error)
    divisor = Estimate(
        np.where(vanishes, np.nan, coefficient.value), coefficient.bound, coefficient.method,
        coefficient.quality, coefficient.provenance,
    )  # fmt: skip
    quotient: Estimate = numbers / divisor
    return Correlator.over(coefficient.fields, coefficient.order, Part.DERIVED, quotient)
