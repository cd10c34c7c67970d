"""Progress of a prediction on standard error, for those that take long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nnft_sym.progress.ticker import EVERY, FIRST, Ticker


@contextmanager
def integral_progress(first: float = FIRST, every: float = EVERY) -> Iterator[Callable[[int, int], None]]:
    """Show how many integrals are done; to be given to `predict` as ``progress``.

    Parameters
    ----------
    first, every : float
        Seconds without a word, and seconds between lines from then on.

    Yields
    ------
    callable
        Takes the number of integrals done and their total.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> terms = nn.expand("lambda*f^4", 4, scheme="exact").monomials()
    >>> with nn.integrals.integral_progress() as progress:  # less than two seconds: nothing is printed
    ...     found = nn.predict(terms, nn.ErfNet(1).kernel, [0.1, 0.2], nn.Box(5.0), progress=progress)
    """
    latest = (0, 0)

    def report(done: int, total: int) -> None:
        nonlocal latest
        latest = (done, total)

    with Ticker(lambda: f"{latest[0]} of {latest[1]} integrals", first, every):
        yield report
