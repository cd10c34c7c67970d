"""The generating functional of a network's connected correlators, W[J] = log E e^(i J·f).

W[J] = Σ_r (i^r/r!) Σ G_c^(r)_(j…k) J_j … J_k over the fields; with a real source, log E e^(J·f), without the
powers of i. The connected correlators are exact at the width of the network, so the series is one in J; their
dependence on the width N is known by powers of N. `generating_functional` is the way in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import factorial
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import counted
from diagrams.progress import ProgressLike
from nnft_sym.duality.power_sum_symbols import Sizes, power_sum_cumulant_in_width, weight_moments
from nnft_sym.duality.symmetric_tensors import arrangements
from nnft_sym.errors import InvalidExpansion
from numerics.exact.characteristic import as_sources, log_characteristic
from numerics.exact.correlators import LARGEST_ORDER, exact_correlators
from numerics.exact.joint_tables import JointTables
from numerics.fields.field_set import Fields, FieldSet
from numerics.given import as_whole
from numerics.networks.base import Network
from numerics.results.correlator import Correlator
from numerics.results.cumulants import EPS
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown
from numerics.results.joint_correlators import Correlators
from numerics.results.quality import worst

if TYPE_CHECKING:
    import sympy

Array = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False, repr=False)
class GeneratingFunctional(Shown):
    """W[J] as a series in the source, of one network over some fields.

    Attributes
    ----------
    network : Network
    order : int
        Highest power of J.
    cumulants : Correlators
        Connected correlators of the orders 1 to `order`.

    Examples
    --------
    One field of Cos-net: log E e^(i J f) = N log[e^(−q) I_0(q)], q = J²/4N for σ_a = 1.

    >>> from numerics.networks.cos import CosNet
    >>> w = generating_functional(CosNet(width=3), [[0.7]], order=8)
    >>> w.orders, [round(float(w.cumulants[n].value[0]), 6) for n in w.orders]
    ((2, 4, 6, 8), [0.5, 0.125, 0.0, -0.091146])
    >>> round(float(w.value([1.0])), 9), round(float(w.exact([1.0])), 9)
    (-0.244793927, -0.244793925)
    """

    network: Network
    order: int
    cumulants: Correlators

    @property
    def fields(self) -> FieldSet:
        """Where the source acts."""
        return self.cumulants.fields

    @cached_property
    def orders(self) -> tuple[int, ...]:
        """Orders of the connected correlators that do not vanish."""
        return tuple(n for n, one in self.cumulants.items() if np.any(one.value) or np.any(one.error))

    def at_width(self, width: int) -> GeneratingFunctional:
        """Return that of the same architecture at another width, without new integrals."""
        network = self.network.with_width(width)
        return GeneratingFunctional(network, self.order, self.cumulants.at_width(width))

    # -- numbers -------------------------------------------------------------------------------------------

    def terms(self, source: ArrayLike) -> Mapping[int, Estimate]:
        """Sum G_c^(r) J … J/r! of every order r, without the power of i.

        Parameters
        ----------
        source : array_like, shape (m, n) or (n,)
            J, one number for each field.

        Returns
        -------
        mapping of int to Estimate
            Shape (m,) or (), by orders that do not vanish.

        Raises
        ------
        InvalidPoints
            If a source has not one number for each field.
        """
        given = as_sources(source, self.fields)
        return {n: _contracted(self.cumulants[n], n, given) for n in self.orders}

    def value(self, source: ArrayLike, *, real: bool = False) -> Estimate:
        """Sum the series: the real part of log E e^(i J·f), or log E e^(J·f).

        Parameters
        ----------
        source : array_like, shape (m, n) or (n,)
            J, one number for each field.
        real : bool, optional
            The source is real: no powers of i. The series is one of numbers, whether or not the average is
            finite; `exact` refuses where it is not.

        Returns
        -------
        Estimate
            Shape (m,) or (). Errors are those of the correlators; ``evidence["last_term"]`` is the largest
            size of the last term, which tells how far the series may be from W[J].
        """
        return self._summed(source, lambda n: 1 if real else (0 if n % 2 else (-1) ** (n // 2)))

    def imaginary(self, source: ArrayLike) -> Estimate:
        """Sum the imaginary part of log E e^(i J·f): odd orders, which skewed output weights have."""
        return self._summed(source, lambda n: (-1) ** (n // 2) if n % 2 else 0)

    def _summed(self, source: ArrayLike, sign: Callable[[int], int]) -> Estimate:
        given = as_sources(source, self.fields)
        value, error, last = np.zeros(given.shape[:-1]), np.zeros(given.shape[:-1]), 0.0
        used = [n for n in self.orders if sign(n)]
        for n in used:
            term = _contracted(self.cumulants[n], n, given)
            value, error = value + sign(n) * term.value, error + term.error
            last = float(np.max(np.abs(term.value), initial=0.0))
        quality = worst(self.cumulants[n].quality for n in used)
        method = f"connected correlators up to order {self.order}"
        bound = error + len(used) * EPS * np.abs(value)
        return Estimate(value, bound, method, quality, self.cumulants.provenance, {"last_term": last})

    def exact(self, source: ArrayLike, *, real: bool = False) -> Estimate:
        """Compute W[J] by an average over one neuron, to all orders in J.

        Parameters
        ----------
        source : array_like, shape (m, n) or (n,)
        real : bool, optional
            log E e^(J·f) in place of log E e^(i J·f).

        Raises
        ------
        DivergentIntegral
            If E e^(J·f) is infinite.
        NotAvailable
            If neurons are not independent, or no way to average is known.
        """
        return log_characteristic(self.network, self.fields, source, real=real)

    # -- powers of the width -------------------------------------------------------------------------------

    def powers_of_width(self, order: int) -> Mapping[Fraction, Estimate]:
        """Write the connected correlators of one order as sums of powers of the width.

        Parameters
        ----------
        order : int

        Returns
        -------
        mapping of Fraction to Estimate
            G_c^(order) = Σ_p N^p × (these numbers), shape (M,). For independent output weights that is
            one power, N^(1 − r/2).

        Raises
        ------
        NotAvailable
            If a joint law of the output weights changes with the width.

        Examples
        --------
        >>> from numerics.networks.relu import ReLUNet
        >>> w = generating_functional(ReLUNet(width=20), [[1.0]], order=4)
        >>> {str(power): one.value.tolist() for power, one in w.powers_of_width(4).items()}
        {'-1': [3.75]}
        """
        one = self.cumulants[order]
        tables = self.cumulants.origin
        if not isinstance(tables, JointTables):
            power = Fraction(2 - order, 2)
            scale = float(self.network.width) ** (-float(power))
            found = Estimate(scale * one.value, scale * one.error, one.method, one.quality, one.provenance)
            return {power: found} if order in self.orders else {}
        return self._by_power(order, tables)

    def _by_power(self, order: int, tables: JointTables) -> Mapping[Fraction, Estimate]:
        import sympy

        sums = tables.features.sums.get(order, {})
        found: dict[Fraction, Array] = {}
        sigma, alpha = self.network.output_deviation, self.network.laws.output_correlation
        for sizes, weight in self.weights(order).items():
            polynomial = sympy.Poly(weight.subs("alpha", sympy.Rational(repr(alpha))), sympy.Symbol("N"))
            for (degree,), coefficient in polynomial.terms():
                number, rows = float(coefficient) * sigma**order, sums[sizes]
                if number:
                    power = degree - Fraction(order, 2)
                    part = np.stack([number * rows[0], abs(number) * (rows[1] + 4 * EPS * rows[2])])
                    found[power] = found.get(power, np.zeros_like(part)) + part
        if order == 2 and self.network.bias_variance:
            bias = np.zeros_like(next(iter(found.values())))
            bias[0] = self.network.bias_variance
            found[Fraction(0)] = found.get(Fraction(0), np.zeros_like(bias)) + bias
        one = self.cumulants[order]
        return {
            power: Estimate(value, error, one.method, one.quality, one.provenance)
            for power, (value, error) in sorted(found.items(), reverse=True)
        }

    def weights(self, order: int) -> Mapping[Sizes, sympy.Expr]:
        """Say what output weights contribute to the connected correlators of one order, with symbols.

        Returns
        -------
        mapping of tuple of int to SymPy expression
            By the sizes λ of the blocks of a partition of the fields: κ_a[p_r : r in λ] in units of σ^order,
            a polynomial in N (and α), of G_c = N^(−order/2) σ^order Σ_λ κ_a S_λ.

        Raises
        ------
        NotAvailable
            If a joint law of the output weights changes with the width.

        Examples
        --------
        >>> from numerics.networks.relu import ReLUNet
        >>> w = generating_functional(ReLUNet(3).with_laws(output_correlation=0.3), [[1.0]], order=2)
        >>> w.weights(2)
        {(2,): N, (1, 1): N*(N*alpha - alpha + 1)}
        """
        moment = weight_moments(self.network)
        tables = self.cumulants.origin
        known = tables.features.sums.get(order, {}) if isinstance(tables, JointTables) else None
        sizes = _partitions(order) if known is None else tuple(known)
        return {one: power_sum_cumulant_in_width(one, moment) for one in sizes}

    # -- symbols -------------------------------------------------------------------------------------------

    def expression(self, *, named: bool = True, real: bool = False) -> sympy.Expr:
        """Write W[J] as a SymPy expression.

        Parameters
        ----------
        named : bool, optional
            Connected correlators by name, ``G4_112``…: fields are counted from one. Else their numbers, with
            powers of N where the width does more than scale the output weights.
        real : bool, optional
            The source is real: no powers of i.

        Returns
        -------
        sympy.Expr

        Examples
        --------
        >>> from numerics.networks.relu import ReLUNet
        >>> w = generating_functional(ReLUNet(width=20), [[1.0]], order=4)
        >>> w.expression()
        -G2_11*J_1**2/2 + G4_1111*J_1**4/24
        >>> w.expression(named=False)
        0.15625*J_1**4/N - 0.25*J_1**2
        """
        from nnft_sym.duality.generating_symbols import expression

        return expression(self, named=named, real=real)

    def latex(self, *, named: bool = True, real: bool = False) -> str:
        """Write W[J] in LaTeX: with G_c^(r) by name, or as numbers with powers of N.

        Indices that stand twice are summed over the fields. Where output weights have a joint law whose
        moments are known with symbols, G_c^(r) is written in terms of S_λ, the sums over partitions of the
        fields into blocks of sizes λ of products of joint cumulants of one feature.
        """
        from nnft_sym.duality.generating_symbols import latex

        return latex(self, named=named, real=real)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def plain_fields(self) -> Content:
        """Give the connected correlators as plain fields."""
        rows = [
            (n, " ".join(map(str, row)), value, error)
            for n in self.orders
            for row, value, error in zip(
                self.cumulants[n].indices.tolist(),
                self.cumulants[n].value,
                self.cumulants[n].error,
                strict=True,
            )
        ]
        title = (
            f"W[J] to order {self.order} in J over {counted(len(self.fields), 'field')} of "
            f"{self.network.name}-net, N = {self.network.width}"
        )
        qualities = {
            f"quality at order {n}": one.quality.value
            for n, one in self.cumulants.items()
            if n in self.orders and not one.trusted
        }
        return Content(title, qualities, ("order", "indices", "G_c", "error"), lambda: rows, len(rows))


def generating_functional(
    network: Network,
    fields: Fields,
    order: int = 6,
    outputs: Sequence[int] | None = None,
    progress: ProgressLike = None,
) -> GeneratingFunctional:
    """Compute the generating functional W[J] = log E e^(i J·f) of a network to some order in J.

    Parameters
    ----------
    network : Network
        With output weights of any law: independent ones, correlated alike, or of a joint law.
    fields : array_like, shape (n, d_in), or FieldSet
        Where the source acts.
    order : int, optional
        Highest power of J, 1 to 10.
    outputs : sequence of int, length n, optional
        Output component of each field; default: one output.
    progress : callable or bool, optional
        Called with (feature moments done, feature moments in total).

    Returns
    -------
    GeneratingFunctional

    Raises
    ------
    InvalidExpansion
        If the order is out of range.
    NotAvailable
        If exact correlators are out of reach.

    References
    ----------
    M. Demirtas et al., arXiv:2307.03223: cumulants of a field as sums over neurons. Dependent weights: the
    law of total cumulance, D. R. Brillinger, Ann. Inst. Stat. Math. 21 (1969) 215;
    docs/theory/generating_functional.md, eq. eq-generating-functional.

    Examples
    --------
    >>> from numerics.networks.relu import ReLUNet
    >>> w = generating_functional(ReLUNet(width=20), [[1.0]], order=4)
    >>> w
    <W[J] to order 4 in J over 1 field of relu-net, N = 20
      order 2, indices 0 0, G_c 0.5, error ...
      order 4, indices 0 0 0 0, G_c 0.1875, error ...>
    >>> round(float(w.value([0.3]).value), 6), round(float(w.exact([0.3]).value), 6)
    (-0.022437, -0.022437)
    """
    needed = f"a whole number from 1 to {LARGEST_ORDER} is needed"
    highest = as_whole(order, "order", InvalidExpansion, needed, most=LARGEST_ORDER)
    found = exact_correlators(network, fields, range(1, highest + 1), outputs, progress)
    return GeneratingFunctional(network, highest, found.connected())


def _contracted(one: Correlator, order: int, sources: Array) -> Estimate:
    """G_c^(r) J … J/r! with its error; sources of shape (m, n) or (n,)."""
    monomials = np.prod(sources[..., one.indices], axis=-1)
    weights = monomials * arrangements(len(one.fields), order) / factorial(order)
    value = weights @ one.value
    rounding = 4 * order * EPS * (np.abs(weights) @ np.abs(one.value))
    return Estimate(value, np.abs(weights) @ one.error + rounding, one.method, one.quality)


def _partitions(total: int, largest: int | None = None) -> tuple[Sizes, ...]:
    """Partitions of a whole number, parts descending."""
    if total == 0:
        return ((),)
    most = min(total, total if largest is None else largest)
    return tuple((first, *rest) for first in range(most, 0, -1) for rest in _partitions(total - first, first))
