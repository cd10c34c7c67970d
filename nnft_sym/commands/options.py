"""Options of the command line, made from the groups of `nnft_sym.parameters`; and what commands share."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from diagrams.errors import NNFTError
from nnft_sym.parameters.parameter import Said, parameters_of
from nnft_sym.parameters.readers import Flag, Number, Whole, Word, known_words

if TYPE_CHECKING:
    from numerics.networks.base import Network

Callback = TypeVar("Callback", bound=Callable[..., Any])
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


#: What is typed elsewhere, and what it is here.
_MEANT = {
    "latex": "--format latex", "tex": "--format latex", "box": "--cutoff", "Lambda": "--cutoff",
    "N": "--width", "points": "-n", "external": "-n", "output": "--out", "samples": "--networks",
    "filters": "--filter",
}  # fmt: skip


class ParameterCommand(click.Command):
    """A command that says of a refused parameter how it is called here: ``--sigma-w``, not ``sigma_w``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what was typed; an option of another program is answered by ours."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            meant = _MEANT.get(error.option_name.lstrip("-"), "")
            if meant.split(" ")[0] in {name for one in self.params for name in one.opts}:
                said = f"No such option '{error.option_name}'. Did you mean '{meant}'?"
            elif error.possibilities:
                raise
            else:
                said = f"No such option '{error.option_name}': {ctx.command_path} --help lists them"
            raise click.NoSuchOption(error.option_name, said, ctx=ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except NNFTError as error:
            place = self._place(error.parameter)
            if place is None:
                raise
            raise error.at(place) from error

    def _place(self, name: str) -> str | None:
        # Python has n_networks where commands and study files have networks.
        names = {name, name.removeprefix("n_")}
        return next((_shown(one) for one in self.params if one.name in names), None)


class Given(click.ParamType[Any]):
    """What click is told of a parameter: its reader reads, and a refusal begins with the option."""

    def __init__(self, said: Said) -> None:
        self.name = said.name
        self.said = said

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read what was typed; defaults are values already.

        Raises
        ------
        NNFTError
            If the reader refuses it.
        """
        parameter = self.said.parameter
        if not isinstance(value, str) or parameter.repeated:
            return value
        try:
            found = parameter.reader.check(parameter.reader.read(value))
        except NNFTError as error:
            raise error.at(self.said.option if param is None else _shown(param)) from None
        note = getattr(parameter.reader, "note", None)
        if note is not None and (said := note(value, found)):
            click.echo(f"note: {said}", err=True)
        return found

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Complete one of several words, behind a comma too."""
        from click.shell_completion import CompletionItem

        first, comma, last = incomplete.rpartition(",")
        known = known_words(self.said.parameter.reader)
        return [CompletionItem(f"{first}{comma}{word}") for word in known if word.startswith(last)]


def takes(**groups: type) -> Decorator:
    """Add the options of groups of parameters; each group is handed to the command as one object.

    Parameters
    ----------
    **groups : frozen dataclass
        By the names of the command's arguments.

    Examples
    --------
    >>> from nnft_sym.parameters.architecture import ArchitectureParameters
    >>> @click.command(cls=ParameterCommand)
    ... @takes(net=ArchitectureParameters)
    ... def command(net):
    ...     print(net.kind, net.sigma_b)
    >>> command.main(["--net", "ReLU", "--sigma-b", "0.5"], standalone_mode=False)
    relu 0.5
    """
    said = {argument: tuple(parameters_of(group)) for argument, group in groups.items()}

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def gathered(**given: Any) -> Any:
            made = {}
            for argument, group in groups.items():
                made[argument] = group(
                    **{one.name: _final(one, given.pop(one.name)) for one in said[argument]}
                )
            return command(**made, **given)

        found: Callable[..., Any] = gathered
        everything = [one for group in said.values() for one in group]
        required_first = [one for needed in (True, False) for one in everything if one.required is needed]
        for one in reversed(required_first):
            found = _option(one)(found)
        return found

    return decorate


def _final(said: Said, value: Any) -> Any:
    """Check what several options together have given."""
    if not said.parameter.repeated:
        return value
    try:
        return said.parameter.reader.check(value)
    except NNFTError as error:
        raise error.at(said.option) from None


def _option(said: Said) -> Decorator:
    """Describe one parameter to click."""
    parameter, reader = said.parameter, said.parameter.reader
    if parameter.argument:
        return click.argument(said.name, type=Given(said), required=said.required, metavar=parameter.metavar)
    if isinstance(reader, Flag):
        return click.option(said.option, said.name, is_flag=True, help=parameter.help)
    # to click a default of None is one, which an option that is required must not have
    default: dict[str, Any] = {} if said.required or said.default is None else {"default": said.default}
    alone: dict[str, Any] = {"is_flag": False, "flag_value": parameter.alone} if parameter.alone else {}
    return click.option(
        said.option,
        said.name,
        **default,
        **alone,
        type=Given(said),
        required=said.required,
        show_default=bool(default) and not parameter.repeated,
        multiple=parameter.repeated,
        metavar=parameter.metavar or _metavar(reader),
        help=parameter.help + (f" [default: {parameter.default}]" if parameter.default else ""),
    )


def _metavar(reader: object) -> str:
    if isinstance(reader, Word):
        return f"[{'|'.join(reader.words)}]"
    return "INTEGER" if isinstance(reader, Whole) else "NUMBER" if isinstance(reader, Number) else "TEXT"


def _shown(param: click.Parameter) -> str:
    """Name a parameter as the command line does."""
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    return (param.name or "").upper()


def json_option(command: Callback) -> Callback:
    """Add ``--json``."""
    said = "One JSON object on stdout, nothing else."
    return click.option("--json", "as_json", is_flag=True, help=said)(command)


def network_json(network: "Network", *, width: bool) -> dict[str, object]:
    """Describe a network in a JSON answer, in one shape for all commands.

    Parameters
    ----------
    network : Network
    width : bool
        Whether the command has a width.

    Returns
    -------
    dict
        ``net`` (its kind), ``network`` (its record, which reads back), and every number of the record by
        name; a deviation that it does not have is None.

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet
    >>> network_json(ErfNet(3), width=False)
    {'net': 'erf', 'network': {...}, 'sigma_w': 1.0, 'sigma_b': 1.0, 'sigma_a': None, 'd_in': 1}
    """
    from numerics.networks.record import to_record

    record = to_record(network)
    left_out = {"record", "kind"} if width else {"record", "kind", "width"}
    numbers = {name: value for name, value in record.items() if name not in left_out}
    deviations = dict.fromkeys(("sigma_w", "sigma_b", "sigma_a"))
    return {"net": network.name, "network": record, **deviations, **numbers}
