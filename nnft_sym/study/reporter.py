"""Who is told what a long study is doing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Reporter(Protocol):
    """Receives what a long study is doing; `nnft_sym.progress.bars` shows it on the terminal."""

    def stage(self, text: str) -> None:
        """Announce a step."""

    def sampling(self, done: int, total: int) -> None:
        """Report sampled networks."""

    def averaging(self, done: int, total: int) -> None:
        """Report averages over the parameters of one neuron, for exact correlators."""

    def integrating(self, done: int, total: int) -> None:
        """Report integrals of diagrams of one correlator."""


class Silent:
    """A reporter that says nothing."""

    def stage(self, text: str) -> None:
        """Announce nothing."""

    def sampling(self, done: int, total: int) -> None:
        """Report nothing."""

    def averaging(self, done: int, total: int) -> None:
        """Report nothing."""

    def integrating(self, done: int, total: int) -> None:
        """Report nothing."""


@contextmanager
def reported(reporter: Reporter | None, progress: bool) -> Iterator[Reporter | None]:
    """Give the reporter of a study: that which was given, or one that shows what is done.

    Parameters
    ----------
    reporter : Reporter or None
    progress : bool
        Show it, where there is no reporter.

    Yields
    ------
    Reporter or None
    """
    if reporter is not None or not progress:
        yield reporter
        return
    from nnft_sym.progress.bars import TerminalProgress

    with TerminalProgress() as shown:
        yield shown
