"""``nnft flow``: fitted couplings of an action against the cutoff and the width."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.action_argument import ActionCommand
from nnft_sym.commands.options import json_option, network_json, takes
from nnft_sym.parameters.flows import FlowNetworkParameters, FlowParameters
from nnft_sym.parameters.outputs import PICTURES

if TYPE_CHECKING:
    from rich.table import Table

    from nnft_sym.inference.coupling_flow import CouplingFlow
    from numerics.inference.power_law import PowerLaw


@click.command(name="flow", cls=ActionCommand)
@takes(net=FlowNetworkParameters, asked=FlowParameters)
@json_option
def command(net: FlowNetworkParameters, asked: FlowParameters, as_json: bool) -> None:
    """Infer the couplings of ACTION in boxes of several sizes, and for networks of several widths.

    Exact correlators do not know the cutoff, so that couplings fall as their vertex integrals grow; the slope
    of log |coupling| against log Λ is fitted, and held against power counting. With the width λ goes like
    1/N and κ like 1/N². Couplings are those of `nnft couplings`, order by order in 1/N. A file that exists
    is replaced only with --force.
    """
    from nnft_sym.jsonio import dumps

    found = _followed(net, asked)
    if asked.out is not None:
        found.save(asked.out.given)
    if as_json:
        click.echo(dumps(_answer(found, asked)))
        return
    _show(found)
    if asked.out is not None:
        click.echo(f"{'Figure' if asked.out.suffix in PICTURES else 'All numbers'} in {asked.out.given}")


def _followed(net: FlowNetworkParameters, asked: FlowParameters) -> "CouplingFlow":
    """Infer the couplings, one power of 1/N further where these integrals exist."""
    from nnft_sym.inference.coupling_flow import coupling_flow
    from nnft_sym.inference.next_power import with_next_power
    from nnft_sym.progress.bars import TerminalProgress
    from numerics.errors import DivergentIntegral

    network = net.of_width(net.own_width, asked.d_in)
    with TerminalProgress("cutoffs") as told:
        try:
            return with_next_power(
                asked.action,
                asked.orders,
                lambda model: coupling_flow(
                    model, network, asked.points, asked.cutoffs, net.widths, progress=told.sampling
                ),
            )
        except DivergentIntegral as error:
            raise DivergentIntegral(f"{error}, with --cutoffs 10,100 for instance") from error


def _answer(found: "CouplingFlow", asked: FlowParameters) -> dict[str, object]:
    """Put everything into the words of the JSON answer."""
    fits = found.at_network
    return {
        **network_json(found.network, width=True),
        "action": asked.action,
        "points": asked.points,
        "orders": found.model.orders,
        "cutoffs": found.cutoffs,
        "widths": found.widths,
        "couplings": {name: _coupling(found, name) for name in found.names},
        "misfits": [fit.judged.misfit for fit in fits],
        "explained": [fit.explained for fit in fits],
        "quality": found.quality,
        "verdict": found.verdict,
        "files": [] if asked.out is None else [asked.out.given],
    }


def _coupling(found: "CouplingFlow", name: str) -> dict[str, object]:
    values, law, of_widths = found.values(name), found.law(name), found.law_of_widths(name)
    return {
        "values": values.value,
        "errors": values.error,
        "slope": None if law is None else -float(law.exponent),
        "slope_error": None if law is None else float(law.exponent.error),
        "slopes": found.slopes(name),
        "expected_power": found.powers[name],
        "by_width": [
            {
                "width": width,
                "values": there.value,
                "errors": there.error,
                "ratios": _ratios(found, name, width),
            }
            for width in found.widths
            for there in (found.values(name, width),)
        ],
        "width_power": None if of_widths is None else -float(of_widths.exponent),
        "width_power_error": None if of_widths is None else float(of_widths.exponent.error),
        "expected_width_power": found.power_of_width(name),
    }


def _ratios(found: "CouplingFlow", name: str, width: int) -> list[float | None]:
    """Size of what the next order in 1/N would add, over the coupling, at every cutoff."""
    return [fit.ratio(name) if fit.determined(name) else None for fit in found.fits[width]]


def _show(found: "CouplingFlow") -> None:
    """Print the tables."""
    from nnft_sym.printing.tables import show, table

    named = f"{found.network.name}-net"
    if len(found.cutoffs) > 1:
        show(_over_cutoffs(found, f"Couplings of {named}, N = {found.network.width}, against the cutoff"))
    if len(found.widths) > 1:
        show(_over_widths(found, f"Couplings of {named} against the width"))
    rows = []
    for name in found.names:
        law, of_widths = found.law(name), found.law_of_widths(name)
        if len(found.cutoffs) > 1:
            rows.append([f"{name} against Λ", _power(law), _or_dash(found.powers[name])])
        if len(found.widths) > 1:
            rows.append([f"{name} against N", _power(of_widths), f"{found.power_of_width(name):g}"])
    show(table("Powers", ["", "fitted", "expected"], rows))
    show(f"Quality: {found.quality.value}.", found.verdict)


def _over_cutoffs(found: "CouplingFlow", title: str) -> "Table":
    """One row for each cutoff: every coupling, and the slope from the cutoff before."""
    from nnft_sym.printing.tables import table

    columns = ["Λ", *(word for name in found.names for word in (name, "slope"))]
    values = [found.values(name).value for name in found.names]
    slopes = [found.slopes(name) for name in found.names]
    rows = [
        [
            f"{cutoff:g}",
            *(
                word
                for each, slope in zip(values, slopes, strict=True)
                for word in (f"{each[place]:.6g}", "" if place == 0 else f"{slope[place - 1]:.5g}")
            ),
        ]
        for place, cutoff in enumerate(found.cutoffs.tolist())
    ]
    return table(title, columns, rows)


def _over_widths(found: "CouplingFlow", title: str) -> "Table":
    """One row for each width, at the largest cutoff, and what the next order would add to it."""
    from nnft_sym.printing.tables import table

    beyond = {name for name in found.names if any(fit.ratio(name) is not None for fit in found.at_network)}
    columns = ["N"]
    for name in found.names:
        columns += [name, "next order"] if name in beyond else [name]
    where = "" if found.cutoffs[-1] == float("inf") else f", Λ = {found.cutoffs[-1]:g}"
    rows = []
    for width in found.widths:
        row = [str(width)]
        for name in found.names:
            row += [f"{found.values(name, width).value[-1]:.6g}"]
            row += [_beyond(found, name, width)] if name in beyond else []
        rows.append(row)
    return table(title + where, columns, rows)


def _beyond(found: "CouplingFlow", name: str, width: int) -> str:
    ratio = _ratios(found, name, width)[-1]
    return "—" if ratio is None else f"{100 * ratio:.3g} %"


def _power(law: "PowerLaw | None") -> str:
    from nnft_sym.faces.flow_pictures import FLAT

    if law is None:
        return "—"
    power = -float(law.exponent)
    return f"{0.0 if abs(power) < FLAT else power:.6g}"


def _or_dash(power: float | None) -> str:
    return "—" if power is None else f"{power:g}"
