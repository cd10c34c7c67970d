"""What is known of one symmetry of one network: derivation, test, verdict."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import final

from nnft_sym.symmetries.derivation import Derivation
from nnft_sym.symmetries.groups import Group, Rotations
from nnft_sym.symmetries.output_tensors import IsotropicTensors, isotropic_tensors
from nnft_sym.symmetries.sampled_result import SampledViolation
from nnft_sym.symmetries.verdicts import Verdict, judge
from nnft_sym.symmetries.violations import Violation, Witness
from numerics.fields.field_set import FieldSet
from numerics.networks.base import Network
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown

#: Numbers in tensors that are listed beside a result, at most; products that are named.
_MANY, _FEW = 1e6, 6
#: Columns of one row for each order.
_COLUMNS = ("order", "violation", "error", "largest correlator", "broken", "method")


@final
@dataclass(frozen=True, eq=False, repr=False)
class Symmetry(Shown):
    """One group of transformations, and whether they are a symmetry of a network.

    Attributes
    ----------
    network : Network
    group : Group
    fields : FieldSet
        Where it was tested.
    derivation : Derivation or None
        None where it was not asked for.
    violations : tuple of Violation
        One for each order; none where correlators could not be compared.
    power : (float, float) or None
        With which power of N the violation goes, and the error of the power.
    untested : str
        Why correlators could not be compared; empty where they were.
    sampled_test : SampledViolation or None
        The joint test, where correlators were sampled.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> net = nn.ErfNet(width=5).with_laws(output="uniform")
    >>> found = nn.symmetry(net, "SO(D) of outputs", [[0.2], [1.0]], (2, 4))
    >>> str(found.verdict), found.holds, found.first_broken_order
    ('holds at 2 points only, broken at 4', False, 4)
    """

    network: Network
    group: Group
    fields: FieldSet
    derivation: Derivation | None
    violations: tuple[Violation, ...]
    power: tuple[float, float] | None = None
    untested: str = ""
    sampled_test: SampledViolation | None = None

    @property
    def p_value(self) -> float | None:
        """Two-sided, for all differences together; None where correlators are exact."""
        return None if self.sampled_test is None else self.sampled_test.p_value

    @cached_property
    def verdict(self) -> Verdict:
        """What follows from derivation and test."""
        return judge(self.derivation, self.violations)

    @property
    def holds(self) -> bool | None:
        """Whether it holds at all orders that were looked at; None where that is open."""
        return self.verdict.holds

    @property
    def first_broken_order(self) -> int | None:
        """Number of points of the lowest correlator that it changes."""
        return self.verdict.first_broken_order

    @property
    def shown_violation(self) -> Violation | None:
        """That of the first broken order; the largest of all where nothing is broken."""
        first = self.first_broken_order
        if first is not None:
            return next(one for one in self.violations if one.order == first)
        return max(self.violations, key=lambda one: (one.relative, one.order), default=None)

    @property
    def violation(self) -> Estimate | None:
        """Size of the largest difference with its error; None where nothing was compared."""
        return None if self.shown_violation is None else self.shown_violation.largest

    @property
    def witness(self) -> Witness | None:
        """The smallest correlator of the first broken order that shows it."""
        return None if self.shown_violation is None else self.shown_violation.witness

    @property
    def power_of_n(self) -> float | None:
        """With which power of N the violation goes."""
        return None if self.power is None else self.power[0]

    @cached_property
    def tensors(self) -> Mapping[int, IsotropicTensors]:
        """What correlators of an isotropic field are made of, by order; for O(D) and SO(D) of outputs."""
        group = self.group
        if not isinstance(group, Rotations) or group.acts_on != "outputs":
            return {}
        orders = [one.order for one in self.violations]
        small = [order for order in orders if group.dimension**order * order**4 < _MANY]
        return {n: isotropic_tensors(n, group.dimension, special=group.special) for n in small}

    def as_json(self) -> dict[str, object]:
        """Put everything into the words of the JSON answer."""
        derivation, witness, violation = self.derivation, self.witness, self.violation
        return {
            "group": self.group.name,
            "holds": self.holds,
            "verdict": str(self.verdict),
            "derivation": None if derivation is None else [line.words for line in derivation.lines],
            "derivation_latex": None if derivation is None else [line.latex for line in derivation.lines],
            "derived": None if derivation is None else derivation.holds,
            "first_broken_order": self.first_broken_order,
            "violation": None if violation is None else float(violation.value),
            "error": None if violation is None else float(violation.error),
            "power_of_N": self.power_of_n,
            "power_error": None if self.power is None else self.power[1],
            "p_value": self.p_value,
            "orders": [_order_json(one) for one in self.violations],
            "tensors": [
                {"order": order, "products": one.names, "independent": one.rank}
                for order, one in self.tensors.items()
            ],
            "witness": None if witness is None else witness.as_json(),
            "untested": self.untested or None,
        }

    def plain_fields(self) -> Content:
        """Give it as plain fields, one row for each order."""

        def rows() -> Iterator[tuple[object, ...]]:
            for one in self.violations:
                value, error = float(one.largest.value), float(one.largest.error)
                yield one.order, value, error, one.scale, _broken(one), one.largest.method

        steps = () if self.derivation is None else self.derivation.lines
        facts: dict[str, object] = {
            "network": repr(self.network),
            "verdict": str(self.verdict),
            "power of N": self.power_of_n,
            "p-value": self.p_value,
            "witness": "" if self.witness is None else str(self.witness),
            "not tested": self.untested,
            **{f"derivation, step {number}": line.words for number, line in enumerate(steps, start=1)},
        }
        return Content(f"Symmetry: {self.group.name}", facts, _COLUMNS, rows, len(self.violations))

    @property
    def tensors_in_words(self) -> str:
        """Products of δ and ε, and how many are independent; empty for other groups."""
        found = [
            f"{order} points: "
            + (", ".join(one.names) if len(one.names) <= _FEW else f"{len(one.names)} products")
            + (f" ({one.rank} independent)" if one.rank < len(one.names) else "")
            for order, one in self.tensors.items()
            if one.names
        ]
        return "; ".join(found)

    def __repr__(self) -> str:
        lines = [f"<{self.group.name} of {self.network!r}: {self.verdict}"]
        if self.derivation is not None:
            lines += [f"  {line}" for line in str(self.derivation).splitlines()]
        lines += [
            f"  {one.order} points: largest difference {float(one.largest.value):.3g} "
            f"(error {float(one.largest.error):.1g})"
            for one in self.violations
        ]
        lines += [] if self.p_value is None else [f"  sampled: p = {self.p_value:.2g} for all together"]
        lines += [f"  {self.witness}"] if self.witness is not None else []
        return "\n".join([*lines, *([f"  not tested: {self.untested}"] if self.untested else [])]) + ">"

    @property
    def latex(self) -> str:
        """The derivation, and the verdict below it."""
        from nnft_sym.symmetries.derivation_latex import plain_latex

        steps = "" if self.derivation is None else f"{self.derivation.latex}\n"
        words = plain_latex(f"{self.group.name} of {self.network!r}: {self.verdict}.")
        shown = "" if self.witness is None else f"\n\n{plain_latex(f'{self.witness}.')}"
        return f"{steps}{words}{shown}"


def _order_json(one: Violation) -> dict[str, object]:
    return {
        "order": one.order,
        "violation": float(one.largest.value),
        "error": float(one.largest.error),
        "scale": one.scale,
        "broken": one.broken,
        "method": one.largest.method,
        **({} if one.evidence is None else dict(one.evidence)),
    }


def _broken(one: Violation) -> str:
    return "not decided" if one.broken is None else "yes" if one.broken else "no"
