"""What several test files share."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# Started in the background, a shell makes us ignore Ctrl-C, and so would every program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
# As the command does it: tests and the commands that they start share their machine code.
os.environ.setdefault("NNFT_WIDE_VECTORS", "1")
# Integrals that somebody keeps (`nnft cache --on`) would change what a run says of its work.
os.environ["NNFT_CACHE"] = ""


@dataclass(frozen=True)
class PublishedStudy:
    """The built-in study as a user runs it."""

    folder: Path
    summary: dict[str, Any]
    code: int
    terminal: str
    messages: str

    def net(self, name: str) -> dict[str, Any]:
        return next(net for net in self.summary["nets"] if net["name"] == name)


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> PublishedStudy:
    """Run `nnft validate --out FOLDER` once for all tests that look at it, in all workers of pytest-xdist."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder, kept = root / "study_results", root / "study.json"
    with (root / "study.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released with the file
        if not kept.exists():
            done = subprocess.run(
                [sys.executable, "-m", "nnft_sym", "validate", "--out", str(folder)],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode in (0, 1), done.stderr
            kept.write_text(json.dumps([done.returncode, done.stdout, done.stderr]), encoding="utf-8")
    code, terminal, messages = json.loads(kept.read_text(encoding="utf-8"))
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return PublishedStudy(folder, summary, code, terminal, messages)


@pytest.fixture
def nnft(capsys):
    """Run a command line; give exit code, standard output and standard error."""

    from nnft_sym.cli import run

    def call(*words):
        code = run(list(map(str, words)))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call
