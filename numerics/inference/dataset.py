"""The data that a field theory is held against: a sample, the exact answer, or both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.errors import InvalidStatistics
from numerics.fields.field_set import Fields, FieldSet
from numerics.given import as_instance, as_whole
from numerics.inference.comparison import Comparison, compare
from numerics.inference.eigenbasis import Eigenbasis, eigenbasis_of_deviations
from numerics.results.correlator import Correlator
from numerics.results.faces import Content, Shown
from numerics.results.joint_correlators import Correlators
from numerics.results.quality import Quality

Array = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Dataset(Shown):
    """Correlators of one ensemble: sampled ones with their joint covariance, and an exact referee.

    Parameters
    ----------
    sampled : Correlators or None
        Full correlators of a sample.
    exact : Correlators or None
        The exact ones, which then decide.

    Raises
    ------
    InvalidStatistics
        If neither is given, or their fields or orders differ.

    Examples
    --------
    >>> from numerics.exact.correlators import exact_correlators
    >>> from numerics.networks.architectures import CosNet
    >>> data = Dataset(None, exact_correlators(CosNet(3), [[0.0]], (2, 4)))
    >>> data.orders, data.best(4).value.tolist(), data.compared(4)
    ((2, 4), [0.875], None)
    """

    sampled: Correlators | None
    exact: Correlators | None = None

    def __post_init__(self) -> None:
        needed = "the answer of Ensemble.correlators or exact_correlators"
        for name, one in (("sampled", self.sampled), ("exact", self.exact)):
            if one is not None:
                as_instance(one, Correlators, name, InvalidStatistics, needed)
        given = [one for one in (self.sampled, self.exact) if one is not None]
        if not given:
            raise InvalidStatistics("neither sampled nor exact correlators were given; one of them is needed")
        if any(one.fields != given[0].fields or one.orders != given[0].orders for one in given):
            orders = " and ".join(str(one.orders) for one in given)
            raise InvalidStatistics(
                f"sampled and exact correlators of orders {orders} were given, or over different fields; "
                "the same orders over the same fields are needed"
            )

    @classmethod
    def from_outputs(
        cls,
        outputs: ArrayLike,
        points: Fields,
        orders: tuple[int, ...] = (2, 4, 6),
        n_blocks: int | None = None,
    ) -> Dataset:
        """Take the correlators of an ensemble that was made elsewhere, trained networks too.

        Parameters
        ----------
        outputs : array_like, shape (networks, points) or (networks, points, outputs)
            Independent networks, one a row.
        points : array_like, shape (points, d), or FieldSet
            Where they were evaluated, in the order of the second axis. A `FieldSet` may say which output each
            column is.
        orders : tuple of int, optional
            2 and all even orders below those whose connected correlators are wanted; for odd ones, or where
            the mean of the outputs does not vanish, every order from 1 on.
        n_blocks : int, optional
            Blocks of consecutive networks, from which errors and covariances come; by default a thousand, or
            fewer with at least ten networks each.

        Returns
        -------
        Dataset

        Raises
        ------
        InvalidStatistics
            If the shape does not fit the points, an output is not finite, there are too few networks for the
            blocks, or odd correlators do not vanish and were not asked for.

        Examples
        --------
        >>> outputs = np.random.default_rng(1).standard_normal((1000, 2))
        >>> data = Dataset.from_outputs(outputs, [[0.0], [1.0]], (2, 4))
        >>> data.orders, data.sampled.n_blocks, data.best(2).value.shape
        ((2, 4), 100, (3,))
        """
        from numerics.sampling.estimators.given_outputs import correlators_of_outputs

        return cls(correlators_of_outputs(outputs, points, orders, n_blocks))

    def __getitem__(self, order: int) -> Correlator:
        """The correlator of an order, exact if it is known; see `best`.

        Examples
        --------
        >>> Dataset.from_outputs(np.array([[1.0], [-1.0]] * 200), [[0.0]], (2, 4))[4].value.tolist()
        [1.0]
        """
        return self.best(order)

    def __iter__(self) -> Iterator[int]:
        """The orders."""
        return iter(self.orders)

    @property
    def either(self) -> Correlators:
        """The exact correlators if there are any, else the sampled ones."""
        found = self.sampled if self.exact is None else self.exact
        assert found is not None, "checked on construction"
        return found

    @property
    def fields(self) -> FieldSet:
        """Which fields."""
        return self.either.fields

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders of the correlators."""
        return self.either.orders

    def best(self, order: int) -> Correlator:
        """Return the full correlator to go by: the exact one if there is one, else the sampled one."""
        return self.either[order]

    @property
    def trusted(self) -> tuple[int, ...]:
        """Orders whose sampled error bars can be trusted."""
        return tuple(n for n in self._sample if self._sample[n].quality is Quality.TRUSTED)

    @property
    def _sample(self) -> Correlators:
        if self.sampled is None:
            raise InvalidStatistics(
                "these data are exact and were not sampled; sample the ensemble for errors"
            )
        return self.sampled

    @property
    def block_sizes(self) -> NDArray[np.int64]:
        """Networks in every block of the sample, shape (B,)."""
        return self._sample.block_sizes

    def blocks(self, orders: Iterable[int]) -> Array:
        """Mean of the sampled correlators over every block, several orders side by side, shape (B, M)."""
        return self._sample.block_means(tuple(orders))

    def basis(self, orders: Iterable[int], kept: NDArray[np.bool_] | None = None) -> Eigenbasis:
        """Make the eigenbasis of the covariance of sampled correlators, several orders together.

        Parameters
        ----------
        orders : iterable of int
        kept : ndarray of bool, shape (M,), optional
            Which elements; all if not told.
        """
        orders = tuple(orders)
        if kept is not None:
            return eigenbasis_of_deviations(self._sample.deviations(orders)[:, kept])
        if orders not in self._bases:
            self._bases[orders] = eigenbasis_of_deviations(self._sample.deviations(orders))
        return self._bases[orders]

    @cached_property
    def _bases(self) -> dict[tuple[int, ...], Eigenbasis]:
        """Those made so far: hundreds of correlators take a while."""
        return {}

    def compared(self, *orders: int) -> Comparison | None:
        """Hold the sampled correlators of some orders, all together, against the exact ones.

        Returns
        -------
        Comparison or None
            None where there is no sample or no exact answer.
        """
        if self.sampled is None or self.exact is None or not orders:
            return None
        difference = np.concatenate([self.sampled[n].value - self.exact[n].value for n in orders])
        return compare(difference, self.basis(orders), n_blocks=self.sampled.n_blocks)

    def scatter(self, order: int, experiments: int) -> Array:
        """Standard deviation over experiments: equal runs of neighbouring blocks, shape (M,).

        Raises
        ------
        InvalidStatistics
            If the blocks are not as many for each experiment.
        """
        blocks = self.blocks((order,))
        if as_whole(experiments, "experiments", InvalidStatistics, least=2) > len(blocks) or (
            len(blocks) % experiments
        ):
            raise InvalidStatistics(
                f"experiments = {experiments} was given, and the sample has {len(blocks)} blocks; a number "
                "that divides it is needed"
            )
        per_experiment = blocks.reshape(experiments, -1, blocks.shape[1]).mean(axis=1)
        return np.asarray(per_experiment.std(axis=0, ddof=1))

    def plain_fields(self) -> Content:
        """Give the data as plain fields, one row for each order."""

        def rows() -> Iterator[tuple[object, ...]]:
            for order in self.orders:
                quality = None if self.sampled is None else self.sampled[order].quality.name.lower()
                yield order, self.best(order).size, self.exact is not None, quality

        facts = {
            "fields": len(self.fields),
            "networks": None if self.sampled is None else self.sampled.n_samples,
            "exact": None if self.exact is None else self.exact[self.orders[-1]].method,
        }
        columns = ("order", "elements", "exact", "quality of the sample")
        return Content("Data of one ensemble", facts, columns, rows, len(self.orders))
