"""Pictures show the diagram and nothing else, measured on the drawn lines (`picture_geometry`)."""

import re
from itertools import combinations, permutations
from pathlib import Path

import networkx
import numpy as np
import pytest
from picture_geometry import bezier, svg_violations, violations
from picture_svg import strokes, words
from picture_topologies import LAYOUTS, topologies

import nnft_sym as nn
from diagrams import Diagram
from diagrams.drawing import picture, planar_labelling, svg, tikz
from nnft_sym.cli import run

CHOSEN = (Path(__file__).parents[1] / "reference" / "topologies_500.txt").read_text(encoding="utf-8").split()
LAYOUT_OF = [(text, LAYOUTS[number % 3]) for number, text in enumerate(CHOSEN)]
K5 = nn.Diagram(0, (4,) * 5, [(i, j) for i in range(5) for j in range(i)])
ROWS = {
    "A1 K33": nn.diagrams.from_nickel_index("e12|e34|34|e|e|"),
    "A1 K5": nn.diagrams.from_nickel_index("e123|234|34|4|e|"),
    "A2": K5,
    "A5": nn.diagrams.from_nickel_index("e12|34|35|e|66|77|7||"),
    "A6": nn.diagrams.from_nickel_index("ee12|234|35|45|55||"),
}


def crossings(drawn):
    return sum(len(curve.gaps) for curve in drawn.curves)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("row", ROWS)
def test_rows(row, layout):
    """FAULTS A1, A2, A5, A6."""
    assert violations(picture(ROWS[row], layout=layout)) == {}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_all_topologies_to_three_vertices(layout):
    """FAULTS A1, A2, A6: f^3, f^4, f^3 + f^4 and f^6, up to four points."""
    bad = [
        (diagram.edge_string, found)
        for diagram in topologies(3)
        if (found := violations(picture(diagram, layout=layout)))
    ]
    assert bad == []


@pytest.mark.parametrize("part", range(10))
def test_chosen_topologies_to_five_vertices(part):
    """FAULTS A1, A2, A6: 500 of 10,838, by a fixed seed, the layouts in turn; `make pictures` draws all."""
    bad = [
        (layout, text, found)
        for text, layout in LAYOUT_OF[part::10]
        if (found := violations(picture(Diagram.from_edge_string(text), layout=layout)))
    ]
    assert bad == []


def test_small_nonplanar_graphs_cross_once():
    """FAULTS A2: crossing numbers are known, of K5, of K33, and of K5 without a line."""
    k33 = nn.Diagram(0, (3,) * 6, [(i, j) for i in range(3) for j in range(3, 6)])
    for diagram in (K5, k33):
        drawn = picture(diagram)
        assert crossings(drawn) == 1
        assert violations(drawn) == {}
    without_a_line = nn.Diagram.from_edges(0, list(combinations(range(5), 2))[1:])
    assert crossings(picture(without_a_line)) == 0


def planar_in_circle(diagram, order):
    """By networkx: the points joined in a ring and to one more outside of it."""
    lines = [(f"n{i}", f"n{j}") for i, j in diagram.edges]
    rim = [(f"n{a}", f"n{b}") for a, b in zip(order, [*order[1:], order[0]], strict=True)]
    hub = [("hub", f"n{a}") for a in order]
    return networkx.check_planarity(networkx.Graph([*lines, *rim, *hub]))[0]


def test_a_frame_gets_a_labelling_without_crossings_if_there_is_one():
    """FAULTS A3: every labelling is tried."""
    box = Diagram.from_edge_string("x1-y1,x2-y2,x3-y3,x4-y4,y1-y3,y2-y3,y2-y4,y1-y4")
    some = [diagram for diagram in topologies(4) if diagram.n_external == 4][::4]
    for layout, order in (("circle", [0, 1, 2, 3]), ("columns", [2, 3, 1, 0])):
        for diagram in [box, *some]:
            named = planar_labelling(diagram, layout)
            assert named.unlabelled() == diagram.unlabelled()
            possible = any(planar_in_circle(diagram.with_points(p), order) for p in permutations(range(4)))
            assert planar_in_circle(named, order) == possible
        assert crossings(picture(planar_labelling(box, layout), layout=layout)) == 0


def test_drawn_topologies_have_no_needless_crossing(tmp_path):
    """FAULTS A3, through the command: the box is drawn once, and its four lines in one piece each."""
    target = tmp_path / "box.svg"
    asked = ["draw", "g*f^3", "-n", "4", "--order", "4", "--kind", "1pi", "--layout", "circle"]
    assert run([*asked, "--out", str(target)]) == 0
    many = [path.get("d").count("M") for path in strokes(target.read_text(encoding="utf-8"))]
    assert many == [1] * len(many)


def test_channels_in_a_circle_are_readable():
    """FAULTS A4: one crossing, which is that of two legs, away from everything."""
    for text, many in (
        ("x1-y1,x2-y1,x3-y2,x4-y2,y1-y2,y1-y2", 0),
        ("x1-y1,x3-y1,x2-y2,x4-y2,y1-y2,y1-y2", 1),
        ("x1-y1,x4-y1,x2-y2,x3-y2,y1-y2,y1-y2", 0),
    ):
        drawn = picture(Diagram.from_edge_string(text), layout="circle")
        assert violations(drawn) == {}
        assert crossings(drawn) == many
        cut = [curve for curve in drawn.curves if curve.gaps]
        assert all(curve.start.startswith("x") for curve in cut)
        where = {mark.label: complex(mark.x, mark.y) for mark in drawn.marks}
        assert abs(where["y1"] - where["y2"]) > 0.8
        # the cut leg is in one piece at its vertex
        ends = [bezier(curve.points, np.array(gap)) for curve in cut for gap in curve.gaps]
        assert all(abs(z - where[name]) > 0.4 for pair in ends for z in pair for name in ("y1", "y2"))


@pytest.mark.parametrize("text", [*CHOSEN[::10], "x1-x2", "x1-y1,x2-y1,x3-y1,x4-y1,y1-y1"])
def test_names_are_clear_of_lines_and_inside_the_page(text):
    """FAULTS A5, from the SVG text alone."""
    assert svg_violations(svg(Diagram.from_edge_string(text), vertex_labels=True)) == {}


def test_long_names_fit_on_the_page():
    """FAULTS A5, a brother: names of any length."""
    for text, names in (
        ("x1-y1,y1-y1,y1-x2", ["incoming", "outgoing"]),
        ("x1-y1,x2-y1,x3-y1,x4-y1", ["momentum one", "b", "", "k12"]),
        ("x1-x2", ["left of it", "to the right"]),
    ):
        diagram = Diagram.from_edge_string(text)
        for layout in LAYOUTS:
            assert svg_violations(svg(diagram, labels=names, vertex_labels=True, layout=layout)) == {}


@pytest.mark.parametrize(
    "text",
    [
        "y1-y2,y1-y3,y1-y4,y2-y3,y2-y4,y3-y4",
        "x1-y1,x2-y2,y1-y1,y1-y1,y1-y5,y2-y2,y2-y3,y2-y4,y2-y5,y3-y3,y3-y3,y3-y5,y4-y4,y4-y5,y4-y5,y4-y5",
        "x1-y1,x2-y1,x3-y2,x4-y3,y1-y2,y1-y4,y1-y5,y1-y5,y2-y2,y2-y3,y2-y4,y3-y4,y3-y5,y3-y5,y3-y5,y4-y4,y4-y5",
    ],
)
def test_names_of_vertices_where_there_is_little_room(text):
    assert not svg_violations(svg(Diagram.from_edge_string(text), vertex_labels=True))


def test_names_of_vertices_are_in_the_same_places_in_tikz():
    """FAULTS A5: coordinates are shared."""
    code = tikz(ROWS["A5"], vertex_labels=True)
    text = svg(ROWS["A5"], vertex_labels=True)
    places = re.findall(r"\((-?[\d.]+),(-?[\d.]+)\) node\[inner sep=0pt", code)
    shown = [((a + c) / 2, (b + d) / 2) for said, (a, b, c, d) in words(text) if said.startswith("y")]
    assert len(places) == len(shown) == 8
    spots = np.array(places, dtype=float) * (46, -46)
    shift = np.array(shown) - spots
    assert np.ptp(shift, axis=0).max() < 1.0  # the same for all: letters around their middles
