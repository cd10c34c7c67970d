"""``nnft draw``: the diagrams of an expansion as pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from nnft_sym.commands.action_argument import ActionCommand, constant_note
from nnft_sym.commands.options import json_option, takes
from nnft_sym.parameters.expansions import DrawnParameters
from nnft_sym.parameters.outputs import OutputFile, output_or_stream
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused, Text, Whole, Word
from nnft_sym.progress.patience import policy_of

if TYPE_CHECKING:
    from diagrams import Diagram
    from diagrams.drawing import Picture, SheetContent
    from nnft_sym.expansions.expansion import Expansion
    from nnft_sym.expansions.terms import Term


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
SUFFIXES = (".svg", ".pdf", ".png", ".tex")
OUT = output_or_stream(
    SUFFIXES,
    (".svg", ".tex"),
    "Many pictures make several pages of a PDF, or numbered SVG or PNG files; '-' is standard output, "
    "'-.tex' the same in TeX.",
)
CAPTION = Parameter(
    Word(("count", "S", "weight", "coefficient", "none"), {"s": "S"}),
    "Below a picture: Wick contractions, symmetry factor S, weight 1/S, or the whole factor in front of the "
    "integral.",
)
TITLE = Parameter(
    Text(),
    "Above every sheet, in place of what is drawn; '' for the pictures alone, without title and legend.",
    default="what is drawn",
)
EACH = Parameter(Flag(), "Every picture in a file of its own, numbered; in TeX as with --standalone.")
STANDALONE = Parameter(Flag(), "TeX: a page of its size for every picture, to be included elsewhere.")


@dataclass(frozen=True, kw_only=True)
class SheetParameters(DrawnParameters):
    """What is drawn, how, and where it goes."""

    legs: Annotated[str, LEGS] = "unlabelled"
    layout: Annotated[str, LAYOUT] = "free"
    incoming: Annotated[int | None, INCOMING] = None
    out: Annotated[OutputFile | str, OUT] = "diagrams.svg"
    caption: Annotated[str, CAPTION] = "count"
    title: Annotated[str | None, TITLE] = None
    each: Annotated[bool, EACH] = False
    standalone: Annotated[bool, STANDALONE] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.standalone and self.file.suffix != ".tex":
            raise Refused.about(
                "standalone", f"it was given beside --out {self.file.given}; it is for files that end in .tex"
            )
        if self.each and self.file.is_stream:
            raise Refused.about("each", "it was given beside standard output; give --out the name of a file")
        if self.diagrams and self.caption == "coefficient":
            raise Refused.about(
                "caption",
                "coefficient was given beside --diagram, which has no couplings; ask for count, S, weight or "
                "none",
            )
        if self.incoming is not None and (self.layout != "columns" or self.incoming > self.points):
            raise Refused.about(
                "incoming",
                f"{self.incoming} was given; 0 to {self.points} points are needed, and --layout columns",
            )

    @property
    def file(self) -> OutputFile:
        """Where the pictures go."""
        return self.out if isinstance(self.out, OutputFile) else OUT.reader.check(self.out)

    @property
    def labelled(self) -> bool:
        """Whether every labelling has a picture of its own."""
        return self.legs == "labelled"


@click.command(name="draw", cls=ActionCommand)
@takes(asked=SheetParameters)
@json_option
def command(asked: SheetParameters, as_json: bool) -> None:
    """Draw the diagrams of an expansion, or those given by --diagram, each with a caption."""
    from nnft_sym.jsonio import dumps
    from nnft_sym.progress.ticker import Ticker

    if as_json and asked.file.is_stream:
        raise click.UsageError("--json and --out - both write to standard output: give one of them.")
    sheet = _Sheet(asked)
    try:
        with Ticker(sheet.progress):
            content, note = _given(asked) if asked.diagrams else _of_expansion(asked, sheet)
            sheet.write(content)
    except KeyboardInterrupt:
        written = ", ".join(map(str, sheet.files)) or "no file"
        click.echo(f"nnft: stopped: {sheet.progress()}; written: {written}", err=True)
        raise
    if note:
        click.echo(note, err=True)
    if asked.file.is_stream:
        return
    if as_json:
        click.echo(dumps({"files": list(map(str, sheet.files)), "diagrams": sheet.total}))
    else:
        click.echo(
            f"{sheet.total} picture{'s' if sheet.total != 1 else ''} in {', '.join(map(str, sheet.files))}"
        )


def _given(asked: SheetParameters) -> "tuple[SheetContent, str]":
    """Diagrams that were given, as they are labelled; no title and no note."""
    from nnft_sym.printing.contact_sheets import diagram_sheet
    from nnft_sym.printing.picture_captions import CaptionKind

    return diagram_sheet(asked.diagrams, CaptionKind(asked.caption)), ""


def _of_expansion(asked: SheetParameters, sheet: "_Sheet") -> "tuple[SheetContent, str]":
    """Diagrams of an expansion with title and legend, and what is to be said beside them."""
    from nnft_sym.printing.contact_sheets import sheet_content
    from nnft_sym.printing.picture_captions import CaptionKind

    expansion, shown = _listed(asked, sheet)
    content = sheet_content(
        expansion,
        shown,
        CaptionKind(asked.caption),
        layout=asked.layout,
        incoming=asked.incoming,
        tell=sheet.tell,
    )
    return content, constant_note(expansion.action) if expansion.action.constant else ""


def _listed(asked: SheetParameters, sheet: "_Sheet") -> "tuple[Expansion, list[tuple[Term, int]]]":
    """List what is to be drawn, and refuse what nobody looks at."""
    from nnft_sym.expansions.expansion import expand

    _refuse_many(asked)
    expansion = expand(
        asked.theory,
        asked.points,
        asked.order,
        asked.lines,
        asked.kind,
        filters=asked.filters,
        loops=asked.loops,
        labelled=asked.labelled,
        progress=sheet.tell,
    )
    if asked.labelled:
        shown = [(term, 1) for term in expansion]
    else:
        shown = [(one.representative, one.labellings) for one in expansion.topologies()]
    _check_number(expansion, len(shown), labelled=asked.labelled)
    if not asked.labelled:
        shown = [(_planar(term, expansion, asked.layout, asked.incoming), many) for term, many in shown]
    return expansion, shown


def _planar(term: "Term", expansion: "Expansion", layout: str, incoming: int | None) -> "Term":
    """Choose the labelling whose lines do not cross where the points stand; the first one if all have to."""
    from diagrams.drawing import planar_order
    from nnft_sym.expansions.terms import relabelled

    order = planar_order(term.diagram, layout, incoming)
    return term if order == sorted(order) else relabelled(term, expansion.action, order)


def _refuse_many(asked: SheetParameters) -> None:
    """Count before listing, so that a hopeless request is refused at once.

    Where the diagrams of the scalar theory stand for several pictures each, that is a lower bound. Requests
    that make no sense are left to `expand`.
    """
    from diagrams import count
    from diagrams.sizes import number_text
    from nnft_sym.expansions.around_network import counted
    from nnft_sym.expansions.finding import filters_of
    from nnft_sym.expansions.truncation import truncation

    theory, n = asked.theory, asked.points
    points = policy_of(DrawLimits).points
    if n > points:
        raise click.UsageError(
            f"pictures with {number_text(n)} external points were asked for, and at most {points} points are "
            "drawn; lower -n, or print the sum (nnft expand --terms grouped)"
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
    """What is written, and how far it is."""

    def __init__(self, asked: SheetParameters) -> None:
        self.asked, self.out = asked, asked.file
        self.files: list[Path] = []
        self.drawn = self.total = 0
        self.told = "listing the diagrams"

    def tell(self, text: str) -> None:
        """Take a line that says how far the list of diagrams is."""
        self.told = text

    def progress(self) -> str:
        """Say what is being done."""
        return f"{self.drawn} of {self.total} pictures drawn" if self.total else self.told

    def write(self, content: "SheetContent") -> None:
        """Draw everything and write it."""
        from diagrams.drawing import SheetContent
        from nnft_sym.printing.picture_files import picture_files
        from nnft_sym.storage.writing import check_writable, write_bytes

        self.total = len(content.entries)
        content = content.redrawn(self._pictures(content))
        if self.asked.title is not None:
            content = replace(content, title=self.asked.title)
        if self.asked.title == "":
            content = SheetContent(tuple(replace(one, heading="") for one in content.sections))
        files = picture_files(
            content,
            self.out.target,
            on_a_page=policy_of(DrawLimits).on_a_page,
            each=self.asked.each,
            standalone=self.asked.standalone,
        )
        if self.out.is_stream:
            _to_stdout([file.content() for file in files], self.out.given)
            return
        for file in files:
            write_bytes(check_writable(file.path), file.content())
            self.files.append(file.path)

    def _pictures(self, content: "SheetContent") -> "Iterator[Picture]":
        """Lay out what is no picture yet, on all cores if that is much."""
        from diagrams.drawing import pictures, vertex_signs
        from diagrams.pictures.many import cores
        from diagrams.pictures.sheets import captioned

        asked = self.asked
        valences = asked.theory.valences if not asked.diagrams else _valences(asked.diagrams)
        drawn = pictures(
            [diagram for diagram, _ in captioned(content.entries)],
            layout=asked.layout,
            incoming=asked.incoming,
            signs=vertex_signs(valences),
            processes=cores(),
        )
        for one in drawn:
            self.drawn += 1
            yield one


def _valences(diagrams: "Sequence[Diagram]") -> tuple[int, ...]:
    """Valences of all vertices."""
    return tuple(sorted({valence for diagram in diagrams for valence in diagram.vertices}))


def _to_stdout(contents: list[bytes], given: str) -> None:
    """Put one file on standard output."""
    if len(contents) > 1:
        raise click.UsageError(
            f"--out {given}: there are {len(contents)} sheets, and one fits on standard output; give a file, "
            "or --out -.tex, which has pages"
        )
    click.echo(contents[0].decode(), nl=False)
