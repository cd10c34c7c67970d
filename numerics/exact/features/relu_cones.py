"""Feature moments of the ReLU-net whose points span four dimensions or more, bias included.

M(m) = E[Π z_k^{m_k} θ(z_k)] with z_k = v_k·g is reduced by Gaussian integration by parts (Stein 1981),
E[z_i h(z)] = Σ_j C_ij E[∂h/∂z_j], C_ij = v_i·v_j:

    M(m) = Σ_j C_ij n_j M(n − e_j) + Σ_{j: n_j = 0} C_ij (2π C_jj)^(−1/2) M(n | z_j = 0),    n = m − e_i.

The first sum differentiates the powers, the second the step functions: a step becomes the facet z_j = 0 of
the sector, one dimension lower, where the other v_k are projected. The recursion ends

- in three dimensions at integrals over spherical polygons (`polygon_moments`);
- without powers at the probability of the sector. If more steps than dimensions occur, Σ c_k z_k = 0 forbids
  one pattern of signs, Π_{c>0} θ_k Π_{c<0} (1 − θ_k) = 0, which expresses the product of all steps by smaller
  ones. A sector with as many steps as dimensions follows from means of products of signs, which are one- and
  two-dimensional integrals (Plackett 1954, see `numerics.exact.features.orthant`).

Two fields that are parallel to within an angle δ switch on all but together. One step then stands for both:
the other field stays an exact factor, but has no step of its own. What that leaves out is a wedge of angle δ
in which both factors are smaller than δ, a part δ^(1 + m_i + m_j) of the moment; opposite fields are on
together in such a wedge only. Both parts go into the error. With steps of their own the fields would have
projections of length δ on each other's facets, whose directions are rounding.
"""

from itertools import combinations
from math import pi, sqrt
from typing import final

import numpy as np
from scipy.optimize import nnls

from diagrams.combinatorics.numbers import double_factorial
from numerics.exact.features.base import Array, Indices
from numerics.exact.features.orthant import sign_moments
from numerics.exact.features.relu_sectors import polygon_moments
from numerics.results.estimate import Estimate

EPS = float(np.finfo(np.float64).eps)
# Unit vectors shorter than this after a projection lie in the span of those projected out.
DEGENERATE = 1e-12
# Fields that differ in direction by less than this share one step: both ways then err by less than 1e-9.
PARALLEL = 3e-4
# Dimension in which spherical polygons take over.
POLYGON = 3

_Number = tuple[float, float]
_Powers = tuple[int, ...]
_Facets = tuple[int, ...]


def cone_moments(vectors: Array, indices: Indices) -> Estimate:
    """Integrate products of linear forms over the sector where all of them are positive; any dimension.

    Parameters
    ----------
    vectors : ndarray, shape (n_points, r)
        Spanning r >= 4 dimensions; every one of them must occur in every index tuple.
    indices : ndarray of int, shape (M, n)

    Returns
    -------
    Estimate

    Examples
    --------
    Independent half-lines, E[max(z, 0)]⁴ = (2π)^(−2):

    >>> found = cone_moments(np.eye(4), np.array([[0, 1, 2, 3]]))
    >>> bool(abs(found.value[0] * (2 * pi) ** 2 - 1) < 1e-13)
    True
    """
    lengths = np.sqrt(np.einsum("kr,kr->k", vectors, vectors))
    if not np.all(lengths > 0):
        return Estimate(np.zeros(len(indices)), np.zeros(len(indices)))
    unit = vectors / lengths[:, np.newaxis]
    groups = _Groups(unit)
    powers = [tuple(np.bincount(row, minlength=len(vectors)).tolist()) for row in indices]
    cone = _Cone(unit, groups.steps, empty=groups.opposite)
    found = np.array([cone.moment(one) for one in powers]).reshape(-1, 2)
    left_out = np.array([groups.left_out(one) for one in powers])
    scale = lengths[indices].prod(axis=1)
    return Estimate(scale * found[:, 0], scale * (found[:, 1] + left_out))


@final
class _Groups:
    """Which fields switch on together, and whether two of them never do.

    Attributes
    ----------
    steps : tuple of int
        One field of each group of parallel ones.
    opposite : bool
        Whether two fields are antiparallel, so that they are on together in a wedge only.
    """

    def __init__(self, unit: Array) -> None:
        steps: list[int] = []
        self._wedges: list[tuple[int, int, float]] = []
        self.opposite = False
        for k, vector in enumerate(unit):
            parallel = False
            for step in steps:
                sides = np.linalg.norm(vector - unit[step]), np.linalg.norm(vector + unit[step])
                angle = float(min(sides))
                if angle < PARALLEL:
                    self._wedges.append((step, k, angle + 4 * EPS))
                    parallel = parallel or sides[0] < sides[1]
                    self.opposite = self.opposite or bool(sides[1] < sides[0])
            if not parallel:
                steps.append(k)
        self.steps = tuple(steps)

    def left_out(self, powers: _Powers) -> float:
        """Bound what the wedges contribute: (n − 1)!! Σ δ^(1 + m_i + m_j)."""
        n = sum(powers)
        return double_factorial(n - 1) * sum(d ** (1 + powers[i] + powers[j]) for i, j, d in self._wedges)


@final
class _Cone:
    """Moments over one sector, with a memory for those of its faces.

    A face is named by the fields that vanish on it.

    Parameters
    ----------
    unit : ndarray, shape (n_points, r)
    steps : tuple of int
        The fields whose steps bound the sector; the others are factors only.
    empty : bool
        Whether the sector is known to be empty.
    """

    def __init__(self, unit: Array, steps: _Facets, *, empty: bool) -> None:
        self._unit = unit
        self._steps = np.isin(np.arange(len(unit)), steps)
        bounding = unit[self._steps]
        self._empty = empty or _is_empty(bounding)
        self._facets = frozenset(steps[k] for k in _facets(bounding))
        self._moments: dict[tuple[_Facets, _Powers], _Number] = {}
        self._sectors: dict[tuple[_Facets, _Facets], _Number] = {}
        self._projected: dict[_Facets, Array] = {(): unit}

    def moment(self, powers: _Powers) -> _Number:
        """Value and error of M(m) for unit vectors."""
        if self._empty:
            return 0.0, 0.0
        return self._moment((), powers)

    def _moment(self, face: _Facets, powers: _Powers) -> _Number:
        key = (face, powers)
        if key not in self._moments:
            self._moments[key] = self._reduced(face, powers)
        return self._moments[key]

    def _reduced(self, face: _Facets, powers: _Powers) -> _Number:
        v = self._vectors(face)
        lengths = np.sqrt(np.einsum("kr,kr->k", v, v))
        seen = lengths > DEGENERATE
        steps = seen & self._steps
        gone = self._steps & ~seen & (np.array(powers) > 0)
        if np.any(gone):  # that field vanishes on the whole face
            return 0.0, float(lengths[gone].min()) * double_factorial(sum(powers))
        # a projection that is short has lost digits: relative ones where it steps, absolute ones as a factor
        rounding = 8 * EPS / float(lengths[steps].min(initial=1.0))
        if v.shape[1] == POLYGON:
            value, error = self._polygon(v, np.repeat(np.arange(len(powers)), powers), np.flatnonzero(steps))
            return value, error + rounding * abs(value)
        if not any(powers):
            return self._sector(face, tuple(np.flatnonzero(steps).tolist()))
        i = int(np.argmax(powers))
        covariance = v @ v[i]
        left = _lower(powers, i)
        value = error = 0.0
        for j in range(len(powers)):
            lost = 8 * EPS * float(lengths[i] + lengths[j])
            if left[j]:
                factor, (part, doubt) = float(left[j]), self._moment(face, _lower(left, j))
            elif j in self._facets and seen[j]:
                factor = 1 / (sqrt(2 * pi) * float(lengths[j]))
                part, doubt = self._moment(tuple(sorted((*face, j))), left)
            else:
                continue
            weight = factor * float(covariance[j])
            value += weight * part
            error += abs(weight) * (doubt + rounding * abs(part)) + factor * lost * abs(part)
        return value, error

    def _vectors(self, face: _Facets) -> Array:
        """Vectors projected on the face, in coordinates of the face; shape (n_points, r - len(face))."""
        if face not in self._projected:
            basis = np.linalg.qr(self._unit[list(face)].T, mode="complete")[0][:, len(face) :]
            self._projected[face] = self._unit @ basis
        return self._projected[face]

    def _polygon(self, v: Array, row: Indices, steps: Indices) -> _Number:
        found = polygon_moments(v, row[np.newaxis, :], steps)
        return float(found.value[0]), float(found.error[0])

    def _sector(self, face: _Facets, steps: _Facets) -> _Number:
        """Probability that all z_k, k in `steps`, are positive on a face."""
        key = (face, steps)
        if key not in self._sectors:
            v = self._vectors(face)[list(steps)]
            relation = _relation(v) if steps else np.empty(0)
            if relation is None or not steps:
                self._sectors[key] = _independent_sector(v)
            else:
                self._sectors[key] = self._dependent_sector(face, steps, relation)
        return self._sectors[key]

    def _dependent_sector(self, face: _Facets, steps: _Facets, relation: Array) -> _Number:
        """Express a product of steps that are linearly dependent by products of fewer steps."""
        negative = [k for k, c in zip(steps, relation, strict=True) if c < 0]
        kept = [k for k, c in zip(steps, relation, strict=True) if c >= 0]
        value = error = 0.0
        for size in range(len(negative)):
            for some in combinations(negative, size):
                part, doubt = self._sector(face, tuple(sorted((*kept, *some))))
                value += (-1) ** size * part
                error += doubt
        return -((-1) ** len(negative)) * value, error


def _lower(powers: _Powers, i: int) -> _Powers:
    return (*powers[:i], powers[i] - 1, *powers[i + 1 :])


def _relation(v: Array) -> Array | None:
    """Coefficients c with Σ c_k v_k = 0, zero to rounding where a vector takes no part; None if independent.

    The sign is chosen such that few are negative.
    """
    left, lengths, _ = np.linalg.svd(v, full_matrices=True)
    if len(v) <= v.shape[1] and lengths[-1] > DEGENERATE * lengths[0]:
        return None
    c = left[:, -1]
    c = np.where(np.abs(c) > DEGENERATE, c, 0.0)
    relation: Array = -c if np.count_nonzero(c < 0) > np.count_nonzero(c > 0) else c
    return relation


def _independent_sector(v: Array) -> _Number:
    """Probability 2^(−k) Σ_T E[Π_T sgn z], T the even subsets of at most six linearly independent z."""
    n = len(v)
    unit = v / np.sqrt(np.einsum("kr,kr->k", v, v))[:, np.newaxis]
    rho = unit @ unit.T
    value, error = 1.0, 0.0
    for size in range(2, n + 1, 2):
        rows = np.array(list(combinations(range(n), size)))
        found = sign_moments(rho[rows[:, :, np.newaxis], rows[:, np.newaxis, :]])
        value += float(found.value.sum())
        error += float(found.error.sum())
    return value / 2**n, error / 2**n + 4 * EPS


def _is_empty(unit: Array) -> bool:
    """Whether no direction is on the positive side of all vectors: 0 is among their convex combinations."""
    n, r = unit.shape
    rows = np.vstack([unit.T, np.ones(n)])
    return bool(nnls(rows, np.append(np.zeros(r), 1.0))[1] < DEGENERATE)


def _facets(unit: Array) -> frozenset[int]:
    """Vectors that bound the sector: those that are not positive combinations of the others."""
    kept = list(range(len(unit)))
    for k in range(len(unit)):
        others = [other for other in kept if other != k]
        if others and nnls(unit[others].T, unit[k])[1] < DEGENERATE:
            kept = others
    return frozenset(kept)
