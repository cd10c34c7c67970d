"""``nnft cumulant``: several outputs, the parameters behind a number, refusals."""

import json

import pytest
from click.testing import CliRunner

from nnft_sym.cli import nnft, run

FOUR = ["--points", "0.1;0.2;0.3;0.4", "--order", "4", "--width", "5"]


def answer(*words):
    done = CliRunner().invoke(nnft, ["cumulant", *words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_components_add_up_to_one_output():
    """O(D): G_1111 = G_1122 + G_1212 + G_1221."""
    parts = [answer("--net", "erf", *FOUR, "--outputs", text) for text in ("1,1,2,2", "1,2,1,2", "1,2,2,1")]
    whole = answer("--net", "erf", *FOUR)
    assert sum(part["value"] for part in parts) == pytest.approx(whole["value"], rel=1e-11)
    assert answer("--net", "erf", *FOUR, "--outputs", "3,3,3,3")["value"] == whole["value"]
    assert answer("--net", "erf", *FOUR, "--outputs", "1,1,1,2")["value"] == 0.0
    assert parts[0]["outputs"] == [1, 1, 2, 2]
    assert "outputs" not in whole


def test_coincident_relu_components():
    """Var(s²)/N at x = 1: (3/2 − 1/4)/5."""
    points = ["--points", "1;1;1;1", "--order", "4", "--width", "5"]
    found = answer("--net", "relu", *points, "--outputs", "1,1,2,2")
    assert found["value"] == pytest.approx(1.25 / 5, rel=1e-14)
    two = answer("--net", "relu", "--sigma-b", "1", "--points=0;0", "--order", "2", "--width", "5")
    assert two["value"] == pytest.approx(1 / 2 + 1, rel=1e-14)


@pytest.mark.parametrize(
    ("words", "sigmas"),
    [
        (["--net", "erf", "--sigma-w", "0.9"], {"sigma_w": 0.9, "sigma_b": 1.0, "sigma_a": None}),
        (["--net", "relu"], {"sigma_w": 1.0, "sigma_b": 0.0, "sigma_a": None}),
        (["--net", "cos", "--sigma-w", "2"], {"sigma_w": 2.0, "sigma_b": None, "sigma_a": 2.0}),
    ],
)
def test_the_answer_names_its_parameters(words, sigmas):
    found = answer(*words, *FOUR)
    assert {name: value for name, value in found.items() if name.startswith("sigma")} == sigmas
    assert found["quality"] == "the error bar can be trusted"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([*FOUR, "--outputs", "1,1,2"], "--outputs: 1,1,2 was given for 4 point(s)"),
        ([*FOUR, "--outputs", "1,1,2,0.5"], "whole numbers from 1 to 2^62 are needed"),
        ([*FOUR, "--outputs", "1,1,2,x"], "--outputs: '1,1,2,x' was given; whole numbers"),
        (["--points=1e200;1;1;1", "--order", "4", "--width", "5"], "beyond floating point"),
        ([*FOUR, "--sigma-w", "1e70"], "beyond floating point"),
        ([*FOUR, "--sigma-w", "1e200"], "1e+200 was given"),
    ],
)
def test_bad_input_is_refused(words, message, capfd):
    assert run(["cumulant", "--net", "erf", *words]) == 2
    shown = capfd.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert "Warning" not in shown.err
