"""Whether sampled correlators have a symmetry: one joint test of everything that should not change.

What should average to zero (`nnft_sym.symmetries.sampled_changes`) is strongly correlated, so no number of
it is judged alone: the joint covariance over blocks of networks gives Hotelling's T² and one two-sided
p-value for all elements and orders together.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from diagrams.progress import ProgressLike
from diagrams.progress import shown as shown_progress
from nnft_sym.symmetries.groups import Element, Group
from nnft_sym.symmetries.sampled_changes import (
    Changes,
    Tested,
    mixed_outputs,
    moved_inputs,
    without_rounding,
)
from nnft_sym.symmetries.sampled_result import SampledViolation, SamplingPlan
from nnft_sym.symmetries.violations import Violation, Witness
from numerics.errors import InvalidStatistics
from numerics.fields.field_set import Fields, FieldSet
from numerics.fields.index_sets import multisets
from numerics.given import as_wholes
from numerics.inference.comparison import vanishing
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty

Array = NDArray[np.float64]


def sampled_violation(
    source: Tested,
    group: Group,
    fields: Fields | None = None,
    orders: Iterable[int] | int = (2, 4),
    plan: SamplingPlan | None = None,
    progress: ProgressLike = None,
) -> SampledViolation:
    """Test by sampling whether correlators are invariant under a group.

    Parameters
    ----------
    source : Network, Dataset or Correlators
        Networks, which are sampled; or a sample, outputs brought along among them
        (`numerics.inference.dataset.Dataset.from_outputs`): all outputs at every point for a group that acts
        on outputs, all images of the points for one that acts on inputs.
    group : Group
        For f → −f the odd orders up to the highest one asked are looked at.
    fields : array_like of shape (n, d), or FieldSet, optional
        Points at which networks are sampled; for a group that acts on outputs all outputs at each of them.
    orders : iterable of int, optional
    plan : SamplingPlan, optional
    progress : callable or bool, optional
        Called with (networks done, networks in total).

    Returns
    -------
    SampledViolation

    Raises
    ------
    InvalidStatistics
        If a sample lacks an order, outputs or images of its points, or has fewer blocks than it takes.
    NotAvailable
        If the networks cannot be sampled.

    References
    ----------
    H. Hotelling, Ann. Math. Statist. 2 (1931) 360.

    Examples
    --------
    >>> from nnft_sym.symmetries.named_groups import group
    >>> from numerics.networks.architectures import ErfNet
    >>> net, plan = ErfNet(2), SamplingPlan(networks=20_000, n_blocks=200)
    >>> turns = group("O(D) of outputs", net, outputs=2)
    >>> sampled_violation(net, turns, [[0.3], [-0.8]], (2, 4), plan).broken
    False
    >>> uniform = net.with_laws(output="rademacher")
    >>> sampled_violation(uniform, turns, [[0.3], [-0.8]], (2, 4), plan).first_broken_order
    4
    """
    plan = SamplingPlan() if plan is None else plan
    wanted = _orders(orders, group)
    changed = mixed_outputs if group.acts_on == "outputs" else moved_inputs
    with shown_progress(progress, "networks") as report:
        parts, elements = changed(source, group, fields, wanted, plan, report)
    directions = max(int(plan.directions * len(parts.sizes)), 1)
    spans = {order: parts.tested[:, where] for order, where in parts.where.items()}
    return SampledViolation(
        group=group.name,
        orders=wanted,
        joint=vanishing(parts.tested, parts.sizes, directions),
        by_order={order: vanishing(one, parts.sizes, directions) for order, one in spans.items()},
        changes=_largest_changes(parts, elements),
        quality=parts.quality,
        networks=int(parts.sizes.sum()),
        plan=plan,
    )


def _orders(orders: Iterable[int] | int, group: Group) -> tuple[int, ...]:
    found = tuple(
        sorted(set(as_wholes(orders, "orders", InvalidStatistics, "orders are needed, as in (2, 4)")))
    )
    if not found:
        raise InvalidStatistics("no orders were given; orders are needed, as in (2, 4)")
    matrices = [one.outputs for one in group.elements(2, 0)]
    if all(one is not None and np.array_equal(one, -np.eye(len(one))) for one in matrices):
        return tuple(range(1, max(found) + 1, 2))
    return found


def _largest_changes(parts: Changes, elements: tuple[Element, ...]) -> dict[int, Violation]:
    """Find the change of every order that is largest in units of its error."""
    total = parts.sizes.sum()
    weights = np.sqrt(parts.sizes / ((len(parts.sizes) - 1) * total))[:, np.newaxis]
    found = {}
    for order, before in parts.before.items():
        start, best = parts.sizes @ before / total, 0.0
        for element, after in zip(elements, parts.after[order], strict=True):
            change = without_rounding(after - before, np.abs(after) + np.abs(before))
            mean = parts.sizes @ change / total
            moves = (change - mean) * weights
            error = np.sqrt(np.sum(moves**2, axis=0))
            with np.errstate(divide="ignore", invalid="ignore"):
                pulls = np.abs(np.where(mean == 0.0, 0.0, mean / error))
            row = int(np.argmax(pulls))
            if pulls[row] > best:
                best = float(pulls[row])
                rows = multisets(len(parts.fields), order)[row]
                fields = FieldSet(parts.fields.inputs[rows], parts.fields.outputs[rows])
                value = Estimate(
                    mean[row],
                    Uncertainty.of_sources(parts.sources, moves[:, row]),
                    "sampled before and after",
                )
                witness = Witness(
                    fields, element, float(start[row]), float(start[row] + mean[row]), float(error[row])
                )
                scale = float(np.abs(start).max())
                found[order] = Violation(order, value, scale, broken=None, witness=witness)
    return found
