"""The README says what is true: every command and code block in it runs here."""

import re
import shlex
import subprocess
import sys

import numpy as np
import pytest
from package_check import way_without_make
from page_examples import ROOT, blocks, commands, languages, run_command

from nnft_sym.cli import COMMANDS, run
from nnft_sym.study.config import parse_study

README = (ROOT / "README.md").read_text(encoding="utf-8")


NNFT = [line for line in commands(README) if line.startswith("nnft ")]


def test_first_screen():
    first_screen = "\n".join(README.splitlines()[:22])
    assert "make study" in first_screen
    assert "make test" in first_screen
    (picture,) = re.findall(r"!\[.*?\]\((.*?)\)", first_screen)
    assert (ROOT / picture).is_file()
    assert len(README.splitlines()) <= 200


def test_every_command_is_known_to_these_tests():
    assert set(commands(README)) - set(NNFT) == {
        "make study", "make test", "python3 -m venv .venv", ".venv/bin/python -m pip install .",
        ".venv/bin/nnft validate --out study_results",
    }  # fmt: skip
    assert set(COMMANDS) <= set(re.findall(r"nnft ([a-z]+)", README))
    # Fences of other languages would escape the tests.
    assert languages(README) == {"bash", "toml", "python"}


@pytest.mark.parametrize("line", NNFT)
def test_nnft_commands(line, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run_command(line, capsys)


def test_picture_is_what_the_command_draws(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (line,) = [line for line in NNFT if line.endswith("four_point.svg")]
    run_command(line, capsys)
    assert (tmp_path / "four_point.svg").read_bytes() == (ROOT / "docs" / "four_point.svg").read_bytes()


def drawn_marks(path):
    """Where the marks of a figure are; its curves and letters are a matter of matplotlib's version."""
    text = path.read_text(encoding="utf-8")
    return np.array([[float(x), float(y)] for x, y in re.findall(r'<use [^>]*x="(\S+)" y="(\S+)"', text)])


def test_plot_is_what_the_command_draws(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (line,) = [line for line in NNFT if line.endswith("--out widths.svg")]
    assert run(shlex.split(line)[1:]) == 0
    assert "expected −1" in capsys.readouterr().out
    drawn, committed = drawn_marks(tmp_path / "widths.svg"), drawn_marks(ROOT / "docs" / "widths.svg")
    assert len(committed) > 40
    assert drawn == pytest.approx(committed, abs=0.5)  # points of a figure 500 wide


def test_study_file_is_valid():
    (text,) = blocks(README, "toml")
    study = parse_study(text)
    assert (study.net[0].d_in, study.net[0].cutoff) == (2, 20.0)


def test_python_block(tmp_path):
    _, text = blocks(README, "python")  # the first is the way that test_readme_path goes
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "24*lambda" in done.stdout
    assert "λ = -0.0535" in done.stdout
    assert "0.82919089" in done.stdout
    assert "they agree to rounding" in done.stdout


def test_make_targets_do_what_the_readme_says():
    """`make test` runs these very tests, so here the recipes are read, not run."""
    for target, expected in (
        ("study", ["nnft validate --out study_results"]),
        ("test", ["ruff check .", "ruff format --check .", "mypy", "pytest"]),
    ):
        recipe = subprocess.run(
            ["make", "--dry-run", "--always-make", target],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=True,
        ).stdout
        for part in ["-m venv", "--require-hashes", *expected]:
            assert part in recipe, f"make {target}: {part}"
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.slow
def test_study_table_is_what_the_study_finds(published):
    rows = {
        row.split("|")[1].split(",")[0].strip().lower(): row for row in README.splitlines() if ", N = " in row
    }
    for net in published.summary["nets"]:
        cells = [cell.strip() for cell in rows[net["name"]].split("|")]
        for cell, name in zip(cells[3:6], ("lambda_tensor", "lambda_mean", "lambda_fit"), strict=True):
            value = cell.replace("−", "-").removesuffix(" %")
            digits = len(value.split(".")[1])
            assert f"{100 * net['g6_explained'][name]:.{digits}f}" == value, (net["name"], name)
        rejected = "rejected" in net["verdict"]
        assert rejected == cells[2].startswith("rejected")


def test_the_way_without_make_is_gone_by_the_package_check():
    """`make package` follows these lines in an unpacked sdist, and `make test` does not do it once more."""
    assert way_without_make() == [line for line in commands(README) if "venv" in line]
    assert "make package" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    recipe = subprocess.run(
        ["make", "--dry-run", "package"], capture_output=True, text=True, cwd=ROOT, check=True
    ).stdout
    assert "tests/package_check.py" in recipe
