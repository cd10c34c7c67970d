"""``nnft neurons``: correlators of every width from single hidden neurons."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import ArchitectureParameters
from nnft_sym.parameters.field_points import FieldParameters
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused, Word
from nnft_sym.parameters.runs import ANY_WIDTHS, NEURON_BLOCKS, NEURONS, SEED

if TYPE_CHECKING:
    from numerics.networks.base import Network
    from numerics.results.joint_correlators import Correlators


@dataclass(frozen=True, kw_only=True)
class NeuronParameters:
    """Single neurons, for networks of every width.

    Attributes
    ----------
    neurons : int
    widths : tuple of int
    order : int
        Highest order.
    tilted : bool
    blocks, seed : int
    """

    neurons: Annotated[int, NEURONS]
    widths: Annotated[tuple[int, ...], ANY_WIDTHS]
    order: Annotated[str, Parameter(Word(("2", "4", "6")), "Highest order.")] = "6"
    tilted: Annotated[bool, Parameter(Flag(), "Gauss only: draw neurons where their products are large.")] = (
        False
    )
    blocks: Annotated[int, NEURON_BLOCKS] = 200
    seed: Annotated[int, SEED] = 0

    def __post_init__(self) -> None:
        if self.blocks > self.neurons:
            raise Refused(
                f"{self.neurons} neurons in {self.blocks} blocks were asked for; every block needs a neuron: "
                "draw more neurons, or fewer blocks"
            )


@click.command(name="neurons", cls=ParameterCommand)
@takes(net=ArchitectureParameters, fields=FieldParameters, run=NeuronParameters)
@json_option
def command(
    net: ArchitectureParameters, fields: FieldParameters, run: NeuronParameters, as_json: bool
) -> None:
    """Correlators of networks of any width from a sample of single neurons, with errors.

    The neurons of a network are independent and alike, so full and connected functions of every width follow
    from one sample of neurons, without bias. Relative errors do not grow with the width, unlike those of
    sampled networks, whose connected functions drown in noise. Use it where `nnft cumulant` has no exact
    answer, or to check it.
    """
    from nnft_sym.jsonio import dumps
    from nnft_sym.progress.bars import TerminalProgress
    from numerics.sampling.neurons.neuron_ensemble import NeuronEnsemble

    network = net.of_width(1, fields.d_in)
    ensemble = NeuronEnsemble(network, fields.field_set(), run.seed, tilted=run.tilted)
    with TerminalProgress("neurons") as progress:
        found = ensemble.sample(run.neurons, int(run.order), run.blocks, progress.sampling)
    if as_json:
        click.echo(dumps(_answer(network, fields, run, found)))
    else:
        _show_all(network, run, found)


def _answer(
    network: "Network", fields: FieldParameters, run: NeuronParameters, found: "Correlators"
) -> dict[str, object]:
    """Put everything into the words of the JSON answer."""
    return {
        **network_json(network, width=False),
        **fields.as_json(),
        "neurons": run.neurons,
        "blocks": run.blocks,
        "seed": run.seed,
        "tilted": run.tilted,
        "widths": [_row(found, width) for width in run.widths],
    }


def _show_all(network: "Network", run: NeuronParameters, found: "Correlators") -> None:
    """Print the tables of all widths."""
    from nnft_sym.printing.tables import show
    from numerics.results.quality import Quality

    for width in run.widths:
        _show(found.at_width(width), f"{network.name}-net, N = {width}")
    heavy = any(one.quality is Quality.HEAVY_TAILED for one in found.values())
    if heavy and network.name == "gauss" and not run.tilted:
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
