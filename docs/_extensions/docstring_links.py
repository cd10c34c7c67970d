"""Where a name in a docstring leads: to the page of the public name, if the thing has one.

Docstrings stand beside the code and call things as the code does, ``numerics.results.estimate.Estimate`` or
`Estimate`; users know them as ``nnft_sym.Estimate``. What has no page of its own, such as the name of a
parameter, is shown in typewriter letters.
"""

import re
import sys
from pkgutil import resolve_name

from docutils.nodes import Element, literal
from public_examples import homes, with_imports
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from written import barred

FLOORS = ("nnft_sym.", "numerics.", "diagrams.")


def home_of(target: str) -> str | None:
    """Find the public name of what a docstring calls by another one.

    Examples
    --------
    >>> home_of("numerics.results.estimate.Estimate")
    'nnft_sym.Estimate'
    >>> home_of("Estimate.to_xarray")
    'nnft_sym.Estimate.to_xarray'
    """
    by_identity, by_name = homes()
    if target.startswith(FLOORS):
        try:
            found = by_identity.get(id(resolve_name(target)))
        except (ImportError, AttributeError, ValueError):
            found = None
        if found is not None:
            return found
    head, _, member = target.rpartition(".")
    if target in by_name:
        return by_name[target]
    if head:
        owner = home_of(head)
        return None if owner is None else f"{owner}.{member}"
    return None


def resolved(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, contents: Element
) -> Element | None:
    """Lead a name to its page, or show it as it is where it has none."""
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    home = home_of(target)
    if home is not None and home != target:
        found = env.domains["py"].resolve_xref(
            env, node["refdoc"], app.builder, "obj", home, node, contents
        )
        if isinstance(found, Element):
            return found
    in_docstring = node["refdoc"].startswith("reference/")
    if in_docstring and (not target.startswith(FLOORS) or _exists(target)):
        return literal(contents.astext(), contents.astext())
    return None


def _exists(target: str) -> bool:
    try:
        resolve_name(target)
    except (ImportError, AttributeError, ValueError):
        return False
    return True


def with_bars(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Keep bars what they are, |x|: docstrings hold no substitutions."""
    example = block = False
    for number, line in enumerate(lines):
        stripped = line.strip()
        example = stripped.startswith(">>>") or (example and bool(stripped))
        block = (block and (not stripped or line.startswith(" "))) or stripped.endswith(
            "::"
        )
        if "|" in line and not example and not block:
            lines[number] = barred(line)


_PAGE = re.compile(r"docs/(theory/\w+)\.md")
_EQUATION = re.compile(r"\beq-[\w-]*\w")


def cited(line: str) -> str:
    """Lead from a page and an equation that a docstring cites to both.

    Examples
    --------
    >>> print(cited("docs/theory/inference.md, eq. eq-kappa."))
    :doc:`/theory/inference`, eq. :eq:`eq-kappa`.
    """
    return _EQUATION.sub(r":eq:`\g<0>`", _PAGE.sub(r":doc:`/\1`", line))


def with_equations(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Lead to the equations that are cited, outside examples."""
    lines[:] = [
        line if line.lstrip().startswith((">>>", "...")) else cited(line)
        for line in lines
    ]


def with_public_names(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Let examples call and import things as users do."""
    inner = getattr(thing, "__name__", "") if what in ("function", "class") else ""
    owner = (
        name if what in ("function", "class", "exception") else name.rpartition(".")[0]
    )
    module = sys.modules.get(getattr(thing, "__module__", None) or "")
    lines[:] = with_imports(lines, owner, inner, vars(module) if module else None)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.connect("autodoc-process-docstring", with_equations, priority=899)
    app.connect("autodoc-process-docstring", with_bars, priority=900)
    app.connect("autodoc-process-docstring", with_public_names, priority=901)
    app.connect("missing-reference", resolved)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
