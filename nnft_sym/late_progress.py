"""Progress for commands that are mostly instant: silent at first, then lines on standard error."""

import threading
from types import TracebackType

import click

#: Seconds without a word, and seconds between lines from then on.
SILENT_FOR = 2.0
LINE_EVERY = 5.0


class LateProgress:
    """Keeps the latest line that says how far things are, and prints it only when they take long.

    A context manager to be called with lines of text. A thread prints, so that a single long step is
    announced as well, and reporting costs the computation next to nothing.

    Examples
    --------
    >>> with LateProgress() as progress:
    ...     progress("counting")  # done in less than two seconds: nothing is printed
    """

    def __init__(self, silent_for: float = SILENT_FOR, line_every: float = LINE_EVERY) -> None:
        self._wait = silent_for, line_every
        self._line = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._print_lines, daemon=True)

    def __enter__(self) -> "LateProgress":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def __call__(self, line: str) -> None:
        """Say how far things are."""
        self._line = line

    def _print_lines(self) -> None:
        wait, printed = self._wait[0], ""
        while not self._over.wait(wait):
            if self._line and self._line != printed:
                printed = self._line
                click.echo(printed, err=True)
            wait = self._wait[1]
