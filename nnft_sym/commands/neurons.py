"""``nnft neurons``: correlators of every width from single hidden neurons."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import (
    WHOLE_NUMBER,
    build_network,
    json_option,
    net_options,
    network_parameters,
    outputs_option,
    parse_outputs,
    points_option,
)
from nnft_sym.commands.widths import parse_widths

if TYPE_CHECKING:
    from numerics.results.joint_correlators import Correlators


@click.command(name="neurons")
@net_options(width=False)
@click.option("--neurons", type=WHOLE_NUMBER, required=True, help="Number of neurons to draw.")
@click.option("--widths", required=True, help="Numbers N of hidden neurons of the networks, as in 2,10,1000.")
@points_option
@outputs_option
@click.option(
    "--order", type=click.Choice(["2", "4", "6"]), default="6", show_default=True, help="Highest order."
)
@click.option("--tilted", is_flag=True, help="Gauss only: draw neurons where their products are large.")
@click.option(
    "--blocks", type=WHOLE_NUMBER, default=200, show_default=True, help="Blocks of neurons for the errors."
)
@click.option("--seed", type=WHOLE_NUMBER, default=0, show_default=True)
@json_option
def command(
    net: str,
    sigma_w: float | None,
    sigma_b: float | None,
    sigma_a: float | None,
    neurons: int,
    widths: str,
    points: list[list[float]],
    outputs: str | None,
    order: str,
    tilted: bool,
    blocks: int,
    seed: int,
    as_json: bool,
) -> None:
    """Correlators of networks of any width from a sample of single neurons, with errors.

    The neurons of a network are independent and alike, so full and connected functions of every width follow
    from one sample of neurons, without bias. Relative errors do not grow with the width, unlike those of
    sampled networks, whose connected functions drown in noise. Use it where `nnft cumulant` has no exact
    answer, or to check it.
    """
    wanted, components = parse_widths(widths, least=1), parse_outputs(outputs, len(points))
    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import show
    from nnft_sym.progress.bars import TerminalProgress
    from numerics.fields.points import as_points
    from numerics.results.quality import Quality
    from numerics.sampling.neurons.neuron_ensemble import NeuronEnsemble

    network = build_network(net, points, sigma_w, sigma_b, sigma_a)
    ensemble = NeuronEnsemble(network, as_points(points), seed, components, tilted)
    with TerminalProgress("neurons") as progress:
        found = ensemble.sample(neurons, int(order), blocks, progress.sampling)
    if as_json:
        head = {
            "net": network.name,
            **network_parameters(network, width=False),
            "points": points,
            **({} if components is None else {"outputs": components}),
            "neurons": neurons,
            "blocks": blocks,
            "seed": seed,
            "tilted": tilted,
        }
        click.echo(dumps({**head, "widths": [_row(found, width) for width in wanted]}))
        return
    for width in wanted:
        _show(found.at_width(width), f"{network.name}-net, N = {width}")
    heavy = any(one.quality is Quality.HEAVY_TAILED for one in found.values())
    if heavy and network.name == "gauss" and not tilted:
        show("With --tilted the neurons are drawn where the tail is, and the errors are right.")


def _row(found: "Correlators", width: int) -> dict[str, object]:
    """Put one width into the words of the JSON answer."""
    there = found.at_width(width)
    orders = []
    for order, full in there.items():
        connected = there.connected()[order]
        orders.append(
            {
                "order": order,
                "indices": full.indices,
                "value": full.value,
                "error": full.error,
                "connected": connected.value,
                "connected_error": connected.error,
                "quality": full.quality,
            }
        )
    return {"width": width, "orders": orders}


def _show(found: "Correlators", network: str) -> None:
    """Print the tables of one width."""
    from nnft_sym.printing.tables import show, table

    for order, full in found.items():
        connected = found.connected()[order]
        columns = (full.indices.tolist(), full.value, full.error, connected.value, connected.error)
        rows = [
            [" ".join(map(str, row)), f"{value:.6g}", f"{error:.2g}", f"{part:.6g}", f"{rest:.2g}"]
            for row, value, error, part, rest in zip(*columns, strict=True)
        ]
        title = f"{order}-point function of {network}"
        show(table(title, ["indices", "value", "error (1σ)", "connected", "error (1σ)"], rows))
        show(f"Quality: {full.quality.value}.")
