"""``nnft couplings``: the couplings of an action, inferred from correlators."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.action_argument import ActionCommand
from nnft_sym.commands.options import json_option, network_json, takes
from nnft_sym.parameters.architecture import NetworkParameters
from nnft_sym.parameters.inferred import CouplingParameters

if TYPE_CHECKING:
    from nnft_sym.actions.action import Action
    from nnft_sym.inference.coupling_fit import CouplingFit
    from nnft_sym.inference.elementwise import CorrectedCoupling
    from nnft_sym.inference.model import Model
    from nnft_sym.inference.theory import Theory
    from numerics.inference.dataset import Dataset
    from numerics.networks.base import Network

#: Blocks of a sample where nothing else is asked for.
BLOCKS = 1000


@click.command(name="couplings", cls=ActionCommand)
@takes(net=NetworkParameters, asked=CouplingParameters)
@json_option
def command(net: NetworkParameters, asked: CouplingParameters, as_json: bool) -> None:
    """Infer the couplings of ACTION from connected correlators: exact ones, or --data, or --networks.

    Each coupling comes from the correlator at whose leading order in 1/N it first stands alone. What the next
    order would change is printed beside it and never added.
    """
    from nnft_sym.actions.action import Action
    from nnft_sym.inference.infer import infer
    from nnft_sym.inference.model import Model
    from nnft_sym.jsonio import dumps

    network, action = net.of_width(net.width, asked.d_in), Action(asked.action)
    data = _data(network, Model.leading(action, asked.orders), asked)
    found = infer(data, _theory(action, network, data, asked), counting=asked.counting)
    if as_json:
        click.echo(dumps(_answer(network, asked, data, found)))
    else:
        _show(network, asked, found)


def _data(network: "Network", model: "Model", asked: CouplingParameters) -> "Dataset":
    """Read, sample or compute the correlators."""
    from nnft_sym.faces.given_data import correlators_from, outputs_from
    from nnft_sym.progress.bars import TerminalProgress
    from numerics.errors import NotAvailable
    from numerics.exact.correlators import exact_correlators
    from numerics.fields.field_set import FieldSet
    from numerics.inference.dataset import Dataset
    from numerics.sampling.ensemble import Ensemble

    fields = FieldSet(asked.points)
    orders = tuple(range(2, max(model.orders) + 1, 2))
    if asked.source == "outputs" and asked.data is not None:
        return Dataset.from_outputs(outputs_from(asked.data), fields, orders, asked.blocks)
    if asked.data is not None:
        return correlators_from(asked.data, network, fields)
    if asked.networks is not None:
        ensemble = Ensemble(network, fields, asked.seed, estimator=asked.estimator)
        with TerminalProgress() as told:
            return Dataset(
                ensemble.correlators(asked.networks, orders, asked.blocks or BLOCKS, progress=told.sampling)
            )
    try:
        with TerminalProgress("feature moments") as told:
            return Dataset(None, exact_correlators(network, fields, orders, progress=told.sampling))
    except NotAvailable as error:
        raise NotAvailable(
            f"{error}. Without exact correlators give data with --data, or sample M networks: --networks M"
        ) from error


def _theory(action: "Action", network: "Network", data: "Dataset", asked: CouplingParameters) -> "Theory":
    """Integrate the diagrams, one power of 1/N further where these integrals exist."""
    from nnft_sym.inference.model import Model
    from nnft_sym.progress.predictions import integral_progress
    from numerics.errors import DivergentIntegral
    from numerics.integrals.rules.domains import Box, WholeSpace

    domain = WholeSpace() if asked.cutoff is None else Box(asked.cutoff)
    with integral_progress() as progress:
        try:
            return Model.leading(action, asked.orders).over(network.kernel, data.fields, domain, progress)
        except DivergentIntegral:
            # those of the leading power may exist all the same: bilocal terms, next to each other, are as
            # large as the volume
            model = Model.leading(action, asked.orders, beyond=False)
        try:
            return model.over(network.kernel, data.fields, domain, progress)
        except DivergentIntegral as error:
            raise DivergentIntegral(f"{error}: --cutoff L") from error


def _answer(
    network: "Network", asked: CouplingParameters, data: "Dataset", found: "CouplingFit"
) -> dict[str, object]:
    """Put everything into the words of the JSON answer."""
    worst = found.judged
    sampled = None if data.exact is not None else data.sampled
    return {
        **network_json(network, width=True),
        "action": asked.action,
        "points": asked.points,
        "cutoff": asked.cutoff,
        "orders": found.orders,
        "counting": asked.counting,
        "data": {
            "source": asked.source,
            "networks": None if sampled is None else sampled.n_samples,
            "blocks": None if sampled is None else sampled.n_blocks,
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
        "contributions": [_taken_apart(found, order) for order in found.orders],
        "model_errors": {"truncation": found.truncation, "locality": found.locality},
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
        "mean": _elementwise_mean(found, name),
        "corrected": [
            {
                "by": other.by,
                "value": float(other.value),
                "error": float(other.value.error),
                "ratio": other.ratio,
                "trusted": other.trusted,
            }
            for other in _corrected(found, name)
        ],
    }


def _elementwise_mean(found: "CouplingFit", name: str) -> float | None:
    """Mean over the elements of the correlator that a coupling is read off."""
    from numerics.errors import InvalidStatistics

    try:
        return float(found.elementwise(name).mean)
    except InvalidStatistics:
        return None  # not determined, or no element has one


def _corrected(found: "CouplingFit", name: str) -> "list[CorrectedCoupling]":
    """What the next order makes of a coupling: by each other coupling alone, and by all terms."""
    if name not in found.corrections:
        return []
    every = found.corrected(name)
    others = [one for one in found.couplings if one != name and one in every.by]
    alone = [found.corrected(name, by=other) for other in others]
    return [*(one for one in alone if one.by != every.by), every]


def _taken_apart(found: "CouplingFit", order: int) -> dict[str, object]:
    """What each term contributes to a connected correlator."""
    from nnft_sym.expansions.truncation import width_text

    terms = found.contributions(order)
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


def _show(network: "Network", asked: CouplingParameters, found: "CouplingFit") -> None:
    """Print the tables."""
    from nnft_sym.printing.tables import show, table

    title = f"Couplings of {network.name}-net, N = {network.width}, counting {asked.counting}"
    columns = ["coupling", "value", "error", "next order", "locality"]
    show(table(title, columns, [_row(found, name) for name in (*found.couplings, *found.missing)]))
    if len(found.combinations) > len(found.steps):
        rows = [
            [
                one.text,
                "not determined" if one.estimate is None else f"{float(one.estimate):.6g}",
                "" if one.estimate is None else f"{float(one.estimate.error):.2g}",
                f"{one.singular_value:.3g}",
            ]
            for one in found.combinations
        ]
        show(table("What the data see", ["combination", "value", "error", "singular value"], rows))
    show(
        table("Connected functions, term by term", ["term", "counts as", "share", "explained"], _terms(found))
    )
    corrected = [[name, *_changed(one)] for name in found.couplings for one in _corrected(found, name)]
    if corrected:
        columns = ["coupling", "corrected by", "value", "ratio", ""]
        show(table("With the next order in 1/N", columns, corrected))
    show(
        "Share: size of a term over that of the data; explained: by this term and those before it. "
        "Next order: what the next power of 1/N would add (truncation); locality: by how much a constant "
        "would have to vary over the inputs.",
        f"Data: {asked.source}. Quality: {found.quality.value}.",
        found.verdict,
    )


def _row(found: "CouplingFit", name: str) -> list[str]:
    beyond, locality = found.truncation.get(name), found.locality.get(name)
    beside = ["—" if one is None else f"{one:.3g}" for one in (beyond, locality)]
    if not found.determined(name):
        return [name, "not determined" if name in found.couplings else "not looked for", "—", *beside]
    one = found.couplings[name]
    return [name, f"{float(one):.6g}", f"{float(one.error):.2g}", *beside]


def _terms(found: "CouplingFit") -> list[list[str]]:
    from nnft_sym.expansions.truncation import width_text

    rows = []
    for order in found.orders:
        for one in found.contributions(order).terms:
            shares = [
                "—" if share is None else f"{100 * share:.5g} %" for share in (one.share, one.explained)
            ]
            rows.append([f"{order}-point: {one.name}", width_text(one.power), *shares])
    return rows


def _changed(one: "CorrectedCoupling") -> list[str]:
    judged = "" if one.trusted else "not trusted: more than half of it"
    return [" and ".join(one.by), f"{float(one.value):.6g}", f"{one.ratio:.4g}", judged]
