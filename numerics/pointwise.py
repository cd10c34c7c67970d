"""Integrate a diagram by evaluating it at points of all its vertices at once: for what a grid cannot hold.

What to use when: `by_cubature`, SciPy's adaptive cubature, up to about three dimensions; above,
`by_quasi_monte_carlo`, scrambled Sobol points (Owen, SIAM J. Numer. Anal. 34, 1884 (1997)). Both work in u
with y = s·sinh(u) per coordinate, s the length scale of the kernel, so that large boxes cost little.
"""

from collections.abc import Iterator
from math import asinh, isfinite, log2, prod

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cubature
from scipy.stats import qmc

from numerics.domains import Box
from numerics.errors import InvalidKernel, ProblemTooLarge
from numerics.integrand import Integrand
from numerics.jobs import Job, Settings, rounding
from numerics.kernels import Kernel

Array = NDArray[np.float64]

#: Independent scramblings, whose scatter gives the error; the error of their mean is widened so that three of
#: it hold as often as three standard deviations of a Gaussian although the scatter itself is estimated
#: (Student with 15 degrees of freedom).
_SCRAMBLINGS, _STUDENT = 16, 1.2
#: Points of each scrambling to begin with, and in all at most (or `Settings.max_nodes`, if that is less).
_FIRST_POINTS, _MOST_POINTS = 2**8, 2**20
#: Numbers evaluated at a time, and points at most; lines between vertices are read off the diagonal of a
#: small table.
_NUMBERS, _BLOCK, _DIAGONAL = 2**22, 4096, 32
#: Most subdivisions of the adaptive cubature.
_SUBDIVISIONS = 2000
#: Points that tell the size of the integrand.
_SIZING = 2**11
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
    _refuse_too_many_outputs(job, settings)
    function = _Function(job, kernel, points, box)
    dimension, reach = function.dimension, function.reach
    engine = qmc.Sobol(dimension, scramble=True, rng=np.random.default_rng(0))
    sample = reach * (2.0 * engine.random_base2(int(log2(_SIZING))) - 1.0)
    size = sum(np.abs(part).sum(axis=0) for part in function.parts(sample)) * function.volume / _SIZING
    found = cubature(
        function,
        np.full(dimension, -reach),
        np.full(dimension, reach),
        rule="gk21" if dimension == 1 else "genz-malik",
        rtol=0.5 * settings.rtol,
        # relative to ∫∏|K|, so that integrals that cancel come to an end, too
        atol=0.5 * settings.rtol * float(np.min(size[size > 0.0])) if np.any(size > 0.0) else 0.0,
        max_subdivisions=_SUBDIVISIONS,
        points=function.breaks(job.integrand),
    )
    scale = np.maximum(size, np.abs(found.estimate))
    error = found.error + rounding(job.integrand.n_factors) * scale
    job.value, job.error = found.estimate.reshape(job.shape), error.reshape(job.shape)
    job.method = f"adaptive cubature, {_dimensions(dimension)}"
    job.judge(scale.reshape(job.shape), settings.rtol)


def by_quasi_monte_carlo(
    job: Job, kernel: Kernel, points: Array, box: Box, settings: Settings, seed: int = 0
) -> None:
    """Fill a job by randomised quasi-Monte-Carlo; the error is one standard deviation of the mean.

    Parameters
    ----------
    job, kernel, points, box, settings
        As for `by_cubature`.
    seed : int
        Of the scrambling; equal seeds give equal numbers.

    Raises
    ------
    ProblemTooLarge
        If `Settings.max_nodes` does not allow the first points.
    """
    most = min(_MOST_POINTS, settings.max_nodes) // _SCRAMBLINGS
    if most < _FIRST_POINTS:
        raise ProblemTooLarge(
            f"{job.integrand} needs at least {_SCRAMBLINGS * _FIRST_POINTS} quasi-Monte-Carlo points; "
            f"allowed are {settings.max_nodes} nodes. Raise max_nodes"
        )
    _refuse_too_many_outputs(job, settings)
    function = _Function(job, kernel, points, box)
    engines = [
        qmc.Sobol(function.dimension, scramble=True, rng=np.random.default_rng([seed, k]))
        for k in range(_SCRAMBLINGS)
    ]
    sums = np.zeros((_SCRAMBLINGS, prod(job.shape)))
    sizes, used, more = np.zeros(prod(job.shape)), 0, _FIRST_POINTS
    while True:
        for k, engine in enumerate(engines):
            u = function.reach * (2.0 * engine.random_base2(int(log2(more))) - 1.0)
            for values in function.parts(u):
                sums[k] += values.sum(axis=0)
                sizes += np.abs(values).sum(axis=0)
        used += more
        means = function.volume / used * sums
        scale = function.volume / (used * _SCRAMBLINGS) * sizes
        error = _STUDENT * means.std(axis=0, ddof=1) / _SCRAMBLINGS**0.5
        error += rounding(job.integrand.n_factors) * scale
        more = used
        if bool(np.all(error <= settings.rtol * scale)) or 2 * used > most:
            break
    job.value, job.error = means.mean(axis=0).reshape(job.shape), error.reshape(job.shape)
    in_all = f"{_SCRAMBLINGS} × {used} scrambled Sobol points"
    job.method = f"quasi-Monte-Carlo, {in_all} in {_dimensions(function.dimension)}"
    job.judge(scale.reshape(job.shape), settings.rtol)


def _dimensions(number: int) -> str:
    return f"{number} dimension{'s' if number > 1 else ''}"


def _refuse_too_many_outputs(job: Job, settings: Settings) -> None:
    """All outputs are evaluated at each point, for the fewest points taken at a time."""
    needed = 8 * prod(job.shape) * (_SCRAMBLINGS + 2 * _DIAGONAL)
    if needed > settings.max_bytes:
        raise ProblemTooLarge(
            f"{job.integrand} for {prod(job.shape)} combinations of inputs at once needs "
            f"{needed / 2**30:.1f} GiB point by point; allowed are {settings.max_bytes / 2**30:.1f} GiB. "
            "Take fewer inputs, or integrate one assignment of the external points at a time"
        )


class _Function:
    """The integrand with the Jacobian of the map, for u in [−reach, reach]^(V·d)."""

    def __init__(self, job: Job, kernel: Kernel, points: Array, box: Box) -> None:
        self._job, self._kernel, self._points, self._box = job, kernel, points, box
        lengths = [kernel.length_scale, *(profile.length_scale for profile in job.integrand.shaping)]
        finite = [length for length in lengths if length is not None and isfinite(length) and length > 0.0]
        self._scale = min(finite, default=None)
        self.reach = box.cutoff if self._scale is None else asinh(box.cutoff / self._scale)
        self.dimension = job.integrand.dimension(kernel.d_in)
        self.volume = (2.0 * self.reach) ** self.dimension

    def __call__(self, u: Array) -> Array:
        """Evaluate; shapes (P, V·d) -> (P, outputs)."""
        return np.concatenate(list(self.parts(u)))

    def parts(self, u: Array) -> Iterator[Array]:
        """Evaluate a block of points at a time, so that memory stays bounded."""
        step = min(_BLOCK, max(_DIAGONAL, _NUMBERS // max(1, prod(self._job.shape))))
        scale = self._scale
        for start in range(0, len(u), step):
            block = u[start : start + step]
            y = block if scale is None else scale * np.sinh(block)
            jacobian = np.ones(len(block)) if scale is None else np.prod(scale * np.cosh(block), axis=1)
            values = _values(self._job, self._kernel, self._points, y) * jacobian[:, np.newaxis]
            if not np.isfinite(np.sum(values)):
                raise InvalidKernel(
                    f"{type(self._kernel).__name__} or a product of it is NaN or infinite in {self._box}; "
                    "check its formula at large arguments, or lower the cutoff"
                )
            yield values

    def breaks(self, integrand: Integrand) -> list[Array]:
        """Points at which to cut first."""
        # Off centre: rules centred at the origin can agree by symmetry and report no error at all.
        cuts = [np.full(self.dimension, _OFF_CENTRE * self.reach)]
        if integrand.n_vertices == 1 and self._kernel.d_in == 1:
            kinks = self._kernel.kinks(self._points)[0]
            for kink in kinks[np.abs(kinks) < self._box.cutoff]:
                at = float(kink) if self._scale is None else asinh(float(kink) / self._scale)
                cuts.append(np.array([at]))
        return cuts


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
