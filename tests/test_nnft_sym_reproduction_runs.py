"""The published study as a run: ensembles kept, resumed and refused; its command; how long it takes."""

import json
import signal
import subprocess
import sys

import numpy as np
import pytest

from nnft_sym.cli import run
from nnft_sym.faces.reading import load
from nnft_sym.reproduction.cases import CaseFiles, sample_cases, study_cases
from nnft_sym.reproduction.run_forecast import forecast
from nnft_sym.reproduction.setups import published_setups
from nnft_sym.reproduction.size import StudySize
from numerics.errors import InvalidStatistics
from numerics.sampling.runs.run import SamplingInterrupted

SMALL = StudySize(2, 400, widths=(2, 3, 4))


def test_a_run_that_was_cut_off_is_continued(tmp_path):
    cases = study_cases(published_setups(["erf"], [2]), SMALL, 5)
    whole = sample_cases(cases)
    files = CaseFiles(tmp_path)

    def stop(done, total):
        if done > 0.5 * total:
            raise KeyboardInterrupt

    with pytest.raises(SamplingInterrupted):
        sample_cases(cases, files, stop)
    first = files.file(cases[0])
    assert first.exists()
    assert not files.file(cases[-1]).exists()
    before = first.stat().st_mtime_ns
    again = sample_cases(cases, files)
    assert first.stat().st_mtime_ns == before
    for name, one in whole.items():
        for order in (2, 4, 6):
            np.testing.assert_array_equal(again[name][order].value, one[order].value)
            np.testing.assert_array_equal(again[name][order].error, one[order].error)
    assert list(tmp_path.glob("*.checkpoint")) == []
    assert load(first).n_samples == 800
    # nothing is sampled when all is there
    times = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.nc")}
    assert sample_cases(cases, files).keys() == whole.keys()
    assert times == {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.nc")}


@pytest.mark.parametrize(("size", "seed"), [(SMALL, 6), (StudySize(2, 500, widths=(2, 3, 4)), 5)])
def test_cases_of_another_run_are_refused(tmp_path, size, seed):
    files = CaseFiles(tmp_path)
    setups = published_setups(["gauss"], [2])
    sample_cases(study_cases(setups, SMALL, 5), files)
    with pytest.raises(InvalidStatistics, match="holds another ensemble than Gauss-net, d = 2, N = 2"):
        sample_cases(study_cases(setups, size, seed), files)


def test_progress_counts_work():
    told = []
    sample_cases(study_cases(published_setups(["relu"], [2]), SMALL, 0), None, lambda *now: told.append(now))
    done = [one for one, _ in told]
    assert done == sorted(done)
    assert told[-1] == (3 * 800, 3 * 800)


#: Samples ten cases into a folder, as `nnft reproduce` does, and is killed within one of the last.
CHILD = """
import os, signal, sys
from pathlib import Path
from nnft_sym.reproduction.cases import CaseFiles, sample_cases, study_cases
from nnft_sym.reproduction.setups import published_setups
from nnft_sym.reproduction.size import StudySize
cases = study_cases(published_setups(["gauss"], [3]), StudySize(2, 50_000), 5)

def killed(done, total):
    if done > 0.75 * total:
        os.kill(os.getpid(), signal.SIGKILL)

sample_cases(cases, CaseFiles(Path(sys.argv[1])), killed)
"""


def test_a_killed_run_is_continued_to_the_same_bits(tmp_path):
    """SIGKILL while a case is sampled; what is left ends as if nothing had happened, on a cluster too."""
    setups, size = published_setups(["gauss"], [3]), StudySize(2, 50_000)
    cases = study_cases(setups, size, 5)
    process = subprocess.run([sys.executable, "-c", CHILD, str(tmp_path)], timeout=240, check=False)
    assert process.returncode == -signal.SIGKILL
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.nc")}
    assert 7 <= len(kept) < 10
    with pytest.raises(InvalidStatistics, match="holds another ensemble than Gauss-net, d = 3, N = 2"):
        sample_cases(study_cases(setups, size, 6), CaseFiles(tmp_path))
    again, whole = sample_cases(cases, CaseFiles(tmp_path), cluster="local:1"), sample_cases(cases)
    assert kept == {path: path.stat().st_mtime_ns for path in kept}
    for name, one in whole.items():
        for order in (2, 4, 6):
            np.testing.assert_array_equal(again[name][order].value, one[order].value)
            np.testing.assert_array_equal(again[name][order].error, one[order].error)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{case.name}.nc" for case in cases)


SHORT = ["--net", "gauss", "--dimension", "3", "--experiments", "2", "--networks", "100"]


def test_the_command_from_end_to_end(tmp_path, capsys):
    out = str(tmp_path / "out")
    assert run(["reproduce", "2008.08601", *SHORT, "--out", out, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"claims", "figures", "counts", "full"} <= set(found)
    assert all({"claim", "published", "ours", "error", "judgement"} <= set(one) for one in found["claims"])
    judged = {one["judgement"] for one in found["claims"]}
    assert judged <= {"agrees", "refined", "contradicted", "not_testable"}
    assert (found["nets"], found["dimensions"], found["full"]) == (["gauss"], [3], False)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "cases", "claims.csv", "claims.json", "figures", "report.html", "results.nc"
    ]  # fmt: skip
    assert len(list((tmp_path / "out" / "cases").glob("*.nc"))) == 10
    # a folder that holds one is neither mixed nor lost
    assert run(["reproduce", "2008.08601", *SHORT, "--out", out]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "continue it with --resume, replace it with --force" in told.err
    case = next((tmp_path / "out" / "cases").glob("*.nc"))
    before = case.stat().st_mtime_ns
    assert run(["reproduce", "2008.08601", *SHORT, "--out", out, "--resume"]) == 0
    assert case.stat().st_mtime_ns == before
    assert "statements: " in capsys.readouterr().out


def test_a_dry_run_says_how_long_it_takes_and_leaves_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["reproduce", "2008.08601", "--full", "--dry-run", "--out", "there", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ensembles"], found["left"], found["networks"]) == (90, 90, 10**7)
    assert found["processor_seconds"] > found["sampling_seconds"] > 60
    assert list(tmp_path.iterdir()) == []
    one = ["reproduce", "2008.08601", "--net", "relu", "--dimension", "1", "--experiments", "2"]
    assert run([*one, "--networks", "100", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("10 ensembles of 200 networks: about ")


def test_a_forecast_leaves_out_what_is_finished(tmp_path):
    cases = study_cases(published_setups(["gauss"], [2]), SMALL, 5)
    files = CaseFiles(tmp_path)
    sample_cases(cases[:2], files)
    found = forecast(cases, files)
    assert (found.cases, found.left) == (3, 1)
    assert 0 < found.sampling < forecast(cases).sampling
    sample_cases(cases, files)
    assert forecast(cases, files).sampling == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument"),
        (["2008.08602"], "'2008.08602' was given"),
        (["2008.08601", "--net", "cos"], "'cos' was given"),
        (["2008.08601", "--dimension", "4"], "4 was given"),
        (["2008.08601", "--resume"], "--resume was given without --out"),
        (["2008.08601", "--force"], "--force was given without --out"),
        (["2008.08601", "--out", "x", "--force", "--resume"], "both given"),
        (["2008.08601", "--full", "--networks", "1000"], "--full was given with a size"),
        (["2008.08601", "--networks", "10"], "10 was given"),
        (["2008.08601", "--experiments", "1"], "1 was given"),
        (["2008.08601", "--seed", "-1"], "-1 was given"),
        (["2008.08601", "--out", ""], "the name of a folder is needed"),
        (["2008.08601", "--out", "no/such/place"], "does not exist"),
        (["2008.08601", "--out", "__file__"], "not a folder"),
        (
            ["2008.08601", "--net", "relu", "--dimension", "1", "--cluster", "http://x"],
            "no Dask scheduler answers",
        ),
    ],
)
def test_bad_input_is_one_message(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "__file__").write_text("mine")
    assert run(["reproduce", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    lines = [line for line in told.err.splitlines() if not line.startswith("[")]
    assert len(lines) == 1, told.err
    assert (tmp_path / "__file__").read_text() == "mine"


def test_a_folder_with_files_of_somebody_else_is_not_written_into(tmp_path):
    from nnft_sym.reproduction.published_folder import prepare_folder
    from nnft_sym.storage.writing import UnwritableOutput

    (tmp_path / "thesis.tex").write_text("precious")
    for resume in (False, True):
        with pytest.raises(UnwritableOutput, match=r"holds other files \('thesis.tex'\).*--force"):
            prepare_folder(tmp_path, force=False, resume=resume)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    prepare_folder(tmp_path, force=True, resume=False)
    assert (tmp_path / "thesis.tex").read_text() == "precious"
    (tmp_path / "empty").mkdir()
    prepare_folder(tmp_path / "empty", force=False, resume=False)


def test_a_checkpoint_beside_a_finished_case_goes(tmp_path):
    """A run may be killed between writing a case and removing its checkpoint."""
    setups, size = published_setups(["gauss"], [1]), StudySize(2, 100)
    case = study_cases(setups, size, 5)[0]
    files = CaseFiles(tmp_path)
    sample_cases([case], files)
    files.checkpoint(case).write_bytes(b"half of a sample")
    sample_cases([case], files)
    assert [path.name for path in tmp_path.iterdir()] == [f"{case.name}.nc"]
