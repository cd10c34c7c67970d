"""``nnft widths``: the 1/N law of architectures."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.checkpoint_beside import checkpoint_beside, say_interrupted
from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import ArchitecturesParameters
from nnft_sym.parameters.field_points import PointParameters
from nnft_sym.parameters.kept import BESIDE, KeptParameters
from nnft_sym.parameters.outputs import DATA, PICTURES, OutputFile, output
from nnft_sym.parameters.runs import CLUSTER, ESTIMATOR, PRECISION, WIDTHS, ExperimentParameters

if TYPE_CHECKING:
    from nnft_sym.study.width_scan import WidthScan
    from nnft_sym.study.width_series import WidthSeries
    from numerics.networks.base import Network


@dataclass(frozen=True, kw_only=True)
class ScanFile(KeptParameters):
    """Where a scan goes."""

    out: Annotated[
        OutputFile | None,
        output((*PICTURES, *DATA), f"Draw m_4 and m_6 against N, or write all numbers, {BESIDE}"),
    ] = None

    def of(self, kind: str, several: bool) -> Path | None:
        """Name the file of one net; with several nets its name is put into it."""
        from nnft_sym.storage.writing import check_writable

        if self.out is None or not several:
            return self.target
        given = Path(self.out.given)
        return check_writable(given.with_name(f"{given.stem}-{kind}{given.suffix}"))


@dataclass(frozen=True, kw_only=True)
class ScanParameters(ExperimentParameters):
    """A scan of widths.

    Attributes
    ----------
    widths : tuple of int
        Ascending.
    estimator, precision : str
    cluster : str or None
    """

    widths: Annotated[tuple[int, ...], WIDTHS]
    estimator: Annotated[str, ESTIMATOR] = "plain"
    precision: Annotated[str, PRECISION] = "double"
    cluster: Annotated[str | None, CLUSTER] = None

    def __post_init__(self) -> None:
        self.refuse_days()


@click.command(name="widths", cls=ParameterCommand)
@takes(net=ArchitecturesParameters, asked=PointParameters, run=ScanParameters, kept=ScanFile)
@json_option
def command(
    net: ArchitecturesParameters,
    asked: PointParameters,
    run: ScanParameters,
    kept: ScanFile,
    as_json: bool,
) -> int:
    """Sample architectures at several widths: m_4, m_6, and how the connected functions fall with N.

    m_n is the mean over index sets of |G − G_GP|/|G_GP|, the distance from the Gaussian process; its
    background is the scatter of one experiment, below which m_n is noise. y_n is the connected function along
    its exact shape, where that is known, in units of its value at N = 1: the power of N is fitted to it, and
    p is the probability of a worse fit. Not trusted are errors from too few networks, or of heavy tails.

    A run with --out keeps a checkpoint of every width in the folder FILE.checkpoint; after Ctrl-C or a crash
    the same command with --resume continues it and gives the same numbers to the last bit. Of several nets
    each has files of its own, FILE-NET.
    """
    from nnft_sym.jsonio import dumps
    from numerics.sampling.runs.run import SamplingInterrupted

    networks = net.of_width(1, asked.d_in)
    several = len(networks) > 1
    targets = [kept.of(network.name, several) for network in networks]
    folders = [None if target is None else checkpoint_beside(target, kept.resume) for target in targets]
    scans = []
    try:
        for network, target, folder in zip(networks, targets, folders, strict=True):
            scan = _scanned(network, asked, run, folder)
            if target is not None:
                scan.save(target)
            scans.append(scan)
    except SamplingInterrupted as interrupted:
        return say_interrupted(f"{interrupted.n_networks:,} networks of one width", kept.out is not None)
    if as_json:
        answers = [_answer(scan, asked, run) for scan in scans]
        click.echo(dumps({"nets": answers} if several else answers[0]))
        return 0
    for scan in scans:
        for series in scan.series:
            _show(scan, series)
    return 0


def _scanned(
    network: "Network", asked: PointParameters, run: ScanParameters, folder: Path | None
) -> "WidthScan":
    """Sample one net, telling how far it is."""
    from nnft_sym.progress.bars import TerminalProgress
    from nnft_sym.progress.patience import policy_of
    from nnft_sym.study.width_scan import scan_widths
    from numerics.fields.points import as_points
    from numerics.sampling.runs.checkpoints import CheckpointFolder, Pace

    with TerminalProgress() as progress:
        return scan_widths(
            network,
            as_points(asked.points),
            run.widths,
            run.networks,
            run.experiments,
            run.seed,
            run.estimator,
            progress.sampling,
            exact_progress=progress.averaging,
            precision=run.precision,
            cluster=run.cluster,
            checkpoints=None if folder is None else CheckpointFolder(folder, policy_of(Pace)),
        )


def _answer(scan: "WidthScan", asked: PointParameters, run: ScanParameters) -> dict[str, object]:
    """Put everything into the words of the JSON answer."""
    from nnft_sym.report.width_plots import width_dataset

    data = width_dataset(scan)
    orders = [
        {
            "order": int(order),
            **{str(name): one.values for name, one in data.sel(order=order).data_vars.items()},
        }
        for order in data["order"].values
    ]
    return {
        **network_json(scan.network.with_width(1), width=False),
        "points": asked.points,
        "widths": run.widths,
        "experiments": run.experiments,
        "networks": run.networks,
        "estimator": run.estimator,
        "precision": run.precision,
        "seed": run.seed,
        "orders": orders,
    }


def _show(scan: "WidthScan", series: "WidthSeries") -> None:
    """Print the table of one order and the power that was fitted."""
    from nnft_sym.printing.number_text import number, p_value, with_error
    from nnft_sym.printing.tables import show, table

    exact = [None] * len(scan.widths) if series.m_exact is None else series.m_exact.value
    columns = (scan.widths, series.m, exact, series.scatter_of_experiment, series.trusted)
    rows = [
        [
            str(width),
            with_error(float(m), float(m.error)),
            number(right),
            number(background, 1),
            "yes" if trusted else "no",
        ]
        for width, m, right, background, trusted in zip(*columns, strict=True)
    ]
    title = f"m_{series.order} of {scan.network.name}-net"
    show(table(title, ["N", "sampled", "exact", "background", "trusted"], rows))
    law = series.law
    found = (
        "all noise"
        if all(series.trusted_connected)
        else "not fitted, errors not trusted (too few networks, or heavy-tailed)"
    )
    if law is not None:
        found = (
            f"power {with_error(-float(law.exponent), float(law.exponent.error))}, p = {p_value(law.p_value)}"
        )
    show(f"Connected {series.order}-point function: {found} (expected −{series.order // 2 - 1})\n")
