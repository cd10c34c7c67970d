"""Public names that are imported on first use, so that a small task does not pay for a large library.

The names of a package stand once, in the stub beside it (``__init__.pyi``), which type checkers read, too.
"""

import ast
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from diagrams.deprecated import renamed


def lazy_names(
    package: str,
    file: str,
    namespaces: Iterable[str] = (),
    old_names: Mapping[str, str] | None = None,
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Build the ``__getattr__``, ``__dir__`` and ``__all__`` of a module (PEP 562) from its stub.

    Parameters
    ----------
    package : str
        Name of the module, ``__name__``.
    file : str
        Its ``__file__``; the stub has the same name and the ending ``.pyi``, and holds lines
        ``from module import name as name``. No public name may be that of a submodule: whichever was
        imported last would win.
    namespaces : iterable of str, optional
        Submodules that are found as attributes.
    old_names : mapping of str to str, optional
        Old name -> new place, as in ``{"contract": "nnft_sym.diagrams.contract"}``. Old names work, with a
        `DeprecationWarning`, until the next release.

    Returns
    -------
    getattr, dir : callable
    all : list of str
    """
    home = _declared(Path(file).with_suffix(".pyi"))
    inner, moved = tuple(namespaces), dict(old_names or {})
    listed = sorted([*home, *inner])

    def get(name: str) -> Any:
        if name in inner:  # before the stub, which may name it, too: to ask the package again would not end
            return import_module(f"{package}.{name}")
        if name in home:
            module, attribute = home[name]
            return getattr(import_module(module), attribute)
        if name in moved:
            renamed(f"{package}.{name}", moved[name])
            module, _, attribute = moved[name].rpartition(".")
            return getattr(import_module(module), attribute)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return get, lambda: listed, listed


def _declared(stub: Path) -> dict[str, tuple[str, str]]:
    """Read the stub: public name -> (module, name there)."""
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.parse(stub.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if not (alias.asname or alias.name).startswith("_")
    }
