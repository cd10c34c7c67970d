"""Couplings that somebody gives: numbers by name, tensors, or a fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import shown
from numerics.errors import LoweringError
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]


@runtime_checkable
class Couplings(Protocol):
    """A fit: couplings by name, each with its error; what was not fitted it refuses itself."""

    def __getitem__(self, name: str) -> Estimate:
        """One coupling."""

    @property
    def combinations(self) -> tuple[object, ...]:
        """What the data determine."""


def couplings_by_name(couplings: object, needed: set[str]) -> Mapping[str, ArrayLike]:
    """Couplings by their names, also those of a fit."""
    if isinstance(couplings, Couplings):
        if getattr(couplings, "per_width", False):
            raise LoweringError(
                "a fit of couplings times powers of N was given, which holds for several widths; give the "
                'couplings of one width, as in {"lambda": found["lambda"] / 20}'
            )
        return {name: couplings[name] for name in sorted(needed)}
    if not isinstance(couplings, Mapping):
        raise LoweringError(
            f"couplings = {shown(couplings)} was given; numbers by name are needed, as in "
            '{"lambda": 0.01}, or a fit'
        )
    if not needed <= set(couplings):
        raise LoweringError(
            f"couplings {sorted(couplings)} given, the expansion has {sorted(needed)}; give each of them "
            "(D and δ, for a field with components, from component_values)"
        )
    return couplings


def refuse_what_is_not_finite(values: Mapping[str, Array]) -> None:
    """Refuse NaN and infinity."""
    wrong = sorted(name for name, value in values.items() if not np.all(np.isfinite(value)))
    if wrong:
        raise LoweringError(f"{', '.join(wrong)} given as NaN or infinity; give finite couplings")


def as_numbers(given: ArrayLike, name: str) -> Array:
    """Take a coupling, or a tensor of it, which may have NaN where there is none."""
    try:
        return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise LoweringError(f"{name} = {shown(given)} was given; real numbers are needed") from None
