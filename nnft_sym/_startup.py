"""The first thing that the command ``nnft`` loads: what ends a process before, beside and after its work.

A crash while our packages are being imported, in a thread, or at the end would otherwise print a traceback
and exit with 1, which means that a validation did not pass. A library must not touch such settings, so
nothing here acts unless the process *is* the command.
"""

import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from types import FrameType, TracebackType

#: Exit codes: bad input, a fault of ours (EX_SOFTWARE of sysexits.h), ended by Ctrl-C.
BAD_INPUT, CRASHED, INTERRUPTED = 2, 70, 130
#: The environment variable that asks for tracebacks.
DEBUG = "NNFT_DEBUG"
#: Letters of an error of somebody else's that a message repeats.
_LONGEST = 300


def is_the_command() -> bool:
    """Tell whether this process was started as ``nnft`` or as ``python -m nnft_sym``.

    Its worker processes are not: they inherit ``sys.argv``, but not the words that Python was started with.
    """
    words = sys.orig_argv[1:]
    if ("-m", "nnft_sym") in pairwise(words):
        return True
    script = next((word for word in words if not word.startswith("-")), "")
    return os.path.basename(script).split(".")[0].removesuffix("-script") == "nnft"


def debugging() -> bool:
    """Tell whether tracebacks are wanted."""
    return os.environ.get(DEBUG, "0") not in ("", "0")


@contextmanager
def showing_tracebacks() -> Iterator[None]:
    """Want tracebacks while the block runs."""
    before = os.environ.get(DEBUG)
    os.environ[DEBUG] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[DEBUG]
        else:
            os.environ[DEBUG] = before


def crash_message(error: BaseException) -> str:
    """Say in one line that the fault is ours, what it was, and where to report it.

    Examples
    --------
    >>> crash_message(RecursionError("too deep"))[:61]
    'nnft: this is a fault of nnft-sym, not of your input: Recursi'
    """
    what = " ".join(str(error).split())[:_LONGEST]
    said = f"{type(error).__name__}{what and ': '}{what}"
    if isinstance(error, MemoryError):
        return (
            f"nnft: the memory of this machine did not suffice ({said}); ask for less. That this was "
            "not noticed before is a fault of nnft-sym: please report the command to its developers "
            "(CITATION.cff)"
        )
    return (
        f"nnft: this is a fault of nnft-sym, not of your input: {said}. Please report it to the developers "
        f"of nnft-sym (CITATION.cff), with the command and what the same command prints after {DEBUG}=1"
    )


def say(text: str, error: BaseException | None = None) -> None:
    """Write a line on standard error, and the traceback of an error if those are wanted; never fail."""
    if error is not None and debugging():
        text = "".join(traceback.format_exception(error)) + text
    try:
        print_to = sys.stderr
        if print_to is not None:
            print_to.write(text + "\n")
            print_to.flush()
    except (OSError, ValueError):  # closed, or nobody reads it: the exit code is all that is left
        pass


def exit_code_of(error: BaseException) -> int:
    """Report an error that nothing caught, and give the exit code that it means."""
    if isinstance(error, KeyboardInterrupt):
        say("nnft: interrupted")
        return INTERRUPTED
    if getattr(error, "nnft_message", False):
        say(f"nnft: {error}", error)
        return BAD_INPUT
    say(crash_message(error), error)
    return CRASHED


def guard_command() -> None:
    """Guard the process if it is the command; a program that imports us is left alone."""
    if is_the_command():
        guard_process()


def guard_process() -> None:
    """See to it that this process ends with a message and its exit code, whatever happens to it from now on.

    Until `listen_to_interrupts` Ctrl-C ends the process on the spot: nothing is there yet to be tidied.
    """
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    warnings.showwarning = _warn
    end_on_interrupt()


def end_on_interrupt() -> None:
    """Let Ctrl-C end the process at once, unless it is ignored, as in the background of some shells."""
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _quit)


def listen_to_interrupts() -> None:
    """Let Ctrl-C be what it is in Python again: an exception, after which results are kept."""
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGINT) is _quit:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _quit(number: int, frame: FrameType | None) -> None:
    try:
        os.write(2, b"nnft: interrupted\n")
    except OSError:
        pass
    finally:
        os._exit(INTERRUPTED)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    code = exit_code_of(error)
    # an exit through the interpreter would turn the code into 1
    os._exit(code)


def _uncaught_in_thread(failed: threading.ExceptHookArgs) -> None:
    """A helper thread only reports how far the work is: the work itself goes on."""
    error = failed.exc_value
    if error is not None and not isinstance(error, SystemExit):
        name = failed.thread.name if failed.thread is not None else "a thread"
        say(f"nnft: note: {name} failed ({type(error).__name__}: {error}); the calculation goes on", error)


def _warn(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,
    line: str | None = None,
) -> None:
    where = f" ({filename}:{lineno})" if debugging() else ""
    say(f"nnft: note: {' '.join(str(message).split())}{where}")
