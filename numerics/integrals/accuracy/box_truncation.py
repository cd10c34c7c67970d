"""Integrals over R^d in a box that is enlarged until what lies outside does not matter.

With I(Λ) the integral over [−Λ, Λ]^d and Λ_k = Λ_0 f^k, power counting says that what is missing falls at
least like Λ^q (`numerics.integrals.rules.convergence.tail_power`), so that successive changes have at most
the ratio r = f^q and ::

    |I(∞) − I(Λ_k)| <= |I(Λ_k) − I(Λ_(k−1))| r/(1 − r)

once Λ is beyond the inputs. Kernels that fall off faster than any power are given r = 1/2, which is far more
than they need. A sinh map makes large boxes cheap.
"""

from collections.abc import Callable
from dataclasses import replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.questions.question import TINY, Answer, Question
from numerics.integrals.rules.convergence import tail_power
from numerics.integrals.rules.domains import Box
from numerics.kernels.base import Kernel

Array = NDArray[np.float64]

#: First half side in units of the length scale, beyond the inputs; growth from box to box, for kernels that
#: fall off faster than powers and for powers.
_FIRST, _FAST, _POWER = 8.0, 2.0, 32.0
#: Ratio of changes granted to kernels that fall off faster than any power.
_RATIO = 0.5
#: Boxes tried at most after the first one, and the half side at which the sinh map is not trusted any more.
_MOST_BOXES, _LARGEST = 23, 1e14
#: Of the error allowed, the part for the integral in the box; the rest is for the tail, read off the
#: difference of two boxes, to which both errors contribute.
_INSIDE = 0.3
#: Share of the largest relative change that every element is given at least, as changes can vanish by chance.
_SHARE = 0.1
#: Tails this many times the error in the box are noise of that error.
_NOISE = 4.0


def integrate_tail_too(
    question: Question,
    kernel: Kernel,
    points: Array,
    accuracy: Accuracy,
    in_box: Callable[[Question, Box, Accuracy], Answer],
) -> Answer:
    """Integrate over R^d what converges there.

    Parameters
    ----------
    question : Question
    kernel : Kernel
    points : ndarray, shape (n, d)
    accuracy : Accuracy
    in_box : callable
        Integrates in a box to a given accuracy.

    Returns
    -------
    Answer
    """
    power = tail_power(question.integrand, kernel)
    factor = _FAST if power is None else _POWER
    ratio = _RATIO if power is None else factor**power
    scale = kernel.length_scale
    length = scale if scale is not None and isfinite(scale) and scale > 0.0 else 1.0
    cutoff = float(np.max(np.abs(points), initial=0.0)) + _FIRST * length
    inside = replace(accuracy, rtol=max(_INSIDE * accuracy.rtol, 1e-15), strict=False)
    before = in_box(question, Box(cutoff), inside)
    for _ in range(_MOST_BOXES):
        cutoff *= factor
        part = in_box(question, Box(cutoff), inside)
        tail = _tail(np.abs(part.value - before.value), part.scale, ratio)
        method = f"{part.method}, in [−{cutoff:.4g}, {cutoff:.4g}]^d with a bound on the tail"
        found = Answer(part.value, part.error + tail, part.scale, accuracy.rtol, method)
        enough = bool(np.all(tail <= _NOISE * part.error))
        if found.converged or enough or cutoff * factor > _LARGEST:
            break
        before = part
    return found


def _tail(change: Array, scale: Array, ratio: float) -> Array:
    """Bound on what lies outside, from the change that the last box brought."""
    largest = float(np.max(change / np.maximum(scale, TINY), initial=0.0))
    return np.asarray(ratio / (1.0 - ratio) * np.maximum(change, _SHARE * largest * scale))
