"""``nnft sample``: measure the correlators of an ensemble."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import (
    WHOLE_NUMBER,
    NetworkOptions,
    json_option,
    net_options,
    network_parameters,
    output_file,
    outputs_option,
    parse_outputs,
    points_option,
    whole_numbers,
)

if TYPE_CHECKING:
    from numerics.results.joint_correlators import Correlators
    from numerics.results.quality import Quality
    from numerics.sampling.ensemble import Ensemble
    from numerics.sampling.runs.run import SamplingInterrupted

#: Exit code of a run that Ctrl-C ended.
INTERRUPTED = 130
#: How the name of a netCDF file may end.
NETCDF = (".nc", ".nc4", ".cdf", ".h5", ".hdf5")
#: More networks than this are not proposed.
MOST_NEEDED = 1e12


def parse_orders(text: str) -> tuple[int, ...]:
    """Read ``"2,4,6"``.

    Raises
    ------
    click.UsageError
        If an order is not a positive integer.

    Examples
    --------
    >>> parse_orders("4,2")
    (2, 4)
    """
    return tuple(sorted(set(whole_numbers(text, "--orders", "2,4,6"))))


@click.command(name="sample")
@net_options(width=True)
@click.option("--networks", type=WHOLE_NUMBER, required=True, help="Number M of networks to draw.")
@points_option
@outputs_option
@click.option("--orders", default="2,4,6", show_default=True, help="Which n-point functions, n from 1 to 8.")
@click.option("--seed", type=WHOLE_NUMBER, default=0, show_default=True)
@click.option(
    "--estimator",
    type=click.Choice(["plain", "conditional"]),
    default="plain",
    show_default=True,
    help="Plain: from the networks' outputs. Conditional: the output layer is integrated out.",
)
@click.option(
    "--precision",
    type=click.Choice(["double", "single"]),
    default="double",
    show_default=True,
    help="Arithmetic of the networks; sums are always formed in double precision.",
)
@click.option(
    "--blocks",
    type=WHOLE_NUMBER,
    default=1000,
    show_default=True,
    help="Blocks of networks behind the errors.",
)
@click.option("--threads", type=WHOLE_NUMBER, help="The numbers do not depend on it. [default: one per core]")
@click.option(
    "--cluster",
    metavar="local[:K]|ADDRESS",
    help="Compute on a Dask cluster: K processes here, or the scheduler at tcp://host:port. Whoever reaches "
    "the port of a scheduler or worker can run code there: keep it inside a network that you trust, or use "
    "tls://.",
)
@click.option(
    "--out",
    metavar="FILE.nc|.h5",
    help="Also write the numbers to this netCDF file, with a checkpoint FILE.checkpoint beside it.",
)
@click.option("--resume", is_flag=True, help="Continue the run whose checkpoint stands beside --out.")
@json_option
def command(
    net: NetworkOptions,
    width: int,
    networks: int,
    points: list[list[float]],
    outputs: str | None,
    orders: str,
    seed: int,
    estimator: str,
    precision: str,
    blocks: int,
    threads: int | None,
    cluster: str | None,
    out: str | None,
    resume: bool,
    as_json: bool,
) -> int:
    """Sample M networks and print their correlators with errors (one standard deviation of the mean).

    A run with --out keeps a checkpoint FILE.checkpoint. After Ctrl-C, a crash or a full disk the same command
    with --resume continues it and gives the same numbers to the last bit. Multiply --networks and --blocks by
    the same whole number to make a finished run longer.
    """
    wanted, components = parse_orders(orders), parse_outputs(outputs, len(points))
    if not 0 <= seed < 2**63:
        raise click.UsageError(f"--seed {seed} was given; a seed from 0 to 2^63 - 1 is needed")
    if resume and out is None:
        raise click.UsageError("--resume was given without --out; name the file of the run to continue")
    if cluster is not None and threads is not None:
        raise click.UsageError("--threads and --cluster were both given; a cluster has threads of its own")
    from nnft_sym.progress.bars import TerminalProgress
    from nnft_sym.progress.patience import policy_of
    from numerics.fields.points import as_points
    from numerics.sampling.ensemble import Ensemble
    from numerics.sampling.runs.checkpoints import Checkpoint, Pace
    from numerics.sampling.runs.run import SamplingInterrupted

    target = None if out is None else output_file(out, NETCDF)
    checkpoint = None if target is None else _checkpoint(target, resume)
    network = net.build(points, width)
    ensemble = Ensemble(network, as_points(points), seed, precision, estimator, components)
    try:
        with TerminalProgress() as progress:
            found = ensemble.correlators(
                networks,
                orders=wanted,
                n_blocks=blocks,
                n_threads=threads,
                progress=progress.sampling,
                checkpoint=None if checkpoint is None else Checkpoint(checkpoint, policy_of(Pace)),
                cluster=cluster,
            )
    except SamplingInterrupted as interrupted:
        return _keep_partial(interrupted, ensemble, networks, target, as_json)
    _deliver(found, ensemble, networks, target, as_json)
    return 0


def _checkpoint(target: Path, resume: bool) -> Path:
    """Decide where the checkpoint stands; refuse to lose what is already there.

    Raises
    ------
    UsageError
        If results exist and are not to be continued, or are to be continued and are damaged.
    """
    from numerics.files.sealed import has_content, is_intact

    checkpoint = target.with_name(f"{target.name}.checkpoint")
    there = [path for path in (target, checkpoint) if has_content(path)]
    if not resume and there:
        raise click.UsageError(
            f"{str(there[0])!r} exists and is not overwritten; add --resume to continue it, give another "
            "--out, or remove " + " and ".join(repr(str(path)) for path in there)
        )
    if resume and not there:
        click.echo(f"nothing to continue: {checkpoint.name!r} does not exist; starting a new run", err=True)
    if resume and target in there:
        if not is_intact(target):
            raise click.UsageError(
                f"the result {str(target)!r} is damaged: it was truncated or altered since it was written, "
                "and its checksum does not fit; remove it, and "
                + (
                    "--resume makes it anew from its checkpoint"
                    if checkpoint in there
                    else "sample again, there is no checkpoint to make it from"
                )
            )
        if checkpoint not in there:
            raise click.UsageError(
                f"{str(target)!r} has no checkpoint {checkpoint.name!r} beside it to continue from; give "
                "another --out, or remove it to start again"
            )
    return checkpoint


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
    from nnft_sym.report.archive import has_connected, write_sample

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
        **network_parameters(ensemble.network, width=True),
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
    from nnft_sym.report.archive import has_connected

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
