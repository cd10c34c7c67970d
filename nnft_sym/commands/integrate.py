"""``nnft integrate``: one diagram to a number."""

import click

from nnft_sym.commands.options import build_network, json_option, net_options, points_option


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
@json_option
def command(
    net: str,
    sigma_w: float | None,
    sigma_b: float | None,
    sigma_a: float | None,
    diagram: str,
    points: list[list[float]],
    cutoff: float | None,
    as_json: bool,
) -> None:
    """Integrate the product of kernels of one diagram: no sign, coupling, multiplicity or 1/V!.

    A line that touches a vertex is K_W (self-loops too), a line between external points the full K.
    """
    from diagrams import Diagram
    from nnft_sym.jsonio import dumps
    from nnft_sym.tables import show, table
    from numerics.domains import Box, WholeSpace
    from numerics.integration import integrate
    from numerics.points import as_points

    network = build_network(net, points, sigma_w, sigma_b, sigma_a)
    parsed = Diagram.from_edge_string(diagram)
    domain = WholeSpace() if cutoff is None else Box(cutoff)
    found = integrate(parsed, network.kernel, as_points(points), domain)
    if as_json:
        click.echo(
            dumps(
                {
                    "net": network.name,
                    "diagram": parsed.edge_string,
                    "points": points,
                    "cutoff": cutoff,
                    "value": float(found.value),
                    "error": float(found.error),
                    "method": found.method,
                    "quality": found.quality,
                }
            )
        )
        return
    rows = [["value", f"{float(found.value):.12g}"], ["error", f"{float(found.error):.1e}"]]
    show(table(f"∫ of {parsed.edge_string}, {network.name}-net", ["", ""], rows), f"Method: {found.method}")
    if not found.trusted:
        show(f"Note: {found.quality.value}")
