"""The numbers behind a network, by name: for files, tables and comparisons."""

import hashlib
from collections.abc import Callable
from dataclasses import fields
from numbers import Integral, Real
from typing import Any, cast

from numerics.networks.architectures import Network


def describe(network: Network) -> dict[str, object]:
    """Name the kind of a network and every parameter with the value used.

    Parameters
    ----------
    network : Network

    Returns
    -------
    dict
        ``network`` (its kind) first, then its fields; numbers and text as they are, functions as their name
        with a fingerprint of their code, the parameters of a network within it by their own names, other
        objects as text.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> describe(ReLUNet(width=20))
    {'network': 'ReLUNet', 'width': 20, 'sigma_w': 1.0, 'sigma_b': 0.0, 'd_in': 1}
    """
    found: dict[str, object] = {"network": type(network).__name__}
    for field in fields(cast(Any, network)):
        value = getattr(network, field.name)
        if isinstance(value, Network):
            inner = describe(value)
            found[field.name] = inner.pop("network")
            found |= inner
        else:
            found[field.name] = _plain(value)
    return found


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    return _name_function(value) if callable(value) else repr(value)


def _name_function(function: Callable[..., object]) -> str:
    """Name a function of the user so that the same code has the same name in another process."""
    plain = getattr(function, "py_func", function)  # what Numba compiled
    name = f"{getattr(plain, '__module__', '?')}.{getattr(plain, '__qualname__', type(plain).__name__)}"
    code = getattr(plain, "__code__", None)
    if code is None:
        return name
    cells = [repr(cell.cell_contents) for cell in plain.__closure__ or ()]
    known = {name: plain.__globals__.get(name) for name in code.co_names}
    cells += [f"{name} = {value!r}" for name, value in known.items() if isinstance(value, Real)]
    constants = [repr(constant) for constant in code.co_consts if not hasattr(constant, "co_code")]
    text = repr((code.co_code, constants, code.co_names, cells))
    return f"{name} {hashlib.sha256(text.encode()).hexdigest()[:16]}"
