"""Progress of a prediction on standard error, for those that take long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nnft_sym.late_progress import LINE_EVERY, SILENT_FOR, LateProgress


@contextmanager
def integral_progress(
    silent_for: float = SILENT_FOR, line_every: float = LINE_EVERY
) -> Iterator[Callable[[int, int], None]]:
    """Show how many integrals are done; to be given to `predict` as ``progress``.

    Parameters
    ----------
    silent_for, line_every : float
        Seconds without a word, and seconds between lines from then on.

    Yields
    ------
    callable
        Takes the number of integrals done and their total.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> terms = nn.correlator("lambda*f^4", 4, scheme="exact").monomials()
    >>> with nn.integral_progress() as progress:  # less than two seconds: nothing is printed
    ...     found = nn.predict(terms, nn.ErfNet(1).kernel, [0.1, 0.2], nn.Box(5.0), progress=progress)
    """
    with LateProgress(silent_for, line_every) as line:
        yield lambda done, total: line(f"{done} of {total} integrals")
