"""The zero-dimensional theory: sums of diagram weights from power series, without a single diagram.

With one variable f ~ N(0, 1) in place of the field every propagator is 1, and the diagrams of a given number
of points and vertex content add up to a coefficient of a power series in the couplings (Bessis, Itzykson and
Zuber, *Quantum field theory techniques in graphical enumeration*, 1980). Vertices enter as ``e^V``,
``V = sum_k g_k f^k / k!``, so the coefficient of ``prod_k g_k^c_k`` is the sum of 1/S, and that times
``prod_k k!^c_k c_k!`` is the sum of Wick multiplicities; with an action ``sum_k g_k f^k`` in the exponent,
``e^-S``, the physical coefficient is ``(-1)^V / prod_k c_k!`` times that sum.

- full: E[f^n e^V]; normalised: divided by E[e^V];
- connected: derivatives of W(J) = log E[e^(V + J f)] at J = 0;
- amputated: connected functions without corrections on external lines. Of three or more points every external
  line of a connected diagram carries all corrections there are, once: ``A_n = G_n / G_2**n``; of two,
  ``G_2 = 1 / (1 - Sigma)`` and A_2 = 1 + Sigma; of one it is the irreducible function;
- one-particle irreducible: derivatives of the Legendre transform of W (external lines kept, each is 1);
- skeleton: connected functions after counterterms b f + d f^2 / 2, that keep E[f] = 0 and E[f f] = 1, are
  added to V: the lines are then exact propagators, and only diagrams without insertions remain.

Connected correlators of more legs (blobs) are cumulants of f: with kappa_r for those of r legs, f has the
moments E[f^m] = sum over set partitions, of which those with b_r blocks of r legs are counted.

Without self-loops: f^k becomes the Hermite polynomial He_k(f), the normal-ordered vertex. Nothing here is
shared with the generator.
"""

import enum
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import comb, factorial, prod

from diagrams.combinatorics.numbers import normal_moment
from diagrams.errors import GenerationError
from diagrams.power_series import Powers, Series

Polynomial = list[Series]


class Kind(enum.Enum):
    """Which function the diagrams add up to."""

    FULL = "full"
    NORMALISED = "normalised"
    CONNECTED = "connected"
    AMPUTATED = "amputated"
    ONE_PARTICLE_IRREDUCIBLE = "one_particle_irreducible"
    SKELETON = "skeleton"


def multiplicity_sum(
    n_external: int,
    vertices: Mapping[int, int],
    kind: Kind = Kind.FULL,
    *,
    self_loops: bool = True,
    blobs: Mapping[int, int] | None = None,
) -> int:
    """Sum of the Wick multiplicities of all diagrams of a kind, vertices labelled.

    Parameters
    ----------
    n_external : int
        Number of external points.
    vertices : mapping
        ``{valence: how many}``.
    kind : Kind
        Which diagrams. `Kind.SKELETON` means connected skeletons.
    self_loops : bool
        False: only diagrams without a line from a vertex to itself.
    blobs : mapping, optional
        ``{legs: how many}``, as for `diagrams.generate`.

    Raises
    ------
    GenerationError
        For `Kind.SKELETON` without self-loops or with blobs, which is not defined, and for blobs without
        self-loops.

    Notes
    -----
    `Kind.ONE_PARTICLE_IRREDUCIBLE` leaves out the bare line of the two-point function at order 0.

    Examples
    --------
    Four-point function, first order in f**4: 9 + 72 + 24, without the vacuum part 96, connected 24.

    >>> [multiplicity_sum(4, {4: 1}, kind) for kind in (Kind.FULL, Kind.NORMALISED, Kind.CONNECTED)]
    [105, 96, 24]
    >>> multiplicity_sum(4, {4: 2}, Kind.ONE_PARTICLE_IRREDUCIBLE)  # three bubbles
    1728

    Two-point function of a deformation f**4, with connected correlators of four legs: 14 k2 k4.

    >>> multiplicity_sum(2, {4: 1}, Kind.CONNECTED, blobs={4: 1})
    14
    """
    weight = weight_sum(n_external, vertices, kind, self_loops=self_loops, blobs=blobs)
    return int(weight * prod(factorial(k) ** c * factorial(c) for k, c in vertices.items()))


def weight_sum(
    n_external: int,
    vertices: Mapping[int, int],
    kind: Kind = Kind.FULL,
    *,
    self_loops: bool = True,
    blobs: Mapping[int, int] | None = None,
) -> Fraction:
    """Sum of 1 / S over all diagrams of a kind; parameters as for `multiplicity_sum`.

    Examples
    --------
    The sunset, the double scoop and the chain of two tadpoles: 1/6 + 1/4 + 1/4.

    >>> weight_sum(2, {4: 2}, Kind.CONNECTED)
    Fraction(2, 3)
    """
    ends = n_external + sum(k * c for k, c in vertices.items())
    trees = kind not in (Kind.FULL, Kind.NORMALISED)
    joined = {} if blobs is None else blobs
    ends += sum(r * b for r, b in joined.items())
    if trees and ends < 2 * (n_external + sum(vertices.values()) + sum(joined.values()) - 1):
        return Fraction(0)  # not even a tree has so few line ends
    valences, legs = sorted(vertices), sorted(joined)
    box = tuple([vertices[k] for k in valences] + [joined[r] for r in legs])
    return series(n_external, valences, box, kind, self_loops=self_loops, blobs=legs).at(box)


def series(
    n_external: int,
    valences: Sequence[int],
    box: Powers,
    kind: Kind = Kind.FULL,
    *,
    self_loops: bool = True,
    blobs: Sequence[int] = (),
) -> Series:
    """All orders at once: sums of 1 / S as a series in g_k, k in `valences`, truncated to the box.

    With `blobs`, the numbers of their legs, a series in their cumulants, too, which stand after the g_k.

    Examples
    --------
    Connected two-point function of f**4 / 4!, to third order:

    >>> [str(value) for value in series(2, [4], (3,), Kind.CONNECTED).coefficients.values()]
    ['1', '1/2', '2/3', '11/8']
    """
    if kind is Kind.SKELETON:
        if not self_loops:
            raise GenerationError("skeleton sums include self-loops; ask for self_loops=True")
        if blobs:
            raise GenerationError("skeleton sums are known without blobs only; leave the blobs out")
        return _skeleton(n_external, valences, box)
    if kind is Kind.AMPUTATED and blobs:
        raise GenerationError("amputated sums are known without blobs only; leave the blobs out")
    if blobs and not self_loops:
        raise GenerationError("sums without self-loops are known without blobs only; leave one of both out")
    moments = _Moments(valences, box, self_loops, blobs)
    if kind is Kind.FULL:
        return moments(n_external)
    if kind is Kind.NORMALISED:
        return moments(n_external) * moments(0).inverse()
    if kind is Kind.CONNECTED:
        return _cumulants([moments(m) for m in range(n_external + 1)])[n_external]
    if kind is Kind.AMPUTATED and n_external != 1:
        return _amputated(n_external, _cumulants([moments(m) for m in range(max(n_external, 2) + 1)]))
    most = sum(k * c for k, c in zip([*valences, *blobs], box, strict=True))
    if n_external > most:
        return Series(box)
    # The free part, phi**2 / 2, is taken off the second cumulant even where the vertices have one line end.
    return _irreducible(n_external, _cumulants([moments(m) for m in range(max(most, 2) + 1)]))


class _Moments:
    """E[f^m e^V] as a series, one m at a time."""

    def __init__(
        self, valences: Sequence[int], box: Powers, self_loops: bool, blobs: Sequence[int] = ()
    ) -> None:
        self.box, self.blobs = box, blobs
        self.factors: dict[Powers, tuple[list[int], Fraction]] = {}
        n_couplings = len(valences)
        for powers in product(*(range(most + 1) for most in box[:n_couplings])):
            polynomial = [1]
            weight = Fraction(1)
            for k, c in zip(valences, powers, strict=True):
                vertex = [0] * k + [1] if self_loops else _hermite(k)
                for _ in range(c):
                    polynomial = _multiplied(polynomial, vertex)
                weight /= factorial(k) ** c * factorial(c)
            self.factors[powers] = polynomial, weight

    def __call__(self, m: int) -> Series:
        numbers = list(product(*(range(most + 1) for most in self.box[len(self.box) - len(self.blobs) :])))
        return Series.collect(
            self.box,
            (
                (
                    powers + blobs,
                    weight * sum(a * self._moment(m + i, blobs) for i, a in enumerate(polynomial)),
                )
                for powers, (polynomial, weight) in self.factors.items()
                for blobs in numbers
            ),
        )

    def _moment(self, m: int, numbers: Powers) -> int:
        """Coefficient of a product of cumulants in E[f^m]: blocks are chosen one after the other."""
        ways = 1
        for legs, number in zip(self.blobs, numbers, strict=True):
            for already in range(number):
                ways = ways * comb(m, legs) // (already + 1) if m >= legs else 0
                m -= legs
        return ways * normal_moment(m) if ways else 0


def _hermite(k: int) -> list[int]:
    """Coefficients of He_k, by He_k = f He_(k-1) - (k - 1) He_(k-2)."""
    before, now = [0], [1]
    for i in range(k):
        shifted = [0, *now]
        before, now = now, [a - i * b for a, b in zip(shifted, before + [0] * 2, strict=False)]
    return now


def _multiplied(a: Sequence[int], b: Sequence[int]) -> list[int]:
    result = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            result[i + j] += x * y
    return result


def _cumulants(moments: Sequence[Series]) -> list[Series]:
    """Cumulants 0, 1, 2, ... from unnormalised moments; number 0 is log E[e^V].

    Uses ``m_n = sum_k binomial(n - 1, k - 1) c_k m_(n - k)`` for the normalised moments.
    """
    norm = moments[0].inverse()
    normalised = [moment * norm for moment in moments]
    cumulants = [moments[0].logarithm()]
    for n in range(1, len(moments)):
        lower = (comb(n - 1, k - 1) * cumulants[k] * normalised[n - k] for k in range(1, n))
        cumulants.append(normalised[n] - sum(lower, Series(moments[0].box)))
    return cumulants


def _amputated(n: int, cumulants: Sequence[Series]) -> Series:
    """Take the corrections off the external lines."""
    if n == 0:
        return cumulants[0]
    corrected = cumulants[2].inverse()
    return 2 - corrected if n == 2 else cumulants[n] * corrected.power(n)


def _irreducible(n: int, cumulants: Sequence[Series]) -> Series:
    """n-th derivative at 0 of the Legendre transform of W, less that of the free theory.

    With ``W(J) = J**2 / 2 + U(J)``, ``phi = W'(J)`` is solved by iterating ``J = phi - U'(J)``, which gains
    one order in the couplings each time; then ``Gamma(phi) = W(J) - J phi + phi**2 / 2``.
    """
    box = cumulants[0].box
    taylor = [cumulant * Fraction(1, factorial(m)) for m, cumulant in enumerate(cumulants)]
    taylor[2] = taylor[2] - Fraction(1, 2)
    slope = [taylor[m] * m for m in range(1, len(taylor))]
    phi = [Series.constant(box, int(m == 1)) for m in range(n + 1)]
    source = phi
    for _ in range(sum(box) + 1):
        source = [a - b for a, b in zip(phi, _substituted(slope, source), strict=True)]
    difference = [a - b for a, b in zip(source, phi, strict=True)]
    # W(J) - J phi + phi^2 / 2 = U(J) + (J - phi)^2 / 2
    quadratic = _product(difference, difference)
    gamma = [a + b * Fraction(1, 2) for a, b in zip(_substituted(taylor, source), quadratic, strict=True)]
    return gamma[n] * factorial(n)


def _product(a: Polynomial, b: Polynomial) -> Polynomial:
    """Product of two polynomials in phi of one length, cut off at that length."""
    size = len(a)
    zero = Series(a[0].box)
    return [sum((a[i] * b[m - i] for i in range(m + 1)), zero) for m in range(size)]


def _substituted(outer: Sequence[Series], inner: Polynomial) -> Polynomial:
    """The polynomial sum_m outer[m] J**m at J = inner(phi), cut off at the length of inner (Horner)."""
    result = [Series(inner[0].box)] * len(inner)
    for coefficient in reversed(outer):
        result = _product(result, inner)
        result[0] = result[0] + coefficient
    return result


def _skeleton(n: int, valences: Sequence[int], box: Powers) -> Series:
    """Connected n-point series once counterterms hold E[f] = 0 and E[f f] = 1."""
    linear, quadratic = Series(box), Series(box)
    cumulants: list[Series] = []
    for _ in range(sum(box) + 1):  # every round settles one more order
        exponent = [Series(box)] * (max([2, *valences]) + 1)
        exponent[1], exponent[2] = linear, quadratic * Fraction(1, 2)
        for i, k in enumerate(valences):
            unit = tuple(int(i == j) for j in range(len(box)))
            exponent[k] = exponent[k] + Series.monomial(box, unit, Fraction(1, factorial(k)))
        cumulants = _cumulants(_moments_of_exponential(exponent, max(n, 2)))
        linear, quadratic = linear - cumulants[1], quadratic - (cumulants[2] - 1)
    return cumulants[n]


def _moments_of_exponential(exponent: Polynomial, n: int) -> list[Series]:
    """E[f^m exp(V(f))] for m = 0..n; the coefficients of V vanish with the couplings."""
    box = exponent[0].box
    totals = [Series(box) for _ in range(n + 1)]
    power: Polynomial = [Series.constant(box, 1)]
    order = 0
    while any(coefficient.coefficients for coefficient in power):
        for m in range(n + 1):
            for i, coefficient in enumerate(power):
                if moment := normal_moment(m + i):
                    totals[m] = totals[m] + coefficient * Fraction(moment, factorial(order))
        order += 1
        longer = [Series(box)] * (len(power) + len(exponent) - 1)
        for i, a in enumerate(power):
            for j, b in enumerate(exponent):
                if a.coefficients and b.coefficients:
                    longer[i + j] = longer[i + j] + a * b
        power = longer
    return totals
