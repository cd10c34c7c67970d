"""Refuse to run on somebody else's ``numerics`` or ``diagrams``.

The floors below look after themselves once they are loaded; but a file ``numerics.py`` of the user's would
be run instead of ours, and so it is looked for before.
"""

import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec


def require_our_floors() -> None:
    """Look at both floors below, without running a file that is not ours.

    Raises
    ------
    ImportError
        If a package or file of the same name hides one of them, or has overwritten it.
    """
    if "numerics" not in sys.modules:
        spec = find_spec("numerics")
        folders = None if spec is None else spec.submodule_search_locations
        if not folders or PathFinder.find_spec("numerics._guard", folders) is None:
            found = "nowhere" if spec is None else spec.origin or ", ".join(folders or ())
            error = ImportError(
                "the package 'numerics' of nnft-sym is hidden by a file or folder of the same name "
                f"({found}): give that another name, or start from another folder. If it is an installed "
                "package, install nnft-sym into an environment of its own"
            )
            # A mark by which the command knows that the message is ours; the class that says so elsewhere is
            # in a package that is hidden now. The type of ImportError knows no such attribute.
            error.nnft_message = True  # type: ignore[attr-defined]
            raise error
    from numerics._guard import require_ours

    for floor in ("diagrams", "numerics"):
        require_ours(floor)
