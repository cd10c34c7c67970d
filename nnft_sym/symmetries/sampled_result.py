"""What a sampled test of a symmetry finds: the joint test, and the difference that stands out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import final

from nnft_sym.symmetries.violations import Violation, Witness
from numerics.inference.comparison import Comparison
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown
from numerics.results.quality import Quality


@final
@dataclass(frozen=True)
class SamplingPlan:
    """How a symmetry is tested by sampling.

    Attributes
    ----------
    networks : int
        Networks to be sampled.
    seed : int
        Of the networks and of the elements.
    n_blocks : int
        Blocks of networks behind the covariance.
    elements : int
        Elements of a continuous group that are looked at. Of a group that acts on outputs they only make the
        witness: all combinations that are not invariant are tested.
    level : float
        A p-value below it says that the symmetry is broken. The only one here for a whole test, so no number
        of elements or orders makes a false alarm likelier.
    directions : float
        At most so many directions per block are judged: the covariance is that of the blocks.

    Examples
    --------
    >>> SamplingPlan(networks=20_000, n_blocks=200).level
    0.01
    """

    networks: int = 200_000
    seed: int = 0
    n_blocks: int = 1000
    elements: int = 6
    level: float = 0.01
    directions: float = 0.25


@final
@dataclass(frozen=True, repr=False)
class SampledViolation(Shown):
    """Outcome of `sampled_violation`.

    Attributes
    ----------
    group : str
    orders : tuple of int
        Orders that were tested.
    joint : Comparison
        All differences together.
    by_order : mapping of int to Comparison
        Those of one order together.
    changes : mapping of int to Violation
        The change of each order that is largest in units of its error; none where nothing can change.
    quality : Quality
        The worst of the correlators: with heavy tails the p-value is not to be believed.
    networks : int
    plan : SamplingPlan

    Examples
    --------
    >>> import nnft_sym as nn
    >>> net = nn.ErfNet(2).with_laws(output="rademacher")
    >>> turn = nn.one_parameter_family([[0.0, -1.0], [1.0, 0.0]], "outputs", 2, "turn")
    >>> plan = nn.SamplingPlan(networks=20_000, n_blocks=200)
    >>> found = nn.sampled_violation(net, turn, [[0.3], [-0.8]], (2, 4), plan)
    >>> found.group, found.orders, found.first_broken_order
    ('turn', (2, 4), 4)
    """

    group: str
    orders: tuple[int, ...]
    joint: Comparison
    by_order: Mapping[int, Comparison]
    changes: Mapping[int, Violation]
    quality: Quality
    networks: int
    plan: SamplingPlan

    @property
    def statistic(self) -> float:
        """Hotelling's T²."""
        return self.joint.chi2

    @property
    def dof(self) -> int:
        """Directions that were judged; 0: the differences vanish network by network."""
        return self.joint.dof

    @property
    def p_value(self) -> float:
        """Two-sided; 0 where differences that do not scatter at all are not zero."""
        return joint_p_value(self.joint)

    @property
    def broken(self) -> bool:
        """Whether the differences are too large: the p-value is below the level, on this side."""
        return too_large(self.joint, self.plan.level)

    @property
    def decided(self) -> bool:
        """Whether the p-value can be believed: heavy tails have no covariance."""
        return self.quality not in (Quality.HEAVY_TAILED, Quality.UNDEFINED)

    @property
    def first_broken_order(self) -> int | None:
        """The lowest order whose own differences are too large; None where all of them hold."""
        if not self.broken:
            return None
        too = (order for order, one in self.by_order.items() if too_large(one, self.plan.level))
        # together they may be too large where none is alone
        return next(too, min(self.by_order, key=lambda order: self.by_order[order].upper_tail))

    @property
    def witness(self) -> Witness | None:
        """What stands out most: at the first broken order, else anywhere."""
        first = self.first_broken_order
        chosen = self.changes.values() if first is None else [self.changes[first]] * (first in self.changes)
        found = [one.witness for one in chosen if one.witness is not None]
        return max(found, key=lambda one: abs(one.difference) / (one.error or 1.0), default=None)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """One violation for each order, as of an exact test; open where tails are heavy."""
        first = self.first_broken_order
        found = []
        for order, one in self.by_order.items():
            known = self.changes.get(order, _nothing(order))
            broken = first is not None and (order == first or too_large(one, self.plan.level))
            told = {"statistic": one.chi2, "dof": float(one.dof), "p_value": joint_p_value(one)}
            found.append(
                Violation(
                    order,
                    known.largest,
                    known.scale,
                    broken if self.decided else None,
                    known.witness if broken else None,
                    told,
                )
            )
        return tuple(found)

    def plain_fields(self) -> Content:
        """Give the outcome as plain fields, one row for each order."""

        def rows() -> Iterable[tuple[object, ...]]:
            return ((order, one.chi2, one.dof, joint_p_value(one)) for order, one in self.by_order.items())

        shown = "witness" if self.broken else "largest change"
        facts = {
            "statistic": self.statistic,
            "dof": self.dof,
            "p_value": self.p_value,
            "broken": self.broken,
            "networks": self.networks,
            "quality": self.quality.name.lower(),
            shown: None if self.witness is None else str(self.witness),
        }
        columns = ("order", "statistic", "dof", "p_value")
        return Content(f"Sampled test of {self.group}", facts, columns, rows, len(self.by_order))


def joint_p_value(one: Comparison) -> float:
    """Two-sided p-value; 0 where differences that do not scatter at all are not zero."""
    return 0.0 if one.null_residual > 0.0 else one.p_value


def too_large(one: Comparison, level: float) -> bool:
    """Whether differences are too large: the p-value is below the level, on this side."""
    return joint_p_value(one) < level and (one.null_residual > 0.0 or one.upper_tail < 0.5)


def _nothing(order: int) -> Violation:
    """Of an order at which nothing changes, network by network."""
    return Violation(order, Estimate(0.0, 0.0, "the same, network by network"), 0.0, broken=False)
