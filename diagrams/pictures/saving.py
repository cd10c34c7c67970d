"""Pictures as files, in the form that the suffix of the file names."""

import os
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from diagrams.errors import UnwritablePicture
from diagrams.messages import did_you_mean, shown
from diagrams.pictures.figures import sheet_figure
from diagrams.pictures.marks import Caption
from diagrams.pictures.sheets import Entry, SheetContent
from diagrams.pictures.svg import svg_sheet
from diagrams.pictures.tikz_sheets import tikz_document

_SUFFIXES = (".svg", ".pdf", ".png", ".tex")


def save_sheet(
    path: str | os.PathLike[str], entries: Iterable[Entry] | SheetContent, *, title: str | Caption = ""
) -> None:
    """Write pictures to a file: SVG, PDF or PNG (through matplotlib), or a LaTeX document with TikZ.

    Parameters
    ----------
    path : path-like
        Its suffix is .svg, .pdf, .png or .tex.
    entries : SheetContent, or iterable of Diagram, (Diagram, str or Caption) or (Picture, str or Caption)
        As for `diagrams.drawing.svg_sheet`.
    title : str or Caption
        Above everything.

    Raises
    ------
    UnwritablePicture
        If the suffix is another one, or the disk refuses.

    Examples
    --------
    >>> from diagrams.diagram import Diagram
    >>> save_sheet("bubble.gif", [Diagram.from_edge_string("x1-x2")])
    Traceback (most recent call last):
    diagrams.errors.UnwritablePicture: cannot draw 'bubble.gif': give a file that ends in .svg, .pdf, ...
    """
    if not isinstance(path, str | os.PathLike):
        raise UnwritablePicture(f"path = {shown(path)} was given; the name of a file is needed")
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in _SUFFIXES:
        near = did_you_mean(suffix, _SUFFIXES)
        raise UnwritablePicture(
            f"cannot draw {shown(str(target))}: give a file that ends in .svg, .pdf, .png or .tex{near}"
        )
    content = _rendered(suffix, entries, title)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        try:
            unfinished.write_bytes(content)
            unfinished.replace(target)  # what was there stays whole until then
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise UnwritablePicture(
            f"cannot write {shown(str(target))} ({error.strerror or error}): give a file in a folder that is "
            "there and may be written to"
        ) from error


def _rendered(suffix: str, entries: Iterable[Entry] | SheetContent, title: str | Caption) -> bytes:
    if suffix == ".svg":
        return svg_sheet(entries, title=title).encode()
    if suffix == ".tex":
        return tikz_document(entries, title=title).encode()
    # Equal pictures give equal files.
    unstamped = {"CreationDate": None, "Creator": None} if suffix == ".pdf" else None
    kept = BytesIO()
    sheet_figure(entries, title=title).savefig(kept, format=suffix[1:], metadata=unstamped, dpi=200)
    return kept.getvalue()
