"""Integrate a diagram by evaluating it at points of all its vertices at once: for what a grid cannot hold.

What to use when: `by_cubature`, SciPy's adaptive cubature, up to about three dimensions; above,
`by_quasi_monte_carlo`, scrambled Sobol points (Owen, SIAM J. Numer. Anal. 34, 1884 (1997)). Both work in u
with y = s·sinh(u) per coordinate, s the length scale of the kernel, so that large boxes cost little.
"""

from collections.abc import Iterator
from itertools import product
from math import isfinite, log2, prod

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cubature
from scipy.stats import qmc

from numerics.errors import InvalidKernel, ProblemTooLarge
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.questions.question import Answer, Question
from numerics.integrals.rules.domains import Box
from numerics.kernels.base import Kernel
from numerics.lowering.integrand import Integrand

Array = NDArray[np.float64]

#: Independent scramblings, whose scatter gives the error; the error of their mean is widened so that three of
#: it hold as often as three standard deviations of a Gaussian although the scatter itself is estimated
#: (Student with 15 degrees of freedom).
_SCRAMBLINGS, _STUDENT = 16, 1.2
#: Points of each scrambling to begin with, and in all at most (or `Accuracy.max_nodes`, if that is less).
_FIRST_POINTS, _MOST_POINTS = 2**8, 2**20
#: Bits of the points; each point is shifted within its last bit. Else the nets, which stand at the lower ends
#: of their cells, would integrate straight lines with one and the same error and no scatter.
_BITS = 30
#: Numbers evaluated at a time, and points at most; lines between vertices are read off the diagonal of a
#: small table.
_NUMBERS, _BLOCK, _DIAGONAL = 2**22, 4096, 32
#: Most subdivisions of the adaptive cubature.
_SUBDIVISIONS = 2000
#: Points that tell the size of the integrand.
_SIZING = 2**11
#: Where the box is cut first, as a share of its side.
_OFF_CENTRE = 0.5617
#: Up to this dimension the first pieces are cut again.
_CUT_TWICE = 3
#: What of a kernel that falls off counts as nothing, and how the distance is looked for.
_NOTHING, _STEP, _MOST_STEPS = 1e-18, 1.25, 100


def by_cubature(question: Question, kernel: Kernel, points: Array, box: Box, accuracy: Accuracy) -> Answer:
    """Integrate by adaptive cubature (Genz–Malik, or Gauss–Kronrod in one dimension).

    Parameters
    ----------
    question : Question
    kernel : Kernel
    points : ndarray, shape (n, d)
    box : Box
    accuracy : Accuracy

    Returns
    -------
    Answer
        `converged` says whether the accuracy was reached.
    """
    _refuse_too_many_outputs(question, accuracy)
    function = _Function(question, kernel, points, box)
    dimension = function.dimension
    engine = qmc.Sobol(dimension, scramble=True, rng=np.random.default_rng(0))
    sample = function.spread(engine.random_base2(int(log2(_SIZING))))
    size = sum(np.abs(part).sum(axis=0) for part in function.parts(sample)) * function.volume / _SIZING
    found = cubature(
        function,
        function.low,
        function.high,
        rule="gk21" if dimension == 1 else "genz-malik",
        rtol=0.5 * accuracy.rtol,
        # relative to ∫∏|K|, so that integrals that cancel come to an end, too
        atol=0.5 * accuracy.rtol * float(np.min(size[size > 0.0])) if np.any(size > 0.0) else 0.0,
        max_subdivisions=_SUBDIVISIONS,
        points=function.breaks(question.integrand),
    )
    scale = np.maximum(size, np.abs(found.estimate))
    error = found.error + question.rounding * scale
    value, error, scale = (part.reshape(question.shape) for part in (found.estimate, error, scale))
    return Answer(value, error, scale, accuracy.rtol, f"adaptive cubature, {_dimensions(dimension)}")


def by_quasi_monte_carlo(
    question: Question, kernel: Kernel, points: Array, box: Box, accuracy: Accuracy, seed: int = 0
) -> Answer:
    """Integrate by randomised quasi-Monte-Carlo; the error is one standard deviation of the mean.

    Parameters
    ----------
    question, kernel, points, box, accuracy
        As for `by_cubature`.
    seed : int
        Of the scrambling; equal seeds give equal numbers.

    Returns
    -------
    Answer

    Raises
    ------
    ProblemTooLarge
        If `Accuracy.max_nodes` does not allow the first points.
    """
    most = min(_MOST_POINTS, accuracy.max_nodes) // _SCRAMBLINGS
    if most < _FIRST_POINTS:
        raise ProblemTooLarge(
            f"{question.integrand} needs at least {_SCRAMBLINGS * _FIRST_POINTS} quasi-Monte-Carlo points; "
            f"allowed are {accuracy.max_nodes} nodes. Raise max_nodes"
        )
    _refuse_too_many_outputs(question, accuracy)
    function = _Function(question, kernel, points, box)
    engines = [
        qmc.Sobol(function.dimension, scramble=True, bits=_BITS, rng=np.random.default_rng([seed, k]))
        for k in range(_SCRAMBLINGS)
    ]
    shifts = [np.random.default_rng([seed, k, 1]) for k in range(_SCRAMBLINGS)]
    sums = np.zeros((_SCRAMBLINGS, prod(question.shape)))
    sizes, used, more = np.zeros(prod(question.shape)), 0, _FIRST_POINTS
    while True:
        for k, engine in enumerate(engines):
            unit = engine.random_base2(int(log2(more)))
            unit += 2.0**-_BITS * shifts[k].random(unit.shape)
            for values in function.parts(function.spread(unit)):
                sums[k] += values.sum(axis=0)
                sizes += np.abs(values).sum(axis=0)
        used += more
        means = function.volume / used * sums
        scale = function.volume / (used * _SCRAMBLINGS) * sizes
        error = _STUDENT * means.std(axis=0, ddof=1) / _SCRAMBLINGS**0.5
        error += question.rounding * scale
        more = used
        if bool(np.all(error <= accuracy.rtol * scale)) or 2 * used > most:
            break
    value, error, scale = (part.reshape(question.shape) for part in (means.mean(axis=0), error, scale))
    in_all = f"{_SCRAMBLINGS} × {used} scrambled Sobol points"
    method = f"quasi-Monte-Carlo, {in_all} in {_dimensions(function.dimension)}"
    return Answer(value, error, scale, accuracy.rtol, method)


def _dimensions(number: int) -> str:
    return f"{number} dimension{'s' if number > 1 else ''}"


def _refuse_too_many_outputs(question: Question, accuracy: Accuracy) -> None:
    """All outputs are evaluated at each point, for the fewest points taken at a time."""
    needed = 8 * prod(question.shape) * (_SCRAMBLINGS + 2 * _DIAGONAL)
    if needed > accuracy.max_bytes:
        raise ProblemTooLarge(
            f"{question.integrand} for {prod(question.shape)} combinations of inputs at once needs "
            f"{needed / 2**30:.1f} GiB point by point; allowed are {accuracy.max_bytes / 2**30:.1f} GiB. "
            "Take fewer inputs, or integrate one assignment of the external points at a time"
        )


class _Function:
    """The integrand with the Jacobian of the map y = centre + s sinh(u), for u from `low` to `high`.

    Without a length s the map is y = u. Vertices of a kernel that falls off faster than any power stay near
    the inputs; what is farther from them than such a kernel reaches is left out, for in a large box that is
    empty adaptive rules and random points find nothing, and take that for the answer.
    """

    def __init__(self, question: Question, kernel: Kernel, points: Array, box: Box) -> None:
        self._question, self._kernel, self._points, self._box = question, kernel, points, box
        lengths = [kernel.length_scale, *(profile.length_scale for profile in question.integrand.shaping)]
        finite = [length for length in lengths if length is not None and isfinite(length) and length > 0.0]
        self._scale = min(finite, default=None)
        low, high, middle = (np.full(kernel.d_in, y) for y in (-box.cutoff, box.cutoff, 0.0))
        if kernel.ray_growth is None and self._scale is not None and question.integrand.legs:
            around = question.integrand.n_vertices * _reach(kernel, points, self._scale)
            nearest, farthest = points.min(axis=0) - around, points.max(axis=0) + around
            if np.all(nearest < high) and np.all(farthest > low):
                low, high = np.maximum(low, nearest), np.minimum(high, farthest)
                middle = np.clip(0.5 * (points.min(axis=0) + points.max(axis=0)), low, high)
        self._middle = np.tile(middle, question.integrand.n_vertices)
        self.low, self.high = (self._mapped(np.tile(y, question.integrand.n_vertices)) for y in (low, high))
        self.dimension = len(self.low)
        self.volume = float(np.prod(self.high - self.low))

    def _mapped(self, y: Array) -> Array:
        return y if self._scale is None else np.arcsinh((y - self._middle) / self._scale)

    def spread(self, unit: Array) -> Array:
        """Bring points of the unit cube to where the integrand is evaluated."""
        return np.asarray(self.low + (self.high - self.low) * unit)

    def __call__(self, u: Array) -> Array:
        """Evaluate; shapes (P, V·d) -> (P, outputs)."""
        return np.concatenate(list(self.parts(u)))

    def parts(self, u: Array) -> Iterator[Array]:
        """Evaluate a block of points at a time, so that memory stays bounded."""
        step = min(_BLOCK, max(_DIAGONAL, _NUMBERS // max(1, prod(self._question.shape))))
        scale = self._scale
        for start in range(0, len(u), step):
            block = u[start : start + step]
            y = block if scale is None else self._middle + scale * np.sinh(block)
            jacobian = np.ones(len(block)) if scale is None else np.prod(scale * np.cosh(block), axis=1)
            values = _values(self._question, self._kernel, self._points, y) * jacobian[:, np.newaxis]
            if not np.isfinite(np.sum(values)):
                raise InvalidKernel(
                    f"{type(self._kernel).__name__} or a product of it is NaN or infinite in {self._box}; "
                    "check its formula at large arguments, or lower the cutoff"
                )
            yield values

    def breaks(self, integrand: Integrand) -> list[Array]:
        """Points at which to cut first."""
        # Off centre: rules centred at the origin can agree by symmetry and report no error at all.
        first = np.full(self.dimension, _OFF_CENTRE)
        cuts = [self.spread(first)]
        if 1 < self.dimension <= _CUT_TWICE:
            corners = np.array(list(product((0.0, 1.0), repeat=self.dimension)))
            cuts += list(self.spread(first + _OFF_CENTRE * (corners - first)))
        if integrand.n_vertices == 1 and self._kernel.d_in == 1:
            kinks = self._mapped(self._kernel.kinks(self._points)[0])
            cuts += [np.array([at]) for at in kinks[(kinks > self.low) & (kinks < self.high)]]
        return cuts


def _reach(kernel: Kernel, points: Array, scale: float) -> float:
    """Distance at which a kernel has fallen to nothing, measured from the inputs along all axes."""
    steps = np.concatenate([np.eye(kernel.d_in), -np.eye(kernel.d_in)])
    own = np.abs(kernel.weight_diagonal(points)).max()
    distance = scale
    for _ in range(_MOST_STEPS):
        there = [kernel.weight(point[np.newaxis], point + distance * steps) for point in points]
        if np.max(np.abs(there)) <= _NOTHING * own:
            break
        distance *= _STEP
    return distance


def _values(question: Question, kernel: Kernel, points: Array, y: Array) -> Array:
    """Product of all kernels at positions y of the vertices, (P, V·d) -> (P, outputs)."""
    integrand, d = question.integrand, kernel.d_in
    at = [y[:, v * d : (v + 1) * d] for v in range(integrand.n_vertices)]
    total = np.ones((len(y), 1))
    for v, rows in enumerate(question.rows):
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
