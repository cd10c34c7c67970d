"""Flow of fitted couplings: with the cutoff, at correlators that do not know it, and with the width.

Connected correlators are what they are, whatever box the vertices are integrated over, so a coupling falls as
its vertex integral grows. Order by order in 1/N, the coupling of fⁿ comes from

    G_c⁽ⁿ⁾ − Σ (products of couplings found before) × (integrals) = coupling × (vertex integral),

so that with integrals ∝ Λ^p it goes like Λ^(q − p), q the largest power that is left on the other side: 0 for
the correlator itself, and for a product of couplings the powers of the couplings plus that of its integral.
With the width a coupling goes like the power of 1/N that it is worth: λ ∝ 1/N, κ ∝ 1/N² (arXiv:2008.08601,
section 4).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import counted
from diagrams.progress import ProgressLike
from diagrams.progress import shown as shown_progress
from nnft_sym.actions.action import Action
from nnft_sym.inference.by_order import infer_by_order
from nnft_sym.inference.coupling_fit import CouplingFit
from nnft_sym.inference.flow_in_words import OneFlow, of_the_fits, with_the_cutoff, with_the_width
from nnft_sym.inference.flow_powers import powers_of_cutoff
from nnft_sym.inference.model import Model
from numerics.errors import InvalidDomain, InvalidStatistics, NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.given import as_instance, as_real_array, as_wholes
from numerics.inference.dataset import Dataset
from numerics.inference.power_law import PowerLaw, fit_power_law
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.networks.architectures import Network, as_network
from numerics.results.estimate import Estimate, in_a_row
from numerics.results.faces import Content, Shown
from numerics.results.joint_correlators import Correlators
from numerics.results.quality import Quality, worst

if TYPE_CHECKING:
    from numerics.integrals.rules.domains import Domain

Array = NDArray[np.float64]

#: Every value weighs the same relative to itself: what is fitted is a straight line through its logarithm.
#: The number cancels, as long as it is small.
RELATIVE = 1e-6


@dataclass(frozen=True, eq=False, repr=False)
class CouplingFlow(Shown):
    """Couplings in boxes of several sizes, for networks of several widths.

    Attributes
    ----------
    model : Model
    network : Network
        The architecture, at the width whose flow with the cutoff is shown.
    cutoffs : ndarray, shape (C,)
        Ascending; infinity stands for all of R^d.
    widths : tuple of int
        Ascending; that of `network` is among them.
    fits : mapping of int to tuple of CouplingFit
        By width, one for each cutoff.
    powers : mapping of str to (float or None)
        Power of Λ with which each coupling goes by power counting; None where it is one of several that are
        read off the same correlator, whose powers the fit mixes.
    """

    model: Model
    network: Network
    cutoffs: Array
    widths: tuple[int, ...]
    fits: Mapping[int, tuple[CouplingFit, ...]]
    powers: Mapping[str, float | None]

    @property
    def names(self) -> tuple[str, ...]:
        """The couplings, as they are found."""
        return tuple(self.powers)

    def values(self, name: str, width: int | None = None) -> Estimate:
        """Return a coupling at every cutoff.

        Parameters
        ----------
        name : str
        width : int, optional
            Default: that of the network.

        Returns
        -------
        Estimate
            Shape (C,); NaN where it was not determined.

        Raises
        ------
        InvalidStatistics
            If there is no such coupling, or the width was not asked for.
        """
        return in_a_row(self._coupling(fit, name) for fit in self._fits(width))

    def over_widths(self, name: str, cutoff: float | None = None) -> Estimate:
        """Return a coupling at every width.

        Parameters
        ----------
        name : str
        cutoff : float, optional
            One of the cutoffs; default: the largest.

        Returns
        -------
        Estimate
            Shape (W,).

        Raises
        ------
        InvalidStatistics
            If there is no such coupling, or the cutoff was not asked for.
        """
        at = self._place_of(cutoff)
        return in_a_row(self._coupling(self.fits[width][at], name) for width in self.widths)

    def law(self, name: str, width: int | None = None) -> PowerLaw | None:
        """Fit coupling = A Λ^(−p), every cutoff weighing the same; the error is that of the couplings.

        Returns
        -------
        PowerLaw or None
            Without χ² and p-value, which such a fit does not have. None if there are fewer than two boxes,
            the coupling changes its sign, or it is not determined.
        """
        return _law(self.cutoffs, self.values(name, width))

    def law_of_widths(self, name: str, cutoff: float | None = None) -> PowerLaw | None:
        """Fit coupling = A N^(−p) likewise; arguments as for `over_widths`."""
        return _law(np.array(self.widths, dtype=float), self.over_widths(name, cutoff))

    def slopes(self, name: str, width: int | None = None) -> Array:
        """Give d log|coupling| / d log Λ between successive cutoffs, shape (C − 1,); NaN across a zero."""
        found = self.values(name, width).value
        same = found[1:] * found[:-1] > 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.diff(np.log(np.abs(found))) / np.diff(np.log(self.cutoffs))
        return np.where(same, steps, np.nan)

    def power_of_width(self, name: str) -> float:
        """Power of N with which a coupling goes by counting: −1 for λ f⁴, −2 for κ f⁶."""
        self._coupling(self.at_network[0], name)
        return -float(self.at_network[0].theory.counting[name])

    @property
    def at_network(self) -> tuple[CouplingFit, ...]:
        """The fits at the width of the network, one for each cutoff."""
        return self.fits[self.network.width]

    @property
    def quality(self) -> Quality:
        """The worst of all fits."""
        return worst(fit.quality for row in self.fits.values() for fit in row)

    @property
    def verdict(self) -> str:
        """What was found, in some sentences."""
        return " ".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        if len(self.cutoffs) > 1:
            yield from with_the_cutoff(
                self.network.name, self.cutoffs, [self._flow(name) for name in self.names]
            )
        laws = {name: self.law_of_widths(name) for name in self.names}
        fitted = {
            name: (-float(law.exponent), self.power_of_width(name))
            for name, law in laws.items()
            if law is not None
        }
        if fitted:
            yield with_the_width(fitted)
        yield from of_the_fits(self.fits)

    def _flow(self, name: str) -> OneFlow:
        law = self.law(name)
        slope = None if law is None else -float(law.exponent)
        return OneFlow(name, self.values(name).value, slope, self.slopes(name), self.powers[name])

    def plain_fields(self) -> Content:
        """Give the couplings as plain fields, one row for each width, cutoff and coupling."""

        def rows() -> Iterator[tuple[object, ...]]:
            for name in self.names:
                for width in self.widths:
                    found = self.values(name, width)
                    pairs = zip(found.value.tolist(), found.error.tolist(), strict=True)
                    for cutoff, (value, error) in zip(self.cutoffs.tolist(), pairs, strict=True):
                        yield name, width, cutoff, value, error

        facts: dict[str, object] = {"network": repr(self.network), "action": str(self.model.action)}
        for name in self.names:
            law, of_widths = self.law(name), self.law_of_widths(name)
            if law is not None:
                facts[f"slope of {name} with the cutoff"] = -float(law.exponent)
            if of_widths is not None:
                facts[f"power of N in {name}"] = -float(of_widths.exponent)
        facts |= {"quality": self.quality.value, "verdict": self.verdict}
        columns = ("coupling", "width", "cutoff", "value", "error")
        count = len(self.names) * len(self.widths) * len(self.cutoffs)
        sizes = f"{counted(len(self.cutoffs), 'cutoff')}, {counted(len(self.widths), 'width')}"
        title = f"Flow of {', '.join(self.names)}: {sizes}"
        return Content(title, facts, columns, rows, count)

    def _fits(self, width: int | None) -> tuple[CouplingFit, ...]:
        chosen = self.network.width if width is None else width
        if chosen not in self.fits:
            raise InvalidStatistics(
                f"width {chosen} was asked for; the flow was computed at {', '.join(map(str, self.widths))}"
            )
        return self.fits[chosen]

    def _coupling(self, fit: CouplingFit, name: str) -> Estimate:
        if name not in self.powers:
            raise InvalidStatistics(f"coupling {name!r} was asked for; there are {', '.join(self.names)}")
        return fit.couplings[name] if name in fit.couplings else Estimate(np.nan, np.inf)

    def _place_of(self, cutoff: float | None) -> int:
        there = np.flatnonzero(self.cutoffs == (self.cutoffs[-1] if cutoff is None else cutoff))
        if there.size == 0:
            sizes = ", ".join(f"{one:g}" for one in self.cutoffs)
            raise InvalidStatistics(f"cutoff {cutoff} was asked for; the flow was computed at {sizes}")
        return int(there[0])


def coupling_flow(
    model: Model | Action,
    network: Network,
    points: Fields,
    cutoffs: Sequence[float] | None = None,
    widths: Iterable[int] | None = None,
    *,
    data: Correlators | None = None,
    progress: ProgressLike = None,
) -> CouplingFlow:
    """Infer the couplings of an action in boxes of several sizes, for networks of several widths.

    Correlators are computed once: cutoffs do not change them, and widths only multiply the cumulants of one
    neuron. Diagrams are integrated once for each cutoff, whatever the widths.

    Parameters
    ----------
    model : Model or Action
        As `Model.leading` makes it (and does for an action).
    network : Network
        Its width is the one whose flow with the cutoff is shown.
    points : array_like, shape (n_points, d), or FieldSet
    cutoffs : sequence of float, optional
        Positive, ascending; vertices are integrated over [−Λ, Λ]^d. Default: all of R^d, where the integrals
        exist.
    widths : iterable of int, optional
        More widths.
    data : Correlators, optional
        In place of exact ones; with several widths those of single neurons
        (`numerics.sampling.neurons.neuron_ensemble.NeuronEnsemble`), which are known at every width, too.
    progress : callable or bool, optional
        Called with (cutoffs done, cutoffs in total).

    Returns
    -------
    CouplingFlow

    Raises
    ------
    InvalidDomain
        If cutoffs do not ascend, or there is neither a second cutoff nor a second width.
    DivergentIntegral
        If a cutoff is needed.
    InvalidStatistics, SingularProblem
        As `infer`.
    NotAvailable
        If there are no exact correlators, or data are known at one width only.

    References
    ----------
    J. Halverson, A. Maiti, K. Stoner, Neural Networks and Quantum Field Theory, arXiv:2008.08601, section 4.

    Examples
    --------
    ReLU-net without bias in d = 1, where λ = −25/(2NΛ⁵) and κ = 371/(3N²Λ⁷):

    >>> from numerics.networks.architectures import ReLUNet
    >>> action = Action("lambda*f^4 + kappa*f^6")
    >>> found = coupling_flow(action, ReLUNet(20, sigma_b=0.0), [[0.5], [1.0]], [10.0, 100.0], (5, 20))
    >>> [round(float(-found.law(name).exponent), 6) for name in found.names], dict(found.powers)
    ([-5.0, -7.0], {'lambda': -5.0, 'kappa': -7.0})
    """
    given = _as_model(model)
    if data is None and network.laws.even_outputs:
        given.refuse_odd()
    (sizes, domains), several = _boxes(cutoffs), _widths(as_network(network).width, widths)
    _refuse_one(sizes, several)
    fields = as_field_set(points, None, network.d_in)
    at_width = _at_widths(network, fields, given.data_orders, several, data)
    found: dict[int, list[CouplingFit]] = {width: [] for width in several}
    with shown_progress(progress, "cutoffs") as report:
        for done, domain in enumerate(domains, start=1):
            theory = given.for_data(network.kernel, fields, domain)
            for width, held in at_width.items():
                found[width].append(infer_by_order(theory, held))
            if report is not None:
                report(done, len(domains))
    powers = powers_of_cutoff(given.connected, network.kernel, found[network.width][0])
    fits = {width: tuple(row) for width, row in found.items()}
    return CouplingFlow(given, network, sizes, several, fits, powers)


def _at_widths(
    network: Network,
    fields: FieldSet,
    orders: tuple[int, ...],
    widths: tuple[int, ...],
    data: Correlators | None,
) -> dict[int, Dataset]:
    """Give the data at every width, which cost nothing once the cumulants of a neuron are known."""
    if not fields.single_output:
        raise NotAvailable(
            "fields of several outputs were given; couplings are inferred from networks of one output: give "
            "one of them"
        )
    if data is None:
        exact = exact_correlators(network, fields, orders)
        return {width: Dataset(None, exact.at_width(width)) for width in widths}
    return {width: Dataset(data if len(widths) == 1 else data.at_width(width)) for width in widths}


def _law(at: Array, values: Estimate) -> PowerLaw | None:
    if len(at) < 2 or not np.all(np.isfinite(at)):
        return None
    one_sign = bool(np.all(values.value > 0) or np.all(values.value < 0))
    if not one_sign:
        return None
    unit = float(np.abs(values.value).max())  # couplings may be so large that their squares are no floats
    scaled: Estimate = values / unit
    try:
        law = fit_power_law(at, scaled, (RELATIVE * scaled.value) ** 2)
    except InvalidStatistics:
        return None
    parameters: Estimate = law.parameters * np.array([unit, 1.0])
    # the weights are no errors, so that nothing is tested
    return replace(law, parameters=parameters, chi2=float("nan"), p_value=float("nan"))


def _as_model(model: object) -> Model:
    if isinstance(model, Action):
        return Model.leading(model)
    return as_instance(model, Model, "model", InvalidStatistics, "a Model, or an Action,")


def _boxes(cutoffs: Sequence[float] | None) -> tuple[Array, list["Domain"]]:
    if cutoffs is None:
        return np.array([np.inf]), [WholeSpace()]
    needed = "numbers in ascending order are needed, as in [10.0, 100.0]"
    boxes = [Box(size) for size in as_real_array(cutoffs, "cutoffs", InvalidDomain, needed).ravel().tolist()]
    sizes = np.array([float(box.cutoff) for box in boxes])
    if not boxes or np.any(np.diff(sizes) <= 0.0):
        raise InvalidDomain(f"cutoffs {sizes.tolist()} were given; {needed}")
    return sizes, list(boxes)


def _refuse_one(cutoffs: Array, widths: tuple[int, ...]) -> None:
    if len(cutoffs) < 2 and len(widths) < 2:
        raise InvalidDomain(
            "one box and one width were given; a flow needs two cutoffs or more, or two widths or more"
        )


def _widths(own: int, widths: Iterable[int] | None) -> tuple[int, ...]:
    needed = "positive whole numbers are needed, as in (10, 20, 50)"
    more = () if widths is None else as_wholes(widths, "widths", InvalidStatistics, needed)
    return tuple(sorted({own, *more}))
