"""Products of couplings, which tell the coefficients of an expansion apart."""

import re
from collections.abc import Mapping

from numerics.errors import LoweringError

#: Product of couplings, ``(("kappa", 1), ("lambda", 2))``, names ascending; ``()`` is order zero.
Monomial = tuple[tuple[str, int], ...]

#: A coupling, perhaps to a power.
_POWER = re.compile(r"\s*([^\W\d]\w*)\s*(?:(?:\*\*|\^)\s*(\d+)\s*)?")


def monomial(couplings: Mapping[str, int]) -> Monomial:
    """Bring powers of couplings to the standard form; zero powers are dropped.

    Examples
    --------
    >>> monomial({"lambda": 2, "kappa": 0})
    (('lambda', 2),)
    """
    bad = {name: power for name, power in couplings.items() if power < 0}
    if bad:
        raise LoweringError(f"negative powers of couplings {bad}; a term has non-negative powers")
    return tuple(sorted((name, power) for name, power in couplings.items() if power))


def parse_monomial(text: str) -> Monomial:
    """Read a product of couplings.

    Raises
    ------
    LoweringError
        If the text is not names and integer powers joined by ``*``.

    Examples
    --------
    >>> parse_monomial("lambda**2*kappa")
    (('kappa', 1), ('lambda', 2))
    """
    powers: dict[str, int] = {}
    for factor in re.split(r"(?<!\*)\*(?!\*)", text) if text.strip() else []:
        match = _POWER.fullmatch(factor)
        if match is None:
            raise LoweringError(
                f"{text!r} is not a product of couplings; write names and powers, as in 'kappa*lambda**2'"
            )
        powers[match[1]] = powers.get(match[1], 0) + int(match[2] or 1)
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def monomial_text(key: Monomial) -> str:
    """Write a product of couplings, the way `parse_monomial` reads it.

    Examples
    --------
    >>> monomial_text((("kappa", 1), ("lambda", 2)))
    'kappa*lambda**2'
    """
    return "*".join(name if power == 1 else f"{name}**{power}" for name, power in key)
