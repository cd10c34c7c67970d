"""Exact correlators, integrated diagrams and couplings of the published set-ups, each made once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from nnft_sym.inference.by_order import infer_by_order
from nnft_sym.inference.coupling_fit import CouplingFit
from nnft_sym.inference.coupling_flow import CouplingFlow
from nnft_sym.inference.flow_powers import powers_of_cutoff
from nnft_sym.inference.infer import infer
from nnft_sym.inference.model import Model
from nnft_sym.inference.theory import Theory
from nnft_sym.reproduction.setups import ORDERS, WIDTHS, Array, PublishedSetup
from numerics.exact.correlators import exact_correlators
from numerics.fields.field_set import FieldSet
from numerics.inference.dataset import Dataset
from numerics.integrals.integrator import Integrator
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.lowering.monomials import monomial
from numerics.results.joint_correlators import Correlators

#: The action of the publication, and what of it can be had where the exchange is dear.
ACTION, QUARTIC = "lambda*f^4 + kappa*f^6", "lambda*f^4"
#: Accuracy of integrals by dimension. Six digits are more than any statement needs; in three dimensions each
#: further one doubles the work.
RTOL = {1: 1e-10, 2: 1e-6, 3: 1e-6}

Key = TypeVar("Key")
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Couplings:
    """Hands out what sections need of a set-up, also of one that was not asked for.

    Parameters
    ----------
    full : bool
        Whether to integrate what takes a minute, too.

    Examples
    --------
    >>> relu = PublishedSetup("relu", 1)
    >>> couplings = Couplings()
    >>> round(float(couplings.fit(relu)["lambda"]) * 1e11, 9)  # −25/(2NΛ⁵)
    -6.25
    >>> couplings.fit(relu) is couplings.fit(relu)
    True
    """

    full: bool = False
    _exact: dict[PublishedSetup, Correlators] = field(default_factory=dict, repr=False)
    _models: dict[bool, Model] = field(default_factory=dict, repr=False)
    _theories: dict[tuple[PublishedSetup, float | None, bool], Theory] = field(
        default_factory=dict, repr=False
    )
    _fits: dict[PublishedSetup, CouplingFit] = field(default_factory=dict, repr=False)

    def exact(self, setup: PublishedSetup) -> Correlators:
        """Give exact correlators; ``at_width`` gives those of any width."""
        narrowest = setup.network(WIDTHS[0])
        return _once(self._exact, setup, lambda: exact_correlators(narrowest, setup.points, ORDERS))

    def exchange(self, setup: PublishedSetup) -> bool:
        """Tell whether the exchange of order λ² is integrated, without which there is no κ."""
        return self.full or setup.kind != "erf" or setup.dimension == 1

    def integrator(self, setup: PublishedSetup, cutoff: float | None) -> Integrator:
        """Give what integrates over the box of a cutoff, or without one over all of R^d."""
        domain = WholeSpace() if cutoff is None else Box(cutoff)
        kernel = setup.network(setup.coupling_width).kernel
        return Integrator(kernel, domain, Accuracy(rtol=RTOL[setup.dimension]))

    def model(self, exchange: bool) -> Model:
        """Give the model of λ and κ with the exchange, or of λ alone."""
        return _once(
            self._models,
            exchange,
            lambda: Model.leading(ACTION) if exchange else Model.leading(QUARTIC, beyond=False),
        )

    def theory(self, setup: PublishedSetup, cutoff: float | None, exchange: bool) -> Theory:
        """Integrate the diagrams over the box of a cutoff: of λ and κ with the exchange, or of λ alone."""

        def make() -> Theory:
            model, fields = self.model(exchange), FieldSet(setup.points)
            found = self.integrator(setup, cutoff).predict_each(model.expansions, fields.inputs)
            return model.theory(found, fields)

        return _once(self._theories, (setup, cutoff, exchange), make)

    def fit(self, setup: PublishedSetup) -> CouplingFit:
        """Read couplings off exact correlators, at the width and the cutoff of the publication."""

        def make() -> CouplingFit:
            exact = self.exact(setup).at_width(setup.coupling_width)
            return infer(exact, self.theory(setup, setup.cutoff, self.exchange(setup)))

        return _once(self._fits, setup, make)

    def flow(
        self, setup: PublishedSetup, cutoffs: Sequence[float | None], widths: Sequence[int], exchange: bool
    ) -> CouplingFlow:
        """Read couplings off at several cutoffs and widths.

        Parameters
        ----------
        setup : PublishedSetup
        cutoffs : sequence of float or None
            Ascending; None is all of R^d.
        widths : sequence of int
            Ascending.
        exchange : bool
            Whether κ is read off, too.
        """
        theories = [self.theory(setup, cutoff, exchange) for cutoff in cutoffs]
        fits = {}
        for width in widths:
            data = Dataset(None, self.exact(setup).at_width(width))
            fits[width] = tuple(infer_by_order(theory, data) for theory in theories)
        network, model = setup.network(widths[0]), self.model(exchange)
        sizes = np.array([np.inf if one is None else one for one in cutoffs])
        powers = powers_of_cutoff(model, network.kernel, fits[network.width][0])
        return CouplingFlow(model, network, sizes, tuple(widths), fits, powers)


def four_point_bound(fit: CouplingFit) -> Array:
    """Bound what integrals and data may be off in the residual of the 4-point function, shape (M,)."""
    prediction, found = fit.theory.prediction(4), fit.measurements[0].data.either.connected()[4]
    bound: Array = np.asarray(found.error, dtype=np.float64)
    for name, value in fit.couplings.items():
        if monomial({name: 1}) in prediction.coefficients:
            bound = bound + abs(float(value)) * prediction[name].error
    return bound


def _once(held: dict[Key, Made], key: Key, make: Callable[[], Made]) -> Made:
    """Hand out what is there, or make it."""
    if key not in held:
        held[key] = make()
    return held[key]
