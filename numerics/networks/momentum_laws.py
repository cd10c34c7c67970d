"""Laws of momenta that make Cos-net a scalar field on the line: lattice propagator, cut-off propagators.

K(t) = (σ_a²/2) χ(t), χ(t) = E cos(t p), is a propagator where the density of p is one:

| law | density of p, up to a factor | K(t) up to the factor K(0) |
|---|---|---|
| ``cauchy:scale=m`` | 1/(p² + m²) | e^(−m|t|) |
| ``lattice:mass=m`` | 1/(4 sin²(p/2) + m²), −π < p < π | e^(−w|n|) at whole n, 2 cosh w = 2 + m² |
| ``propagator:mass=m,cutoff=L`` | 1/(p² + m²), −L < p < L | sharp cutoff |
| ``gauss-propagator:mass=m,cutoff=L`` | e^(−p²/L²)/(p² + m²) | Gaussian cutoff |

Masses, cutoffs and the lattice spacing 1 are in units of the slope σ_w/√d of the network, which is 1 by
default in one dimension. In more dimensions the components of p are independent, and K is a product.
The standard variable of these laws is the momentum itself: its variance is not one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import asinh, atan, inf, pi, sqrt, tan, tanh
from typing import ClassVar, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidNetwork
from numerics.given import as_number
from numerics.networks.laws import FARTHER, RADIUS, SECOND_SHIFT, ParameterLaw

Array = NDArray[np.float64]

#: Where the tail beyond the cutoff is an asymptotic series: its smallest term is e^(−z).
_FAR, _TERMS = 50.0, 40
#: Sines of large phases lose the digits that the phase loses.
_EPS = float(np.finfo(np.float64).eps)
#: e^(−x) is 4e-18 at this x.
_NEGLIGIBLE = 40.0
#: Nodes of a panel, and its length in the variable asinh(p/m).
_NODES, _PANEL = 40, 0.5
#: The Gaussian e^(−x²) at this x is 1e-44.
_REACH = 10.0
#: Masses and cutoffs farther apart are refused: the law is another one to all digits.
_WIDEST = 1e8


def _settle(law: ParameterLaw, *names: str) -> None:
    for name in names:
        what = f"the {name} of {law.family}"
        number = as_number(getattr(law, name), what, InvalidNetwork, "a positive finite number", above=0.0)
        object.__setattr__(law, name, number)


@final
@dataclass(frozen=True)
class LatticePropagator(ParameterLaw):
    """Momenta of the free field of a mass on a lattice of spacing one: −π < p < π.

    The density sinh w/(2π(cosh w − cos p)) ∝ 1/(4 sin²(p/2) + m²) is the Cauchy law wound on a circle, and
    E cos(n p) = e^(−w|n|) at whole n, with 2 cosh w = 2 + m². Between them the values are those of the
    sampling theorem, Σ_n e^(−w|n|) sinc(t − n).

    Parameters
    ----------
    mass : float
        In units of the inverse spacing.

    Raises
    ------
    InvalidNetwork
        If the mass is not between 1e-4 and 1e6.

    Examples
    --------
    >>> law = LatticePropagator(1.0)
    >>> [round(float(law.characteristic(np.array([n]))[0]), 6) for n in (0.0, 1.0, -2.0)]
    [1.0, 0.381966, 0.145898]
    """

    family: ClassVar[str] = "lattice"
    example: ClassVar[str] = "lattice:mass=0.5"
    # the density jumps at the edges of the zone
    characteristic_growth: ClassVar[float | None] = -1.0
    mass: float

    def __post_init__(self) -> None:
        super().__post_init__()
        _settle(self, "mass")
        if not 1e-4 <= self.mass <= 1e6:
            raise InvalidNetwork(
                f"the mass of lattice = {self.mass!r} was given; one between 1e-4 and 1e6, in units of the "
                "inverse spacing, is needed"
            )

    @property
    def decay(self) -> float:
        """w, by which correlations fall per site: 2 sinh(w/2) = mass."""
        return 2.0 * asinh(self.mass / 2.0)

    @property
    def spread(self) -> float:
        """The edge of the zone."""
        return max(pi * self.scale, abs(self.mean))

    def _moment(self, order: int) -> float:
        """E p^n by panels in the quantile, which the edges bound."""
        return 0.0 if order % 2 else _lattice_moment(self.decay, order)[0]

    def moment_error(self, order: int) -> float:
        """Difference of two rules, and rounding."""
        error = 0.0 if order % 2 else _lattice_moment(self.decay, order)[1]
        return self.scale**order * error + _EPS * abs(self.mean) ** order

    def _quantile(self, u: Array) -> Array:
        return np.asarray(2.0 * np.arctan(tanh(self.decay / 2.0) * np.tan(pi * (u - 0.5))))

    def scalar_quantile(self) -> Callable[[float], float]:
        """The same, for the compiler."""
        mean, scale, narrow = self.mean, 2.0 * self.scale, tanh(self.decay / 2.0)

        def quantile(u: float) -> float:
            return mean + scale * atan(narrow * tan(pi * (u - 0.5)))

        return quantile

    @property
    def characteristic_accuracy(self) -> float:
        """The sum between whole numbers is rounded."""
        return 8 * _EPS

    def _characteristic(self, t: Array) -> Array:
        w, size = self.decay, np.abs(np.asarray(t, dtype=np.float64))
        found = np.exp(-w * size)
        between = size != np.rint(size)
        found[between] = [_between_sites(one, w) for one in size[between].tolist()]
        return found


def _between_sites(t: float, w: float) -> float:
    """Σ_n e^(−w|n|) sinc(t − n), or the integral over momenta where these are many terms."""
    reach = int(np.ceil(_NEGLIGIBLE / w))
    pieces = int(np.ceil(max(1.0, t / _FAR)))
    if 2 * reach <= pieces * _NODES * _NEGLIGIBLE / _PANEL:
        n = np.arange(-reach, reach + 1, dtype=np.float64)
        return float(np.exp(-w * np.abs(n)) @ np.sinc(t - n))
    # p = 2 atan(tanh(w/2) sinh s) has the density 1/(π cosh s) in s, and dp/ds < 3/2
    s, weights = _panels(_NEGLIGIBLE, _PANEL / pieces)
    return float(np.cos(2.0 * t * np.arctan(tanh(w / 2.0) * np.sinh(s))) @ (weights / np.cosh(s)) * 2.0 / pi)


@lru_cache(maxsize=256)
def _lattice_moment(w: float, order: int) -> tuple[float, float]:
    """E p^n = ∫ p^n over the quantile; p = 2 atan(tanh(w/2) sinh s) has its structure at s of order one."""
    narrow = tanh(w / 2.0)
    found = []
    for step in (0.05, 0.0427):
        # with x = π(u − ½) and tan x = sinh s, du = ds/(π cosh s): an exponential fall, no edge
        s = step * np.arange(-int(45.0 / step), int(45.0 / step) + 1)
        found.append(float(step / pi * np.sum((2 * np.arctan(narrow * np.sinh(s))) ** order / np.cosh(s))))
    return found[1], 2 * abs(found[1] - found[0]) + 8 * _EPS * found[1]


@final
@dataclass(frozen=True)
class CutPropagator(ParameterLaw):
    """Momenta of the free field of a mass in the continuum, cut off at |p| = cutoff.

    Parameters
    ----------
    mass, cutoff : float
        Without a cutoff the law is ``cauchy:scale=mass``.

    Raises
    ------
    InvalidNetwork
        If they are not positive, or more than a factor 1e8 apart.

    Examples
    --------
    >>> law = CutPropagator(mass=1.0, cutoff=40.0)
    >>> bool(abs(law.characteristic(np.array([0.7]))[0] / np.exp(-0.7) - 1.0) < 0.04), law.text
    (True, 'propagator:mass=1,cutoff=40')
    >>> round(float(law.moment(2)), 6)
    24.876543
    """

    family: ClassVar[str] = "propagator"
    example: ClassVar[str] = "propagator:mass=1,cutoff=40; without a cutoff it is cauchy:scale=1"
    characteristic_growth: ClassVar[float | None] = -1.0
    mass: float
    cutoff: float

    def __post_init__(self) -> None:
        super().__post_init__()
        _settle(self, "mass", "cutoff")
        _refuse_far_apart(self, self.mass, self.cutoff)

    @property
    def spread(self) -> float:
        """The cutoff."""
        return max(self.cutoff * self.scale, abs(self.mean))

    @property
    def _angle(self) -> float:
        return atan(self.cutoff / self.mass)

    def _moment(self, order: int) -> float:
        """E p^n = Λ^n F(1, (n+1)/2; (n+3)/2; −Λ²/m²)/(n + 1), over its value at n = 0."""
        from scipy.special import hyp2f1

        if order % 2 or not order:
            return float(not order)
        ratio, half = self.cutoff / self.mass, (order + 1) / 2.0
        return float(
            self.cutoff**order
            * hyp2f1(1.0, half, half + 1.0, -(ratio**2))
            * ratio
            / (order + 1)
            / self._angle
        )

    def moment_error(self, order: int) -> float:
        """Rounding of the hypergeometric function."""
        return 1e-13 * (self.scale * self.cutoff + abs(self.mean)) ** order if order else 0.0

    def _quantile(self, u: Array) -> Array:
        return np.asarray(self.mass * np.tan((2.0 * u - 1.0) * self._angle))

    def scalar_quantile(self) -> Callable[[float], float]:
        """The same, for the compiler."""
        mean, scale, angle = self.mean, self.scale * self.mass, self._angle

        def quantile(u: float) -> float:
            return mean + scale * tan((2.0 * u - 1.0) * angle)

        return quantile

    @property
    def characteristic_accuracy(self) -> float:
        """Rounding of the sums."""
        return 64 * _EPS

    def _characteristic(self, t: Array) -> Array:
        """∫_0^Λ cos(pt)/(p² + m²) dp over its value at t = 0."""
        m, cut, size = self.mass, self.cutoff, np.abs(np.asarray(t, dtype=np.float64))
        found = np.ones(size.shape)
        far = size * cut > _FAR
        found[far] = (0.5 * pi * np.exp(-m * size[far]) - _beyond(size[far], m, cut)) / self._angle
        s, weights = _panels(asinh(cut / m), _PANEL)
        some = ~far & (size > 0.0)
        phases = np.multiply.outer(m * size[some], np.sinh(s))
        found[some] = np.cos(phases) @ (weights / np.cosh(s)) / self._angle
        return found


def _refuse_far_apart(law: ParameterLaw, mass: float, cutoff: float) -> None:
    if not 1 / _WIDEST <= cutoff / mass <= _WIDEST:
        raise InvalidNetwork(
            f"mass = {mass!r} and cutoff = {cutoff!r} were given to {law.family}; they may differ by a "
            f"factor {_WIDEST:.0e} at most. Without a cutoff the law is cauchy:scale={mass:g}"
        )


def _beyond(t: Array, m: float, cut: float) -> Array:
    """M ∫_Λ^∞ cos(pt)/(p² + m²) dp for Λt ≫ 1, by the asymptotic series of e^z E₁(z).

    1/(p² + m²) = [1/(p − im) − 1/(p + im)]/2im, and ∫_Λ^∞ e^(ipt)/(p − a) dp = e^(iΛt) g(−it(Λ − a)) with
    g(z) = e^z E₁(z) = Σ_k (−1)^k k!/z^(k+1).
    """
    difference = np.zeros(t.shape, dtype=np.complex128)
    for sign in (1.0, -1.0):
        z = -sign * m * t - 1j * cut * t
        term, total = 1.0 / z, np.zeros_like(z)
        for k in range(_TERMS):
            total += term
            term = term * -(k + 1.0) / z
        difference += sign * total
    return np.asarray((np.exp(1j * cut * t) * difference / 2j).real)


@lru_cache(maxsize=16)
def _panels(reach: float, length: float) -> tuple[Array, Array]:
    """Gauss–Legendre panels on (0, reach)."""
    from numpy.polynomial.legendre import leggauss

    count = int(np.ceil(reach / length))
    roots, shares = leggauss(_NODES)
    width = reach / count
    nodes = width * (np.arange(count)[:, np.newaxis] + 0.5 * (roots + 1.0))
    return nodes.ravel(), np.tile(0.5 * width * shares, count)


@final
@dataclass(frozen=True)
class GaussCutPropagator(ParameterLaw):
    """Momenta of the free field of a mass in the continuum, with the smooth regulator e^(−p²/cutoff²).

    Parameters
    ----------
    mass, cutoff : float
        Without a cutoff the law is ``cauchy:scale=mass``.

    Raises
    ------
    InvalidNetwork
        If they are not positive, or the cutoff is not between mass/20 and 1e8 times the mass: below, the law
        is a Gaussian.

    Examples
    --------
    >>> law = GaussCutPropagator(mass=1.0, cutoff=40.0)
    >>> law.text, bool(abs(law.characteristic(np.array([0.7]))[0] / np.exp(-0.7) - 1.0) < 0.04)
    ('gauss-propagator:mass=1,cutoff=40', True)
    """

    family: ClassVar[str] = "gauss-propagator"
    example: ClassVar[str] = "gauss-propagator:mass=1,cutoff=40; without a cutoff it is cauchy:scale=1"
    mass: float
    cutoff: float

    def __post_init__(self) -> None:
        super().__post_init__()
        _settle(self, "mass", "cutoff")
        _refuse_far_apart(self, self.mass, self.cutoff)
        if self.mass > 20.0 * self.cutoff:
            raise InvalidNetwork(
                f"mass = {self.mass!r} and cutoff = {self.cutoff!r} were given to {self.family}; at such a "
                f"mass the law is gaussian:scale={self.cutoff / sqrt(2.0):g}, take that one"
            )

    @property
    def light(self) -> bool:
        """Its tails are those of a Gaussian."""
        return True

    @property
    def spread(self) -> float:
        """The cutoff."""
        return max(self.cutoff * self.scale, abs(self.mean))

    def _moment(self, order: int) -> float:
        return float(not order) if order % 2 or not order else self._two_moments(order)[0]

    def moment_error(self, order: int) -> float:
        """Difference of two rules, and rounding."""
        error = 0.0 if order % 2 or not order else self._two_moments(order)[1]
        return self.scale**order * error + 8 * _EPS * (abs(self.mean) + self.scale * self.cutoff) ** order

    def _two_moments(self, order: int) -> tuple[float, float]:
        found = []
        for second in (False, True):
            p, weights = _gauss_cut_rule(self.mass, self.cutoff, 1.0 if second else 0.85, second)
            found.append(float(weights @ p**order))
        return found[1], 2 * abs(found[1] - found[0]) + 16 * _EPS * found[1]

    def _quantile(self, u: Array) -> Array:
        u = np.asarray(u, dtype=np.float64)
        lower = u < 0.5
        size = _gauss_cut_table(self.mass, self.cutoff).upper(np.where(lower, u, 1.0 - u))
        return np.where(lower, -size, size)

    @property
    def characteristic_accuracy(self) -> float:
        """Rounding of the error functions."""
        return 16 * _EPS

    def _characteristic(self, t: Array) -> Array:
        """½[e^(−mt) erfc(m/Λ − tΛ/2) + e^(mt) erfc(m/Λ + tΛ/2)]/erfc(m/Λ), without overflow."""
        from scipy.special import erfc, erfcx

        r, size = self.mass / self.cutoff, np.abs(np.asarray(t, dtype=np.float64))
        half = 0.5 * self.cutoff * size
        narrow = np.exp(-half * half)
        above = half > r
        left = narrow * erfcx(np.where(above, 0.0, r - half))
        # beyond, r² − m t < −r², so that nothing overflows
        outer = np.where(above, half, r)
        left = np.where(above, np.exp(r * r - 2.0 * r * outer) * erfc(r - outer), left)
        return np.asarray(0.5 * (left + narrow * erfcx(r + half)) / erfcx(r))

    def _rule(self, reach: float, order: int, fine: float, *, second: bool) -> tuple[Array, Array]:
        """Trapezoidal in asinh(p/m), fine enough for waves e^(i reach p)."""
        waves = 1.0 + 0.1 * reach * self.cutoff
        return _gauss_cut_rule(self.mass, self.cutoff, fine * waves, second)


def _gauss_cut_density(p: Array, mass: float, cutoff: float) -> Array:
    """Up to a factor."""
    return np.asarray(np.exp(-((p / cutoff) ** 2)) / (p * p + mass * mass))


@lru_cache(maxsize=64)
def _gauss_cut_rule(mass: float, cutoff: float, fine: float, second: bool) -> tuple[Array, Array]:
    """Nodes and weights, trapezoidal in s = asinh(p/c), c = mass but not above the cutoff."""
    c, far = min(mass, cutoff), RADIUS + (FARTHER if second else 0.0)
    end = asinh(far * cutoff / c)
    h = 0.1 / fine
    last = int(np.ceil(end / h))
    s = h * (np.arange(-last, last + 1) + (SECOND_SHIFT if second else 0.0))
    p = c * np.sinh(s)
    shares = _gauss_cut_density(p, mass, cutoff) * np.cosh(s)
    return p, shares / shares.sum()


class _UpperTail(NamedTuple):
    """P(g > p) at places s = asinh(p/c), from the middle outwards."""

    c: float
    mass: float
    cutoff: float
    total: float
    places: Array
    tails: Array

    def upper(self, tail: Array) -> Array:
        """Places beyond which g lies with given probabilities, at most one half."""
        with np.errstate(divide="ignore"):
            wanted = np.log(tail)
        s = np.interp(-wanted, -np.log(self.tails), self.places)
        for _ in range(2):
            j = np.clip(np.searchsorted(self.places, s), 1, len(self.places) - 1)
            known = self.tails[j] + self._between(s, self.places[j])
            slope = self._share(s) / known
            s = np.clip(s + (np.log(known) - wanted) / slope, 0.0, self.places[-1])
        return np.asarray(np.where(tail > 0.0, self.c * np.sinh(s), inf))

    def _share(self, s: Array) -> Array:
        p = self.c * np.sinh(s)
        return _gauss_cut_density(p, self.mass, self.cutoff) * self.c * np.cosh(s) / self.total

    def _between(self, low: Array, high: Array) -> Array:
        roots, shares = _short_rule()
        half = 0.5 * (high - low)
        s = 0.5 * (high + low)[..., np.newaxis] + half[..., np.newaxis] * roots
        return np.asarray((self._share(s) @ shares) * half)


@lru_cache(maxsize=1)
def _short_rule() -> tuple[Array, Array]:
    from numpy.polynomial.legendre import leggauss

    roots, shares = leggauss(5)
    return roots, shares


@lru_cache(maxsize=16)
def _gauss_cut_table(mass: float, cutoff: float) -> _UpperTail:
    """Cumulative sums from the far end inwards, so that small tails keep their digits."""
    c = min(mass, cutoff)
    places = np.linspace(0.0, asinh(_REACH * cutoff / c), 1025)
    raw = _UpperTail(c, mass, cutoff, 1.0, places, np.ones(len(places)))
    steps = raw._between(places[:-1], places[1:])
    last = _gauss_cut_density(np.array([_REACH * cutoff]), mass, cutoff)[0] * cutoff / (2.0 * _REACH)
    tails = np.append(np.cumsum(steps[::-1])[::-1] + last, last)
    return raw._replace(total=2.0 * tails[0], tails=tails / (2.0 * tails[0]))


#: For `numerics.networks.parameter_laws.as_law`.
MOMENTUM_FAMILIES: tuple[type[ParameterLaw], ...] = (LatticePropagator, CutPropagator, GaussCutPropagator)
