"""Exact correlators before and after transformations: is any difference beyond all errors.

Errors of exact correlators are bounds, so one difference above its bound is a broken symmetry, however small
it is, and no number of comparisons makes a false one. To the bounds of the correlators comes the rounding of
what is done here: of sums over outputs, and of inputs that were moved, to which correlators respond with
their slopes. Those are measured by displaced inputs.

Connected correlators are compared as well as full ones: if all lower orders agree, both have the same
difference, and the connected one the smaller error.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from nnft_sym.symmetries.groups import Element, Group
from nnft_sym.symmetries.output_fields import all_outputs
from nnft_sym.symmetries.violations import Violation, Witness
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.exact.correlators import LARGEST_ORDER, exact_correlators
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import ranks
from numerics.given import as_whole, as_wholes
from numerics.networks.base import Network
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.joint_correlators import Correlators

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

EPS = float(np.finfo(np.float64).eps)
#: Displaced inputs by which slopes are measured.
_DRAWS = 2
#: Transformations that are tried, where there are more.
ELEMENTS = 4
#: Displacement that measures slopes, and roundings of an input that are allowed for, both over the largest.
_DISPLACED, _ROUNDINGS = 1e-6, 32.0
#: Components of one order that are transformed at once.
_MOST_COMPONENTS = 2e7
#: Widths at which the power of a joint law is fitted, over that of the network.
_WIDTHS = (1, 8, 64, 512)
#: Share of the largest difference that the smallest witness has at least.
_WITNESS = 0.25


@final
@dataclass(frozen=True, eq=False)
class _Compared:
    """Elements of one order and part, before and after one transformation; flat arrays."""

    element: Element
    before: Array
    after: Array
    bound: Array
    method: str
    fields_of: Callable[[int], FieldSet]

    @cached_property
    def difference(self) -> Array:
        return np.asarray(np.abs(self.after - self.before))

    @cached_property
    def significant(self) -> NDArray[np.bool_]:
        return np.asarray(self.difference > self.bound)

    def witness(self, row: int) -> Witness:
        before, after = float(self.before[row]), float(self.after[row])
        return Witness(self.fields_of(row), self.element, before, after, float(self.bound[row]))


@final
class Remembered:
    """Exact correlators of one network, each computed once: all groups share the start, some elements."""

    def __init__(
        self, network: Network, total: int = 0, progress: Callable[[int, int], None] | None = None
    ) -> None:
        self.network = network
        self._total, self._done, self._progress = total, 0, progress
        self._known: dict[tuple[FieldSet, tuple[int, ...]], Correlators] = {}

    def __call__(self, fields: FieldSet, orders: tuple[int, ...]) -> Correlators:
        """Compute the correlators of some orders, or remember them."""
        asked = fields, orders
        if asked not in self._known:
            self._known[asked] = exact_correlators(self.network, fields, orders)
        self._done += 1
        if self._progress is not None:
            self._progress(min(self._done, self._total), self._total)
        return self._known[asked]

    @staticmethod
    def needed(chosen: Group, elements: int, seed: int) -> int:
        """How many times the test of one group asks."""
        return 1 if chosen.acts_on == "outputs" else len(chosen.elements(elements, seed)) + 1 + _DRAWS


@final
class ExactTest:
    """Exact correlators of one network before and after some transformations.

    Parameters
    ----------
    network : Network
    group : Group
    fields : FieldSet
        Inputs; of a group that acts on outputs all outputs are looked at, at each of them.
    orders : iterable of int
    elements : int, optional
        How many transformations are tried.
    seed : int, optional
        Of random ones.
    correlators : Remembered, optional
        Shared by the tests of several groups of one network.

    Raises
    ------
    NotAvailable
        If correlators are not known exactly, or there are too many components.
    InvalidStatistics
        If orders or elements are no whole numbers of a reasonable size.
    """

    def __init__(
        self,
        network: Network,
        group: Group,
        fields: FieldSet,
        orders: Iterable[int],
        *,
        elements: int = ELEMENTS,
        seed: int = 0,
        correlators: Remembered | None = None,
    ) -> None:
        count = as_whole(elements, "elements", InvalidStatistics, least=1, most=10_000)
        self.network, self.group = network, group
        self.correlators = Remembered(network) if correlators is None else correlators
        self.orders = as_orders(orders)
        self.elements = group.elements(count, as_whole(seed, "seed", InvalidStatistics, least=0))
        self.fields = fields.distinct()[0]
        parity = {order % 2 for order in self.orders}
        #: Lower orders are free: cumulants take them.
        self.needed = tuple(n for n in range(1, self.orders[-1] + 1) if n % 2 in parity)
        self._at: dict[int, _Tables] = {}

    def violations(self) -> tuple[Violation, ...]:
        """Find the largest difference at every order asked for."""
        return tuple(self._violation(order) for order in self.orders)

    def power_of_n(self) -> tuple[float, float] | None:
        """With which power of N the violation falls, and the error of the power; None if nothing is broken.

        Cumulants of independent neurons are exactly proportional to N^(1 − n/2), so the first order n whose
        cumulant is broken gives the power; for a joint law of output weights it is fitted.
        """
        for order in self.needed:
            compared = list(self._tables(self.network.width).compared(order, Part.CONNECTED))
            found = [one for one in compared if np.any(one.significant)]
            if not found:
                continue
            if self.network.laws.joint is None:
                return 1.0 - order / 2, 0.0
            return self._fitted_power(order)
        return None

    def _fitted_power(self, order: int) -> tuple[float, float] | None:
        """Slope of log violation against log N; the error is how much it still changes with N."""
        widths = [self.network.width * factor for factor in _WIDTHS]
        try:
            sizes = [
                max(
                    float(np.max(one.difference, initial=0.0))
                    for one in self._tables(width).compared(order, Part.CONNECTED)
                )
                for width in widths
            ]
        except NotAvailable:
            return None
        if min(sizes) <= 0.0:
            return None
        slopes = np.diff(np.log(sizes)) / np.diff(np.log(widths))
        return float(slopes[-1]), float(abs(slopes[-1] - slopes[-2]))

    def _violation(self, order: int) -> Violation:
        tables = self._tables(self.network.width)
        full = list(tables.compared(order, Part.FULL))
        chosen = full
        if not any(np.any(one.significant) for one in full):
            connected = list(tables.compared(order, Part.CONNECTED))
            if any(np.any(one.significant) for one in connected):
                chosen = connected
        return _largest(order, chosen, full)

    def _tables(self, width: int) -> "_Tables":
        if width not in self._at:
            kind = _OutputTables if self.group.acts_on == "outputs" else _InputTables
            known = self._at.get(self.network.width)
            self._at[width] = kind(self) if known is None else known.at_width(width)
        return self._at[width]


def exact_violations(
    network: Network,
    group: Group,
    fields: FieldSet,
    orders: Iterable[int],
    *,
    elements: int = ELEMENTS,
    seed: int = 0,
) -> tuple[Violation, ...]:
    """Compare exact correlators before and after transformations, order by order; see `ExactTest`.

    Examples
    --------
    >>> from nnft_sym.symmetries.named_groups import group
    >>> from numerics.networks.cos import CosNet
    >>> net = CosNet(5, d_in=2).with_laws(hidden="uniform")
    >>> points = FieldSet([[0.3, 0.1], [1.4, 0.9]])
    >>> [one.broken for one in exact_violations(net, group("translations", net), points, (2, 4))]
    [False, False]
    >>> [one.broken for one in exact_violations(net, group("O(d)", net), points, (2, 4))]
    [True, True]
    """
    return ExactTest(network, group, fields, orders, elements=elements, seed=seed).violations()


def as_orders(orders: Iterable[int] | int) -> tuple[int, ...]:
    """Read orders: distinct, in ascending order.

    Raises
    ------
    InvalidStatistics
        If there is none, or one is out of range.
    """
    needed = f"orders from 1 to {LARGEST_ORDER} are needed, as in (2, 4, 6)"
    found = as_wholes(orders, "orders", InvalidStatistics, needed, least=1, most=LARGEST_ORDER)
    if not found:
        raise InvalidStatistics(f"orders = {shown(orders)} was given; {needed}")
    return tuple(sorted(set(found)))


def _largest(order: int, compared: list[_Compared], full: list[_Compared]) -> Violation:
    """Pick the largest difference, and the smallest witness of it."""
    scale = max(float(np.max(np.abs(one.before), initial=0.0)) for one in full)
    broken = any(np.any(one.significant) for one in compared)
    if not broken:
        worst = max(compared, key=lambda one: float(np.max(one.difference, initial=0.0)))
        row = int(np.argmax(worst.difference)) if len(worst.difference) else 0
        value, error = (float(part[row]) if len(part) else 0.0 for part in (worst.difference, worst.bound))
        known = all(np.all(np.isfinite(one.bound)) for one in compared)
        largest = Estimate(value, error, worst.method)
        return Violation(order, largest, scale, False if known else None)
    sizes = [float(np.max(one.difference, where=one.significant, initial=0.0)) for one in compared]
    worst = compared[int(np.argmax(sizes))]
    row = int(np.argmax(np.where(worst.significant, worst.difference, -1.0)))
    largest = Estimate(worst.difference[row], worst.bound[row], worst.method)
    return Violation(order, largest, scale, True, _smallest_witness(worst))


def _smallest_witness(worst: _Compared) -> Witness:
    """Of the large differences, that of the fewest different fields, and the largest of those."""
    large = worst.significant & (worst.difference >= _WITNESS * np.max(worst.difference[worst.significant]))
    rows = np.flatnonzero(large)
    rows = rows[np.argsort(-worst.difference[rows], kind="stable")][:2000]

    def size(row: int) -> tuple[int, int]:
        fields = worst.fields_of(row)
        return len(np.unique(fields.inputs, axis=0)), len(np.unique(fields.outputs))

    return worst.witness(min(rows.tolist(), key=size))


class _Tables:
    """Correlators of one width, and how they compare; by what the group acts on."""

    def compared(self, order: int, part: Part) -> Iterator[_Compared]:
        """Compare one order and part under every transformation."""
        raise NotImplementedError

    def at_width(self, width: int) -> "_Tables":
        """The same at another width."""
        raise NotImplementedError


@final
class _InputTables(_Tables):
    """f(x) → f(g x): correlators at the inputs and at those that were moved."""

    def __init__(self, test: ExactTest, tables: "Mapping[int, Correlators] | None" = None) -> None:
        self.test = test
        fields, elements = test.fields, test.elements
        self.moved = [element.moved(fields) for element in elements]
        size, largest = _size(fields), max(map(_size, (fields, *self.moved)))
        self.size = size if size > 0.0 else 1.0
        #: Roundings of moved inputs, in units of the size of the inputs.
        self.larger = max(largest / self.size, 1.0)
        if tables is None:
            places = [fields, *self.moved, *self._displaced()]
            tables = {k: test.correlators(one, test.needed) for k, one in enumerate(places)}
        self.tables = tables

    def _displaced(self) -> list[FieldSet]:
        """The inputs, displaced at random; fields at one input stay together."""
        fields = self.test.fields
        places, _, place_of = FieldSet(fields.inputs).distinct()
        generator = np.random.default_rng(0)
        steps = _DISPLACED * self.size * generator.standard_normal((_DRAWS, *places.inputs.shape))
        return [FieldSet(fields.inputs + step[place_of], fields.outputs) for step in steps]

    def at_width(self, width: int) -> "_InputTables":
        return _InputTables(self.test, {k: one.at_width(width) for k, one in self.tables.items()})

    def compared(self, order: int, part: Part) -> Iterator[_Compared]:
        elements, fields = self.test.elements, self.test.fields
        base = _part(self.tables[0], order, part)
        rows = fields.multisets(order)
        displaced = [_part(self.tables[1 + len(elements) + k], order, part) for k in range(_DRAWS)]
        slope = np.max([np.abs(one.value - base.value) for one in displaced], axis=0) / _DISPLACED
        for number, element in enumerate(elements, start=1):
            after = _part(self.tables[number], order, part)
            defect = element.defect if element.isometry else 0.0
            rounding = _ROUNDINGS * EPS * (np.abs(base.value) + self.larger * slope) + 4.0 * defect * slope
            yield _Compared(
                element, base.value, after.value, base.error + after.error + rounding, base.method,
                lambda row: _some(fields, rows[row]),
            )  # fmt: skip


@final
class _OutputTables(_Tables):
    """f → R f: the tensor of all outputs at every multiset of inputs, multiplied by R in every index."""

    def __init__(self, test: ExactTest, correlators: Correlators | None = None) -> None:
        self.test = test
        self.places = FieldSet(test.fields.inputs).distinct()[0].inputs
        # correlators of a joint law know one output, and that is enough for its sign
        one = test.network.laws.joint is not None and test.group.name == "sign of f"
        self.count = 1 if one else test.group.dimension
        if correlators is None:
            for order in test.needed:
                self._refuse_many(order)
            correlators = test.correlators(self.fields, test.needed)
        self.correlators = correlators

    @cached_property
    def fields(self) -> FieldSet:
        """Every output at every input."""
        return all_outputs(self.places, self.count)

    def _refuse_many(self, order: int) -> None:
        many = len(FieldSet(self.places).multisets(order)) * float(self.count) ** order
        if many > _MOST_COMPONENTS:
            raise NotAvailable(
                f"the {order}-point function of {self.count} outputs at {len(self.places)} inputs has "
                f"{many:.1g} components, too many to be transformed; give fewer points, outputs or orders"
            )

    def at_width(self, width: int) -> "_OutputTables":
        return _OutputTables(self.test, self.correlators.at_width(width))

    def compared(self, order: int, part: Part) -> Iterator[_Compared]:
        found, count, fields = _part(self.correlators, order, part), self.count, self.fields
        places = FieldSet(self.places).multisets(order)
        components = np.indices((count,) * order).reshape(order, -1).T
        rows = (places[:, np.newaxis, :] * count + components).reshape(-1, order)
        at = ranks(rows, len(fields))
        shape = (len(places), *(count,) * order)
        value, error = found.value[at].reshape(shape), found.error[at].reshape(shape)
        for element in self.test.elements:
            assert element.outputs is not None
            matrix = element.outputs[:count, :count]
            after, sizes = _in_every_index(matrix, value), np.abs(matrix)
            bound = error + _in_every_index(sizes, error)
            bound += 2.0 * order * (count + 4) * EPS * _in_every_index(sizes, np.abs(value))
            if element.isometry:  # its own rounding: every element of R may be off by as much
                off = order * (element.defect + 4.0 * EPS)
                bound += off * np.sum(np.abs(value), axis=tuple(range(1, order + 1)), keepdims=True)
            yield _Compared(
                element, value.ravel(), after.ravel(), bound.ravel(), found.method,
                lambda row: _some(fields, rows[row]),
            )  # fmt: skip


def _in_every_index(matrix: Array, tensor: Array) -> Array:
    """Multiply every index but the first of a tensor by a matrix."""
    for axis in range(1, tensor.ndim):
        tensor = np.moveaxis(np.tensordot(matrix, tensor, axes=(1, axis)), 0, axis)
    return tensor


def _size(fields: FieldSet) -> float:
    """Largest coordinate."""
    return float(np.max(np.abs(fields.inputs)))


def _part(correlators: Correlators, order: int, part: Part) -> Correlator:
    return correlators[order] if part is Part.FULL else correlators.connected()[order]


def _some(fields: FieldSet, row: Indices) -> FieldSet:
    return FieldSet(fields.inputs[row], fields.outputs[row])
