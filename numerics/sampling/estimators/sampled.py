"""Correlators of a sampled ensemble, with errors, covariance, quality and provenance."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from numerics.errors import InvalidStatistics
from numerics.fields.field_set import FieldSet
from numerics.networks.laws import GAUSSIAN, ParameterLaw
from numerics.results.correlator import Correlator, Part
from numerics.results.cumulants import moments_taken
from numerics.results.estimate import Estimate
from numerics.results.joint_correlators import Correlators
from numerics.results.provenance import joined
from numerics.results.quality import Quality
from numerics.results.uncertainty import Source, Uncertainty
from numerics.sampling.estimators.connected import cumulant_jackknife, deviation
from numerics.sampling.estimators.moments import MomentPlan
from numerics.sampling.judge.kurtosis import networks_needed
from numerics.sampling.judge.output_tails import kurtosis_factor, scatters_infinitely
from numerics.sampling.judge.tails import bin_values, tail_report

Array = NDArray[np.float64]


@final
@dataclass(frozen=True)
class SampleSums:
    """What a sample adds up: products of outputs over all networks, and over blocks of them.

    `numerics.results.joint_correlators.Correlators` of it are what the user sees.

    Attributes
    ----------
    fields : FieldSet
    plan : MomentPlan
    sums : ndarray, shape (M,)
        Sums over all networks; all orders one after the other.
    block_sums : ndarray, shape (n_blocks, M)
        The same per block of consecutive networks.
    block_sizes : ndarray of int64, shape (n_blocks,)
        Networks per block; they differ by at most one.
    variance_counts : ndarray of int64, shape (n_points, BINS)
        Histogram of the conditional variances, see `numerics.sampling.judge.tails`.
    sources : tuple of Source
        The random numbers behind the errors, one for each seed, with as many blocks as follow each other in
        `block_sums`. Networks of one seed share them whatever the architecture, the points or the estimator;
        so what two samples with the same seed, number of networks and blocks have in common is seen block by
        block.
    conditional : bool
        Whether the output layer is integrated out.
    correlated : bool
        Whether output weights are correlated.
    provenance : mapping
        What is needed to get the same numbers again.
    output_law : ParameterLaw, optional
        Law of the output weights.
    width : int, optional
        Number of hidden neurons.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> from numerics.sampling.ensemble import Ensemble
    >>> ensemble = Ensemble(ReLUNet(width=20), [0.5, 1.0], seed=1)
    >>> sample = ensemble.correlators(5000, orders=(2, 4), n_blocks=100)
    >>> sample[2].indices.tolist(), sample[4].value.shape, sample.block_means((4,)).shape
    ([[0, 0], [0, 1], [1, 1]], (5,), (100, 5))
    >>> bool(np.allclose(np.diag(sample.covariance((2,))), sample[2].error ** 2))
    True
    """

    fields: FieldSet
    plan: MomentPlan
    sums: Array
    block_sums: Array
    block_sizes: NDArray[np.int64]
    variance_counts: NDArray[np.int64]
    sources: tuple[Source, ...]
    conditional: bool
    correlated: bool
    provenance: Mapping[str, object]
    output_law: ParameterLaw = GAUSSIAN
    width: int = 1

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders that were sampled."""
        return self.plan.orders

    @property
    def n_samples(self) -> int:
        """Number of networks."""
        return int(self.block_sizes.sum())

    def block_means(self, order: int) -> Array:
        """Mean over the networks of each block, shape (n_blocks, M)."""
        return np.asarray(self.block_sums[:, self.plan.slice_of(order)] / self.block_sizes[:, np.newaxis])

    def deviation(self, order: int, kernel: Array, experiments: int = 10) -> Estimate:
        """See `numerics.sampling.estimators.connected.deviation`."""
        return deviation(Correlators(self), order, kernel, experiments)

    def merged(self, others: Sequence[object]) -> "SampleSums":
        """Add the sums of other runs; see `numerics.results.joint_correlators.Correlators.merged`."""
        runs = [self]
        for one in others:
            if not isinstance(one, SampleSums):
                raise InvalidStatistics(
                    "correlators that were not sampled by an Ensemble were given to be merged; sampled "
                    "ones are needed"
                )
            _check_alike(self, one)
            runs.append(one)
        sources = tuple(source for run in runs for source in run.sources)
        names = [source.name for source in sources]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InvalidStatistics(
                f"the {twice} were sampled in more than one of the runs, so these are not independent; merge "
                "runs of different seeds"
            )
        told = joined(run.provenance for run in runs)
        told["networks"] = sum(run.n_samples for run in runs)
        told["blocks"] = sum(len(run.block_sizes) for run in runs)
        told["complete"] = all(run.provenance.get("complete", True) for run in runs)
        told |= {name: self.provenance[name] for name in ("network", *_LISTS) if name in self.provenance}
        return replace(
            self,
            sums=sum((run.sums for run in runs[1:]), start=self.sums),
            block_sums=np.concatenate([run.block_sums for run in runs]),
            block_sizes=np.concatenate([run.block_sizes for run in runs]),
            variance_counts=sum((run.variance_counts for run in runs[1:]), start=self.variance_counts),
            sources=sources,
            provenance=told,
        )

    def has(self, order: int, part: Part) -> bool:
        """Tell whether `correlator` can make it: connected ones need lower orders, see `_taken`."""
        if part is Part.FULL:
            return order in self.orders
        return part is Part.CONNECTED and bool(self._taken(order))

    def _taken(self, order: int) -> tuple[int, ...]:
        """Orders of the moments that a cumulant is formed of; none where they do not suffice.

        Odd ones vanish for output weights of symmetric laws, and are left out; of skewed ones products of odd
        correlators belong to orders from 6 on.
        """
        if self.output_law.even:
            return moments_taken(order, [one for one in self.orders if one % 2 == 0])
        taken = moments_taken(order, self.orders)
        return taken if 1 in taken or order <= 4 else ()

    def correlator(self, order: int, part: Part) -> Correlator:
        """Form the mean or the cumulant, and judge its error."""
        if part is Part.FULL:
            return self._full(order)
        if not self.has(order, part):
            raise InvalidStatistics(
                f"the {part.value.format(order)} was asked for; of a sample of orders {list(self.orders)} it "
                "is not known"
            )
        if self._taken(order) == (2,):
            full = self._full(order)
            return Correlator(
                self.fields, order, part, full.value, full.uncertainty, full.method, full.quality,
                full.provenance, full.evidence,
            )  # fmt: skip
        return self._connected(order)

    def _full(self, order: int) -> Correlator:
        mean = self.sums[self.plan.slice_of(order)] / self.n_samples
        deviations = (self.block_means(order) - mean) * np.sqrt(self.block_sizes)[:, np.newaxis]
        tail = tail_report(order, self.variance_counts, deviations, self.conditional, self.correlated)
        # with block means m_b over n_b networks the covariance Σ_b n_b (m_b - m)(m_b - m)ᵀ/((B - 1) n) is
        # unbiased also when block sizes differ
        normalised = deviations / np.sqrt((len(self.block_sizes) - 1) * self.n_samples)
        evidence = {name: float(number) for name, number in asdict(tail).items() if name not in _NO_NUMBER}
        evidence["networks_needed"] *= kurtosis_factor(self.output_law, order, self.width)
        quality = self._quality(order, tail.quality, evidence["networks_needed"])
        return Correlator(
            self.fields, order, Part.FULL, mean, Uncertainty.of_sources(self.sources, normalised),
            self._method("mean over networks"), quality, self.provenance, evidence,
            old={"tail": lambda: tail},
        )  # fmt: skip

    def _connected(self, order: int) -> Correlator:
        parts = {r: self.plan.slice_of(r) for r in self._taken(order)}
        value, deviations = cumulant_jackknife(
            sums={r: self.sums[part] for r, part in parts.items()},
            block_sums={r: self.block_sums[:, part] for r, part in parts.items()},
            block_sizes=self.block_sizes,
            n_points=len(self.fields),
            order=order,
        )
        needed, quality = self._judge_connected(order)
        return Correlator(
            self.fields, order, Part.CONNECTED, value, Uncertainty.of_sources(self.sources, deviations),
            self._method("cumulant of means over networks, jackknife over blocks"), quality,
            self.provenance, {"networks_needed": needed},
        )  # fmt: skip

    def _judge_connected(self, order: int) -> tuple[float, Quality]:
        """Say how many networks it takes, and whether there are enough.

        The full correlator must be trusted, and the networks be as many as the kurtosis of the cumulant asks
        for (`numerics.sampling.judge.kurtosis`). Samples of a cumulant are skew, so it takes more of them
        until its errors are those of a normal distribution; then pulls are at most 1.15 wide.
        """
        full = self._full(order)
        own = networks_needed(
            order,
            self.variance_counts,
            bin_values(),
            conditional=self.conditional,
            connected=order % 2 == 0,
            correlated=self.correlated,
        )
        own *= kurtosis_factor(self.output_law, order, self.width)
        needed = max(own, full.evidence["networks_needed"])
        few = full.quality is Quality.TRUSTED and self.n_samples < needed
        return needed, Quality.TOO_FEW_SAMPLES if few else full.quality

    def _quality(self, order: int, found: Quality, needed: float) -> Quality:
        """Lower the quality where it is the output weights that have heavy tails."""
        if scatters_infinitely(self.output_law, order):
            return Quality.HEAVY_TAILED
        few = found is Quality.TRUSTED and self.n_samples < needed and self.output_law.unit != GAUSSIAN
        return Quality.TOO_FEW_SAMPLES if few else found

    def _method(self, how: str) -> str:
        return how + (", output layer integrated out" if self.conditional else "")


#: What is a list of its own in a provenance, the same for all runs that are merged.
_LISTS = ("outputs",)


def _check_alike(first: SampleSums, other: SampleSums) -> None:
    """Refuse to merge what are samples of different things."""
    compared = {
        "networks": (first.provenance["network"], other.provenance["network"]),
        "fields": (first.fields, other.fields),
        "orders": (first.orders, other.orders),
        "estimators": (first.provenance["estimator"], other.provenance["estimator"]),
        "precisions": (first.provenance["precision"], other.provenance["precision"]),
    }
    for name, (one, another) in compared.items():
        if one != another:
            raise InvalidStatistics(
                f"samples of different {name} were given to be merged, {shown(one)} and {shown(another)}; "
                "only the seeds may differ"
            )


#: What a tail report says besides numbers.
_NO_NUMBER = ("order", "quality")
