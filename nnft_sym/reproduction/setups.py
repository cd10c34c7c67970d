"""The published set-ups: inputs, deviations, widths and cutoffs of arXiv:2008.08601 and of its scripts."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numerics.integrals.rules.domains import Domain
    from numerics.networks.base import Network

Array = NDArray[np.float64]

#: The nets in the order of the publication, and the dimensions of their inputs.
NETS = ("erf", "relu", "gauss")
DIMENSIONS = (1, 2, 3)
#: Orders of the correlators that were published.
ORDERS = (2, 4, 6)
#: Widths at which correlators were sampled.
WIDTHS = (2, 3, 4, 5, 10, 20, 50, 100, 500, 1000)
#: Width at which couplings were extracted and the 6-point function predicted.
COUPLING_WIDTHS = {"erf": 5, "relu": 20, "gauss": 100}
#: Width of the fit of λ₀, λ₂ and λ_NL.
EXTENDED_WIDTH = 1000
#: Cutoffs at which λ was looked at; the box is [−Λ, Λ]^d.
CUTOFFS = (7.0, 10.0, 20.0, 50.0, 100.0, 500.0, 1e3, 5e3, 1e4, 1e5)
#: Cutoff at which couplings are quoted; Gauss needs none.
CUTOFF = 100.0
#: Gauss-net was looked at close to the origin.
NARROW = 0.01


@dataclass(frozen=True)
class PublishedSetup:
    """One published network: a net in one dimension, at any width.

    Parameters
    ----------
    kind : {"erf", "relu", "gauss"}
    dimension : {1, 2, 3}

    Examples
    --------
    >>> PublishedSetup("relu", 1).points.ravel().tolist()
    [0.2, 0.4, 0.6, 0.8, 1.0, 1.2]
    >>> PublishedSetup("gauss", 2).title
    'Gauss-net, d = 2'
    """

    kind: str
    dimension: int

    @property
    def name(self) -> str:
        """Name in files and keys."""
        return f"{self.kind}_d{self.dimension}"

    @property
    def title(self) -> str:
        """Name for readers."""
        return f"{ {'erf': 'Erf', 'relu': 'ReLU', 'gauss': 'Gauss'}[self.kind] }-net, d = {self.dimension}"

    @property
    def about(self) -> dict[str, object]:
        """The net and its dimension, for a claim."""
        return {"net": self.kind, "dimension": self.dimension}

    @property
    def points(self) -> Array:
        """The published inputs, shape (n_points, d)."""
        given = _RELU[self.dimension] if self.kind == "relu" else _SYMMETRIC[self.dimension]
        scale = NARROW if self.kind == "gauss" else 1.0
        return scale * np.array(given, dtype=np.float64)

    @property
    def coupling_width(self) -> int:
        """Width at which its couplings were extracted."""
        return COUPLING_WIDTHS[self.kind]

    @property
    def cutoff(self) -> float | None:
        """Half the side of the box over which vertices are integrated; None for all of R^d."""
        return None if self.kind == "gauss" else CUTOFF

    @property
    def domain(self) -> "Domain":
        """Over which vertices are integrated."""
        from numerics.integrals.rules.domains import Box, WholeSpace

        return WholeSpace() if self.cutoff is None else Box(self.cutoff)

    def network(self, width: int) -> "Network":
        """Make the network of one width: σ_W = 1, σ_b = 1, but 0 for ReLU."""
        from numerics.networks.architectures import network

        sigma_b = 0.0 if self.kind == "relu" else 1.0
        return network(self.kind, width=width, sigma_w=1.0, sigma_b=sigma_b, d_in=self.dimension)


_SYMMETRIC = {
    1: ((-1.0,), (-0.6,), (-0.2,), (0.2,), (0.6,), (1.0,)),
    2: tuple(product((-1.0, 1.0), repeat=2)),
    3: ((-1.0, -1.0, -1.0), (1.0, 1.0, -1.0), (-1.0, 1.0, 1.0), (1.0, -1.0, 1.0)),
}
_RELU = {
    1: ((0.2,), (0.4,), (0.6,), (0.8,), (1.0,), (1.2,)),
    2: tuple(product((0.5, 1.0), repeat=2)),
    3: ((0.2, 0.2, 0.2), (1.0, 1.0, 0.2), (0.2, 1.0, 1.0), (1.0, 0.2, 1.0)),
}


def published_setups(
    kinds: Iterable[str] = NETS, dimensions: Iterable[int] = DIMENSIONS
) -> tuple[PublishedSetup, ...]:
    """List the published set-ups, net by net."""
    wanted = tuple(dimensions)
    return tuple(PublishedSetup(kind, dimension) for kind in kinds for dimension in wanted)
