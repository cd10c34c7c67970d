"""``nnft cumulant``: the exact finite-width referee."""

import click

from nnft_sym.commands.options import (
    WHOLE_NUMBER,
    NetworkOptions,
    json_option,
    net_options,
    network_parameters,
    outputs_option,
    parse_outputs,
    points_option,
)


@click.command(name="cumulant")
@net_options(width=True)
@points_option
@click.option(
    "--order", type=WHOLE_NUMBER, required=True, help="Number R of points; must be the number given."
)
@outputs_option
@json_option
def command(
    net: NetworkOptions,
    width: int,
    points: list[list[float]],
    order: int,
    outputs: str | None,
    as_json: bool,
) -> None:
    """Exact connected correlator of a finite-width network at exactly R points (repeats allowed)."""
    if order != len(points):
        raise click.UsageError(
            f"--order {order} was given with {len(points)} points; the connected correlator of order R needs "
            "exactly R points (repeat a point to put two fields there)"
        )
    components = parse_outputs(outputs, order)
    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import show, table
    from nnft_sym.progress.bars import TerminalProgress
    from numerics.exact.correlators import exact_cumulant
    from numerics.fields.points import as_points

    network = net.build(points, width)
    with TerminalProgress("feature moments") as told:
        found = exact_cumulant(network, as_points(points), components, told.sampling)
    if as_json:
        click.echo(
            dumps(
                {
                    **network_parameters(network, width=True),
                    "order": order,
                    "points": points,
                    **({} if components is None else {"outputs": components}),
                    "value": float(found.value),
                    "error": float(found.error),
                    "method": found.method,
                    "quality": found.quality,
                }
            )
        )
        return
    rows = [["value", f"{float(found.value):.12g}"], ["error", f"{float(found.error):.1e}"]]
    if components is not None:
        rows.insert(0, ["outputs", ", ".join(map(str, components))])
    show(table(f"Connected {order}-point function of {network.name}-net, N = {width}", ["", ""], rows))
    show(f"Method: {found.method}")
    if not found.trusted:
        show(f"Note: {found.quality.value}")
