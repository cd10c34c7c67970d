"""``nnft sample`` as a long run: killed, interrupted, out of disk, resumed, refused."""

import json
import os
import re
import resource
import signal
import subprocess
import sys

import numpy as np
import pytest
from killed_runs import ROOT, start, start_and_halt

from nnft_sym.cli import run
from nnft_sym.storage.sample_files import sample_tree, write_sample
from numerics.exact.correlators import exact_correlators
from numerics.networks.architectures import CosNet, ErfNet, ReLUNet
from numerics.sampling.ensemble import Ensemble

RUN = ["sample", "--net", "erf", "--sigma-b", "0.5", "--width", "200", "--points=-0.6;0.2;1", "--precision",
       "single", "--seed", "3", "--networks", "600000", "--blocks", "40", "--json"]  # fmt: skip


def networks_done(checkpoint):
    if not checkpoint.exists():
        return 0
    with np.load(checkpoint) as archive:
        return json.loads(archive["header"].tobytes())["networks_done"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The run without any interruption: the answer and the file."""
    target = tmp_path_factory.mktemp("whole") / "whole.nc"
    process = start([*RUN, "--out", str(target)])
    answer, messages = process.communicate(timeout=120)
    assert process.returncode == 0, messages
    return answer, target.read_bytes()


@pytest.fixture
def nnft(capsys):
    def call(*words):
        code = run([str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_killed_twice_and_resumed_gives_the_same_bytes(nnft, tmp_path, whole):
    target, checkpoint = tmp_path / "run.nc", tmp_path / "run.nc.checkpoint"
    reached = 0
    for flags in ([], ["--resume"]):
        process = start_and_halt([*RUN, "--out", str(target), *flags], checkpoint.name, reached)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert not target.exists()
        assert reached < networks_done(checkpoint) < 600_000
        reached = networks_done(checkpoint)
    code, out, err = nnft(*RUN, "--out", target, "--resume")
    assert code == 0, err
    assert (out, target.read_bytes()) == whole
    # and once more: the finished run returns the same again
    assert nnft(*RUN, "--out", target, "--resume")[:2] == (0, out)
    assert target.read_bytes() == whole[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.nc", "run.nc.checkpoint"]


def test_interrupted_leaves_a_usable_partial_result(nnft, tmp_path, whole):
    import xarray

    target = tmp_path / "run.nc"
    process = start_and_halt([*RUN, "--out", str(target)], "run.nc.checkpoint", 50_000)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    partial = json.loads(out)
    assert 50_000 < partial["networks"] < partial["requested"] == 600_000
    assert partial["complete"] is False
    assert f"interrupted; these are the first {partial['networks']:,} networks" in err
    assert "--resume continues" in err
    with xarray.open_datatree(target, engine="h5netcdf") as tree:
        assert (tree.attrs["complete"], tree.attrs["networks"]) == (0, partial["networks"])
        np.testing.assert_array_equal(tree["order_4"]["value"], partial["orders"][1]["value"])
    exact = exact_correlators(ErfNet(200, sigma_b=0.5), [[-0.6], [0.2], [1.0]], orders=(2,))[2].value
    pulls = (np.array(partial["orders"][0]["value"]) - exact) / partial["orders"][0]["error"]
    assert np.all(np.abs(pulls) < 4.5)
    assert nnft(*RUN, "--out", target, "--resume")[1] == whole[0]
    assert target.read_bytes() == whole[1]


def test_interrupted_workers_are_silent(nnft, tmp_path, whole):
    """A terminal sends Ctrl-C to the workers, too; only the process that was asked has something to say."""
    pytest.importorskip("distributed")
    target = tmp_path / "run.nc"
    words = [*RUN, "--out", str(target), "--cluster", "local:2"]
    process = start_and_halt(words, "run.nc.checkpoint", 50_000, start_new_session=True)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert 50_000 < json.loads(out)["networks"] < 600_000
    assert "interrupted; these are the first" in err
    assert "Traceback" not in err
    assert nnft(*RUN, "--out", target, "--resume")[1] == whole[0]


def test_a_full_disk_keeps_the_checkpoint_before(nnft, tmp_path, whole):
    target, checkpoint = tmp_path / "run.nc", tmp_path / "run.nc.checkpoint"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (62_000, resource.RLIM_INFINITY))

    process = start([*RUN, "--out", str(target)], preexec_fn=limit)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (2, "")
    *progress, said = err.strip().splitlines()
    assert all(" networks" in line or "sampler is compiled" in line for line in progress)
    assert "File too large" in said
    assert f"the checkpoint of {networks_done(checkpoint):,} networks is still there" in said
    assert 0 < networks_done(checkpoint) < 600_000
    code, out, _ = nnft(*RUN, "--out", target, "--resume")
    assert (code, out, target.read_bytes()) == (0, *whole)


def test_nothing_is_overwritten(nnft, tmp_path):
    target = tmp_path / "run.nc"
    words = ["sample", "--net", "relu", "--width", "2", "--networks", "100", "--points", "1", "--out", target]
    assert nnft(*words)[0] == 0
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    code, out, err = nnft(*words, "--seed", "5")
    assert (code, out) == (2, "")
    assert "exists and is not overwritten; add --resume" in err
    code, out, err = nnft(*words, "--seed", "5", "--resume")
    assert (code, out) == (2, "")
    assert "seed: 0 there, 5 here" in err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("victim", ["run.nc", "run.nc.checkpoint"])
@pytest.mark.parametrize("damage", [lambda data: data[:-100], lambda data: data[:900] + b"?" + data[901:]])
def test_damaged_files_are_refused(nnft, tmp_path, victim, damage):
    target = tmp_path / "run.nc"
    words = ["sample", "--net", "relu", "--width", "2", "--networks", "100", "--points", "1", "--out", target]
    assert nnft(*words)[0] == 0
    path = tmp_path / victim
    path.write_bytes(damage(path.read_bytes()))
    code, out, err = nnft(*words, "--resume")
    assert (code, out) == (2, "")
    assert victim in err
    assert "truncated or altered" in err
    path.unlink()
    assert nnft(*words, "--resume")[0] == (0 if victim == "run.nc" else 2)


def test_resume_begins_where_there_is_nothing(nnft, tmp_path):
    target = tmp_path / "run.nc"
    target.touch()
    words = ["sample", "--net", "relu", "--width", "2", "--networks", "100", "--points", "1", "--out", target]
    assert nnft(*words, "--resume")[0] == 0


def test_a_finished_run_is_made_longer(nnft, tmp_path):
    words = ["sample", "--net", "cos", "--width", "3", "--points", "0;1", "--json"]
    first = ["--networks", "30000", "--blocks", "30", "--out", tmp_path / "a.nc"]
    assert nnft(*words, *first)[0] == 0
    longer = ["--networks", "90000", "--blocks", "90"]
    resumed = nnft(*words, *longer, "--out", tmp_path / "a.nc", "--resume")
    assert resumed == nnft(*words, *longer, "--out", tmp_path / "b.nc")
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


SMALL = ["sample", "--net", "erf", "--width", "5", "--points", "1", "--networks", "100"]
BAD = {
    "width 0": (["--width", "0"], "--width: 0 was given"),
    "width -3": (["--width", "-3"], "--width: -3 was given"),
    "too wide": (["--width", str(2**32)], "4294967296"),
    "no networks": (["--networks", "0"], "--networks: 0 was given"),
    "one network": (["--networks", "1"], "--networks: 1 was given"),
    "too many networks": (["--networks", str(10**19)], "2^62"),
    "one block": (["--blocks", "1"], "--blocks: 1 was given"),
    "no threads": (["--threads", "0"], "--threads: 0 was given"),
    "unknown estimator": (["--estimator", "median"], "'plain', 'conditional'"),
    "unknown precision": (["--precision", "half"], "'double', 'single'"),
    "unknown cluster": (["--cluster", "here"], "tcp://host:8786"),
    "two places": (["--cluster", "local:2", "--threads", "2"], "both given"),
    "no scheduler": (["--cluster", "tcp://127.0.0.1:9"], "no Dask scheduler answers"),
    "nan point": (["--points", "nan"], "a finite number"),
    "nan sigma": (["--sigma-w", "nan"], "--sigma-w: nan was given"),
    "infinite sigma": (["--sigma-b", "inf"], "--sigma-b: inf was given"),
    "order 9": (["--orders", "9"], "1 to 8"),
    "memory": (["--points", ";".join(map(str, range(200)))], "GB"),
    "resume what": (["--resume"], "--out"),
    "out is a folder": (["--out", "."], "'.'"),
    "out is nowhere": (["--out", "/nowhere/run.nc"], "/nowhere/run.nc"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(nnft, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words, said = BAD[name]
    code, out, err = nnft(*SMALL, "--json", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_answer_names_the_values_used(nnft):
    found = json.loads(nnft(*SMALL, "--orders", "2,4", "--json")[1])
    assert (found["sigma_w"], found["sigma_b"], found["d_in"], found["points"]) == (1.0, 1.0, 1, [[1.0]])
    assert (found["precision"], found["estimator"], found["complete"]) == ("double", "plain", True)
    assert "connected" not in found["orders"][0]
    four = found["orders"][1]
    sample = Ensemble(ErfNet(5), [1.0]).correlators(100, orders=(2, 4))
    assert four["connected"] == sample.connected()[4].value.tolist()
    assert four["connected_error"] == sample.connected()[4].error.tolist()
    cos = json.loads(nnft("sample", "--net", "cos", *SMALL[3:], "--sigma-w", "2", "--json")[1])
    assert (cos["sigma_w"], cos["sigma_a"]) == (2.0, 2.0)
    assert cos["sigma_b"] is None


def test_the_file_is_labelled_and_complete(tmp_path):
    import h5py
    import xarray

    network = CosNet(4, sigma_w=1.5, d_in=2)
    sample = Ensemble(network, [[0.0, 1.0], [0.5, 0.5]]).correlators(5000, orders=(1, 2, 4), n_blocks=50)
    target = tmp_path / "sample.nc"
    write_sample(sample, network, target)
    with xarray.open_datatree(target, engine="h5netcdf") as tree:
        xarray.testing.assert_equal(tree.load(), sample_tree(sample, network))
        four = tree["order_4"].to_dataset()
        assert four["value"].dims == ("element",)
        assert four["block_mean"].dims == ("block", "element")
        number = sample[4].indices.tolist().index([0, 0, 1, 1])
        assert float(four["value"].sel(element="0 0 1 1")) == sample[4].value[number]
        assert float(four["connected"].sel(element="0 0 1 1")) == sample.connected()[4].value[number]
        # the error again, from what is in the file alone
        sizes, means = tree["block_size"].values, four["block_mean"].values
        spread = sizes @ (means - four["value"].values) ** 2 / (len(sizes) - 1) / sizes.sum()
        np.testing.assert_allclose(four["error"].values, np.sqrt(spread), rtol=1e-12)
        assert (tree.attrs["sigma_w"], tree.attrs["sigma_a"]) == (1.5, 1.5)
        assert tree.attrs["seed"] == 0
    with h5py.File(target) as plain:
        assert plain["order_2/value"].shape == (3,)


def test_a_local_cluster_prints_the_same_answer(nnft):
    pytest.importorskip("distributed")
    words = ["sample", "--net", "erf", "--width", "3", "--networks", "200000", "--points", "1", "--json"]
    process = subprocess.run(
        [sys.executable, "-m", "nnft_sym", *words, "--cluster", "local:2"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    told = process.stderr.splitlines()  # progress, nothing of Dask
    assert all(" networks" in line or "sampler is compiled" in line for line in told)
    assert process.stdout == nnft(*words)[1]


FILL_THE_DISK = """
import resource
from nnft_sym.storage.sample_files import write_sample
from nnft_sym.storage.writing import UnwritableOutput
from numerics.networks.architectures import ErfNet
from numerics.sampling.ensemble import Ensemble
network = ErfNet(4)
sample = Ensemble(network, [0.0, 1.0, 2.0]).correlators(5000, n_blocks=500)
write_sample(sample, network, "sample.nc")
before = open("sample.nc", "rb").read()
for limit in (100, 30_000, len(before) - 1):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        write_sample(sample, network, "sample.nc")
    except UnwritableOutput as error:
        assert "File too large" in str(error)
        assert open("sample.nc", "rb").read() == before
        print("refused")
"""


def test_a_disk_too_full_for_the_file_is_told(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FILL_THE_DISK],
        cwd=tmp_path, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "refused\n" * 3, "")
    assert [path.name for path in tmp_path.iterdir()] == ["sample.nc"]


def test_several_outputs(nnft, tmp_path):
    import xarray

    words = ["sample", "--net", "relu", "--width", "3", "--points", "0.5;0.5;1", "--outputs", "1,2,2"]
    words += ["--networks", "30000", "--orders", "2,4", "--out", str(tmp_path / "two.nc"), "--json"]
    code, out, err = nnft(*words)
    assert code == 0, err
    found = json.loads(out)
    assert found["outputs"] == [1, 2, 2]
    exact = exact_correlators(ReLUNet(3), [[0.5], [0.5], [1.0]], (2, 4), outputs=(1, 2, 2))
    for one in found["orders"]:
        pulls = (np.array(one["value"]) - exact[one["order"]].value) / np.array(one["error"])
        assert np.all(np.abs(pulls) < 4.5)
    with xarray.open_datatree(tmp_path / "two.nc", engine="h5netcdf") as tree:
        assert json.loads(tree.attrs["provenance"])["outputs"] == [1, 2, 2]
    code, out, err = nnft(*[word if word != "1,2,2" else "1,2" for word in words[:-3]])
    assert (code, out) == (2, "")
    assert "--outputs: 1,2 was given for 3 point(s)" in err


def test_too_few_networks_are_told_with_the_number_needed(nnft, tmp_path):
    import xarray

    words = ["sample", "--net", "relu", "--width", "20", "--points", "1", "--networks", "20000"]
    words += ["--out", str(tmp_path / "few.nc")]
    shown = nnft(*words)[1]
    needed = re.search(
        r"for the error bar to be right;\s+sample\s+more\s+networks\s+\(at\s+least\s+([0-9,]+)", shown
    )
    # E[f^24]/E[f^12]² is of that size: 10⁵, to a factor of two in such a sample
    assert 4e4 < int(needed[1].replace(",", "")) < 4e5
    quoted = {one["order"]: one for one in json.loads(nnft(*words[:-2], "--json")[1])["orders"]}
    assert [quoted[order]["quality"].split()[0] for order in (2, 4, 6)] == ["the", "the", "too"]
    assert quoted[4]["connected_quality"].startswith("the error bar can")
    assert quoted[6]["connected_quality"].startswith("too few")
    assert quoted[6]["connected_networks_needed"] > quoted[6]["networks_needed"] > 4e4
    assert "Connected 6-point function" in shown
    with xarray.open_datatree(tmp_path / "few.nc", engine="h5netcdf") as tree:
        kept = {int(part.attrs["order"]): part.attrs for part in tree.subtree if "order" in part.attrs}
        assert kept[6]["connected_quality"] == kept[6]["quality"] != kept[4]["connected_quality"]


@pytest.mark.parametrize(("text", "number"), [("2e3", 2000), ("2_000", 2000), ("2000.0", 2000)])
def test_large_numbers_may_be_written_short(nnft, text, number):
    words = ["sample", "--net", "erf", "--width", "3", "--points", "1", "--orders", "2", "--json"]
    code, out, _ = nnft(*words, "--networks", text)
    assert (code, json.loads(out)["networks"]) == (0, number)


@pytest.mark.parametrize("text", ["2.5", "many", "1e400", "nan", ""])
def test_numbers_that_are_not_whole_are_refused(nnft, text):
    code, out, err = nnft("sample", "--net", "erf", "--width", "3", "--points", "1", "--networks", text)
    assert (code, out) == (2, "")
    assert "whole number from 2 to 2^62 is needed, as in 1000 or 1e3" in err


def test_more_networks_are_not_proposed_where_blocks_are_missing(nnft):
    words = [
        "sample",
        "--net",
        "erf",
        "--width",
        "5",
        "--networks",
        "100000",
        "--points",
        "0.5",
        "--orders",
        "2",
    ]
    code, out, _ = nnft(*words, "--blocks", "10")
    assert code == 0
    assert "too few networks, or blocks of them" in out
    assert "at least" not in out
