"""Filters, loops, kinds and topologies in `nn.expand`, `nnft expand`, `draw` and `count`."""

import json
from fractions import Fraction
from time import process_time

import pytest

import nnft_sym as nn
from diagrams import Diagram, count, filters
from diagrams.loops import LoopRange
from diagrams.zero_dim import Kind, multiplicity_sum
from nnft_sym.cli import run
from nnft_sym.errors import InvalidDocument, InvalidExpansion
from nnft_sym.expansions.expansion import expand
from nnft_sym.expansions.json_form import from_json, to_json
from nnft_sym.printing.latex import formula_latex, grouped_latex

MIXED = "g*f^3 + lambda*f^4"


@pytest.fixture
def nnft(capsys, tmp_path, monkeypatch):
    """Run a command line in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        code = run(words)
        return code, *capsys.readouterr()

    return call


def answer(nnft, *words):
    code, out, _ = nnft(*words, "--json")
    assert code == 0
    return json.loads(out)


def diagrams_of(expansion):
    return {term.diagram for term in expansion}


@pytest.mark.parametrize("chosen", filters.ALL_FILTERS, ids=lambda one: one.name)
def test_filters_sieve_the_terms(chosen):
    every = expand(MIXED, 2, 3)
    kept = expand(MIXED, 2, 3, filters=[chosen.name])
    assert [term for term in every if chosen(term.diagram)] == list(kept)
    assert kept.filter_names == (chosen.name,)
    assert expand(MIXED, 2, 3, filters=chosen) == kept


def test_your_own_predicate_is_as_good():
    def few(diagram):
        return len(diagram.edges) < 6

    every, kept = expand(MIXED, 4, 2), expand(MIXED, 4, 2, filters=[few, "connected"])
    assert list(kept) == [t for t in every if few(t.diagram) and t.diagram.is_connected]
    by_topology = expand(MIXED, 4, 2, filters=[few, "connected"], labelled=False)
    assert [(t.representative, t.labellings) for t in kept.topologies()] == [
        (t.representative, t.labellings) for t in by_topology.topologies()
    ]
    assert "few" in kept.text()


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("amputated", ["connected", "onshell"]),
        ("2pi", ["two_particle_irreducible"]),
        ("skeleton", ["connected", "skeleton"]),
        ("Two-PI", ["2pi"]),
    ],
)
def test_kinds_are_filters(kind, where):
    for n in (2, 3, 4):
        expansion = expand(MIXED, n, 3, kind=kind)
        full = expand(MIXED, n, 3, kind="full", filters=where)
        assert list(expansion) == list(full)


def test_amputated_functions_in_zero_dimensions():
    """Against G_n / G_2^n, which knows no diagrams; (onshell is the filter of this kind)."""
    for n, vertices in ((2, {4: 3}), (3, {3: 3}), (4, {3: 2, 4: 1}), (1, {3: 3}), (6, {4: 3})):
        found = count(n, vertices, ["connected", "onshell"]).multiplicity_total
        assert found == multiplicity_sum(n, vertices, Kind.AMPUTATED) > 0


def test_skeletons_add_up():
    assert all(rule.holds for rule in expand(MIXED, 4, 4, kind="skeleton").sum_rules())
    assert [str(t.coefficient) for t in expand(MIXED, 2, 3, kind="skeleton")] == ["1"]


@pytest.mark.parametrize("kind", ["normalised", "connected", "1pi", "full"])
@pytest.mark.parametrize("loops", [0, 1, LoopRange(2, 2)], ids=str)
def test_loops_choose_the_terms(kind, loops):
    """Those of a long expansion in vertices; of one loop more there would be one vertex more."""
    chosen = loops if isinstance(loops, LoopRange) else LoopRange(loops)
    n = 0 if kind == "full" else 3
    action = "lambda*f^4" if kind == "full" else "g*f^3"
    found = expand(action, n, kind=kind, loops=loops)
    # every component of the 3-point function takes away from the points, and of the vacuum adds to the loops
    every = expand(action, n, 5 if kind != "full" else 2, kind=kind)
    most = max((term.order for term in found), default=0)
    assert [term for term in every if chosen(term.diagram)] == [t for t in found if t.order <= 5]
    assert most <= 5


def test_loops_of_two_couplings():
    one = expand(MIXED, 4, kind="connected", loops=LoopRange(1, 1))
    assert {term.vertex_key for term in one} == {"4:2", "3:2,4:1", "3:4"}
    both = expand(MIXED, 4, 2, kind="connected", loops=LoopRange(1, 1))
    assert {term.vertex_key for term in both} == {"4:2"}
    assert both.truncation.text == "order 2 and 1 loop, no fewer"
    assert one.truncation.text == "1 loop, no fewer"
    assert one.truncation.latex == "1 loop, no fewer"


def test_one_term_per_topology():
    full = expand("lambda*f^4", 6, 2)
    short = expand("lambda*f^4", 6, 2, labelled=False)
    assert short.labellings == tuple(one.labellings for one in full.topologies())
    assert short.grouped_text() == full.grouped_text()
    assert grouped_latex(short) == grouped_latex(full) == formula_latex(short)
    assert short.zero_dimensional() == full.zero_dimensional()
    assert short.at_order(1).topologies()[0].labellings == full.at_order(1).topologies()[0].labellings
    assert short.table().in_brief() == full.table().in_brief()
    assert "topologies" in repr(short)
    for refused in (short.sympy, lambda: list(short.monomials()), lambda: short.table(labelled=True)):
        with pytest.raises(InvalidExpansion, match="labelled=True"):
            refused()


@pytest.mark.parametrize("labelled", [True, False])
def test_json_comes_back(labelled):
    for chosen in (
        expand(MIXED, 4, kind="connected", loops=1, labelled=labelled),
        expand(MIXED, 4, 2, filters=["onshell", "simple"], labelled=labelled),
        expand("lambda*f^4", 2, 2, kind="2pi", labelled=labelled),
    ):
        assert from_json(to_json(chosen)) == chosen
    document = json.loads(to_json(expand("lambda*f^4", 4, 1, labelled=False)))
    document["terms"][1]["labellings"] = 7
    with pytest.raises(InvalidDocument):
        from_json(json.dumps(document))


def test_grouped_json(nnft):
    found = answer(nnft, "expand", "lambda*f^4", "-n", "4", "--terms", "grouped")
    shown = [(one["labellings"], one["multiplicity"], one["symmetry_factor"]) for one in found["terms"]]
    assert shown == [(3, 1, 1), (6, 12, 2), (1, 24, 1)]
    assert found["wick_total"] == {"": 3, "4:1": 105}


def test_exchangeable_legs_cost_no_list(nnft):
    start = process_time()
    twelve = answer(nnft, "expand", "lambda*f^4", "-n", "12", "--terms", "grouped")
    words = ["g*f^3", "-n", "10", "--order", "8", "--kind", "connected", "--terms", "grouped"]
    tree = answer(nnft, "expand", *words)
    points = answer(nnft, "expand", "lambda*f^4", "-n", "2000", "--terms", "grouped")
    assert process_time() - start < 10  # a list of the labelled ones takes minutes
    assert [one["labellings"] for one in twelve["terms"]] == [10395, 62370, 51975]
    assert (len(tree["terms"]), sum(one["labellings"] for one in tree["terms"])) == (11, 2027025)
    assert [one["multiplicity"] for one in points["terms"]] == [1, 12, 24]


def test_counts_of_an_action(nnft):
    words = ["count", "lambda*f^4", "-n", "4", "--order", "3", "--filter", "connected"]
    found = answer(nnft, *words)
    assert [(one["vertices"], one["loops"], one["diagrams"]) for one in found["contents"]] == [
        ("4:1", 0, 1),
        ("4:2", 1, 7),
        ("4:3", 2, 42),
    ]
    assert found["diagrams"] == 50
    # 1 + (3 + 4) / 2 + ..., from the zero-dimensional theory
    expected = [multiplicity_sum(4, {4: v}, Kind.CONNECTED) for v in (1, 2, 3)]
    assert [one["multiplicity_total"] for one in found["contents"]] == expected
    assert found["multiplicity_total"] == sum(expected)
    weights = [Fraction(total, 24**v * f) for v, f, total in zip((1, 2, 3), (1, 2, 6), expected, strict=True)]
    assert [Fraction(one["weight_total"]) for one in found["contents"]] == weights
    assert Fraction(found["weight_total"]) == sum(weights)
    assert [one["diagrams"] for one in found["by_loops"]] == [1, 7, 42]


def test_counts_by_loops(nnft):
    """55 and 39: github.com/form-dev/form, issue 713."""
    words = ["count", MIXED, "-n", "4", "--loops", "1-1", "--filter"]
    assert answer(nnft, *words, "connected,nosnail")["diagrams"] == 55
    on_shell = answer(nnft, *words, "connected,nosnail,onshell")
    assert on_shell["diagrams"] == 39
    assert {one["vertices"] for one in on_shell["contents"]} == {"3:4", "3:2,4:1", "4:2"}
    to_one = answer(nnft, "count", MIXED, "-n", "4", "--loops", "1", "--kind", "connected")
    assert [one["diagrams"] for one in to_one["by_loops"]] == [4, 99]
    assert to_one["diagrams"] == 103


def test_counts_with_vacuum_parts(nnft):
    found = answer(nnft, "count", "lambda*f^4", "-n", "4", "--order", "2")
    for one, vertices in zip(found["contents"], ({}, {4: 1}, {4: 2}), strict=True):
        assert (one["diagrams"], one["multiplicity_total"]) == tuple(count(4, vertices))
        assert one["loops"] is None
    exchangeable = answer(nnft, "count", "lambda*f^4", "-n", "4", "--order", "2", "--legs", "unlabelled")
    assert exchangeable["multiplicity_total"] == found["multiplicity_total"]
    assert exchangeable["diagrams"] == sum(count(4, {4: v}, unlabelled=True).diagrams for v in (0, 1, 2))


def test_a_table_of_counts(nnft):
    code, out, _ = nnft("count", MIXED, "-n", "2", "--loops", "1", "--kind", "1pi")
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert ["3:2", "1", "1", "36", "1/2"] in rows
    assert ["total", "3", "49", "2"] in rows


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["-n", "4"], "neither of an action and --vertices"),
        (["lambda*f^4", "--vertices", "4:2", "-n", "4"], "both of an action and --vertices"),
        (["--vertices", "4:2", "-n", "4", "--order", "2"], "--order: 2 was given beside --vertices"),
        (["lambda*f^4", "-n", "4", "--loops", "x"], "--loops: 'x' was given"),
        (["lambda*f^2", "-n", "2", "--loops", "1"], "give an order as well"),
        (["lambda*f^4", "-n", "4", "--loops", "45"], "more than 39 vertices: give fewer loops"),
        (["lambda*f^4", "-n", "4", "--filter", "onshel"], "did you mean 'onshell'"),
    ],
    ids=str,
)
def test_counts_that_are_refused(nnft, words, hint):
    code, out, err = nnft("count", *words)
    assert (code, out) == (2, "")
    assert hint in err


def test_draw_takes_filters_and_loops(nnft):
    words = ["draw", "lambda*f^4", "-n", "4", "--loops", "1", "--kind", "connected"]
    assert answer(nnft, *words)["diagrams"] == 3
    assert answer(nnft, *words, "--filter", "onshell")["diagrams"] == 2
    assert answer(nnft, *words, "--filter", "onshell", "--legs", "labelled")["diagrams"] == 4
    words = ["draw", "lambda*f^4", "-n", "4", "--order", "0", "--filter", "connected"]
    code, out, err = nnft(*words)
    assert (code, out) == (2, "")
    assert "no diagrams that pass connected" in err


def test_an_empty_sum_says_which_filters_are_in_the_way(nnft):
    code, out, _ = nnft("expand", "lambda*f^4", "-n", "2", "--filter", "connected,no_self_energy,no_vacuum")
    assert code == 0  # the bare line is left
    code, out, _ = nnft("expand", "lambda*f^4", "-n", "4", "--order", "0", "--filter", "connected")
    assert code == 0
    assert "that pass connected" in out


def test_python_namespace():
    chosen = nn.diagrams.LoopRange(1, 1)
    assert nn.diagrams.count(4, {4: 2}, ["connected", chosen]).diagrams == 7
    assert [one.labellings for one in nn.diagrams.topologies(4, {4: 1})] == [3, 6, 1]
    assert nn.diagrams.n_loops(Diagram.from_edge_string("y1-y1,y1-y1")) == 2
