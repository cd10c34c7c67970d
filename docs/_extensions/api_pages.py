"""The reference of public names: one page a name, one page a module, by groups."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from api_groups import GROUPS, NAMESPACES, RESULTS
from written import barred, directive, table, title

from diagrams.filters import NamedFilter

#: Bases whose methods are not ours to describe.
FOREIGN = (
    "BaseModel, Exception, BaseException, tuple, dict, list, str, Enum, Mapping, Sequence, "
    "Protocol, Generic"
)


#: Types by another name, which cannot have a docstring.
ALIASES = {
    "diagrams.Filter": "A selection: a function of a `Diagram` that says whether it is kept."
}


@dataclass(frozen=True)
class PublicName:
    """A public name, and the place where it is described.

    Attributes
    ----------
    name : str
        With its module, as in ``nnft_sym.expand``.
    thing : object
    home : str
        The name under which the same thing is described; the first in the order of the modules.
    """

    name: str
    thing: object
    home: str

    @property
    def summary(self) -> str:
        """The first paragraph of its docstring, or what stands for it."""
        if isinstance(self.thing, NamedFilter):
            return f"Keeps a diagram if {self.thing.definition}."
        text = ALIASES.get(self.name) or inspect.getdoc(self.thing) or ""
        return " ".join(text.split("\n\n")[0].split())

    @property
    def has_page(self) -> bool:
        """Whether it has a page of its own; filters and types stand on that of their module."""
        short = not (inspect.isclass(self.thing) or inspect.isroutine(self.thing))
        return self.name == self.home and not short


def public_names(module: str) -> list[str]:
    """List the public names of a module, namespaces included.

    Examples
    --------
    >>> "expand" in public_names("nnft_sym")
    True
    """
    loaded = import_module(module)
    if module == "diagrams.filters":  # a plain module: what it defines itself
        return [
            name
            for name, thing in vars(loaded).items()
            if not name.startswith("_") and getattr(thing, "__module__", "") == module
        ]
    return sorted(set(loaded.__all__))


def everything() -> Iterator[PublicName]:
    """Give every public name of every module; modules among them are left out."""
    homes: dict[int, str] = {}
    for module in ("nnft_sym", *NAMESPACES):
        loaded = import_module(module)
        for name in public_names(module):
            thing = getattr(loaded, name)
            if not isinstance(thing, ModuleType):
                full = f"{module}.{name}"
                yield PublicName(full, thing, homes.setdefault(id(thing), full))


def _entry(one: PublicName) -> list[str]:
    """Describe one thing on its own page."""
    module, _, short = one.name.rpartition(".")
    lines = [*title(short), *directive("currentmodule", module)]
    lines += [f":doc:`/reference/{module}` · ``{one.name}``", ""]
    if inspect.isclass(one.thing):
        kind = "autoexception" if issubclass(one.thing, BaseException) else "autoclass"
        lines += directive(kind, one.name, members="", inherited_members=FOREIGN)
    else:
        lines += directive("autofunction", one.name)
    return lines


def _row(one: PublicName) -> list[str]:
    short = one.name.rpartition(".")[2]
    if one.name != one.home:
        return [
            f":py:obj:`{short} <{one.home}>`",
            f"{barred(one.summary)} The same as :py:obj:`{one.home}`.",
        ]
    return [f":py:obj:`{short} <{one.name}>`", barred(one.summary)]


def _hidden_toctree(names: list[PublicName]) -> list[str]:
    pages = [f"api/{one.name}" for one in names if one.has_page]
    return directive("toctree", "", pages, hidden="") if pages else []


def _aliases(names: list[PublicName]) -> list[str]:
    """Define names that have no page of their own, so that links to them are found."""
    lines = []
    for one in names:
        if not one.has_page:
            text = (
                f"The same as :py:obj:`{one.home}`."
                if one.name != one.home
                else barred(one.summary)
            )
            lines += directive("py:data", one.name.rpartition(".")[2], [text])
    return lines


def api_pages() -> dict[str, list[str]]:
    """Write all pages, by file name."""
    names = list(everything())
    pages = {f"api/{one.name}.rst": _entry(one) for one in names if one.has_page}
    top = {one.name.rpartition(".")[2]: one for one in names if one.name.startswith("nnft_sym.") and
           one.name.count(".") == 1}  # fmt: skip
    lines = [
        *title("nnft_sym"),
        "Users import this one package; names are loaded on first use.",
        "",
    ]
    lines += _grouped(GROUPS, top)
    pages["nnft_sym.rst"] = [*lines, *title("Namespaces", "-"), *_spaces()]
    for module, text in NAMESPACES.items():
        pages[f"{module}.rst"] = _namespace(module, text, names)
    return pages


def _grouped(
    groups: Mapping[str, tuple[str, tuple[str, ...]]], things: Mapping[str, PublicName]
) -> list[str]:
    """Write a table a group, and what is in none of them last."""
    listed = {name for _, members in groups.values() for name in members}
    rest = tuple(name for name in things if name not in listed)
    lines = []
    for heading, (text, members) in {**groups, "Other names": ("", rest)}.items():
        present = [things[name] for name in members if name in things]
        if present:
            rows = table(("name", "what it is"), map(_row, present), "28 72")
            lines += [*title(heading, "-"), text, "", *rows]
            lines += _hidden_toctree(present)
    return lines


def _spaces() -> list[str]:
    rows = [[f":doc:`{name}`", text] for name, text in NAMESPACES.items()]
    return table(("module", "what it holds"), rows, "28 72")


def _namespace(module: str, text: str, names: list[PublicName]) -> list[str]:
    inside = [one for one in names if one.name.rpartition(".")[0] == module]
    lines = [*title(module), *directive("py:module", module), text, ""]
    if module == "nnft_sym.results":
        return lines + _grouped(
            RESULTS, {one.name.rpartition(".")[2]: one for one in inside}
        )
    lines += table(("name", "what it is"), map(_row, inside), "28 72")
    lines += _hidden_toctree(inside)
    aliases = _aliases(inside)
    if aliases:
        lines += [*title("Without a page of their own", "-"), *aliases]
    return lines
