"""By how much a correlator changes under a transformation, and where: violations and their witnesses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from nnft_sym.symmetries.groups import Element
from numerics.fields.field_set import FieldSet
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class Witness:
    """One correlator that a transformation changes: enough to check it by hand.

    Attributes
    ----------
    fields : FieldSet
        The fields in the product, one for each factor.
    element : Element
        The transformation.
    before, after : float
        The correlator of the fields, and of what they become.
    error : float
        Bound of the difference, or its standard error where correlators are sampled.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> net = nn.ErfNet(width=5).with_laws(output="uniform")
    >>> found = nn.symmetry(net, "SO(D) of outputs", [[0.2], [1.0]], (2, 4))
    >>> seen = found.witness
    >>> seen.label, abs(seen.difference) > seen.error
    ('f₁(1)⁴', True)
    """

    fields: FieldSet
    element: Element
    before: float
    after: float
    error: float

    @property
    def difference(self) -> float:
        """After less before."""
        return self.after - self.before

    @property
    def label(self) -> str:
        """The product of fields, as in ``f₁(0.5)² f₂(1)²``."""
        distinct, _, number_of = self.fields.distinct()
        return distinct.short_label(sorted(number_of.tolist()))

    def __str__(self) -> str:
        return (
            f"⟨{self.label}⟩ = {self.before:.6g} becomes {self.after:.6g} where {self.element.description}: "
            f"a difference of {self.difference:.6g} ({self.error:.1g})"
        )

    def as_json(self) -> dict[str, object]:
        """Give everything that is needed to check it."""
        element: dict[str, object] = {"description": self.element.description}
        if self.element.matrix is not None:
            element["matrix"] = self.element.matrix.tolist()
        if self.element.shift is not None:
            element["shift"] = self.element.shift.tolist()
        return {
            "points": self.fields.inputs.tolist(),
            "outputs": None if self.fields.single_output else self.fields.outputs.tolist(),
            "element": element,
            "before": self.before,
            "after": self.after,
            "difference": self.difference,
            "error": self.error,
        }


@final
@dataclass(frozen=True, eq=False)
class Violation:
    """The largest change of correlators of one order under some transformations.

    Attributes
    ----------
    order : int
        Number of fields in a product.
    largest : Estimate
        Largest size of a difference with its error, and how the correlators were obtained.
    scale : float
        Largest size of a correlator that was compared.
    broken : bool or None
        Whether a difference is more than its error; None if errors are infinite.
    witness : Witness or None
        The smallest one where it is broken.
    evidence : mapping of str to float
        Of a sampled test: statistic, degrees of freedom, p-value.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> net = nn.ErfNet(width=5).with_laws(output="uniform")
    >>> found = nn.symmetry(net, "SO(D) of outputs", [[0.2], [1.0]], (2, 4))
    >>> [(one.order, one.broken) for one in found.violations]
    [(2, False), (4, True)]
    """

    order: int
    largest: Estimate
    scale: float
    broken: bool | None
    witness: Witness | None = None
    evidence: Mapping[str, float] | None = None

    @property
    def relative(self) -> float:
        """The largest difference over the scale; zero where all correlators vanish."""
        return float(self.largest.value) / self.scale if self.scale > 0.0 else 0.0
