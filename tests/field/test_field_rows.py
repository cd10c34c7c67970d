"""The rows of FAULTS as they stand there, by the command and by public names only.

Everything here runs on the code before the faults were mended, too, and fails there (row by row; what the
inputs did is in the names of the tests). The other files of this folder test the kinds behind the rows.
"""

import json
import math
import os
import re
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
from picture_geometry import svg_violations, violations
from picture_svg import strokes

import nnft_sym as nn
from diagrams.drawing import picture

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    EXPAND = getattr(nn, "expand", None) or nn.correlator

K5 = nn.Diagram(0, (4,) * 5, [(i, j) for i in range(5) for j in range(i)])
SAMPLE = ["sample", "--net", "erf", "--width", "3", "--networks", "1000", "--points", "1", "--orders", "2"]


def nnft(*words, cwd=None, seconds=30, redirect="", **variables):
    """Run the command as a user does; a run that takes longer than this fails."""
    script = f'exec "$@" {redirect}'
    return subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, "-m", "nnft_sym", *map(str, words)],
        capture_output=True, encoding="utf-8", errors="replace", check=False, cwd=cwd, timeout=seconds,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **variables},
    )  # fmt: skip


def refused(done, *said):
    """Exit code 2, nothing on standard output, one message in the end and nothing of Python."""
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    message = done.stderr.splitlines()[-1]
    assert message.startswith("nnft: ")
    assert len(message) < 1000
    for word in said:
        assert word in message


def answered(done, *said):
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    for word in said:
        assert word in done.stdout
    return done.stdout


@pytest.mark.parametrize(
    ("row", "diagram"),
    [
        ("A1", "x1-y1,x2-y5,x3-y2,x4-y3,y1-y4,y1-y5,y2-y4,y2-y5,y3-y4,y3-y5"),
        ("A1", "x1-y1,x2-y2,y1-y3,y1-y4,y1-y5,y2-y3,y2-y4,y2-y5,y3-y4,y3-y5,y4-y5"),
        ("A2", K5.edge_string),
        ("A6", "x1-y1,x2-y1,y1-y2,y1-y3,y2-y3,y2-y4,y2-y6,y3-y5,y3-y6,y4-y5,y4-y5,y4-y6,y5-y6"),
    ],
)
def test_lines_keep_clear_of_each_other_and_of_vertices(row, diagram):
    assert violations(picture(nn.Diagram.from_edge_string(diagram))) == {}


def test_a3_the_box_has_a_planar_picture(tmp_path):
    asked = ["draw", "g*f^3", "-n", 4, "--order", 4, "--kind", "1pi", "--layout", "circle"]
    answered(nnft(*asked, "--out", "box.svg", cwd=tmp_path))
    drawn = strokes((tmp_path / "box.svg").read_text(encoding="utf-8"))
    assert drawn
    assert all(path.get("d").count("M") == 1 for path in drawn)


def test_a5_names_of_vertices_are_clear_of_lines():
    diagram = nn.Diagram.from_edge_string(
        "x1-y1,x2-y2,y1-y3,y1-y4,y2-y3,y2-y4,y3-y5,y4-y6,y5-y7,y5-y7,y6-y8,y6-y8,y7-y8"
    )
    assert svg_violations(nn.svg(diagram, vertex_labels=True)) == {}


def test_b1_the_effective_potential():
    done = nnft("expand", "lambda*f^4", "-n", 0, "--order", 3, "--kind", "1pi", "--json")
    assert len([1 for term in json.loads(answered(done))["terms"] if term["vertices"] == "4:3"]) == 4


def test_b2_an_empty_truncation_is_no_zero():
    asked = ["expand", "lambda*f^4", "-n", 4, "--order", 0, "--kind", "connected", "--format", "latex"]
    answered(nnft(*asked), r"\mathcal{O}(\lambda)")
    answered(nnft("expand", "lambda*f^4", "-n", 2, "--terms", "grouped"), "…")


def test_b3_hints_that_help():
    asked = ["expand", "lambda*f^20", "-n", 20, "--order", 1, "--kind", "connected"]
    answered(nnft(*asked), "2432902008176640000")
    refused(nnft("expnad"), "did you mean 'expand'?")


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("lambda*f^2*phi^2", "second field"),  # C1
        ("lambda1*f^4 + lambda_1*f^6", "both printed"),  # C3
        ("Mu*f^4 + M*f^6", "both printed"),
        ("d*f^4", "choose another name"),
        ("e*f^4", "choose another name"),  # C4
        ("i*f^4", "choose another name"),
        ("lambda*(f.f)*f^2", "scalar"),  # C5
    ],
)
def test_actions_that_are_refused(action, said):
    refused(nnft("expand", action, "-n", 4, "--format", "latex"), said)


@pytest.mark.parametrize("action", ["(f+v)^4 - v^4", "lambda/4*(f^2-v^2)^2", "½*m*f^2"])
def test_c2_c4_actions_that_are_read(action):
    answered(nnft("expand", action, "-n", 2))


@pytest.mark.parametrize(
    ("words", "cost"),
    [
        (["count", "--vertices", "4:1", "-n", 2000], "D2"),
        (["count", "--vertices", "", "-n", 2900], "N9"),
        (["integrate", "--net", "gauss", "--points", "0.1;0.4", "--diagram",
          ",".join(["x1-y1", *(f"y{i}-y{i + 1}" for i in range(1, 33)), "y33-x2"])], "N8"),
    ],
)  # fmt: skip
def test_what_has_a_formula_is_answered_at_once(words, cost):
    answered(nnft(*words))


@pytest.mark.parametrize(
    "words",
    [
        ["expand", "lambda*f^4", "-n", 2900, "--order", 0],  # E1
        ["draw", "lambda*f^4", "-n", 2900, "--order", 0],
        ["draw", "lambda*f^4", "-n", 4, "--out", "n" * 296 + ".svg"],  # E2
        ["cache", "--folder", "n" * 300],  # N7
        [*SAMPLE, "--out", "n" * 297 + ".nc"],
        ["expand", "lambda*f^4", "-n", 2, "--order", "1e99999"],  # N8
        ["expand", "lambda*f^4", "-n", 2, "--order", "1e99999999"],
        ["expand", "g*f^4", "-n", 2, "--counting", "g=1e9999999999"],
        ["validate", "deep.toml"],
        ["expand", "g*f**3+lambda*f**4", "-n", 2147483648],  # N9
        ["draw", "g*f^4", "-n", 2000],
        ["widths", "--net", "erf", "--widths", "2147483647,2", "--points", 1],
        ["widths", "--net", "erf", "--widths", "2,4", "--points", 1, "--experiments", 1000000],  # N10
        ["sample", "--net", "erf", "--width", 3, "--points", 1, "--networks", 10**9, "--blocks", 10**8],
        ["sample", "--net", "erf", "--width", 3, "--points", 1, "--networks", "1e9", "--blocks", "1e8"],
    ],
    ids=lambda words: " ".join(map(str, words))[:50],
)
def test_absurd_requests_are_refused_at_once(words, tmp_path):
    (tmp_path / "deep.toml").write_text("a = " + "[" * 2000 + "]" * 2000)
    refused(nnft(*words, cwd=tmp_path))


def test_e3_closed_output():
    done = nnft("expand", "lambda*f^4", "-n", 2, redirect=">&-")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_e4_parallel_columns_are_refused():
    a = np.random.default_rng(0).normal(size=8)
    columns = np.column_stack([a, a * (1 + 1e-13 * np.random.default_rng(1).normal(size=8))])
    with pytest.raises(nn.NNFTError):
        nn.fit(a, columns, np.eye(8) * 0.01, None)


def test_f_forms(tmp_path):
    answered(nnft("draw", "g*f^3", "-n", 1, "--out", "x.SVG", cwd=tmp_path), "1 picture in")
    assert "is a folder" not in nnft("draw", "g*f^3", "-n", 1, "--out", "", cwd=tmp_path).stderr
    assert "?" not in answered(nnft("expand", "g*f^3", "-n", 1, PYTHONIOENCODING="cp1252"), "int dy")
    code = nn.tikz(nn.Diagram.from_edge_string("x1-y1,x2-y1"), labels=["$k_1$", "α"])
    assert "$k_1$" in code
    assert code.isascii()
    answered(nnft("expand", "g*f^3", "-n", 1, "--format", "tikz", "--document"), r"\documentclass")
    answered(nnft("count", "--vertices", "4:2", "-n", 2, "--filter", "onepi"))
    assert [term.count_text for term in EXPAND("lambda*(f.f)^2", 2)] == ["1", "4 (D + 2)"]


def test_g1_two_rules_that_share_aliases():
    net = nn.ActivationNet(1, lambda z: math.sqrt(2) * math.sin(12 * z + math.pi / 4), 1.0, 0.0)
    assert abs(net.kernel.full(np.array([[-1.0]]), np.array([[1.0]]))[0, 0]) < 1e-12


def test_g2_single_precision():
    found = nn.exact_cumulant(nn.ReLUNet(64, np.float32(1.2)), [[1.0]] * 4)
    assert float(found.value) == pytest.approx(0.25194248009034315, rel=1e-15)


G3 = ["integrate", "--net", "erf", "--sigma-w", 8, "--sigma-b", 0, "--diagram", "x1-y1,x2-y1"]
M1 = ["integrate", "--net", "erf", "--sigma-w", 3, "--sigma-b", 0, "--diagram", "x1-y1", "--points", "1,1.2"]
M2 = ["integrate", "--net", "relu", "--diagram", "x1-y1", "--points", 1, "--cutoff", 1, "--method", "qmc"]


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ([*G3, "--points", "0.3,1;1,-0.2", "--cutoff", 5], 11714.146296761),
        ([*M1, "--cutoff", 10], 0.0),
        (M2, 0.25),
    ],
    ids=["G3", "M1", "M2"],
)
def test_numbers_that_were_wrong_and_called_right(words, right):
    found = json.loads(answered(nnft(*words, "--json")))
    assert abs(found["value"] - right) <= 3 * found["error"] + 1e-13 * abs(right)
    assert found["error"] <= 1e-9 * max(1.0, abs(right))


def test_h1_a_kernel_that_falls():
    kernel = nn.ActivationNet(5, math.sin, 1.0, 0.5).kernel
    star = nn.Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    found = nn.integrate(star, kernel, [-0.6, -0.2, 0.2, 0.6], nn.WholeSpace())
    assert float(found.value) == pytest.approx(1.0267304588716904e-4, rel=1e-8)


@pytest.mark.parametrize(
    ("activation", "right"),
    [
        (lambda z: 1.0 if z > 0 else 0.0, 0.5),
        (lambda z: 1.0 if z > 0 else (-1.0 if z < 0 else 0.0), 1.0),
        (lambda z: min(1.0, max(-1.0, z)), 1 - 2 * math.exp(-0.5) / math.sqrt(2 * math.pi)),
    ],
    ids=["step", "sign", "hard tanh"],
)
def test_h2_kinks(activation, right):
    x = np.array([[1.0]])
    found = nn.ActivationNet(5, activation, 1.0, 0.0).kernel.full(x, x)[0, 0]
    assert found == pytest.approx(right, rel=1e-9)


def softplus(z):
    return math.log1p(math.exp(-abs(z))) + max(z, 0.0)


def test_h3_activations_that_call_functions():
    net = nn.ActivationNet(5, lambda z: z * math.tanh(softplus(z)), 1.0, 0.5)
    assert 0.5 < net.kernel.full(np.array([[1.0]]), np.array([[1.0]]))[0, 0] < 1.5


def test_i1_nearly_parallel_inputs():
    points = (
        "0.1,0.2,0.3,0.4;0.1000000015,0.200000003,0.3000000119,0.400000006;0.4,-0.3,0.2,0.1;"
        "0.4000000060,-0.3000000119,0.2000000030,0.1000000015"
    )
    answered(nnft("cumulant", "--net", "relu", "--width", 5, "--order", 4, "--points", points))


@pytest.mark.parametrize(
    "call",
    [
        lambda: nn.Ensemble("erf", [[0.3]]),
        lambda: nn.Ensemble(nn.ErfNet(3), [[0.3]]).outputs(-1),
        lambda: nn.integrate(
            nn.Diagram.from_edge_string("x1-x2"), nn.ErfNet(3).kernel, [0.1, 0.2], nn.Box(1.0), rtol="1e-3"
        ),
        lambda: nn.run_study(None),
    ],
)
def test_i2_one_message_instead_of_python(call):
    with pytest.raises(nn.NNFTError):
        call()


def test_i2_one_order():
    assert 4 in nn.exact_correlators(nn.ErfNet(3), [[0.3]], orders=4).orders


def test_j1_a_pipe_stays_one(tmp_path):
    os.mkfifo(tmp_path / "pipe.nc")
    refused(nnft(*SAMPLE, "--out", "pipe.nc", cwd=tmp_path))
    assert (tmp_path / "pipe.nc").is_fifo()


def test_j2_n5_two_runs_on_one_name(tmp_path):
    words = ["sample", "--net", "erf", "--width", "200", "--networks", "200000", "--points", "1", "--json"]
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "nnft_sym", *words, "--out", "run.nc", "--seed", seed],
            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for seed in "12"
    ]  # fmt: skip
    assert sorted(one.wait(timeout=200) for one in both) == [0, 2]


STUDY = 'experiments = 2\nnetworks = 2000\n[[net]]\nkind = "cos"\nwidth = 3\npoints = [[0.5]]\n'


def test_j3_another_study_stays(tmp_path):
    (tmp_path / "study.toml").write_text(STUDY)
    (tmp_path / "out" / "report.html").parent.mkdir()
    (tmp_path / "out" / "report.html").write_text("old")
    refused(nnft("validate", "study.toml", "--out", "out", cwd=tmp_path, seconds=100))
    assert (tmp_path / "out" / "report.html").read_text() == "old"


def test_j4_a_name_promises_a_format(tmp_path):
    refused(nnft(*SAMPLE, "--out", "run.csv", cwd=tmp_path))


def test_k1_many_input_dimensions():
    """A double sum over so many axes takes hours; in two dimensions that hold both points K is the same."""
    x = np.zeros((2, 100_000))
    x[:, :2] = [[3.0, 0.0], [1.0, 2.0]]
    found = nn.ErfNet(10, 1.5, 0.05, 100_000).kernel.full(x, x)
    small = nn.ErfNet(10, 1.5 * (2 / 100_000) ** 0.5, 0.05, 2).kernel.full(x[:, :2], x[:, :2])
    hidden = (small - 0.05**2) / (2 / 100_000)
    np.testing.assert_allclose(found - 0.05**2, hidden, rtol=1e-12)


def test_k2_long_calculations_tell_how_far_they_are():
    told = []
    points = np.random.default_rng(0).normal(size=(5, 6))
    nn.exact_correlators(nn.ReLUNet(5, d_in=6), points, (2, 4), progress=lambda *one: told.append(one))
    assert told[-1] == (70, 70)


def test_l_small_things(tmp_path):
    kernel = nn.ErfNet(3).kernel
    for bad in (np.nan, np.inf):
        with pytest.raises(nn.NNFTError):
            kernel.full(np.array([[bad]]), np.array([[1.0]]))
    for difference, covariance in (
        (np.ma.masked_array([1.0, 2.0], [True, False]), np.eye(2)),
        (np.array([1 + 2j, 2.0]), np.eye(2)),
        ([1.0, 2.0], np.array([[1.0, 0.5], [0.0, 1.0]])),
    ):
        with pytest.raises(nn.NNFTError):
            nn.compare(difference, covariance, None)
    answered(nnft("cumulant", "--net", "ReLU", "--width", "1e1", "--order", 2, "--points", "1;1"))
    answered(nnft("count", "--vertices", "4:1e0", "-n", "2e0"))
    refused(nnft("widths", "--net", "erf", "--widths", "5,5", "--points", 1), "different")
    for name in ("diagrams", "numerics"):
        (tmp_path / f"{name}.py").write_text("x = 1\n")
        refused(nnft("count", "--vertices", "4:1", "-n", 2, cwd=tmp_path), f"{name}.py", "another name")
        (tmp_path / f"{name}.py").unlink()


@pytest.mark.slow
@pytest.mark.parametrize(
    "net",
    [
        'kind = "gauss"\nwidth = 100\npoints = [[-0.01], [0.0], [0.01]]\ncutoff = 1e4',
        'kind = "erf"\nwidth = 5\npoints = [[0.3], [0.9]]\ncutoff = 10\nsigma_w = 1e-3',
        'kind = "gauss"\nwidth = 5\npoints = [[2.5]]\nsigma_w = 1e-8',
        'kind = "relu"\nwidth = 5\npoints = [[0.0]]\ncutoff = 2\n'
        '[[net]]\nkind = "cos"\nwidth = 5\npoints = [[0.5]]',
    ],
    ids=["M3", "M4 erf", "M4 gauss", "M5"],
)
def test_verdicts(net, tmp_path):
    (tmp_path / "study.toml").write_text(f"experiments = 2\nnetworks = 2000\n[[net]]\n{net}\n")
    done = nnft("validate", "study.toml", "--out", "out", cwd=tmp_path, seconds=200)
    assert not re.search(r"\bnan\b|Warning", answered(done) + done.stderr)
    assert (tmp_path / "out" / "report.html").is_file()


@pytest.mark.parametrize("address", ["http://127.0.0.1:8786", "foo://127.0.0.1:8786"])
def test_n2_addresses_that_are_none(address):
    pytest.importorskip("distributed")
    refused(nnft(*SAMPLE, "--cluster", address), address.partition(":")[0])


def test_n4_other_peoples_files_stay(tmp_path):
    (tmp_path / "store" / "ab").mkdir(parents=True)
    (tmp_path / "store" / "ab" / "mine.npz").write_text("mine")
    answered(nnft("cache", "--folder", "store", "--clear", cwd=tmp_path))
    assert (tmp_path / "store" / "ab" / "mine.npz").read_text() == "mine"


@pytest.mark.parametrize("columns", ["0", "1"])
def test_o_narrow_terminals(columns):
    assert len(answered(nnft("kernel", "--net", "erf", "--points", "1;2", COLUMNS=columns))) > 40


@pytest.mark.parametrize(
    "words",
    [
        ["neurons", "--net", "gauss", "--neurons", 200, "--widths", 2, "--points", 6, "--tilted"],
        ["widths", "--net", "relu", "--widths", "1,2", "--points", "1e-80;0.1", "--networks", 2000,
         "--experiments", 2],
    ],
)  # fmt: skip
def test_o_no_warnings_of_numpy(words):
    done = nnft(*words, seconds=100)
    assert "Warning" not in done.stderr
    assert not re.search(r"\bnan\b", answered(done))


def test_o_streams_and_leftovers(tmp_path):
    assert nnft(*SAMPLE, redirect="2>&-").returncode == 0
    refused(nnft(*SAMPLE, NUMBA_DISABLE_JIT="1"), "NUMBA_DISABLE_JIT")
    before = os.umask(0o027)
    try:
        answered(nnft(*SAMPLE, "--out", "run.nc", cwd=tmp_path))
    finally:
        os.umask(before)
    assert (tmp_path / "run.nc").stat().st_mode & 0o777 == 0o640
    assert len(nnft("count", "--vertices", "4:1", "-n", "9" * 5000).stderr) < 1000
    for name in ("1.pdf", "2.pdf"):
        answered(nnft("draw", "lambda*f^4", "-n", 2, "--out", name, cwd=tmp_path))
        time.sleep(1.1)  # PDF files hold a time in seconds
    assert (tmp_path / "1.pdf").read_bytes() == (tmp_path / "2.pdf").read_bytes()


def test_o_documents_of_strangers():
    document = json.loads(nn.to_json(EXPAND("lambda*f^4", 4, 2)))
    document["terms"].pop()
    for text in (
        json.dumps(document),
        '{"schema": []}',
        '{"schema": "nnft.polynomial/1", "polynomial": "1/0"}',
    ):
        with pytest.raises(nn.NNFTError):
            nn.from_json(text)
    action = nn.Action("(f/3/7)^64")
    assert nn.Action(str(action)) == action


def test_o_a_folder_in_the_way_is_not_deleted(tmp_path):
    (tmp_path / "study.toml").write_text(STUDY)
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    (tmp_path / "out" / "report.html" / "precious").write_text("mine")
    nnft("validate", "study.toml", "--out", "out", cwd=tmp_path, seconds=100)
    assert (tmp_path / "out" / "report.html" / "precious").read_text() == "mine"
