"""``nnft validate`` as a long run: killed, interrupted, resumed to the last bit; what its folder holds."""

import json
import shutil
import signal

import numpy as np
import pytest
from killed_runs import start, start_and_halt

from nnft_sym.cli import run
from nnft_sym.report.output import prepare_folder
from nnft_sym.storage.writing import UnwritableOutput
from nnft_sym.study.config import parse_study
from nnft_sym.study.run import run_study
from nnft_sym.study.study_files import StudyFiles
from numerics.sampling.runs.checkpoints import CheckpointMismatch, DamagedCheckpoint, Pace

STUDY = """
seed = 5
experiments = 4
networks = 60_000
action = "lambda*f^4"
[[net]]
kind = "relu"
width = 60
sigma_b = 0.0
points = [[0.4], [1.0]]
cutoff = 2.0
[[net]]
kind = "cos"
width = 40
points = [[-0.3], [0.6]]
"""
SMALL = STUDY.replace("60_000", "500").replace("width = 60", "width = 3").replace("width = 40", "width = 2")


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch):
    """Figures take most of the time, and hold no number that is not elsewhere."""
    monkeypatch.setattr("nnft_sym.report.plots.study_figures", lambda result: ())


@pytest.fixture
def nnft(capsys, tmp_path, monkeypatch):
    """Command lines of small studies beside an output folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(SMALL)

    def call(*words):
        code = run(["validate", *map(str, words)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    path = tmp_path_factory.mktemp("study") / "study.toml"
    path.write_text(STUDY)
    return path


@pytest.fixture(scope="module")
def whole(study, tmp_path_factory):
    """A study that nobody interrupted: its answer, its numbers and its pages."""
    out = tmp_path_factory.mktemp("whole") / "out"
    process = start(["validate", study, "--out", out, "--json"])
    answer, messages = process.communicate(timeout=240)
    assert process.returncode == 0, messages
    return timeless(json.loads(answer)), numbers(out)


def timeless(answer):
    """Leave out when it ran, where, and how long it took."""
    return {key: one for key, one in answer.items() if key not in ("seconds", "run")} | {
        "nets": [{key: one for key, one in net.items() if key != "seconds"} for net in answer["nets"]]
    }


def numbers(out):
    """Every number of a study on disk, to the last bit."""
    import xarray

    with xarray.open_datatree(out / "results.nc", engine="h5netcdf") as tree:
        return {
            f"{group.path}/{name}": array.to_numpy().tobytes()
            for group in tree.subtree
            for name, array in group.data_vars.items()
        }


def done(folder, net):
    """Networks in the checkpoint of a net."""
    (path,) = folder.glob(f"{net}_*.checkpoint")
    with np.load(path) as archive:
        return json.loads(archive["header"].tobytes())["networks_done"]


def test_a_study_killed_twice_and_resumed_has_the_same_bits(study, whole, tmp_path):
    """Once within the first net, once within the second."""
    out = tmp_path / "out"
    for flags, net in (([], "relu"), (["--resume"], "cos")):
        process = start_and_halt(["validate", study, "--out", out, "--json", *flags], f"{net}_*.checkpoint")
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert 0 < done(out / "checkpoints", net) < 240_000
    assert done(out / "checkpoints", "relu") == 240_000
    assert not (out / "report.html").exists()
    process = start(["validate", study, "--out", out, "--json", "--resume"])
    answer, messages = process.communicate(timeout=240)
    assert process.returncode == 0, messages
    assert (timeless(json.loads(answer)), numbers(out)) == whole
    assert timeless(json.loads((out / "summary.json").read_text())) == whole[0]


def test_an_interrupted_study_says_how_to_go_on(study, whole, tmp_path, capsys):
    out = tmp_path / "out"
    process = start_and_halt(["validate", study, "--out", out, "--json"], "relu_*.checkpoint")
    process.send_signal(signal.SIGINT)
    answer, messages = process.communicate(timeout=60)
    assert (process.returncode, answer) == (130, "")
    assert "the same command with --resume continues" in messages
    assert "Traceback" not in messages
    # not without being told to
    assert run(["validate", str(study), "--out", str(out), "--json"]) == 2
    assert "interrupted; continue it with --resume" in capsys.readouterr().err
    assert run(["validate", str(study), "--out", str(out), "--json", "--resume"]) == 0
    assert timeless(json.loads(capsys.readouterr().out)) == whole[0]


def test_a_finished_study_is_neither_lost_nor_mixed(nnft, tmp_path):
    out = tmp_path / "out"
    code, first, _ = nnft("small.toml", "--out", out, "--json")
    assert code in (0, 1)
    kept = sorted(path.name for path in (out / "checkpoints").iterdir())
    assert [name.split("_")[0] for name in kept] == ["cos", "integrals", "relu", "study.json"]
    code, again, err = nnft("small.toml", "--out", out, "--json")
    assert (code, again, err.count("\n")) == (2, "", 1)
    assert "holds a study already, finished; show it again with --resume" in err
    # it is there at once: nothing is drawn
    assert timeless(json.loads(nnft("small.toml", "--out", out, "--json", "--resume")[1])) == timeless(
        json.loads(first)
    )
    for words, said in (
        (["--seed", "6"], "seed: 5 there, 6 here"),
        (["--action", "lambda*f^4+kappa*f^6"], "action: 'lambda*f^4' there"),
        (["--net", "cos"], "nets: 2 there, 1 here"),
        (["--sigma-w", "2"], "net 1 sigma_w: left out there, 2.0 here; net 2 sigma_w"),
    ):
        code, again, err = nnft("small.toml", "--out", out, "--json", "--resume", *words)
        assert (code, again, err.count("\n")) == (2, "", 1)
        assert said in err
        assert "keeps another study" in err
    code, other, _ = nnft("small.toml", "--out", out, "--json", "--force", "--net", "cos", "--seed", "6")
    assert [net["name"] for net in json.loads(other)["nets"]] == ["cos"]
    # nothing of the older study stays
    assert len(list((out / "checkpoints").glob("*.checkpoint"))) == 1
    assert all("relu" not in path.name for path in out.rglob("*"))
    # files of an older version, which kept no checkpoints
    shutil.rmtree(out / "checkpoints")
    assert "without checkpoints" in nnft("small.toml", "--out", out, "--json", "--resume")[2]
    assert "--force" in nnft("small.toml", "--out", out, "--json")[2]


def test_files_that_are_not_ours_are_never_touched(nnft, tmp_path):
    out = tmp_path / "out"
    (out / "figures").mkdir(parents=True)
    (out / "checkpoints").mkdir()
    mine = [out / name for name in ("thesis.tex", "figures/mine.svg", "checkpoints/epoch_7.pt")]
    for path in mine:
        path.write_text("mine")
    for place in mine:
        code, answer, err = nnft("small.toml", "--out", out, "--json", "--net", "cos")
        assert (code, answer, err.count("\n")) == (2, "", 1)
        assert "holds other files" in err
        assert "with --force, which leaves them alone" in err
        assert place.read_text() == "mine"
    code, _, _ = nnft("small.toml", "--out", out, "--json", "--net", "cos", "--force")
    assert code in (0, 1)
    assert nnft("small.toml", "--out", out, "--json", "--net", "cos", "--resume")[0] == code
    assert nnft("small.toml", "--out", out, "--json", "--net", "cos", "--seed", "9", "--force")[0] in (0, 1)
    assert [path.read_text() for path in mine] == ["mine"] * 3
    assert (out / "report.html").exists()


def test_an_empty_folder_is_taken(nnft, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".DS_Store").write_text("")
    code, answer, err = nnft("small.toml", "--out", "out", "--json", "--net", "cos", "--resume")
    assert code in (0, 1)
    assert "nothing to continue in 'out'; starting a new study" in err
    assert json.loads(answer)["nets"]


def test_a_file_in_the_way_of_checkpoints(tmp_path):
    (tmp_path / "checkpoints").write_text("mine")
    for force in (False, True):
        with pytest.raises(UnwritableOutput, match="in the way"):
            prepare_folder(tmp_path, force=force)


def test_a_study_that_is_refused_leaves_no_trace(nnft, tmp_path):
    """A vertex over all of R^d diverges; told before anything is sampled."""
    endless = SMALL.replace("cutoff = 2.0", "")
    (tmp_path / "endless.toml").write_text(endless)
    assert nnft("endless.toml", "--out", "out", "--json")[0] == 2
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    assert nnft("endless.toml", "--out", "out", "--json")[0] == 2
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--resume"], "--resume was given without --out"),
        (["--resume", "--out", "out", "--force"], "--resume and --force"),
        (["--resume", "--out", "out", "--dry-run"], "--resume and --dry-run"),
        (["--resume", "--init"], "--resume and --init"),
    ],
)
def test_options_that_contradict_each_other(nnft, tmp_path, words, said):
    code, out, err = nnft("small.toml", *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert not (tmp_path / "out").exists()


def test_a_dry_run_looks_at_the_folder_and_leaves_it(nnft, tmp_path):
    assert nnft("small.toml", "--dry-run", "--out", "out")[0] == 0
    assert not (tmp_path / "out").exists()


def test_damaged_files_are_refused(tmp_path):
    config = parse_study(SMALL)
    run_study(config, kept=tmp_path / "kept")
    files = StudyFiles(tmp_path / "kept", Pace())
    files.check(config)
    (sample,) = (tmp_path / "kept").glob("cos_*.checkpoint")
    whole = sample.read_bytes()
    sample.write_bytes(whole[:-50])
    with pytest.raises(DamagedCheckpoint):
        run_study(config, kept=files)
    sample.write_bytes(whole)
    text = (tmp_path / "kept" / "study.json").read_text()
    (tmp_path / "kept" / "study.json").write_text(text.replace('"code":', '"code": "x", "was":'))
    with pytest.raises(CheckpointMismatch, match="other code"):
        run_study(config, kept=files)
    (tmp_path / "kept" / "study.json").write_text(text[: len(text) // 2])
    with pytest.raises(DamagedCheckpoint, match="damaged"):
        run_study(config, kept=files)
