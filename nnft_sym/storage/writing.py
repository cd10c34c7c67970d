"""Files are written whole or not at all; a place that cannot be written to is told before the work begins."""

from pathlib import Path

from numerics.files.sealed import UnwritableOutput as UnwritableOutput
from numerics.files.sealed import atomically as atomically
from numerics.files.sealed import check_writable as check_writable


def write_text(path: Path, text: str) -> None:
    """Write text atomically, as UTF-8.

    Raises
    ------
    UnwritableOutput
        If the disk refuses.
    """
    atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes atomically.

    Raises
    ------
    UnwritableOutput
        If the disk refuses.
    """

    def write(temporary: Path) -> None:
        temporary.write_bytes(content)

    atomically(path, write)
