"""Pages for the browser: one file, readable offline; formulas are MathML, pictures SVG.

Every page has the style and the macros of the templates in common.
"""

import re
from collections.abc import Mapping
from typing import Any

from nnft_sym.printing.formulas import mathml
from nnft_sym.report.plot_style import INK, PAPER

#: Raised digits on the line.
_LEVEL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ", "0123456789n")


def page(template: str, context: Mapping[str, Any]) -> str:
    """Fill a template.

    Parameters
    ----------
    template : str
        Its file name, such as ``report.html.j2``.
    context : mapping of str to object

    Returns
    -------
    str
        A complete HTML document that refers to nothing outside itself.

    Raises
    ------
    RenderingError
        If a formula cannot be converted.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup, escape

    environment = Environment(
        loader=PackageLoader("nnft_sym"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["mathml"] = lambda latex: Markup(mathml(latex))
    environment.filters["display"] = lambda latex: Markup(mathml(latex, display=True))
    environment.filters["inline_svg"] = lambda svg, prefix: Markup(inline_svg(svg, prefix))
    environment.filters["prose"] = lambda text: Markup(_prose(str(escape(text))))
    return environment.get_template(template).render(context)


def _prose(text: str) -> str:
    """Set in text that is HTML already the indices of K_W, R^d and G⁽⁴⁾; keep powers of ten whole."""
    text = re.sub(r"(∂|(?<![A-Za-z])[KSGσ])_(GP|[Wabwxyc])(?![A-Za-z])", r"\1<sub>\2</sub>", text)
    text = re.sub(r"(?<![A-Za-z])(Δ?G|m)(\d)(?!\d)", _points, text)
    text = re.sub("⁽([⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ]+)⁾", lambda found: f"<sup>({found[1].translate(_LEVEL)})</sup>", text)
    return re.sub(r"\^([a-z]|\d+)", r"<sup>\1</sup>", text).replace(" × 10", "\u00a0×\u00a010")


def _points(found: re.Match[str]) -> str:
    """Set the number of points of a correlator, G4, or of its size, m4."""
    letter, order = found[1], found[2]
    return f"{letter}<sub>{order}</sub>" if letter == "m" else f"{letter}<sup>({order})</sup>"


def inline_svg(svg: str, prefix: str) -> str:
    """Make an SVG document fit to stand inside an HTML page, in the colours of the page.

    Parameters
    ----------
    svg : str
        A document whose ink is `nnft_sym.report.plot_style.INK` or black, and whose paper is `PAPER` or
        white.
    prefix : str
        Put in front of every name, because names must be unique in a page.

    Returns
    -------
    str
        The ``<svg>`` element, without namespaces, metadata or any address.

    Examples
    --------
    >>> inline_svg('<svg xmlns="u"><g id="a" fill="black"/><use xlink:href="#a"/></svg>', "p-")
    '<svg><g id="p-a" fill="currentColor"/><use href="#p-a"/></svg>'
    """
    text = svg[svg.index("<svg") : svg.rindex("</svg>") + len("</svg>")]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", text)
    text = text.replace("xlink:href=", "href=")
    text = re.sub(r'\bid="([^"]*)"', rf'id="{prefix}\1"', text)
    text = re.sub(r'\bhref="#([^"]*)"', rf'href="#{prefix}\1"', text)
    text = re.sub(r"url\(#([^)]*)\)", rf"url(#{prefix}\1)", text)
    text = re.sub(r'\b(fill|stroke)="black"', r'\1="currentColor"', text)
    text = re.sub(r'(<rect [^>]*)fill="white"', r'\1fill="none"', text)
    text = text.replace('fill="white"', 'fill="var(--paper)"')  # open signs of vertices
    return text.replace(INK, "currentColor").replace(PAPER, "var(--paper)")
