"""``nnft sample``: measure the correlators of an ensemble."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.checkpoint_beside import INTERRUPTED, checkpoint_beside
from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import NetworkParameters
from nnft_sym.parameters.field_points import FieldParameters
from nnft_sym.parameters.kept import KeptParameters
from nnft_sym.parameters.readers import Refused
from nnft_sym.parameters.runs import BLOCKS, CLUSTER, ESTIMATOR, NETWORKS, ORDERS, PRECISION, SEED, THREADS

if TYPE_CHECKING:
    from numerics.results.joint_correlators import Correlators
    from numerics.results.quality import Quality
    from numerics.sampling.ensemble import Ensemble
    from numerics.sampling.runs.run import SamplingInterrupted

#: More networks than this are not proposed.
MOST_NEEDED = 1e12


@dataclass(frozen=True, kw_only=True)
class SampleParameters:
    """One ensemble.

    Attributes
    ----------
    networks : int
    orders : tuple of int
    seed, blocks : int
    estimator, precision : str
    threads : int or None
    cluster : str or None
    """

    networks: Annotated[int, NETWORKS]
    orders: Annotated[tuple[int, ...], ORDERS] = (2, 4, 6)
    seed: Annotated[int, SEED] = 0
    estimator: Annotated[str, ESTIMATOR] = "plain"
    precision: Annotated[str, PRECISION] = "double"
    blocks: Annotated[int, BLOCKS] = 1000
    threads: Annotated[int | None, THREADS] = None
    cluster: Annotated[str | None, CLUSTER] = None

    def __post_init__(self) -> None:
        if self.cluster is not None and self.threads is not None:
            raise Refused("threads and a cluster were both given; a cluster has threads of its own")


@click.command(name="sample", cls=ParameterCommand)
@takes(net=NetworkParameters, fields=FieldParameters, run=SampleParameters, kept=KeptParameters)
@json_option
def command(
    net: NetworkParameters,
    fields: FieldParameters,
    run: SampleParameters,
    kept: KeptParameters,
    as_json: bool,
) -> int:
    """Sample M networks and print their correlators with errors (one standard deviation of the mean).

    A run with --out keeps a checkpoint FILE.checkpoint. After Ctrl-C, a crash or a full disk the same command
    with --resume continues it and gives the same numbers to the last bit. Multiply --networks and --blocks by
    the same whole number to make a finished run longer.
    """
    from numerics.sampling.ensemble import Ensemble
    from numerics.sampling.runs.run import SamplingInterrupted

    target = kept.target
    checkpoint = None if target is None else checkpoint_beside(target, kept.resume)
    network = net.of_width(net.width, fields.d_in)
    ensemble = Ensemble(network, fields.field_set(), run.seed, run.precision, run.estimator)
    try:
        found = _sampled(ensemble, run, checkpoint)
    except SamplingInterrupted as interrupted:
        return _keep_partial(interrupted, ensemble, run.networks, target, as_json)
    _deliver(found, ensemble, run.networks, target, as_json)
    return 0


def _sampled(ensemble: "Ensemble", run: SampleParameters, checkpoint: Path | None) -> "Correlators":
    """Sample, telling how far it is."""
    from nnft_sym.progress.bars import TerminalProgress
    from nnft_sym.progress.patience import policy_of
    from numerics.sampling.runs.checkpoints import Checkpoint, Pace

    with TerminalProgress() as progress:
        return ensemble.correlators(
            run.networks,
            orders=run.orders,
            n_blocks=run.blocks,
            n_threads=run.threads,
            progress=progress.sampling,
            checkpoint=None if checkpoint is None else Checkpoint(checkpoint, policy_of(Pace)),
            cluster=run.cluster,
        )


def _keep_partial(
    interrupted: "SamplingInterrupted", ensemble: "Ensemble", networks: int, out: Path | None, as_json: bool
) -> int:
    """Deliver what was done before Ctrl-C."""
    done = f"{interrupted.n_networks:,} networks"
    if interrupted.partial is None:
        message = f"nnft: interrupted after {done}, too few blocks for an error"
    else:
        _deliver(interrupted.partial, ensemble, networks, out, as_json)
        message = f"nnft: interrupted; these are the first {done}"
        if out is not None:
            message += f", also in {str(out)!r}"
    if out is not None:
        message += "; the same command with --resume continues"
    click.echo(message, err=True)
    return INTERRUPTED


def _deliver(
    found: "Correlators", ensemble: "Ensemble", requested: int, out: Path | None, as_json: bool
) -> None:
    """Write the file and print the numbers."""
    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import correlator_table, show
    from nnft_sym.storage.sample_files import has_connected, write_sample

    if out is not None:
        write_sample(found, ensemble.network, out)
    if as_json:
        click.echo(dumps(_answer(found, ensemble, requested)))
        return
    for order in found.orders:
        one = found[order]
        show(correlator_table(f"{order}-point function", one.indices, one.value, one.error))
        show(_judgement(one.quality, found.n_samples, one.evidence["networks_needed"]))
        if has_connected(found, order):
            part = found.connected()[order]
            show(correlator_table(f"Connected {order}-point function", part.indices, part.value, part.error))
            show(_judgement(part.quality, found.n_samples, part.evidence["networks_needed"]))


def _judgement(quality: "Quality", drawn: int, networks: float) -> str:
    """Say whether an error bar can be trusted, and else, rounded up to one digit, from how many networks on.

    Examples
    --------
    >>> from numerics.results.quality import Quality
    >>> _judgement(Quality.TOO_FEW_SAMPLES, 500, 31_200.0)[-57:]
    'right; sample more networks (at least 40,000 are needed).'
    """
    from numerics.results.quality import Quality

    if quality is not Quality.TOO_FEW_SAMPLES or not drawn < networks < MOST_NEEDED:
        return f"Quality: {quality.value}."
    unit = 10 ** (len(str(int(networks))) - 1)
    least = -int(-networks // unit) * unit
    return f"Quality: {quality.value} (at least {least:,} are needed)."


def _answer(found: "Correlators", ensemble: "Ensemble", requested: int) -> dict[str, object]:
    """Put everything into the words of the JSON answer."""
    return {
        **network_json(ensemble.network, width=True),
        "points": found.points,
        **({} if ensemble.fields.single_output else {"outputs": ensemble.fields.outputs}),
        "networks": found.n_samples,
        "requested": requested,
        "complete": found.n_samples == requested,
        "seed": ensemble.seed,
        "precision": ensemble.precision,
        "estimator": ensemble.estimator,
        "blocks": found.n_blocks,
        "orders": [_row(found, order) for order in found.orders],
    }


def _row(found: "Correlators", order: int) -> dict[str, object]:
    """Put one order into the words of the JSON answer."""
    from nnft_sym.storage.sample_files import has_connected

    one = found[order]
    row: dict[str, object] = {
        "order": order,
        "indices": one.indices,
        "value": one.value,
        "error": one.error,
        "quality": one.quality,
        "networks_needed": one.evidence["networks_needed"],
    }
    if has_connected(found, order):
        connected = found.connected()[order]
        row |= {
            "connected": connected.value,
            "connected_error": connected.error,
            "connected_quality": connected.quality,
            "connected_networks_needed": connected.evidence["networks_needed"],
        }
    return row
