"""The reference of the command line, from the commands themselves."""

import re
from importlib import import_module
from inspect import cleandoc
from textwrap import dedent
from typing import Any

import click
from written import directive, escaped, prose, table, title

from nnft_sym.cli import COMMANDS, MODULES, nnft
from nnft_sym.commands.action_argument import GRAMMAR, ActionCommand
from nnft_sym.commands.options import Given
from nnft_sym.parameters.readers import Reader, Refused, Word

#: What says no more than that something is needed.
PLAIN = ("a text in quotes", "texts with commas between them", "a list of points")

#: The gap between two columns; the last of a line, since what is typed may have gaps itself.
_LAST_GAP = r"\s{2,}(?!.*\s{2,})"


def limits(reader: Reader[Any]) -> str:
    """Say what a reader takes, in the words in which it refuses everything else.

    Examples
    --------
    >>> from nnft_sym.parameters.readers import Whole
    >>> limits(Whole(1, 20))
    'a whole number from 1 to 20'
    """
    if isinstance(reader, Word):
        return "one of " + ", ".join(reader.words)
    try:
        reader.check(object())
    except Refused as error:
        if " is not read: " in str(error):
            return ""  # the help of the option says how it is written
        said = str(error).partition(" was given; ")[2] or str(error)
    except (TypeError, ValueError, AttributeError):
        return ""
    else:
        return ""
    needed = re.split(r" (?:is|are) needed", said)[0].removesuffix(" to 2^63 - 1")
    return "" if needed in PLAIN else needed


def of_command(name: str) -> click.Command:
    """Import one command."""
    found = import_module(f"nnft_sym.commands.{MODULES.get(name, name)}").command
    assert isinstance(found, click.Command)
    return found


def _option(param: click.Option) -> list[str]:
    """Describe an option: its value, what it means, what it may be, and what it is without being given."""
    flag = param.is_flag
    value = "" if flag else f" {param.metavar or 'VALUE'}"
    signature = ", ".join(f"{name}{value}" for name in param.opts)
    text, _, otherwise = " ".join((param.help or "").split()).partition(" [default: ")
    body = [_documents(prose(text)), ""]
    facts = []
    if param.required:
        facts.append("Required.")
    if (
        isinstance(param.type, Given)
        and not flag
        and not isinstance(param.type.said.parameter.reader, Word)
    ):
        allowed = limits(param.type.said.parameter.reader)
        if allowed:
            facts.append(f"Takes {prose(allowed)}.")
    default = param.default
    if (
        not flag
        and param.show_default
        and default is not None
        and not callable(default)
    ):
        facts.append(f"Default: ``{default}``.")
    elif otherwise:
        facts.append(f"Default: {prose(otherwise.removesuffix(']'))}.")
    if param.multiple and "several times" not in text:
        facts.append("May be given several times.")
    return directive("option", signature, [*body, " ".join(facts)])


def _paragraphs(text: str) -> list[str]:
    r"""Write the text of a help: prose, and what stands after ``\b`` as it is."""
    lines = []
    for block in cleandoc(text).replace("\f", "").split("\n\n"):
        if block.lstrip().startswith("\b"):
            lines += _verbatim(block.lstrip().removeprefix("\b").strip("\n"))
        else:
            lines += [prose(" ".join(block.split())), ""]
    return lines


def _verbatim(block: str) -> list[str]:
    """Write what stands in columns, below its heading: examples as commands, other things as a table."""
    head, _, rest = block.partition("\n")
    lines = []
    if rest and not head.startswith(" "):
        lines += directive("rubric", head)
    else:
        rest = block
    indented = [
        line for line in rest.splitlines() if line.startswith(" ") or rest is block
    ]
    after = [line for line in rest.splitlines() if line not in indented]
    rows = [re.split(_LAST_GAP, line.strip()) for line in indented if line.strip()]
    if any(row[0].startswith("nnft ") for row in rows):
        shown = [
            text
            for row in rows
            for text in ([*(f"# {words}" for words in row[1:]), row[0]])
        ]
        lines += directive("code-block", "bash", shown)
    elif all(len(row) == 2 for row in rows):
        lines += table(
            ("written", "is"),
            ([f"``{row[0]}``", escaped(row[1])] for row in rows),
            "38 62",
        )
    else:
        lines += directive(
            "code-block", "text", dedent("\n".join(indented)).splitlines()
        )
    return [*lines, *(_documents(prose(line)) for line in after), ""]


def _documents(text: str) -> str:
    """Lead to pages of this site."""
    return re.sub(r"docs/(?:``)?(\w+)\.md(?:``)?", r":doc:`/\1`", text)


def _page(name: str) -> list[str]:
    found = of_command(name)
    context = click.Context(
        found, info_name=name, parent=click.Context(nnft, info_name="nnft")
    )
    usage = " ".join(["nnft", name, *found.collect_usage_pieces(context)])
    lines = [*title(f"nnft {name}"), *directive("program", f"nnft {name}")]
    lines += directive("code-block", "text", [usage])
    lines += _paragraphs(found.help or "")
    if found.epilog:
        lines += _paragraphs(found.epilog)
    if isinstance(found, ActionCommand):
        lines += _paragraphs(GRAMMAR)
    arguments = [param for param in found.params if isinstance(param, click.Argument)]
    options = [
        param for param in found.get_params(context) if isinstance(param, click.Option)
    ]
    for one in arguments:
        name = (one.name or "").upper()
        lines += [
            f"``{name}`` {'must be given' if one.required else 'may be left out'}.",
            "",
        ]
    lines += title("Options", "-")
    for param in options:
        lines += _option(param)
    return lines


def command_pages() -> dict[str, list[str]]:
    """Write a page for each command, and the list of them."""
    pages = {f"commands/{name}.rst": _page(name) for name in COMMANDS}
    rows = [
        [f":doc:`nnft {name} <{name}>`", prose(text)] for name, text in COMMANDS.items()
    ]
    pages["commands/index.rst"] = [
        *title("Command line"),
        "What ``nnft --help`` and ``nnft COMMAND --help`` say. Every command takes ``--json`` (one object on "
        "standard output) and ``--debug`` (tracebacks).",
        "",
        *table(("command", "what it does"), rows, "25 75"),
        *directive("toctree", "", list(COMMANDS), hidden=""),
    ]
    return pages
