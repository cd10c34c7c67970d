"""Study files: what ``nnft validate`` is to do, checked before anything runs."""

import re
import tomllib
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from diagrams.deprecated import renamed
from diagrams.errors import NNFTError
from diagrams.messages import did_you_mean, shown
from nnft_sym.parameters.architecture import NetworkParameters
from nnft_sym.parameters.expansions import ACTION
from nnft_sym.parameters.field_points import CUTOFF, STUDY_POINTS, Coordinates
from nnft_sym.parameters.readers import Refused
from nnft_sym.parameters.runs import ExperimentParameters
from nnft_sym.study.recipe import PUBLISHED
from nnft_sym.study.shipped import ShippedStudy, shipped_studies
from numerics.files.sealed import opened

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from numerics.networks.base import Network

#: Study used when no file is given.
BUILT_IN = "published"
#: A study file is a page of text; what is longer is another file, or never ends.
MOST_BYTES = 1 << 20
#: Tables and lists within each other; a study has three.
DEEPEST = 20
#: A key of more parts than that, as in a.b.c.
_DOTTED = re.compile(rf"""(?<![\w"'-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){{{DEEPEST}}}""")
#: Faults that one message lists.
MOST_FAULTS = 10

#: What the library that checks the tables says of them, for readers who write TOML. Values are checked, and
#: refused in words, by `nnft_sym.parameters`.
_WORDS = {
    "tuple_type": "a list is needed: one [[net]] in double brackets per net",
    "model_type": "a table is needed",
    "model_attributes_type": "a table is needed",
    "too_short": "at least {min_length} is needed",
}


class InvalidStudy(NNFTError, ValueError):
    """A study file is missing, unreadable, or asks for something impossible."""


class _Table(BaseModel, frozen=True):
    model_config = ConfigDict(extra="forbid")


class NetConfig(_Table, NetworkParameters, frozen=True):
    """One architecture of a study: the table ``[[net]]``.

    `sigma_b` defaults to 1 (ReLU: 0); `cutoff` omitted means all of R^d. Kinds, laws and `activation` are
    those of `numerics.networks.architectures.network`.
    """

    points: Annotated[Coordinates, STUDY_POINTS]
    cutoff: Annotated[float | None, CUTOFF] = None

    @model_validator(mode="after")
    def _can_be_made(self) -> "NetConfig":
        try:
            _ = self.architecture
        except NNFTError as error:
            raise Refused.of(error) from None
        return self

    @cached_property
    def architecture(self) -> "Network":
        """The network that the table describes, made when the table is read.

        Raises
        ------
        InvalidNetwork
            If something does not go with its kind.
        """
        return self.of_width(self.width, self.d_in)

    def network(self) -> "Network":
        """Old name of `architecture`."""
        renamed("net.network()", "net.architecture")
        return self.architecture

    @property
    def d_in(self) -> int:
        """Input dimension, read off the points."""
        return len(self.points[0])


class StudyConfig(_Table, ExperimentParameters, frozen=True):
    """A whole study: top level of the file."""

    net: Annotated[tuple[NetConfig, ...], Field(min_length=1)]
    action: Annotated[str, ACTION] = PUBLISHED.example

    @model_validator(mode="after")
    def _affordable(self) -> "StudyConfig":
        self.refuse_days()
        return self

    def with_nets(self, nets: tuple[NetConfig, ...], **changes: object) -> "StudyConfig":
        """Put other nets in, with some of their keys changed.

        Raises
        ------
        InvalidStudy
            If a change does not go with a net.
        """
        try:
            changed = [NetConfig.model_validate(net.model_dump(exclude_none=True) | changes) for net in nets]
        except ValidationError as error:
            raise _refusal(error) from None
        # nets that differed in what is changed alone are one net now
        return self.model_copy(update={"net": tuple(dict.fromkeys(changed))})

    def with_top(self, **changes: object) -> "StudyConfig":
        """Change keys of the top level.

        Raises
        ------
        InvalidStudy
            If a value is impossible, or there are too many networks with it.

        Examples
        --------
        >>> built_in_study().with_top(networks=1000, seed=3).networks
        1000
        """
        try:
            return StudyConfig.model_validate(self.model_dump(exclude_none=True) | changes)
        except ValidationError as error:
            raise _refusal(error) from None

    def only(self, kind: str) -> "StudyConfig":
        """Keep the nets of one kind.

        Raises
        ------
        InvalidStudy
            If the study has no such net.
        """
        kept = tuple(net for net in self.net if net.kind == kind)
        if not kept:
            present = ", ".join(sorted({net.kind for net in self.net}))
            raise InvalidStudy(
                f"the study has no net of kind {shown(kind)}, only {present}; add a [[net]] table"
            )
        return self.model_copy(update={"net": kept})


def load_study(path: str | PathLike[str]) -> StudyConfig:
    """Read and check a study file.

    Parameters
    ----------
    path : Path
        A TOML file.

    Returns
    -------
    StudyConfig

    Raises
    ------
    InvalidStudy
        If the file cannot be read, is not TOML, has unknown keys or impossible values; the message lists
        every fault by its place in the file.
    """
    if not isinstance(path, str | PathLike):
        raise InvalidStudy(f"path = {shown(path)} was given; the name of a study file is needed")
    path = Path(path)
    try:
        with opened(path) as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise InvalidStudy(
                f"{shown(str(path))} is longer than {MOST_BYTES:,} bytes or never ends; a study file is a "
                "few lines of TOML"
            )
        text = content.decode("utf-8").replace("\r\n", "\n")
    except (OSError, ValueError) as error:
        if isinstance(error, InvalidStudy):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InvalidStudy(f"cannot read the study file {shown(str(path))}: {reason}") from None
    return parse_study(text, source=path.name, folder=path.parent)


def built_in_study(name: str = BUILT_IN) -> StudyConfig:
    """Read one of the studies that come with the package.

    Raises
    ------
    InvalidStudy
        If there is none of that name.

    Examples
    --------
    >>> [net.kind for net in built_in_study().net]
    ['erf', 'relu', 'gauss']
    """
    return parse_study(shipped_study(name).text, source=f"{name}.toml")


def shipped_study(name: str) -> ShippedStudy:
    """Find one of the studies that come with the package.

    Raises
    ------
    InvalidStudy
        If there is none of that name.

    Examples
    --------
    >>> shipped_study("published").line
    'The published set-ups in d = 1 of Halverson et al. (arXiv:2008.08601).'
    """
    shipped = shipped_studies()
    if not isinstance(name, str) or name not in shipped:
        near = did_you_mean(name, shipped) if isinstance(name, str) else ""
        raise InvalidStudy(f"there is no study {shown(name)}; there are {', '.join(shipped)}{near}")
    return shipped[name]


def parse_study(text: str, source: str = "study", folder: str | PathLike[str] = "") -> StudyConfig:
    """Check the text of a study file.

    Parameters
    ----------
    text : str
        TOML.
    source : str, optional
        What messages call it.
    folder : path-like, optional
        Where files are that it names, as in ``points = "x.csv"``. Default: the working directory.

    Raises
    ------
    InvalidStudy
        As `load_study`.
    """
    if not isinstance(text, str):
        raise InvalidStudy(f"text = {shown(text)} was given; the text of a study file is needed")
    source = shown(source)[1:-1]
    _refuse_depth(text, source)
    try:
        return StudyConfig.model_validate(tomllib.loads(text), context={"folder": folder})
    except tomllib.TOMLDecodeError as error:
        raise InvalidStudy(f"{source} is not valid TOML: {error}") from None
    except ValidationError as error:
        faults = _faults(error)
        more = [f"and {len(faults) - MOST_FAULTS} more faults"] if len(faults) > MOST_FAULTS else []
        raise InvalidStudy(f"{source}: {'; '.join([*faults[:MOST_FAULTS], *more])}") from None
    except ValueError as error:  # a number of more digits than Python reads
        raise InvalidStudy(f"{source} holds a number that cannot be read: {error}") from None
    except RecursionError:
        raise InvalidStudy(f"{source}: its tables or lists stand too deep within each other") from None


def _refusal(error: ValidationError) -> InvalidStudy:
    """Say what is wrong with a change, about the parameter where it is one."""
    fault = error.errors()[0].get("ctx", {}).get("error")
    if isinstance(fault, NNFTError) and fault.parameter:
        return InvalidStudy.about(fault.parameter, fault.said)
    return InvalidStudy("; ".join(_faults(error)))


def _refuse_depth(text: str, source: str) -> None:
    """Refuse what the reader of TOML would follow down until the stack is full.

    Brackets inside texts are counted too, which can only refuse what no study holds.
    """
    depth = deepest = 0
    for sign in re.findall(r"[\[\]{}]", text):
        depth = max(depth + (1 if sign in "[{" else -1), 0)
        deepest = max(deepest, depth)
    if deepest > DEEPEST or _DOTTED.search(text):
        raise InvalidStudy(
            f"{source}: tables or lists stand more than {DEEPEST} deep within each other; "
            "a study has [[net]] tables and points = [[0.3], [0.7]]"
        )


def _faults(error: ValidationError) -> list[str]:
    """Describe each fault once; a list left too short by its faulty items is no fault of its own."""
    items = error.errors()
    places = [item["loc"] for item in items]

    def echo(place: tuple[int | str, ...]) -> bool:
        return any(other[: len(place)] == place and other != place for other in places)

    return [_fault(item) for item in items if not (item["type"] == "too_short" and echo(item["loc"]))]


def _fault(item: "ErrorDetails") -> str:
    """Say where in the file the fault is, what was given and what is needed."""
    location = item["loc"]
    words = [f"number {part + 1}" if isinstance(part, int) else _key(part) for part in location]
    error = item.get("ctx", {}).get("error")
    if isinstance(error, NNFTError):
        return str(error.at(" ".join([*words, *filter(None, [error.parameter])]) or "the study"))
    place = " ".join(words) or "the study"
    if item["type"] == "extra_forbidden":
        known = StudyConfig if len(location) == 1 else NetConfig
        near = did_you_mean(location[-1], known.model_fields)
        keys = ", ".join("[[net]]" if key == "net" else key for key in known.model_fields)
        table = "at the top" if known is StudyConfig else "of a [[net]]"
        return f"{place}: unknown key; the keys {table} are {keys}{near}"
    if item["type"] == "missing":
        return f"{place}: missing; add it"
    needed = _WORDS.get(item["type"], item["msg"]).format(**item.get("ctx", {}))
    return f"{place}: {shown(item.get('input'))} was given; {needed}"


def _key(name: str) -> str:
    """Write a key as TOML would, in quotes if it is not a plain word; a stranger chose it."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name) else shown(name)
