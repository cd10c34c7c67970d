"""``nnft neurons``: correlators of every width from single hidden neurons."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.checkpoint_beside import checkpoint_beside, say_interrupted
from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import ArchitectureParameters
from nnft_sym.parameters.field_points import FieldParameters
from nnft_sym.parameters.kept import BESIDE, KeptParameters
from nnft_sym.parameters.orders import order_help
from nnft_sym.parameters.outputs import DATA, OutputFile, output
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused, Word
from nnft_sym.parameters.runs import ANY_WIDTHS, NEURON_BLOCKS, NEURONS, SEED

if TYPE_CHECKING:
    from numerics.networks.base import Network
    from numerics.results.joint_correlators import Correlators
    from numerics.sampling.neurons.neuron_ensemble import NeuronEnsemble


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
    order: Annotated[str, Parameter(Word(("2", "4", "6")), order_help("neurons"))] = "6"
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


@dataclass(frozen=True, kw_only=True)
class NeuronFile(KeptParameters):
    """Where the numbers go."""

    out: Annotated[OutputFile | None, output(DATA, f"Also write the numbers of all widths, {BESIDE}")] = None


@click.command(name="neurons", cls=ParameterCommand)
@takes(net=ArchitectureParameters, fields=FieldParameters, run=NeuronParameters, kept=NeuronFile)
@json_option
def command(
    net: ArchitectureParameters,
    fields: FieldParameters,
    run: NeuronParameters,
    kept: NeuronFile,
    as_json: bool,
) -> int:
    """Correlators of networks of any width from a sample of single neurons, with errors.

    The neurons of a network are independent and alike, so full and connected functions of every width follow
    from one sample of neurons, without bias. Relative errors do not grow with the width, unlike those of
    sampled networks, whose connected functions drown in noise. Use it where `nnft cumulant` has no exact
    answer, or to check it. A run with --out keeps a checkpoint FILE.checkpoint; after Ctrl-C or a crash the
    same command with --resume continues it and gives the same numbers to the last bit.
    """
    from nnft_sym.jsonio import dumps
    from numerics.results.at_widths import AtWidths
    from numerics.sampling.neurons.neuron_ensemble import NeuronEnsemble
    from numerics.sampling.runs.run import SamplingInterrupted

    target = kept.target
    checkpoint = None if target is None else checkpoint_beside(target, kept.resume)
    network = net.of_width(1, fields.d_in)
    ensemble = NeuronEnsemble(network, fields.field_set(), run.seed, tilted=run.tilted)
    try:
        found = _sampled(ensemble, run, checkpoint)
    except SamplingInterrupted as interrupted:
        return say_interrupted(f"{interrupted.n_networks:,} neurons", target is not None)
    if target is not None:
        AtWidths({width: found.at_width(width) for width in run.widths}).save(target)
    if as_json:
        click.echo(dumps(_answer(network, fields, run, found)))
    else:
        _show_all(network, run, found)
    return 0


def _sampled(ensemble: "NeuronEnsemble", run: NeuronParameters, checkpoint: Path | None) -> "Correlators":
    """Draw neurons, telling how far it is."""
    from nnft_sym.progress.bars import TerminalProgress
    from nnft_sym.progress.patience import policy_of
    from numerics.sampling.runs.checkpoints import Checkpoint, Pace

    kept = None if checkpoint is None else Checkpoint(checkpoint, policy_of(Pace))
    with TerminalProgress("neurons") as progress:
        return ensemble.sample(run.neurons, int(run.order), run.blocks, progress.sampling, kept)


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
