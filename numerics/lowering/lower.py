"""From diagrams to flat programs; the only place where an exact number becomes a float.

What to use when: `lower_diagram` for one diagram; `lower` for the terms of an expansion, which share their
vertex integrals: the fifteen (4|2) terms of the six-point function at first order hold one integral.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from numbers import Rational

import numpy as np
from numpy.typing import NDArray

from diagrams.diagram import Diagram
from numerics.errors import LoweringError
from numerics.kernels.profiles import Profile
from numerics.lowering.connected_product import ConnectedPart, ConnectedProduct, PlacedPart
from numerics.lowering.integrand import Integrand, Line, Part
from numerics.lowering.monomials import Monomial, monomial

#: One term of an expansion: diagram (or flat program, where vertices have profiles, and around a network),
#: exact factor in front (sign, 1/V!, multiplicity), powers of couplings.
TermLike = tuple[Diagram | Integrand | ConnectedProduct, Fraction, Mapping[str, int]]


def to_float(number: Rational | int) -> float:
    """Round an exact coefficient to the nearest float; no other does it for a number that is computed with.

    Raises
    ------
    LoweringError
        If it is too large for a float.

    Examples
    --------
    >>> to_float(Fraction(1, 3))
    0.3333333333333333
    """
    try:
        return float(Fraction(number))
    except OverflowError as error:
        raise LoweringError(
            f"a coefficient with {len(str(number))} digits does not fit a float (largest about 1.8e308); "
            "evaluate this order exactly instead"
        ) from error


def lower_diagram(
    diagram: Diagram, prefactor: Fraction | int = 1, profiles: Sequence[Profile | None] = ()
) -> Integrand:
    """Flat program of one diagram.

    Parameters
    ----------
    diagram : Diagram
    prefactor : Fraction or int
        Exact factor in front of the integral.
    profiles : sequence of Profile or None, one per vertex y1, y2, .. of `Diagram.edge_string`
        Position dependence of the couplings; empty if they are constant.

    Raises
    ------
    LoweringError
        If there is not one profile per vertex, or the diagram has blobs.

    Examples
    --------
    >>> print(lower_diagram(Diagram.from_edge_string("x1-x3,x2-y1,y1-y1,y1-x4"), -12))
    -12 K(x1,x3) ∫dy1 Kw(x2,y1) Kw(x4,y1) Kw(y1,y1)   [4 factors, 2 products ...
    >>> from numerics.kernels.profiles import RadialPower
    >>> print(lower_diagram(Diagram.from_edge_string("x1-y1,x2-y1"), profiles=[RadialPower(2)]))
    ∫dy1 |y1|^2 Kw(x1,y1) Kw(x2,y1)   [2 factors, 2 products ...
    """
    lowered = _lowered(diagram)
    if prefactor == 1 and not any(profiles):
        return lowered
    return replace(lowered, prefactor=Fraction(prefactor), profiles=tuple(profiles))


@lru_cache(maxsize=8192)
def _lowered(diagram: Diagram) -> Integrand:
    """Program with prefactor one; kept, so that its parts are found once per diagram."""
    n = diagram.n_external
    if diagram.blobs:
        raise LoweringError(
            f"{diagram.edge_string!r} has connected correlators of more than two legs, and integrands are "
            "made of propagators only; give a diagram of lines, or integrate it around a network"
        )
    spectators: list[Line] = []
    legs: list[Line] = []
    internal: list[Line] = []
    for (i, j), power in diagram.lines:
        if j < n:
            spectators.append((i, j, power))
        elif i < n:
            legs.append((i, j - n, power))
        else:
            internal.append((i - n, j - n, power))
    return Integrand(n, diagram.n_vertices, tuple(spectators), tuple(legs), tuple(internal))


@dataclass(frozen=True)
class TermGroup:
    """Terms that hold the same integrals and differ only in which external points sit where.

    Attributes
    ----------
    couplings : Monomial
    integrands : tuple of int
        Which of `Program.integrands` are multiplied.
    n_pairs : int
        Number of lines between external points.
    places : ndarray of int, shape (T, n_external)
        Per term the external points: first the pairs, two by two, then the slots of each integrand in turn.
    prefactors : tuple of Fraction, length T
        Exact.
    weights : ndarray, shape (T,)
        The same as floats.
    """

    couplings: Monomial
    integrands: tuple[int, ...]
    n_pairs: int
    places: NDArray[np.int64]
    prefactors: tuple[Fraction, ...]
    weights: NDArray[np.float64] = field(repr=False)


@dataclass(frozen=True)
class Program:
    """An expansion ready for numbers.

    Attributes
    ----------
    n_external : int
    integrands : tuple of Integrand or ConnectedPart
        The distinct connected vertex integrals, each once; all of one kind.
    groups : tuple of TermGroup
    """

    n_external: int
    integrands: tuple[Integrand | ConnectedPart, ...]
    groups: tuple[TermGroup, ...]

    @property
    def around_network(self) -> bool:
        """Whether the integrals are over connected correlators of a network, and not over propagators."""
        return any(isinstance(part, ConnectedPart) for part in self.integrands)

    @property
    def monomials(self) -> tuple[Monomial, ...]:
        """Products of couplings that occur, lowest total power first."""
        return tuple(
            sorted({group.couplings for group in self.groups}, key=lambda m: (sum(p for _, p in m), m))
        )

    @property
    def n_terms(self) -> int:
        """Number of terms."""
        return sum(len(group.prefactors) for group in self.groups)

    def __str__(self) -> str:
        lines = [f"{self.n_terms} terms with {len(self.integrands)} distinct integrals:"]
        return "\n".join(lines + [f"  I{k}: {integrand}" for k, integrand in enumerate(self.integrands)])


def lower(terms: Iterable[TermLike]) -> Program:
    """Bring the terms of one expansion to programs, every distinct integral once.

    Parameters
    ----------
    terms : iterable of (Diagram, Integrand or ConnectedProduct, Fraction, mapping of str to int)
        Diagram, exact factor in front of its integral, powers of the couplings; all with the same number of
        external points. A term whose vertices have profiles, or around a network, brings its flat program,
        and with it a factor.

    Returns
    -------
    Program

    Raises
    ------
    LoweringError
        If there are no terms, they differ in their number of external points, or only some of them are
        around a network.

    Examples
    --------
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1,x5-x6")
    >>> other = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x6-y1,x4-x5")
    >>> program = lower([(star, Fraction(-24), {"lambda": 1}), (other, Fraction(-24), {"lambda": 1})])
    >>> print(program)
    2 terms with 1 distinct integrals:
      I0: ∫dy1 Kw(x1,y1) Kw(x2,y1) Kw(x3,y1) Kw(x4,y1)   [4 factors, 3 products ...
    >>> program.groups[0].places.tolist()
    [[4, 5, 0, 1, 2, 3], [3, 4, 0, 1, 2, 5]]
    """
    numbers: dict[Integrand | ConnectedPart, int] = {}
    grouped: dict[tuple[Monomial, tuple[int, ...], int], list[tuple[list[int], Fraction]]] = {}
    counts, around = set(), set()
    for diagram, prefactor, couplings in terms:
        integrand = _lowered(diagram) if isinstance(diagram, Diagram) else diagram
        around.add(isinstance(integrand, ConnectedProduct))
        counts.add(integrand.n_external)
        if len(counts) > 1:
            raise LoweringError(
                f"terms with {' and '.join(map(str, sorted(counts)))} external points given; "
                "lower one n-point function at a time"
            )
        parts = sorted(
            (numbers.setdefault(part.integrand, len(numbers)), part.labels) for part in _parts(integrand)
        )
        pairs = [point for i, j, power in integrand.spectators for _ in range(power) for point in (i, j)]
        key = (monomial(couplings), tuple(number for number, _ in parts), len(pairs) // 2)
        places = pairs + [label for _, labels in parts for label in labels]
        grouped.setdefault(key, []).append((places, prefactor * integrand.prefactor))
    if not counts:
        raise LoweringError("no terms given; an expansion has at least one")
    if len(around) > 1:
        raise LoweringError(
            "terms around a network were given together with terms around the Gaussian process; give those "
            "of one expansion"
        )
    return Program(counts.pop(), tuple(numbers), tuple(_group(key, rows) for key, rows in grouped.items()))


def _parts(integrand: Integrand | ConnectedProduct) -> Sequence[Part | PlacedPart]:
    return integrand.parts()


def _group(
    key: tuple[Monomial, tuple[int, ...], int], rows: Sequence[tuple[list[int], Fraction]]
) -> TermGroup:
    couplings, integrands, n_pairs = key
    places = np.array([places for places, _ in rows], dtype=np.int64).reshape(len(rows), -1)
    prefactors = tuple(prefactor for _, prefactor in rows)
    weights = np.array([to_float(prefactor) for prefactor in prefactors])
    for array in (places, weights):
        array.setflags(write=False)
    return TermGroup(couplings, integrands, n_pairs, places, prefactors, weights)
