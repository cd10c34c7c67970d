"""What output weights that are not Gaussian do to error bars: the judges beside count on Gaussian ones.

Given the hidden parameters an output is a sum of N output weights times features. Its moments are those of a
normal variable but for terms of order 1/N, which hold the moments of one output weight: the kurtosis of f^n,
E[f^4n]/E[f^2n]², is larger by a factor of at most 1 + (r − 1)/N, where r compares that of a^n with that of a
normal variable. Where the law has no moment of order 2n the error is infinite; where it has none of order 4n
no number of networks makes it known.
"""

from functools import lru_cache

import numpy as np

from numerics.networks.laws import GAUSSIAN, ParameterLaw
from numerics.results.gaussian_moments import NORMAL_MOMENTS

#: Quantiles that stand for a law whose moments are not known so far, and how much fewer must agree with them.
_MANY, _FEW = 1 << 16, 1 << 12
_AGREE = 0.05


@lru_cache(maxsize=256)
def kurtosis_factor(law: ParameterLaw, order: int, width: int) -> float:
    """By how much more networks an error bar needs than with Gaussian output weights.

    Parameters
    ----------
    law : ParameterLaw
        Of the output weights.
    order : int
        Of the correlator.
    width : int

    Returns
    -------
    float
        One or more; infinite where the law has no moment of order 4 × `order`.

    Examples
    --------
    >>> from numerics.networks.parameter_laws import as_law
    >>> [kurtosis_factor(as_law(text), 2, 1) for text in ("gaussian", "rademacher", "laplace")]
    [1.0, 1.0, 6.0]
    """
    if law.unit == GAUSSIAN:
        return 1.0
    low, high = (_moment(law, k * order) for k in (2, 4))
    if not np.isfinite(high) or low == 0.0:
        return float("inf") if low else 1.0
    normal = NORMAL_MOMENTS[4 * order] / NORMAL_MOMENTS[2 * order] ** 2 if 4 * order <= 32 else float("inf")
    ratio = high / low**2 / normal
    return float(1.0 + max(ratio - 1.0, 0.0) / width)


def scatters_infinitely(law: ParameterLaw, order: int) -> bool:
    """Tell whether products of that many outputs have no variance."""
    return law.unit != GAUSSIAN and not np.isfinite(_moment(law, 2 * order))


def _moment(law: ParameterLaw, order: int) -> float:
    """E|g|^order; infinite if it does not exist, or cannot be seen in the quantiles."""
    if law.has_moment(order):
        return float(law.moment(order))
    many, few = (np.mean(np.abs(law.quantile((np.arange(n) + 0.5) / n)) ** order) for n in (_MANY, _FEW))
    return float(many) if abs(many - few) <= _AGREE * many else float("inf")
