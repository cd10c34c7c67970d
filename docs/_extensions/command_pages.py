"""The reference of the command line, from the commands themselves."""

from importlib import import_module
from inspect import cleandoc

import click
from written import directive, prose, table, title

from nnft_sym.cli import COMMANDS, MODULES, nnft
from nnft_sym.commands.action_argument import GRAMMAR, ActionCommand
from nnft_sym.commands.options import Given
from nnft_sym.parameters.readers import Refused, Word


def limits(reader: object) -> str:
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
        reader.check(object())  # type: ignore[attr-defined]
    except Refused as error:
        said = str(error).partition(" was given; ")[2] or str(error)
    except (TypeError, ValueError, AttributeError):
        return ""
    else:
        return ""
    for end in (" is needed", " are needed"):
        if end in said:
            return said.partition(end)[0]
    return said


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
    body = [prose(" ".join((param.help or "").split())), ""]
    facts = []
    if param.required:
        facts.append("Required.")
    if isinstance(param.type, Given) and not flag and not isinstance(param.type.said.parameter.reader, Word):
        allowed = limits(param.type.said.parameter.reader)
        if allowed:
            facts.append(f"Takes {prose(allowed)}.")
    default = param.default
    if not flag and param.show_default and default is not None and not callable(default):
        facts.append(f"Default: ``{default}``.")
    if param.multiple:
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
    """Write a list of examples, below its first line if that is a heading."""
    head, _, rest = block.partition("\n")
    if head.startswith(" ") or not rest:
        return directive("code-block", "console", cleandoc(block).splitlines())
    language = "console" if "nnft " in rest else "text"
    return [*directive("rubric", head), *directive("code-block", language, cleandoc(rest).splitlines())]


def _page(name: str) -> list[str]:
    found = of_command(name)
    context = click.Context(found, info_name=name, parent=click.Context(nnft, info_name="nnft"))
    usage = " ".join(["nnft", name, *found.collect_usage_pieces(context)])
    lines = [*title(f"nnft {name}"), *directive("program", f"nnft {name}")]
    lines += directive("code-block", "text", [usage])
    lines += _paragraphs(found.help or "")
    if found.epilog:
        lines += _paragraphs(found.epilog)
    if isinstance(found, ActionCommand):
        lines += _paragraphs(GRAMMAR.replace("docs/actions.md", ":doc:`/actions`"))
    arguments = [param for param in found.params if isinstance(param, click.Argument)]
    options = [param for param in found.get_params(context) if isinstance(param, click.Option)]
    if arguments:
        rows = [
            [f"``{one.make_metavar(context)}``", "required" if one.required else "may be left out"]
            for one in arguments
        ]
        lines += [*title("Arguments", "-"), *table(("argument", ""), rows)]
    lines += title("Options", "-")
    for param in options:
        lines += _option(param)
    return lines


def command_pages() -> dict[str, list[str]]:
    """Write a page for each command, and the list of them."""
    pages = {f"commands/{name}.rst": _page(name) for name in COMMANDS}
    rows = [[f":doc:`nnft {name} <{name}>`", prose(text)] for name, text in COMMANDS.items()]
    pages["commands/index.rst"] = [
        *title("Command line"),
        "What ``nnft --help`` and ``nnft COMMAND --help`` say. Every command takes ``--json`` (one object on "
        "standard output) and ``--debug`` (tracebacks).",
        "",
        *table(("command", "what it does"), rows, "25 75"),
        *directive("toctree", "", list(COMMANDS), hidden=""),
    ]
    return pages
