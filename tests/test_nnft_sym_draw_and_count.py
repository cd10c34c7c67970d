"""``nnft draw`` and ``nnft count``: what they say, refuse, and leave behind."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from picture_svg import texts

from diagrams import count
from diagrams.filters import connected, no_self_loop
from nnft_sym.cli import run
from nnft_sym.commands.draw import DrawLimits
from nnft_sym.progress.patience import Patience
from nnft_sym.progress.ticker import Ticker

ROOT = Path(__file__).parent.parent


@pytest.fixture
def nnft(capsys, tmp_path, monkeypatch):
    """Run a command line in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*words, policy=None):
        code = run(words, policy)
        return code, *capsys.readouterr()

    return call


def text_of(path):
    return "; ".join(texts(Path(path).read_text(encoding="utf-8")))


def test_the_title_says_what_is_drawn(nnft):
    words = ["lambda*f^4", "-n", "2", "--order", "2", "--kind", "connected", "--scheme", "bare"]
    assert nnft("draw", *words)[0] == 0
    shown = text_of("diagrams.svg")
    for part in ("2-point function of λ f⁴", "to order 2", "connected", "propagators of S_GP"):
        assert part in shown


@pytest.mark.parametrize("layout", [["circle"], ["columns"], ["columns", "--incoming", "1"]], ids=str)
@pytest.mark.parametrize("suffix", ["svg", "tex", "pdf"])
def test_layouts(nnft, layout, suffix):
    words = ["draw", "lambda*f^4", "-n", "4", "--out", f"a.{suffix}", "--layout", *layout, "--json"]
    code, out, err = nnft(*words, policy=Patience(first=600.0))
    assert (code, json.loads(out), err) == (0, {"files": [f"a.{suffix}"], "diagrams": 3}, "")
    assert nnft(*words[:5], f"b.{suffix}")[0] == 0
    assert Path(f"a.{suffix}").read_bytes() != Path(f"b.{suffix}").read_bytes()


def test_many_pictures_make_pages(nnft):
    limits = DrawLimits(on_a_page=7)
    words = ["draw", "lambda*f^4", "-n", "4", "--legs", "labelled", "--json"]
    code, out, _ = nnft(*words, "--kind", "full", policy=limits)
    assert code == 0
    assert json.loads(out) == {"files": ["diagrams-1.svg", "diagrams-2.svg"], "diagrams": 13}
    pages = [text_of(f"diagrams-{i}.svg") for i in (1, 2)]
    assert "(1 of 2)" in pages[0]
    assert "(2 of 2)" in pages[1]
    code, out, _ = nnft(*words, "--out", "a.pdf", policy=limits)
    assert code == 0
    assert json.loads(out)["files"] == ["a.pdf"]
    assert Path("a.pdf").read_bytes().count(b"/Type /Page\n") in (0, 2)  # 0: compressed


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["lambda*f^4", "-n", "3"], "odd number of ends"),
        (["lambda*f^4 + kappa*f^6", "-n", "1"], "4 and 6 line ends"),
        (["g*f^3", "-n", "4", "--order", "1", "--kind", "connected"], "raise --order"),
        (
            ["lambda*f^4", "-n", "4", "--order", "4", "--legs", "labelled", "--kind", "full"],
            "has at least 1,1",
        ),
        (["lambda*f^4", "-n", "4", "--incoming", "2"], "--layout columns"),
        (
            ["lambda*f^4", "-n", "4", "--layout", "columns", "--incoming", "5"],
            "--incoming: 5 was given; 0 to 4 points",
        ),
    ],
    ids=str,
)
def test_nothing_is_drawn_without_a_word(nnft, words, hint):
    code, out, err = nnft("draw", *words, policy=DrawLimits(pictures=1000))
    assert (code, out) == (2, "")
    assert hint in err
    assert list(Path().iterdir()) == []


def test_repeated_filters_are_combined(nnft):
    words = ["count", "--vertices", "4:3", "-n", "4", "--json", "--filter"]
    together = json.loads(nnft(*words, "connected,no_self_loop")[1])
    apart = json.loads(nnft(*words, "connected", "--filter", "no_self_loop", "--filter", "connected")[1])
    assert apart == together
    assert apart["filters"] == ["connected", "no_self_loop"]
    assert apart["diagrams"] == count(4, {4: 3}, [connected, no_self_loop]).diagrams


def test_a_job_that_takes_long_says_how_far_it_is(capsys):
    with Ticker(lambda: "half of it", Patience(first=0.01, every=0.01)):
        time.sleep(0.2)
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) > 1
    assert all(line.endswith("s] half of it") for line in err.splitlines())
    with Ticker(lambda: "never", Patience(first=60)):
        pass
    assert capsys.readouterr() == ("", "")


def test_a_count_that_is_stopped_says_what_it_had():
    command = [sys.executable, "-m", "nnft_sym", "count", "--vertices", "4:13", "-n", "4", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, text=True) as process:
        first = process.stderr.readline()
        while "weight" not in first:  # the compiler may be at work before
            first = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "nnft: stopped: " in err
    assert "connected diagrams of 0 points" in err
