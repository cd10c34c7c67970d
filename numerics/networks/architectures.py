"""All networks by name: those with a file of their own here, those whose activation has a name, and your own.

What to use when: `network` makes one from its name. `ErfNet`, `ReLUNet`, `GaussNet` and `CosNet` are those of
the literature; `numerics.networks.own.ActivationNet` has any other activation. A class of your own with a
`kind` is known by it as soon as it is defined.
"""

from collections.abc import Mapping
from dataclasses import fields
from inspect import isabstract
from typing import Any, cast

from diagrams.deprecated import renamed
from diagrams.messages import did_you_mean, shown
from numerics.errors import InvalidNetwork
from numerics.networks.base import Network as Network
from numerics.networks.base import as_network as as_network
from numerics.networks.base import refuse
from numerics.networks.cos import CosNet as CosNet
from numerics.networks.erf import ErfNet as ErfNet
from numerics.networks.gauss import GaussNet as GaussNet
from numerics.networks.named import NAMED
from numerics.networks.own import ActivationNet as ActivationNet
from numerics.networks.parameter_laws import Laws, as_law
from numerics.networks.relu import ReLUNet as ReLUNet

#: Those of the literature, in the order in which they are named.
_PUBLISHED: tuple[type[Network], ...] = (ErfNet, ReLUNet, GaussNet, CosNet)
#: How laws are called where a network is described.
LAW_KEYS: Mapping[str, str] = {"hidden_law": "hidden", "bias_law": "bias", "output_law": "output"}


def ReweightedNet(base: Network, **laws: Any) -> Network:
    """Old name of `Network.with_laws`.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> ErfNet(5).with_laws(output="uniform").laws.output.text
    'uniform'
    """
    renamed("ReweightedNet(net, …)", "net.with_laws(…)")
    return as_network(base).with_laws(**laws)


def network_kinds() -> dict[str, type[Network]]:
    """Give the class of every name: published ones first, then named activations, ``own``, and others.

    Examples
    --------
    >>> list(network_kinds())[:6]
    ['erf', 'relu', 'gauss', 'cos', 'tanh', 'gelu']
    """
    kinds: dict[str, type[Network]] = {one.kind: one for one in _PUBLISHED}
    kinds |= dict.fromkeys(NAMED, ActivationNet)
    kinds[ActivationNet.kind] = ActivationNet
    waiting: list[Any] = [Network]
    while waiting:
        for one in waiting.pop().__subclasses__():
            waiting.append(one)
            if one.kind and not isabstract(one):
                kinds.setdefault(one.kind, one)
    return kinds


def network(
    name: str,
    width: int,
    sigma_w: float | None = None,
    sigma_b: float | None = None,
    sigma_a: float | None = None,
    d_in: int | None = None,
    **given: Any,
) -> Network:
    """Make a network from its name.

    Parameters
    ----------
    name : str
        ``erf``, ``relu``, ``gauss``, ``cos``, ``tanh``, ``gelu``, ``silu``, ``sigmoid``, ``softplus``,
        ``leaky_relu``, ``sin``, or ``own`` with an `activation`; in small or capital letters.
    width : int
        Number of hidden neurons.
    sigma_w : float, optional
        Standard deviation of the weights (of the momenta for Cos); default 1.
    sigma_b : float, optional
        Standard deviation of the biases; default 1, ReLU 0; refused for Cos.
    sigma_a : float, optional
        Cos only: standard deviation of the amplitudes; default `sigma_w`.
    d_in : int, optional
        Dimension of the inputs; default 1.
    activation : str or callable, optional
        For ``own``: an expression in z, such as ``"tanh(z)"``, or a function.
    hidden_law, bias_law, output_law : str or ParameterLaw, optional
        Such as ``"laplace"`` or ``"student-t:df=5"``; see `numerics.networks.parameter_laws.as_law`.
    output_correlation, output_joint, output_bias, kinks : optional
        As in `Network.with_laws`, `numerics.networks.base.BiasedNetwork` and `ActivationNet`. What is None
        counts as not given.

    Returns
    -------
    Network

    Raises
    ------
    InvalidNetwork
        If the name is unknown, a number is out of range, or a parameter does not belong to the net.

    Examples
    --------
    >>> network("relu", 20)
    ReLUNet(width=20, sigma_w=1.0, sigma_b=0.0, d_in=1)
    >>> network("tanh", 5, output_law="laplace").name
    'tanh'
    """
    kind = name.strip().lower() if isinstance(name, str) else ""
    kinds = network_kinds()
    if kind not in kinds:
        near = did_you_mean(kind, kinds)
        raise InvalidNetwork(f"unknown network {shown(name)}; the known ones are {', '.join(kinds)}{near}")
    given |= {"sigma_w": sigma_w, "sigma_b": sigma_b, "sigma_a": sigma_a, "d_in": d_in}
    numbers = {key: value for key, value in given.items() if value is not None}
    laws: dict[str, Any] = {
        short: as_law(numbers.pop(key), key) for key, short in LAW_KEYS.items() if key in numbers
    }
    laws |= {key: numbers.pop(key) for key in ("output_correlation", "output_joint") if key in numbers}
    if kind in NAMED:
        if "activation" in numbers:
            raise InvalidNetwork.about(
                "activation",
                f"{shown(numbers['activation'])} was given, but the {kind}-net has that of its "
                "name; write own as its name to give another",
            )
        numbers["activation"] = NAMED[kind]
    chosen = kinds[kind]
    known = {one.name for one in fields(cast(Any, chosen))} - {"laws"}
    for key in numbers:
        if key not in known:
            raise refuse(chosen, key, numbers[key], kind)
    if kind == ActivationNet.kind and "activation" not in numbers:
        raise InvalidNetwork("the own-net needs its activation: give an expression in z, such as 'tanh(z)'")
    made = cast(Any, chosen)(width=width, **numbers, **({"laws": Laws(**laws)} if laws else {}))
    return cast(Network, made)
