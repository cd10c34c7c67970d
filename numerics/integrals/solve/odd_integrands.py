"""Integrals that vanish because the integrand is odd.

If K_W(x, −y) = −K_W(x, y), as for Erf-net without bias, then turning the position of one vertex round
multiplies the integrand by −1 to the number of its line ends: over a box an odd vertex gives exactly zero.
If the kernel does not change besides when both inputs are turned or reflected alike, then so it is for a
symmetry of the box that takes the inputs on the legs of each vertex into each other up to signs, with an odd
number of signs in all: ∫ K(x_1, y) K(x_2, y) dy = 0 for x_1 = (1, 0) and x_2 = (0, 1).
"""

from collections.abc import Iterator
from functools import reduce
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

from numerics.integrals.questions.question import Question
from numerics.kernels.base import Kernel
from numerics.kernels.profiles import RadialPower

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Up to this dimension all symmetries of the box are tried; above, the reflections of one coordinate.
_ALL_SYMMETRIES = 3


def vanishing(question: Question, kernel: Kernel, points: Array) -> Flags:
    """Which elements of an integral over a box, or over R^d, are zero by symmetry.

    Parameters
    ----------
    question : Question
    kernel : Kernel
    points : ndarray, shape (n, d)

    Returns
    -------
    ndarray of bool, shape (R_1, .., R_V)
        Of shape () where one answer holds for all elements.

    Examples
    --------
    >>> from numerics.lowering.integrand import Integrand
    >>> from numerics.kernels.arc import ErfKernel
    >>> question = Question(Integrand(2, 1, legs=((0, 0, 1), (1, 0, 1))), (np.array([[0, 0], [0, 1]]),))
    >>> vanishing(question, ErfKernel(3.0, 0.0, 2), np.array([[1.0, 0.0], [0.0, 1.0]])).tolist()
    [False, True]
    """
    radial = all(
        profile is None or isinstance(profile, RadialPower) for profile in question.integrand.profiles
    )
    if not (kernel.odd and radial):
        return np.zeros((), dtype=np.bool_)
    if any(valence % 2 for valence in question.integrand.valences):
        return np.ones((), dtype=np.bool_)
    found = np.zeros(question.shape, dtype=np.bool_)
    if kernel.rotates and kernel.d_in > 1 and len(points):
        for images, signs in _moved(points):
            found |= _turned(question, images, signs)
    return found


def _moved(points: Array) -> Iterator[tuple[Indices, Indices]]:
    """For each symmetry of the box the input, up to a sign, on which each input comes to lie.

    The sign is that by which K changes: of the image, times that of the input itself against the first one
    that is equal to it up to a sign. The input is −1 where the image is none.
    """
    own, own_signs = _found_in(points, points)
    for matrix in _symmetries(points.shape[1]):
        images, signs = _found_in(points, points @ matrix.T)
        yield np.stack([own, images]), own_signs * signs


def _found_in(points: Array, wanted: Array) -> tuple[Indices, Indices]:
    same = np.all(wanted[:, np.newaxis] == points, axis=2)
    opposite = np.all(wanted[:, np.newaxis] == -points, axis=2)
    where = np.argmax(same | opposite, axis=1)
    known = np.any(same | opposite, axis=1)
    signs = np.where(same[np.arange(len(wanted)), where], 1, -1)
    return np.where(known, where, -1), signs


def _turned(question: Question, images: Indices, signs: Indices) -> Flags:
    """Elements that a symmetry takes into minus themselves."""
    own, moved = images
    factors = []
    for row in question.rows:
        kept = np.all(np.sort(own[row], axis=1) == np.sort(moved[row], axis=1), axis=1)
        factors.append(np.where(kept, np.prod(signs[row], axis=1), 0))
    return np.asarray(reduce(np.multiply.outer, factors) == -1)


def _symmetries(d: int) -> Iterator[Array]:
    if d > _ALL_SYMMETRIES:
        for axis in range(d):
            signs = np.ones(d)
            signs[axis] = -1.0
            yield np.diag(signs)
        return
    for order in permutations(range(d)):
        for flips in product((1.0, -1.0), repeat=d):
            yield np.eye(d)[list(order)] * np.array(flips)
