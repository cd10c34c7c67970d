"""The flat program of a diagram: which kernel, which power, and an exact prefactor.

A diagram with external points x1..xn and vertices y1..yV stands for ::

    prefactor * prod K(x_i, x_j)^p * ∫ dy1..dyV prod K_W(x_i, y_v)^p prod K_W(y_u, y_v)^p prod p_v(y_v)
                spectators           legs                 internal (u = v: a self-loop)   profiles

Lines between external points carry the full propagator K; a line that touches a vertex carries K_W, the
propagator without the output bias, because connected correlators with three or more points do not see that
Gaussian constant. An `Integrand` holds integers and one `Fraction`; it knows neither kernels nor graphs.
Where a coupling depends on the position, its vertex has a profile besides (`numerics.kernels.profiles`).
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from functools import cached_property
from itertools import permutations, product
from math import factorial, isfinite, prod
from numbers import Rational
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import as_integer, as_list, shown
from numerics.errors import LoweringError
from numerics.kernels.profiles import Profile, RadialPower

Line = tuple[int, int, int]

#: Above this many relabellings the vertices of a part are sorted but not brought to a unique order.
_MAX_RELABELLINGS = 5040


class FactorKind(IntEnum):
    """What a row of `Integrand.program` multiplies."""

    SPECTATOR = 0
    LEG = 1
    INTERNAL = 2


class CostPerPoint(NamedTuple):
    """What one evaluation of an integrand takes; see `contraction.contraction_cost` for a grid.

    Attributes
    ----------
    kernel_values : int
        Different kernel values that depend on the position of a vertex.
    products : int
        Multiplications of them, and of profiles, with each other.
    """

    kernel_values: int
    products: int


class Part(NamedTuple):
    """A connected piece with vertices, apart from where its legs are attached.

    Attributes
    ----------
    integrand : Integrand
        Prefactor one; slots instead of external points, those of the first vertex first, each with one leg.
    labels : tuple of int
        External point of the whole that each slot is attached to; repeats allowed.
    """

    integrand: "Integrand"
    labels: tuple[int, ...]


@dataclass(frozen=True)
class Integrand:
    """Flat kernel-product program of one diagram.

    Parameters
    ----------
    n_external, n_vertices : int
        Numbers of external points and of vertices (integration points).
    spectators : iterable of (i, j, power)
        Lines between external points, full propagator K.
    legs : iterable of (i, v, power)
        Lines from external point i to vertex v, K_W.
    internal : iterable of (u, v, power)
        Lines between vertices, K_W; u = v is a self-loop.
    prefactor : Fraction
        Exact number in front of the integral.
    profiles : sequence of Profile or None, length n_vertices or 0
        Position dependence of the coupling at each vertex; empty if there is none at all.

    Raises
    ------
    LoweringError
        If a factor is not three whole numbers, names a point or vertex that does not exist or has a power
        below one, the prefactor is no exact number, or there is not one profile per vertex.

    Examples
    --------
    >>> tadpole = Integrand(2, 1, legs=[(0, 0, 1), (1, 0, 1)], internal=[(0, 0, 1)], prefactor=Fraction(-12))
    >>> print(tadpole)
    -12 ∫dy1 Kw(x1,y1) Kw(x2,y1) Kw(y1,y1)   [3 factors, 2 products a point, integration ...]
    >>> tadpole.n_factors, tadpole.dimension(3), tadpole.cost_per_point
    (3, 3, CostPerPoint(kernel_values=3, products=2))
    >>> Integrand.from_json(tadpole.to_json()) == tadpole
    True
    """

    n_external: int
    n_vertices: int
    spectators: tuple[Line, ...] = ()
    legs: tuple[Line, ...] = ()
    internal: tuple[Line, ...] = ()
    prefactor: Fraction = Fraction(1)
    profiles: tuple[Profile | None, ...] = ()

    def __post_init__(self) -> None:
        n, v = _count(self.n_external, "n_external"), _count(self.n_vertices, "n_vertices")
        object.__setattr__(self, "n_external", n)
        object.__setattr__(self, "n_vertices", v)
        object.__setattr__(self, "spectators", _merged(self.spectators, n, n, "spectator", ordered=True))
        object.__setattr__(self, "legs", _merged(self.legs, n, v, "leg", ordered=False))
        object.__setattr__(self, "internal", _merged(self.internal, v, v, "internal line", ordered=True))
        object.__setattr__(self, "prefactor", _exact(self.prefactor))
        object.__setattr__(self, "profiles", _one_for_each(self.profiles, v))

    @property
    def program(self) -> NDArray[np.int64]:
        """Rows ``(FactorKind, first, second, power)``, shape (rows, 4), spectators first."""
        rows = [
            (kind, *line)
            for kind, lines in (
                (FactorKind.SPECTATOR, self.spectators),
                (FactorKind.LEG, self.legs),
                (FactorKind.INTERNAL, self.internal),
            )
            for line in lines
        ]
        return np.array(rows, dtype=np.int64).reshape(len(rows), 4)

    @cached_property
    def n_factors(self) -> int:
        """Number of kernels multiplied, powers counted."""
        return sum(power for *_, power in (*self.spectators, *self.legs, *self.internal))

    @cached_property
    def cost_per_point(self) -> CostPerPoint:
        """Cost at one position of all vertices; lines between external points are no part of it."""
        lines = (*self.legs, *self.internal)
        factors = sum(power for *_, power in lines) + sum(p is not None for p in self.profiles)
        return CostPerPoint(len(lines), max(0, factors - 1))

    def dimension(self, d_in: int) -> int:
        """Dimension of the integral for inputs of dimension `d_in`."""
        return self.n_vertices * d_in

    @cached_property
    def leg_counts(self) -> tuple[int, ...]:
        """Number of external legs at each vertex, powers counted."""
        return tuple(sum(p for _, v, p in self.legs if v == vertex) for vertex in range(self.n_vertices))

    @cached_property
    def loop_counts(self) -> tuple[int, ...]:
        """Number of self-loops at each vertex."""
        loops = {u: p for u, v, p in self.internal if u == v}
        return tuple(loops.get(vertex, 0) for vertex in range(self.n_vertices))

    @cached_property
    def valences(self) -> tuple[int, ...]:
        """Number of line ends at each vertex; a self-loop has two."""
        ends = list(self.leg_counts)
        for u, v, p in self.internal:
            ends[u] += p
            ends[v] += p
        return tuple(ends)

    def profile(self, vertex: int) -> Profile | None:
        """Position dependence of the coupling at a vertex; None if it is constant."""
        return self.profiles[vertex] if self.profiles else None

    @cached_property
    def shaping(self) -> frozenset[Profile]:
        """Profiles that are not homogeneous, and so have a length of their own."""
        return frozenset(p for p in self.profiles if p is not None and p.degree is None)

    @cached_property
    def bridges_between(self) -> tuple[Line, ...]:
        """Internal lines between different vertices."""
        return tuple(line for line in self.internal if line[0] != line[1])

    def parts(self) -> tuple[Part, ...]:
        """Split the integral into connected pieces, each in a standard order of vertices and slots.

        Diagrams that differ only in which external points their legs end on give equal integrands here, so
        that each is integrated once for all of them.

        Returns
        -------
        tuple of Part
            Lines between external points are not included; see `spectators`.

        Examples
        --------
        >>> crossed = Integrand(4, 1, legs=[(i, 0, 1) for i in (3, 1)], spectators=[(0, 2, 1)])
        >>> [part.labels for part in crossed.parts()]
        [(1, 3)]
        """
        return self._parts

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        return tuple(self._part(vertices) for vertices in self._connected_vertices())

    def _connected_vertices(self) -> list[list[int]]:
        group = list(range(self.n_vertices))
        for u, v, _ in self.bridges_between:
            low, high = sorted((group[u], group[v]))
            group = [low if g == high else g for g in group]
        return [[v for v in range(self.n_vertices) if group[v] == g] for g in sorted(set(group))]

    def _part(self, vertices: list[int]) -> Part:
        attached = {v: [i for i, w, p in self.legs if w == v for _ in range(p)] for v in vertices}
        loops = self.loop_counts
        written = {v: "" if (p := self.profile(v)) is None else p.text("y") for v in vertices}
        colour = {v: (-len(attached[v]), loops[v], self.valences[v], written[v]) for v in vertices}
        lines = [line for line in self.internal if line[0] in colour]
        order = min(
            _orders(vertices, colour), key=lambda o: (_relabelled(lines, o), [attached[v] for v in o])
        )
        legs: list[Line] = []
        labels: list[int] = []
        for new, old in enumerate(order):
            for label in sorted(attached[old]):
                legs.append((len(labels), new, 1))
                labels.append(label)
        internal = _relabelled(lines, order)
        profiles = tuple(self.profile(old) for old in order)
        part = Integrand(len(labels), len(order), (), tuple(legs), tuple(internal), profiles=profiles)
        return Part(part, tuple(labels))

    def to_json(self) -> str:
        """Write as one JSON object; `from_json` reads it back exactly.

        Raises
        ------
        LoweringError
            If a profile is a function: only powers of the distance can be written.
        """
        fields: dict[str, object] = {
            "n_external": self.n_external,
            "n_vertices": self.n_vertices,
            "spectators": self.spectators,
            "legs": self.legs,
            "internal": self.internal,
            "prefactor": [self.prefactor.numerator, self.prefactor.denominator],
        }
        if self.profiles:
            fields["profiles"] = [_profile_power(profile) for profile in self.profiles]
        return json.dumps(fields)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        LoweringError
            If the text is not such an object.
        """
        try:
            data = json.loads(text)
            lines = {
                key: tuple((int(a), int(b), int(p)) for a, b, p in data[key])
                for key in ("spectators", "legs", "internal")
            }
            prefactor = Fraction(*(int(number) for number in data["prefactor"]))
            powers = [int(power) for power in data.get("profiles", [])]
            return cls(
                int(data["n_external"]),
                int(data["n_vertices"]),
                **lines,
                prefactor=prefactor,
                profiles=tuple(RadialPower(power) if power else None for power in powers),
            )
        except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
            raise LoweringError(f"not the JSON of an Integrand ({error}): give what to_json wrote") from error

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        factors = [_factor("K", f"x{i + 1}", f"x{j + 1}", p) for i, j, p in self.spectators]
        measure = "∫" + " ".join(f"dy{v + 1}" for v in range(self.n_vertices)) if self.n_vertices else ""
        weighted = [p.text(f"y{v + 1}") for v, p in enumerate(self.profiles) if p is not None]
        weighted += [_factor("Kw", f"x{i + 1}", f"y{v + 1}", p) for i, v, p in self.legs]
        weighted += [_factor("Kw", f"y{u + 1}", f"y{v + 1}", p) for u, v, p in self.internal]
        number = [] if self.prefactor == 1 and (factors or measure) else [str(self.prefactor)]
        text = " ".join([*number, *factors, *([measure] if measure else []), *weighted])
        return (
            f"{text}   [{_number(self.n_factors, 'factor')}, "
            f"{_number(self.cost_per_point.products, 'product')} a point, "
            f"integration over {self.n_vertices} × d dimensions]"
        )


def _number(count: int, of: str) -> str:
    return f"{count} {of}" + ("" if count == 1 else "s")


def _count(given: object, name: str) -> int:
    number = as_integer(given, name, LoweringError)
    if number < 0:
        raise LoweringError(f"{name} = {number} was given; 0 or more is needed")
    return number


def _three(line: object, what: str) -> Line:
    members = as_list(line, what, LoweringError)
    if len(members) != 3:
        raise LoweringError(
            f"{what} {shown(line)} was given; two nodes and a power are needed, such as (0, 0, 1)"
        )
    first, second, power = (
        as_integer(member, f"a number of the {what}", LoweringError) for member in members
    )
    return first, second, power


def _exact(prefactor: object) -> Fraction:
    if type(prefactor) is Fraction:
        return prefactor
    if isinstance(prefactor, int | Rational) and not isinstance(prefactor, bool):
        return Fraction(prefactor)
    if isinstance(prefactor, float) and isfinite(prefactor):
        return Fraction(prefactor)
    raise LoweringError(
        f"prefactor = {shown(prefactor)} was given; an exact number such as Fraction(-12) is needed"
    )


def _one_for_each(profiles: object, n_vertices: int) -> tuple[Profile | None, ...]:
    members = as_list(profiles, "profiles", LoweringError)
    for member in members:
        if not isinstance(member, Profile | None):
            raise LoweringError(
                f"profile {shown(member)} was given; a profile such as FunctionProfile, or None, is needed"
            )
    if all(member is None for member in members):
        return ()
    if len(members) != n_vertices:
        raise LoweringError(
            f"{len(members)} profiles given for {n_vertices} vertices; give one, or None, for each"
        )
    return tuple(members)


def _merged(
    lines: Iterable[Line], n_first: int, n_second: int, what: str, *, ordered: bool
) -> tuple[Line, ...]:
    """Sort, add up the powers of equal factors, and check the node numbers."""
    powers: Counter[tuple[int, int]] = Counter()
    for line in as_list(lines, f"{what}s", LoweringError):
        a, b, power = _three(line, what)
        if not (0 <= a < n_first and 0 <= b < n_second and power >= 1):
            raise LoweringError(
                f"{what} ({a}, {b}) to the power {power}: nodes must lie in 0..{n_first - 1} and "
                f"0..{n_second - 1}, and the power be 1 or more"
            )
        powers[(min(a, b), max(a, b)) if ordered else (a, b)] += power
    return tuple((a, b, p) for (a, b), p in sorted(powers.items()))


def _relabelled(lines: Iterable[Line], order: tuple[int, ...]) -> list[Line]:
    new = {old: i for i, old in enumerate(order)}
    return sorted((min(new[u], new[v]), max(new[u], new[v]), p) for u, v, p in lines)


def _profile_power(profile: Profile | None) -> int:
    if profile is not None and not isinstance(profile, RadialPower):
        raise LoweringError(
            f"the profile {profile.text('y')} is a function and cannot be written as JSON; powers |y|^2, "
            "|y|^4, .. can"
        )
    return profile.power if profile else 0


def _orders(vertices: list[int], colour: dict[int, tuple[int, int, int, str]]) -> Iterable[tuple[int, ...]]:
    """All orders of the vertices that sort by colour (one of them if there are too many)."""
    cells = [[v for v in vertices if colour[v] == c] for c in sorted(set(colour.values()))]
    if prod(factorial(len(cell)) for cell in cells) > _MAX_RELABELLINGS:
        return [tuple(v for cell in cells for v in cell)]
    choices = product(*(permutations(cell) for cell in cells))
    return (tuple(v for cell in choice for v in cell) for choice in choices)


def _factor(kernel: str, a: str, b: str, power: int) -> str:
    return f"{kernel}({a},{b})" + ("" if power == 1 else f"^{power}")
