"""Pictures: every line is drawn once and in its place, nothing lies on anything else, texts are valid."""

import re
import xml.etree.ElementTree as ElementTree
from cmath import phase
from collections import Counter
from itertools import combinations
from math import degrees, hypot

import networkx
import pytest
from picture_svg import SPACE, strokes, texts

from diagrams import Diagram, InvalidDiagram, NNFTError, generate, grouped
from diagrams.drawing import picture, sheet_figure, svg, svg_sheet, tikz, tikz_document
from diagrams.filters import connected, no_vacuum

REQUESTS = [
    (0, {4: 1}, []),
    (4, {4: 1}, []),
    (6, {4: 1}, []),
    (4, {6: 1}, []),
    (6, {6: 1}, []),
    (8, {8: 1}, []),
    (5, {5: 1}, []),
    (2, {4: 2}, [no_vacuum]),
    (4, {4: 2}, [no_vacuum]),
    (6, {4: 2}, [connected]),
    (4, {4: 1, 6: 1}, [connected]),
    (4, {3: 2}, []),
    (1, {3: 3}, [connected]),
    (2, {4: 3}, [connected]),
    (0, {4: 3}, []),
]
DIAGRAMS = [group.diagram for request in REQUESTS for group in grouped(generate(*request))]


def bezier(points, t):
    if len(points) == 2:
        weights = (1 - t, t)
    else:
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    return tuple(sum(w * p[axis] for w, p in zip(weights, points, strict=True)) for axis in (0, 1))


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda d: d.edge_string)
def test_the_picture_shows_the_diagram(diagram):
    drawn = picture(diagram)
    marks = {mark.label: mark for mark in drawn.marks}
    assert list(marks) == list(dict.fromkeys(marks))
    assert set(marks) == {diagram.label(i) for i in range(diagram.n_external + diagram.n_vertices)}
    as_drawn = Counter(tuple(sorted((curve.start, curve.end))) for curve in drawn.curves)
    assert as_drawn == Counter(tuple(sorted(pair)) for pair in diagram.edge_labels)
    for curve in drawn.curves:
        for label, end in ((curve.start, curve.points[0]), (curve.end, curve.points[-1])):
            assert end == pytest.approx((marks[label].x, marks[label].y), abs=1e-5)


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda d: d.edge_string)
def test_nothing_lies_on_anything_else(diagram):
    drawn = picture(diagram)
    spots = [(mark.x, mark.y) for mark in drawn.marks]
    assert all(hypot(a[0] - b[0], a[1] - b[1]) > 0.3 for a, b in combinations(spots, 2))
    names = [(m.label_x, m.label_y) for m in drawn.marks if m.external]
    assert all(hypot(a[0] - b[0], a[1] - b[1]) > 0.3 for a, b in combinations(names, 2))
    assert all(hypot(a[0] - b[0], a[1] - b[1]) > 0.2 for a in names for b in spots)
    samples = [[bezier(curve.points, t / 40) for t in range(41)] for curve in drawn.curves]
    for curve, path in zip(drawn.curves, samples, strict=True):
        for mark in drawn.marks:  # no line runs through a node that is not its own
            if mark.label not in (curve.start, curve.end):
                assert min(hypot(x - mark.x, y - mark.y) for x, y in path) > 0.15
        box = (drawn.left - 1e-9, drawn.right + 1e-9, drawn.bottom - 1e-9, drawn.top + 1e-9)
        assert all(box[0] <= x <= box[1] and box[2] <= y <= box[3] for x, y in path)
    for one, other in combinations(samples, 2):  # lines of a multiple line, and loops, stay apart
        assert max(min(hypot(x - u, y - v) for u, v in other) for x, y in one) > 0.1


def test_self_loops_are_clear():
    """A loop reaches well away from its vertex and is nowhere narrower than a mark."""
    for text in ("x1-y1,y1-y1,y1-x2", "x1-y1,x2-y1,x3-y1,x4-y1,y1-y1", "y1-y1,y1-y1,y1-y1", "x1-y1,y1-y1"):
        drawn = picture(Diagram.from_edge_string(text))
        for curve in drawn.curves:
            if curve.start == curve.end:
                path = [bezier(curve.points, t / 40) for t in range(41)]
                centre = path[0]
                assert max(hypot(x - centre[0], y - centre[1]) for x, y in path) > 0.5
                widest = max(hypot(a[0] - b[0], a[1] - b[1]) for a, b in zip(path, path[::-1], strict=True))
                assert widest > 0.25


@pytest.mark.parametrize(
    "asked",
    [(2, {8: 2}), (0, {8: 2}), (4, {8: 2}), (0, {10: 2}), (0, {8: 3}), (4, {4: 1, 6: 1}), (1, {5: 3})],
    ids=str,
)
def test_no_self_loop_crosses_a_line(asked):
    for group in grouped(generate(*asked, [connected])):
        loops = [curve for curve in picture(group.diagram).curves if curve.start == curve.end]
        assert all(len(curve.strokes) == 1 for curve in loops), group.diagram.edge_string


@pytest.mark.parametrize(
    "text",
    [
        "x1-y1,x2-y1,x3-y2,x4-y2,y1-y1,y1-y2,y1-y2,y2-y2",
        "y1-y1,y1-y1,y1-y1,y1-y2,y1-y2,y2-y2,y2-y2,y2-y2",
        "x1-y1,x2-y1,y1-y1,y1-y1,y1-y2,y1-y2,y2-y2,y2-y2,y2-y2",
    ],
)
def test_self_loops_stay_out_of_double_lines(text):
    """With room outside, no loop lies between the two lines from one vertex to the other."""
    drawn = picture(Diagram.from_edge_string(text))
    marks = {mark.label: complex(mark.x, mark.y) for mark in drawn.marks}
    for curve in drawn.curves:
        if curve.start == curve.end:
            tip = complex(*bezier(curve.points, 0.5)) - marks[curve.start]
            other = marks["y2" if curve.start == "y1" else "y1"] - marks[curve.start]
            assert abs(degrees(phase(tip / other))) > 60


@pytest.mark.parametrize("asked", [(0, {4: 5}), (3, {3: 5}), (2, {4: 4}), (4, {4: 4}), (0, {3: 6})], ids=str)
def test_lines_cross_only_where_they_must(asked):
    """Planarity by networkx; the external points, drawn together into one, are to be in one face."""
    for group in grouped(generate(*asked, [connected])):
        edges = [("outside" if i < asked[0] else i, j) for i, j in group.diagram.edges]
        planar, _ = networkx.check_planarity(networkx.Graph(edges))
        crossed = any(len(curve.strokes) > 1 for curve in picture(group.diagram).curves)
        assert crossed == (not planar), group.diagram.edge_string


def test_two_point_functions_read_from_left_to_right():
    straightened = Diagram.from_edge_string("x1-y1,x2-y2,y1-y2,y1-y3,y1-y4,y2-y3,y2-y4,y3-y4,y3-y4")
    for diagram in [*generate(2, {4: 2}, [connected]), straightened]:
        first, last = picture(diagram).marks[:2]
        assert (first.label, last.label) == ("x1", "x2")
        assert first.y == last.y == 0
        assert first.x < last.x


def test_components_do_not_overlap():
    for diagram in generate(6, {4: 1}):
        drawn = picture(diagram)
        where = {mark.label: (mark.x, mark.y) for mark in drawn.marks}
        boxes, nodes = [], 0
        for part in diagram.components():
            names = [f"x{i + 1}" for i in part.external] + ["y1"] * (part.diagram.n_vertices > 0)
            nodes += len(names)
            xs, ys = zip(*(where[name] for name in names), strict=True)
            boxes.append((min(xs), max(xs), min(ys), max(ys)))
        assert nodes == len(where)
        for a, b in combinations(boxes, 2):
            assert a[1] < b[0] or b[1] < a[0] or a[3] < b[2] or b[3] < a[2]


@pytest.mark.parametrize("diagram", DIAGRAMS[:40], ids=lambda d: d.edge_string)
def test_svg_is_well_formed_and_complete(diagram):
    root = ElementTree.fromstring(svg(diagram, caption="6 × 12 <λ>", vertex_labels=True))
    space = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{space}svg"
    assert len(strokes(svg(diagram, caption="6 × 12 <λ>", vertex_labels=True))) == len(diagram.edges)
    shapes = [*root.iter(f"{space}circle"), *root.iter(f"{space}polygon")]
    assert len(shapes) == diagram.n_external + diagram.n_vertices
    labels = [diagram.label(i) for i in range(diagram.n_external + diagram.n_vertices)]
    said = texts(svg(diagram, caption="6 × 12 <λ>", vertex_labels=True))
    assert sorted(said) == sorted([*labels, "6 × 12 <λ>"])


def test_svg_sheet_holds_every_picture():
    entries = [(diagram, f"number {i}") for i, diagram in enumerate(generate(4, {6: 1}))]
    text = svg_sheet(entries, columns=3, title="κ & λ")
    root = ElementTree.fromstring(text)
    shown = texts(text)
    assert {caption for _, caption in entries} | {"κ & λ"} <= set(shown)
    assert not re.search(r'href="[^#]|<script|url\(|<text|font-family', text), (
        "it needs nothing else, no font"
    )
    assert {use.get("href")[1:] for use in root.iter(f"{SPACE}use")} == {
        path.get("id") for path in root.iterfind(f"{SPACE}defs/{SPACE}path")
    }
    ElementTree.fromstring(svg_sheet([]))


def test_own_labels():
    line = Diagram.from_edge_string("x1-x2")
    assert texts(svg(line, labels=["a", ""])) == ["a"]
    assert "$p_{3}$" in tikz(line, labels=["p3", "q"])
    with pytest.raises(InvalidDiagram, match="1 labels given for 2"):
        picture(line, labels=["a"])


def test_tikz_draws_every_line_and_escapes_captions():
    for diagram in DIAGRAMS[:30]:
        text = tikz(diagram, caption="50 % of x_1 & λ")
        assert text.count(r"\draw") == len(diagram.edges)
        assert text.count(r"\fill") == diagram.n_external + diagram.n_vertices
        assert text.count(r"\filldraw[fill=white]") == (
            0 if len(set(diagram.vertices)) < 2 else sum(v > min(diagram.vertices) for v in diagram.vertices)
        )
        assert r"50 \% of x\_1 \& $\lambda$" in text
        assert text.count("{") == text.count("}")
    whole = tikz_document(generate(4, {4: 1}), title="first order")
    assert whole.count(r"\begin{tikzpicture}") == whole.count(r"\end{tikzpicture}") == 10
    assert whole.startswith(r"\documentclass")
    assert whole.rstrip().endswith(r"\end{document}")


def test_matplotlib_sheet_is_saved_as_pdf(tmp_path):
    figure = sheet_figure(generate(4, {4: 1}), title="first order")
    figure.savefig(tmp_path / "sheet.pdf")
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    (axes,) = figure.axes
    solid, discs, letters = axes.patches
    lines = sum(len(d.edges) for d in generate(4, {4: 1}))
    moves = (solid.get_path().codes == 1).sum()
    assert moves == lines
    assert {patch.get_fill() for patch in (discs, letters)} == {True}


def test_pictures_are_reproducible():
    for diagram in DIAGRAMS[-5:]:
        assert picture(diagram) == picture(Diagram.from_edge_string(diagram.edge_string))


@pytest.mark.parametrize(
    ("suffix", "start"),
    [("svg", b"<svg"), ("pdf", b"%PDF"), ("png", b"\x89PNG"), ("tex", b"\\documentclass")],
)
def test_a_diagram_is_saved_as_its_suffix_says(tmp_path, suffix, start):
    diagram = Diagram.from_edge_string("x1-y1,x2-y1,y1-y1")
    files = [tmp_path / f"{name}.{suffix}" for name in "ab"]
    for file in files:
        diagram.save(file)
    assert files[0].read_bytes().startswith(start)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_diagram_that_cannot_be_saved_says_why(tmp_path):
    diagram = Diagram.from_edge_string("x1-x2")
    with pytest.raises(NNFTError, match=r"ends in \.svg, \.pdf, \.png or \.tex"):
        diagram.save("line.gif")
    with pytest.raises(NNFTError, match="folder that is there"):
        diagram.save(tmp_path / "nowhere" / "line.svg")


def test_a_notebook_shows_a_diagram():
    diagram = Diagram.from_edge_string("x1-y1,x2-y1,y1-y1")
    assert diagram._repr_svg_() == svg(diagram)
