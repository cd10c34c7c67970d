"""``nnft symmetry``: which symmetries a network has, derived and tested."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import NetworkParameters
from nnft_sym.parameters.symmetries import SymmetryParameters

if TYPE_CHECKING:
    from nnft_sym.symmetries.symmetry_table import Symmetries
    from nnft_sym.symmetries.ward_table import WardIdentities


@click.command(name="symmetry", cls=ParameterCommand)
@takes(net=NetworkParameters, asked=SymmetryParameters)
@json_option
def command(net: NetworkParameters, asked: SymmetryParameters, as_json: bool) -> None:
    """Symmetries of a network: read off the laws of its parameters, and tested on its correlators.

    A transformation that parameters absorb is a symmetry where their law is invariant. What is not derived is
    tested: correlators before and after random transformations. For example:

    nnft symmetry --net cos --width 5 --hidden-law uniform --points "0.3,0.1;1.4,0.9" --orders 2,4

    nnft symmetry --net erf --width 5 --output-law uniform --group "SO(D)" --points "0.2;1.0"
    """
    from nnft_sym.jsonio import dumps
    from nnft_sym.progress.bars import TerminalProgress
    from nnft_sym.symmetries.derive_and_test import symmetry
    from nnft_sym.symmetries.named_groups import group
    from nnft_sym.symmetries.sampled_result import SamplingPlan
    from nnft_sym.symmetries.symmetry_result import Symmetry
    from nnft_sym.symmetries.symmetry_table import Symmetries
    from nnft_sym.symmetries.ward_table import ward_identities

    network = net.of_width(net.width, asked.d_in)
    chosen = None if asked.group is None else group(asked.group, network, asked.outputs)
    identities = None if not asked.ward else ward_identities(
        network, chosen, asked.points, asked.orders, outputs=asked.outputs,
        networks=asked.networks if asked.sampled else None, seed=asked.seed,
    )  # fmt: skip
    with TerminalProgress("networks" if asked.sampled else "sets of correlators") as bar:
        result = symmetry(
            network, chosen, asked.points, asked.orders, outputs=asked.outputs,
            method="sampled" if asked.sampled else None, progress=bar.sampling,
            plan=SamplingPlan(asked.networks, asked.seed, elements=asked.elements),
        )  # fmt: skip
    found = Symmetries(network, result.fields, (result,)) if isinstance(result, Symmetry) else result
    if asked.out is not None:
        found.save(asked.out.given)
    if as_json:
        files = [] if asked.out is None else [asked.out.given]
        told = {**network_json(network, width=True), **asked.as_json(), "groups": found.as_json()}
        ward = {} if identities is None else {"ward": identities.as_json()}
        click.echo(dumps({**told, **ward, "latex": found.latex, "files": files}))
    elif asked.latex:
        click.echo("\n\n".join([found.latex, *([] if identities is None else [identities.latex])]))
    else:
        _show(found, asked)
        if identities is not None:
            _show_ward(identities)


def _show(found: "Symmetries", asked: SymmetryParameters) -> None:
    """Print the table, witnesses, and the derivation of a single group."""
    from nnft_sym.printing.tables import show, terminal_table

    notes = [f"{name}: {one.witness}." for name, one in found.items() if one.witness is not None]
    notes += [f"{name}: not tested, {one.untested}." for name, one in found.items() if one.untested]
    if len(found) == 1:
        (one,) = found.values()
        steps = "" if one.derivation is None else str(one.derivation)
        tensors = one.tensors_in_words
        notes = [f"Derivation\n{steps}" if steps else "", *notes]
        notes.append(f"Isotropic tensors, {tensors}." if tensors else "")
    show(terminal_table(found.table()), *(f"\n{note}" for note in notes if note))
    if asked.out is not None:
        click.echo(f"The table is in {asked.out.given}")


def _show_ward(identities: "WardIdentities") -> None:
    """Print both sides of Ward identities, and which parameters move."""
    from nnft_sym.printing.tables import show, terminal_table

    show("", terminal_table(identities.table()), *(f"\n{note}" for note in identities.notes))
