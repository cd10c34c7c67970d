"""The README says what is true: every command and code block in it runs here."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nnft_sym.cli import run
from nnft_sym.study.config import parse_study

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def commands():
    lines = [line.split("  #")[0].strip() for block in blocks("bash") for line in block.splitlines()]
    return [line for line in lines if line]


NNFT = [line for line in commands() if line.startswith("nnft ")]


def test_first_screen():
    first_screen = "\n".join(README.splitlines()[:20])
    assert "make study" in first_screen
    assert "make test" in first_screen
    (picture,) = re.findall(r"!\[.*?\]\((.*?)\)", first_screen)
    assert (ROOT / picture).is_file()


def test_every_command_is_known_to_these_tests():
    assert set(commands()) - set(NNFT) == {
        "make study", "make test", "python3 -m venv .venv", ".venv/bin/python -m pip install .",
        ".venv/bin/nnft validate --out study_results",
    }  # fmt: skip
    assert len(NNFT) == 34
    # Fences of other languages would escape the tests.
    assert set(re.findall(r"^```(\w+)", README, flags=re.MULTILINE)) == {"bash", "toml", "python"}


@pytest.mark.parametrize("line", NNFT)
def test_nnft_commands(line, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(shlex.split(line)[1:]) == 0
    assert capsys.readouterr().out


def test_picture_is_what_the_command_draws(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (line,) = [line for line in NNFT if line.endswith("four_point.svg")]
    assert run(shlex.split(line)[1:]) == 0
    capsys.readouterr()
    assert (tmp_path / "four_point.svg").read_bytes() == (ROOT / "docs" / "four_point.svg").read_bytes()


def test_study_file_is_valid():
    (text,) = blocks("toml")
    study = parse_study(text)
    assert (study.net[0].d_in, study.net[0].cutoff) == (2, 20.0)


def test_python_block(tmp_path):
    (text,) = blocks("python")
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


@pytest.mark.slow
def test_the_way_without_make(tmp_path):
    """A plain virtual environment and `pip install .`: packages, data files and command arrive."""
    source = tmp_path / "source"
    shutil.copytree(
        ROOT,
        source,
        ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "*.egg-info", "study_results"),
    )
    lines = [line for line in commands() if "venv" in line][:2]
    for line in lines:
        done = subprocess.run(shlex.split(line), cwd=source, capture_output=True, text=True, check=False)
        if "pip" in line and done.returncode and "No matching distribution" in done.stderr:
            pytest.skip("no package index can be reached from here")
        assert done.returncode == 0, done.stderr
    study = tmp_path / "study.toml"
    study.write_text(
        'experiments = 2\nnetworks = 500\n[[net]]\nkind = "cos"\nwidth = 3\npoints = [[0.0], [0.7]]\n'
    )
    script = source / ".venv" / "bin" / "nnft"
    done = subprocess.run(
        [str(script), "validate", str(study), "--out", str(tmp_path / "out")], cwd=tmp_path,
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "report.html").is_file()
