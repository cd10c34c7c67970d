"""``nnft widths`` and ``nnft neurons`` as long runs: killed, interrupted, resumed to the last bit."""

import json
import signal

import numpy as np
import pytest
from killed_runs import start, start_and_halt

from nnft_sym.cli import run
from nnft_sym.study.width_scan import scan_widths
from numerics.errors import NNFTError
from numerics.networks.architectures import ErfNet
from numerics.sampling.runs.checkpoints import CheckpointFolder

WIDTHS = ["widths", "--net", "erf", "--net", "relu", "--sigma-b", "0.5", "--points=-0.6;0.2;1", "--widths",
          "60,200", "--experiments", "4", "--networks", "40000", "--seed", "3", "--json"]  # fmt: skip
NEURONS = ["neurons", "--net", "erf", "--points=-0.6;0.2;1", "--widths", "2,100", "--neurons", "3000000",
           "--blocks", "20", "--json"]  # fmt: skip
TILTED = ["neurons", "--net", "gauss", "--points=-0.1;0.2;0.3", "--widths", "2,100", "--neurons", "250000",
          "--blocks", "20", "--tilted", "--json"]  # fmt: skip


@pytest.fixture
def nnft(capsys):
    def call(*words):
        code = run([str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def done(checkpoint):
    """Networks or neurons in a checkpoint."""
    with np.load(checkpoint) as archive:
        header = json.loads(archive["header"].tobytes())
    return header.get("networks_done", header.get("neurons_done"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Runs without interruption: answer and file of each."""
    folder = tmp_path_factory.mktemp("whole")
    found = {}
    for words, suffix in ((WIDTHS, "nc"), (NEURONS, "csv"), (TILTED, "json")):
        target = folder / f"{len(found)}.{suffix}"
        process = start([*words, "--out", target])
        answer, messages = process.communicate(timeout=240)
        assert process.returncode == 0, messages
        files = sorted(folder.glob(f"{len(found)}*.{suffix}"))
        found[" ".join(words)] = answer, [path.read_bytes() for path in files]
    return found


def test_widths_killed_twice_and_resumed(nnft, tmp_path, whole):
    """Once within the first net, once within the second one's second width."""
    target = tmp_path / "scan.nc"
    first, last = "scan-erf.nc.checkpoint/width 60.checkpoint", "scan-relu.nc.checkpoint/width 200.checkpoint"
    for flags, checkpoint in (([], first), (["--resume"], last)):
        process = start_and_halt([*WIDTHS, "--out", target, *flags], checkpoint)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert 0 < done(tmp_path / checkpoint) < 160_000
    assert (tmp_path / "scan-erf.nc").exists()
    assert not (tmp_path / "scan-relu.nc").exists()
    code, out, err = nnft(*WIDTHS, "--out", target, "--resume")
    assert code == 0, err
    answer, files = whole[" ".join(WIDTHS)]
    assert out == answer
    assert [(tmp_path / f"scan-{net}.nc").read_bytes() for net in ("erf", "relu")] == files
    assert [one["net"] for one in json.loads(out)["nets"]] == ["erf", "relu"]


@pytest.mark.parametrize(("words", "suffix"), [(NEURONS, "csv"), (TILTED, "json")], ids=["plain", "tilted"])
def test_neurons_killed_and_resumed(nnft, tmp_path, whole, words, suffix):
    target, checkpoint = tmp_path / f"run.{suffix}", tmp_path / f"run.{suffix}.checkpoint"
    reached, total = 0, int(words[words.index("--neurons") + 1])
    for flags in ([], ["--resume"]):
        process = start_and_halt([*words, "--out", target, *flags], checkpoint.name, reached)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert reached < done(checkpoint) < total
        reached = done(checkpoint)
    code, out, err = nnft(*words, "--out", target, "--resume")
    assert code == 0, err
    answer, files = whole[" ".join(words)]
    assert out == answer
    assert [target.read_bytes()] == files
    # without a file the numbers are the same
    assert nnft(*words)[1] == answer


@pytest.mark.parametrize("words", [WIDTHS, NEURONS, TILTED], ids=["widths", "plain", "tilted"])
def test_interrupted_runs_say_how_to_go_on(nnft, tmp_path, whole, words):
    target = tmp_path / "run.csv"
    name = "run-erf.csv.checkpoint/width 60.checkpoint" if words is WIDTHS else "run.csv.checkpoint"
    process = start_and_halt([*words, "--out", target], name)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "the same command with --resume continues" in err
    assert "Traceback" not in err
    assert nnft(*words, "--out", target, "--resume")[1] == whole[" ".join(words)][0]


def test_nothing_is_overwritten(nnft, tmp_path):
    small = ["--networks", "200", "--experiments", "2", "--widths", "2,3", "--points", "0.4", "--json"]
    target = tmp_path / "scan.csv"
    words = ["widths", "--net", "erf", *small, "--out", target]
    code, out, _ = nnft(*words)
    assert code == 0
    code, again, err = nnft(*words)
    assert (code, again) == (2, "")
    assert "scan.csv' exists and is not overwritten; add --resume" in err
    assert nnft(*words, "--resume")[:2] == (0, out)
    # other inputs are named
    for change, said in (
        (["--seed", "1"], "seed: 0 there, 1 here"),
        (["--precision", "single"], "precision"),
    ):
        code, again, err = nnft(*words, "--resume", *change)
        assert (code, again) == (2, "")
        assert said in err
    damaged = tmp_path / "scan.csv.checkpoint" / "width 3.checkpoint"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    code, again, err = nnft(*words, "--resume")
    assert (code, again) == (2, "")
    assert "damaged" in err


@pytest.mark.parametrize("command", ["widths", "neurons"])
def test_resume_needs_a_file(nnft, command):
    size = ["--neurons", "1000"] if command == "neurons" else []
    code, out, err = nnft(command, "--net", "erf", "--points", "1", "--widths", "2,3", *size, "--resume")
    assert (code, out) == (2, "")
    assert "--resume was given without --out" in err


def test_single_precision_and_a_cluster_give_the_numbers_of_one_thread(tmp_path):
    pytest.importorskip("distributed")
    given = (ErfNet(1), [[0.4], [1.0]], (2, 5), 20_000, 2, 1)
    alone = scan_widths(*given, precision="single")
    spread = scan_widths(*given, precision="single", cluster="local:1", checkpoints=tmp_path / "kept")
    for one, other in zip(alone.series, spread.series, strict=True):
        np.testing.assert_array_equal(one.m.value, other.m.value)
        np.testing.assert_array_equal(one.projection.error, other.projection.error)
    assert spread.precision == "single"
    double = scan_widths(*given)
    assert not np.array_equal(double.series[0].m.value, alone.series[0].m.value)
    np.testing.assert_allclose(double.series[0].m.value, alone.series[0].m.value, rtol=1e-3)
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == [
        "width 2.checkpoint",
        "width 5.checkpoint",
    ]


def test_a_folder_that_cannot_be_made(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(NNFTError, match="cannot make the folder"):
        CheckpointFolder(blocked / "kept").of("width 2")


@pytest.mark.parametrize(
    ("nets", "said"),
    [
        (["--net", "erf", "--net", "ref"], "--net: 'ref' was given"),
        (["--net", "erf,relu,x"], "--net: 'x' was given"),
        (["--net", ""], "--net: ('',) was given"),
        ([], "--net"),
        (["--net", "erf", "--net", "cos", "--sigma-b", "1"], "sigma-b"),
    ],
)
def test_nets_that_are_refused(nnft, nets, said):
    code, out, err = nnft("widths", *nets, "--points", "1", "--widths", "2,3")
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
