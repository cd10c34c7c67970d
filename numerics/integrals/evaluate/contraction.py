"""Contract a diagram over the nodes of a grid: every diagram is a tensor network.

With w the weights, T_v[S, m] = w_m p_v(y_m) D_m^loops prod_(i in S) K_W(x_i, y_m) for each vertex v, its
profile p_v (1 for a constant coupling) and each set S of inputs on its legs, D_m = K_W(y_m, y_m) and
G[m, m'] = K_W(y_m, y_m'), a connected diagram is ::

    I[S_1, .., S_V] = sum over m_1 .. m_V of  prod_v T_v[S_v, m_v]  prod_(u < v) G[m_u, m_v]^power

One vertex is a plain sum over the nodes; for more, the order of the summations is found once per topology.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from string import ascii_letters
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidKernel, LoweringError
from numerics.integrals.evaluate.backends import Backend, default_table_backend
from numerics.integrals.rules.kinked_lines import KinkedBlock, kinked_blocks
from numerics.integrals.rules.quadrature import Rule
from numerics.kernels.base import Kernel
from numerics.kernels.profiles import Profile
from numerics.lowering.integrand import Integrand
from numerics.lowering.tensor_network import contract_network, plan_contraction

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Multiplications that one kernel value is worth.
_PER_KERNEL = 30.0


@final
@dataclass(eq=False)
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

    kernel: Kernel
    points: Array
    rule: Rule
    nats: float
    backend: Backend | None = None
    _made: dict[str | Profile, Array] = field(default_factory=dict, repr=False)
    _powers: dict[int, Array] = field(default_factory=dict, repr=False)
    #: Whether kinks between vertices are looked for; in tables of sizes alone they do not matter.
    _with_blocks: bool = field(default=True, repr=False)

    def __post_init__(self) -> None:
        self._nodes, self._weights = self.rule.grid(self.nats)

    @property
    def size(self) -> int:
        """Number m of nodes."""
        return len(self._weights)

    @property
    def legs(self) -> Array:
        """K_W(x_i, y_m), shape (n, m)."""
        if "legs" not in self._made:
            self._made["legs"] = self._table(self.points)
        return self._made["legs"]

    @property
    def diagonal(self) -> Array:
        """K_W(y_m, y_m), shape (m,)."""
        if "diagonal" not in self._made:
            values = self.kernel.weight_diagonal(self._nodes)
            self._made["diagonal"] = _checked(values, (self.size,), self.kernel)
        return self._made["diagonal"]

    @property
    def pairs(self) -> Array:
        """K_W(y_m, y_m'), shape (m, m)."""
        if "pairs" not in self._made:
            self._made["pairs"] = self._table(self._nodes)
        return self._made["pairs"]

    def lines(self, power: int) -> Array:
        """K_W(y_m, y_m')^power, shape (m, m), kept for the next diagram.

        Where the kernel has a kink between vertices, with weights of product integration in its place
        (`numerics.integrals.rules.kinked_lines`).
        """
        if power not in self._powers:
            table = self.pairs if power == 1 and not self._blocks else self.pairs**power
            for block in self._blocks:
                table[block.where] = block.table(power)
            self._powers[power] = table
        return self._powers[power]

    @cached_property
    def _blocks(self) -> list[KinkedBlock]:
        return kinked_blocks(self.kernel, self.rule, self.nats) if self._with_blocks else []

    def _table(self, x: Array) -> Array:
        backend = self.backend or default_table_backend(len(x) * len(self._nodes))
        table = backend.kernel_table(self.kernel, x, self._nodes)
        return _checked(table, (len(x), len(self._nodes)), self.kernel)

    def profile(self, profile: Profile) -> Array:
        """p(y_m), shape (m,)."""
        if profile not in self._made:
            self._made[profile] = profile.values(self._nodes)
        return self._made[profile]

    def vertex_weights(self, integrand: Integrand, vertex: int) -> Array:
        """Weights of one vertex with its self-loops and its profile folded in, shape (m,)."""
        profile = integrand.profile(vertex)
        degree = profile.degree or 0.0 if profile else 0.0
        weights = self._weights * self.rule.vertex_factor(integrand.valences[vertex], degree)
        if profile:
            weights = weights * self.profile(profile)
        loops = integrand.loop_counts[vertex]
        return weights * self.diagonal**loops if loops else weights

    def vertex_tensors(self, integrand: Integrand, rows: Sequence[Indices]) -> list[Array]:
        """Weights times legs for each vertex and each row of inputs, shapes (R_v, m)."""
        made: dict[tuple[int, int, int, Profile | None], Array] = {}
        tensors = []
        for v, row in enumerate(rows):
            # vertices of a chain are often alike
            key = (id(row), integrand.valences[v], integrand.loop_counts[v], integrand.profile(v))
            if key not in made:
                made[key] = _leg_products(self.legs, row, self.vertex_weights(integrand, v))
            tensors.append(made[key])
        return tensors

    def widened(self, integrand: Integrand) -> "Tables | None":
        """The tables with |K| + δK in place of K, δK the error of the kernel; None if it has none."""
        legs, pairs = self.legs, self.pairs if integrand.bridges_between else np.zeros((0, 0))
        relative = self.kernel.relative_error  # known once the tables are made
        if relative == 0.0:
            return None
        legs, diagonal, pairs = np.abs(legs), np.abs(self.diagonal), np.abs(pairs)
        sizes, inputs = np.sqrt(diagonal), np.sqrt(np.abs(self.kernel.weight_diagonal(self.points)))
        made = {name: np.abs(table) for name, table in self._made.items()}
        made["legs"] = legs + relative * np.multiply.outer(inputs, sizes)
        made["diagonal"] = diagonal * (1.0 + relative)
        if integrand.bridges_between:
            made["pairs"] = pairs + relative * np.multiply.outer(sizes, sizes)
        return replace(self, _made=made, _powers={}, _with_blocks=False)

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
        made = {name: np.abs(table) for name, table in used.items()}
        return replace(self, _made=made, _powers={}, _with_blocks=False)


def kernel_error_share(
    integrand: Integrand, rows: Sequence[Indices], tables: Tables, backend: Backend
) -> Array | float:
    """Error of an integral from that of the kernel itself: ∫∏(|K| + δK) − ∫∏|K|; zero for formulas."""
    widened = tables.widened(integrand)
    if widened is None:
        return 0.0
    plain = contract(integrand, rows, tables.magnitudes(integrand), backend)
    return np.abs(contract(integrand, rows, widened, backend) - plain)


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
    tensors = tables.vertex_tensors(integrand, rows)
    tensors += [tables.lines(power) for _, _, power in integrand.bridges_between]
    if len(tensors) == 3:
        return np.asarray(tensors[0] @ tensors[2] @ tensors[1].T)
    return contract_network(_subscripts(integrand), tensors)


class Cost(NamedTuple):
    """What a contraction needs.

    Attributes
    ----------
    elements : int
        Numbers held at once, tables included.
    operations : float
        Multiplications.
    """

    elements: int
    operations: float


def contraction_cost(integrand: Integrand, n_rows: Sequence[int], n_nodes: int, n_points: int) -> Cost:
    """Estimate memory and work before doing it.

    Parameters
    ----------
    integrand : Integrand
        Connected.
    n_rows : sequence of int
        Cases wanted per vertex.
    n_nodes, n_points : int
        Nodes per vertex, inputs.

    Returns
    -------
    Cost

    Examples
    --------
    >>> contact = Integrand(4, 1, legs=tuple((i, 0, 1) for i in range(4)))
    >>> contraction_cost(contact, [126], 100, 6)
    Cost(elements=926, operations=50400.0)
    """
    tables = n_nodes * (n_points + 2)
    legs = float(n_nodes) * sum(
        rows * max(1, k) for rows, k in zip(n_rows, integrand.leg_counts, strict=True)
    )
    if integrand.n_vertices == 1:
        return Cost(tables + n_rows[0], legs)
    shapes = [(rows, n_nodes) for rows in n_rows] + [(n_nodes, n_nodes)] * len(integrand.bridges_between)
    plan = plan_contraction(_subscripts(integrand), tuple(shapes))
    elements = tables + sum(prod(shape) for shape in shapes) + 2 * plan.largest
    return Cost(elements, legs + _PER_KERNEL * float(n_nodes) ** 2 + plan.operations)


def _subscripts(integrand: Integrand) -> str:
    """Einstein-summation text: leg axes are the letters after those of the vertices."""
    v = integrand.n_vertices
    if 2 * v > len(ascii_letters):
        raise LoweringError(f"{v} vertices given; contraction on a grid can label {len(ascii_letters) // 2}")
    node, leg = ascii_letters[:v], ascii_letters[v : 2 * v]
    terms = [leg[k] + node[k] for k in range(v)]
    terms += [node[a] + node[b] for a, b, _ in integrand.bridges_between]
    return ",".join(terms) + "->" + leg


def _leg_products(legs: Array, rows: Indices, weights: Array) -> Array:
    """Products of the legs named in each row times the weights, shape (R, m)."""
    if rows.shape[1] == 0:
        return np.broadcast_to(weights, (len(rows), len(weights)))
    product = legs[rows[:, 0]] * weights
    for column in rows.T[1:]:
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
