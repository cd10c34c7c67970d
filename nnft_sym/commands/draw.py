"""``nnft draw``: the diagrams of an expansion as pictures."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import json_option

if TYPE_CHECKING:
    from diagrams import Diagram

#: More pictures than this make a page nobody reads.
MOST_PICTURES = 2000


@click.command(name="draw")
@click.argument("action")
@click.option("-n", "n", type=int, required=True, help="Number of external points.")
@click.option("--order", type=int, default=1, show_default=True, help="Largest number of vertices.")
@click.option("--scheme", default="bare", show_default=True, metavar="bare|exact")
@click.option("--kind", default="normalised", show_default=True, metavar="full|normalised|connected|1pi")
@click.option(
    "--legs",
    type=click.Choice(["labelled", "unlabelled"]),
    default="unlabelled",
    show_default=True,
    help="One picture per labelling of the external points, or per topology.",
)
@click.option("--out", default="diagrams.svg", show_default=True, metavar="FILE.svg|.pdf|.tex")
@json_option
def command(
    action: str, n: int, order: int, scheme: str, kind: str, legs: str, out: str, as_json: bool
) -> None:
    """Draw the diagrams of an expansion, each with its Wick multiplicity, on one sheet."""
    from nnft_sym.action import Action
    from nnft_sym.archive import check_writable
    from nnft_sym.expansion import correlator
    from nnft_sym.jsonio import dumps

    target = check_writable(out)
    if target.suffix not in _WRITERS:
        raise click.UsageError(f"--out {out!r}: a file name ending in .svg, .pdf or .tex is needed")
    expansion = correlator(Action(action), n, order=order, scheme=scheme, kind=kind)
    if legs == "labelled":
        entries = [(term.diagram, str(term.multiplicity)) for term in expansion]
    else:
        entries = [
            (group.representative.diagram, _caption(group.labellings, group.representative.multiplicity))
            for group in expansion.topologies()
        ]
    if len(entries) > MOST_PICTURES:
        raise click.UsageError(
            f"{len(entries)} diagrams would be drawn, at most {MOST_PICTURES} fit; lower --order or -n, or "
            "draw topologies (--legs unlabelled)"
        )
    _WRITERS[target.suffix](entries, f"{n}-point function, order {order}", target)
    if as_json:
        click.echo(dumps({"files": [str(target)], "diagrams": len(entries)}))
    else:
        click.echo(f"{len(entries)} pictures in {target}")


def _caption(labellings: int, multiplicity: int) -> str:
    """Write how many labellings a topology stands for, times the multiplicity of each."""
    return str(multiplicity) if labellings == 1 else f"{labellings} × {multiplicity}"


def _svg(entries: "list[tuple[Diagram, str]]", title: str, target: Path) -> None:
    from diagrams.drawing import svg_sheet
    from nnft_sym.archive import write_text

    write_text(target, svg_sheet(entries, title=title))


def _tex(entries: "list[tuple[Diagram, str]]", title: str, target: Path) -> None:
    from diagrams.drawing import tikz_document
    from nnft_sym.archive import write_text

    write_text(target, tikz_document(entries, title=title))


def _pdf(entries: "list[tuple[Diagram, str]]", title: str, target: Path) -> None:
    from diagrams.drawing import sheet_figure
    from nnft_sym.archive import atomically

    figure = sheet_figure(entries, title=title)
    atomically(target, lambda temporary: figure.savefig(temporary, format="pdf"))


_WRITERS = {".svg": _svg, ".tex": _tex, ".pdf": _pdf}
