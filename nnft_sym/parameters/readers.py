"""Readers: each turns what a user gave into one value, or refuses it in one sentence.

`read` takes a word of the command line as far as its syntax goes, `check` takes the value, which may as well
come from a study file. A refusal says what was given and what is needed, but not where: the command line puts
``--width`` in front of it, a study file ``net number 1 width``.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Protocol, TypeVar

from diagrams.errors import NNFTError
from diagrams.messages import did_you_mean, shown

Value_co = TypeVar("Value_co", covariant=True)

#: Longest number on the command line; Python refuses to read whole numbers of more than 4300 digits.
_LONGEST_NUMBER = 40
#: Largest whole number where nothing else is said: that of 64 bits.
LARGEST = (1 << 63) - 1


class Refused(NNFTError, ValueError):
    """A parameter cannot have the value that was given."""

    @classmethod
    def of(cls, error: NNFTError) -> "Refused":
        """Turn a refusal of another kind into one of ours, which keeps the parameter it is about."""
        return cls.about(error.parameter, error.said) if error.parameter else cls(str(error))


def refused(given: object, needed: str) -> Refused:
    """Say what was given and what is needed.

    Examples
    --------
    >>> print(refused(-5, "a positive number is needed"))
    -5 was given; a positive number is needed
    """
    return Refused(f"{shown(given)} was given; {needed}")


class Reader(Protocol[Value_co]):
    """What reads one value."""

    def read(self, text: str) -> object:
        """Take a word of the command line as what a file would hold; it stays text if it is nothing else."""

    def check(self, value: object, folder: Path | None = None) -> Value_co:
        """Return the value, or refuse it; files are named relative to the folder (None: a command asks)."""


def known_words(reader: object) -> tuple[str, ...]:
    """Give the words that a reader takes, where there are so many only; nothing for numbers and texts.

    Examples
    --------
    >>> known_words(Word(("plain", "conditional"))), known_words(Whole())
    (('plain', 'conditional'), ())
    """
    known = getattr(reader, "known", None)
    return tuple(known()) if callable(known) else ()


@dataclass(frozen=True, eq=False, repr=False)
class Whole:
    """A whole number, which may be written 1e6, 1_000_000 or 1000000.0.

    Examples
    --------
    >>> Whole(1, 10**7).check(Whole().read("2.5e3"))
    2500
    >>> Whole(1, 10**7).check(0)
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: 0 was given; a whole number from 1 to 10,000,000 is needed
    """

    least: int = 1
    most: int = LARGEST

    def read(self, text: str) -> object:
        """Read a number."""
        return _number(text)

    def check(self, value: object, folder: Path | None = None) -> int:
        """Return a whole number within the limits."""
        number = _whole(value)
        if number is None:
            raise refused(value, f"{self.needed} is needed, as in 1000 or 1e3")
        if not self.least <= number <= self.most:
            raise refused(number, f"{self.needed} is needed")
        return number

    @property
    def needed(self) -> str:
        """The limits."""
        return f"a whole number from {_bound(self.least)} to {_bound(self.most)}"


@dataclass(frozen=True, eq=False, repr=False)
class Number:
    """A finite number within limits.

    Parameters
    ----------
    needed : str
        The limits in words.
    least, above, most, below : float, optional
        Smallest number, a bound that must not be reached, largest number, a bound that must not be reached.
    or_zero : bool, optional
        Zero is allowed as well.
    advice : str, optional
        What else can be done.

    Examples
    --------
    >>> Number("a positive finite number", above=0.0).check("x")
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: 'x' was given; a positive finite number is needed
    """

    needed: str = "a finite number"
    least: float = -float("inf")
    above: float = -float("inf")
    most: float = float("inf")
    below: float = float("inf")
    or_zero: bool = False
    advice: str = ""

    def read(self, text: str) -> object:
        """Read a number."""
        return _number(text)

    def check(self, value: object, folder: Path | None = None) -> float:
        """Return a number within the limits."""
        number = _finite(value)
        inside = number is not None and self.least <= number <= self.most and self.above < number < self.below
        if number is None or not (inside or (self.or_zero and number == 0.0)):
            raise refused(value, f"{self.needed} is needed{self.advice}")
        return number


@dataclass(frozen=True, eq=False, repr=False)
class Word:
    """One of several words, which capitals, hyphens and other names for the same do not matter to.

    Examples
    --------
    >>> Word(("connected", "1pi"), {"onepi": "1pi"}).check("OnePI")
    '1pi'
    >>> Word(("plain", "conditional")).check("plane")
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: 'plane' was given; one of 'plain', 'conditional' is needed; did ...
    """

    words: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)

    def known(self) -> tuple[str, ...]:
        """Give the words."""
        return self.words

    def read(self, text: str) -> object:
        """Leave it: a word is text."""
        return text

    def check(self, value: object, folder: Path | None = None) -> str:
        """Return the word that is meant."""
        plain = str(value).strip().lower().replace("_", "-")
        word = self.aliases.get(plain, plain)
        if word not in self.words:
            near = did_you_mean(plain, [*self.words, *self.aliases])
            raise refused(value, f"one of {', '.join(map(repr, self.words))} is needed{near}")
        return word


@dataclass(frozen=True, eq=False, repr=False)
class Text:
    """A text, which somebody else reads."""

    needed: str = "a text in quotes"

    def read(self, text: str) -> object:
        """Leave it."""
        return text

    def check(self, value: object, folder: Path | None = None) -> str:
        """Return the text."""
        if not isinstance(value, str):
            raise refused(value, f"{self.needed} is needed")
        return value


@dataclass(frozen=True, eq=False, repr=False)
class Flag:
    """Yes or no: an option without a value."""

    def read(self, text: str) -> object:
        """Leave it: the command line gives no text."""
        return text

    def check(self, value: object, folder: Path | None = None) -> bool:
        """Return a truth value."""
        if not isinstance(value, bool):
            raise refused(value, "true or false is needed")
        return value


@dataclass(frozen=True, eq=False, repr=False)
class Wholes:
    """Several whole numbers: with commas between them on the command line, a list in a file.

    Parameters
    ----------
    each : Whole
    example : str
    fewest : int, optional
        How many are needed at least.
    distinct : bool, optional
        Give every number once, in ascending order.

    Examples
    --------
    >>> Wholes(Whole(), "2,4,6", distinct=True).check(Wholes(Whole(), "").read("1e3, 5,5"))
    (5, 1000)
    """

    each: Whole
    example: str
    fewest: int = 1
    distinct: bool = False

    def read(self, text: str) -> object:
        """Read each of the numbers; text stays where one is none."""
        items = [self.each.read(item) for item in text.split(",")]
        return text if any(isinstance(item, str) for item in items) else items

    def check(self, value: object, folder: Path | None = None) -> tuple[int, ...]:
        """Return the numbers."""
        items = value if isinstance(value, list | tuple) else [value]
        numbers = [number for number in map(_whole, items) if number is not None]
        fine = len(numbers) == len(items) and all(self.each.least <= n <= self.each.most for n in numbers)
        found = tuple(sorted(set(numbers))) if self.distinct else tuple(numbers)
        if not fine or len(found) < self.fewest:
            raise refused(_plain_list(value), f"{self.needed}, as in {self.example}")
        return found

    @property
    def needed(self) -> str:
        """The limits."""
        limits = f"from {_bound(self.each.least)} to {_bound(self.each.most)}"
        if self.fewest > 1:
            return f"{self.fewest} or more different whole numbers {limits} are needed"
        return f"whole numbers {limits} are needed"


@dataclass(frozen=True, eq=False, repr=False)
class Several:
    """Texts with commas between them, in one option or in several.

    Examples
    --------
    >>> Several().check(("connected, no_tadpole", "connected"))
    ('connected', 'no_tadpole')
    """

    def read(self, text: str) -> object:
        """Leave it."""
        return text

    def check(self, value: object, folder: Path | None = None) -> tuple[str, ...]:
        """Return each text once."""
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, Iterable):
            raise refused(value, "texts with commas between them are needed")
        items = ",".join(map(str, given)).split(",")
        return tuple(dict.fromkeys(item.strip() for item in items if item.strip()))


def _number(text: str) -> object:
    """Read a number as TOML would: whole, or with a fraction; other texts stay."""
    text = text.strip()
    for number in (int, float) if len(text) <= _LONGEST_NUMBER else ():
        with suppress(ValueError):
            return number(text)
    return text


def _whole(value: object) -> int | None:
    """A number without a fraction; those written with an exponent must be exact."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    exact = isinstance(value, float) and value.is_integer() and abs(value) < 2.0**53
    return int(value) if isinstance(value, float) and exact else None


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def _bound(number: int) -> str:
    """Write a limit: large powers of two as such.

    Examples
    --------
    >>> _bound(10_000_000), _bound(2**63 - 1), _bound(-(2**62))
    ('10,000,000', '2^63 - 1', '-2^62')
    """
    size = abs(number)
    sign = "-" if number < 0 else ""
    if size >= 1 << 31:
        if size & (size - 1) == 0:
            return f"{sign}2^{size.bit_length() - 1}"
        if size & (size + 1) == 0:
            return f"{sign}2^{size.bit_length()} - 1"
    return f"{number:,}"


def _plain_list(value: object) -> object:
    """Lists are shown as the command line writes them, so that both say the same."""
    if not isinstance(value, list | tuple):
        return value
    return ",".join(re.sub(r"\.0$", "", str(item)[:_LONGEST_NUMBER]) for item in value)
