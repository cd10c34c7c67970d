"""Terminal tables: numbers stay whole on any terminal."""

import re

import pytest

from nnft_sym.printing.tables import show, table


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_numbers_and_headings_are_never_broken(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    rows = [["a rather long label that a narrow terminal has to fold somewhere", "-0.123456", "1.5e-12", "7"]]
    show(table("A title that is longer than the terminal is wide", ["", "value", "error", "sets"], rows))
    printed = capsys.readouterr().out
    assert {"-0.123456", "1.5e-12", "value", "error", "sets"} <= set(printed.split())
    assert re.sub(r"\s", "", "a rather long label") in re.sub(r"\s|-0.123456|1.5e-12|7", "", printed)
