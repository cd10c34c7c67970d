"""``nnft symmetry``: JSON that the outside relies on, the table, LaTeX, and one message for bad input."""

import json

import pytest

from nnft_sym.cli import run
from nnft_sym.symmetries.named_groups import NAMES

COS = ["symmetry", "--net", "cos", "--width", "5", "--hidden-law", "uniform", "--points", "0.3,0.1;1.4,0.9"]
KEYS = {
    "group", "holds", "verdict", "derivation", "first_broken_order", "violation", "error", "power_of_N",
}  # fmt: skip


def answer(capsys, *words):
    assert run([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out, parse_constant=pytest.fail)


def test_every_group_in_json(capsys):
    found = answer(capsys, *COS, "--orders", "2,4")
    rows = {one["group"]: one for one in found["groups"]}
    assert list(rows) == list(NAMES)
    assert all(set(one) >= KEYS for one in rows.values())
    assert [name for name, one in rows.items() if not one["holds"]] == ["O(d) of inputs", "SO(d) of inputs"]
    turned = rows["SO(d) of inputs"]
    assert (turned["first_broken_order"], turned["power_of_N"]) == (2, 0.0)
    assert turned["violation"] > 1e6 * turned["error"] > 0
    assert len(turned["witness"]["points"]) == 2
    assert turned["derivation"][-1].startswith("A law changes")
    assert rows["translations"]["first_broken_order"] is None
    assert rows["translations"]["violation"] <= rows["translations"]["error"]
    assert found["net"] == "cos"
    assert r"\begin{tabular}" in found["latex"]


def test_one_group_and_outputs(capsys):
    words = ["symmetry", "--net", "erf", "--width", "5", "--output-law", "uniform", "--points", "0.2;1.0"]
    (one,) = answer(capsys, *words, "--group", "SO(D)", "--outputs", "3", "--orders", "3,4")["groups"]
    assert one["verdict"] == "broken at 4 points"  # three points vanish, and say nothing
    assert one["power_of_N"] == -1.0
    tensors = {row["order"]: row for row in one["tensors"]}
    assert tensors[3]["products"] == ["ε₁₂₃"]
    assert tensors[4]["independent"] == 3
    names = [row["group"] for row in answer(capsys, *words, "--outputs", "1", "--orders", "2")["groups"]]
    assert names == [name for name in NAMES if not name.startswith("SO")]


def test_the_table_and_latex(capsys):
    assert run([*COS, "--group", "O(d)", "--orders", "2,4"]) == 0
    told = capsys.readouterr().out
    for words in ("broken at 2 points", "1. The hidden weights absorb the matrix", "a difference of"):
        assert words in " ".join(told.split())
    assert run([*COS, "--group", "translations", "--orders", "2", "--latex"]) == 0
    latex = capsys.readouterr().out
    assert latex.isascii()
    assert latex.count(r"\item") == 3


def test_files(capsys, tmp_path):
    target = tmp_path / "table.csv"
    assert run([*COS, "--orders", "2", "--out", str(target)]) == 0
    capsys.readouterr()
    assert len(target.read_text(encoding="utf-8").splitlines()) == 1 + len(NAMES)


def test_a_sampled_test(capsys):
    words = ["symmetry", "--net", "relu", "--width", "3", "--points", "0.5;1", "--group", "O(D)"]
    found = answer(
        capsys, *words, "--output-law", "rademacher", "--orders", "2,4", "--sampled", "--networks", "20000"
    )
    (one,) = found["groups"]
    assert one["first_broken_order"] == 4
    assert one["p_value"] < 1e-6
    (same,) = answer(capsys, *words, "--orders", "2,4", "--sampled", "--networks", "20000")["groups"]
    assert same["verdict"] == "holds exactly (derived)"
    assert same["p_value"] > 1e-4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--group", "SO(D)", "--outputs", "1"], "--group: SO(1) of outputs was given"),
        (["--group", "SO(1)"], "--group: 'SO(1)' was given, and has one element"),
        (["--group", "rotations"], "--group: 'rotations' was given; the groups are"),
        (["--outputs", "0"], "--outputs: 0 was given"),
        (["--orders", "12"], "--orders: '12' was given"),
        (["--points", "x"], "--points: 'x' was given"),
        (["--networks", "10", "--sampled"], "--networks: 10 was given"),
        (
            ["--orders", "2,4", "--output-law", "student-t:df=3"],
            "--output-law: 'student-t:df=3' has too heavy",
        ),
    ],
)
def test_bad_input(capsys, words, said):
    assert run(["symmetry", "--net", "erf", "--width", "5", "--points", "0.2;1", *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert told.err.count("nnft: ") == 1
