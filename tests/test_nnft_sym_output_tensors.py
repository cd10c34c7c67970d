"""Isotropic tensors of outputs, against Haar averages, counts of invariants, and amplitudes of pairings."""

from math import comb, factorial

import numpy as np
import pytest
from scipy.stats import ortho_group, special_ortho_group

import nnft_sym as nn
from nnft_sym.symmetries.output_tensors import isotropic_tensors, output_tensors


def average(order, dimension, *, special, count=100):
    """The projector on invariant tensors, by brute force: the mean of R ⊗ … ⊗ R over the group."""
    kind = special_ortho_group if special else ortho_group
    total = np.zeros((dimension**order,) * 2)
    for matrix in kind.rvs(dimension, size=count, random_state=np.random.default_rng(5)):
        product = np.ones((1, 1))
        for _ in range(order):
            product = np.kron(product, matrix)
        total += product / count
    return total


@pytest.mark.parametrize(
    ("order", "dimension", "special"),
    [(2, 2, False), (4, 2, False), (2, 2, True), (4, 2, True), (3, 3, True), (3, 3, False), (4, 3, False),
     (4, 3, True), (5, 3, True), (4, 4, True)],
)  # fmt: skip
def test_they_span_what_the_group_leaves_alone(order, dimension, special):
    tensors = isotropic_tensors(order, dimension, special=special)
    projector = tensors.matrix @ tensors.inverse
    # what the group moves is smaller in the mean of random elements, and dies out in its powers
    haar = np.linalg.matrix_power(average(order, dimension, special=special), 64)
    assert np.allclose(haar, projector, atol=1e-9)
    assert round(float(np.trace(haar))) == tensors.rank


def test_numbers_of_invariants():
    # SO(2): tensors of charge zero; O(2): half of them
    for order in (2, 4, 6, 8):
        assert isotropic_tensors(order, 2, special=True).rank == comb(order, order // 2)
        assert isotropic_tensors(order, 2).rank == comb(order, order // 2) // 2
    # SO(3): Riordan numbers (spin-1 singlets)
    assert [isotropic_tensors(n, 3, special=True).rank for n in range(2, 7)] == [1, 1, 3, 6, 15]
    # pairings are independent up to n = 2D
    for order in (2, 4, 6):
        many = factorial(order) // (2 ** (order // 2) * factorial(order // 2))
        assert isotropic_tensors(order, 3).rank == many
    assert isotropic_tensors(3, 2).names == () == isotropic_tensors(3, 2, special=True).names


def test_names():
    names = isotropic_tensors(5, 3, special=True).names
    assert len(names) == 10
    assert names[0] == "ε₁₂₃ δ₄₅"
    assert isotropic_tensors(2, 2, special=True).products[1].latex == r"\epsilon_{a_{1} a_{2}}"


@pytest.mark.parametrize("special", [False, True])
def test_coefficients_are_the_amplitudes_of_pairings(special):
    net = nn.ErfNet(width=7, sigma_w=1.3, sigma_b=0.4)
    points = [[0.2], [-0.5], [1.1], [0.9]]
    found = output_tensors(net, points, special=special)
    known = nn.pairing_amplitudes(net, points)
    assert found.tensors.names[:3] == ("δ₁₂ δ₃₄", "δ₁₃ δ₂₄", "δ₁₄ δ₂₃")
    bound = found.coefficients.error[:3] + known.amplitude.error
    assert np.all(np.abs(found.coefficients.value[:3] - known.amplitude.value) <= bound)
    assert np.all(bound < 1e-13)
    assert found.isotropic
    # neurons are independent: no ε
    assert np.all(np.abs(found.coefficients.value[3:]) <= found.coefficients.error[3:])


def test_uniform_weights_leave_a_rest():
    net = nn.ErfNet(width=5).with_laws(output="uniform")
    points = [[0.2], [0.2], [1.1], [0.9]]
    found = output_tensors(net, points)
    assert not found.isotropic
    # the cubic invariant Σ_a (e_a)^⊗4 less its isotropic part, −(6/5)(σ_w⁴/N)E_1234 in front
    cubic = np.zeros((2,) * 4)
    cubic[0, 0, 0, 0] = cubic[1, 1, 1, 1] = 1.0
    tensors = found.tensors
    rest = cubic.ravel() - tensors.matrix @ (tensors.inverse @ cubic.ravel())
    four = nn.exact_correlators(nn.ErfNet(width=5), points, (2, 4)).connected()[4][0, 1, 2, 3]
    pairs = nn.pairing_amplitudes(nn.ErfNet(width=5), points)
    # E_1234 σ_w⁴/N from the cumulant of Gaussian weights: 3 E − Σ EE, and A = E − EE
    kernel = nn.ErfNet(width=5).kernel.weight(np.array(points), np.array(points))
    moment = float(pairs.amplitude.value[0]) + kernel[0, 1] * kernel[2, 3] / 5
    assert 3 * moment - sum(
        kernel[0, i] * kernel[j, k] for i, j, k in ((1, 2, 3), (2, 1, 3), (3, 1, 2))
    ) / 5 == (pytest.approx(float(four.value), rel=1e-12))
    expected = -(6 / 5) * moment * rest.reshape((2,) * 4)
    assert np.allclose(found.rest.value, expected, rtol=0, atol=1e-13)
    assert np.all(np.abs(found.rest.value - expected) <= found.rest.error + 1e-14)


def test_full_correlators_and_one_output():
    net = nn.ReLUNet(width=3)
    full = output_tensors(net, [[1.0]] * 4, 1, connected=False)
    assert full.tensors.rank == 1
    total = float(full.coefficients.value.sum())
    assert total == pytest.approx(float(nn.exact_correlators(net, [[1.0]], (4,))[4].value[0]), rel=1e-13)


def test_refusals():
    with pytest.raises(nn.NNFTError, match="too many components"):
        isotropic_tensors(10, 8)
    with pytest.raises(nn.NNFTError, match="outputs = 0"):
        output_tensors(nn.ErfNet(width=5), [[0.1]], 0)
