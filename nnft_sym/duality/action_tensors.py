"""From diagrams of the action to symmetric tensors, in the basis in which the two-point function is one.

There every line is −1 and every leg +1; what is not known of K changes a line by +E and a leg by −E, with
E = W δK Wᵀ (see `nnft_sym.duality.whitening`). Errors are carried to first order, bounds linearly with the
sizes of all other factors.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnft_sym.duality.action_diagrams import ActionDiagram
from nnft_sym.duality.symmetric_tensors import carried, distinct, in_basis, in_full
from nnft_sym.duality.whitening import Whitening
from numerics.lowering.lower import to_float
from numerics.lowering.to_network import DiagramNetwork, DiagramTensors, to_network
from numerics.results.cumulants import EPS
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Blocks, Source, Uncertainty

Array = NDArray[np.float64]

#: Numbers of deviations held at once.
_AT_ONCE = 4_000_000


#: Diagrams with what stands in front of a contraction.
Weighted = list[tuple[float, DiagramNetwork]]


@dataclass(frozen=True, eq=False)
class Tensors:
    """Connected correlators in the white basis, in full, with what is not known of them.

    Attributes
    ----------
    size : int
        Number m of fields.
    values : mapping of int to ndarray
        By number of legs r ≥ 3.
    uncertainties : mapping of int to Uncertainty
        Of the same, shape (m, …, m); under 2 that of the perturbation E.
    """

    size: int
    values: Mapping[int, Array]
    uncertainties: Mapping[int, Uncertainty]

    @property
    def sources(self) -> list[Source]:
        """The random numbers that the errors come from."""
        found = (part.source for one in self.uncertainties.values() for part in one.blocks)
        return list(dict.fromkeys(found))

    @property
    def bounded(self) -> bool:
        """Whether every error has a bound."""
        return all(one.bound is not None for one in self.uncertainties.values())

    def deviations(self, legs: int, source: Source) -> Array | None:
        """Deviations of one tensor under one source, (B, m, …, m)."""
        parts = self.uncertainties[legs].blocks
        found = [part.deviations for part in parts if part.source == source]
        return found[0] if found else None


def white_tensors(connected: Mapping[int, Estimate], basis: Whitening) -> Tensors:
    """Write the connected correlators of three and more legs in the white basis.

    Parameters
    ----------
    connected : mapping of int to Estimate
        By number of legs, distinct elements.
    basis : Whitening
    """
    m = basis.size
    values: dict[int, Array] = {}
    uncertainties = {2: _in_full(basis.perturbation, m, 2)}
    for legs, one in connected.items():
        values[legs] = in_basis(in_full(one.value[np.newaxis], m, legs), basis.matrix)[0]
        uncertainty = one.uncertainty
        if uncertainty.bound is not None:  # the products with W are rounded
            wider = uncertainty.bound + (legs + m) * EPS * np.abs(one.value)
            uncertainty = Uncertainty(uncertainty.shape, uncertainty.blocks, wider)
        uncertainties[legs] = _in_full(carried(uncertainty, basis.matrix, legs), m, legs)
    return Tensors(m, values, uncertainties)


def _in_full(known: Uncertainty, m: int, n: int) -> Uncertainty:
    def change(rows: Array) -> Array:
        return in_full(rows, m, n)

    return known.linear(change, change)


def summed_diagrams(diagrams: Iterable[ActionDiagram], tensors: Tensors, power: int) -> Estimate:
    """Add up the diagrams of one power of the field: distinct elements of the symmetric coefficient.

    Parameters
    ----------
    diagrams : iterable of ActionDiagram
        All with `power` legs.
    tensors : Tensors
    power : int

    Returns
    -------
    Estimate, shape (M,)
    """
    m, given = tensors.size, DiagramTensors(tensors.values, line=-1.0)
    networks = [(to_float(one.unsigned), to_network(one.diagram, given)) for one in diagrams]
    value = sum((weight * network.value() for weight, network in networks), np.zeros((m,) * power))
    blocks = []
    for source in tensors.sources:
        rows = next(
            len(p.deviations) for u in tensors.uncertainties.values() for p in u.blocks if p.source == source
        )
        step = max(1, _AT_ONCE // m**power)
        chunks = [
            _change(networks, tensors, source, slice(start, min(start + step, rows)), power)
            for start in range(0, rows, step)
        ]
        blocks.append(Blocks(source, np.concatenate(chunks)))
    found = distinct(np.asarray(value)[np.newaxis], m, power)[0]
    bound = _bound(networks, tensors, power) if tensors.bounded else None
    return Estimate(found, uncertainty=Uncertainty(found.shape, tuple(blocks), bound))


def _change(networks: Weighted, tensors: Tensors, source: Source, rows: slice, power: int) -> Array:
    """Deviations of the sum under some blocks of one source."""

    def change(legs: int, sign: float) -> Array | None:
        found = tensors.deviations(legs, source)
        return None if found is None else sign * found[rows]

    # a source may move none of the tensors of a diagram
    parts = [weight * network.deviations(_by_part(network, change)) for weight, network in networks]
    count = next((len(part) for part in parts if part.ndim), rows.stop - rows.start)
    total = np.zeros((count, *(tensors.size,) * power))
    for part in parts:
        total += part
    return distinct(total, tensors.size, power)


def _bound(networks: Weighted, tensors: Tensors, power: int) -> Array:
    """Bound of the sum."""
    shape = (tensors.size,) * power

    def bound(legs: int, sign: float) -> Array | None:
        known: Array | None = tensors.uncertainties[legs].bound
        return known

    total = np.zeros(shape)
    for weight, network in networks:
        size = to_sizes(network).value()
        total = total + abs(weight) * (network.bound(_by_part(network, bound)) + 8 * EPS * size)
    return np.asarray(distinct(total[np.newaxis], tensors.size, power)[0])


def to_sizes(network: DiagramNetwork) -> DiagramNetwork:
    """The same contraction of absolute values."""
    parts = tuple(
        part._replace(factor=abs(part.factor))
        if part.tensor is None
        else part._replace(tensor=np.abs(part.tensor))
        for part in network.parts
    )
    return DiagramNetwork(network.n_external, parts, network.closed)


def _by_part(network: DiagramNetwork, change: Callable[[int, float], Array | None]) -> list[Array | None]:
    """What changes at each part: a vertex by its own tensor, a line by +E, a leg by −E."""
    found = []
    for part in network.parts:
        if part.tensor is not None:
            found.append(change(len(part.ends), 1.0))
        else:
            leg = any(end < network.n_external for end in part.ends)
            found.append(change(2, -1.0 if leg else 1.0))
    return found
