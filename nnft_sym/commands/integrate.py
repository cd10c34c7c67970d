"""``nnft integrate``: one diagram to a number."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import ArchitectureParameters
from nnft_sym.parameters.field_points import CUTOFF, PointParameters
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Number, Text, Word

if TYPE_CHECKING:
    from diagrams import Diagram
    from numerics.networks.base import Network
    from numerics.results.estimate import Estimate

#: Name on the command line -> name of the `numerics.integrals.solve.methods.Method`.
_METHODS = {
    "auto": "AUTOMATIC",
    "closed": "CLOSED_FORM",
    "grid": "GRID",
    "cubature": "CUBATURE",
    "qmc": "QUASI_MONTE_CARLO",
}

DIAGRAM = Parameter(Text(), "Lines, as in 'x1-y1,x2-y1,y1-y1': x external, y vertex.", metavar="EDGES")
RTOL = Parameter(Number(), "Accuracy asked for, relative to ∫∏|K|.")
STRICT = Parameter(Flag(), "Refuse (exit code 2) where that accuracy is not reached.")
METHOD = Parameter(
    Word(tuple(_METHODS)), "Closed form, contraction on a grid, adaptive cubature, quasi-Monte-Carlo."
)


@dataclass(frozen=True, kw_only=True)
class IntegralParameters(PointParameters):
    """What is integrated, over what, and how."""

    diagram: Annotated[str, DIAGRAM]
    cutoff: Annotated[float | None, CUTOFF] = None
    rtol: Annotated[float, RTOL] = 1e-10
    strict: Annotated[bool, STRICT] = False
    method: Annotated[str, METHOD] = "auto"


@click.command(name="integrate", cls=ParameterCommand)
@takes(net=ArchitectureParameters, asked=IntegralParameters)
@json_option
def command(net: ArchitectureParameters, asked: IntegralParameters, as_json: bool) -> None:
    """Integrate the product of kernels of one diagram: no sign, coupling, multiplicity or 1/V!.

    A line that touches a vertex is K_W (self-loops too), a line between external points the full K.
    """
    from diagrams import Diagram
    from nnft_sym.jsonio import dumps

    network = net.of_width(1, asked.d_in)
    diagram = Diagram.from_edge_string(asked.diagram)
    found = _integrate(diagram, network, asked)
    if as_json:
        click.echo(dumps(_answer(diagram, network, asked, found)))
    else:
        _show(diagram, network, found)


def _integrate(diagram: "Diagram", network: "Network", asked: IntegralParameters) -> "Estimate":
    """Integrate, and say what to do in the words of the command line."""
    from nnft_sym.progress.predictions import integral_progress
    from numerics.errors import DivergentIntegral
    from numerics.fields.points import as_points
    from numerics.integrals.integrator import integrate
    from numerics.integrals.questions.limits import Accuracy
    from numerics.integrals.rules.domains import Box, WholeSpace
    from numerics.integrals.solve.methods import Method

    try:
        with integral_progress() as progress:
            return integrate(
                diagram,
                network.kernel,
                as_points(asked.points),
                WholeSpace() if asked.cutoff is None else Box(asked.cutoff),
                method=Method[_METHODS[asked.method]],
                accuracy=Accuracy(rtol=asked.rtol, strict=asked.strict),
                progress=progress,
            )
    except DivergentIntegral as error:
        raise DivergentIntegral(f"{error}, with --cutoff 10 for instance") from error


def _answer(
    diagram: "Diagram", network: "Network", asked: IntegralParameters, found: "Estimate"
) -> dict[str, object]:
    """Put everything into the words of the JSON answer."""
    return {
        **network_json(network, width=False),
        "diagram": diagram.edge_string,
        "points": asked.points,
        "cutoff": asked.cutoff,
        "value": float(found.value),
        "error": float(found.error),
        "method": found.method,
        "quality": found.quality,
        "trusted": found.trusted,
        **{key: found.provenance[key] for key in ("rtol", "reached", "accuracy", "integrand", "domain")},
    }


def _show(diagram: "Diagram", network: "Network", found: "Estimate") -> None:
    """Print the table."""
    from nnft_sym.printing.tables import show, table

    rows = [["value", f"{float(found.value):.12g}"], ["error", f"{float(found.error):.1e}"]]
    show(
        f"∫ of {diagram.edge_string}, {network.name}-net, over {found.provenance['domain']}",
        table("", ["", ""], rows),
        f"Method: {found.method}",
        f"Accuracy {found.provenance['accuracy']}",
    )
    if not found.trusted:
        show(f"Note: {found.quality.value}")
