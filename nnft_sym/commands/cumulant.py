"""``nnft cumulant``: the exact finite-width referee."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import NetworkParameters
from nnft_sym.parameters.field_points import FieldParameters
from nnft_sym.parameters.orders import order_help
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Refused, Whole

if TYPE_CHECKING:
    from numerics.networks.base import Network
    from numerics.results.estimate import Estimate

ORDER = Parameter(Whole(), order_help("cumulant"))


@dataclass(frozen=True, kw_only=True)
class CumulantParameters(FieldParameters):
    """The fields of one connected correlator."""

    order: Annotated[int, ORDER]

    def __post_init__(self) -> None:
        if self.order != len(self.points):
            raise Refused.about(
                "order",
                f"{self.order} was given with {len(self.points)} points; the connected correlator of order R "
                "needs exactly R points (repeat a point to put two fields there)",
            )


@click.command(name="cumulant", cls=ParameterCommand)
@takes(net=NetworkParameters, asked=CumulantParameters)
@json_option
def command(net: NetworkParameters, asked: CumulantParameters, as_json: bool) -> None:
    """Exact connected correlator of a finite-width network at exactly R points (repeats allowed)."""
    from nnft_sym.jsonio import dumps
    from nnft_sym.progress.bars import TerminalProgress
    from numerics.exact.correlators import exact_cumulant

    network = net.of_width(net.width, asked.d_in)
    with TerminalProgress("feature moments") as told:
        found = exact_cumulant(network, asked.field_set(), progress=told.sampling)
    if as_json:
        click.echo(dumps(_answer(network, asked, found)))
    else:
        _show(network, asked, found)


def _answer(network: "Network", asked: CumulantParameters, found: "Estimate") -> dict[str, object]:
    """Put everything into the words of the JSON answer."""
    return {
        **network_json(network, width=True),
        "order": asked.order,
        **asked.as_json(),
        "value": float(found.value),
        "error": float(found.error),
        "method": found.method,
        "quality": found.quality,
    }


def _show(network: "Network", asked: CumulantParameters, found: "Estimate") -> None:
    """Print the table."""
    from nnft_sym.printing.tables import show, table

    rows = [["value", f"{float(found.value):.12g}"], ["error", f"{float(found.error):.1e}"]]
    if asked.outputs is not None:
        rows.insert(0, ["outputs", ", ".join(map(str, asked.outputs))])
    title = f"Connected {asked.order}-point function of {network.name}-net, N = {network.width}"
    show(table(title, ["", ""], rows), f"Method: {found.method}")
    if not found.trusted:
        show(f"Note: {found.quality.value}")
