"""How the command ends, whatever happens to it: exit codes, streams, other people's packages, Ctrl-C.

FAULTS E3, I1 (exit code), L (diagrams.py, numerics.py), O (streams, COLUMNS, Ctrl-C, NUMBA_DISABLE_JIT).
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from nnft_sym import cli
from nnft_sym._startup import crash_message, is_the_command
from nnft_sym.cli import COMMANDS, run
from nnft_sym.printing.tables import show, table

ROOT = Path(__file__).parent.parent.parent
NNFT = [sys.executable, "-m", "nnft_sym"]
COUNT = ["count", "--vertices", "4:1", "-n", "2"]


def shell(script, *words, **options):
    """Run a line of shell in which "$@" is the command."""
    return subprocess.run(
        ["sh", "-c", script, "sh", *NNFT, *words],
        capture_output=True, text=True, check=False, timeout=60, **options,
    )  # fmt: skip


def unread(words):
    """Run a program whose output nobody reads, from the first byte on; give its exit code and messages."""
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        said = process.stderr.read()
        return process.wait(timeout=60), said


@pytest.fixture
def failing(monkeypatch):
    """Put a command in the place of ``count`` that prints something and then raises."""

    def fail_with(error):
        @click.command(name="count")
        def command():
            click.echo("half of the answer")
            raise error

        monkeypatch.setattr(cli.LazyGroup, "get_command", lambda self, ctx, name: command)

    return fail_with


@pytest.mark.parametrize(
    "error",
    [
        StopIteration(),
        MemoryError("80 GB"),
        RecursionError("too deep"),
        KeyError("x"),
        AssertionError(),
        ImportError("libhdf5"),
        SystemExit(1),
        FileNotFoundError(2, "No such file or directory", "/somewhere"),
        ValueError("line one\nline two " + "x" * 10_000),
    ],
)
@pytest.mark.parametrize("debug", [False, True])
def test_a_crash_of_ours_is_70_and_one_line(failing, capsys, monkeypatch, error, debug):
    """FAULTS I1: "exit 1 of a traceback reads as 'our numbers disagree'"."""
    monkeypatch.delenv("NNFT_DEBUG", raising=False)
    failing(error)
    code = run(["--debug", "count"] if debug else ["count"])
    assert "NNFT_DEBUG" not in os.environ
    out, err = capsys.readouterr()
    assert (code, out) == (70, "")
    assert "fault of nnft-sym" in err
    assert "report" in err
    assert type(error).__name__ in err
    assert ("Traceback" in err) is debug
    if not debug:
        assert err.count("\n") == 1
        assert len(err) < 800


def test_messages_of_ours_stay_2_and_print_nothing(failing, capsys):
    from diagrams.errors import NNFTError

    failing(NNFTError("give less"))
    code = run(["count"])
    assert (code, *capsys.readouterr()) == (2, "", "nnft: give less\n")


CRASHES = {
    "import of a command": "nnft_sym/commands/count.py",
    "import of the ground floor": "diagrams/diagram.py",
    "import of the command line": "nnft_sym/cli.py",
    "import of the top": "nnft_sym/__init__.py",
}


@pytest.mark.parametrize("where", CRASHES)
def test_a_crash_at_import_is_70_too(tmp_path, where):
    for floor in ("diagrams", "numerics", "nnft_sym"):
        subprocess.run(["cp", "-r", ROOT / floor, tmp_path / floor], check=True)
    with (tmp_path / CRASHES[where]).open("a") as file:
        file.write('\nraise RuntimeError("broken on purpose")\n')
    done = subprocess.run(
        [*NNFT, *COUNT], capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr.count("\n") == 1
    assert "broken on purpose" in done.stderr


def test_a_helper_thread_that_fails_does_not_end_in_a_traceback():
    code = (
        "import sys, time; from nnft_sym import cli; from nnft_sym.progress.patience import Patience\n"
        "from nnft_sym.progress.ticker import Ticker\n"
        "def work(words):\n"
        "    with Ticker(lambda: 1 / 0, Patience(0.01, 0.01)): time.sleep(0.2)\n"
        "    print('done'); return 0\n"
        "cli.run = work; cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n")
    assert "the calculation goes on" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("redirection", "code"), [(">&-", 2), ("2>&-", 0), ("<&-", 0), ("<&- 2>&-", 0), (">&- 2>&-", 2)]
)
def test_closed_streams(redirection, code):
    """FAULTS E3 and O: ``nnft expand 'lambda*f^4' -n 2 >&-``, ``sample … 2>&-``."""
    for words in (["expand", "lambda*f^4", "-n", "2"], [*COUNT, "--json"]):
        done = shell(f'"$@" {redirection}', *words)
        assert done.returncode == code
        assert (done.stdout != "") is (code == 0)
        if "2>&-" not in redirection:
            assert done.stderr.count("nnft: ") == (1 if code else 0)
            assert "Traceback" not in done.stderr


def test_bad_input_without_standard_error_is_still_2():
    assert shell('"$@" 2>&-', "count", "--vertices", "4x1", "-n", "2").returncode == 2
    assert shell('"$@" 2>/dev/full', "count", "--vertices", "4x1", "-n", "2").returncode == 2


@pytest.mark.parametrize(
    "words",
    [
        ["expand", "lambda*f^4", "-n", "6", "--order", "2"],
        ["expand", "lambda*f^4", "-n", "6", "--order", "2", "--format", "latex"],
        ["expand", "lambda*f^4", "-n", "6", "--order", "2", "--json"],
        ["kernel", "--net", "erf", "--points", ";".join(map(str, range(40)))],
        ["--help"],
    ],
)
def test_a_reader_that_leaves_changes_no_exit_code(words):
    """FAULTS O: "`| head -1` exits 0 or 1 by command"."""
    code, said = unread([*NNFT, *words])
    assert code == 0
    assert "nnft:" not in said
    assert "Traceback" not in said


def test_a_validation_that_fails_stays_1_when_nobody_reads():
    code = (
        "from nnft_sym import cli; cli._answered = lambda words, policy: print('x' * 10**6) or 1; cli.main()"
    )
    code, said = unread([sys.executable, "-c", code])
    assert code == 1
    assert "Traceback" not in said


@pytest.mark.parametrize("columns", ["0", "1", "2", "5", "39", "80", "200", "99999999", "-3", "many"])
def test_no_width_of_the_terminal_hides_a_column(columns, monkeypatch, capsys):
    """FAULTS O: ``COLUMNS=0`` prints nothing, 1 is an AssertionError, 5 drops columns without a sign."""
    monkeypatch.setenv("COLUMNS", columns)
    heads = [f"column{k}" for k in range(9)]
    show("a sentence", table("title", heads, [[f"{k}.2345678" for k in range(9)]] * 2))
    out = capsys.readouterr().out
    assert "a sentence" in out
    for k, head in enumerate(heads):
        assert head in out
        assert out.count(f"{k}.2345678") == 2
    assert max(map(len, out.splitlines())) < 400


@pytest.mark.parametrize("columns", ["0", "1", "5"])
def test_the_bar_survives_every_width(columns, monkeypatch, capsys):
    from nnft_sym.progress.bars import TerminalProgress

    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", columns)
    with TerminalProgress() as progress:
        progress.stage("sampling")
        progress.sampling(1, 10)
    capsys.readouterr()


@pytest.mark.parametrize("after", [0.03, 0.06, 0.1, 0.15])
def test_an_early_interrupt_has_no_traceback_of_ours(after):
    """FAULTS O: Ctrl-C in the first 0.1 s. Before our first line runs, Python itself answers."""
    words = ["expand", "lambda*f^4", "-n", "4", "--order", "4"]
    for _ in range(3):  # what arrives in a callback of Python's own start is printed by it and lost
        process = subprocess.Popen([*NNFT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=60)
        if process.returncode != 0:
            break
    # Python itself ends with 1 where it was still looking for modules
    assert process.returncode in (130, -signal.SIGINT, 1)
    assert out == ""
    # the first file of ours sets the guard, and may itself be interrupted
    said = said.replace(f"{os.sep}nnft_sym{os.sep}__init__.py", "").replace(
        f"{os.sep}nnft_sym{os.sep}_startup.py", ""
    )
    for package in ("nnft_sym", "numerics", "diagrams", "click"):
        assert f"{os.sep}{package}{os.sep}" not in said


INTERRUPTED_IMPORT = """
import signal, sys
sys.orig_argv = ["python", "-m", "nnft_sym"]
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == MODULE:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
import nnft_sym.cli
print("not reached")
"""


@pytest.mark.parametrize("module", ["numerics", "diagrams", "diagrams.lazy_names", "nnft_sym.cli", "click"])
def test_an_interrupt_during_the_imports_is_130(module):
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IMPORT.replace("MODULE", repr(module))],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "nnft: interrupted\n")


def test_a_library_keeps_its_hands_off_the_process():
    code = (
        "import signal, sys, threading; import nnft_sym.cli; "
        "print(sys.excepthook is sys.__excepthook__, threading.excepthook is threading.__excepthook__, "
        "signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 3
    assert not is_the_command()


@pytest.mark.parametrize("name", ["diagrams", "numerics"])
@pytest.mark.parametrize("form", ["{}.py", "{}/__init__.py"])
def test_a_file_of_the_users_is_named_and_not_run(tmp_path, name, form):
    """FAULTS L and O: a user's own ``diagrams.py`` or ``numerics.py``; the foreign ``diagrams``."""
    path = tmp_path / form.format(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text('print("run"); open("ran", "w"); class_ = 1 / 0\n')
    done = subprocess.run([*NNFT, *COUNT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert str(path) in done.stderr
    assert "another name" in done.stderr
    assert not (tmp_path / "ran").exists()


def test_an_installed_foreign_package_is_told_with_a_remedy_that_works(tmp_path):
    """The other package has overwritten our ``__init__.py``; our marker file is still there."""
    site = tmp_path / "site"
    for floor in ("diagrams", "numerics", "nnft_sym"):
        subprocess.run(["cp", "-r", ROOT / floor, site / floor] if site.mkdir(exist_ok=True) is None else [],
                       check=True)  # fmt: skip
    (site / "diagrams" / "__init__.py").write_text("import graphviz_that_is_missing\n")
    done = subprocess.run(
        [*NNFT, *COUNT], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(site)},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "unrelated package of the same name is installed" in done.stderr
    assert "--force-reinstall" in done.stderr


def test_a_compiler_that_is_switched_off_is_told():
    """FAULTS O: ``NUMBA_DISABLE_JIT=1``."""
    env = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    words = ["sample", "--net", "erf", "--width", "3", "--networks", "100", "--points", "1"]
    done = subprocess.run([*NNFT, *words], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "NUMBA_DISABLE_JIT" in done.stderr.splitlines()[-1]
    done = subprocess.run([*NNFT, *COUNT], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ["kernel", "--net", " ReLU", "--points", "1"],
        ["cumulant", "--net", "Erf", "--width", "1e3", "--points", "1;1", "--order", "2e0"],
        ["count", "--vertices", "4:1e0", "-n", "2.0"],
        ["expand", "lambda*f^4", "-n", "2e0"],
        ["integrate", "--net", "GAUSS", "--diagram", "x1-y1,x2-y1", "--points", "0;1"],
    ],
)
def test_counts_and_nets_are_read_alike_everywhere(words, capsys):
    """FAULTS L: "`1e3` and `ReLU` are understood in some places only"."""
    code = run([*words, "--json"])
    out, err = capsys.readouterr()
    assert code == 0, err
    json.loads(out)


def test_every_whole_number_of_every_command_has_one_reader():
    from nnft_sym.commands.options import Given
    from nnft_sym.parameters.architecture import Kind, KindsGiven
    from nnft_sym.parameters.readers import Whole, Wholes

    for name in COMMANDS:
        command = cli.nnft.get_command(click.Context(cli.nnft), name)
        for parameter in command.params:
            assert not isinstance(parameter.type, click.types.IntParamType), f"{name} {parameter.name}"
            if parameter.name in (
                "n",
                "width",
                "networks",
                "neurons",
                "seed",
                "blocks",
                "experiments",
                "threads",
            ):
                assert isinstance(parameter.type, Given), f"{name} {parameter.name}"
                assert isinstance(parameter.type.said.parameter.reader, Whole | Wholes), (
                    f"{name} {parameter.name}"
                )
            if parameter.name == "kind" and "--net" in parameter.opts:
                assert isinstance(parameter.type.said.parameter.reader, Kind | KindsGiven), name


@pytest.mark.parametrize(
    ("text", "said"),
    [(text, "a whole number from 0 to") for text in ("9" * 5000, "1e400", "2.5", "", "nan", "0x10")],
)
def test_what_is_no_whole_number_is_refused_in_one_short_line(text, said, capsys):
    code = run(["count", "--vertices", "4:1", "-n", text])
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert len(err) < 300


def test_the_message_of_a_crash_is_bounded():
    assert len(crash_message(ValueError("x" * 10**6))) < 800
