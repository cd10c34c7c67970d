"""External points on a circle and in columns; crossings that cannot be taken for vertices."""

import xml.etree.ElementTree as ElementTree
from cmath import phase
from collections import Counter
from itertools import combinations, pairwise
from math import degrees, hypot

import pytest
from picture_svg import strokes

from diagrams import Diagram, InvalidDiagram, generate
from diagrams.drawing import picture, sheet_figure, svg, svg_sheet, tikz, tikz_document
from diagrams.filters import connected, no_vacuum

LABELLED = [*generate(4, {4: 2}, [no_vacuum]), *generate(3, {3: 1}), *generate(6, {4: 1})]
CHANNELS = [
    Diagram.from_edge_string(text)
    for text in (
        "x1-y1,x2-y1,x3-y2,x4-y2,y1-y2,y1-y2",
        "x1-y1,x3-y1,x2-y2,x4-y2,y1-y2,y1-y2",
        "x1-y1,x4-y1,x2-y2,x3-y2,y1-y2,y1-y2",
    )
]
# The complete graph of five vertices is not planar: lines must cross.
K5 = Diagram(0, (4,) * 5, tuple(combinations(range(5), 2)))


def bezier(points, t):
    """By de Casteljau's scheme."""
    row = [complex(*point) for point in points]
    while len(row) > 1:
        row = [(1 - t) * a + t * b for a, b in pairwise(row)]
    return row[0]


def segments(curve):
    for stroke in curve.strokes:
        yield from pairwise([bezier(stroke, k / 24) for k in range(25)])


def meet(one, other):
    (a, b), (c, d) = one, other

    def turn(p, q, r):
        return ((q - p).conjugate() * (r - p)).imag

    rounding = -1e-20  # lines along each other do not cross
    return turn(a, b, c) * turn(a, b, d) < rounding and turn(c, d, a) * turn(c, d, b) < rounding


def assert_lines_do_not_touch(drawn):
    """As drawn, two lines meet at most at a node of both (or right beside it)."""
    parts = [list(segments(curve)) for curve in drawn.curves]
    for (i, one), (j, other) in combinations(enumerate(drawn.curves), 2):
        ends = {complex(*p) for p in (one.points[0], one.points[-1])} & {
            complex(*p) for p in (other.points[0], other.points[-1])
        }
        for a in parts[i]:
            if all(abs(a[0] - end) > 0.15 for end in ends):
                assert not any(meet(a, b) for b in parts[j])


def crossed(drawn):
    """Number of interruptions."""
    return sum(len(curve.strokes) - 1 for curve in drawn.curves)


@pytest.mark.parametrize("layout", ["circle", "columns"])
@pytest.mark.parametrize("diagram", LABELLED[::6], ids=lambda d: d.edge_string)
def test_every_line_and_point_is_drawn_once_and_no_crossing_looks_like_a_vertex(diagram, layout):
    drawn = picture(diagram, layout=layout)
    nodes = [diagram.label(i) for i in range(diagram.n_external + diagram.n_vertices)]
    assert sorted(mark.label for mark in drawn.marks) == sorted(nodes)
    as_drawn = Counter(tuple(sorted((curve.start, curve.end))) for curve in drawn.curves)
    assert as_drawn == Counter(tuple(sorted(pair)) for pair in diagram.edge_labels)
    where = {mark.label: complex(mark.x, mark.y) for mark in drawn.marks}
    assert min(abs(a - b) for a, b in combinations(where.values(), 2)) > 0.25
    for curve in drawn.curves:
        for label, end in ((curve.start, curve.points[0]), (curve.end, curve.points[-1])):
            assert complex(*end) == pytest.approx(where[label], abs=1e-5)
    assert_lines_do_not_touch(drawn)


def test_lines_that_have_to_cross_are_interrupted():
    drawn = picture(K5)
    assert crossed(drawn) >= 1
    assert_lines_do_not_touch(drawn)
    pairing = picture(Diagram.from_edge_string("x1-x3,x2-x4"), layout="circle")
    assert crossed(pairing) == 1
    assert len(strokes(svg(K5))) == tikz(K5).count(r"\draw") == 10


@pytest.mark.parametrize(
    "text",
    [
        "y1-y2,y1-y2,y1-y2,y1-y3,y2-y3,y3-y3",
        "y1-y2,y1-y2,y2-y3,y2-y3,y1-y3,y1-y3",
        "x1-y1,x2-y2,y1-y2,y1-y3,y1-y3,y2-y3,y2-y3",
    ],
)
def test_planar_diagrams_of_third_order_have_no_crossings(text):
    """Multiplicities 3456, 1728 and 20736: a triple line in a triangle, and double lines around one."""
    drawn = picture(Diagram.from_edge_string(text))
    assert crossed(drawn) == 0
    assert_lines_do_not_touch(drawn)


def test_points_go_clockwise_round_a_circle():
    for diagram in LABELLED:
        if diagram.is_connected:
            points = [m for m in picture(diagram, layout="circle").marks if m.external]
            radii = [hypot(m.x, m.y) for m in points]
            assert radii == pytest.approx([radii[0]] * len(radii))
            angles = [degrees(phase(complex(m.x, m.y))) for m in points]
            assert [(a - b) % 360 for a, b in pairwise(angles)] == pytest.approx(
                [360 / len(points)] * (len(points) - 1)
            )


def test_points_stand_in_two_columns():
    for incoming in (None, 1, 3, 4):
        for diagram in CHANNELS:
            points = [m for m in picture(diagram, layout="columns", incoming=incoming).marks if m.external]
            left = 2 if incoming is None else incoming
            assert {m.x < 0 for m in points[:left]} <= {True}
            assert {m.x > 0 for m in points[left:]} <= {True}
            for column in (points[:left], points[left:]):
                assert all(a.x == b.x and a.y > b.y for a, b in pairwise(column))
                assert all(abs(m.label_x) > abs(m.x) and m.label_y == m.y for m in column)


def test_the_channels_look_different_only_in_a_frame():
    """In a frame a point is where its number says; otherwise the three channels differ by names only."""

    def shape(diagram, **how):
        return sorted(tuple(sorted(curve.points)) for curve in picture(diagram, **how).curves)

    assert shape(CHANNELS[0]) == shape(CHANNELS[1]) == shape(CHANNELS[2])
    for layout in ("circle", "columns"):
        assert len({str(shape(diagram, layout=layout)) for diagram in CHANNELS}) == 3


def test_propagator_corrections_read_from_left_to_right_in_every_layout():
    for diagram in generate(2, {4: 2}, [connected]):
        assert picture(diagram, layout="circle") == picture(diagram, layout="columns") == picture(diagram)


def test_every_renderer_takes_the_layout():
    entries = [(diagram, "×") for diagram in CHANNELS]
    for how in ({"layout": "circle"}, {"layout": "columns", "incoming": 1}):
        text = svg_sheet(entries, **how)
        ElementTree.fromstring(text)
        assert text != svg_sheet(entries)
        assert tikz_document(entries, **how) != tikz_document(entries)
        assert svg(CHANNELS[0], **how) != svg(CHANNELS[1], **how)
        ends = [sheet_figure(entries, **other).axes[0].patches[0].get_path().vertices for other in (how, {})]
        assert ends[0].shape != ends[1].shape or (ends[0] != ends[1]).any()


@pytest.mark.parametrize(
    ("how", "hint"),
    [
        ({"layout": "square"}, "use one of free, circle, columns"),
        ({"layout": "columns", "incoming": 5}, "give 0 to 4"),
        ({"layout": "circle", "incoming": 2}, "with the layout columns"),
    ],
)
def test_refusals(how, hint):
    with pytest.raises(InvalidDiagram, match=hint):
        picture(CHANNELS[0], **how)
