"""The first minutes: `nnft quickstart`, `nnft studies`, `nnft doctor`, and the folders of caches."""

import json
import platform
import re
import tomllib
from importlib import metadata
from pathlib import Path

import numba
import numpy as np
import pytest

from nnft_sym.cli import run
from nnft_sym.installation import folders, packages
from nnft_sym.installation.diagnosis import State
from nnft_sym.installation.everything import sound
from nnft_sym.installation.programs import findings as programs
from nnft_sym.study.config import built_in_study, parse_study
from nnft_sym.study.shipped import shipped_studies
from numerics.files.places import cache_folder, integrals_folder

ROOT = Path(__file__).parent.parent


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def nnft(capsys):
    def call(*words):
        code = run(words)
        out, err = capsys.readouterr()
        return code, out, err

    return call


# ---------------------------------------------------------------------------------------------- quickstart


def test_quickstart_writes_runs_and_reports(nnft, here):
    code, out, err = nnft("quickstart", "--json")
    assert code == 0, err
    answer = json.loads(out)
    assert {"study", "report", "passed", "nets"} <= set(answer)
    assert (here / answer["report"]).is_file()
    # what was run is what was written, by another reader
    text = (here / answer["study"]).read_text(encoding="utf-8")
    written = tomllib.loads(text)
    (net,) = answer["nets"]
    assert (net["name"], net["width"]) == (written["net"][0]["kind"], written["net"][0]["width"])
    # every key says what it is, and so every line ends in a comment
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(lines) >= 9
    assert all("#" in line for line in lines)
    assert max(map(len, text.splitlines())) <= 120
    # nothing is replaced, and nothing else is written
    before = {path: path.stat().st_mtime_ns for path in here.rglob("*")}
    code, out, err = nnft("quickstart")
    assert (code, out) == (2, "")
    assert "'quickstart.toml' exists already" in err
    assert {path: path.stat().st_mtime_ns for path in here.rglob("*")} == before


@pytest.mark.parametrize("there", ["quickstart.toml", "quickstart_report"])
def test_quickstart_refuses_before_it_writes(nnft, here, there):
    (here / there).write_text("precious")
    code, out, err = nnft("quickstart")
    assert (code, out) == (2, "")
    assert there in err
    assert [(path.name, path.read_text()) for path in here.iterdir()] == [(there, "precious")]


def test_quickstart_can_be_forecast(nnft, here):
    code, out, _ = nnft("quickstart", "--dry-run", "--json")
    answer = json.loads(out)
    assert (code, list(here.iterdir())) == (0, [])
    assert answer["forecast"]["nets"][0]["networks"] == 10 * 10_000
    assert answer["forecast"]["seconds"] < 30
    code, out, _ = nnft("quickstart", "--dry-run")
    assert (code, list(here.iterdir())) == (0, [])
    assert out.startswith("Would write quickstart.toml")


# ------------------------------------------------------------------------------------------------- studies


def test_the_list_of_studies_is_that_of_the_files(nnft):
    code, out, _ = nnft("studies", "--json")
    assert code == 0
    rows = {row["name"]: row for row in json.loads(out)["studies"]}
    files = {path.stem: path for path in (ROOT / "nnft_sym" / "studies").glob("*.toml")}
    assert set(rows) == set(files) == set(shipped_studies())
    for name, path in files.items():
        study = tomllib.loads(path.read_text(encoding="utf-8"))
        assert rows[name]["nets"] == [{"kind": net["kind"], "width": net["width"]} for net in study["net"]]
        assert rows[name]["networks"] == study["networks"]
        assert rows[name]["line"].endswith(".")
    assert all(len(line) <= 80 for line in nnft("studies")[1].splitlines())


@pytest.mark.parametrize("name", sorted(shipped_studies()))
def test_a_study_is_printed_and_copied_as_it_is(nnft, here, name):
    text = (ROOT / "nnft_sym" / "studies" / f"{name}.toml").read_text(encoding="utf-8")
    assert nnft("studies", name, "--show") == (0, text, "")
    assert nnft("studies", name, "--copy")[0] == 0
    assert (here / f"{name}.toml").read_text(encoding="utf-8") == text
    assert parse_study(text) == built_in_study(name)
    (here / f"{name}.toml").write_text("precious")
    code, out, err = nnft("studies", name, "--copy")
    assert (code, out) == (2, "")
    assert "exists already" in err
    assert (here / f"{name}.toml").read_text() == "precious"
    assert nnft("studies", name, "--copy", "--force")[0] == 0
    assert (here / f"{name}.toml").read_text(encoding="utf-8") == text


def test_a_shipped_study_runs_as_validate_runs_its_file(nnft, here):
    small = ["--experiments", "2", "--networks", "200", "--json"]
    assert nnft("studies", "quickstart", "--copy", "mine.toml")[0] == 0
    code, out, _ = nnft("studies", "quickstart", *small)
    again, other, _ = nnft("validate", "mine.toml", *small)
    one, two = json.loads(out), json.loads(other)
    assert code == again
    assert one["nets"][0]["lambda_mean"] == two["nets"][0]["lambda_mean"]
    assert one["nets"][0]["verdict"] == two["nets"][0]["verdict"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["publshed"], "did you mean 'published'?"),
        (["--show"], "--show was given without the name of a study"),
        (["cos", "--show", "--copy"], "--show and --copy were both given"),
        (["cos", "--copy", "--out", "x"], "--copy and --out were both given"),
        (["cos", "--show", "--dry-run"], "--show and --dry-run were both given"),
        (["cos", "--resume"], "--resume was given without --out"),
    ],
)
def test_refusals_of_studies(nnft, here, words, said):
    code, out, err = nnft("studies", *words)
    assert (code, out) == (2, "")
    assert said in err


def test_an_unknown_key_is_told_which_there_are(nnft, here):
    (here / "s.toml").write_text('sed = 1\n[[net]]\nkind = "erf"\nwidht = 5\npoints = [[0.1]]\n')
    code, _, err = nnft("validate", "s.toml")
    assert code == 2
    assert "the keys at the top are seed, experiments, networks, [[net]], action; did you mean 'seed'?" in err
    assert re.search(
        r"the keys of a \[\[net\]\] are .*kind.*width.*points, cutoff; did you mean 'width'", err
    )


# -------------------------------------------------------------------------------------------------- doctor


def test_doctor_tells_what_is_there(nnft):
    code, out, _ = nnft("doctor", "--json")
    answer = json.loads(out)
    assert (code, answer["sound"]) == (0, True)
    found = {row["name"]: row for row in answer["findings"]}
    assert found["Python"]["value"] == platform.python_version()
    assert found["numpy"]["value"] == np.__version__
    assert found["numba"]["value"] == numba.__version__
    needed = {line.split(">")[0] for line in metadata.requires("nnft-sym") if "extra" not in line}
    assert needed <= set(found)
    assert {row["state"] for row in answer["findings"]} <= {"ok", "missing"}
    assert all(bool(row["advice"]) is (row["state"] != "ok") for row in answer["findings"])
    lines = nnft("doctor")[1].splitlines()
    assert any(line.startswith("  ok      numpy") for line in lines)


def test_doctor_finds_what_is_broken():
    needed = [packages.Requirement.read(line) for line in ("numpy>=2.0", "sympy>=1.13", "click>=8.4")]
    needed.append(packages.Requirement.read('dask>=2024.8; extra == "cluster"'))
    versions = {"numpy": "1.26.4", "click": "8.5", packages.OURS: "0.1"}
    found = {one.name: one for one in packages.findings(needed, versions.get)}
    assert found["numpy"].state is State.BROKEN
    assert found["sympy"].state is State.BROKEN
    assert found["click"].state is State.OK
    assert found["extra cluster"].state is State.MISSING
    assert "pip install 'sympy>=1.13'" in found["sympy"].advice
    assert not sound(tuple(found.values()))
    tex = next(programs(lambda name: None))
    assert (tex.state, sound((tex,))) == (State.MISSING, True)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("numpy>=2.0", ("numpy", "2.0", "")),
        ("opt_einsum>=3.4", ("opt_einsum", "3.4", "")),
        ('dask>=2024.8; extra == "cluster"', ("dask", "2024.8", "cluster")),
        ("dask (>=2024.8) ; extra == 'cluster'", ("dask", "2024.8", "cluster")),
        ('feyngraph==0.1.0b4; extra == "bench"', ("feyngraph", "0.1.0b4", "bench")),
        ("scipy>=1.14,<3", ("scipy", "1.14", "")),
        ('tomli; python_version < "3.11"', ("tomli", "", "")),
        ('nnft-sym[cluster]; extra == "all"', ("nnft-sym", "", "all")),
    ],
)
def test_requirements_are_read(line, read):
    found = packages.Requirement.read(line)
    assert (found.name, found.least, found.extra) == read


def test_versions_are_compared_as_packaging_does():
    version = pytest.importorskip("packaging.version").Version
    known = ["1.9", "1.10", "1.10.0", "2.0", "2.0.1", "2024.8", "2025.10.1", "0.61", "8.4", "10.0"]
    for first in known:
        for second in known:
            assert packages.is_older(first, second) is (version(first) < version(second)), (first, second)


def test_sizes_of_folders_are_added_up(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.nbi").write_bytes(b"1" * 1000)
    (tmp_path / "y").write_bytes(b"1" * 500)
    assert folders.size_of(tmp_path) == 1500
    assert folders.size_of(tmp_path, lambda path: path.suffix == ".nbi") == 1000


# -------------------------------------------------------------------------------------------------- caches


def test_the_folder_of_caches_follows_the_standard(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "nnft_sym"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for ignored in ("", "relative/folder"):  # the specification: relative paths are to be ignored
        monkeypatch.setenv("XDG_CACHE_HOME", ignored)
        assert cache_folder() == tmp_path / "home" / ".cache" / "nnft_sym"


def test_integrals_are_kept_once_this_is_asked_for(nnft, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("NNFT_CACHE", raising=False)
    asked = ["integrate", "--net", "erf", "--diagram", "x1-y1,x2-y1", "--points", "0;1", "--cutoff", "2"]

    def kept():
        return sum(1 for _ in tmp_path.rglob("*.npz"))

    assert nnft(*asked)[0] == 0
    code, out, err = nnft("cache")
    assert (code, out, list(tmp_path.iterdir())) == (2, "", [])
    assert "nnft cache --on" in err
    assert nnft("cache", "--on")[0] == 0
    assert integrals_folder().is_dir()
    first = nnft(*asked, "--json")[1]
    assert kept() == 1
    assert nnft(*asked, "--json")[1] == first
    # the variable wins, also an empty one
    monkeypatch.setenv("NNFT_CACHE", "")
    assert nnft(*asked[:-1], "3")[0] == 0
    assert kept() == 1
    monkeypatch.setenv("NNFT_CACHE", str(tmp_path / "other"))
    assert nnft(*asked[:-1], "3")[0] == 0
    assert kept() == 2
    assert len(list((tmp_path / "other").rglob("*.npz"))) == 1
    monkeypatch.delenv("NNFT_CACHE")
    (integrals_folder() / "mine.txt").write_text("precious")
    code, out, err = nnft("cache", "--off", "--json")
    assert (code, json.loads(out)["removed"]) == (0, 1)
    assert "the folder stays" in err
    (integrals_folder() / "mine.txt").unlink()
    assert nnft("cache", "--off")[0] == 0
    assert not integrals_folder().exists()
