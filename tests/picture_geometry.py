"""What a picture promises, measured on what is drawn: nothing here knows how the layout works.

Lengths are in units of a leg. Every line is sampled as it is drawn, interruptions left out; distances are
from samples to the segments between samples.
"""

import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass
from itertools import combinations, pairwise, product

import numpy as np
from picture_svg import SPACE, numbers, strokes, words

SAMPLES = 25


@dataclass(frozen=True)
class Promise:
    """Radius of a vertex (the largest that a renderer draws), and the distances that are kept."""

    radius: float = 0.11
    gap: float = 0.09  # from the rim of a vertex to a line that does not end there
    piece: float = 0.15  # shortest piece of an interrupted line
    interruption: float = 1.5  # from a vertex, in radii
    lines: float = 0.06  # between two lines
    common: float = 0.4  # closer to an end that they share, lines may be closer to each other
    label: tuple[float, float] = (0.13, 0.1)  # half width and height of a name of two letters


PROMISE = Promise()


def bezier(points, t):
    """By de Casteljau's scheme, for an array of parameters."""
    row = [complex(*point) + 0 * t for point in points]
    while len(row) > 1:
        row = [(1 - t) * a + t * b for a, b in pairwise(row)]
    return row[0]


def sampled(strokes):
    t = np.linspace(0, 1, SAMPLES)
    return [bezier(stroke, t) for stroke in strokes]


def to_path(z, path):
    """Distances of points to a path."""
    a, step = path[:-1], np.diff(path)
    apart = np.asarray(z)[..., None] - a
    t = np.clip((apart * step.conj()).real / np.maximum(np.abs(step) ** 2, 1e-18), 0, 1)
    return np.abs(apart - t * step).min(-1)


def length(path):
    return np.abs(np.diff(path)).sum()


def violations(drawn, promise=PROMISE):
    """Kinds of what a picture gets wrong, with how often."""
    found = Counter()
    place = {mark.label: complex(mark.x, mark.y) for mark in drawn.marks}
    strokes = [sampled(curve.strokes) for curve in drawn.curves]
    nodes = np.array(list(place.values()))
    for curve, paths in zip(drawn.curves, strokes, strict=True):
        foreign = [label not in (curve.start, curve.end) for label in place]
        near = to_path(nodes, np.concatenate(paths)) < promise.radius + promise.gap
        found["line at a foreign vertex"] += int((near & foreign).sum())
        if len(paths) > 1 or curve.gaps:
            found["short piece"] += sum(length(path) < promise.piece for path in paths)
        for start, end in curve.gaps:
            cut = bezier(curve.points, np.linspace(start, end, SAMPLES))
            near = min(np.abs(cut - z).min() for z in place.values())
            found["interruption at a vertex"] += near < promise.interruption * promise.radius
    boxes = [[box(path) for path in paths] for paths in strokes]
    for (i, one), (j, other) in combinations(enumerate(drawn.curves), 2):
        common = [place[end] for end in {one.start, one.end} & {other.start, other.end}]
        for path, beside in near_pairs(boxes[i], boxes[j], promise.lines):
            if too_close(strokes[i][path], strokes[j][beside], common, promise):
                found["lines too close"] += 1
                break
    found += badly_named(drawn, strokes, promise)
    return +found


def box(path):
    """Left, right, lower and upper side of a path."""
    return path.real.min(), path.real.max(), path.imag.min(), path.imag.max()


def near_pairs(some, others, rim):
    """Numbers of boxes, one of each kind, that are closer to each other than this in x and in y."""
    for (i, one), (j, other) in product(enumerate(some), enumerate(others)):
        wide = max(one[0] - other[1], other[0] - one[1])
        high = max(one[2] - other[3], other[2] - one[3])
        if wide < rim and high < rim:
            yield i, j


def too_close(path, beside, common, promise):
    """Whether a stroke, as drawn, comes too close to another away from the ends that their lines share."""
    left, right, low, high = box(beside)
    rim = promise.lines
    near = (path.real > left - rim) & (path.real < right + rim)
    near &= (path.imag > low - rim) & (path.imag < high + rim)
    for z in common:
        near &= np.abs(path - z) > promise.common
    return bool(near.any()) and bool((to_path(path[near], beside) < rim).any())


def badly_named(drawn, strokes, promise):
    """Names of external points on lines, on each other, or outside the box."""
    found = Counter()
    half = complex(*promise.label)
    named = [complex(m.label_x, m.label_y) for m in drawn.marks if m.external and m.label]
    lines = np.concatenate([path for paths in strokes for path in paths]) if strokes else np.array([])
    for z in named:
        inside = (np.abs(lines.real - z.real) < half.real) & (np.abs(lines.imag - z.imag) < half.imag)
        found["name on a line"] += bool(inside.any())
        out = (
            z.real - half.real < drawn.left
            or z.real + half.real > drawn.right
            or z.imag - half.imag < drawn.bottom
            or z.imag + half.imag > drawn.top
        )
        found["name outside"] += out
    for a, b in combinations(named, 2):
        found["name on a name"] += abs((a - b).real) < 2 * half.real and abs((a - b).imag) < 2 * half.imag
    return found


def svg_violations(text):
    """Names on lines or marks, on each other, or outside the page of an SVG picture."""
    found = Counter()
    root = ElementTree.fromstring(text)
    width, height = float(root.get("width")), float(root.get("height"))
    ink = []
    for element in strokes(text):
        for stroke in element.get("d").split("M")[1:]:
            at = numbers(stroke)
            ink += [bezier(list(zip(at[::2], at[1::2], strict=True)), np.linspace(0, 1, 60))]
    for element in root.iter(f"{SPACE}circle"):
        x, y, r = (float(element.get(key)) for key in ("cx", "cy", "r"))
        ink.append(complex(x, y) + r * np.exp(2j * np.pi * np.linspace(0, 1, 20)))
    for element in root.iter(f"{SPACE}polygon"):
        at = numbers(element.get("points"))
        ink.append(np.array([complex(x, y) for x, y in zip(at[::2], at[1::2], strict=True)]))
    points = np.concatenate(ink)
    boxes = [box for _, box in words(text)]
    for left, top, right, bottom in boxes:
        inside = (left < points.real) & (points.real < right) & (top < points.imag) & (points.imag < bottom)
        found["name on a line"] += bool(inside.any())
        found["name outside"] += left < 0 or top < 0 or right > width or bottom > height
    for a, b in combinations(boxes, 2):
        found["name on a name"] += a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    return +found
