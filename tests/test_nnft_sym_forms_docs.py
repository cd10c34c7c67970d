"""docs/forms.md: its formats are those of the command, its captions too."""

import re
from pathlib import Path

from nnft_sym.commands.draw import CAPTION
from nnft_sym.commands.expand import SUFFIXES

PAGE = (Path(__file__).parent.parent / "docs" / "forms.md").read_text(encoding="utf-8")


def test_the_formats_are_those_of_the_command():
    rows = dict(re.findall(r"^\| `(\w+)` \| (\.[^|]*?) \|", PAGE, re.M))
    assert {form: tuple(ends.split(", ")) for form, ends in rows.items()} == SUFFIXES


def test_the_captions_are_those_of_the_command():
    rows = re.findall(r"^\| `--caption (\w+)`(?:, `(\w+)`)?", PAGE, re.M)
    assert {word for row in rows for word in row if word} == set(CAPTION.reader.words)
