"""``nnft density``: the density of the outputs at one or several points, by orders in 1/N."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import NetworkParameters
from nnft_sym.parameters.densities import DensityParameters
from nnft_sym.parameters.outputs import PICTURES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nnft_sym.duality.histogram import Histogram
    from nnft_sym.duality.output_density import Density
    from numerics.results.estimate import Estimate

#: Errors below that share of a value are rounding, and not shown.
_ROUNDING = 1e-11


@click.command(name="density", cls=ParameterCommand)
@takes(net=NetworkParameters, asked=DensityParameters)
@json_option
def command(net: NetworkParameters, asked: DensityParameters, as_json: bool) -> None:
    """Density of the outputs of a finite-width network: the Edgeworth series, to any order in 1/N.

    The series is held against the exact density, by a formula where one is known, else by inverting the
    characteristic function, or against sampled networks. It may be negative where it is cut off; there it
    says so. For example:

    nnft density --net cos --width 16 --points "0;0.8" --order 1/N^2 --at "0.3,0.1;0,0"
    """
    from nnft_sym.duality.output_density import density
    from nnft_sym.jsonio import dumps

    network = net.of_width(net.width, asked.d_in)
    found = density(network, asked.field_set(), asked.order, neglect=asked.neglect)
    answer = _Answer(found, asked)
    if asked.out is not None:
        found.save(asked.out.given)
    if as_json:
        click.echo(dumps(answer.as_json()))
        return
    answer.show()
    if asked.out is not None:
        click.echo(f"{'Figure' if asked.out.suffix in PICTURES else 'All numbers'} in {asked.out.given}")


class _Answer:
    """The numbers of one density, and how they are told."""

    def __init__(self, found: "Density", asked: DensityParameters) -> None:
        import numpy as np

        self.found, self.asked = found, asked
        self.at: NDArray[np.float64] = (
            found.usual_places() if asked.at is None else np.array(asked.at, dtype=np.float64)
        )
        self.gaussian, self.series = found.gaussian(self.at), found(self.at)
        self.terms = found.terms(self.at)
        self.reference, self.why = _reference(found, asked, self.at)
        self.histogram = (
            found.histogram(asked.networks, asked.seed)
            if asked.reference == "sampled" and len(found.fields) == 1
            else None
        )

    def as_json(self) -> dict[str, object]:
        """Put everything into the words of the JSON answer."""
        from nnft_sym.expansions.width_order import width_order_text

        found = self.found
        order, size = found.smallest_term
        return {
            **network_json(found.network, width=True),
            "order": width_order_text(found.order),
            **self.asked.as_json(),
            "rows": list(self._rows()),
            "smallest_term": {"order": width_order_text(order), "size": size},
            "sizes": {width_order_text(one): value for one, value in found.sizes.items()},
            "negative_intervals": found.negative_intervals,
            "negative_weight": found.negative_weight,
            "neglected": found.neglected,
            "reference": None if self.reference is None else self.reference.method,
            "reference_missing": self.why,
            "histogram": None if self.histogram is None else _judged(self.histogram),
            "quality": found.quality,
            "files": [] if self.asked.out is None else [self.asked.out.given],
        }

    def _rows(self) -> "list[dict[str, object]]":
        from nnft_sym.expansions.width_order import width_order_text

        reference = self.reference
        return [
            {
                "at": place,
                "gaussian": float(self.gaussian.value[row]),
                "series": float(self.series.value[row]),
                "series_error": float(self.series.error[row]),
                "terms": {
                    width_order_text(order): float(one.value[row]) for order, one in self.terms.items()
                },
                "reference": None if reference is None else float(reference.value[row]),
                "reference_error": None if reference is None else float(reference.error[row]),
                "negative": bool(self.series.value[row] < 0.0),
            }
            for row, place in enumerate(self.at.tolist())
        ]

    def show(self) -> None:
        """Print the table, and what there is to say of it."""
        from nnft_sym.expansions.width_order import width_order_text
        from nnft_sym.printing.tables import show, table

        found, reference = self.found, self.reference
        columns = ["at", "Gaussian", f"to {width_order_text(found.order)}"]
        columns += [] if reference is None else ["reference", "series − reference"]
        rows = []
        for number, place in enumerate(self.at.tolist()):
            series = float(self.series.value[number])
            row = [", ".join(f"{one:.4g}" for one in place), f"{float(self.gaussian.value[number]):.6g}"]
            row.append(f"{series:.6g}" + (" negative" if series < 0.0 else ""))
            if reference is not None:
                row += _held(series, float(reference.value[number]), float(reference.error[number]))
            rows.append(row)
        labels = ", ".join(found.fields.short_label([field]) for field in range(len(found.fields)))
        title = f"Density of {labels}: {found.network.name}-net, N = {found.network.width}"
        show(table(title, columns, rows), *self._notes())

    def _notes(self) -> list[str]:
        from nnft_sym.expansions.width_order import width_order_text

        found = self.found
        order, size = found.smallest_term
        sizes = ", ".join(
            f"{width_order_text(one)}: {value:.2g}" for one, value in found.sizes.items() if one > 0
        )
        notes = [f"Negative: {found.negative_words}."]
        if sizes:
            notes.append(f"Sizes of the terms, over the Gaussian: {sizes}; the smallest is of order "
                         f"{width_order_text(order)} ({size:.2g}).")  # fmt: skip
        if self.reference is not None:
            notes.append(f"Reference: {self.reference.method}; {self.reference.quality.value}.")
        if self.why:
            notes.append(f"No reference: {self.why}.")
        if self.histogram is not None:
            for by, judged in _judged(self.histogram)["chi2"].items():
                notes.append(
                    f"χ² of {self.asked.networks:,} sampled networks against {by}: {judged['chi2']:.1f} for "
                    f"{judged['dof']} degrees of freedom, p = {judged['p_value']:.2g}."
                )
        if found.counting:
            notes.append(f"Orders: {found.counting}.")
        if found.neglected:
            notes.append(f"Neglected: an atom of probability {found.neglected:.1g}.")
        if found.quality.name != "TRUSTED":
            notes.append(f"Note: {found.quality.value}.")
        return notes


def _held(series: float, value: float, error: float) -> list[str]:
    """Write a reference, and how far the series is from it; of a formula ten digits are enough."""
    from nnft_sym.printing.number_text import with_error

    if value == float("inf"):
        return ["infinite", "—"]
    exact = error <= _ROUNDING * max(abs(value), error)
    return [f"{value:.10g}" if exact else with_error(value, error), f"{series - value:.1e}"]


def _reference(
    found: "Density", asked: DensityParameters, at: "NDArray[np.float64]"
) -> "tuple[Estimate | None, str | None]":
    """What the series is held against; or why there is nothing, where nothing in particular was asked for."""
    from numerics.errors import NotAvailable

    if asked.reference == "sampled":
        return found.sampled(at, asked.networks, asked.seed), None
    if asked.reference == "none":
        return None, None
    try:
        return found.exact(at), None
    except NotAvailable as error:
        if asked.reference == "exact":
            raise
        return None, error.said


def _judged(histogram: "Histogram") -> "dict[str, dict[str, dict[str, float]]]":
    """χ² against every density that is nowhere negative where networks were counted."""
    from numerics.errors import InvalidStatistics

    judged = {}
    for by in histogram.expected:
        try:
            one = histogram.judged(by)
        except InvalidStatistics:
            continue
        judged[by] = {"chi2": one.chi2, "dof": one.dof, "p_value": one.p_value}
    return {"chi2": judged}
