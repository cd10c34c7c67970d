"""How a study ran, beside what it found: when, on which machine, with which versions, and how long each part.

None of it changes a number, so that it stands apart: two runs of one study agree in everything else.
"""

import os
import platform
import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nnft_sym
from nnft_sym.study.reporter import Reporter, Silent

#: Our name in the package index.
#: Where Linux says which processor there is.
CPU_INFO = Path("/proc/cpuinfo")
#: Seconds that git may take to say which commit is checked out.
PATIENCE = 5.0


@dataclass(frozen=True)
class RunRecord:
    """How a study ran.

    Attributes
    ----------
    started : str
        Date and time (UTC) in ISO form; empty where nobody took it down.
    commit : str
        Of the checkout that the package stands in; empty if it is installed.
    versions : mapping of str to str
        Of Python and of every package that ours needs.
    threads : int
        Processors that the run may use.
    processor, system : str
        Of the machine; its name in a network is not taken down.
    cores : int
    parts : tuple of tuple of str and float
        What was done, in order, and how many seconds it took.

    Examples
    --------
    >>> record = RunRecord(parts=(("sampling", 2.0), ("judging", 0.5)))
    >>> record.with_part("drawing", 1.0).seconds
    3.5
    >>> sorted(RunRecord.now().as_json())
    ['commit', 'cores', 'parts', 'processor', 'started', 'system', 'threads', 'versions']
    """

    started: str = ""
    commit: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    threads: int = 0
    processor: str = ""
    system: str = ""
    cores: int = 0
    parts: tuple[tuple[str, float], ...] = ()

    @staticmethod
    def now() -> "RunRecord":
        """Take down when and where a run begins."""
        return RunRecord(
            started=datetime.now(UTC).isoformat(sep=" ", timespec="seconds"),
            commit=_commit(),
            versions=_versions(),
            threads=_threads(),
            processor=_processor(),
            system=platform.platform(terse=True),
            cores=os.cpu_count() or 1,
        )

    @property
    def seconds(self) -> float:
        """Seconds of all parts together."""
        return sum(seconds for _, seconds in self.parts)

    def with_part(self, name: str, seconds: float) -> "RunRecord":
        """Add a part that was done."""
        return replace(self, parts=(*self.parts, (name, seconds)))

    def as_json(self) -> dict[str, Any]:
        """Give the record as plain containers."""
        return {
            "started": self.started or None,
            "commit": self.commit or None,
            "versions": dict(self.versions),
            "threads": self.threads,
            "processor": self.processor,
            "cores": self.cores,
            "system": self.system,
            "parts": [{"part": name, "seconds": seconds} for name, seconds in self.parts],
        }


class Stopwatch:
    """A reporter that passes everything on and takes down how long each step took.

    Examples
    --------
    >>> watch = Stopwatch(None)
    >>> watch.stage("sampling"); watch.sampling(1, 2); watch.stage("judging")
    >>> [name for name, _ in watch.parts()]
    ['sampling', 'judging']
    """

    def __init__(self, told: Reporter | None) -> None:
        self._told: Reporter = Silent() if told is None else told
        self._step = ("preparing", time.perf_counter())
        self._parts: list[tuple[str, float]] = []

    def parts(self) -> tuple[tuple[str, float], ...]:
        """End the present step, and list all: seconds by name, in the order in which they were first done."""
        self._end()
        found: dict[str, float] = {}
        for name, seconds in self._parts:
            found[name] = found.get(name, 0.0) + seconds
        found = {name: seconds for name, seconds in found.items() if name != "preparing" or seconds > 0.01}
        return tuple(found.items())

    def _end(self, following: str = "finishing") -> None:
        now = time.perf_counter()
        name, since = self._step
        self._parts.append((name, now - since))
        self._step = (following, now)

    def stage(self, text: str) -> None:
        """Announce a step."""
        self._end(text)
        self._told.stage(text)

    def sampling(self, done: int, total: int) -> None:
        """Report sampled networks."""
        self._told.sampling(done, total)

    def averaging(self, done: int, total: int) -> None:
        """Report averages over the parameters of one neuron."""
        self._told.averaging(done, total)

    def integrating(self, done: int, total: int) -> None:
        """Report integrals of diagrams of one correlator."""
        self._told.integrating(done, total)


def _versions() -> dict[str, str]:
    """Versions of Python and of the packages that ours needs, ours first."""
    from nnft_sym.installation.packages import installed_version, requirements

    found = {"nnft_sym": nnft_sym.__version__, "python": platform.python_version()}
    needed = [one.name for one in requirements() if not one.extra]
    return found | {name: installed_version(name) or "absent" for name in needed}


def _threads() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    """Name the processor as its maker does, else its kind."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", CPU_INFO.read_text(encoding="utf-8"), re.MULTILINE)
    except (OSError, UnicodeDecodeError):
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def _commit() -> str:
    """Commit that is checked out, marked where files differ from it; empty outside a checkout."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    command = ["git", "-C", str(root), "describe", "--always", "--abbrev=12", "--dirty= with changes"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip() if told.returncode == 0 else ""
