"""Integrate a diagram by evaluating it at points of all its vertices at once: for what a grid cannot hold.

What to use when: `by_cubature`, SciPy's adaptive cubature, up to about four dimensions; above,
`by_quasi_monte_carlo`, scrambled Sobol points. Both work in u with y = s·sinh(u) per coordinate, s the length
scale of the kernel, so that large boxes cost little; neither cuts at kinks.
"""

from collections.abc import Callable
from math import asinh, isfinite, log2, prod

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cubature
from scipy.stats import qmc

from numerics.domains import Box
from numerics.kernels import Kernel
from numerics.refinement import Job, Settings

Array = NDArray[np.float64]

#: Independent scramblings, whose scatter gives the error.
_SCRAMBLINGS = 16
#: Points of each scrambling to begin with, and in all at most (or `Settings.max_nodes`, if that is less).
_FIRST_POINTS, _MOST_POINTS = 2**8, 2**20
#: Points evaluated at a time; lines between vertices are read off the diagonal of a small table.
_BLOCK, _DIAGONAL = 4096, 32
#: Most subdivisions of the adaptive cubature.
_SUBDIVISIONS = 2000
#: Where the box is cut first, in units of its half side.
_OFF_CENTRE = 0.1234


def by_cubature(job: Job, kernel: Kernel, points: Array, box: Box, settings: Settings) -> None:
    """Fill a job by adaptive cubature (Genz–Malik, or Gauss–Kronrod in one dimension).

    Parameters
    ----------
    job : Job
        Filled in place; ``converged`` says whether the accuracy was reached.
    kernel : Kernel
    points : ndarray, shape (n, d)
    box : Box
    settings : Settings
    """
    evaluate, reach = _integrand(job, kernel, points, box)
    dimension = job.integrand.dimension(kernel.d_in)
    found = cubature(
        evaluate,
        np.full(dimension, -reach),
        np.full(dimension, reach),
        rule="gk21" if dimension == 1 else "genz-malik",
        rtol=settings.rtol,
        atol=0.0,
        max_subdivisions=_SUBDIVISIONS,
        # Cut off centre first: rules centred at the origin can agree by symmetry and report no error at all.
        points=[np.full(dimension, _OFF_CENTRE * reach)],
    )
    job.value, job.error = found.estimate.reshape(job.shape), found.error.reshape(job.shape)
    job.converged = found.status == "converged"
    job.method = f"adaptive cubature, {dimension} dimensions"


def by_quasi_monte_carlo(
    job: Job, kernel: Kernel, points: Array, box: Box, settings: Settings, seed: int = 0
) -> None:
    """Fill a job by randomised quasi-Monte-Carlo; the error is one standard deviation.

    Parameters
    ----------
    job, kernel, points, box, settings
        As for `by_cubature`.
    seed : int
        Of the scrambling; equal seeds give equal numbers.
    """
    evaluate, reach = _integrand(job, kernel, points, box)
    dimension = job.integrand.dimension(kernel.d_in)
    engines = [
        qmc.Sobol(dimension, scramble=True, rng=np.random.default_rng([seed, k])) for k in range(_SCRAMBLINGS)
    ]
    sums = np.zeros((_SCRAMBLINGS, prod(job.shape)))
    sizes, used, more = np.zeros_like(sums), 0, _FIRST_POINTS
    most = min(_MOST_POINTS, settings.max_nodes) // _SCRAMBLINGS
    volume = (2.0 * reach) ** dimension
    while True:
        for k, engine in enumerate(engines):
            values = evaluate(reach * (2.0 * engine.random_base2(int(log2(more))) - 1.0))
            sums[k] += values.sum(axis=0)
            sizes[k] += np.abs(values).sum(axis=0)
        used += more
        means = volume / used * sums
        error = means.std(axis=0, ddof=1) / _SCRAMBLINGS**0.5
        reached = bool(np.all(error <= settings.rtol * volume / used * sizes.mean(axis=0)))
        more = used
        if reached or 2 * used > most:
            break
    job.value, job.error = means.mean(axis=0).reshape(job.shape), error.reshape(job.shape)
    job.converged = reached
    job.method = (
        f"quasi-Monte-Carlo, {_SCRAMBLINGS} × {used} scrambled Sobol points in {dimension} dimensions"
    )


def _integrand(job: Job, kernel: Kernel, points: Array, box: Box) -> tuple[Callable[[Array], Array], float]:
    """The integrand with the Jacobian of the map, (P, V·d) -> (P, outputs), and the reach of u."""
    scale = kernel.length_scale
    linear = scale is None or not isfinite(scale)
    reach = box.cutoff if linear or scale is None else asinh(box.cutoff / scale)

    def evaluate(u: Array) -> Array:
        y = u if linear else scale * np.sinh(u)
        jacobian = np.ones(len(u)) if linear else np.prod(scale * np.cosh(u), axis=1)
        blocks = [
            _values(job, kernel, points, y[start : start + _BLOCK]) for start in range(0, len(y), _BLOCK)
        ]
        return np.asarray(np.concatenate(blocks) * jacobian[:, np.newaxis])

    return evaluate, reach


def _values(job: Job, kernel: Kernel, points: Array, y: Array) -> Array:
    """Product of all kernels at positions y of the vertices, (P, V·d) -> (P, outputs)."""
    integrand, d = job.integrand, kernel.d_in
    at = [y[:, v * d : (v + 1) * d] for v in range(integrand.n_vertices)]
    total = np.ones((len(y), 1))
    for v, rows in enumerate(job.rows):
        legs = kernel.weight(points, at[v]) if rows.shape[1] else np.ones((1, len(y)))
        product = np.prod(legs[rows], axis=1) if rows.shape[1] else np.ones((len(rows), len(y)))
        product = product * kernel.weight_diagonal(at[v]) ** integrand.loop_counts[v]
        if profile := integrand.profile(v):
            product = product * profile.values(at[v])
        total = (total[:, :, np.newaxis] * product.T[:, np.newaxis, :]).reshape(len(y), -1)
    for a, b, power in integrand.bridges_between:
        total = total * (_pairwise(kernel, at[a], at[b]) ** power)[:, np.newaxis]
    return total


def _pairwise(kernel: Kernel, x: Array, y: Array) -> Array:
    """K_W(x_p, y_p), shape (P,)."""
    blocks = [
        kernel.weight(x[start : start + _DIAGONAL], y[start : start + _DIAGONAL]).diagonal()
        for start in range(0, len(x), _DIAGONAL)
    ]
    return np.concatenate(blocks)
