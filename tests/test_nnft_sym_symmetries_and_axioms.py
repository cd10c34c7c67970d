"""Symmetries and axioms as a study reports them, from the nouns of their own commands."""

import json

import pytest

import nnft_sym as nn
from nnft_sym.jsonio import dumps
from nnft_sym.report.archive import study_tree
from nnft_sym.report.html import report_html
from nnft_sym.report.tex import report_tex
from nnft_sym.study.case import Case
from nnft_sym.study.config import NetConfig, parse_study
from nnft_sym.study.run import run_study
from nnft_sym.study.summary import net_summary, summary_tables
from nnft_sym.study.symmetries_and_axioms import SymmetriesAndAxioms

TINY = """
[[net]]
kind = "erf"
width = 4
points = [[-0.4], [0.7]]
cutoff = 10.0
"""


@pytest.fixture(scope="module")
def result():
    config = parse_study(TINY).model_copy(update={"experiments": 2, "networks": 500})
    return run_study(config)


def test_they_are_those_of_their_own_commands(result):
    net = result.nets[0]
    found = net.symmetries_and_axioms
    alone = nn.symmetry(net.case.network, fields=net.case.fields, orders=(2, 4))
    assert {name: str(one.verdict) for name, one in found.symmetries.items()} == {
        name: str(one.verdict) for name, one in alone.items()
    }
    assert str(found.symmetries["translations"].verdict) == "broken at 2 points"
    axioms = nn.axioms(net.case.network, (2, 4))
    assert [one.holds for one in found.axioms] == [one.holds for one in axioms]
    assert found.axioms.holds("reflection_positivity") is False
    assert found.axioms.holds("permutation_symmetry") is True


def test_the_summary_has_rows_of_both(result):
    summary = json.loads(dumps(net_summary(result.nets[0])))
    groups = {row["group"]: row["holds"] for row in summary["symmetries"]}
    assert groups["O(D) of outputs"] is True
    assert groups["translations"] is False
    assert [(row["axiom"], row["order"]) for row in summary["axioms"]][:2] == [
        ("euclidean_covariance", 2),
        ("euclidean_covariance", 4),
    ]
    assert summary["symmetries_not_tested"] is summary["axioms_not_tested"] is None
    attributes = study_tree(result)["1_erf_N4"].attrs
    assert json.loads(attributes["symmetries"]) == summary["symmetries"]
    assert json.loads(attributes["axioms"]) == summary["axioms"]


def test_terminal_and_reports_say_so(result):
    said = [one for one in summary_tables(result) if isinstance(one, str)]
    assert any(one.startswith("Symmetries at 2 and 4 points: holds exactly (derived)") for one in said)
    assert any(one.startswith("Axioms at orders 2 and 4: holds: permutation symmetry") for one in said)
    page, paper = report_html(result, ()), report_tex(result, ())
    for text in (page, paper):
        assert "Symmetries and axioms" in text
        assert "Reflection positivity fails: f is mean-square differentiable" in text
        assert "Clustering fails: the output bias is the same at all points" in text
    assert "∂<sub>x</sub>∂<sub>y</sub> K = 4σ<sub>w</sub>⁴" in page
    assert page.count("<caption><span>Osterwalder-Schrader axioms <a ") == 1


def test_where_a_law_has_no_fourth_moment():
    table = NetConfig(kind="erf", width=5, points=((0.1,), (0.7,)), output_law="student-t:df=3")
    found = SymmetriesAndAxioms.of(Case.of(table))
    assert isinstance(found.axioms, str)
    rows = found.as_json()
    assert rows["axioms"] is None
    assert "too heavy tails" in rows["axioms_not_tested"]
    assert "Axioms: not looked at: " in " ".join(found.sentences())
    assert (rows["symmetries"], rows["symmetries_not_tested"]) == (None, rows["axioms_not_tested"])
    assert (found.tables(), list(found.reasons())) == ([], [])
