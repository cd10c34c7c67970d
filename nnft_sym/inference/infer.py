"""One question, one answer: the couplings that correlators have."""

from dataclasses import replace
from typing import TYPE_CHECKING

from nnft_sym.inference.by_order import ALLOWANCE, infer_by_order, infer_jointly
from nnft_sym.inference.coupling_fit import CouplingFit
from nnft_sym.inference.model import Model
from nnft_sym.inference.theory import Theory
from numerics.errors import InvalidStatistics, NotAvailable, SingularProblem
from numerics.given import as_choice, as_instance
from numerics.inference.comparison import Comparison, compare
from numerics.inference.dataset import Dataset
from numerics.inference.roots import RootSearch
from numerics.integrals.rules.domains import WholeSpace
from numerics.networks.base import Network
from numerics.results.joint_correlators import Correlators

if TYPE_CHECKING:
    from numerics.integrals.rules.domains import Domain
    from numerics.kernels.base import Kernel

#: Ways of counting: each coupling at its own power of 1/N, or all orders as one polynomial system.
COUNTINGS = ("1/N", "joint")


def infer(
    data: Dataset | Correlators,
    model: Model | Theory,
    kernel: "Kernel | Network | None" = None,
    domain: "Domain | None" = None,
    *,
    counting: str = "1/N",
    threshold: float = 1e-6,
    allowance: float = ALLOWANCE,
) -> CouplingFit:
    """Infer the couplings of an action from correlators, exact, sampled or brought along.

    Parameters
    ----------
    data : Dataset or Correlators
        With the 2-point function, and all even orders up to the highest that the model has. Where there are
        exact ones they decide, else sampled ones with their joint covariance.
    model : Model or Theory
        Of connected correlators: ``Model(action, orders, kind="connected", power=2)``. A `Theory` has its
        integrals done, ``model.over(kernel, fields, domain)``, and can be used again for other data.
    kernel : Kernel or Network, optional
        The propagator of a model; a theory needs none.
    domain : Domain, optional
        Over which vertices are integrated, a `Box` or (default) `WholeSpace`.
    counting : {"1/N", "joint"}, optional
        Each coupling at its leading order in 1/N, from the connected correlator where it first stands alone,
        with what the next order would add beside it; or all orders as one system of polynomial equations,
        which is refused where that expansion does not hold or no real root is connected to the free theory.
    threshold : float, optional
        See `numerics.inference.eigenbasis.eigenbasis`.
    allowance : float, optional
        Share of itself by which the model may miss a sampled correlator, see `infer_by_order`.

    Returns
    -------
    CouplingFit
        ``found["lambda"]`` is an Estimate; ``found.verdict`` says the rest in words.

    Raises
    ------
    InvalidStatistics
        If data and model do not go together, or a coupling appears in no order that both have.
    SingularProblem
        If couplings cannot be told apart, or, with joint counting, are not determined.
    NoRealRoot
        With joint counting.
    DivergentIntegral
        If the domain needs a cutoff.

    References
    ----------
    J. Halverson, A. Maiti, K. Stoner, Neural Networks and Quantum Field Theory, arXiv:2008.08601, section 3.

    Examples
    --------
    λ = −25/(2NΛ⁵) of ReLU-net without bias, d = 1, at inputs of one sign:

    >>> from nnft_sym.actions.action import Action
    >>> from numerics.exact.correlators import exact_correlators
    >>> from numerics.integrals.rules.domains import Box
    >>> from numerics.networks.architectures import ReLUNet
    >>> network = ReLUNet(20, sigma_b=0.0)
    >>> exact = exact_correlators(network, [[0.5], [1.0]], (2, 4))
    >>> model = Model(Action("lambda*f^4"), (4,), kind="connected", power=2)
    >>> found = infer(exact, model, network, Box(1.0))
    >>> round(float(found["lambda"]), 9), round(found.ratio("lambda"), 3)
    (-0.625, 1.125)
    """
    counting = as_choice(counting, COUNTINGS, "counting", InvalidStatistics)
    given = _as_dataset(data)
    if not given.fields.single_output:
        raise NotAvailable(
            "data of several outputs were given; couplings are inferred from networks of one output: give "
            "one of them"
        )
    theory = _as_theory(model, kernel, given, domain)
    by_order = infer_by_order(theory, given, threshold=threshold, allowance=allowance)
    found = by_order if counting == "1/N" else _jointly(theory, given, by_order)
    return replace(found, propagator=_propagator(theory, given))


def _propagator(theory: Theory, data: Dataset) -> Comparison | None:
    """Hold the sampled 2-point function against the propagator, where there are blocks enough for it."""
    sampled = data.sampled
    if theory.propagator is None or sampled is None or 2 not in sampled or data.exact is not None:
        return None
    two = sampled[2]
    if sampled.n_blocks <= 2 * two.size:
        return None
    return compare(two.value - theory.propagator, data.basis((2,)), n_blocks=sampled.n_blocks)


def _jointly(theory: Theory, data: Dataset, by_order: CouplingFit) -> CouplingFit:
    """Put the joint fit in place of the values order by order."""
    unknown = [name for name in (*by_order.couplings, *by_order.missing) if not by_order.determined(name)]
    if unknown:
        raise SingularProblem(
            f"the data do not determine {', '.join(unknown)} order by order, so a system of all orders would "
            "not either; take couplings order by order, leave some out, or give more data"
        )
    joint = infer_jointly(theory, data, by_order, search=RootSearch())
    found = {name: joint[name] for name in by_order.couplings}
    return replace(by_order, couplings=found, joint=joint)


def _as_dataset(data: object) -> Dataset:
    if isinstance(data, Correlators):
        uncertain = data[data.orders[-1]].uncertainty if data.orders else None
        sampled = uncertain is not None and uncertain.statistical
        return Dataset(data) if sampled else Dataset(None, data)
    return as_instance(
        data, Dataset, "data", InvalidStatistics, "a Dataset, or Correlators, sampled or exact ones,"
    )


def _as_theory(
    model: object, kernel: "Kernel | Network | None", data: Dataset, domain: "Domain | None"
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
    own = kernel.kernel if isinstance(kernel, Network) else kernel
    return given.over(own, data.fields, WholeSpace() if domain is None else domain)
