"""A correlator taken apart: what each product of couplings contributes, and what all of them explain.

The 6-point function is built up term by term, free theory → λ → λ² exchange → κ; the 8-point function, which
nothing is fitted to, is predicted with the same couplings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.actions.names import symbol
from nnft_sym.printing.number_text import superscript

if TYPE_CHECKING:
    from nnft_sym.inference.contributions import Contribution, Contributions
    from nnft_sym.inference.coupling_fit import CouplingFit
    from numerics.lowering.monomials import Monomial
    from numerics.results.correlator import Correlator


@dataclass(frozen=True)
class Part:
    """What one product of couplings contributes to the predicted correlator.

    Attributes
    ----------
    name : str
        The product, as in ``"lambda**2"``.
    words : str
        What readers know it by, as in ``"λ² exchange"``.
    share : float or None
        Its size, relative to that of the correlator less the free theory.
    explained : float or None
        Share of that which it and all before it explain.
    connected : float or None
        The same of the connected correlator; None where it contributes nothing to it.
    accuracy : float or None
        Size of the error of it and all before it, relative as `share`: from the couplings and the integrals,
        a standard deviation where the couplings come from a sample, a bound where they are exact.
    """

    name: str
    words: str
    share: float | None
    explained: float | None
    connected: float | None = None
    accuracy: float | None = None

    @property
    def is_product(self) -> bool:
        """Whether it is a product of several couplings, whose vertices are joined by lines."""
        return "exchange" in self.words


@dataclass(frozen=True)
class TakenApart:
    """One correlator less the free theory.

    Attributes
    ----------
    order : int
    parts : tuple of Part
        In powers of 1/N.
    data : Correlator or None
        What they are held against.
    terms : mapping of str to Correlator
        What each of `parts` adds, element by element, with the errors of the couplings.
    """

    order: int
    parts: tuple[Part, ...]
    data: "Correlator | None" = field(default=None, compare=False, repr=False)
    terms: Mapping[str, "Correlator"] = field(default_factory=dict, compare=False, repr=False)

    @property
    def explained(self) -> float | None:
        """Share of the correlator less the free theory that all parts explain."""
        return self.parts[-1].explained if self.parts else None

    @property
    def accuracy(self) -> float | None:
        """Error of the whole prediction, relative to the size of the correlator less the free theory."""
        return self.parts[-1].accuracy if self.parts else None

    @property
    def connected(self) -> float | None:
        """Share of the connected correlator that all parts explain."""
        known = [one.connected for one in self.parts if one.connected is not None]
        return known[-1] if known else None


def taken_apart(found: "CouplingFit", order: int) -> TakenApart:
    """Take a correlator apart with the couplings that were found.

    Raises
    ------
    OrderMissing
        If the theory does not have an order that it takes.
    """
    excess, connected = found.contributions(order, "excess"), found.contributions(order)
    size = None if excess.data is None else float(np.abs(excess.data.value).sum())
    parts = tuple(
        Part(
            one.name,
            words(one.product),
            one.share,
            one.explained,
            _of(connected, one.product),
            _accuracy(one, size),
        )
        for one in excess.terms
    )
    return TakenApart(order, parts, excess.data, {one.name: one.value for one in excess.terms})


def _accuracy(one: "Contribution", size: float | None) -> float | None:
    total = float(np.sum(one.total.error))
    return total / size if size and np.isfinite(total) else None


def _of(connected: "Contributions", product: "Monomial") -> float | None:
    return next((one.explained for one in connected.terms if one.product == product), None)


def words(product: "Monomial") -> str:
    """Name a product of couplings; several vertices are joined by lines.

    Examples
    --------
    >>> words((("lambda", 2),)), words((("kappa", 1),)), words((("g", 1), ("lambda", 1)))
    ('λ² exchange', 'κ', 'g λ exchange')
    """
    text = " ".join(symbol(name) + (superscript(power) if power > 1 else "") for name, power in product)
    return f"{text} exchange" if sum(power for _, power in product) > 1 else text
