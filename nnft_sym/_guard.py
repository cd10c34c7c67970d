"""Refuse to run on somebody else's ``numerics`` or ``diagrams``.

The floors below look after themselves once they are loaded; but a file ``numerics.py`` of the user's would
be run instead of ours, and so it is looked for before.
"""

import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec


class HiddenFloor(ImportError):
    """A floor of ours is hidden; `numerics._guard` has the class for what is found later, but is hidden too.

    Attributes
    ----------
    nnft_message : bool
        By which the command knows that the message is ours.
    """

    nnft_message = True


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
            raise HiddenFloor(
                "the package 'numerics' of nnft-sym is hidden by a file or folder of the same name "
                f"({found}): give that another name, or start from another folder. If it is an installed "
                "package, install nnft-sym into an environment of its own"
            )
    from numerics._guard import require_ours

    for floor in ("diagrams", "numerics"):
        require_ours(floor)
