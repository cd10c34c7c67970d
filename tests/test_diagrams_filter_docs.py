"""docs/filters.md: the definitions are those of the code, the counts are true, the example runs."""

import re
from pathlib import Path

import pytest

from diagrams import Diagram, count, filters, generate
from diagrams.filters import ALL_FILTERS, connected
from diagrams.zero_dim import Kind, multiplicity_sum

PAGE = (Path(__file__).parent.parent / "docs" / "filters.md").read_text(encoding="utf-8")
CELLS = [
    [cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("|")
]
HEADER = next(row for row in CELLS if row[0] == "n")
ROWS = [row for row in CELLS if row[0].isdigit()]


def test_definitions():
    written = {row[0].strip("`"): row[1] for row in CELLS if len(row) == 2}
    for known in ALL_FILTERS:
        assert written[known.name] == known.definition


def test_every_filter_has_a_column():
    assert HEADER[3:] == [f"`{known.name}`" for known in ALL_FILTERS]
    assert len(ROWS) >= 12


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"n={row[0]} {row[1]}")
def test_counts(row):
    """Counted without listing, and listed and sieved by the predicate alone."""
    n, vertices = int(row[0]), {int(k): int(c) for k, c in re.findall(r"(\d+):(\d+)", row[1])}
    assert count(n, vertices).diagrams == int(row[2])
    everything = list(generate(n, vertices)) if int(row[2]) < 1000 else None
    for known, written in zip(ALL_FILTERS, row[3:], strict=True):
        assert count(n, vertices, [known]).diagrams == int(written), known.name
        if everything is not None:
            assert sum(map(known, everything)) == int(written), known.name


def test_the_example_runs():
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
    names = {}
    exec(compile(code, "docs/filters.md", "exec"), names)
    kept = list(generate(4, {4: 2}, [connected, names["few_loops"]]))
    assert [d.multiplicity for d in kept] == [d.multiplicity for d in generate(4, {4: 2}, [connected])]
    assert all(not names["few_loops"](d) for d in generate(2, {4: 2}, [connected]))


def test_the_diagram_that_another_program_misses():
    missed = Diagram.from_edge_string(re.search(r"misses\s+`([^`]*)`", PAGE)[1])
    assert int(missed.symmetry_factor) == 48
    found = list(generate(0, {4: 1, 6: 1}, [connected]))
    assert missed in found
    assert len(found) == 2
    total = multiplicity_sum(0, {4: 1, 6: 1}, Kind.CONNECTED)
    assert sum(d.multiplicity for d in found) == total
    assert total - missed.multiplicity == 24 * 720 // 32  # the other one: double line, loops 1 and 2
    assert filters.one_particle_irreducible(missed)
