"""Progress on standard error: bars on a terminal, plain lines elsewhere."""

import sys
import time
from types import TracebackType

import click

#: Seconds between plain lines when standard error is not a terminal.
LINE_EVERY = 5.0


class TerminalProgress:
    """Shows the stages and the sampling rate of a long computation; a context manager.

    On a terminal it draws a bar with rate and time left; in a log file it writes one line per stage and one
    every few seconds while sampling.
    """

    def __init__(self) -> None:
        self._bar: _Bar | None = _Bar() if sys.stderr.isatty() else None
        self._last = 0.0
        self._started = time.perf_counter()

    def __enter__(self) -> "TerminalProgress":
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def stage(self, text: str) -> None:
        """Announce a step."""
        if self._bar is not None:
            self._bar.stage(text)
        else:
            click.echo(f"[{time.perf_counter() - self._started:6.1f} s] {text}", err=True)
            self._last = time.perf_counter()

    def sampling(self, done: int, total: int) -> None:
        """Report sampled networks."""
        if self._bar is not None:
            self._bar.sampling(done, total)
        elif time.perf_counter() - self._last > LINE_EVERY:
            self._last = time.perf_counter()
            click.echo(f"[{self._last - self._started:6.1f} s]   {done:,} of {total:,} networks", err=True)


class _Bar:
    """The bar on a terminal; imports rich only when it is needed."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            Progress,
            SpinnerColumn,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(show_speed=True),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None)

    def start(self) -> None:
        self._progress.start()

    def stop(self) -> None:
        self._progress.stop()

    def stage(self, text: str) -> None:
        self._progress.console.print(f"[dim]{text}[/dim]", highlight=False)
        self._progress.reset(self._task, description=text, total=None)

    def sampling(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=total)
