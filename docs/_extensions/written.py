"""Small things that write reStructuredText and files."""

import re
from collections.abc import Iterable
from pathlib import Path

#: What stands between quotes, or looks like a word of the command line, is shown as it would be typed.
_TYPED = re.compile(
    r"(?<![\w`])('[^'\n]+'|--[a-z][\w-]*|-n\b|@?[\w.]+\.(?:toml|nc|csv|npy|svg|txt|tex|json|md)\b)"
)


def escaped(text: str) -> str:
    r"""Escape what reStructuredText would read as markup.

    Examples
    --------
    >>> escaped("2*x_ and |y|")
    '2\\*x\\_ and \\|y\\|'
    """
    return re.sub(r"([\\*`|_])", r"\\\1", text)


def prose(text: str) -> str:
    """Write a sentence of the help, with what is typed in typewriter letters."""
    parts = _TYPED.split(text)
    return "".join(
        f"``{part.strip(chr(39))}``" if number % 2 else escaped(part)
        for number, part in enumerate(parts)
    )


_CODE = re.compile(r"(``.*?``|:[\w:]+:`[^`]*`|`[^`]*`)")


def barred(text: str) -> str:
    r"""Keep bars what they are, as in |x|: no text here holds substitutions.

    Examples
    --------
    >>> print(barred("|x| and ``|x|``"))
    \|x\| and ``|x|``
    """
    parts = _CODE.split(text)
    return "".join(
        part if number % 2 else part.replace("|", r"\|")
        for number, part in enumerate(parts)
    )


def title(text: str, line: str = "=") -> list[str]:
    """Underline a heading."""
    return [text, line * (len(text) + 4), ""]


def directive(
    name: str, argument: str = "", body: Iterable[str] = (), **options: str
) -> list[str]:
    """Write a directive with its options and body."""
    lines = [f".. {name}:: {argument}".rstrip()]
    lines += [
        f"   :{key.replace('_', '-')}: {value}".rstrip()
        for key, value in options.items()
    ]
    return [*lines, "", *(f"   {line}".rstrip() for line in body), ""]


def table(
    heads: Iterable[str], rows: Iterable[Iterable[str]], widths: str = "auto"
) -> list[str]:
    """Write a table whose cells are reStructuredText."""
    body = []
    for row in [list(heads), *rows]:
        for number, cell in enumerate(row):
            body.append(f"{'* - ' if number == 0 else '  - '}{cell or ' '}")
    return directive("list-table", "", body, header_rows="1", widths=widths)


def written(
    folder: Path, pages: dict[str, list[str]], keep: Iterable[str] = ()
) -> None:
    """Make a folder hold these pages and what is kept, nothing else; what is the same stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {folder / name for name in pages}
    for path in folder.rglob("*"):
        kept = any(path.match(f"{folder.name}/{pattern}") for pattern in keep)
        if path.is_file() and path not in wanted and not kept:
            path.unlink()
    for name, lines in pages.items():
        text = "\n".join(lines) + "\n"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
