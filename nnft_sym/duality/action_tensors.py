"""From diagrams of the action to symmetric tensors, in the basis in which the two-point function is one.

There every line is −1 and every leg +1. What is not known of K moves the basis: with E = W δK Wᵀ (see
`nnft_sym.duality.whitening`) the true basis is (1 − E/2) W, so that a tensor of r legs changes by −E/2 on
each of its indices, lines and legs by nothing, and the sum of the diagrams by −E/2 on each index again when
it is brought back. Errors are carried to first order, bounds linearly with the sizes of all other factors.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnft_sym.duality.action_diagrams import ActionDiagram
from nnft_sym.duality.symmetric_tensors import carried, changed_basis, distinct, in_full
from nnft_sym.duality.whitening import Whitening
from numerics.lowering.lower import to_float
from numerics.lowering.to_network import DiagramNetwork, DiagramTensors, to_network
from numerics.results.cumulants import EPS
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Blocks, Source, Uncertainty, together

Array = NDArray[np.float64]


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
        Of the same, shape (m, …, m), the motion of the basis included.
    motion : Uncertainty, shape (m, m)
        Of E.
    """

    size: int
    values: Mapping[int, Array]
    uncertainties: Mapping[int, Uncertainty]
    motion: Uncertainty


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
    uncertainties: dict[int, Uncertainty] = {}
    motion = _in_full(basis.perturbation, m, 2)
    for legs, one in connected.items():
        # averaged over the order of its indices: rounding may be much larger than the digits of its size
        values[legs] = in_full(changed_basis(basis.matrix, legs)(one.value[np.newaxis]), m, legs)[0]
        uncertainty = one.uncertainty
        if uncertainty.bound is not None:  # the products with W are rounded
            wider = uncertainty.bound + (legs + m) * EPS * np.abs(one.value)
            uncertainty = Uncertainty(uncertainty.shape, uncertainty.blocks, wider)
        known = _in_full(carried(uncertainty, basis.matrix, legs), m, legs)
        uncertainties[legs] = together([known, moved(values[legs], motion)])
    return Tensors(m, values, uncertainties, motion)


def moved(tensor: Array, motion: Uncertainty) -> Uncertainty:
    """What −E/2 on every index changes in a symmetric tensor (m, …, m)."""

    def change(rows: Array) -> Array:
        return _on_each_index(-0.5 * rows, tensor)

    def size(rows: Array) -> Array:
        return _on_each_index(0.5 * rows, np.abs(tensor))

    return motion.linear(change, size)


def _on_each_index(rows: Array, tensor: Array) -> Array:
    """Σ over the indices of matrices (B, m, m) applied to one of them: (B, m, …, m)."""
    total = np.zeros((len(rows), *tensor.shape))
    for axis in range(tensor.ndim):
        applied = np.tensordot(rows, tensor, axes=([2], [axis]))  # the new index stands first
        total += np.moveaxis(applied, 1, axis + 1)
    return total


def _in_full(known: Uncertainty, m: int, n: int) -> Uncertainty:
    def change(rows: Array) -> Array:
        return in_full(rows, m, n)

    return known.linear(change, change)


class WhiteTerm(NamedTuple):
    """A symmetric coefficient of the action in the white basis.

    Attributes
    ----------
    power : int
        Of the field.
    order : Fraction
        Power of 1/N.
    value : Estimate, shape (M,)
        Distinct elements.
    rounding : ndarray, shape (M,)
        The part of their errors that rounding makes: large where the diagrams cancel.
    """

    power: int
    order: Fraction
    value: Estimate
    rounding: Array


def summed_by_power(diagrams: Iterable[ActionDiagram], tensors: Tensors) -> list[WhiteTerm]:
    """Add up the diagrams of each order and each power of the field; lowest order first."""
    kinds: dict[tuple[Fraction, int], list[ActionDiagram]] = {}
    for one in diagrams:
        kinds.setdefault((one.order, one.power), []).append(one)
    return [summed_diagrams(some, tensors) for _, some in sorted(kinds.items())]


def summed_diagrams(diagrams: Sequence[ActionDiagram], tensors: Tensors) -> WhiteTerm:
    """Add up the diagrams of one power of the field: distinct elements of the symmetric coefficient.

    Parameters
    ----------
    diagrams : sequence of ActionDiagram
        All with the same number of legs, and of the same order.
    tensors : Tensors

    Returns
    -------
    WhiteTerm
    """
    m, given = tensors.size, DiagramTensors(tensors.values, line=-1.0)
    power = diagrams[0].power
    value, rounding = np.zeros((2, *(m,) * power))
    parts = []
    for one in diagrams:
        weight, network = to_float(one.unsigned), to_network(one.diagram, given)
        value += weight * network.value()
        rounded = 8 * EPS * abs(weight) * network.sizes()
        rounding += rounded
        parts.append(_of_vertices(weight, network, tensors, rounded))
    found = distinct(value[np.newaxis], m, power)[0]
    symmetric = in_full(found[np.newaxis], m, power)[0]
    parts.append(moved(symmetric, tensors.motion))
    known = together(parts)

    def average(rows: Array) -> Array:
        return distinct(rows, m, power)

    estimate = Estimate(found, uncertainty=known.linear(average, average))
    return WhiteTerm(power, diagrams[0].order, estimate, average(rounding[np.newaxis])[0])


def _of_vertices(weight: float, network: DiagramNetwork, tensors: Tensors, rounded: Array) -> Uncertainty:
    """What is not known of one diagram, from that of its vertices, and what is rounded."""
    vertices = [
        None if part.tensor is None else tensors.uncertainties[len(part.ends)] for part in network.parts
    ]
    sources = dict.fromkeys(part.source for one in vertices if one is not None for part in one.blocks)
    blocks = tuple(
        Blocks(source, weight * network.deviations([_rows(one, source) for one in vertices]))
        for source in sources
    )
    bound = None
    if all(one is None or one.bound is not None for one in vertices):
        wrong = network.bound([None if one is None else one.bound for one in vertices])
        bound = abs(weight) * wrong + rounded
    shape = (tensors.size,) * network.n_external
    return Uncertainty(shape, blocks, bound)


def _rows(known: Uncertainty | None, source: Source) -> Array | None:
    """Deviations under one source, None where nothing moves."""
    if known is None:
        return None
    return next((part.deviations for part in known.blocks if part.source == source), None)
