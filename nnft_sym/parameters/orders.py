"""What ``--order`` and ``--orders`` mean in each command, in one place.

The word has four meanings in the field: number of vertices, power of 1/N, number of points of a correlator,
power of a small strength. Help texts take their words from here, and so does the table of docs/orders.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Counts(Enum):
    """What an order is a number of."""

    VERTICES = "vertices"
    WIDTH = "power of 1/N"
    POINTS = "points of a correlator"
    STRENGTH = "power of alpha"


@dataclass(frozen=True)
class OrderMeaning:
    """What the option of one command means.

    Attributes
    ----------
    command, option : str
    counts : Counts
    help : str
    example : str
    """

    command: str
    option: str
    counts: Counts
    help: str
    example: str


_SEVERAL_POINTS = "Which n-point functions, n from 1 to 8."
_OF_COUPLINGS = "Which n-point functions."
_POWER = "Largest power of 1/N, as in 1/N^2"

#: Every command that has such an option.
ORDERS = (
    OrderMeaning(
        "expand",
        "--order",
        Counts.VERTICES,
        "Largest number of vertices; or power of each coupling, as in lambda=2,kappa=1; or, as in 1/N^2 or "
        "with --counting, power of 1/N.",
        "2",
    ),
    OrderMeaning("draw", "--order", Counts.VERTICES, "Largest number of vertices.", "2"),
    OrderMeaning("count", "--order", Counts.VERTICES, "Largest number of vertices.", "6"),
    OrderMeaning("density", "--order", Counts.WIDTH, f"{_POWER}.", "1/N^2"),
    OrderMeaning("action", "--order", Counts.WIDTH, f"{_POWER}; 1/N^0 is the Gaussian process.", "1/N^2"),
    OrderMeaning("cumulant", "--order", Counts.POINTS, "Number R of points; must be the number given.", "4"),
    OrderMeaning("cumulants", "--order", Counts.POINTS, "Highest number R of points, up to 10.", "6"),
    OrderMeaning("neurons", "--order", Counts.POINTS, "Highest number of points.", "6"),
    OrderMeaning("sample", "--orders", Counts.POINTS, _SEVERAL_POINTS, "2,4,6"),
    OrderMeaning(
        "partition", "--orders", Counts.POINTS, "n-point functions in place of Z[J], n from 1 to 8.", "2,4"
    ),
    OrderMeaning("symmetry", "--orders", Counts.POINTS, "Numbers of points, from 1 to 10.", "2,4,6"),
    OrderMeaning(
        "axioms", "--orders", Counts.POINTS, "Most points in one correlator, even numbers.", "2,4,6"
    ),
    OrderMeaning("couplings", "--orders", Counts.POINTS, _OF_COUPLINGS, "4,6"),
    OrderMeaning("flow", "--orders", Counts.POINTS, _OF_COUPLINGS, "4,6"),
    OrderMeaning("partition", "--order", Counts.STRENGTH, "Highest power of the strength alpha.", "2"),
)


def order_help(command: str, option: str = "--order") -> str:
    """Give the help of one option.

    Examples
    --------
    >>> order_help("density")
    'Largest power of 1/N, as in 1/N^2.'
    """
    return next(one.help for one in ORDERS if (one.command, one.option) == (command, option))


def orders_table() -> Iterator[str]:
    """Write the table in Markdown, line by line.

    Examples
    --------
    >>> list(orders_table())[2]
    '| `nnft expand` | `--order 2` | vertices | Largest number of vertices; or power of each coupling, ... |'
    """
    yield "| command | option | counts | in words |"
    yield "|---|---|---|---|"
    for one in ORDERS:
        yield (f"| `nnft {one.command}` | `{one.option} {one.example}` | {one.counts.value} | {one.help} |")
