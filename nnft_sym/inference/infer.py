"""One question, one answer: the couplings that correlators have.

*Full correlators.* Their term of order 1 is the free theory, for which the measured 2-point function is
taken, with its errors. What is left of the 4-point function is the connected one, so that λ is the same
number. Of the 6-point function it is G_c⁽⁶⁾ + Σ₁₅ G G_c⁽⁴⁾: κ, which is read off at 1/N², also has to
make up for what a constant λ misses of G_c⁽⁴⁾. Each connected function is taken to its leading order,
since what G_c⁽⁴⁾ has at 1/N² is made up for by the next term of λ.

*Odd powers of f.* g f³ counts as N^(−1/2) and α f⁵ as N^(−3/2). g is read off the connected 3-point
function, λ off the 4-point function with the exchange 108 g², α off the 5-point function with terms in
gλ and g³, κ off the 6-point function. The field is the one less its mean: cumulants from order 2 on do
not see a shift, and a linear term in the action, which has no value of its own here, keeps ⟨f⟩ at zero.
It cancels all tadpoles, subdiagrams without external points that hang on a single line, which are left
out.

Several ensembles share couplings by name. ReLU-nets of two widths share Nλ = −25/2:

>>> from nnft_sym.actions.action import Action
>>> from numerics.exact.correlators import exact_correlators
>>> from numerics.integrals.rules.domains import Box
>>> from numerics.networks.architectures import ReLUNet
>>> model, networks = Model.leading(Action("lambda*f^4")), [ReLUNet(n, sigma_b=0.0) for n in (20, 50)]
>>> several = [(exact_correlators(one, [[0.5], [1.0]], (2, 4)), model, one, Box(1.0)) for one in networks]
>>> round(float(infer(several, per_width=True)["lambda"]), 9)
-12.5
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from diagrams.messages import shown
from nnft_sym.actions.action import Action
from nnft_sym.inference.by_order import ALLOWANCE, infer_jointly, infer_together
from nnft_sym.inference.coupling_fit import CouplingFit
from nnft_sym.inference.measurement import Measurement, odd_ones_vanish
from nnft_sym.inference.model import Model
from nnft_sym.inference.theory import Theory
from numerics.errors import DivergentIntegral, InvalidStatistics, NoRealRoot, SingularProblem
from numerics.given import as_choice, as_instance
from numerics.inference.comparison import Comparison, compare
from numerics.inference.dataset import Dataset
from numerics.inference.eigenbasis import eigenbasis_of_deviations
from numerics.inference.roots import RootSearch
from numerics.integrals.rules.domains import WholeSpace
from numerics.kernels.base import Kernel
from numerics.networks.base import Network
from numerics.results.estimate import Estimate
from numerics.results.joint_correlators import Correlators

if TYPE_CHECKING:
    from numerics.integrals.rules.domains import Domain


#: Ways of counting: each coupling at its own power of 1/N, or all orders as one polynomial system.
COUNTINGS = ("1/N", "joint")


def infer(
    data: Dataset | Correlators | Sequence[tuple[object, ...]],
    model: Model | Theory | Action | str | None = None,
    kernel: Kernel | Network | None = None,
    domain: Domain | None = None,
    *,
    counting: str = "1/N",
    per_width: bool | None = None,
    model_errors: bool = False,
    threshold: float = 1e-6,
    allowance: float = ALLOWANCE,
) -> CouplingFit:
    """Infer the couplings of an action from correlators, exact, sampled or brought along.

    Parameters
    ----------
    data : Dataset or Correlators, or list of tuples
        With all even orders up to the highest of the model, and with the odd ones for couplings of odd powers
        of f (`Model.data_orders`). Exact ones decide where there are any, else sampled ones with their joint
        covariance. Several ensembles that share couplings: ``[(data, model, kernel, domain), ...]``.
    model : Model, Theory, Action or str
        An action stands for `Model.leading` of it. Of connected correlators, as `Model.leading` makes it:
        ``Model(action, orders, kind="connected", power=2)``. Of ``kind="full"`` (or ``"normalised"``) full
        correlators less the free theory are fitted: see this module. A `Theory` has its integrals done, as
        ``model.for_data(kernel, fields, domain)`` does them, and can be used again for other data.
    kernel : Kernel or Network, optional
        The propagator of a model; a theory needs none.
    domain : Domain, optional
        Of the vertices, a `Box` or (default) `WholeSpace`.
    counting : {"1/N", "joint"}, optional
        Each coupling at its leading order in 1/N; or all orders as one polynomial system, refused where the
        expansion does not hold or no root is connected.
    per_width : bool, optional
        Whether ``lambda`` stands for Nλ, ``kappa`` for N²κ, which networks of several widths have in common.
    model_errors : bool, optional
        Whether errors hold truncation and locality, see `nnft_sym.inference.model_errors`.
    threshold, allowance : float, optional
        See `infer_by_order`.

    Returns
    -------
    CouplingFit
        ``found["lambda"]`` is an Estimate; ``found.verdict`` says the rest.

    Raises
    ------
    InvalidStatistics, InvalidAction
        If data and model do not go together, or a coupling appears in no order that both have.
    SingularProblem
        If couplings cannot be told apart, or, with joint counting, are not determined.
    NoRealRoot
        With joint counting.
    DivergentIntegral
        If the domain needs a cutoff.

    References
    ----------
    J. Halverson, A. Maiti, K. Stoner, arXiv:2008.08601, section 3;
    docs/theory/inference.md, eq. eq-lambda; docs/theory/inference.md, eq. eq-kappa.

    Examples
    --------
    λ = −25/(2NΛ⁵) of ReLU-net without bias, d = 1, at inputs of one sign:

    >>> from numerics.exact.correlators import exact_correlators
    >>> from numerics.integrals.rules.domains import Box
    >>> from numerics.networks.architectures import ReLUNet
    >>> network, model = ReLUNet(20, sigma_b=0.0), Model.leading("lambda*f^4")
    >>> exact = exact_correlators(network, [[0.5], [1.0]], (2, 4))
    >>> found = infer(exact, model, network, Box(1.0))
    >>> round(float(found["lambda"]), 9), round(found.ratio("lambda"), 3)
    (-0.625, 1.125)
    """
    counting = as_choice(counting, COUNTINGS, "counting", InvalidStatistics)
    given = _measurements(data, model, kernel, domain, per_width)
    found = infer_together(given, threshold=threshold, allowance=allowance)
    found = found if counting == "1/N" else _jointly(found, threshold, allowance)
    held = [one for each in given if (one := _propagator(each)) is not None]
    found = replace(found, propagator=min(held, key=lambda one: one.p_value, default=None))
    return found.with_model_errors() if model_errors else found


def _measurements(
    data: object,
    model: object,
    kernel: Kernel | Network | None,
    domain: Domain | None,
    per_width: bool | None,
) -> list[Measurement]:
    """Make one measurement, or several."""
    if not isinstance(data, list | tuple):
        return _scaled([_measurement(data, model, kernel, domain)], per_width)
    if not (model is None and kernel is None and domain is None):
        raise InvalidStatistics(
            "a list of data was given with one model beside it; give each ensemble its own, as in "
            "[(data, model, network, domain), ...]"
        )
    for one in data:
        if not isinstance(one, tuple) or not 2 <= len(one) <= 4:
            raise InvalidStatistics(
                f"{shown(one)} was given as one of several ensembles; (data, model, network, domain) is "
                "needed, or (data, theory)"
            )
    return _scaled([_measurement(*one) for one in data], per_width)


def _measurement(
    data: object,
    model: object,
    kernel: Kernel | Network | None = None,
    domain: Domain | None = None,
) -> tuple[Measurement, int | None]:
    """Hold data against a theory; also say how wide the networks are, where that is known."""
    given = _as_dataset(data)
    width = kernel.width if isinstance(kernel, Network) else None
    if width is None:
        record = given.either.provenance.get("network")
        width = record.get("width") if isinstance(record, Mapping) else None
    if isinstance(model, str | Action):
        model = Model.leading(model)
    if isinstance(model, Model) and odd_ones_vanish(given):
        model.refuse_odd()
    theory = _as_theory(model, kernel, given, domain)
    return Measurement(theory, given), width


def _scaled(found: list[tuple[Measurement, int | None]], per_width: bool | None) -> list[Measurement]:
    """Count couplings per width where that is asked for; across widths it has to be said."""
    widths = [width for _, width in found]
    counted = {one.theory.width is not None for one, _ in found}
    if len(counted) > 1:
        raise InvalidStatistics(
            "some theories count couplings per width and others do not, so that one name is two numbers; "
            "give all as they are, or all per_width"
        )
    if counted == {True}:
        return [one for one, _ in found]
    if per_width is None and len(set(widths)) > 1:
        raise InvalidStatistics(
            f"networks of widths {', '.join(map(str, widths))} are to share couplings, which fall with the "
            "width; with per_width=True they share N*lambda, N^2*kappa and so on, with per_width=False the "
            "couplings themselves"
        )
    if not per_width:
        return [one for one, _ in found]
    if None in widths:
        raise InvalidStatistics(
            "couplings are to be counted per width, and the width of a network is not known; give the "
            "network as the third of (data, model, network, domain)"
        )
    return [Measurement(one.theory.per_width(width), one.data) for one, width in found if width is not None]


def _propagator(one: Measurement) -> Comparison | None:
    """Hold the sampled 2-point function against the propagator, where there are blocks enough for it."""
    theory, data = one.theory, one.data
    sampled = data.sampled
    if theory.propagator is None or sampled is None or 2 not in sampled or data.exact is not None:
        return None
    connected = sampled.connected()
    two, n_blocks = connected[2], connected[2].uncertainty.n_blocks
    if n_blocks is None:
        return compare(two.value - theory.propagator, two.covariance, n_blocks=None)
    if n_blocks <= 2 * two.size:
        return None
    scatter = eigenbasis_of_deviations(connected.deviations((2,)))
    return compare(two.value - theory.propagator, scatter, n_blocks=n_blocks)


def _jointly(by_order: CouplingFit, threshold: float, allowance: float) -> CouplingFit:
    """Put the joint fit in place of the values order by order."""
    unknown = [name for name in (*by_order.couplings, *by_order.missing) if not by_order.determined(name)]
    if unknown:
        raise SingularProblem(
            f"the data do not determine {', '.join(unknown)} order by order, so a system of all orders would "
            "not either; take couplings order by order, leave some out, or give more data"
        )
    joint = infer_jointly(by_order, threshold=threshold, allowance=allowance, search=RootSearch())
    found = {name: joint[name] for name in by_order.couplings}
    widths = {one.theory.width for one in by_order.measurements}
    limits = _limits(by_order.measurements, threshold, allowance) if len(widths) > 1 else {}
    return replace(by_order, couplings=found, joint=joint, limits=limits)


def _limits(measurements: Sequence[Measurement], threshold: float, allowance: float) -> dict[str, Estimate]:
    """Joint fits of each width by itself, on a straight line in 1/N to infinite width."""
    widths = sorted({one.theory.width for one in measurements if one.theory.width is not None})
    fits = []
    for width in widths:
        alone = [one for one in measurements if one.theory.width == width]
        try:
            first = infer_together(alone, threshold=threshold, allowance=allowance)
            fits.append(infer_jointly(first, threshold=threshold, allowance=allowance))
        except NoRealRoot as error:
            raise NoRealRoot(f"at width {width}: {error}") from None
    inverse = 1.0 / np.array(widths)
    # the value at 0 of the straight line that is closest
    weights = np.linalg.pinv(np.stack([np.ones(len(widths)), inverse], axis=1))[0]
    common = set.intersection(*(set(fit.names) for fit in fits))
    return {
        name: sum(
            (fit[name] * weight for fit, weight in zip(fits, weights.tolist(), strict=True)), Estimate(0.0)
        )
        for name in sorted(common)
    }


def _as_dataset(data: object) -> Dataset:
    if isinstance(data, Correlators):
        uncertain = data[data.orders[-1]].uncertainty if data.orders else None
        sampled = uncertain is not None and uncertain.statistical
        return Dataset(data) if sampled else Dataset(None, data)
    return as_instance(
        data, Dataset, "data", InvalidStatistics, "a Dataset, or Correlators, sampled or exact ones,"
    )


def _as_theory(
    model: object, kernel: Kernel | Network | None, data: Dataset, domain: Domain | None
) -> Theory:
    if isinstance(model, Theory):
        if kernel is not None or domain is not None:
            raise InvalidStatistics(
                "a theory was given with a kernel or a domain; its integrals are done: give the model instead"
            )
        return model
    given = as_instance(
        model, Model, "model", InvalidStatistics, "a Model of an action, or the Theory that it makes,"
    )
    if kernel is None:
        raise InvalidStatistics(
            "a model was given without a kernel; give the network, or its kernel, as the third argument"
        )
    own = as_instance(
        kernel.kernel if isinstance(kernel, Network) else kernel,
        Kernel, "kernel", InvalidStatistics, "a network, or its kernel,",
    )  # fmt: skip
    try:
        return given.for_data(own, data.fields, WholeSpace() if domain is None else domain)
    except DivergentIntegral as error:
        raise DivergentIntegral(
            f"{error}; where only the next power of 1/N diverges, as for bilocal terms, leave it out with "
            "Model.leading(action, beyond=False)"
        ) from error
