"""Standard output and standard error of the command: closed, full, or read by nobody any more.

- What a command prints is held back until the command is done (`Held`): a crash, or bad input that is
  noticed late, leaves standard output empty.
- A reader that has gone (``| head -1``) has all that it wanted: the rest is dropped, and the exit code is
  the one that the command has anyway.
- A closed or full standard output is refused; without standard error, messages are dropped.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from nnft_sym.printing.plain_text import PLAIN


class Held(io.StringIO):
    """Text that is held back; it answers for the stream that it will be written to.

    Parameters
    ----------
    stream : TextIO

    Examples
    --------
    >>> stream = io.StringIO()
    >>> held = Held(stream)
    >>> _ = held.write("all at once")
    >>> stream.getvalue()
    ''
    >>> held.deliver()
    >>> stream.getvalue()
    'all at once'
    """

    def __init__(self, stream: TextIO) -> None:
        # an empty text keeps the line ends that are written
        super().__init__(newline="")
        self._stream = stream

    # The stubs of io declare a variable, which a property without a setter cannot replace for a type checker.
    # In io itself nobody can write to it either.
    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Encoding of the stream."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    # As `encoding`: a variable in the stubs only.
    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """What the stream does with letters that it cannot show."""
        return getattr(self._stream, "errors", None)

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """File descriptor of the stream."""
        return self._stream.fileno()

    def deliver(self) -> None:
        """Write everything; nothing is left here."""
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        if text:
            self._stream.write(text)
        self._stream.flush()


class OutputClosed(Exception):
    """Standard output was closed before the process began."""


@contextmanager
def held_output() -> Iterator[Held]:
    """Hold back what is written to standard output.

    Raises
    ------
    OutputClosed
        If there is no standard output.
    """
    stream = sys.stdout
    if stream is None:
        raise OutputClosed
    held = Held(stream)
    sys.stdout = held
    try:
        yield held
    finally:
        sys.stdout = stream


class Forgiving(io.TextIOBase):
    """Standard error that drops what cannot be written: a message must not become a failure.

    Parameters
    ----------
    stream : TextIO or None
        None if standard error is closed.

    Examples
    --------
    >>> Forgiving(None).write("nobody hears this")
    17
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    # The stubs of io declare a variable, which a property without a setter cannot replace for a type checker.
    # In io itself nobody can write to it either.
    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Encoding of the stream."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    # As `encoding`: a variable in the stubs only.
    @property
    def errors(self) -> str:  # type: ignore[override]
        """For libraries that ask whether any letter may be written: it may, in a plain form if need be."""
        return "replace"

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        """File descriptor of the stream."""
        if self._stream is None:
            raise io.UnsupportedOperation("standard error is closed")
        return self._stream.fileno()

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Write if it is possible."""
        try:
            if self._stream is not None:
                self._stream.write(text)
                self._stream.flush()
        except OSError:
            self._stream = None
            discard(2)
        return len(text)

    def flush(self) -> None:
        """Nothing is ever held back."""


def prepare_streams() -> None:
    """Give the process its three file descriptors, and streams that can show any letter.

    A file opened while descriptor 1 or 2 is free would take its number, and receive what a library in C
    writes there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            taken = os.open(os.devnull, os.O_RDWR)
            if taken != number:
                os.dup2(taken, number)
                os.close(taken)
    # A terminal that cannot show λ shows "lambda" instead of a traceback.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=PLAIN)
    sys.stderr = Forgiving(sys.stderr)


def discard(number: int) -> None:
    """Send what is still buffered to nowhere, so that Python does not complain when it flushes at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
