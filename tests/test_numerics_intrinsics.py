"""What is spelled out for the compiler: sums in a written order, and loops that work on several vectors."""

from math import fsum

import numba
import numpy as np
import pytest

from numerics.machine.intrinsics import GRAIN, LANES, dot_four_rows, dot_rows, interleave, multiply_add
from numerics.machine.special_functions import erf, minus_two_log, radius_fraction


@numba.njit
def four_at_once(matrix, i, j):
    return dot_four_rows(matrix, i, j)


@numba.njit
def one_by_one(matrix, i, j):
    return (
        dot_rows(matrix, i, j),
        dot_rows(matrix, i, j + 1),
        dot_rows(matrix, i, j + 2),
        dot_rows(matrix, i, j + 3),
    )


@pytest.mark.parametrize("seed", range(5))
def test_four_sums_are_each_that_of_two_rows(seed):
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((9, GRAIN)) * np.exp(rng.normal(0, 5, (9, 1)))
    for i, j in ((0, 0), (2, 5), (8, 3)):
        found = four_at_once(matrix, i, j)
        assert found == one_by_one(matrix, i, j)  # to the last bit
        for n in range(4):
            terms = matrix[i] * matrix[j + n]
            assert found[n] == pytest.approx(fsum(terms), rel=0, abs=1e-14 * fsum(np.abs(terms)))


def sampled_loop(count):
    """A loop like those of the sampler, on `count` vectors at a time (0: as the compiler likes)."""

    @numba.njit(error_model="numpy")
    def run(result, words, weights):
        for lane in range(LANES):
            radius = np.sqrt(minus_two_log(radius_fraction(words[lane], weights[lane])))
            result[lane] = multiply_add(radius, erf(weights[lane]), result[lane])
        if count:
            interleave(4)

    return run


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_interleaved_loops_give_the_same_bits(kind):
    rng = np.random.default_rng(3)
    words = rng.integers(0, 1 << 32, LANES, dtype=np.uint32)
    weights = rng.standard_normal(LANES).astype(kind)
    results, roots = [], []
    for count in (0, 4):
        run, result = sampled_loop(count), np.ones(LANES, dtype=kind)
        run(result, words, weights)
        results.append(result)
        code = run.inspect_asm(run.signatures[0])
        roots.append(code.count("sqrtps" if kind is np.float32 else "sqrtpd"))
    assert np.array_equal(*results)
    assert np.all(np.isfinite(results[0]))
    assert len(np.unique(results[0])) > LANES // 2
    if roots[0]:  # a processor with these instructions
        assert roots[1] >= 2 * roots[0]
