"""The fuzzer's runner: every case in a forked child with a clock and a limit of memory, and the judge.

``make fuzz`` runs 10,000 cases, ``make fuzz CASES=500`` fewer; ``python -m tests.field.fuzz_run --replay
FILE`` repeats one that failed. The parent has loaded the whole package and its machine code, so a case costs
what its work costs. Failing cases are written, one JSON file each, to the folder that the summary names.
"""

import argparse
import contextlib
import gc
import json
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import hypothesis

from tests.field import fuzz_inputs, fuzz_words
from tests.field.fuzz_case import Case, FileSpec
from tests.field.fuzz_judge import Limits, Outcome, verdict

#: Codes of the child itself.
_REFUSED, _CRASHED = 2, 1


# -------------------------------------------------------------------------------------------------- fronts


def fronts() -> dict[str, Callable[[str], object]]:
    """Python functions that read a text, by the name that a case gives."""
    import diagrams
    import nnft_sym as nn
    from diagrams.json_form import from_json as diagram_from_json
    from nnft_sym.expansions.json_form import from_json, to_json

    return {
        "from_json": lambda text: to_json(from_json(text)),
        "diagram_from_json": diagram_from_json,
        "from_nickel_index": lambda text: diagrams.from_nickel_index(text).symmetry_factor,
        "from_edge_string": lambda text: diagrams.Diagram.from_edge_string(text).multiplicity,
        "action": lambda text: str(nn.Action(str(nn.Action(text)))),
    }


def call(case: Case) -> int:
    """Do what a case asks, in this process, and give the exit code."""
    if case.front == "nnft":
        from nnft_sym.cli import run

        return run(case.words)
    from diagrams.errors import NNFTError

    try:
        fronts()[case.front](*case.words)
    except NNFTError as error:
        sys.stderr.write(f"nnft: {' '.join(str(error).splitlines())}\n")
        return _REFUSED
    return 0


# -------------------------------------------------------------------------------------------------- runner


def warm_up(folder: Path, *, report: bool = True) -> dict[str, bytes]:
    """Load the package and its machine code in this process; give the files that cases damage.

    Without `report`, what writes reports is left to the few cases that need it.
    """
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(fuzz_words.STUDY, encoding="utf-8")
    net = ["--net", "erf", "--points", "0.2;1"]
    four = ["--width", "5", "--points", "1;1;2;2", "--order", "4"]
    other = ["--estimator", "conditional", "--precision", "single"]
    lines = [
        ["expand", "lambda*f^4", "-n", "4", "--order", "2", "--json"],
        ["count", "--vertices", "4:2", "-n", "4", "--filter", "connected"],
        *(["draw", "lambda*f^4", "-n", "4", "--out", f"a.{kind}"] for kind in ("svg", "pdf", "tex")),
        ["kernel", *net],
        *(["cumulant", "--net", kind, *four] for kind in ("erf", "relu", "gauss", "cos")),
        list(fuzz_inputs.SAMPLE),
        ["sample", *net, "--width", "4", "--networks", "100", *other],
        ["neurons", *net, "--widths", "2,5", "--neurons", "200"],
        ["widths", *net, "--widths", "2,5", "--networks", "200", "--experiments", "2", "--out", "a.png"],
        list(fuzz_inputs.STORED),
        [*fuzz_inputs.STORED, "--method", "qmc"],
        ["validate", "study.toml", *(["--out", "results"] if report else []), "--json"],
    ]  # fmt: skip
    with _elsewhere(folder):
        for words in lines:
            if tuple(words) == fuzz_inputs.STORED:
                os.environ["NNFT_CACHE"] = "store"
            code = call(Case("nnft", tuple(words)))
            os.environ.pop("NNFT_CACHE", None)
            if code not in (0, 1):
                raise RuntimeError(
                    f"the warm-up {' '.join(words)} ended with {code}; see {folder / 'stderr'}"
                )
        fronts(), fuzz_inputs.documents()
        gc.collect()
        gc.freeze()  # or the children copy every page that their collector looks at
        (stored,) = Path("store").rglob("*.npz")
        return {
            "result": Path("a.nc").read_bytes(),
            "checkpoint": Path("a.nc.checkpoint").read_bytes(),
            "stored": stored.read_bytes(),
            "stored name": str(stored.relative_to("store")).encode(),
        }


@contextlib.contextmanager
def _elsewhere(folder: Path) -> Iterator[None]:
    """Work in another folder, with standard output and error in files there, and come back."""
    here, kept = os.open(".", os.O_RDONLY), [os.dup(1), os.dup(2)]
    os.chdir(folder)
    _redirect(Path("stdout"), Path("stderr"))
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.fchdir(here)
        for saved, number in zip(kept, (1, 2), strict=True):
            os.dup2(saved, number)
            os.close(saved)
        os.close(here)


def _redirect(stdout: Path, stderr: Path) -> None:
    """Send the two streams to files, below Python, so that nothing slips by."""
    for path, number in ((stdout, 1), (stderr, 2)):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, number)
        os.close(handle)


def _child(case: Case, folder: Path, streams: tuple[Path, Path], do: Callable[[Case], int]) -> None:
    """Run the case in the child and end it; never returns."""
    code = _CRASHED
    try:
        os.setsid()
        # should the runner be killed, its child must not go on for ever
        resource.setrlimit(resource.RLIMIT_CPU, (600, 600))
        os.chdir(folder)
        _redirect(*streams)
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", errors="replace", closefd=False, buffering=1)  # noqa: SIM115
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.update(case.environment)
        try:
            code = do(case)
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code & 0xFF)


class Running:
    """A case in its forked child, in an empty folder of its own; `poll` until there is an outcome."""

    def __init__(
        self, case: Case, bases: dict[str, bytes], limits: Limits, folder: Path,
        do: Callable[[Case], int] = call,
    ) -> None:  # fmt: skip
        self.case, self._limits, self._most = case, limits, 0
        self._work = Path(tempfile.mkdtemp(dir=folder))
        room = self._work / "room"
        room.mkdir()
        for spec in case.files:
            target = room / spec.name.replace("entry", bases.get("stored name", b"entry").decode())
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(spec.content(bases))
        self._streams = (self._work / "stdout", self._work / "stderr")
        self._start = time.monotonic()
        self._child = os.fork()
        if self._child == 0:
            _child(case, room, self._streams, do)

    def poll(self) -> Outcome | None:
        """Look at the child; stop it at a limit; give the outcome once there is one."""
        done, status, usage = os.wait4(self._child, os.WNOHANG)
        if done:
            return self._outcome(os.waitstatus_to_exitcode(status), usage)
        self._most = max(self._most, _resident(self._child))
        late = (
            time.monotonic() - self._start > self._limits.patience
            or _worked(self._child) > self._limits.seconds
        )
        if self._most <= self._limits.bytes and not late:
            return None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child, signal.SIGKILL)  # and what it has started
        os.kill(self._child, signal.SIGKILL)
        return self._outcome(None, os.wait4(self._child, 0)[2])

    def _outcome(self, code: int | None, usage: resource.struct_rusage) -> Outcome:
        seconds, worked = time.monotonic() - self._start, usage.ru_utime + usage.ru_stime
        rss = max(self._most, usage.ru_maxrss * 1024)
        try:
            return Outcome(code, _read(self._streams[0]), _read(self._streams[1]), seconds, worked, rss)
        finally:
            shutil.rmtree(self._work, ignore_errors=True)


def _worked(process: int) -> float:
    """Seconds of the processor that a process has used."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _resident(process: int) -> int:
    """Bytes of memory that a process holds."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize()
    return 0


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace") if path.exists() else ""


# -------------------------------------------------------------------------------------------------- report


def draw_cases(number: int, seed: int) -> list[Case]:
    """Draw different cases; the same seed gives the same ones."""
    found: dict[Case, None] = {}
    while len(found) < number:
        # its first one is always the simplest: a handful at least, or the last gap is never filled
        found |= dict.fromkeys(_drawn(max(number - len(found), 50), seed + 1_000_003 * len(found)))
    return list(found)[:number]


def _drawn(number: int, seed: int) -> list[Case]:
    """Draw cases, some of them twice: hypothesis likes to vary what it has."""
    found: list[Case] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=number, database=None, deadline=None, phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(fuzz_inputs.cases())
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found[:number]


@dataclass(frozen=True)
class Failure:
    """A case, what is wrong, and what it did."""

    case: Case
    wrong: tuple[str, ...]
    outcome: Outcome

    @property
    def place(self) -> str:
        """The last line of the traceback or of the message, numbers left out: one fault, one place."""
        lines = [line for line in self.outcome.stderr.splitlines() if line.strip()]
        inside = [
            re.findall(r'(\w+\.py)", line \d+, in (\S+)', line) for line in lines if line.startswith("  File")
        ]
        last = re.sub(r"\d+", "#", lines[-1])[:120] if lines else ""
        return f"{' '.join(inside[-1][0]) if inside and inside[-1] else ''} {last}".strip()


def run_all(
    cases: Sequence[Case], bases: dict[str, bytes], limits: Limits, folder: Path, workers: int = 1,
    report: Callable[[int, Failure], None] = lambda number, failure: None,
    progress: Callable[[int, Outcome], None] = lambda done, outcome: None,
) -> list[Failure]:  # fmt: skip
    """Run cases, `workers` at a time, and judge them."""
    found = []
    for done, (number, case, outcome) in enumerate(_outcomes(cases, bases, limits, folder, workers), start=1):
        progress(done, outcome)
        if wrong := verdict(case, outcome, limits):
            found.append(Failure(case, tuple(wrong), outcome))
            report(number, found[-1])
    return found


def _outcomes(
    cases: Sequence[Case], bases: dict[str, bytes], limits: Limits, folder: Path, workers: int
) -> Iterator[tuple[int, Case, Outcome]]:
    """Keep `workers` children busy from this one thread: a fork beside threads may find locks taken."""
    waiting, running = list(enumerate(cases))[::-1], {}
    pause = 0.001
    while waiting or running:
        while waiting and len(running) < workers:
            number, case = waiting.pop()
            running[number] = Running(case, bases, limits, folder)
            pause = 0.001
        for number, one in list(running.items()):
            outcome = one.poll()
            if outcome is not None:
                del running[number]
                yield number, one.case, outcome
        time.sleep(pause)
        pause = min(pause * 1.2, 0.05)


def as_document(failure: Failure) -> dict[str, Any]:
    """Put a failure into JSON: to read, and to repeat."""
    outcome = asdict(failure.outcome)
    outcome["stdout"], outcome["stderr"] = outcome["stdout"][:2000], outcome["stderr"][-6000:]
    return {"wrong": failure.wrong, "place": failure.place, "case": asdict(failure.case), "outcome": outcome}


def read_case(path: Path) -> Case:
    """Read the case of a failure back."""
    given = json.loads(path.read_text(encoding="utf-8"))["case"]
    files = tuple(
        FileSpec(one["name"], one["text"], one["base"], tuple(map(tuple, one["edits"])))
        for one in given["files"]
    )
    return Case(given["front"], tuple(given["words"]), files, tuple(map(tuple, given["environment"])))


def summary(failures: Sequence[Failure], number: int) -> str:
    """Count failures by kind and place."""
    kinds = Counter(
        (
            ", ".join(one.wrong),
            one.case.words[0][:20] if one.case.front == "nnft" else one.case.front,
            one.place,
        )
        for one in failures
    )
    lines = [f"{number} cases, {len(failures)} failures in {len(kinds)} kinds"]
    return "\n".join(lines + [f"{count:5d}  {' | '.join(kind)}" for kind, count in kinds.most_common()])


def main(arguments: Sequence[str]) -> int:
    """Run as ``python -m tests.field.fuzz_run``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("fuzz_failures"))
    parser.add_argument("--replay", type=Path, metavar="FILE", help="repeat the case of a failure")
    parser.add_argument("--quick", action="store_true", help="shorter warm-up, for a few cases")
    chosen = parser.parse_args(arguments)
    limits = Limits()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bases = warm_up(folder / "warm", report=not chosen.quick)
        if chosen.replay:
            case = read_case(chosen.replay)
            ((_, _, outcome),) = _outcomes([case], bases, limits, folder, 1)
            wrong = verdict(case, outcome, limits)
            print(*case.words, outcome.stdout, outcome.stderr, f"exit code {outcome.code}, {wrong}", sep="\n")
            return 1 if wrong else 0
        start = time.monotonic()
        cases = draw_cases(chosen.cases, chosen.seed)
        print(f"{len(cases)} cases drawn in {time.monotonic() - start:.0f} s", flush=True)

        def report(number: int, failure: Failure) -> None:
            chosen.out.mkdir(parents=True, exist_ok=True)
            text = json.dumps(as_document(failure), indent=1)
            (chosen.out / f"{chosen.seed}-{number:05d}.json").write_text(text, encoding="utf-8")
            print(
                f"[{time.monotonic() - start:6.0f} s] case {number}: {', '.join(failure.wrong)}", flush=True
            )

        codes: Counter[int | None] = Counter()

        def progress(done: int, outcome: Outcome) -> None:
            codes[outcome.code] += 1
            if done % 500 == 0:
                print(f"[{time.monotonic() - start:6.0f} s] {done} cases done", flush=True)

        failures = run_all(cases, bases, limits, folder, chosen.workers, report, progress)
        print(summary(failures, len(cases)))
        print("exit codes:", ", ".join(f"{code}: {number}" for code, number in codes.most_common()))
        if failures:
            print(f"Cases: {chosen.out}/*.json; repeat one: python -m tests.field.fuzz_run --replay FILE")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
