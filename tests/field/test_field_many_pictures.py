"""Pictures of expansions with many terms: from one labelling of each topology, or refused (FAULTS N9)."""

from itertools import permutations
from pathlib import Path

import pytest

from diagrams.drawing import planar_labelling
from nnft_sym.cli import run
from nnft_sym.commands.draw import _planar
from nnft_sym.expansions.expansion import expand
from nnft_sym.expansions.terms import relabelled

THEORIES = [
    ("lambda*f^4", 4, 3, "bare", "normalised"),
    ("g*f^3 + kappa*f^6", 4, 2, "exact", "connected"),
    ("lambda*f(x)^2*f(y)^2", 4, 2, "bare", "normalised"),
    ("lambda*f(x)^2*f(y)^2", 6, 2, "bare", "connected"),
    ("mu*f(x)*f(y) + g*f(x)^2*f(y)^2", 4, 2, "bare", "full"),
    ("b*x^2*f^4 + a*f^4", 4, 2, "bare", "1pi"),
    ("lambda*(f.f)^2", 4, 2, "bare", "normalised"),
    ("lambda*(f(x).f(x))*(f(y).f(y))", 4, 1, "bare", "normalised"),
    ("g*f(x)*f(y)*f(z)", 3, 2, "exact", "normalised"),
]


@pytest.mark.parametrize("theory", THEORIES, ids=str)
def test_topologies_without_the_list_of_labellings(theory):
    """The same topologies, first labellings and numbers of labellings as the full list has, in its order."""
    action, n, order, scheme, kind = theory
    full = expand(action, n, order, scheme, kind)
    expansion = expand(action, n, order, scheme, kind, labelled=False)
    found = expansion.topologies()
    assert [(one.representative, one.labellings, one.caption) for one in found] == [
        (topology.representative, topology.labellings, topology.caption) for topology in full.topologies()
    ]
    assert expansion.terms == tuple(one.representative for one in found)
    assert expansion.zero_dimensional() == full.zero_dimensional()
    assert expansion.sum_rules() == full.sum_rules()
    assert expansion.grouped_text() == full.grouped_text()
    assert (expansion.action, expansion.n, expansion.truncation) == (full.action, full.n, full.truncation)
    for layout in ("free", "circle", "columns"):
        for topology, one in zip(full.topologies(), found, strict=True):
            drawn = _planar(one.representative, expansion, layout, None)
            assert drawn in topology.terms
            assert drawn.diagram == planar_labelling(one.representative.diagram, layout)


@pytest.mark.parametrize("theory", THEORIES[2:8:2], ids=str)
def test_all_names_of_the_points_make_all_labellings(theory):
    expansion = expand(*theory, labelled=False)
    for topology, one in zip(expand(*theory).topologies(), expansion, strict=True):
        named = {relabelled(one, expansion.action, order) for order in permutations(range(theory[1]))}
        assert named == set(topology.terms)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["lambda*f(x)^2*f(y)^2", "-n", "6", "--order", "2", "--layout", "columns"], 0),
        (["lambda*f^4", "-n", "2", "--order", "20"], 2),
        (["lambda*f(x)^2*f(y)^2", "-n", "2", "--order", "20"], 2),
        (["lambda*(f.f)^2", "-n", "4", "--order", "9", "--legs", "labelled"], 2),
        (["g*f^3 + lambda*f^4", "-n", "40", "--order", "3"], 2),
    ],
    ids=str,
)
def test_drawn_or_refused_soon(words, code, capsys, tmp_path, monkeypatch):
    """FAULTS N9: within 20 s on a busy machine, so in much less processor time."""
    monkeypatch.chdir(tmp_path)
    assert run(["draw", *words]) == code
    out, err = capsys.readouterr()
    if code:
        assert out == ""
        said = ("pictures, at most 2,000 are drawn", "at most 1,000,000 are listed", "at most 20 points are")
        assert any(words in err for words in said)
        assert list(Path().iterdir()) == []
    else:
        assert out.startswith("24 pictures")
