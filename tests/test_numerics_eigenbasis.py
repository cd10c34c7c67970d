"""The eigenbasis of deviations of blocks, whichever dimension is the smaller."""

import numpy as np
import pytest

from numerics.inference.dataset import Dataset
from numerics.inference.eigenbasis import eigenbasis, eigenbasis_of_deviations
from numerics.networks.architectures import ErfNet
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.neurons.neuron_ensemble import NeuronEnsemble


def test_basis_of_deviations_is_that_of_their_covariance():
    # More blocks than elements, and fewer: the same retained directions as the dense covariance.
    rng = np.random.default_rng(4)
    mixing = rng.standard_normal((12, 60)) * 10.0 ** -np.linspace(0, 5, 12)[:, np.newaxis]
    for n_blocks in (40, 200):
        means = rng.standard_normal((n_blocks, 12)) @ mixing
        sizes = rng.integers(3, 9, n_blocks)
        centred = means - np.average(means, axis=0, weights=sizes)
        deviations = centred * np.sqrt(sizes / ((n_blocks - 1) * sizes.sum()))[:, np.newaxis]
        dense = deviations.T @ deviations
        one, other = eigenbasis_of_deviations(deviations, 1e-6), eigenbasis(dense, n_blocks, 1e-6)
        assert one.rank == other.rank
        np.testing.assert_allclose(one.scale, other.scale, rtol=1e-12)
        np.testing.assert_allclose(one.eigenvalues, other.eigenvalues, rtol=1e-6)
        projector, wanted = one.retained @ one.retained.T, other.retained @ other.retained.T
        np.testing.assert_allclose(projector, wanted, atol=1e-4)
        inside = rng.standard_normal(12) @ mixing
        assert np.sum(one.whiten(inside) ** 2) == pytest.approx(np.sum(other.whiten(inside) ** 2), rel=1e-5)
        # What the blocks never do is a contradiction, what they do is none. A direction outside has small
        # parts along some of the discarded ones, which depend on the basis found there and pass for noise.
        outside = one.scale * np.linalg.svd(means / one.scale)[2][-1]
        assert one.violation(outside) == pytest.approx(1.0, abs=0.03)
        for discarded in one.discarded.T:
            assert one.violation(one.scale * discarded) == pytest.approx(1.0, rel=1e-5)
        assert one.violation(means[0] - means.mean(axis=0)) == 0.0


def test_single_neurons_have_a_basis_like_networks():
    network, points = ErfNet(20), [[0.4], [1.0]]
    neurons = NeuronEnsemble(network, points, seed=2).sample(5000, 4, 100)
    networks = Ensemble(network, points, seed=2).correlators(5000, (2, 4), 100)
    for sample in (neurons, networks):
        found = Dataset(sample).basis((2, 4))
        dense = eigenbasis(sample.covariance((2, 4)), 100)
        assert found.rank == dense.rank >= 2
        np.testing.assert_allclose(found.scale, dense.scale, rtol=1e-12)
        shift = sample[2].error[0] * np.ones(8)
        assert np.sum(found.whiten(shift) ** 2) == pytest.approx(np.sum(dense.whiten(shift) ** 2), rel=1e-6)
