"""Groups of the user: finite ones from matrices or maps of inputs, and one-parameter families."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import pi
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import shown
from nnft_sym.errors import InvalidSymmetry
from nnft_sym.symmetries.groups import Acts, Affine, Element, Group
from numerics.given import as_number, as_real_array, as_whole

Array = NDArray[np.float64]

_FORMS = (
    "a square matrix, a pair (matrix, shift) for inputs, or a function from points of shape (n, d) to such "
    "points"
)


@final
@dataclass(frozen=True)
class FiniteGroup(Group):
    """A finite group from its elements or some that generate it; see `finite_group`.

    Attributes
    ----------
    given_name : str
    acts_on : str
        What the elements transform: outputs or inputs.
    dimension : int
        Of the matrices.
    members : tuple of Element

    Examples
    --------
    >>> import nnft_sym as nn
    >>> group = nn.finite_group([[[0, 1], [1, 0]]], "outputs", 2, "exchange")
    >>> group.name, [element.description for element in group.elements(4, seed=0)]
    ('exchange', ['exchange, element 1'])
    """

    given_name: str
    acts_on: Acts
    dimension: int
    members: tuple[Element, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """As it was given."""
        return self.given_name

    def elements(self, count: int, seed: int) -> tuple[Element, ...]:
        """Give all that were given: what they leave alone, products of them do."""
        return self.members


@final
@dataclass(frozen=True)
class OneParameterFamily(Group):
    """Transformations g(t), g(0) = 1; see `one_parameter_family`.

    Attributes
    ----------
    given_name : str
    acts_on : str
        What the elements transform: outputs or inputs.
    dimension : int
        Of the matrices.
    family : callable
        g, from t to a matrix.
    reach : float
        The largest |t| that is drawn.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> turn = nn.one_parameter_family([[0.0, -1.0], [1.0, 0.0]], "outputs", 2, "turn")
    >>> turn.name, turn.continuous, turn.path(np.pi / 2).outputs.round(12).tolist()
    ('turn', True, [[0.0, -1.0], [1.0, 0.0]])
    """

    given_name: str
    acts_on: Acts
    dimension: int
    family: Callable[[float], object] = field(repr=False)
    reach: float

    @property
    def continuous(self) -> bool:
        """Elements close to one: yes."""
        return True

    @property
    def name(self) -> str:
        """As it was given."""
        return self.given_name

    def elements(self, count: int, seed: int) -> tuple[Element, ...]:
        """Draw t, uniform on (−reach, reach)."""
        drawn = np.random.default_rng(seed).uniform(-self.reach, self.reach, size=count)
        return tuple(self.path(t) for t in drawn.tolist())

    def path(self, t: float) -> Element:
        """Take the element g(t)."""
        return _element(f"{self.given_name} at t = {t:.4g}", self.acts_on, self.dimension, self.family(t))


def finite_group(
    members: Sequence[object], acts_on: Acts, dimension: int, name: str = "own finite group"
) -> FiniteGroup:
    """Make a finite group from its elements, or from some that generate it.

    Parameters
    ----------
    members : sequence
        Matrices of shape (n, n); for inputs also pairs (matrix, shift), or functions from points of shape
        (n, d) to such points.
    acts_on : "outputs" or "inputs"
    dimension : int
        Number of outputs, or dimension of the inputs.
    name : str, optional

    Raises
    ------
    InvalidSymmetry
        If there is none, or one is no matrix of this dimension and no function.

    Examples
    --------
    >>> finite_group([[[0, 1], [1, 0]]], "outputs", 2, "exchange").elements(4, seed=0)[0].description
    'exchange, element 1'
    """
    kind, size = _checked(acts_on, dimension)
    if isinstance(members, str) or not isinstance(members, Sequence | np.ndarray) or len(members) == 0:
        raise InvalidSymmetry(
            f"members = {shown(members)} was given; a list of elements is needed, each {_FORMS}"
        )
    found = tuple(
        _element(f"{name}, element {number}", kind, size, one) for number, one in enumerate(members, start=1)
    )
    return FiniteGroup(name, kind, size, found)


def one_parameter_family(
    family: Callable[[float], object] | ArrayLike,
    acts_on: Acts,
    dimension: int,
    name: str = "own one-parameter family",
    reach: float = pi,
) -> OneParameterFamily:
    """Make a family of transformations g(t) with g(0) = 1.

    Parameters
    ----------
    family : callable or array_like, shape (n, n)
        A function from t to what `finite_group` takes as an element; or the generator A of g(t) = e^(tA).
    acts_on : "outputs" or "inputs"
    dimension : int
    name : str, optional
    reach : float, optional
        The test draws t from (−reach, reach).

    Raises
    ------
    InvalidSymmetry
        If it is neither, or g(0) is not one.

    Examples
    --------
    >>> turn = one_parameter_family([[0.0, -1.0], [1.0, 0.0]], "outputs", 2, "turn")
    >>> turn.path(np.pi / 2).outputs.round(12).tolist()
    [[0.0, -1.0], [1.0, 0.0]]
    """
    kind, size = _checked(acts_on, dimension)
    longest = as_number(reach, "reach", InvalidSymmetry, "a positive finite number", above=0.0)
    maker = family if callable(family) else _exponential(_square(family, size))
    found = OneParameterFamily(name, kind, size, maker, longest)
    _refuse_other_start(found)
    return found


def _refuse_other_start(family: OneParameterFamily) -> None:
    start = family.path(0.0)
    places = np.array([[0.3 + 0.7 * k + 0.1 * j for j in range(family.dimension)] for k in range(3)])
    if start.outputs is not None:
        moved = places @ start.outputs.T
    elif start.inputs is not None:
        moved = np.asarray(start.inputs(places))
    else:
        moved = places
    if not np.allclose(moved, places, atol=1e-12):
        raise InvalidSymmetry(
            f"the family {shown(family.name)} was given, and does not begin at the transformation that "
            "changes nothing: g(0) = 1 is needed"
        )


def _exponential(generator: Array) -> Callable[[float], Array]:
    def family(t: float) -> Array:
        from scipy.linalg import expm

        return np.asarray(expm(t * generator))

    return family


def _checked(acts_on: object, dimension: object) -> tuple[Acts, int]:
    if acts_on not in ("outputs", "inputs"):
        raise InvalidSymmetry.about("acts_on", f"{shown(acts_on)} was given; 'outputs' or 'inputs' is needed")
    size = as_whole(dimension, "dimension", InvalidSymmetry, least=1)
    return ("outputs" if acts_on == "outputs" else "inputs"), size


def _square(matrix: object, size: int) -> Array:
    found = as_real_array(matrix, "elements", InvalidSymmetry, f"{_FORMS} is needed")
    if found.shape != (size, size):
        raise InvalidSymmetry(
            f"a matrix of shape {found.shape} was given for dimension {size}; it must have the shape "
            f"({size}, {size})"
        )
    return found


def _element(description: str, acts_on: Acts, size: int, given: Any) -> Element:
    """Read one element."""
    if isinstance(given, Element):
        return given
    if callable(given) and not isinstance(given, np.ndarray):
        if acts_on == "outputs":
            raise InvalidSymmetry(
                f"{shown(given)} was given as a transformation of outputs; a matrix of shape "
                f"({size}, {size}) is needed, by which the outputs are multiplied"
            )
        return Element(description, inputs=given)
    shift: Array = np.zeros(size)
    if acts_on == "inputs" and isinstance(given, tuple) and len(given) == 2:
        matrix, by = given
        shift = as_real_array(by, "coordinates", InvalidSymmetry, f"{_FORMS} is needed").ravel()
        if shift.shape != (size,):
            raise InvalidSymmetry(
                f"a shift by {len(shift)} coordinates was given; {size} are needed, as many as "
                "the inputs have"
            )
    else:
        matrix = given
    found = _square(matrix, size)
    if acts_on == "outputs":
        return Element(description, outputs=found)
    return Element(description, inputs=Affine(found, shift))
