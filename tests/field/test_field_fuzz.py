"""FAULTS, standing bug hunt: a bounded number of made-up inputs in every run, and the judge judged.

`make fuzz` runs 10,000. A case that fails here is printed with the words that repeat it.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.field import fuzz_inputs, fuzz_run
from tests.field.fuzz_case import Case, FileSpec
from tests.field.fuzz_judge import Limits, Outcome, asks_for_json, verdict
from tests.field.fuzz_run import Running

ROOT = Path(__file__).parents[2]
GOOD = Outcome(0, '{"a": 1}\n', "", 0.1, 0.1, 10**8)
REFUSED = Outcome(2, "", "nnft: --order x was given; a number is needed\n", 0.1, 0.1, 10**8)
AS_JSON = Case("nnft", ("kernel", "--net", "erf", "--json"))
CRASH = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nStopIteration\n'


def test_made_up_inputs_keep_the_contract(tmp_path):
    """In a process of its own: the runner forks, which other tests' threads would not survive."""
    folder, options = str(tmp_path / "failures"), ["--cases", "200", "--seed", "1", "--quick"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.field.fuzz_run", *options, "--out", folder],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    found = [json.loads(path.read_text())["case"] for path in sorted(tmp_path.glob("failures/*.json"))]
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{found}"
    assert "200 cases, 0 failures" in done.stdout


@pytest.mark.parametrize(
    ("outcome", "wrong"),
    [
        (GOOD, []),
        (REFUSED, []),
        (replace(GOOD, stderr=CRASH), ["traceback"]),
        (replace(GOOD, code=1, stderr=CRASH), ["traceback", "exit code 1"]),
        (replace(GOOD, code=70), ["exit code 70"]),
        (replace(GOOD, code=-11), ["exit code -11"]),
        (replace(GOOD, code=None), ["hang"]),
        (replace(GOOD, processor=21.0), ["hang"]),
        (replace(GOOD, rss=3 * 2**30), ["memory"]),
        (replace(GOOD, stdout=""), ["exit code 0 without a word"]),
        (replace(GOOD, stdout='{"a": NaN}'), ["invalid JSON"]),
        (replace(GOOD, stdout="a table\n"), ["invalid JSON"]),
        (replace(GOOD, stdout="3"), ["JSON that is no object"]),
        (replace(GOOD, stdout='{"a": ' + "9" * 5000 + "}"), []),
        (replace(GOOD, stderr="/a/b.py:3: RuntimeWarning: overflow\n"), ["warning of a library"]),
        (replace(REFUSED, stdout="half a table"), ["output on failure"]),
        (replace(REFUSED, stderr=""), ["0 messages"]),
        (replace(REFUSED, stderr=REFUSED.stderr * 2), ["2 messages"]),
        (replace(REFUSED, stderr="nnft: \x1b[31mred\n"), ["control characters in the message"]),
        (replace(REFUSED, stderr="nnft: " + "x" * 20_000), ["endless message"]),
    ],
)  # fmt: skip
def test_the_judge_notices(outcome, wrong):
    assert verdict(AS_JSON, outcome, Limits()) == wrong


def test_only_a_validation_may_end_with_1():
    failed = replace(GOOD, code=1)
    assert verdict(Case("nnft", ("validate", "s.toml", "--json")), failed, Limits()) == []
    assert verdict(AS_JSON, failed, Limits()) == ["exit code 1"]


def test_json_is_expected_where_it_was_asked_for():
    assert asks_for_json(["kernel", "--points", "1", "--json"])
    assert not asks_for_json(["kernel", "--points", "1"])
    assert not asks_for_json(["kernel", "--json", "--help"])
    assert not asks_for_json(["kernel", "--points", "--json"])


def _crash(*_):
    raise StopIteration


def _sleep(*_):
    time.sleep(30)


def _spin(*_):
    while True:
        pass


def _grow(*_):
    kept = [bytearray(os.urandom(1) * 2**24) for _ in range(64)]
    time.sleep(30)
    return len(kept)


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        (_crash, ["traceback", "exit code 1"]), (_sleep, ["hang"]), (_spin, ["hang"]), (_grow, ["memory"]),
        (None, []),
    ],
    ids=["crash", "sleep", "spin", "grow", "good"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_the_runner_notices(tmp_path, fault, wrong):
    """Real children: one that raises, two that hang, one that grows, one that is fine."""
    case = Case(
        "nnft", ("count", "--vertices", "4:1", "-n", "4", "--json"), (FileSpec("a/file.txt", text="a"),)
    )
    # a limit above what this process holds already
    limits = Limits(seconds=2.0, patience=4.0, bytes=fuzz_run._resident(os.getpid()) + 2**29)
    running = Running(case, {}, limits, tmp_path, *([fault] if fault else []))
    while (outcome := running.poll()) is None:
        time.sleep(0.01)
    assert verdict(case, outcome, limits) == wrong
    assert list(tmp_path.iterdir()) == []
    if fault is None:
        assert json.loads(outcome.stdout)["multiplicity_total"] == 105


def test_damage_is_what_the_recipe_says():
    bases = {"result": bytes(range(100))}
    spec = FileSpec("a.nc", base="result", edits=(("flip", 0.5, 7), ("cut", 0.6, 0), ("repeat", 0.0, 0)))
    damaged = bytearray(range(60))
    damaged[50] = 7
    assert spec.content(bases) == bytes(damaged) * 2
    assert FileSpec("a", text="ab", edits=(("insert", 0.5, 65),)).content({}) == b"aAb"


def test_found_by_the_fuzzer_neurons_overflow_without_a_warning(capsys):
    """FAULTS O, warnings of NumPy: moments of outputs times sums near the largest float."""
    from nnft_sym.cli import run

    words = (
        "neurons --net gauss --neurons 200 --widths 5 --points 8;0.311;-2.42;2 --tilted --blocks 100 --seed 1"
    )
    assert run([*words.split(), "--seed", "1"]) == 2  # warnings are errors here
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "products of features of single neurons are NaN or infinite" in captured.err


def test_work_asked_for_stays_small():
    """Nothing between small and absurd, and no place outside the working folder."""
    assert fuzz_inputs.modest(["sample", "--networks", "1e9", "--out", "/dev/null"])[2::2] == (
        "1000",
        "dev/null",
    )
    assert fuzz_inputs.modest(["cache", "--folder=~/x", "--width", "1e18"]) == (
        "cache",
        "--folder=x",
        "--width",
        "1e18",
    )
    assert fuzz_inputs.modest(["cache", "--folder", "../.."])[2] == "."
    assert fuzz_inputs.modest(["expand", "f/2", "--order=lambda=9"]) == ("expand", "f/2", "--order=lambda=3")


def test_every_command_is_tried():
    from nnft_sym.cli import COMMANDS

    drawn = fuzz_run.draw_cases(800, seed=3)
    assert len(set(drawn)) == 800
    assert {case.words[0] for case in drawn if case.front == "nnft"} >= set(COMMANDS)
    assert {case.front for case in drawn} >= {"from_json", "diagram_from_json", "from_nickel_index", "action"}
    assert fuzz_run.draw_cases(60, seed=3) == fuzz_run.draw_cases(60, seed=3)
