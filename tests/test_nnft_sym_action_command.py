"""``nnft action``: what it prints adds up to S, comes back, and what it refuses."""

import json
import subprocess
from fractions import Fraction
from shutil import which

import numpy as np
import pytest

import nnft_sym as nn
from nnft_sym.cli import run

COS = ["action", "--net", "cos", "--width", "64", "--points", "0;0.8"]


def answer(capsys, *words):
    assert run([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_terms_add_up_to_the_action(capsys):
    found = answer(capsys, *COS, "--order", "1/N^2")
    phi = np.array([0.3, 0.1])
    orders = {"1/N^0": 0, "1/N": 1, "1/N^2": 2}
    exact = nn.exact_correlators(nn.CosNet(64), [[0.0], [0.8]], (2, 4, 6))
    action = nn.action_from_cumulants(exact, 2)
    for last in range(3):
        total = sum(
            term["coefficient"] * np.prod(phi[term["indices"]])
            for term in found["terms"]
            if orders[term["order"]] <= last
        )
        assert total == pytest.approx(float(action.value(phi, last)), rel=1e-12)
    assert {term["power"] for term in found["terms"]} == {0, 2, 4, 6}
    assert all(term["power"] == len(term["indices"]) and term["error"] >= 0 for term in found["terms"])
    assert found["round_trip"]["agrees"] is True
    assert [row["points"] for row in found["round_trip"]["rows"]] == [2, 4, 6]
    assert found["diagrams"] == 15
    assert found["network"]["width"] == 64


def test_diagrams_of_names(capsys):
    found = answer(capsys, "action", "--symbolic", "G3,G4,G6", "--order", "1/N")
    assert found["symbols"] == ["G3", "G4"]  # G6 comes at 1/N^2
    sums = {}
    for one in found["diagrams"]:
        key = one["vertices"], one["power"]
        sums[key] = sums.get(key, 0) + Fraction(one["coefficient"])
        assert sum(end.startswith("x") for line in one["edges"] for end in line) == one["power"]
    assert sums["3:2", 0] == Fraction(5, 24)
    assert sums["4:1", 4] == Fraction(-1, 24)
    assert found["round_trip"]["agrees"] is True


def test_the_gaussian_process(capsys):
    found = answer(capsys, *COS, "--order", "1/N^0")
    assert [(term["power"], term["order"]) for term in found["terms"]] == [(0, "1/N^0")] + [(2, "1/N^0")] * 3
    assert found["round_trip"]["rows"][0]["left_out"] == 0.0


def test_text_and_latex(capsys):
    assert run([*COS, "--order", "1/N"]) == 0
    out = capsys.readouterr().out
    assert "S(f) of cos-net, N = 64, to 1/N" in out
    assert "they agree to rounding" in out
    assert run(["action", "--symbolic", "G4", "--order", "1/N", "--format", "latex", "--drawn"]) == 0
    assert capsys.readouterr().out.count("tikzpicture") == 6
    assert run([*COS, "--order", "1/N", "--format", "latex"]) == 0
    assert "K^{-1}_{kl}" in capsys.readouterr().out


@pytest.mark.skipif(which("pdflatex") is None, reason="pdflatex is not there")
def test_document_compiles(capsys, tmp_path):
    assert run(["action", "--symbolic", "G3,G4", "--order", "1/N", "--format", "latex", "--document"]) == 0
    (tmp_path / "a.tex").write_text(capsys.readouterr().out, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert b"Overfull" not in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--net", "relu", "--width", "20", "--points", "0.3;0.5", "--order", "1/N"], "has rank 1"),
        (["--net", "erf", "--width", "20", "--order", "1/N"], "neither --points nor --symbolic"),
        (["--net", "erf", "--points", "1", "--order", "1/N"], "--width was not given"),
        (["--points", "1", "--order", "1/N"], "--net was not given"),
        (["--symbolic", "G4", "--order", "1/N", "--width", "3"], "leave out one of them"),
        (["--symbolic", "G4", "--points", "1", "--order", "1/N"], "leave out one of them"),
        (["--symbolic", "G", "--order", "1/N"], "named by their number of points"),
        (["--symbolic", "G4", "--order", "N"], "--order: the order 'N' was given; a power of 1/N is needed"),
        (["--symbolic", "G3", "--order", "1/N^6"], "more than 7 vertices"),
        (["--symbolic", "G4", "--order", "1/N", "--document"], "it needs --format latex"),
        (["--symbolic", "G4", "--order", "1/N", "--format", "latex", "--json"], "contradict each other"),
        (["--net", "erf", "--width", "9", "--points", "1", "--order", "1/N^6"], "order"),
    ],
)
def test_refusals(capsys, words, said):
    assert run(["action", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
