"""Stored machine code: used again while the code is the same, and never afterwards."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from diagrams.jit_cache import code_stamp

ROOT = Path(__file__).parent.parent
JIT = {"diagrams": "diagrams.jit", "numerics": "numerics.machine.jit"}

CALLEE = "from {jit} import compiled\n\n\n@compiled\ndef constant():\n    return {value}\n"
CALLER = """from {jit} import compiled
from {floor}.test_callee import constant


@compiled
def doubled():
    return 2 * constant()
"""
USE = """
from {floor}.test_caller import doubled

print(doubled(), sum(doubled.stats.cache_hits.values()))
"""


@pytest.mark.parametrize("floor", ["diagrams", "numerics"])
def test_a_change_in_another_file_is_noticed(floor, tmp_path):
    for name in ("diagrams", "numerics"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))

    def run(value):
        (tmp_path / floor / "test_callee.py").write_text(CALLEE.format(jit=JIT[floor], value=value))
        # -B: Python takes bytecode for fresh when size and second of the last change agree, as they may here
        done = subprocess.run(
            [sys.executable, "-B", "-c", USE.format(floor=floor)],
            cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    (tmp_path / floor / "test_caller.py").write_text(CALLER.format(floor=floor, jit=JIT[floor]))
    assert run(1) == ["2", "0"]
    assert run(1) == ["2", "1"]  # found on disk
    assert run(3) == ["6", "0"]


@pytest.mark.parametrize("name", ["jit.py", "intrinsics.py", "special_functions.py"])
def test_all_files_with_compiled_code_count(name, tmp_path):
    shutil.copytree(ROOT / "numerics", tmp_path / "numerics", ignore=shutil.ignore_patterns("__pycache__"))
    altered = tmp_path / "altered"
    shutil.copytree(tmp_path / "numerics", altered)
    assert code_stamp(altered) == code_stamp(tmp_path / "numerics")
    with (altered / "machine" / name).open("a") as file:
        file.write("# changed\n")
    code_stamp.cache_clear()
    assert code_stamp(altered) != code_stamp(tmp_path / "numerics")


FLOORS = ["diagrams.enumeration.machine", "numerics.sampling.engine.lanes"]


def test_the_order_of_imports_does_not_change_what_is_compiled():
    # the processor's features are read once per process, by whoever compiles first
    show = (
        "from numba.core.registry import cpu_target; print(cpu_target.target_context.codegen().magic_tuple())"
    )
    targets = [
        subprocess.run(
            [sys.executable, "-c", f"import {first}, {second}\n{show}"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout
        for first, second in (FLOORS, FLOORS[::-1])
    ]  # fmt: skip
    assert targets[0] == targets[1] != ""
