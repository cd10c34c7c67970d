"""Whole processes: what happens to their output, and when somebody interrupts them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

KERNEL = ["kernel", "--net", "erf", "--points", "0.5;1"]


def start(*words, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "nnft_sym", *words], stderr=subprocess.PIPE, text=True, **options
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
@pytest.mark.parametrize("words", [KERNEL, [*KERNEL, "--json"]])
def test_a_full_disk_is_said_in_one_line(words):
    with open("/dev/full", "w") as full:
        process = start(*words, stdout=full)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said.count("\n") == 1
    assert "cannot write the output" in said


def test_a_terminal_without_greek_letters_gets_plain_ones():
    process = start(
        "integrate", "--net", "gauss", "--diagram", "x1-y1,x2-y1", "--points", "0;1",
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    out, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert out.isascii()
    assert "int prod |K|" in out


@pytest.mark.parametrize("after", [0.2, 0.6, 1.5])
def test_an_interrupt_ends_without_a_traceback(after):
    process = start("sample", "--net", "erf", "--width", "1000", "--networks", "500000000", "--points", "1",
                    stdout=subprocess.PIPE)  # fmt: skip
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)  # the latter if our code was not yet running
    assert out == ""
    if process.returncode == 130:
        assert "interrupted" in said
        assert "Traceback" not in said
