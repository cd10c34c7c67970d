r"""Text from outside, made fit to stand in a message: one line, bounded, without terminal escapes.

What to use when: `shown` for one thing that was given, and `did_you_mean` behind it where a name was needed;
`as_integer` and `as_list` for what must be of that kind;
`bounded` for a whole message, as a net under all of them (`diagrams.errors.NNFTError` and the command line
use it).
"""

from collections.abc import Iterable
from math import log10
from operator import index
from typing import Any, SupportsIndex

#: Letters of one given thing that a message repeats.
LONGEST = 80
#: Letters of a whole message.
LONGEST_MESSAGE = 2000
#: Letters without a blank that a message repeats: longer than any path or name of ours.
LONGEST_WORD = 300


def shown(given: object, longest: int = LONGEST) -> str:
    r"""Write what was given as Python would, on one line, and with the middle left out if it is long.

    Text stands in quotes as it was typed: its backslashes are not doubled.

    Parameters
    ----------
    given : object
    longest : int, optional
        Most letters of the answer, at least 20.

    Returns
    -------
    str
        Printable letters only; control characters and terminal escapes stand as ``\x1b``.

    Examples
    --------
    >>> shown("lambda"), shown("\x1b[31m"), shown([1, 2])
    ("'lambda'", "'\\x1b[31m'", '[1, 2]')
    >>> print(shown(r"\lambda*f^4"))
    '\lambda*f^4'
    >>> shown("a" * 1000, longest=24)
    "'aaaaaaaaaa…aaaaaaaaaaa'"
    >>> shown(10**5000)
    'a whole number of about 5001 digits'
    """
    if isinstance(given, str):
        mark = '"' if "'" in given and '"' not in given else "'"
        if len(given) > 4 * longest:  # to make megabytes printable takes time
            given = given[: 2 * longest] + given[-2 * longest :]
        return _middle_out(f"{mark}{printable(given)}{mark}", longest)
    if isinstance(given, int) and given.bit_length() > 4000:  # Python refuses to write it
        return f"a whole number of about {int(given.bit_length() * log10(2)) + 1} digits"
    try:
        text = " ".join(repr(given).split())  # an array is written on several lines
    except Exception:  # any class may fail here, and the message is about something else
        text = f"something of type {type(given).__name__}"
    return _middle_out(printable(text), longest)


def printable(text: str) -> str:
    r"""Write control characters, also those that turn the direction of writing, as Python does.

    Examples
    --------
    >>> printable("λ²\t\x1b[2J\u202e")
    'λ²\\t\\x1b[2J\\u202e'
    """
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def as_integer(given: object, name: str, error: type[Exception]) -> int:
    """Return a whole number as an ``int``, or refuse it.

    Examples
    --------
    >>> as_integer(True, "n", ValueError)
    Traceback (most recent call last):
    ValueError: n = True was given; a whole number is needed
    """
    if type(given) is int:  # nearly always; the protocol of the others takes twenty microseconds to look up
        return given
    try:
        if isinstance(given, SupportsIndex) and not isinstance(given, bool):
            return index(given)
    except TypeError:  # an array of several numbers has the method, and refuses
        pass
    raise error(f"{name} = {shown(given)} was given; a whole number is needed")


def as_list(given: object, name: str, error: type[Exception]) -> list[Any]:
    """Return what can be gone through as a list, or refuse it; a text is no list.

    Examples
    --------
    >>> as_list((1, 2), "valences", ValueError)
    [1, 2]
    """
    if isinstance(given, Iterable) and not isinstance(given, str | bytes):
        try:
            return list(given)
        except TypeError:  # an array without axes has the method, and refuses
            pass
    raise error(f"{name} = {shown(given)} was given; a list is needed")


def counted(number: int, thing: str) -> str:
    """Write how many there are of a thing.

    Examples
    --------
    >>> counted(1, "field"), counted(1200, "element")
    ('1 field', '1,200 elements')
    """
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def did_you_mean(given: object, known: Iterable[str]) -> str:
    """Name the nearest of the known names as the end of a sentence; nothing if none is near.

    Capitals, hyphens and underscores make no difference.

    Examples
    --------
    >>> did_you_mean("expnad", ["expand", "count"]), did_you_mean("zzz", ["expand"])
    ("; did you mean 'expand'?", '')
    """
    from difflib import get_close_matches  # only messages need it

    plain = {_plain(name): name for name in known}
    found = get_close_matches(_plain(str(given)[:LONGEST]), list(plain), n=1, cutoff=0.6)
    return f"; did you mean '{plain[found[0]]}'?" if found else ""


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_")


def bounded(message: str, longest: int = LONGEST_MESSAGE, longest_word: int = LONGEST_WORD) -> str:
    r"""Make a whole message printable and bounded; its line breaks stay.

    Parameters
    ----------
    message : str
    longest, longest_word : int, optional
        Most letters in all, and without a blank.

    Returns
    -------
    str

    Examples
    --------
    >>> bounded("unknown key \x1b[31mred" + "!" * 1000, longest_word=20)
    'unknown key \\x1b[31mr…!!!!!!!!!!'
    """
    lines = []
    for line in message[: 2 * longest].split("\n") if len(message) > 4 * longest else message.split("\n"):
        lines.append(" ".join(_middle_out(word, longest_word) for word in printable(line).split(" ")))
    return _middle_out("\n".join(lines), longest)


def _middle_out(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    head = longest // 2 - 1
    return f"{text[:head]}…{text[head + 1 - longest :]}"
