"""Old names that keep working for one release: the one place that says so."""

import warnings


def renamed(old: str, new: str, stacklevel: int = 3) -> None:
    """Warn that a name is called otherwise now.

    Parameters
    ----------
    old, new : str
        As a user writes them.
    stacklevel : int, optional
        As for `warnings.warn`; 3 is the caller of the function that calls this.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as told:
    ...     warnings.simplefilter("always")
    ...     renamed("old", "new")
    >>> str(told[0].message)
    'old is called new now, and will be gone in the next release'
    """
    message = f"{old} is called {new} now, and will be gone in the next release"
    warnings.warn(message, DeprecationWarning, stacklevel=stacklevel)
