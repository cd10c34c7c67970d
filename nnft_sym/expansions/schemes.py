"""Which function is expanded, and what its lines stand for: choices of an expansion, and their filters."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from diagrams.filters import (
    NamedFilter,
    connected,
    no_vacuum,
    one_particle_irreducible,
    onshell,
    skeleton,
    two_particle_irreducible,
)
from diagrams.messages import did_you_mean, shown
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.kinds import KIND_ALIASES


class Scheme(StrEnum):
    """What a line of a diagram stands for."""

    BARE = "bare"
    EXACT = "exact"
    NETWORK = "network"


class Kind(StrEnum):
    """Which function is expanded.

    Attributes
    ----------
    FULL, NORMALISED, CONNECTED, AMPUTATED : str
    ONE_PARTICLE_IRREDUCIBLE, TWO_PARTICLE_IRREDUCIBLE, SKELETON : str

    Examples
    --------
    >>> import nnft_sym as nn
    >>> nn.expand("lambda*f^4", 4, kind="connected").shown_kind
    <Kind.CONNECTED: 'connected'>
    """

    FULL = "full"
    NORMALISED = "normalised"
    CONNECTED = "connected"
    AMPUTATED = "amputated"
    ONE_PARTICLE_IRREDUCIBLE = "1pi"
    TWO_PARTICLE_IRREDUCIBLE = "2pi"
    SKELETON = "skeleton"


#: The rule that each scheme uses, in words.
RULES: Mapping[Scheme, str] = {
    Scheme.BARE: "bare propagator: every line is the propagator of S_GP, and every diagram is kept",
    Scheme.EXACT: (
        "exact propagator: every line is the full connected 2-point function, so a diagram is dropped if "
        "cutting one "
        "or two lines isolates a piece with vertices but no external point (tadpoles, self-energy "
        "insertions; vacuum "
        "parts are such pieces, too)"
    ),
    Scheme.NETWORK: (
        "around the network: legs are joined in every way, two by its exact 2-point function, four, six, ... "
        "by its connected correlators of so many points (blobs), all at finite width; where output weights "
        "are independent, a blob of r legs counts as r/2 - 1 powers of 1/N"
    ),
}

#: Added to the rule of exact lines where powers of the field are odd.
MEAN = "; the mean of the field is kept zero by a linear counterterm, so that tadpoles drop out"

_FILTERS: Mapping[Kind, tuple[NamedFilter, ...]] = {
    Kind.FULL: (),
    Kind.NORMALISED: (no_vacuum,),
    Kind.CONNECTED: (connected,),
    Kind.AMPUTATED: (connected, onshell),
    Kind.ONE_PARTICLE_IRREDUCIBLE: (one_particle_irreducible,),
    Kind.TWO_PARTICLE_IRREDUCIBLE: (two_particle_irreducible,),
    Kind.SKELETON: (connected, skeleton),
}
_SCHEME_FILTERS: Mapping[Scheme, tuple[NamedFilter, ...]] = {
    Scheme.BARE: (),
    Scheme.EXACT: (skeleton,),
    Scheme.NETWORK: (),
}


def selection(scheme: Scheme | str, kind: Kind | str) -> tuple[NamedFilter, ...]:
    """Give the filters that pick the diagrams of an expansion.

    Examples
    --------
    >>> [chosen.name for chosen in selection("exact", "connected")]
    ['connected', 'skeleton']
    """
    return tuple(dict.fromkeys(_FILTERS[Kind(kind)] + _SCHEME_FILTERS[Scheme(scheme)]))


_Choice = TypeVar("_Choice", Scheme, Kind)


def choice(options: type[_Choice], given: str, word: str) -> _Choice:
    """Turn a name into a member of an enumeration; capitals and hyphens make no difference."""
    plain = str(given).strip().lower().replace("_", "-")
    try:
        return options(KIND_ALIASES.get(plain, plain))
    except ValueError:
        known = [member.value for member in options]
        near = did_you_mean(plain, known)
        raise InvalidExpansion(
            f"there is no {word} {shown(str(given))}: choose one of {', '.join(known)}{near}"
        ) from None
