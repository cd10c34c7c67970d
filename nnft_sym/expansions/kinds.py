"""Other names of the functions that are expanded, in small letters with hyphens."""

from collections.abc import Mapping

KIND_ALIASES: Mapping[str, str] = {
    "onepi": "1pi",
    "one-pi": "1pi",
    "1-pi": "1pi",
    "one-particle-irreducible": "1pi",
    "irreducible": "1pi",
    "twopi": "2pi",
    "two-pi": "2pi",
    "2-pi": "2pi",
    "two-particle-irreducible": "2pi",
    "skeletons": "skeleton",
    "normalized": "normalised",
}
