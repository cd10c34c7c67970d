"""Heavy-tail detection from the sample alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.estimate import Quality

Array = NDArray[np.float64]

#: Fewer blocks or networks than this give no error bar.
SMALLEST_SAMPLE = 20
#: Effective number of blocks below which an error estimate rests on a handful of networks.
FEWEST_EFFECTIVE = 20.0


@dataclass(frozen=True)
class TailReport:
    """What the sample says about its own tail.

    Attributes
    ----------
    order : int
    effective_blocks : float
        Participation ratio (Σ y²)²/Σ y⁴ of the block deviations y, times 3: the number of blocks for
        Gaussian deviations, about 1 when a single network dominates. Smallest over elements.
    largest_share : float
        Share of the largest block in the variance estimate, largest over elements.
    quality : Quality
    """

    order: int
    effective_blocks: float
    largest_share: float
    quality: Quality


def tail_report(order: int, deviations: Array, n_networks: int) -> TailReport:
    """Judge the error bars of one order from its block deviations.

    Parameters
    ----------
    order : int
    deviations : ndarray, shape (n_blocks, M)
        √(block size) times (block mean minus mean).
    n_networks : int

    Returns
    -------
    TailReport
    """
    squares = deviations**2
    power = squares.sum(axis=0)
    moving = power > 0
    if len(deviations) < SMALLEST_SAMPLE or n_networks < SMALLEST_SAMPLE:
        return TailReport(order, float("nan"), float("nan"), Quality.TOO_FEW_SAMPLES)
    if not moving.any():
        return TailReport(order, float(len(deviations)), 0.0, Quality.TRUSTED)
    share = squares[:, moving] / power[moving]
    effective = 3.0 / np.sum(share**2, axis=0)
    worst = float(effective.min())
    quality = Quality.TRUSTED if worst >= FEWEST_EFFECTIVE else Quality.HEAVY_TAILED
    return TailReport(order, worst, float(share.max()), quality)
