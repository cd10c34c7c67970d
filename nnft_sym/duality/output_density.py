"""The density of the outputs of a network: its Edgeworth series, and what it is held against.

`density` is the way in. References are exact (a formula where one is known, else the inverted characteristic
function of one or two fields) or sampled; `nnft_sym.duality.histogram` counts networks in bins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import shown
from nnft_sym.duality.density_refusals import needed_orders, refuse_atoms, refuse_exploding
from nnft_sym.duality.edgeworth import EdgeworthSeries, edgeworth_series
from nnft_sym.duality.histogram import Histogram, histogram
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.width_order import width_order, width_order_text
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.exact.closed_density import ClosedLaw, closed_law
from numerics.exact.correlators import LARGEST_ORDER, exact_correlators
from numerics.exact.inverted_density import InvertedLaw, inverted_law
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.given import as_number, as_whole
from numerics.networks.architectures import Network, as_network
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown
from numerics.results.quality import Quality, worst
from numerics.sampling.output_density import sampled_density

Array = NDArray[np.float64]

#: Standard deviations that pictures and tables reach, and places of a table over one field.
REACH, PLACES = 4.0, 17
#: Networks of a sampled reference.
NETWORKS = 20_000


@final
@dataclass(frozen=True, eq=False, repr=False)
class Density(Shown):
    """The density of the outputs of a network of finite width.

    Attributes
    ----------
    network : Network
    series : EdgeworthSeries
    beyond : tuple of (Fraction, float) or None
        The first order left out and its size at the worst field, where it is known.
    neglected : float
        Probability of what has no density, such as outputs of networks that are silent.

    Examples
    --------
    >>> from numerics.networks.cos import CosNet
    >>> found = density(CosNet(width=16), [[0.0]], "1/N")
    >>> found.negative_weight, found.neglected
    (0.0, 0.0)
    """

    network: Network
    series: EdgeworthSeries
    beyond: tuple[Fraction, float] | None
    neglected: float

    @property
    def fields(self) -> FieldSet:
        """Where the outputs are looked at."""
        return self.series.fields

    @property
    def order(self) -> Fraction:
        """Largest power of 1/N kept."""
        return self.series.order

    @property
    def sizes(self) -> Mapping[Fraction, float]:
        """Root mean square of each order, and of the first left out, relative to the Gaussian."""
        return {**self.series.sizes, **({} if self.beyond is None else dict([self.beyond]))}

    @property
    def smallest_term(self) -> tuple[Fraction, float]:
        """The order of the smallest term and its size; beyond it an asymptotic series does not improve."""
        found = {order: size for order, size in self.sizes.items() if order > 0 and size > 0.0}
        order = min(found, key=lambda one: found[one]) if found else Fraction(0)
        return order, found.get(order, 0.0)

    @property
    def quality(self) -> Quality:
        """Whether the series can be trusted: not where its terms grow."""
        sizes = [size for order, size in sorted(self.sizes.items()) if order > 0 and size > 0.0]
        grows = any(after > before for before, after in pairwise(sizes))
        return worst([self.series.given.quality, Quality.NO_EXPANSION if grows else Quality.TRUSTED])

    @property
    def counting(self) -> str:
        """What the powers of 1/N stand for, where the neurons are not independent; else nothing."""
        if self.network.laws.joint is None:
            return ""
        return (
            "the output weights depend on each other, so that cumulants need not fall with the width: the "
            "r-point cumulant counts as N^(1 − r/2) all the same"
        )

    # -- numbers -------------------------------------------------------------------------------------------

    def __call__(self, at: ArrayLike, order: object = None) -> Estimate:
        """Sum the series at rows of shape (R, n); it may be negative."""
        return self.series.density(at, order)

    def log(self, at: ArrayLike, order: object = None) -> Estimate:
        """Sum the series of log P, minus the action, at rows of shape (R, n)."""
        return self.series.log_density(at, order)

    def gaussian(self, at: ArrayLike) -> Estimate:
        """Density of the Gaussian process at rows of shape (R, n)."""
        return self.series.gaussian(at)

    def terms(self, at: ArrayLike) -> dict[Fraction, Estimate]:
        """What every order adds to the density."""
        return self.series.terms(at)

    def exact(self, at: ArrayLike) -> Estimate:
        """Evaluate the exact density: by a formula where one is known, else by inverting Z[J] (≤ 2 fields).

        Raises
        ------
        NotAvailable
            If there is no formula and there are more fields, the law of the output weights is skewed or
            correlated, or the network is so narrow that the characteristic function falls too slowly.
        """
        white = self.series.white_fields(at)
        reach = float(np.max(np.linalg.norm(white, axis=1), initial=0.0))
        return self.exact_law(max(reach, REACH)).density(at)

    def exact_law(self, reach: float = REACH) -> ClosedLaw | InvertedLaw:
        """Find a formula, or invert the characteristic function as far as some deviations from zero."""
        if self._closed is not None:
            return self._closed
        kept = self._laws
        if not any(known >= reach for known in kept):
            kept[reach] = inverted_law(self.network, self.fields, reach)
        return kept[min(known for known in kept if known >= reach)]

    @cached_property
    def _closed(self) -> ClosedLaw | None:
        return closed_law(self.network, self.fields)

    @cached_property
    def _laws(self) -> dict[float, InvertedLaw]:
        return {}

    def sampled(self, at: ArrayLike, networks: int = NETWORKS, seed: int = 0) -> Estimate:
        """Estimate the density at rows of shape (R, n) from sampled networks."""
        self.series.white_fields(at)
        count = as_whole(networks, "networks", InvalidStatistics, least=100, most=10**9)
        places = np.asarray(at, dtype=np.float64)
        return sampled_density(self.network, self.fields, places, count, seed)

    def histogram(self, networks: int = 100_000, seed: int = 0, bins: int = 40) -> Histogram:
        """Count sampled networks in bins of the one output, for χ² of the series and the exact density."""
        return histogram(self.network, self.series, self._law_or_none(), networks, seed, bins)

    def _law_or_none(self) -> ClosedLaw | InvertedLaw | None:
        try:
            return self.exact_law()
        except NotAvailable:
            return None

    # -- where it is negative ------------------------------------------------------------------------------

    def negative(self, at: ArrayLike, order: object = None) -> NDArray[np.bool_]:
        """Whether the series is negative, row by row."""
        return np.asarray(self(at, order).value < 0.0)

    @property
    def negative_intervals(self) -> tuple[tuple[float, float], ...] | None:
        """Where the series of one output is negative; None for several."""
        return self.series.negative_intervals() if len(self.fields) == 1 else None

    @cached_property
    def negative_weight(self) -> float:
        """Integral of |P| over the region where the series is negative; of several outputs about."""
        if len(self.fields) == 1:
            parts = [self.series.probabilities(one)[0] for one in self.series.negative_intervals()]
            return float(abs(sum(parts)))
        from scipy.special import ndtri
        from scipy.stats import qmc

        places = ndtri(qmc.Sobol(len(self.fields), seed=7).random_base2(12))
        rows = places @ self.series.basis.back.T
        ratios = self(rows).value / self.gaussian(rows).value
        return float(np.mean(np.maximum(-ratios, 0.0)))

    # -- faces ---------------------------------------------------------------------------------------------

    def usual_places(self) -> Array:
        """Rows at which it is shown: an even grid over one output, the axes and diagonals of several."""
        deviations = np.sqrt(np.einsum("ij,ij->i", self.series.basis.back, self.series.basis.back))
        n = len(deviations)
        if n == 1:
            return np.asarray(np.linspace(-REACH, REACH, PLACES)[:, np.newaxis] * deviations)
        signs = [np.zeros(n), np.ones(n), np.where(np.arange(n) % 2, -1.0, 1.0)]
        rows = [signs[0], *(step * one for one in signs[1:] for step in (0.5, 1.0, 2.0))]
        rows += [step * axis for axis in np.eye(n) for step in (-2.0, -1.0, 1.0, 2.0)]
        return np.asarray(np.array(rows) * deviations + 0.0)

    def plain_fields(self) -> Content:
        """Give densities at the usual places as plain fields."""
        at = self.usual_places()

        def rows() -> Iterator[tuple[object, ...]]:
            series, gaussian = self(at), self.gaussian(at)
            columns = (series.value, series.error, gaussian.value)
            for row, value, error, normal in zip(at, *columns, strict=True):
                place = ", ".join(f"{one:.4g}" for one in row)
                yield place, float(value), float(error), float(normal), bool(value < 0.0)

        order, size = self.smallest_term
        facts: dict[str, object] = {
            "network": repr(self.network),
            "order": width_order_text(self.order),
            "smallest term": f"{size:.2g} of the Gaussian, of order {width_order_text(order)}",
            "negative": self.negative_words,
            "counting": self.counting,
            "quality": self.quality.value,
        }
        title = f"Density of {', '.join(self.fields.short_label([k]) for k in range(len(self.fields)))}"
        return Content(title, facts, ("at", "value", "error", "gaussian", "negative"), rows, len(at))

    @property
    def negative_words(self) -> str:
        """The region where the series is negative, in words."""
        weight = f"the weight there is {self.negative_weight:.1e}"
        found = self.negative_intervals
        if found is None:
            return "nowhere that was looked at" if self.negative_weight == 0.0 else weight
        if not found:
            return "nowhere"
        return " and ".join(_interval(low, high) for low, high in found) + f"; {weight}"


def _interval(low: float, high: float) -> str:
    if np.isinf(low):
        return f"below {high:.4g}"
    return f"above {low:.4g}" if np.isinf(high) else f"from {low:.4g} to {high:.4g}"


def density(network: Network, points: Fields, order: object = "1/N", *, neglect: float = 0.0) -> Density:
    """Find the density of the outputs of a network at some points, by orders in 1/N.

    Parameters
    ----------
    network : Network
    points : array_like, shape (n, d_in), or FieldSet
    order : str, int or Fraction, optional
        Largest power of 1/N, as in ``"1/N^2"``.
    neglect : float, optional
        Largest probability that may lie on points or hyperplanes, where there is no density.

    Returns
    -------
    Density
        ``found(at)`` is the series, ``found.exact(at)`` what it is held against.

    Raises
    ------
    SingularProblem
        If K has no inverse, or a part of the outputs has no density.
    NotAvailable
        If the cumulants are too large for the series, or not known to the order asked for.
    InvalidExpansion
        If the order is none.

    References
    ----------
    M. Demirtas et al., arXiv:2307.03223: P = exp(Σ_{r≥3} (−1)^r/r! G_c^(r) ∂^r) P_Gauss, with the signs
    that real derivatives have;
    docs/theory/generating_functional.md, eq. eq-edgeworth.

    Examples
    --------
    >>> from numerics.networks.architectures import CosNet
    >>> found = density(CosNet(width=32), [[0.0], [0.8]], "1/N^2")
    >>> float(found.log([[0.3, 0.1]])[0]), float(np.log(found.exact([[0.3, 0.1]]).value[0]))
    (-0.8598383..., -0.8599915...)
    >>> density(CosNet(width=32), [[0.0], [0.0]])
    Traceback (most recent call last):
    ...
    numerics.errors.SingularProblem: the two-point function of 2 fields has rank 1, and a density needs...
    """
    as_network(network)
    fields = as_field_set(points, None, network.d_in)
    kept = width_order(order)
    share = as_number(neglect, "neglect", InvalidStatistics, "a probability below 1", least=0.0, below=1.0)
    even = network.laws.even_outputs
    orders = needed_orders(kept, even)
    if orders[-1] > LARGEST_ORDER:
        raise InvalidExpansion(
            f"the order {shown(order)} was given; it needs {orders[-1]}-point cumulants, which are known to "
            f"{LARGEST_ORDER} points: orders up to 1/N^{(LARGEST_ORDER - 2) // 2} can be had"
        )
    series = edgeworth_series(exact_correlators(network, fields, orders), kept)
    neglected = refuse_atoms(network, fields, share)
    return Density(network, series, refuse_exploding(network, series), neglected)
