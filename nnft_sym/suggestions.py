"""Did you mean: names near one that does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(given: object, known: Iterable[str]) -> str:
    """Name the nearest of the known names as the end of a sentence; nothing if none is near.

    Capitals, hyphens and underscores make no difference.

    Examples
    --------
    >>> did_you_mean("expnad", ["expand", "count"]), did_you_mean("zzz", ["expand"])
    ("; did you mean 'expand'?", '')
    """
    plain = {_plain(name): name for name in known}
    found = get_close_matches(_plain(str(given)[:80]), list(plain), n=1, cutoff=0.6)
    return f"; did you mean '{plain[found[0]]}'?" if found else ""


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")
