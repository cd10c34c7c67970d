"""Refuse to run on top of the unrelated package that is also called ``diagrams``."""

import diagrams

EXPECTED = "nnft-sym"


def require_our_diagrams() -> None:
    """Check the marker attribute of the ground floor.

    Raises
    ------
    ImportError
        If another distribution's ``diagrams`` shadows or overwrote ours.
    """
    found = getattr(diagrams, "__distribution__", None)
    if found != EXPECTED:
        raise ImportError(
            f"the package 'diagrams' found at {getattr(diagrams, '__file__', '?')} is not the one of "
            "nnft-sym: an unrelated package of the same name is installed. Install nnft-sym into an "
            "environment of its own, or run 'pip uninstall diagrams' and then reinstall nnft-sym."
        )
