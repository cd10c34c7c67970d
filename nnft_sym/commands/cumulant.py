"""``nnft cumulant``: the exact finite-width referee."""

import click

from nnft_sym.commands.options import build_network, json_option, net_options, points_option


@click.command(name="cumulant")
@net_options(width=True)
@points_option
@click.option("--order", type=int, required=True, help="Number R of points; must be the number given.")
@json_option
def command(
    net: str,
    sigma_w: float | None,
    sigma_b: float | None,
    sigma_a: float | None,
    width: int,
    points: list[list[float]],
    order: int,
    as_json: bool,
) -> None:
    """Exact connected correlator of a finite-width network at exactly R points (repeats allowed)."""
    if order != len(points):
        raise click.UsageError(
            f"--order {order} was given with {len(points)} points; the connected correlator of order R needs "
            "exactly R points (repeat a point to put two fields there)"
        )
    from nnft_sym.jsonio import dumps
    from nnft_sym.tables import show, table
    from numerics.exact import exact_cumulant
    from numerics.points import as_points

    network = build_network(net, points, sigma_w, sigma_b, sigma_a, width)
    found = exact_cumulant(network, as_points(points))
    if as_json:
        click.echo(
            dumps(
                {
                    "net": network.name,
                    "width": width,
                    "order": order,
                    "points": points,
                    "value": float(found.value),
                    "error": float(found.error),
                    "method": found.method,
                    "quality": found.quality,
                }
            )
        )
        return
    rows = [["value", f"{float(found.value):.12g}"], ["error", f"{float(found.error):.1e}"]]
    show(table(f"Connected {order}-point function of {network.name}-net, N = {width}", ["", ""], rows))
    show(f"Method: {found.method}")
    if not found.trusted:
        show(f"Note: {found.quality.value}")
