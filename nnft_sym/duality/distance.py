"""How far an action is from that of the Gaussian process, and from one that has a single vertex.

The measure is the standard deviation of a part of S over fields of the Gaussian process, S being defined up
to a constant. In the basis in which K is one a symmetric tensor T of p legs is a sum of Hermite tensors,

    T·ξ^p = Σ_j T_k·He_k(ξ),   T_k = p!/(k! 2^j j!) tr^j T,   k = p − 2 j,   E[(T_k·He_k)²] = k! |T_k|²,

so that it follows without drawing fields. At leading order a vertex of v legs is −G̃^(v)/v!·He_v, and a single
vertex with one constant coupling λ has G̃^(v) = λ c̃, c the coefficient of λ in the v-point function: what it
leaves of the vertex is |G̃ − λ c̃|/|G̃|, least at λ = (c̃·G̃)/|c̃|².

Outputs that are nearly linearly dependent leave no inverse of K. So fields are looked at along the directions
in which they vary most, as many of these as leave digits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, sqrt
from typing import final

import numpy as np
from numpy.typing import NDArray

from nnft_sym.duality.cumulant_action import ActionTerm, CumulantAction, action_from_cumulants
from nnft_sym.duality.symmetric_tensors import arrangements, changed_basis, in_full
from nnft_sym.errors import InvalidExpansion
from numerics.fields.field_set import FieldSet
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]

#: Directions are kept as long as errors of all vertices stay below this share of their sizes.
DIGITS = 1e-2


@final
@dataclass(frozen=True, eq=False)
class ActionAlong:
    """The action of a few linear combinations of the fields.

    Attributes
    ----------
    matrix : ndarray, shape (r, m)
        Row by row the combinations, each of variance one and without correlations among them.
    action : CumulantAction
        Over these r combinations.
    """

    matrix: Array
    action: CumulantAction

    @property
    def directions(self) -> int:
        """Number r of combinations."""
        return len(self.matrix)

    def vertex(self, tensor: Correlator) -> Estimate:
        """Write a symmetric tensor over all fields along the directions, by its distinct elements."""
        return _along(tensor, self.matrix)

    def sizes(self) -> dict[tuple[Fraction, int], Estimate]:
        """Standard deviation over the Gaussian process of every term, by order in 1/N and power."""
        return {
            (term.order, term.power): deviation([term])
            for term in self.action.terms
            if term.power and term.order
        }

    def sizes_by_order(self) -> dict[Fraction, Estimate]:
        """The same of everything of one order in 1/N."""
        orders = sorted({term.order for term in self.action.terms if term.order})
        return {
            order: deviation([term for term in self.action.terms if term.order == order]) for order in orders
        }


def action_along(
    connected: Mapping[int, Correlator], order: object = "1/N", directions: int | None = None
) -> ActionAlong:
    """Find the action along the directions in which the fields vary most.

    Parameters
    ----------
    connected : mapping of int to Correlator
        Connected correlators by number of points, as `action_from_cumulants` needs them.
    order : str, int or Fraction
        Largest power of 1/N.
    directions : int, optional
        How many; default: as many as leave an error below one hundredth of each vertex, one at least.

    Raises
    ------
    InvalidExpansion
        If the fields do not vary in so many directions, or correlators are missing.
    ProblemTooLarge
        If there are too many fields for tensors of so many legs.

    Examples
    --------
    ReLU-net without biases has one degree of freedom at positive inputs:

    >>> from numerics.exact.correlators import exact_correlators
    >>> from numerics.networks.relu import ReLUNet
    >>> exact = exact_correlators(ReLUNet(width=10), [[0.5], [1.0], [2.0]], (2, 4)).connected()
    >>> found = action_along({n: exact[n] for n in exact})
    >>> found.directions, [round(float(one.value), 4) for one in found.sizes_by_order().values()]
    (1, [0.3062])
    """
    if 2 not in connected:
        raise InvalidExpansion(f"correlators of {sorted(connected)} points were given, and not of two")
    two = connected[2]
    rows = principal_directions(in_full(two.value[np.newaxis], len(two.fields), 2)[0])
    if directions is not None and not 1 <= directions <= len(rows):
        raise InvalidExpansion(f"{directions} directions were asked for; the fields vary in {len(rows)}")
    for r in range(directions or len(rows), 0, -1):
        along = {n: _along(one, rows[:r]) for n, one in connected.items()}
        if r in (1, directions) or all(_digits(one, r, n) <= DIGITS for n, one in along.items()):
            break
    fields = FieldSet(np.arange(1.0, r + 1.0))
    made = {n: Correlator.over(fields, n, Part.CONNECTED, one) for n, one in along.items()}
    return ActionAlong(rows[:r], action_from_cumulants(made, order))


def principal_directions(kernel: Array) -> Array:
    """Combinations of unit variance without correlations, those of largest variance first; shape (rank, m).

    Raises
    ------
    InvalidExpansion
        If there is none.

    Examples
    --------
    >>> principal_directions(np.array([[1.0, 1.0], [1.0, 1.0]])).round(6).tolist()
    [[0.5, 0.5]]
    """
    values, vectors = np.linalg.eigh(kernel)
    kept = np.flatnonzero(values > 4 * len(kernel) * np.finfo(np.float64).eps * np.abs(values).max(initial=0))
    if not len(kept):
        raise InvalidExpansion("the two-point function vanishes: there is nothing whose action could be told")
    found = (vectors[:, kept[::-1]] / np.sqrt(values[kept[::-1]])).T
    # the sign of a direction is free: the largest share is positive
    largest = np.abs(found).argmax(axis=1)
    return np.asarray(found * np.sign(found[np.arange(len(found)), largest])[:, np.newaxis])


def deviation(terms: Iterable[ActionTerm]) -> Estimate:
    """Standard deviation of a sum of terms over the Gaussian process; the basis is one in which K is one.

    Parameters
    ----------
    terms : iterable of ActionTerm

    Returns
    -------
    Estimate, shape ()
    """
    values: dict[int, Array] = {}
    errors: dict[int, Array] = {}
    for term in terms:
        m = len(term.tensor.fields)
        for sums, rows in ((values, term.tensor.value), (errors, term.tensor.error)):
            for k, part in _hermite(rows, m, term.power).items():
                sums[k] = sums.get(k, np.zeros_like(part)) + part
    square = sum(factorial(k) * float(np.sum(part**2)) for k, part in values.items() if k)
    # the error of a norm is at most the norm of the errors
    error = sqrt(sum(factorial(k) * float(np.sum(part**2)) for k, part in errors.items() if k))
    return Estimate(sqrt(square), error, "Hermite tensors of the action")


def closest_constant(vertex: Estimate, unit: Estimate, m: int, legs: int) -> Estimate:
    """The constant coupling whose vertex is closest to a given one.

    Parameters
    ----------
    vertex : Estimate
        Connected correlator along m directions, by its distinct elements.
    unit : Estimate
        Coefficient of the coupling in that correlator, likewise.
    m, legs : int

    Returns
    -------
    Estimate, shape ()
    """
    weight = arrangements(m, legs)
    square = float(np.sum(weight * unit.value**2))
    value = float(np.sum(weight * unit.value * vertex.value)) / square if square else np.nan
    size, off = (np.sqrt(np.sum(weight * one**2)) for one in (unit.value, unit.error))
    doubt = np.sqrt(np.sum(weight * vertex.error**2)) / size if square else np.inf
    length = np.sqrt(np.sum(weight * vertex.value**2))
    error = float(doubt + (abs(value) + length / size) * off / size) if square else np.inf
    return Estimate(value, error, "least distance along the directions")


def share_left(vertex: Estimate, unit: Estimate, constant: float, m: int, legs: int) -> Estimate:
    """What a constant coupling leaves of a vertex: |G̃ − λ c̃|/|G̃|.

    Returns
    -------
    Estimate, shape ()

    Examples
    --------
    >>> one = Estimate(np.array([2.0]), np.array([0.0]))
    >>> float(share_left(one, one, 0.75, m=1, legs=4).value)
    0.25
    """
    weight = arrangements(m, legs)

    def norm(rows: Array) -> float:
        return float(np.sqrt(np.sum(weight * rows**2)))

    whole = norm(vertex.value)
    if not whole:
        return Estimate(np.nan, np.inf)
    left = norm(vertex.value - constant * unit.value) / whole
    error = (norm(vertex.error) * (1 + left) + abs(constant) * norm(unit.error)) / whole
    return Estimate(left, error, "vertices along the directions")


def _along(tensor: Correlator, matrix: Array) -> Estimate:
    """Distinct elements along the directions, with bounds of what errors and rounding may add up to."""
    turn, wide = changed_basis(matrix, tensor.order), changed_basis(np.abs(matrix), tensor.order)
    value = turn(tensor.value[np.newaxis])[0]
    unsure = tensor.error + 4 * np.finfo(np.float64).eps * np.abs(tensor.value)
    return Estimate(value, wide(unsure[np.newaxis])[0], tensor.method)


def _digits(one: Estimate, m: int, legs: int) -> float:
    """Error of a tensor relative to its size."""
    weight = arrangements(m, legs)
    size, error = (float(np.sqrt(np.sum(weight * part**2))) for part in (one.value, one.error))
    return error / size if size else (np.inf if error else 0.0)


def _hermite(rows: Array, m: int, power: int) -> dict[int, Array]:
    """Take a symmetric tensor apart into traceful Hermite components, in full."""
    tensor = in_full(rows[np.newaxis], m, power)[0]
    found = {}
    for j in range(power // 2 + 1):
        k = power - 2 * j
        found[k] = factorial(power) / (factorial(k) * 2**j * factorial(j)) * tensor
        if k >= 2:
            tensor = np.trace(tensor, axis1=0, axis2=1)
    return found
