"""Contract a diagram over the nodes of a grid: every diagram is a tensor network.

With w the weights, T_v[S, m] = w_m p_v(y_m) D_m^loops prod_(i in S) K_W(x_i, y_m) for each vertex v, its
profile p_v (1 for a constant coupling) and each set S of inputs on its legs, D_m = K_W(y_m, y_m) and
G[m, m'] = K_W(y_m, y_m'), a connected diagram is ::

    I[S_1, .., S_V] = sum over m_1 .. m_V of  prod_v T_v[S_v, m_v]  prod_(u < v) G[m_u, m_v]^power

One vertex is a plain sum over the nodes; for more, the order of the summations is found once per topology.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from string import ascii_letters
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from numerics.backends import Backend, default_table_backend
from numerics.errors import InvalidKernel, LoweringError
from numerics.integrand import Integrand
from numerics.kernels import Kernel
from numerics.profiles import Profile
from numerics.quadrature import Rule
from numerics.tensor_network import contract_network

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Up to this many tensors the best order of contraction is searched exhaustively.
_EXHAUSTIVE = 6
#: Largest intermediate tensor considered; `contraction_elements` tells how large it really is.
_ELEMENTS = 2**40


@final
class Tables:
    """Kernel values on the grid of a rule, made when first asked for and shared by all diagrams.

    Parameters
    ----------
    kernel : Kernel
    points : ndarray, shape (n, d)
    rule : Rule
    nats : float
        Accuracy asked of the rule.
    backend : Backend, optional
        What evaluates the kernel; default: chosen by the size of each table.

    Raises
    ------
    InvalidKernel
        When a table is made and the kernel returns NaN, infinity or a wrong shape.
    """

    def __init__(
        self, kernel: Kernel, points: Array, rule: Rule, nats: float, backend: Backend | None = None
    ) -> None:
        self._backend = backend
        self._kernel = kernel
        self._points = points
        self._rule = rule
        self._nodes, self._weights = rule.grid(nats)
        self._made: dict[str | Profile, Array] = {}

    @property
    def size(self) -> int:
        """Number m of nodes."""
        return len(self._weights)

    @property
    def legs(self) -> Array:
        """K_W(x_i, y_m), shape (n, m)."""
        if "legs" not in self._made:
            self._made["legs"] = self._table(self._points)
        return self._made["legs"]

    @property
    def diagonal(self) -> Array:
        """K_W(y_m, y_m), shape (m,)."""
        if "diagonal" not in self._made:
            values = self._kernel.weight_diagonal(self._nodes)
            self._made["diagonal"] = _checked(values, (self.size,), self._kernel)
        return self._made["diagonal"]

    @property
    def pairs(self) -> Array:
        """K_W(y_m, y_m'), shape (m, m)."""
        if "pairs" not in self._made:
            self._made["pairs"] = self._table(self._nodes)
        return self._made["pairs"]

    def _table(self, x: Array) -> Array:
        backend = self._backend or default_table_backend(len(x) * len(self._nodes))
        table = backend.kernel_table(self._kernel, x, self._nodes)
        return _checked(table, (len(x), len(self._nodes)), self._kernel)

    def profile(self, profile: Profile) -> Array:
        """p(y_m), shape (m,)."""
        if profile not in self._made:
            self._made[profile] = profile.values(self._nodes)
        return self._made[profile]

    def vertex_weights(self, integrand: Integrand, vertex: int) -> Array:
        """Weights of one vertex with its self-loops and its profile folded in, shape (m,)."""
        profile = integrand.profile(vertex)
        degree = profile.degree or 0.0 if profile else 0.0
        weights = self._weights * self._rule.vertex_factor(integrand.valences[vertex], degree)
        if profile:
            weights = weights * self.profile(profile)
        loops = integrand.loop_counts[vertex]
        return weights * self.diagonal**loops if loops else weights

    def magnitudes(self, integrand: Integrand) -> "Tables":
        """The tables with |K| in place of K; these very tables if no factor is negative anywhere."""
        used: dict[str | Profile, Array] = {"legs": self.legs}
        used |= {profile: self.profile(profile) for profile in integrand.profiles if profile}
        if any(integrand.loop_counts):
            used["diagonal"] = self.diagonal
        if integrand.bridges_between:
            used["pairs"] = self.pairs
        if all(table.min(initial=0.0) >= 0.0 for table in used.values()):
            return self
        other = object.__new__(Tables)
        other.__dict__.update(self.__dict__)
        other._made = {name: np.abs(table) for name, table in used.items()}
        return other


def contract(integrand: Integrand, rows: Sequence[Indices], tables: Tables, backend: Backend) -> Array:
    """Integrate a connected integrand for given inputs on its legs.

    Parameters
    ----------
    integrand : Integrand
        One of `Integrand.parts`: connected, without lines between external points.
    rows : sequence of ndarray of int, one per vertex, shape (R_v, legs of v)
        Which input each leg of the vertex ends on, for every case wanted.
    tables : Tables
    backend : Backend

    Returns
    -------
    ndarray, shape (R_1, .., R_V)
        All combinations of the rows; without the prefactor.
    """
    if integrand.n_vertices == 1:
        return backend.product_sums(tables.legs, rows[0], tables.vertex_weights(integrand, 0))
    tensors = [
        _leg_products(tables.legs, rows[v]) * tables.vertex_weights(integrand, v)
        for v in range(integrand.n_vertices)
    ]
    tensors += [tables.pairs**power for _, _, power in integrand.bridges_between]
    if len(tensors) == 3:
        return np.asarray(tensors[0] @ tensors[2] @ tensors[1].T)
    subscripts = _subscripts(integrand)
    path = _path(subscripts, tuple(tensor.shape for tensor in tensors))
    return contract_network(subscripts, tensors, path[1:])


def contraction_elements(integrand: Integrand, n_rows: Sequence[int], n_nodes: int, n_points: int) -> int:
    """Count the numbers held at once while contracting, tables included; a bound for memory.

    Examples
    --------
    >>> contact = Integrand(4, 1, legs=tuple((i, 0, 1) for i in range(4)))
    >>> contraction_elements(contact, [126], 100, 6)
    926
    """
    tables = n_nodes * (n_points + 2)
    if integrand.n_vertices == 1:
        return tables + n_rows[0]
    shapes = [(rows, n_nodes) for rows in n_rows] + [(n_nodes, n_nodes)] * len(integrand.bridges_between)
    subscripts = _subscripts(integrand)
    inputs, output = subscripts.split("->")
    held = [set(term) for term in inputs.split(",")]
    size = {
        letter: n
        for term, shape in zip(inputs.split(","), shapes, strict=True)
        for letter, n in zip(term, shape, strict=True)
    }
    largest = max(prod(shape) for shape in shapes)
    for pair in _path(subscripts, tuple(shapes))[1:]:
        taken = set().union(*(held.pop(k) for k in sorted(pair, reverse=True)))
        held.append(taken & set(output).union(*held) if held else set(output))
        largest = max(largest, prod(size[letter] for letter in held[-1]))
    return tables + sum(prod(shape) for shape in shapes) + 2 * largest


def _subscripts(integrand: Integrand) -> str:
    """Einstein-summation text: leg axes are the letters after those of the vertices."""
    v = integrand.n_vertices
    if 2 * v > len(ascii_letters):
        raise LoweringError(f"{v} vertices given; contraction on a grid can label {len(ascii_letters) // 2}")
    node, leg = ascii_letters[:v], ascii_letters[v : 2 * v]
    terms = [leg[k] + node[k] for k in range(v)]
    terms += [node[a] + node[b] for a, b, _ in integrand.bridges_between]
    return ",".join(terms) + "->" + leg


@lru_cache(maxsize=512)
def _path(subscripts: str, shapes: tuple[tuple[int, ...], ...]) -> tuple[Any, ...]:
    """Order of pairwise contractions, in the form `numpy.einsum` takes it."""
    stand_ins = [np.broadcast_to(0.0, shape) for shape in shapes]
    search = "optimal" if len(shapes) <= _EXHAUSTIVE else "greedy"
    # Without a limit of its own NumPy allows no intermediate tensor larger than the largest input.
    path: list[Any] = np.einsum_path(subscripts, *stand_ins, optimize=(search, _ELEMENTS))[0]
    return tuple(path)


def _leg_products(legs: Array, rows: Indices) -> Array:
    product = np.ones((len(rows), legs.shape[1]))
    for column in rows.T:
        product *= legs[column]
    return product


def _checked(values: Array, shape: tuple[int, ...], kernel: Kernel) -> Array:
    if np.shape(values) != shape or not np.isfinite(np.sum(values)):
        what = f"shape {np.shape(values)}" if np.shape(values) != shape else "NaN or infinite values"
        raise InvalidKernel(
            f"{type(kernel).__name__} returned {what} where finite numbers of shape {shape} are needed; "
            "check its formula at large arguments, or lower the cutoff"
        )
    return values
