"""What ``progress=True`` shows on standard error: a bar on a terminal, lines in notebooks and files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nnft_sym.progress.bars import TerminalProgress
from nnft_sym.progress.ticker import Ticker


@contextmanager
def counted(unit: str) -> Iterator[Callable[[int, int], None]]:
    """Show how many things are done.

    Parameters
    ----------
    unit : str

    Yields
    ------
    callable
        Takes the number of things done and their total.

    Examples
    --------
    >>> with counted("networks") as report:
    ...     report(1, 2)
    """
    with TerminalProgress(unit) as progress:
        yield progress.sampling


@contextmanager
def in_words(beginning: str) -> Iterator[Callable[[str], None]]:
    """Show the latest of the lines that are given.

    Parameters
    ----------
    beginning : str
        What is said until there is one.

    Yields
    ------
    callable

    Examples
    --------
    >>> with in_words("looking for diagrams") as say:
    ...     say("12 diagrams found")
    """
    said = [beginning]
    with Ticker(lambda: said[-1]):
        yield said.append
