"""The table of docs/actions.md: every spelling is read as it says, or refused in the words that it says."""

import io
import json
import re
import sys
from pathlib import Path

import pytest
import sympy

from nnft_sym.actions.action import Action
from nnft_sym.cli import run
from nnft_sym.errors import InvalidAction

DOCS = Path(__file__).parent.parent / "docs" / "actions.md"
FROM_FILES = "# the quartic one\nlambda*f^4  # as always\n"


def rows():
    """Cells of the table, without their code marks."""
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            cells = re.split(r"(?<!\\)\|", line)[1:-1]
            typed, options, outcome = (cell.strip().replace("\\|", "|") for cell in cells)
            yield typed.strip("`"), options.strip("`").split(), outcome


ROWS = list(rows())


def test_there_is_one_table_with_both_kinds_of_rows():
    assert len(ROWS) > 75
    assert len({(typed, *options) for typed, options, _ in ROWS}) == len(ROWS)
    assert 30 < sum(outcome.startswith("refused") for _, _, outcome in ROWS) < len(ROWS) - 30


@pytest.mark.parametrize(
    ("typed", "options", "outcome"), ROWS, ids=[f"{t} {' '.join(o)}" for t, o, _ in ROWS]
)
def test_every_row(typed, options, outcome, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("action.txt").write_text(FROM_FILES, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FROM_FILES.encode())))
    code = run(["expand", typed, *options, "-n", "2", "--order", "0", "--json"])
    out, err = capsys.readouterr()
    quoted = re.findall(r"`([^`]*)`", outcome)
    if outcome.startswith("refused"):
        assert (code, out) == (2, "")
        assert quoted[0] in err
        place = "--field: " if "," in "".join(options) else "ACTION: "
        assert err.startswith(f"nnft: {place}")
    else:
        answer = json.loads(out)
        assert code == 0
        assert [answer["action"], *filter(None, [answer.get("constant")])] == quoted
        # what is printed reads back
        assert str(Action(quoted[0])) == quoted[0]


def test_the_field_of_a_sympy_expression():
    f, phi, s, coupling = sympy.symbols("f phi s lambda")
    assert Action(coupling * phi**4) == Action(coupling * f**4) == Action(coupling * s**4, field="s")
    assert Action(coupling * sympy.Symbol("phi.phi") ** 2) == Action("lambda*(f.f)^2")
    x, y = sympy.symbols("x y")
    field = sympy.Function("phi")
    assert Action(coupling * field(x) ** 2 * field(y) ** 2) == Action("lambda*f(x)^2*f(y)^2")
    for wrong, given in ((coupling * f**2 * phi**2, None), (coupling * f**2 * s**2, "s"), (s**4, None)):
        with pytest.raises(InvalidAction):
            Action(wrong, field=given)


@pytest.mark.parametrize("name", ["", "x", "D", "f,g", "4", "phi psi", None, 3])
def test_what_is_no_name_of_a_field(name):
    if name is None:
        assert Action("lambda*phi^4", field=name) == Action("lambda*f^4")
        return
    with pytest.raises(InvalidAction, match="as the field"):
        Action("lambda*f^4", field=name)


@pytest.mark.parametrize("command", ["expand", "draw", "count", "couplings", "flow"])
def test_the_help_says_how_actions_are_written(command, capsys):
    assert run([command, "--help"]) == 0
    out = capsys.readouterr().out
    for said in ("λφ⁴/4!", "f -> v + f", "@action.txt", "docs/actions.md"):
        assert said in out


@pytest.mark.parametrize("command", ["count", "draw", "expand"])
def test_commands_take_a_field_and_files(command, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("action.txt").write_text("\\frac{g}{3!}s^3\n", encoding="utf-8")
    words = [command, "@action.txt", "-n", "3", "--json"]
    assert run([*words, "--field", "s"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert run([command, "g*f^3/6", *words[2:]]) == 0
    expected = json.loads(capsys.readouterr().out)
    assert {**found, "action": ""} == {**expected, "action": ""}
    assert run(words) == 2
    assert "--field" in capsys.readouterr().err
    assert (
        run([command, "-n", "4", "--field", "s", *(["--vertices", "4:1"] if command == "count" else [])]) == 2
    )
    assert "without an action" in capsys.readouterr().err


def test_a_background_is_refused_where_it_would_be_huge():
    with pytest.raises(InvalidAction, match="1000 terms"):
        Action("f^20, f -> f + (a+b+c+m+g+h+p+j)")
