"""Networks with a deformed law of output weights, sampled: what series and exact answers are held against."""

from __future__ import annotations

from typing import Any

from nnft_sym.duality.deformation import Deformation
from nnft_sym.duality.partition_series import refuse_several_outputs, strength_given
from nnft_sym.errors import InvalidDeformation
from numerics.errors import InvalidStatistics
from numerics.fields.field_set import Fields, as_field_set
from numerics.given import as_whole
from numerics.networks.base import Network, as_network
from numerics.sampling.deformed_sample import DeformedSample, law_sample, reweighted_sample

#: More networks than this are a slip of the keyboard.
_MOST_NETWORKS = 10**8


def sample_deformed(
    network: Network,
    points: Fields,
    deformation: Any,
    networks: int,
    seed: int = 0,
    strength: float | None = None,
    *,
    reweight: bool = False,
) -> DeformedSample:
    """Sample networks whose output weights have a deformed law.

    Parameters
    ----------
    network : Network
        With independent output weights.
    points : array_like, shape (n, d_in), or FieldSet
    deformation : Deformation, or what makes one
        A polynomial in power sums, or a Python function of weights.
    networks : int
        1000 or more.
    seed : int, optional
    strength : float, optional
        What the letter is; not where there are numbers only.
    reweight : bool, optional
        Draw independent output weights, and give each network the weight e^(−A); otherwise the law itself is
        drawn, directly where there is a way and by Markov chains elsewhere.

    Returns
    -------
    DeformedSample
        ``.correlator(order)``, ``.partition(source)``, ``.average(function)``, ``.effective``.

    Raises
    ------
    InvalidDeformation
        If the strength is missing.
    InvalidNetwork
        If the law cannot be normalised.
    InvalidStatistics
        If fewer than a hundred reweighted networks count.
    NotAvailable
        If Markov chains move too slowly.

    Examples
    --------
    >>> from numerics.networks.relu import ReLUNet
    >>> both = [
    ...     sample_deformed(ReLUNet(5), [[1.0]], "0.1*p2^2/N", 4000, seed=1, reweight=way).correlator(2)
    ...     for way in (False, True)
    ... ]
    >>> bool(abs(both[0].value[0] - both[1].value[0]) < 4 * (both[0].error[0] + both[1].error[0]))
    True
    """
    as_network(network)
    fields = as_field_set(points, None, network.d_in)
    refuse_several_outputs(fields)
    count = as_whole(networks, "networks", InvalidStatistics, most=_MOST_NETWORKS)
    start = as_whole(seed, "seed", InvalidStatistics, least=0)
    known = Deformation(deformation)
    at = strength_given(known, strength)
    if at is None:
        raise InvalidDeformation(
            f"the deformation {known} has the letter {known.letter}; to sample, say its strength"
        )
    law = known.law(network, None if known.numbers_only else at)
    law.refuse(network)
    return (reweighted_sample if reweight else law_sample)(network, fields, law, count, start)
