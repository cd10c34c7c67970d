"""Expansions in the forms of other programs: each is read back, and is the expansion."""

import json
import re
from collections import Counter
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import networkx
import pandas
import pytest
from networkx.readwrite.graphml import GraphMLReader

from diagrams.diagram import Diagram
from diagrams.graph_text import to_dot, to_graphml
from diagrams.graphs import from_networkx
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.cli import run
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.expansion import expand
from nnft_sym.printing.listings import dot_listing, form_listing, graphml_listing, qgraf_listing

ASKED = [
    ("lambda*f^4", 4, 2, "normalised"),
    ("g*f^3 + m*f^2 + j*f", 2, 2, "connected"),
    ("kappa*f^6", 0, 2, "full"),
    ("lambda*f^4", 2, 2, "1pi"),
]


def diagram_of(lines, n):
    """A diagram from pairs of labels."""
    return Diagram.from_edge_string(",".join("-".join(line) for line in lines)) if lines else None


@pytest.fixture(params=ASKED, ids=str)
def expansion(request):
    action, n, order, kind = request.param
    return expand(action, n, order, kind=kind)


def test_graphml_is_read_back(expansion):
    graphs = list(GraphMLReader()(path=BytesIO(graphml_listing(expansion).encode())))
    assert len(graphs) == len(expansion)
    for graph, term in zip(graphs, expansion, strict=True):
        assert graph.graph["symmetry_factor"] == term.symmetry_factor
        assert graph.graph["multiplicity"] == term.multiplicity
        assert graph.graph["coefficient"] == str(term.coefficient)
        multi = networkx.MultiGraph(graph)
        external = [f"x{i + 1}" for i in range(expansion.n)]
        assert from_networkx(multi, external) == term.diagram if term.diagram.edges else not graph.nodes


def test_dot_is_read_back(expansion):
    graphs = re.findall(r"graph d\d+ \{\n(.*?)\n\}", dot_listing(expansion), re.S)
    assert len(graphs) == len(expansion)
    for body, term in zip(graphs, expansion, strict=True):
        lines = re.findall(r"^  (\w+) -- (\w+);$", body, re.M)
        assert diagram_of(lines, expansion.n) == (term.diagram if term.diagram.edges else None)
        assert f"multiplicity={term.multiplicity};" in body


def test_qgraf_is_read_back(expansion):
    """Two fields of a line are in two places; -1, -3, ... are the external points 1, 2, ..."""
    parts = re.findall(r"d\d+ := \((.*?)\)(.*?);", qgraf_listing(expansion), re.S)
    assert len(parts) == len(expansion)
    for (weight, body), term in zip(parts, expansion, strict=True):
        assert Fraction(weight) == Fraction(1, term.symmetry_factor)
        ends, where = [], {}
        for kind, names in re.findall(r"(prop|vrtx)\((.*?)\)(?=\n|$)", body):
            numbers = [int(number) for number in re.findall(r"phi\((-?\d+)\)", names)]
            if kind == "prop":
                ends.append(numbers)
            else:
                vertex = f"y{1 + len({place for place in where.values() if place.startswith('y')})}"
                where |= dict.fromkeys(numbers, vertex)
        lines = [(where.get(a, f"x{(1 - a) // 2}"), where.get(b, f"x{(1 - b) // 2}")) for a, b in ends]
        lines += [(f"x{(1 - number) // 2}", vertex) for number, vertex in where.items() if number < 0]
        assert diagram_of(lines, expansion.n) == (term.diagram if term.diagram.edges else None)


@pytest.mark.parametrize("labelled", [True, False])
def test_form_sums_to_the_function_in_zero_dimensions(expansion, labelled):
    """All propagators one: what is left is the sum of the coefficients, whoever adds them up."""
    text = form_listing(expansion, labelled=labelled)
    body = text[text.index("Local G =") + len("Local G =") : text.index("  ;\n")]
    values = {name: Fraction(3 + 2 * i, 7) for i, name in enumerate(sorted(expansion.action.couplings))}
    total, one_row = Fraction(0), r"\s*\+ (?:(\d+)\*)?\((.*?)\)((?:\*KW?\(.*?\))*)"
    for row in body.strip().splitlines():
        many, coefficient, factors = re.fullmatch(one_row, row).groups()
        assert set(re.findall(r"\*(\w+)\(", factors)) <= {"K", "KW"}
        total += int(many or 1) * Polynomial.read(coefficient.replace("^", "**")).at(values)
    assert total == expansion.zero_dimensional().at(values)


def test_what_form_and_graphs_keep_of_other_theories():
    vector = form_listing(expand("lambda*(f.f)^2", 2))
    assert "d_(i1,i2)" in vector
    assert "Indices i1,i2,x1,x2,y1;" in vector
    assert "*W(y1)^2" in form_listing(expand("m*x^2*f^2", 2))
    assert "GC(x1,x2,y1,y1,y1,y1)" in form_listing(expand("lambda*f^4", 2, 1, "network"))
    assert "y1 -- y2 [style=dashed];" in dot_listing(expand("mu*f(x)^2*f(y)^2", 2))
    network = graphml_listing(expand("lambda*f^4", 2, 1, "network"))
    assert network.count('<data key="kind">blob</data>') == 4
    for other in (expand("lambda*f^4", 2, 1, "network"), expand("mu*f(x)^2*f(y)^2", 2)):
        with pytest.raises(InvalidExpansion, match="vertices of one point"):
            qgraf_listing(other)


def test_diagrams_by_themselves():
    sunset = Diagram.from_edge_string("x1-y1,y1-y2,y1-y2,y1-y2,y2-x2")
    assert to_dot(sunset).count("y1 -- y2;") == 3
    [graph] = GraphMLReader()(path=BytesIO(to_graphml(sunset).encode()))
    assert from_networkx(networkx.MultiGraph(graph), ["x1", "x2"]) == sunset
    assert to_graphml([sunset, sunset]).count("<graph ") == 2


def test_wick_counts_of_any_size_are_written_whole():
    """Above 2^63 a count is a text for GraphML, whose long has 64 bits."""
    lines = (f"y{i + 1}-y{(i + 1) % 14 + 1}" for i in range(14) for _ in "ab")
    necklace = Diagram.from_edge_string(",".join(lines))
    text = to_graphml(necklace)
    assert necklace.multiplicity > 2**63
    assert f">{necklace.multiplicity}<" in text
    assert 'attr.name="multiplicity" attr.type="string"' in text
    assert 'attr.name="symmetry_factor" attr.type="long"' in text


def test_a_table_of_pandas():
    expansion = expand("lambda*f^4 + kappa*f^6", 4, 2)
    table = expansion.to_dataframe()
    assert len(table) == len(expansion)
    assert [int(row) for row in table.multiplicity] == [term.multiplicity for term in expansion]
    by_topology = expansion.to_dataframe(labelled=False)
    assert len(by_topology) == len(expansion.topologies())
    counts = Counter()
    for row in by_topology.itertuples():
        counts[row.vertices] += int(row.labellings) * int(row.multiplicity)
        assert Fraction(row.weight) == Fraction(1, int(row.symmetry_factor))
    assert counts == Counter(
        {key: sum(t.multiplicity for t in expansion if t.vertex_key == key) for key in counts}
    )
    assert expand("lambda*f^4", 4, 0, kind="connected").to_dataframe().empty


def test_pandas_takes_what_a_notebook_shows():
    expansion = expand("lambda*f^4", 4)
    shown = pandas.DataFrame(expansion.table())
    assert shown.labellings.tolist() == [3, 6, 1]
    assert (shown.labellings * shown.contractions).sum() == 3 + 96
    assert shown.integral[1] == "K(1,2) ∫dy K_W(3,y) K_W(4,y) K_W(y,y)"


@pytest.fixture
def nnft(capsys, tmp_path, monkeypatch):
    """Run a command line in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        code = run(words)
        return code, *capsys.readouterr()

    return call


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.txt", "bare propagator"), ("a.tex", "G"), ("a.json", "{"), ("a.dot", "graph d1 {"),
        ("a.gv", "graph"),
        ("a.graphml", "<?xml"), ("a.qgraf", "* 4-point"), ("a.frm", "* 4-point"),
    ],
)  # fmt: skip
def test_the_name_of_the_file_says_the_format(nnft, name, start):
    code, out, err = nnft("expand", "lambda*f^4", "-n", "4", "--out", name)
    assert (code, out, err) == (0, f"10 terms in {name}\n", "")
    assert start in Path(name).read_text()[:400]


def test_a_file_beside_json(nnft):
    code, out, _ = nnft("expand", "lambda*f^4", "-n", "4", "--out", "a.dot", "--json", "--terms", "grouped")
    assert code == 0
    assert [term["labellings"] for term in json.loads(out)["terms"]] == [3, 6, 1]
    assert Path("a.dot").read_text().count("labellings=") == 3
    assert nnft("expand", "lambda*f^4", "-n", "4", "--out", "a.tex", "--format", "tikz")[0] == 0
    assert "tikzpicture" in Path("a.tex").read_text()


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--out", "a.dot", "--format", "form"], "a name ending in .frm is needed"),
        (["--out", "a.doc"], "a file name ending in .txt, .tex, .json"),
        (["--out", "no/a.dot"], "no"),
        (["--format", "dott"], "did you mean 'dot'?"),
        (["--format", "dot", "--json"], "contradict"),
    ],
    ids=str,
)
def test_refusals(nnft, words, hint):
    code, out, err = nnft("expand", "lambda*f^4", "-n", "4", *words)
    assert (code, out) == (2, "")
    assert hint in err
