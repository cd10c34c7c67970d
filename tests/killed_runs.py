"""Command lines in processes of their own, to be killed and interrupted."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: The command line with a checkpoint after every page.
EAGER = """
import sys
from nnft_sym.cli import run
from numerics.sampling.runs.checkpoints import Pace
sys.exit(run(sys.argv[1:], Pace(interval=0.0, share=1e9)))
"""


def start(words, **options):
    """Start a command line that writes its checkpoint as often as it can."""
    return subprocess.Popen(
        [sys.executable, "-c", EAGER, *map(str, words)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


def wait_until(condition, process):
    """Wait for something while a process runs."""
    deadline = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
