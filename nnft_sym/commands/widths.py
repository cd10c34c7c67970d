"""``nnft widths``: the 1/N law of one architecture."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import ArchitectureParameters
from nnft_sym.parameters.field_points import PointParameters
from nnft_sym.parameters.outputs import DATA, PICTURES, OutputFile, output
from nnft_sym.parameters.runs import ESTIMATOR, WIDTHS, ExperimentParameters

if TYPE_CHECKING:
    from nnft_sym.study.width_scan import WidthScan
    from nnft_sym.study.width_series import WidthSeries


@dataclass(frozen=True, kw_only=True)
class WidthParameters(PointParameters):
    """Where the networks are looked at, and where the scan goes."""

    out: Annotated[
        OutputFile | None, output((*PICTURES, *DATA), "Draw m_4 and m_6 against N, or write all numbers.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class ScanParameters(ExperimentParameters):
    """A scan of widths.

    Attributes
    ----------
    widths : tuple of int
        Ascending.
    estimator : str
    """

    widths: Annotated[tuple[int, ...], WIDTHS]
    estimator: Annotated[str, ESTIMATOR] = "plain"

    def __post_init__(self) -> None:
        self.refuse_days()


@click.command(name="widths", cls=ParameterCommand)
@takes(net=ArchitectureParameters, asked=WidthParameters, run=ScanParameters)
@json_option
def command(net: ArchitectureParameters, asked: WidthParameters, run: ScanParameters, as_json: bool) -> None:
    """Sample one architecture at several widths: m_4, m_6, and how the connected functions fall with N.

    m_n is the mean over index sets of |G − G_GP|/|G_GP|, the distance from the Gaussian process; its
    background is the scatter of one experiment, below which m_n is noise. y_n is the connected function along
    its exact shape, where that is known, in units of its value at N = 1: the power of N is fitted to it, and
    p is the probability of a worse fit. Not trusted are errors from too few networks, or of heavy tails.
    """
    from nnft_sym.jsonio import dumps
    from nnft_sym.progress.bars import TerminalProgress
    from nnft_sym.study.width_scan import scan_widths
    from numerics.fields.points import as_points

    network = net.of_width(1, asked.d_in)
    with TerminalProgress() as progress:
        scan = scan_widths(
            network,
            as_points(asked.points),
            run.widths,
            run.networks,
            run.experiments,
            run.seed,
            run.estimator,
            progress.sampling,
            exact_progress=progress.averaging,
        )
    if asked.out is not None:
        scan.save(asked.out.given)
    if as_json:
        click.echo(dumps({**network_json(network, width=False), **_answer(scan, asked, run)}))
        return
    for series in scan.series:
        _show(scan, series)


def _answer(scan: "WidthScan", asked: WidthParameters, run: ScanParameters) -> dict[str, object]:
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
        "points": asked.points,
        "widths": run.widths,
        "experiments": run.experiments,
        "networks": run.networks,
        "estimator": run.estimator,
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
