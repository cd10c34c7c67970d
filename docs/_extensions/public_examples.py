"""Examples of docstrings as users would type them: names come from where they are public.

Docstrings stand on three floors and import from their own; users import `nnft_sym`.
"""

import ast
import builtins
import re
from collections.abc import Mapping
from doctest import DocTestParser
from functools import cache
from importlib import import_module
from types import ModuleType

from api_pages import everything

_IMPORT = re.compile(r"^(\s*>>> )from ([\w.]+) import ([\w, ]+)$")


@cache
def homes() -> tuple[dict[int, str], dict[str, str]]:
    """Give the page of everything public: by identity, and by its last name."""
    by_identity: dict[int, str] = {}
    by_name: dict[str, str] = {}
    for one in everything():
        by_identity.setdefault(id(one.thing), one.home)
        by_name.setdefault(one.name.rpartition(".")[2], one.home)
    return by_identity, by_name


def public_import(line: str) -> str:
    """Import from where things are public, if all of a line are and keep their names.

    Examples
    --------
    >>> public_import(">>> from numerics.networks.architectures import ErfNet, network")
    '>>> from nnft_sym import ErfNet, network'
    >>> public_import(">>> from numerics.kernels.base import Ridge")
    '>>> from numerics.kernels.base import Ridge'
    """
    found = _IMPORT.match(line)
    if found is None:
        return line
    names = [name.strip() for name in found[3].split(",")]
    try:
        things = [getattr(import_module(found[2]), name) for name in names]
    except (ImportError, AttributeError):
        return line
    places = [homes()[0].get(id(thing), "") for thing in things]
    modules = {place.rpartition(".")[0] for place in places}
    same = [place.rpartition(".")[2] for place in places] == names
    return (
        f"{found[1]}from {modules.pop()} import {found[3]}"
        if same and len(modules) == 1
        else line
    )


def free_names(code: str) -> set[str]:
    r"""Give the names that some code uses and does not make itself.

    Examples
    --------
    >>> sorted(free_names("from math import pi\na = np.sin(pi)\nprint([b for b in a], count)"))
    ['count', 'np', 'print']
    """
    tree = ast.parse(code)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    made = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            made |= {(one.asname or one.name).partition(".")[0] for one in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            made.add(node.name)
    return used - made


def import_of(name: str, scope: Mapping[str, object]) -> str | None:
    """Write the line that imports a name of a module, from where it is public if it is.

    Examples
    --------
    >>> import numpy
    >>> import_of("np", {"np": numpy})
    'import numpy as np'
    """
    if name not in scope or name in vars(builtins):
        return None
    thing = scope[name]
    if isinstance(thing, ModuleType):
        return f"import {thing.__name__}" + (
            f" as {name}" if thing.__name__ != name else ""
        )
    home = homes()[0].get(id(thing), "")
    if home.rpartition(".")[2] == name:
        return f"from {home.rpartition('.')[0]} import {name}"
    module = getattr(thing, "__module__", None) or scope.get("__name__")
    if not hasattr(import_module(str(module)), name):
        module = scope.get("__name__")
    return f"from {module} import {name}"


def with_imports(
    lines: list[str],
    owner: str,
    inner: str = "",
    scope: Mapping[str, object] | None = None,
) -> list[str]:
    """Write the examples of a docstring with everything imported that they use.

    Parameters
    ----------
    lines : list of str
        The docstring.
    owner : str
        Public name of the function or class that is described, as in ``nnft_sym.expand``.
    inner : str, optional
        What it is called where it is defined, if that is another name.
    scope : mapping, optional
        Names of the module that the docstring stands in.

    Examples
    --------
    >>> with_imports(["", ">>> correlator('f^4', 2)"], "nnft_sym.expand", "correlator")
    ['', '>>> from nnft_sym import expand', ">>> expand('f^4', 2)"]
    """
    module, _, short = owner.rpartition(".")
    if inner and inner != short:
        lines = [re.sub(rf"\b{inner}\b(?=\()", short, line) for line in lines]
    lines = [public_import(line) for line in lines]
    code = "".join(one.source for one in DocTestParser().get_examples("\n".join(lines)))
    if not code:
        return lines
    names = free_names(code)
    needed = [f"from {module} import {short}"] if short in names else []
    found = (import_of(name, scope or {}) for name in sorted(names - {short}))
    needed += [line for line in found if line is not None and line not in needed]
    first = next(line for line in lines if re.match(r"\s*>>> ", line))
    at, indent = lines.index(first), first[: len(first) - len(first.lstrip())]
    return [*lines[:at], *(f"{indent}>>> {line}" for line in needed), *lines[at:]]
