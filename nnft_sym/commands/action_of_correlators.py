"""``nnft action``: the action that connected correlators imply."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.implied_actions import ImpliedActionNetwork, ImpliedActionParameters
from nnft_sym.parameters.readers import Refused

if TYPE_CHECKING:
    from nnft_sym.duality.cumulant_action import CumulantAction
    from nnft_sym.duality.round_trip import RoundTrip
    from nnft_sym.duality.symbolic_action import SymbolicAction
    from numerics.networks.base import Network

#: More monomials than this are left to --json.
MOST_ROWS = 60

_EXAMPLES = """
\b
Examples
  nnft action --net cos --width 64 --points "0;0.8" --order 1/N^2      numbers on two points
  nnft action --net erf --width 20 --points "0.3" --order 1/N^0        the Gaussian process alone
  nnft action --symbolic G3,G4,G6 --order 1/N                          diagrams with their coefficients
  nnft action --symbolic G4,G6 --order 1/N^2 --format latex --document a document for pdflatex
"""


@click.command(name="action", cls=ParameterCommand, epilog=_EXAMPLES)
@takes(net=ImpliedActionNetwork, asked=ImpliedActionParameters)
@json_option
def command(net: ImpliedActionNetwork, asked: ImpliedActionParameters, as_json: bool) -> int:
    """S[φ] = -log P[φ] on a set of points, from connected correlators by diagrams.

    Vertices are connected correlators, lines the inverse of the 2-point function; every power of the field is
    given, the induced quadratic and constant terms, too. As a check the correlators of this action are
    computed by the ordinary diagrams: they must be those that it was made from, to the order kept.
    """
    if as_json and asked.form not in (None, "json"):
        raise click.UsageError(f"--json and --format {asked.form} contradict each other: give one of them.")
    form = "json" if as_json else asked.form or "text"
    if asked.symbolic is not None:
        return _of_symbols(net, asked, asked.symbolic, form)
    return _of_network(net, asked, form)


def _of_symbols(net: ImpliedActionNetwork, asked: ImpliedActionParameters, symbols: str, form: str) -> int:
    """Print diagrams."""
    from nnft_sym.duality.symbolic_action import action_of_symbols
    from nnft_sym.jsonio import dumps

    if net != ImpliedActionNetwork():
        raise Refused("--symbolic was given with a network; leave out one of them")
    action = action_of_symbols(symbols, asked.order)
    if form == "latex":
        click.echo(_latex(action, asked))
        return 0
    check = action.round_trip
    if form == "json":
        answer = {
            "symbols": [name for _, name in action.names],
            "order": _order(asked),
            "diagrams": action.to_json(),
            "round_trip": check.to_json(),
            "latex": action.latex(),
        }
        click.echo(dumps(answer))
    else:
        click.echo(f"{action}\n\nOne field, K = 1, and every correlator 1:\n{check}")
    return 0 if check.agrees else 1


def _of_network(net: ImpliedActionNetwork, asked: ImpliedActionParameters, form: str) -> int:
    """Print numbers."""
    from nnft_sym.duality.cumulant_action import action_from_cumulants
    from nnft_sym.jsonio import dumps
    from nnft_sym.progress.bars import TerminalProgress
    from numerics.exact.correlators import exact_correlators

    fields = asked.field_set()
    network = net.network(fields.d_in)
    step = 2 if network.laws.output.even else 1
    orders = tuple(range(step, int(2 * asked.order) + 3, step))
    with TerminalProgress("feature moments") as told:
        exact = exact_correlators(network, fields, orders, progress=told.sampling)
    action = action_from_cumulants(exact, asked.order)
    if form == "latex":
        click.echo(_latex(action.symbolic, asked))
        return 0
    check = action.round_trip
    if form == "json":
        click.echo(dumps(_answer(network, asked, action, check)))
    else:
        _show(network, action, check)
    return 0 if check.agrees else 1


def _latex(action: "SymbolicAction", asked: ImpliedActionParameters) -> str:
    return action.document() if asked.document else action.latex(drawn=asked.drawn)


def _order(asked: ImpliedActionParameters) -> str:
    from nnft_sym.expansions.width_order import width_order_text

    return width_order_text(asked.order)


def _answer(
    network: "Network", asked: ImpliedActionParameters, action: "CumulantAction", check: "RoundTrip"
) -> dict[str, object]:
    """Put everything into the words of the JSON answer."""
    from numerics.results.quality import Quality

    outputs = {} if asked.outputs is None else {"outputs": asked.outputs}
    return {
        **network_json(network, width=True),
        "points": asked.points,
        **outputs,
        "order": _order(asked),
        "terms": action.to_json(),
        "diagrams": len(action.diagrams),
        "round_trip": check.to_json(),
        "latex": action.symbolic.latex(),
        "independent_weights": network.laws.joint is None,
        "quality": Quality.NO_EXPANSION if check.expansion_holds is False else action.given.quality,
    }


def _show(network: "Network", action: "CumulantAction", check: "RoundTrip") -> None:
    """Print the tables."""
    from itertools import islice

    from nnft_sym.expansions.width_order import width_order_text
    from nnft_sym.printing.tables import show, table

    rows = [
        [label, order, f"{value:.8g}", f"{error:.1e}"]
        for order, label, value, error in islice(action.monomials(), MOST_ROWS)
    ]
    title = f"S(f) of {network.name}-net, N = {network.width}, to {width_order_text(action.order)}"
    show(table(title, ["monomial", "order", "coefficient", "error"], rows))
    total = action.plain_fields().n_rows
    if total > MOST_ROWS:
        show(f"... ({total - MOST_ROWS} more monomials: --json gives all)")
    show(f"{len(action.diagrams)} diagrams; --format latex prints them.", "", str(check))
    if network.laws.joint is not None:
        show(
            "Note: the output weights are not independent: orders count correlators, r points as N^(1-r/2), "
            "and their sizes need not fall like that"
        )
    if action.given.quality.name != "TRUSTED":
        show(f"Note: {action.given.quality.value}")
