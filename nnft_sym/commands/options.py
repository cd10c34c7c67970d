"""Options that several subcommands share, and the parsing of points."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diagrams.messages import shown

if TYPE_CHECKING:
    from numerics.networks.architectures import Network

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Points(click.ParamType[list[list[float]]]):
    """``"0.37,-0.91;1.43,0.08"``: semicolons between points, commas between coordinates; or a file.

    ``@x.csv``, ``@x.npy`` and ``-`` (standard input) are read by `nnft_sym.storage.point_files`.
    """

    name = "POINTS"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[list[float]]:
        """Read a list of points; all must have the same dimension and be finite.

        Examples
        --------
        >>> Points().convert("0.37,-0.91;1.43,0.08", None, None)
        [[0.37, -0.91], [1.43, 0.08]]
        """
        text = str(value)
        if text.strip() == "-" or text.startswith("@"):
            return self._from_file(text.strip().removeprefix("@"), param, ctx)
        points = []
        for item in text.split(";"):
            try:
                point = [float(coordinate) for coordinate in item.split(",")]
            except ValueError:
                self.fail(
                    f"{shown(item.strip())} in {shown(text)} is not a point: numbers are needed, with "
                    "commas between coordinates and semicolons between points, as in "
                    "'0.37,-0.91;1.43,0.08'",
                    param,
                    ctx,
                )
            if not all(math.isfinite(coordinate) for coordinate in point):
                self.fail(
                    f"{shown(item.strip())} in {shown(text)} is not finite: give finite coordinates",
                    param,
                    ctx,
                )
            points.append(point)
        dimensions = sorted({len(point) for point in points})
        if len(dimensions) > 1:
            self.fail(
                f"{shown(text)} mixes points of dimension {' and '.join(map(str, dimensions))}: "
                "give every point the same number of coordinates",
                param,
                ctx,
            )
        return points

    def _from_file(
        self, name: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[list[float]]:
        from nnft_sym.errors import UnreadablePoints
        from nnft_sym.storage.point_files import read_points

        try:
            return read_points(name)
        except UnreadablePoints as error:
            self.fail(str(error), param, ctx)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")(
        command
    )


def points_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--points``."""
    return click.option(
        "--points",
        type=Points(),
        required=True,
        help="Inputs: semicolons between points, commas between coordinates. Or a file, @x.csv or "
        "@x.npy; - is standard input.",
    )(command)


#: Longest number on the command line; Python refuses to read whole numbers of more than 4300 digits.
_LONGEST_NUMBER = 40


def whole_number(text: str) -> int:
    """Read a whole number, which may be written like 1e6 or 1_000_000.

    Raises
    ------
    click.BadParameter
        If it is not one.

    Examples
    --------
    >>> whole_number("2.5e3"), whole_number("1_000")
    (2500, 1000)
    """
    text = text.strip()
    if len(text) > _LONGEST_NUMBER and re.fullmatch(r"[-+]?[0-9_]+", text):
        raise click.BadParameter(
            f"{shown(text)} has more than {_LONGEST_NUMBER} digits; nothing that large can be counted here"
        )
    if len(text) <= _LONGEST_NUMBER:
        for read in (int, float):
            with suppress(ValueError, OverflowError):
                number = read(text)
                if int(number) == number and (read is int or abs(number) < 2.0**53):
                    return int(number)
    raise click.BadParameter(f"{shown(text)} is not a whole number, as in 100000 or 1e5")


class WholeNumber(click.ParamType[int]):
    """A whole number, as `whole_number` reads it: the one reader of counts for all commands."""

    name = "INTEGER"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read what was typed; defaults are numbers already.

        Examples
        --------
        >>> WholeNumber().convert("1e3", None, None)
        1000
        """
        if isinstance(value, int):
            return value
        try:
            return whole_number(str(value))
        except click.BadParameter as error:
            self.fail(error.message, param, ctx)


WHOLE_NUMBER = WholeNumber()


def whole_numbers(text: str, option: str, example: str, most: int = 2**31 - 1) -> list[int]:
    """Read positive whole numbers with commas between them.

    Parameters
    ----------
    text : str
    option : str
        For the message, with what else is needed: ``"--widths: two or more"``.
    example : str
    most : int, optional

    Raises
    ------
    click.UsageError
        If there is anything else.

    Examples
    --------
    >>> whole_numbers("1e3, 5", "--widths", "2,5")
    [1000, 5]
    """
    numbers = []
    for item in text.split(","):
        with suppress(click.BadParameter):
            numbers.append(whole_number(item))
    if len(numbers) != text.count(",") + 1 or not all(0 < number <= most for number in numbers):
        raise click.UsageError(
            f"{option} {shown(text)}: positive whole numbers with commas are needed, as in {example}"
        )
    return numbers


def known_name(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Read the name of a network, in capitals or not (a callback of click).

    Examples
    --------
    >>> known_name(None, None, " ReLU ")
    'relu'
    """
    return None if value is None else value.strip().lower()


def output_file(out: str, suffixes: Sequence[str]) -> Path:
    """Check, before any work, that a file of results can be written: the one rule for ``--out FILE``.

    Parameters
    ----------
    out : str
        As given.
    suffixes : sequence of str
        How the name may end, in capitals or not.

    Returns
    -------
    Path
        The file; for a link, what it points to.

    Raises
    ------
    UsageError
        If the name ends otherwise.
    UnwritableOutput
        If nothing can be written there.

    Examples
    --------
    >>> output_file("run.csv", (".nc", ".h5"))
    Traceback (most recent call last):
    click.exceptions.UsageError: --out 'run.csv': a file name ending in .nc or .h5 is needed
    """
    from nnft_sym.storage.writing import check_writable

    target = check_writable(out)
    if Path(out).suffix.lower() not in suffixes:
        *others, last = suffixes
        allowed = f"{', '.join(others)} or {last}" if others else last
        raise click.UsageError(f"--out {shown(out)}: a file name ending in {allowed} is needed")
    return target


#: What the help calls the names of networks.
NET_NAMES = "erf|relu|gauss|cos|tanh|…|own"


@dataclass(frozen=True)
class NetworkOptions:
    """A network as the command line gives it; the keys of study files.

    Attributes
    ----------
    kind : str
    numbers : mapping
        Options as given; None where they were left out.
    """

    kind: str
    numbers: Mapping[str, Any]

    def build(self, points: list[list[float]], width: int = 1) -> "Network":
        """Make the network; the dimension is read off the points.

        Raises
        ------
        InvalidNetwork
            If the name is unknown, a number out of range, or an option does not belong to the network.

        Examples
        --------
        >>> NetworkOptions("erf", {"sigma_b": 0.5, "sigma_a": None}).build([[0.1, 0.2]], width=3)
        ErfNet(width=3, sigma_w=1.0, sigma_b=0.5, d_in=2)
        """
        from numerics.networks.architectures import network

        return network(self.kind, width, d_in=len(points[0]), **self.numbers)


def law_options() -> list[Decorator]:
    """Options for an activation of one's own and for other laws, in the keys of study files."""
    law = "laplace, student-t:df=5, gaussian:mean=0.3, …"
    return [
        click.option("--activation", metavar="EXPR", help="With --net own: an expression such as 'tanh(z)'."),
        click.option("--hidden-law", metavar="LAW", help=f"Of the hidden weights: {law} [default: gaussian]"),
        click.option("--bias-law", metavar="LAW", help="Of the hidden biases. [default: gaussian]"),
        click.option("--output-law", metavar="LAW", help="Of the output weights. [default: gaussian]"),
    ]


def net_options(*, width: bool) -> Decorator:
    """Add ``--net`` and what describes it, given to the command as one `NetworkOptions`; and ``--width``."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        described: list[Decorator] = [
            click.option(
                "--sigma-w",
                type=float,
                help="Standard deviation of the weights (divided by √d). [default: 1]",
            ),
            click.option("--sigma-b", type=float, help="Of the biases. [default: 1; ReLU: 0]"),
            click.option("--sigma-a", type=float, help="Cos only: of the amplitudes. [default: sigma-w]"),
            *law_options(),
        ]
        names = ("sigma_w", "sigma_b", "sigma_a", "activation", "hidden_law", "bias_law", "output_law")

        @wraps(command)
        def gathered(net: str, **given: Any) -> Any:
            return command(net=NetworkOptions(net, {name: given.pop(name) for name in names}), **given)

        options: list[Decorator] = [
            click.option(
                "--net", required=True, callback=known_name, metavar=NET_NAMES, help="The architecture."
            ),
            *described,
        ]
        if width:
            options.append(
                click.option("--width", type=WHOLE_NUMBER, required=True, help="Number N of hidden neurons.")
            )
        found: Callable[..., Any] = gathered
        for option in reversed(options):
            found = option(found)
        return found

    return decorate


outputs_option = click.option(
    "--outputs",
    help="Output component of each point, as in 1,1,2,2, for networks with several outputs. [default: one]",
)


def parse_outputs(text: str | None, n_points: int) -> list[int] | None:
    """Read ``"1,1,2,2"``: the output component of each point.

    Raises
    ------
    click.UsageError
        If there is not one positive whole number per point.

    Examples
    --------
    >>> parse_outputs("1,1,2,2", 4), parse_outputs(None, 4)
    ([1, 1, 2, 2], None)
    """
    if text is None:
        return None
    numbers: list[int] = []
    with suppress(click.UsageError):
        numbers = whole_numbers(text, "--outputs", "1,1,2,2")
    if len(numbers) != n_points:
        raise click.UsageError(
            f"--outputs {shown(text)} was given with {n_points} points; one positive whole number, "
            "the output component, is needed for each point, as in 1,1,2,2"
        )
    return numbers


def network_parameters(network: "Network", *, width: bool) -> dict[str, object]:
    """Name the parameters of a network with the values used, for the JSON answers.

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet
    >>> network_parameters(ErfNet(3), width=False)
    {'net': 'erf', 'network': {...}, 'sigma_w': 1.0, 'sigma_b': 1.0, 'd_in': 1}
    """
    from numerics.networks.record import to_record

    record = to_record(network)
    left_out = {"record", "kind"} if width else {"record", "kind", "width"}
    numbers = {name: value for name, value in record.items() if name not in left_out}
    return {"net": network.name, "network": record, **numbers}
