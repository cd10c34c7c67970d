"""Where files are kept that can be made again: the folder of caches that the desktop standard names.

XDG Base Directory Specification, version 0.8: ``$XDG_CACHE_HOME``, or ``~/.cache`` where that is not set or
is no absolute path.
"""

import os
from pathlib import Path

#: The variable of the standard, and our folder in the one that it names.
VARIABLE, OURS = "XDG_CACHE_HOME", "nnft_sym"


def cache_folder() -> Path:
    """Give the folder of our caches, whether it is there or not.

    Examples
    --------
    >>> cache_folder().name
    'nnft_sym'
    """
    given = os.environ.get(VARIABLE, "")
    base = Path(given) if os.path.isabs(given) else Path(os.path.expanduser("~")) / ".cache"
    return base / OURS


def integrals_folder() -> Path:
    """Give the folder of integrals in it, whether it is there or not.

    Examples
    --------
    >>> integrals_folder().parts[-2:]
    ('nnft_sym', 'integrals')
    """
    return cache_folder() / "integrals"
