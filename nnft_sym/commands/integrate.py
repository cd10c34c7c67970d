"""``nnft integrate``: one diagram to a number."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import WIDTH_READER, ArchitectureParameters
from nnft_sym.parameters.field_points import CUTOFF, PointParameters
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Number, Refused, Text, Word

if TYPE_CHECKING:
    from diagrams import Diagram
    from numerics.networks.base import Network
    from numerics.results.estimate import Estimate

#: Names of methods: those of `numerics.integrals.solve.methods.METHODS`, which is not loaded for a help page.
_METHODS = ("auto", "closed", "grid", "cubature", "qmc")

_EXAMPLES = """
\b
Examples
  nnft integrate --net gauss --diagram x1-y1,x2-y1,y1-y1 --points "0;0.5"
  nnft integrate --net erf --diagram x1-y1,x2-y1,x3-y1,x4-y1 --points "0;0.5;0.5;1" --cutoff 100
  nnft integrate --net cos --around network --width 5 --diagram x1-y1,x2-y1-y1-y1 --points "0;0.7" --cutoff 1
"""

DIAGRAM = Parameter(
    Text(),
    "Lines, as in 'x1-y1,x2-y1,y1-y1': x external, y vertex, counted from 1. Around a network also "
    "blobs, x2-y1-y1-y1.",
    metavar="EDGES",
)
AROUND = Parameter(
    Word(("gaussian", "network")),
    "What diagrams are made of: the kernel, or the connected correlators of the network of --width neurons, "
    "G_c for a blob and the full K for every line.",
)
NEURONS = Parameter(WIDTH_READER, "With --around network: number N of hidden neurons.")
RTOL = Parameter(Number(), "Accuracy asked for, relative to ∫∏|K|.")
STRICT = Parameter(Flag(), "Refuse (exit code 2) where that accuracy is not reached.")
METHOD = Parameter(
    Word(_METHODS), "Closed form, contraction on a grid, adaptive cubature, quasi-Monte-Carlo."
)


@dataclass(frozen=True, kw_only=True)
class IntegralParameters(PointParameters):
    """What is integrated, over what, and how."""

    diagram: Annotated[str, DIAGRAM]
    cutoff: Annotated[float | None, CUTOFF] = None
    rtol: Annotated[float, RTOL] = 1e-10
    strict: Annotated[bool, STRICT] = False
    method: Annotated[str, METHOD] = "auto"
    around: Annotated[str, AROUND] = "gaussian"
    width: Annotated[int | None, NEURONS] = None

    def __post_init__(self) -> None:
        if (self.width is not None) is not (self.around == "network"):
            given = "no width was" if self.width is None else f"{self.width} was"
            raise Refused.about(
                "width",
                f"{given} given with --around {self.around}; around a network its correlators are those at "
                "a width, and the kernel is the same at every width: give --around network and --width N "
                "together, or neither",
            )
        if self.width is not None and self.method not in ("auto", "grid"):
            raise Refused.about(
                "method",
                f"{self.method!r} was given with --around network, where integrals are sums over grids; "
                "leave it out",
            )


@click.command(name="integrate", cls=ParameterCommand, epilog=_EXAMPLES)
@takes(net=ArchitectureParameters, asked=IntegralParameters)
@json_option
def command(net: ArchitectureParameters, asked: IntegralParameters, as_json: bool) -> None:
    """Integrate the product of kernels of one diagram: no sign, coupling, multiplicity or 1/V!.

    A line that touches a vertex is K_W (self-loops too), a line between external points the full K. Around a
    network every line is the full K.
    """
    from diagrams import Diagram
    from nnft_sym.jsonio import dumps

    network = net.of_width(asked.width or 1, asked.d_in)
    diagram = Diagram.from_edge_string(asked.diagram)
    found = integrated(diagram, network, asked)
    if as_json:
        click.echo(dumps(_answer(diagram, network, asked, found)))
    else:
        _show(diagram, network, found)


def integrated(diagram: "Diagram", network: "Network", asked: IntegralParameters) -> "Estimate":
    """Integrate, and say what to do in the words of the command line."""
    from nnft_sym.progress.predictions import integral_progress
    from numerics.errors import DivergentIntegral
    from numerics.fields.points import as_points
    from numerics.integrals.integrator import integrate
    from numerics.integrals.network_integrator import NetworkIntegrator
    from numerics.integrals.questions.limits import Accuracy
    from numerics.integrals.rules.domains import Box, WholeSpace
    from numerics.integrals.solve.methods import as_method

    points = as_points(asked.points)
    domain = WholeSpace() if asked.cutoff is None else Box(asked.cutoff)
    accuracy = Accuracy(rtol=asked.rtol, strict=asked.strict)
    try:
        with integral_progress() as progress:
            if asked.around == "network":
                return NetworkIntegrator(network, domain, accuracy, progress).integrate(diagram, points)
            method = as_method(asked.method)
            return integrate(
                diagram, network.kernel, points, domain, method=method, accuracy=accuracy, progress=progress
            )
    except DivergentIntegral as error:
        raise DivergentIntegral(f"{error}, with --cutoff 10 for instance") from error


def _answer(
    diagram: "Diagram", network: "Network", asked: IntegralParameters, found: "Estimate"
) -> dict[str, object]:
    """Put everything into the words of the JSON answer."""
    return {
        **network_json(network, width=asked.around == "network"),
        "around": asked.around,
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
