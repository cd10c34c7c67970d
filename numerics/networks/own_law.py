"""Laws of the user: from moments and a function that draws, or from a distribution of SciPy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import did_you_mean, shown
from numerics.errors import InvalidNetwork
from numerics.given import as_number
from numerics.networks.laws import Moment, ParameterLaw

Array = NDArray[np.float64]


@final
@dataclass(frozen=True)
class OwnLaw(ParameterLaw):
    """A law from its moments and a function that draws.

    Parameters
    ----------
    moments : sequence of numbers
        E[g], E[g²], … as far as they are known or exist; whole numbers and fractions stay exact.
    draw : callable
        From an array of numbers between 0 and 1 to values of g of the same shape: the inverse of the
        distribution function.
    name : str, optional
        For messages.

    Raises
    ------
    InvalidNetwork
        If a moment is no number, or `draw` is no function.

    Examples
    --------
    A parabola on (−√5, √5) has the moments 1 and 15/7:

    >>> from fractions import Fraction
    >>> def draw(u):
    ...     return 2 * np.sqrt(5) * np.sin(np.arcsin(2 * u - 1) / 3)
    >>> law = OwnLaw((0, 1, 0, Fraction(15, 7)), draw)
    >>> law.moment(4), law.text, bool(abs(law.quantile(np.array([0.5]))[0]) < 1e-15)
    (Fraction(15, 7), None, True)
    """

    family: ClassVar[str] = "own"
    symmetric: ClassVar[bool] = False
    moments: Sequence[Moment]
    draw: Callable[[Array], Array]
    name: str = "own"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.draw):
            raise InvalidNetwork(f"draw = {shown(self.draw)} was given; a function of an array is needed")
        needed = "finite numbers E[g], E[g²], …"
        if not isinstance(self.moments, Sequence) or isinstance(self.moments, str | bytes):
            raise InvalidNetwork(f"moments = {shown(self.moments)} was given; {needed} are needed")
        for moment in self.moments:
            as_number(moment, "a moment", InvalidNetwork, needed)
        object.__setattr__(self, "moments", tuple(self.moments))

    @property
    def text(self) -> None:
        """None: functions of Python have no text form."""
        return

    def __str__(self) -> str:
        return self.name

    @property
    def even(self) -> bool:
        """Whether the odd moments that are known vanish."""
        return self.mean == 0.0 and not any(self.moments[::2])

    def has_moment(self, order: int) -> bool:
        """Those that were given."""
        return order <= len(self.moments)

    def _moment(self, order: int) -> Moment:
        return self.moments[order - 1] if order else 1.0

    def _quantile(self, u: Array) -> Array:
        return np.asarray(self.draw(u), dtype=np.float64)


@final
@dataclass(frozen=True)
class SciPyLaw(ParameterLaw):
    """A continuous distribution of `scipy.stats`, by its name and numbers.

    Parameters
    ----------
    distribution : str
    numbers : tuple of (str, float)
        Shapes, ``loc`` and ``scale`` of SciPy.

    Examples
    --------
    >>> from scipy.stats import gumbel_r
    >>> law = law_of_scipy(gumbel_r(scale=0.7))
    >>> law.text, round(float(law.moment(1)), 6)
    ('scipy.gumbel_r:scale=0.7', 0.404051)
    """

    family: ClassVar[str] = "scipy"
    symmetric: ClassVar[bool] = False
    distribution: str
    numbers: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        _frozen(self.distribution, self.numbers)

    @property
    def text(self) -> str:
        """As in ``scipy.gumbel_r:scale=0.7``."""
        given = ",".join(f"{name}={value!r}".removesuffix(".0") for name, value in self.numbers)
        return f"scipy.{self.distribution}" + (f":{given}" if given else "")

    @property
    def even(self) -> bool:
        """Whether the law is symmetric, as its quantiles show."""
        u = np.array([1e-6, 0.01, 0.1, 0.25, 0.4])
        found = self.quantile(np.concatenate([u, 1.0 - u]))
        return bool(np.allclose(found[:5], -found[5:], rtol=1e-9, atol=1e-12))

    def has_moment(self, order: int) -> bool:
        """Whether SciPy gives a finite number."""
        return order == 0 or isfinite(_moment(self.distribution, self.numbers, order))

    def _moment(self, order: int) -> float:
        return _moment(self.distribution, self.numbers, order) if order else 1.0

    def _quantile(self, u: Array) -> Array:
        return np.asarray(_frozen(self.distribution, self.numbers).ppf(u), dtype=np.float64)


@lru_cache(maxsize=64)
def _frozen(name: str, numbers: tuple[tuple[str, float], ...]) -> Any:
    from scipy import stats

    family = getattr(stats, name, None) if name.isidentifier() else None
    if not isinstance(family, stats.rv_continuous):
        known = [one for one in dir(stats) if isinstance(getattr(stats, one, None), stats.rv_continuous)]
        raise InvalidNetwork(
            f"scipy.{name} was given; a continuous distribution of scipy.stats is needed, such as "
            f"scipy.gumbel_r{did_you_mean(name, known)}"
        )
    try:
        frozen = family(**dict(numbers))
        good = bool(np.all(np.isfinite(frozen.ppf([0.25, 0.75]))))
    except TypeError:
        good = False
    if not good:
        raise InvalidNetwork(
            f"the numbers of scipy.{name} are {dict(numbers)}; it needs {family.shapes or 'no shapes'}, and "
            "takes loc and scale"
        )
    return frozen


@lru_cache(maxsize=1024)
def _moment(name: str, numbers: tuple[tuple[str, float], ...], order: int) -> float:
    with np.errstate(all="ignore"):
        return float(_frozen(name, numbers).moment(order))


def named_scipy_law(name: str, numbers: dict[str, float]) -> SciPyLaw:
    """Read ``scipy.NAME:number=…``; see `numerics.networks.parameter_laws.as_law`."""
    return SciPyLaw(name, tuple(numbers.items()))


def law_of_scipy(frozen: Any) -> SciPyLaw:
    """Make a law from a frozen distribution of `scipy.stats`.

    Raises
    ------
    InvalidNetwork
        If it is none of SciPy's continuous ones.
    """
    family = frozen.dist
    shapes = [part.strip() for part in (family.shapes or "").split(",") if part.strip()]
    names = [*shapes, "loc", "scale"]
    numbers = dict(zip(names, map(float, frozen.args), strict=False))
    numbers |= {name: float(value) for name, value in frozen.kwds.items()}
    return SciPyLaw(str(family.name), tuple(numbers.items()))
