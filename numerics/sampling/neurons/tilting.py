"""Tilted sampling of hidden parameters: importance sampling for features that grow exponentially.

A feature exp(z), z = v·γ with standard normal γ, has E[exp(Σ z_i)] dominated by γ near μ = Σ v_i, which plain
sampling almost never visits: at σ_b = 1 six features of the Gauss-net need γ_b = 6. So γ is drawn from a
mixture of unit normals with centres at 0 and at such μ, and weighted with

    w(γ) = φ(γ)/q(γ) = [ (1/C) Σ_c exp(μ_c·γ − |μ_c|²/2) ]^(−1),

the balance heuristic (Veach and Guibas 1995; Hesterberg 1995 for the component at 0, which bounds w by C).
Every product of features then has a finite relative variance of about C exp(|μ − μ_c|²).
"""

import numpy as np
from numpy.typing import NDArray

from numerics.fields.index_sets import multisets

Array = NDArray[np.float64]

#: Largest distance of a wanted centre from one that is in the mixture.
RADIUS = 1.0


def tilt_centres(vectors: Array, order: int) -> Array:
    """Choose centres near Σ v_i for all products of an even number of features.

    Parameters
    ----------
    vectors : ndarray, shape (n_points, r)
        z_i = v_i·γ.
    order : int
        Largest number of factors.

    Returns
    -------
    ndarray, shape (C, r)
        The first is zero; every Σ v_i is within `RADIUS` of one of them.

    Examples
    --------
    Features exp(γ) at one point: 0, 2, 4 and 6.

    >>> tilt_centres(np.ones((1, 1)), 6).ravel().tolist()
    [0.0, 6.0, 4.0, 2.0]
    """
    wanted = np.vstack(
        [vectors[multisets(len(vectors), n)].sum(axis=1) for n in range(order - order % 2, 0, -2)]
    )
    centres = [np.zeros(vectors.shape[1])]
    for centre in wanted:
        if np.min(np.sum((np.array(centres) - centre) ** 2, axis=1)) > RADIUS**2:
            centres.append(centre)
    return np.array(centres)


def tilt(normals: Array, choice: Array, centres: Array) -> tuple[Array, Array]:
    """Move standard normals to randomly chosen centres.

    Parameters
    ----------
    normals : ndarray, shape (n, r)
    choice : ndarray, shape (n,)
        Uniform in (0, 1); chooses the component.
    centres : ndarray, shape (C, r)

    Returns
    -------
    ndarray, shape (n, r)
        Draws from the mixture.
    ndarray, shape (n,)
        Their weights, of mean one.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> g, w = tilt(rng.standard_normal((100000, 1)), rng.random(100000), np.array([[0.0], [6.0]]))
    >>> bool(abs(np.mean(w * np.exp(6 * g[:, 0])) / np.exp(18) - 1) < 0.02)
    True
    """
    chosen = np.minimum((choice * len(centres)).astype(np.int64), len(centres) - 1)
    drawn = normals + centres[chosen]
    exponents = drawn @ centres.T - 0.5 * np.sum(centres**2, axis=1)
    largest = exponents.max(axis=1)  # at least 0, that of the centre at 0
    mean = np.mean(np.exp(exponents - largest[:, np.newaxis]), axis=1)
    return drawn, np.exp(-largest) / mean
