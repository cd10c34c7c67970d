"""What a vertex looks like: its fields, the points where they sit, and how their components are contracted.

Most vertices are plain: f^v at one point. The others::

    x**2*f**4              one point, with the weight |y|² of a position-dependent coupling
    f(x)**2*f(y)**2        two points, each integrated over (bilocal)
    (f.f)**2               one point, f with D components, contracted in pairs: O(D) invariant

and combinations of them. In polynomials the factors of a vertex are variables with the names above.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import factorial, prod

from nnft_sym.actions.field_names import refuse_field_with_a_power
from nnft_sym.actions.names import COORDINATES, DOT, FIELD, field_at


@dataclass(frozen=True, order=True)
class Place:
    """One point of a vertex.

    Attributes
    ----------
    fields : int
        How many fields sit there.
    weight : int
        Power of the distance |y| from the origin in the coupling; even.
    """

    fields: int
    weight: int = 0


@dataclass(frozen=True, order=True)
class Shape:
    """A kind of vertex.

    Attributes
    ----------
    places : tuple of Place
        Points, each integrated over, those with most fields first.
    vector : bool
        Whether the fields have components, contracted in pairs at each point.

    Examples
    --------
    >>> Shape((Place(2), Place(2))).text(), Shape((Place(4, 2),)).text(), Shape((Place(4),), True).text()
    ('f(x)**2*f(y)**2', 'x**2*f**4', '(f.f)**2')
    """

    places: tuple[Place, ...]
    vector: bool = False

    @property
    def valence(self) -> int:
        """Number of fields."""
        return sum(place.fields for place in self.places)

    @property
    def symmetry(self) -> int:
        """Number of exchanges of fields, and of equal points, that leave the vertex as it is."""
        exchanges = prod(factorial(place.fields) for place in self.places)
        return exchanges * prod(factorial(self.places.count(place)) for place in set(self.places))

    @property
    def dealings(self) -> int:
        """Number of ways to deal line ends to the points, and at each point to the products f.f.

        Examples
        --------
        >>> Shape((Place(2), Place(2))).dealings, Shape((Place(4),), True).dealings
        (6, 3)
        """
        ways = factorial(self.valence)
        for place in self.places:
            half = place.fields // 2
            ways //= 2**half * factorial(half) if self.vector else factorial(place.fields)
        return ways

    @property
    def is_plain(self) -> bool:
        """Whether this is f to a power at one point, and nothing else."""
        return not self.vector and len(self.places) == 1 and not self.places[0].weight

    def text(self) -> str:
        """Write the vertex as the grammar of actions reads it."""
        local = len(self.places) == 1
        weights, fields = [], []
        for place, letter in zip(self.places, COORDINATES, strict=False):
            if place.weight:
                weights.append(f"{letter}**{place.weight}")
            one = FIELD if local else field_at(letter)
            power = place.fields // 2 if self.vector else place.fields
            base = f"({one}{DOT}{one})" if self.vector else one
            fields.append(base if power == 1 else f"{base}**{power}")
        return "*".join(weights + fields)

    def latex(self) -> str:
        r"""Print the vertex.

        Examples
        --------
        >>> print(Shape((Place(2), Place(2))).latex(), Shape((Place(4, 2),)).latex())
        f(y)^{2}f(z)^{2} |y|^{2}\,f(y)^{4}
        """
        weights, fields = "", ""
        for place, letter in zip(self.places, self.letters(), strict=True):
            if place.weight:
                weights += rf"|{letter}|^{{{place.weight}}}\,"
            one = f"f({letter})"
            power = place.fields // 2 if self.vector else place.fields
            base = rf"\bigl({one}\cdot {one}\bigr)" if self.vector else one
            fields += base if power == 1 else f"{base}^{{{power}}}"
        return weights + fields

    def letters(self) -> tuple[str, ...]:
        """Name the points in LaTeX."""
        return ("y", "z", "w")[: len(self.places)]


def shape_of(powers: Mapping[str, int]) -> tuple[Shape, dict[str, int]]:
    """Read one monomial of an action.

    Parameters
    ----------
    powers : mapping of str to int
        Powers of the factors of the vertex and of the couplings.

    Returns
    -------
    Shape and dict of str to int
        The vertex, and the powers of the couplings.

    Raises
    ------
    ValueError
        With a message that says what is wrong and what to write.

    Examples
    --------
    >>> shape_of({"lambda": 1, "x": 2, "f": 4})
    (Shape(places=(Place(fields=4, weight=2),), vector=False), {'lambda': 1})
    """
    couplings = dict(powers)
    refuse_field_with_a_power(couplings)
    weights = {letter: couplings.pop(letter) for letter in COORDINATES if letter in couplings}
    scalars = {letter: couplings.pop(field_at(letter), 0) for letter in ("", *COORDINATES)}
    vectors = {letter: 2 * couplings.pop(dot_at(letter), 0) for letter in ("", *COORDINATES)}
    if any(scalars.values()) and any(vectors.values()):
        raise ValueError(
            "f stands alone beside the product f.f, so the field has components, and a vertex must be a "
            "scalar, a number that does not change when the components are rotated: powers of f.f are, f^2 "
            "is not; write every field inside a product f.f, as in '(f.f)^2'"
        )
    vector = any(vectors.values())
    fields = {letter: number for letter, number in (vectors if vector else scalars).items() if number}
    for letter, weight in weights.items():
        if weight % 2:
            raise ValueError(
                f"the coordinate '{letter}' has the odd power {weight}: {letter}**2 stands for |{letter}|²,"
                f" and only even powers can be read; to use '{letter}' as a coupling, choose another name"
            )
    if "" in fields and (len(fields) > 1 or len(weights) > 1):
        raise ValueError("fields with and without a point stand together: write f(x) and f(y) everywhere")
    if "" in fields:
        weight = next(iter(weights.values()), 0)
        return Shape((Place(fields[""], weight),), vector), couplings
    lost = sorted(set(weights) - set(fields))
    if lost:
        raise ValueError(
            f"the weight {lost[0]}**{weights[lost[0]]} stands at a point without a field f({lost[0]})"
        )
    places = sorted(
        (Place(number, weights.get(letter, 0)) for letter, number in fields.items()), reverse=True
    )
    return Shape(tuple(places), vector), couplings


def dot_at(letter: str) -> str:
    """Name the product of two fields at a point, as a variable of polynomials."""
    return f"{field_at(letter)}{DOT}{field_at(letter)}"


#: Number of fields in every variable that holds fields.
FIELDS = {field_at(letter): 1 for letter in ("", *COORDINATES)}
FIELDS |= {dot_at(letter): 2 for letter in ("", *COORDINATES)}


def fields_in(powers: Mapping[str, int]) -> int:
    """Count the fields of a monomial."""
    return sum(FIELDS.get(name, 0) * power for name, power in powers.items())
