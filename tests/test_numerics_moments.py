"""Symmetric moments: the plan, the compiled sums and the summation tree."""

from itertools import combinations_with_replacement
from math import fsum, prod

import numpy as np
import pytest

from numerics.errors import InvalidStatistics
from numerics.machine.intrinsics import GRAIN, LANES
from numerics.sampling.engine.page_sums import PairwiseSum
from numerics.sampling.estimators.moments import MAX_ORDER, accumulate_grain, moment_plan, moments_reference

RNG = np.random.default_rng(21)


def by_hand(outputs, orders):
    """Sum the products one by one."""
    n_points = outputs.shape[1]
    return [
        fsum(prod(row[i] for i in chosen) for row in outputs.tolist())
        for order in orders
        for chosen in combinations_with_replacement(range(n_points), order)
    ]


def compiled_sums(lanes, plan, offset=0, start=0, stop=GRAIN):
    sums = np.empty(plan.size)
    monomials = np.empty((len(plan.parent), GRAIN))
    tables = (plan.parent, plan.point, plan.left, plan.right)
    accumulate_grain(sums, lanes, monomials, offset, start, stop, *tables)
    return sums


@pytest.mark.parametrize(
    ("n_points", "orders"),
    [(1, (1,)), (1, (8,)), (2, (1, 2, 3, 4, 5, 6, 7, 8)), (3, (6, 2)), (6, (2, 4, 6)), (4, (5,)), (9, (3,))],
)
def test_sums_are_those_taken_by_hand(n_points, orders):
    lanes = RNG.standard_normal((n_points, LANES))
    plan = moment_plan(n_points, orders)
    exact = by_hand(lanes[:, :GRAIN].T, orders)
    scale = np.array(by_hand(np.abs(lanes[:, :GRAIN].T), orders))
    np.testing.assert_allclose(compiled_sums(lanes, plan) / scale, exact / scale, atol=3e-16 * MAX_ORDER)
    reference = moments_reference(lanes[:, :GRAIN].T, plan)
    np.testing.assert_allclose(reference / scale, exact / scale, atol=3e-16 * MAX_ORDER)


@pytest.mark.parametrize(("offset", "start", "stop"), [(0, 0, 1), (64, 3, 64), (192, 17, 18), (128, 0, 63)])
def test_sums_over_a_part_of_a_grain(offset, start, stop):
    lanes = RNG.standard_normal((3, LANES))
    plan = moment_plan(3, (1, 2, 6))
    part = lanes[:, offset + start : offset + stop].T
    np.testing.assert_allclose(
        compiled_sums(lanes, plan, offset, start, stop), by_hand(part, (1, 2, 6)), rtol=1e-11, atol=1e-11
    )


def test_single_precision_outputs_are_summed_in_double_precision():
    lanes = RNG.standard_normal((2, LANES)).astype(np.float32)
    plan = moment_plan(2, (6,))
    exact = by_hand(lanes[:, :GRAIN].astype(np.float64).T, (6,))
    np.testing.assert_allclose(compiled_sums(lanes, plan), exact, rtol=1e-12)


def test_slices_say_where_each_order_stands():
    plan = moment_plan(3, (4, 1, 2))
    sizes = [plan.slice_of(order).stop - plan.slice_of(order).start for order in (4, 1, 2)]
    assert sizes == [15, 3, 6]
    assert plan.slice_of(2) == slice(18, 24)
    with pytest.raises(InvalidStatistics, match=r"order 6 were not sampled, only \[4, 1, 2\]"):
        plan.slice_of(6)


@pytest.mark.parametrize("orders", [(), (0,), (9,), (2, 2), (2.0,), (-2,)])
def test_impossible_orders_are_refused(orders):
    with pytest.raises(InvalidStatistics, match="orders"):
        moment_plan(2, orders)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 13, 100])
def test_summation_tree_does_not_depend_on_the_size_of_the_pages(count):
    leaves = RNG.standard_normal((128, 5)) * 10.0 ** RNG.uniform(-8, 8, (128, 5))
    leaves[count:] = 0.0  # an unfinished page is filled with zeros
    totals = []
    for page in (1, 2, 4, 32):
        tree = PairwiseSum()
        for start in range(0, count, page):
            rows = leaves[start : start + page]
            while len(rows) > 1:
                rows = rows[0::2] + rows[1::2]
            tree.add(rows[0])
        totals.append(tree.value())
    for total in totals[1:]:
        np.testing.assert_array_equal(total, totals[0])
    exact = [fsum(column) for column in leaves.T.tolist()]
    scale = np.abs(leaves).sum(axis=0)
    np.testing.assert_allclose(totals[0] / scale, exact / scale, atol=1e-15)
