"""Progress on standard error: bars on a terminal, plain lines elsewhere."""

import sys
import threading
import time
from types import TracebackType

import click

from nnft_sym.printing.tables import NARROWEST, WIDEST
from nnft_sym.progress.patience import Patience, policy_of

#: What is said while nothing is reported, before any step was announced, and during one.
COMPILING = "still busy with the first part; after an installation the sampler is compiled once (20 s)"
BUSY = "still busy with this step; after an installation what it needs is compiled once (20 s)"


class TerminalProgress:
    """Shows the stages and the sampling rate of a long computation; a context manager.

    On a terminal it draws a bar with rate and time left; in a log file it writes one line per stage and one
    every few seconds while sampling. If nothing is sampled at first, it says once what may be going on.

    Parameters
    ----------
    unit : str, optional
        What is sampled.
    patience : Patience, optional
        When something is said.
    """

    def __init__(self, unit: str = "networks", patience: Patience | None = None) -> None:
        self._unit, self._patience = unit, patience or policy_of(Patience)
        self._bar: _Bar | None = _Bar(unit) if sys.stderr.isatty() else None
        self._silence = threading.Timer(self._patience.silence, self._say_busy)
        self._in_step = False
        self._silence.daemon = True
        self._started = self._last = time.perf_counter()
        self._rate = Rate()

    def __enter__(self) -> "TerminalProgress":
        if self._bar is not None:
            self._bar.start()
        self._silence.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._silence.cancel()
        if self._bar is not None:
            self._bar.stop()

    def _say(self, text: str) -> None:
        if self._bar is not None:
            self._bar.say(text)
        else:
            click.echo(f"[{time.perf_counter() - self._started:6.1f} s] {text}", err=True)

    def _say_busy(self) -> None:
        self._say(BUSY if self._in_step else COMPILING)

    def stage(self, text: str) -> None:
        """Announce a step."""
        self._rate = Rate()
        self._in_step = True
        if self._bar is not None:
            self._bar.stage(text)
        else:
            self._say(text)
            self._last = time.perf_counter()

    def sampling(self, done: int, total: int) -> None:
        """Report sampled networks; what the first call reports was done before (a run that is continued)."""
        self._report(done, total, self._unit)

    def averaging(self, done: int, total: int) -> None:
        """Report averages over the parameters of one neuron."""
        self._report(done, total, "averages over a neuron")

    def integrating(self, done: int, total: int) -> None:
        """Report integrals of diagrams."""
        self._report(done, total, "integrals")

    def _report(self, done: int, total: int, unit: str) -> None:
        self._silence.cancel()
        now = time.perf_counter()
        text = self._rate.after(done, total, now)
        if self._bar is not None:
            self._bar.sampling(done, total, text)
        elif now - self._last > self._patience.sampled:
            self._last = now
            click.echo(
                f"[{now - self._started:6.1f} s]   {done:,} of {total:,} {unit}{text and ', ' + text}",
                err=True,
            )


class Rate:
    """Networks per second since the first report, and the time left.

    Examples
    --------
    >>> rate = Rate()
    >>> rate.after(5_000, 100_000, seconds=10.0), rate.after(15_000, 100_000, seconds=12.0)
    ('', '5,000 per second, 17 s left')
    """

    def __init__(self) -> None:
        self._first: tuple[int, float] | None = None

    def after(self, done: int, total: int, seconds: float) -> str:
        """Say the rate and the time left; nothing as long as it is not known."""
        if self._first is None:
            self._first = (done, seconds)
        elapsed = seconds - self._first[1]
        if done <= self._first[0] or elapsed < 0.5:
            return ""
        rate = (done - self._first[0]) / elapsed
        return f"{rate:,.0f} per second, {duration((total - done) / rate)} left"


def duration(seconds: float) -> str:
    """Write a time in the two units that matter.

    Examples
    --------
    >>> duration(42.3), duration(200), duration(8000), duration(10**6)
    ('42 s', '3 min 20 s', '2 h 13 min', '11 d 13 h')
    """
    whole = round(seconds)
    for size, unit, smaller, name in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            return f"{whole // size:,} {unit} {whole % size // smaller} {name}"
    return f"{whole} s"


class _Bar:
    """The bar on a terminal; imports rich only when it is needed."""

    def __init__(self, unit: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rate]}"),
            console=Console(stderr=True, width=min(max(Console(stderr=True).width, NARROWEST), WIDEST)),
            transient=True,
        )
        self._task = self._progress.add_task(unit, total=None, rate="")

    def start(self) -> None:
        self._progress.start()

    def stop(self) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        from rich.markup import escape

        self._progress.console.print(f"[dim]{escape(text)}[/dim]", highlight=False)

    def stage(self, text: str) -> None:
        self.say(text)
        self._progress.reset(self._task, description=text, total=None, rate="")

    def sampling(self, done: int, total: int, rate: str) -> None:
        self._progress.update(self._task, completed=done, total=total, rate=rate)
