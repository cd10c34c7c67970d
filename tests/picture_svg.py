"""What stands in an SVG picture, read off its shapes: lines, and words with the box that their ink fills."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np

SPACE = "{http://www.w3.org/2000/svg}"
NUMBER = r"-?[\d.]+(?:e-?\d+)?"


def numbers(text):
    return [float(number) for number in re.findall(NUMBER, text or "")]


def moved(element):
    """Where an element stands, and how large: x, y, scale."""
    found = dict(re.findall(r"(translate|scale)\(([^)]*)\)", element.get("transform", "")))
    x, y = numbers(found["translate"]) if "translate" in found else (0.0, 0.0)
    return x + float(element.get("x", 0)), y + float(element.get("y", 0)), float(found.get("scale", 1.0))


def words(text):
    """What every line of letters says, and its ink: left, top, right, bottom."""
    root = ElementTree.fromstring(text)
    outlines = {
        path.get("id"): np.array(numbers(path.get("d"))).reshape(-1, 2)
        for path in root.iterfind(f"{SPACE}defs/{SPACE}path")
    }
    for group in root.iter(f"{SPACE}g"):
        if group.get("aria-label") is None:
            continue
        x, y, size = moved(group)
        ink = []
        for use in group.iterfind(f"{SPACE}use"):
            dx, dy, small = moved(use)
            points = outlines[use.get("href")[1:]]
            if len(points):
                ink.append(np.array((x, y)) + size * (np.array((dx, dy)) + small * points))
        if ink:
            spots = np.concatenate(ink)
            yield group.get("aria-label"), (*spots.min(0), *spots.max(0))


def texts(text):
    """What the lines of letters say, in order."""
    root = ElementTree.fromstring(text)
    return [g.get("aria-label") for g in root.iter(f"{SPACE}g") if g.get("aria-label") is not None]


def strokes(text):
    """Paths that are drawn: lines of diagrams, crosses, bars and rules."""
    root = ElementTree.fromstring(text)
    return [path for path in root.iter(f"{SPACE}path") if path.get("fill") == "none"]
