"""``nnft expand``: an n-point function as a sum of diagrams."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.action_argument import ActionCommand, constant_note, read_action
from nnft_sym.commands.choices import KINDS, Words
from nnft_sym.commands.options import WHOLE_NUMBER, json_option
from nnft_sym.commands.powers import read_counting, read_order
from nnft_sym.expansions.truncation import CountingLike, OrderLike

if TYPE_CHECKING:
    from nnft_sym.expansions.expansion import Expansion
    from nnft_sym.notation import Notation

_EXAMPLES = """
\b
Examples
  nnft expand 'lambda*f^4' -n 4                                the table of all terms
  nnft expand 'lambda*f^4' -n 4 --terms grouped                3 [..] - lambda*(72 [..] + 24 [..])
  nnft expand 'lambda*f^4 + kappa*f^6' -n 6 --order 2 --scheme exact --kind connected --counting 1/N
  nnft expand 'lambda*f^4' -n 4 --format latex --terms drawn   the equation, with diagrams drawn in it
  nnft expand 'lambda*f^4' -n 4 --format latex --document      a document for pdflatex
"""


@click.command(name="expand", cls=ActionCommand, epilog=_EXAMPLES)
@click.argument("action", callback=read_action)
@click.option("-n", "n", type=WHOLE_NUMBER, required=True, help="Number of external points.")
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
    type=Words(["bare", "exact"]),
    default="bare",
    show_default=True,
    help="What a line is: the propagator of S_GP, or the exact 2-point function.",
)
@click.option(
    "--kind",
    type=KINDS,
    default="normalised",
    show_default=True,
    help="Which function: with vacuum parts, without, one component, irreducible.",
)
@click.option(
    "--format",
    "form",
    type=Words(["text", "latex", "tikz", "json"]),
    help="What to print.  [default: text]",
)
@click.option(
    "--terms",
    type=Words(["labelled", "grouped", "drawn"]),
    help="Every labelled term; one per topology, with its contractions in front, as papers do; or (LaTeX) "
    "the same with the diagrams drawn inside the equation.  [default: labelled; with --document all three]",
)
@click.option("--plain-kernel", is_flag=True, help="LaTeX: print K on every line, also at vertices.")
@click.option("--arguments", is_flag=True, help="LaTeX: print K(x_1,x_2) instead of K_{12}.")
@click.option("--numbered-vertices", is_flag=True, help="LaTeX: print y_1, y_2 instead of y, z.")
@click.option(
    "--document", is_flag=True, help="LaTeX and TikZ: a whole document instead of what is pasted into one."
)
@json_option
def command(
    action: str,
    n: int,
    order: OrderLike,
    counting: CountingLike,
    scheme: str,
    kind: str,
    form: str | None,
    terms: str | None,
    plain_kernel: bool,
    arguments: bool,
    numbered_vertices: bool,
    document: bool,
    as_json: bool,
) -> None:
    """Expand an n-point function of ACTION, such as 'lambda*f^4 + kappa*f^6', into diagrams."""
    from nnft_sym.expansions.expansion import correlator
    from nnft_sym.notation import Notation
    from nnft_sym.progress.ticker import Ticker

    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} contradict each other: give one of them.")
    form = "json" if as_json else form or "text"
    notation = Notation(plain_kernel, arguments, numbered_vertices)
    _check(form, terms, notation, document)
    said = ["reading the action, and bounding the number of diagrams"]
    with Ticker(lambda: said[-1]):
        expansion = correlator(action, n, order, scheme, kind, counting, progress=said.append)
        if form == "json" or document or (form == "text" and terms != "grouped"):
            said.append(f"{len(expansion):,} terms are found; all contractions are counted, as a check")
            _ = expansion.wick_total
        said.append(f"{len(expansion):,} terms are found and are being written")
        printed = _printed(expansion, form, terms, notation, document)
    if expansion.action.constant:
        click.echo(constant_note(expansion.action), err=True)
    if not expansion.terms and (form, terms) not in (("text", None), ("text", "labelled")):
        from nnft_sym.printing.text import no_diagrams

        click.echo(no_diagrams(expansion), err=True)
    click.echo(printed)


def _check(form: str, terms: str | None, notation: "Notation", document: bool) -> None:
    """Refuse options that would have no effect."""
    chosen = {
        "--plain-kernel": notation.plain_kernel,
        "--arguments": notation.arguments,
        "--numbered-vertices": notation.numbered_vertices,
    }
    given = [name for name, on in chosen.items() if on]
    given_latex = [*given, "--document"] if document else given
    if form == "tikz" and not given:
        given_latex = []
    if form != "latex" and given_latex:
        needs = "needs" if len(given_latex) == 1 else "need"
        raise click.UsageError(f"{' and '.join(given_latex)} {needs} --format latex, not {form}.")
    if terms == "drawn" and form != "latex":
        raise click.UsageError(f"--terms drawn needs --format latex, not {form}.")
    if terms is not None and form in ("tikz", "json"):
        raise click.UsageError(
            f"--terms {terms} has no effect with --format {form}: leave it out, or print text or latex."
        )
    if terms == "drawn" and given and not document:
        raise click.UsageError(
            f"{' and '.join(given)} has no effect with --terms drawn, where no propagator is printed: leave "
            "one of them out."
        )


def _printed(
    expansion: "Expansion", form: str, terms: str | None, notation: "Notation", document: bool
) -> str:
    """Write the expansion in one of the formats."""
    if form == "json":
        from nnft_sym.expansions.json_form import to_json

        return to_json(expansion)
    if form == "latex":
        from nnft_sym.printing.latex_output import latex_document, pasted_latex

        if document:
            return latex_document(expansion, notation, terms)
        return pasted_latex(expansion, notation, terms or "labelled")
    if form == "tikz":
        from nnft_sym.printing.tikz_listing import tikz_listing

        return tikz_listing(expansion, document=document)
    if terms == "grouped":
        from nnft_sym.printing.text import BRACKETS

        return "\n".join([expansion.rule, BRACKETS, "", expansion.grouped_text()])
    return expansion.text()
