"""What each term of a theory contributes to a correlator, in the order of powers of 1/N.

The connected n-point function is, at its leading order, a sum over products of couplings: with λ f⁴ + κ f⁶

    G_c⁽⁴⁾ = c λ,    G_c⁽⁶⁾ = x λ² + s κ,    G_c⁽⁸⁾ = t λ³ + u λκ,

and a full one is the sum over partitions of its fields of products of connected ones, with the propagator for
two: G⁽⁶⁾ = Σ₁₅ KKK + Σ₁₅ K G_c⁽⁴⁾ + G_c⁽⁶⁾. Each connected function stops at its own leading order, as in the
fit; what G_c⁽⁴⁾ has at 1/N² is made up for by the next term of λ, which nobody adds. A joint fit takes all
terms that it was fitted with.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.set_partitions import PartitionClass, all_partitions, even_partitions
from nnft_sym.expansions.truncation import width_text
from nnft_sym.inference.lower_products import lower_products, pair_products
from nnft_sym.inference.theory import Theory, times
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.fields.index_sets import ranks
from numerics.given import as_choice
from numerics.inference.dataset import Dataset
from numerics.lowering.monomials import Monomial, monomial, monomial_text, parse_monomial
from numerics.results.correlator import Correlator, Part
from numerics.results.cumulants import EPS, partition_terms, products_with_errors
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown
from numerics.results.joint_correlators import Correlators
from numerics.results.provenance import joined_methods
from numerics.results.quality import Quality

Array = NDArray[np.float64]
Coefficients = Mapping[Monomial, Estimate]

#: Which part of a correlator is taken apart.
KINDS = {"connected": Part.CONNECTED, "excess": Part.EXCESS, "full": Part.FULL}
FREE = "free theory"
#: Partitions whose products are formed at once, so that hundreds of fields at order eight stay small.
AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Contribution:
    """What one product of couplings contributes.

    Attributes
    ----------
    product : Monomial
        ``()`` is the free theory.
    power : Fraction
        Of 1/N.
    value : Correlator
        With the errors of the couplings and the bounds of the integrals.
    total : Correlator
        This, and all that come before.
    share : float or None
        Σ|value|/Σ|data|; None where one of the two is not known.
    explained : float or None
        1 − Σ|data − total|/Σ|data|.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> net, model = nn.ReLUNet(20, sigma_b=0.0), nn.Model.leading("lambda*f^4")
    >>> exact = nn.exact_correlators(net, [[0.5], [1.0]], (2, 4))
    >>> found = nn.infer(exact, model, net, nn.Box(1.0))
    >>> part = found.contributions(4)["lambda"]
    >>> part.name, str(part.power), part.value.value.shape
    ('lambda', '1', (5,))
    """

    product: Monomial
    power: Fraction
    value: Correlator
    total: Correlator
    share: float | None
    explained: float | None

    @property
    def name(self) -> str:
        """The couplings, as in ``"lambda**2"``, or ``"free theory"``."""
        return monomial_text(self.product) or FREE


@dataclass(frozen=True, eq=False, repr=False)
class Contributions(Shown, Mapping[str, Contribution]):
    """A correlator taken apart: ``found["lambda**2"]`` by product of couplings, iteration in powers of 1/N.

    Within a power, products of more couplings come first: what lower correlators have settled already. A term
    with a coupling that the data do not determine has no number (NaN), and its quality is ``UNDEFINED``.

    Attributes
    ----------
    order : int
    part : Part
        Connected, full, or full less the free theory.
    data : Correlator or None
        What it is held against.
    terms : tuple of Contribution

    Examples
    --------
    >>> import nnft_sym as nn
    >>> net, model = nn.ReLUNet(20, sigma_b=0.0), nn.Model.leading("lambda*f^4")
    >>> exact = nn.exact_correlators(net, [[0.5], [1.0]], (2, 4))
    >>> found = nn.infer(exact, model, net, nn.Box(1.0))
    >>> parts = found.contributions(4)
    >>> list(parts), [str(term.power) for term in parts.terms]
    (['lambda'], ['1'])
    """

    order: int
    part: Part
    data: Correlator | None
    terms: tuple[Contribution, ...] = field(default=())

    def __getitem__(self, couplings: str) -> Contribution:
        """Find the term of a product of couplings, ``"lambda**2"``; ``""`` is the free theory.

        Raises
        ------
        InvalidStatistics
            If there is none.
        """
        key = () if couplings == FREE else parse_monomial(couplings)
        for one in self.terms:
            if one.product == key:
                return one
        known = ", ".join(repr(one.name) for one in self.terms)
        raise InvalidStatistics(
            f"no term in {couplings!r} contributes to the {self.order}-point function; there are {known}"
        )

    def __iter__(self) -> Iterator[str]:
        return (one.name for one in self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    @property
    def prediction(self) -> Correlator:
        """All terms together."""
        return self.terms[-1].total

    @property
    def explained(self) -> float | None:
        """Share of the data that all terms together explain; may be negative."""
        return self.terms[-1].explained if self.terms else 0.0

    def left_for(self, couplings: str) -> Estimate:
        """What all other terms leave of the data, shape (M,).

        Raises
        ------
        InvalidStatistics
            If there is no such term, or there are no data.
        """
        if self.data is None:
            raise InvalidStatistics(f"there are no data of the {self.order}-point function; give them")
        own, left = self[couplings], self.data.numbers()
        for one in self.terms:
            left = left if one is own else left - one.value.numbers()
        return left

    def plain_fields(self) -> Content:
        """Give the terms as plain fields, one row for each."""

        def rows() -> Iterator[tuple[object, ...]]:
            for one in self.terms:
                size, error = (float(np.abs(given).sum()) for given in (one.value.value, one.value.error))
                yield one.name, width_text(one.power), size, error, one.share, one.explained

        facts = {"part": self.part.name.lower(), "explained by all": self.explained}
        columns = ("couplings", "counts as", "sum of sizes", "error", "share of data", "explained so far")
        title = f"What contributes to the {self.part.value.format(self.order)}"
        return Content(title, facts, columns, rows, len(self.terms))


def contributions(
    theory: Theory,
    data: Dataset | Correlator | None,
    couplings: Mapping[str, Estimate],
    order: int,
    *,
    kind: str = "connected",
    leading: bool = True,
) -> Contributions:
    """Take a correlator of a theory apart.

    Parameters
    ----------
    theory : Theory
        Of connected correlators; for a full one of all even orders from 4 to `order`, and of all odd ones
        where it has any.
    data : Dataset, Correlator or None
        What the terms are held against; a correlator is taken as it is.
    couplings : mapping of str to Estimate
        Those that are missing count as not determined.
    order : int
        n.
    kind : {"connected", "excess", "full"}, optional
        Which part. The excess is the full correlator less the free theory.
    leading : bool, optional
        Keep of each connected function its leading order in 1/N; else all terms that the theory has.

    Returns
    -------
    Contributions

    Raises
    ------
    OrderMissing
        If the theory does not have an order that it takes.
    """
    part = KINDS[as_choice(kind, tuple(KINDS), "kind", InvalidStatistics)]
    if part is Part.CONNECTED:
        coefficients: Coefficients = _connected(theory, order, leading)
    else:
        coefficients = _full(theory, order, leading)
        if part is Part.EXCESS:
            coefficients = {key: one for key, one in coefficients.items() if key}
    held = _held(theory, data, order, part) if isinstance(data, Dataset) else data
    return Contributions(order, part, held, tuple(_in_turn(theory, coefficients, couplings, order, held)))


def _in_turn(
    theory: Theory,
    coefficients: Coefficients,
    couplings: Mapping[str, Estimate],
    order: int,
    data: Correlator | None,
) -> Iterator[Contribution]:
    """Add the terms up, powers of 1/N ascending."""

    def place(key: Monomial) -> tuple[Fraction, int, Monomial]:
        return theory.power_of(key), -sum(power for _, power in key), key

    fields = theory.fields
    total = Estimate(np.zeros(len(fields.multisets(order))))
    for key in sorted(coefficients, key=place):
        one = _valued(coefficients[key], key, couplings)
        total = total + one
        yield Contribution(
            key,
            theory.power_of(key),
            Correlator.over(fields, order, Part.DERIVED, one),
            Correlator.over(fields, order, Part.DERIVED, total),
            *_shares(one, total, data),
        )


def _valued(coefficient: Estimate, key: Monomial, couplings: Mapping[str, Estimate]) -> Estimate:
    """Multiply with the couplings; without those that nobody knows there is no number."""
    unknown = [name for name, _ in key if name not in couplings or not np.isfinite(float(couplings[name]))]
    if unknown:
        nothing = np.full(coefficient.shape, np.nan)
        return Estimate(nothing, method=coefficient.method, quality=Quality.UNDEFINED)
    return times(coefficient, key, couplings)


def _shares(one: Estimate, total: Estimate, data: Correlator | None) -> tuple[float | None, float | None]:
    size = 0.0 if data is None else float(np.abs(data.value).sum())
    if data is None or size == 0.0:
        return None, None
    share = float(np.abs(one.value).sum()) / size
    explained = 1.0 - float(np.abs(data.value - total.value).sum()) / size
    return (share if np.isfinite(share) else None), (explained if np.isfinite(explained) else None)


def _connected(theory: Theory, order: int, leading: bool) -> dict[Monomial, Estimate]:
    """The terms of a connected function, to its leading order or all."""
    most = Fraction(order, 2) - 1
    found = theory.terms(order)
    return {key: one.numbers() for key, one in found.items() if not leading or theory.power_of(key) <= most}


def _full(theory: Theory, order: int, leading: bool) -> dict[Monomial, Estimate]:
    """The terms of a full function: products of connected ones over partitions of its fields.

    The mean of the field is taken off, so that no block is a single field.
    """
    odd = any(size % 2 for size in theory.orders)
    sizes = range(3, order + 1) if odd else range(4, order + 1, 2)
    tables = {size: _connected(theory, size, leading) for size in sizes}
    partitions = (
        [kind for kind in all_partitions(order) if 1 not in kind.sizes] if odd else even_partitions(order)
    )
    return _over_partitions(theory, tables, order, partitions)


def excess_terms(theory: Theory, order: int) -> dict[Monomial, Estimate]:
    """The terms of a full function less the free theory, with all products of couplings that there are.

    Lines between external points are the propagator of the theory.
    """
    return {key: one for key, one in _full(theory, order, leading=False).items() if key}


def _free(theory: Theory, order: int) -> Estimate:
    """The free theory: products of propagators over all pairings."""
    pairings = [kind for kind in even_partitions(order) if set(kind.sizes) == {2}]
    return _over_partitions(theory, {}, order, pairings)[()]


def _over_partitions(
    theory: Theory,
    connected: Mapping[int, Coefficients],
    order: int,
    partitions: Sequence[PartitionClass],
) -> dict[Monomial, Estimate]:
    """Multiply connected functions, polynomials in the couplings, and sum over partitions."""
    if theory.propagator is None:
        raise NotAvailable(
            "the theory does not know its propagator, so that the free theory is not known; make it with "
            "model.over(network.kernel, fields, domain)"
        )
    lines: Coefficients = {(): Estimate(theory.propagator)}
    tables = {2: lines, **connected}
    fields = theory.fields
    indices = fields.multisets(order)

    def factor(size: int, labels: NDArray[np.int64]) -> dict[Monomial, Array]:
        rows = ranks(indices[:, labels], len(fields))
        return {key: np.stack([one.value[rows], one.bound[rows]]) for key, one in tables[size].items()}

    sums: dict[Monomial, Array] = {}
    for _, term in partition_terms(order, factor, _multiplied, partitions=partitions, at_once=AT_ONCE):
        for key, numbers in term.items():
            sums[key] = sums.get(key, 0.0) + numbers
    method = joined_methods(one.method for table in connected.values() for one in table.values())
    return {
        key: Estimate(value, error + 4 * EPS * scale, method) for key, (value, error, scale) in sums.items()
    }


def _multiplied(factors: Sequence[Mapping[Monomial, Array]]) -> dict[Monomial, Array]:
    """Multiply polynomials in the couplings, with error bounds, summed over partitions."""
    found: dict[Monomial, Array] = {}
    for keys in product(*factors):
        powers: dict[str, int] = {}
        for name, power in (pair for key in keys for pair in key):
            powers[name] = powers.get(name, 0) + power
        key = monomial(powers)
        numbers = products_with_errors([one[chosen] for one, chosen in zip(factors, keys, strict=True)])
        found[key] = found.get(key, 0.0) + numbers
    return found


def _held(theory: Theory, data: Dataset, order: int, part: Part) -> Correlator | None:
    """Pick what the terms are held against; None where the data do not have it."""
    given = data.either
    connected = given.connected()
    if part is Part.CONNECTED:
        return connected.get(order)
    if order not in given:
        return None
    if any(size % 2 for size in connected):
        return _centred(connected, order, part)
    if part is Part.FULL:
        return given[order]
    if not given[order].uncertainty.statistical:
        return given.excess()[order]
    return Correlator.over(given.fields, order, part, given[order].numbers() - _free(theory, order).value)


def _centred(connected: Correlators, order: int, part: Part) -> Correlator | None:
    """Make the full correlator of a field less its mean, or that less the pairings of its 2-point one."""
    if order not in connected:
        return None
    known = {size: one.numbers() for size, one in connected.items()}
    made = known[order] + lower_products(connected.fields, order, known)
    if part is Part.FULL:
        made = made + pair_products(connected.fields, order, known[2])
    return Correlator.over(connected.fields, order, part, made)
