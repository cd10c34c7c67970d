"""Compiled measurements of drawings against those in arrays and against brute force."""

import json
import subprocess
import sys
from importlib import import_module
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from picture_geometry import violations

from diagrams import Diagram
from diagrams.drawing import picture
from diagrams.pictures.curves import drawn_lines
from diagrams.pictures.faults import faults_compiled, faults_in_arrays
from diagrams.pictures.limits import COLLAPSED, LIMITS
from diagrams.pictures.pieces import corners, sampled

TEXTS = [
    "x1-y1,x2-y1,y1-y2,y1-y2,y2-x3,y2-x4",
    "x1-y1,x2-y2,y1-y1,y1-y2,y1-y3,y2-y3,y2-y2,y3-y3,y3-y3",
    "y1-y2,y1-y3,y1-y4,y1-y5,y2-y3,y2-y4,y2-y5,y3-y4,y3-y5,y4-y5",
    "x1-y1,y1-y2,y1-y2,y1-y2,y2-y3,y3-y3,y3-x2",
    "x1-x2,x3-x4",
]


@pytest.fixture(scope="module")
def machine():
    """Other tests draw without it, as one picture does."""
    name = "diagrams.pictures.machine_faults"
    yield import_module(name)
    del sys.modules[name]


def drawings(text, many=40):
    """Random places, from crowded to roomy, some lines bent, names beside the points."""
    diagram = Diagram.from_edge_string(text)
    random = Random(text)
    for number in range(many):
        size = (0.8, 1.5, 2.5)[number % 3]
        nodes = range(diagram.n_external + diagram.n_vertices)
        place = {node: complex(random.gauss(0, size), random.gauss(0, size)) for node in nodes}
        bends = {edge: random.uniform(-0.4, 0.4) for edge, _ in diagram.lines if random.random() < 0.3}
        labels = [place[node] + 0.29 for node in range(diagram.n_external)]
        yield drawn_lines(diagram, place, bends), place, labels


@pytest.mark.parametrize("segments", [10, 24])
@pytest.mark.parametrize("text", TEXTS)
def test_compiled_and_in_arrays_the_same_is_wrong(text, segments, machine):
    found = []
    for drawn, place, labels in drawings(text):
        asked = drawn, place, labels, segments, np.inf, 1.0
        one, other = faults_in_arrays(*asked), faults_compiled(machine, *asked)
        assert one == pytest.approx(other, rel=1e-12, abs=1e-12)
        found.append(one)
    assert len(set(found)) > 10  # the comparison says something
    assert min(found) < COLLAPSED


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_bad_enough_is_so_in_both(text, machine):
    for drawn, place, labels in drawings(text, 20):
        whole = faults_in_arrays(drawn, place, labels, 10, np.inf, 1.0)
        for enough in (0.5 * whole, 0.9 * whole):
            asked = drawn, place, labels, 10, enough, 1.0
            assert enough <= faults_in_arrays(*asked) <= whole * (1 + 1e-12)
            assert enough <= faults_compiled(machine, *asked) <= whole * (1 + 1e-12)


@pytest.mark.parametrize("text", TEXTS)
def test_samples_and_crossings_are_those_of_de_casteljau_and_of_brute_force(text, machine):
    for drawn, place, _ in drawings(text, 10):
        curves = [points for _, points in drawn]
        lines = machine.cut(*corners(curves), 10)
        paths = lines.x + 1j * lines.y
        assert np.abs(paths - sampled(curves, 10)).max() < 1e-12
        places = np.array([place[node] for node in range(len(place))])
        ends = np.array([edge for edge, _ in drawn])
        found = machine.crossings(lines, ends, places, LIMITS.common)
        assert len(found.where) == _count(drawn, paths, place)


def _count(drawn, paths, place):
    """Crossings, piece by piece, by signs of areas."""

    def side(a, b, c):
        return np.sign(((b - a).conjugate() * (c - a)).imag)

    def meeting(a, b, c, d):
        if side(a, b, c) * side(a, b, d) >= 0 or side(c, d, a) * side(c, d, b) >= 0:
            return None
        share = ((c - a).conjugate() * (d - c)).imag / ((b - a).conjugate() * (d - c)).imag
        return a + share * (b - a)

    def pieces(number):
        path = paths[number]
        if len(drawn[number][1]) == 2:
            return [(path[0], path[-1])]
        return list(pairwise(path))

    count = 0
    for i in range(len(drawn)):
        for j in range(i + 1, len(drawn)):
            common = [place[node] for node in set(drawn[i][0]) & set(drawn[j][0])]
            spots = [meeting(*one, *other) for one in pieces(i) for other in pieces(j)]
            count += sum(
                spot is not None and all(abs(spot - z) > LIMITS.common for z in common) for spot in spots
            )
    return count


PROGRAM = """
import json, sys
if sys.argv[1] == "compiled":
    import diagrams.pictures.machine_faults
from diagrams import Diagram
from diagrams.drawing import svg
texts = json.loads(sys.argv[2])
layouts = ("free", "circle", "columns")
diagrams = map(Diagram.from_edge_string, texts)
print(json.dumps([svg(diagram, layout=layout) for diagram in diagrams for layout in layouts]))
assert ("numba" in sys.modules) == (sys.argv[1] == "compiled")
"""


def test_pictures_are_the_same_compiled_or_not_and_one_picture_waits_for_no_compiler():
    found = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM, how, json.dumps(TEXTS)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for how in ("compiled", "plain")
    ]
    assert found[0] == found[1]
    assert len(json.loads(found[0])) == 3 * len(TEXTS)


@pytest.mark.parametrize("layout", ["free", "circle", "columns"])
@pytest.mark.parametrize(
    "text",
    [
        "x1-y1,x2-y1,x3-y1,x4-y2,y1-y2,y1-y3,y1-y4,y2-y3,y2-y4,y2-y5,y2-y5,y3-y4,y3-y4,y3-y5,y3-y5,y4-y5,y4-y5",
        "x1-y1,x2-y1,y1-y2,y1-y2,y1-y3,y1-y4,y2-y3,y2-y4,y2-y5,y2-y5,y3-y4,y3-y4,y3-y5,y3-y5,y4-y5,y4-y5",
        "x1-y1,x2-y2,x3-y3,x4-y4,y1-y2,y1-y2,y1-y3,y1-y3,y1-y5,y2-y4,y2-y4,y2-y5,y3-y4,y3-y4,y3-y5,y4-y5,y5-y5",
        "x1-y1,x2-y1,x3-y1,x4-y1,y1-y2,y1-y3,y2-y3,y2-y3,y2-y4,y2-y4,y2-y4,y3-y5,y3-y5,y3-y5,y4-y5,y4-y5,y4-y5",
    ],
)
@pytest.mark.usefixtures("machine")
def test_the_drawings_that_are_mended_last(text, layout):
    """Among all to five vertices these were left with lines too close, or cut at the rim of a vertex."""
    assert not violations(picture(Diagram.from_edge_string(text), layout=layout))
