"""The judge of the fuzzer: what an outcome must be, by the contract of the command line."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.field.fuzz_case import Case

#: Letters that would steer a terminal, and turn its lines around.
_ESCAPES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1b\x7f\u202e]")


@dataclass(frozen=True)
class Limits:
    """How long and how large a case may be, and how long a message.

    `seconds` are of the processor, all threads together, so that a busy machine makes no hang; a child that
    sleeps is stopped after `patience` seconds on the clock.
    """

    seconds: float = 20.0
    patience: float = 60.0
    bytes: int = 2 * 2**30
    message: int = 6000


@dataclass(frozen=True)
class Outcome:
    """What a case did. `code` is negative for a signal, None for a child that was stopped at a limit."""

    code: int | None
    stdout: str
    stderr: str
    seconds: float
    processor: float
    rss: int


def verdict(case: Case, outcome: Outcome, limits: Limits) -> list[str]:
    """Say what is wrong with an outcome, in kinds that can be counted; an empty list is a good outcome.

    The contract: exit code 0, 1 (only a validation that did not pass) or 2; no traceback; on exit code 2
    nothing on standard output and one message; with ``--json`` one JSON object; within the limits.
    """
    if outcome.rss > limits.bytes:
        return ["memory"]
    if outcome.code is None or outcome.processor > limits.seconds:
        return ["hang"]
    wrong = []
    if "Traceback (most recent call last)" in outcome.stdout + outcome.stderr:
        wrong.append("traceback")
    may_fail = case.words[:1] in (("validate",), ("studies",), ("quickstart",))
    if outcome.code not in (0, 2) and not (outcome.code == 1 and may_fail):
        wrong.append(f"exit code {outcome.code}")
    if re.search(r"^\S+:\d+: \w*Warning: ", outcome.stderr, re.MULTILINE):
        wrong.append("warning of a library")
    if outcome.code == 2:
        wrong += _refusal(outcome, limits)
    elif case.front == "nnft" and not wrong:
        wrong += _answer(case, outcome)
    return wrong


def _refusal(outcome: Outcome, limits: Limits) -> list[str]:
    """Judge a refusal."""
    wrong = []
    if outcome.stdout:
        wrong.append("output on failure")
    messages = [line for line in outcome.stderr.splitlines() if line.startswith("nnft: ")]
    if len(messages) != 1 and not outcome.stderr.startswith("Usage: "):
        wrong.append(f"{len(messages)} messages")
    if len(outcome.stderr) > limits.message:
        wrong.append("endless message")
    if _ESCAPES.search(outcome.stderr):
        wrong.append("control characters in the message")
    return wrong


def _answer(case: Case, outcome: Outcome) -> list[str]:
    """Judge an answer."""
    if not outcome.stdout.strip():
        return ["exit code 0 without a word"]
    if not asks_for_json(case.words):
        return ["nan in an answer"] if re.search(r"(?<![\w'\"])nan(?![\w'\"])", outcome.stdout) else []
    try:
        found = json.loads(outcome.stdout, parse_constant=_not_json)
    except ValueError as error:
        return ["invalid JSON"] if not str(error).startswith("Exceeds the limit") else []
    return [] if isinstance(found, dict) else ["JSON that is no object"]


def asks_for_json(words: Sequence[str]) -> bool:
    """Tell whether standard output must be JSON: ``--json`` as a word of its own, and no ``--help``.

    A ``--json`` that is the value of another option cannot be told from one that is not; then the answer is
    judged only if it begins like an object.
    """
    if {"--help", "-h", "--version"} & set(words) or "--json" not in words:
        return False
    before = words[words.index("--json") - 1]
    return not before.startswith("-") or before == "--json" or words.count("--json") > 1


def _not_json(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
