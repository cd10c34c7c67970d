"""Connected correlators of a sampled ensemble: unbiased, with jackknife errors and covariance."""

from dataclasses import dataclass

import numpy as np

from numerics.block_products import Jackknifed, cumulant_of, partition_sums
from numerics.errors import InvalidStatistics
from numerics.estimate import Quality
from numerics.sampled import SampledCorrelators


@dataclass(frozen=True)
class SampledCumulant:
    """The connected n-point function over its distinct index sets.

    Attributes
    ----------
    order : int
    estimate : Jackknifed
        Values, errors and covariance.
    quality : Quality
        Whether the errors can be trusted: that of the full correlators it is made of.
    """

    order: int
    estimate: Jackknifed
    quality: Quality


def connected(sample: SampledCorrelators, order: int) -> SampledCumulant:
    """Estimate the connected n-point function from the sampled full ones.

    The products of full correlators that are subtracted, as in G_c^(4) = G^(4) − Σ_3 G^(2) G^(2), are formed
    from different blocks of networks, so the estimate has no bias at all; odd correlators are taken to
    vanish. Works for every estimator, plain or conditional.

    Parameters
    ----------
    sample : SampledCorrelators
        With all even orders up to `order`, and ten blocks or more.
    order : int
        Even.

    Returns
    -------
    SampledCumulant

    Raises
    ------
    InvalidStatistics
        If an order is missing or odd, or there are too few blocks.

    Examples
    --------
    >>> from numerics.networks import ReLUNet
    >>> from numerics.sampler import Ensemble
    >>> sample = Ensemble(ReLUNet(width=2), [1.0], seed=4).correlators(20000, orders=(2, 4), n_blocks=100)
    >>> four = connected(sample, 4).estimate
    >>> bool(abs(four.value[0] - 15 / 8) < 4 * four.error[0])  # κ_4/N = (15/4)/2
    True
    """
    if order < 2 or order % 2:
        raise InvalidStatistics(
            f"the connected {order}-point function was asked for; an even order is needed"
        )
    needed = range(2, order + 1, 2)
    sums = {part: np.asarray(sample.block_sums[:, sample.plan.slice_of(part)]) for part in needed}
    found = partition_sums(order, sums, sample.block_sizes, sample.plan.n_points)
    qualities = [sample[part].quality for part in needed]
    worst = next((quality for quality in qualities if quality is not Quality.TRUSTED), Quality.TRUSTED)
    return SampledCumulant(order, cumulant_of(*found, sample[order].indices), worst)
