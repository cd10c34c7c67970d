"""How a diagram reaches those who draw it: by name, when it is asked for.

The renderers are built on `diagrams.diagram`, so that it cannot import them; it knows the names only.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

#: What a diagram can be asked for, and who answers.
FACES: Mapping[str, str] = MappingProxyType(
    {"svg": "diagrams.pictures.svg:svg", "save": "diagrams.pictures.saving:save_sheet"}
)


def face(name: str) -> Callable[..., Any]:
    """Load the function that gives a face.

    Examples
    --------
    >>> face("svg").__module__
    'diagrams.pictures.svg'
    """
    module, _, function = FACES[name].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
