"""Versions of Python and of the packages, held against those that are needed."""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata

from nnft_sym.installation.diagnosis import Finding, State

#: Of our distribution.
OURS = "nnft-sym"
#: Extras that users may want, and what they are for; the others are for developers.
EXTRAS = {
    "cluster": "--cluster: samples over several processes or machines",
    "minuit": "profiles and asymmetric errors of fitted couplings",
    "notebooks": "the notebooks",
}
_NAME, _LEAST = re.compile(r"[A-Za-z0-9][\w.-]*"), re.compile(r"(?:>=|==)\s*([\w.]+)")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([\w-]+)['"]""")


@dataclass(frozen=True)
class Requirement:
    """A package that is needed, always or for an extra.

    Attributes
    ----------
    name, least, extra : str
        Least version and extra, or nothing.
    """

    name: str
    least: str = ""
    extra: str = ""

    @classmethod
    def read(cls, line: str) -> "Requirement":
        """Read a line of the metadata.

        Examples
        --------
        >>> Requirement.read('dask>=2024.8; extra == "cluster"')
        Requirement(name='dask', least='2024.8', extra='cluster')
        >>> Requirement.read("numpy>=2.0"), Requirement.read("sphinx")
        (Requirement(name='numpy', least='2.0', extra=''), Requirement(name='sphinx', least='', extra=''))
        """
        package, _, marker = line.partition(";")
        name, least, extra = _NAME.match(package), _LEAST.search(package), _EXTRA.search(marker)
        return cls(name[0] if name else package, least[1] if least else "", extra[1] if extra else "")


def requirements(lines: list[str] | None = None) -> list[Requirement]:
    """Give what our own metadata say; nothing where we are not installed.

    Examples
    --------
    >>> requirements(["numpy>=2.0"])
    [Requirement(name='numpy', least='2.0', extra='')]
    """
    if lines is None:
        try:
            lines = metadata.requires(OURS) or []
        except metadata.PackageNotFoundError:
            lines = []
    return [Requirement.read(line) for line in lines]


def installed_version(name: str) -> str | None:
    """Look up the version of a package; None where it is not installed.

    Examples
    --------
    >>> installed_version("no such package") is None
    True
    """
    try:
        return metadata.version(name)
    except (metadata.PackageNotFoundError, ValueError):
        return None


def is_older(version: str, least: str) -> bool:
    """Compare the numbers of two versions.

    Examples
    --------
    >>> is_older("1.9.3", "1.10"), is_older("2.0.0rc1", "2.0"), is_older("2025.9", "2025.9.0")
    (True, False, False)
    """
    first, second = _numbers(version), _numbers(least)
    length = max(len(first), len(second))
    return first + [0] * (length - len(first)) < second + [0] * (length - len(second))


def _numbers(version: str) -> list[int]:
    leading = re.sub(r"[^\d.].*", "", version, flags=re.DOTALL)
    return [int(part) for part in leading.split(".") if part]


def findings(
    needed: list[Requirement] | None = None, version_of: Callable[[str], str | None] = installed_version
) -> Iterator[Finding]:
    """Look at Python, at ourselves, at what is needed and at the extras.

    Parameters
    ----------
    needed : list of Requirement, optional
        Default: those of our metadata.
    version_of : callable, optional
        ``(name) -> version or None``.

    Yields
    ------
    Finding
    """
    import nnft_sym

    yield Finding(about="packages", name="Python", value=sys.version.split()[0])
    ours = version_of(OURS)
    yield Finding(
        about="packages",
        name=OURS,
        value=nnft_sym.__version__,
        state=State.OK if ours else State.MISSING,
        advice="" if ours else "it runs from a folder and is not installed: pip install . in the checkout",
    )
    every = requirements() if needed is None else needed
    for one in every:
        if not one.extra:
            yield _needed(one, version_of(one.name))
    for extra, purpose in EXTRAS.items():
        members = [one for one in every if one.extra == extra and one.name != OURS]
        if members:
            yield _extra(extra, purpose, {one.name: version_of(one.name) for one in members})


def _needed(one: Requirement, version: str | None) -> Finding:
    if version is None:
        advice = f"pip install '{one.name}{one.least and '>=' + one.least}'"
        return Finding(
            about="packages", name=one.name, value="not installed", state=State.BROKEN, advice=advice
        )
    if one.least and is_older(version, one.least):
        return Finding(
            about="packages", name=one.name, value=version, state=State.BROKEN,
            advice=f"{one.least} or newer is needed: pip install -U '{one.name}>={one.least}'",
        )  # fmt: skip
    return Finding(about="packages", name=one.name, value=version)


def _extra(extra: str, purpose: str, versions: dict[str, str | None]) -> Finding:
    absent = [name for name, version in versions.items() if version is None]
    value = ", ".join(f"{name} {version or 'not installed'}" for name, version in versions.items())
    return Finding(
        about="packages",
        name=f"extra {extra}",
        value=value,
        state=State.MISSING if absent else State.OK,
        advice=f"pip install 'nnft-sym[{extra}]', for {purpose}" if absent else "",
    )
