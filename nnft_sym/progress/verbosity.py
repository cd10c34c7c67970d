"""What ``-v`` shows: the messages of the standard loggers of the three floors, on standard error.

Nothing is shown without it. In Python the same messages are had by ``logging.basicConfig(level="INFO")``.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

#: The loggers of the floors; every module has its own below them.
LOGGERS = ("nnft_sym", "numerics", "diagrams")


@contextmanager
def logged(verbosity: int) -> Iterator[None]:
    """Show what is done while the block runs.

    Parameters
    ----------
    verbosity : int
        1: what is compiled, kept, integrated and sampled; 2 or more: every integral and every function, too.

    Examples
    --------
    >>> import logging
    >>> with logged(1):
    ...     logging.getLogger("numerics").isEnabledFor(logging.INFO)
    True
    """
    if not verbosity:
        yield
        return
    import logging

    import click

    started = time.monotonic()

    class Lines(logging.Handler):
        """Writes a line for every message, with the seconds since the command began."""

        def emit(self, record: logging.LogRecord) -> None:
            """Write one message."""
            line = f"[{time.monotonic() - started:6.1f} s] {record.name}: {record.getMessage()}"
            click.echo(line, err=True)

    handler, level = Lines(), logging.INFO if verbosity == 1 else logging.DEBUG
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(level)
    try:
        yield
    finally:
        for logger, former in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(former)
