"""The record of a network: the one form in which it stands in files, answers and questions; it reads back.

A record is a flat table of numbers and texts, in the keys of study files and the command line: ``kind``,
``width``, ``sigma_w``, …, ``activation``, ``hidden_law``. Laws that are Gaussian and other things that are as
usual are left out. An activation that was given as a Python function has no text: its record holds the name
and a fingerprint of the function under ``function``, tells it from others, and is refused when read.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from numbers import Integral, Real
from typing import Any, cast

from diagrams.messages import shown
from numerics.errors import InvalidNetwork
from numerics.networks.activations import fingerprint
from numerics.networks.architectures import as_network, network
from numerics.networks.base import Network
from numerics.networks.joint_law import JointLaw
from numerics.networks.laws import ParameterLaw
from numerics.networks.named import NAMED
from numerics.networks.own import WrittenActivation

#: Raised by one whenever the meaning of a record changes.
VERSION = 1


def to_record(network: Network) -> dict[str, object]:
    """Write a network as a table of numbers and texts.

    Parameters
    ----------
    network : Network

    Returns
    -------
    dict
        ``record`` (the version) and ``kind`` first, then what defines the network, defaults filled in.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> to_record(ReLUNet(width=20).with_laws(output="laplace"))
    {'record': 1, 'kind': 'relu', 'width': 20, 'sigma_w': 1.0, 'sigma_b': 0.0, 'd_in': 1,
     'output_law': 'laplace'}
    """
    as_network(network)
    found: dict[str, object] = {"record": VERSION, "kind": network.name}
    for field in fields(cast(Any, network)):
        value = getattr(network, field.name)
        if field.name == "laws" or not network.is_shown(field.name):
            continue
        if callable(value):
            if network.name not in NAMED:
                written = isinstance(value, WrittenActivation)
                key = field.name if written else "function"
                found[key] = value.text if isinstance(value, WrittenActivation) else fingerprint(value)
            continue
        found[field.name] = _plain(value)
    for key, law in network.laws.named().items():
        if isinstance(law, ParameterLaw | JointLaw):
            found[key] = repr(law) if law.text is None else law.text
        else:
            found[key] = law
    return found


def record_text(network: Network) -> str:
    """Write the record as one line of JSON, for attributes of files and for comparisons.

    Examples
    --------
    >>> from numerics.networks.architectures import CosNet
    >>> record_text(CosNet(2))
    '{"record": 1, "kind": "cos", "width": 2, "sigma_w": 1.0, "sigma_a": 1.0, "d_in": 1}'
    """
    return json.dumps(to_record(network), ensure_ascii=False)


def from_record(record: Mapping[str, object] | str) -> Network:
    """Make the network that a record describes.

    Parameters
    ----------
    record : mapping or str
        As `to_record` or `record_text` write it; the version may be missing.

    Returns
    -------
    Network

    Raises
    ------
    InvalidNetwork
        If it is no record of this version, something in it is not understood, or a function of Python is
        missing in it.

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet
    >>> from_record({"kind": "erf", "width": 5}) == ErfNet(5) == from_record(record_text(ErfNet(5)))
    True
    """
    given = _table(record)
    version = given.pop("record", VERSION)
    if version != VERSION:
        raise InvalidNetwork(
            f"the record of a network has the version {shown(version)}; this program reads version "
            f"{VERSION}: use the one that wrote it"
        )
    if "function" in given:
        raise InvalidNetwork(
            f"the network was made with the Python function {shown(given['function'])}, which has no text "
            "form and cannot be read back: make it again, or write the activation as an expression such as "
            "'tanh(z)'"
        )
    missing = [key for key in ("kind", "width") if key not in given]
    if missing:
        raise InvalidNetwork(
            f"the record of a network has no {' and no '.join(missing)}: {shown(dict(given))}"
        )
    kind, width = given.pop("kind"), given.pop("width")
    strange = [key for key in given if not isinstance(key, str) or key == "name"]
    if strange:
        raise InvalidNetwork(
            f"the key {shown(strange[0])} was given in the record of a network; keys are words such as kind, "
            "width, sigma_w"
        )
    return network(cast(str, kind), cast(int, width), **given)


def _table(record: Mapping[str, object] | str) -> dict[str, Any]:
    read: object = record
    if isinstance(record, str):
        try:
            read = json.loads(record)
        except ValueError:
            read = None
    if not isinstance(read, Mapping) or not read:
        raise InvalidNetwork(
            f"{shown(record)} was given; the record of a network is needed, such as "
            '{"kind": "erf", "width": 5}'
        )
    return dict(read)


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else repr(value)
