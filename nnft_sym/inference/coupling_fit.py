"""Couplings inferred from data: values, what the next order in 1/N would add, and what was left over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from nnft_sym.actions.names import spelled_out
from nnft_sym.inference.contributions import Contributions, contributions
from nnft_sym.inference.coupling_sentences import SMALL as SMALL
from nnft_sym.inference.coupling_sentences import sentences
from nnft_sym.inference.elementwise import HALF as HALF
from nnft_sym.inference.elementwise import (
    CorrectedCoupling,
    ElementwiseCoupling,
    corrected_coupling,
    elementwise_coupling,
)
from nnft_sym.inference.measurement import Measurement
from nnft_sym.inference.model_errors import with_model_errors
from nnft_sym.inference.step import Step
from nnft_sym.inference.theory import Theory
from numerics.errors import InvalidStatistics
from numerics.inference.comparison import Comparison
from numerics.inference.dataset import Dataset
from numerics.inference.fit_result import Combination, Fit
from numerics.results.correlator import Correlator
from numerics.results.estimate import Estimate, in_a_row
from numerics.results.faces import Content, Shown, face
from numerics.results.quality import Quality, worst

if TYPE_CHECKING:
    from numerics.inference.minuit import Profile, TwoSided

Array = NDArray[np.float64]

#: Probability under which data are not of the network that was named.
IMPOSSIBLE = 1e-6


@dataclass(frozen=True, eq=False, repr=False)
class CouplingFit(Shown):
    """Couplings, order by order in 1/N.

    Attributes
    ----------
    measurements : tuple of Measurement
        Data and theories, several where they share couplings by name.
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
    joint : Fit or None
        With joint counting the fit of all orders at once, whose values `couplings` then holds; `steps` and
        `corrections` stay those of the fit order by order.
    limits : mapping of str to Estimate
        With joint counting of several widths, the couplings per width at infinite width: joint fits of each
        width by itself, on a straight line in 1/N. How far `couplings` are from there is their truncation
        where `corrections` do not know it.
    widened : bool
        Whether the errors of `couplings` hold truncation and locality, see
        `nnft_sym.inference.model_errors`.
    each : tuple of mapping of str to Estimate
        Of several measurements what the next power of 1/N adds in each of them to the couplings, which they
        share; `corrections` are of all together.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> net, model = nn.ReLUNet(20, sigma_b=0.0), nn.Model.leading("lambda*f^4")
    >>> exact = nn.exact_correlators(net, [[0.5], [1.0]], (2, 4))
    >>> found = nn.infer(exact, model, net, nn.Box(1.0))
    >>> round(float(found["lambda"]), 9), found.determined("lambda"), found.orders
    (-0.625, True, (4,))
    >>> found["λ"] is found["lambda"]
    True
    """

    measurements: tuple[Measurement, ...]
    couplings: Mapping[str, Estimate]
    corrections: Mapping[str, Estimate]
    steps: tuple[Step, ...]
    missing: tuple[str, ...] = ()
    propagator: Comparison | None = None
    joint: Fit | None = None
    limits: Mapping[str, Estimate] = field(default_factory=dict)
    widened: bool = False
    each: tuple[Mapping[str, Estimate], ...] = ()

    @property
    def theory(self) -> Theory:
        """The theory, of the first measurement where there are several."""
        return self.measurements[0].theory

    @property
    def data(self) -> Dataset:
        """The data, of the first measurement where there are several."""
        return self.measurements[0].data

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders of the correlators, of all measurements."""
        return tuple(sorted({order for one in self.measurements for order in one.theory.orders}))

    @property
    def n_elements(self) -> int:
        """How many elements of the correlators were fitted, in all measurements."""
        return sum(one.data.best(order).size for one in self.measurements for order in one.theory.orders)

    def __getitem__(self, name: str) -> Estimate:
        """Return the leading value of a coupling.

        Raises
        ------
        InvalidStatistics
            If it was not inferred.
        """
        known = name if name in self.couplings else spelled_out(str(name))
        if known not in self.couplings:
            raise InvalidStatistics(
                f"coupling {shown(name)} was not inferred; {', '.join(self.couplings) or 'none'} were"
            )
        return self.couplings[known]

    def __str__(self) -> str:
        """Write couplings and verdict in full."""
        return str(face("words")(self))

    def leading(self, name: str) -> Estimate:
        """Return what a coupling is at its leading order in 1/N, with joint counting too; no model errors."""
        return next(step.fit[name] for step in self.steps if name in step.fit.names)

    @property
    def fits(self) -> tuple[Fit, ...]:
        """The fits behind the couplings: one for each power of 1/N, or the joint one."""
        return tuple(step.fit for step in self.steps) if self.joint is None else (self.joint,)

    @property
    def judged(self) -> Fit:
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
        """Model error of the expansion, where it is known: from the next order in 1/N, or from the widths.

        What the widths say, the noise of a sample is taken off.
        """
        found = {name: abs(float(one)) for name, one in self.corrections.items()}
        for name, limit in self.limits.items():
            if name not in found:
                apart: Estimate = self[name] - limit
                noise = float(apart.error) if apart.uncertainty.statistical else 0.0
                found[name] = float(np.sqrt(max(float(apart) ** 2 - noise**2, 0.0)))
        return found

    @property
    def quality(self) -> Quality:
        """Whether the errors can be trusted."""
        return worst(fit.estimate.quality for fit in self.fits)

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
        return " ".join(sentences(self))

    @property
    def together(self) -> Estimate:
        """All couplings one after the other, with their covariance."""
        return in_a_row(self.couplings.values())

    def covariance(self) -> Array | None:
        """Return the covariance of all couplings, shape (P, P); None for exact data, which have bounds.

        After `with_model_errors` it holds those, of exact data nothing else.
        """
        scatters = any(one.uncertainty.statistical for one in self.couplings.values())
        return self.together.covariance if scatters else None

    def with_model_errors(self) -> "CouplingFit":
        """Let the errors of the couplings hold truncation and locality, where they are known.

        Examples
        --------
        >>> from nnft_sym.actions.action import Action
        >>> from nnft_sym.inference.infer import infer
        >>> from nnft_sym.inference.model import Model
        >>> from numerics.exact.correlators import exact_correlators
        >>> from numerics.integrals.rules.domains import Box
        >>> from numerics.networks.architectures import ReLUNet
        >>> network = ReLUNet(200, sigma_b=0.0)
        >>> exact = exact_correlators(network, [[1.0]], (2, 4))
        >>> found = infer(exact, Model.leading(Action("lambda*f^4")), network, Box(1.0))
        >>> wide = found.with_model_errors()
        >>> round(found.truncation["lambda"], 6), round(float(wide["lambda"].error), 6)
        (0.007031, 0.007031)
        """
        if self.widened:
            return self
        wide = with_model_errors(self.couplings, truncation=self.truncation, locality=self.locality)
        return replace(self, couplings=wide, widened=True)

    def ratio(self, name: str) -> float | None:
        """Size of the truncation over that of the coupling, |l₂/(l₁N)|; None where it is not known.

        Of several measurements the largest, be it that of all together or of one by itself.
        """
        size = self.truncation.get(name)
        if size is None:
            return None
        value = abs(float(self.leading(name) if name in self.corrections else self[name]))
        # of several networks the narrowest decides, which an average would hide
        most = max([size, *(abs(float(one[name])) for one in self.each if name in one)])
        return most / value if value > 0 else float("inf")

    @property
    def holds(self) -> bool | None:
        """Whether no correction is more than half of its coupling; None if no correction is known."""
        ratios = [found for name in self.couplings if (found := self.ratio(name)) is not None]
        return all(one <= HALF for one in ratios) if ratios else None

    @property
    def kind(self) -> str:
        """Which part of the correlators was fitted: ``"connected"``, or ``"excess"`` of full ones."""
        return "excess" if self.theory.full else "connected"

    def contributions(self, order: int, kind: str | None = None, *, of: int = 0) -> Contributions:
        """Take a correlator apart: what each product of couplings contributes, in powers of 1/N.

        Parameters
        ----------
        order : int
            n. For a full correlator the model needs all even orders from 4 to n.
        kind : {"connected", "excess", "full"}, optional
            Of the connected function; of the full one less the free theory; or of the full one, which begins
            with the free theory. Default: what was fitted.
        of : int, optional
            Number of the measurement, from 0 on, where several share the couplings.

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
        return self._contributions(self.couplings, order, kind, of, leading=self.joint is None)

    def _contributions(
        self,
        couplings: Mapping[str, Estimate],
        order: int,
        kind: str | None,
        of: int,
        *,
        leading: bool = True,
    ) -> Contributions:
        one, part = self.measurements[of], self.kind if kind is None else kind
        # with the lines that were measured, as in the fit
        data = one.held(order) if one.theory.full and part == self.kind else one.data
        return contributions(one.theory, data, couplings, order, kind=part, leading=leading)

    def predict(self, order: int, kind: str | None = None, *, of: int = 0) -> Correlator:
        """Predict a correlator from the couplings, with their errors: all `contributions` together."""
        return self.contributions(order, kind, of=of).prediction

    def elementwise(self, name: str, *, of: int = 0) -> ElementwiseCoupling:
        """Give a coupling as a tensor, one number for each element of the correlator that it is read off.

        All other terms are taken off with their constants.

        Parameters
        ----------
        name : str
        of : int, optional
            Number of the measurement.

        Returns
        -------
        ElementwiseCoupling
            The tensor, its mean, and the constant that was fitted.

        Raises
        ------
        InvalidStatistics
            If the coupling was not inferred, or no element has one.
        """
        order = self._step(name).order
        left = self.contributions(order, of=of).left_for(name)
        return elementwise_coupling(self.measurements[of].theory, order, name, left, self[name])

    def corrected(self, name: str, by: str | None = None, *, of: int = 0) -> CorrectedCoupling:
        """Correct a coupling by the next power of 1/N, as the source corrects λ by κ.

        Parameters
        ----------
        name : str
        by : str, optional
            Only by terms with this coupling: ``corrected("lambda", by="kappa")`` is what the source does.
            Default: by all terms, that of λ² is of the same order.
        of : int, optional
            Number of the measurement that is taken by itself.

        Returns
        -------
        CorrectedCoupling
            With its ratio to the uncorrected one, not trusted where it changes that by more than half.

        Raises
        ------
        InvalidStatistics
            If the coupling was not inferred, or the model has no such terms.
        """
        step = self._step(name)
        known = {other: self.leading(other) for other in self.couplings if self.determined(other)}
        one = self.measurements[of]
        left = self._contributions(known, step.order, None, of).left_for(name)
        changed = self.each[of] if self.each and name in self.each[of] else self.corrections
        changes = {other: change for other, change in changed.items() if other in step.earlier}
        return corrected_coupling(one, step, known, changes, left, name, by)

    def profile(self, name: str, *, span: float = 3.0, points: int = 41) -> "Profile":
        """Follow χ² along one coupling, at its minimum in the others; see `numerics.inference.minuit`.

        Order by order the others are those of the same correlator, with joint counting all.
        """
        from numerics.inference.minuit import profile

        return profile(self._fit_of(name), name, span=span, points=points)

    def asymmetric_errors(self) -> "dict[str, TwoSided]":
        """Both sides of the error of each coupling, by Minuit; see `numerics.inference.minuit`.

        Raises
        ------
        NotAvailable
            If iminuit is not installed.
        InvalidStatistics
            If the data are exact, or χ² does not rise by one on both sides.
        SingularProblem
            If the data do not determine all of the couplings.
        """
        from numerics.inference.minuit import asymmetric_errors

        return {name: one for fit in self.fits for name, one in asymmetric_errors(fit).items()}

    def _fit_of(self, name: str) -> Fit:
        """The fit behind a coupling; what was not inferred is refused."""
        step = self._step(name)
        return step.fit if self.joint is None else self.joint

    def _step(self, name: str) -> Step:
        """The step at which a coupling was found; what has no number is refused."""
        if not np.isfinite(float(self[name])):
            raise InvalidStatistics(f"the data do not determine {name}; see the combinations that they do")
        return next(step for step in self.steps if name in step.fit.names)

    @cached_property
    def explained(self) -> dict[int, float]:
        """For each order 1 − Σ|residual|/Σ|what was fitted| over distinct multisets.

        The mean over the measurements that have the order. Orders that take couplings which are not known are
        left out.
        """
        found = {}
        for order in self.orders:
            having = [of for of, one in enumerate(self.measurements) if order in one.theory.orders]
            shares = [self.contributions(order, of=of).explained for of in having]
            known = [share for share in shares if share is not None]
            if len(known) == len(shares):
                found[order] = float(np.mean(known))
        return found

    @property
    def per_width(self) -> bool:
        """Whether couplings are those that several widths share: Nλ in place of λ."""
        return any(one.theory.width is not None for one in self.measurements)

    def called(self, name: str) -> str:
        """Name a coupling, or what several widths share of it, as in ``N*lambda``."""
        if not self.per_width:
            return name
        power = next(one.theory.counting[name] for one in self.measurements if name in one.theory.counting)
        return f"N*{name}" if power == 1 else f"N^{power}*{name}"

    def plain_fields(self) -> Content:
        """Give the couplings as plain fields, one row for each."""

        def rows() -> Iterator[tuple[object, ...]]:
            for step in self.steps:
                for name in step.fit.names:
                    one, next_order = self.couplings[name], self.corrections.get(name)
                    numbers = (float(one), float(one.error))
                    beside = (None, None) if next_order is None else (float(next_order), self.ratio(name))
                    yield self.called(name), step.order, *numbers, *beside, self.locality.get(name)

        facts: dict[str, object] = (
            {"measurements": len(self.measurements)} if len(self.measurements) > 1 else {}
        )
        facts |= {
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
