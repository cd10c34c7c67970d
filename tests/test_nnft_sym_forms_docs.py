"""docs/forms.md: its formats are those of the command, its captions too, and its commands run."""

import re
import shlex
from pathlib import Path

import pytest

from nnft_sym.cli import run
from nnft_sym.commands.draw import CAPTION
from nnft_sym.commands.expand import SUFFIXES

PAGE = (Path(__file__).parent.parent / "docs" / "forms.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S) for line in block.splitlines()]


def test_the_formats_are_those_of_the_command():
    rows = dict(re.findall(r"^\| `(\w+)` \| (\.[^|]*?) \|", PAGE, re.M))
    assert {form: tuple(ends.split(", ")) for form, ends in rows.items()} == SUFFIXES


def test_the_captions_are_those_of_the_command():
    rows = re.findall(r"^\| `--caption (\w+)`(?:, `(\w+)`)?", PAGE, re.M)
    assert {word for row in rows for word in row if word} == set(CAPTION.reader.words)


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_run(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    program, *words = shlex.split(line)
    assert program == "nnft"
    assert run(words) == 0
    assert capsys.readouterr().out or list(Path().iterdir())
