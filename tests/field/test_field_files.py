"""Where results go: names taken at the start, links and pipes, long names, suffixes, other people's files.

FAULTS E2, J1, J2, J4, N4, N5, N6, N7.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import numerics.sampling.runs.checkpoints
from diagrams.diagram import Diagram
from nnft_sym.cli import run
from numerics.files.code_version import code_version
from numerics.files.sealed import UnwritableOutput, check_writable
from numerics.files.targets import OutputInUse, claimed
from numerics.integrals.integrator import integrate
from numerics.integrals.rules.domains import Box
from numerics.integrals.solve.resumable import default_store
from numerics.integrals.solve.store import IntegralStore, StoreNotice
from numerics.kernels.arc import ErfKernel
from numerics.networks.architectures import ErfNet
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.runs.checkpoints import CheckpointMismatch, inputs
from numerics.sampling.runs.sampler_code import sampler_code

SAMPLE = ["sample", "--net", "erf", "--width", "3", "--networks", "100", "--points", "1", "--orders", "2"]
DRAW = ["draw", "lambda*f^4", "-n", "4"]


@pytest.fixture
def nnft(capsys):
    def call(*words):
        code = run([str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def assert_refused(answer, *said):
    code, out, err = answer
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert len(err) < 600
    for word in said:
        assert word in err


@pytest.mark.parametrize("length", [240, 250, 256, 300, 5000])
@pytest.mark.parametrize("words", [[*SAMPLE, "--out"], [*DRAW, "--out"], ["cache", "--folder"]])
def test_long_names_are_one_message(nnft, tmp_path, words, length):
    """FAULTS E2, N7: names of 256 letters and more."""
    suffix = {"draw": ".svg", "sample": ".nc", "cache": ""}[words[0]]
    answer = nnft(*words, tmp_path / ("n" * (length - len(suffix)) + suffix))
    assert_refused(answer)
    assert list(tmp_path.iterdir()) == []


def test_the_longest_name_that_is_accepted_works(nnft, tmp_path):
    """What is refused before the work is no less than what would fail after it."""
    lengths = []
    for length in range(150, 250, 10):
        target = tmp_path / ("n" * (length - 4) + ".svg")
        if nnft(*DRAW, "--out", target)[0] == 0:
            assert target.exists()
            lengths.append(length)
    assert max(lengths) >= 190


@pytest.mark.parametrize("words", [SAMPLE, DRAW])
def test_a_pipe_stays_a_pipe(nnft, tmp_path, words):
    """FAULTS J1."""
    pipe = tmp_path / ("pipe.nc" if words is SAMPLE else "pipe.svg")
    os.mkfifo(pipe)
    assert_refused(nnft(*words, "--out", pipe), "pipe")
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_link_stays_and_what_it_points_to_is_written(nnft, tmp_path):
    (tmp_path / "there").mkdir()
    for words, name in ((SAMPLE, "run.nc"), (DRAW, "sheet.svg")):
        link, real = tmp_path / name, tmp_path / "there" / name
        link.symlink_to(real)
        code, _, err = nnft(*words, "--out", link)
        assert code == 0, err
        assert link.is_symlink()
        assert real.stat().st_size > 100
    assert (tmp_path / "there" / "run.nc.checkpoint").exists()
    assert nnft(*SAMPLE, "--out", tmp_path / "run.nc", "--resume")[0] == 0


def test_a_link_to_something_else_is_refused(nnft, tmp_path):
    (tmp_path / "loop.nc").symlink_to(tmp_path / "loop.nc")
    (tmp_path / "null.nc").symlink_to("/dev/null")
    for name in ("loop.nc", "null.nc"):
        assert_refused(nnft(*SAMPLE, "--out", tmp_path / name))
        assert (tmp_path / name).is_symlink()
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("name", ["run.csv", "run", "run.txt", "run.nc.gz", ".nc", "run.json"])
def test_a_name_that_promises_another_format_is_refused(nnft, tmp_path, name):
    """FAULTS J4: ``--out run.csv`` wrote netCDF under that name."""
    assert_refused(nnft(*SAMPLE, "--out", tmp_path / name), ".nc", ".h5")
    assert_refused(nnft(*DRAW, "--out", tmp_path / name), ".svg", ".pdf", ".tex")
    assert list(tmp_path.iterdir()) == []


def test_capitals_are_a_matter_of_taste(nnft, tmp_path):
    for words, name in ((SAMPLE, "run.NC"), (DRAW, "x.SVG"), (DRAW, "x.TeX")):
        code, _, err = nnft(*words, "--out", tmp_path / name)
        assert code == 0, err
        assert (tmp_path / name).exists()


@pytest.mark.parametrize("out", ["", " ", "a\0b.nc", "."])
def test_names_that_are_none(nnft, tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)
    assert_refused(nnft(*SAMPLE, "--out", out))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_folders_one_may_not_look_into(tmp_path):
    """FAULTS N7, as a user without rights: --out, cache --folder, and the store of another user."""
    private = tmp_path / "private"
    (private / "ab").mkdir(parents=True, mode=0o700)
    mine = tmp_path / "mine"
    mine.mkdir()
    for folder in (tmp_path, *tmp_path.parents[:-1]):
        if str(folder) != "/tmp" and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)
    for number in range(256):
        (mine / f"{number:02x}").mkdir(mode=0o700)
    private.chmod(0o700)
    tmp_path.chmod(0o755)
    mine.chmod(0o755)
    code = f"""
import os, sys, warnings
from pathlib import Path
from nnft_sym.cli import run
from numerics.files.sealed import UnwritableOutput, check_writable
private, mine = Path({str(private)!r}), {str(mine)!r}
star = ["integrate", "--net", "erf", "--diagram", "x1-y1,x2-y1", "--points", "0;1", "--cutoff", "2", "--json"]
for words in ({SAMPLE!r}, ["cache", "--folder", mine], star):  # the libraries may stand where nobody may look
    run([*words, *(["--json"] if "--json" not in words else [])])
os.setuid(65534)
print("nobody")
print(run([*{SAMPLE!r}, "--out", str(private / "run.nc")]), run(["cache", "--folder", str(private / "ab")]))
for folder in (mine, str(private / "ab"), str(private)):
    os.environ["NNFT_CACHE"] = folder
    print(run(star))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stdout.partition("nobody\n")[2].splitlines()
    assert [line for line in lines if not line.startswith("{")] == ["2 2", "0", "0", "0"]
    assert len(lines) == 7


def test_the_store_named_by_the_environment_never_stops_a_calculation(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / ("n" * 300), tmp_path / "file" / "deeper"):
        monkeypatch.setenv("NNFT_CACHE", str(folder))
        with pytest.warns(StoreNotice, match="goes on without"):
            assert default_store() is None
        with pytest.raises(UnwritableOutput):
            IntegralStore(folder)


STAR = Diagram.from_edge_string("x1-y1,x2-y1")


def kept(folder):
    integrate(STAR, ErfKernel(), [0.1, 0.2], Box(2.0), store=folder)
    return [path for path in folder.rglob("*.npz") if len(path.name) == 68]


def test_only_what_we_wrote_is_counted_and_cleared(nnft, tmp_path):
    """FAULTS N4: foreign .npz files, links to files and to folders; showing deletes nothing."""
    store, outside = tmp_path / "store", tmp_path / "outside"
    outside.mkdir()
    (ours,) = kept(store)
    shutil.copytree(ours.parent, outside / ours.parent.name)
    folder = ours.parent
    name = f"{folder.name}{'0' * 62}.npz"
    np.savez(folder / "measured.npz", x=np.arange(3))
    np.savez(folder / name, x=np.arange(3))  # the name fits, the seal is missing
    (folder / f"{folder.name}{'1' * 62}.npz").symlink_to(outside / folder.name / ours.name)
    other = "00" if folder.name != "00" else "01"
    (store / other).symlink_to(outside / folder.name)
    (folder / ".hidden.npz.writing-1.npz").write_text("of somebody else")
    old = folder / f".{ours.name}.writing-abc.npz"
    old.write_text("half")
    for path in folder.iterdir():
        os.utime(path, (1000.0, 1000.0), follow_symlinks=False)
    before = sorted(store.rglob("*"))
    shown = json.loads(nnft("cache", "--folder", store, "--json")[1])
    assert (shown["integrals"], shown["removed"]) == (1, 0)
    assert shown["bytes"] == ours.stat().st_size
    assert sorted(store.rglob("*")) == before
    cleared = json.loads(nnft("cache", "--folder", store, "--clear", "--json")[1])
    assert (cleared["integrals"], cleared["removed"]) == (0, 1)
    assert set(before) - set(store.rglob("*")) == {ours, old}
    assert (outside / folder.name / ours.name).exists()
    assert IntegralStore(store, max_bytes=1).clear() == 0


RIVAL = """
import sys
from nnft_sym.cli import run
from numerics.sampling.runs import checkpoints as store
store.INTERVAL = 0.0
sys.exit(run(sys.argv[1:]))
"""


def test_two_runs_on_one_name(tmp_path):
    """FAULTS J2, N5: one of them is refused, and result and checkpoint are of the other."""
    words = [*SAMPLE[:4], "200", "--networks", "300000", *SAMPLE[7:], "--out", str(tmp_path / "run.nc")]
    both = [
        subprocess.Popen(
            [sys.executable, "-c", RIVAL, *words, "--seed", seed, "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        )
        for seed in ("1", "2")
    ]  # fmt: skip
    ends = [(*process.communicate(timeout=200), process.returncode) for process in both]
    assert sorted(code for _, _, code in ends) == [0, 2], ends
    (won,) = [json.loads(out) for out, _, code in ends if code == 0]
    (lost,) = [err for _, err, code in ends if code == 2]
    assert "Traceback" not in lost
    import xarray

    with xarray.open_datatree(tmp_path / "run.nc", engine="h5netcdf") as tree:
        assert tree.attrs["seed"] == won["seed"]
    with np.load(tmp_path / "run.nc.checkpoint") as archive:
        assert json.loads(archive["header"].tobytes())["inputs"]["seed"] == won["seed"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.nc", "run.nc.checkpoint"]


def test_a_name_is_owned_by_one(tmp_path):
    target = tmp_path / "run.nc"
    with claimed(target):
        with pytest.raises(OutputInUse, match=str(os.getpid())), claimed(target):
            pass
        with claimed(tmp_path / "other.nc"):
            pass
    with claimed(target):  # free again
        pass
    assert list(tmp_path.iterdir()) == []


DEAD = subprocess.Popen([sys.executable, "-c", ""])
DEAD.wait()


CLAIMS = {
    "of a dead process": lambda: _claim_of(DEAD.pid),
    "of a number used again": lambda: _claim_of(os.getpid()),
    "empty": lambda: "",
    "no JSON": lambda: "not json",
    "a list": lambda: "[1]",
}


def _claim_of(pid):
    return json.dumps({"host": os.uname().nodename, "pid": pid, "born": 1, "token": ""})


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_of_the_dead_is_taken_over(tmp_path, claim):
    content = CLAIMS[claim]()
    target = tmp_path / "run.nc"
    (tmp_path / ".run.nc.running").write_text(content)
    with claimed(target):
        assert (tmp_path / ".run.nc.running").read_text() != content
    assert list(tmp_path.iterdir()) == []


def test_a_claim_of_another_machine_is_believed_and_named(tmp_path):
    claim = tmp_path / ".run.nc.running"
    claim.write_text(json.dumps({"host": "elsewhere", "pid": 1, "born": 1, "token": ""}))
    with pytest.raises(OutputInUse, match="elsewhere") as caught, claimed(tmp_path / "run.nc"):
        pass
    assert str(claim) in str(caught.value)
    assert claim.exists()


def test_a_running_sample_is_not_resumed_by_another(nnft, tmp_path):
    target = tmp_path / "run.nc"
    with claimed(tmp_path / "run.nc.checkpoint"):
        assert_refused(nnft(*SAMPLE, "--out", target), "is being written by process")
    assert nnft(*SAMPLE, "--out", target)[0] == 0
    with claimed(tmp_path / "run.nc.checkpoint"):
        assert_refused(nnft(*SAMPLE, "--out", target, "--resume"), "is being written by process")


def test_a_checkpoint_of_other_code_is_refused(tmp_path, monkeypatch):
    """FAULTS N6: the same version text is not the same code; older files do not name their code."""
    ensemble, path = Ensemble(ErfNet(3), [0.5]), tmp_path / "run"
    for code in ("f" * 64, None):
        with monkeypatch.context() as patch:
            patch.setattr(
                numerics.sampling.runs.checkpoints, "inputs", lambda r, code=code: inputs(r) | {"code": code}
            )
            ensemble.correlators(1000, orders=(2,), checkpoint=path)
        before = path.read_bytes()
        with pytest.raises(CheckpointMismatch, match="written by other code") as caught:
            ensemble.correlators(1000, orders=(2,), checkpoint=path)
        assert sampler_code()[:12] in str(caught.value)
        assert "start again" in str(caught.value)
        assert path.read_bytes() == before
        path.unlink()


def test_the_code_is_told_apart_by_its_content(tmp_path):
    root = Path(__file__).parents[2]
    for floor in ("diagrams", "numerics"):
        shutil.copytree(root / floor, tmp_path / floor, ignore=shutil.ignore_patterns("__pycache__"))
    show = [
        sys.executable,
        "-c",
        "from numerics.files.code_version import code_version;"
        "from numerics.sampling.runs.sampler_code import sampler_code;"
        "print(code_version('numerics.integrals'), sampler_code())",
    ]

    def stamp():
        return subprocess.run(show, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()

    here = [code_version("numerics.integrals"), sampler_code()]
    assert stamp() == here
    pages = tmp_path / "numerics" / "sampling" / "engine" / "pages.py"
    pages.write_text('"""Another docstring."""\n' + pages.read_text().partition('"""\n')[2] + "# changed\n")
    assert stamp() == here
    with pages.open("a") as file:
        file.write("CHANGED = 1\n")
    integrals, sampler = stamp()
    assert integrals == here[0]
    assert sampler != here[1]
    with (tmp_path / "numerics" / "kernels" / "base.py").open("a") as file:
        file.write("CHANGED = 1\n")
    assert stamp()[0] != here[0]


def test_what_a_regular_target_is(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    assert check_writable(file) == file
    assert check_writable(tmp_path / "new") == tmp_path / "new"
    for bad, said in ((tmp_path, "folder"), ("/dev/null", "device"), (file / "x", "Not a directory")):
        with pytest.raises(UnwritableOutput, match=said):
            check_writable(bad)
