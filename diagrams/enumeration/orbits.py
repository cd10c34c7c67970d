"""Numbers of connected diagrams from averages over vertex permutations, without a single diagram.

Diagrams are pairings of line ends up to permutations: those of the ends of a vertex, and those of vertices of
one valence. The number of orbits is the mean number of fixed pairings (Burnside). In power sums p_1, p_2, …
the cycle types of c vertices of valence k are h_c[h_k], and the pairings that they fix are counted by

    sum_m h_m[h_2] = exp(sum_j (p_j^2 + p_2j) / 2j),

whose scalar product with a monomial is an average over independent Gaussian p_j of variance j and mean one
for even j, else zero: Wick's theorem once more. A vertex of valence k with a line to itself is one of valence
k − 2 of another kind, so h_k − h_(k−2) in place of h_k leaves such lines out. Points told apart are p_1^n;
exchangeable ones are vertices of valence one.

Connected diagrams follow by logarithms: of sums over sets where points tell components apart, of sums over
multisets (the inverse Euler transform) where nothing does.

References
----------
R. C. Read, The enumeration of locally restricted graphs, J. London Math. Soc. 34 (1959) 417.
I. M. Gessel, Enumerative applications of symmetric functions, Séminaire Lotharingien 17 (1987) B17a.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from math import comb, factorial, prod

from diagrams.enumeration.counting import Totals, splits
from diagrams.enumeration.leg_classes import Content, ends_of
from diagrams.zero_dim import Kind, weight_sum

#: Exponents of p_1, p_2, … in one whole number, this many bits each: a byte, so that `_unpacked` reads bytes.
_BITS = 8
#: Polynomials in power sums have as many terms as there are partitions of all line ends: 150,000 of 48.
#: Exchangeable points are a sum over their partitions.
MOST_ENDS, MOST_POINTS = 48, 10
#: A sum of monomials: packed exponents -> coefficient.
_Polynomial = dict[int, int]


def fits(n: int, content: Content) -> bool:
    """Whether the polynomials of a request are short enough, and vertices are ordinary ones."""
    return n <= MOST_POINTS and ends_of(content) <= MOST_ENDS and all(k > 0 for k, _ in content)


@cache
def connected_totals(n: int, content: Content, self_loops: bool = True) -> Totals:
    """Count the connected diagrams of n points and some vertices.

    Parameters
    ----------
    n : int
    content : tuple of (int, int)
        Pairs (valence, how many), at least one.
    self_loops : bool, optional
        Whether a line may go from a vertex to itself.

    Examples
    --------
    >>> connected_totals(4, ((4, 8),))[:2]
    (40893, 531606)
    >>> connected_totals(0, ((4, 10),)).classes, connected_totals(0, ((4, 3),), self_loops=False).classes
    (48432, 1)
    """
    kind = Kind.CONNECTED
    weight = weight_sum(n, dict(content), kind, self_loops=self_loops)
    return Totals(_unlabelled(n, content, self_loops), _labelled(n, content, self_loops), weight)


@cache
def _all(legs: tuple[int, ...], content: Content, self_loops: bool) -> Fraction:
    """Number of all diagrams, vacuum parts included; legs p_1^legs[0] p_2^legs[1] … in power sums."""
    found = Fraction(0)
    for powers, value in _few_power_sums(content, len(legs), self_loops).items():
        together = (a + b for a, b in zip(powers, legs, strict=True))
        found += value * prod(_moment(j, power) for j, power in enumerate(together, start=1))
    return found


@cache
def _few_power_sums(content: Content, kept: int, self_loops: bool) -> dict[tuple[int, ...], Fraction]:
    """Average the cycle types of vertices over all power sums but the first few."""
    found: dict[tuple[int, ...], Fraction] = defaultdict(Fraction)
    scale = prod(factorial(c) * factorial(k) ** c for k, c in content)
    for packed, number in _vertices(content, self_loops).items():
        powers = _unpacked(packed)
        value = number * prod(_moment(j, e) for j, e in enumerate(powers, start=1) if j > kept)
        if value:
            first = tuple(powers[:kept]) + (0,) * (kept - len(powers))
            found[first] += Fraction(value, scale)
    return found


@cache
def _moment(j: int, power: int) -> int:
    """Moment of a Gaussian of variance j whose mean is 1 for even j, else 0."""
    if power == 0:
        return 1
    mean = 1 - j % 2
    below = (power - 1) * j * _moment(j, power - 2) if power > 1 else 0
    return mean * _moment(j, power - 1) + below


@cache
def _vertices(content: Content, self_loops: bool) -> Mapping[int, int]:
    """Find prod_k c_k! k!^c_k h_(c_k)[h_k] in power sums."""
    found: _Polynomial = {0: 1}
    for k, c in content:
        found = _product(found, _alike(k, c, self_loops))
    return found


@cache
def _alike(k: int, c: int, self_loops: bool) -> _Polynomial:
    """Find c! k!^c h_c[h_k], from the length of the cycle that holds the first vertex."""
    if c == 0:
        return {0: 1}
    found: _Polynomial = defaultdict(int)
    for j in range(1, c + 1):
        ways = factorial(c - 1) // factorial(c - j) * factorial(k) ** (j - 1)
        for packed, number in _product(_one(k, j, self_loops), _alike(k, c - j, self_loops)).items():
            found[packed] += ways * number
    return dict(found)


def _one(k: int, j: int, self_loops: bool) -> _Polynomial:
    """Find k! h_k[p_j], a vertex in a cycle of j; without self-loops k! (h_k − h_(k−2))[p_j]."""
    found = _cycle_types(k, j)
    if not self_loops and k > 1:
        for packed, number in _cycle_types(k - 2, j).items():
            found[packed] = found.get(packed, 0) - k * (k - 1) * number
    return found


def _cycle_types(k: int, j: int) -> _Polynomial:
    """Find k! h_k[p_j]: cycle types of k ends, every cycle j times as long."""
    return {
        sum(m << _BITS * (part * j - 1) for part, m in times.items()): factorial(k) // size
        for times, size in _classes(k)
    }


def _product(one: Mapping[int, int], other: Mapping[int, int]) -> _Polynomial:
    found: _Polynomial = defaultdict(int)
    for a, x in one.items():
        for b, y in other.items():
            found[a + b] += x * y
    return dict(found)


def _unpacked(packed: int) -> bytes:
    return packed.to_bytes((packed.bit_length() + 7) // 8, "little")


def _classes(n: int) -> Iterator[tuple[Counter[int], int]]:
    """Give the cycle types of n things: how often every length, and n! over the number of permutations."""
    for parts in _partitions(n, n):
        times = Counter(parts)
        yield times, prod(part**m * factorial(m) for part, m in times.items())


def _partitions(n: int, largest: int) -> Iterator[tuple[int, ...]]:
    if n == 0:
        yield ()
    for part in range(min(n, largest), 0, -1):
        for rest in _partitions(n - part, part):
            yield (part, *rest)


@cache
def _labelled(n: int, content: Content, self_loops: bool) -> int:
    """Connected diagrams, points told apart: the component of the first point, and all that is beside it."""
    if n == 0:
        return _unlabelled(0, content, self_loops)
    rest = Fraction(0)
    for used, left in splits(content):
        for size in range(1, n + 1):
            if (size, used) != (n, content) and (ends_of(used) - size) % 2 == 0:
                some = int(size == 2) if not used else _labelled(size, used, self_loops)
                if some:
                    rest += comb(n - 1, size - 1) * some * _all((n - size,), left, self_loops)
    return _whole(_all((n,), content, self_loops) - rest)


@cache
def _unlabelled(n: int, content: Content, self_loops: bool) -> int:
    """Connected diagrams, points exchangeable, by the inverse Euler transform.

    With b(g) all diagrams of a request g and c(g) connected ones, size(g) b(g) is the sum over g' of
    b(g − g') times the sum over d | g' of size(g'/d) c(g'/d); size counts the points and vertices.
    """
    goal = (n, content)
    rest = Fraction(0)
    for used, left in splits(content):
        for points in range(n + 1):
            if (points or used) and (points + ends_of(used)) % 2 == 0:
                turned = _by_divisors(points, used, self_loops, proper=(points, used) == goal)
                if turned:
                    rest += turned * _exchangeable(n - points, left, self_loops)
    return _whole(_exchangeable(n, content, self_loops) - rest / _size(n, content))


def _by_divisors(n: int, content: Content, self_loops: bool, *, proper: bool) -> int:
    """Sum size(g/d) c(g/d) over the numbers d that divide all of a request; proper: without d = 1."""
    found = 0
    for d in range(2 if proper else 1, _size(n, content) + 1):
        if n % d == 0 and all(c % d == 0 for _, c in content):
            points, part = n // d, tuple((k, c // d) for k, c in content)
            if (points + ends_of(part)) % 2 == 0:
                connected = int(points == 2) if not part else _unlabelled(points, part, self_loops)
                found += _size(points, part) * connected
    return found


def _whole(number: Fraction) -> int:
    assert number.denominator == 1, f"{number} diagrams"
    return number.numerator


def _size(n: int, content: Content) -> int:
    return n + sum(c for _, c in content)


@cache
def _exchangeable(n: int, content: Content, self_loops: bool) -> Fraction:
    """All diagrams with exchangeable points: h_n in place of p_1^n."""
    found = Fraction(0)
    for times, size in _classes(n):
        legs = tuple(times[j] for j in range(1, n + 1)) or (0,)
        found += _all(legs, content, self_loops) / size
    return found
