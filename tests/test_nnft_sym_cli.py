"""The command line as the outside relies on it: keys, exit codes, and messages that teach."""

import json
import math
import subprocess
import sys

import pytest

from diagrams import double_factorial
from nnft_sym.cli import COMMANDS, run
from nnft_sym.progress.patience import Patience

ERF = ["--net", "erf", "--sigma-w", "1", "--sigma-b", "1"]


@pytest.fixture
def nnft(capsys):
    """Run a command line; give exit code, standard output and standard error."""

    def call(*words, policy=None):
        code = run(words, policy)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def answer(nnft):
    """Run a command line with --json; give the one object it prints."""

    def call(*words):
        code, out, err = nnft(*words, "--json")
        assert code == 0, err
        return json.loads(out)

    return call


def test_expand(answer):
    found = answer("expand", "lambda*f**4 + kappa*f**6", "-n", "4", "--order", "2")
    assert found["wick_total"] == {
        "": 3, "4:1": 105, "4:2": 10395, "4:1,6:1": 135135, "6:1": 945, "6:2": 2027025,
    }  # fmt: skip
    bubbles = [
        term for term in found["terms"]
        if term["vertices"] == "4:2" and term["connected"] and term["symmetry_factor"] == 2
        and term["edges"].count(["y1", "y2"]) == 2
    ]  # fmt: skip
    assert len(bubbles) == 3
    assert {(term["multiplicity"], term["coefficient"]) for term in bubbles} == {(576, "288*lambda**2")}


def test_counts_beyond_64_bits_are_exact(answer):
    found = answer("count", "--vertices", "8:5", "-n", "2")
    assert found["multiplicity_total"] == double_factorial(41)
    assert found["multiplicity_total"] > 2**63


@pytest.mark.parametrize(("vertices", "n"), [("4:2", 4), ("3:2", 4), ("4:1,6:1", 2), ("", 6)])
def test_count_lists_as_many_as_expand_finds(answer, vertices, n):
    everything = answer("count", "--vertices", vertices, "-n", str(n))
    ends = n + sum(int(v) * int(k) for v, k in (item.split(":") for item in vertices.split(",") if item))
    assert everything["multiplicity_total"] == double_factorial(ends - 1)
    connected = answer("count", "--vertices", vertices, "-n", str(n), "--filter", "connected,no_vacuum")
    assert connected["diagrams"] <= everything["diagrams"]


def test_kernel_against_the_arcsine(answer):
    found = answer("kernel", "--net", "erf", "--sigma-w", "0.8", "--sigma-b", "0.5", "--points=-0.91;0.37")
    x, y = -0.91, 0.37
    c = lambda a, b: 0.25 + 0.64 * a * b  # noqa: E731
    arcsine = math.asin(2 * c(x, y) / math.sqrt((1 + 2 * c(x, x)) * (1 + 2 * c(y, y))))
    assert found["K_weight"][0][1] == pytest.approx(0.64 * 2 / math.pi * arcsine, rel=1e-14)
    assert found["K"][0][1] == pytest.approx(0.25 + found["K_weight"][0][1], rel=1e-14)


def test_cumulant_closed_form(answer):
    # ReLU, d = 1, no biases, inputs of one sign: κ4 = (15/4) sw^8 Π|x|.
    found = answer("cumulant", "--net", "relu", "--width", "7", "--points", "0.5;0.5;1;2", "--order", "4")
    assert found["value"] == pytest.approx(15 / 4 * 0.5 / 7, rel=1e-12)
    assert answer("cumulant", *ERF, "--width", "3", "--points", "1;2;3", "--order", "3")["value"] == 0
    kernel = answer("kernel", *ERF, "--points", "1;2")["K"][0][1]
    two = answer("cumulant", *ERF, "--width", "3", "--points", "1;2", "--order", "2")["value"]
    assert two == pytest.approx(kernel, rel=1e-13)


def test_integrate_closed_form(answer):
    # ∫K^4 over the line, K = exp(-(x-y)²/2) at one point: (π/2)^(1/2).
    found = answer(
        "integrate", "--net", "gauss", "--diagram", "y1-x1,x2-y1,x3-y1,y1-x4", "--points", "0.3;0.3;0.3;0.3"
    )
    assert found["value"] == pytest.approx(math.sqrt(math.pi / 2), rel=1e-12)
    assert found["error"] < 1e-10
    # ReLU, all of one sign: (1/2)^4 Πx Λ^5/5.
    found = answer(
        "integrate", "--net", "relu", "--diagram", "x1-y1,x2-y1,x3-y1,x4-y1", "--points", "1;2;1;2",
        "--cutoff", "10",
    )  # fmt: skip
    assert found["value"] == pytest.approx(4 / 16 * 1e5 / 5, rel=1e-12)


def test_a_long_integral_says_how_far_it_is(nnft):
    words = [
        "--diagram",
        "x1-y1,x2-y1",
        "--points",
        "1,0;2,1",
        "--cutoff",
        "5",
        "--rtol",
        "1e-6",
        "--method",
        "qmc",
        "--json",
    ]
    code, out, err = nnft("integrate", *ERF, *words, policy=Patience(first=0.01, every=0.01))
    assert code == 0
    assert "s] 0 of 1 integrals" in err
    assert "quasi-Monte-Carlo" in json.loads(out)["method"]


def test_integrate_says_how_it_did_and_what_it_reached(answer):
    words = ["integrate", *ERF, "--sigma-w", "1.5", "--diagram", "x1-y1,x2-y1", "--points", "1;2"]
    grid = answer(*words, "--cutoff", "5", "--rtol", "1e-6")
    assert (grid["sigma_w"], grid["sigma_b"], grid["sigma_a"], grid["rtol"]) == (1.5, 1.0, None, 1e-6)
    assert grid["trusted"]
    assert grid["reached"] <= 1e-6
    assert "grid" in grid["method"]
    other = answer(*words, "--cutoff", "5", "--rtol", "1e-6", "--method", "cubature")
    assert "cubature" in other["method"]
    assert abs(other["value"] - grid["value"]) <= other["error"] + grid["error"]
    short = answer(*words, "--cutoff", "5", "--rtol", "1e-15")
    assert not short["trusted"]
    assert short["accuracy"].startswith("NOT reached: asked for 1e-15")


@pytest.mark.parametrize("as_two_words", [True, False])
def test_negative_points(answer, as_two_words):
    points = ["--points", "-0.91;0.37"] if as_two_words else ["--points=-0.91;0.37"]
    assert len(answer("kernel", *ERF, *points)["K"]) == 2


def test_sample(answer, tmp_path):
    target = tmp_path / "sample.nc"
    found = answer(
        "sample", *ERF, "--width", "4", "--networks", "4000", "--points", "0.2;1", "--orders", "4,2",
        "--seed", "5", "--out", str(target),
    )  # fmt: skip
    assert (found["networks"], found["seed"]) == (4000, 5)
    assert [row["order"] for row in found["orders"]] == [2, 4]
    assert found["orders"][0]["indices"] == [[0, 0], [0, 1], [1, 1]]
    exact = answer("kernel", *ERF, "--points", "0.2;1")["K"]
    for (i, j), value, error in zip(
        *(found["orders"][0][key] for key in ("indices", "value", "error")), strict=True
    ):
        assert abs(value - exact[i][j]) < 5 * error
    import xarray

    with xarray.open_datatree(target, engine="h5netcdf") as tree:
        assert tree["order_4"]["value"].values.tolist() == found["orders"][1]["value"]


def test_draw(answer, tmp_path):
    import xml.etree.ElementTree as ElementTree

    target = tmp_path / "sheet.svg"
    assert answer("draw", "lambda*f**4", "-n", "4", "--order", "1", "--out", str(target))["files"] == [
        str(target)
    ]
    assert ElementTree.parse(target).getroot().tag.endswith("svg")


SAMPLE = ["sample", *ERF, "--width", "5", "--networks", "100", "--points", "1"]
K4 = "x1-y1,x2-y1,x3-y1,x4-y1"
ONE_VERTEX = ["integrate", *ERF, "--diagram", K4]
BAD = {
    "unknown net": (["kernel", "--net", "tank", "--points", "1"], "tank"),
    "negative width": (["cumulant", *ERF, "--width", "-5", "--points", "1;1", "--order", "2"], "-5"),
    "zero width": (["sample", *ERF, "--width", "0", "--networks", "100", "--points", "1"], "0"),
    "zero sigma": (["kernel", "--net", "erf", "--sigma-w", "0", "--points", "1"], "--sigma-w: 0 was given"),
    "overflow": (["kernel", "--net", "erf", "--sigma-w", "1e200", "--points", "1"], "from 1e-75 to 1e+75"),
    "mixed dimension": (["kernel", *ERF, "--points", "1,2;3"], "dimension 1 and 2"),
    "not a number": (["kernel", *ERF, "--points", "1;two"], "'two'"),
    "nan point": (["kernel", *ERF, "--points", "1;nan"], "nan was given as coordinate 1 of point 2"),
    "no points": (["kernel", *ERF, "--points", ""], "a finite number is needed"),
    "cos bias": (["kernel", "--net", "cos", "--sigma-b", "1", "--points", "1"], "--sigma-b: 1.0 was given"),
    "unfinished action": (["expand", "lambda*f^4 +", "-n", "4"], "column 13"),
    "action as code": (["expand", "__import__('os')", "-n", "4"], "column"),
    "unknown scheme": (["expand", "lambda*f^4", "-n", "4", "--scheme", "full"], "'bare', 'exact'"),
    "two formats": (["expand", "lambda*f^4", "-n", "4", "--format", "latex", "--json"], "--format"),
    "endless order": (["expand", "lambda*f^4", "-n", "4", "--order", "30"], "lower the order"),
    "divergent": (["integrate", *ERF, "--diagram", K4, "--points", "1;1;1;1"], "Λ^1; give a cutoff"),
    "divergent, remedy": (["integrate", *ERF, "--diagram", K4, "--points", "1;1;1;1"], "--cutoff 10"),
    "negative cutoff": (["integrate", *ERF, "--diagram", K4, "--points", "1;1;1;1", "--cutoff", "-1"],
                        "--cutoff: -1 was given"),
    "vacuum part": (["integrate", "--net", "gauss", "--diagram", "x1-x2,y1-y1,y1-y1", "--points", "1;1"],
                    "without external points"),
    "wrong rtol": ([*ONE_VERTEX, "--points", "1;1;1;1", "--cutoff", "1", "--rtol", "2"], "--rtol: 2"),
    "out of reach": ([*ONE_VERTEX, "--points", "1;1;1;1", "--cutoff", "9", "--strict", "--rtol", "1e-15"],
                     "NOT reached"),
    "huge points": ([*ONE_VERTEX, "--points", "1e200;1;1;1", "--cutoff", "1"], "1e+200"),
    "huge cutoff": ([*ONE_VERTEX, "--points", "1;1;1;1", "--cutoff", "1e200"], "1e+200"),
    "huge sigma": ([*ONE_VERTEX, "--points", "1;1;1;1", "--cutoff", "1", "--sigma-w", "1e60"], "1e+60"),
    "points and diagram": (["integrate", *ERF, "--diagram", K4, "--points", "1;1", "--cutoff", "1"], "4"),
    "broken diagram": (["integrate", *ERF, "--diagram", "x1-", "--points", "1", "--cutoff", "1"], "x1-"),
    "order and points": (["cumulant", *ERF, "--width", "5", "--points", "1;1", "--order", "4"], "4"),
    "odd total valence": (["count", "--vertices", "3:1", "-n", "4"], "odd"),
    "valence 0": (["count", "--vertices", "0:2", "-n", "4"], "valence"),
    "bad vertices": (["count", "--vertices", "4x2", "-n", "4"], "4x2"),
    "unknown filter": (["count", "--vertices", "4:1", "-n", "4", "--filter", "planar"], "planar"),
    "odd order list": ([*SAMPLE, "--orders", "2;4"], "2;4"),
    "resume": ([*SAMPLE, "--resume"], "--out"),
    "drawing to nowhere": (["draw", "lambda*f^4", "-n", "4", "--out", "/nowhere/x.svg"], "/nowhere/x.svg"),
    "drawing format": (["draw", "lambda*f^4", "-n", "4", "--out", "x.docx"], "x.docx"),
    "missing study": (["validate", "/nowhere/study.toml"], "/nowhere/study.toml"),
    "unknown net in study": (["validate", "--net", "tank"], "tank"),
    "unknown command": (["calculate"], "calculate"),
    "missing option": (["kernel", "--net", "erf"], "--points"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("as_json", [False, True])
def test_bad_input(nnft, name, as_json, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words, said = BAD[name]
    code, out, err = nnft(*words, *(["--json"] if as_json and "--json" not in words else []))
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


STUDY = 'experiments = 2\nnetworks = 200\n[[net]]\nkind = "erf"\nwidth = 5\npoints = [[0.1], [0.2]]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            STUDY,
            "net number 1 of the study, erf-net: add a line like cutoff",
        ),  # diverges without one; noticed before anything is sampled
        (STUDY + "cutoff = nan\n", "nan"),
        ('action = "lambda*f^4 +"\n' + STUDY + "cutoff = 5.0\n", "column 13"),
        ('action = "lambda*(f.f)^2"\n' + STUDY + "cutoff = 5.0\n", "several components"),
        ('action = "g*f^3 + lambda*f^4"\n' + STUDY + "cutoff = 5.0\n", "f**3"),
        ('action = "lambda^2*f^4"\n' + STUDY + "cutoff = 5.0\n", "no coupling of its own"),
        ('action = "lambda*f^4 + f^6"\n' + STUDY + "cutoff = 5.0\n", "plain number"),
        ('action = "lambda*f^4 + lambda*f^6"\n' + STUDY + "cutoff = 5.0\n", "contains lambda"),
    ],
)
def test_bad_study_writes_nothing(nnft, tmp_path, text, said):
    study = tmp_path / "study.toml"
    study.write_text(text)
    code, out, err = nnft("validate", str(study), "--out", str(tmp_path / "results"))
    assert (code, out) == (2, "")
    assert said in err.splitlines()[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]


def test_out_must_not_be_a_file(nnft, tmp_path):
    (tmp_path / "results").write_text("precious")
    code, _, err = nnft("validate", "--out", str(tmp_path / "results"))
    assert code == 2
    assert "results" in err
    assert (tmp_path / "results").read_text() == "precious"


def test_help_names_every_command(nnft):
    code, out, _ = nnft("--help")
    assert code == 0
    assert all(name in out for name in COMMANDS)
    for name in COMMANDS:
        assert nnft(name, "--help")[0] == 0


def test_module_and_console_script_are_the_same_command():
    words = ["count", "--vertices", "4:1", "-n", "4", "--json"]
    module = subprocess.run(
        [sys.executable, "-m", "nnft_sym", *words], capture_output=True, text=True, check=True
    )
    assert json.loads(module.stdout)["multiplicity_total"] == 105


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["expand", "lambda*f^4", "--latex"], "No such option '--latex'. Did you mean '--format latex'?"),
        (["couplings", "lambda*f^4", "--box", "3"], "No such option '--box'. Did you mean '--cutoff'?"),
        (["couplings", "lambda*f^4", "-N", "3"], "No such option '-N'. Did you mean '--width'?"),
        (["kernel", "-x", "3"], "No such option '-x': nnft kernel --help lists them"),
        (["kernel", "--nett", "erf"], "No such option '--nett'. Did you mean '--net'?"),
    ],
)
def test_options_of_other_programs_are_answered_by_ours(words, said, capsys):
    assert run(words) == 2
    assert said in capsys.readouterr().err
