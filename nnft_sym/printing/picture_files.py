"""Pictures as files: sheets of many, or one file for each, in the form that a suffix names."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from diagrams.drawing import Section, SheetContent, sheet_figure, svg_sheet, tikz_document

#: Suffixes of what can be written.
SUFFIXES = (".svg", ".pdf", ".png", ".tex")
#: Suffixes of what has pages; of the others many pictures make several files.
_PAGED = (".pdf", ".tex")


@dataclass(frozen=True)
class PictureFile:
    """One file of pictures, before it is written.

    Attributes
    ----------
    path : Path
        Its suffix is one of `SUFFIXES`.
    pages : tuple of SheetContent
    standalone : bool
        TeX: whether every picture has a page of its size.
    """

    path: Path
    pages: tuple[SheetContent, ...]
    standalone: bool = False

    def content(self) -> bytes:
        """Render it.

        Examples
        --------
        >>> from diagrams.diagram import Diagram
        >>> from diagrams.drawing import picture
        >>> line = picture(Diagram.from_edge_string("x1-x2"))
        >>> sheet = SheetContent((Section(((line, "1"),)),))
        >>> PictureFile(Path("a.svg"), (sheet,)).content().startswith(b"<svg")
        True
        """
        return _WRITERS[self.path.suffix.lower()](self)


def picture_files(
    content: SheetContent,
    path: Path,
    *,
    on_a_page: int = 60,
    each: bool = False,
    standalone: bool = False,
) -> Iterator[PictureFile]:
    """Cut a list of pictures into files and pages of one length.

    Parameters
    ----------
    content : SheetContent
        Of pictures that are laid out.
    path : Path
        Of several files, those are numbered: ``diagrams-01.svg``.
    on_a_page : int
        Pictures on a page of a PDF, or in a file without pages, at most.
    each : bool
        Whether every picture is a file of its own, with nothing but its caption.
    standalone : bool
        As in `PictureFile`.

    Examples
    --------
    >>> from diagrams.diagram import Diagram
    >>> from diagrams.drawing import picture
    >>> sheet = SheetContent((Section(((picture(Diagram.from_edge_string("x1-x2")), "1"),) * 12),))
    >>> [str(one.path) for one in picture_files(sheet, Path("a.svg"), on_a_page=7)]
    ['a-1.svg', 'a-2.svg']
    >>> [str(one.path) for one in picture_files(sheet, Path("a.tex"), each=True)][-1]
    'a-12.tex'
    """
    if each:
        pages = [SheetContent((Section((entry,)),)) for entry in content.entries]
    elif path.suffix.lower() == ".tex":  # LaTeX breaks pages itself
        pages = [content]
    else:
        pages = content.paged(on_a_page)
    if not each and path.suffix.lower() in _PAGED:
        yield PictureFile(path, tuple(pages), standalone)
        return
    for number, page in enumerate(pages, start=1):
        numbered = f"{path.stem}-{number:0{len(str(len(pages)))}d}{path.suffix}"
        target = path.with_name(numbered) if len(pages) > 1 else path
        yield PictureFile(target, (page,), standalone or each)


def _svg(file: PictureFile) -> bytes:
    (page,) = file.pages
    return svg_sheet(page).encode()


def _tex(file: PictureFile) -> bytes:
    (page,) = file.pages
    return tikz_document(page, standalone=file.standalone).encode()


def _png(file: PictureFile) -> bytes:
    (page,) = file.pages
    written = BytesIO()
    sheet_figure(page).savefig(written, format="png", dpi=200)
    return written.getvalue()


def _pdf(file: PictureFile) -> bytes:
    from matplotlib.backends.backend_pdf import PdfPages

    written = BytesIO()
    # Equal pictures give equal files.
    with PdfPages(written, metadata={"CreationDate": None, "Creator": None}) as pages:
        for page in file.pages:
            pages.savefig(sheet_figure(page))
    return written.getvalue()


_WRITERS: Mapping[str, Callable[[PictureFile], bytes]] = {
    ".svg": _svg,
    ".tex": _tex,
    ".png": _png,
    ".pdf": _pdf,
}
