"""``nnft couplings``: the couplings of an action, inferred from correlators."""

from typing import TYPE_CHECKING

import click

from diagrams.messages import counted
from nnft_sym.commands.action_argument import ActionCommand
from nnft_sym.commands.options import json_option, takes
from nnft_sym.parameters.inferred import CouplingParameters, SharingNetworks

if TYPE_CHECKING:
    from nnft_sym.actions.action import Action
    from nnft_sym.inference.model import Model
    from nnft_sym.inference.theory import Theory
    from numerics.inference.dataset import Dataset
    from numerics.networks.base import Network

#: Blocks of a sample where nothing else is asked for.
BLOCKS = 1000


@click.command(name="couplings", cls=ActionCommand)
@takes(net=SharingNetworks, asked=CouplingParameters)
@json_option
def command(net: SharingNetworks, asked: CouplingParameters, as_json: bool) -> None:
    """Infer the couplings of ACTION from correlators: exact ones, or --data, or --networks.

    Each coupling comes from the correlator at whose leading order in 1/N it first stands alone. What the next
    order would change is printed beside it and never added. Networks of several widths share N*lambda,
    N^2*kappa and so on; the first width is sampled with --seed, the next with one more, and so on. Couplings
    of odd powers, g*f^3, need --data outputs.npy, or a skewed --output-law.
    """
    from nnft_sym.actions.action import Action
    from nnft_sym.commands.coupling_answer import answer, show_answer
    from nnft_sym.inference.infer import infer
    from nnft_sym.inference.model import Model
    from nnft_sym.jsonio import dumps

    asked.refuse_several(net.width)
    action = Action(asked.action)
    model = Model.leading(action, asked.orders, kind=asked.correlators)
    networks = [net.of_width(width, asked.d_in) for width in net.width]
    if asked.source != "outputs" and networks[0].laws.even_outputs:
        model.refuse_odd()
    _note_outside(asked)
    given = [_data(network, model, asked, asked.seed + place) for place, network in enumerate(networks)]
    theory = _theory(action, networks[0], given[0], asked)
    found = infer(
        [(data, theory.per_width(one.width) if len(networks) > 1 else theory)
         for data, one in zip(given, networks, strict=True)],
        counting=asked.counting,
        model_errors=asked.model_errors,
    )  # fmt: skip
    if as_json:
        click.echo(dumps(answer(networks, asked, given, found)))
    else:
        show_answer(networks, asked, found)


def _note_outside(asked: CouplingParameters) -> None:
    """Say so where inputs lie outside the box of the vertices: that is allowed, and rarely meant."""
    points = asked.field_set().inputs
    if asked.cutoff is None:
        return
    outside = int((abs(points).max(axis=1) > asked.cutoff).sum())
    if outside:
        are = "lies" if outside == 1 else "lie"
        click.echo(
            f"note: {outside} of {counted(len(points), 'point')} {are} outside the box of the vertices, "
            f"[−{asked.cutoff:g}, {asked.cutoff:g}]^d",
            err=True,
        )


def _data(network: "Network", model: "Model", asked: CouplingParameters, seed: int) -> "Dataset":
    """Read, sample or compute the correlators."""
    from nnft_sym.faces.given_data import correlators_from, outputs_from
    from nnft_sym.progress.bars import TerminalProgress
    from numerics.errors import NotAvailable
    from numerics.exact.correlators import exact_correlators
    from numerics.inference.dataset import Dataset
    from numerics.sampling.ensemble import Ensemble

    fields = asked.field_set()
    orders = model.data_orders
    if asked.source == "outputs" and asked.data is not None:
        return Dataset.from_outputs(outputs_from(asked.data), fields, orders, asked.blocks)
    if asked.data is not None:
        return correlators_from(asked.data, network, fields)
    if asked.networks is not None:
        ensemble = Ensemble(network, fields, seed, estimator=asked.estimator)
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
    from nnft_sym.inference.next_power import with_next_power
    from nnft_sym.progress.predictions import integral_progress
    from numerics.errors import DivergentIntegral
    from numerics.integrals.rules.domains import Box, WholeSpace

    domain = WholeSpace() if asked.cutoff is None else Box(asked.cutoff)
    with integral_progress() as progress:
        try:
            return with_next_power(
                action,
                asked.orders,
                lambda model: model.for_data(network.kernel, data.fields, domain, progress),
                every=asked.next_orders,
                kind=asked.correlators,
            )
        except DivergentIntegral as error:
            raise DivergentIntegral(f"{error}, with --cutoff 10 for instance") from error
