"""Laws of the user: from moments and a function that draws, or from a distribution of SciPy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from numerics.errors import InvalidNetwork
from numerics.given import as_number
from numerics.networks.laws import Moment, ParameterLaw
from numerics.networks.scipy_moments import by_integration, frozen_law, moment_of

Array = NDArray[np.float64]


def looks_even(quantile: Callable[[Array], Array]) -> bool:
    """Tell whether a law is symmetric about zero, from its quantiles at some places.

    Examples
    --------
    >>> looks_even(lambda u: 2 * u - 1), looks_even(lambda u: -np.log1p(-u) - 1)
    (True, False)
    """
    u = np.array([1e-6, 0.003, 0.01, 0.05, 0.1, 0.17, 0.25, 0.33, 0.4, 0.47])
    found = quantile(np.concatenate([u, 1.0 - u]))
    return bool(np.allclose(found[: len(u)], -found[len(u) :], rtol=1e-9, atol=1e-12))


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
    moments: Sequence[Moment] | Array
    draw: Callable[[Array], Array]
    name: str = "own"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.draw):
            raise InvalidNetwork(f"draw = {shown(self.draw)} was given; a function of an array is needed")
        needed = "finite numbers E[g], E[g²], …"
        if isinstance(self.moments, np.ndarray):
            object.__setattr__(self, "moments", self.moments.ravel().tolist())
        if not isinstance(self.moments, Sequence) or isinstance(self.moments, str | bytes):
            raise InvalidNetwork(f"moments = {shown(self.moments)} was given; {needed} are needed")
        for order, moment in enumerate(self.moments, start=1):
            size = as_number(moment, "a moment", InvalidNetwork, needed)
            if order % 2 == 0 and size < 0.0:
                raise InvalidNetwork(
                    f"E[g^{order}] = {shown(moment)} was given; an even moment is not negative: give E[g], "
                    "E[g²], … in this order"
                )
        self._try_to_draw()
        object.__setattr__(self, "moments", tuple(self.moments))

    def _try_to_draw(self) -> None:
        """Draw a few values now: what fails inside compiled loops has no traceback."""
        some = np.linspace(0.1, 0.9, 5)
        try:
            found = np.asarray(self.draw(some), dtype=np.float64)
        except Exception as error:  # whatever the function of the user raises
            raise InvalidNetwork(
                f"draw = {shown(self.draw)} was given, and fails for an array of numbers from 0 to 1 "
                f"({type(error).__name__}: {error}); a function of an array is needed, as of NumPy"
            ) from error
        if found.shape != some.shape:
            raise InvalidNetwork(
                f"draw = {shown(self.draw)} was given, and makes shape {found.shape} of shape {some.shape}; "
                "one value for each number is needed"
            )

    @property
    def text(self) -> None:
        """None: functions of Python have no text form."""
        return

    def __str__(self) -> str:
        return self.name

    @property
    def even(self) -> bool:
        """Whether the law is symmetric: by its quantiles, and by the odd moments that are known."""
        return self.mean == 0.0 and not any(self.moments[::2]) and looks_even(self._quantile)

    def has_moment(self, order: int) -> bool:
        """Those that were given."""
        return order <= len(self.moments)

    def _moment(self, order: int) -> Moment:
        found: Moment = self.moments[order - 1] if order else 1.0
        return found

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
        if (self.mean, self.scale) != (0.0, 1.0):
            raise InvalidNetwork(
                f"mean = {self.mean!r} and scale = {self.scale!r} were given to scipy.{self.distribution}; "
                "shift and stretch it by SciPy's own loc and scale, as in 'scipy.gumbel_r:loc=1,scale=0.7'"
            )
        frozen_law(self.distribution, self.numbers)

    @property
    def text(self) -> str:
        """As in ``scipy.gumbel_r:scale=0.7``."""
        given = ",".join(f"{name}={value!r}".removesuffix(".0") for name, value in self.numbers)
        return f"scipy.{self.distribution}" + (f":{given}" if given else "")

    @property
    def even(self) -> bool:
        """Whether the law is symmetric, as its quantiles show."""
        return looks_even(self.quantile)

    def has_moment(self, order: int) -> bool:
        """Whether two rules, or SciPy, give numbers that can be moments, up to this order.

        Where a moment does not exist SciPy may give a finite number all the same. Even moments are positive,
        and E[g^2k]^(1/2k) does not fall with k; numbers that break this are none.
        """
        if order == 0 or by_integration(self.distribution, self.numbers, order + order % 2).trusted:
            return True
        even = [float(moment_of(self.distribution, self.numbers, k).value) for k in range(2, order + 1, 2)]
        norms = [moment ** (1 / (2 * k)) if moment > 0 else -1.0 for k, moment in enumerate(even, start=1)]
        if not all(isfinite(norm) and norm > 0 for norm in norms):
            return False
        grows = all(after >= before * (1 - 1e-9) for before, after in pairwise(norms))
        return grows and isfinite(float(moment_of(self.distribution, self.numbers, order).value))

    def moment_error(self, order: int) -> float:
        """Difference of two rules, and rounding."""
        return float(moment_of(self.distribution, self.numbers, order).error) if order else 0.0

    def _moment(self, order: int) -> float:
        return float(moment_of(self.distribution, self.numbers, order).value) if order else 1.0

    def _quantile(self, u: Array) -> Array:
        return np.asarray(frozen_law(self.distribution, self.numbers).ppf(u), dtype=np.float64)


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
