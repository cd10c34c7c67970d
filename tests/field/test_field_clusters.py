"""Dask clusters that are none, lose their workers, or have other code: a message within 30 s.

FAULTS N2, N3, N6, O (the hint that names a project which is not on the index).
"""

import logging
import socket
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from numerics.errors import ClusterUnavailable
from numerics.networks.architectures import ErfNet
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.runs import dask_cluster as scale_out

distributed = pytest.importorskip("distributed")

ENSEMBLE = Ensemble(ErfNet(20), [0.2, 0.6], seed=11)
#: Four pages and a rest.
NETWORKS = 300_001


@contextmanager
def server(greeting):
    """A port that is open and says something, or nothing; or hangs up at once (None)."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        lines = []

        def serve():
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                if greeting is None:
                    line.close()
                else:
                    line.sendall(greeting)
                    lines.append(line)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=5)  # before the lines are closed: the last one may just have been accepted
        for line in lines:
            line.close()


@pytest.mark.parametrize(
    "greeting",
    [
        pytest.param(b"", marks=pytest.mark.slow),  # as the port of the dashboard; takes all our patience
        None,
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"220 mail.example.org ESMTP\r\n",
        bytes(8),
    ],
)
def test_a_port_that_is_no_scheduler_is_told(greeting):
    start = time.monotonic()
    with server(greeting) as address, pytest.raises(ClusterUnavailable, match="no Dask scheduler answers"):
        ENSEMBLE.correlators(NETWORKS, cluster=address)
    assert time.monotonic() - start < 30


@pytest.mark.parametrize("scheme", ["http", "https", "ucx", "ws", "inproc", "foo"])
def test_other_schemes_are_refused_at_once(scheme):
    start = time.monotonic()
    with pytest.raises(ClusterUnavailable, match=f"{scheme}:// is not known; .*tcp:// or tls://"):
        ENSEMBLE.correlators(NETWORKS, cluster=f"{scheme}://127.0.0.1:8786")
    assert time.monotonic() - start < 5


def test_a_secured_address_needs_certificates():
    with server(b"") as address, pytest.raises(ClusterUnavailable, match="certificates"):
        ENSEMBLE.correlators(NETWORKS, cluster=address.replace("tcp", "tls"))


@pytest.fixture(scope="module")
def cluster():
    """One worker in a thread of this process."""
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0", host="127.0.0.1",
        protocol="tcp", silence_logs=logging.CRITICAL,
    ) as made:  # fmt: skip
        yield made


def test_an_honest_cluster_is_greeted_and_gives_the_same_numbers(cluster):
    one = ENSEMBLE.correlators(NETWORKS, cluster=cluster.scheduler_address)
    assert one.origin.sums.tobytes() == ENSEMBLE.correlators(NETWORKS).origin.sums.tobytes()


def test_the_port_of_a_worker_is_no_scheduler(cluster):
    worker = next(iter(cluster.workers.values())).address
    with pytest.raises(ClusterUnavailable, match="belongs to a Dask Worker"):
        ENSEMBLE.correlators(NETWORKS, cluster=worker)


def test_a_worker_of_other_code_is_refused(cluster):
    """The same version text, another checksum (FAULTS N6)."""
    with distributed.Client(cluster, set_as_default=False) as client:
        request = ENSEMBLE._request(NETWORKS, (2,), 10, 1)
        task = client.submit(scale_out.compute_span, request, 0, 0, scale_out.VERSION, "f" * 64, pure=False)
        with pytest.raises(ClusterUnavailable, match=r"other code .*install the same code everywhere"):
            task.result(timeout=60)


def test_the_last_worker_is_missed_and_what_is_done_is_kept(tmp_path):
    """FAULTS N2: "the last worker dies … waits for ever"."""
    lost, resumed, path = [], [], tmp_path / "run"
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0", host="127.0.0.1",
        protocol="tcp", silence_logs=logging.CRITICAL,
    ) as doomed:  # fmt: skip

        def lose(done, total):
            if not lost:
                lost.append(time.monotonic())
                doomed.scale(0)

        with pytest.raises(ClusterUnavailable, match=r"lost its last worker.* networks are done and kept in"):
            ENSEMBLE.correlators(
                100 * NETWORKS, cluster=doomed.scheduler_address, checkpoint=path, progress=lose
            )
        assert time.monotonic() - lost[0] < 30  # without the time that Dask takes to close

    def stop(done, total):
        resumed.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ENSEMBLE.correlators(100 * NETWORKS, checkpoint=path, progress=stop)
    assert resumed[0] > 0


def test_a_local_cluster_listens_on_this_machine_only():
    """FAULTS N3: Dask's web server, unauthenticated, on all interfaces."""
    psutil = pytest.importorskip("psutil")
    seen = []

    def look(done, total):
        me = psutil.Process()
        for process in (me, *me.children(recursive=True)):
            seen.extend(c.laddr.ip for c in process.net_connections() if c.status == "LISTEN")

    before = {c.laddr.ip for c in psutil.Process().net_connections() if c.status == "LISTEN"}
    assert before <= {"127.0.0.1"}
    ENSEMBLE.correlators(NETWORKS, cluster="local:1", progress=look)
    assert len(seen) >= 3
    assert set(seen) == {"127.0.0.1"}


def test_the_help_says_that_a_port_runs_code(capsys):
    from nnft_sym.cli import run

    assert run(["sample", "--help"]) == 0
    assert "can run code there" in " ".join(capsys.readouterr().out.split())


def test_the_hint_names_what_can_be_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterUnavailable, match="pip install dask distributed"):
        ENSEMBLE.correlators(NETWORKS, cluster="local:2")
