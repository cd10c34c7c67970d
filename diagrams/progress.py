"""Progress that is asked for with ``progress=True``: who shows it stands on the top floor, and is looked up.

A function that takes ``progress`` takes a callable of its own, or True, or nothing; it works inside
``with shown(progress, "networks") as report`` and calls `report` unless that is None.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from typing import TypeVar

#: What is called with the number of things done and their total; what is given a line of text.
Report = Callable[[int, int], None]
Say = Callable[[str], None]
#: What functions take.
ProgressLike = Report | bool | None
SayLike = Say | bool | None
_Told = TypeVar("_Told")
#: Who shows progress, by name.
_DISPLAY = "nnft_sym.progress.asked"


def shown(progress: ProgressLike, unit: str) -> AbstractContextManager[Report | None]:
    """Turn what was given as ``progress`` into a callable, and show the progress if True was given.

    Parameters
    ----------
    progress : callable, bool or None
    unit : str
        What is counted, in the plural.

    Returns
    -------
    context manager
        It gives a callable or None.

    Examples
    --------
    >>> done = []
    >>> with shown(lambda *numbers: done.append(numbers), "networks") as report:
    ...     report(1, 2)
    >>> with shown(False, "networks") as report:
    ...     done, report
    ([(1, 2)], None)
    """
    return _given_or_shown(progress, "counted", unit)


def shown_lines(progress: SayLike, beginning: str) -> AbstractContextManager[Say | None]:
    """Do the same for progress in words.

    Parameters
    ----------
    progress : callable, bool or None
    beginning : str
        What is said until the first line is given.

    Returns
    -------
    context manager
        It gives a callable or None.
    """
    return _given_or_shown(progress, "in_words", beginning)


@contextmanager
def _given_or_shown(progress: _Told | bool | None, display: str, words: str) -> Iterator[_Told | None]:
    if isinstance(progress, bool):
        if not progress:
            yield None
            return
        opened: AbstractContextManager[_Told] = getattr(import_module(_DISPLAY), display)(words)
        with opened as report:
            yield report
        return
    yield progress
