"""Integrals on disk: the same numbers without the work, after damage, interrupts, kills and full disks."""

import json
import os
import signal
import subprocess
import sys
import warnings
from fractions import Fraction
from pathlib import Path
from time import sleep

import numpy as np
import pytest

from diagrams.diagram import Diagram
from nnft_sym.cli import run
from nnft_sym.progress.predictions import integral_progress
from numerics.errors import LoweringError
from numerics.files.sealed import UnwritableOutput
from numerics.integrals.integrator import integrate, predict, vertex_tensor
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.rules.domains import Box
from numerics.integrals.solve import resumable
from numerics.integrals.solve.methods import Method
from numerics.integrals.solve.store import IntegralStore, StoreNotice
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.own import FunctionKernel
from numerics.kernels.profiles import FunctionProfile, RadialPower
from numerics.lowering.lower import lower_diagram

ROOT = Path(__file__).parent.parent
STAR = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
BUBBLE = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2")
TADPOLE = Diagram.from_edge_string("x1-x2,x3-y1,y1-y1,y1-x4")
TERMS = [
    (STAR, Fraction(-24), {"lambda": 1}),
    (BUBBLE, Fraction(288), {"lambda": 2}),
    (TADPOLE, Fraction(-12), {"lambda": 1}),
]
INPUTS = [-0.4, 0.3]


def answers(prediction):
    return [
        (key, found.value.tobytes(), found.error.tobytes(), found.method, found.quality)
        for key, found in prediction.coefficients.items()
    ]


class Counting:
    """A kernel that counts how often it is evaluated, and can be told to stop."""

    def __init__(self):
        self.calls, self.stop_at = 0, None
        self.kernel = FunctionKernel(self, ray_growth=0.0, self_growth=0.0, content="counting erf")

    def calls_of_checks(self, inputs):
        """How often the kernel is looked at at the inputs before anything is integrated."""
        before = self.calls
        self.kernel.check_at(np.array(inputs)[:, None])
        return self.calls - before

    def __call__(self, x, y):
        self.calls += 1
        if self.stop_at is not None and self.calls >= self.stop_at:
            raise KeyboardInterrupt
        return ErfKernel().weight(x, y)


def predicted(folder, kernel=None, **more):
    return predict(TERMS, kernel or ErfKernel(), INPUTS, Box(10.0), store=folder, **more)


def entries(folder):
    return sorted(Path(folder).glob("*/*.npz"))


def test_the_second_run_does_no_work_and_gives_the_same_bytes(tmp_path):
    counting = Counting()
    fresh = answers(predict(TERMS, counting.kernel, INPUTS, Box(10.0)))
    first = answers(predicted(tmp_path, counting.kernel))
    assert len(IntegralStore(tmp_path)) == 3
    before = counting.calls
    second = answers(predicted(IntegralStore(tmp_path), counting.kernel))
    assert fresh == first == second
    used = counting.calls - before
    assert used == counting.calls_of_checks(INPUTS) + 1  # one more for the lines between inputs


def test_everything_that_matters_is_part_of_the_question(tmp_path):
    def count(terms=TERMS[:1], kernel=None, inputs=(0.1, 0.2), domain=None, **more):
        predict(terms, kernel or ErfKernel(), inputs, domain or Box(10.0), store=tmp_path, **more)
        return len(IntegralStore(tmp_path))

    assert count() == 1
    assert count() == 1
    assert count(kernel=ErfKernel(sigma_w=1.0 + 2e-16)) == 2
    assert count(inputs=(0.1, np.nextafter(0.2, 1))) == 3
    assert count(domain=Box(np.nextafter(10.0, 11))) == 4
    assert count(rtol=1e-11) == 5
    assert count(accuracy=Accuracy(max_nodes=10_000)) == 6
    assert count(method=Method.GRID) == 7
    weighted = [(lower_diagram(STAR, profiles=[RadialPower(2)]), Fraction(1), {"b": 1})]
    assert count(weighted) == 8
    # another place of the spectator, another factor: the same integral
    moved = [(Diagram.from_edge_string("x5-x6,x1-y1,x2-y1,x3-y1,x4-y1"), Fraction(7), {"kappa": 1})]
    assert count(moved) == 8
    assert count([(BUBBLE, Fraction(1), {})]) == 9


def test_other_code_asks_again(tmp_path, monkeypatch):
    predicted(tmp_path)
    monkeypatch.setattr(resumable, "code_version", lambda *modules: "another")
    predicted(tmp_path)
    assert len(IntegralStore(tmp_path)) == 6


def flip(path, position):
    content = bytearray(path.read_bytes())
    content[position] ^= 0x01
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: flip(path, 400),
        lambda path: flip(path, -3),
        lambda path: path.write_bytes(path.read_bytes()[:200]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"not an archive"),
    ],
    ids=["a bit", "the checksum", "truncated", "empty", "something else"],
)
def test_damaged_entries_are_reported_and_computed_again(tmp_path, damage):
    want = answers(predicted(tmp_path))
    damage(entries(tmp_path)[1])
    with pytest.warns(StoreNotice, match="damaged") as caught:
        assert answers(predicted(tmp_path)) == want
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert answers(predicted(tmp_path)) == want


def test_an_entry_under_the_name_of_another_is_not_believed(tmp_path):
    want = answers(predicted(tmp_path))
    first, second, _ = entries(tmp_path)
    second.write_bytes(first.read_bytes())
    with pytest.warns(StoreNotice, match="belongs to another integral"):
        assert answers(predicted(tmp_path)) == want


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    counting = Counting()
    seen = []

    def stop_after_two(done, total):
        seen.append((done, total))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predicted(tmp_path, counting.kernel, progress=stop_after_two)
    assert seen == [(0, 3), (1, 3), (2, 3)]
    assert len(IntegralStore(tmp_path)) == 2
    seen.clear()
    resumed = predicted(tmp_path, counting.kernel, progress=lambda *state: seen.append(state))
    assert seen == [(2, 3), (3, 3)]
    assert answers(resumed) == answers(predict(TERMS, counting.kernel, INPUTS, Box(10.0)))


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from tests.test_numerics_integral_store import predicted
def progress(done, total):
    if done == 2:
        os.kill(os.getpid(), signal.SIGKILL)
predicted(sys.argv[1], progress=progress)
"""

TWICE = """
import sys
sys.path.insert(0, {root!r})
from tests.test_numerics_integral_store import answers, predicted
for _ in range(15):
    want = answers(predicted(None))
    assert answers(predicted(sys.argv[1])) == want
    from numerics.integrals.solve.store import IntegralStore
    IntegralStore(sys.argv[1]).clear()
"""


def python(code, folder):
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code.format(root=str(ROOT)), str(folder)],
        stderr=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip


def test_a_killed_run_loses_nothing_that_was_done(tmp_path):
    killed = python(KILLED, tmp_path)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert len(IntegralStore(tmp_path)) == 2
    seen = []
    found = predicted(tmp_path, progress=lambda *state: seen.append(state))
    assert seen[0] == (2, 3)
    assert answers(found) == answers(predicted(None))


def test_two_processes_share_a_folder(tmp_path):
    """Both write and clear the same entries all the time; warnings, such as of damage, are errors there."""
    both = [python(TWICE, tmp_path) for _ in range(2)]
    messages = [process.communicate(timeout=100)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], messages
    assert not list(tmp_path.glob("*/.*"))


def test_the_size_is_bounded_and_the_oldest_go_first(tmp_path):
    predicted(tmp_path)
    size = max(path.stat().st_size for path in entries(tmp_path))
    store = IntegralStore(tmp_path, max_bytes=4 * size)
    for age, path in enumerate(entries(tmp_path)):
        os.utime(path, (1000.0 - age, 1000.0 - age))
    newest, _, oldest = entries(tmp_path)
    for points in ([0.1, 0.2], [0.3, 0.4]):
        predict(TERMS[:1], ErfKernel(), points, Box(10.0), store=store)
        assert store.n_bytes <= store.max_bytes
    assert not oldest.exists()
    assert newest.exists()
    # one that is larger than the whole store is still kept, alone
    tiny = IntegralStore(tmp_path, max_bytes=1)
    predict(TERMS[:1], ErfKernel(), [0.5, 0.6], Box(10.0), store=tiny)
    assert len(tiny) == 1
    assert tiny.clear() == 1
    assert (len(tiny), tiny.n_bytes) == (0, 0)


def test_use_keeps_an_entry_young(tmp_path):
    predicted(tmp_path)
    for path in entries(tmp_path):
        os.utime(path, (1000.0, 1000.0))
    predict(TERMS[:1], ErfKernel(), INPUTS, Box(10.0), store=tmp_path)
    assert sum(path.stat().st_mtime > 1000.0 for path in entries(tmp_path)) == 1


def test_leftovers_of_killed_writers_are_swept(tmp_path):
    predicted(tmp_path)
    entry = entries(tmp_path)[0]
    leftover = entry.parent / f".{entry.name}.writing-1.npz"
    leftover.write_bytes(b"half")
    os.utime(leftover, (1000.0, 1000.0))
    assert len(IntegralStore(tmp_path)) == 3
    assert leftover.exists()  # to look deletes nothing
    assert IntegralStore(tmp_path).clear() == 3
    assert not leftover.exists()


def test_a_full_disk_stops_nothing(tmp_path, monkeypatch):
    def refuse(path, write):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numerics.integrals.solve.store.atomically", refuse)
    with pytest.warns(StoreNotice, match="No space left"):
        found = predicted(tmp_path)
    assert answers(found) == answers(predicted(None))


def test_what_cannot_be_identified_is_refused_or_left_out(tmp_path, monkeypatch):
    nameless = FunctionKernel(lambda x, y: ErfKernel().weight(x, y))
    with pytest.raises(LoweringError, match="content="):
        predicted(tmp_path, nameless)
    profile = FunctionProfile(lambda y: np.ones(len(y)), "one", 1.0)
    terms = [(lower_diagram(STAR, profiles=[profile]), Fraction(1), {})]
    with pytest.raises(LoweringError, match="content="):
        predict(terms, ErfKernel(), INPUTS, Box(1.0), store=tmp_path)
    monkeypatch.setenv("NNFT_CACHE", str(tmp_path))
    predict(TERMS, nameless, INPUTS, Box(10.0))
    assert len(IntegralStore(tmp_path)) == 0
    predict(TERMS, ReLUKernel(), INPUTS, Box(10.0))
    assert len(IntegralStore(tmp_path)) == 3


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableOutput, match="cannot make the folder"):
        IntegralStore(tmp_path / "file")
    with pytest.raises(LoweringError, match="max_bytes"):
        IntegralStore(tmp_path, max_bytes=0)


def test_single_integrals_are_kept_too(tmp_path):
    counting = Counting()
    want = integrate(BUBBLE, counting.kernel, [0.1, 0.2, 0.3, 0.4], Box(5.0), store=tmp_path)
    tensor = vertex_tensor(STAR, counting.kernel, INPUTS, Box(5.0), store=tmp_path)
    before = counting.calls
    assert integrate(BUBBLE, counting.kernel, [0.1, 0.2, 0.3, 0.4], Box(5.0), store=tmp_path) == want
    again = vertex_tensor(STAR, counting.kernel, INPUTS, Box(5.0), store=tmp_path)
    assert again.value.tobytes() == tensor.value.tobytes()
    used = counting.calls - before
    checks = [counting.calls_of_checks(inputs) for inputs in ([0.1, 0.2, 0.3, 0.4], INPUTS)]
    assert used == sum(checks)


def test_the_command_line_keeps_shows_and_clears(tmp_path, monkeypatch, capfd):
    """One folder, by environment variable; numbers do not depend on it."""
    ask = ["integrate", "--net", "erf", "--diagram", BUBBLE.edge_string, "--points=0;0.1;0.2;0.3",
           "--cutoff", "5", "--json"]  # fmt: skip

    def answer(*arguments):
        assert run(arguments) == 0
        return json.loads(capfd.readouterr().out)

    plain = answer(*ask)
    monkeypatch.setenv("NNFT_CACHE", str(tmp_path))
    assert answer(*ask) == answer(*ask) == plain
    shown = answer("cache", "--json")
    assert (shown["integrals"], shown["folder"]) == (1, str(tmp_path))
    assert shown["bytes"] == entries(tmp_path)[0].stat().st_size
    assert answer("cache", "--clear", "--folder", str(tmp_path), "--json")["removed"] == 1
    assert entries(tmp_path) == []
    monkeypatch.delenv("NNFT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nobody"))
    for wrong in (["cache"], ["cache", "--folder", str(tmp_path / "none")]):
        assert run(wrong) == 2
        printed = capfd.readouterr()
        assert (printed.out, printed.err.count("\n")) == ("", 1)


def test_long_predictions_say_how_far_they_are(capfd):
    """Lines on standard error once the time without a word is over, and none before."""
    with integral_progress(first=0.05, every=0.05) as report:

        def slowly(done, total):
            report(done, total)
            sleep(0.15)

        predicted(None, progress=slowly)
    lines = capfd.readouterr().err.splitlines()
    assert lines[0].endswith("0 of 3 integrals")
    assert any(line.endswith("2 of 3 integrals") for line in lines)
    with integral_progress() as report:
        predicted(None, progress=report)
    assert capfd.readouterr().err == ""
