"""There and back: the correlators of an action that was made from correlators.

The ordinary rules, with nothing of the action's own making: e^(−S) has the vertices −p! c_p for the
symmetric coefficients c_p of every power p of the field, the induced linear and quadratic ones too; lines and
legs are K; in front of a diagram stands 1/S. Order by order in 1/N the result must be what went in, with
vertices of up to the order kept; what the first order left out adds to it is the size of the truncation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from math import factorial
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.diagram import Diagram
from diagrams.enumeration.leg_classes import Content, leg_classes
from diagrams.enumeration.legs import class_symmetry, labelled_count, representative
from diagrams.messages import counted
from nnft_sym.duality.symmetric_tensors import distinct, in_basis, in_full
from nnft_sym.duality.width_order import width_order_text
from numerics.lowering.lower import to_float
from numerics.lowering.to_network import DiagramTensors, to_network
from numerics.results.cumulants import EPS

Array = NDArray[np.float64]
#: Full tensors p! c_p of the action by power of the field and order in 1/N.
Vertices = Mapping[tuple[int, Fraction], Array]


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
        What rounding makes of it: the sum of the sizes of all contributions, times the precision.
    left_out : float
        Largest element of what the next order of the same action adds: the size of the truncation.
    next_order : Fraction
        Which order that is.
    diagrams : int
        Contractions added up, up to the order kept.
    """

    points: int
    given: float
    residual: float
    rounding: float
    left_out: float
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
    """

    order: Fraction
    rows: tuple[RoundTripRow, ...]

    @property
    def agrees(self) -> bool:
        """Whether all correlators come back to the order kept."""
        return all(row.agrees for row in self.rows)

    def to_json(self) -> dict[str, object]:
        """Give it as plain fields."""
        return {
            "order": width_order_text(self.order),
            "agrees": self.agrees,
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
            f"{row.left_out:.2e} ({width_order_text(row.next_order)})"
            for row in self.rows
        ]
        total = counted(sum(row.diagrams for row in self.rows), "contraction")
        verdict = "they agree" if self.agrees else "they DIFFER"
        return "\n".join([*lines, f"  {verdict} to rounding ({total} of diagrams)"])


@dataclass(frozen=True, eq=False)
class Computed:
    """A connected correlator in the white basis at one order.

    Attributes
    ----------
    value : ndarray, shape (M,)
        Distinct elements.
    size : ndarray, shape (M,)
        The same sum of absolute values, for rounding.
    diagrams : int
        Contractions added up.
    """

    value: Array
    size: Array
    diagrams: int


def correlator_at(n: int, order: Fraction, vertices: Vertices, m: int) -> Computed:
    """Compute the connected n-point function of an action at one order in 1/N, where K is the identity.

    Parameters
    ----------
    n : int
    order : Fraction
    vertices : mapping of (int, Fraction) to ndarray
        p! c_p of the action by power and order, in full; without the Gaussian part.
    m : int
        Number of fields.

    Examples
    --------
    First order of S = φ²/2 + λ φ⁴ in zero dimensions: −12 λ and −24 λ.

    >>> quartic = {(4, Fraction(1)): np.full((1, 1, 1, 1), 24.0)}
    >>> [correlator_at(n, Fraction(1), quartic, 1).value.tolist() for n in (2, 4)]
    [[-12.0], [-24.0]]
    """
    total, sizes, number = np.zeros((m,) * n), np.zeros((m,) * n), 0
    if n == 2 and order == 0:
        total = sizes = np.eye(m)
    powers = sorted({power for power, _ in vertices})
    for content in _contents(powers, order, vertices):
        classes = _classes(n, content)
        assigned = list(_assigned(content, order, vertices)) if classes else []
        for weight, diagram in classes:
            for tensors in assigned:
                value = to_network(diagram, DiagramTensors(tensors)).value()
                size = to_network(diagram, DiagramTensors(list(map(np.abs, tensors)))).value()
                sign = -1 if len(tensors) % 2 else 1
                total = total + sign * weight * value
                sizes = sizes + weight * size
                number += 1
    rows = distinct(np.stack([total, sizes]), m, n)
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


def _assigned(content: Content, order: Fraction, vertices: Vertices) -> Iterator[list[Array]]:
    """Every way to give each vertex one of the orders it has, of the sum asked for."""
    slots = [power for power, number in content for _ in range(number)]

    def rest(position: int, left: Fraction) -> Iterator[list[Array]]:
        if position == len(slots):
            if left == 0:
                yield []
            return
        for (power, q), tensor in vertices.items():
            if power == slots[position] and q <= left:
                for more in rest(position + 1, left - q):
                    yield [tensor, *more]

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
        found = [correlator_at(n, one, vertices, m) for one in orders]
        want = given.get(n, np.zeros_like(found[0].value))
        kept = np.sum([np.zeros_like(want), *(one.value for one in found[:-1])], axis=0)
        size = np.sum([np.abs(want), *(one.size for one in found[:-1])], axis=0)

        def at_fields(white: Array, matrix: Array = back, n: int = n) -> Array:
            return np.asarray(in_basis(in_full(white[np.newaxis], m, n), matrix)[0])

        rounding = 64 * n * EPS * at_fields(size, np.abs(back))
        rows.append(
            RoundTripRow(
                n,
                float(np.abs(at_fields(want)).max()),
                float(np.abs(at_fields(kept - want)).max()),
                float(rounding.max()),
                float(np.abs(at_fields(found[-1].value)).max()),
                orders[-1],
                sum(one.diagrams for one in found[:-1]),
            )
        )
    return RoundTrip(order, tuple(rows))


def vertices_of(terms: "list[tuple[int, Fraction, Array]]", m: int) -> Vertices:
    """Write the terms of an action as vertices p! c_p, in full; the Gaussian part and constants are none.

    Parameters
    ----------
    terms : list of (int, Fraction, ndarray)
        Power, order, distinct elements.
    m : int
    """
    ordered = sorted((power, order, i) for i, (power, order, _) in enumerate(terms) if power and order)
    found: dict[tuple[int, Fraction], Array] = {}
    for (power, order), some in groupby(ordered, key=lambda one: one[:2]):
        rows = sum(terms[i][2] for *_, i in some)
        found[power, order] = factorial(power) * in_full(np.asarray(rows)[np.newaxis], m, power)[0]
    return found
