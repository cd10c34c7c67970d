"""Connected correlators as they are given: correlators of a network or a sample, or arrays; read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from nnft_sym.duality.symmetric_tensors import distinct
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.width_order import width_order_text
from numerics.fields.field_set import FieldSet
from numerics.given import as_real_array
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.joint_correlators import Correlators
from numerics.results.provenance import Provenance
from numerics.results.quality import Quality, worst

Array = NDArray[np.float64]

_NEEDED = (
    "correlators are needed, as exact_correlators and Ensemble give them, or connected ones by their number "
    "of points, as in {2: K, 4: G4}"
)


@dataclass(frozen=True, eq=False)
class GivenCumulants:
    """Connected correlators over some fields, as far as an order in 1/N needs them.

    Attributes
    ----------
    fields : FieldSet
    connected : mapping of int to Estimate
        By number of points, distinct elements; those that vanish are left out.
    even : bool
        Whether no odd ones were given, so that they count as zero.
    provenance : mapping
    """

    fields: FieldSet
    connected: Mapping[int, Estimate]
    even: bool
    provenance: Provenance = field(default_factory=dict)

    @property
    def quality(self) -> Quality:
        """The worst of all."""
        return worst(one.quality for one in self.connected.values())

    @property
    def valences(self) -> tuple[int, ...]:
        """Numbers of legs of the vertices there are."""
        return tuple(legs for legs in self.connected if legs >= 3)

    @property
    def mean(self) -> Estimate | None:
        """E f at every field, where it was given and does not vanish."""
        return self.connected.get(1)


def given_cumulants(given: object, order: Fraction) -> GivenCumulants:
    """Read connected correlators.

    Parameters
    ----------
    given : Correlators, or mapping of int to Correlator or array_like
        Full or connected correlators; arrays are connected ones over all indices, shape (m, …, m).
    order : Fraction
        Power of 1/N that they are needed for: all of up to 2 order + 2 points.

    Raises
    ------
    InvalidExpansion
        If they are none, or some are missing.
    """
    if isinstance(given, Correlators):
        full = given if given.part is Part.CONNECTED else given.connected()
        missing = full.origin.orders
        found: dict[int, Estimate] = {legs: full[legs] for legs in full if legs <= 2 * order + 2 or legs <= 2}
        return _checked(given.fields, found, missing, order, given.provenance)
    if isinstance(given, Mapping) and given and all(isinstance(legs, int) for legs in given):
        if all(isinstance(one, Correlator) for one in given.values()):
            first: Correlator = next(iter(given.values()))
            return _checked(first.fields, dict(given), tuple(given), order, first.provenance)
        return _of_arrays(given, order)
    raise InvalidExpansion(f"{shown(given)} was given; {_NEEDED}")


def _of_arrays(given: Mapping[int, object], order: Fraction) -> GivenCumulants:
    """Read arrays over fields that have numbers only."""
    found: dict[int, Estimate] = {}
    if 2 not in given:
        raise InvalidExpansion(f"correlators of {sorted(given)} points were given, and not of two; {_NEEDED}")
    m = len(as_real_array(given[2], "the 2-point function", InvalidExpansion, _NEEDED))
    for legs, one in given.items():
        full = as_real_array(one, f"the connected {legs}-point function", InvalidExpansion, _NEEDED)
        if legs < 1 or full.shape != (m,) * legs:
            raise InvalidExpansion(
                f"the connected {legs}-point function has the shape {full.shape}; {(m,) * legs} is needed, "
                f"one index over the {m} fields of the 2-point function for each point"
            )
        mean = distinct(full[np.newaxis], m, legs)[0]
        found[legs] = Estimate(mean, np.zeros(len(mean)), "given")
    fields = FieldSet(np.arange(1.0, m + 1.0))
    return _checked(fields, found, tuple(given), order, {})


def _checked(
    fields: FieldSet,
    found: Mapping[int, Estimate],
    orders: tuple[int, ...],
    order: Fraction,
    provenance: Provenance,
) -> GivenCumulants:
    """See that nothing is missing; odd ones may be, all together."""
    even = not any(legs % 2 for legs in orders)
    highest = int(2 * order) + 2
    needed = [legs for legs in range(2 if even else 1, highest + 1) if not (even and legs % 2)]
    missing = [legs for legs in needed if legs not in found and not (legs == 1 and 2 in found)]
    if missing:
        raise InvalidExpansion(
            f"connected correlators of {sorted(found)} points were given; the action to "
            f"{width_order_text(order)} needs those of {', '.join(map(str, missing))} points, too"
        )
    for legs, one in found.items():
        if not np.all(np.isfinite(one.value) & np.isfinite(one.error)):
            raise InvalidExpansion(
                f"the connected {legs}-point function is not finite at some of the fields; an action needs "
                "numbers with errors everywhere: leave out points, or take smaller deviations"
            )
    kept = {
        legs: one
        for legs, one in sorted(found.items())
        if legs <= max(highest, 2) and (legs == 2 or np.any(one.value) or np.any(one.error))
    }
    return GivenCumulants(fields, kept, even, provenance)
