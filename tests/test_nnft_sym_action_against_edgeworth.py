"""Two ways to one number: the action by diagrams, and the logarithm of the Edgeworth series without any."""

import numpy as np
import pytest

import nnft_sym as nn
from nnft_sym.duality.edgeworth import edgeworth_series

NETS = {
    "erf": (nn.ErfNet(40, sigma_b=0.6), [0.0, 0.8, -1.3], (2, 4, 6, 8), 3),
    "relu": (nn.ReLUNet(60, sigma_b=0.7), [-1.0, -0.2, 0.6, 1.7], (2, 4, 6), 2),
    "gauss": (nn.GaussNet(200, sigma_w=0.5, sigma_b=0.2), [-1.5, 0.6], (2, 4, 6), 2),
    "skewed": (
        nn.ReLUNet(80, sigma_b=0.7).with_laws(output="scipy.gumbel_r:loc=-0.5772156649015329"),
        [-1.0, 0.6], (1, 2, 3, 4, 5, 6), 2,
    ),
    "correlated": (nn.ErfNet(30).with_laws(output_correlation=0.1), [0.2, 1.5], (2, 4, 6), 2),
}  # fmt: skip


PHI = np.array([[0.5, -0.3], [0.1, 0.2], [-0.7, -0.4]])


@pytest.mark.parametrize("name", NETS)
def test_values_order_by_order(name):
    net, points, orders, most = NETS[name]
    exact = nn.exact_correlators(net, [[x] for x in points], orders)
    action, series = nn.action_from_cumulants(exact, most), edgeworth_series(exact, most)
    root = np.linalg.cholesky(
        [[float(exact[2][i, j]) for j in range(len(points))] for i in range(len(points))]
    )
    phi = np.random.default_rng(2).normal(size=(6, len(points))) @ root.T
    for order in range(most + 1):
        found, want = action.value(phi, order), series.log_density(phi, order)
        np.testing.assert_allclose(found.value, -want.value, rtol=1e-11, atol=1e-11)
        assert np.all(np.abs(found.value + want.value) <= found.error + want.error)


SAMPLED = [(nn.CosNet(width=16), (2, 4, 6), 2), (NETS["skewed"][0], (1, 2, 3, 4), 1)]


@pytest.mark.parametrize(("net", "orders", "most"), SAMPLED)
def test_statistical_errors_are_the_same(net, orders, most):
    """Through vertices, lines and legs of diagrams, and through Hermite polynomials; those of a mean, too."""
    sample = nn.Ensemble(net, [[0.0], [0.9]], seed=5).correlators(40_000, orders, n_blocks=60)
    action, series = nn.action_from_cumulants(sample, most), edgeworth_series(sample, most)
    for order in range(most + 1):
        found, want = action.value(PHI, order), series.log_density(PHI, order)
        np.testing.assert_allclose(found.value, -want.value, rtol=1e-11)
        np.testing.assert_allclose(found.covariance, want.covariance, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize(("net", "orders", "most"), SAMPLED)
def test_deviations_are_differences(net, orders, most):
    """Every correlator moved by the deviation of one block, the mean, too; and the couplings, too."""
    sample = nn.Ensemble(net, [[0.0], [0.9]], seed=5).correlators(40_000, orders, n_blocks=60)
    connected, action = sample.connected(), nn.action_from_cumulants(sample, most)

    def moved(block, size):
        given = {}
        for order in orders:
            one = connected[order]
            (part,) = one.uncertainty.blocks
            value = one.value + size * part.deviations[block]
            given[order] = type(one)(one.fields, order, one.part, value, np.zeros(one.size))
        return nn.action_from_cumulants(given, most)

    for block in (0, 7, 33):
        high, low = moved(block, 1e-3), moved(block, -1e-3)
        for order in range(most + 1):
            (part,) = action.value(PHI, order).uncertainty.blocks
            slope = (high.value(PHI, order).value - low.value(PHI, order).value) / 2e-3
            np.testing.assert_allclose(part.deviations[block], slope, rtol=1e-5, atol=1e-9)
        for term, above, below in zip(action.terms, high.terms, low.terms, strict=True):
            (part,) = term.tensor.uncertainty.blocks
            slope = (above.tensor.value - below.tensor.value) / 2e-3
            np.testing.assert_allclose(part.deviations[block], slope, rtol=1e-4, atol=1e-6)
