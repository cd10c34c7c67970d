"""``nnft diagram`` and ``nnft draw --diagram``."""

import io
import json
import sys
from pathlib import Path

import pytest
from picture_svg import texts

import nnft_sym as nn
from nnft_sym.cli import run


@pytest.fixture
def nnft(capsys, tmp_path, monkeypatch):
    """Run a command line in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        return run(words), *capsys.readouterr()

    return call


def test_the_contract(nnft):
    code, out, err = nnft("diagram", "ee11|ee|", "x1-y1,x2-y1,y1-y1", "y1-y1,y1-y2,y2-y2", "--json")
    assert (code, err) == (0, "")
    fish, tadpole, dumbbell = json.loads(out)["diagrams"]
    keys = ["symmetry_factor", "multiplicity", "loops", "nickel", "connected", "one_particle_irreducible"]
    assert [fish[key] for key in keys] == [2, 576, 1, "ee11|ee|", True, True]
    assert [tadpole[key] for key in keys] == [2, 12, 1, "ee0|", True, True]
    assert [dumbbell[key] for key in keys] == [8, 9, 2, "01|1|", True, False]
    assert (fish["weight"], fish["bare_weight"], fish["labellings"]) == ("1/2", "288", 3)
    assert fish["symmetry"] == {"vertex_automorphisms": 1, "parallel_lines": 2, "self_loops": 1}
    assert (fish["degree_of_divergence"], dumbbell["degree_of_divergence"]) == (0, None)
    assert fish["divergent_parts"] == [{"vertices": ["y1", "y2"], "degree": 0}]
    assert (dumbbell["tadpole"], fish["tadpole"]) == (True, False)


def test_one_diagram_in_words(nnft):
    code, out, _ = nnft("diagram", "e111|e|")
    assert code == 0
    for said in (
        "S = 6 = 1 (vertices) x 6 (parallel lines) x 1 (self-loops)",
        "192, vertices labelled",
        "96 for couplings of f^k (= 192/2!), 1/6 for couplings of f^k/k!",
        "connected, 1PI, 2PI",
        "ω = 2 for propagators 1/p^2; it diverges: y1+y2 (ω = 2)",
    ):
        assert said in out
    assert "it converges at large momenta" in nnft("diagram", "ee11|ee|", "--dimension", "3")[1]


def test_every_term_of_an_expansion_is_read_back(nnft, monkeypatch):
    _, printed, _ = nnft("expand", "lambda*f^4", "-n", "4", "--order", "2", "--json")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(printed.encode())))
    code, out, _ = nnft("diagram", "-", "--json")
    terms, found = json.loads(printed)["terms"], json.loads(out)["diagrams"]
    assert code == 0
    assert len(found) == len(terms) > 30
    for key in ("multiplicity", "symmetry_factor", "edges", "connected", "vertices"):
        assert [one[key] for one in found] == [one[key] for one in terms]
    Path("kept.json").write_text(printed, encoding="utf-8")
    assert nnft("diagram", "@kept.json", "--json")[1] == out


def test_a_value_is_that_of_integrate(nnft):
    at = ["--net", "gauss", "--sigma-b", "0", "--points", "0;0.5"]
    code, out, _ = nnft("diagram", "ee0|", "x1-x2", *at, "--json")
    answer = json.loads(out)
    direct = json.loads(nnft("integrate", "--diagram", "x1-y1,x2-y1,y1-y1", *at, "--json")[1])
    assert code == 0
    assert answer["diagrams"][0]["value"] == direct["value"]
    kernel = nn.GaussNet(1, sigma_b=0.0).kernel.full([[0.0]], [[0.5]])[0][0]
    assert answer["diagrams"][1]["value"] == pytest.approx(kernel, rel=1e-14)
    assert answer["net"] == "gauss"
    assert f"{direct['value']:.10g}" in nnft("diagram", "ee0|", *at)[1]
    assert "value" in nnft("diagram", "ee0|", "x1-x2", *at)[1]


@pytest.mark.parametrize("suffix", ["svg", "pdf", "png", "tex"])
def test_a_picture(nnft, suffix):
    code, out, _ = nnft("diagram", "ee0|", "ee11|ee|", "--out", f"two.{suffix}", "--json")
    assert (code, json.loads(out)["files"]) == (0, [f"two.{suffix}"])
    assert Path(f"two.{suffix}").stat().st_size > 500


def test_given_diagrams_are_drawn(nnft):
    words = ["draw", "--diagram", "ee11|ee|", "--diagram", "y1-y1,y1-y1", "--json"]
    code, out, err = nnft(*words)
    assert (code, json.loads(out), err) == (0, {"files": ["diagrams.svg"], "diagrams": 2}, "")
    assert {"576", "3"} <= set(texts(Path("diagrams.svg").read_text(encoding="utf-8")))
    assert nnft(*words, "--layout", "columns", "--incoming", "0")[0] == 0


REFUSED = [
    (["diagram"], "Missing argument"),
    (["diagram", "ee11"], "is no diagram"),
    (["diagram", "@missing.txt"], "cannot read 'missing.txt'"),
    (["diagram", "@"], "without a name"),
    (["diagram", "ee0|", "--dimension", "0"], "--dimension: 0 was given"),
    (["diagram", "ee0|", "--net", "erf"], "--points: nothing was given"),
    (["diagram", "ee0|", "--points", "0;1"], "--net: nothing was given"),
    (["diagram", "ee0|", "--sigma-w", "2"], "--sigma-w: 2.0 was given without a network"),
    (["diagram", "ee0|", "--net", "erf", "--points", "0"], "has external ones are needed, 2, and 1 came"),
    (["diagram", "ee0|", "--net", "erf", "--points", "0;1"], "diverges over R^d"),
    (["diagram", "ee0|", "--out", "a.gif"], "ending in .svg, .pdf, .png or .tex"),
    (["draw", "lambda*f^4"], "-n: nothing was given"),
    (["draw", "lambda*f^4", "--diagram", "ee0|"], "ACTION: it was given beside --diagram"),
    (["draw", "-n", "2", "--diagram", "ee0|"], "-n: it was given beside --diagram"),
    (["draw", "--kind", "1pi", "--diagram", "ee0|"], "--kind: it was given beside --diagram"),
    (["draw", "--diagram", "x1-x3"], "--diagram: external point x2 is missing"),
    (
        ["draw", "--diagram", "ee0|", "--layout", "columns", "--incoming", "3"],
        "--incoming: 3 was given; 0 to 2",
    ),
]


@pytest.mark.parametrize(("words", "said"), REFUSED, ids=[" ".join(words) for words, _ in REFUSED])
def test_what_is_refused(nnft, words, said):
    code, out, err = nnft(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
