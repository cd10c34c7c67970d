"""``nnft partition``: its answers in JSON and as tables, and what it refuses."""

import json

import pytest

import nnft_sym as nn
from nnft_sym.cli import run

RELU = ["partition", "--net", "relu", "--width", "3"]


@pytest.fixture
def answer(capsys):
    def ask(*words):
        code = run([*words, "--json"])
        out, err = capsys.readouterr()
        assert (code, err) == (0, ""), err
        return json.loads(out)

    return ask


def test_a_source(answer):
    words = ("--deform", "alpha*|a|^4/N", "--order", "2", "--points", "1", "--source", "0.7")
    found = answer(*RELU, *words, "--strength", "0.01")
    assert [entry["power"] for entry in found["series"]] == [0, 1, 2]
    expected = nn.partition_function(nn.ReLUNet(3), [[1.0]], "alpha*p2^2/N", [0.7], 2, 0.01)
    for entry, one in zip(found["series"], expected.real, strict=True):
        assert entry["value"] == float(one.value)
        assert 0 < entry["error"] < 1e-11
        assert "imaginary" not in entry
    assert found["exact"] == float(expected.exact.value)
    assert abs(found["sum"] - found["exact"]) < 2e-4
    assert [one["order"] for one in found["scores"]] == [1, 2]
    assert found["scores"][0]["text"] == "N*s**4 + 2*s**4 - p2**2/N"
    assert found["letter"] == "alpha"
    assert answer(*RELU, *words)["exact"] is None


def test_an_imaginary_part(answer):
    found = answer(*RELU, "--deform", "alpha*p1", "--points", "1", "--source", "0.7", "--strength", "0.1")
    assert [("imaginary" in entry) for entry in found["series"]] == [False, True, False]
    assert found["exact_imaginary"] < 0


def test_correlators(answer):
    words = ("--deform", "equicorrelated", "--points", "1;-0.5", "--orders", "2,4", "--strength", "0.2")
    found = answer(*RELU, *words)
    assert [(entry["order"], entry["power"]) for entry in found["series"]] == [
        (n, k) for n in (2, 4) for k in range(3)
    ]
    two = [entry["value"] for entry in found["series"] if entry["order"] == 2]
    assert two[0] == pytest.approx([0.5, 0.0, 0.125], abs=1e-15)
    assert found["series"][0]["indices"] == [[0, 0], [0, 1], [1, 1]]
    total = [sum(one[place] * 0.2**k for k, one in enumerate(two)) for place in range(3)]
    assert found["exact"][0]["value"] == pytest.approx(total, rel=1e-12)
    connected = answer(*RELU, *words, "--connected")
    assert connected["part"] == "connected"


def test_numbers_in_place_of_the_letter(answer):
    found = answer(*RELU, "--deform", "0.1*p2^2/N", "--points", "1", "--orders", "2")
    assert found["strength"] == 1.0
    assert found["exact"][0]["value"][0] == pytest.approx(2.100809125821704 / 6, rel=1e-12)


def test_samples(answer):
    words = ("--deform", "alpha*p2^2/N", "--points", "1", "--source", "0.7", "--strength", "0.1")
    found = answer(*RELU, *words, "--networks", "20000", "--seed", "3")
    reweighted, drawn = found["sampled"]
    assert 100 < reweighted["effective"] < drawn["effective"] == 20000
    for one in (reweighted, drawn):
        assert abs(one["value"] - found["exact"]) < 4.5 * one["error"]
        assert one["correlation_time"] is None
    again = answer(*RELU, *words, "--networks", "20000", "--seed", "3")
    assert again["sampled"] == found["sampled"]


def test_tables(capsys):
    words = ["--deform", "alpha*p2^2/N", "--points", "1", "--source", "0.7", "--strength", "0.01"]
    assert run([*RELU, *words, "--networks", "2000"]) == 0
    out = capsys.readouterr().out
    assert "𝒫_1 = N*s**4 + 2*s**4 - p2**2/N" in out
    assert "Z[J] of relu-net, N = 3" in out
    assert "exact, alpha = 0.01" in out
    assert "effective number" in out
    assert run([*RELU, "--deform", "alpha*p2*p4", "--points", "1;2", "--orders", "1,2", "--order", "1"]) == 0
    assert "Full 2-point functions" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--deform", "alpha*p2", "--points", "1"], "--source: nothing was given"),
        (["--deform", "alpha*p2", "--points", "1", "--source", "1", "--orders", "2"], "beside orders"),
        (["--deform", "alpha*p2", "--points", "1", "--source", "1,2"], "2 numbers and 1 point were given"),
        (["--deform", "alpha*p2", "--points", "1", "--source", "x"], "--source: 'x' was given"),
        (["--deform", "alpha*p0", "--points", "1", "--source", "1"], "--deform: the deformation 'alpha*p0'"),
        (
            ["--deform", "alpha*p2^2", "--points", "1", "--source", "1", "--strength=-1"],
            "cannot be normalised",
        ),
        (["--deform", "equicorrelated", "--points", "1", "--source", "1", "--strength=-0.5"], "< α < 1"),
        (["--deform", "alpha*p2", "--points", "1", "--source", "1", "--connected"], "without orders"),
        (
            ["--deform", "alpha*p2", "--points", "1", "--source", "1", "--networks", "2000"],
            "say its strength",
        ),
        (["--deform", "alpha*p2", "--points", "1", "--source", "1", "--order", "9"], "--order: 9 was given"),
        (
            [
                "--deform",
                "alpha*p2^2",
                "--points",
                "1",
                "--source",
                "1",
                "--networks",
                "1000",
                "--strength",
                "50",
            ],
            "count",
        ),
    ],
)
def test_refusals(words, message, capsys):
    assert run([*RELU, *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert len(err.splitlines()) == 1
