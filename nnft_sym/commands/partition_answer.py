"""What ``nnft partition`` answers: as JSON, and as tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nnft_sym.duality.deformation import Deformation
from nnft_sym.duality.deformed_correlators import DeformedCorrelators
from nnft_sym.duality.partition_series import PartitionSeries
from nnft_sym.duality.quotient_text import quotient
from numerics.networks.base import Network

if TYPE_CHECKING:
    from rich.table import Table

    from numerics.results.correlator import Correlator
    from numerics.results.estimate import Estimate
    from numerics.sampling.deformed_sample import DeformedSample

Found = PartitionSeries | DeformedCorrelators
#: Scores beyond this order fill the screen.
_MOST_SCORES = 2


def answer(found: Found, samples: Sequence["DeformedSample"]) -> dict[str, object]:
    """Put everything into the words of the JSON answer."""
    deformation = found.deformation
    head = {
        "deform": str(deformation),
        "letter": deformation.letter,
        "latex": deformation.latex(),
        "scores": _scores(deformation, found.network, _order(found)),
        "strength": found.strength,
    }
    if isinstance(found, PartitionSeries):
        body = _of_source(found)
        sampled = [_sampled_source(found, one) for one in samples]
    else:
        body = _of_orders(found)
        sampled = [
            {**_how(one), "correlators": [_table(n, one.correlator(n)) for n in found.coefficients]}
            for one in samples
        ]
    return {**head, **body, **({"sampled": sampled} if samples else {})}


def _order(found: Found) -> int:
    if isinstance(found, PartitionSeries):
        return found.order
    return max(map(len, found.coefficients.values())) - 1


def _scores(deformation: Deformation, network: Network, order: int) -> list[dict[str, object]]:
    law = network.laws.output.unit
    return [
        {"order": r, "text": quotient(deformation.score(r, law)), "latex": deformation.score_latex(r, law)}
        for r in range(1, order + 1)
    ]


def _of_source(found: PartitionSeries) -> dict[str, object]:
    series = []
    for power, (real, imaginary) in enumerate(zip(found.real, found.imaginary, strict=True)):
        entry: dict[str, object] = {"power": power, "value": float(real.value), "error": float(real.error)}
        if float(imaginary.value):
            entry |= {"imaginary": float(imaginary.value), "imaginary_error": float(imaginary.error)}
        series.append(entry)
    body: dict[str, object] = {"source": found.source.tolist(), "series": series, "exact": None}
    if found.strength is not None:
        body["sum"] = float(found.at(found.strength).value)
    if found.exact is not None and found.exact_imaginary is not None:
        body |= {
            "exact": float(found.exact.value),
            "exact_error": float(found.exact.error),
            "exact_method": found.exact.method,
        }
        if any(float(one.value) for one in found.imaginary):
            body["exact_imaginary"] = float(found.exact_imaginary.value)
    return body


def _of_orders(found: DeformedCorrelators) -> dict[str, object]:
    series = [
        {"power": power, **_table(n, one)}
        for n, powers in found.coefficients.items()
        for power, one in enumerate(powers)
    ]
    exact = None if found.exact is None else [_table(n, one) for n, one in found.exact.items()]
    return {"part": found.part.name.lower(), "series": series, "exact": exact}


def _table(order: int, one: "Correlator") -> dict[str, object]:
    return {
        "order": order,
        "indices": one.indices.tolist(),
        "value": one.value.tolist(),
        "error": one.error.tolist(),
        "quality": one.quality,
    }


def _how(sample: "DeformedSample") -> dict[str, object]:
    return {
        "how": sample.how,
        "networks": len(sample.weights),
        "effective": sample.effective,
        "correlation_time": sample.correlation_time,
    }


def _sampled_source(found: PartitionSeries, sample: "DeformedSample") -> dict[str, object]:
    real, imaginary = sample.partition(found.source)
    return {
        **_how(sample),
        "value": float(real.value),
        "error": float(real.error),
        "imaginary": float(imaginary.value),
        "imaginary_error": float(imaginary.error),
        "quality": real.quality,
    }


def show_answer(found: Found, samples: Sequence["DeformedSample"]) -> None:
    """Print the scores and the series."""
    from nnft_sym.printing.tables import show

    deformation = found.deformation
    law = found.network.laws.output.unit
    lines = [f"P ∝ P₀ e^(−A), A = {deformation}; s is the deviation of an output weight under P₀"]
    for r in range(1, min(_order(found), _MOST_SCORES) + 1):
        lines.append(f"𝒫_{r} = {quotient(deformation.score(r, law))}")
    show(*lines)
    for one in _series_tables(found):
        show(one)
    for sample in samples:
        show(*_sample_lines(found, sample))


def _series_tables(found: Found) -> list["Table"]:
    from nnft_sym.printing.tables import table

    letter, network = found.deformation.letter, found.network
    where = f"{network.name}-net, N = {network.width}"
    if isinstance(found, PartitionSeries):
        rows = [
            [f"{letter}^{k}", *_row(real, imaginary)]
            for k, (real, imaginary) in enumerate(zip(found.real, found.imaginary, strict=True))
        ]
        if found.strength is not None:
            rows.append([f"sum, {letter} = {found.strength:g}", *_row(found.at(found.strength), None)])
        if found.exact is not None:
            rows.append([f"exact, {letter} = {found.strength:g}", *_row(found.exact, found.exact_imaginary)])
        columns = ["power", "value", "error", "imaginary"]
        if not any(row[3] for row in rows):
            columns, rows = columns[:3], [row[:3] for row in rows]
        return [table(f"Z[J] of {where}", columns, rows)]
    tables = []
    for n, powers in found.coefficients.items():
        rows = []
        exact = None if found.exact is None else found.exact[n]
        for place, indices in enumerate(powers[0].indices.tolist()):
            values = [f"{one.value[place]:.8g}" for one in powers]
            known = [] if exact is None else [f"{exact.value[place]:.8g}"]
            rows.append([" ".join(map(str, indices)), *values, *known])
        columns = ["points", *(f"{letter}^{k}" for k in range(len(powers)))]
        if exact is not None:
            columns.append(f"exact, {letter} = {found.strength:g}")
        tables.append(table(f"{found.part.name.capitalize()} {n}-point functions of {where}", columns, rows))
    return tables


def _row(real: "Estimate", imaginary: "Estimate | None") -> list[str]:
    other = "" if imaginary is None or not abs(float(imaginary.value)) > float(imaginary.error) else imaginary
    return [
        f"{float(real.value):.10g}",
        f"{float(real.error):.1e}",
        "" if isinstance(other, str) else f"{float(other.value):.10g}",
    ]


def _sample_lines(found: Found, sample: "DeformedSample") -> list[str]:
    count = len(sample.weights)
    text = f"{count} networks, {sample.how}"
    if sample.effective < count:
        text += f", effective number {sample.effective:.0f}"
    if sample.correlation_time is not None:
        text += f", correlation time {sample.correlation_time:.2g} steps"
    if isinstance(found, PartitionSeries):
        real, _ = sample.partition(found.source)
        lines = [f"{text}: Z = {float(real.value):.6g} ± {float(real.error):.1g}"]
        qualities = [real]
    else:
        tables = {n: sample.correlator(n) for n in found.coefficients}
        lines = [text]
        for n, one in tables.items():
            numbers = (f"{v:.5g} ± {e:.1g}" for v, e in zip(one.value, one.error, strict=True))
            lines.append(f"  {n}-point: " + ", ".join(numbers))
        qualities = list(tables.values())
    notes = {one.quality.value for one in qualities if not one.trusted}
    return [*lines, *(f"Note: {note}" for note in sorted(notes))]
