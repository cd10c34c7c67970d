"""Progress of a prediction on standard error, for those that take long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from nnft_sym.progress.patience import Patience, policy_of
from nnft_sym.progress.ticker import Ticker


@contextmanager
def integral_progress(
    first: float | None = None, every: float | None = None
) -> Iterator[Callable[[int, int], None]]:
    """Show how many integrals are done; to be given to `predict` as ``progress``.

    Parameters
    ----------
    first, every : float, optional
        Seconds without a word, and seconds between lines from then on; 2 and 5 by default.

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

    usual = policy_of(Patience)
    patience = replace(
        usual,
        first=usual.first if first is None else first,
        every=usual.every if every is None else every,
    )
    with Ticker(lambda: f"{latest[0]} of {latest[1]} integrals", patience):
        yield report
