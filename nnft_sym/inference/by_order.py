"""Couplings order by order in 1/N: each from the correlator at whose leading order it first stands alone.

The connected n-point function of N independent neurons is of order N^(1 − n/2), and so is the coupling of fⁿ.
At that order it is linear in the couplings of fⁿ; all other terms are products of couplings that lower
correlators have given already. With λ f⁴ + κ f⁶,

    G_c⁽⁴⁾ = c λ            at 1/N,   c = −24 ∫K_W⁴,
    G_c⁽⁶⁾ − x λ² = s κ      at 1/N²,  x = 576 Σ₁₀ (exchange),  s = −720 ∫K_W⁶.

The terms of G_c⁽⁴⁾ at 1/N², −360 κ(…) + 288 λ²(…), have to be made up for by the next term l₂/N² of
λ = l₁/N + l₂/N². It is given beside λ and never added: where it is not small, the expansion does not hold.

Couplings of odd powers stand between: g f³ at N^(−1/2), α f⁵ at N^(−3/2). With them, and c₃ = −6 ∫K_W³,

    G_c⁽³⁾ = c₃ g,    G_c⁽⁴⁾ = c λ + y g²,    G_c⁽⁵⁾ = c₅ α + (…) gλ + (…) g³,    y = 36 Σ₃ (exchange).

Held against full correlators the same couplings are read off at the same orders: what is left of those of n
fields is c_n times the new coupling and products of lower functions, which are known.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from nnft_sym.expansions.truncation import width_text
from nnft_sym.inference.coupling_fit import CouplingFit
from nnft_sym.inference.elementwise import HALF
from nnft_sym.inference.measurement import Measurement, checked, stacked
from nnft_sym.inference.step import Step
from nnft_sym.inference.theory import Theory
from numerics.errors import InvalidStatistics, NoRealRoot
from numerics.inference.dataset import Dataset
from numerics.inference.fit_result import Fit
from numerics.inference.nonlinear import fit_polynomial
from numerics.inference.polynomial import Polynomial, joined_models
from numerics.inference.roots import RootSearch
from numerics.lowering.monomials import Monomial, monomial_text
from numerics.results.correlator import Correlator
from numerics.results.estimate import Estimate

#: Mean size of a normal number over its standard deviation.
MEAN_OF_SIZE = float(np.sqrt(2.0 / np.pi))
#: Share of itself by which the weights of a fit allow a model to miss a sampled correlator. A tensor that
#: misses a constant by 2 % (`nnft_sym.study.judgement.Judgement.misfit`) is still called constant; for two
#: elements that differ by δ such a fit moves by at most δ/(√2 · this share) of its standard error, a seventh.
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
    return infer_together((Measurement(theory, data),), threshold=threshold, allowance=allowance)


def infer_together(
    measurements: Sequence[Measurement], *, threshold: float = 1e-6, allowance: float = ALLOWANCE
) -> CouplingFit:
    """Infer the couplings that several measurements share by name; else as `infer_by_order`."""
    given, policy = checked(measurements), (threshold, allowance)
    found: dict[str, Estimate] = {}
    corrections: dict[str, Estimate] = {}
    steps: list[Step] = []
    for order in sorted({order for one in given for order in one.theory.orders}):
        sought = {one: _sought(one.theory, found, order) for one in given if order in one.theory.orders}
        sought = {one: terms for one, terms in sought.items() if terms}
        if not sought:
            continue
        step = _step(sought, order, found, policy)
        steps.append(step)
        found |= {name: step.fit[name] for name in step.fit.names}
        if not all(step.fit.determined):
            break
    sure = all(all(step.fit.determined) for step in steps)
    each: dict[Measurement, dict[str, Estimate]] = {one: {} for one in given if len(given) > 1}
    for step in steps if sure else []:
        corrections |= _corrections(step, found, corrections)
        for one in set(each).intersection(step.measurements):
            each[one] |= _corrections(step, found, each[one], one)
    wanted = dict.fromkeys(name for one in given for name in one.theory.counting)
    missing = tuple(name for name in wanted if name not in found)
    if missing and sure:
        raise InvalidStatistics(_nowhere(given, missing[0]))
    return CouplingFit(given, found, corrections, tuple(steps), missing, each=tuple(each.values()))


def _step(
    sought: Mapping[Measurement, Mapping[Monomial, Correlator]],
    order: int,
    found: Mapping[str, Estimate],
    policy: tuple[float, float],
) -> Step:
    """Fit the couplings of one order to what those found before leave."""
    power, (threshold, allowance) = Fraction(order, 2) - 1, policy
    # exact correlators of several ensembles count alike; where the covariance weighs them there is no unit
    alone = len(sought) == 1
    units = tuple(1.0 if alone or one.sampled else one.size(order) for one in sought)
    whole = stacked([one.held(order).numbers() for one in sought], units)
    rest = stacked([_left(one, order, found, terms) for one, terms in sought.items()], units)
    if rest.uncertainty.statistical and not np.any(rest.error > 0):
        raise InvalidStatistics(
            f"the sampled {order}-point function does not fluctuate at all, so that its covariance is zero; "
            "give outputs of networks that differ"
        )
    model = joined_models(
        [
            Polynomial.of({key: term.numbers() / unit for key, term in terms.items()})
            for terms, unit in zip(sought.values(), units, strict=True)
        ]
    )
    missed = None
    if rest.uncertainty.statistical and allowance > 0:
        # what the theory says, not the data, whose fluctuations would weigh themselves down
        about = fit_polynomial(rest.value, model).residual - rest.value
        missed = allowance * np.hypot(about, rest.error)
    fit = fit_polynomial(rest, model, threshold=threshold, model_error=missed)
    size = float(np.abs(whole.value).sum())
    share = 1.0 / size if size > 0 else 0.0
    noise = _noise_of_residual(rest, fit, model) if rest.uncertainty.statistical else 0.0
    slope = model.jacobian(np.zeros(len(model.names)))
    scales = {name: float(np.abs(slope[:, place]).sum()) * share for place, name in enumerate(model.names)}
    misfit = float(np.abs(fit.residual).sum()) * share
    return Step(order, power, fit, misfit, noise * share, scales, tuple(sought), units)


def _left(
    one: Measurement, order: int, found: Mapping[str, Estimate], sought: Mapping[Monomial, Correlator]
) -> Estimate:
    """What the couplings found before leave of a correlator."""
    theory, power = one.theory, Fraction(order, 2) - 1
    known = one.predicted(
        order, found, lambda product: theory.power_of(product) <= power and product not in sought
    )
    rest: Estimate = one.held(order).numbers() - known
    return rest


def _noise_of_residual(rest: Estimate, fit: Fit, model: Polynomial) -> float:
    """Say how large Σ|residual| is from noise alone: what the fit takes along leaves no residual."""
    # the model is linear in what is sought, so that its slope is the same everywhere
    slope = model.jacobian(np.zeros(len(fit.names)))
    left = np.eye(len(fit.residual)) - slope @ fit.response
    moved = rest.uncertainty.linear(lambda rows: rows @ left.T, lambda rows: rows @ np.abs(left).T)
    return MEAN_OF_SIZE * float(moved.error.sum())


def _sought(theory: Theory, found: Mapping[str, Estimate], order: int) -> dict[Monomial, Correlator]:
    """Choose the terms that are linear in couplings not found yet; products with such are refused."""
    here = theory.coefficients(order, Fraction(order, 2) - 1)
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


def _corrections(
    step: Step,
    found: Mapping[str, Estimate],
    before: Mapping[str, Estimate],
    of: Measurement | None = None,
) -> dict[str, Estimate]:
    """What couplings have to make up for: terms of the next power, and those that move with `before`."""
    following = step.next_terms
    known = all(name in found for key in following for name, _ in key) and step.earlier <= set(before)
    return step.response_to(found, before, following.__contains__, of) if following and known else {}


def infer_jointly(
    by_order: CouplingFit,
    *,
    threshold: float = 1e-6,
    allowance: float = ALLOWANCE,
    search: RootSearch | None = None,
) -> Fit:
    """Infer all couplings at once, from all orders, with every product of couplings that the theory has.

    Exact correlators are fitted relative to themselves, so that no order outweighs the others.

    Parameters
    ----------
    by_order : CouplingFit
        The same order by order, which decides whether the system means anything.
    threshold, allowance : float, optional
        As for `infer_by_order`.
    search : RootSearch, optional
        How other real roots are looked for; default: they are not.

    Returns
    -------
    Fit

    Raises
    ------
    NoRealRoot
        If a correction of the next order is more than half of its coupling, or the root that begins at the
        free theory does not reach the data.
    """
    for name in by_order.couplings:
        ratio = by_order.ratio(name)
        if ratio is not None and ratio > HALF:
            raise NoRealRoot(
                f"the next order in 1/N changes {name} by {ratio:.3g} times itself, so a system that stops "
                "there means nothing; take couplings order by order, or networks at least "
                f"{ratio / HALF:.2g} times as wide"
            )
    given = by_order.measurements
    model = joined_models([one.polynomial for one in given])
    numbers = stacked([one.joint for one in given], [1.0] * len(given))
    if numbers.uncertainty.statistical:
        # as in every step of those: what the theory says of the couplings sought, not the data
        about = model.jacobian(np.zeros(len(model.names))) @ [
            float(by_order.couplings[name]) for name in model.names
        ]
        missed = allowance * np.hypot(about, numbers.error) if allowance > 0 else None
        return fit_polynomial(numbers, model, threshold=threshold, model_error=missed, search=search)
    if not np.all(numbers.value):
        raise InvalidStatistics(
            "exact correlators are fitted relative to themselves, and some of them vanish; choose other "
            "inputs"
        )
    relative = model.coefficients / numbers.value
    return fit_polynomial(
        numbers / numbers.value, Polynomial(model.names, model.powers, relative), search=search
    )


def _nowhere(given: Sequence[Measurement], name: str) -> str:
    """Say where a coupling would have to be looked for."""
    theory = next(one.theory for one in given if name in one.theory.counting)
    order = 2 * (theory.counting[name] + 1)
    return (
        f"{name} counts as {width_text(theory.counting[name])} and is read off the {order}-point function; "
        f"the theory has orders {list(theory.orders)}: give it that order too, or leave {name} out of the "
        "action"
    )
