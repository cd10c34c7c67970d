"""Which code made a number: numbers of different code are never mixed.

A number depends on the modules that it is computed by and on those that they import, in functions too, and on
nothing else: an integral does not depend on the sampler. Of these modules only the code counts. Comments,
docstrings and the layout of lines can be edited without a stored number being thrown away.
"""

import ast
import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np

_ROOT = Path(__file__).parents[2]
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def code_version(*modules: str) -> str:
    """Checksum of the code of some modules with all that they import of their floor, and of NumPy's version.

    Parameters
    ----------
    *modules : str
        Names such as ``"numerics.integrals.solve.methods"``; a package stands for all its files. Names of
        other floors are passed over.

    Returns
    -------
    str
        Hexadecimal SHA-256.

    Examples
    --------
    >>> code_version("numerics.results.estimate") == code_version("numerics.sampling.ensemble")
    False
    """
    digest = hashlib.sha256(np.__version__.encode())
    found = code_of(*modules)
    for name in sorted(found):
        digest.update(name.encode() + b"\0")
        _write(found[name], digest.update)
    return digest.hexdigest()


def code_of(*modules: str) -> dict[str, ast.Module]:
    """Parse modules and all that they import of their floor; by name.

    Examples
    --------
    >>> sorted(code_of("numerics.errors"))
    ['numerics.errors']
    """
    found: dict[str, ast.Module] = {}
    waiting = [name for module in modules for name in _files_of(module)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = ast.parse(_path(name).read_bytes())
            waiting += _imported(found[name])
    return found


def _files_of(module: str) -> list[str]:
    folder = _ROOT.joinpath(*module.split("."))
    if not (module == "numerics" or module.startswith("numerics.")) or not folder.is_dir():
        return [module] if _is_ours(module) else []
    inside = (path.relative_to(_ROOT).with_suffix("").parts for path in folder.rglob("*.py"))
    return [".".join(parts) for parts in inside if parts[-1] != "__init__"]


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
            yield from (name for name in names if _is_ours(name))


def _is_ours(name: str) -> bool:
    return name.startswith("numerics.") and _path(name).is_file()


def _path(name: str) -> Path:
    return _ROOT.joinpath(*name.split(".")).with_suffix(".py")


def _write(node: ast.AST, write: Callable[[bytes], None]) -> None:
    """Write a syntax tree without docstrings; empty fields are left out: later Pythons have more of them."""
    write(type(node).__name__.encode())
    for name, value in ast.iter_fields(node):
        if value is None or value == []:
            continue
        write(f"({name}".encode())
        if isinstance(value, ast.AST):
            _write(value, write)
        elif isinstance(value, list):
            for member in value[1:] if name == "body" and _has_docstring(node) else value:
                if isinstance(member, ast.AST):
                    _write(member, write)
                else:
                    write(repr(member).encode())
        else:
            write(repr(value).encode())
        write(b")")


def _has_docstring(node: ast.AST) -> bool:
    return isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None
