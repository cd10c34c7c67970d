"""The Edgeworth series: the density of outputs from their connected correlators, to any order in 1/N.

With ξ = W(φ − E φ), W K Wᵀ = 1, and the connected correlators G^(r) in that basis

    P[φ] = P_Gauss[φ] · exp( Σ_{r≥3} Σ_α G^(r)_α z^α/α! ),     then z^α → Π_i He_(α_i)(ξ_i),

because (−∂)^α acts on a standard Gaussian as Hermite polynomials do. G^(r) counts as N^(1 − r/2), and the
exponential is truncated at the order asked for. There are no diagrams in it: it is a way of its own to the
numbers of `nnft_sym.duality.cumulant_action`, whose action is −log P to the same order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import log, pi
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import counted, shown
from nnft_sym.duality.given_cumulants import GivenCumulants, given_cumulants
from nnft_sym.duality.hermite_polynomials import (
    added,
    divided,
    hermite_sum,
    hermite_tables,
    mean_square,
    powers_of,
    refuse_large,
    times_form,
)
from nnft_sym.duality.symmetric_tensors import carried, changed_basis
from nnft_sym.duality.whitening import Whitening, whitened
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.width_order import width_order, width_order_text
from numerics.errors import InvalidPoints
from numerics.fields.field_set import FieldSet
from numerics.given import as_real_array
from numerics.results.cumulants import EPS
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty, together

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

METHOD = "Edgeworth series"


@final
@dataclass(frozen=True, eq=False, repr=False)
class EdgeworthSeries:
    """P[φ] on a set of points as a Gaussian times polynomials, by orders in 1/N.

    Attributes
    ----------
    fields : FieldSet
    order : Fraction
        Largest power of 1/N kept.
    given : GivenCumulants
        The connected correlators.

    Examples
    --------
    One point, K = 1 and G4 = 0.1: P = P_Gauss (1 + (0.1/24) He_4).

    >>> series = edgeworth_series({2: [[1.0]], 4: [[[[0.1]]]]}, "1/N")
    >>> round(float(series.density([[0.0]])[0] / series.gaussian([[0.0]])[0]), 12)
    1.0125
    >>> {str(order): round(size, 12) for order, size in series.sizes.items()}  # 0.1/√4!
    {'0': 1.0, '1': 0.020412414523}
    """

    fields: FieldSet
    order: Fraction
    given: GivenCumulants

    def __repr__(self) -> str:
        return (
            f"<EdgeworthSeries to {width_order_text(self.order)} over {counted(len(self.fields), 'field')}>"
        )

    @cached_property
    def basis(self) -> Whitening:
        """The basis in which the two-point function is the identity."""
        return whitened(self.given.connected[2], len(self.fields), "a density")

    @cached_property
    def _white(self) -> dict[int, Array]:
        """Connected correlators in the white basis, by number of points."""
        return {
            legs: changed_basis(self.basis.matrix, legs)(self.given.connected[legs].value[np.newaxis])[0]
            for legs in self.given.valences
            if legs <= 2 * self.order + 2
        }

    @cached_property
    def polynomials(self) -> tuple[Array, ...]:
        """What multiplies the Gaussian, by powers of N^(−1/2): coefficients of Hermite polynomials."""
        m, last = len(self.fields), int(2 * self.order)
        degree = last * (2 if self.given.even else 3)
        refuse_large(m, degree)
        forms = {}
        for legs, tensor in self._white.items():
            powers = powers_of(m, legs)
            forms[legs - 2] = (powers, tensor * divided(powers))
        found = [np.ones((1,) * m)]
        for power in range(1, last + 1):
            # the exponential e^s of a series obeys (e^s)' = s' e^s
            total = np.zeros((1,) * m)
            for share, (powers, coefficients) in forms.items():
                if share <= power and np.any(found[power - share]):
                    product = times_form(found[power - share], powers, coefficients)
                    total = added(total, product * (share / power))
            found.append(total)
        return tuple(found)

    @cached_property
    def orders(self) -> tuple[Fraction, ...]:
        """Powers of 1/N that can occur, from zero on; halves where odd correlators were given."""
        steps = range(0, int(2 * self.order) + 1, 2 if self.given.even else 1)
        return tuple(Fraction(step, 2) for step in steps)

    @cached_property
    def sizes(self) -> dict[Fraction, float]:
        """Root mean square of each order relative to the Gaussian, averaged over the Gaussian."""
        return {order: mean_square(self.polynomials[int(2 * order)]) ** 0.5 for order in self.orders}

    # -- numbers -------------------------------------------------------------------------------------------

    def white_fields(self, phi: ArrayLike) -> Array:
        """Read values of the fields, rows of shape (R, m), and write them in the white basis.

        Raises
        ------
        InvalidPoints
            If a row has not one number for each field.
        """
        m = len(self.fields)
        needed = f"rows of {counted(m, 'number')} are needed, one for each field"
        rows = as_real_array(phi, "values of the fields", InvalidPoints, needed)
        if rows.ndim != 2 or rows.shape[1] != m:
            raise InvalidPoints(f"values of the fields of shape {rows.shape} were given; {needed}")
        if not np.all(np.isfinite(rows)):
            raise InvalidPoints(f"{shown(rows.tolist())} were given; finite values of the fields are needed")
        mean = self.given.mean
        return (rows if mean is None else rows - mean.value) @ self.basis.matrix.T

    def _log_gaussian(self, white: Array) -> Array:
        squares = np.einsum("rm,rm->r", white, white)
        return np.asarray(-0.5 * (squares + len(self.fields) * log(2 * pi) + self.basis.log_det))

    def gaussian(self, phi: ArrayLike) -> Estimate:
        """Density of the Gaussian with the exact two-point function at rows of shape (R, m)."""
        white = self.white_fields(phi)
        value = np.exp(self._log_gaussian(white))
        return self._estimate(value, white, np.stack([value]), value)

    def terms(self, phi: ArrayLike) -> dict[Fraction, Estimate]:
        """What every order adds to the density, at rows of shape (R, m); order zero is the Gaussian."""
        white = self.white_fields(phi)
        gauss = np.exp(self._log_gaussian(white))
        ratios = self._ratios(white)
        found = {}
        for order in self.orders:
            place = int(2 * order)
            weights = np.zeros((place + 1, len(white)))
            weights[place] = gauss
            found[order] = self._estimate(gauss * ratios[place], white, weights, gauss)
        return found

    def density(self, phi: ArrayLike, order: object = None) -> Estimate:
        """Sum the series at rows of shape (R, m), up to an order (default: all); it may be negative."""
        stop = self._stop(order)
        white = self.white_fields(phi)
        gauss = np.exp(self._log_gaussian(white))
        ratios = self._ratios(white)[: stop + 1]
        return self._estimate(gauss * ratios.sum(axis=0), white, np.tile(gauss, (stop + 1, 1)), gauss)

    def log_density(self, phi: ArrayLike, order: object = None) -> Estimate:
        """Sum the series of log P, which is minus the action, at rows of shape (R, m)."""
        stop = self._stop(order)
        white = self.white_fields(phi)
        ratios = self._ratios(white)[: stop + 1]
        inverse, logarithm = np.ones_like(ratios), np.zeros_like(ratios)
        for p in range(1, stop + 1):
            inverse[p] = -sum(ratios[q] * inverse[p - q] for q in range(1, p + 1))
            logarithm[p] = sum(q * ratios[q] * inverse[p - q] for q in range(1, p + 1)) / p
        value = self._log_gaussian(white) + logarithm.sum(axis=0)
        # d log P to order p is Σ_q (1/P)_(p − q) dP_q
        weights = np.cumsum(inverse, axis=0)[::-1]
        return self._estimate(value, white, weights, np.abs(value) + 1.0)

    # -- one field -----------------------------------------------------------------------------------------

    def _one_polynomial(self, order: object) -> Array:
        """Coefficients of the Hermite polynomials at one field, all orders together."""
        if len(self.fields) != 1:
            raise InvalidExpansion(f"one field is needed; the series is over {len(self.fields)}")
        total = np.zeros(1)
        for polynomial in self.polynomials[: self._stop(order) + 1]:
            total = added(total, polynomial)
        return total

    def probabilities(self, edges: ArrayLike, order: object = None) -> Array:
        """Integrate the series of one field between ascending edges; shape (len(edges) − 1,).

        Examples
        --------
        >>> series = edgeworth_series({2: [[1.0]], 4: [[[[0.1]]]]}, "1/N")
        >>> series.probabilities([-np.inf, 0.0, np.inf]).tolist()
        [0.5, 0.5]
        """
        from scipy.special import ndtr

        coefficients = self._one_polynomial(order)
        ends = as_real_array(edges, "edges", InvalidPoints, "ascending numbers are needed").ravel()
        mean = 0.0 if self.given.mean is None else float(self.given.mean.value[0])
        white = (ends - mean) * self.basis.matrix[0, 0]
        finite = np.where(np.isfinite(white), white, 0.0)
        tables = hermite_tables(finite[:, np.newaxis], len(coefficients))[0]
        # ∫ He_k times the Gaussian is −He_(k − 1) times the Gaussian
        bell = np.where(np.isfinite(white), np.exp(-0.5 * finite**2) / np.sqrt(2 * pi), 0.0)
        rest = tables[:, : len(coefficients) - 1] @ coefficients[1:]
        return np.asarray(np.diff(ndtr(white) - bell * rest))

    def negative_intervals(self, order: object = None) -> tuple[tuple[float, float], ...]:
        """Find where the series of one field is negative: open intervals, ascending.

        Examples
        --------
        Negative kurtosis: the tails are negative.

        >>> series = edgeworth_series({2: [[1.0]], 4: [[[[-0.5]]]]}, "1/N")
        >>> [(round(low, 3), round(high, 3)) for low, high in series.negative_intervals()]
        [(-inf, -3.217), (3.217, inf)]
        """
        coefficients = np.trim_zeros(self._one_polynomial(order), "b")
        roots = np.polynomial.hermite_e.hermeroots(coefficients) if len(coefficients) > 1 else np.zeros(0)
        real = np.sort(roots.real[np.abs(roots.imag) <= 1e-7 * (1.0 + np.abs(roots.real))])
        mean = 0.0 if self.given.mean is None else float(self.given.mean.value[0])
        scale = 1.0 / self.basis.matrix[0, 0]
        places = np.concatenate([[-np.inf], mean + scale * real, [np.inf]])
        middles = (
            np.concatenate([[real[0] - 1.0], 0.5 * (real[1:] + real[:-1]), [real[-1] + 1.0]])
            if len(real)
            else np.zeros(1)
        )
        signs = np.polynomial.hermite_e.hermeval(middles, coefficients)
        found: list[tuple[float, float]] = []
        for low, high, sign in zip(places[:-1].tolist(), places[1:].tolist(), signs.tolist(), strict=True):
            if sign < 0.0:
                joins = found and found[-1][1] == low
                found[-1:] = [(found[-1][0], high)] if joins else [*found[-1:], (low, high)]
        return tuple(found)

    def _stop(self, order: object) -> int:
        stop = self.order if order is None else width_order(order)
        if stop > self.order:
            raise InvalidExpansion(
                f"the order {width_order_text(stop)} was asked for; the series was made to "
                f"{width_order_text(self.order)}"
            )
        return int(2 * stop)

    def _ratios(self, white: Array) -> Array:
        """Terms relative to the Gaussian, shape (2 order + 1, R)."""
        degree = max(polynomial.shape[0] for polynomial in self.polynomials) - 1
        tables = hermite_tables(white, degree)
        return np.stack([hermite_sum(polynomial, tables) for polynomial in self.polynomials])

    def _estimate(self, value: Array, white: Array, weights: Array, scale: Array) -> Estimate:
        """Add errors: of Σ_q w_q c_q, c_q the terms relative to the Gaussian.

        Parameters
        ----------
        value, white : ndarray, shapes (R,) and (R, m)
        weights : ndarray, shape (Q + 1, R)
        scale : ndarray, shape (R,)
            Size of what is rounded.
        """
        parts = [
            known.linear(*_maps(self._design(white, weights, legs)))
            for legs, known in self._perturbations.items()
            if legs - 2 < len(weights)
        ]
        found = together(parts)
        if found.bound is not None:
            rounding = Uncertainty.bounded(16 * EPS * np.broadcast_to(scale, value.shape))
            found = together([found, rounding])
        return Estimate(value, found, METHOD, self.given.quality, self.given.provenance)

    @cached_property
    def _perturbations(self) -> dict[int, Uncertainty]:
        """What is not known of the connected correlators in the white basis; of K and the mean, too."""
        found = {2: self.basis.perturbation}
        if self.given.mean is not None:
            found[1] = carried(self.given.mean.uncertainty, self.basis.matrix, 1)
        for legs in self._white:
            one = self.given.connected[legs]
            known = carried(one.uncertainty, self.basis.matrix, legs)
            if known.bound is not None:
                size = changed_basis(np.abs(self.basis.matrix), legs)(np.abs(one.value)[np.newaxis])[0]
                known = together([known, Uncertainty.bounded(8 * EPS * size)])
            found[legs] = known
        return found

    def _design(self, white: Array, weights: Array, legs: int) -> Array:
        """Derivatives of Σ_q w_q c_q by the elements of one correlator, shape (R, M).

        The correlator of r points adds G_α z^α/α! to the exponent, at N^(1 − r/2): the derivative of c_q is
        z^α/α! times c_(q − r + 2). Of K it is the same, because P_Gauss = exp(½ K ∂∂) δ; of a mean, which
        moves the fields of every order, it is z times c_q.
        """
        powers, later = powers_of(white.shape[1], legs), max(legs - 2, 0)
        some = self.polynomials[: len(weights) - later]
        tables = hermite_tables(white, legs + max(polynomial.shape[0] for polynomial in some) - 1)
        columns = []
        for row in powers:
            column = np.zeros(len(white))
            for place, polynomial in enumerate(some):
                weight = weights[place + later]
                if np.any(polynomial) and np.any(weight):
                    column += weight * hermite_sum(polynomial, tables, row)
            columns.append(column)
        return np.stack(columns, axis=1) * divided(powers)


def _maps(design: Array) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    def change(rows: Array) -> Array:
        return rows @ design.T

    def size(rows: Array) -> Array:
        return rows @ np.abs(design).T

    return change, size


def edgeworth_series(correlators: object, order: object = "1/N") -> EdgeworthSeries:
    """Make the Edgeworth series of connected correlators.

    Parameters
    ----------
    correlators : Correlators, or mapping of int to array_like
        Of a network, of a sample, or connected ones by number of points; to order 1/N^k those of up to
        2 k + 2 points are needed. Where no odd ones are given they count as zero.
    order : str, int or Fraction
        Largest power of 1/N, as in ``"1/N^2"``. The connected r-point function counts as N^(1 − r/2).

    Returns
    -------
    EdgeworthSeries

    Raises
    ------
    InvalidExpansion
        If correlators are missing, or the order is none.
    SingularProblem
        If K has no inverse.
    ProblemTooLarge
        If there are too many points for the order.

    References
    ----------
    M. Demirtas et al., arXiv:2307.03223: P = exp(Σ_{r≥3} (−1)^r/r! G_c^(r) ∂^r) P_Gauss, with the signs
    that real derivatives have.

    Examples
    --------
    >>> from numerics.exact.correlators import exact_correlators
    >>> from numerics.networks.architectures import CosNet
    >>> exact = exact_correlators(CosNet(width=64), [[0.0], [0.8]], (2, 4, 6))
    >>> series = edgeworth_series(exact, "1/N^2")
    >>> round(-float(series.log_density([[0.3, 0.1]])[0]), 6)  # the action, 0.874798 exactly
    0.874781
    """
    stop = width_order(order)
    given = given_cumulants(correlators, stop)
    refuse_large(len(given.fields), int(2 * stop) * (2 if given.even else 3))
    whitened(given.connected[2], len(given.fields), "a density")
    return EdgeworthSeries(given.fields, stop, given)
