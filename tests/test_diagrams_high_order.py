"""As far as the generator is promised to go: sum rules, memory, interruption."""

import signal
import subprocess
import sys
import time
from itertools import islice
from math import factorial
from pathlib import Path

import mpmath
import pytest

from diagrams import Diagram, GenerationError, contraction_count, count, generate
from diagrams.enumeration.bulk import generate_batches
from diagrams.filters import (
    connected,
    no_self_loop,
    no_vacuum,
    one_particle_irreducible,
    two_particle_irreducible,
)
from diagrams.zero_dim import Kind, multiplicity_sum

ROOT = Path(__file__).parent.parent
KINDS = [
    (Kind.FULL, []),
    (Kind.NORMALISED, [no_vacuum]),
    (Kind.CONNECTED, [connected]),
    (Kind.ONE_PARTICLE_IRREDUCIBLE, [one_particle_irreducible]),
]
# What test_diagrams_generation.py leaves out of: f^4 to V = 8, f^6 to V = 4, f^3 to V = 10, f^5, mixtures.
FAMILIES = [
    *((n, {4: v}) for n in (0, 2, 4, 6) for v in range(5, 9)),
    *((n, {6: 4}) for n in (0, 2, 4)),
    *((6, {6: v}) for v in range(1, 5)),
    *((n, {3: v}) for n in range(5) for v in range(7, 11) if (n + v) % 2 == 0),
    *((n, {5: 4}) for n in (0, 2, 4)),
    *((n, {3: 2, 4: 3}) for n in (0, 2, 4)),
    *((n, {3: 3, 4: 2}) for n in (1, 3)),
    *((n, {4: 3, 6: 1}) for n in (0, 2, 4)),
]


@pytest.mark.slow
@pytest.mark.parametrize(("n", "vertices"), FAMILIES, ids=str)
def test_sum_rules(n, vertices):
    for kind, where in KINDS:
        for self_loops in (True, False):
            found = count(n, vertices, where if self_loops else [*where, no_self_loop])
            expected = multiplicity_sum(n, vertices, kind, self_loops=self_loops)
            assert found.multiplicity_total == expected, (kind, self_loops)
    assert multiplicity_sum(n, vertices) == contraction_count(n, vertices)


# VmHWM is this program's own peak; ru_maxrss would also know of the process that started it.
IN_LITTLE_MEMORY = """
from diagrams import count
from diagrams.enumeration.bulk import generate_batches
from diagrams.filters import connected
print(count(4, {4: 9}, [connected]).diagrams)
print(sum(len(batch) for batch in generate_batches(4, {4: 9})))
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak.split()[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_four_million_diagrams_are_counted_and_streamed_in_little_memory():
    done = subprocess.run(
        [sys.executable, "-c", IN_LITTLE_MEMORY], cwd=ROOT, capture_output=True, text=True, check=True
    )
    counted, streamed, kilobytes = map(int, done.stdout.split())
    assert counted == streamed == 4_157_303
    assert kilobytes < 500_000


STREAM = """
from diagrams import generate
from diagrams.filters import connected
for diagram in generate(4, {4: 12}, [connected]):
    print(diagram.edge_string, flush=True)
"""


def test_what_was_streamed_before_an_interrupt_is_complete():
    """About 10^10 diagrams; Ctrl-C after a few: every line that came out is whole, in order, none missing."""
    with subprocess.Popen(
        [sys.executable, "-c", STREAM], cwd=ROOT, stdout=-1, stderr=-1, text=True
    ) as process:
        lines = [process.stdout.readline() for _ in range(20)]
        process.send_signal(signal.SIGINT)
        rest, complaint = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in complaint
    lines += rest.splitlines()
    expected = islice(generate(4, {4: 12}, [connected]), len(lines))
    assert [Diagram.from_edge_string(line) for line in lines] == list(expected)


class Stop(Exception):
    """Raised by an alarm."""


def stop(number, frame):
    raise Stop


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs an alarm")
def test_compiled_loops_do_not_keep_an_interrupt_waiting():
    """Hardly any of the enumerated classes passes; still the alarm is heard."""
    next(generate_batches(0, {4: 2}))  # compiled by now
    before = signal.signal(signal.SIGALRM, stop)
    start = time.monotonic()
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        with pytest.raises(Stop):
            for _ in generate_batches(0, {4: 13}, [two_particle_irreducible], size=10**6):
                pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - start < 30


@pytest.mark.parametrize(
    ("n", "vertices", "hint"),
    [
        (4, {4: 20}, r"about 10\^62 contractions"),
        (4, {4: 40}, r"about 10\^146 contractions"),
        (4, {4: 10**9}, r"about 10\^18335531038 contractions"),
        (10**7, {}, r"about 10\^32828527 contractions"),
    ],
    ids=str,
)
def test_absurd_orders_are_refused_at_once_with_their_number_of_contractions(n, vertices, hint):
    for function in (generate, count):
        start = time.monotonic()
        with pytest.raises(GenerationError, match=hint):
            function(n, vertices)
        assert time.monotonic() - start < 5


def test_the_number_of_contractions_in_a_refusal():
    with pytest.raises(GenerationError, match=f"ask for {contraction_count(30, {}):,} contractions"):
        generate(30, {})
    with mpmath.workdps(30):  # (2m - 1)!! = 2**m gamma(m + 1/2) / sqrt(pi)
        for ends, power in ((4 * 10**9 + 4, 18335531038), (10**7, 32828527)):
            m = mpmath.mpf(ends) / 2
            logarithm = m * mpmath.log(2) + mpmath.loggamma(m + 0.5) - mpmath.log(mpmath.pi) / 2
            assert mpmath.floor(logarithm / mpmath.log(10)) == power
    # 83!! and 163!!, as 84! / (42! 2**42) and 164! / (82! 2**82), have 63 and 147 digits.
    assert len(str(factorial(84) // (factorial(42) * 2**42))) == 63
    assert len(str(factorial(164) // (factorial(82) * 2**82))) == 147


@pytest.mark.parametrize("given", [("4", {4: 1}), (4.0, {4: 1}), (4, {4.5: 2}), (4, {4: 1.5})], ids=str)
def test_only_whole_numbers(given):
    with pytest.raises(GenerationError, match="whole numbers"):
        count(*given)


def test_many_points():
    """No recursion limit is in the way."""
    assert count(400, {}).multiplicity_total == contraction_count(400, {})
