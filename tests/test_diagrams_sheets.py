"""Contact sheets and letters: nothing overlaps, signs differ without colour, formats draw the same page."""

import re
from itertools import combinations, pairwise
from math import ceil

import pytest
from picture_geometry import violations
from picture_svg import strokes, texts, words

from diagrams import Diagram
from diagrams.drawing import (
    Caption,
    Meaning,
    Section,
    SheetContent,
    Sign,
    picture,
    sheet_figure,
    svg,
    svg_sheet,
    tikz,
    tikz_document,
    vertex_signs,
)
from diagrams.pictures.sheets import broken, even_rows
from diagrams.pictures.typeset import typeset

BUBBLE = Diagram.from_edge_string("x1-y1,x2-y1,x3-y2,x4-y2,y1-y2,y1-y2")
SHEET = SheetContent(
    (Section(((BUBBLE, "6 × 12"),) * 5, Caption("Order 2", r"Order 2, factor $\frac{(-\lambda)^{2}}{2!}$")),)
    * 2,
    title=Caption("f", r"4-point function of $\lambda\,f^{4} + \kappa\,f^{6}$"),
    subtitle=("to order 2, with a line that says at some length what every line of a picture stands for",),
    legend=tuple(Meaning(f"sign {number}", sign) for number, sign in enumerate(Sign)),
    notes=(
        "what stands below a picture, told in one sentence that is long enough to be broken once or twice",
    )
    * 2,
)


def test_nothing_on_a_sheet_overlaps_or_leaves_it():
    text = svg_sheet(SHEET, columns=4)
    wide, high = (float(re.search(rf' {side}="(\d+)"', text)[1]) for side in ("width", "height"))
    boxes = [box for _, box in words(text)]
    for left, top, right, bottom in boxes:
        assert 0 < left < right < wide
        assert 0 < top < bottom < high
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_the_last_row_is_centred_and_rows_are_even():
    assert [len(row) for row in even_rows(range(9), 4)] == [3, 3, 3]
    assert [len(row) for row in even_rows(range(5), 4)] == [3, 2]
    captions = [box for said, box in words(svg_sheet(SHEET, columns=4)) if said == "6 × 12"]
    wide = float(re.search(r' width="(\d+)"', svg_sheet(SHEET, columns=4))[1])
    rows = {}
    for left, top, right, _ in captions:
        rows.setdefault(round(top), []).append((left + right) / 2)
    assert [len(row) for row in rows.values()] == [3, 2, 3, 2]
    for row in rows.values():
        assert sum(row) / len(row) == pytest.approx(wide / 2, abs=1.0)


def test_signs_are_told_apart_without_colour():
    """Shapes differ in outline, or in being open: by their SVG elements."""
    drawn = []
    for sign in Sign:
        text = svg_sheet(SheetContent((), legend=(Meaning("", sign),), title="t"))
        body = text.partition("</defs>")[2]
        drawn.append(re.sub(r'(cx|cy)="[^"]*"', "", "".join(re.findall(r"<(?:circle|polygon)[^>]*>", body))))
        drawn[-1] += "x" * len(strokes(text))
    assert len(set(drawn)) == len(Sign)
    assert vertex_signs([4]) == {4: Sign.DISC}
    assert vertex_signs([3, 4, 6, 8]) == {3: Sign.DISC, 4: Sign.RING, 6: Sign.SQUARE, 8: Sign.OPEN_SQUARE}
    assert vertex_signs([1, 2, 4]) == {1: Sign.SOURCE, 2: Sign.CROSS, 4: Sign.DISC}


def test_signs_of_a_theory_are_those_of_every_picture():
    six = Diagram.from_edge_string("x1-y1,x2-y1,y1-y1,y1-y1")
    assert picture(six).marks[2].sign is Sign.DISC
    drawn = picture(six, signs=vertex_signs([4, 6]))
    assert drawn.marks[2].sign is Sign.RING
    assert 'fill="white" stroke="black"' in svg(drawn)
    assert r"\filldraw[fill=white]" in tikz(drawn)
    (axes,) = sheet_figure([(drawn, "")]).axes
    assert sum(patch.get_facecolor()[:3] == (1, 1, 1) for patch in axes.patches) == 1


def test_all_formats_say_the_same():
    said, code = texts(svg_sheet(SHEET)), tikz_document(SHEET)
    assert said.count("6 × 12") == code.count(r"6 $\times$ 12") == 10
    assert code.count(r"\large Order 2") == said.count("Order 2") == 2
    for meaning in SHEET.legend:
        assert meaning.text in said
        assert meaning.text in code
    figure = sheet_figure(SHEET)
    (letters,) = [p for p in figure.axes[0].patches if p.get_zorder() == 4]
    outlines = svg_sheet(SHEET)
    ink = [box for _, box in words(outlines)]
    across = letters.get_path().vertices[:, 0]
    assert across.max() == pytest.approx(max(right for _, _, right, _ in ink), abs=0.2)
    assert figure.get_figwidth() == pytest.approx(
        float(re.search(r'width="(\d+)"', outlines)[1]) / 110, abs=0.01
    )


@pytest.mark.parametrize(
    ("latex", "names"),
    [
        (r"$\lambda f^{4}$", ["lambda", "f", "four"]),
        (r"3 $\times$ 12\,345", ["three", "multiply", "one", "two", "three", "four", "five"]),
        (r"$-\frac{1}{2}\lambda$", ["minus", "one", "two", "lambda"]),
        (r"$\left(D+2\right)^{2}$", ["parenleft", "D", "plus", "two", "parenright", "two"]),
        (r"$S_{\mathrm{GP}}$", ["S", "G", "P"]),
        (r"50 \% of $x$", ["five", "zero", "percent", "o", "f", "x"]),
        (r"a $ b", ["a", "dollar", "b"]),
        (r"$\foo$", ["backslash", "f", "o", "o"]),
        ("猫", ["question"]),
    ],
)
def test_letters(latex, names):
    assert [placed.glyph.name for placed in typeset(latex).letters] == names


def test_letters_follow_the_rules_of_mathematics():
    power = typeset("$f^{4}$").letters[1]
    index = typeset("$x_{1}$").letters[1]
    assert 0.2 < power.y < 0.6
    assert -0.3 < index.y < 0
    assert power.size == index.size == 0.7
    assert typeset("$a+b$").width > typeset("$ab$").width + 1.0  # a plus with room around it
    assert typeset("$-a$").width < typeset("$b-a$").width - typeset("$b$").width  # a sign has none
    assert 0.1 < typeset(r"12\,345").width - typeset("12345").width < 0.2
    wide = typeset("a rather long line of words")
    assert ceil(wide.width / 5.0) <= len(broken("a rather long line of words", 5.0)) <= 4


CROSSINGS = {
    "x1-y1,x2-y1,x3-y2,x4-y2,y1-y2,y1-y2": 0,
    "x1-y1,x3-y1,x2-y2,x4-y2,y1-y2,y1-y2": 0,
    "x1-y1,x4-y1,x2-y2,x3-y2,y1-y2,y1-y2": 1,
    "x1-y1,x2-y1,x3-y3,x4-y3,y1-y2,y1-y2,y2-y3,y2-y3": 0,
    "x1-y1,x2-y1,x3-y1,x4-y3,y1-y2,y2-y2,y2-y3,y3-y3": 0,
    "x1-y1,x2-y1,x3-y1,x4-y3,y1-y2,y2-y3,y2-y3,y2-y3": 0,
    "x1-y1,x4-y1,x2-y2,x3-y2,y1-y2,y1-y3,y2-y3,y3-y3": 1,
    "x1-y1,x4-y1,x2-y3,x3-y3,y1-y2,y1-y2,y2-y3,y2-y3": 1,
}


@pytest.mark.parametrize(("text", "crossings"), CROSSINGS.items())
def test_columns_have_no_needless_crossing(text, crossings):
    drawn = picture(Diagram.from_edge_string(text), layout="columns")
    assert violations(drawn) == {}
    assert sum(len(curve.gaps) for curve in drawn.curves) == crossings


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("x1-y1,x2-y1,x3-y3,x4-y3,y1-y2,y1-y2,y2-y3,y2-y3", []),
        ("x1-y1,x2-y1,x3-y1,x4-y3,y1-y2,y2-y2,y2-y3,y3-y3", ["x4"]),
        ("x1-y1,x2-y1,x3-y1,x4-y3,y1-y2,y2-y3,y2-y3,y2-y3", ["x4"]),
        ("x1-y1,x2-y1,x3-y1,x4-y2,y1-y2,y2-y2", ["x4"]),
    ],
)
def test_chains_in_columns_are_straight(text, end):
    """Chains of bubbles and corrections of a leg: turns of less than 12 degrees, no lens flattened."""
    drawn = picture(Diagram.from_edge_string(text), layout="columns")
    place = {mark.label: complex(mark.x, mark.y) for mark in drawn.marks}
    row = sorted((label for label in place if label.startswith("y")), key=lambda label: place[label].real)
    steps = [place[b] - place[a] for a, b in pairwise(row + end)]
    for one, other in pairwise(steps):
        assert (one.conjugate() * other).real / abs(one) / abs(other) > 0.978
    assert all(abs(step) > 0.7 for step in steps)
