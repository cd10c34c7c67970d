"""Symmetries of a network: derived from the laws of its parameters, and tested on its correlators.

What makes a derivation is docs/theory/symmetries.md, eq. eq-duality.

>>> from numerics.networks.erf import ErfNet
>>> symmetry(ErfNet(width=5), fields=[[0.2], [1.0]], orders=(2, 4), outputs=1)
<Symmetries of ErfNet(width=5, sigma_w=1.0, sigma_b=1.0, d_in=1), 2 fields
  O(D) of outputs                holds exactly (derived)
  sign of f                      holds exactly (derived)
  O(d) of inputs                 holds exactly (derived)
  translations                   broken at 2 points
  reflections                    holds exactly (derived)
  signed permutations of inputs  holds exactly (derived)>
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import overload

from diagrams.progress import ProgressLike
from diagrams.progress import shown as shown_progress
from nnft_sym.symmetries.derivation import Derivation
from nnft_sym.symmetries.derive import derive
from nnft_sym.symmetries.exact_test import ELEMENTS, ExactTest, Remembered, as_orders
from nnft_sym.symmetries.groups import Group
from nnft_sym.symmetries.named_groups import OUTPUTS, group, groups_of
from nnft_sym.symmetries.sampled_result import SamplingPlan
from nnft_sym.symmetries.sampled_test import sampled_violation
from nnft_sym.symmetries.symmetry_result import Symmetry
from nnft_sym.symmetries.symmetry_table import Symmetries
from numerics.errors import InvalidPoints, InvalidStatistics, NotAvailable
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.given import as_choice
from numerics.networks.architectures import Network, as_network
from numerics.networks.base import refuse_missing_moments


@overload
def symmetry(
    network: Network,
    group: None = None,
    fields: Fields | None = None,
    orders: Iterable[int] | int = (2, 4, 6),
    *,
    outputs: int = OUTPUTS,
    derivation: bool = True,
    method: str | None = None,
    plan: SamplingPlan | None = None,
    progress: ProgressLike = None,
) -> Symmetries: ...
@overload
def symmetry(
    network: Network,
    group: str | Group,
    fields: Fields | None = None,
    orders: Iterable[int] | int = (2, 4, 6),
    *,
    outputs: int = OUTPUTS,
    derivation: bool = True,
    method: str | None = None,
    plan: SamplingPlan | None = None,
    progress: ProgressLike = None,
) -> Symmetry: ...
def symmetry(
    network: Network,
    group: str | Group | None = None,
    fields: Fields | None = None,
    orders: Iterable[int] | int = (2, 4, 6),
    *,
    outputs: int = OUTPUTS,
    derivation: bool = True,
    method: str | None = None,
    plan: SamplingPlan | None = None,
    progress: ProgressLike = None,
) -> Symmetry | Symmetries:
    """Say which symmetries a network has: derived where the laws of its parameters tell, and tested.

    Parameters
    ----------
    network : Network
    group : str or Group, optional
        ``"O(D) of outputs"``, … (`nnft_sym.symmetries.named_groups.NAMES`), or one of your own
        (`nnft_sym.symmetries.own_groups`). Default: all that have more than one element.
    fields : array_like, shape (n, d_in), or FieldSet
        Where correlators are compared.
    orders : iterable of int, or int
        Numbers of points, 1 to 10. For f → −f, the odd orders up to the largest.
    outputs : int, optional
        D, for groups that act on outputs.
    derivation : bool, optional
        False: only test, as for maps of inputs that are no isometries.
    method : {"exact", "sampled"}, optional
        How correlators are known; default: exact where they are, else sampled.
    plan : SamplingPlan, optional
        Number and seed of random transformations; networks and level of a sampled test.
    progress : callable or bool, optional
        Called with (correlators or networks done, in total).

    Returns
    -------
    Symmetry, or Symmetries if no group was given

    Raises
    ------
    InvalidSymmetry
        If there is no such group, it has one element only, or a derivation is asked of what is no isometry.
    InvalidPoints
        If there are no fields, or they do not fit the network.
    InvalidStatistics
        If orders or numbers are out of range.
    NotAvailable
        If a law of the parameters has no moments of these orders.

    Notes
    -----
    A symmetry that is derived (Maiti, Stoner and Halverson, arXiv:2106.00694) holds for all correlators at
    every width. Of others a difference of exact correlators beyond the bounds of all errors decides.

    Examples
    --------
    Uniform output weights: the outputs are isotropic at two points only.

    >>> from numerics.networks.erf import ErfNet
    >>> net = ErfNet(width=5).with_laws(output="uniform")
    >>> found = symmetry(net, "SO(D) of outputs", [[0.2], [1.0]], (2, 4))
    >>> str(found.verdict), found.power_of_n
    ('holds at 2 points only, broken at 4', -1.0)
    """
    as_network(network)
    if fields is None:
        raise InvalidPoints(
            "no fields were given; give the inputs at which correlators are compared, as in "
            "symmetry(net, fields=[[0.2], [1.0]])"
        )
    places, wanted = as_field_set(fields, None, network.d_in), as_orders(orders)
    refuse_missing_moments(network, wanted[-1])
    if method is not None:
        as_choice(method, ("exact", "sampled"), "method", InvalidStatistics)
    chosen = groups_of(network, outputs) if group is None else _groups(network, group, outputs)
    with shown_progress(progress, "transformed networks" if method == "sampled" else "averages") as report:
        ask = _Asked(network, places, wanted, derivation, method, plan, report, chosen)
        found = tuple(ask.about(one) for one in chosen)
    return Symmetries(network, places, found) if group is None else found[0]


def _groups(network: Network, given: object, outputs: int) -> tuple[Group, ...]:
    return (group(given, network, outputs),)


@dataclass(frozen=True)
class _Asked:
    """What is asked of every group."""

    network: Network
    fields: FieldSet
    orders: tuple[int, ...]
    derivation: bool
    method: str | None
    plan: SamplingPlan | None
    progress: Callable[[int, int], None] | None
    groups: tuple[Group, ...]

    @property
    def drawn(self) -> tuple[int, int]:
        """How many transformations, and their seed."""
        return (ELEMENTS, 0) if self.plan is None else (self.plan.elements, self.plan.seed)

    @cached_property
    def correlators(self) -> Remembered:
        """Correlators that all groups share."""
        total = sum(Remembered.needed(one, *self.drawn) for one in self.groups)
        return Remembered(self.network, total, self.progress)

    def about(self, chosen: Group) -> Symmetry:
        """Derive and test one symmetry."""
        network, fields = self.network, self.fields
        elements, seed = self.drawn
        derived = derive(network, chosen, seed) if self.derivation else None
        if self.method == "sampled":
            return self._sampled(chosen, derived, "")
        odd = chosen.name == "sign of f"
        orders = tuple(range(1, self.orders[-1] + 1, 2)) if odd else self.orders
        try:
            test = ExactTest(
                network, chosen, fields, orders, elements=elements, seed=seed, correlators=self.correlators
            )
            return Symmetry(network, chosen, fields, derived, test.violations(), test.power_of_n())
        except NotAvailable as error:
            if self.method == "exact" or (derived is not None and derived.holds):
                return Symmetry(network, chosen, fields, derived, (), untested=error.said)
            return self._sampled(chosen, derived, f"{error.said}; ")

    def _sampled(self, chosen: Group, derived: Derivation | None, why: str) -> Symmetry:
        """Test by sampling, and say why if that cannot be."""
        fields = FieldSet(self.fields.inputs) if chosen.acts_on == "outputs" else self.fields
        try:
            told = self.progress if self.method == "sampled" else None
            sampled = sampled_violation(self.network, chosen, fields, self.orders, self.plan, told)
        except NotAvailable as error:
            return Symmetry(self.network, chosen, fields, derived, (), untested=f"{why}{error.said}")
        return Symmetry(self.network, chosen, fields, derived, sampled.violations, sampled_test=sampled)
