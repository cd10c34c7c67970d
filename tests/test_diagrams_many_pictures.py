"""Many pictures, on several cores: the same as one by one."""

import pytest

from diagrams.diagram import Diagram
from diagrams.drawing import Effort, pictures
from diagrams.filters import connected
from diagrams.generation import generate
from diagrams.pictures import many
from diagrams.pictures.many import cores
from diagrams.pictures.picture import picture

DIAGRAMS = list(generate(2, {4: 2}, [connected]))
ALONE = Effort(compiled=10**9)


def near(one, other):
    """The same picture but for rounding."""
    assert one.bounds == pytest.approx(other.bounds, abs=1e-6)
    for a, b in zip(one.curves, other.curves, strict=True):
        assert (a.start, a.end, len(a.gaps)) == (b.start, b.end, len(b.gaps))
        assert [x for point in a.points for x in point] == pytest.approx(
            [x for point in b.points for x in point], abs=1e-6
        )


@pytest.mark.parametrize("how", [{}, {"layout": "circle"}, {"layout": "columns", "incoming": 1}], ids=str)
def test_one_after_the_other(how):
    drawn = list(pictures(DIAGRAMS, effort=ALONE, **how))
    assert drawn == [picture(diagram, **how) for diagram in DIAGRAMS]
    assert list(pictures(drawn, effort=ALONE)) == drawn


def test_by_two_processes():
    effort = Effort(compiled=10**9, shared=2)
    for one, diagram in zip(pictures(DIAGRAMS, processes=2, effort=effort), DIAGRAMS, strict=True):
        near(one, picture(diagram))


def test_where_no_process_can_be_had_the_rest_is_drawn_here(monkeypatch):
    def broken(asked, draw, processes):
        yield draw(asked[0])
        raise OSError("no semaphores")

    monkeypatch.setattr(many, "_shared", broken)
    effort = Effort(compiled=10**9, shared=2)
    assert list(pictures(DIAGRAMS, processes=2, effort=effort)) == list(map(picture, DIAGRAMS))


def test_a_few_pictures_start_no_process(monkeypatch):
    monkeypatch.setattr(many, "_shared", None)
    assert len(list(pictures([Diagram.from_edge_string("x1-x2")] * 3, processes=cores()))) == 3
    assert cores() >= 1
