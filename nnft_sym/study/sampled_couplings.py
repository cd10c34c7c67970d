"""What a sample says of the couplings, beside the exact answer: values with errors, and pulls.

A sample is fitted with weights, exact correlators without. Where the tensor of a coupling is not constant the
two give different constants, even without noise. So a pull compares with the exact correlators under *the
same weights*: what the fit to the sample would have found in them.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.actions.names import symbol
from nnft_sym.inference.infer import infer
from numerics.inference.dataset import Dataset
from numerics.results.estimate import Estimate
from numerics.results.quality import Quality

if TYPE_CHECKING:
    from nnft_sym.inference.theory import Theory
    from numerics.results.joint_correlators import Correlators

NAN = float("nan")
#: Standard errors below which a coupling cannot be told from zero.
CLEAR = 3.0


@dataclass(frozen=True)
class SampledReading:
    """One coupling from the sample.

    Attributes
    ----------
    name : str
    order : int
        Of the connected correlator that it was read off.
    found : Estimate
        NaN where the sample does not determine it.
    alike : float
        What the same weights give for the exact correlators.
    why : str
        Why it is not determined; empty if it is.

    Examples
    --------
    >>> one = SampledReading("lambda", 4, Estimate(-0.066, 0.002), -0.068)
    >>> one.symbol, round(one.pull, 3), one.weak
    ('λ', 1.0, False)
    """

    name: str
    order: int
    found: Estimate = field(compare=False)
    alike: float
    why: str = ""

    @property
    def symbol(self) -> str:
        """As readers know it."""
        return symbol(self.name)

    @property
    def determined(self) -> bool:
        """Whether the sample determines it."""
        return bool(np.isfinite(float(self.found)))

    @property
    def weak(self) -> bool:
        """Whether it cannot be told from zero."""
        return self.determined and abs(float(self.found)) < CLEAR * float(self.found.error)

    @property
    def pull(self) -> float | None:
        """Distance from the exact answer in standard errors; None where there is none."""
        error = float(self.found.error)
        if not (self.determined and np.isfinite(self.alike) and error > 0):
            return None
        return (float(self.found) - self.alike) / error


def read_sample(theory: "Theory", sampled: "Correlators", exact: "Correlators") -> tuple[SampledReading, ...]:
    """Infer couplings from a sample, and hold each against the exact correlators under the same weights.

    Parameters
    ----------
    theory : Theory
        Of connected correlators.
    sampled, exact : Correlators
        Full ones of the same fields, of all even orders that the theory needs.

    Raises
    ------
    InvalidStatistics
        If the sample does not have an order.
    SingularProblem
        If couplings cannot be told apart.

    Examples
    --------
    >>> from nnft_sym.actions.action import Action
    >>> from nnft_sym.inference.model import Model
    >>> from numerics.exact.correlators import exact_correlators
    >>> from numerics.integrals.rules.domains import Box
    >>> from numerics.networks.architectures import ReLUNet
    >>> from numerics.sampling.ensemble import Ensemble
    >>> network = ReLUNet(3, sigma_b=0.0)
    >>> sampled = Ensemble(network, [[0.5], [1.0]], seed=2).correlators(20_000, (2, 4))
    >>> model = Model.leading(Action("lambda*f^4"), beyond=False)
    >>> theory = model.over(network.kernel, sampled.fields, Box(1.0))
    >>> (found,) = read_sample(theory, sampled, exact_correlators(network, [[0.5], [1.0]], (2, 4)))
    >>> round(found.alike, 9), abs(found.pull) < 4
    (-4.166666667, True)
    """
    found, connected = infer(Dataset(sampled), theory), exact.connected()
    known: dict[str, float] = {}
    readings: list[SampledReading] = []
    for step in found.steps:
        sought = {((name, 1),) for name in step.fit.names}
        taken_off = {key for key in theory.terms(step.order) if theory.power_of(key) <= step.power} - sought
        rest = connected[step.order].value - theory.value(step.order, known, taken_off.__contains__).value
        # the fit is linear in what it seeks: the same response, on other numbers
        alike = dict(zip(step.fit.names, (step.fit.response @ rest).tolist(), strict=True))
        readings += [_reading(found.couplings[name], step.order, name, one) for name, one in alike.items()]
        known |= alike
    nothing, why = Estimate(NAN, quality=Quality.UNDEFINED), "others that it depends on are not determined"
    readings += [SampledReading(name, 0, nothing, NAN, why) for name in found.missing]
    return tuple(readings)


def _reading(one: Estimate, order: int, name: str, alike: float) -> SampledReading:
    why = "" if np.isfinite(float(one)) else "the sample does not tell it from other couplings"
    return SampledReading(name, order, one, alike, why)
