"""``nnft count``: how many diagrams there are."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.action_argument import ActionCommand
from nnft_sym.commands.options import json_option, takes
from nnft_sym.parameters.counted import CountParameters

if TYPE_CHECKING:
    from nnft_sym.commands.count_answer import Row

_EXAMPLES = """
\b
Examples
  nnft count --vertices 4:6,6:1 -n 4                             six f^4 and one f^6 vertices
  nnft count 'lambda*f^4' -n 4 --order 6 --kind connected        every number of vertices up to six
  nnft count 'g*f^3 + lambda*f^4' -n 4 --loops 1-1 --kind connected --filter onshell
"""


@click.command(name="count", cls=ActionCommand, epilog=_EXAMPLES)
@takes(asked=CountParameters)
@json_option
def command(asked: CountParameters, as_json: bool) -> None:
    """Count diagrams without listing them; with no filter everything counts, vacuum parts included.

    Of an ACTION all vertex contents are counted, with a row for each and the total; products f.f and vertices
    of several points count as plain powers of f.
    """
    from nnft_sym.commands.count_answer import answer, show
    from nnft_sym.jsonio import dumps

    rows = _counted(asked)
    if as_json:
        click.echo(dumps(answer(asked, rows)))
    else:
        show(asked, rows)


def _counted(asked: CountParameters) -> "list[Row]":
    """Count, telling how far it is."""
    from diagrams import count
    from diagrams.filters import NamedFilter
    from nnft_sym.commands.count_answer import Row
    from nnft_sym.progress.counts import CountProgress
    from nnft_sym.progress.ticker import Ticker

    where, contents = asked.where, asked.contents()
    progress = CountProgress([one for one in where if isinstance(one, NamedFilter)])
    unlabelled = asked.legs == "unlabelled"
    rows = []
    try:
        with Ticker(progress.text):
            for content in contents:
                found = count(asked.n, dict(content), where, unlabelled=unlabelled, report=progress)
                if found.diagrams or asked.vertices is not None:
                    rows.append(Row.of(asked.n, content, found, where))
    except KeyboardInterrupt:
        click.echo(f"nnft: stopped: {progress.text()}", err=True)
        raise
    return rows
