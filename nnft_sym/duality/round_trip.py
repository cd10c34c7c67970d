"""There and back: the correlators of an action that was made from correlators.

The ordinary rules, with nothing of the action's own making: e^(−S) has the vertices −p! c_p for the
symmetric coefficients c_p of every power p of the field, the induced linear and quadratic ones too; lines and
legs are K; in front of a diagram stands 1/S. Order by order in 1/N the result must be what went in, with
vertices of up to the order kept; what the first order left out adds to it is the size of the truncation.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import factorial
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from diagrams.diagram import Diagram
from diagrams.enumeration.leg_classes import Content, leg_classes
from diagrams.enumeration.legs import class_symmetry, labelled_count, representative
from diagrams.messages import counted
from nnft_sym.duality.action_tensors import WhiteTerm
from nnft_sym.duality.symmetric_tensors import distinct, in_basis, in_full
from nnft_sym.expansions.width_order import width_order_text
from numerics.lowering.lower import to_float
from numerics.lowering.to_network import DiagramTensors, to_network
from numerics.results.cumulants import EPS

Array = NDArray[np.float64]
#: Diagrams of the first order that is left out are added up if they have so many vertices at most.
MOST_BEYOND = 4


class Vertex(NamedTuple):
    """A vertex of an action: the full tensor p! c_p, and what rounding makes of it.

    Attributes
    ----------
    tensor, rounding : ndarray, shape (m, …, m)
    """

    tensor: Array
    rounding: Array


#: Vertices by power of the field and order in 1/N.
Vertices = Mapping[tuple[int, Fraction], Vertex]


@final
@dataclass(frozen=True)
class RoundTripRow:
    """One connected correlator.

    Attributes
    ----------
    points : int
        Number n of points.
    given : float
        Its largest element.
    residual : float
        Largest difference to the one computed from the action, to the order kept.
    rounding : float
        What rounding makes of it: much where coefficients of the action, or diagrams, cancel.
    left_out : float or None
        Largest element of what the next order of the same action adds: the size of the truncation. None
        where that has too many diagrams, of more than four vertices.
    next_order : Fraction
        Which order that is.
    diagrams : int
        Contractions added up, up to the order kept.
    """

    points: int
    given: float
    residual: float
    rounding: float
    left_out: float | None
    next_order: Fraction
    diagrams: int

    @property
    def agrees(self) -> bool:
        """Whether the difference is rounding."""
        return self.residual <= self.rounding


@final
@dataclass(frozen=True)
class RoundTrip:
    """Connected correlators that an action gives back.

    Attributes
    ----------
    order : Fraction
        Power of 1/N that is kept.
    rows : tuple of RoundTripRow
        By number of points.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> action = nn.action_from_cumulants({2: [[1.0]], 4: [[[[0.1]]]]}, "1/N")
    >>> back = action.round_trip
    >>> str(back.order), back.agrees, [row.points for row in back.rows]
    ('1', True, [2, 4])
    """

    order: Fraction
    rows: tuple[RoundTripRow, ...]

    @property
    def agrees(self) -> bool:
        """Whether all correlators come back to the order kept."""
        return all(row.agrees for row in self.rows)

    @property
    def expansion_holds(self) -> bool | None:
        """Whether the first order left out changes the 2-point function by half of it at most.

        None where that order was not computed.
        """
        two = next(row for row in self.rows if row.points == 2)
        return None if two.left_out is None else two.left_out <= 0.5 * two.given

    def to_json(self) -> dict[str, object]:
        """Give it as plain fields."""
        return {
            "order": width_order_text(self.order),
            "agrees": self.agrees,
            "expansion_holds": self.expansion_holds,
            "rows": [
                {
                    "points": row.points,
                    "given": row.given,
                    "difference": row.residual,
                    "rounding": row.rounding,
                    "left_out": row.left_out,
                    "left_out_order": width_order_text(row.next_order),
                }
                for row in self.rows
            ],
        }

    def __str__(self) -> str:
        lines = [
            f"Correlators of the action to {width_order_text(self.order)}, less those it was made from:",
            "  points  largest given   difference   rounding   first order left out",
        ]
        lines += [
            f"  {row.points:6d}  {row.given:13.6g}   {row.residual:10.1e}   {row.rounding:8.1e}   "
            + (
                "not computed"
                if row.left_out is None
                else f"{row.left_out:.2e} ({width_order_text(row.next_order)})"
            )
            for row in self.rows
        ]
        total = counted(sum(row.diagrams for row in self.rows), "contraction")
        verdict = "they agree" if self.agrees else "they DIFFER"
        lines.append(f"  {verdict} to rounding ({total} of diagrams)")
        if self.expansion_holds is False:
            lines.append(
                "  note: the first order left out is more than half of the 2-point function, so the "
                "expansion in 1/N does not hold at these points: take wider networks"
            )
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class Computed:
    """A connected correlator in the white basis at one order.

    Attributes
    ----------
    value : ndarray, shape (M,)
        Distinct elements.
    rounding : ndarray, shape (M,)
        What the rounding of the vertices, and of the sums, makes of it.
    diagrams : int
        Contractions added up.
    """

    value: Array
    rounding: Array
    diagrams: int


def correlator_at(n: int, order: Fraction, vertices: Vertices, m: int) -> Computed:
    """Compute the connected n-point function of an action at one order in 1/N, where K is the identity.

    Parameters
    ----------
    n : int
    order : Fraction
    vertices : mapping of (int, Fraction) to Vertex
        p! c_p of the action by power and order, in full; without the Gaussian part.
    m : int
        Number of fields.

    Examples
    --------
    First order of S = φ²/2 + λ φ⁴ in zero dimensions: −12 λ and −24 λ.

    >>> quartic = {(4, Fraction(1)): Vertex(np.full((1, 1, 1, 1), 24.0), np.zeros((1, 1, 1, 1)))}
    >>> [correlator_at(n, Fraction(1), quartic, 1).value.tolist() for n in (2, 4)]
    [[-12.0], [-24.0]]
    """
    total, rounding, number = np.zeros((m,) * n), np.zeros((m,) * n), 0
    if n == 2 and order == 0:
        total = np.eye(m)
    powers = sorted({power for power, _ in vertices})
    for content in _contents(powers, order, vertices):
        classes = _classes(n, content)
        assigned = list(_assigned(content, order, vertices)) if classes else []
        for weight, diagram in classes:
            for some in assigned:
                network = to_network(diagram, DiagramTensors([one.tensor for one in some]))
                wrong: list[Array | None] = [one.rounding for one in some]
                wrong += [None] * (len(network.parts) - len(some))  # lines and legs are exact
                sign = -1 if len(some) % 2 else 1
                total = total + sign * weight * network.value()
                rounding = rounding + weight * (network.bound(wrong) + 16 * EPS * network.sizes())
                number += 1
    rows = distinct(np.stack([total, rounding]), m, n)
    return Computed(rows[0], rows[1], number)


def _contents(powers: list[int], order: Fraction, vertices: Vertices) -> Iterator[Content]:
    """Numbers of vertices of each power whose lowest orders leave room, one or more altogether."""
    lowest = {power: min(q for p, q in vertices if p == power) for power in powers}

    def some(rest: list[int], left: Fraction) -> Iterator[Content]:
        if not rest:
            yield ()
            return
        power, others = rest[0], rest[1:]
        for number in range(int(left / lowest[power]) + 1):
            for more in some(others, left - number * lowest[power]):
                yield (((power, number),) if number else ()) + more

    return (content for content in some(powers, order) if content)


@lru_cache(maxsize=4096)
def _classes(n: int, content: Content) -> tuple[tuple[float, Diagram], ...]:
    """Connected diagrams whose legs are exchangeable, with labellings over symmetry factor."""
    ends = sum(power * number for power, number in content)
    if (n + ends) % 2 or ends < n + 2 * (sum(number for _, number in content) - 1):
        return ()
    return tuple(
        (to_float(Fraction(labelled_count(one), class_symmetry(one))), representative(one))
        for one in leg_classes(n, content)
    )


def _assigned(content: Content, order: Fraction, vertices: Vertices) -> Iterator[list[Vertex]]:
    """Every way to give each vertex one of the orders it has, of the sum asked for."""
    slots = [power for power, number in content for _ in range(number)]

    def rest(position: int, left: Fraction) -> Iterator[list[Vertex]]:
        if position == len(slots):
            if left == 0:
                yield []
            return
        for (power, q), vertex in vertices.items():
            if power == slots[position] and q <= left:
                for more in rest(position + 1, left - q):
                    yield [vertex, *more]

    return rest(0, order)


def round_trip(
    vertices: Vertices, given: Mapping[int, Array], back: Array, order: Fraction, even: bool
) -> RoundTrip:
    """Compute every correlator that went into an action, and compare.

    Parameters
    ----------
    vertices : mapping
        See `correlator_at`.
    given : mapping of int to ndarray
        Connected correlators in the white basis, distinct elements, by number of points.
    back : ndarray, shape (m, m)
        From the white basis to the fields.
    order : Fraction
        Kept.
    even : bool
        Whether odd correlators vanish.

    Returns
    -------
    RoundTrip
    """
    m = len(back)
    rows = []
    for n in range(2 if even else 1, int(2 * order) + 3, 2 if even else 1):
        # an n-point function has the powers n/2, n/2 ± 1, ... only
        orders = [Fraction(k, 2) for k in range(n % 2, int(2 * order) + 3, 2)]
        found = [correlator_at(n, one, vertices, m) for one in orders[:-1]]
        want = given.get(n, np.zeros_like(found[0].value))
        kept = np.sum([one.value for one in found], axis=0)
        wrong = np.sum([16 * EPS * np.abs(want), *(one.rounding for one in found)], axis=0)

        def at_fields(white: Array, matrix: Array = back, n: int = n) -> Array:
            return np.asarray(in_basis(in_full(white[np.newaxis], m, n), matrix)[0])

        few = orders[-1] <= MOST_BEYOND * min((q for _, q in vertices), default=Fraction(1))
        beyond = correlator_at(n, orders[-1], vertices, m) if few else None
        rounding = at_fields(wrong, np.abs(back)) + 16 * n * EPS * at_fields(np.abs(want), np.abs(back))
        rows.append(
            RoundTripRow(
                n,
                float(np.abs(at_fields(want)).max()),
                float(np.abs(at_fields(kept - want)).max()),
                float(rounding.max()),
                None if beyond is None else float(np.abs(at_fields(beyond.value)).max()),
                orders[-1],
                sum(one.diagrams for one in found),
            )
        )
    return RoundTrip(order, tuple(rows))


def vertices_of(terms: Iterable[WhiteTerm], m: int) -> Vertices:
    """Write the terms of an action as vertices p! c_p, in full; the Gaussian part and constants are none.

    Parameters
    ----------
    terms : iterable of WhiteTerm
        One for each power and order.
    m : int
        Number of fields.
    """
    return {
        (term.power, term.order): Vertex(
            *(
                factorial(term.power) * in_full(rows[np.newaxis], m, term.power)[0]
                for rows in (term.value.value, term.rounding)
            )
        )
        for term in terms
        if term.power and term.order
    }
