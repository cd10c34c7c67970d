"""``nnft expand``: an n-point function as a sum of diagrams."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.action_argument import ActionCommand, constant_note
from nnft_sym.commands.options import json_option, takes
from nnft_sym.parameters.expansions import ExpansionParameters
from nnft_sym.parameters.outputs import OutputFile, output
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused, Word

if TYPE_CHECKING:
    from nnft_sym.expansions.expansion import Expansion

_EXAMPLES = """
\b
Examples
  nnft expand 'lambda*f^4' -n 4                                the table of all terms
  nnft expand 'lambda*f^4' -n 4 --terms grouped                3 [..] - lambda*(72 [..] + 24 [..])
  nnft expand 'lambda*f^4' -n 4 --sum --plain-kernel           Σ_{ij|kl; 3} K(i,j) K(k,l) - ...
  nnft expand 'lambda*f^4 + kappa*f^6' -n 6 --order 2 --scheme exact --kind connected --counting 1/N
  nnft expand 'g*f^3 + lambda*f^4' -n 4 --loops 1 --kind connected --filter onshell
  nnft expand -n 6                                             the free theory: 15 pairings
  nnft expand -n 4 --outputs 2                                 with the δ of several outputs
  nnft expand 'lambda*f^4' -n 2 --around network               a deformed ensemble, exactly in N
  nnft expand 'lambda*f^4' -n 4 --format latex --terms drawn   the equation, with diagrams drawn in it
  nnft expand 'lambda*f^4' -n 4 --format latex --document      a document for pdflatex
  nnft expand 'lambda*f^4' -n 4 --order 2 --out g4.graphml     graphs for other programs; also .dot, .frm
"""


#: Formats, and how files in them end.
SUFFIXES = {
    "text": (".txt",),
    "latex": (".tex",),
    "tikz": (".tex",),
    "json": (".json",),
    "dot": (".dot", ".gv"),
    "graphml": (".graphml",),
    "qgraf": (".qgraf",),
    "form": (".frm",),
}
#: Formats that are lists of diagrams for other programs.
LISTS = ("dot", "graphml", "qgraf", "form")
FORMAT = Parameter(
    Word(tuple(SUFFIXES)),
    "What to print; dot and graphml are graphs, qgraf and form lists in the notation of these programs.",
    option="--format",
    default="text; with --out what the name ends in",
)
OUT = output(
    tuple(dict.fromkeys(suffix for group in SUFFIXES.values() for suffix in group)),
    "Write it to a file, in the format that the name ends in.",
)
TERMS = Parameter(
    Word(("labelled", "grouped", "drawn")),
    "Every labelled term; one per topology, with its contractions in front, as papers do; or (LaTeX) the "
    "same with the diagrams drawn inside the equation.",
    default="labelled; with --document all three",
)
PLAIN_KERNEL = Parameter(
    Flag(), "Text and LaTeX: print K on every line, with a footnote that says what it is at vertices."
)
SUM = Parameter(
    Flag(),
    "Text and LaTeX: print one term per topology behind an explicit sum over index sets, Σ_{ij|kl; 6}, in "
    "place of a mean [...] over its labellings.",
    option="--sum",
)
ARGUMENTS = Parameter(Flag(), "LaTeX: print K(x_1,x_2) instead of K_{12}.")
NUMBERED = Parameter(Flag(), "LaTeX: print y_1, y_2 instead of y, z.")
DOCUMENT = Parameter(Flag(), "LaTeX and TikZ: a whole document instead of what is pasted into one.")


@dataclass(frozen=True, kw_only=True)
class PrintParameters:
    """How an expansion is printed."""

    form: Annotated[str | None, FORMAT] = None
    terms: Annotated[str | None, TERMS] = None
    sums: Annotated[bool, SUM] = False
    plain_kernel: Annotated[bool, PLAIN_KERNEL] = False
    arguments: Annotated[bool, ARGUMENTS] = False
    numbered_vertices: Annotated[bool, NUMBERED] = False
    document: Annotated[bool, DOCUMENT] = False
    out: Annotated[OutputFile | None, OUT] = None

    def __post_init__(self) -> None:
        if self.out and self.form and self.out.suffix not in SUFFIXES[self.form]:
            ends = " or ".join(SUFFIXES[self.form])
            raise Refused.about(
                "out",
                f"{self.out.given} was given beside --format {self.form}; a name ending in {ends} is needed",
            )

    @property
    def by_topology(self) -> bool:
        """Whether one term per topology is printed."""
        return self.terms in ("grouped", "drawn") or (self.sums and self.terms is None and not self.document)

    @property
    def of_file(self) -> str | None:
        """The format that the name of the file says."""
        if self.out is None:
            return None
        return next(form for form, suffixes in SUFFIXES.items() if self.out.suffix in suffixes)


@click.command(name="expand", cls=ActionCommand, epilog=_EXAMPLES)
@takes(asked=ExpansionParameters, printed=PrintParameters)
@json_option
def command(asked: ExpansionParameters, printed: PrintParameters, as_json: bool) -> None:
    """Expand an n-point function of ACTION, such as 'lambda*f^4 + kappa*f^6', into diagrams.

    Without ACTION the free theory is expanded: all pairings, with several --outputs their δ structure.
    """
    if as_json and printed.form not in (None, "json") and printed.out is None:
        raise click.UsageError(f"--json and --format {printed.form} contradict each other: give one of them.")
    form = printed.form or printed.of_file or ("json" if as_json else "text")
    _check(form, printed)
    expansion, text = _expanded(asked, form, printed)
    if expansion.action.constant:
        from nnft_sym.expansions.content import constant_beside

        click.echo(constant_note(expansion.action, kept=bool(constant_beside(expansion))), err=True)
    if not expansion.terms and (form, printed.terms) not in (("text", None), ("text", "labelled")):
        from nnft_sym.printing.text import no_diagrams

        click.echo(no_diagrams(expansion), err=True)
    if printed.out is None:
        click.echo(text)
        return
    _write(printed.out, text)
    if as_json:
        click.echo(_printed(expansion, "json", printed))
    else:
        click.echo(f"{len(expansion):,} term{'s' if len(expansion) != 1 else ''} in {printed.out.target}")


def _write(out: OutputFile, text: str) -> None:
    """Write the text to a file."""
    from nnft_sym.storage.writing import write_text

    write_text(out.target, f"{text}\n")


def _expanded(asked: ExpansionParameters, form: str, printed: PrintParameters) -> "tuple[Expansion, str]":
    """Expand and write, telling what is being done."""
    from nnft_sym.expansions.expansion import expand
    from nnft_sym.progress.ticker import Ticker

    said = ["reading the action, and bounding the number of diagrams"]
    with Ticker(lambda: said[-1]):
        expansion = expand(
            asked.theory,
            asked.n,
            asked.order,
            asked.lines,
            asked.kind,
            asked.counting,
            filters=asked.filters,
            loops=asked.loops,
            labelled=not printed.by_topology,
            progress=said.append,
        )
        if form == "json" or printed.document or (form == "text" and not printed.by_topology):
            said.append(f"{len(expansion):,} terms are found; all contractions are counted, as a check")
            _ = expansion.wick_total
        said.append(f"{len(expansion):,} terms are found and are being written")
        return expansion, _printed(expansion, form, printed)


def _check(form: str, printed: PrintParameters) -> None:
    """Refuse options that would have no effect."""
    terms, document = printed.terms, printed.document
    of_formulas = _given({"--sum": printed.sums, "--plain-kernel": printed.plain_kernel})
    of_latex = _given({"--arguments": printed.arguments, "--numbered-vertices": printed.numbered_vertices})
    if of_formulas and form not in ("text", "latex"):
        raise click.UsageError(f"{_needed(of_formulas)} --format text or latex, not {form}.")
    given_latex = [*of_latex, "--document"] if document and (of_latex or form != "tikz") else of_latex
    if form != "latex" and given_latex:
        raise click.UsageError(f"{_needed(given_latex)} --format latex, not {form}.")
    if printed.sums and terms in ("labelled", "drawn"):
        raise click.UsageError(
            f"--sum and --terms {terms} contradict each other: a sum over index sets stands for all "
            "labellings of one term; leave one of them out, or give --terms grouped."
        )
    if terms == "drawn" and form != "latex":
        raise click.UsageError(f"--terms drawn needs --format latex, not {form}.")
    if (terms is not None and form == "tikz") or (terms == "drawn" and form == "json"):
        raise click.UsageError(
            f"--terms {terms} has no effect with --format {form}: leave it out, or print text or latex."
        )
    given = [*of_formulas, *of_latex]
    if terms == "drawn" and given and not document:
        raise click.UsageError(
            f"{' and '.join(given)} has no effect with --terms drawn, where no propagator is printed: leave "
            "one of them out."
        )


def _given(options: dict[str, bool]) -> list[str]:
    return [name for name, on in options.items() if on]


def _needed(options: list[str]) -> str:
    return f"{' and '.join(options)} {'needs' if len(options) == 1 else 'need'}"


def _printed(expansion: "Expansion", form: str, printed: PrintParameters) -> str:
    """Write the expansion in one of the formats."""
    from nnft_sym.notation import Notation

    terms, document = printed.terms, printed.document
    notation = Notation(printed.plain_kernel, printed.arguments, printed.numbered_vertices, printed.sums)
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
    if form in LISTS:
        from nnft_sym.printing import listings

        lists = (
            listings.dot_listing,
            listings.graphml_listing,
            listings.qgraf_listing,
            listings.form_listing,
        )
        return dict(zip(LISTS, lists, strict=True))[form](expansion, labelled=terms != "grouped")
    if printed.by_topology:
        from nnft_sym.printing.text import short_text

        return short_text(expansion, notation)
    return expansion.text(notation)
