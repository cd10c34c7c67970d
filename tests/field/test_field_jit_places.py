"""Compiled code without a place to be kept, or with damaged files in that place.

FAULTS N1: package and home folder read-only. Root may write everywhere, so files stand
where folders are needed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
JIT = {"diagrams": "diagrams.jit", "numerics": "numerics.machine.jit"}

CODE = """from {jit} import compiled


@compiled
def answer():
    return 42


@compiled
def doubled():
    return 2 * answer()
"""
USE = """
import sys
from nnft_sym._startup import guard_process
guard_process()
from {floor}.test_places import doubled
print(doubled(), sum(doubled.stats.cache_hits.values()))
"""


@pytest.fixture(params=["numerics", "diagrams"])
def compile_there(tmp_path, request):
    """Copy the project, and give a function that compiles something in a floor of it."""
    floor = request.param
    for name in ("diagrams", "numerics", "nnft_sym"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / floor / "test_places.py").write_text(CODE.format(jit=JIT[floor]))
    (tmp_path / "home").write_text("a file")

    def call(**environment):
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path), "HOME": str(tmp_path / "home")}
        done = subprocess.run(
            [sys.executable, "-B", "-c", USE.format(floor=floor)],
            cwd=tmp_path, env=env | environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.split(), done.stderr

    call.folder = tmp_path / floor
    return call


def test_without_any_place_it_compiles_and_says_how_to_have_one(compile_there, tmp_path):
    (compile_there.folder / "__pycache__").write_text("a file")
    answer, said = compile_there()
    assert answer == ["84", "0"]
    assert said.count("NUMBA_CACHE_DIR") == 1
    assert said.count("\n") == 1
    place = {"NUMBA_CACHE_DIR": str(tmp_path / "place")}
    assert compile_there(**place) == (["84", "0"], "")
    assert compile_there(**place) == (["84", "1"], "")


def test_damaged_machine_code_is_compiled_again(compile_there):
    assert compile_there() == (["84", "0"], "")
    files = sorted((compile_there.folder / "__pycache__").glob("*.nb[ic]"))
    assert len(files) >= 2
    for cut in (0, -10):
        for path in files:
            path.write_bytes(path.read_bytes()[:cut])
        assert compile_there()[0][0] == "84"
