"""Keep Ctrl-C from striking in the middle of an update."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back an interrupt until the block is done.

    Python may raise KeyboardInterrupt between any two steps of the main thread, also between the two halves
    of an update. Whatever arrives inside the block is delivered at its end, to the handler that was in force.
    Other threads never receive interrupts; there nothing happens.

    Examples
    --------
    >>> done = []
    >>> try:
    ...     with uninterrupted():
    ...         signal.raise_signal(signal.SIGINT)
    ...         done.append("first half, second half")
    ... except KeyboardInterrupt:
    ...     done.append("interrupted")
    >>> done
    ['first half, second half', 'interrupted']
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    held: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if held:
            signal.raise_signal(signal.SIGINT)
