"""Contraction pair by pair against one plain `numpy.einsum` without any order."""

import numpy as np
import pytest

from numerics.tensor_network import contract_network

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
    path = np.einsum_path(subscripts, *tensors, optimize=("greedy", 2**30))[0][1:]
    want = np.einsum(subscripts, *tensors, optimize=False)
    np.testing.assert_allclose(contract_network(subscripts, tensors, path), want, rtol=1e-12, atol=1e-13)


def test_one_step_with_all_tensors():
    rng = np.random.default_rng(12)
    tensors = [rng.normal(size=(2, 3)), rng.normal(size=(4, 3)), rng.normal(size=(3, 3))]
    want = np.einsum("ai,bj,ij->ab", *tensors)
    np.testing.assert_allclose(contract_network("ai,bj,ij->ab", tensors, [(0, 1, 2)]), want, rtol=1e-12)


def test_a_vertex_without_legs():
    rng = np.random.default_rng(13)
    tensors = [rng.normal(size=(1, 3)), rng.normal(size=(2, 4)), rng.normal(size=(3, 4))]
    want = np.einsum("ai,bj,ij->ab", *tensors)
    np.testing.assert_allclose(contract_network("ai,bj,ij->ab", tensors, [(0, 2), (0, 1)]), want, rtol=1e-12)
