"""``nnft draw``: captions, titles, files, standard output, standalone TeX, and the signs of vertices."""

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import picture_svg
import pytest
from sympy import sympify

from diagrams.diagram import Diagram
from diagrams.drawing import Sign, picture, sheet_figure, svg, svg_sheet, tikz, tikz_document
from nnft_sym.cli import run
from nnft_sym.commands.draw import DrawLimits
from nnft_sym.expansions.expansion import expand
from nnft_sym.printing.picture_captions import CaptionKind, picture_caption
from nnft_sym.printing.term_pictures import term_picture

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def nnft(capsys, tmp_path, monkeypatch):
    """Run a command line in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*words, policy=None):
        code = run(words, policy)
        return code, *capsys.readouterr()

    return call


def texts(svg_text):
    """What stands on a sheet, names of points left out."""
    return [word for word in picture_svg.texts(svg_text) if not re.fullmatch(r"x\d+", word)]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("count", ["3 × 1", "6 × 12", "24"]),
        ("S", ["S = 1 (3 labellings)", "S = 2 (6 labellings)", "S = 1"]),
        ("weight", ["3 × 1", "6 × 1/2", "1"]),
        ("coefficient", ["3 × 1", "6 × (−12 λ)", "−24 λ"]),
        ("none", []),
    ],
)
def test_captions(nnft, kind, shown):
    words = ["draw", "lambda*f^4", "-n", "4", "--caption", kind, "--title", "", "--out", "-"]
    code, out, err = nnft(*words)
    assert (code, err) == (0, "")
    assert texts(out) == shown
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("kind", ["count", "S", "weight", "coefficient"])
def test_the_polynomials_in_the_number_of_components_stay_in_captions(nnft, kind):
    words = ["draw", "lambda*(f.f)^2", "-n", "2", "--order", "2", "--title", ""]
    words += ["--out", "-", "--caption", kind]
    for caption, topology in zip(
        texts(nnft(*words)[1]), expand("lambda*(f.f)^2", 2, 2).topologies(), strict=True
    ):
        assert ("(D + 2)" in caption) == (topology.representative.order > 0)
        assert caption.endswith("δ(1,2)")
    hexic = picture_caption(expand("kappa*(f.f)^3", 2).terms[1])
    assert "(D + 2) (D + 4)" in str(hexic)


def test_weights_of_components_are_those_of_one_component_at_one():
    """1/S times the polynomial is the scalar weight at D = 1, and known for the tadpole: (D + 2)/6."""
    for term in expand("lambda*(f.f)^2", 2, 2).terms:
        assert term.component_share.at({"D": 1}) == 1
    tadpole = expand("lambda*(f.f)^2", 2).terms[1]
    assert tadpole.component_share.at({"D": 4}) == Fraction(2)
    assert picture_caption(tadpole, 1, CaptionKind.WEIGHT).latex.startswith(r"$\frac{1}{6}")


def weights(expansion):
    """Sum of weights of every vertex content at D = 1, captions read as they are printed."""
    sums = {}
    for topology in expansion.topologies():
        term = topology.representative
        text = str(picture_caption(term, 1, CaptionKind.WEIGHT)).split("  ")[0]
        text = text.replace("²", "**2").replace(" (D", "*(D").replace(")(", ")*(")
        value = Fraction(str(sympify(text).subs("D", 1)))
        sums[term.vertex_key] = sums.get(term.vertex_key, 0) + topology.labellings * value
    return sums


@pytest.mark.parametrize(
    ("action", "scalar", "couplings"),
    [
        ("lambda*(f.f)^2", "lambda*f^4", 1),
        ("lambda*(f.f)^2 + m*f.f", "lambda*f^4 + m*f^2", 1),
        ("g*(f(x).f(x))*(f(y).f(y)) + h*(f.f)^2", "lambda*f^4", 2),
    ],
)
def test_weights_of_components_add_up_to_those_of_one_component(action, scalar, couplings):
    """At D = 1 the terms of all δ's of a diagram have its weight together, 1/S for every vertex content."""
    expected = {}
    for topology in expand(scalar, 4, 2, kind="connected").topologies():
        term = topology.representative
        # any of several couplings of four fields may stand at every vertex
        weight = Fraction(topology.labellings * couplings**term.order, term.symmetry_factor)
        expected[term.vertex_key] = expected.get(term.vertex_key, 0) + weight
    assert weights(expand(action, 4, 2, kind="connected")) == expected


def test_the_fish_of_components_has_its_weights_of_textbooks():
    """Over the three δδ in its channel they are (D + 8)/18 = 1/2 of (D + 8)/9."""
    shown = [
        str(picture_caption(topology.representative, 1, kind)).split("  ")[0]
        for topology in expand("lambda*(f.f)^2", 4, 2, kind="connected").topologies()[-2:]
        for kind in (CaptionKind.WEIGHT, CaptionKind.SYMMETRY_FACTOR)
    ]
    assert shown == ["(D + 4)/18", "S = 2, (D + 4)/9", "1/9", "S = 2, 2/9"]


def test_a_long_caption_of_a_figure_widens_its_cell():
    """Captions of a sheet neither overlap nor leave the page."""
    drawn = picture(Diagram.from_edge_string("x1-y1,x2-y1,y1-y1"))
    text = svg_sheet([(drawn, "12 × 32 lambda² (D + 2)  δ(1,2) δ(3,4)")] * 3)
    boxes = [box for label, box in picture_svg.words(text) if "×" in label]
    assert len(boxes) == 3
    page = float(ElementTree.fromstring(text).get("width"))
    for (_, _, right, _), (left, *_) in pairwise(boxes):
        assert 0 < left - right < 40
    assert boxes[0][0] > 0
    assert boxes[-1][2] < page


def test_one_file_for_each_picture(nnft):
    words = ["draw", "lambda*f^4", "-n", "4", "--each", "--json", "--out"]
    for suffix, start in ((".svg", b"<svg"), (".png", PNG), (".pdf", b"%PDF"), (".tex", b"\\documentclass")):
        code, out, _ = nnft(*words, f"a{suffix}")
        files = json.loads(out)["files"]
        assert (code, files) == (0, [f"a-{i}{suffix}" for i in (1, 2, 3)])
        assert all(Path(file).read_bytes().startswith(start) for file in files)
    assert all("point function" not in Path(f"a-{i}.svg").read_text() for i in (1, 2, 3))


def test_sheets_in_pixels_and_titles_of_ones_own(nnft):
    words = ["draw", "lambda*f^4", "-n", "4", "--legs", "labelled", "--title", "first order", "--json"]
    code, out, _ = nnft(*words, "--out", "a.png", policy=DrawLimits(on_a_page=7))
    assert (code, json.loads(out)["files"]) == (0, ["a-1.png", "a-2.png"])
    assert Path("a-2.png").read_bytes().startswith(PNG)
    assert nnft(*words, "--out", "a.svg")[0] == 0
    assert texts(Path("a.svg").read_text())[0] == "first order"


def test_diagrams_that_are_given_have_captions_but_no_coefficient(nnft):
    words = ["draw", "--diagram", "e111|e|", "--diagram", "ee0|", "--out", "-", "--caption"]
    assert texts(nnft(*words, "weight")[1]) == ["1/6", "1/2"]
    assert texts(nnft(*words, "count")[1]) == ["192", "12"]
    code, out, err = nnft(*words, "coefficient")
    assert (code, out) == (2, "")
    assert "ask for count, S, weight or none" in err


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--out", "a.svg", "--standalone"], "end in .tex"),
        (["--out", "-", "--each"], "give --out the name of a file"),
        (["--out", "-", "--json"], "both write to standard output"),
        (["--out", "-.png"], "standard output takes .svg or .tex"),
        (["--out", "-.pdf"], "standard output takes .svg or .tex"),
        (["--out", "-", "--legs", "labelled"], "there are 2 sheets, and one fits"),
        (["--caption", "weigth"], "did you mean 'weight'?"),
    ],
    ids=str,
)
def test_refusals(nnft, words, hint):
    code, out, err = nnft("draw", "lambda*f^4", "-n", "4", *words, policy=DrawLimits(on_a_page=7))
    assert (code, out) == (2, "")
    assert hint in err
    assert list(Path().iterdir()) == []


def test_standalone_pages_need_nothing_but_tikz(nnft):
    words = ["draw", "lambda*f^4", "-n", "4", "--caption", "coefficient", "--standalone", "--out"]
    code, out, _ = nnft(*words, "-.tex")
    assert code == 0
    assert out.count(r"\picturepage") == 4  # the definition, and three pages
    assert "geometry" not in out
    assert out.index(r"\usepackage{tikz}") == out.index(r"\usepackage")
    if shutil.which("pdflatex") is None:
        return
    Path("a.tex").write_text(out)
    done = subprocess.run(["pdflatex", "-interaction=batchmode", "a.tex"], capture_output=True, check=False)
    assert done.returncode == 0
    assert "(3 pages" in Path("a.log").read_text(errors="replace")


def test_mass_insertions_are_crosses_and_sources_circled_crosses():
    drawn = picture(Diagram.from_edge_string("x1-y2,y2-y3,y3-x2,y3-y1"))
    signs = [mark.sign for mark in drawn.marks if not mark.external]
    assert signs == [Sign.SOURCE, Sign.CROSS, Sign.DISC]
    strokes = [len(mark.cross) for mark in drawn.marks if not mark.external]
    assert strokes == [2, 2, 0]
    for mark in drawn.marks:
        for start, end in mark.cross:
            assert (start[0] + end[0]) / 2 == pytest.approx(mark.x)
            assert (start[1] + end[1]) / 2 == pytest.approx(mark.y)
    # in SVG: two points, a circle around the source and a disc; four lines and two crosses
    text = svg(drawn)
    assert (text.count("<circle"), len(picture_svg.strokes(text))) == (4, 4 + 4)
    assert text.count('fill="white" stroke="black"') == 1
    code = tikz(drawn)
    assert code.count(r"\filldraw[fill=white]") == 1
    assert code.count("-- ") == 4 + 2 * 2
    (axes,) = sheet_figure([(drawn, "")]).axes
    assert sum(patch.get_facecolor()[:3] == (1, 1, 1) for patch in axes.patches) == 1


def test_points_of_bilocal_vertices_are_discs_whatever_ends_there():
    for topology in expand("a*f(x)*f(y)^3", 2, kind="connected").topologies()[1:]:
        drawn = term_picture(topology.representative)
        assert {mark.sign for mark in drawn.marks} == {Sign.DISC}


def test_a_standalone_document_is_balanced():
    text = tikz_document([Diagram.from_edge_string("x1-x2")] * 2, standalone=True)
    assert text.count(r"\begin{lrbox}") == text.count(r"\end{lrbox}") == 2
