"""Where a number comes from: what is needed to get it again, and how it was obtained, in words."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

#: Seed, number of networks, kernel, nodes, versions ...: plain values by name.
Provenance: TypeAlias = Mapping[str, object]


def joined(provenances: Iterable[Provenance]) -> dict[str, object]:
    """Put together the provenances of all numbers that a result was made of.

    Returns
    -------
    dict
        What they have in common once; a tuple of the different values otherwise.

    Examples
    --------
    >>> joined([{"network": "erf", "seed": 1}, {"network": "erf", "seed": 2}])
    {'network': 'erf', 'seed': (1, 2)}
    """
    values: dict[str, list[object]] = {}
    for provenance in provenances:
        for name, value in provenance.items():
            found = values.setdefault(name, [])
            found += [one for one in (value if isinstance(value, tuple) else (value,)) if one not in found]
    return {name: found[0] if len(found) == 1 else tuple(found) for name, found in values.items()}


def joined_methods(methods: Iterable[str]) -> str:
    """List different methods, each once.

    Examples
    --------
    >>> joined_methods(["sampled", "by quadrature", "sampled"])
    'sampled; by quadrature'
    """
    return "; ".join(dict.fromkeys(part for method in methods for part in method.split("; ") if part))
