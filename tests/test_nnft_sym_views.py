"""What a notebook shows on request: the picture, and the table that sorts on a click."""

import html
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest
from picture_svg import strokes

from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.expansion import expand
from nnft_sym.printing.table_content import Cell
from nnft_sym.printing.table_content import Table as MadeTable
from nnft_sym.printing.views import expansion_table

EXTENDED = "lambda_NL*f(x)^2*f(y)^2 + (a + b*x^2)*f^4"
HUGE = 2**70


class Table(HTMLParser):
    """The ranks of the cells, row by row, and every attribute that could reach the network."""

    def __init__(self):
        super().__init__()
        self.rows, self.addresses, self.heads = [], [], 0

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.addresses += [value for name, value in attrs.items() if name in ("src", "href")]
        if tag == "tr":
            self.rows.append([])
        elif tag == "td":
            self.rows[-1].append(int(attrs["data-rank"]))
        elif tag == "th":
            self.heads += 1


def read(text):
    table = Table()
    table.feed(text)
    return table


def test_ranks_are_the_exact_order_of_the_keys():
    """Beyond 2^53 a browser could not tell these numbers apart."""
    keys = [HUGE + 1, 3, HUGE, -5, HUGE + 1]
    table = MadeTable("t", ("key", "word"), tuple((Cell(str(k), key=k), Cell("<&", key="a")) for k in keys))
    found = read(table.html)
    assert [row[0] for row in found.rows[1:]] == [3, 1, 2, 0, 3]
    assert {row[1] for row in found.rows[1:]} == {0}
    assert "&lt;&amp;" in table.html
    assert "<&" not in table.html


@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize("action", ["lambda*f^4 + kappa*f^6", EXTENDED, "lambda*(f.f)^2"])
def test_the_table_has_every_term_and_needs_nothing_else(action, labelled):
    expansion = expand(action, 4, 2 if action[0] != "l" else 1)
    table = expansion.table(labelled=labelled)
    shown = expansion.terms if labelled else [t.representative for t in expansion.topologies()]
    assert [row[6].text for row in table.rows] == [str(term.coefficient) for term in shown]
    assert [row[4].value for row in table.rows] == [term.multiplicity for term in shown]
    found = read(table._repr_html_())
    assert found.heads == len(table.columns) == 8
    assert len(found.rows) == len(shown) + 1
    assert found.addresses == []
    assert "://" not in table.html
    assert "<script" not in table.html
    assert table.html.count("<math>") == 2 * len(shown)
    assert repr(table).splitlines()[1].split() == list(table.columns)
    assert len(repr(table).splitlines()) == len(shown) + 2


def test_sums_of_labellings_are_those_of_the_expansion():
    expansion = expand("lambda*f^4", 4, 2)
    rows = expansion.table().rows
    assert sum(row[3].value for row in rows) == len(expansion)
    assert sum(row[3].value * row[4].value for row in rows) == sum(term.multiplicity for term in expansion)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js, which runs the sorting, is not installed")
def test_a_click_sorts_and_another_one_turns_the_order_round():
    """The handler of the page itself, on rows that are plain objects."""
    table = expand("lambda*f^4 + kappa*f^6", 4, 2).table()
    handler = html.unescape(re.search(r'onclick="([^"]*)"', table.html)[1])
    ranks = read(table.html).rows[1:]
    program = f"""
    const ranks = {json.dumps(ranks)};
    const body = {{rows: ranks.map(r => ({{cells: r.map(x => ({{dataset: {{rank: String(x)}}}}))}})),
                   appendChild(row) {{ this.rows = this.rows.filter(r => r !== row).concat([row]); }}}};
    const heads = ranks[0].map((_, i) => ({{cellIndex: i, state: null,
        getAttribute() {{ return this.state; }}, setAttribute(_, s) {{ this.state = s; }},
        removeAttribute() {{ this.state = null; }},
        closest(tag) {{ return tag === 'th' ? this : table; }}}}));
    const table = {{tBodies: [body], tHead: {{rows: [{{cells: heads}}]}}}};
    const click = new Function('event', {json.dumps(handler)});
    const seen = [];
    for (const column of [4, 4, 6, 0]) {{
        click({{target: heads[column]}});
        seen.push([column, heads.map(h => h.state),
                   body.rows.map(r => r.cells.map(c => Number(c.dataset.rank)))]);
    }}
    console.log(JSON.stringify(seen));
    """
    done = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True, timeout=60)
    seen = json.loads(done.stdout)
    for column, states, rows in seen:
        assert sorted(rows) == sorted(ranks)
        assert [number for number, state in enumerate(states) if state] == [column]
    values = [[row[column] for row in rows] for column, _, rows in seen]
    assert values[0] == sorted(values[0])
    assert values[1] == sorted(values[1], reverse=True)
    assert values[2] == sorted(values[2])
    assert seen[3][2] == ranks
    assert seen[1][1][4] == "descending"


def test_the_picture_is_svg_with_every_line():
    expansion = expand(EXTENDED, 4)
    sheet = expansion.picture()
    root = ElementTree.fromstring(sheet._repr_svg_())
    assert root.tag.endswith("svg")
    shown = [topology.representative for topology in expansion.topologies()]
    links = sum(len(link) - 1 for term in shown if term.structure for link in term.structure.links)
    lines = sum(len(term.lines) for term in shown)
    assert links == 3
    rules = len(sheet.content.sections) + 1
    assert len(strokes(sheet.svg)) == lines + links + rules + 1  # and a dashed line in the legend
    assert sheet.svg.count("stroke-dasharray") == links + 1
    assert f"{len(shown)} pictures" in repr(sheet)
    assert len(strokes(expansion.picture(labelled=True).svg)) > len(strokes(sheet.svg))
    assert "δ(1,2) δ(3,4)" in expand("lambda*(f.f)^2", 4).picture().svg


def test_too_much_to_look_at_is_refused():
    long = expand("lambda*f^4", 4, 4)
    with pytest.raises(InvalidExpansion, match="labelled=False"):
        long.picture(labelled=True)
    with pytest.raises(InvalidExpansion, match="at_order"):
        expansion_table(expand("lambda*f^4", 6, 2), labelled=True, most=100)
    assert len(long.at_order(2).picture().svg) > 1000


def test_sheets_and_topologies_are_saved_as_the_suffix_says(tmp_path):
    expansion = expand("lambda*f^4", 4)
    topology = expansion.topologies()[1]
    assert "6 × 12" in topology._repr_svg_()
    topology.save(tmp_path / "one.tex")
    assert (tmp_path / "one.tex").read_text(encoding="utf-8").count("tikzpicture") == 2
    expansion.picture().save(tmp_path / "all.svg")
    assert (tmp_path / "all.svg").read_text(encoding="utf-8") == expansion.picture().svg
