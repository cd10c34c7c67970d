"""``nnft draw``: the diagrams of an expansion as pictures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.action_argument import ActionCommand, constant_note
from nnft_sym.commands.options import json_option, takes
from nnft_sym.parameters.expansions import DrawnParameters
from nnft_sym.parameters.outputs import Output, OutputFile, output
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Refused, Whole, Word
from nnft_sym.progress.patience import policy_of

if TYPE_CHECKING:
    from diagrams import Diagram
    from diagrams.drawing import Caption, Picture
    from nnft_sym.expansions.expansion import Expansion
    from nnft_sym.expansions.terms import Term

    Entry = tuple[Diagram | Picture, Caption]


@dataclass(frozen=True)
class DrawLimits:
    """How much is drawn.

    Attributes
    ----------
    pictures : int
        More pictures than this are a book nobody reads.
    on_a_page : int
        A page (of a PDF), or a file (SVG), with more pictures than this is no sheet any more.
    points : int
        A picture with more external points is a thicket, and takes seconds to lay out.
    """

    pictures: int = 2000
    on_a_page: int = 60
    points: int = 20


LEGS = Parameter(
    Word(("labelled", "unlabelled")),
    "One picture per labelling of the external points, or per topology.",
)
LAYOUT = Parameter(
    Word(("free", "circle", "columns")),
    "External points where they look best, clockwise on a circle, or incoming left and outgoing right.",
)
INCOMING = Parameter(Whole(0), "Columns: how many points, the first ones, come in.", default="half")
OUT = output((".svg", ".pdf", ".tex"), "Many pictures make several pages of a PDF, or numbered SVG files.")


@dataclass(frozen=True, kw_only=True)
class SheetParameters(DrawnParameters):
    """What is drawn, how, and where it goes."""

    legs: Annotated[str, LEGS] = "unlabelled"
    layout: Annotated[str, LAYOUT] = "free"
    incoming: Annotated[int | None, INCOMING] = None
    out: Annotated[OutputFile | str, OUT] = "diagrams.svg"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.incoming is not None and (self.layout != "columns" or self.incoming > self.n):
            raise Refused.about(
                "incoming",
                f"{self.incoming} was given; 0 to {self.n} points are needed, and --layout columns",
            )

    @property
    def labelled(self) -> bool:
        """Whether every labelling has a picture of its own."""
        return self.legs == "labelled"


@click.command(name="draw", cls=ActionCommand)
@takes(asked=SheetParameters)
@json_option
def command(asked: SheetParameters, as_json: bool) -> None:
    """Draw the diagrams of an expansion, each with its Wick multiplicity, on one sheet."""
    from nnft_sym.jsonio import dumps
    from nnft_sym.progress.ticker import Ticker

    sheet = _Sheet(asked)
    try:
        with Ticker(sheet.progress):
            expansion, shown = _listed(asked, sheet)
            entries = list(_entries(shown, sheet))
            sheet.write(entries, _title(expansion))
    except KeyboardInterrupt:
        written = ", ".join(map(str, sheet.files)) or "no file"
        click.echo(f"nnft: stopped: {sheet.progress()}; written: {written}", err=True)
        raise
    if expansion.action.constant:
        click.echo(constant_note(expansion.action), err=True)
    if as_json:
        click.echo(dumps({"files": list(map(str, sheet.files)), "diagrams": len(entries)}))
    else:
        click.echo(
            f"{len(entries)} picture{'s' if len(entries) != 1 else ''} in {', '.join(map(str, sheet.files))}"
        )


def _listed(asked: SheetParameters, sheet: "_Sheet") -> "tuple[Expansion, list[tuple[Term, str]]]":
    """List what is to be drawn, and refuse what nobody looks at."""
    from nnft_sym.expansions.expansion import correlator

    _refuse_many(asked)
    expansion = correlator(
        asked.theory,
        asked.n,
        asked.order,
        asked.lines,
        asked.kind,
        filters=asked.filters,
        loops=asked.loops,
        labelled=asked.labelled,
        progress=sheet.tell,
    )
    if asked.labelled:
        shown = [(term, term.count_text) for term in expansion]
    else:
        shown = [(one.representative, one.caption) for one in expansion.topologies()]
    _check_number(expansion, len(shown), labelled=asked.labelled)
    if not asked.labelled:
        planar = [_planar(term, expansion, asked.layout, asked.incoming) for term, _ in shown]
        shown = [(term, caption) for term, (_, caption) in zip(planar, shown, strict=True)]
    return expansion, shown


def _entries(shown: "list[tuple[Term, str]]", sheet: "_Sheet") -> "Iterator[Entry]":
    """Give every picture its caption, with the components of the external points."""
    from nnft_sym.printing.term_pictures import term_caption, term_picture

    for number, (term, caption) in enumerate(shown):
        sheet.tell(f"{number} of {len(shown)} pictures laid out")
        drawn = term_picture(term, layout=sheet.layout, incoming=sheet.incoming)
        yield drawn, term_caption(term, caption)


def _planar(term: "Term", expansion: "Expansion", layout: str, incoming: int | None) -> "Term":
    """Choose the labelling whose lines do not cross where the points stand; the first one if all have to."""
    from diagrams.drawing import planar_order
    from nnft_sym.expansions.terms import relabelled

    order = planar_order(term.diagram, layout, incoming)
    return term if order == sorted(order) else relabelled(term, expansion.action, order)


def _title(expansion: "Expansion") -> str:
    """Say what is drawn: function, action, order, kind and scheme."""
    lines = {
        "bare": "lines: propagator of S_GP",
        "exact": "lines: exact 2-point function",
        "network": "lines and discs: connected correlators of the network",
    }[expansion.scheme.value]
    order = "" if expansion.action.is_free else f", to {expansion.truncation.text}"
    kept = f", {', '.join(expansion.filter_names)}" if expansion.filters else ""
    return f"{expansion.n}-point function of {expansion.action.name}{order}: {expansion.kind}{kept}; {lines}"


def _refuse_many(asked: SheetParameters) -> None:
    """Count before listing, so that a hopeless request is refused at once.

    Where the diagrams of the scalar theory stand for several pictures each, that is a lower bound. Requests
    that make no sense are left to `correlator`.
    """
    from diagrams import count
    from diagrams.sizes import number_text
    from nnft_sym.expansions.around_network import counted
    from nnft_sym.expansions.finding import MOST_POINTS, filters_of
    from nnft_sym.expansions.truncation import truncation

    theory, n = asked.theory, asked.n
    if n > MOST_POINTS:
        return
    points = policy_of(DrawLimits).points
    if n > points:
        raise click.UsageError(
            f"pictures with {n} external points were asked for, and at most {points} points are drawn; lower "
            "-n, or print the sum (nnft expand --terms grouped)"
        )
    cut = truncation(theory, asked.order, None, asked.loops)
    where, number = filters_of(asked.lines, asked.kind, asked.filters, cut), 0
    for content in cut.contents(theory, n):
        if asked.around == "network":
            found = counted(n, content, where, unlabelled=not asked.labelled)
            number += sum(one.diagrams for _, one in found)
        else:
            number += count(n, dict(content), where, unlabelled=not asked.labelled).diagrams
        if number > policy_of(DrawLimits).pictures:
            raise _too_many(
                f"the {asked.kind} {n}-point function of {theory} to {cut.text}",
                f"at least {number_text(number)}",
                asked.labelled,
            )


def _too_many(asked: str, number: str, labelled: bool) -> click.UsageError:
    ways = "lower --order or -n, choose a narrower --kind"
    ways += ", or draw topologies (--legs unlabelled)" if labelled else ", or count them (nnft count)"
    most = policy_of(DrawLimits).pictures
    return click.UsageError(f"{asked} has {number} pictures, at most {most:,} are drawn; {ways}")


def _check_number(expansion: "Expansion", number: int, *, labelled: bool) -> None:
    """Refuse to draw nothing, or more than anybody looks at."""
    asked = (
        f"the {expansion.kind} {expansion.n}-point function of {expansion.action} to "
        f"{expansion.truncation.text}"
    )
    if number > policy_of(DrawLimits).pictures:
        raise _too_many(asked, f"{number:,}", labelled)
    if number == 0:
        from nnft_sym.expansions.remainder import remainder

        if expansion.filters:
            raise click.UsageError(
                f"{asked} has no diagrams that pass {', '.join(expansion.filter_names)}: leave a filter out, "
                "or raise --order"
            )
        valences = sorted(set(expansion.action.valences))
        if expansion.n % 2 and all(valence % 2 == 0 for valence in valences):
            ends = " and ".join(map(str, valences))
            raise click.UsageError(
                f"{asked} vanishes: {expansion.n} points and vertices with {ends} line ends have an odd "
                "number of ends, which cannot be joined in pairs; give an even number of points (-n)"
            )
        rest = remainder(expansion)
        way = f"it is {rest.text()}, so raise --order" if rest else "at no order, so ask for another --kind"
        raise click.UsageError(f"{asked} has no diagrams: {way}")


class _Sheet:
    """One file or several, and how far they are."""

    def __init__(self, asked: SheetParameters) -> None:
        out = asked.out if isinstance(asked.out, OutputFile) else Output(tuple(_WRITERS)).check(asked.out)
        self.target, self.kind = out.target, out.suffix
        self.layout, self.incoming = asked.layout, asked.incoming
        self.files: list[Path] = []
        self.drawn = self.total = 0
        self.told = "listing the diagrams"

    def tell(self, text: str) -> None:
        """Take a line that says how far the list of diagrams is."""
        self.told = text

    def progress(self) -> str:
        """Say what is being done."""
        return f"{self.drawn} of {self.total} pictures drawn" if self.total else self.told

    def counted(self, entries: "list[Entry]") -> "Iterator[Entry]":
        """Hand the entries on to a renderer, which draws one after the other."""
        for entry in entries:
            yield entry
            self.drawn += 1

    def pages(self, entries: "list[Entry]", title: str) -> "Iterator[tuple[list[Entry], str]]":
        """Cut the list into pages of one length, each with its title."""
        number = -(-len(entries) // policy_of(DrawLimits).on_a_page)
        size = -(-len(entries) // number)
        for page in range(number):
            heading = f"{title} ({page + 1} of {number})" if number > 1 else title
            yield entries[page * size : (page + 1) * size], heading

    def write(self, entries: "list[Entry]", title: str) -> None:
        """Draw everything and write it."""
        self.total = len(entries)
        _WRITERS[self.kind](self, entries, title)


def _svg(sheet: _Sheet, entries: "list[Entry]", title: str) -> None:
    from diagrams.drawing import svg_sheet
    from nnft_sym.storage.writing import check_writable, write_text

    pages = list(sheet.pages(entries, title))
    for number, (page, heading) in enumerate(pages, start=1):
        text = svg_sheet(sheet.counted(page), title=heading, layout=sheet.layout, incoming=sheet.incoming)
        target = sheet.target
        if len(pages) > 1:
            numbered = f"{target.stem}-{number:0{len(str(len(pages)))}d}{target.suffix}"
            target = check_writable(target.with_name(numbered))
        write_text(target, text)
        sheet.files.append(target)


def _tex(sheet: _Sheet, entries: "list[Entry]", title: str) -> None:
    from diagrams.drawing import tikz_document
    from nnft_sym.storage.writing import write_text

    counted = sheet.counted(entries)
    text = tikz_document(counted, title=title, layout=sheet.layout, incoming=sheet.incoming)
    write_text(sheet.target, text)
    sheet.files.append(sheet.target)


def _pdf(sheet: _Sheet, entries: "list[Entry]", title: str) -> None:
    from matplotlib.backends.backend_pdf import PdfPages

    from diagrams.drawing import sheet_figure
    from nnft_sym.storage.writing import atomically

    def save(temporary: Path) -> None:
        with PdfPages(temporary, metadata={"CreationDate": None, "Creator": None}) as pages:
            for page, heading in sheet.pages(entries, title):
                counted = sheet.counted(page)
                figure = sheet_figure(counted, title=heading, layout=sheet.layout, incoming=sheet.incoming)
                pages.savefig(figure)

    atomically(sheet.target, save)
    sheet.files.append(sheet.target)


_WRITERS: "dict[str, Callable[[_Sheet, list[Entry], str], None]]" = {".svg": _svg, ".pdf": _pdf, ".tex": _tex}
