"""Compiled code on disk that notices when *any* compiled code of its floor has changed.

Numba stores machine code beside the source and takes it for fresh as long as the file of the function
itself is the same. A caller compiled together with a callee of another file would survive a change of the
callee, and wrong numbers would come out silently. Here the mark of freshness is a checksum of all files of
the floor that hold compiled code.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any


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
        if b".jit import" in text or b"numba" in text:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + text)
    return digest.hexdigest()


def kept_fresh(dispatcher: Any, root: Path) -> Any:
    """Tie the stored machine code of a compiled function to all compiled code of its floor.

    Parameters
    ----------
    dispatcher : numba dispatcher
        With ``cache=True``, not yet compiled.
    root : Path
        Folder of the package.

    Returns
    -------
    numba dispatcher
        The same.
    """
    stored = dispatcher._cache._cache_file
    stored._source_stamp = (stored._source_stamp, code_stamp(root))
    return dispatcher
