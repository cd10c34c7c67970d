"""``nnft partition``: Z[J] and correlators of correlated output weights, in powers of their strength."""

from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import IndependentNetworkParameters
from nnft_sym.parameters.deformations import PartitionParameters

if TYPE_CHECKING:
    from nnft_sym.duality.deformation import Deformation
    from nnft_sym.duality.deformed_correlators import DeformedCorrelators
    from nnft_sym.duality.partition_series import PartitionSeries
    from numerics.networks.base import Network
    from numerics.sampling.deformed_sample import DeformedSample


@click.command(name="partition", cls=ParameterCommand)
@takes(net=IndependentNetworkParameters, asked=PartitionParameters)
@json_option
def command(net: IndependentNetworkParameters, asked: PartitionParameters, as_json: bool) -> None:
    """Expand Z[J] = E e^(iJ·f), or correlators, where the law of the output weights is deformed.

    P ∝ P₀e^(−A), P₀ the law of the network. The scores 𝒫_r = ∂^r P/∂alpha^r / P₀ are printed, and the series
    in alpha that they give, with the exact answer where there is one and a --strength: for functions of p2 up
    to p2^2, quadratic forms in p1 and p2, sums of p1, p2, ... and one neuron. For example

    nnft partition --net relu --width 10 --deform 'alpha*|a|^4/N' --order 3 --points 1 --source 0.7
    """
    from nnft_sym.commands.partition_answer import answer, show_answer
    from nnft_sym.duality.deformation import Deformation
    from nnft_sym.duality.deformed_correlators import deformed_correlators
    from nnft_sym.duality.partition_series import partition_function
    from nnft_sym.jsonio import dumps

    network = net.of_width(net.width, asked.d_in)
    deformation = Deformation(asked.deform)
    found: PartitionSeries | DeformedCorrelators
    if asked.source is not None:
        found = partition_function(
            network, asked.points, deformation, asked.source, asked.order, asked.strength
        )
    else:
        found = deformed_correlators(
            network, asked.points, deformation, asked.orders, asked.order, asked.strength,
            connected=asked.connected,
        )  # fmt: skip
    samples = _samples(network, deformation, asked)
    if as_json:
        described = {**network_json(network, width=True), "points": asked.points}
        click.echo(dumps({**described, **answer(found, samples)}))
    else:
        show_answer(found, samples)


def _samples(
    network: "Network", deformation: "Deformation", asked: PartitionParameters
) -> tuple["DeformedSample", ...]:
    """Sample in both ways, where networks were asked for."""
    if asked.networks is None:
        return ()
    from nnft_sym.duality.sampled_deformation import sample_deformed

    return tuple(
        sample_deformed(
            network, asked.points, deformation, asked.networks, asked.seed, asked.strength, reweight=reweight
        )
        for reweight in (True, False)
    )
