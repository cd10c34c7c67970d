"""``nnft integrate``: one diagram to a number."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import (
    NetworkOptions,
    json_option,
    net_options,
    network_parameters,
    points_option,
)

if TYPE_CHECKING:
    from diagrams import Diagram
    from numerics.networks.architectures import Network
    from numerics.results.estimate import Estimate

#: Name on the command line -> name of the `numerics.integrals.solve.methods.Method`.
_METHODS = {
    "auto": "AUTOMATIC",
    "closed": "CLOSED_FORM",
    "grid": "GRID",
    "cubature": "CUBATURE",
    "qmc": "QUASI_MONTE_CARLO",
}


@click.command(name="integrate")
@net_options(width=False)
@click.option(
    "--diagram",
    required=True,
    metavar="EDGES",
    help="Lines, as in 'x1-y1,x2-y1,y1-y1': x external, y vertex.",
)
@points_option
@click.option("--cutoff", type=float, help="Integrate over the box [-L, L]^d. [default: all of R^d]")
@click.option(
    "--rtol", type=float, default=1e-10, show_default=True, help="Accuracy asked for, relative to ∫∏|K|."
)
@click.option("--strict", is_flag=True, help="Refuse (exit code 2) where that accuracy is not reached.")
@click.option(
    "--method",
    type=click.Choice(list(_METHODS)),
    default="auto",
    show_default=True,
    help="Closed form, contraction on a grid, adaptive cubature, quasi-Monte-Carlo.",
)
@json_option
def command(
    net: NetworkOptions,
    diagram: str,
    points: list[list[float]],
    cutoff: float | None,
    rtol: float,
    strict: bool,
    method: str,
    as_json: bool,
) -> None:
    """Integrate the product of kernels of one diagram: no sign, coupling, multiplicity or 1/V!.

    A line that touches a vertex is K_W (self-loops too), a line between external points the full K.
    """
    from diagrams import Diagram
    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import show, table

    network = net.build(points)
    parsed = Diagram.from_edge_string(diagram)
    found = _integrate(parsed, network, points, cutoff, rtol, strict, _METHODS[method])
    accuracy = str(found.provenance["accuracy"])
    if as_json:
        click.echo(dumps(_content(parsed, network, points, cutoff, found)))
        return
    rows = [["value", f"{float(found.value):.12g}"], ["error", f"{float(found.error):.1e}"]]
    show(
        f"∫ of {parsed.edge_string}, {network.name}-net, over {found.provenance['domain']}",
        table("", ["", ""], rows),
        f"Method: {found.method}",
        f"Accuracy {accuracy}",
    )
    if not found.trusted:
        show(f"Note: {found.quality.value}")


def _integrate(
    diagram: "Diagram",
    network: "Network",
    points: list[list[float]],
    cutoff: float | None,
    rtol: float,
    strict: bool,
    method: str,
) -> "Estimate":
    """Integrate, and say what to do in the words of the command line."""
    from nnft_sym.progress.predictions import integral_progress
    from numerics.errors import DivergentIntegral, InvalidDomain
    from numerics.fields.points import as_points
    from numerics.integrals.integrator import integrate
    from numerics.integrals.questions.limits import Accuracy
    from numerics.integrals.rules.domains import Box, WholeSpace
    from numerics.integrals.solve.methods import Method

    if cutoff is not None and not 0.0 < cutoff < float("inf"):
        raise InvalidDomain(
            f"--cutoff {cutoff:g} given; the box [-L, L]^d needs a positive finite L. Leave the option out "
            "to integrate over all of R^d"
        )
    domain = WholeSpace() if cutoff is None else Box(cutoff)
    accuracy = Accuracy(rtol=rtol, strict=strict)
    try:
        with integral_progress() as progress:
            return integrate(
                diagram,
                network.kernel,
                as_points(points),
                domain,
                method=Method[method],
                accuracy=accuracy,
                progress=progress,
            )
    except DivergentIntegral as error:
        raise DivergentIntegral(f"{error}: --cutoff L") from error


def _content(
    diagram: "Diagram",
    network: "Network",
    points: list[list[float]],
    cutoff: float | None,
    found: "Estimate",
) -> dict[str, object]:
    """What ``--json`` prints."""
    return {
        **dict.fromkeys(("sigma_w", "sigma_b", "sigma_a")),
        **network_parameters(network, width=False),
        "diagram": diagram.edge_string,
        "points": points,
        "cutoff": cutoff,
        "value": float(found.value),
        "error": float(found.error),
        "method": found.method,
        "quality": found.quality,
        "trusted": found.trusted,
        **{key: found.provenance[key] for key in ("rtol", "reached", "accuracy", "integrand", "domain")},
    }
