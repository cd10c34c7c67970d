"""Progress that is asked for with ``progress=True``: who shows it stands on the top floor, and is looked up.

A function that takes ``progress`` takes a callable of its own, or True, or nothing; it works inside
``with shown(progress, "networks") as report`` and calls `report` unless that is None.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module

#: What is called with the number of things done and their total; what is given a line of text.
Report = Callable[[int, int], None]
Say = Callable[[str], None]
#: What functions take.
ProgressLike = Report | bool | None
SayLike = Say | bool | None
#: Who shows progress, by name.
_DISPLAY = "nnft_sym.progress.asked"


@contextmanager
def shown(progress: ProgressLike, unit: str) -> Iterator[Report | None]:
    """Turn what was given as ``progress`` into a callable, and show the progress if True was given.

    Parameters
    ----------
    progress : callable, bool or None
    unit : str
        What is counted, in the plural.

    Yields
    ------
    callable or None

    Examples
    --------
    >>> done = []
    >>> with shown(lambda *numbers: done.append(numbers), "networks") as report:
    ...     report(1, 2)
    >>> with shown(False, "networks") as report:
    ...     done, report
    ([(1, 2)], None)
    """
    if isinstance(progress, bool):
        if not progress:
            yield None
            return
        opened: AbstractContextManager[Report] = import_module(_DISPLAY).counted(unit)
        with opened as report:
            yield report
        return
    yield progress


@contextmanager
def shown_lines(progress: SayLike, beginning: str) -> Iterator[Say | None]:
    """Do the same for progress in words.

    Parameters
    ----------
    progress : callable, bool or None
    beginning : str
        What is said until the first line is given.

    Yields
    ------
    callable or None
    """
    if isinstance(progress, bool):
        if not progress:
            yield None
            return
        opened: AbstractContextManager[Say] = import_module(_DISPLAY).in_words(beginning)
        with opened as say:
            yield say
        return
    yield progress
