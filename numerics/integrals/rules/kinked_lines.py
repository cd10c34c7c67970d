"""Tables of lines between vertices for kernels with a kink where the vertices meet.

ReLU-net's K_W(y, z) behaves like |y − z|³ near y = z, so that a product rule for two vertices converges only
like a power of the number of nodes. Where the vertices run along curves (d = 1, or the surface of a square),
the kink is a diagonal of the blocks in which both are on the same piece of curve, and everything else is
smooth there. In these blocks the table is replaced by product integration: with ℓ_m the Lagrange polynomials
of the Gauss–Legendre nodes t_m and w_m the weights, ::

    G[m, m'] = 1/(w_m w_m') ∫∫ ds dt ℓ_m(s) ℓ_m'(t) K_W(y(s), y(t))^p,

integrated over the two triangles s < t and s > t, on each of which K_W is analytic (Atkinson, *The Numerical
Solution of Integral Equations of the Second Kind*, Cambridge 1997, chapter 4). Sums over the nodes then
converge exponentially again.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.integrals.rules.panels import gauss_legendre
from numerics.integrals.rules.quadrature import Curve, KinkPair, Rule
from numerics.kernels.base import Kernel

Array = NDArray[np.float64]

#: Nodes in each direction of a triangle, beyond those of the piece of curve.
_MORE_NODES = 10


class Triangle(NamedTuple):
    """Nodes for the triangle −1 < t < s < 1, and the Lagrange polynomials there.

    Attributes
    ----------
    outer : ndarray, shape (q,)
        Values of s.
    inner : ndarray, shape (q, q)
        Values of t for each s.
    weights : ndarray, shape (q, q)
    at_outer : ndarray, shape (q, n)
        ℓ_m(s).
    at_inner : ndarray, shape (q, q, n)
        ℓ_m(t).
    """

    outer: Array
    inner: Array
    weights: Array
    at_outer: Array
    at_inner: Array


class KinkedBlock:
    """One block of a table, in which both vertices are on pieces of curve that share a kink.

    Parameters
    ----------
    kernel : Kernel
    pair : KinkPair
        Rows and columns of the block.
    """

    def __init__(self, kernel: Kernel, pair: KinkPair) -> None:
        self._first, self._second, self._sign = pair.first, pair.second, -1.0 if pair.opposite else 1.0
        self._symmetric = pair.first is pair.second
        self._triangle = _triangle(pair.first.n)
        self._below = self._kernel_values(kernel, self._first, self._second, 1.0, self._sign)
        if not self._symmetric:
            self._above = self._kernel_values(kernel, self._second, self._first, self._sign, 1.0)

    @property
    def where(self) -> tuple[slice, slice]:
        """Rows and columns of the table."""
        a, b = self._first, self._second
        return slice(a.start, a.start + a.n), slice(b.start, b.start + b.n)

    def table(self, power: int) -> Array:
        """Product-integration weights of K_W^power over those of the grid, shape (n, n)."""
        _, w = gauss_legendre(self._first.n)
        t, _ = gauss_legendre(self._first.n)
        below = self._integrals(self._below, power)
        above = below.T if self._symmetric else self._integrals(self._above, power).T
        found = below + above
        if self._sign < 0.0:
            found = found[:, ::-1]  # nodes are symmetric: ℓ_m(−t) is the polynomial of the mirrored node
        rows, columns = w * self._first.place(t)[1], w * self._second.place(t)[1]
        return np.asarray(found / np.multiply.outer(rows, columns))

    def _kernel_values(
        self, kernel: Kernel, outer: Curve, inner: Curve, outer_sign: float, inner_sign: float
    ) -> tuple[Array, Array]:
        """K_W and the Jacobians on a triangle, each of shape (q, q)."""
        triangle = self._triangle
        y, jacobian = outer.place(outer_sign * triangle.outer)
        values, weights = np.empty_like(triangle.weights), np.empty_like(triangle.weights)
        for a in range(len(y)):
            z, other = inner.place(inner_sign * triangle.inner[a])
            values[a] = kernel.weight(y[a : a + 1], z)[0]
            weights[a] = triangle.weights[a] * jacobian[a] * other
        return values, weights

    def _integrals(self, of: tuple[Array, Array], power: int) -> Array:
        """∫∫ ℓ_m(s) ℓ_m'(t) K^power over one triangle, shape (n, n): the outer variable first."""
        values, weights = of
        inner = np.matmul((values**power * weights)[:, np.newaxis, :], self._triangle.at_inner)[:, 0]
        return np.asarray(self._triangle.at_outer.T @ inner)


@lru_cache(maxsize=32)
def _triangle(n: int) -> Triangle:
    s, w = gauss_legendre(n + _MORE_NODES)
    inner = -1.0 + 0.5 * np.multiply.outer(1.0 + s, 1.0 + s)
    weights = np.multiply.outer(0.5 * w * (1.0 + s), w)
    return Triangle(s, inner, weights, _lagrange(n, s), _lagrange(n, inner))


def _lagrange(n: int, t: Array) -> Array:
    """Lagrange polynomials of the n Gauss–Legendre nodes; shape (...) -> (..., n)."""
    nodes, weights = gauss_legendre(n)
    # ℓ_m(t) = w_m Σ_k (k + 1/2) P_k(t_m) P_k(t), as the rule integrates P_j P_k exactly
    at_nodes = np.polynomial.legendre.legvander(nodes, n - 1) * (np.arange(n) + 0.5)
    return np.asarray(np.polynomial.legendre.legvander(t, n - 1) @ (at_nodes * weights[:, np.newaxis]).T)


def kinked_blocks(kernel: Kernel, rule: Rule, nats: float) -> list[KinkedBlock]:
    """Blocks of a table that need product integration; none if the kernel is smooth where vertices meet.

    Parameters
    ----------
    kernel : Kernel
    rule : Rule
    nats : float
        Accuracy asked of the rule.

    Examples
    --------
    >>> from numerics.kernels.arc import ErfKernel, ReLUKernel
    >>> from numerics.integrals.rules.panels import linear_panels
    >>> from numerics.integrals.rules.quadrature import TensorRule
    >>> rule = TensorRule((linear_panels(1.0, [0.0]),))
    >>> [len(kinked_blocks(kernel, rule, 10.0)) for kernel in (ErfKernel(), ReLUKernel(1.0, 0.5))]
    [0, 2]
    """
    if not kinks_where_vertices_meet(kernel):
        return []
    return [KinkedBlock(kernel, pair) for pair in rule.kink_pairs(nats)]


def kinks_where_vertices_meet(kernel: Kernel) -> bool:
    """Whether K_W(y, z) is not smooth at y = z, or for homogeneous kernels at parallel y and z."""
    probe = np.full((1, kernel.d_in), 0.4711)
    moving = all(np.any(kinks == 0.4711) for kinks in kernel.kinks(probe))
    return moving or len(kernel.kink_rays(probe)) > 0
