"""SVG documents of figures, after Matplotlib: colours for dark pages, values under the pointer, fewer digits.

Matplotlib writes the colour of every element into its ``style``; a style sheet inside the document replaces
them where the reader's page is dark, and leaves print and programs without style sheets alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from nnft_sym.report.plot_style import DARK_INK, DARK_PAPER, INK, ON_DARK, PAPER

#: What a pointer shows: name of a group of an SVG document -> one text for each mark in it, in order.
Hovers = dict[str, list[str]]

_COORDINATE = re.compile(r'\b([xy])="(-?\d+\.\d\d)\d+"')
_PATH = re.compile(r'\bd="([^"]*)"')
_LONG = re.compile(r"(\d+\.\d\d)\d+")
#: A mark, or definitions, which are passed over.
_MARK = re.compile(r"<defs>.*?</defs>|<(use|path)\b([^>]*)/>", re.DOTALL)


def on_any_page(svg: str, alt: str = "") -> str:
    """Give a figure colours for dark pages, and a description for those who do not see it.

    Parameters
    ----------
    svg : str
        As Matplotlib writes it.
    alt : str, optional
        What is seen, in a sentence.

    Returns
    -------
    str
        The colours of `nnft_sym.report.plot_style` follow the page; ink and paper do so where the document
        stands alone, and `nnft_sym.report.page.inline_svg` makes them those of the page elsewhere.

    Examples
    --------
    >>> found = on_any_page('<svg width="1"><path style="fill: #0072b2"/></svg>', "A spot.")
    >>> 'aria-label="A spot."' in found, '[style*="fill: #0072b2"]{fill:#5cb8f0!important}' in found
    (True, True)
    """
    start = svg.index("<svg")
    end = svg.index(">", start)
    described = f' role="img" aria-label={quoteattr(alt)}' if alt else ""
    return svg[:end] + described + ">\n" + _sheet() + svg[end + 1 :]


def _sheet() -> str:
    """The style sheet of a dark page; ``:root`` holds only for a document that stands alone."""
    rules = [*_rules("svg", ON_DARK), *_rules("svg:root", {INK: DARK_INK, PAPER: DARK_PAPER})]
    inside = "\n".join(rules)
    # an open mark answers the pointer inside too
    return (
        "<style>svg use{pointer-events:all}\n"
        f"@media screen and (prefers-color-scheme: dark) {{\n{inside}\n}}</style>"
    )


def _rules(where: str, colours: Mapping[str, str]) -> Iterator[str]:
    for colour, dark in colours.items():
        for part in ("fill", "stroke"):
            yield f'{where} [style*="{part}: {colour}"]{{{part}:{dark}!important}}'


def shortened(svg: str) -> str:
    """Leave hundredths of a point in the coordinates of a figure: a third of the file.

    Examples
    --------
    >>> shortened('<use x="12.345678" y="1.5"/><path d="M 0.123456 7"/>')
    '<use x="12.34" y="1.5"/><path d="M 0.12 7"/>'
    """
    svg = _COORDINATE.sub(r'\1="\2"', svg)
    return _PATH.sub(lambda found: f'd="{_LONG.sub(chr(92) + "1", found[1])}"', svg)


def with_hovers(svg: str, hovers: Hovers) -> str:
    """Show values under the pointer: put a title into every mark of the groups named.

    Parameters
    ----------
    svg : str
    hovers : mapping of str to sequence of str
        Name of a group (``gid`` in Matplotlib) -> one text for each of its marks.

    Returns
    -------
    str

    Examples
    --------
    >>> with_hovers('<g id="a"><defs><path/></defs><use x="1"/><use x="2"/></g>', {"a": ["one", "two"]})
    '<g id="a"><defs><path/></defs><use x="1"><title>one</title></use><use x="2"><title>two</title></use></g>'
    """
    places = sorted((svg.index(f'<g id="{name}">'), name) for name in hovers)
    parts, done = [], 0
    for start, name in places:
        parts.append(svg[done:start])
        written, done = _titled(svg, start, hovers[name])
        parts.append(written)
    return "".join([*parts, svg[done:]])


def _titled(svg: str, start: int, texts: Sequence[str]) -> tuple[str, int]:
    """Put the titles into the marks from `start` on; return what was read, and where it ends."""
    parts, done, left = [], start, iter(texts)
    missing = len(texts)
    for found in _MARK.finditer(svg, start):
        if not missing:
            break
        if found[1] is None:
            continue
        parts.append(svg[done : found.start()])
        parts.append(f"<{found[1]}{found[2]}><title>{escape(next(left))}</title></{found[1]}>")
        done, missing = found.end(), missing - 1
    return "".join(parts), done
