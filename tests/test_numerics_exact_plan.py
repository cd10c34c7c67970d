"""How exact tables are put together: the kept plan of partitions and halves against brute force.

Truths: sums over set partitions written out in plain Python, features integrated over a Gauss-Hermite grid,
and the moments of whole networks by counting which neurons meet, without cumulants.
"""

from functools import cache
from itertools import combinations
from math import perm, prod

import numpy as np
import pytest
from scipy.special import erf

from diagrams.combinatorics.set_partitions import set_partitions
from numerics.exact.correlators import exact_correlators
from numerics.exact.features.erf import FEW, LatticeMoments
from numerics.exact.neuron_cumulants import partition_sums
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import IndexRows, multisets
from numerics.networks.architectures import ErfNet
from numerics.results.estimate import Estimate
from numerics.results.gaussian_moments import wick_count


def closed_below(indices, order):
    """All even parts of some index tuples, by size."""
    return {
        size: np.unique(
            [
                tuple(row[k] for k in places)
                for row in indices.tolist()
                for places in combinations(range(order), size)
            ],
            axis=0,
        )
        for size in range(2, order + 1, 2)
    }


def by_hand(row, known):
    """Value, error and size of the sum over partitions into m even blocks, by m, of one tuple."""
    found = {}
    for partition in set_partitions(len(row)):
        if any(len(block) % 2 for block in partition):
            continue
        parts = [known[tuple(row[k] for k in block)] for block in partition]
        total = found.setdefault(len(partition), [0.0, 0.0, 0.0])
        total[0] += prod(value for value, _ in parts)
        total[1] += sum(
            error * prod(abs(value) for other, (value, _) in enumerate(parts) if other != place)
            for place, (_, error) in enumerate(parts)
        )
        total[2] += prod(abs(value) for value, _ in parts)
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("order", [2, 4, 6, 8])
@pytest.mark.parametrize("whole", [True, False])
def test_partition_sums_by_hand(seed, order, whole):
    rng = np.random.default_rng([seed, order, whole])
    n_points = int(rng.integers(1, 3 if order == 8 else 5))
    asked = multisets(n_points, order)
    if not whole:
        some = rng.choice(len(asked), size=min(len(asked), 3), replace=False)
        asked = asked[np.sort(some)]
    tables = {size: multisets(n_points, size) for size in range(2, order + 1, 2)}
    if not whole:
        tables = closed_below(asked, order)
    rows = {size: IndexRows(table, n_points) for size, table in tables.items()}
    known = {
        size: Estimate(rng.standard_normal(len(table)), rng.random(len(table)))
        for size, table in tables.items()
    }
    numbers = {
        tuple(row): (value, error)
        for size, table in tables.items()
        for row, value, error in zip(
            table.tolist(), known[size].value.tolist(), known[size].bound.tolist(), strict=True
        )
    }
    truths = [by_hand(row, numbers) for row in rows[order].indices.tolist()]
    for _ in range(2):  # the second time with the plan that was kept
        found = partition_sums(rows, known, order)
        for at, truth in enumerate(truths):
            for m, numbers_of_m in truth.items():
                np.testing.assert_allclose(found[m, :, at], numbers_of_m, rtol=1e-12, atol=1e-13)


def hermite_features(network, inputs):
    """Features at the nodes of a Gauss-Hermite grid over (W, b), with weights; d = 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / np.sqrt(2 * np.pi)
    w, b = (part.ravel() for part in np.meshgrid(nodes, nodes, indexing="ij"))
    z = network.sigma_w * np.outer(inputs, w) + network.sigma_b * b
    return erf(z), np.outer(weights, weights).ravel()


@pytest.mark.parametrize(("n_points", "order"), [(3, 2), (3, 4), (5, 6), (7, 4), (3, 8)])
def test_lattice_sums_on_a_grid_of_its_own(n_points, order):
    rng = np.random.default_rng([n_points, order])
    network, inputs = ErfNet(1, 0.6, 0.5), rng.uniform(-0.7, 0.7, n_points)
    indices = multisets(n_points, order)
    found = LatticeMoments(network, inputs[:, np.newaxis], order).moments(indices)
    features, weights = hermite_features(network, inputs)
    truth = [float(np.prod(features[row], axis=0) @ weights) for row in indices]
    np.testing.assert_allclose(found.value, truth, rtol=0, atol=1e-12)
    assert np.all(found.error < 1e-13)


@pytest.mark.parametrize("order", [4, 6])
def test_some_moments_are_those_of_the_whole_tensor(order):
    rng = np.random.default_rng(order)
    inputs = rng.uniform(-1, 1, (8, 2))
    lattice, indices = LatticeMoments(ErfNet(1, d_in=2), inputs, order), multisets(8, order)
    assert len(multisets(8, order // 2)) > FEW
    whole = lattice.moments(indices)
    for size in (1, 2, 40):
        some = rng.choice(len(indices), size=size, replace=False)
        few = lattice.moments(indices[some])
        np.testing.assert_allclose(few.value, whole.value[some], rtol=0, atol=1e-15)
        np.testing.assert_allclose(few.error, whole.error[some], rtol=0, atol=1e-15)


def of_whole_networks(network, fields, order):
    """E[f(1) … f(n)] from which factors meet in which neuron, or in the output bias; no cumulants."""
    features, weights = hermite_features(network, fields.inputs[:, 0])
    width, outputs = network.width, fields.outputs

    @cache
    def neuron(block):
        count = float(wick_count(outputs[list(block)][np.newaxis])[0])
        moment = float(np.prod(features[list(block)], axis=0) @ weights) if count else 0.0
        return (network.weight_variance / width) ** (len(block) / 2) * count * moment

    def bias(block):
        count = float(wick_count(outputs[block][np.newaxis])[0]) if block else 1.0
        return network.bias_variance ** (len(block) / 2) * count

    truth = []
    for row in fields.multisets(order).tolist():
        total = 0.0
        for size in range(0, order + 1, 2):
            for places in combinations(range(order), size):
                rest = [row[k] for k in range(order) if k not in places]
                total += bias([row[k] for k in places]) * sum(
                    perm(width, len(blocks)) * prod(neuron(tuple(rest[k] for k in block)) for block in blocks)
                    for blocks in (set_partitions(len(rest)) if rest else ((),))
                    if all(len(block) % 2 == 0 for block in blocks)
                )
        truth.append(total)
    return np.array(truth)


@pytest.mark.parametrize("seed", range(6))
def test_tables_of_random_field_sets_by_counting_neurons(seed):
    rng = np.random.default_rng(seed)
    inputs = rng.choice([-0.9, -0.3, 0.4, 0.8], size=3)  # repeated ones now and then
    outputs = None if seed % 2 else rng.integers(1, 3, size=3).tolist()
    fields = FieldSet(inputs, outputs)
    exact = exact_correlators(ErfNet(7, 0.7, 0.4), fields)
    for width in (1, 2, 7):
        table = exact.at_width(width)
        for order in (2, 4, 6):
            truth = of_whole_networks(ErfNet(width, 0.7, 0.4), fields, order)
            np.testing.assert_allclose(table[order].value, truth, rtol=1e-11, atol=1e-13)
