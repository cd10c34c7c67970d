"""Contraction pair by pair against one plain `numpy.einsum` without any order."""

import numpy as np
import pytest

from numerics.lowering.tensor_network import contract_network, plan_along, plan_contraction

NETWORKS = [
    "ad,bd->ab",
    "ad,be,de->ab",
    "ad,be,cf,de,ef->abc",
    "ad,be,cf,de,df,ef->abc",
    "ae,bf,cg,dh,ef,fg,gh,eh,eg->abcd",
    "ad,be,cf,de,df,ef->cba",
]
SIZES = dict(zip("abcdefgh", (2, 3, 1, 4, 5, 4, 3, 2), strict=True))


@pytest.mark.parametrize("subscripts", NETWORKS)
def test_equals_plain_einsum(subscripts):
    rng = np.random.default_rng(11)
    tensors = [rng.normal(size=[SIZES[c] for c in term]) for term in subscripts.split("->")[0].split(",")]
    want = np.einsum(subscripts, *tensors, optimize=False)
    np.testing.assert_allclose(contract_network(subscripts, tensors), want, rtol=1e-12, atol=1e-13)


def test_plans_with_one_step_for_all_tensors_or_in_any_order():
    rng = np.random.default_rng(12)
    size = {"a": 2, "b": 4, "i": 3, "j": 5}
    tensors = [rng.normal(size=[size[c] for c in term]) for term in ("ai", "bj", "ij")]
    want = np.einsum("ai,bj,ij->ab", *tensors)
    for path in ([(0, 1, 2)], [(0, 2), (0, 1)], [(1, 2), (0, 1)], [(0, 1), (0, 1)]):
        plan = plan_along("ai,bj,ij->ab", tuple(t.shape for t in tensors), path)
        np.testing.assert_allclose(plan.run(tensors), want, rtol=1e-12)


def test_cost_is_that_of_the_best_order():
    """A chain of matrices with a short end: from the short end, 2·5·7 + 2·7·11 multiplications."""
    plan = plan_contraction("ij,jk,kl->il", ((2, 5), (5, 7), (7, 11)))
    assert plan.operations == 2 * 5 * 7 + 2 * 7 * 11
    assert plan.largest == 7 * 11
