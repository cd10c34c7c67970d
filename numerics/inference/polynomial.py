"""Models that are polynomial in named couplings, with a tensor of coefficients for each product of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.errors import InvalidStatistics
from numerics.results.estimate import Estimate
from numerics.results.provenance import joined, joined_methods
from numerics.results.quality import worst

Array = NDArray[np.float64]
Powers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Polynomial:
    """M numbers that are polynomials in P couplings.

    Attributes
    ----------
    names : tuple of str
        The couplings, in alphabetical order.
    powers : ndarray of int64, shape (K, P)
        Of each coupling in each of K different products.
    coefficients : Estimate
        What multiplies each product, with the error bounds of the integrals; shape (K, M).

    Examples
    --------
    >>> model = Polynomial.of({(): [1.0], (("lambda", 1),): [-24.0], (("lambda", 2),): [864.0]})
    >>> model.value([0.01]).tolist(), model.jacobian([0.01])[:, 0].round(12).tolist()
    ([0.8464], [-6.72])
    """

    names: tuple[str, ...]
    powers: Powers
    coefficients: Estimate

    @classmethod
    def of(cls, terms: Mapping[tuple[tuple[str, int], ...], Estimate | ArrayLike]) -> "Polynomial":
        """Make a model from its terms.

        Parameters
        ----------
        terms : mapping
            From products of couplings, ``(("kappa", 1), ("lambda", 2))``, to their coefficients, all of one
            shape (M,): ``prediction.coefficients``, for instance.

        Raises
        ------
        InvalidStatistics
            If there are no terms, or shapes differ.
        """
        found = {
            key: one if isinstance(one, Estimate) else Estimate(np.asarray(one, dtype=np.float64))
            for key, one in terms.items()
        }
        shapes = {one.shape for one in found.values()}
        if len(shapes) != 1 or len(next(iter(shapes))) != 1:
            raise InvalidStatistics(
                f"coefficients of the shapes {sorted(shapes)} were given; at least one product of couplings "
                "is needed, and as many coefficients of each as there are data"
            )
        names = tuple(sorted({name for key in found for name, _ in key}))
        powers = np.array([[dict(key).get(name, 0) for name in names] for key in found], dtype=np.int64)
        return cls(names, powers.reshape(len(found), len(names)), _stacked(list(found.values())))

    @property
    def size(self) -> int:
        """Number M of data that the model speaks of."""
        return self.coefficients.shape[1]

    @property
    def degree(self) -> int:
        """Largest number of couplings in a product."""
        return int(self.powers.sum(axis=1).max(initial=0))

    def products(self, couplings: ArrayLike) -> Array:
        """Evaluate the products of couplings, shape (..., P) -> (..., K)."""
        return products(self.powers, np.asarray(couplings, dtype=np.float64))

    def value(self, couplings: ArrayLike) -> Array:
        """Evaluate the model, shape (..., P) -> (..., M)."""
        return np.asarray(self.products(couplings) @ self.coefficients.value)

    def bound(self, couplings: ArrayLike) -> Array:
        """Error bound of the model from those of its coefficients, shape (..., P) -> (..., M)."""
        return np.asarray(np.abs(self.products(couplings)) @ self.coefficients.error)

    def jacobian(self, couplings: ArrayLike) -> Array:
        """Differentiate by the couplings, shape (..., P) -> (..., M, P)."""
        moves = slopes(self.powers, np.asarray(couplings, dtype=np.float64))
        return np.asarray(np.einsum("...kp,km->...mp", moves, self.coefficients.value))

    def without_free_part(self) -> "Polynomial":
        """The terms with couplings."""
        chosen = self.powers.sum(axis=1) > 0
        return Polynomial(self.names, self.powers[chosen], self.coefficients[chosen])


def joined_models(models: Sequence[Polynomial]) -> Polynomial:
    """Put models one after the other, (M_1,), (M_2,), ... -> (M,); couplings of one name are one coupling.

    Examples
    --------
    >>> four = Polynomial.of({(("lambda", 1),): [-24.0], (("lambda", 2),): [864.0]})
    >>> six = Polynomial.of({(("lambda", 2),): [5760.0], (("kappa", 1),): [-720.0]})
    >>> both = joined_models([four, six])
    >>> both.names, both.value([0.0, 1.0]).tolist()
    (('kappa', 'lambda'), [840.0, 5760.0])
    """
    keyed = [
        {
            tuple((name, int(power)) for name, power in zip(one.names, row, strict=True) if power): number
            for number, row in enumerate(one.powers)
        }
        for one in models
    ]
    keys = list(dict.fromkeys(key for one in keyed for key in one))
    stops = [0, *np.cumsum([one.size for one in models]).tolist()]
    value, error = np.zeros((2, len(keys), stops[-1]))
    for one, rows, (start, stop) in zip(models, keyed, pairwise(stops), strict=True):
        for key, number in rows.items():
            value[keys.index(key), start:stop] = one.coefficients.value[number]
            error[keys.index(key), start:stop] = one.coefficients.error[number]
    parts = [one.coefficients for one in models]
    made = Polynomial.of(dict(zip(keys, value, strict=True)))
    return Polynomial(made.names, made.powers, _judged(value, error, parts))


def products(powers: Powers, couplings: Array) -> Array:
    """Products of couplings, shapes (K, P) and (..., P) -> (..., K)."""
    return np.asarray(np.multiply.reduce(couplings[..., np.newaxis, :] ** powers, axis=-1))


def slopes(powers: Powers, couplings: Array) -> Array:
    """Derivatives of the products by the couplings, shape (..., K, P)."""
    factors = np.stack(_factors(powers, couplings)[:2])
    times = np.eye(powers.shape[1], dtype=np.int64)  # how often [p] differentiates each factor
    return _product_of(factors, times)


def curvatures(powers: Powers, couplings: Array) -> Array:
    """Second derivatives of the products, shape (..., K, P, P)."""
    factors = np.stack(_factors(powers, couplings))
    once = np.eye(powers.shape[1], dtype=np.int64)
    return _product_of(factors, once[:, np.newaxis] + once)


def _factors(powers: Powers, couplings: Array) -> tuple[Array, Array, Array]:
    """Each coupling to its power, and the first two derivatives of that; shape (..., K, P)."""
    g = couplings[..., np.newaxis, :]
    first = powers * g ** np.maximum(powers - 1, 0)
    return g**powers, first, powers * (powers - 1) * g ** np.maximum(powers - 2, 0)


def _product_of(factors: Array, times: Powers) -> Array:
    """Multiply factors (n, ..., K, P), each differentiated so many `times` (*shape, P): (..., K, *shape)."""
    place = np.arange(times.shape[-1])
    moved = np.moveaxis(factors, (0, -1), (-2, -1))  # (..., K, n, P)
    return np.asarray(np.multiply.reduce(moved[..., times, place], axis=-1))


def _stacked(rows: Sequence[Estimate]) -> Estimate:
    return _judged(np.stack([one.value for one in rows]), np.stack([one.error for one in rows]), rows)


def _judged(value: Array, error: Array, parts: Sequence[Estimate]) -> Estimate:
    return Estimate(
        value,
        error,
        joined_methods(one.method for one in parts),
        worst(one.quality for one in parts),
        joined(one.provenance for one in parts),
    )
