"""Powers of the cutoff with which couplings go, by counting alone."""

from collections.abc import Mapping

from nnft_sym.inference.coupling_fit import CouplingFit
from nnft_sym.inference.model import Model
from numerics.integrals.rules.convergence import divergence
from numerics.kernels.base import Kernel
from numerics.lowering.connected_product import ConnectedProduct
from numerics.lowering.monomials import Monomial, monomial


def powers_of_cutoff(model: Model, kernel: Kernel, fit: CouplingFit) -> dict[str, float | None]:
    """Count with which power of Λ every coupling goes that is fitted at correlators that do not know Λ.

    The coupling that is read off a correlator goes like what is left of that over the coupling's integral. It
    is left the correlator itself, Λ⁰, less products of couplings found before, of the same power of 1/N.

    Parameters
    ----------
    model : Model
    kernel : Kernel
    fit : CouplingFit
        At any cutoff: how its couplings were found.

    Returns
    -------
    dict of str to (float or None)
        In the order in which the couplings were found. None for one of several that are read off the same
        correlator: the fit mixes them.

    Examples
    --------
    >>> from nnft_sym.actions.action import Action
    >>> from nnft_sym.inference.infer import infer
    >>> from numerics.exact.correlators import exact_correlators
    >>> from numerics.integrals.rules.domains import Box
    >>> from numerics.networks.architectures import ErfNet
    >>> network = ErfNet(5, d_in=2)
    >>> model = Model.leading(Action("lambda*f^4"))
    >>> fit = infer(exact_correlators(network, [[0.5, 1.0]], (2, 4)), model, network, Box(10.0))
    >>> powers_of_cutoff(model, network.kernel, fit)
    {'lambda': -2.0}
    """
    powers: dict[str, float | None] = {}
    for step in fit.steps:
        if len(step.fit.names) > 1:
            powers |= dict.fromkeys(step.fit.names)
            continue
        name = step.fit.names[0]
        grown = {
            key: power
            for key, power in integral_powers(model, kernel, step.order).items()
            if fit.theory.power_of(key) == step.power
        }
        own = grown.pop(((name, 1),))
        beside = [0.0, *(_together(key, power, powers) for key, power in grown.items())]
        known = [power for power in beside if power is not None]
        powers[name] = max(known) - own if len(known) == len(beside) else None
    return powers | dict.fromkeys(fit.missing)


def _together(key: Monomial, power: float, known: Mapping[str, float | None]) -> float | None:
    """Count a product of couplings times its integral."""
    total = power
    for name, times in key:
        one = known.get(name)
        if one is None:
            return None
        total += one * times
    return total


def integral_powers(model: Model, kernel: Kernel, order: int) -> dict[Monomial, float]:
    """Give the largest power of Λ of the integrals behind each product of couplings; 0 where they converge.

    Parameters
    ----------
    model : Model
    kernel : Kernel
    order : int
        Of the correlator.

    Returns
    -------
    dict of Monomial to float
    """
    found: dict[Monomial, float] = {}
    names = model.action.couplings
    for diagram, _, factors in model.expansions[order].monomials():
        assert not isinstance(diagram, ConnectedProduct)  # a model is never around a network
        # the number of outputs and their δ are no couplings
        key = monomial({name: power for name, power in factors.items() if name in names})
        found[key] = max(found.get(key, 0.0), divergence(diagram, kernel) or 0.0)
    return found
