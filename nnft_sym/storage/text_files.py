"""Text that may stand in a file or come from standard input: ``@file`` and ``-`` on the command line."""

import sys
from pathlib import Path

from diagrams.messages import shown
from nnft_sym.errors import UnreadableText
from numerics.files.sealed import opened

#: What is longer is another file, or never ends.
MOST_BYTES = 1 << 22
STDIN = "-"


def text_of(given: str) -> str:
    r"""Give the text that a word of the command line stands for: itself, a file's, or standard input's.

    Parameters
    ----------
    given : str
        ``@NAME`` is the text of that file, ``-`` that of standard input; anything else is the text itself.

    Raises
    ------
    UnreadableText
        If the file, or standard input, cannot be read or is no text.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "action.txt"
    ...     _ = file.write_text("lambda*f^4\n")
    ...     text_of(f"@{file}"), text_of("kappa*f^6")
    ('lambda*f^4', 'kappa*f^6')
    """
    word = given.strip()
    if word == STDIN:
        return _decoded(_standard_input(), "standard input")
    if not word.startswith("@"):
        return given
    name = word.removeprefix("@").strip()
    if not name:
        raise UnreadableText(
            "'@' was given without a name; write @ and the name of a file, as in @action.txt"
        )
    return _decoded(_content(Path(name)), shown(name))


def _standard_input() -> bytes:
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise UnreadableText("there is no standard input to read from; give a file, as in @action.txt")
    try:
        return bytes(stream.read(MOST_BYTES + 1))
    except OSError as error:
        raise UnreadableText(f"cannot read standard input: {error.strerror or error}") from None


def _content(path: Path) -> bytes:
    try:
        with opened(path) as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableText(f"cannot read {shown(str(path))}: {reason}; give a file of text") from None


def _decoded(content: bytes, name: str) -> str:
    if len(content) > MOST_BYTES:
        raise UnreadableText(f"{name} is longer than {MOST_BYTES:,} bytes or never ends; give a shorter text")
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise UnreadableText(f"{name} is no text in UTF-8; give a file of text") from None
    if not text:
        raise UnreadableText(f"{name} is empty; write into it what is asked for")
    return text
