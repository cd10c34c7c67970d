"""Formulas as MathML: well-formed, complete, refused when not understood."""

from xml.etree import ElementTree

import pytest

from nnft_sym.errors import RenderingError
from nnft_sym.expansions.expansion import expand
from nnft_sym.printing.formulas import mathml


def letters(element):
    """All text of an element."""
    return "".join(element.itertext())


def test_text_of_a_formula_survives():
    element = ElementTree.fromstring(mathml(r"S = S_{\mathrm{GP}} + \int \lambda\,f(y)^{4}"))
    assert letters(element) == "S=SGP+∫λf(y)4"


def test_display_and_inline():
    assert ElementTree.fromstring(mathml("x", display=True)).attrib == {"display": "block"}
    assert ElementTree.fromstring(mathml("x")).attrib == {}


@pytest.mark.parametrize("n", [2, 4, 6])
@pytest.mark.parametrize("scheme", ["bare", "exact"])
def test_every_expansion_of_the_study_converts(n, scheme):
    expansion = expand("lambda*f**4 + kappa*f**6", n, scheme=scheme)
    element = ElementTree.fromstring(mathml(expansion.latex(), display=True))
    # Every labelled diagram has n + (vertex valences) ends, two per line, one letter K per line.
    lines = sum(len(set(term.diagram.edges)) for term in expansion)
    assert letters(element).count("K") == lines


def test_alignment_becomes_rows_and_columns():
    table = ElementTree.fromstring(mathml(r"\begin{aligned} a &= b \\ &+ c \\ \end{aligned}"))[0]
    assert table.tag == "mtable"
    assert [[letters(cell) for cell in row] for row in table] == [["a", "=b"], ["", "+c"]]


@pytest.mark.parametrize(
    "latex", [r"\nonsense", r"a & b", "a_", r"\begin{aligned} \foo \end{aligned}", "{a", "a}", r"\frac{1"]
)
def test_what_is_not_understood_is_refused(latex):
    with pytest.raises(RenderingError, match="cannot convert"):
        mathml(latex)


def test_escaped_braces_are_no_grouping():
    assert letters(ElementTree.fromstring(mathml(r"\{a\}"))) == "{a}"


def test_no_address_is_left():
    assert "http" not in mathml("x^2", display=True)
