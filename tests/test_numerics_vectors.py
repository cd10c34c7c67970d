"""Loops in vectors give what the same loops give number by number, with and without the processor's help."""

import json
import os
import platform
import subprocess
import sys

import numpy as np
import pytest
from scipy import special

from numerics.machine.intrinsics import LANES, multiply_add
from numerics.machine.jit import compiled
from numerics.machine.special_functions import erf_unit
from numerics.machine.vectors import BOUNDARY, aligned, load, spread, step, store
from numerics.sampling.engine.lanes import ERF, _add_pair, row_count

KINDS = [np.float64, np.float32]
#: Rows of weights, output weights and bases of both neurons, as whole thousandths of these.
SCALE = np.array([1.0, 1.5, 0.8, 0.0, 1.2, 0.7, 1.0])

SCRIPT = """
import json, sys
from tests.test_numerics_vectors import one_point
print(json.dumps([part.tolist() for part in one_point("float32")]))
"""


def one_point(kind):
    """Outputs and squares of LANES pairs of neurons at one point, and those of SciPy in double precision."""
    rng = np.random.default_rng(5)
    kind, unit = np.dtype(kind), erf_unit(np.dtype(kind) == np.float32)
    x, numbers = 0.6, np.round(rng.standard_normal((7, LANES)) * SCALE[:, None], 3)
    numbers[2, :4] = [0.0, 30.0, -30.0, 1e-6]
    rows = aligned(row_count(1, 1) * LANES, kind)
    rows[:] = 0.0
    rows[: 7 * LANES] = numbers.ravel()
    for k in (2, 6):  # bases are counted in units, and so is the point
        rows[k * LANES : (k + 1) * LANES] = numbers[k] / unit
    output, squares = np.ones(LANES, dtype=kind), np.ones(LANES, dtype=kind)
    _add_pair(output, squares, rows, kind.type(x / unit), kind.type(0.0), ERF)
    s, t = (special.erf(x * numbers[k] + numbers[k + 2]) for k in (0, 4))
    return output, squares, 1 + numbers[1] * s + numbers[5] * t, 1 + s**2 + t**2


@compiled
def combine(result, a, b, x):
    factor = spread(x)
    for i in range(0, len(a), step(a)):
        store(result, i, multiply_add(factor, load(a, i), load(b, i)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("start", [0, 1])  # vectors need not begin at a boundary
def test_vectors_hold_the_numbers_in_their_order(kind, start):
    a, b, result = (np.arange(16 * 9 + 1, dtype=kind)[start : start + 16 * 9] ** k for k in (1, 2, 3))
    combine(result, a, b, kind(0.5))
    np.testing.assert_array_equal(result, 0.5 * a + b)


def test_arrays_begin_at_a_boundary():
    arrays = [aligned(shape, kind) for shape in (1, (3, 5), (84, 64)) for kind in (*KINDS, np.uint32)]
    assert all(array.ctypes.data % BOUNDARY == 0 and array.flags.c_contiguous for array in arrays)
    assert [array.shape for array in arrays[::3]] == [(1,), (3, 5), (84, 64)]


@pytest.mark.parametrize(("kind", "bound"), [("float64", 1e-14), ("float32", 4e-6)])
def test_a_pair_of_neurons_is_that_of_scipy(kind, bound):
    output, squares, exact_output, exact_squares = one_point(kind)
    np.testing.assert_allclose(output, exact_output, rtol=0, atol=bound)
    np.testing.assert_allclose(squares, exact_squares, rtol=0, atol=bound)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names features of x86-64")
@pytest.mark.parametrize(
    "chosen",
    [
        {"NUMBA_CPU_NAME": "generic"},
        {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": ""},
        {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "+sse2,+avx,+avx2,+fma"},
    ],
    ids=["generic", "none", "avx2"],
)
def test_other_processors_give_the_same_within_rounding(chosen):
    environment = os.environ | chosen
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    output, squares, exact_output, exact_squares = (np.array(part) for part in json.loads(run.stdout))
    np.testing.assert_allclose(output, exact_output, rtol=0, atol=8e-6)
    np.testing.assert_allclose(squares, exact_squares, rtol=0, atol=8e-6)
    here, *_ = one_point("float32")
    np.testing.assert_allclose(output, here, rtol=0, atol=8e-6)
