"""Pictures of terms: what is drawn, read off the shapes, is the term."""

import re

import pytest
from click.testing import CliRunner
from picture_svg import strokes, texts

from diagrams.diagram import Diagram
from diagrams.drawing import CurveStyle, Picture, picture, sheet_figure, svg, svg_sheet, tikz
from nnft_sym.commands.draw import command
from nnft_sym.expansions.expansion import expand
from nnft_sym.notation import from_lines
from nnft_sym.printing.latex_diagrams import diagram_latex
from nnft_sym.printing.picture_captions import picture_caption
from nnft_sym.printing.term_pictures import term_picture
from nnft_sym.printing.tikz_listing import tikz_listing

EXPANSIONS = [
    ("mu*f(x)^2*f(y)^2", 2, 2),
    ("mu*x^2*f(x)^2*f(y)^2 + b*x^2*f^4", 2, 2),
    ("mu*f(x)^4*f(y)^2", 4, 1),
    ("a*f(x)^2*f(y)^2*f(z)^2 + c*x^4*f^4", 4, 1),
    ("lambda*f^4", 4, 2),
]


def links(drawn):
    return [curve for curve in drawn.curves if curve.style is CurveStyle.DASHED]


def notes(drawn):
    return [mark for mark in drawn.marks if mark.note]


def merged(lines, same):
    """The lines with all points of a vertex taken together, numbered anew."""
    first = {point: min(group) for group in same for point in group}
    names = sorted({first.get(end, end) for line in lines for end in line if end.startswith("y")})
    new = {name: f"y{number}" for number, name in enumerate(names, start=1)}
    return [tuple(new.get(first.get(end, end), end) for end in line) for line in lines]


@pytest.mark.parametrize(("action", "n", "order"), EXPANSIONS)
def test_solid_lines_are_the_term_and_dashes_join_its_vertices(action, n, order):
    for term in expand(action, n, order, kind="full"):
        placed = picture(term_picture(term))
        solid = [(c.start, c.end) for c in placed.curves if c.style is CurveStyle.SOLID]
        dashed = [(c.start, c.end) for c in links(placed)]
        assert from_lines(n, solid) == term.diagram
        groups = []
        for a, b in dashed:
            near = [group for group in groups if group & {a, b}]
            groups = [group for group in groups if group not in near] + [set().union({a, b}, *near)]
        assert from_lines(n, merged(solid, groups)) == term.whole
        weights = term.factors.weights
        assert sorted(mark.note.exponent for mark in notes(placed)) == sorted(str(w) for w in weights if w)
        for mark in notes(placed):
            assert not mark.external
            assert 0.9 < abs(complex(mark.note.x, mark.note.y)) < 1.6


@pytest.mark.parametrize(("action", "n", "order"), EXPANSIONS)
def test_styles_and_notes_are_there_in_every_format(action, n, order):
    terms = [topology.representative for topology in expand(action, n, order).topologies()]
    drawn = [picture(term_picture(term)) for term in terms]
    n_links = sum(len(links(one)) for one in drawn)
    weights = sum(len(notes(one)) for one in drawn)
    sheet = svg_sheet([(one, "1") for one in drawn])
    singles = [svg(one) for one in drawn]
    code = "\n".join(map(tikz, drawn))
    assert sheet.count("stroke-dasharray") == "".join(singles).count("stroke-dasharray") == n_links
    assert code.count(r"\draw[dash") == n_links
    said = [sum("|y|" in word for word in texts(text)) for text in (sheet, *singles)]
    assert said[0] == sum(said[1:]) == code.count("|y|") == weights


def test_labels_keep_clear_of_lines():
    """A label is further from every curve than half its height, for all first-order weighted vertices."""
    for term in expand("b*x^2*f^4 + c*x^2*f^6", 4).terms:
        placed = picture(term_picture(term))
        for mark in notes(placed):
            x, y = mark.x + 0.5 * mark.note.x, mark.y + 0.5 * mark.note.y
            for curve in placed.curves:
                for step in range(41):
                    t = step / 40
                    if len(curve.points) == 2:
                        (a, b), (c, d) = curve.points
                        u, v = a + t * (c - a), b + t * (d - b)
                    else:
                        w = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                        u = sum(q * p[0] for q, p in zip(w, curve.points, strict=True))
                        v = sum(q * p[1] for q, p in zip(w, curve.points, strict=True))
                    assert (u - x) ** 2 + (v - y) ** 2 > 0.15**2


def test_plain_diagrams_are_left_as_they_are():
    term = expand("lambda*f^4", 2).terms[1]
    assert term_picture(term) == Diagram.from_edge_string("x1-y1,x2-y1,y1-y1")
    drawn = picture(term_picture(term))
    assert not links(drawn)
    assert not notes(drawn)
    assert drawn.dressed() == drawn


def test_a_line_can_carry_a_label_in_every_format():
    """A momentum beside the line between two vertices, inside the box of the picture."""
    plain = picture(Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,x3-y2,x4-y2"))
    (number,) = [i for i, curve in enumerate(plain.curves) if (curve.start, curve.end) == ("y1", "y2")]
    named = plain.dressed(labels={number: "q1"}, styles={number: CurveStyle.DASHED})
    assert isinstance(named, Picture)
    assert (named.marks, len(links(named))) == (plain.marks, 1)
    (x, y), (left, bottom, right, top) = named.curves[number].label_place, named.bounds
    assert left < x < right
    assert bottom < y < top
    start, end = (complex(*named.curves[number].points[i]) for i in (0, -1))
    along = (complex(x, y) - start) / (end - start)
    assert along.real == pytest.approx(0.5)
    assert abs(along.imag * (end - start)) == pytest.approx(0.22)
    assert "q1" in texts(svg(named))
    assert "{$q_{1}$}" in tikz(named)


def test_components_are_told_in_drawn_equations():
    """Without the δ the bubbles of the three flows of components would look the same."""
    four = expand("lambda*(f.f)^2", 4, 2, kind="connected")
    printed = diagram_latex(four)
    pictures = re.findall(r"\\begin\{tikzpicture\}.*?\\end\{tikzpicture\}", printed, flags=re.DOTALL)
    assert len(pictures) == len(four.topologies())
    assert all(picture.count("node") == 4 for picture in pictures)
    without = re.sub(r"\\begin\{tikzpicture\}.*?\\end\{tikzpicture\}", "D", printed, flags=re.DOTALL)
    brackets = re.findall(r"\\left\[\\,(.*?)D\\,\\right\]", without)
    assert brackets == [
        rf"\delta_{{i_{{{a}}}i_{{{b}}}}}\delta_{{i_{{{c}}}i_{{{d}}}}}"
        for topology in four.topologies()
        for (a, b), (c, d) in [topology.representative.factors.pairs]
    ]
    listing = tikz_listing(four)
    assert listing.count(r"  $\delta_{i_{1}i_{2}}$ $\delta_{i_{3}i_{4}}$}") >= 3


@pytest.mark.parametrize("layout", ["free", "circle", "columns"])
@pytest.mark.parametrize("suffix", ["svg", "tex"])
def test_sheets_of_the_command_line(tmp_path, layout, suffix):
    action = "lambda_NL*f(x)^2*f(y)^2 + b*x^2*f^4"
    target = tmp_path / f"sheet.{suffix}"
    words = [action, "-n", "4", "--layout", layout, "--out", str(target)]
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    assert done.exit_code == 0
    terms = [topology.representative for topology in expand(action, 4).topologies()]
    text = target.read_text()
    legend = 1  # one dashed line, and one weight
    assert text.count({"svg": "stroke-dasharray", "tex": "dash pattern"}[suffix]) == 3 + legend
    said = sum(word.startswith("|y|") for word in texts(text)) if suffix == "svg" else text.count("{$|y|")
    assert said == sum(bool(term.factors.weights) for term in terms) == 2


def test_a_sheet_of_an_action_that_begins_with_a_minus_sign(tmp_path):
    target = tmp_path / "sheet.svg"
    done = CliRunner().invoke(command, ["-lambda*f^4", "-n", "2", "--out", str(target)])
    assert done.exit_code == 0, done.stderr
    assert texts(target.read_text())[0] == "2-point function of −λ f⁴"


def test_sheets_as_figures():
    """A figure draws the parts of the SVG sheet: as many lines, dashed ones and letters."""
    terms = [t.representative for t in expand("mu*f(x)^2*f(y)^2 + b*x^2*f^4", 4).topologies()]
    drawn = [picture(term_picture(term)) for term in terms]
    figure = sheet_figure([(one, picture_caption(term)) for one, term in zip(drawn, terms, strict=True)])
    text = svg_sheet([(one, picture_caption(term)) for one, term in zip(drawn, terms, strict=True)])
    dashed = [path for path in strokes(text) if path.get("stroke-dasharray")]
    solid = [path for path in strokes(text) if not path.get("stroke-dasharray")]
    found = [patch.get_path().codes for patch in figure.axes[0].patches if not patch.get_fill()]
    assert sorted((codes == 1).sum() for codes in found) == sorted([len(solid), len(dashed)])
    assert len(dashed) == sum(len(term.structure.links) for term in terms if term.structure)


def test_listing_of_an_extended_action():
    listing = tikz_listing(expand("a*x^2*f^4 + mu*f(x)^2*f(y)^2", 4, kind="connected"))
    assert re.findall(r"% (\S+) \* (.*) \(labellings: (\d)", listing) == [
        ("-8*mu", "∫dy ∫dz K_W(1,y) K_W(2,y) K_W(3,z) K_W(4,z)", "3"),
        ("-24*a", "∫dy |y|^2 K_W(1,y) K_W(2,y) K_W(3,y) K_W(4,y)", "1"),
    ]
    assert (listing.count("dash pattern"), listing.count("$|y|^{2}$")) == (1, 1)
