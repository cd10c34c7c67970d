"""Customary ways to initialise networks, as deviations and laws of the parameters.

The output weights here carry a factor N^(-1/2) of their own: a deviation σ of the output weights is what
elsewhere is written as variance σ²/N.
"""

from math import sqrt
from typing import Any

from diagrams.messages import did_you_mean, shown
from numerics.errors import InvalidNetwork
from numerics.given import as_whole
from numerics.networks.architectures import network
from numerics.networks.base import Network

PRESETS = ("lecun", "he", "glorot", "pytorch")
#: What an initialisation sets besides deviations and the law of output weights.
_ALSO_SET = {"pytorch": ("output_bias", "hidden_law", "bias_law")}


def preset(name: str, kind: str, width: int, d_in: int = 1, **given: Any) -> Network:
    """Make a network whose parameters are initialised in a customary way.

    Parameters
    ----------
    name : {"lecun", "he", "glorot", "pytorch"}
        Variance of a weight: LeCun 1/fan-in; He 2/fan-in; Glorot 2/(fan-in + fan-out), all Gaussian and
        without biases. PyTorch: weights and biases uniform on ±1/√fan-in (its output bias is taken as
        Gaussian of that variance).
    kind : str
        As in `numerics.networks.architectures.network`.
    width, d_in : int
    **given
        What else the network takes, such as `activation`.

    Returns
    -------
    Network

    Raises
    ------
    InvalidNetwork
        If the name is unknown, or the network cannot be initialised like this.

    Examples
    --------
    >>> preset("he", "relu", 100).kernel.weight_diagonal([[1.0]]).round(12).tolist()
    [2.0]
    """
    if not isinstance(name, str) or name not in PRESETS:
        near = did_you_mean(name, PRESETS) if isinstance(name, str) else ""
        known = ", ".join(PRESETS)
        raise InvalidNetwork(f"unknown initialisation {shown(name)}; the known ones are {known}{near}")
    if isinstance(kind, str) and kind.strip().lower() == "cos":
        raise InvalidNetwork("the cos-net has momenta and phases, no customary initialisation; set sigma_w")
    fixed = sorted({"sigma_w", "sigma_b", "output_law", *_ALSO_SET.get(name, ())} & set(given))
    if fixed:
        raise InvalidNetwork(
            f"{fixed[0]} = {shown(given[fixed[0]])} was given beside the initialisation {name}, which sets "
            "it; leave one of them out"
        )
    width, d_in = (as_whole(one, what, InvalidNetwork) for one, what in ((width, "width"), (d_in, "d_in")))
    if name in ("lecun", "he"):
        sigma = sqrt(2.0) if name == "he" else 1.0
        return network(kind, width, sigma_w=sigma, sigma_b=0.0, d_in=d_in, **given)
    if name == "glorot":
        hidden, output = sqrt(2.0 * d_in / (d_in + width)), sqrt(2.0 * width / (width + 1.0))
        made = network(kind, width, sigma_w=hidden, sigma_b=0.0, d_in=d_in, **given)
        return made.with_laws(output=f"gaussian:scale={output / hidden!r}")
    return network(
        kind, width, sigma_w=sqrt(1 / 3), sigma_b=sqrt(1 / (3 * d_in)), d_in=d_in,
        output_bias=sqrt(1 / (3 * width)), hidden_law="uniform", bias_law="uniform",
        output_law="uniform", **given,
    )  # fmt: skip
