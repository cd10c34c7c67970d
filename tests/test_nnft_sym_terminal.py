"""docs/at_the_terminal.md says what is true; completion in shells; near names; help pages fit a terminal."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from diagrams.filters import ALL_FILTERS
from nnft_sym import cli
from nnft_sym.parameters.orders import orders_table

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "at_the_terminal.md").read_text(encoding="utf-8")


def test_the_table_of_orders_is_that_of_the_program():
    assert "\n".join(orders_table()) in PAGE


def completed(words, number, shell="bash"):
    environment = {**os.environ, "_NNFT_COMPLETE": f"{shell}_complete", "COMP_WORDS": words}
    done = subprocess.run(
        [sys.executable, "-m", "nnft_sym"], env={**environment, "COMP_CWORD": str(number)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_are_told_how_to_complete(shell):
    assert f"_NNFT_COMPLETE={shell}_source nnft" in PAGE
    done = subprocess.run(
        [sys.executable, "-m", "nnft_sym"], env={**os.environ, "_NNFT_COMPLETE": f"{shell}_source"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert f"_NNFT_COMPLETE={shell}_complete" in done.stdout


def test_commands_options_and_values_are_completed():
    assert completed("nnft ", 1) == list(cli.COMMANDS)
    assert completed("nnft exp", 1) == ["expand"]
    assert completed("nnft expand --ki", 2) == ["--kind"]
    assert completed("nnft expand --kind con", 3) == ["connected"]
    assert completed("nnft kernel --net re", 3) == ["relu"]
    assert completed("nnft count --filter connected,no_v", 3) == ["connected,no_vacuum"]
    assert completed("nnft studies pub", 2) == ["published"]


def command_of(name):
    return cli.nnft.get_command(click.Context(cli.nnft), name)


@pytest.mark.parametrize("name", ["expand", "count", "draw"])
def test_help_names_every_filter(name):
    (option,) = [one for one in command_of(name).params if "--filter" in one.opts]
    assert set(re.findall(r"[a-z_]{6,}", option.help)) >= {one.name for one in ALL_FILTERS}


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_help_fits_a_terminal_of_80_columns(name):
    """Examples and grammars, which are pasted, may be wider."""
    help_page = command_of(name).get_help(click.Context(command_of(name), info_name=name, terminal_width=80))
    text = help_page.partition("\n  Examples")[0].partition("\n  Actions")[0]
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["qiuckstart"], "'quickstart'"),
        (["doctr"], "'doctor'"),
        (["expand", "f^4", "-n", "4", "--ordr", "2"], "'--order'"),
        (["expand", "f^4", "-n", "4", "--filter", "conected"], "'connected'"),
        (["expand", "f^4", "-n", "4", "--kind", "amputatd"], "'amputated'"),
        (["kernel", "--net", "gaus", "--points", "1"], "'gauss'"),
        (["kernel", "--net", "erf", "--points", "1", "--hidden-law", "laplac"], "'laplace'"),
    ],
)
def test_the_nearest_name_is_said(words, near, capsys):
    assert cli.run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.search(f"[Dd]id you mean {near}", err)


def test_every_command_of_the_page_is_there():
    for line in re.findall(r"`nnft ([a-z]+)", PAGE):
        assert line in cli.COMMANDS
    for option in ("--show", "--copy", "--on", "--clear", "--off"):
        assert f"`{option}`" in PAGE or f" {option}`" in PAGE
    cache = {one for param in command_of("cache").params for one in param.opts}
    assert {"--on", "--off", "--clear"} <= cache
