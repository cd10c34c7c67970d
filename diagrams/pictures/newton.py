"""Newton's method for places of least stress: a few steps in place of hundreds of sweeps.

Steps: gradient and second derivatives of the stress of all starts at once; directions that change nothing
(shifts, and turns around what is held) are given a curvature of one, so that the equations have a solution;
a start is done when a step is as good as nothing and all curvatures there are positive. Another start keeps
the places that it had: Newton's method runs into saddles and maxima as readily as into minima.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diagrams.pictures.pieces import Complex, Real

#: From places after forty sweeps it takes five steps, seldom more than eight.
_N_STEPS = 8
#: A node that moves further than this, in leg lengths, is on its way to another minimum.
_FAR = 0.6
#: Curvatures below this are none.
_FLAT = 1e-6


def polished(
    at: Complex, inverse: Real, held: Sequence[int], settled: float
) -> tuple[Complex, NDArray[np.bool_]]:
    """Places of least stress close to those given.

    Parameters
    ----------
    at : ndarray, shape (starts, nodes)
        Places.
    inverse : ndarray, shape (nodes, nodes)
        Inverse distances that are wished for; nought on the diagonal.
    held : sequence of int
        Nodes that stay.
    settled : float
        A step that is shorter is none.

    Returns
    -------
    places : ndarray, shape (starts, nodes)
    found : ndarray of bool, shape (starts,)
        Which starts have come to a minimum, or had settled before; the others are as they were.

    Examples
    --------
    >>> places, found = polished(np.array([[0, 1.9 + 0.1j]]), np.array([[0, 0.5], [0.5, 0]]), [0], 1e-10)
    >>> round(float(abs(places[0, 1])), 9), bool(found[0])
    (2.0, True)
    """
    free = np.array([node for node in range(at.shape[1]) if node not in held], dtype=np.intp)
    places = at.copy()
    first, idle = True, _idle(places, free, held)
    for _ in range(_N_STEPS):
        slope, curved = _derivatives(places, inverse, free)
        curved += idle
        try:
            step = np.linalg.solve(curved, slope[..., None])[..., 0]
        except np.linalg.LinAlgError:
            return at, np.zeros(len(at), dtype=bool)
        step = step[:, : free.size] + 1j * step[:, free.size :]
        moved = np.abs(step).max(1)
        if first:
            at_rest, first = moved < settled, False
        places[:, free] -= step
        if (moved < settled).all():
            break
    lowest = np.linalg.eigvalsh(curved)[:, 0]
    away = np.abs(places - at).max(1)
    found: NDArray[np.bool_] = at_rest | ((moved < settled) & (lowest > _FLAT) & (away < _FAR))
    return np.where(found[:, None] & ~at_rest[:, None], places, at), found


def _derivatives(z: Complex, inverse: Real, free: NDArray[np.intp]) -> tuple[Real, Real]:
    """Half the gradient and half the second derivatives by x and y of the free nodes, of every start."""
    apart = z[:, :, None] - z[:, None, :]
    x, y = apart.real, apart.imag
    far = np.maximum(np.hypot(x, y), 1e-9)
    turned = inverse / far  # what a pair resists to being turned, with the wrong sign
    pull = inverse**2 - turned
    slope = np.concatenate([(pull * x).sum(2)[:, free], (pull * y).sum(2)[:, free]], axis=1)
    n = free.size
    among = slice(None) if n == len(inverse) else np.ix_(np.arange(len(z)), free, free)
    curved = np.empty((len(z), 2, n, 2, n))
    turned /= far * far
    product = turned * x
    for a, b, block in ((0, 0, pull + product * x), (0, 1, product * y), (1, 1, pull + turned * y * y)):
        part = np.negative(block[among])
        part[:, range(n), range(n)] = block.sum(2)[:, free]  # of all others, those that stay as well
        curved[:, a, :, b] = curved[:, b, :, a] = part
    return slope, curved.reshape(len(z), 2 * n, 2 * n)


def _idle(z: Complex, free: NDArray[np.intp], held: Sequence[int]) -> Real:
    """Projection on what changes no distance: nothing if two nodes are held, turns around one of them."""
    n = free.size
    found = np.zeros((len(z), 2 * n, 2 * n))
    if len(held) > 1:
        return found
    centre = z[:, list(held)] if held else z.mean(1, keepdims=True)
    around = z[:, free] - centre
    turn = np.concatenate([-around.imag, around.real], axis=1)
    turn /= np.maximum(np.sqrt((turn**2).sum(1, keepdims=True)), 1e-9)
    found += turn[:, :, None] * turn[:, None, :]
    if not held:
        found[:, :n, :n] += 1 / n
        found[:, n:, n:] += 1 / n
    return found
