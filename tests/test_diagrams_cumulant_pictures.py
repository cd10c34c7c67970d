"""Connected correlators as discs, amputated legs with bars: the same in every renderer."""

import pytest
from picture_svg import strokes

from diagrams.diagram import Diagram
from diagrams.drawing import cumulant_picture, sheet_figure, svg, tikz

TEXTS = ["x1-y1,x2-y1,y1-y1", "x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2", "y1-y1,y1-y1", "x1-y1,y1-y1"]


@pytest.mark.parametrize("text", TEXTS)
def test_bars_stand_across_the_ends_of_legs(text):
    diagram = Diagram.from_edge_string(text)
    drawn = cumulant_picture(diagram)
    ends = [mark for mark in drawn.marks if mark.amputated]
    assert len(ends) == diagram.n_external
    assert [mark.blob for mark in drawn.marks if not mark.amputated] == [True] * diagram.n_vertices
    for mark in ends:
        (x, y), (u, v) = mark.bar
        assert ((x + u) / 2, (y + v) / 2) == pytest.approx((mark.x, mark.y))
        here = complex(mark.x, mark.y)
        ways = [way for curve in drawn.curves for way in (curve.points, curve.points[::-1])]
        points = min(ways, key=lambda way: abs(complex(*way[0]) - here))
        assert abs(complex(*points[0]) - here) < 1e-6
        along = points[1][0] - mark.x, points[1][1] - mark.y
        assert along[0] * (u - x) + along[1] * (v - y) == pytest.approx(0.0, abs=1e-9)
        assert (u - x) ** 2 + (v - y) ** 2 == pytest.approx(0.26**2)
        assert drawn.left <= min(x, u)
        assert max(x, u) <= drawn.right
        assert drawn.bottom <= min(y, v)
        assert max(y, v) <= drawn.top


@pytest.mark.parametrize("text", TEXTS)
def test_renderers_draw_them(text):
    diagram = Diagram.from_edge_string(text)
    drawn, plain = cumulant_picture(diagram), len(diagram.edges)
    assert len(strokes(svg(drawn))) == plain + diagram.n_external
    assert svg(drawn).count("<circle") == diagram.n_vertices
    assert tikz(drawn).count(r"\draw ") == plain + diagram.n_external
    assert tikz(drawn).count(r"\filldraw") == diagram.n_vertices
    (axes,) = sheet_figure([(drawn, "")]).axes
    moves = [(patch.get_path().codes == 1).sum() for patch in axes.patches if not patch.get_fill()]
    assert sum(moves) == plain + diagram.n_external
