"""What ``nnft couplings`` answers: one JSON object, or tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from diagrams.messages import counted
from nnft_sym.commands.options import network_json
from nnft_sym.parameters.inferred import CouplingParameters

if TYPE_CHECKING:
    from nnft_sym.inference.coupling_fit import CouplingFit
    from nnft_sym.inference.elementwise import CorrectedCoupling
    from numerics.inference.dataset import Dataset
    from numerics.networks.base import Network
    from numerics.results.estimate import Estimate


def answer(
    networks: Sequence["Network"], asked: CouplingParameters, data: Sequence["Dataset"], found: "CouplingFit"
) -> dict[str, object]:
    """Put everything into the words of the JSON answer; of several widths ``width`` is a list."""
    worst = found.judged
    samples = [one.sampled for one in data if one.exact is None and one.sampled is not None]
    return {
        **_networks(networks),
        "action": asked.action,
        **asked.as_json(),
        "cutoff": asked.cutoff,
        "orders": found.orders,
        "per_width": len(networks) > 1,
        "correlators": asked.correlators,
        "counting": asked.counting,
        "data": {
            "source": asked.source,
            "networks": sum(one.n_samples for one in samples) if samples else None,
            "blocks": sum(one.n_blocks for one in samples) if samples else None,
            "has_this_propagator": found.of_this_network,
        },
        "couplings": [_coupling(found, name) for name in (*found.couplings, *found.missing)],
        "covariance": found.covariance(),
        "singular_values": [one.singular_value for one in found.combinations],
        "combinations": [
            {
                "combination": one.text,
                "singular_value": one.singular_value,
                "value": None if one.estimate is None else float(one.estimate),
                "error": None if one.estimate is None else float(one.estimate.error),
                "determined": one.determined,
            }
            for one in found.combinations
        ],
        "chi2": worst.chi2,
        "dof": worst.dof,
        "p_value": worst.p_value,
        "misfit": worst.misfit,
        "explained": found.explained,
        "contributions": [
            {"width": network.width, **_taken_apart(found, order, of)}
            for of, network in enumerate(networks)
            for order in found.orders
        ],
        "model_errors": {
            "truncation": found.truncation,
            "locality": found.locality,
            "in_the_errors": found.widened,
        },
        "expansion_holds": found.holds,
        "roots": [one.couplings for fit in found.fits for one in fit.roots if len(fit.roots) > 1],
        "quality": found.quality,
        "verdict": found.verdict,
    }


def _coupling(found: "CouplingFit", name: str) -> dict[str, object]:
    one, beyond = found.couplings.get(name), found.corrections.get(name)
    return {
        "name": name,
        "value": None if one is None else float(one),
        "error": None if one is None or not found.determined(name) else float(one.error),
        "determined": found.determined(name),
        "next_order": None if beyond is None else float(beyond),
        "ratio": found.ratio(name),
        "at_infinite_width": None if name not in found.limits else float(found.limits[name]),
        **_elementwise_mean(found, name),
        "corrected": [
            {
                "by": other.by,
                "value": float(other.value),
                "error": float(other.value.error),
                "over_uncorrected": other.ratio,
                "trusted": other.trusted,
            }
            for other in _corrected(found, name)
        ],
    }


def _elementwise_mean(found: "CouplingFit", name: str) -> dict[str, float | None]:
    """Mean over the elements of the correlator that a coupling is read off, with its error."""
    from numerics.errors import InvalidStatistics

    try:
        means = [found.elementwise(name, of=of).mean for of in range(len(found.measurements))]
    except InvalidStatistics:
        return {"mean": None, "mean_error": None}  # not determined, or no element has one
    mean = sum(means[1:], means[0]) / float(len(means))
    return {"mean": float(mean), "mean_error": float(mean.error)}


def _corrected(found: "CouplingFit", name: str) -> "list[CorrectedCoupling]":
    """What the next order makes of a coupling: by each other coupling alone, and by all terms."""
    if name not in found.corrections:
        return []
    every = found.corrected(name)
    others = [one for one in found.couplings if one != name and one in every.by]
    alone = [found.corrected(name, by=other) for other in others]
    return [*(one for one in alone if one.by != every.by), every]


def _taken_apart(found: "CouplingFit", order: int, of: int) -> dict[str, object]:
    """What each term contributes to the correlator that was fitted."""
    from nnft_sym.expansions.truncation import width_text

    terms = found.contributions(order, of=of)
    return {
        "order": order,
        "terms": [
            {
                "couplings": one.name,
                "counts_as": width_text(one.power),
                "share": one.share,
                "explained": one.explained,
            }
            for one in terms.terms
        ],
    }


def _networks(networks: Sequence["Network"]) -> dict[str, object]:
    """Describe the networks; of several widths the record and the width are lists."""
    every = [network_json(one, width=True) for one in networks]
    if len(every) == 1:
        return every[0]
    return every[0] | {key: [one[key] for one in every] for key in ("network", "width")}


def show_answer(networks: Sequence["Network"], asked: CouplingParameters, found: "CouplingFit") -> None:
    """Print the tables."""
    from nnft_sym.printing.tables import show, table

    widths = ", ".join(str(one.width) for one in networks)
    box = "R^d" if asked.cutoff is None else f"Λ = {asked.cutoff:g}"
    points = counted(len(found.data.fields), "point")
    title = (
        f"Couplings of {networks[0].name}-net, N = {widths}, d = {networks[0].d_in}, {points}, {box}, "
        f"counting {asked.counting}"
    )
    called = {name: found.called(name) for name in (*found.couplings, *found.missing)}
    columns = ["coupling", "value", "error", "next order", "locality"]
    show(table(title, columns, [[text, *_row(found, name)] for name, text in called.items()]))
    if len(found.combinations) > len(found.steps):
        rows = [
            [
                one.text,
                *(("not determined", "") if one.estimate is None else _number(one.estimate)),
                f"{one.singular_value:.3g}",
            ]
            for one in found.combinations
        ]
        show(table("What the data see", ["combination", "value", "error", "singular value"], rows))
    show(
        table(
            f"{_fitted(found)}, term by term",
            ["term", "counts as", "share", "explained"],
            _terms(networks, found),
        )
    )
    corrected = [
        [called[name], *_changed(one)] for name in found.couplings for one in _corrected(found, name)
    ]
    if corrected:
        columns = ["coupling", "corrected by", "value", "ratio", ""]
        show(table("With the next order in 1/N", columns, corrected))
    show(
        "Share: size of a term over that of the data; explained: by this term and those before it. "
        "Next order: what the next power of 1/N would add (truncation); locality: by how much a constant "
        "would have to vary over the inputs.",
        f"Data: {asked.source}. {_errors(found)}{_fewer(asked, found)}",
        found.verdict,
    )


def _fewer(asked: CouplingParameters, found: "CouplingFit") -> str:
    """Say what needs fewer networks, where there were too few."""
    few = found.quality.name == "TOO_FEW_SAMPLES" or _is_lost(found)
    plain = asked.networks is not None and asked.estimator == "plain"
    return " --estimator conditional needs far fewer networks." if few and plain else ""


def _is_lost(found: "CouplingFit") -> bool:
    """Whether a sampled coupling cannot be told from zero."""
    from nnft_sym.inference.coupling_sentences import is_weak

    return any(is_weak(found.leading(name)) for name in found.couplings if found.determined(name))


def _errors(found: "CouplingFit") -> str:
    """Say what the errors are."""
    if found.of_this_network is False:
        return "Errors: of the fit to another network, see below."
    if found.exact:
        more = ", with" if found.widened else "; --model-errors adds"
        return f"Errors: bounds of the integrals{more} next order and locality."
    beside = "" if found.widened else "; next order and locality stand beside them (--model-errors adds them)"
    return f"Errors: {found.quality.value}{beside}."


def _fitted(found: "CouplingFit") -> str:
    """Which functions were fitted, in words."""
    return "Full functions less the free theory" if found.kind == "excess" else "Connected functions"


def _row(found: "CouplingFit", name: str) -> list[str]:
    correction, locality = found.corrections.get(name), found.locality.get(name)
    beyond = found.truncation.get(name) if correction is None else float(correction)
    beside = ["—" if one is None else f"{one:.3g}" for one in (beyond, locality)]
    if locality == 0.0 and not found.exact:  # below the noise of the sample, or of one element
        beside[1] = "not resolved" if found.n_elements > 1 else "—"
    if not found.determined(name):
        return ["not determined" if name in found.couplings else "not looked for", "—", *beside]
    one = found.couplings[name]
    return [*_number(one), *beside]


def _number(one: "Estimate") -> tuple[str, str]:
    """A number, to the digits that a sample leaves of it, and its error."""
    value, _, error = str(one).partition(" (bound ")[0].partition(" ± ")
    return (value, error) if error else (f"{float(one):.6g}", f"{float(one.error):.2g}")


def _terms(networks: Sequence["Network"], found: "CouplingFit") -> list[list[str]]:
    from nnft_sym.expansions.truncation import width_text

    rows = []
    every = [(of, order) for of in range(len(networks)) for order in found.orders]
    for of, order in every:
        which = f"N = {networks[of].width}, " if len(networks) > 1 else ""
        for one in found.contributions(order, of=of).terms:
            shares = [
                "—" if share is None else f"{100 * share:.5g} %" for share in (one.share, one.explained)
            ]
            rows.append([f"{which}{order}-point: {one.name}", width_text(one.power), *shares])
    return rows


def _changed(one: "CorrectedCoupling") -> list[str]:
    judged = "" if one.trusted else "not trusted: the correction is more than half of it"
    return [" and ".join(one.by), f"{float(one.value):.6g}", f"{one.ratio:.4g}", judged]
