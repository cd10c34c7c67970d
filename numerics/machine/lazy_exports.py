"""Public names that are imported on first use, so that a small task does not pay for a large library."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from numerics.deprecated import renamed


def lazy_exports(
    package: str, modules: Mapping[str, tuple[str, ...]], old_names: Mapping[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Build the ``__getattr__`` and ``__dir__`` of a package (PEP 562).

    Parameters
    ----------
    package : str
        Name of the package, ``__name__``.
    modules : mapping
        For each module, by its absolute name, the public names it gives. No public name may be that of a
        submodule of the package: whichever was imported last would win.
    old_names : mapping, optional
        Names of the last release, and what is called so now; they work, with a ``DeprecationWarning``.

    Returns
    -------
    tuple of callables
        ``__getattr__`` and ``__dir__``.
    """
    home = {name: module for module, names in modules.items() for name in names}

    def get(name: str) -> Any:
        if name in (old_names or {}):
            new = (old_names or {})[name]
            renamed(f"{package}.{name}", f"{package}.{new}")
            name = new
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(home[name]), name)

    def listing() -> list[str]:
        return sorted(home)

    return get, listing
