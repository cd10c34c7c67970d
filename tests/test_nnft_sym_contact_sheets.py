"""Sheets of an expansion: the numbers on them are those of the expansion."""

import re

import pytest
from picture_svg import texts
from sympy import Rational, sympify

from nnft_sym.cli import run
from nnft_sym.expansions.expansion import expand
from nnft_sym.printing.contact_sheets import sheet_content
from nnft_sym.printing.latex_output import latex_document
from nnft_sym.printing.number_text import THIN_SPACE, thousands
from nnft_sym.printing.picture_captions import CaptionKind

TWO = expand("lambda*f^4 + kappa*f^6", 4, 2, kind="connected")


def shown(expansion):
    return [(one.representative, one.labellings) for one in expansion.topologies()]


def number(latex):
    """The factor in front of a section, read as it is printed."""
    text = latex.replace(r"\left", "").replace(r"\right", "")
    text = re.sub(r"\\frac\{(.*)\}\{(.*)\}", r"(\1)/(\2)", text).replace("^{", "**").replace("}", "")
    text = text.replace(")(", ")*(").replace(r"\lambda", "L").replace(r"\kappa", "k").replace("2!2!", "2!*2!")
    return sympify(text.replace("3!", "6").replace("2!", "2"))


def test_heading_times_number_is_the_coefficient():
    content = sheet_content(TWO, shown(TWO))
    by_diagram = {topology.representative.diagram: topology for topology in TWO.topologies()}
    seen = 0
    for section in content.sections:
        factor = number(re.search(r"factor \$(.*)\$", section.heading.latex)[1])
        for diagram, caption in section.entries:
            many, _, each = str(caption).replace(THIN_SPACE, "").rpartition(" × ")
            topology = by_diagram[diagram]
            assert int(many or 1) == topology.labellings
            expected = sympify(
                str(topology.representative.coefficient).replace("lambda", "L").replace("kappa", "k")
            )
            assert sympify(factor * Rational(int(each)) - expected) == 0
            seen += 1
    assert seen == len(TWO.topologies()) == 14
    assert [str(section.heading) for section in content.sections] == ["Order 1"] * 2 + ["Order 2"] * 3


def test_title_legend_and_notes_explain_the_sheet():
    said = texts(TWO.picture().svg)
    assert said[:2] == [
        "4-point function of λ f⁴ + κ f⁶",
        "connected, to order 2; lines are propagators of S_GP",
    ]
    legend = [meaning.sign.value for meaning in TWO.picture().content.legend]
    assert legend == ["disc", "ring"]
    notes = " ".join(note.latex for note in TWO.picture().content.notes)
    for word in ("labellings", "Wick contractions", "$V!$", "symmetry factor", "sign", "couplings"):
        assert word in notes
    assert f"3 × 129{THIN_SPACE}600" in said


@pytest.mark.parametrize("kind", list(CaptionKind))
def test_every_kind_of_caption_is_explained(kind):
    content = sheet_content(TWO, shown(TWO), kind)
    assert bool(content.notes) == (kind is not CaptionKind.NONE)
    orders = [str(section.heading) for section in content.sections]
    assert list(dict.fromkeys(orders)) == ["Order 1", "Order 2"]
    if kind is CaptionKind.COEFFICIENT:
        first = content.sections[0].entries[0][1]
        assert (str(first), first.latex) == ("−24 λ", r"$-24\lambda$")


def test_thousands():
    assert thousands("4320 and 12345678", "_") == "4320 and 12_345_678"
    assert (
        thousands(r"\frac{129600}{2}\lambda_{12345}^{12345}", "_")
        == r"\frac{129_600}{2}\lambda_{12345}^{12345}"
    )
    assert thousands("0.123456 1e12345 x12345", "_") == "0.123456 1e12345 x12345"


def test_a_document_says_that_its_numbers_are_double_factorials():
    document = latex_document(TWO, terms="drawn")
    assert r"$(2k-1)!!$" in document
    assert r"$2\,027\,025 = 15!!$ (vertices 6:2)" in document
    assert r"129\,600" in document
    assert "129600" not in document


def test_the_command_writes_sheets_in_every_format(tmp_path, capsys):
    asked = ["draw", "lambda*f^4 + kappa*f^6", "-n", "2", "--caption", "coefficient", "--out"]
    for suffix, start in (
        ("svg", b"<svg"),
        ("png", b"\x89PNG"),
        ("pdf", b"%PDF"),
        ("tex", b"\\documentclass"),
    ):
        target = tmp_path / f"a.{suffix}"
        assert run([*asked, str(target)]) == 0
        assert target.read_bytes().startswith(start)
        TWO.at_order(1).picture().save(tmp_path / f"b.{suffix}")
        assert (tmp_path / f"b.{suffix}").read_bytes().startswith(start)
    svg = texts((tmp_path / "a.svg").read_text(encoding="utf-8"))
    code = (tmp_path / "a.tex").read_text(encoding="utf-8")
    assert "−12 λ" in svg
    assert r"$-12\lambda$" in code
    assert "lambda" not in " ".join(svg)
    assert capsys.readouterr().err == ""
