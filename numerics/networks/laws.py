"""Laws of the parameters of a network: moments, drawing, invariances, and one text form.

A parameter is σ g: σ belongs to the network (`sigma_w`/√d for hidden weights, `sigma_b` for biases, the
deviation of the output weights), g to the law. The standard g has variance one where it has a variance;
`scale` multiplies it and `mean` is added, both in units of σ. The text form names what differs from the
standard: ``laplace``, ``student-t:df=5``, ``gaussian:mean=0.3``. `numerics.networks.own_law` holds laws of
the user.

What to use when: `numerics.networks.parameter_laws.as_law` reads all forms of a law.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, log, pi, prod, sqrt, tan
from typing import Any, ClassVar, TypeAlias, final

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

from numerics.errors import InvalidNetwork, NotAvailable
from numerics.given import as_number

Array = NDArray[np.float64]
#: A moment: exact where the law makes it rational.
Moment: TypeAlias = Fraction | float

#: Gaussian nodes beyond this radius carry less than 1e-16 of a moment of bounded features. The second rule
#: goes farther, so that features that grow too fast for the radius are noticed.
RADIUS, FARTHER = 9.5, 2.0
#: Step of the second rule in units of that of the first, and its shift: both far from simple fractions.
SECOND_STEP, SECOND_SHIFT = 0.8541, 0.3819
#: Growth of the number of nodes per axis from one rule to the next.
REFINEMENT = 1.4
#: Largest reach for which a rule is made: beyond it rules have more than a million nodes.
FARTHEST_REACH = 2e4
#: Double exponential rule: first step, and where v = 1/(1 + e^(π sinh t)) is as small as a float can be.
_STEP, _END = 0.2, 6.1
#: Difference of two rules that a characteristic function may have.
_ACCEPTED = 1e-9


class Invariance(Enum):
    """Transformations of n independent parameters of one law that leave their joint law alone."""

    PERMUTATIONS = "permutations"
    SIGNED_PERMUTATIONS = "permutations and changes of sign"
    ROTATIONS = "rotations and reflections O(n)"


@dataclass(frozen=True)
class ParameterLaw(ABC):
    """The law of one parameter in units of its σ: g = mean + scale × the standard variable.

    Parameters
    ----------
    mean : float, optional
        What is added to the standard variable (its centre, where the law has no mean).
    scale : float, optional
        What the standard variable is multiplied by.

    Raises
    ------
    InvalidNetwork
        If a number is out of range.

    Examples
    --------
    >>> from numerics.networks.parameter_laws import as_law
    >>> law = as_law("laplace:mean=0.3")
    >>> isinstance(law, ParameterLaw), law.mean, law.even
    (True, 0.3, False)
    """

    family: ClassVar[str] = ""
    #: How it is written, where numbers must be given.
    example: ClassVar[str] = ""
    #: The standard variable and its negative have one law.
    symmetric: ClassVar[bool] = True
    mean: float = field(default=0.0, kw_only=True)
    scale: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        name = f"the mean of {self.family}"
        object.__setattr__(self, "mean", as_number(self.mean, name, InvalidNetwork, "a finite number"))
        name, needed = f"the scale of {self.family}", "a positive finite number"
        object.__setattr__(self, "scale", as_number(self.scale, name, InvalidNetwork, needed, above=0.0))

    @property
    def text(self) -> str | None:
        """The one text form, which `as_law` reads back; None for a law made from Python functions."""
        names = [one.name for one in fields(self) if one.name not in ("mean", "scale")] + ["mean", "scale"]
        given = [f"{name}={getattr(self, name)!r}" for name in names if self._shown(name)]
        return self.family + (":" if given else "") + ",".join(item.removesuffix(".0") for item in given)

    def _shown(self, name: str) -> bool:
        return not (name == "mean" and self.mean == 0.0) and not (name == "scale" and self.scale == 1.0)

    def __str__(self) -> str:
        return self.text or repr(self)

    @property
    def unit(self) -> "ParameterLaw":
        """The law of g/scale, which is what streams draw and rules integrate over."""
        return self if self.scale == 1.0 else replace(self, mean=self.mean / self.scale, scale=1.0)

    @property
    def even(self) -> bool:
        """Whether g and −g have one law, so that odd moments vanish."""
        return self.symmetric and self.mean == 0.0

    @property
    def invariances(self) -> frozenset[Invariance]:
        """What leaves the joint law of independent copies alone."""
        found = {Invariance.PERMUTATIONS}
        return frozenset(found | {Invariance.SIGNED_PERMUTATIONS} if self.even else found)

    @property
    def spread(self) -> float:
        """Size of typical values: waves of such momenta vary over 1/spread."""
        return max(self.scale, abs(self.mean))

    @property
    def light(self) -> bool:
        """Whether E e^(t g) is finite for every t, as exponential features need; seen by bounded values."""
        with np.errstate(all="ignore"):
            return bool(np.all(np.isfinite(self.quantile(np.array([0.0, 1.0])))))

    def has_moment(self, order: int) -> bool:
        """Whether E|g|^order is finite."""
        return True

    def moment(self, order: int) -> Moment:
        """Raw moment E[g^order]: a Fraction where it is rational.

        Raises
        ------
        NotAvailable
            If the law has no such moment.

        Examples
        --------
        >>> Laplace().moment(4), Gaussian(mean=0.5).moment(2)
        (Fraction(6, 1), Fraction(5, 4))
        """
        if not self.has_moment(order):
            raise NotAvailable(
                f"the law {self} has no moment of order {order}; use one with lighter tails, such as gaussian"
            )
        if self.mean == 0.0 and self.scale == 1.0:
            return self._moment(order)
        mean, scale = _exact(self.mean), _exact(self.scale)
        parts = [comb(order, k) * scale**k * mean ** (order - k) for k in range(order + 1)]
        return sum((c * self._moment(k) for k, c in enumerate(parts) if c), start=Fraction(0))

    def moment_error(self, order: int) -> float:
        """How far `moment` may be off; zero where it is a formula."""
        return 0.0

    @abstractmethod
    def _moment(self, order: int) -> Moment:
        """Moment of the standard variable."""

    def quantile(self, u: Array) -> Array:
        """Value below which g lies with probability u, for numbers from 0 to 1: how g is drawn."""
        return self.mean + self.scale * self._quantile(u)

    @abstractmethod
    def _quantile(self, u: Array) -> Array:
        """Quantiles of the standard variable."""

    def scalar_quantile(self) -> Callable[[float], float] | None:
        """`quantile` as a plain function of one number that Numba compiles; None: call `quantile`."""
        return None

    def characteristic(self, t: Array) -> NDArray[Any]:
        """E[exp(i t g)]; real for laws that are even.

        Raises
        ------
        NotAvailable
            If it cannot be computed to about nine digits.
        """
        found = self._characteristic(self.scale * t)
        return found if self.mean == 0.0 else np.exp(1j * self.mean * t) * found

    @property
    def characteristic_accuracy(self) -> float:
        """Largest error of `characteristic`, beside rounding; 0 where a closed form is known."""
        closed = type(self)._characteristic is not ParameterLaw._characteristic
        return 0.0 if closed else _ACCEPTED

    def _characteristic(self, t: Array) -> NDArray[Any]:
        reach = float(np.max(np.abs(t), initial=0.0))
        values = []
        for second in (False, True):
            nodes, weights = replace(self, mean=0.0, scale=1.0).rule(reach, 2, 6, second=second)
            values.append(np.exp(1j * np.multiply.outer(t, nodes)) @ weights)
        if not np.all(np.abs(values[1] - values[0]) <= _ACCEPTED):
            raise NotAvailable(
                f"the characteristic function of {self} could not be computed up to t = {reach:.3g}; use "
                "smaller inputs, or a law whose characteristic function is known"
            )
        return values[1].real if self.symmetric else values[1]

    #: Power of t with which the characteristic function falls; None if faster than any power; and whether it
    #: is smooth at the origin.
    characteristic_growth: ClassVar[float | None] = None
    characteristic_smooth: ClassVar[bool] = True

    def rule(self, reach: float, order: int, level: int, *, second: bool) -> tuple[Array, Array]:
        """Nodes and weights for averages over g.

        Parameters
        ----------
        reach : float
            How far a unit of g moves a pre-activation.
        order : int
            Number of features in the product that is averaged.
        level : int
            Refines the rule.
        second : bool
            Which of two rules of a level, whose steps are incommensurable.

        Returns
        -------
        nodes, weights : ndarray, shape (Q,)

        Raises
        ------
        NotAvailable
            If it would have millions of nodes.
        """
        if not self.scale * reach <= FARTHEST_REACH:
            raise NotAvailable(
                f"an average over the law {self} of a function that changes {self.scale * reach:.2g} times "
                "over its width would need millions of nodes; use smaller inputs or deviations, or sample"
            )
        fine = REFINEMENT**level / (SECOND_STEP if second else 1.0)
        nodes, weights = self._rule(self.scale * reach, order, fine, second=second)
        return self.mean + self.scale * nodes, weights

    def _rule(self, reach: float, order: int, fine: float, *, second: bool) -> tuple[Array, Array]:
        """Double exponential rule for each half of the probability: u = v/2 and 1 − v/2, 0 < v < 1."""
        h = _STEP / (fine * (1.0 + 0.3 * reach))
        last = int(np.ceil(_END / h))
        t = h * (np.arange(-last, last + 1) + (SECOND_SHIFT if second else 0.0))
        with np.errstate(over="ignore"):
            v = 1.0 / (1.0 + np.exp(pi * np.sinh(t)))
            shares = h * pi * np.cosh(t) * v * (1.0 - v) / 2.0
        kept = (shares > 1e-40) & (v < 1.0)
        v, shares = v[kept], shares[kept]
        lower = self._quantile(v / 2.0)
        upper = -lower if self.symmetric else self._quantile(np.minimum(1.0 - v / 2.0, 1.0 - 2.0**-53))
        return np.concatenate([lower, upper]), np.concatenate([shares, shares])


@final
@dataclass(frozen=True)
class Gaussian(ParameterLaw):
    """The normal law.

    Examples
    --------
    >>> Gaussian().moment(6), Gaussian(mean=0.3).text
    (Fraction(15, 1), 'gaussian:mean=0.3')
    """

    family: ClassVar[str] = "gaussian"

    @property
    def invariances(self) -> frozenset[Invariance]:
        """Rotations, too, if the mean is zero."""
        found = super().invariances
        return found | {Invariance.ROTATIONS} if self.mean == 0.0 else found

    @property
    def light(self) -> bool:
        """Its tails fall faster than any exponential."""
        return True

    def _moment(self, order: int) -> Fraction:
        return Fraction(0 if order % 2 else prod(range(order - 1, 0, -2)))

    def _quantile(self, u: Array) -> Array:
        from scipy.special import ndtri

        return np.asarray(ndtri(u))

    def _characteristic(self, t: Array) -> Array:
        return np.asarray(np.exp(-0.5 * t * t))

    def _rule(self, reach: float, order: int, fine: float, *, second: bool) -> tuple[Array, Array]:
        """Trapezoidal, which converges faster than any power for smooth features."""
        h = 2 * pi / sqrt(64.0 * (0.5 + order * reach**2)) / fine
        last = int(np.ceil((RADIUS + (FARTHER if second else 0.0)) / h))
        nodes = np.asarray(
            h * (np.arange(-last, last + 1) + (SECOND_SHIFT if second else 0.0)), dtype=np.float64
        )
        return nodes, np.asarray(h / sqrt(2 * pi) * np.exp(-(nodes**2) / 2), dtype=np.float64)


@final
@dataclass(frozen=True)
class Uniform(ParameterLaw):
    """The uniform law of variance one, on (−√3, √3)."""

    family: ClassVar[str] = "uniform"
    characteristic_growth: ClassVar[float | None] = -1.0

    def _moment(self, order: int) -> Fraction:
        return Fraction(0) if order % 2 else Fraction(3 ** (order // 2), order + 1)

    def _quantile(self, u: Array) -> Array:
        return np.asarray(sqrt(12.0) * (u - 0.5))

    def _characteristic(self, t: Array) -> Array:
        return np.asarray(np.sinc(sqrt(3.0) / pi * t))

    def _rule(self, reach: float, order: int, fine: float, *, second: bool) -> tuple[Array, Array]:
        roots, shares = _gauss_legendre(int(np.ceil(fine * (8 + 4 * reach))) + second)
        return np.asarray(sqrt(3.0) * roots), np.asarray(shares / 2)


@final
@dataclass(frozen=True)
class Laplace(ParameterLaw):
    """The law with density e^(−√2|g|)/√2, of variance one."""

    family: ClassVar[str] = "laplace"
    characteristic_growth: ClassVar[float | None] = -2.0

    def _moment(self, order: int) -> Fraction:
        return Fraction(0) if order % 2 else Fraction(factorial(order), 2 ** (order // 2))

    def _quantile(self, u: Array) -> Array:
        lower = u < 0.5
        size = -np.log(2.0 * np.where(lower, u, 1.0 - u)) / sqrt(2.0)
        return np.asarray(np.where(lower, -size, size))

    def scalar_quantile(self) -> Callable[[float], float]:
        """The same, for the compiler."""
        mean, scale = self.mean, self.scale / sqrt(2.0)

        def quantile(u: float) -> float:
            return mean + scale * log(2.0 * u) if u < 0.5 else mean - scale * log(2.0 * (1.0 - u))

        return quantile

    def _characteristic(self, t: Array) -> Array:
        return np.asarray(1.0 / (1.0 + 0.5 * t * t))


@final
@dataclass(frozen=True)
class Cauchy(ParameterLaw):
    """The law with density 1/(π(1 + g²)); it has no moments, not even a mean."""

    family: ClassVar[str] = "cauchy"
    characteristic_smooth: ClassVar[bool] = False

    def has_moment(self, order: int) -> bool:
        """Only the zeroth."""
        return order == 0

    def _moment(self, order: int) -> Fraction:
        return Fraction(1)

    def _quantile(self, u: Array) -> Array:
        return np.asarray(-1.0 / np.tan(pi * u))

    def scalar_quantile(self) -> Callable[[float], float]:
        """The same, for the compiler."""
        mean, scale = self.mean, self.scale

        def quantile(u: float) -> float:
            return mean - scale / tan(pi * u)

        return quantile

    def _characteristic(self, t: Array) -> Array:
        return np.asarray(np.exp(-np.abs(t)))


@final
@dataclass(frozen=True)
class StudentT(ParameterLaw):
    """Student's law with `df` degrees of freedom, of variance one for df > 2; moments below order df exist.

    Examples
    --------
    >>> StudentT(10.0).moment(4), StudentT(5.0).has_moment(6)
    (Fraction(4, 1), False)
    """

    family: ClassVar[str] = "student-t"
    example: ClassVar[str] = "student-t:df=5 (degrees of freedom)"
    characteristic_smooth: ClassVar[bool] = False
    df: float

    def __post_init__(self) -> None:
        super().__post_init__()
        needed = "a positive finite number of degrees of freedom"
        object.__setattr__(self, "df", as_number(self.df, "df", InvalidNetwork, needed, above=0.0))

    @property
    def _shrink(self) -> float:
        """What Student's t is multiplied by."""
        return sqrt((self.df - 2.0) / self.df) if self.df > 2.0 else 1.0

    def has_moment(self, order: int) -> bool:
        """Those below df."""
        return order < self.df

    def _moment(self, order: int) -> Fraction:
        if order % 2:
            return Fraction(0)
        df = _exact(self.df)
        unit = df - 2 if df > 2 else df
        return prod(((2 * j - 1) * unit / (df - 2 * j) for j in range(1, order // 2 + 1)), start=Fraction(1))

    def _quantile(self, u: Array) -> Array:
        from scipy.special import stdtrit

        lower = np.minimum(u, 1.0 - u)
        found = self._shrink * stdtrit(self.df, lower)
        return np.asarray(np.where(u < 0.5, found, -found))

    def _characteristic(self, t: Array) -> Array:
        from scipy.special import gammaln, kve

        half, x = self.df / 2.0, sqrt(self.df) * self._shrink * np.abs(t)
        safe = np.where(x > 0.0, x, 1.0)
        size = half * np.log(safe) - safe - gammaln(half) - (half - 1.0) * log(2.0)
        return np.asarray(np.where(x > 0.0, np.exp(size) * kve(half, safe), 1.0))


@final
@dataclass(frozen=True)
class Rademacher(ParameterLaw):
    """The law of a sign: ±1 with probability one half each."""

    family: ClassVar[str] = "rademacher"
    characteristic_growth: ClassVar[float | None] = 0.0

    def _moment(self, order: int) -> Fraction:
        return Fraction(1 - order % 2)

    def _quantile(self, u: Array) -> Array:
        return np.asarray(np.where(u < 0.5, -1.0, 1.0))

    def scalar_quantile(self) -> Callable[[float], float]:
        """The same, for the compiler."""
        low, high = self.mean - self.scale, self.mean + self.scale

        def quantile(u: float) -> float:
            return low if u < 0.5 else high

        return quantile

    def _characteristic(self, t: Array) -> Array:
        return np.asarray(np.cos(t))

    def _rule(self, reach: float, order: int, fine: float, *, second: bool) -> tuple[Array, Array]:
        return np.array([-1.0, 1.0]), np.array([0.5, 0.5])


FAMILIES: tuple[type[ParameterLaw], ...] = (Gaussian, Uniform, Laplace, Cauchy, StudentT, Rademacher)
GAUSSIAN, UNIFORM = Gaussian(), Uniform()


@lru_cache(maxsize=256)
def _exact(number: float) -> Fraction:
    """The decimal number that was meant: 0.3 is three tenths."""
    return Fraction(repr(number))


@lru_cache(maxsize=256)
def _gauss_legendre(count: int) -> tuple[Array, Array]:
    """Nodes and weights; long rules come from a banded matrix, of whose size the work is the square only."""
    if count <= 128:
        return leggauss(count)
    from scipy.special import roots_legendre

    nodes, weights = roots_legendre(count)
    return nodes, weights
