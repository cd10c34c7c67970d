"""Ensembles on a Dask cluster: the same bits, also when a worker dies; clear words without a cluster."""

import logging
import os
import signal
import socket
import sys
import time
from itertools import pairwise

import numpy as np
import pytest

from numerics.errors import InvalidStatistics
from numerics.networks.architectures import ErfNet
from numerics.sampling.engine.page_sums import PageSource, Request
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.runs.dask_cluster import (
    DEPTH,
    ClusterUnavailable,
    PackedSums,
    compute_span,
    pages_on_cluster,
    task_level,
)

distributed = pytest.importorskip("distributed")

ENSEMBLE = Ensemble(ErfNet(50), [-1.0, 0.2, 0.6], seed=11, precision="single")
NETWORKS = 2_400_001


@pytest.fixture(scope="module")
def client():
    """Two worker processes on this machine."""
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def expected():
    return ENSEMBLE.correlators(NETWORKS)


def assert_same(one, other):
    for name in ("sums", "block_sums", "block_sizes", "variance_counts"):
        np.testing.assert_array_equal(getattr(one.origin, name), getattr(other.origin, name), err_msg=name)


def test_two_workers_give_the_same_bits(client, expected):
    assert_same(ENSEMBLE.correlators(NETWORKS, cluster=client), expected)


def test_a_killed_worker_costs_only_what_it_had_in_work(client, expected):
    seen = []

    def progress(done, total):
        seen.append(done)
        if len(seen) == 3:
            victim = next(iter(client.run(os.getpid).values()))
            os.kill(victim, signal.SIGKILL)

    client.get_task_stream()  # starts the record
    start = time.time()
    assert_same(ENSEMBLE.correlators(NETWORKS, cluster=client, progress=progress), expected)
    assert all(a < b for a, b in pairwise(seen))  # nothing begins again
    assert seen[-1] == NETWORKS
    request = ENSEMBLE._request(NETWORKS, (2, 4, 6), 1000, threads=2)
    tasks = len(list(request.spans(0, task_level(request, 0, threads=2))))
    assert tasks == 19
    done = [task for task in client.get_task_stream(start=start) if "compute_span" in task["key"]]
    assert tasks <= len(done) <= tasks + DEPTH * 2


def test_a_run_moves_between_threads_and_cluster(client, expected, tmp_path):
    def interrupt(done, total):
        if done > 400_000:
            raise KeyboardInterrupt

    path = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        ENSEMBLE.correlators(NETWORKS, checkpoint=path, progress=interrupt)
    with pytest.raises(KeyboardInterrupt):
        ENSEMBLE.correlators(
            NETWORKS, checkpoint=path, cluster=client, progress=lambda done, _: interrupt(done - 800_000, _)
        )
    assert_same(ENSEMBLE.correlators(NETWORKS, checkpoint=path), expected)


def test_a_worker_of_another_version_is_refused(client):
    request = ENSEMBLE._request(NETWORKS, (2,), 10, 1)
    with pytest.raises(ClusterUnavailable, match=r"a worker has nnft-sym .*, but 99\.0 asks"):
        client.submit(compute_span, request, 0, 0, "99.0").result()


def test_a_lost_scheduler_keeps_the_checkpoint(expected, tmp_path):
    path, seen, resumed = tmp_path / "run", [], []
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as doomed,
    ):  # fmt: skip

        def close(done, total):
            seen.append(done)
            if len(seen) == 4:
                doomed.close()

        with pytest.raises(ClusterUnavailable, match="continue from the checkpoint"):
            ENSEMBLE.correlators(NETWORKS, cluster=doomed, checkpoint=path, progress=close)
    found = ENSEMBLE.correlators(NETWORKS, checkpoint=path, progress=lambda done, total: resumed.append(done))
    assert resumed[0] > 0
    assert_same(found, expected)


def test_results_are_written_whatever_client_is_around(client, tmp_path):
    """Libraries ask Dask for the client in force; ours must not be left behind, theirs not be disturbed."""
    from nnft_sym.storage.sample_files import write_sample

    sample = ENSEMBLE.correlators(NETWORKS, orders=(2,), cluster=client)
    assert distributed.default_client() is client
    write_sample(sample, ENSEMBLE.network, tmp_path / "sample.nc")


def test_packing_keeps_everything():
    request = Request(ErfNet(50), ENSEMBLE.points, 11, "single", "plain", (2, 4), NETWORKS, 1000)
    sums = PageSource(request).span(4, 1)
    packed = compute_span(request, 4, 1, sys.modules["numerics.sampling.runs.dask_cluster"].VERSION)
    unpacked = packed.unpack()
    for name in ("total", "blocks", "counts", "first_block"):
        np.testing.assert_array_equal(getattr(unpacked, name), getattr(sums, name))
    assert packed.counts.size < sums.counts.size / 20
    assert isinstance(packed, PackedSums)


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("address", "error", "said"),
    [
        (
            "tcp://127.0.0.1:CLOSED",
            ClusterUnavailable,
            "no Dask scheduler answers at 'tcp://127.0.0.1",
        ),
        ("tcp://nowhere.invalid:8786", ClusterUnavailable, "nowhere.invalid"),
        ("tcp://127.0.0.1", ClusterUnavailable, "host and port"),
        ("carrier-pigeon://x:1", ClusterUnavailable, "carrier-pigeon"),
        ("everywhere", InvalidStatistics, "'local:4'"),
        ("local:0", InvalidStatistics, "local:0"),
        ("local:many", InvalidStatistics, "local:many"),
        (4, InvalidStatistics, "cluster = 4"),
    ],
)
def test_wrong_addresses_are_told_in_seconds(address, error, said):
    if isinstance(address, str):
        address = address.replace("CLOSED", str(closed_port()))
    start = time.monotonic()
    with pytest.raises(error, match=said):
        ENSEMBLE.correlators(NETWORKS, cluster=address)
    assert time.monotonic() - start < 30


def test_a_scheduler_without_workers_is_told():
    with (
        distributed.LocalCluster(
            n_workers=0, dashboard_address=":0", silence_logs=logging.CRITICAL, processes=True
        ) as empty,
        pytest.raises(ClusterUnavailable, match="has no workers"),
        pages_on_cluster(empty.scheduler_address, patience=0.3),
    ):
        pytest.fail("there is nobody to compute anything")


def test_dask_is_asked_for_only_when_needed(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterUnavailable, match="pip install dask distributed"):
        ENSEMBLE.correlators(NETWORKS, cluster="local:2")
    path = tmp_path / "run"
    ENSEMBLE.correlators(1000, n_blocks=2, checkpoint=path)
    ENSEMBLE.correlators(1000, n_blocks=2, checkpoint=path, cluster="local:2")  # finished: no cluster is made
