"""What the correlators of an isotropic field are made of: products of δ and ε in its outputs.

If f and R f have the same correlators for all R of O(D), then

    ⟨f_{a1}(x_1) … f_{an}(x_n)⟩ = Σ_P c_P(x_1 … x_n) Π_{(ij) in P} δ_{ai aj},

a sum over the (n − 1)!! pairings; odd orders vanish. For SO(D) alone there are tensors with one ε of D
indices, too: ε at n = D, ε δ at n = D + 2 and so on (a product of two ε is one of δ's). Beyond n = 2D the
products depend on each other, and coefficients are those of the shortest vector.

`isotropic_tensors` lists them, `output_tensors` finds the coefficients of a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations, permutations
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.pairings import pairings
from nnft_sym.errors import InvalidSymmetry
from nnft_sym.symmetries.output_fields import all_outputs
from numerics.errors import NotAvailable
from numerics.exact.correlators import LARGEST_ORDER, exact_correlators
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import ranks
from numerics.fields.points import Points, as_points
from numerics.given import as_whole
from numerics.networks.architectures import Network, as_network
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
#: Numbers in all tensors of one order, at most.
_MOST_NUMBERS = 2e7


@final
@dataclass(frozen=True)
class TensorProduct:
    """One product of δ's, with an ε in front or without.

    Attributes
    ----------
    epsilon : tuple of int
        Positions of the D indices of ε; empty without it.
    pairs : tuple of (int, int)
        Positions of the two indices of each δ.
    """

    epsilon: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]

    def __str__(self) -> str:
        parts = [("ε", self.epsilon)] if self.epsilon else []
        parts += [("δ", pair) for pair in self.pairs]
        return " ".join(f"{letter}{_numbers(at)}" for letter, at in parts) or "1"

    @property
    def latex(self) -> str:
        r"""As in ``\epsilon_{12} \delta_{34}``."""
        parts = [(r"\epsilon", self.epsilon)] if self.epsilon else []
        parts += [(r"\delta", pair) for pair in self.pairs]
        indices = [(letter, " ".join(f"a_{{{i + 1}}}" for i in at)) for letter, at in parts]
        return r" ".join(rf"{letter}_{{{at}}}" for letter, at in indices) or "1"

    def component(self, dimension: int) -> Array:
        """Write it out, shape (D,) * n."""
        order = len(self.epsilon) + 2 * len(self.pairs)
        letters = [chr(ord("a") + place) for place in range(order)]
        factors = [levi_civita(dimension)] if self.epsilon else []
        indices = ["".join(letters[i] for i in self.epsilon)] if self.epsilon else []
        factors += [np.eye(dimension)] * len(self.pairs)
        indices += [letters[i] + letters[j] for i, j in self.pairs]
        if not factors:
            return np.ones(())
        return np.asarray(np.einsum(f"{','.join(indices)}->{''.join(letters)}", *factors))


@final
@dataclass(frozen=True, eq=False)
class IsotropicTensors:
    """All products of δ's and ε's of one order, and the space they span.

    Attributes
    ----------
    order, dimension : int
        n and D.
    products : tuple of TensorProduct
    matrix : ndarray, shape (D^n, number of products)
        The tensors as columns.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> tensors = nn.output_tensors(nn.ReLUNet(width=4), [[1.0], [1.0], [-1.0], [-1.0]]).tensors
    >>> tensors.order, tensors.dimension, tensors.rank, tensors.matrix.shape
    (4, 2, 3, (16, 3))
    """

    order: int
    dimension: int
    products: tuple[TensorProduct, ...]
    matrix: Array

    @cached_property
    def rank(self) -> int:
        """Number of independent ones: the dimension of the space of invariant tensors."""
        return 0 if self.matrix.shape[1] == 0 else int(np.linalg.matrix_rank(self.matrix))

    @cached_property
    def inverse(self) -> Array:
        """From components to coefficients, shape (number of products, D^n)."""
        return np.asarray(np.linalg.pinv(self.matrix, rcond=1e-10))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """As in ``δ₁₂ δ₃₄``."""
        return tuple(map(str, self.products))


@final
@dataclass(frozen=True, eq=False)
class OutputTensors:
    """Coefficients of the isotropic tensors in one correlator.

    Attributes
    ----------
    tensors : IsotropicTensors
    coefficients : Estimate
        One for each product.
    rest : Estimate
        What no isotropic tensor can be: the components that are left, shape (D,) * n, zero for an isotropic
        field.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> found = nn.output_tensors(nn.ReLUNet(width=4), [[1.0], [1.0], [-1.0], [-1.0]])
    >>> found.tensors.names, found.coefficients.value.shape, found.isotropic
    (('δ₁₂ δ₃₄', 'δ₁₃ δ₂₄', 'δ₁₄ δ₂₃'), (3,), True)
    """

    tensors: IsotropicTensors
    coefficients: Estimate
    rest: Estimate

    @property
    def isotropic(self) -> bool:
        """Whether nothing is left beyond its error."""
        return bool(np.all(np.abs(self.rest.value) <= self.rest.error))

    def __repr__(self) -> str:
        lines = [
            f"  {name}: {float(value):.6g} (bound {float(error):.1g})"
            for name, value, error in zip(
                self.tensors.names, self.coefficients.value, self.coefficients.error, strict=True
            )
        ]
        left = float(np.max(np.abs(self.rest.value), initial=0.0))
        return "\n".join([f"<{self.tensors.order} fields of {self.tensors.dimension} outputs", *lines,
                          f"  beyond these: {left:.3g}>"])  # fmt: skip


def levi_civita(dimension: int) -> Array:
    """Write out ε, shape (D,) * D.

    Examples
    --------
    >>> levi_civita(2).tolist()
    [[0.0, 1.0], [-1.0, 0.0]]
    """
    found = np.zeros((dimension,) * dimension)
    for order in permutations(range(dimension)):
        found[order] = round(float(np.linalg.det(np.eye(dimension)[list(order)])))
    return found


@lru_cache(maxsize=64)
def isotropic_tensors(order: int, dimension: int, *, special: bool = False) -> IsotropicTensors:
    """List the products of δ's of one order, for SO(D) also those with an ε.

    Parameters
    ----------
    order : int
        n.
    dimension : int
        D.
    special : bool, optional
        SO(D) in place of O(D).

    Returns
    -------
    IsotropicTensors

    Raises
    ------
    InvalidSymmetry
        If order or dimension are out of range.
    NotAvailable
        If there are too many components.

    Examples
    --------
    >>> isotropic_tensors(4, 2).names, isotropic_tensors(3, 3, special=True).names
    (('δ₁₂ δ₃₄', 'δ₁₃ δ₂₄', 'δ₁₄ δ₂₃'), ('ε₁₂₃',))
    >>> isotropic_tensors(6, 2).rank, len(isotropic_tensors(6, 2).names)
    (10, 15)
    """
    n = as_whole(order, "order", InvalidSymmetry, least=0, most=LARGEST_ORDER)
    size = as_whole(dimension, "dimension", InvalidSymmetry, least=1, most=16)
    products = [TensorProduct((), pairs) for pairs in pairings(range(n))]
    if special:
        for at in combinations(range(n), size):
            rest = [place for place in range(n) if place not in at]
            products += [TensorProduct(at, pairs) for pairs in pairings(rest)]
    if float(size) ** n * max(len(products), 1) > _MOST_NUMBERS:
        raise NotAvailable(
            f"{len(products)} tensors of {n} indices from 1 to {size} have too many components; ask for "
            "fewer outputs or a lower order"
        )
    columns = [one.component(size).ravel() for one in products]
    matrix = np.stack(columns, axis=1) if columns else np.empty((size**n, 0))
    return IsotropicTensors(n, size, tuple(products), matrix)


def output_tensors(
    network: Network, points: Points, outputs: int = 2, *, special: bool = False, connected: bool = True
) -> OutputTensors:
    """Write an exact correlator as a sum of isotropic tensors, as far as that goes.

    Parameters
    ----------
    network : Network
    points : array_like, shape (n, d_in)
        One for each field.
    outputs : int, optional
        D.
    special : bool, optional
        With the tensors of SO(D) that hold an ε.
    connected : bool, optional
        The connected correlator, or the full one.

    Returns
    -------
    OutputTensors

    Raises
    ------
    InvalidSymmetry, InvalidPoints, NotAvailable
        If numbers are out of range, points do not fit, or no exact correlators are known.

    References
    ----------
    docs/theory/symmetries.md, eq. eq-isotropy.

    Examples
    --------
    >>> from numerics.networks.relu import ReLUNet
    >>> found = output_tensors(ReLUNet(width=4), [[1.0], [1.0], [-1.0], [-1.0]])
    >>> (4 * found.coefficients.value + 1e-15).round(12).tolist(), found.isotropic
    ([-0.25, 0.0, 0.0], True)
    """
    as_network(network)
    places = as_points(points, network.d_in)
    order, size = len(places), as_whole(outputs, "outputs", InvalidSymmetry, least=1, most=16)
    tensors = isotropic_tensors(order, size, special=special)
    distinct, _, number_of = FieldSet(places).distinct()
    fields = all_outputs(distinct.inputs, size)
    found = exact_correlators(network, fields, range(2 - order % 2, order + 1, 2))
    whole = found.connected()[order] if connected else found[order]
    components = np.indices((size,) * order).reshape(order, -1).T
    at = ranks(number_of * size + components, len(fields))
    value, error = whole.value[at], whole.error[at]
    coefficients = tensors.inverse @ value
    rest = value - tensors.matrix @ coefficients
    rounding = 4.0 * (order + 1) * EPS
    sizes = np.abs(tensors.inverse)
    # the inverse is rounded, its zeros too
    bound = sizes @ (error + rounding * np.abs(value))
    bound += rounding * np.max(sizes, initial=0.0) * np.sum(np.abs(value))
    left = error + np.abs(tensors.matrix) @ bound + rounding * np.abs(value)
    shape = (size,) * order
    method = f"components of a {whole.part.value.format(order)}: {whole.method}"
    return OutputTensors(
        tensors,
        Estimate(coefficients, bound, method, whole.quality),
        Estimate(rest.reshape(shape), left.reshape(shape), method, whole.quality),
    )


def _numbers(places: tuple[int, ...]) -> str:
    return "".join(str(place + 1) for place in places).translate(_LOWERED)
