"""Command lines in processes of their own, to be killed and interrupted while they run."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: The command line with a checkpoint after every page. It waits for its signal once a checkpoint whose
#: path ends as asked holds more than asked: a run that went on could be over before somebody else is told.
EAGER = """
import sys, time
from fnmatch import fnmatch
from pathlib import Path
from nnft_sym.cli import run
from numerics.sampling.runs.checkpoints import Checkpoint, Pace

halted, name, least, *words = sys.argv[1:]
write = Checkpoint.write
waits = [Path(halted)] if halted else []

def write_and_halt(self, write_run, done):
    write(self, write_run, done)
    if waits and fnmatch(str(self.path), f"*{name}") and done > int(least):
        waits.pop().touch()
        while True:
            time.sleep(1)

Checkpoint.write = write_and_halt
sys.exit(run(words, Pace(interval=0.0, share=1e9)))
"""


def start(words, **options):
    """Start a command line that writes its checkpoint as often as it can."""
    return _start(["", "", 0], words, **options)


def start_and_halt(words, checkpoint, least=0, **options):
    """Start a command line, and return when it waits right after a checkpoint with more than that in it.

    Parameters
    ----------
    words : iterable
        Its words.
    checkpoint : str
        How its path ends, or a pattern of that.
    least : int, optional
        Networks, or neurons, that shall be passed.
    **options
        For `subprocess.Popen`.
    """
    halted = Path(words[[str(word) for word in words].index("--out") + 1]).with_suffix(".halted")
    process = _start([halted, checkpoint, least], words, **options)
    deadline = time.monotonic() + 240
    while not halted.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    halted.unlink()
    return process


def _start(halt, words, **options):
    return subprocess.Popen(
        [sys.executable, "-c", EAGER, *map(str, halt), *map(str, words)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip
