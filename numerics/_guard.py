"""Refuse to run on top of somebody else's package of the name of one of ours, without running its code."""

import os
import sys
from importlib.util import find_spec

EXPECTED = "nnft-sym"
#: Stands in the text of our packages of these names, and hardly in that of others.
_MARK = "__distribution__"
REMEDY = (
    "Install nnft-sym into an environment of its own; or run 'pip uninstall diagrams' and then, in the "
    "checkout of nnft-sym, 'pip install --force-reinstall --no-deps .' (the other package has overwritten "
    "files of ours)"
)


class ForeignPackage(ImportError):
    """A package or a file of somebody else has the name of one of ours.

    Attributes
    ----------
    nnft_message : bool
        The command line prints the text as a message, without a traceback.
    """

    nnft_message = True


def require_ours(name: str) -> None:
    """Check that a package belongs to us, by the text of its ``__init__.py``, which is not run.

    Parameters
    ----------
    name : str
        ``"diagrams"`` or ``"numerics"``.

    Raises
    ------
    ForeignPackage
        If another distribution, or a file of the user's, hides or has overwritten ours.
    """
    loaded = sys.modules.get(name)
    if loaded is not None:
        if getattr(loaded, _MARK, None) != EXPECTED:
            raise _foreign(name, getattr(loaded, "__file__", None))
        return
    spec = find_spec(name)
    if spec is None:
        raise _foreign(name, None)
    read = getattr(spec.loader, "get_source", None)
    text = read(name) if read is not None else None
    if spec.submodule_search_locations is None or text is None or _MARK not in text:
        raise _foreign(name, spec.origin or next(iter(spec.submodule_search_locations or ()), None))


def require_our_diagrams() -> None:
    """Check the ground floor.

    Raises
    ------
    ForeignPackage
        See `require_ours`.
    """
    require_ours("diagrams")


def _foreign(name: str, found: str | None) -> ForeignPackage:
    """Say what was found, and what to do about it.

    Examples
    --------
    >>> print(_foreign("diagrams", None))
    the package 'diagrams' of nnft-sym is missing. Install nnft-sym anew...
    """
    if found is None:
        return ForeignPackage(
            f"the package {name!r} of nnft-sym is missing. Install nnft-sym anew: in its checkout, "
            "'pip install --force-reinstall --no-deps .'"
        )
    home = os.path.dirname(found)
    package = os.path.basename(found) == "__init__.py"
    root = os.path.realpath(os.path.dirname(home) if package else home)
    first = os.path.realpath(sys.path[0] or os.curdir) if sys.path else ""
    said = f"the package {name!r} found at {found} is not the one of nnft-sym"
    if root in (first, os.path.realpath(os.curdir)):
        kind = "folder" if package else "file"
        return ForeignPackage(
            f"{said}: an unrelated package of the same name. Python looks into the folder {root!r} first and "
            f"finds that {kind} of yours there; give the {kind} another name, or start from another folder"
        )
    return ForeignPackage(f"{said}: an unrelated package of the same name is installed. {REMEDY}")
