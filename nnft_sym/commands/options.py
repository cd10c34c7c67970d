"""Options that several subcommands share, and the parsing of points."""

import math
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from numerics.networks.architectures import Network

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Points(click.ParamType[list[list[float]]]):
    """``"0.37,-0.91;1.43,0.08"``: semicolons between points, commas between coordinates."""

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
        points = []
        for item in text.split(";"):
            try:
                point = [float(coordinate) for coordinate in item.split(",")]
            except ValueError:
                self.fail(
                    f"{item.strip()!r} in {text!r} is not a point: numbers are needed, with commas between "
                    "coordinates and semicolons between points, as in '0.37,-0.91;1.43,0.08'",
                    param,
                    ctx,
                )
            if not all(math.isfinite(coordinate) for coordinate in point):
                self.fail(f"{item.strip()!r} in {text!r} is not finite: give finite coordinates", param, ctx)
            points.append(point)
        dimensions = sorted({len(point) for point in points})
        if len(dimensions) > 1:
            self.fail(
                f"{text!r} mixes points of dimension {' and '.join(map(str, dimensions))}: "
                "give every point the same number of coordinates",
                param,
                ctx,
            )
        return points


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
        help="Inputs: semicolons between points, commas between coordinates.",
    )(command)


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
    for read in (int, float):
        with suppress(ValueError, OverflowError):
            number = read(text)
            if int(number) == number and (read is int or abs(number) < 2.0**53):
                return int(number)
    raise click.BadParameter(f"{text!r} is not a whole number, as in 100000 or 1e5")


def net_options(*, width: bool) -> Decorator:
    """Add ``--net`` and the standard deviations, and ``--width`` if asked for."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        options = [
            click.option("--net", required=True, metavar="erf|relu|gauss|cos", help="The architecture."),
            click.option(
                "--sigma-w",
                type=float,
                help="Standard deviation of the weights (divided by √d). [default: 1]",
            ),
            click.option("--sigma-b", type=float, help="Of the biases. [default: 1; ReLU: 0]"),
            click.option("--sigma-a", type=float, help="Cos only: of the amplitudes. [default: sigma-w]"),
        ]
        if width:
            options.append(
                click.option("--width", type=int, required=True, help="Number N of hidden neurons.")
            )
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def build_network(
    net: str,
    points: list[list[float]],
    sigma_w: float | None,
    sigma_b: float | None,
    sigma_a: float | None,
    width: int = 1,
) -> "Network":
    """Make the network the options describe; the dimension is read off the points.

    Raises
    ------
    InvalidNetwork
        If the name is unknown or a number out of range.
    """
    from numerics.networks.architectures import network

    return network(net, width=width, sigma_w=sigma_w, sigma_b=sigma_b, sigma_a=sigma_a, d_in=len(points[0]))


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
    items = [item.strip() for item in text.split(",")]
    if len(items) != n_points or not all(item.isdecimal() and 0 < int(item) < 2**31 for item in items):
        raise click.UsageError(
            f"--outputs {text!r} was given with {n_points} points; one positive whole number, the output "
            "component, is needed for each point, as in 1,1,2,2"
        )
    return [int(item) for item in items]


def network_parameters(network: "Network", *, width: bool) -> dict[str, object]:
    """Name the parameters of a network with the values used, for the JSON answers.

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet
    >>> network_parameters(ErfNet(3), width=False)
    {'sigma_w': 1.0, 'sigma_b': 1.0, 'd_in': 1}
    """
    from numerics.networks.parameters import describe

    left_out = {"network"} if width else {"network", "width"}
    return {name: value for name, value in describe(network).items() if name not in left_out}
