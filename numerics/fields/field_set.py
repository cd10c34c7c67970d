"""Which fields are looked at: each an input x and the number of an output of the network, f_a(x)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, Union, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import counted, shown
from numerics.errors import InvalidPoints
from numerics.fields.index_sets import multisets
from numerics.fields.points import Points, as_points
from numerics.given import as_number, as_real_array, as_whole, as_wholes

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: What may be given where fields are needed: inputs alone, or a `FieldSet`.
Fields: TypeAlias = Union[Points, "FieldSet"]

_POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NUMBERS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
#: Fields that a repr shows, and coordinates of each.
MOST_FIELDS, MOST_COORDINATES = 6, 4


@final
@dataclass(frozen=True, eq=False, init=False)
class FieldSet:
    """A list of fields f_a(x); repetitions are allowed.

    Parameters
    ----------
    inputs : array_like, shape (n, d)
        Where each field stands.
    outputs : sequence of int, length n, optional
        Which output of the network it is, numbered from 1. To have all outputs at a point, list it once per
        output. The numbers are labels, counted in ascending order. Default: one output, which has the number
        0 everywhere.

    Raises
    ------
    InvalidPoints
        If the inputs are no points, or there is not one positive whole number for each of them.

    Examples
    --------
    >>> fields = FieldSet([[0.2], [0.2], [1.0]], outputs=(1, 2, 1))
    >>> len(fields), fields.d_in, fields.labels(2)[:2]
    (3, 1, ('f₁(0.2)²', 'f₁(0.2) f₂(0.2)'))
    """

    inputs: Array
    outputs: Indices

    def __init__(self, inputs: Points, outputs: Sequence[int] | Indices | None = None) -> None:
        places = as_points(inputs)
        labels = as_outputs(outputs, len(places))
        for name, array in (("inputs", places), ("outputs", labels)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.inputs)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FieldSet):
            return NotImplemented
        return np.array_equal(self.inputs, other.inputs) and np.array_equal(self.outputs, other.outputs)

    def __hash__(self) -> int:
        # 0 and −0 are equal
        return hash(((self.inputs + 0.0).tobytes(), self.outputs.tobytes()))

    def __repr__(self) -> str:
        first = ", ".join(self.short_label([row]) for row in range(min(len(self), MOST_FIELDS)))
        more = f", ... ({counted(len(self), 'field')})" if len(self) > MOST_FIELDS else ""
        return f"<FieldSet: {first}{more}>"

    @property
    def d_in(self) -> int:
        """Dimension of the inputs."""
        return int(self.inputs.shape[1])

    @property
    def single_output(self) -> bool:
        """Whether no output was named: a network with one output."""
        return not self.outputs.any()

    @property
    def output_numbers(self) -> Indices:
        """The outputs in use numbered 0, 1, ... in ascending order of their labels, shape (n,).

        Examples
        --------
        >>> FieldSet([0.0, 1.0, 2.0], [7, 12, 7]).output_numbers.tolist()
        [0, 1, 0]
        """
        return np.unique(self.outputs, return_inverse=True)[1].astype(np.int64)

    def multisets(self, order: int) -> Indices:
        """Index sets of a symmetric tensor over these fields; see `numerics.fields.index_sets.multisets`."""
        return multisets(len(self), order)

    def labels(self, order: int) -> tuple[str, ...]:
        """Name every product of `order` fields, in the order of `multisets`.

        Examples
        --------
        >>> FieldSet([[0.5], [1.0]]).labels(3)
        ('f(0.5)³', 'f(0.5)² f(1)', 'f(0.5) f(1)²', 'f(1)³')
        """
        return tuple(self.label(row) for row in self.multisets(order).tolist())

    def label(self, indices: Sequence[int]) -> str:
        """Name one product of fields, by their numbers."""
        return self._label(indices, self.d_in)

    def short_label(self, indices: Sequence[int]) -> str:
        """Name one product of fields, with the first coordinates of each input only.

        Examples
        --------
        >>> FieldSet([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]]).short_label([0])
        'f(0.1, 0.2, 0.3, ...)'
        """
        return self._label(indices, self.d_in if self.d_in <= MOST_COORDINATES else MOST_COORDINATES - 1)

    def _label(self, indices: Sequence[int], coordinates: int) -> str:
        factors = []
        for index, power in Counter(indices).items():
            output = "" if self.single_output else str(self.outputs[index]).translate(_NUMBERS)
            first = [f"{coordinate:.6g}" for coordinate in self.inputs[index, :coordinates].tolist()]
            place = ", ".join(first if coordinates == self.d_in else [*first, "..."])
            factors.append(f"f{output}({place})" + (str(power).translate(_POWERS) if power > 1 else ""))
        return " ".join(factors)

    def distinct(self) -> tuple[FieldSet, Indices, Indices]:
        """Drop repeated fields, which would only repeat work.

        Returns
        -------
        fields : FieldSet
        kept : ndarray of int, shape (n_distinct,)
            Where each of them stands in this one.
        number_of : ndarray of int, shape (n,)
            Which of them each field is.

        Examples
        --------
        >>> fields, kept, number_of = FieldSet([2.0, 1.0, 2.0]).distinct()
        >>> fields.inputs.tolist(), kept.tolist(), number_of.tolist()
        ([[1.0], [2.0]], [1, 0], [1, 0, 1])
        """
        _, kept, number_of = np.unique(
            np.column_stack([self.inputs, self.outputs]), axis=0, return_index=True, return_inverse=True
        )
        if len(kept) == len(self):
            kept = number_of = np.arange(len(self))
        some = FieldSet(self.inputs[kept], self.outputs[kept])
        return some, kept.astype(np.int64), number_of.reshape(-1).astype(np.int64)

    def preactivations(self, sigma_w: float, sigma_b: float = 0.0) -> Array:
        """Write z(x) = W·x + b as a linear function of independent standard parameters, (W, b) → v·g.

        Parameters
        ----------
        sigma_w, sigma_b : float
            W ~ N(0, σ_W²/d), b ~ N(0, σ_b²).

        Returns
        -------
        ndarray, shape (n, d + 1)
            σ_W x/√d and σ_b: scalar products of rows are covariances of the pre-activations.
        """
        return preactivations(self.inputs, sigma_w, sigma_b)

    def span(self, sigma_w: float = 1.0, sigma_b: float = 0.0) -> Array:
        """Write the pre-activations in the fewest and best-aligned directions; see `principal_axes`."""
        return principal_axes(self.preactivations(sigma_w, sigma_b))

    def shifted(self, by: ArrayLike) -> FieldSet:
        """Move all inputs by one vector of shape (d,)."""
        vector = as_real_array(
            by, "coordinates", InvalidPoints, f"{self.d_in} coordinates are needed"
        ).ravel()
        if len(vector) != self.d_in:
            raise InvalidPoints(f"a shift by {len(vector)} coordinates was given; {self.d_in} are needed")
        return FieldSet(self.inputs + vector, self.outputs)

    def rotated(self, matrix: ArrayLike) -> FieldSet:
        """Apply an orthogonal matrix of shape (d, d) to every input.

        Raises
        ------
        InvalidPoints
            If the matrix is not orthogonal.

        Examples
        --------
        >>> FieldSet([[1.0, 0.0]]).rotated([[0.0, -1.0], [1.0, 0.0]]).inputs.tolist()
        [[0.0, 1.0]]
        """
        needed = f"an orthogonal matrix of shape ({self.d_in}, {self.d_in}) is needed"
        found = as_real_array(matrix, "elements", InvalidPoints, needed)
        if found.shape != (self.d_in,) * 2 or not np.allclose(found @ found.T, np.eye(self.d_in), atol=1e-10):
            raise InvalidPoints(f"the matrix {shown(found.tolist())} was given; {needed}")
        return FieldSet(self.inputs @ found.T, self.outputs)

    def reflected(self, axis: int | None = None) -> FieldSet:
        """Change the sign of one coordinate, or of all."""
        signs = np.ones(self.d_in)
        signs[slice(None) if axis is None else self._axis(axis)] = -1.0
        return FieldSet(self.inputs * signs, self.outputs)

    def permuted(self, axes: Sequence[int]) -> FieldSet:
        """Permute the coordinates of every input."""
        order = [self._axis(axis) for axis in axes]
        if sorted(order) != list(range(self.d_in)):
            raise InvalidPoints(
                f"axes = {shown(list(axes))} was given; a permutation of 0 to {self.d_in - 1} is needed"
            )
        return FieldSet(self.inputs[:, order], self.outputs)

    def scaled(self, factor: float) -> FieldSet:
        """Multiply all inputs by one number."""
        number = as_number(factor, "factor", InvalidPoints, "a finite number is needed")
        return FieldSet(self.inputs * number, self.outputs)

    def _axis(self, axis: int) -> int:
        number = as_whole(axis, "axis", InvalidPoints, least=0)
        if number >= self.d_in:
            raise InvalidPoints(f"axis {axis} was given; the inputs have axes 0 to {self.d_in - 1}")
        return number


def as_field_set(fields: Fields, outputs: Sequence[int] | None = None, d_in: int | None = None) -> FieldSet:
    """Return fields as a `FieldSet`, or say what is wrong with them.

    Parameters
    ----------
    fields : FieldSet, or array_like of shape (n, d) or (n,)
        Inputs alone have the `outputs`, by default one.
    outputs : sequence of int, length n, optional
    d_in : int, optional
        The dimension the inputs must have.

    Returns
    -------
    FieldSet

    Raises
    ------
    InvalidPoints
        If they are no fields, or outputs are given twice.

    Examples
    --------
    >>> as_field_set([0.2, 1.0], outputs=(1, 2))
    <FieldSet: f₁(0.2), f₂(1)>
    """
    if isinstance(fields, FieldSet):
        if outputs is not None:
            raise InvalidPoints(
                f"outputs = {shown(outputs)} were given beside a FieldSet, which has outputs of its "
                "own; leave them out"
            )
        as_points(fields.inputs, d_in)
        return fields
    return FieldSet(as_points(fields, d_in), outputs)


def as_outputs(outputs: Sequence[int] | Indices | None, n_points: int) -> Indices:
    """Return the output of the field at each point; None means one output.

    Parameters
    ----------
    outputs : sequence of int, length n_points, or None
    n_points : int

    Returns
    -------
    ndarray of int64, shape (n_points,)

    Raises
    ------
    InvalidPoints
        If there is not one positive whole number per point.

    Examples
    --------
    >>> as_outputs([1, 2], 2).tolist(), as_outputs(None, 3).tolist()
    ([1, 2], [0, 0, 0])
    """
    if outputs is None:
        return np.zeros(n_points, dtype=np.int64)
    needed = f"one positive whole number, the output, for each of {n_points} point(s) is needed"
    found = as_wholes(outputs, "outputs", InvalidPoints, needed, least=0, most=1 << 62)
    if 0 in found and any(found):
        raise InvalidPoints(
            f"outputs {shown(list(found))} were given; outputs are numbered from 1, and 0 everywhere stands "
            "for one output"
        )
    if len(found) != n_points:
        raise InvalidPoints.about(
            "outputs",
            f"{','.join(map(str, found[:20]))} was given for {n_points} point(s); one whole number, the "
            "output, is needed for each point",
        )
    return np.array(found, dtype=np.int64)


def preactivations(points: Array, sigma_w: float, sigma_b: float = 0.0) -> Array:
    """Do as `FieldSet.preactivations` for points alone.

    Examples
    --------
    >>> preactivations(np.array([[3.0, 1.0, 0.0, 0.0]]), sigma_w=2.0, sigma_b=0.5).tolist()
    [[3.0, 1.0, 0.0, 0.0, 0.5]]
    """
    slope = sigma_w / float(np.sqrt(points.shape[1]))
    return np.column_stack([slope * points, np.full(len(points), float(sigma_b))])


def principal_axes(vectors: Array, tolerance: float = float(np.finfo(np.float64).eps)) -> Array:
    """Write vectors v_i in the fewest and best-aligned directions.

    Parameters
    ----------
    vectors : ndarray, shape (n, k)
    tolerance : float, optional
        Directions shorter than this times the longest are left out.

    Returns
    -------
    ndarray, shape (n, rank)
        With the same scalar products; columns are orthogonal, longest first.

    Examples
    --------
    >>> principal_axes(np.array([[3.0, 4.0], [6.0, 8.0]])).shape
    (2, 1)
    """
    left, lengths, _ = np.linalg.svd(vectors, full_matrices=False)
    kept = lengths > tolerance * lengths[0]
    axes: Array = left[:, kept] * lengths[kept]
    return axes
