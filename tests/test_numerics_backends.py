"""The compiled interpreter and its NumPy twin against plain Python sums, and against each other."""

import math
import random

import numpy as np
import pytest

from numerics.errors import LoweringError
from numerics.fields.index_sets import multisets
from numerics.integrals.evaluate.backends import NumbaBackend, NumpyBackend, default_backend

BACKENDS = [NumpyBackend(), NumbaBackend()]


def by_hand(table, factors, weights):
    """Exactly rounded sums of Python products."""
    out = []
    for rows in factors.tolist():
        out.append(math.fsum(w * math.prod(table[r][p] for r in rows) for p, w in enumerate(weights)))
    return np.array(out)


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda b: type(b).__name__)
@pytest.mark.parametrize(
    ("n_rows", "n_factors", "n_nodes"), [(6, 4, 64), (3, 1, 7), (2, 5, 33), (4, 6, 1), (5, 0, 20)]
)
def test_sums_of_products(backend, n_rows, n_factors, n_nodes):
    rng = np.random.default_rng(1)
    table, weights = rng.normal(size=(n_rows, n_nodes)), rng.normal(size=n_nodes)
    factors = multisets(n_rows, n_factors)
    expected = by_hand(table.tolist(), factors, weights.tolist())
    found = backend.product_sums(table, factors, weights)
    assert found.shape == (len(factors),)
    scale = by_hand(np.abs(table).tolist(), factors, np.abs(weights).tolist())
    assert np.all(np.abs(found - expected) <= 1e-15 * (4 + n_factors) * scale)


def test_compiled_and_numpy_agree_to_rounding_on_random_programs():
    rng = np.random.default_rng(2)
    for seed in range(50):
        pick = random.Random(seed)
        n_rows, n_nodes = pick.randint(1, 8), pick.choice([1, 15, 16, 17, 100, 5000])
        factors = rng.integers(0, n_rows, size=(pick.randint(1, 30), pick.randint(0, 7)))
        table, weights = rng.normal(size=(n_rows, n_nodes)), rng.normal(size=n_nodes)
        a, b = (backend.product_sums(table, factors, weights) for backend in BACKENDS)
        scale = NumpyBackend().product_sums(np.abs(table), factors, np.abs(weights))
        assert np.all(np.abs(a - b) <= 1e-14 * scale)


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda b: type(b).__name__)
@pytest.mark.parametrize(
    ("table", "factors", "weights"),
    [
        (np.ones((2, 3)), np.array([[0, 2]]), np.ones(3)),
        (np.ones((2, 3)), np.array([[0, -1]]), np.ones(3)),
        (np.ones((2, 3)), np.array([[0, 1]]), np.ones(4)),
        (np.ones(3), np.array([[0, 0]]), np.ones(3)),
        (np.ones((2, 3)), np.array([0, 1]), np.ones(3)),
    ],
)
def test_shapes_that_do_not_fit_are_refused(backend, table, factors, weights):
    with pytest.raises(LoweringError, match="do not fit"):
        backend.product_sums(table, factors, weights)


def test_small_problems_do_not_wait_for_a_compiler():
    assert isinstance(default_backend(126, 4, 128), NumpyBackend)
    assert isinstance(default_backend(462, 6, 1_000_000), NumbaBackend)
