"""The name that the field has in an action: ``f``, or ``phi`` where no f is there, or the one that is given.

Inside, and in every output, the field is ``f``. Actions have one real field: what looks like a second one, or
like a complex one, is refused with what to write.
"""

import re
from collections.abc import Collection, Iterable

from diagrams.messages import shown
from nnft_sym.actions.names import (
    COMPONENTS,
    COORDINATES,
    FIELD,
    GREEK_NAMES,
    LIKE_A_FIELD,
    spelled_out,
)
from nnft_sym.errors import InvalidAction

#: What is read as the field where no f is there.
_ALSO_FIELDS = ("phi", "varphi")
#: Capitals that are fields where they have a power: of constants nobody writes them.
_FIELDS_WITH_A_POWER = ("A", "B")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")
#: What to write for a complex field.
COMPLEX = (
    "a complex field is not available: write its two real components as one field with two outputs, whose "
    "square f.f is 2|φ|², so that lambda*|φ|^4 is 'lambda/4*(f.f)^2'"
)
SEVERAL = "actions of several fields are not available"


def field_name(given: str) -> str:
    r"""Give the one spelling of the name that a field may have.

    Parameters
    ----------
    given : str
        ``phi``, ``\phi``, ``φ``, ``s``, ...

    Raises
    ------
    InvalidAction
        If it is no name, or that of a coordinate.

    Examples
    --------
    >>> field_name("φ"), field_name(r"\varphi"), field_name("s")
    ('phi', 'varphi', 's')
    """
    if not isinstance(given, str):
        raise InvalidAction(f"{shown(given)} was given as the field; a name is needed, such as 'phi'")
    name = spelled_out(given.strip())
    if "," in name or " " in name:
        raise InvalidAction(
            f"{shown(given)} was given as the field, and {SEVERAL}: give one name, such as phi"
        )
    if not _NAME.fullmatch(name) or name in (*COORDINATES, COMPONENTS):
        raise InvalidAction(
            f"{shown(given)} was given as the field; a name is needed that is no coordinate, such as 'phi'"
        )
    return name


def field_among(names: Collection[str], given: str | None = None) -> str:
    """Find out which of the names of an action is the field.

    Parameters
    ----------
    names : collection of str
        All names of the action, in their one spelling.
    given : str, optional
        What was said to be the field.

    Raises
    ------
    InvalidAction
        If there seem to be two.

    Examples
    --------
    >>> field_among({"lambda", "phi"}), field_among({"lambda", "f"}), field_among({"s", "g"}, "s")
    ('phi', 'f', 's')
    """
    if given is not None:
        name = field_name(given)
        if name != FIELD and FIELD in names:
            raise InvalidAction(
                f"the field is said to be {name}, and f stands in the action as well, which every output "
                "writes for the field: give the coupling f another name"
            )
        return name
    if FIELD in names:
        return FIELD
    found = [name for name in _ALSO_FIELDS if name in names]
    if len(found) > 1:
        raise InvalidAction(f"phi and varphi stand in the action, and {SEVERAL}: write f for the one it has")
    return found[0] if found else FIELD


def refuse_second_field(written: str, name: str, *, alone: bool) -> None:
    """Refuse a name that reads as another field; `alone` where the action has none besides.

    Raises
    ------
    InvalidAction
        With what to write.
    """
    if not LIKE_A_FIELD.fullmatch(name):
        return
    if alone and name.rstrip("0123456789").partition("_")[0] == name:
        raise InvalidAction(
            f"'{written}' reads as a field: write f for it, or say that it is the field (--field {name}, or "
            f"field={name!r} in Python)"
        )
    raise InvalidAction(
        f"'{written}' reads as a second field, and {SEVERAL}: write f for the field everywhere; if a "
        "constant is meant, choose another name, such as 'g'"
    )


def refuse_field_with_a_power(powers: dict[str, int]) -> None:
    """Refuse A and B with a power among the couplings of a term.

    Raises
    ------
    ValueError
        With what to write.
    """
    for name in _FIELDS_WITH_A_POWER:
        if powers.get(name, 0) > 1:
            raise ValueError(
                f"'{name}^{powers[name]}' reads as a second field, and {SEVERAL}; if a constant is meant, "
                "choose another letter, such as g, m or v, whose powers are read as couplings"
            )


def run_together(names: Iterable[str], elsewhere: object = False) -> str:
    """Say where the field of a term may be: in one word with a coupling, or under another name.

    Parameters
    ----------
    names : iterable of str
        Those of the term.
    elsewhere : object, optional
        Whether other terms have the field.

    Examples
    --------
    >>> run_together(["gf"]), run_together(["g"], elsewhere=True)
    ("; 'gf' is one name: if it is a product, write g*f", '')
    >>> run_together(["s"])
    '; a field of another name than f or phi is given by --field'
    """
    for name in names:
        for field in (FIELD, *_ALSO_FIELDS):
            front = name.removesuffix(field)
            if front and front != name and is_a_letter(front):
                return f"; '{name}' is one name: if it is a product, write {front}*{field}"
    return "" if elsewhere else "; a field of another name than f or phi is given by --field"


def is_a_letter(name: str) -> bool:
    """Whether a name is one letter, Latin or Greek, with any digits and subscripts.

    Examples
    --------
    >>> [is_a_letter(name) for name in ("g", "lambda_0", "g4", "mass", "gf")]
    [True, True, True, False, False]
    """
    stem = name.partition("_")[0].rstrip("0123456789")
    return len(stem) == 1 or stem in GREEK_NAMES
