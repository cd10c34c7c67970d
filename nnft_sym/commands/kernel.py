"""``nnft kernel``: the propagator as a matrix."""

import click

from nnft_sym.commands.options import build_network, json_option, net_options, points_option


@click.command(name="kernel")
@net_options(width=False)
@points_option
@json_option
def command(
    net: str,
    sigma_w: float | None,
    sigma_b: float | None,
    sigma_a: float | None,
    points: list[list[float]],
    as_json: bool,
) -> None:
    """Print the kernel matrices K (the propagator) and K_W (without the output bias)."""
    from nnft_sym.commands.cumulant import sigmas
    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import matrix_table, show
    from numerics.fields.points import as_points

    network = build_network(net, points, sigma_w, sigma_b, sigma_a)
    x = as_points(points)
    weight, full = network.kernel.weight(x, x), network.kernel.full(x, x)
    if as_json:
        fields = {"net": network.name, **sigmas(network), "points": points, "K": full, "K_weight": weight}
        click.echo(dumps(fields))
        return
    show(matrix_table("K (propagator)", full, points), matrix_table("K_W (vertex lines)", weight, points))
