"""One parameter: a reader with the words that describe it; and how a class of parameters is taken apart."""

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, ValidationInfo
    from pydantic_core import CoreSchema

    from nnft_sym.parameters.readers import Reader


@dataclass(frozen=True, eq=False, repr=False)
class Parameter:
    """What is known about a parameter, beside its name and its default.

    It stands in the annotation of a field, as in ``width: Annotated[int, WIDTH]``, of a frozen dataclass. A
    model of pydantic that is built on the class checks its fields with the same readers.

    Parameters
    ----------
    reader : Reader
        What reads and refuses values.
    help : str
        For the help of commands.
    option : str, optional
        The option's name, where it is not that of the field.
    metavar : str, optional
        What the help writes for the value.
    default : str, optional
        What happens without it, for the help, where the default is None.
    argument : bool, optional
        No option, but a word of its own.
    repeated : bool, optional
        May be given several times.
    alone : str, optional
        The value that an option has if none stands behind it.
    """

    reader: "Reader[Any]"
    help: str = ""
    option: str = ""
    metavar: str | None = None
    default: str = ""
    argument: bool = False
    repeated: bool = False
    alone: str = ""

    def __get_pydantic_core_schema__(self, source: object, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        """Tell pydantic to check a field with our reader."""
        from pydantic_core import core_schema

        optional = type(None) in get_args(source)

        def check(value: object, info: "ValidationInfo[Any]") -> object:
            if value is None and optional:  # from Python; TOML has no such thing
                return None
            return self.reader.check(value, Path((info.context or {}).get("folder", "")))

        return core_schema.with_info_plain_validator_function(check)


@dataclass(frozen=True, eq=False, repr=False)
class Said:
    """A parameter as a field of a class: with its name and default.

    Attributes
    ----------
    name : str
    parameter : Parameter
    required : bool
    default : object
    """

    name: str
    parameter: Parameter
    required: bool
    default: object

    @property
    def option(self) -> str:
        """Its name on the command line."""
        return self.parameter.option or f"--{self.name.replace('_', '-')}"


def parameters_of(group: type) -> Iterator[Said]:
    """Give the parameters of a frozen dataclass, in the order of its fields.

    Examples
    --------
    >>> from nnft_sym.parameters.architecture import NetworkParameters
    >>> [said.option for said in parameters_of(NetworkParameters) if said.required]
    ['--net', '--width']
    """
    hints = get_type_hints(group, include_extras=True)
    for field in fields(group):
        for note in getattr(hints[field.name], "__metadata__", ()):
            if isinstance(note, Parameter):
                yield Said(field.name, note, field.default is MISSING, field.default)
