"""Groups of transformations of a field: of its outputs, f → R f, or of its inputs, f(x) → f(g x).

What to use when: `nnft_sym.symmetries.named_groups.group` makes a group from its name, and
`nnft_sym.symmetries.own_groups` from matrices or maps of the user.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import permutations, product
from math import atan2, cos, factorial, pi, sin
from typing import Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from nnft_sym.errors import InvalidSymmetry
from numerics.errors import InvalidPoints
from numerics.fields.field_set import FieldSet

Array = NDArray[np.float64]
Acts: TypeAlias = Literal["outputs", "inputs"]
InputMap: TypeAlias = Callable[[Array], Array]

#: How far M Mᵀ may be from one for M to count as orthogonal.
ORTHOGONAL = 1e-9
#: Coordinates of a matrix or a shift that a description shows.
_SHOWN = 4


@final
@dataclass(frozen=True, eq=False)
class Affine:
    """The map x → matrix·x + shift of inputs.

    Attributes
    ----------
    matrix : ndarray, shape (d, d)
    shift : ndarray, shape (d,)
    """

    matrix: Array
    shift: Array

    def __call__(self, points: Array) -> Array:
        """Move points of shape (n, d)."""
        moved: Array = points @ self.matrix.T + self.shift
        return moved


@final
@dataclass(frozen=True, eq=False)
class Element:
    """One transformation of a field.

    Attributes
    ----------
    description : str
        For tables and witnesses.
    outputs : ndarray, shape (D, D), or None
        R of f → R f: the output of number a becomes Σ_b R_ab f_b.
    inputs : Affine or callable or None
        Map of inputs, (n, d) -> (n, d): f(x) → f(g x).

    Examples
    --------
    >>> import nnft_sym as nn
    >>> turn = nn.one_parameter_family([[0.0, -1.0], [1.0, 0.0]], "outputs", 2, "turn")
    >>> element = turn.path(np.pi / 2)
    >>> element.outputs.round(12).tolist()
    [[0.0, -1.0], [1.0, 0.0]]
    """

    description: str
    outputs: Array | None = None
    inputs: Affine | InputMap | None = None

    def moved(self, fields: FieldSet) -> FieldSet:
        """Move the inputs of fields, which keep their outputs.

        Raises
        ------
        InvalidPoints
            If the map makes no points of the same shape.

        Examples
        --------
        >>> quarter = Element("a quarter", inputs=Affine(np.array([[0.0, -1.0], [1.0, 0.0]]), np.zeros(2)))
        >>> quarter.moved(FieldSet([[1.0, 0.0]]))
        <FieldSet: f(0, 1)>
        """
        if self.inputs is None:
            return fields
        found = np.asarray(self.inputs(np.array(fields.inputs)), dtype=np.float64)
        if found.shape != fields.inputs.shape:
            raise InvalidPoints(
                f"the map of inputs of {self.description!r} makes shape {found.shape} of points of shape "
                f"{fields.inputs.shape}; it must return as many points of the same dimension"
            )
        return FieldSet(found, fields.outputs)

    @property
    def matrix(self) -> Array | None:
        """The matrix by which outputs or inputs are multiplied; None for a map that is not affine."""
        if self.outputs is not None:
            return self.outputs
        return self.inputs.matrix if isinstance(self.inputs, Affine) else None

    @property
    def shift(self) -> Array | None:
        """By what inputs are shifted; None where there is no shift, or the map is not affine."""
        some = self.inputs.shift if isinstance(self.inputs, Affine) else np.zeros(0)
        return some if np.any(some) else None

    @property
    def defect(self) -> float:
        """Largest element of M Mᵀ − 1; infinite for a map that is not affine."""
        matrix = self.matrix
        if matrix is None:
            return float("inf")
        return float(np.max(np.abs(matrix @ matrix.T - np.eye(len(matrix)))))

    @property
    def isometry(self) -> bool:
        """Whether it leaves lengths alone: an orthogonal matrix, with a shift or without."""
        return self.defect <= ORTHOGONAL


class Group(ABC):
    """A group of transformations of a field.

    Attributes
    ----------
    acts_on : "outputs" or "inputs"
    dimension : int
        Number of outputs, or dimension of the inputs.
    """

    acts_on: Acts
    dimension: int

    @property
    def continuous(self) -> bool:
        """Whether it has elements close to one."""
        return False

    @property
    @abstractmethod
    def name(self) -> str:
        """As tables and JSON write it."""

    @abstractmethod
    def elements(self, count: int, seed: int) -> tuple[Element, ...]:
        """Give elements other than one: at random, or those of a small group; generators are among them.

        Parameters
        ----------
        count : int
            How many, where there are more.
        seed : int
            Of the random ones.
        """

    def path(self, t: float) -> Element:
        """Go along a one-parameter subgroup: a rotation by t, a shift by t along the first axis.

        Raises
        ------
        InvalidSymmetry
            If the group is finite.
        """
        raise InvalidSymmetry(
            f"{self.name} is a finite group, without transformations that are close to one; a continuous "
            "group is needed, such as 'SO(D) of outputs' or 'translations'"
        )


@final
@dataclass(frozen=True)
class Rotations(Group):
    """O(n) or SO(n) of the outputs or the inputs; elements are distributed by Haar's measure.

    Parameters
    ----------
    acts_on : "outputs" or "inputs"
    dimension : int
        n.
    special : bool
        Only matrices of determinant one. Of O(n) every second element has determinant −1.

    Raises
    ------
    InvalidSymmetry
        For SO(1), which has one element.

    Examples
    --------
    >>> [round(float(np.linalg.det(one.outputs))) for one in Rotations("outputs", 3).elements(4, seed=0)]
    [1, -1, 1, -1]
    """

    acts_on: Acts
    dimension: int
    special: bool = False

    def __post_init__(self) -> None:
        if self.special and self.dimension == 1:
            letter = "D" if self.acts_on == "outputs" else "d"
            raise InvalidSymmetry.about(
                "group",
                f"SO(1) of {self.acts_on} was given, and has one element, which changes nothing; "
                f"O({letter}) holds the change of sign, or give more {_more(self.acts_on)}",
            )

    @property
    def name(self) -> str:
        """As in ``SO(D) of outputs``."""
        return (
            f"{'S' if self.special else ''}O({'D' if self.acts_on == 'outputs' else 'd'}) of {self.acts_on}"
        )

    @property
    def continuous(self) -> bool:
        """All but O(1)."""
        return self.dimension > 1

    def elements(self, count: int, seed: int) -> tuple[Element, ...]:
        """Draw matrices; O(1) has one that changes something."""
        if self.dimension == 1:
            return (_linear(self.acts_on, -np.eye(1)),)
        from scipy.stats import special_ortho_group

        drawn = special_ortho_group.rvs(self.dimension, size=count, random_state=np.random.default_rng(seed))
        found = np.asarray(drawn, dtype=np.float64).reshape(count, self.dimension, self.dimension)
        if not self.special:
            found[1::2, 0] *= -1.0
        return tuple(_linear(self.acts_on, matrix) for matrix in found)

    def path(self, t: float) -> Element:
        """Rotate the first two axes by the angle t."""
        if self.dimension == 1:
            return super().path(t)
        matrix = np.eye(self.dimension)
        matrix[:2, :2] = [[cos(t), -sin(t)], [sin(t), cos(t)]]
        return _linear(self.acts_on, matrix)


@final
@dataclass(frozen=True)
class Translations(Group):
    """All shifts x → x + c of the inputs.

    Parameters
    ----------
    dimension : int
    length : float
        Deviation of the coordinates of random shifts, which are normal: the group is not compact.
    """

    dimension: int
    length: float = 1.0
    acts_on: Acts = field(default="inputs", init=False)

    @property
    def continuous(self) -> bool:
        """Elements close to one: yes."""
        return True

    @property
    def name(self) -> str:
        """``translations``."""
        return "translations"

    def elements(self, count: int, seed: int) -> tuple[Element, ...]:
        """Draw shifts."""
        drawn = np.random.default_rng(seed).standard_normal((count, self.dimension))
        return tuple(self._shift(self.length * row) for row in drawn)

    def path(self, t: float) -> Element:
        """Shift along the first axis."""
        return self._shift(np.eye(self.dimension)[0] * t)

    def _shift(self, by: Array) -> Element:
        return Element(f"x → x + {_row(by)}", inputs=Affine(np.eye(self.dimension), by))


@final
@dataclass(frozen=True)
class Reflections(Group):
    """Changes of sign of some coordinates of the inputs."""

    dimension: int
    acts_on: Acts = field(default="inputs", init=False)

    @property
    def name(self) -> str:
        """``reflections``."""
        return "reflections"

    def elements(self, count: int, seed: int) -> tuple[Element, ...]:
        """Give all that change something, if they are few, else reflections of single axes first."""
        d = self.dimension
        if 2**d - 1 <= max(count, d):
            rows = [np.array(signs) for signs in product((1.0, -1.0), repeat=d) if min(signs) < 0]
        else:
            rows = [1.0 - 2.0 * axis for axis in np.eye(d)]
            drawn = np.random.default_rng(seed).choice([1.0, -1.0], size=(count, d))
            rows += [row for row in drawn if np.count_nonzero(row < 0) > 1][: max(count - d, 0)]
        return tuple(_linear(self.acts_on, np.diag(row)) for row in rows)


@final
@dataclass(frozen=True)
class SignedPermutations(Group):
    """Permutations of the coordinates of the inputs, with changes of sign: the symmetries of a cube."""

    dimension: int
    acts_on: Acts = field(default="inputs", init=False)

    @property
    def name(self) -> str:
        """``signed permutations of inputs``."""
        return "signed permutations of inputs"

    def elements(self, count: int, seed: int) -> tuple[Element, ...]:
        """Give all that change something, if they are few, else generators first."""
        d = self.dimension
        if 2**d * factorial(d) - 1 <= max(count, d):
            found = [
                matrix
                for order in permutations(range(d))
                for signs in product((1.0, -1.0), repeat=d)
                if not np.array_equal(matrix := np.diag(signs) @ np.eye(d)[list(order)], np.eye(d))
            ]
        else:
            found = list(self._generators())
            generator = np.random.default_rng(seed)
            while len(found) < count:
                signs = np.diag(generator.choice([1.0, -1.0], size=d))
                matrix = signs @ np.eye(d)[generator.permutation(d)]
                if not any(np.array_equal(matrix, known) for known in (np.eye(d), *found)):
                    found.append(matrix)
        return tuple(_linear(self.acts_on, matrix) for matrix in found)

    def _generators(self) -> Iterator[Array]:
        """The change of sign of one coordinate, and exchanges of neighbours."""
        one = np.eye(self.dimension)
        yield np.diag(np.where(np.arange(self.dimension) == 0, -1.0, 1.0))
        for k in range(self.dimension - 1):
            order = np.arange(self.dimension)
            order[[k, k + 1]] = order[[k + 1, k]]
            yield one[order]


@final
@dataclass(frozen=True)
class SignOfField(Group):
    """f → −f, all outputs at once: correlators of odd order vanish."""

    dimension: int = 1
    acts_on: Acts = field(default="outputs", init=False)

    @property
    def name(self) -> str:
        """``sign of f``."""
        return "sign of f"

    def elements(self, count: int, seed: int) -> tuple[Element, ...]:
        """Give the one element that changes something."""
        return (Element("f → −f", outputs=-np.eye(self.dimension)),)


def _more(acts_on: Acts) -> str:
    return "outputs (outputs=2)" if acts_on == "outputs" else "coordinates to the inputs"


def _linear(acts_on: Acts, matrix: Array) -> Element:
    """Make an element from a matrix."""
    letter = "f" if acts_on == "outputs" else "x"
    description = f"{letter} → {_matrix(matrix)} {letter}" if len(matrix) > 1 else f"{letter} → −{letter}"
    if len(matrix) == 2:
        description = _in_the_plane(letter, matrix)
    if acts_on == "outputs":
        return Element(description, outputs=matrix)
    return Element(description, inputs=Affine(matrix, np.zeros(len(matrix))))


def _in_the_plane(letter: str, matrix: Array) -> str:
    angle = atan2(matrix[1, 0], matrix[0, 0])
    if np.linalg.det(matrix) > 0:
        return f"{letter} rotated by {angle / pi:.4g} π"
    return f"{letter} reflected, axis at {angle / (2 * pi):.4g} π"


def _row(numbers: Array) -> str:
    """Write numbers in few letters."""
    some = ", ".join(f"{one:.4g}" for one in numbers[:_SHOWN].tolist())
    rest = ", …" if len(numbers) > _SHOWN else ""
    return f"{some}{rest}" if len(numbers) == 1 else f"({some}{rest})"


def _matrix(matrix: Array) -> str:
    if len(matrix) > _SHOWN:
        return shown(f"matrix of shape {matrix.shape}").strip("'")
    return "[" + "; ".join(" ".join(f"{one + 0.0:.3g}" for one in row) for row in matrix.tolist()) + "]"
