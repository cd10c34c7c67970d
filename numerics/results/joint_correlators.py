"""Correlators of several orders over one set of fields, with everything that is known of them together."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, final, overload

import numpy as np
from numpy.typing import NDArray

from diagrams.deprecated import renamed
from diagrams.messages import counted, shown
from numerics.errors import InvalidStatistics, NotAvailable, OrderMissing
from numerics.fields.field_set import FieldSet
from numerics.given import as_instance, as_whole, as_wholes
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate, in_a_row
from numerics.results.faces import Content, Shown
from numerics.results.provenance import Provenance, joined_methods
from numerics.results.uncertainty import Uncertainty, concatenated

if TYPE_CHECKING:
    import pandas
    import xarray

Array = NDArray[np.float64]


class Origin(Protocol):
    """Where correlators come from: exact tables, the sums of a sample, or a plain list of them."""

    @property
    def fields(self) -> FieldSet:
        """Which fields."""

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders whose full correlators there are."""

    @property
    def provenance(self) -> Provenance:
        """What is needed to get the numbers again."""

    def correlator(self, order: int, part: Part) -> Correlator:
        """Make the correlator of one order; refuse what is not there."""

    def has(self, order: int, part: Part) -> bool:
        """Tell whether `correlator` can make it."""


@final
class Correlators(Shown, Mapping[int, Correlator]):
    """Correlators by order: ``g[4]`` is the 4-point function, iteration gives the orders.

    `exact_correlators`, `Ensemble.correlators` and `NeuronEnsemble.sample` make them; `Correlators.of` takes
    a list. What is made of two orders of one sample has the error of both together.

    Examples
    --------
    The kurtosis of outputs that take the values ±1 with equal chances: E f⁴/(E f²)² − 3 = −2.

    >>> at_zero = FieldSet([[0.0]])
    >>> g = Correlators.of(Correlator(at_zero, n, Part.FULL, [1.0], [0.0]) for n in (2, 4))
    >>> list(g), float(g.connected()[4][0, 0, 0, 0] / g[2][0, 0] ** 2)
    ([2, 4], -2.0)
    """

    def __init__(self, origin: Origin, part: Part = Part.FULL) -> None:
        self._origin, self._part = origin, part
        self._orders = tuple(order for order in origin.orders if origin.has(order, part))
        self._made: dict[int, Correlator] = {}

    @staticmethod
    def of(correlators: "Iterable[Correlator]") -> "Correlators":
        """Put full correlators of different orders together, as they are.

        Raises
        ------
        InvalidStatistics
            If they are no correlators, of different fields, or an order occurs twice.
        """
        from numerics.results.listed import Listed

        given = tuple(correlators) if isinstance(correlators, Iterable) else (correlators,)
        needed = "correlators of different orders are needed"
        return Correlators(
            Listed(
                tuple(
                    as_instance(one, Correlator, "a correlator", InvalidStatistics, needed) for one in given
                )
            )
        )

    # two tables of numbers are the same if they are one and the same; numbers compare element by element
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    # -- a mapping -----------------------------------------------------------------------------------------

    def __getitem__(self, order: int) -> Correlator:
        """Return the correlator of one order.

        Raises
        ------
        OrderMissing
            If it is not there; a `KeyError`.
        """
        order = as_whole(order, "order", InvalidStatistics, least=0)
        if order not in self._made:
            if order not in self._orders:
                raise OrderMissing(self._missing(order))
            self._made[order] = self._origin.correlator(order, self._part)
        return self._made[order]

    def _missing(self, order: int) -> str:
        what, full = self._part.value.format(order), self._origin.orders
        here = f"there is no {what} here, only {list(self._orders)}"
        if order == 0:
            return here
        if self._part is Part.FULL:
            return f"{here}; ask for order {order} in `orders`"
        lower = [size for size in range(1 if order % 2 else 2, order + 1, 2 - order % 2) if size not in full]
        if lower:
            return f"{here}; it takes the full ones of lower orders: ask for {lower}, too, in `orders`"
        return f"{here}: it is not known for these"

    def __iter__(self) -> Iterator[int]:
        return iter(self._orders)

    def __len__(self) -> int:
        return len(self._orders)

    def __contains__(self, order: object) -> bool:
        return order in self._orders

    def __repr__(self) -> str:
        lines = [f"<Correlators of {self.fields!r}"]
        for order in self._orders[:8]:
            one = self[order]
            size = np.abs(one.value)
            lines.append(
                f"  {one.part.value.format(order)}: {counted(one.size, 'element')}, |value| "
                f"{size.min():.3g} to {size.max():.3g}, error {one.error.max(initial=0.0):.1g}; "
                f"{one.quality.name.lower().replace('_', ' ')}"
            )
        return "\n".join(lines) + ">"

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NDArray[Any]:
        """Refuse: the orders have tensors of different sizes, and NumPy would take the orders themselves.

        Raises
        ------
        InvalidStatistics
        """
        some = self._orders[0] if self._orders else 2
        raise InvalidStatistics(
            f"correlators of the orders {list(self._orders)} were given where one array is needed: take one "
            f"order, as in correlators[{some}].value, or all of them, as in correlators.joint().value"
        )

    # -- what they are of ----------------------------------------------------------------------------------

    @property
    def origin(self) -> Any:
        """Where the numbers come from: the sums of a sample, or exact tables."""
        return self._origin

    @property
    def fields(self) -> FieldSet:
        """Which fields."""
        return self._origin.fields

    @property
    def points(self) -> Array:
        """Inputs of the fields, shape (n, d)."""
        return self.fields.inputs

    @property
    def outputs(self) -> NDArray[np.int64]:
        """Outputs of the fields, shape (n,)."""
        return self.fields.outputs

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders there are."""
        return self._orders

    @property
    def part(self) -> Part:
        """Full, connected, ..."""
        return self._part

    @property
    def provenance(self) -> Provenance:
        """What is needed to get the numbers again."""
        return self._origin.provenance

    # -- other parts ---------------------------------------------------------------------------------------

    @overload
    def connected(self) -> "Correlators": ...
    @overload
    def connected(self, order: int) -> Correlator: ...
    def connected(self, order: int | None = None) -> "Correlators | Correlator":
        """Return the connected correlators, of every order whose lower even orders are there.

        From the same numbers, so that their correlations are kept: in `covariance`, and in all arithmetic.
        Those of a sample are corrected for bias by the jackknife over blocks: none is left for order 4, one
        of order 1/n² for higher orders.

        Returns
        -------
        Correlators

        Examples
        --------
        At x = 1 the connected 4-point function of ReLU-net without biases is 15/(4 N):

        >>> from numerics.networks.architectures import ReLUNet
        >>> from numerics.exact.correlators import exact_correlators
        >>> float(exact_correlators(ReLUNet(width=20), [1.0]).connected()[4][0, 0, 0, 0])
        0.1875
        """
        if order is None:
            return Correlators(self._origin, Part.CONNECTED)
        renamed("correlators.connected(order)", "correlators.connected()[order]")
        return Correlators(self._origin, Part.CONNECTED)[order]

    def excess(self) -> "Correlators":
        """Return full correlators less the free theory, the sum of products of kernels.

        Exact ones leave the products out, so that a nearly Gaussian network keeps all its digits.

        Raises
        ------
        NotAvailable
            If these are not exact: subtract the free theory, for instance ``theory[""]`` of a prediction.
        """
        found = Correlators(self._origin, Part.EXCESS)
        if not found:
            raise NotAvailable(
                "only exact correlators are known without the free theory; of others subtract it, for "
                "instance "
                'theory[""] of a prediction'
            )
        return found

    @overload
    def at_width(self, width: int) -> "Correlators": ...
    @overload
    def at_width(self, width: int, order: int) -> "_AtWidth": ...
    def at_width(self, width: int, order: int | None = None) -> "Correlators | _AtWidth":
        """Return the correlators of the same architecture at another width, without new integrals or samples.

        Parameters
        ----------
        width : int
            Number N of hidden neurons.

        Returns
        -------
        Correlators

        Raises
        ------
        NotAvailable
            If they are neither exact nor from single neurons: networks were sampled at one width.
        """
        change = getattr(self._origin, "at_width", None)
        if change is None:
            raise NotAvailable(
                "these correlators are known at one width only; exact correlators, and those of "
                "NeuronEnsemble, are known at every width"
            )
        found = Correlators(change(width), self._part)
        if order is None:
            return found
        renamed("sample.at_width(width, order)", "sample.at_width(width)[order], .connected()[order]")
        return _AtWidth(found[order], found.connected()[order])

    # -- together ------------------------------------------------------------------------------------------

    def joint(self, orders: Iterable[int] | int | None = None) -> Estimate:
        """Put several orders one after the other, with their joint uncertainty.

        Parameters
        ----------
        orders : iterable of int, optional
            Default: all.

        Returns
        -------
        Estimate
            Shape (M,).
        """
        return in_a_row(self[order] for order in self._chosen(orders))

    def covariance(self, orders: Iterable[int] | int | None = None) -> Array:
        """Joint covariance of several orders, full or connected, one after the other; shape (M, M).

        Raises
        ------
        InvalidStatistics
            If the numbers have error bounds, which have no covariance, or the matrix would be absurdly large.
        """
        return self._uncertainty(orders).covariance()

    def deviations(self, orders: Iterable[int] | int | None = None) -> Array:
        """Deviations F of the blocks, shape (B, M): the covariance is FᵀF. Merged runs follow each other.

        Raises
        ------
        InvalidStatistics
            If the numbers do not come from one sample.
        """
        parts = self._uncertainty(orders).blocks
        if not parts:
            raise InvalidStatistics("the numbers were not sampled; there are no blocks that deviate")
        return np.concatenate([part.deviations for part in parts])

    def _uncertainty(self, orders: Iterable[int] | int | None) -> Uncertainty:
        parts = [self[order].uncertainty for order in self._chosen(orders)]
        return parts[0] if len(parts) == 1 else concatenated(parts)

    def _chosen(self, orders: Iterable[int] | int | None) -> tuple[int, ...]:
        needed = f"orders among {list(self._orders)} are needed"
        chosen = self._orders if orders is None else as_wholes(orders, "orders", InvalidStatistics, needed)
        if not chosen:
            raise InvalidStatistics(f"no orders were given; {needed}")
        return chosen

    # -- a sample ------------------------------------------------------------------------------------------

    @property
    def n_samples(self) -> int:
        """Number of networks, or neurons, that were sampled."""
        return int(self._sampled("n_samples"))

    @property
    def n_blocks(self) -> int:
        """Number of blocks behind the covariance."""
        return len(self._sampled("block_sizes"))

    @property
    def block_sizes(self) -> NDArray[np.int64]:
        """Networks, or neurons, per block, shape (B,)."""
        sizes: NDArray[np.int64] = self._sampled("block_sizes")
        return sizes

    def block_means(self, orders: Iterable[int] | int | None = None) -> Array:
        """Mean of the full correlators over every block, several orders one after the other.

        Parameters
        ----------
        orders : iterable of int, optional
            Default: all.

        Returns
        -------
        ndarray, shape (B, M)
        """
        of_order = self._sampled("block_means")
        return np.concatenate([of_order(order) for order in self._chosen(orders)], axis=1)

    def deviation(self, order: int, kernel: Array, experiments: int = 10) -> Estimate:
        """Measure how far an n-point function of a sample is from the Gaussian process.

        See `numerics.sampling.estimators.connected.deviation`.
        """
        found: Estimate = self._sampled("deviation")(order, kernel, experiments)
        return found

    def merged(self, *others: "Correlators") -> "Correlators":
        """Put samples of the same network, taken with different seeds, together into one.

        The numbers are those of one run over all their networks: means weighted by numbers of networks, the
        blocks of all runs one after the other.

        Parameters
        ----------
        *others : Correlators
            Sampled, of the same network, fields, orders, estimator and precision.

        Returns
        -------
        Correlators

        Raises
        ------
        InvalidStatistics
            If they differ in anything but the seed, or a seed occurs twice.

        Examples
        --------
        >>> from numerics.networks.architectures import ErfNet
        >>> from numerics.sampling.ensemble import Ensemble
        >>> runs = [Ensemble(ErfNet(5), [0.3], seed).correlators(2000, (2,), 50) for seed in (1, 2)]
        >>> both = runs[0].merged(runs[1])
        >>> both.n_samples, both.provenance["seed"]
        (4000, (1, 2))
        """
        merge = self._sampled("merged")
        for one in others:
            if not isinstance(one, Correlators):
                raise InvalidStatistics(f"{shown(one)} was given; sampled correlators are needed")
            if one.part is not self._part:
                raise InvalidStatistics(
                    f"{self._part.name.lower()} and {one.part.name.lower()} correlators were given to be "
                    "merged; merge the full ones, and take .connected() of the result"
                )
        return Correlators(merge([one.origin for one in others]), self._part)

    def _sampled(self, name: str) -> Any:
        found = getattr(self._origin, name, None)
        if found is None:
            raise InvalidStatistics(
                f"these correlators have no {name}; those sampled from an Ensemble of networks have it"
            )
        return found

    # -- faces ---------------------------------------------------------------------------------------------

    def plain_fields(self) -> Content:
        """Give all orders as plain fields, one row for each element."""

        def rows() -> Iterator[tuple[object, ...]]:
            return ((order, *row) for order, one in self.items() for row in one.plain_fields().rows())

        several = [one.plain_fields() for one in self.values()]
        methods = joined_methods(one.method for one in self.values())
        qualities = {order: one.quality.value for order, one in self.items()}
        alike = set(qualities.values())
        facts: dict[str, object] = {"method": methods}
        if len(alike) == 1:
            facts["quality"] = alike.pop()
        else:
            facts |= {f"quality of order {order}": said for order, said in qualities.items()}
        facts |= {"error": several[0].facts["error"]} if several else {}
        kind = self._part.name.capitalize()
        title = f"{kind} correlators of orders {list(self._orders)} of {counted(len(self.fields), 'field')}"
        columns = ("order", "element", "indices", "value", "error")
        return Content(title, facts, columns, rows, sum(one.n_rows for one in several))

    def to_xarray(self) -> "xarray.DataTree":
        """Return all orders as labelled arrays, one group ``order_n`` for each."""
        from numerics.results.labelled import as_tree

        return as_tree(self)

    def to_dataframe(self) -> "pandas.DataFrame":
        """Return one row for each element of each order."""
        from numerics.results.labelled import as_dataframe

        return as_dataframe(*self.values())

    if not TYPE_CHECKING:

        def __getattr__(self, name):  # noqa: ANN001, ANN204
            if name in _NEW_NAMES:
                new, find = _NEW_NAMES[name]
                renamed(f"correlators.{name}", new)
                return find(self)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


class _AtWidth:
    """What ``at_width(width, order)`` returned one release ago."""

    def __init__(self, full: Correlator, connected: Correlator) -> None:
        self.order, self.full, self.connected, self.quality = full.order, full, connected, full.quality


#: Attributes of the results of one release ago: the new name, and how it is found.
_NEW_NAMES: dict[str, tuple[str, Any]] = {
    "n_networks": ("correlators.n_samples", lambda g: g.n_samples),
    "n_neurons": ("correlators.n_samples", lambda g: g.n_samples),
    "has_connected": ("order in correlators.connected()", lambda g: g.connected().__contains__),
    "connected_jackknife": (
        "correlators.connected()[order]",
        lambda g: lambda order: g.connected()[order],
    ),
    "connected_quality": (
        "correlators.connected()[order].quality",
        lambda g: lambda order: g.connected()[order].quality,
    ),
    "quality": ("correlators[order].quality", lambda g: lambda order: g[order].quality),
    "qualities": ("correlators[order].quality", lambda g: {order: g[order].quality for order in g}),
    "tail_indices": (
        'correlators[order].evidence["tail_index"]',
        lambda g: {order: g[order].evidence["tail_index"] for order in g},
    ),
    "cumulant": ("correlators.origin.cumulant(order)", lambda g: g.origin.cumulant),
    "network": ("correlators.origin.network", lambda g: g.origin.network),
    "plan": ("correlators.origin.plan", lambda g: g.origin.plan),
    "sums": ("correlators.origin.sums", lambda g: g.origin.sums),
    "block_sums": ("correlators.origin.block_sums", lambda g: g.origin.block_sums),
    "variance_counts": ("correlators.origin.variance_counts", lambda g: g.origin.variance_counts),
}
