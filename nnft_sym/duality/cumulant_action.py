"""The action that connected correlators imply, as numbers on a set of points.

S[φ] = −log P[φ] = ½ φK⁻¹φ + ½ log det 2πK − Σ connected diagrams whose vertices are the connected
correlators (`nnft_sym.duality.action_diagrams`). `action_from_cumulants` is the way in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import log, pi
from typing import Any, final, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import counted, shown
from nnft_sym.duality.action_diagrams import ActionDiagram, action_diagrams
from nnft_sym.duality.action_tensors import WhiteTerm, summed_by_power, white_tensors
from nnft_sym.duality.given_cumulants import GivenCumulants, given_cumulants
from nnft_sym.duality.round_trip import RoundTrip, round_trip, vertices_of
from nnft_sym.duality.symbolic_action import SymbolicAction, action_of_symbols
from nnft_sym.duality.symmetric_tensors import arrangements, carried, changed_basis, distinct
from nnft_sym.duality.whitening import Whitening, whitened
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.width_order import width_order, width_order_text
from numerics.errors import InvalidPoints
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import ranks
from numerics.given import as_real_array
from numerics.results.correlator import Correlator, Part
from numerics.results.cumulants import EPS
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown
from numerics.results.uncertainty import Uncertainty

Array = NDArray[np.float64]

METHOD = "diagrams of connected correlators"
#: Names of the coefficients of powers of the field: S = constant + … + g f³ + λ f⁴ + α f⁵ + κ f⁶.
COUPLINGS = {0: "constant", 1: "linear", 2: "quadratic", 3: "g", 4: "lambda", 5: "alpha", 6: "kappa"}


@final
@dataclass(frozen=True, eq=False)
class ActionTerm:
    """What the action has of one power of the field and one order in 1/N.

    Attributes
    ----------
    power : int
        Power p of the field.
    order : Fraction
        Power of 1/N.
    tensor : Correlator
        The symmetric tensor c of c_(i…j) φ_i … φ_j, without 1/p!, by its distinct elements, with its error.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> action = nn.action_from_cumulants({2: [[1.0]], 4: [[[[0.1]]]]}, "1/N")
    >>> term = action.terms[-1]
    >>> term.power, str(term.order), round(float(term.tensor.value[0]), 6)
    (4, '1', -0.004167)
    """

    power: int
    order: Fraction
    tensor: Correlator

    @property
    def coefficients(self) -> Array:
        """Coefficients of the monomials φ_i … φ_j: tensor elements times their arrangements; shape (M,)."""
        return self.tensor.value * arrangements(len(self.tensor.fields), self.power)


@final
@dataclass(frozen=True, eq=False, repr=False)
class CumulantAction(Shown):
    """S[φ] on a set of points, a polynomial in the fields by orders in 1/N.

    Attributes
    ----------
    fields : FieldSet
        Where the fields stand.
    order : Fraction
        Largest power of 1/N kept.
    given : GivenCumulants
        The connected correlators.
    diagrams : tuple of ActionDiagram
        With their coefficients in S.

    Examples
    --------
    One point, K = 1 and G4 = 0.1: S ∋ −G4/24 φ⁴ + G4/4 φ² − G4/8.

    >>> action = action_from_cumulants({2: [[1.0]], 4: [[[[0.1]]]]}, "1/N")
    >>> for term in action.terms:
    ...     print(term.power, term.order, round(float(term.tensor.value[0]), 6))
    0 0 0.918939
    2 0 0.5
    0 1 -0.0125
    2 1 0.025
    4 1 -0.004167
    >>> round(float(action.value([[0.3]])[0]), 8)
    0.95365478
    """

    fields: FieldSet
    order: Fraction
    given: GivenCumulants
    diagrams: tuple[ActionDiagram, ...]

    def plain_fields(self) -> Content:
        """Give the polynomial as plain fields, one row for each monomial."""
        title = f"action to {width_order_text(self.order)} of {counted(len(self.fields), 'field')}"
        mean = self.given.mean
        facts: dict[str, object] = {
            "diagrams": len(self.diagrams),
            "method": METHOD,
            "fields": "counted from their mean" if mean is not None else "",
            "quality": self.given.quality.value,
        }
        size = sum(term.tensor.size for term in self.terms)
        return Content(title, facts, ("order", "element", "value", "error"), self.monomials, size)

    def monomials(self) -> Iterator[tuple[str, str, float, float]]:
        """Go through the monomials of S: order in 1/N, fields, coefficient, its error."""
        for term in self.terms:
            times = arrangements(len(self.fields), term.power)
            columns = (term.tensor.labels, term.coefficients.tolist(), (times * term.tensor.error).tolist())
            for label, value, error in zip(*columns, strict=True):
                yield width_order_text(term.order), label or "1", value, error

    @property
    def symbolic(self) -> SymbolicAction:
        """The same action with symbols in place of numbers: its diagrams, LaTeX, SymPy."""
        names = tuple((points, f"G{points}") for points in self.given.valences)
        return SymbolicAction(names, self.order, self.diagrams)

    def to_json(self) -> list[dict[str, object]]:
        """Give S = Σ coefficient ∏ φ_indices as plain fields, one entry for each monomial.

        Indices count the fields from 0; where a mean was given, φ − E φ stands for φ.
        """
        return [
            {
                "power": term.power,
                "indices": indices,
                "coefficient": value,
                "order": width_order_text(term.order),
                "error": error,
            }
            for term in self.terms
            for indices, value, error in zip(
                term.tensor.indices.tolist(),
                term.coefficients.tolist(),
                (term.tensor.error * arrangements(len(self.fields), term.power)).tolist(),
                strict=True,
            )
        ]

    @property
    def powers(self) -> tuple[int, ...]:
        """Powers of the field that occur."""
        return tuple(sorted({0, 2, *(diagram.power for diagram in self.diagrams)}))

    # -- in the white basis --------------------------------------------------------------------------------

    @cached_property
    def basis(self) -> Whitening:
        """The basis in which the two-point function is the identity."""
        return whitened(self.given.connected[2], len(self.fields))

    @cached_property
    def _white(self) -> tuple[WhiteTerm, ...]:
        """Every term in the white basis, the Gaussian part first."""
        m, basis = len(self.fields), self.basis
        known = basis.perturbation
        trace = distinct(np.eye(m)[np.newaxis], m, 2)[0] * arrangements(m, 2)

        # ½ ξ(1 − E)ξ + ½ tr E
        def halved(rows: Array) -> Array:
            return -0.5 * rows

        def size(rows: Array) -> Array:
            return 0.5 * rows

        def traced(rows: Array) -> Array:
            return np.asarray(0.5 * (rows @ trace)[:, np.newaxis])

        constant = np.array([0.5 * (m * log(2 * pi) + basis.log_det)])
        one = distinct(np.eye(m)[np.newaxis], m, 2)[0]
        free = (
            (0, Estimate(constant, uncertainty=known.linear(traced, traced))),
            (2, Estimate(0.5 * one, uncertainty=known.linear(halved, size))),
        )
        found = [WhiteTerm(power, Fraction(0), value, EPS * np.abs(value.value)) for power, value in free]
        legs = {r: self.given.connected[r] for r in self.given.valences}
        found += summed_by_power(self.diagrams, white_tensors(legs, basis))
        return tuple(found)

    @cached_property
    def round_trip(self) -> RoundTrip:
        """The correlators that the ordinary engine computes from this action, against those given.

        Examples
        --------
        >>> action = action_from_cumulants({2: [[1.0]], 4: [[[[0.1]]]]}, "1/N")
        >>> action.round_trip.agrees, [row.points for row in action.round_trip.rows]
        (True, [2, 4])
        """
        m, turn = len(self.fields), self.basis.matrix
        connected = {
            legs: changed_basis(turn, legs)(one.value[np.newaxis])[0]
            for legs, one in self.given.connected.items()
            if legs != 1  # the fields are counted from their mean
        }
        return round_trip(
            vertices_of(self._white, m), connected, self.basis.back, self.order, self.given.even
        )

    # -- numbers -------------------------------------------------------------------------------------------

    @cached_property
    def terms(self) -> tuple[ActionTerm, ...]:
        """Every power of the field at every order in 1/N, the Gaussian part at order 0 first.

        In powers of φ − E φ where the mean was given.
        """
        return tuple(
            ActionTerm(term.power, term.order, self._in_fields(term.power, term.value))
            for term in self._white
        )

    def _in_fields(self, power: int, white: Estimate) -> Correlator:
        turn = self.basis.matrix.T
        value = changed_basis(turn, power)(white.value[np.newaxis])[0]
        return Correlator(
            self.fields, power, Part.COUPLING, value, carried_or_exact(white.uncertainty, turn, power),
            METHOD, self.given.quality, self.given.provenance,
        )  # fmt: skip

    def coupling(self, power: int | str) -> Correlator:
        """Return the coefficient of one power of the field, all orders together.

        Parameters
        ----------
        power : int or str
            Number of fields, or the name ``"g"``, ``"lambda"``, ``"alpha"``, ``"kappa"``, ``"constant"``,
            ``"linear"`` or ``"quadratic"``: S = … + g f³ + λ f⁴ + α f⁵ + κ f⁶, without 1/p!.

        Raises
        ------
        InvalidExpansion
            If the action to this order has no such power.
        """
        number = {name: p for p, name in COUPLINGS.items()}.get(str(power), power)
        found = [term.tensor for term in self.terms if term.power == number]
        if not found:
            raise InvalidExpansion(
                f"the coupling {shown(power)} was asked for; the action to {width_order_text(self.order)} "
                f"has the powers {', '.join(map(str, self.powers))} of the field"
            )
        total: Estimate = found[0].numbers()
        for one in found[1:]:
            total = total + one.numbers()
        return Correlator.over(self.fields, int(number), Part.COUPLING, total)

    @property
    def couplings(self) -> Mapping[str, Correlator]:
        """Every coupling by its name; see `coupling`."""
        return {COUPLINGS.get(power, f"f^{power}"): self.coupling(power) for power in self.powers}

    def value(self, phi: ArrayLike, order: object = None) -> Estimate:
        """Evaluate S[φ].

        Parameters
        ----------
        phi : array_like, shape (..., m)
            Values of the fields.
        order : optional
            Stop at this power of 1/N; default: `order` of the action.

        Returns
        -------
        Estimate, shape (...)
        """
        stop = self.order if order is None else width_order(order)
        if stop > self.order:
            raise InvalidExpansion(
                f"the order {width_order_text(stop)} was asked for; the action was made to "
                f"{width_order_text(self.order)}"
            )
        parts = [one for at, one in self.by_order(phi).items() if at <= stop]
        total = parts[0]
        for one in parts[1:]:
            total = total + one
        return total

    def by_order(self, phi: ArrayLike) -> dict[Fraction, Estimate]:
        """Evaluate what each order in 1/N adds to S[φ]; see `value`."""
        fields = as_real_array(phi, "fields", InvalidPoints, "a number for each field is needed")
        m = len(self.fields)
        if fields.ndim == 0 or fields.shape[-1] != m:
            raise InvalidPoints(
                f"fields of shape {fields.shape} were given; {m} numbers are needed in each row, one for "
                "each point of the action"
            )
        xi = self._white_fields(fields.reshape(-1, m))
        found: dict[Fraction, Estimate] = {}
        for power, order, white, _ in self._white:
            design = np.prod(xi[:, self.fields.multisets(power)], axis=2) * arrangements(m, power)
            one = _summed(design, white)
            if self.given.mean is not None and power:
                one = one + self._of_mean(xi, power, white, self.given.mean)
            found[order] = found[order] + one if order in found else one
        return {
            order: Estimate(
                one.value, one.uncertainty, METHOD, self.given.quality, self.given.provenance
            ).reshaped(fields.shape[:-1])
            for order, one in sorted(found.items())
        }

    def _of_mean(self, xi: Array, power: int, white: Estimate, mean: Estimate) -> Estimate:
        """Nothing, with the error that an uncertain mean gives one term: −∂S/∂φ δ(mean)."""
        m = len(self.fields)
        lower = self.fields.multisets(power - 1)
        products = np.prod(xi[:, lower], axis=2) * arrangements(m, power - 1)
        slopes = [
            power * (products @ white.value[ranks(np.insert(lower, 0, k, axis=1), m)]) for k in range(m)
        ]
        at_fields = np.stack(slopes, axis=1) @ self.basis.matrix

        def change(rows: Array) -> Array:
            return -rows @ at_fields.T

        def size(rows: Array) -> Array:
            return rows @ np.abs(at_fields).T

        return Estimate(np.zeros(len(xi)), uncertainty=mean.uncertainty.linear(change, size))

    def _white_fields(self, rows: Array) -> Array:
        mean = self.given.mean
        return (rows if mean is None else rows - mean.value) @ self.basis.matrix.T


def carried_or_exact(known: Uncertainty, turn: Array, power: int) -> Uncertainty:
    """Carry errors to another basis; the rounding of the products with it is added to bounds."""
    return carried(known, turn, power) if power else known


def _summed(design: Array, white: Estimate) -> Estimate:
    """Put fields into one term: design (B, M) times coefficients (M,)."""

    def change(rows: Array) -> Array:
        return rows @ design.T

    def size(rows: Array) -> Array:
        return rows @ np.abs(design).T

    known = white.uncertainty
    if known.bound is not None:
        rounding = 4 * EPS * np.abs(white.value)
        known = Uncertainty(known.shape, known.blocks, known.bound + rounding)
    return Estimate(design @ white.value, known.linear(change, size))


@overload
def action_from_cumulants(correlators: str | Iterable[str], order: object = ...) -> SymbolicAction: ...
@overload
def action_from_cumulants(correlators: Mapping[int, Any], order: object = ...) -> CumulantAction: ...
def action_from_cumulants(correlators: object, order: object = "1/N") -> CumulantAction | SymbolicAction:
    """Find the action that connected correlators imply.

    Parameters
    ----------
    correlators : Correlators, mapping of int to array_like, str, or iterable of str or sympy.Symbol
        Of a network (`exact_correlators`), of a sample (`Ensemble`), or connected ones by number of points,
        as in ``{2: K, 4: G4, 6: G6}`` with arrays of shape (m, …, m). To order 1/N^k those of up to 2 k + 2
        points are needed. Where no odd ones are given they count as zero. Or names, as in ``"G3,G4,G6"``,
        for the symbolic form.
    order : str, int or Fraction
        Largest power of 1/N, as in ``"1/N^2"``; ``"1/N^0"`` gives the Gaussian process. The connected
        r-point function counts as N^(1 − r/2).

    Returns
    -------
    CumulantAction, or SymbolicAction where names were given

    Raises
    ------
    InvalidExpansion
        If correlators are missing, or the order is none.
    SingularProblem
        If K has no inverse.

    References
    ----------
    M. Demirtas et al., Neural network field theories: non-Gaussianity, actions, and locality,
    arXiv:2307.03223: S is −log of the density, and connected correlators are the vertices of its diagrams;
    docs/theory/cumulant_action.md, eq. eq-cumulant-action.

    Examples
    --------
    >>> from numerics.exact.correlators import exact_correlators
    >>> from numerics.networks.architectures import CosNet
    >>> exact = exact_correlators(CosNet(width=64), [[0.0], [0.8]], (2, 4, 6))
    >>> action = action_from_cumulants(exact, "1/N^2")
    >>> round(float(action.value([0.3, 0.1])), 6)  # −log of the density is 0.874798
    0.874781
    """
    if isinstance(correlators, str | Iterable) and not isinstance(correlators, Mapping):
        return action_of_symbols(correlators, order)
    stop = width_order(order)
    given = given_cumulants(correlators, stop)
    whitened(given.connected[2], len(given.fields))
    return CumulantAction(given.fields, stop, given, action_diagrams(given.valences, stop))
