"""Couplings order by order in 1/N: each from the correlator at whose leading order it first stands alone.

The connected n-point function of N independent neurons is of order N^(1 − n/2), and so is the coupling of fⁿ.
At that order it is linear in the couplings of fⁿ; all other terms are products of couplings that lower
correlators have given already. With λ f⁴ + κ f⁶,

    G_c⁽⁴⁾ = c λ            at 1/N,   c = −24 ∫K_W⁴,
    G_c⁽⁶⁾ − x λ² = s κ      at 1/N²,  x = 576 Σ₁₀ (exchange),  s = −720 ∫K_W⁶.

The terms of G_c⁽⁴⁾ at 1/N², −360 κ(…) + 288 λ²(…), have to be made up for by the next term l₂/N² of
λ = l₁/N + l₂/N². It is given beside λ and never added: where it is not small, the expansion does not hold.
"""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from nnft_sym.expansions.truncation import width_text
from nnft_sym.inference.coupling_fit import HALF, CouplingFit, Step
from nnft_sym.inference.theory import Theory
from numerics.errors import InvalidStatistics, NoRealRoot
from numerics.inference.dataset import Dataset
from numerics.inference.nonlinear import fit_polynomial
from numerics.inference.polynomial import Polynomial
from numerics.inference.polynomial_fit import PolynomialFit
from numerics.inference.roots import RootSearch
from numerics.lowering.monomials import Monomial, monomial_text
from numerics.results.correlator import Correlator
from numerics.results.estimate import Estimate
from numerics.results.joint_correlators import Correlators

#: Mean size of a normal number over its standard deviation.
MEAN_OF_SIZE = float(np.sqrt(2.0 / np.pi))
#: Share of itself by which a model may miss a sampled correlator, as in `nnft_sym.study.coupling_tensors`.
ALLOWANCE = 0.1


def infer_by_order(
    theory: Theory, data: Dataset, *, threshold: float = 1e-6, allowance: float = ALLOWANCE
) -> CouplingFit:
    """Infer couplings, each at its leading order in 1/N.

    Parameters
    ----------
    theory : Theory
        Of *connected* correlators of the orders at which the couplings first appear; to the next power of 1/N
        if corrections are wanted.
    data : Dataset
        Exact correlators, which are fitted without weights, or sampled ones.
    threshold : float, optional
        See `numerics.inference.eigenbasis.eigenbasis`.
    allowance : float, optional
        Share of itself, and of the noise, by which a model may miss a sampled correlator: as long as nobody
        knows that a constant coupling is right, weights must not be those of a model that is (see
        `numerics.inference.linear`). χ² and p-value ask all the same whether it is right.

    Returns
    -------
    CouplingFit

    Raises
    ------
    InvalidStatistics
        If data and theory do not go together, or a coupling appears in no order that both have.
    SingularProblem
        If couplings of one order cannot be told apart.

    Examples
    --------
    ReLU-net without bias, d = 1, N = 20, Λ = 1: λ = −25/(2N), κ = 371/(3N²).

    >>> from nnft_sym.actions.action import Action
    >>> from nnft_sym.inference.model import Model
    >>> from numerics.exact.correlators import exact_correlators
    >>> from numerics.integrals.rules.domains import Box
    >>> from numerics.networks.architectures import ReLUNet
    >>> network = ReLUNet(20, sigma_b=0.0)
    >>> exact = exact_correlators(network, [[0.5], [1.0]], (2, 4, 6))
    >>> model = Model(Action("lambda*f^4 + kappa*f^6"), (4, 6), kind="connected", power=2)
    >>> found = infer_by_order(model.over(network.kernel, exact.fields, Box(1.0)), Dataset(None, exact))
    >>> round(float(found["lambda"]), 9), round(float(found["kappa"]), 9)
    (-0.625, 0.309166667)
    """
    connected = _connected(theory, data)
    found: dict[str, Estimate] = {}
    corrections: dict[str, Estimate] = {}
    steps: list[Step] = []
    for order in theory.orders:
        power = Fraction(order, 2) - 1
        here = theory.coefficients(order, power)
        sought = _sought(here, found, order)
        if not sought:
            continue
        step = _step(theory, connected[order], found, sought, (threshold, allowance))
        steps.append(step)
        found |= {name: step.fit[name] for name in step.fit.names}
        if not all(step.fit.determined):
            break
    sure = all(all(step.fit.determined) for step in steps)
    for step in steps if sure else []:
        corrections |= _corrections(theory, step, found)
    missing = tuple(name for name in theory.counting if name not in found)
    if missing and sure:
        raise InvalidStatistics(_nowhere(theory, missing[0]))
    return CouplingFit(theory, data, found, corrections, tuple(steps), missing)


def _step(
    theory: Theory,
    whole: Correlator,
    found: Mapping[str, Estimate],
    sought: Mapping[Monomial, Correlator],
    policy: tuple[float, float],
) -> Step:
    """Fit the couplings of one order to what those found before leave."""
    order, power = whole.order, Fraction(whole.order, 2) - 1
    known = theory.value(
        order, found, lambda product: theory.power_of(product) <= power and product not in sought
    )
    rest: Estimate = whole - known
    if rest.uncertainty.statistical and not np.any(rest.error > 0):
        raise InvalidStatistics(
            f"the sampled {order}-point function does not fluctuate at all, so that its covariance is zero; "
            "give outputs of networks that differ"
        )
    model, (threshold, allowance) = Polynomial.of(sought), policy
    missed = None
    if rest.uncertainty.statistical and allowance > 0:
        # what the theory says, not the data, whose fluctuations would weigh themselves down
        about = fit_polynomial(rest.value, model).residual - rest.value
        missed = allowance * np.hypot(about, rest.error)
    fit = fit_polynomial(rest, model, threshold=threshold, model_error=missed)
    size = float(np.abs(whole.value).sum())
    share = 1.0 / size if size > 0 else 0.0
    noise = _noise_of_residual(rest, fit, model) if rest.uncertainty.statistical else 0.0
    scales = {key[0][0]: float(np.abs(one.value).sum()) * share for key, one in sought.items()}
    return Step(order, power, fit, float(np.abs(fit.residual).sum()) * share, noise * share, scales)


def _noise_of_residual(rest: Estimate, fit: PolynomialFit, model: Polynomial) -> float:
    """Say how large Σ|residual| is from noise alone: what the fit takes along leaves no residual."""
    # the model is linear in what is sought, so that its slope is the same everywhere
    slope = model.jacobian(np.zeros(len(fit.names)))
    left = np.eye(len(fit.residual)) - slope @ fit.response
    moved = rest.uncertainty.linear(lambda rows: rows @ left.T, lambda rows: rows @ np.abs(left).T)
    return MEAN_OF_SIZE * float(moved.error.sum())


def _sought(
    here: Mapping[Monomial, Correlator], found: Mapping[str, Estimate], order: int
) -> dict[Monomial, Correlator]:
    """Choose the terms that are linear in couplings not found yet; products with such are refused."""
    sought: dict[Monomial, Correlator] = {}
    for product, coefficient in here.items():
        new = [name for name, _ in product if name not in found]
        if len(product) == 1 and product[0][1] == 1 and new:
            sought[product] = coefficient
        elif new:
            raise InvalidStatistics(
                f"the connected {order}-point function has a term in {monomial_text(product)} at its leading "
                f"order, but {new[0]} is not known yet; give the order at which {new[0]} stands alone, too"
            )
    return sought


def _corrections(theory: Theory, step: Step, found: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """What couplings have to make up for: the terms of the next power of 1/N."""
    products = theory.prediction(step.order).coefficients
    following = [key for key in products if step.power < theory.power_of(key) <= step.power + 1]
    known = all(name in found for key in following for name, _ in key)
    if not following or not known:
        return {}
    beyond = theory.value(step.order, found, following.__contains__)
    numbers = beyond.numbers()
    response = -step.fit.response
    made = Estimate(
        response @ numbers.value,
        numbers.uncertainty.linear(lambda rows: rows @ response.T, lambda rows: rows @ np.abs(response).T),
        numbers.method,
        numbers.quality,
        numbers.provenance,
    )
    return {name: made[place] for place, name in enumerate(step.fit.names)}


def infer_jointly(
    theory: Theory, data: Dataset, by_order: CouplingFit, *, search: RootSearch | None = None
) -> PolynomialFit:
    """Infer all couplings at once, from all orders, with every product of couplings that the theory has.

    Exact correlators are fitted relative to themselves, so that no order outweighs the others.

    Parameters
    ----------
    theory : Theory
    data : Dataset
    by_order : CouplingFit
        The same order by order, which decides whether the system means anything.
    search : RootSearch, optional
        How other real roots are looked for; default: they are not.

    Returns
    -------
    PolynomialFit

    Raises
    ------
    NoRealRoot
        If a correction of the next order is more than half of its coupling, or the root that begins at the
        free theory does not reach the data.
    """
    connected = _connected(theory, data)
    for name in by_order.couplings:
        ratio = by_order.ratio(name)
        if ratio is not None and ratio > HALF:
            raise NoRealRoot(
                f"the next order in 1/N changes {name} by {ratio:.3g} times itself, so a system that stops "
                "there means nothing; take couplings order by order, or networks at least "
                f"{ratio / HALF:.2g} times as wide"
            )
    model = theory.polynomial(*theory.orders)
    numbers = connected.joint(theory.orders)
    if numbers.uncertainty.statistical:
        return fit_polynomial(numbers, model, search=search)
    if not np.all(numbers.value):
        raise InvalidStatistics(
            "exact correlators are fitted relative to themselves, and some of them vanish; choose other "
            "inputs"
        )
    relative = model.coefficients / numbers.value
    return fit_polynomial(
        numbers / numbers.value, Polynomial(model.names, model.powers, relative), search=search
    )


def _connected(theory: Theory, data: Dataset) -> Correlators:
    if theory.kind != "connected":
        raise InvalidStatistics(
            f"a theory of kind {theory.kind!r} was given; couplings are read off connected correlators, give "
            'the model kind="connected"'
        )
    fields = theory.prediction(theory.orders[0]).fields
    if data.fields != fields:
        raise InvalidStatistics(
            f"data of {data.fields!r} were given to a theory of {fields!r}; the same inputs are needed"
        )
    connected = data.either.connected()
    absent = [order for order in theory.orders if order not in connected]
    if absent:
        raise InvalidStatistics(
            f"the theory has the {absent[0]}-point function, the data have orders {list(data.orders)}; give "
            f"data of that order and all even ones below, or a model without it"
        )
    return connected


def _nowhere(theory: Theory, name: str) -> str:
    """Say where a coupling would have to be looked for."""
    order = 2 * (theory.counting[name] + 1)
    return (
        f"{name} counts as {width_text(theory.counting[name])} and is read off the {order}-point function; "
        f"the theory has orders {list(theory.orders)}: give it that order too, or leave {name} out of the "
        "action"
    )
