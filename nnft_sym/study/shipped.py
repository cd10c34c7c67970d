"""The studies that come with the package: their names, their texts, and one line about each.

The line is the first comment of the file, so that whoever reads the file and whoever lists it are told the
same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True)
class ShippedStudy:
    """A study file of the package.

    Attributes
    ----------
    name : str
    text : str
        TOML.
    """

    name: str
    text: str

    @property
    def line(self) -> str:
        """What it is, in one line.

        Examples
        --------
        >>> shipped_studies()["cos"].line
        'Cos-net: invariant under translations, and needs no cutoff.'
        """
        first = self.text.partition("\n")[0]
        return first.removeprefix("#").strip() if first.startswith("#") else ""


@cache
def shipped_studies() -> Mapping[str, ShippedStudy]:
    """Give all of them by name, in the order of the alphabet.

    Examples
    --------
    >>> list(shipped_studies())
    ['cos', 'published', 'quickstart', 'relu_both_signs']
    """
    found = {
        file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
        for file in files("nnft_sym").joinpath("studies").iterdir()
        if file.name.endswith(".toml")
    }
    return MappingProxyType({name: ShippedStudy(name, found[name]) for name in sorted(found)})
