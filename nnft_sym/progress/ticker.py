"""A line on standard error every few seconds while a long job runs, whatever it is busy with."""

import threading
import time
from collections.abc import Callable
from types import TracebackType

import click

from nnft_sym.progress.patience import Patience, policy_of


class Ticker:
    """Says how far a job is; a context manager.

    The lines come from a thread of its own, so that they appear while compiled code or the compiler runs.

    Parameters
    ----------
    text : callable
        ``() -> str``: how far the job is now. Called from the thread; it should only read.
    patience : Patience, optional
        Seconds of silence before the first line, and between lines.

    Examples
    --------
    >>> with Ticker(lambda: "half of it"):
    ...     sum(range(10))  # done long before the first line
    45
    """

    def __init__(self, text: Callable[[], str], patience: Patience | None = None) -> None:
        self._text, self._patience = text, patience or policy_of(Patience)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = 0.0

    def __enter__(self) -> "Ticker":
        self._started = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        wait = self._patience.first
        while not self._done.wait(wait):
            wait = self._patience.every
            click.echo(f"[{time.monotonic() - self._started:6.1f} s] {self._text()}", err=True)
