"""Pictures of connected correlators: shaded discs that no foreign line touches, in every form of picture."""

import re

import numpy as np
import pytest
from picture_geometry import sampled, to_path, violations
from picture_svg import texts

from diagrams import Diagram, generate, grouped
from diagrams.drawing import picture, sheet_figure, svg, tikz
from diagrams.filters import connected
from diagrams.pictures.marks import BLOB_RADIUS

DRAWN = [
    *generate(2, {4: 1}, blobs={4: 1}),
    *(group.diagram for group in grouped(generate(2, {4: 2}, [connected], blobs={4: 1}))),
    *(group.diagram for group in grouped(generate(4, {4: 1}, [connected], blobs={4: 1}))),
    *generate(1, {3: 1}, blobs={3: 1, 1: 1}),
    *generate(4, {}, blobs={4: 1}),
]


@pytest.mark.parametrize("layout", ["free", "circle", "columns"])
def test_a_picture_with_discs_keeps_what_all_pictures_promise(layout):
    for diagram in DRAWN:
        drawn = picture(diagram, layout=layout)
        assert not violations(drawn), diagram.edge_string
        discs = [mark for mark in drawn.marks if mark.blob]
        assert sorted(mark.valence for mark in discs) == sorted(map(len, diagram.blobs))
        for mark in discs:
            centre = np.array([complex(mark.x, mark.y)])
            for curve in drawn.curves:
                if mark.label not in (curve.start, curve.end):
                    path = np.concatenate(sampled(curve.strokes))
                    assert to_path(centre, path)[0] > BLOB_RADIUS + 0.05, diagram.edge_string
            assert drawn.left <= mark.x - BLOB_RADIUS
            assert mark.x + BLOB_RADIUS <= drawn.right
            assert drawn.bottom <= mark.y - BLOB_RADIUS
            assert mark.y + BLOB_RADIUS <= drawn.top


def test_lines_and_legs_are_all_drawn():
    for diagram in DRAWN:
        drawn = picture(diagram)
        joined = sorted(tuple(sorted((curve.start, curve.end))) for curve in drawn.curves)
        legs = [(f"b{i + 1}", leg) for i, legs in enumerate(diagram.blob_labels) for leg in legs]
        assert joined == sorted(tuple(sorted(pair)) for pair in [*diagram.edge_labels, *legs])


def test_discs_in_every_format():
    diagram = Diagram.from_edge_string("x1-y1,y1-y1-y1-x2,x3-x4-x5")
    text = svg(diagram, vertex_labels=True)
    assert len(re.findall(r'<circle[^>]* fill="#c4c4c4"', text)) == 2
    assert not any(word.startswith("b") for word in texts(text))
    assert tikz(diagram, vertex_labels=True).count(r"\filldraw[fill=black!20]") == 2
    (axes,) = sheet_figure([diagram]).axes
    (discs,) = [patch for patch in axes.patches if 0.7 < patch.get_facecolor()[0] < 0.8]
    assert (discs.get_path().codes == 1).sum() == 2
