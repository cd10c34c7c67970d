"""A coupling as a tensor, as its mean and as one constant; and corrected by one of the next order, as λ by κ.

Every element of the connected correlator that a coupling is read off gives a coupling of its own; the action
has one constant. How far the elements scatter says how well one constant can do. What κ alone adds to λ at
the next power of 1/N is the correction of the source (arXiv:2008.08601, section 3.4), which leaves out the
term of λ² of the same order; it is trusted where it is at most half of λ.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.actions.names import symbol
from numerics.errors import InvalidStatistics
from numerics.results.estimate import Estimate

if TYPE_CHECKING:
    from nnft_sym.inference.coupling_fit import CouplingFit
    from numerics.results.correlator import Correlator


@dataclass(frozen=True)
class CouplingForm:
    """One coupling, element by element and as one constant.

    Attributes
    ----------
    name : str
    by : str
        Coupling that it is corrected by; empty if by none.
    mean : Estimate
        Of the tensor over distinct elements that have a finite coupling; its error is a bound where the data
        are exact.
    spread : float
        Standard deviation over the elements, the noise of a sample included.
    elements, missing : int
        How many have a finite coupling, and how many have none.
    constant : float
        The one constant.
    ratio : float or None
        Corrected over uncorrected constant.
    trusted : bool
        Whether the correction is at most half of the coupling.

    Examples
    --------
    >>> CouplingForm("lambda", "kappa", Estimate(-0.1), 0.01, 5, 0, -0.09, 1.8, False).words
    'λ corrected by κ'
    """

    name: str
    by: str
    mean: Estimate = field(compare=False)
    spread: float
    elements: int
    missing: int
    constant: float
    ratio: float | None = None
    trusted: bool = True

    @property
    def words(self) -> str:
        """What readers know it by."""
        return f"{symbol(self.name)} corrected by {symbol(self.by)}" if self.by else symbol(self.name)


def coupling_forms(found: "CouplingFit") -> Iterator[CouplingForm]:
    """Give every coupling that is determined, and corrected by those of higher order where it can be."""
    for step in found.steps:
        for name in step.fit.names:
            try:
                one = found.elementwise(name)
            except InvalidStatistics:  # no element of it is finite
                continue
            yield _form(name, "", one.tensor, one.constant)
            later = [other for other in found.couplings if other not in (*step.fit.names, *step.earlier)]
            for other in later:
                try:
                    corrected = found.corrected(name, by=other)
                except InvalidStatistics:  # there is no such term, or its coupling is not known
                    continue
                yield _form(
                    name, other, corrected.tensor, corrected.value, corrected.ratio, corrected.trusted
                )


def _form(
    name: str,
    by: str,
    tensor: "Correlator",
    constant: Estimate,
    ratio: float | None = None,
    trusted: bool = True,
) -> CouplingForm:
    finite = np.isfinite(tensor.value)
    mean = tensor.numbers()[finite].mean()
    count = int(finite.sum())
    return CouplingForm(
        name, by, mean, float(np.std(tensor.value[finite])), count,
        len(finite) - count, float(constant), ratio, trusted,
    )  # fmt: skip
