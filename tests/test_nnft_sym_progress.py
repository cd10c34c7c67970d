"""What a long run says on standard error."""

import pytest

import nnft_sym.progress.bars
from nnft_sym.progress.bars import Rate, TerminalProgress, duration
from nnft_sym.progress.patience import Patience


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (86_400 * 400, "400 d 0 h"),
    ],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_a_resumed_run_counts_what_is_done_now():
    rate = Rate()
    assert rate.after(900, 1000, seconds=100.0) == ""
    assert rate.after(900, 1000, seconds=101.0) == ""  # nothing new yet
    assert rate.after(920, 1000, seconds=104.0) == "5 per second, 16 s left"


def test_lines_where_there_is_no_terminal(monkeypatch, capsys):
    clock = iter([0.0, 1.0, 6.0, 8.0, 12.5, 13.0, 13.1, 30.0])
    monkeypatch.setattr(nnft_sym.progress.bars.time, "perf_counter", lambda: next(clock))
    with TerminalProgress() as progress:
        progress.sampling(1_000, 100_000)
        progress.sampling(11_000, 100_000)
        progress.sampling(15_000, 100_000)
        progress.sampling(24_000, 100_000)
        progress.stage("fitting")
        progress.sampling(3_000, 6_000)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "[   6.0 s]   11,000 of 100,000 networks, 2,000 per second, 44 s left",
        "[  12.5 s]   24,000 of 100,000 networks, 2,000 per second, 38 s left",
        "[  13.0 s] fitting",
        "[  30.0 s]   3,000 of 6,000 networks",
    ]


def test_the_bar_shows_rate_and_time_left(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    clock = iter([0.0, 1.0, 11.0])
    with TerminalProgress() as progress:
        monkeypatch.setattr(nnft_sym.progress.bars.time, "perf_counter", lambda: next(clock))
        next(clock)
        progress.sampling(0, 1_000_000)
        progress.sampling(250_000, 1_000_000)
        task = progress._bar._progress.tasks[0]
        assert (task.completed, task.total) == (250_000, 1_000_000)
        assert task.fields["rate"] == "25,000 per second, 30 s left"
        progress.stage("fitting")
        assert (task.description, task.fields["rate"]) == ("fitting", "")
        monkeypatch.undo()


@pytest.mark.parametrize("terminal", [False, True])
def test_a_silent_beginning_is_explained_once(monkeypatch, capsys, terminal):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)
    monkeypatch.setenv("COLUMNS", "140")
    with TerminalProgress(patience=Patience(silence=0.01)) as progress:
        progress._silence.join(timeout=5)
        progress.sampling(1_000, 100_000)
    assert capsys.readouterr().err.count("after an installation the sampler is compiled once") == 1
    for reported in (True, False):
        with TerminalProgress(patience=Patience(silence=60.0)) as progress:
            if reported:
                progress.sampling(1_000, 100_000)
        assert progress._silence.finished.is_set()  # cancelled
        assert "compiled" not in capsys.readouterr().err


def test_what_is_said_during_a_step_is_not_about_the_sampler(capsys):
    with TerminalProgress(patience=Patience(silence=0.05)) as progress:
        progress.stage("integrating")
        progress._silence.join(timeout=5)
    said = capsys.readouterr().err
    assert said.count("still busy with this step") == 1
    assert "sampler" not in said
