"""Ward identities in the space of parameters: δ⟨f … f⟩ = −⟨(δ log P) f … f⟩.

Let the fields begin to move, f → f + t δf, and let parameters absorb it, f_θ + t δf_θ = f_(θ + t δθ). A
change of variables takes it to the density of the parameters, δ log P = Σ (log p)'(θ) δθ + Σ ∂δθ/∂θ. Where
that is zero the symmetry is exact. Where it is not both sides say by how much the symmetry is broken, and
they agree whatever the law is: a density that jumps at its ends, as the uniform one, has boundary terms, and
nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict, final

import numpy as np
from numpy.typing import NDArray

from nnft_sym.errors import InvalidSymmetry
from nnft_sym.symmetries.groups import Group
from nnft_sym.symmetries.named_groups import OUTPUTS, group
from nnft_sym.symmetries.output_fields import all_outputs
from nnft_sym.symmetries.sampled_result import SamplingPlan, too_large
from nnft_sym.symmetries.ward_motion import Beginning, beginning, described, motion_in_words, motion_of
from nnft_sym.symmetries.ward_sides import Sides, drawn_sides, exact_sides
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.given import as_wholes
from numerics.inference.comparison import Comparison, vanishing
from numerics.networks.base import Network, as_network
from numerics.results.correlator import Correlator
from numerics.results.faces import Content, Shown
from numerics.results.quality import Quality
from numerics.sampling.drawn_insertions import SampleSize

Array = NDArray[np.float64]

#: Error bounds by which exact sides may differ: each is an estimate of its largest error.
SLACK = 4.0


class WardRow(TypedDict):
    """Both sides for one product of fields.

    Attributes
    ----------
    order : int
        How many fields the product has.
    fields : str
        The product.
    left, right : float
        The two sides.
    left_error, right_error : float

    Examples
    --------
    >>> import nnft_sym as nn
    >>> found = nn.ward_identity(nn.ErfNet(5), "SO(D) of outputs", [[0.3]], (2,))
    >>> row = found.rows()[0]
    >>> sorted(row)
    ['fields', 'left', 'left_error', 'order', 'right', 'right_error']
    """

    order: int
    fields: str
    left: float
    right: float
    left_error: float
    right_error: float


@final
@dataclass(frozen=True, repr=False, eq=False)
class WardIdentity(Shown):
    """Both sides of a Ward identity, and whether they agree.

    Attributes
    ----------
    group : str
    start : Beginning
        How the transformation begins.
    fields : FieldSet
    orders : tuple of int
    sides : Sides
    motion : tuple of str
        Which parameters move, a line for each.
    joint, right : Comparison or None
        Difference of the two sides, and the right side itself, all together, where they were sampled.
    plan : SamplingPlan

    Examples
    --------
    >>> import nnft_sym as nn
    >>> found = nn.ward_identity(nn.ErfNet(5), "SO(D) of outputs", [[0.3]], (2, 4))
    >>> found.group, found.orders, found.holds, found.breaks
    ('SO(D) of outputs', (2, 4), True, False)
    """

    group: str
    start: Beginning
    fields: FieldSet
    orders: tuple[int, ...]
    sides: Sides
    motion: tuple[str, ...]
    joint: Comparison | None
    right: Comparison | None
    plan: SamplingPlan

    @property
    def sampled(self) -> bool:
        """Whether both sides were sampled, not computed."""
        return self.joint is not None

    @property
    def decided(self) -> bool:
        """Whether the errors can be believed: heavy tails have no covariance."""
        return all(one.quality is not Quality.HEAVY_TAILED for one in self._all)

    @property
    def _all(self) -> list[Correlator]:
        return [*self.sides.left.values(), *self.sides.right.values()]

    @property
    def holds(self) -> bool | None:
        """Whether the two sides agree within their errors; None where a few networks dominate a sample."""
        if not self.decided:
            return None
        if self.joint is not None:
            return not too_large(self.joint, self.plan.level)
        pairs = [(self.sides.left[n], self.sides.right[n]) for n in self.orders]
        return all(np.all(np.abs(a.value - b.value) <= SLACK * (a.error + b.error)) for a, b in pairs)

    @property
    def breaks(self) -> bool | None:
        """Whether the symmetry is broken: the right side is not zero within its errors; None as `holds`."""
        if not self.decided:
            return None
        if self.right is not None:
            return too_large(self.right, self.plan.level)
        return any(np.any(np.abs(one.value) > SLACK * one.error) for one in self.sides.right.values())

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        if not self.decided:
            return "a few networks dominate the sample: its errors, and what follows from them, are not known"
        agree = "agree" if self.holds else "do not agree"
        how = f"p = {self.joint.p_value:.3g}" if self.joint is not None else "within their error bounds"
        if self.breaks:
            return f"the symmetry is broken, and both sides {agree} ({how})"
        return f"both sides vanish within their errors: nothing is broken here ({how})"

    def latex(self) -> str:
        """Write the identity with the motion of the parameters."""
        if self.start.acts_on == "outputs":
            moves = r"\delta f = A f,\quad \delta a = A a"
            slope = r"\sum_i (\log p_a)'(a_i)\cdot A a_i"
        else:
            moves = r"\delta x = M x + v,\quad \delta W = M^{T} W,\quad \delta b = W\cdot v"
            slope = r"\sum_i (\log p_W)'(W_i)\cdot M^{T} W_i + \sum_i (\log p_b)'(b_i)\, W_i\cdot v"
        return (
            rf"\delta\langle f\cdots f\rangle = -\langle(\delta\log P)\, f\cdots f\rangle,\quad "
            rf"{moves},\quad \delta\log P = {slope}"
        )

    def rows(self) -> list[WardRow]:
        """Give one row for each product of fields."""
        sides = self.sides
        return [
            WardRow(
                order=order,
                fields=label,
                left=float(sides.left[order].value[row]),
                right=float(sides.right[order].value[row]),
                left_error=float(sides.left[order].error[row]),
                right_error=float(sides.right[order].error[row]),
            )
            for order in self.orders
            for row, label in enumerate(self.fields.labels(order))
        ]

    @property
    def largest(self) -> WardRow:
        """The row whose right side is largest in units of its error, else the left one."""
        return max(
            self.rows(), key=lambda row: (abs(row["right"]) / (row["right_error"] or 1.0), abs(row["left"]))
        )

    def answer(self) -> dict[str, object]:
        """Put the identity into the words of the JSON answer."""
        return {
            "group": self.group,
            "transformation": described(self.start),
            "motion": list(self.motion),
            "method": "sampled" if self.sampled else "exact",
            "holds": self.holds,
            "broken": self.breaks,
            "p_value": None if self.joint is None else self.joint.p_value,
            "elements": [dict(row) for row in self.rows()],
            "latex": self.latex(),
        }

    def plain_fields(self) -> Content:
        """Give the identity as plain fields, one row for each product of fields."""
        facts: dict[str, object] = {
            "transformation": described(self.start),
            **{f"parameters ({number})": line for number, line in enumerate(self.motion, start=1)},
            "method": "sampled" if self.sampled else "exact",
            "found": self.sentence,
        }
        listed = self.rows()
        columns = ("order", "fields", "left", "right", "left_error", "right_error")
        return Content(
            f"Ward identity of {self.group}",
            facts,
            columns,
            lambda: (tuple(row.values()) for row in listed),
            len(listed),
        )


def ward_identity(
    network: Network,
    symmetry: Group | str,
    fields: Fields,
    orders: Iterable[int] | int = (2, 4),
    *,
    outputs: int = OUTPUTS,
    networks: int | None = None,
    seed: int = 0,
) -> WardIdentity:
    """Compare the two sides of a Ward identity, δ⟨f … f⟩ = −⟨(δ log P) f … f⟩.

    Parameters
    ----------
    network : Network
        With independent output weights.
    symmetry : Group or str
        Whose one-parameter subgroup `Group.path` is taken: the rotation of the first two outputs or axes, the
        shift along the first axis, or a family of your own from matrices. It need not be a symmetry.
    fields : array_like of shape (n, d), or FieldSet
        Points; for a group that acts on outputs all outputs at each of them.
    orders : iterable of int, optional
    outputs : int, optional
        Outputs at each point, for a group that acts on them.
    networks : int, optional
        So many networks are sampled, and both sides come from them. Default: exactly, the left side from
        exact correlators, the right one from integrals over one neuron with the slope of its density.
    seed : int, optional
        Of the sample.

    Returns
    -------
    WardIdentity

    Raises
    ------
    InvalidSymmetry
        If the group is finite.
    NotAvailable
        If no parameter absorbs the transformation, a law has no density, or there is no exact answer.

    References
    ----------
    docs/theory/symmetries.md, eq. eq-ward.

    Examples
    --------
    Uniform output weights break the rotations of outputs, by the boundary term alone; Gaussian ones do not:

    >>> from numerics.networks.erf import ErfNet
    >>> net = ErfNet(5)
    >>> found = ward_identity(net.with_laws(output="uniform"), "SO(D) of outputs", [[0.3]], (4,))
    >>> found.holds, found.breaks
    (True, True)
    >>> ward_identity(net, "SO(D) of outputs", [[0.3]], (2, 4)).breaks
    False
    """
    as_network(network)
    plan = SamplingPlan(seed=seed) if networks is None else SamplingPlan(networks, seed)
    wanted = tuple(
        sorted(set(as_wholes(orders, "orders", InvalidSymmetry, "orders are needed, as in (2, 4)")))
    )
    chosen = group(symmetry, network, outputs)
    start = beginning(chosen)
    given = as_field_set(fields, d_in=network.d_in)
    if start.acts_on == "outputs":
        given = all_outputs(np.unique(given.inputs, axis=0), len(start.matrix))
    motion = motion_of(network, start, int(max(given.outputs.max(initial=1), 1)))
    motion.refuse(network)
    joint = right = None
    if networks is None:
        sides = exact_sides(network, given, start, motion, wanted)
    else:
        size = SampleSize(plan.networks, plan.seed, plan.n_blocks)
        sides = drawn_sides(network, given, start, motion, wanted, size)
        joint, right = _judged(sides, wanted, plan)
    words = motion_in_words(network, motion)
    return WardIdentity(chosen.name, start, given, wanted, sides, words, joint, right, plan)


def _judged(sides: Sides, orders: tuple[int, ...], plan: SamplingPlan) -> tuple[Comparison, Comparison]:
    """Hold the difference of two sampled sides, and the right one, against zero, all orders together."""
    found = sides.sampled
    assert found is not None, "both sides were sampled"
    directions = max(int(plan.directions * len(found.sizes)), 1)
    left, right = (np.concatenate([one[n] for n in orders], axis=1) for one in (found.left, found.right))
    return vanishing(left - right, found.sizes, directions), vanishing(right, found.sizes, directions)
