"""docs/filters.md: the definitions are those of the code, the counts are true, the example runs."""

import re
from pathlib import Path

import pytest
from page_examples import run_python

from diagrams import Diagram, count, filters, generate
from diagrams.filters import ALIASES, ALL_FILTERS, connected, named_filter
from diagrams.loops import n_loops
from diagrams.zero_dim import Kind, multiplicity_sum
from nnft_sym.expansions.schemes import Kind as Kinds
from nnft_sym.expansions.schemes import selection

PAGE = (Path(__file__).parent.parent / "docs" / "filters.md").read_text(encoding="utf-8")


def tables():
    """Every table of the page: its headings, and its rows."""
    for block in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE):
        lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in block.splitlines()]
        yield lines[0], lines[2:]


def pairs(*headings):
    """Rows of the table with these headings, by their first cells."""
    (rows,) = [rows for heads, rows in tables() if heads == list(headings)]
    return {row[0].strip("`"): row[1] for row in rows}


COUNTS = [(heads, rows) for heads, rows in tables() if heads[:2] == ["n", "vertices"]]
#: Rows of counts, each with the filters that its table has columns for.
ROWS = [
    (row[0], row[1], dict(zip(heads[2:], row[2:], strict=True))) for heads, rows in COUNTS for row in rows
]


def test_definitions():
    written = pairs("filter", "keeps a diagram if")
    assert written == {known.name: known.definition for known in ALL_FILTERS}


def test_other_names():
    written = {
        name.strip("` "): ours.strip("`")
        for names, ours in pairs("name", "ours").items()
        for name in names.split(",")
    }
    assert set(ALIASES) <= set(written)
    assert all(named_filter(name).name == ours for name, ours in written.items())


@pytest.mark.parametrize("kind", list(Kinds))
def test_kinds(kind):
    written = [name.strip("` ") for name in pairs("kind", "filters")[kind.value].split(",")]
    assert [chosen.name for chosen in selection("bare", kind)] == [name for name in written if name != "none"]


def test_every_filter_has_a_column():
    assert [name for heads, _ in COUNTS for name in heads[2:] if name != "all"] == [
        f"`{known.name}`" for known in ALL_FILTERS
    ]
    assert len(ROWS) >= 24


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"n={row[0]} {row[1]} {len(row[2])}")
def test_counts(row):
    """Counted without listing, and listed and sieved by the predicate alone."""
    n, vertices = int(row[0]), {int(k): int(c) for k, c in re.findall(r"(\d+):(\d+)", row[1])}
    total = count(n, vertices).diagrams
    assert total == int(row[2].get("all", total))
    everything = list(generate(n, vertices)) if total < 500 else None
    for known in ALL_FILTERS:
        if f"`{known.name}`" in row[2]:
            written = int(row[2][f"`{known.name}`"])
            assert count(n, vertices, [known]).diagrams == written, known.name
            if everything is not None:
                assert sum(map(known, everything)) == written, known.name


def test_the_counts_of_form():
    """github.com/form-dev/form, issue 713."""
    contents = [{3: 4}, {3: 2, 4: 1}, {4: 2}]
    assert [n_loops(next(generate(4, content, ["connected"]))) for content in contents] == [1, 1, 1]
    for where, number in ((["nosnail"], 55), (["nosnail", "onshell"], 39)):
        assert sum(count(4, content, ["connected", *where]).diagrams for content in contents) == number
        assert f"{number}" in PAGE


def test_the_filter_of_the_example():
    _, names = run_python(PAGE, "docs/filters.md")
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
