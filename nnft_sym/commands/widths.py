"""``nnft widths``: the 1/N law of one architecture."""

from typing import TYPE_CHECKING

import click

from diagrams.messages import shown
from nnft_sym.commands.options import (
    WHOLE_NUMBER,
    NetworkOptions,
    json_option,
    net_options,
    network_parameters,
    output_file,
    points_option,
    whole_number,
)

if TYPE_CHECKING:
    from nnft_sym.study.width_scan import WidthScan
    from nnft_sym.study.width_series import WidthSeries


def parse_widths(text: str, least: int = 2) -> tuple[int, ...]:
    """Read ``"2,5,10"``.

    Raises
    ------
    click.UsageError
        If there are not `least` different positive whole numbers.

    Examples
    --------
    >>> parse_widths("10,2,5")
    (2, 5, 10)
    """
    widths = set()
    for item in text.split(","):
        try:
            width = whole_number(item.strip()) if len(item) < 40 else 0
        except click.BadParameter:
            width = 0
        if not 0 < width < 2**31:
            raise click.UsageError(
                f"--widths {shown(text)}: {shown(item.strip())} is not a positive whole number below 2^31; "
                f"{'two' if least == 2 else 'one'} or more of them with commas are needed, as in 2,5,10,100"
            )
        widths.add(width)
    if len(widths) < least:
        raise click.UsageError(
            f"--widths {shown(text)}: two or more different widths are needed, this is {len(widths)}; add "
            "another, as in 2,5,10,100"
        )
    return tuple(sorted(widths))


@click.command(name="widths")
@net_options(width=False)
@click.option("--widths", required=True, help="Numbers N of hidden neurons, as in 2,5,10,100.")
@points_option
@click.option(
    "--networks",
    type=WHOLE_NUMBER,
    default=100_000,
    show_default=True,
    help="Networks per experiment.",
)
@click.option(
    "--experiments", type=WHOLE_NUMBER, default=10, show_default=True, help="Experiments per width."
)
@click.option("--estimator", type=click.Choice(["plain", "conditional"]), default="plain", show_default=True)
@click.option("--seed", type=WHOLE_NUMBER, default=0, show_default=True)
@click.option("--out", metavar="FILE.svg|.pdf|.png", help="Also draw m_4 and m_6 against N.")
@json_option
def command(
    net: NetworkOptions,
    widths: str,
    points: list[list[float]],
    networks: int,
    experiments: int,
    estimator: str,
    seed: int,
    out: str | None,
    as_json: bool,
) -> None:
    """Sample one architecture at several widths: m_4, m_6, and how the connected functions fall with N.

    m_n is the mean over index sets of |G − G_GP|/|G_GP|, the distance from the Gaussian process; its
    background is the scatter of one experiment, below which m_n is noise. y_n is the connected function along
    its exact shape, where that is known, in units of its value at N = 1: the power of N is fitted to it, and
    p is the probability of a worse fit. Not trusted are errors from too few networks, or of heavy tails.
    """
    wanted = parse_widths(widths)
    if not 0 <= seed < 2**63 - len(wanted):
        raise click.UsageError(f"--seed {seed} was given; a seed from 0 to about 2^63 is needed")
    target = None if out is None else output_file(out, (".svg", ".pdf", ".png"))
    from pathlib import Path

    from nnft_sym.jsonio import dumps
    from nnft_sym.progress.bars import TerminalProgress
    from nnft_sym.report.plot_style import save_figure
    from nnft_sym.report.width_plots import width_dataset, width_figure
    from nnft_sym.storage.writing import atomically
    from nnft_sym.study.width_scan import scan_widths
    from numerics.fields.points import as_points

    network = net.build(points)
    with TerminalProgress() as progress:
        scan = scan_widths(
            network,
            as_points(points),
            wanted,
            networks,
            experiments,
            seed,
            estimator,
            progress.sampling,
            exact_progress=progress.averaging,
        )
    if out is not None and target is not None:
        kind = Path(out).suffix[1:].lower()
        figure = width_figure(scan)
        atomically(target, lambda temporary: save_figure(figure, temporary, kind))
    data = width_dataset(scan)
    if as_json:
        orders = [
            {
                "order": int(order),
                **{str(name): one.values for name, one in data.sel(order=order).data_vars.items()},
            }
            for order in data["order"].values
        ]
        head = {
            **network_parameters(network, width=False),
            "points": points,
            "widths": wanted,
            "experiments": experiments,
            "networks": networks,
        }
        click.echo(dumps({**head, "estimator": estimator, "seed": seed, "orders": orders}))
        return
    for series in scan.series:
        _show(scan, series)


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
