"""Study files: what ``nnft validate`` is to do, checked before anything runs."""

import re
import tomllib
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from diagrams.errors import NNFTError
from diagrams.messages import did_you_mean, shown
from nnft_sym.study import recipe
from numerics.files.sealed import opened

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from numerics.networks.base import Network

Finite = Annotated[float, Field(allow_inf_nan=False, strict=True)]


def known_kinds() -> tuple[str, ...]:
    """Give the names of all networks."""
    from numerics.networks.architectures import network_kinds

    return tuple(network_kinds())


def _whole(value: object) -> object:
    """TOML has 2e4 for a number with a fraction."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _plain(value: object) -> object:
    """ReLU is written in many ways."""
    return value.lower() if isinstance(value, str) else value


def _from_file(value: object, info: ValidationInfo) -> object:
    """Read ``points = "x.csv"`` or ``"x.npy"``, relative to the study file."""
    if not isinstance(value, str):
        return value
    from nnft_sym.storage.point_files import STDIN, read_points

    if value == STDIN:
        raise ValueError('a study does not read standard input; give a file, as in points = "x.csv"')
    return read_points(Path((info.context or {}).get("folder", "")) / value)


Whole = Annotated[int, BeforeValidator(_whole)]

#: Study used when no file is given.
BUILT_IN = "published"
#: Ensembles larger than this would take days; a typo is more likely.
MOST_NETWORKS = 10**10
#: A study file is a page of text; what is longer is another file, or never ends.
MOST_BYTES = 1 << 20
#: Tables and lists within each other; a study has three.
DEEPEST = 20
#: A key of more parts than that, as in a.b.c.
_DOTTED = re.compile(rf"""(?<![\w"'-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){{{DEEPEST}}}""")
#: Faults that one message lists.
MOST_FAULTS = 10

#: The library that checks the file speaks of inputs and tuples; its readers write TOML.
_WORDS = {
    "tuple_type": "a list is needed: points = [[0.3], [0.7]], and one [[net]] in double brackets per net",
    "float_type": "a number is needed",
    "int_type": "a whole number is needed",
    "string_type": "a text in quotes is needed",
    "finite_number": "a finite number is needed",
    "greater_than": "a number greater than {gt} is needed",
    "greater_than_equal": "a number of {ge} or more is needed",
    "less_than": "a number less than {lt} is needed",
    "less_than_equal": "a number of {le} or less is needed",
    "literal_error": "one of {expected} is needed",
    "model_type": "a table is needed",
    "too_long": "at most {max_length} are possible",
    "too_short": "at least {min_length} is needed",
}


class InvalidStudy(NNFTError, ValueError):
    """A study file is missing, unreadable, or asks for something impossible."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class NetConfig(_Table):
    """One architecture of a study: the table ``[[net]]``.

    `sigma_b` defaults to 1 (ReLU: 0); `cutoff` omitted means all of R^d. Kinds, laws and `activation` are
    those of `numerics.networks.architectures.network`.
    """

    kind: Annotated[str, BeforeValidator(_plain)]
    width: Annotated[Whole, Field(gt=0, le=10**7, strict=True)]
    points: Annotated[
        tuple[tuple[Finite, ...], ...], BeforeValidator(_from_file), Field(min_length=1, max_length=10)
    ]
    sigma_w: Annotated[Finite, Field(gt=0)] | None = None
    sigma_b: Annotated[Finite, Field(ge=0)] | None = None
    sigma_a: Annotated[Finite, Field(gt=0)] | None = None
    cutoff: Annotated[Finite, Field(gt=0)] | None = None
    activation: str | None = None
    hidden_law: str | None = None
    bias_law: str | None = None
    output_law: str | None = None

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        kinds = known_kinds()
        if kind not in kinds:
            raise ValueError(f"one of {', '.join(kinds)} is needed{did_you_mean(kind, kinds)}")
        return kind

    @field_validator("points")
    @classmethod
    def _one_dimension(cls, points: tuple[tuple[float, ...], ...]) -> tuple[tuple[float, ...], ...]:
        dimensions = sorted({len(point) for point in points})
        if len(dimensions) != 1 or dimensions[0] == 0:
            raise ValueError(
                f"points of dimension {' and '.join(map(str, dimensions))} are mixed; "
                "give every point the same number of coordinates, at least one"
            )
        if len(set(points)) < len(points):
            raise ValueError("a point is given twice; list each point once (repeated indices are included)")
        return points

    @model_validator(mode="after")
    def _only_own_deviations(self) -> "NetConfig":
        if self.kind == "cos" and self.sigma_b is not None:
            raise ValueError("cos-net has no biases; remove sigma_b (sigma_a sets the amplitudes)")
        if self.kind != "cos" and self.sigma_a is not None:
            raise ValueError(f"{self.kind}-net has no sigma_a; remove it (sigma_w sets the output weights)")
        return self

    @model_validator(mode="after")
    def _can_be_made(self) -> "NetConfig":
        try:
            self.network()
        except NNFTError as error:
            raise ValueError(str(error)) from None
        return self

    def network(self) -> "Network":
        """Make the network that the table describes.

        Raises
        ------
        InvalidNetwork
            If something does not go with its kind.
        """
        from numerics.networks.architectures import network

        given = self.model_dump(exclude={"kind", "width", "points", "cutoff"}, exclude_none=True)
        return network(self.kind, self.width, d_in=self.d_in, **given)

    @property
    def d_in(self) -> int:
        """Input dimension, read off the points."""
        return len(self.points[0])


class StudyConfig(_Table):
    """A whole study: top level of the file."""

    net: Annotated[tuple[NetConfig, ...], Field(min_length=1)]
    seed: Annotated[int, Field(ge=0, lt=2**63, strict=True)] = 0
    experiments: Annotated[Whole, Field(ge=2, le=1000, strict=True)] = 10
    networks: Annotated[Whole, Field(ge=100, strict=True)] = 100_000
    action: str = recipe.DEFAULT_ACTION

    @model_validator(mode="after")
    def _affordable(self) -> "StudyConfig":
        if self.experiments * self.networks > MOST_NETWORKS:
            raise ValueError(
                f"experiments × networks = {self.experiments * self.networks:.3g} networks were asked for, "
                f"at most {MOST_NETWORKS:.0e} are possible; lower one of the two"
            )
        return self

    def with_nets(self, nets: tuple[NetConfig, ...], **changes: str) -> "StudyConfig":
        """Put other nets in, with some of their keys changed.

        Raises
        ------
        InvalidStudy
            If a change does not go with a net.
        """
        try:
            changed = [NetConfig.model_validate(net.model_dump(exclude_none=True) | changes) for net in nets]
        except ValidationError as error:
            raise InvalidStudy("; ".join(_faults(error))) from None
        return self.model_copy(update={"net": tuple(changed)})

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

    Examples
    --------
    >>> [net.kind for net in built_in_study().net]
    ['erf', 'relu', 'gauss']
    """
    text = files("nnft_sym").joinpath("studies", f"{name}.toml").read_text(encoding="utf-8")
    return parse_study(text, source=f"{name}.toml")


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
    words = []
    for part in location:
        words.append(f"number {part + 1}" if isinstance(part, int) else _key(part))
    place = " ".join(words) or "the study"
    if item["type"] in _WORDS:
        message = _WORDS[item["type"]].format(**item.get("ctx", {}))
    else:  # as it is: it may repeat what was given, braces and all
        message = str(item["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    if item["type"] == "extra_forbidden":
        known = StudyConfig if len(location) == 1 else NetConfig
        near = did_you_mean(location[-1], known.model_fields)
        return f"{place}: unknown key; remove it or correct its name{near}"
    if item["type"] == "missing":
        return f"{place}: missing; add it"
    given = item.get("input")
    repeated = f" (given: {shown(given)})" if isinstance(given, int | float | str) else ""
    return f"{place}: {message}{repeated}"


def _key(name: str) -> str:
    """Write a key as TOML would, in quotes if it is not a plain word; a stranger chose it."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name) else shown(name)
