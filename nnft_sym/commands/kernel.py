"""``nnft kernel``: the propagator as a matrix."""

import click

from nnft_sym.commands.options import (
    NetworkOptions,
    json_option,
    net_options,
    network_parameters,
    output_file,
    points_option,
)


@click.command(name="kernel")
@net_options(width=False)
@points_option
@click.option("--out", metavar="FILE", help="Write K to a file, too: .csv or .npy.")
@json_option
def command(
    net: NetworkOptions,
    points: list[list[float]],
    out: str | None,
    as_json: bool,
) -> None:
    """Print the kernel matrices K (the propagator) and K_W (without the output bias)."""
    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import matrix_table, show
    from nnft_sym.storage.matrices import MATRICES, write_matrix
    from numerics.fields.points import as_points

    target = None if out is None else output_file(out, MATRICES)
    network = net.build(points)
    x = as_points(points)
    weight, full = network.kernel.weight(x, x), network.kernel.full(x, x)
    if target is not None:
        write_matrix(full, target)
    if as_json:
        described = network_parameters(network, width=False)
        click.echo(dumps({**described, "points": points, "K": full, "K_weight": weight}))
        return
    show(matrix_table("K (propagator)", full, points), matrix_table("K_W (vertex lines)", weight, points))
