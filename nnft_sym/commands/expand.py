"""``nnft expand``: an n-point function as a sum of diagrams."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import json_option
from nnft_sym.commands.powers import read_counting, read_order
from nnft_sym.truncation import CountingLike, OrderLike

if TYPE_CHECKING:
    from nnft_sym.expansion import Expansion


@click.command(name="expand")
@click.argument("action")
@click.option("-n", "n", type=int, required=True, help="Number of external points.")
@click.option(
    "--order",
    callback=read_order,
    default="1",
    show_default=True,
    metavar="NUMBER|NAME=NUMBER,..",
    help="Largest number of vertices; or power of each coupling, as in lambda=2,kappa=1; or, with --counting,"
    " power of 1/N.",
)
@click.option(
    "--counting",
    callback=read_counting,
    metavar="1/N|NAME=NUMBER,...",
    help="Count powers of 1/N: '1/N' takes (v-2)/2 for the coupling of f^v; or give them, lambda=1,kappa=2.",
)
@click.option(
    "--scheme",
    type=click.Choice(["bare", "exact"]),
    default="bare",
    show_default=True,
    help="What a line is: the propagator of S_GP, or the exact 2-point function.",
)
@click.option(
    "--kind",
    type=click.Choice(["full", "normalised", "connected", "1pi"]),
    default="normalised",
    show_default=True,
    help="Which function: with vacuum parts, without, one component, irreducible.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "latex", "tikz", "json"]),
    help="What to print.  [default: text]",
)
@click.option("--plain-kernel", is_flag=True, help="LaTeX: print K on every line, also at vertices.")
@click.option("--document", is_flag=True, help="LaTeX: a whole document instead of the formula.")
@json_option
def command(
    action: str,
    n: int,
    order: OrderLike,
    counting: CountingLike,
    scheme: str,
    kind: str,
    form: str | None,
    plain_kernel: bool,
    document: bool,
    as_json: bool,
) -> None:
    """Expand an n-point function of ACTION, such as 'lambda*f^4 + kappa*f^6', into diagrams."""
    from nnft_sym.expansion import correlator

    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} contradict each other: give one of them.")
    form = "json" if as_json else form or "text"
    if form != "latex" and (plain_kernel or document):
        raise click.UsageError(f"--plain-kernel and --document need --format latex, not {form}.")
    expansion = correlator(action, n, order, scheme, kind, counting)
    click.echo(_printed(expansion, form, plain_kernel, document))


def _printed(expansion: "Expansion", form: str, plain_kernel: bool, document: bool) -> str:
    """Write the expansion in one of the formats."""
    if form == "json":
        from nnft_sym.json_form import to_json

        return to_json(expansion)
    if form == "latex":
        from nnft_sym.latex import display_latex
        from nnft_sym.latex_document import latex_document
        from nnft_sym.notation import Notation

        notation = Notation(plain_kernel=plain_kernel)
        return latex_document(expansion, notation) if document else display_latex(expansion, notation)
    if form == "tikz":
        from nnft_sym.tikz_listing import tikz_listing

        return tikz_listing(expansion)
    return expansion.text()
