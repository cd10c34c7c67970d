"""``nnft diagram``: what one diagram is, or several."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import KIND, ArchitectureParameters, LawParameters
from nnft_sym.parameters.field_points import CUTOFF, POINTS, Coordinates
from nnft_sym.parameters.outputs import OutputFile, output
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Refused, Whole

if TYPE_CHECKING:
    from diagrams import Diagram
    from diagrams.diagram_facts import Facts
    from numerics.networks.base import Network
    from numerics.results.estimate import Estimate

_EXAMPLES = """
\b
Examples
  nnft diagram x1-y1,x2-y1,y1-y1                                 the first correction of the 2-point function
  nnft diagram 'ee11|ee|' 'e111|e|' --dimension 3                two Nickel indices
  nnft diagram y1-y2,y1-y2,y1-y2 --out theta.svg                 with its picture
  nnft diagram 'eeee|' --net gauss --points "0;0.5;0.5;1"        with its value
  nnft expand 'lambda*f^4' -n 4 --json | nnft diagram -          every diagram of an expansion
"""

DIMENSION = Parameter(
    Whole(1, 99), "Number of dimensions in which divergences at large momenta are counted, lines being 1/p^2."
)
OUT = output((".svg", ".pdf", ".png", ".tex"), "Draw the diagrams, too.")


@dataclass(frozen=True, kw_only=True)
class DiagramParameters:
    """What is asked of every diagram."""

    dimension: Annotated[int, DIMENSION] = 4
    out: Annotated[OutputFile | None, OUT] = None


@dataclass(frozen=True, kw_only=True)
class ValueParameters(LawParameters):
    """A network and points, at which every diagram is integrated; both or neither."""

    kind: Annotated[str | None, KIND] = None
    points: Annotated[Coordinates | None, POINTS] = None
    cutoff: Annotated[float | None, CUTOFF] = None

    def __post_init__(self) -> None:
        if (self.kind is None) is not (self.points is None):
            missing = "kind" if self.kind is None else "points"
            raise Refused.about(
                missing, "nothing was given; for a value both --net and --points are needed, else neither"
            )
        if self.kind is None:
            for field in fields(self):
                value = getattr(self, field.name)
                if value is not None:
                    raise Refused.about(
                        field.name, f"{value} was given without a network; give --net and --points as well"
                    )

    def architecture(self) -> ArchitectureParameters:
        """The network alone."""
        given = {field.name: getattr(self, field.name) for field in fields(ArchitectureParameters)}
        return ArchitectureParameters(**given)


@click.command(name="diagram", cls=ParameterCommand, epilog=_EXAMPLES)
@click.argument("given", nargs=-1, required=True, metavar="EDGES|NICKEL|JSON|@FILE|-...")
@takes(asked=DiagramParameters, at=ValueParameters)
@json_option
def command(given: tuple[str, ...], asked: DiagramParameters, at: ValueParameters, as_json: bool) -> None:
    """Say what a diagram is: symmetry factor, contractions, loops, kinds, divergences; its picture and value.

    Diagrams are written as lines (x1-y1,x2-y1,y1-y1: x external, y vertex), as Nickel indices (ee0|), or as
    JSON; a file (@FILE) or standard input (-) may hold several, one a line. With --net and --points the value
    is that of nnft integrate: no sign, coupling or contractions.
    """
    from diagrams.diagram_facts import facts
    from nnft_sym.jsonio import dumps
    from nnft_sym.parameters.given_diagrams import GivenDiagrams

    diagrams = list(GivenDiagrams().check(given))
    values = list(_values(diagrams, at))
    found = [facts(one, asked.dimension) for one in diagrams]
    files = _drawn(found, asked.out)
    if as_json:
        answers = [facts_json(one) | value for one, (value, _) in zip(found, values, strict=True)]
        drawn = {"files": files} if files else {}
        click.echo(dumps({"dimension": asked.dimension, "diagrams": answers, **drawn, **_network_json(at)}))
        return
    _show(found, [value for _, value in values])
    if files:
        click.echo(f"drawn in {files[0]}")


def facts_json(found: "Facts") -> dict[str, object]:
    """Put what is known about a diagram into the words of JSON."""
    diagram, factor = found.diagram, found.symmetry_factor
    blobs = {"blobs": diagram.blob_labels} if diagram.blobs else {}
    parts = found.divergent_parts
    return {
        "diagram": diagram.edge_string,
        "n_external": diagram.n_external,
        "vertices": diagram.vertex_key,
        "edges": diagram.edge_labels,
        **blobs,
        "symmetry_factor": factor.total,
        "symmetry": {
            "vertex_automorphisms": factor.vertex_automorphisms,
            "parallel_lines": factor.parallel_lines,
            "self_loops": factor.self_loops,
        },
        "multiplicity": found.multiplicity,
        "weight": found.weight,
        "bare_weight": found.bare_weight,
        "labellings": found.labellings,
        "loops": found.loops,
        "nickel": found.nickel,
        **found.kinds,
        "tadpole": found.tadpole,
        "self_loop": found.self_loop,
        "vacuum_parts": found.vacuum_parts,
        "degree_of_divergence": found.degree,
        "divergent_parts": parts and [{"vertices": p.vertices, "degree": p.degree} for p in parts],
    }


def _network_json(at: ValueParameters) -> dict[str, object]:
    if at.points is None:
        return {}
    network = at.architecture().of_width(1, len(at.points[0]))
    return {**network_json(network, width=False), "points": at.points, "cutoff": at.cutoff}


def _values(
    diagrams: "list[Diagram]", at: ValueParameters
) -> "list[tuple[dict[str, object], Estimate | None]]":
    """Integrate every diagram, if a network was given."""
    if at.points is None:
        return [({}, None)] * len(diagrams)
    for diagram in diagrams:
        if diagram.n_external != len(at.points):
            raise Refused.about(
                "points",
                f"as many points as {diagram.edge_string} has external ones are needed, "
                f"{diagram.n_external}, and {len(at.points)} came",
            )
    network = at.architecture().of_width(1, len(at.points[0]))
    return [_value(diagram, network, at) for diagram in diagrams]


def _value(
    diagram: "Diagram", network: "Network", at: ValueParameters
) -> "tuple[dict[str, object], Estimate]":
    from nnft_sym.commands.integrate import IntegralParameters, integrated

    assert at.points is not None
    asked = IntegralParameters(points=at.points, diagram=diagram.edge_string, cutoff=at.cutoff)
    found = integrated(diagram, network, asked)
    answer = {"value": float(found.value), "error": float(found.error), "method": found.method}
    return {**answer, "quality": found.quality, "trusted": found.trusted}, found


def _drawn(found: "list[Facts]", out: OutputFile | None) -> list[str]:
    """Draw the diagrams on one sheet; give the names of the files."""
    if out is None:
        return []
    from diagrams.drawing import save_sheet
    from nnft_sym.printing.picture_captions import CaptionKind, diagram_caption
    from nnft_sym.storage.writing import atomically

    entries = [(one.diagram, diagram_caption(one.diagram, CaptionKind.SYMMETRY_FACTOR)) for one in found]
    atomically(out.target, lambda temporary: save_sheet(temporary, entries))
    return [str(out.target)]


def _show(found: "list[Facts]", values: "list[Estimate | None]") -> None:
    """Print everything about one diagram, or a row for each of several."""
    from nnft_sym.printing.diagram_facts import COLUMNS, facts_row, facts_rows, in_columns
    from nnft_sym.printing.tables import show, table

    if len(found) == 1:
        rows = facts_rows(found[0])
        if (value := values[0]) is not None:
            rows.append(("value", _value_text(value)))
        click.echo(f"{found[0].diagram.edge_string or 'the empty diagram'}\n{in_columns(rows)}")
        return
    valued = any(value is not None for value in values)
    lines = [
        [*facts_row(one), *([_value_text(value)] if value is not None else [])]
        for one, value in zip(found, values, strict=True)
    ]
    show(
        table(f"{len(found)} diagrams", [*COLUMNS, *(["value"] if valued else [])], lines),
        f"S = permutations of vertices x parallel lines x self-loops. ω: degree of divergence in d = "
        f"{found[0].dimension} for propagators 1/p^2, where 1PI. One diagram alone is told more about.",
    )


def _value_text(value: "Estimate") -> str:
    doubt = "" if value.trusted else f" ({value.quality.value})"
    return f"{float(value.value):.10g} ± {float(value.error):.1e}{doubt}"
