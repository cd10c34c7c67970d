"""The compiler's target is left alone unless it is asked for, by the command or by one call."""

import os
import subprocess
import sys

import pytest

from diagrams.jit_target import VARIABLE, processor_has

WIDE = pytest.mark.skipif(
    not processor_has("avx512f") or "NUMBA_CPU_FEATURES" in os.environ, reason="no 512-bit vectors here"
)
SAMPLE = "nn.Ensemble(nn.ErfNet(3), [0.3], seed=1).correlators(1000, orders=(2,))"
SHOW = "import numba; print(numba.config.CPU_FEATURES)"


def printed(code, **more):
    environment = {name: text for name, text in os.environ.items() if name != VARIABLE} | more
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.strip(), done.stderr


def test_a_program_that_samples_keeps_its_compiler():
    out, said = printed(f"import nnft_sym as nn; {SAMPLE}; {SHOW}")
    assert (out, said) == ("None", "")


@WIDE
def test_it_is_told_once_what_wide_vectors_bring():
    code = f"import logging; logging.basicConfig(level='INFO'); import nnft_sym as nn; {SAMPLE}; {SAMPLE}"
    _, said = printed(code)
    lines = [line for line in said.splitlines() if line.startswith("INFO:nnft_sym.compiler:")]
    assert len(lines) == 1
    assert "nnft_sym.use_wide_vectors()" in lines[0]


@WIDE
@pytest.mark.parametrize(("call", "more"), [("nn.use_wide_vectors();", {}), ("", {VARIABLE: "1"})])
def test_wide_vectors_are_used_where_they_are_asked_for(call, more):
    """The numbers are the same to rounding, and the processes that are started inherit the choice."""
    numbers = f"found = {SAMPLE}; print(float(found[2].value[0]))"
    child = f"import os; print(os.environ.get('{VARIABLE}'))"
    out, _ = printed(f"import nnft_sym as nn; {call} {numbers}; {SHOW}; {child}", **more)
    plain, _ = printed(f"import nnft_sym as nn; {numbers}")
    wide, features, inherited = out.split("\n")
    assert float(wide) == pytest.approx(float(plain), rel=1e-6)
    assert features.endswith(",-prefer-256-bit")
    assert inherited == "1"


@pytest.mark.parametrize("chosen", ["", "0"])
def test_wide_vectors_can_be_switched_off(chosen):
    out, _ = printed(f"import nnft_sym as nn; {SAMPLE}; {SHOW}", **{VARIABLE: chosen})
    assert out == "None"
