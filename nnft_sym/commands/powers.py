"""Numbers, or one number per coupling, on the command line."""

import re
from fractions import Fraction
from typing import cast

import click

from diagrams.messages import shown
from nnft_sym.expansions.truncation import DERIVED, CountingLike, OrderLike

_SAMPLE = "one number per coupling, as in lambda=2,kappa=1"


def read_order(_: click.Context, __: click.Parameter, text: str) -> OrderLike:
    """Read ``2``, ``1/2`` or ``lambda=2,kappa=1`` (a callback of click)."""
    return _read(text, "a number such as 2")


def read_counting(_: click.Context, __: click.Parameter, text: str | None) -> CountingLike:
    """Read ``1/N`` or ``lambda=1,kappa=2`` (a callback of click)."""
    if text is None or text.strip() == DERIVED:
        return text and text.strip()
    found = _read(text, f"'{DERIVED}'")
    if isinstance(found, int | Fraction):
        raise click.BadParameter(f"{shown(text)} is one number: write '{DERIVED}' or {_SAMPLE}")
    return found


def _read(text: str, other: str) -> OrderLike:
    """Read a number, or a list of names with numbers.

    Examples
    --------
    >>> _read("lambda=2, kappa=1", ""), _read("3/2", "")
    ({'lambda': 2, 'kappa': 1}, Fraction(3, 2))
    """
    if "=" not in text:
        return _number(text, text, other)
    powers: dict[str, int] = {}
    for part in text.split(","):
        name, _, number = (word.strip() for word in part.partition("="))
        if not name or name in powers:
            raise click.BadParameter(f"{shown(text)} is not read: write each coupling once, as in {_SAMPLE}")
        # A fraction is kept so that `correlator` can refuse it with the message that names the coupling.
        powers[name] = cast(int, _number(number, text, other))
    return powers


def _number(number: str, text: str, other: str) -> int | Fraction:
    # Written out, 1e99999 would fill the memory; nothing that is meant has an exponent of three digits.
    bounded = re.fullmatch(r"[^eE]{1,20}([eE][-+]?[0-9]{1,2})?", number.strip())
    try:
        value = Fraction(number) if bounded else None
    except (ValueError, ZeroDivisionError):
        value = None
    if value is None and re.fullmatch(r"[-+]?[0-9][0-9_.]*([eE][-+]?[0-9]+)?", number.strip()):
        raise click.BadParameter(f"{shown(text)} holds a number out of range: write {other} or {_SAMPLE}")
    if value is None:
        raise click.BadParameter(f"{shown(text)} is not read: write {other} or {_SAMPLE}")
    return int(value) if value.denominator == 1 else value
