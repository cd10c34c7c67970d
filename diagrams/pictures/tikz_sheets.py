"""Documents of many pictures as TikZ code. They need only the ``tikz`` package of LaTeX."""

from collections.abc import Iterable, Iterator, Sequence

from diagrams.pictures.frames import Layout
from diagrams.pictures.marks import Caption, Mark, Sign
from diagrams.pictures.picture import Picture, picture
from diagrams.pictures.sheets import Entry, Meaning, SheetContent, as_content, captioned, even_rows
from diagrams.pictures.tex import caption_latex
from diagrams.pictures.tikz import ALONE, DASHES, sign_code, tikz
from diagrams.pictures.typeset import typeset

#: Pages that are cut to what is on them, by pdflatex, xelatex or lualatex, and without further packages.
_STANDALONE = r"""\documentclass{article}
\usepackage{tikz}
\ifdefined\pdfpagewidth\else\let\pdfpagewidth\pagewidth\let\pdfpageheight\pageheight\fi
\hoffset=-1in \voffset=-1in
\fboxrule=0pt \fboxsep=3pt
\newsavebox{\picturebox}
\newcommand{\picturepage}{%
  \pdfpagewidth=\wd\picturebox \pdfpageheight=\dimexpr\ht\picturebox+\dp\picturebox\relax
  \shipout\hbox{\usebox{\picturebox}}}
\begin{document}"""

#: Width of a page, of an em, and between pictures, in centimetres.
_WIDTH, _EM, _BETWEEN = 18.0, 0.3515, 0.4
_HEADING_RULE = r"\quad\leaders\hrule height 2.8pt depth -2.4pt\hfill\null\par\nopagebreak\medskip"


def tikz_document(
    entries: Iterable[Entry] | SheetContent,
    *,
    title: str | Caption = "",
    standalone: bool = False,
    layout: Layout | str = Layout.FREE,
    incoming: int | None = None,
) -> str:
    """Draw many diagrams as a LaTeX document of its own.

    Parameters
    ----------
    entries : SheetContent, or iterable of Diagram, (Diagram, str or Caption) or (Picture, str or Caption)
        A diagram given alone is captioned with its Wick multiplicity.
    title : str or Caption
        Heading.
    standalone : bool
        Whether every picture gets a page that is just large enough, to be included elsewhere, in place of
        all pictures on sheets of paper; there is no heading then.
    layout, incoming
        Where the external points stand, as for `diagrams.pictures.picture.picture`.

    Examples
    --------
    >>> from diagrams.generation import generate
    >>> tikz_document(generate(4, {4: 1})).count("begin{tikzpicture}")
    10
    """
    content = as_content(entries, title)
    sections = [
        (
            section.heading,
            [
                (picture(diagram, layout=layout, incoming=incoming), caption)
                for diagram, caption in captioned(section.entries)
            ],
        )
        for section in content.sections
    ]
    if standalone:
        pages = [
            _page(tikz(drawn, caption=caption)) for _, pictures in sections for drawn, caption in pictures
        ]
        return "\n".join([_STANDALONE, *pages, r"\end{document}", ""])
    lines = [
        r"\documentclass{article}",
        r"\usepackage[margin=15mm]{geometry}",
        r"\usepackage{tikz}",
        r"\pagestyle{empty}",
        r"\setlength{\parindent}{0pt}",
        r"\begin{document}",
        *_head(content),
    ]
    for heading, pictures in sections:
        lines += _section(heading, pictures)
    return "\n".join([*lines, *_foot(content), r"\end{document}", ""])


def _page(drawn: str) -> str:
    """One picture on a page of its size."""
    return "\n".join(
        [
            r"\begin{lrbox}{\picturebox}\fbox{%",
            drawn + "%",
            r"}\end{lrbox}\picturepage",
        ]
    )


def _head(content: SheetContent) -> Iterator[str]:
    """Title, subtitle and the meaning of signs, centred."""
    if not (content.title or content.subtitle or content.legend):
        return
    yield r"\begin{center}"
    if content.title:
        yield rf"{{\Large {caption_latex(content.title)}\par}}"
    if content.subtitle:
        yield r"\smallskip"
    for line in content.subtitle:
        yield rf"{caption_latex(line)}\par"
    if content.legend:
        yield r"\smallskip"
        yield "\\qquad\n".join(map(_meaning, content.legend))
    yield r"\end{center}"


def _meaning(meaning: Meaning) -> str:
    """A sign, and what it stands for."""
    text = caption_latex(meaning.text)
    if meaning.dashed:
        shape = rf"\draw{DASHES} (-0.3,0) -- (0.3,0);"
    elif meaning.sign is None and not meaning.blob:
        return text
    else:
        sign = meaning.sign or Sign.DISC
        shape = sign_code(Mark(0.0, 0.0, "", False, 0, 0.0, 0.0, blob=meaning.blob, sign=sign), ALONE) + ";"
    drawn = rf"\begin{{tikzpicture}}[line width=0.6pt, baseline=-0.6ex] {shape} \end{{tikzpicture}}"
    return rf"\mbox{{{drawn}~{text}}}"


def _section(heading: Caption | str, pictures: Sequence[tuple[Picture, str | Caption]]) -> Iterator[str]:
    """A heading with a rule, and pictures in centred rows with their captions on one line."""
    if heading:
        yield rf"\par\bigskip\noindent {{\large {caption_latex(heading)}}}{_HEADING_RULE}"
    if not pictures:
        return
    wide = max(max(drawn.width, _EM * typeset(caption_latex(caption)).width) for drawn, caption in pictures)
    yield r"{\centering"
    for row in even_rows(pictures, max(1, int((_WIDTH + _BETWEEN) / (wide + _BETWEEN)))):
        floor = min(drawn.bottom for drawn, _ in row)
        yield "\n\\quad\n".join(tikz(drawn, caption=caption, floor=floor) for drawn, caption in row)
        yield r"\par\medskip"
    yield "}"


def _foot(content: SheetContent) -> Iterator[str]:
    """A rule, and what the captions mean."""
    if content.notes:
        yield r"\par\bigskip\hrule\medskip{\small"
        for note in content.notes:
            yield rf"{caption_latex(note)}\par"
        yield "}"
