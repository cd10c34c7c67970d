"""Compiled code on disk that notices when *any* compiled code of its floor has changed.

Numba stores machine code beside the source and takes it for fresh as long as the file of the function
itself is the same. A caller compiled together with a callee of another file would survive a change of the
callee, and wrong numbers would come out silently. Here the mark of freshness is a checksum of all files of
the floor that hold compiled code.
"""

import hashlib
import logging
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache

from diagrams.errors import NNFTError

_LOGGER = logging.getLogger(__name__)


@cache
def code_stamp(root: Path) -> str:
    """Checksum of the files below `root` that compile something.

    Parameters
    ----------
    root : Path
        Folder of a package.

    Returns
    -------
    str
        Hexadecimal SHA-256.
    """
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        text = path.read_bytes()
        if b".jit import" in text or b"jit_cache import" in text or b"numba" in text:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + text)
    return digest.hexdigest()


class CompilerDisabled(NNFTError, RuntimeError):
    """Numba was told not to compile; our compiled code cannot run without it."""


class CompilerNotice(UserWarning):
    """Machine code cannot be kept on disk; it is compiled anew in every process."""


def stored(function: Callable[..., Any], root: Path, **options: Any) -> Any:
    """Make a compiled function whose machine code is kept on disk, if there is a place for it.

    Parameters
    ----------
    function : callable
    root : Path
        Folder of the package; the machine code is tied to all compiled code below it.
    **options
        For ``numba.njit``.

    Returns
    -------
    numba dispatcher
        Not yet compiled.

    Raises
    ------
    CompilerDisabled
        If the environment variable NUMBA_DISABLE_JIT is set.
    """
    if numba.config.DISABLE_JIT:
        raise CompilerDisabled(
            "NUMBA_DISABLE_JIT is set, but this calculation consists of compiled code; unset that variable"
        )
    dispatcher = numba.njit(**options)(function)
    try:
        dispatcher._cache = _KeptCode(function, root)
    except RuntimeError:  # Numba found no folder that it may write to
        _say_once()
    return dispatcher


# Numba ships no types, so FunctionCache is Any to the type checker, which refuses a class built on Any; there
# is no other place where reading and writing of stored code can be taken over.
class _KeptCode(FunctionCache):  # type: ignore[misc]
    """The stored machine code of a function; a disk that fails costs time, never a calculation."""

    def __init__(self, function: Callable[..., Any], root: Path) -> None:
        super().__init__(function)
        self._cache_file._source_stamp = (self._cache_file._source_stamp, code_stamp(root))

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Read, or give nothing, whatever is wrong with the files."""
        try:
            found = super().load_overload(sig, target_context)
            name = getattr(self._py_func, "__qualname__", "a function")
            _LOGGER.debug("machine code of %s: %s", name, "compiling" if found is None else "from the disk")
            return found
        except Exception:  # what a damaged archive raises is not documented; it is compiled anew
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Write, or say once that it was not possible."""
        try:
            _LOGGER.info("compiled %s", getattr(self._py_func, "__qualname__", "a function"))
            super().save_overload(sig, data)
        except Exception:  # a full disk; or a damaged index, which is read before it is added to
            _say_once()


@cache
def _say_once() -> None:
    warnings.warn(
        "compiled code cannot be kept: neither the folder of the program nor that of the user can be written "
        "to. It is compiled again in every run (some 20 s); to have it kept, set NUMBA_CACHE_DIR to a folder "
        "that can",
        CompilerNotice,
        stacklevel=4,
    )
