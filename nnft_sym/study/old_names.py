"""Attributes of results as they were called one release ago."""

from collections.abc import Mapping
from operator import attrgetter

from diagrams.deprecated import renamed

#: Attributes of one release ago: class -> old name -> new name.
NEW_NAMES: Mapping[str, Mapping[str, str]] = {
    "CorrelatorResult": {
        "error": "sampled.error",
        "m_sampled": "distance.sample",
        "m_exact": "distance.exact",
        "background": "distance.background",
    },
    "CouplingTensor": {
        "coefficient_error": "coefficient.error",
        "sampled_error": "sampled.error",
        "mean_error": "mean.error",
        "spread_sampled": "spread",
    },
    "NextOrder": {"identity_error": "identity_miss"},
    "NetResult": {
        "six_point": "next_order",
        "config": "case",
        "block_sizes": "data.block_sizes",
        "repeated": "checks.repeated",
        "not_checked": "checks.not_made",
    },
}


def under_old_name(record: object, name: str) -> object:
    """Find what an attribute is called now, and warn."""
    new = NEW_NAMES[type(record).__name__].get(name)
    if new is None:
        raise AttributeError(f"{type(record).__name__!r} object has no attribute {name!r}")
    renamed(f".{name}", f".{new}", stacklevel=4)
    return attrgetter(new)(record)
