"""Attributes of results, and sentences of checks, as they were one release ago."""

from collections.abc import Mapping
from operator import attrgetter

from diagrams.deprecated import renamed
from nnft_sym.study.recipe import PUBLISHED, Recipe

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
#: Sentences of checks that were other ones, one release ago: name of the check -> sentence.
OLD_SENTENCES: Mapping[str, str] = {
    "CONTACT": "the coefficient of {symbol} is -{fitted}! ∫{lines} by adaptive quadrature",
    "REMAINDER": "the coupling tensor leaves exactly the connected {predicted}-point cumulant",
}


def old_sentence(check: str, recipe: Recipe) -> str | None:
    """Say what a check was called one release ago; None where it is called the same now."""
    old, lines = OLD_SENTENCES.get(check), " ".join(["K_W"] * recipe.fitted)
    if old is None:
        return None
    return old.format(symbol=PUBLISHED.symbol, fitted=recipe.fitted, predicted=recipe.predicted, lines=lines)


def under_old_name(record: object, name: str) -> object:
    """Find what an attribute is called now, and warn."""
    new = NEW_NAMES[type(record).__name__].get(name)
    if new is None:
        raise AttributeError(f"{type(record).__name__!r} object has no attribute {name!r}")
    renamed(f".{name}", f".{new}", stacklevel=4)
    return attrgetter(new)(record)
