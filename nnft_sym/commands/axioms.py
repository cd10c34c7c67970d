"""``nnft axioms``: whether a network defines a quantum field theory, axiom by axiom."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.axiom_questions import AxiomParameters

if TYPE_CHECKING:
    from nnft_sym.osterwalder_schrader.axiom_check import AxiomCheck, Axioms


#: How far a verdict reaches.
_REACH = {True: "up to", False: "from", None: "at"}


@click.command(name="axioms", cls=ParameterCommand)
@takes(asked=AxiomParameters)
@json_option
def command(asked: AxiomParameters, as_json: bool) -> None:
    """Test the Osterwalder-Schrader axioms, by which a network defines a quantum field theory.

    Euclidean covariance, reflection positivity, permutation symmetry, clustering and regularity, each from
    exact correlators at the width given, once for every order: the most points in one correlator. Points and
    times are chosen; a failing axiom comes with a witness that can be checked. For example:

    nnft axioms --net cos --width 5 --momenta cauchy --orders 2,4,6
    """
    from nnft_sym.jsonio import dumps
    from nnft_sym.osterwalder_schrader.all_axioms import axioms

    network = asked.network()
    found = axioms(network, asked.orders, times=asked.points_in_time(), seed=asked.seed)
    if as_json:
        answer = {
            **network_json(network, width=True),
            "dimension": network.d_in,
            "orders": asked.orders,
            "axioms": found.rows(),
            "verdict": found.verdict,
            "latex": found.latex(),
        }
        click.echo(dumps(answer))
        return
    _show(found)


def _show(found: "Axioms") -> None:
    """Print verdicts by axiom and order, and for each axiom the reason at the order that decides."""
    from nnft_sym.printing.tables import show, table

    orders = sorted({one.order for one in found})
    rows, notes = [], []
    for axiom in dict.fromkeys(one.axiom for one in found):
        checks = {one.order: one for one in found.of(axiom)}
        rows.append([axiom.words, *(checks[n].verdict if n in checks else "" for n in orders)])
        deciding = next((one for one in checks.values() if one.holds is False), checks[max(checks)])
        notes.append(_note(deciding, _REACH[deciding.holds] if len(checks) > 1 else "at"))
    show(table(found.table.title, ["axiom", *(f"order {n}" for n in orders)], rows), *notes)


def _note(one: "AxiomCheck", reach: str) -> str:
    """Say why, and what breaks it."""
    from nnft_sym.printing.number_text import number

    name = f"{one.axiom.words[:1].upper()}{one.axiom.words[1:]}"
    note = f"{name} {one.verdict} {reach} order {one.order}"
    if one.smallest_eigenvalue is not None:
        note += f" (smallest eigenvalue {number(one.smallest_eigenvalue, 7)})"
    note += f": {one.reason.rstrip('.')}."
    return note + (f"\n  {one.witness.rstrip('.')}." if one.witness else "")
