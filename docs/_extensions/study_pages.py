"""The reference of study files, from the models that check them."""

from collections.abc import Iterator
from typing import get_type_hints

from command_pages import limits
from pydantic.fields import FieldInfo
from written import directive, prose, table, title

from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import (
    Flag,
    Number,
    Reader,
    Several,
    Whole,
    Wholes,
    Word,
)
from nnft_sym.study.config import NetConfig, StudyConfig, built_in_study
from nnft_sym.study.study_text import meaning, written_study

#: The key that holds tables instead of a value.
TABLES = "net"
_TOML_TYPES = (
    ((Whole,), "whole number"), ((Number,), "number"), ((Flag,), "true or false"), ((Word,), "word"),
    ((Wholes,), "list of whole numbers"), ((Several,), "text"),
)  # fmt: skip


def type_of(key: str, reader: "Reader[object]") -> str:
    """Say what TOML calls it."""
    if key == "points":
        return "list of lists of numbers, or the name of a file"
    return next(
        (words for classes, words in _TOML_TYPES if isinstance(reader, classes)), "text"
    )


def keys(model: type[StudyConfig] | type[NetConfig]) -> Iterator[list[str]]:
    """Give the rows of a table: key, type, default, limits and meaning."""
    hints = get_type_hints(model, include_extras=True)
    for key, field in model.model_fields.items():
        if key == TABLES:
            continue
        (about,) = (
            note for note in hints[key].__metadata__ if isinstance(note, Parameter)
        )
        yield [
            f"``{key}``", type_of(key, about.reader), _default(field, about), prose(limits(about.reader)),
            prose(meaning(key, about)),
        ]  # fmt: skip


def _default(field: FieldInfo, about: Parameter) -> str:
    if field.is_required():
        return "**required**"
    if field.default is None:
        return prose((about.default or "left out").replace("sigma-w", "'sigma_w'"))
    return f"``{field.default}``"


HEADS = ("key", "type", "default", "limits", "meaning")
WIDTHS = "17 13 15 25 30"


def study_pages() -> dict[str, list[str]]:
    """Write the page."""
    example = written_study(built_in_study(), commented=True)
    lines = [
        *title("Study file"),
        "A study is a TOML file; ``nnft validate study.toml`` does it, ``--dry-run`` says what it takes, and "
        "``nnft validate --init`` writes one with comments. An unknown key is refused, and every fault is "
        "named by its place.",
        "",
        *title("Top level", "-"),
        *table(HEADS, keys(StudyConfig), WIDTHS),
        *title("A table [[net]] for each network", "-"),
        "At least one. The input dimension is that of the points.",
        "",
        *table(HEADS, keys(NetConfig), WIDTHS),
        *title("The built-in study as a file", "-"),
        *directive("code-block", "toml", example.splitlines()),
    ]
    return {"study_file.rst": lines}
