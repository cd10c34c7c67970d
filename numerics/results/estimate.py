"""Numbers with an error, a method, a quality and a provenance; nothing numerical travels without them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import ArrayLike, NDArray

from diagrams.deprecated import renamed
from diagrams.messages import counted, shown
from numerics.errors import InvalidStatistics
from numerics.results.arithmetic import PLAIN, propagated
from numerics.results.faces import Content, Shown
from numerics.results.provenance import Provenance, joined, joined_methods
from numerics.results.quality import Quality as Quality
from numerics.results.quality import if_finite, worst
from numerics.results.uncertainty import Uncertainty, concatenated, together

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Estimate(NDArrayOperatorsMixin, Shown):
    """A number, or an array of numbers, with what is needed to judge it.

    Sums, differences, products, quotients, powers, and the NumPy functions negative, absolute, square, sqrt,
    exp, log, sum, mean and std carry the errors along, to first order, with all correlations between numbers
    of one sample. What is not defined, such as a number divided by zero, is `Quality.UNDEFINED`.
    ``np.asarray`` gives the values.

    Parameters
    ----------
    value : array_like
        The numbers, any shape.
    error : array_like or Uncertainty
        An error bound (of a quadrature), one for each number; or an `Uncertainty`, which knows standard
        deviations and covariances, too.
    method : str, optional
        How the numbers were obtained, in words.
    quality : Quality, optional
        Whether `error` can be trusted.
    provenance : mapping, optional
        What is needed to get the numbers again: seed, number of networks, nodes, versions.
    evidence : mapping of str to float, optional
        What the quality was decided from, and other numbers that belong to these.

    Examples
    --------
    >>> x = Estimate(np.array([1.0]), np.array([0.1]), method="by hand")
    >>> x.trusted, (2 * x + 1).error.tolist()
    (True, [0.2])

    Two numbers that scatter together:

    >>> pair = Estimate([2.0, 1.0], Uncertainty.known([[1.0, 1.0], [1.0, 1.0]]))
    >>> (pair[0] - pair[1]).error.tolist(), (pair[0] + pair[1]).error.tolist()
    (0.0, 2.0)
    """

    value: Array
    uncertainty: Uncertainty
    method: str
    quality: Quality
    provenance: Provenance
    evidence: Mapping[str, float]

    def __init__(
        self,
        value: ArrayLike,
        error: ArrayLike | Uncertainty | None = None,
        method: str = "",
        quality: Quality = Quality.TRUSTED,
        provenance: Provenance | None = None,
        evidence: Mapping[str, float] | None = None,
        *,
        uncertainty: Uncertainty | None = None,
    ) -> None:
        try:
            numbers = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            raise InvalidStatistics(f"value = {shown(value)} was given; real numbers are needed") from None
        given = uncertainty if error is None else error
        if given is None:
            given = Uncertainty(numbers.shape)
        elif not isinstance(given, Uncertainty):
            given = Uncertainty.bounded(given)
        if given.shape != numbers.shape:
            raise InvalidStatistics(
                f"errors of shape {given.shape} were given for values of shape {numbers.shape}; one error "
                "for each value is needed"
            )
        own = {
            "value": numbers,
            "uncertainty": given,
            "method": method,
            "quality": quality,
            "provenance": {} if provenance is None else provenance,
            "evidence": {} if evidence is None else evidence,
        }
        for name, one in own.items():
            object.__setattr__(self, name, one)

    # -- what there is -------------------------------------------------------------------------------------

    @property
    def error(self) -> Array:
        """One standard deviation where the numbers scatter, else the error bound; shape of `value`."""
        return self.uncertainty.error

    @property
    def bound(self) -> Array:
        """Error bound, beside the standard deviation of numbers that scatter; zero where there is none."""
        return np.zeros(self.shape) if self.uncertainty.bound is None else self.uncertainty.bound

    @property
    def covariance(self) -> Array:
        """Covariance of the numbers, one after the other, shape (M, M); see `Uncertainty.covariance`."""
        return self.uncertainty.covariance()

    @property
    def trusted(self) -> bool:
        """True when the error bar can be trusted."""
        return self.quality is Quality.TRUSTED

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of `value`."""
        return self.value.shape

    @property
    def ndim(self) -> int:
        """Number of axes of `value`."""
        return self.value.ndim

    @property
    def size(self) -> int:
        """Number of numbers."""
        return self.value.size

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Estimate]:
        return (Estimate.__getitem__(self, row) for row in range(len(self.value)))

    def __float__(self) -> float:
        if self.size != 1:
            raise TypeError(
                f"one number is needed, these are {self.size}; take one of them as in estimate[0], or all "
                "values as an array with estimate.value"
            )
        return float(self.value.item())

    def __round__(self, digits: int | None = None) -> float:
        return round(float(self), digits)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.value, dtype=dtype, copy=copy)

    def __getitem__(self, key: Any) -> Estimate:
        """Pick some of the numbers, as NumPy does."""

        def pick(rows: Array) -> Array:
            return np.stack([np.asarray(row[key]) for row in rows])

        return self._same(self.value[key], self.uncertainty.linear(pick, pick))

    def plain_fields(self) -> Content:
        """Give the numbers as plain fields, one row for each."""

        def rows() -> Iterator[tuple[object, ...]]:
            columns = (self.value.ravel().tolist(), self.error.ravel().tolist())
            places = (" ".join(map(str, place)) for place in np.ndindex(self.shape))
            return zip(places, *columns, strict=True)

        title = "Estimate" if self.ndim == 0 else f"Estimate of shape {self.shape}"
        return Content(title, self._facts(), ("element", "value", "error"), rows, self.size)

    def _facts(self) -> dict[str, object]:
        """What holds for all of the numbers."""
        scatters = self.uncertainty.statistical
        return {
            "method": self.method,
            "quality": self.quality.value,
            "error": "one standard deviation" if scatters else "error bound",
        }

    def __repr__(self) -> str:
        if self.ndim == 0:
            return f"<Estimate: {self}; {self._judged()}>"
        if not self.size:
            return f"<Estimate of shape {self.shape}: no numbers>"
        first = [str(one) for one in Estimate.__getitem__(self, 0)[:4]] if self.ndim == 2 else []
        first = first or [str(Estimate.__getitem__(self, row)) for row in range(min(len(self), 4))]
        more = ", ..." if self.size > len(first) else ""
        return f"<Estimate of shape {self.shape}: {', '.join(first)}{more}; {self._judged()}>"

    def __str__(self) -> str:
        if self.ndim:
            return repr(self)
        error = float(self.error) if self.uncertainty.statistical else 0.0
        bound = 0.0 if self.uncertainty.bound is None else float(self.bound)
        text = _rounded(float(self.value), max(error, bound))
        if self.uncertainty.statistical:
            text += f" ± {_digits(error, 2)}"
        if self.uncertainty.bound is not None:
            text += f" (bound {bound:.1g})"
        return text

    def __format__(self, spec: str) -> str:
        return format(float(self.value), spec) if spec else str(self)

    def _judged(self) -> str:
        words = [self.method] if self.method else []
        return "; ".join([*words, self.quality.name.lower().replace("_", " ")])

    if not TYPE_CHECKING:

        def __getattr__(self, name):  # noqa: ANN001, ANN204
            old = self._old_name(name)
            if old is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            new, find = old
            renamed(f".{name}", new)
            return find()

    def _old_name(self, name: str) -> tuple[str, Callable[[], object]] | None:
        """The new name of an attribute of one release ago, and how it is found."""
        evidence = self.__dict__.get("evidence", {})
        return (f'.evidence["{name}"]', lambda: evidence[name]) if name in evidence else None

    # -- arithmetic ----------------------------------------------------------------------------------------

    # the numbers are frozen: x += y makes new ones
    __iadd__ = NDArrayOperatorsMixin.__add__
    __isub__ = NDArrayOperatorsMixin.__sub__
    __imul__ = NDArrayOperatorsMixin.__mul__
    __itruediv__ = NDArrayOperatorsMixin.__truediv__
    __ipow__ = NDArrayOperatorsMixin.__pow__

    def __array_ufunc__(self, ufunc: np.ufunc, call: str, *inputs: Any, **options: Any) -> Any:
        if ufunc in PLAIN:
            return getattr(ufunc, call)(*(np.asarray(one) for one in inputs), **options)
        operands = [found for one in inputs if (found := _as_operand(one)) is not None]
        if call != "__call__" or options or len(operands) < len(inputs):
            return NotImplemented
        if ufunc is np.matmul:
            return _matmul(operands[0], operands[1])
        shapes = [one.value.shape for one in operands]
        try:
            np.broadcast_shapes(*shapes)
        except ValueError:
            raise InvalidStatistics(
                f"numbers of the shapes {' and '.join(map(str, shapes))} do not go together element by "
                "element; take elements, as in g[0, 0, 1, 2]"
            ) from None
        bounds = [one.uncertainty.bound for one in operands]
        made = propagated(ufunc, [one.value for one in operands], bounds)
        if made is None:
            return NotImplemented
        value, slopes, changed = made
        parts = [
            one.uncertainty.scaled(np.broadcast_to(slope, value.shape), bound)
            for one, slope, bound in zip(operands, slopes, changed, strict=True)
        ]
        given = [one for one in inputs if isinstance(one, Estimate)]
        return given[0]._made(value, parts, given, inputs)

    def _same(self, value: Array, uncertainty: Uncertainty) -> Estimate:
        """Make other numbers from some of these."""
        return Estimate(value, uncertainty, self.method, self.quality, self.provenance, self.evidence)

    def _made(
        self,
        value: Array,
        parts: Sequence[Uncertainty],
        given: Sequence[Estimate],
        inputs: Sequence[object],
    ) -> Estimate:
        """Make a function of several; a subclass may keep what all `inputs` have in common."""
        defined = bool(np.all(np.isfinite(value)))
        defined |= not all(np.all(np.isfinite(one.value)) for one in given)
        return Estimate(
            value,
            together(parts),
            joined_methods(one.method for one in given),
            worst(one.quality for one in given) if defined else Quality.UNDEFINED,
            joined(one.provenance for one in given),
        )

    def reshaped(self, shape: tuple[int, ...]) -> Estimate:
        """Arrange the numbers in another shape."""

        def arrange(rows: Array) -> Array:
            return rows.reshape(len(rows), *shape)

        return self._same(self.value.reshape(shape), self.uncertainty.linear(arrange, arrange))

    def sum(self, axis: int | None = None, dtype: None = None, out: None = None) -> Estimate:
        """Add the numbers, all or along one axis."""

        def add(rows: Array) -> Array:
            flat = rows.reshape(len(rows), -1) if axis is None else rows
            return np.asarray(flat.sum(axis=1 if axis is None else _later(axis)))

        return self._same(np.asarray(self.value.sum(axis=axis)), self.uncertainty.linear(add, add))

    def mean(self, axis: int | None = None, dtype: None = None, out: None = None) -> Estimate:
        """Average the numbers, all or along one axis.

        Examples
        --------
        Two independent numbers:

        >>> float(Estimate([1.0, 3.0], Uncertainty.known([[2.0, 0.0], [0.0, 2.0]])).mean().error)
        1.0
        """
        total = self.sum(axis)
        count = self.size // max(total.size, 1)
        mean: Estimate = total / float(count)
        return mean

    def std(self, axis: None = None, dtype: None = None, out: None = None, ddof: float = 0.0) -> Estimate:
        """Spread of the numbers among themselves, with its error to first order."""
        rest, freedom = self.value - self.value.mean(), self.size - ddof
        if freedom <= 0:
            raise InvalidStatistics(
                f"the spread of {counted(self.size, 'number')} was asked for with ddof = {ddof:g}; more "
                "numbers than that are needed"
            )
        spread = float(np.sqrt(np.sum(rest**2) / freedom))
        if spread == 0.0 and np.any(self.error > 0.0):
            # where all are equal the spread has no slope: whatever scatters makes it larger
            unknown = Uncertainty.bounded(np.inf)
            return Estimate(spread, unknown, self.method, Quality.UNDEFINED, self.provenance, self.evidence)
        slope = rest / (spread * freedom) if spread > 0 else np.zeros(self.shape)

        def change(rows: Array) -> Array:
            return np.asarray((rows * slope).reshape(len(rows), -1).sum(axis=1))

        def size(rows: Array) -> Array:
            return np.asarray((rows * np.abs(slope)).reshape(len(rows), -1).sum(axis=1))

        return self._same(np.asarray(spread), self.uncertainty.linear(change, size))


def in_a_row(numbers: Iterable[Estimate]) -> Estimate:
    """Put numbers one after the other, with all their correlations.

    Parameters
    ----------
    numbers : iterable of Estimate
        Of shape () or (M,), at least one.

    Returns
    -------
    Estimate
        Shape (M,). Its quality is the worst of all.

    Examples
    --------
    >>> x = Estimate([1.0, 2.0], Uncertainty.known([[1.0, 0.0], [0.0, 4.0]]))
    >>> both = in_a_row([x.sum(), x])
    >>> both.value.tolist(), both.covariance[0].tolist()
    ([3.0, 1.0, 2.0], [5.0, 1.0, 4.0])
    """
    parts = [one if one.ndim else Estimate.reshaped(one, (1,)) for one in numbers]
    return Estimate(
        np.concatenate([one.value for one in parts]),
        concatenated([one.uncertainty for one in parts]),
        joined_methods(one.method for one in parts),
        worst(one.quality for one in parts),
        joined(one.provenance for one in parts),
    )


def _later(axis: int) -> int:
    """The axis of rows of numbers, where a number of rows comes first."""
    return axis + 1 if axis >= 0 else axis


def _rounded(value: float, error: float) -> str:
    """Write a number to the second digit of its error, and to eight digits at most."""
    if not (isfinite(value) and isfinite(error) and error > 0.0):
        return f"{value:.8g}"
    place = floor(log10(error)) - 1
    try:
        kept = round(value, -place)
    except OverflowError:  # at the end of the range of floats
        return f"{value:.8g}"
    if kept == 0.0:
        return "0"
    digits = floor(log10(abs(kept))) - place + 1
    return f"{kept:.8g}" if digits > 8 else _digits(kept, digits)


def _digits(value: float, digits: int) -> str:
    """Write so many digits, zeros at the end included."""
    return f"{value:#.{digits}g}".replace(".e", "e").rstrip(".")


def _as_operand(given: object) -> Estimate | None:
    """Take plain numbers as numbers without an error; None for what is none."""
    if isinstance(given, Estimate):
        return given
    try:
        numbers = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return Estimate(numbers)


def _matmul(first: Estimate, second: Estimate) -> Any:
    """Multiply by a matrix or vector that is known exactly: weights @ numbers, or numbers @ weights."""
    if first.uncertainty.blocks or first.uncertainty.bound is not None:
        if second.uncertainty.blocks or second.uncertainty.bound is not None or first.ndim != 1:
            return NotImplemented
        weights, numbers = second.value.T, first
    else:
        weights, numbers = first.value, second
    if numbers.ndim != 1:
        return NotImplemented
    if weights.ndim not in (1, 2) or weights.shape[-1] != numbers.size:
        raise InvalidStatistics(
            f"weights of shape {weights.shape} were given for {counted(numbers.size, 'number')}; one weight "
            "for each number is needed, or rows of them"
        )
    with np.errstate(invalid="ignore"):  # what is not finite is flagged
        own = numbers.uncertainty.linear(
            lambda rows: np.asarray(rows @ weights.T), lambda rows: np.asarray(rows @ np.abs(weights).T)
        )
        value = np.asarray(weights @ numbers.value)
    quality = if_finite(value, numbers.quality)
    return Estimate(value, own, numbers.method, quality, numbers.provenance, numbers.evidence)
