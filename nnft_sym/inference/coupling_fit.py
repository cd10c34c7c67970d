"""Couplings inferred from data: values, what the next order in 1/N would add, and what was left over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nnft_sym.inference.contributions import Contributions, contributions
from nnft_sym.inference.theory import Theory
from numerics.errors import InvalidStatistics
from numerics.inference.comparison import Comparison
from numerics.inference.dataset import Dataset
from numerics.inference.polynomial_fit import Combination, PolynomialFit
from numerics.results.correlator import Correlator
from numerics.results.estimate import Estimate, in_a_row
from numerics.results.faces import Content, Shown
from numerics.results.quality import Quality, worst

Array = NDArray[np.float64]

#: Largest |correction|/|coupling| at which the expansion in 1/N says something.
HALF = 0.5
#: Probability under which a model is rejected.
REJECTED = 1e-3
#: Probabilities smaller than this are not written out.
LEAST = 1e-15
#: Standard deviations from which on a coupling is not zero.
CLEAR = 3.0
#: Probability under which data are not of the network that was named.
IMPOSSIBLE = 1e-6
#: Share of a correlator that constants may miss and still be called a description of it.
SMALL = 0.01


@dataclass(frozen=True, eq=False)
class Step:
    """Couplings of one power of 1/N, from one connected correlator.

    Attributes
    ----------
    order : int
        Of the correlator.
    power : Fraction
        Of 1/N.
    fit : PolynomialFit
        Of what the couplings of lower powers leave of the correlator.
    misfit : float
        Σ|residual| over Σ|connected correlator|.
    noise : float
        What that is expected to be from the noise of the data alone; 0 for exact data.
    scales : mapping of str to float
        Of each coupling, Σ|what the correlator is per unit of it| over Σ|connected correlator|.
    """

    order: int
    power: Fraction
    fit: PolynomialFit
    misfit: float
    noise: float
    scales: Mapping[str, float]

    @property
    def locality(self) -> dict[str, float]:
        """By how much each coupling would have to vary over the inputs to make up for the misfit by itself.

        Σ|residual| over Σ|what the correlator is per unit of the coupling|: for one coupling the mean
        distance of the coupling of each element from the constant one, weighted by how much the element
        depends on it. The share of the misfit that noise explains is taken off.
        """
        rest = float(np.sqrt(max(self.misfit**2 - self.noise**2, 0.0)))
        return {name: rest / scale if scale > 0 else float("nan") for name, scale in self.scales.items()}


@dataclass(frozen=True, eq=False, repr=False)
class CouplingFit(Shown):
    """Couplings, order by order in 1/N.

    Attributes
    ----------
    theory : Theory
    data : Dataset
    couplings : mapping of str to Estimate
        Leading values, in the order in which they were found; NaN where the data do not determine them.
        Errors are traced to the data, so that any two are correlated as they are.
    corrections : mapping of str to Estimate
        What the next power of 1/N adds, beside and not in `couplings`. Couplings for which the theory was not
        expanded that far are not listed.
    steps : tuple of Step
    missing : tuple of str
        Couplings that could not be looked for, because others that they need are not determined.
    propagator : Comparison or None
        The sampled 2-point function against the propagator of the theory; None for exact data.
    joint : PolynomialFit or None
        With joint counting the fit of all orders at once, whose values `couplings` then holds; `steps` and
        `corrections` stay those of the fit order by order.
    """

    theory: Theory
    data: Dataset
    couplings: Mapping[str, Estimate]
    corrections: Mapping[str, Estimate]
    steps: tuple[Step, ...]
    missing: tuple[str, ...] = ()
    propagator: Comparison | None = None
    joint: PolynomialFit | None = None

    def __getitem__(self, name: str) -> Estimate:
        """Return the leading value of a coupling.

        Raises
        ------
        InvalidStatistics
            If it was not inferred.
        """
        if name not in self.couplings:
            raise InvalidStatistics(
                f"coupling {name!r} was not inferred; {', '.join(self.couplings) or 'none'} were"
            )
        return self.couplings[name]

    def leading(self, name: str) -> Estimate:
        """Return what a coupling is at its leading order in 1/N, with joint counting too."""
        if self.joint is None:
            return self[name]
        return next(step.fit[name] for step in self.steps if name in step.fit.names)

    @property
    def fits(self) -> tuple[PolynomialFit, ...]:
        """The fits behind the couplings: one for each power of 1/N, or the joint one."""
        return tuple(step.fit for step in self.steps) if self.joint is None else (self.joint,)

    @property
    def judged(self) -> PolynomialFit:
        """The fit that is judged worst: of the smallest p-value, or for exact data of the largest misfit."""
        return min(self.fits, key=lambda fit: -fit.misfit if fit.p_value is None else fit.p_value)

    @property
    def exact(self) -> bool:
        """Whether the data were exact, so that there are no probabilities."""
        return self.judged.chi2 is None

    def determined(self, name: str) -> bool:
        """Tell whether the data determine a coupling."""
        return name in self.couplings and bool(np.isfinite(float(self.couplings[name])))

    @property
    def combinations(self) -> tuple[Combination, ...]:
        """Combinations of couplings as the data see them, of all fits."""
        return tuple(one for fit in self.fits for one in fit.combinations)

    @property
    def locality(self) -> dict[str, float]:
        """Model error of constants that are determined, see `Step.locality`; from the fits order by order."""
        sizes = (one for step in self.steps for one in step.locality.items())
        return {name: size for name, size in sizes if self.determined(name)}

    @property
    def truncation(self) -> dict[str, float]:
        """Model error of the expansion: size of what the next order in 1/N adds, where it is known."""
        return {name: abs(float(one)) for name, one in self.corrections.items()}

    @property
    def quality(self) -> Quality:
        """Whether the errors can be trusted."""
        return worst(fit.parameters.quality for fit in self.fits)

    @property
    def of_this_network(self) -> bool | None:
        """Whether the 2-point function of the data is the propagator, within errors; None if it was not held.

        Trained networks have another one, which nobody knows between the inputs.
        """
        one = self.propagator
        return None if one is None else not (one.p_value < IMPOSSIBLE and one.chi2 > one.dof)

    @property
    def verdict(self) -> str:
        """What was found, in some sentences."""
        return " ".join(_sentences(self))

    @property
    def together(self) -> Estimate:
        """All couplings one after the other, with their covariance."""
        return in_a_row(self.couplings.values())

    def covariance(self) -> Array | None:
        """Return the covariance of all couplings, shape (P, P); None for exact data, which have bounds."""
        return None if self.exact else self.together.covariance

    def ratio(self, name: str) -> float | None:
        """Size of the correction over that of the coupling, |l₂/(l₁N)|; None where it is not known."""
        if name not in self.corrections:
            return None
        value = abs(float(self.leading(name)))
        return abs(float(self.corrections[name])) / value if value > 0 else float("inf")

    @property
    def holds(self) -> bool | None:
        """Whether no correction is more than half of its coupling; None if no correction is known."""
        ratios = [found for name in self.couplings if (found := self.ratio(name)) is not None]
        return all(one <= HALF for one in ratios) if ratios else None

    def contributions(self, order: int, kind: str = "connected") -> Contributions:
        """Take a correlator apart: what each product of couplings contributes, in powers of 1/N.

        Parameters
        ----------
        order : int
            n. For a full correlator the model needs all even orders from 4 to n.
        kind : {"connected", "excess", "full"}, optional
            Of the connected function; of the full one less the free theory; or of the full one, which begins
            with the free theory.

        Returns
        -------
        Contributions
            With the errors of the couplings in each term, and the share of the data that is explained so far.

        Raises
        ------
        OrderMissing
            If the model does not have an order that it takes.

        Examples
        --------
        The 6-point function of ReLU-net: the exchange of order λ² overshoots, κ takes it back.

        >>> from nnft_sym.actions.action import Action
        >>> from nnft_sym.inference.infer import infer
        >>> from nnft_sym.inference.model import Model
        >>> from numerics.exact.correlators import exact_correlators
        >>> from numerics.integrals.rules.domains import Box
        >>> from numerics.networks.architectures import ReLUNet
        >>> network = ReLUNet(20, sigma_b=0.0)
        >>> model = Model.leading(Action("lambda*f^4 + kappa*f^6"))
        >>> found = infer(exact_correlators(network, [[1.0]]), model, network, Box(1.0))
        >>> [(one.name, round(one.explained, 3)) for one in found.contributions(6).terms]
        [('lambda**2', -1.409), ('kappa', 1.0)]
        >>> [(one.name, round(one.explained, 3)) for one in found.contributions(6, "excess").terms]
        [('lambda', 0.872), ('lambda**2', 0.692), ('kappa', 1.0)]
        """
        leading = self.joint is None
        return contributions(self.theory, self.data, self.couplings, order, kind=kind, leading=leading)

    def predict(self, order: int, kind: str = "connected") -> Correlator:
        """Predict a correlator from the couplings, with their errors: all `contributions` together."""
        return self.contributions(order, kind).prediction

    @cached_property
    def explained(self) -> dict[int, float]:
        """For each order 1 − Σ|residual|/Σ|connected correlator| over distinct multisets.

        Orders that take couplings which are not known are left out.
        """
        shares = {order: self.contributions(order).explained for order in self.theory.orders}
        return {order: share for order, share in shares.items() if share is not None}

    def plain_fields(self) -> Content:
        """Give the couplings as plain fields, one row for each."""

        def rows() -> Iterator[tuple[object, ...]]:
            for step in self.steps:
                for name in step.fit.names:
                    one, next_order = self.couplings[name], self.corrections.get(name)
                    numbers = (float(one), float(one.error))
                    beside = (None, None) if next_order is None else (float(next_order), self.ratio(name))
                    yield name, step.order, *numbers, *beside, self.locality.get(name)

        facts: dict[str, object] = {
            "explained": ", ".join(f"{one:.4%} of order {n}" for n, one in self.explained.items()),
            "verdict": self.verdict,
        }
        unknown = [one.text for one in self.combinations if not one.determined]
        facts |= {"not determined": "; ".join(unknown)} if unknown else {}
        facts |= {"not looked for": ", ".join(self.missing)} if self.missing else {}
        facts |= {} if self.holds is None else {"the expansion in 1/N holds": self.holds}
        columns = ("coupling", "from order", "value", "error", "next order", "ratio", "locality")
        count = sum(np.size(step.fit.names) for step in self.steps)
        how = "order by order in 1/N" if self.joint is None else "of all orders at once"
        return Content(f"Couplings, {how}", facts, columns, rows, count)


def _sentences(found: CouplingFit) -> Iterator[str]:
    if found.of_this_network is False:
        yield (
            "The 2-point function of the data is not the propagator: the lines of these diagrams are not "
            "those of the ensemble, and the couplings mean little."
        )
    yield from _undetermined(found)
    yield _agreement(found)
    yield from _expansion(found)
    if found.joint is not None and len(found.joint.roots) > 1:
        yield (
            f"The joint system has {len(found.joint.roots)} real roots; the one connected to the free theory "
            "is given."
        )


def _undetermined(found: CouplingFit) -> Iterator[str]:
    unknown = [name for name in found.couplings if not found.determined(name)]
    if not unknown:
        return
    known = [one for one in found.combinations if one.estimate is not None]
    values = [f"{one.text} = {_with_error(one.estimate)}" for one in known if one.estimate is not None]
    yield (
        f"The data do not determine {', '.join(unknown)}, only "
        f"{' and '.join(values) if values else 'nothing of them'}."
    )
    if found.missing:
        yield f"So {', '.join(found.missing)} could not be looked for."


def _agreement(found: CouplingFit) -> str:
    fit = found.judged
    shares = " and ".join(f"{share:.4g} % of the {n}-point function" for n, share in _percent(found))
    what = f"The couplings explain {shares or 'nothing'}"
    if fit.p_value is None:
        missed = fit.misfit
        how = "describe the exact data" if missed <= SMALL else "are no good description of the exact data"
        return f"{what}; constants {how}, they miss {100 * missed:.2g} % of what they were fitted to."
    how = "rejected" if fit.p_value < REJECTED else "compatible with the data"
    if fit.dof == 0:
        return f"{what}; there are no degrees of freedom left that could contradict."
    chance = f"p = {fit.p_value:.2g}" if fit.p_value >= LEAST else f"p < {LEAST:g}"
    return (
        f"{what}; constants are {how} (chi2/dof = {fit.chi2:.4g}/{fit.dof}, {chance}), they miss "
        f"{100 * fit.misfit:.2g} % of what they were fitted to."
    )


def _percent(found: CouplingFit) -> list[tuple[int, float]]:
    return [(order, 100 * share) for order, share in found.explained.items()]


def _expansion(found: CouplingFit) -> Iterator[str]:
    ratios = {name: ratio for name in found.couplings if (ratio := found.ratio(name)) is not None}
    weak = [name for name in ratios if _is_weak(found.leading(name))]
    for name in weak:
        yield (
            f"{name} is compatible with zero within its error, so that the size of the next order says "
            "nothing there."
        )
        del ratios[name]
    for name, ratio in ratios.items():
        if ratio > HALF:
            yield (
                f"The next order in 1/N changes {name} by {ratio:.3g} times itself: the expansion does not "
                "hold there, whatever the fit looks like."
            )
    unknown = [name for name in found.couplings if found.determined(name) and found.ratio(name) is None]
    if unknown:
        yield f"What the next order would change in {' and '.join(unknown)} was not computed."
    if ratios and max(ratios.values()) <= HALF:
        most = max(ratios, key=ratios.__getitem__)
        yield f"The next order in 1/N changes {most} by {100 * ratios[most]:.3g} %: the expansion holds."


def _is_weak(one: Estimate) -> bool:
    """Tell whether a sampled coupling cannot be told from zero."""
    return one.uncertainty.statistical and abs(float(one)) < CLEAR * float(one.error)


def _with_error(one: Estimate) -> str:
    return f"{float(one):.4g} ± {float(one.error):.2g}"
