"""All small connected topologies, in every layout, against what pictures promise: ``make pictures``.

``python tests/picture_topologies.py [--every N] [--start N] [--jobs N]`` draws every N-th of them, and ends
with 1 if a promise is broken; with ``--list 500`` it prints a seeded choice of them, which the tests draw.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from picture_geometry import svg_violations, violations

from diagrams.diagram import Diagram
from diagrams.drawing import picture, svg
from diagrams.filters import connected
from diagrams.generation import generate
from diagrams.grouping import grouped

LAYOUTS = ("free", "circle", "columns")


def contents(most):
    """Vertex contents of f^3, f^4, f^3 + f^4 and f^6 with one to `most` vertices."""
    for threes in range(most + 1):
        for fours in range(most + 1 - threes):
            if threes + fours:
                yield {valence: number for valence, number in ((3, threes), (4, fours)) if number}
    yield from ({6: number} for number in range(1, most + 1))


def topologies(most=5, points=4):
    """Every connected topology once: 10,838 with up to five vertices and up to four points."""
    found = {}
    for content in contents(most):
        for n in range(points + 1):
            if (n + sum(valence * number for valence, number in content.items())) % 2 == 0:
                found |= {
                    group.diagram.unlabelled(): None for group in grouped(generate(n, content, [connected]))
                }
    return list(found)


def measured(text, layouts=LAYOUTS, names=False):
    """Per layout seconds, crossings and broken promises of one topology; the names in its SVG picture."""
    import diagrams.pictures.machine_faults  # noqa: F401 - compiled measurements, for this many pictures

    diagram = Diagram.from_edge_string(text)
    found, drawings = {}, {}
    for layout in layouts:
        start = time.process_time()
        drawings[layout] = drawn = picture(diagram, layout=layout)
        seconds = time.process_time() - start
        found[layout] = seconds, sum(len(curve.gaps) for curve in drawn.curves), violations(drawn)
    if names:  # beside the drawing that is there
        start = time.process_time()
        text = svg(drawings.get("free", diagram), vertex_labels=True)
        found["svg"] = time.process_time() - start, 0, svg_violations(text)
    return found


def checked(diagrams, layouts=LAYOUTS, report=None, jobs=1, names=False):
    """Kinds of broken promises with how often, per layout, and where."""
    texts = [diagram.edge_string for diagram in diagrams]
    measure = partial(measured, layouts=layouts, names=names)
    if jobs == 1:
        return _gathered(texts, map(measure, texts), report)
    with ProcessPoolExecutor(jobs) as pool:
        return _gathered(texts, pool.map(measure, texts, chunksize=4), report)


def _gathered(texts, measurements, report):
    """What was measured, in order; what is broken is told at once, and every 500 pictures how far it is."""
    kinds, where, pictures, told = {}, [], 0, 0
    for text, found in zip(texts, measurements, strict=True):
        for layout, (seconds, crossings, broken) in found.items():
            counted = kinds.setdefault(layout, Counter())
            counted["seconds"] += seconds
            counted["crossings"] += crossings
            counted.update(broken)
            if broken:
                where.append((layout, text, dict(broken)))
                if report is not None:
                    report(f"  {layout} {text}: {dict(broken)}")
        pictures += len(found)
        if report is not None and pictures // 500 > told:
            told = pictures // 500
            report(f"{pictures} pictures, {len(where)} with a fault")
    return kinds, where


def named(diagrams):
    """The same for the names of points and vertices in SVG pictures."""
    where = []
    for diagram in diagrams:
        found = svg_violations(svg(diagram, vertex_labels=True))
        if found:
            where.append(("svg", diagram.edge_string, dict(found)))
    return where


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--names", action="store_true", help="the names in SVG pictures, too")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes; all cores by default")
    parser.add_argument(
        "--start", type=int, default=0, help="leave out the first so many of the shuffled list"
    )
    parser.add_argument("--list", type=int, help="print so many, chosen with a fixed seed, and draw nothing")
    asked = parser.parse_args()

    def say(text):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    diagrams = sorted(topologies(), key=lambda diagram: diagram.edge_string)
    if asked.list:
        for diagram in random.Random(0).sample(diagrams, asked.list):
            say(diagram.edge_string)
        return False
    say(f"{len(diagrams)} connected topologies")
    random.Random(0).shuffle(diagrams)
    diagrams = diagrams[asked.start :: asked.every]
    kinds, where = checked(diagrams, report=say, jobs=asked.jobs, names=asked.names)
    for layout, found in kinds.items():
        seconds = found.pop("seconds")
        say(
            f"{layout}: {len(diagrams)} pictures, {1000 * seconds / len(diagrams):.0f} ms each, {dict(found)}"
        )
    say(f"{len(where)} pictures break a promise")
    return bool(where)


if __name__ == "__main__":
    sys.exit(main())
