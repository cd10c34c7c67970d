"""``nnft cumulants``: connected correlators of every order, and the generating functional W[J]."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import click

from diagrams.messages import counted
from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import NetworkParameters
from nnft_sym.parameters.deformations import Source
from nnft_sym.parameters.field_points import FieldParameters
from nnft_sym.parameters.orders import order_help
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused, Whole

if TYPE_CHECKING:
    from nnft_sym.duality.generating_functional import GeneratingFunctional
    from numerics.results.estimate import Estimate

#: As far as partitions are listed.
LARGEST_ORDER = 10

ORDER = Parameter(Whole(1, LARGEST_ORDER), order_help("cumulants"))
SOURCE = Parameter(Source(), "Sum the series at J, one number for each point.", metavar="J1,J2,...")
REAL = Parameter(Flag(), "The source is real: log E e^(J·f) in place of log E e^(i J·f).")
LATEX = Parameter(Flag(), "Print W[J] in LaTeX, with names and with numbers, and nothing else.")


@dataclass(frozen=True, kw_only=True)
class CumulantsParameters(FieldParameters):
    """How far the series goes, and at which source it is summed.

    Attributes
    ----------
    order : int
    source : tuple of float or None
    real, latex : bool
    """

    order: Annotated[int, ORDER] = 6
    source: Annotated[tuple[float, ...] | None, SOURCE] = None
    real: Annotated[bool, REAL] = False
    latex: Annotated[bool, LATEX] = False

    def __post_init__(self) -> None:
        if self.source is not None and len(self.source) != len(self.points):
            raise Refused.about(
                "source",
                f"{counted(len(self.source), 'number')} and {counted(len(self.points), 'point')} were given; "
                "the source has one number for each point",
            )


@click.command(name="cumulants", cls=ParameterCommand)
@takes(net=NetworkParameters, asked=CumulantsParameters)
@json_option
def command(net: NetworkParameters, asked: CumulantsParameters, as_json: bool) -> None:
    """Connected correlators of every order up to R, which are the coefficients of W[J] = log E e^(i J·f).

    Exact at the width N, over all multisets of the points, for output weights of any law: independent,
    skewed, correlated (--correlation) or of a deformed law (--deform).
    With --source the series is summed, and held against W[J] by an average over one neuron, exact to all
    orders in J:

    nnft cumulants --net relu --width 20 --points "0.5;1" --order 6 --source 0.4,0.2
    """
    from nnft_sym.duality.generating_functional import generating_functional
    from nnft_sym.jsonio import dumps
    from nnft_sym.progress.bars import TerminalProgress

    if asked.latex and as_json:
        raise Refused("--latex and --json were both given; the JSON holds the LaTeX: leave out --latex")
    network = net.of_width(net.width, asked.d_in)
    with TerminalProgress("feature moments") as told:
        found = generating_functional(network, asked.field_set(), asked.order, progress=told.sampling)
    summed = None if asked.source is None else _summed(found, asked.source, real=asked.real)
    if as_json:
        click.echo(dumps(_answer(found, asked, summed)))
    elif asked.latex:
        click.echo(found.latex(real=asked.real))
        click.echo(found.latex(named=False, real=asked.real))
    else:
        _show(found, asked, summed)


@dataclass(frozen=True)
class _Summed:
    """W[J] at one source."""

    series: "Estimate"
    imaginary: "Estimate"
    exact: "Estimate | None"
    why_not: str


def _summed(found: "GeneratingFunctional", source: tuple[float, ...], *, real: bool) -> _Summed:
    from numerics.errors import NotAvailable

    series, imaginary = found.value(source, real=real), found.imaginary(source)
    try:
        return _Summed(series, imaginary, found.exact(source, real=real), "")
    except NotAvailable as error:
        return _Summed(series, imaginary, None, str(error))


def _answer(
    found: "GeneratingFunctional", asked: CumulantsParameters, summed: _Summed | None
) -> dict[str, object]:
    """Put everything into the words of the JSON answer."""
    answer: dict[str, object] = {
        **network_json(found.network, width=True),
        "order": asked.order,
        **asked.as_json(),
        "cumulants": [
            {
                "order": n,
                "indices": one.indices,
                "value": one.value,
                "error": one.error,
                "quality": one.quality,
                "method": one.method,
            }
            for n, one in found.cumulants.items()
        ],
        "latex": found.latex(real=asked.real),
        "latex_numbers": found.latex(named=False, real=asked.real),
    }
    if summed is None:
        return answer
    exact = summed.exact
    row: dict[str, object] = {
        "J": asked.source,
        "real": asked.real,
        "series": float(summed.series.value),
        "error": float(summed.series.error),
        "last_term": summed.series.evidence["last_term"],
        "exact": None if exact is None else float(exact.value),
        "exact_error": None if exact is None else float(exact.error),
    }
    if not asked.real and summed.imaginary.value.any():
        row["imaginary"] = float(summed.imaginary.value)
    return {**answer, "source": row}


def _show(found: "GeneratingFunctional", asked: CumulantsParameters, summed: _Summed | None) -> None:
    """Print a table for every order that does not vanish, the series, and its sum."""
    from nnft_sym.printing.tables import show, table

    for n in found.orders:
        one = found.cumulants[n]
        rows = [
            [" ".join(map(str, row)), f"{value:.10g}", f"{error:.1e}"]
            for row, value, error in zip(one.indices.tolist(), one.value, one.error, strict=True)
        ]
        show(table(f"Connected {n}-point function", ["indices", "value", "error"], rows))
        if not one.trusted:
            show(f"Note: {one.quality.value}")
    zero = [n for n in found.cumulants if n not in found.orders]
    if zero:
        reasons = dict.fromkeys(found.cumulants[n].method for n in zero)
        some = "Order {} is" if len(zero) == 1 else "Orders {} are"
        show(f"{some.format(', '.join(map(str, zero)))} zero: {'; '.join(reasons)}")
    show(f"{'log E e^(J·f)' if asked.real else 'W[J] = log E e^(i J·f)'} = {_series(found, real=asked.real)}")
    if summed is not None:
        show(table("At the source " + ", ".join(f"{one:g}" for one in asked.source or ()), ["", "", ""],
                   _rows(found, summed, asked)))  # fmt: skip
        if summed.why_not:
            show(f"Not exact to all orders: {summed.why_not}")


def _series(found: "GeneratingFunctional", *, real: bool) -> str:
    """Write the series in one line."""
    signs = ("", "i ", "-", "-i ")
    letters = "jklmnpqrst"
    terms = [
        f"{'' if real else signs[n % 4]}G{n}_{letters[:n]} {' '.join(f'J_{one}' for one in letters[:n])}/{n}!"
        for n in found.orders
    ]
    text = " + ".join(terms).replace("+ -", "- ") or "0"
    return f"{text}, summed over indices that stand twice"


def _rows(found: "GeneratingFunctional", summed: _Summed, asked: CumulantsParameters) -> list[list[str]]:
    rows = [
        [
            f"series to order {found.order}",
            f"{float(summed.series.value):.12g}",
            f"{float(summed.series.error):.1e}",
        ],
        ["its last term", f"{summed.series.evidence['last_term']:.2g}", ""],
    ]
    if not asked.real and summed.imaginary.value.any():
        rows.insert(1, ["imaginary part", f"{float(summed.imaginary.value):.12g}",
                        f"{float(summed.imaginary.error):.1e}"])  # fmt: skip
    if summed.exact is not None:
        rows.append(
            ["to all orders", f"{float(summed.exact.value):.12g}", f"{float(summed.exact.error):.1e}"]
        )
    return rows
