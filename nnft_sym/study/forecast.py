"""What a study would compute, how much memory and time it takes: told without computing anything."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

from nnft_sym.actions.action import Action
from nnft_sym.printing.number_text import correlator_name, number
from nnft_sym.printing.table_content import Cell, Table
from nnft_sym.printing.tables import terminal_table
from nnft_sym.study.case import Case
from nnft_sym.study.data import BLOCKS
from nnft_sym.study.recipe import PUBLISHED, Recipe
from nnft_sym.study.suitable import coupling_of
from numerics.results.faces import Content, Shown

if TYPE_CHECKING:
    import rich.table

    from nnft_sym.study.config import StudyConfig


@dataclass(frozen=True)
class Costs:
    """Seconds and bytes per piece of work, measured on two cores of a server of 2023; a factor 3 is usual.

    Attributes
    ----------
    neuron : float
        Core seconds to draw one neuron and to apply it to one point.
    element : float
        Core seconds to add one product of outputs of one network to its sum.
    pair : float
        Seconds for one pair of elements: covariances, their eigenvectors, fits.
    exchange : float
        Seconds for one element of the 6-point function of the exchange of two vertices, where the kernel is
        not Gaussian and inputs have two or more dimensions.
    start, report : float
        Seconds of a net, and of its report, whatever its size.
    process : float
        Bytes of the program itself.
    copies : float
        Tables of the size of the covariance of all elements that are in memory at a time.
    """

    neuron: float = 1.5e-8
    element: float = 5e-9
    pair: float = 1e-6
    exchange: float = 0.1
    start: float = 2.0
    report: float = 3.0
    process: float = 4e8
    copies: float = 6.0


@dataclass(frozen=True)
class NetForecast:
    """One net of a study that did not run.

    Attributes
    ----------
    name : str
    width, d_in, points : int
    cutoff : float or None
    elements : mapping of int to int
        Distinct index sets of each order.
    networks : int
    memory : float
        Bytes.
    seconds : float
    """

    name: str
    width: int
    d_in: int
    points: int
    cutoff: float | None
    elements: Mapping[int, int]
    networks: int
    memory: float
    seconds: float


@dataclass(frozen=True, repr=False)
class Forecast(Shown):
    """What a study would compute.

    Attributes
    ----------
    action : str
    experiments, networks : int
        Networks of each experiment.
    nets : tuple of NetForecast
    costs : Costs
    """

    action: str
    experiments: int
    networks: int
    nets: tuple[NetForecast, ...]
    costs: Costs

    @property
    def seconds(self) -> float:
        """Of all nets, without the report."""
        return sum(net.seconds for net in self.nets)

    @property
    def report_seconds(self) -> float:
        """What ``--out`` adds."""
        return self.costs.report * (1 + len(self.nets))

    @property
    def memory(self) -> float:
        """Bytes: those of the largest net, one is studied after the other."""
        return max(net.memory for net in self.nets)

    def plain_fields(self) -> Content:
        """Give it as plain fields, one row for each net."""

        def rows() -> Iterator[tuple[object, ...]]:
            for net in self.nets:
                yield net.name, net.width, net.networks, sum(net.elements.values()), net.memory, net.seconds

        facts = {"action": self.action, "seconds": self.seconds, "bytes": self.memory}
        columns = ("net", "width", "networks", "correlators", "bytes", "seconds")
        return Content(f"A study of {len(self.nets)} nets", facts, columns, rows, len(self.nets))

    def as_json(self) -> dict[str, object]:
        """Give it for a JSON answer; sizes in bytes, times in seconds."""
        return {
            "dry_run": True,
            "action": self.action,
            "experiments": self.experiments,
            "networks": self.networks,
            "nets": [
                {
                    "name": net.name,
                    "width": net.width,
                    "d_in": net.d_in,
                    "points": net.points,
                    "cutoff": net.cutoff,
                    "networks": net.networks,
                    "correlators": {f"g{order}": count for order, count in net.elements.items()},
                    "memory": net.memory,
                    "seconds": net.seconds,
                }
                for net in self.nets
            ],
            "memory": self.memory,
            "seconds": self.seconds,
            "report_seconds": self.report_seconds,
        }

    def tables(self) -> "list[rich.table.Table | str]":
        """Show it in the terminal."""
        rows = tuple(_row(net) for net in self.nets)
        orders = self.nets[0].elements
        heads = ("net", "N", "d", "points", "cutoff", "networks", *map(correlator_name, orders))
        table = Table("What would be computed", (*heads, "memory", "time"), rows)
        what = (
            f"Action {self.action}: correlators of {', '.join(f'{n}' for n in orders)} points, sampled and "
            "exact where there is an exact answer; the couplings, with what the next order in 1/N changes."
        )
        return [
            terminal_table(table),
            what,
            f"About {duration(self.seconds)} and {_memory(self.memory)} on this number of cores "
            f"({os.cpu_count() or 1}); a report with --out takes {duration(self.report_seconds)} more. After "
            "an installation the sampler is compiled once, half a minute. Nothing was computed.",
        ]


def forecast(config: "StudyConfig", recipe: Recipe = PUBLISHED, costs: Costs | None = None) -> Forecast:
    """Say what a study would compute, and about how much memory and time it takes.

    Parameters
    ----------
    config : StudyConfig
    recipe : Recipe, optional
    costs : Costs, optional

    Returns
    -------
    Forecast

    Raises
    ------
    UnsuitableAction
        As the study itself.

    Examples
    --------
    >>> from nnft_sym.study.config import built_in_study
    >>> found = forecast(built_in_study())
    >>> dict(found.nets[0].elements), found.seconds > 1.0
    ({2: 21, 4: 126, 6: 462}, True)
    """
    costs = Costs() if costs is None else costs
    coupling_of(Action(config.action), recipe)
    networks = config.experiments * config.networks
    blocks = config.experiments * min(-(-BLOCKS // config.experiments), config.networks)
    cores = os.cpu_count() or 1
    nets = []
    for table in config.net:
        case = Case.of(table)
        points = len(case.fields)
        elements = {n: comb(points + n - 1, n) for n in recipe.orders}
        total = sum(elements.values())
        grids = case.d_in > 1 and case.kernel.gaussian is None
        exchange = costs.exchange * elements[recipe.predicted] if grids else 0.0
        drawn = networks * (costs.neuron * case.width * points + costs.element * total) / cores
        nets.append(
            NetForecast(
                case.name,
                case.width,
                case.d_in,
                points,
                case.cutoff,
                elements,
                networks,
                costs.process + 8.0 * (costs.copies * total**2 + 4 * blocks * total),
                costs.start + drawn + exchange + costs.pair * total**2,
            )
        )
    return Forecast(config.action, config.experiments, config.networks, tuple(nets), costs)


def _row(net: NetForecast) -> tuple[Cell, ...]:
    counts = (Cell(f"{count:,}", count) for count in net.elements.values())
    cutoff = Cell("none" if net.cutoff is None else f"{net.cutoff:g}", net.cutoff)
    whole = (net.width, net.d_in, net.points)
    return (
        Cell(net.name),
        *(Cell(str(one), one) for one in whole),
        cutoff,
        Cell(f"{net.networks:,}", net.networks),
        *counts,
        Cell(_memory(net.memory), net.memory),
        Cell(duration(net.seconds), net.seconds),
    )


def _memory(size: float) -> str:
    return f"{number(size / 1e9, 2)} GB" if size >= 1e9 else f"{number(size / 1e6, 2)} MB"


def duration(seconds: float) -> str:
    """Write a time in two digits.

    Examples
    --------
    >>> duration(4.2), duration(250.0), duration(9000.0), duration(400_000.0)
    ('4.2 s', '4.2 min', '2.5 h', '4.6 days')
    """
    for size, unit in ((86_400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 1.5 * size:
            return f"{number(seconds / size, 2)} {unit}"
    return f"{number(seconds, 2)} s"
