"""Pictures of many diagrams: with compiled measurements, and on several cores.

One picture takes some 20 ms and waits for nothing. A thousand are worth the compiler, which halves that, and
processes of their own, whose start takes a second or two.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial

from diagrams.diagram import Diagram
from diagrams.pictures.frames import Layout
from diagrams.pictures.marks import Sign
from diagrams.pictures.picture import Picture, picture

Draw = Callable[[Diagram | Picture], Picture]

#: Diagrams that a process is given at a time: enough to keep it busy, few enough to see how far it is.
_TOGETHER = 16


@dataclass(frozen=True)
class Effort:
    """From how many pictures on an effort pays.

    Attributes
    ----------
    compiled : int
        Compiled measurements: half a second to load them, some 20 s to compile them, once on a machine.
    shared : int
        Processes: each loads everything once more.
    """

    compiled: int = 150
    shared: int = 400


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pictures(
    diagrams: Iterable[Diagram | Picture],
    *,
    layout: Layout | str = Layout.FREE,
    incoming: int | None = None,
    signs: Mapping[int, Sign] | None = None,
    processes: int = 1,
    effort: Effort | None = None,
) -> Iterator[Picture]:
    """Draw diagrams one after the other, the same pictures as of `diagrams.pictures.picture.picture`.

    Parameters
    ----------
    diagrams : iterable of Diagram or Picture
    layout, incoming, signs
        As for `diagrams.pictures.picture.picture`.
    processes : int
        How many may work at it; a program that asks for several has its main part behind
        ``if __name__ == "__main__"``, since every process imports it.
    effort : Effort, optional

    Yields
    ------
    Picture
        In the order of the diagrams.

    Examples
    --------
    >>> [drawn.width > 1 for drawn in pictures([Diagram.from_edge_string("x1-x2")])]
    [True]
    """
    asked, effort = list(diagrams), effort or Effort()
    draw = partial(picture, layout=layout, incoming=incoming, signs=signs)
    if len(asked) >= effort.compiled:
        _compile()
    if processes < 2 or len(asked) < effort.shared:
        yield from map(draw, asked)
        return
    done = 0
    try:
        for drawn in _shared(asked, draw, processes):
            yield drawn
            done += 1
    except (BrokenProcessPool, OSError):  # processes cannot be had here, or one was ended from outside
        yield from map(draw, asked[done:])


def _shared(
    asked: Sequence[Diagram | Picture], draw: "partial[Picture]", processes: int
) -> Iterator[Picture]:
    """The same by several processes; the first picture here, so that compiled code is on disk for all."""
    yield draw(asked[0])
    # A process that is started anew holds no thread and no lock of this one.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin) as pool:
        yield from pool.map(draw, asked[1:], chunksize=_TOGETHER)


def _begin() -> None:
    """Leave an interruption to the process that asked; measure by compiled code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _compile()


def _compile() -> None:
    """Load the compiled measurements: what measures drawings looks whether they are there."""
    import diagrams.pictures.machine_faults  # noqa: F401 - see above
