"""Old public names keep working for one release, with a warning that names the new one."""

from warnings import warn


def renamed(old: str, new: str, stacklevel: int = 3) -> None:
    """Warn that a name is old.

    Parameters
    ----------
    old, new : str
        The names as a user writes them.
    stacklevel : int, optional
        How many frames up the user's own line stands; 3 where the old name itself calls this function.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     renamed("Ensemble(components=...)", "Ensemble(outputs=...)", stacklevel=1)
    >>> str(said[0].message)
    'Ensemble(components=...) is now Ensemble(outputs=...); the old name goes with the next release'
    """
    warn(f"{old} is now {new}; the old name goes with the next release", DeprecationWarning, stacklevel)
