"""The numbers behind a network, by name: for files, tables and comparisons."""

from dataclasses import fields
from numbers import Integral, Real
from typing import Any, cast

from numerics.networks import Network


def describe(network: Network) -> dict[str, object]:
    """Name the kind of a network and every parameter with the value used.

    Parameters
    ----------
    network : Network

    Returns
    -------
    dict
        ``network`` (its kind) first, then its fields; numbers and text as they are, other objects as text.

    Examples
    --------
    >>> from numerics.networks import ReLUNet
    >>> describe(ReLUNet(width=20))
    {'network': 'ReLUNet', 'width': 20, 'sigma_w': 1.0, 'sigma_b': 0.0, 'd_in': 1}
    """
    values = {field.name: getattr(network, field.name) for field in fields(cast(Any, network))}
    return {"network": type(network).__name__, **{name: _plain(value) for name, value in values.items()}}


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else repr(value)
