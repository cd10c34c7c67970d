"""Long runs: interrupted, short of disk, with damaged or foreign checkpoints; always the same numbers."""

import errno
import json
import os
import signal
import threading

import numpy as np
import pytest

from numerics.errors import InvalidStatistics
from numerics.files.sealed import UnwritableOutput, is_intact, seal
from numerics.networks.architectures import ErfNet, ReLUNet
from numerics.sampling.engine.page_sums import PageSource, PairwiseSum, Request, join_pages
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.runs.checkpoints import Checkpoint, CheckpointMismatch, DamagedCheckpoint, Pace
from numerics.sampling.runs.interrupts import uninterrupted
from numerics.sampling.runs.run import SamplingInterrupted

POINTS = [-0.6, 0.2, 1.0]
#: Eleven whole pages of 65536 networks and a rest.
NETWORKS = 760_001


def paged(path):
    """Keep a checkpoint after every page."""
    return Checkpoint(path, Pace(interval=0.0, share=np.inf))


def ensemble(**changes):
    return Ensemble(**({"network": ErfNet(3), "points": POINTS, "seed": 7} | changes))


@pytest.fixture(scope="module")
def uninterrupted_run():
    return ensemble().correlators(NETWORKS, n_blocks=40)


def interrupt_after(calls):
    """Make a progress callback that presses Ctrl-C."""
    seen = []

    def progress(done, total):
        seen.append(done)
        if len(seen) == calls:
            signal.raise_signal(signal.SIGINT)

    return progress


def assert_same(one, other):
    """Compare everything, to the last bit."""
    for name in ("sums", "block_sums", "block_sizes", "variance_counts"):
        np.testing.assert_array_equal(getattr(one.origin, name), getattr(other.origin, name), err_msg=name)
    assert one.n_samples == other.n_samples
    assert one.provenance == other.provenance


@pytest.mark.parametrize("stops", [[1], [6], [11], [12], [2, 3, 2]])
def test_an_interrupted_run_continues_to_the_same_bits(stops, tmp_path, uninterrupted_run):
    path = tmp_path / "run.checkpoint"
    for number, calls in enumerate(stops):
        with pytest.raises(SamplingInterrupted) as caught:
            ensemble().correlators(
                NETWORKS,
                n_blocks=40,
                checkpoint=paged(path),
                progress=interrupt_after(calls),
                n_threads=1 + number,
            )
        assert caught.value.checkpoint == path
        assert f"{caught.value.partial.n_samples:,} networks" in str(caught.value)
    assert_same(ensemble().correlators(NETWORKS, n_blocks=40, checkpoint=paged(path)), uninterrupted_run)
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.checkpoint"]


def test_every_estimator_and_precision_continues(tmp_path):
    one = ensemble(estimator="conditional", precision="single")
    with pytest.raises(SamplingInterrupted):
        one.correlators(200_000, checkpoint=paged(tmp_path / "run"), progress=interrupt_after(2))
    assert_same(one.correlators(200_000, checkpoint=paged(tmp_path / "run")), one.correlators(200_000))


def test_the_partial_result_is_a_shorter_sample():
    with pytest.raises(SamplingInterrupted) as caught:
        ensemble().correlators(NETWORKS, n_blocks=40, progress=interrupt_after(4))
    partial = caught.value.partial
    assert partial.n_samples == 4 * 65536
    assert partial.provenance["complete"] is False
    assert partial.provenance["networks"] == partial.n_samples == partial.block_sizes.sum()
    fresh = ensemble().correlators(4 * 65536)
    np.testing.assert_array_equal(partial.origin.sums, fresh.origin.sums)
    np.testing.assert_array_equal(partial.origin.variance_counts, fresh.origin.variance_counts)
    # 14 blocks of 19,000 networks, the last one cut short: the errors agree within those of an error
    np.testing.assert_allclose(partial.origin.block_sums.sum(axis=0), partial.origin.sums, rtol=1e-12)
    assert np.all(np.abs(partial[2].error / fresh[2].error - 1) < 4.5 / np.sqrt(2 * 13))


def test_an_interrupt_before_two_blocks_leaves_nothing_to_quote():
    with pytest.raises(SamplingInterrupted) as caught:
        ensemble().correlators(10**8, n_blocks=2, progress=interrupt_after(1))
    assert caught.value.partial is None
    assert caught.value.n_networks == 65536
    assert "after 65,536 networks, too few for an error" in str(caught.value)
    assert isinstance(caught.value, KeyboardInterrupt)


def test_a_finished_run_returns_without_computing(tmp_path, monkeypatch, uninterrupted_run):
    path = tmp_path / "run"
    ensemble().correlators(NETWORKS, n_blocks=40, checkpoint=paged(path))
    monkeypatch.setattr(PageSource, "span", None)
    assert_same(ensemble().correlators(NETWORKS, n_blocks=40, checkpoint=paged(path)), uninterrupted_run)


@pytest.mark.parametrize("stop", [3, 12])
def test_a_run_is_made_longer(stop, tmp_path):
    path = tmp_path / "run"
    with pytest.raises(SamplingInterrupted):
        ensemble().correlators(NETWORKS, n_blocks=40, checkpoint=paged(path), progress=interrupt_after(stop))
    longer = ensemble().correlators(2 * NETWORKS, n_blocks=80, checkpoint=paged(path))
    assert_same(longer, ensemble().correlators(2 * NETWORKS, n_blocks=80))


@pytest.mark.parametrize(
    ("changes", "options", "said"),
    [
        ({"seed": 8}, {}, "seed: 7 there, 8 here"),
        ({"network": ErfNet(4)}, {}, "width: 3 there, 4 here"),
        ({"network": ErfNet(3, sigma_b=0.5)}, {}, "sigma_b: 1.0 there, 0.5 here"),
        ({"network": ReLUNet(3, sigma_b=1.0)}, {}, "kind: 'erf' there, 'relu' here"),
        ({"points": [-0.6, 0.2, 1.1]}, {}, "points"),
        ({"precision": "single"}, {}, "precision: 'double' there, 'single' here"),
        ({"estimator": "conditional"}, {}, "estimator: 'plain' there, 'conditional' here"),
        ({}, {"orders": (2, 4)}, "orders"),
        ({}, {"n_blocks": 41}, "blocks: 40 there, 41 here"),
        ({}, {"n_networks": 2 * NETWORKS}, "multiplying the numbers of networks and of blocks"),
        ({}, {"n_networks": NETWORKS - 1}, "networks: 760001 there, 760000 here"),
    ],
)
def test_other_inputs_are_refused_by_name(changes, options, said, tmp_path):
    path = tmp_path / "run"
    with pytest.raises(SamplingInterrupted):
        ensemble().correlators(NETWORKS, n_blocks=40, checkpoint=paged(path), progress=interrupt_after(1))
    before = path.read_bytes()
    wanted = {"n_networks": NETWORKS, "n_blocks": 40} | options
    with pytest.raises(CheckpointMismatch) as caught:
        ensemble(**changes).correlators(**wanted, checkpoint=paged(path))
    assert said in str(caught.value)
    assert path.read_bytes() == before


@pytest.fixture(scope="module")
def small_checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "run"
    Ensemble(ErfNet(2), [0.5]).correlators(1000, orders=(2,), n_blocks=2, checkpoint=paged(path))
    return path.read_bytes()


def test_a_truncated_checkpoint_is_refused(small_checkpoint, tmp_path):
    path = tmp_path / "run"
    for length in {1, 2, 63, 64, 100, len(small_checkpoint) // 2, len(small_checkpoint) - 1}:
        path.write_bytes(small_checkpoint[:length])
        with pytest.raises(DamagedCheckpoint, match="truncated or altered"):
            Ensemble(ErfNet(2), [0.5]).correlators(1000, orders=(2,), n_blocks=2, checkpoint=paged(path))


def test_every_altered_byte_is_noticed(small_checkpoint, tmp_path):
    path = tmp_path / "run"
    for position in range(0, len(small_checkpoint), 97):
        altered = bytearray(small_checkpoint)
        altered[position] ^= 1
        path.write_bytes(altered)
        assert not is_intact(path)
    with pytest.raises(DamagedCheckpoint, match="checksum"):
        Ensemble(ErfNet(2), [0.5]).correlators(1000, orders=(2,), n_blocks=2, checkpoint=paged(path))


@pytest.mark.parametrize("header", [None, b"not json", b'{"kind": "other"}', b'{"format": 1}'])
def test_a_sealed_file_of_another_kind_is_refused(header, tmp_path):
    path = tmp_path / "run"
    if header is None:
        path.write_bytes(b"a letter")
    else:
        with path.open("wb") as file:
            np.savez(file, header=np.frombuffer(header, dtype=np.uint8))
    seal(path)
    with pytest.raises(DamagedCheckpoint, match="not a checkpoint"):
        ensemble().correlators(1000, n_blocks=2, checkpoint=paged(path))


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path, monkeypatch, uninterrupted_run):
    path = tmp_path / "run"
    savez, kept = np.savez, []

    def full(file, **arrays):
        if len(kept) == 5:
            file.write(b"the beginning of it")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        savez(file, **arrays)
        kept.append(json.loads(arrays["header"].tobytes())["networks_done"])

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(UnwritableOutput, match="No space left") as caught:
        ensemble().correlators(NETWORKS, n_blocks=40, checkpoint=paged(path))
    assert f"checkpoint of {kept[-1]:,} networks is still there" in str(caught.value)
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]
    monkeypatch.setattr(np, "savez", savez)
    assert_same(ensemble().correlators(NETWORKS, n_blocks=40, checkpoint=paged(path)), uninterrupted_run)


def test_an_unwritable_place_is_told_before_the_work(tmp_path):
    for place in (tmp_path, tmp_path / "missing" / "run"):
        with pytest.raises(UnwritableOutput):
            ensemble().correlators(10**12, checkpoint=paged(place))


def test_a_run_that_never_began_leaves_nothing(tmp_path, monkeypatch):
    def too_early(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("numerics.sampling.ensemble.on_threads", too_early)
    with pytest.raises(SamplingInterrupted) as caught:
        ensemble().correlators(NETWORKS, checkpoint=paged(tmp_path / "run"))
    assert (caught.value.n_networks, caught.value.partial) == (0, None)
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_a_killed_write_are_removed(tmp_path):
    (tmp_path / ".run.writing-0123abcd").write_bytes(b"half")
    (tmp_path / "run").touch()  # an empty file is nothing to lose
    ensemble().correlators(1000, n_blocks=2, checkpoint=paged(tmp_path / "run"))
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


def test_an_interrupt_waits_for_the_end_of_an_update():
    steps = []

    def update():
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            steps.append("rest of the update")

    with pytest.raises(KeyboardInterrupt):
        update()
    assert steps == ["rest of the update"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_threads_have_no_interrupts_to_hold_back():
    done = []

    def work():
        with uninterrupted():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


@pytest.mark.parametrize("level", [1, 2, 5])
def test_every_division_of_the_work_gives_the_same_bits(level, uninterrupted_run):
    request = Request(ErfNet(3), np.array(POINTS)[:, None], 7, "double", "plain", (2, 4, 6), NETWORKS, 40)
    source, tree, first = PageSource(request), PairwiseSum(join_pages), 0
    for number, size in request.spans(first, level):
        assert number == first
        first += 2**size
        tree.add(source.span(number, size), size)
    assert first == request.layout.n_pages == 12
    np.testing.assert_array_equal(tree.value().total, uninterrupted_run.origin.sums)
    np.testing.assert_array_equal(tree.value().blocks, uninterrupted_run.origin.block_sums)
    np.testing.assert_array_equal(tree.value().counts, uninterrupted_run.origin.variance_counts)


def test_absurd_requests_are_refused():
    with pytest.raises(InvalidStatistics, match="width 4294967295"):
        ensemble(network=ErfNet(2**32 - 1))
    with pytest.raises(InvalidStatistics, match=r"2\^62"):
        ensemble().correlators(2**62 + 1)
    with pytest.raises(InvalidStatistics, match=r"need about .* GB"):
        ensemble(points=np.linspace(0, 1, 300)).correlators(1000)
    with pytest.raises(InvalidStatistics, match=r"need about .* GB"):
        ensemble(points=np.linspace(0, 1, 100_000)).correlators(1000, orders=(1,))


def test_outputs_come_in_pieces():
    one = ensemble().outputs(1000, first=5)
    pieces = list(ensemble().iterate_outputs(1000, first=5, at_once=300))
    assert [len(piece) for piece in pieces] == [300, 300, 300, 100]
    np.testing.assert_array_equal(np.concatenate(pieces), one)
    with pytest.raises(InvalidStatistics, match="at_once"):
        next(ensemble().iterate_outputs(10, at_once=0))
