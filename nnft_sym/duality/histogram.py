"""Sampled networks counted in bins of one output, and χ² of the densities they are held against."""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from nnft_sym.duality.edgeworth import EdgeworthSeries
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.exact.closed_density import ClosedLaw
from numerics.exact.inverted_density import InvertedLaw
from numerics.given import as_whole
from numerics.networks.base import Network
from numerics.sampling.ensemble import Ensemble

Array = NDArray[np.float64]

#: Counts that χ² needs in a bin.
FEWEST = 10.0


@final
@dataclass(frozen=True)
class ChiSquared:
    """How well a density describes the counts.

    Attributes
    ----------
    chi2 : float
    dof : int
    p_value : float
        Of a χ² at least as large.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> found = nn.density(nn.CosNet(width=32), [[0.0]], "1/N^2").histogram(1000, seed=1)
    >>> judged = found.judged("exact")
    >>> judged.dof, judged.p_value > 0.001
    (23, True)
    """

    chi2: float
    dof: int
    p_value: float


@final
@dataclass(frozen=True, eq=False)
class Histogram:
    """Sampled networks counted in bins of their output, and what densities expect there.

    Attributes
    ----------
    edges : ndarray, shape (bins + 1,)
        The outer ones are infinite.
    counts : ndarray of int, shape (bins,)
    expected : mapping of str to ndarray
        Probabilities of the bins by "series", "gaussian" and, where it is known, "exact".
    seed : int

    Examples
    --------
    >>> import nnft_sym as nn
    >>> found = nn.density(nn.CosNet(width=32), [[0.0]], "1/N^2").histogram(1000, seed=1)
    >>> int(found.counts.sum()), len(found.edges) == len(found.counts) + 1
    (1000, True)
    """

    edges: Array
    counts: NDArray[np.int64]
    expected: dict[str, Array]
    seed: int

    def judged(self, by: str = "series") -> ChiSquared:
        """Compare the counts with one of the densities; bins that expect too few are left to the next.

        Raises
        ------
        InvalidStatistics
            If there is no such density, or it is negative in a bin.
        """
        from scipy.stats import chi2 as law

        if by not in self.expected:
            known = ", ".join(self.expected)
            raise InvalidStatistics(f"χ² of {by!r} was asked for; there are {known}")
        total = float(self.counts.sum())
        wanted, seen = _joined(total * self.expected[by], self.counts.astype(np.float64))
        if len(wanted) < 2 or np.any(wanted <= 0.0):
            raise InvalidStatistics(
                "the density is negative where networks were counted; take a wider network"
            )
        value, dof = float(np.sum((seen - wanted) ** 2 / wanted)), len(wanted) - 1
        return ChiSquared(value, dof, float(law.sf(value, dof)))


def _joined(wanted: Array, seen: Array) -> tuple[Array, Array]:
    """Put bins that expect too few together with those nearer to the middle."""
    middle = len(wanted) // 2
    left = _from_outside(wanted[:middle], seen[:middle])
    right = _from_outside(wanted[middle:][::-1], seen[middle:][::-1])
    rows = np.array(left + right[::-1])
    return rows[:, 0], rows[:, 1]


def _from_outside(wanted: Array, seen: Array) -> list[tuple[float, float]]:
    found, held = [], (0.0, 0.0)
    for one, count in zip(wanted.tolist(), seen.tolist(), strict=True):
        held = (held[0] + one, held[1] + count)
        if held[0] >= FEWEST:
            found.append(held)
            held = (0.0, 0.0)
    if held != (0.0, 0.0):
        last = found.pop() if found else (0.0, 0.0)
        found.append((last[0] + held[0], last[1] + held[1]))
    return found


def histogram(
    network: Network,
    series: EdgeworthSeries,
    exact: ClosedLaw | InvertedLaw | None,
    networks: int,
    seed: int,
    bins: int,
) -> Histogram:
    """Count networks in bins of one output, between −3.5 and 3.5 standard deviations and beyond.

    Raises
    ------
    NotAvailable
        If there are several fields.
    InvalidStatistics
        If there are too few networks or bins.
    """
    if len(series.fields) != 1:
        raise NotAvailable(
            f"a histogram of one output is made; {len(series.fields)} fields were given. Compare densities "
            "at points with sampled(at)"
        )
    count = as_whole(networks, "networks", InvalidStatistics, least=1000, most=10**9)
    number = as_whole(bins, "bins", InvalidStatistics, least=4, most=10_000)
    deviation = float(series.basis.back[0, 0])
    inner = abs(deviation) * np.linspace(-3.5, 3.5, number - 1)
    edges = np.concatenate([[-np.inf], inner, [np.inf]])
    counts = np.zeros(number, dtype=np.int64)
    for outputs in Ensemble(network, series.fields, seed).iterate_outputs(count):
        counts += np.bincount(np.searchsorted(inner, np.asarray(outputs)[:, 0]), minlength=number)
    expected = {"series": series.probabilities(edges), "gaussian": series.probabilities(edges, 0)}
    if exact is not None:
        expected["exact"] = exact.probabilities(edges).value
    return Histogram(edges, counts, expected, seed)
