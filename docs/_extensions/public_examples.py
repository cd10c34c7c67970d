"""Examples of docstrings as users would type them: names come from where they are public.

Docstrings stand on three floors and import from their own; users import `nnft_sym`.
"""

import re
from functools import cache
from importlib import import_module

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
    >>> public_import(">>> from numerics.networks.base import Network")
    '>>> from numerics.networks.base import Network'
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


def with_imports(lines: list[str], owner: str, inner: str = "") -> list[str]:
    """Write the examples of a docstring with everything imported that they use.

    Parameters
    ----------
    lines : list of str
        The docstring.
    owner : str
        Public name of the function or class that is described, as in ``nnft_sym.expand``.
    inner : str, optional
        What it is called where it is defined, if that is another name.

    Examples
    --------
    >>> with_imports(["", ">>> correlator('f^4', 2)"], "nnft_sym.expand", "correlator")
    ['', '>>> from nnft_sym import expand', ">>> expand('f^4', 2)"]
    """
    module, _, short = owner.rpartition(".")
    if inner and inner != short:
        lines = [re.sub(rf"\b{inner}\b(?=\()", short, line) for line in lines]
    lines = [public_import(line) for line in lines]
    code = [line for line in lines if re.match(r"\s*(>>>|\.\.\.) ", line)]
    used = any(re.search(rf"\b{short}\b", line) for line in code)
    there = any(
        re.search(rf"import .*\b{short}\b|^\s*>>> {short} = ", line) for line in code
    )
    if code and used and not there:
        at = lines.index(code[0])
        indent = code[0][: len(code[0]) - len(code[0].lstrip())]
        lines = [*lines[:at], f"{indent}>>> from {module} import {short}", *lines[at:]]
    return lines
