"""Correlators of ensembles that were made elsewhere: outputs of networks, brought along as an array.

Nothing is known of the networks but their outputs, so errors are judged from these: the error bar of a mean
of n draws with kurtosis κ is known to a half where n > κ, and κ itself, from the same n draws, is believed
up to n/10 (`numerics.sampling.judge.kurtosis`).
"""

import hashlib
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.errors import InvalidStatistics
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.given import as_real_array, as_whole
from numerics.results.correlator import Correlator, Part
from numerics.results.cumulants import moments_taken, slopes_of_cumulant
from numerics.results.estimate import Estimate
from numerics.results.joint_correlators import Correlators
from numerics.results.provenance import Provenance
from numerics.results.quality import Quality
from numerics.results.uncertainty import Source, Uncertainty
from numerics.sampling.estimators.connected import cumulant_jackknife, deviation
from numerics.sampling.estimators.moments import MomentPlan, checked_orders, moment_plan
from numerics.sampling.judge.kurtosis import RESOLVED
from numerics.sampling.judge.tails import FEWEST_BLOCKS

Array = NDArray[np.float64]

#: Blocks, where nothing else is asked for and there are networks enough.
BLOCKS = 1000
#: Networks in a block, where nothing else is asked for.
FEWEST_EACH = 10
#: Standard deviations from which on an odd correlator is not zero.
ODD = 6.0
_NEEDED = "finite real numbers of shape (networks, points), or (networks, points, outputs), are needed"


@final
@dataclass(frozen=True)
class GivenSums:
    """Sums of products of outputs over all networks and over blocks of them.

    Attributes
    ----------
    fields : FieldSet
    plan : MomentPlan
    sums : ndarray, shape (M,)
    block_sums : ndarray, shape (n_blocks, M)
    block_sizes : ndarray of int64, shape (n_blocks,)
    source : Source
        Named after the numbers themselves, so that the same outputs are known again.
    kurtosis : ndarray, shape (2, number of orders)
        Of the full products and of the influence function of the cumulant, at the worst point.
    """

    fields: FieldSet
    plan: MomentPlan
    sums: Array
    block_sums: Array
    block_sizes: NDArray[np.int64]
    source: Source
    kurtosis: Array

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders there are."""
        return self.plan.orders

    @property
    def n_samples(self) -> int:
        """Number of networks."""
        return int(self.block_sizes.sum())

    @property
    def provenance(self) -> Provenance:
        """Which numbers these are."""
        return {
            "outputs": self.source.name,
            "networks": self.n_samples,
            "blocks": len(self.block_sizes),
            "estimator": "plain",
        }

    def block_means(self, order: int) -> Array:
        """Mean over the networks of each block, shape (n_blocks, M)."""
        return np.asarray(self.block_sums[:, self.plan.slice_of(order)] / self.block_sizes[:, np.newaxis])

    def deviation(self, order: int, kernel: Array, experiments: int = 10) -> Estimate:
        """See `numerics.sampling.estimators.connected.deviation`."""
        return deviation(Correlators(self), order, kernel, experiments)

    def has(self, order: int, part: Part) -> bool:
        """Tell whether `correlator` can make it: connected ones need lower orders, see `moments_taken`."""
        if part is Part.FULL:
            return order in self.orders
        return part is Part.CONNECTED and bool(moments_taken(order, self.orders))

    def correlator(self, order: int, part: Part) -> Correlator:
        """Form the mean or the cumulant, and judge its error."""
        if not self.has(order, part):
            raise InvalidStatistics(
                f"the {part.value.format(order)} was asked for; of outputs taken to orders "
                f"{list(self.orders)} it is not known"
            )
        taken = moments_taken(order, self.orders)
        if part is Part.FULL or taken == (order,):
            means = self.block_means(order)
            value = self.sums[self.plan.slice_of(order)] / self.n_samples
            weights = np.sqrt(self.block_sizes / ((len(means) - 1) * self.n_samples))
            moves, how = (means - value) * weights[:, np.newaxis], "mean over outputs brought along"
        else:
            parts = {r: self.plan.slice_of(r) for r in taken}
            value, moves = cumulant_jackknife(
                {r: self.sums[one] for r, one in parts.items()},
                {r: self.block_sums[:, one] for r, one in parts.items()},
                self.block_sizes,
                len(self.fields),
                order,
            )
            how = "cumulant of means over outputs brought along, jackknife over blocks"
        needed, quality = self._judged(order, part)
        return Correlator(
            self.fields, order, part, value, Uncertainty.of_sources((self.source,), moves), how, quality,
            self.provenance, {"networks_needed": needed},
        )  # fmt: skip

    def _judged(self, order: int, part: Part) -> tuple[float, Quality]:
        """Say how many networks it takes, and whether there are enough."""
        place = self.orders.index(order)
        rows = self.kurtosis if part is Part.CONNECTED else self.kurtosis[:1]
        needed = RESOLVED * float(rows[:, place].max())
        few = self.n_samples < needed or len(self.block_sizes) < FEWEST_BLOCKS
        return needed, Quality.TOO_FEW_SAMPLES if few else Quality.TRUSTED


def correlators_of_outputs(
    outputs: ArrayLike, points: Fields, orders: tuple[int, ...] = (2, 4, 6), n_blocks: int | None = None
) -> Correlators:
    """Form correlators of outputs; see `numerics.inference.dataset.Dataset.from_outputs`.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> from numerics.sampling.ensemble import Ensemble
    >>> ensemble = Ensemble(ReLUNet(20), [[0.5], [1.0]], seed=1)
    >>> brought = correlators_of_outputs(ensemble.outputs(2000), [[0.5], [1.0]], (2, 4), n_blocks=100)
    >>> sampled = ensemble.correlators(2000, (2, 4), n_blocks=100)
    >>> bool(np.allclose(brought.connected()[4].error, sampled.connected()[4].error))
    True
    """
    fields, table = _checked(outputs, points)
    plan = moment_plan(len(fields), checked_orders(orders))
    edges = _edges(len(table), n_blocks)
    if not moments_taken(1, plan.orders):
        _refuse_odd(table, fields, edges, max(plan.orders))
    ends = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    block_sums = np.array([moments(table[start:stop], plan) for start, stop in ends])
    name = f"outputs brought along, {hashlib.sha256(table.tobytes()).hexdigest()[:12]}"
    return Correlators(
        GivenSums(
            fields=fields,
            plan=plan,
            sums=block_sums.sum(axis=0),
            block_sums=block_sums,
            block_sizes=np.diff(edges),
            source=Source(name, len(table), len(edges) - 1),
            kurtosis=np.array(
                [
                    [_kurtosis(table, taken) for taken in ((n,), moments_taken(n, plan.orders) or (n,))]
                    for n in plan.orders
                ]
            ).T,
        )
    )


def moments(outputs: Array, plan: MomentPlan) -> Array:
    """Sum all moments over some networks: one product of matrices, from monomials of half the order.

    Parameters
    ----------
    outputs : ndarray, shape (n, n_points)
    plan : MomentPlan

    Returns
    -------
    ndarray, shape (M,)
    """
    monomials = np.ones((len(plan.parent), len(outputs)))
    for m in range(1, len(monomials)):
        np.multiply(monomials[plan.parent[m]], outputs[:, plan.point[m]], out=monomials[m])
    return np.asarray((monomials @ monomials.T)[plan.left, plan.right])


def _checked(outputs: ArrayLike, points: Fields) -> tuple[FieldSet, Array]:
    """Return fields, and outputs with a column for each of them."""
    fields = as_field_set(points)
    table = as_real_array(outputs, "outputs", InvalidStatistics, _NEEDED)
    if table.ndim not in (2, 3) or not table.size:
        raise InvalidStatistics(f"outputs of shape {table.shape} were given; {_NEEDED}")
    if table.shape[1] != len(fields):
        raise InvalidStatistics(
            f"outputs at {table.shape[1]} points were given (shape {table.shape}) with {len(fields)} points; "
            "give the points of the second axis, in its order"
        )
    if not np.all(np.isfinite(table)):
        row, *place = np.argwhere(~np.isfinite(table))[0].tolist()
        raise InvalidStatistics(
            f"output {table[(row, *place)]} of network {row + 1} at point {place[0] + 1} was given; "
            f"{_NEEDED}: leave out networks that failed"
        )
    if table.ndim == 2:
        return fields, table
    if not fields.single_output:
        raise InvalidStatistics(
            f"outputs of shape {table.shape} were given with points that name outputs already; give the "
            "points alone, or outputs of shape (networks, fields)"
        )
    every = table.shape[2]
    labels = np.tile(np.arange(1, every + 1), len(fields))
    return FieldSet(np.repeat(fields.inputs, every, axis=0), labels), table.reshape(len(table), -1)


def _edges(n_networks: int, n_blocks: int | None) -> NDArray[np.int64]:
    """Divide networks into blocks as `Ensemble` does."""
    if n_blocks is None:
        n_blocks = min(BLOCKS, n_networks // FEWEST_EACH)
        if n_blocks < FEWEST_BLOCKS:
            raise InvalidStatistics(
                f"outputs of {n_networks} networks were given; at least {FEWEST_BLOCKS * FEWEST_EACH} are "
                f"needed for {FEWEST_BLOCKS} blocks of {FEWEST_EACH}"
            )
    n_blocks = as_whole(n_blocks, "n_blocks", InvalidStatistics, least=2)
    if n_blocks > n_networks:
        raise InvalidStatistics(
            f"{n_blocks} blocks of {n_networks} networks were asked for; give more networks, or fewer blocks"
        )
    return np.array([n_networks * b // n_blocks for b in range(n_blocks + 1)])


def _refuse_odd(table: Array, fields: FieldSet, edges: NDArray[np.int64], highest: int) -> None:
    """Refuse outputs whose odd correlators do not vanish where cumulants are formed without them."""
    for power in (1, 3) if highest >= 6 else (1,):
        products = table**power
        means = np.add.reduceat(products, edges[:-1], axis=0) / np.diff(edges)[:, np.newaxis]
        mean, error = means.mean(axis=0), means.std(axis=0, ddof=1) / np.sqrt(len(means))
        off = np.flatnonzero(np.abs(mean) > ODD * error + 1e-12 * np.abs(products).max(axis=0))
        if len(means) >= FEWEST_BLOCKS and len(off):
            first = int(off[0])
            less = "subtract the mean of every point" if power == 1 else "ask for orders up to 4"
            raise InvalidStatistics(
                f"the mean of {fields.short_label([first] * power)} over the networks is {mean[first]:.3g} ± "
                f"{error[first]:.1g}, not zero, and cumulants of even orders alone are those of ensembles in "
                f"which f and −f are as likely: {less}, or in Python take every order, orders=range(1, "
                f"{highest + 1})"
            )


def _kurtosis(table: Array, taken: tuple[int, ...]) -> float:
    """Kurtosis of what a cumulant of such moments is the mean of, or of one product; at the worst point."""
    worst = 0.0
    for column in table.T:
        own = {r: float(np.mean(column**r)) for r in taken}
        slopes = slopes_of_cumulant(taken[-1], own) if len(taken) > 1 else {taken[-1]: 1.0}
        h = sum((s * column**r for r, s in slopes.items()), np.zeros(len(column)))
        moved = h - h.mean()
        second = float(np.mean(moved**2))
        if second > 0:
            worst = max(worst, float(np.mean((moved / np.sqrt(second)) ** 4)))
    return worst
