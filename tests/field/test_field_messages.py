"""What messages repeat of what was given: one line, bounded, as typed; and what was meant (FAULTS O, F)."""

import ast
from pathlib import Path

import numpy as np
import pytest

from diagrams.diagram import Diagram
from diagrams.errors import NNFTError
from diagrams.filters import named_filter
from diagrams.json_form import from_json
from diagrams.messages import LONGEST, shown
from diagrams.nickel import from_nickel_index
from diagrams.pictures.picture import picture
from nnft_sym.cli import run
from nnft_sym.expansions.expansion import expand
from nnft_sym.study.config import InvalidStudy, parse_study
from nnft_sym.symbolic.kernels import kernel_expression
from numerics.errors import InvalidStatistics
from numerics.given import as_choice
from numerics.networks.architectures import ErfNet, network

ROOT = Path(__file__).parents[2]
LONG = "9" * 5000 + "\x1b[31m"
POINTS = ["--points", "1;2"]
NET = '[[net]]\nkind = "erf"\nwidth = 5\npoints = [[1.0]]\n'
ERF = ["--net", "erf", "--width", "3", *POINTS]


@pytest.mark.parametrize(
    "words",
    [
        [LONG],
        ["expand", LONG, "-n", "2"],
        ["expand", "f^4", "-n", LONG],
        ["expand", "f^4", "-n", "2", "--order", LONG],
        ["expand", "f^4", "-n", "2", "--counting", LONG],
        ["expand", "f^4", "-n", "2", "--kind", LONG],
        ["count", "--vertices", LONG, "-n", "2"],
        ["count", "--vertices", "4:1", "-n", LONG],
        ["count", "--vertices", "4:1", "-n", "2", "--filter", LONG],
        ["draw", "f^4", "-n", LONG],
        ["draw", "f^4", "-n", "2", "--incoming", LONG],
        ["draw", "f^4", "-n", "2", "--out", LONG],
        ["kernel", LONG, *POINTS],
        ["kernel", "--net", LONG, *POINTS],
        ["kernel", "--net", "erf", "--sigma-w", LONG, *POINTS],
        ["kernel", "--net", "erf", "--points", LONG + "x"],
        ["kernel", "--net", "erf", "--points", f"{LONG}inf;1,2"],
        ["cumulant", *ERF, "--outputs", LONG],
        ["sample", *ERF, "--networks", LONG],
        ["sample", *ERF, "--networks", "100", "--orders", LONG],
        ["sample", *ERF, "--networks", "100", "--out", LONG + ".csv"],
        ["widths", "--net", "erf", "--widths", LONG, *POINTS],
        ["integrate", "--net", "erf", "--diagram", LONG, *POINTS],
        ["cache", "--folder", LONG],
        ["validate", LONG],
        ["validate", "--net", LONG],
    ],
    ids=lambda words: " ".join(word for word in words if len(word) < 100),
)
def test_no_command_repeats_five_thousand_digits(words, capsys, tmp_path, monkeypatch):
    """FAULTS O: every argument of every command, with a terminal escape at its end."""
    monkeypatch.chdir(tmp_path)
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert 20 < len(err) < 1000
    assert "\x1b" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "call",
    [
        lambda: network(LONG, 3),
        lambda: network("erf", width=10**5000),
        lambda: named_filter(LONG),
        lambda: from_json(LONG),
        lambda: from_json('{"schema": "' + "9" * 5000 + '"}'),
        lambda: Diagram.from_edge_string(LONG),
        lambda: from_nickel_index(LONG),
        lambda: picture(Diagram.from_edge_string("x1-x2"), layout=LONG),
        lambda: expand("f^4", 2, kind=LONG),
        lambda: expand("f^4", 2, counting=LONG),
    ],
)
def test_nor_does_python(call):
    with pytest.raises(NNFTError) as caught:
        call()
    assert 20 < len(Exception.__str__(caught.value)) < 700  # before `bounded`, the net under all messages


def test_what_was_given_is_shown_as_it_was_typed():
    assert shown(r"\lambda*f^4") == r"'\lambda*f^4'"
    assert shown("it's") == '"it\'s"'
    assert shown("a\tb\n\x1b[2J") == r"'a\tb\n\x1b[2J'"
    assert shown(np.eye(2)) == "array([[1., 0.], [0., 1.]])"
    for given in ("x" * 10**6, list(range(10**4)), 10**3000, b"x" * 999):
        text = shown(given)
        assert len(text) <= LONGEST
        assert "…" in text or "digits" in text
        assert shown(given, 30)[:5] == text[:5]


def test_there_is_one_way_to_shorten():
    """No module but `diagrams.messages` puts an ellipsis behind, or into, a piece of text."""
    found = []
    for floor in ("diagrams", "numerics", "nnft_sym"):
        for path in (ROOT / floor).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.JoinedStr | ast.BinOp):
                    continue
                parts = node.values if isinstance(node, ast.JoinedStr) else [node.left, node.right]
                sliced = any(isinstance(n, ast.Slice) for part in parts for n in ast.walk(part))
                ellipsis = any(isinstance(p, ast.Constant) and p.value in ("…", "...") for p in parts)
                if sliced and ellipsis:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert [place for place in found if not place.startswith("diagrams/messages.py")] == []


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["expnad", "f^4", "-n", "2"], "expand"),
        (["kernel", "--net", "erff", *POINTS], "erf"),
        (["kernel", "--net", "rleu", *POINTS], "relu"),
        (["validate", "--net", "guass"], "gauss"),
        (["sample", "--net", "coss", "--width", "3", "--networks", "100", *POINTS], "cos"),
        (["count", "--vertices", "4:1", "-n", "2", "--filter", "conected"], "connected"),
        (["draw", "f^4", "-n", "2", "--layout", "colums"], "columns"),
        (["expand", "kappa*f^4", "-n", "2", "--counting", "kapa=1"], "kappa"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_name_that_was_meant(words, meant, capsys, tmp_path, monkeypatch):
    """FAULTS F: did you mean, in every command that takes a name."""
    monkeypatch.chdir(tmp_path)
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"did you mean '{meant}'?" in err


@pytest.mark.parametrize(
    ("call", "meant"),
    [
        (lambda: network("rleu", 5), "relu"),
        (lambda: ErfNet(3).with_laws(hidden="gausian"), "gaussian"),
        (lambda: as_choice("plian", ("plain", "conditional"), "estimator", InvalidStatistics), "plain"),
        (lambda: named_filter("no_self_lop"), "no_self_loop"),
        (lambda: picture(Diagram.from_edge_string("x1-x2"), layout="cirle"), "circle"),
        (lambda: expand("f^4", 2, kind="conected"), "connected"),
        (lambda: kernel_expression("guass", 0, 1), "gauss"),
    ],
)
def test_the_name_that_was_meant_in_python(call, meant):
    with pytest.raises(NNFTError, match=rf"did you mean '{meant}'\?"):
        call()


@pytest.mark.parametrize(
    ("text", "place", "meant"),
    [
        (NET.replace("erf", "guass"), "net number 1 kind", "gauss"),
        (
            '[[net]]\nkind = "erf"\nwidth = 5\npoints = [[1.0]]\nsigmaw = 1.0\n',
            "net number 1 sigmaw",
            "sigma_w",
        ),
        ("sede = 1\n" + NET, "sede", "seed"),
        (NET.replace("net", "nets"), "nets", "net"),
    ],
)
def test_the_name_that_was_meant_in_a_study(text, place, meant):
    """FAULTS F: unknown keys, and the kind of a net."""
    with pytest.raises(
        InvalidStudy, match=rf"{place}: [^;]*(; (the keys|one of)[^;]*)?; did you mean '{meant}'\?"
    ):
        parse_study(text)


def test_nothing_is_meant_by_nonsense(capsys):
    assert run(["kernel", "--net", "zzz", *POINTS]) == 2
    assert "did you mean" not in capsys.readouterr().err
    with pytest.raises(InvalidStudy) as caught:
        parse_study("qqq = 1\n" + NET)
    assert "did you mean" not in str(caught.value)
