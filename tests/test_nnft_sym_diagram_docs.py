"""The table of docs/diagram.md."""

import re
from pathlib import Path

import pytest

from diagrams import Diagram
from diagrams.diagram_facts import facts

TEXT = (Path(__file__).parent.parent / "docs" / "diagram.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip().strip("`").replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in TEXT.splitlines()
    if re.match(r"\| `[xy]", line)
]


@pytest.mark.parametrize("row", ROWS, ids=[row[-1] for row in ROWS])
def test_the_numbers_of_well_known_diagrams(row):
    lines, *told, _ = row
    found = facts(Diagram.from_edge_string(lines))
    degree = "none" if found.degree is None else str(found.degree)
    numbers = [found.symmetry_factor.total, found.multiplicity, found.loops, found.nickel]
    assert [*map(str, numbers), degree] == told


def test_there_are_ten():
    assert len(ROWS) == 10
