"""``nnft doctor``: what is installed, where things are kept, and what is missing."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import ParameterCommand, json_option

if TYPE_CHECKING:
    from nnft_sym.installation.diagnosis import Finding


@click.command(name="doctor", cls=ParameterCommand)
@json_option
def command(as_json: bool) -> int:
    """Look at versions, processor, compiler, folders, fonts, TeX and Dask, and say what is missing.

    A line is ok, missing (something optional, with what to do) or broken. Exit code 1: something that is
    needed is broken. Paste the answer into reports of faults; it holds names of folders, and nothing else of
    yours.
    """
    from nnft_sym.installation.everything import examine, sound
    from nnft_sym.jsonio import dumps

    found = examine()
    if as_json:
        click.echo(dumps({"sound": sound(found), "findings": [one.as_json() for one in found]}))
    else:
        _show(found)
        word = "Everything that is needed works." if sound(found) else "Something that is needed is broken."
        click.echo(word)
    return 0 if sound(found) else 1


def _show(found: "tuple[Finding, ...]") -> None:
    """Print a line for each, with what to do below it."""
    widest = max(len(one.name) for one in found)
    group = ""
    for one in found:
        if one.about != group:
            group = one.about
            click.echo(f"{'' if one is found[0] else chr(10)}{group}")
        click.echo(f"  {one.state.value:8}{one.name:{widest}}  {one.value}")
        if one.advice:
            click.echo(f"  {'':8}{'':{widest}}  -> {one.advice}")
    click.echo()
