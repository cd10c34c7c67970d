"""Networks with several outputs over one hidden layer: the sampler against its twin and the exact answer."""

import math

import numpy as np
import pytest
from scipy import stats

from numerics.errors import InvalidPoints, NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.inference.comparison import compare
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.networks.own import ActivationNet
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.estimators.moments import moment_plan, moments_reference
from numerics.sampling.runs.checkpoints import CheckpointMismatch

LINE = np.array([[0.4], [0.4], [-0.7], [0.4], [1.1]])
PLANE = np.array([[0.4, -0.2], [0.4, -0.2], [-0.7, 0.5], [0.4, -0.2], [1.1, 0.3]])
COMPONENTS = (1, 2, 1, 3, 2)


def logistic(z):
    return 1.0 / (1.0 + math.exp(-z))


NETS = [
    (ErfNet(4, 1.3, 0.4), LINE),
    (ErfNet(3, 1.3, 0.4, 2), PLANE),
    (ReLUNet(5), LINE),
    (ReLUNet(4, 0.9, 0.5, 2), PLANE),
    (GaussNet(3, 0.4, 0.3), LINE),
    (CosNet(5, 1.4, 0.8), LINE),
    (CosNet(2, 1.4, 0.8, 2), PLANE),
    (ActivationNet(3, logistic, 1.1, 0.3), LINE),
    (ErfNet(3).with_laws(hidden="uniform", output="uniform"), LINE),
]


@pytest.mark.parametrize(("network", "points"), NETS, ids=[repr(network) for network, _ in NETS])
@pytest.mark.parametrize(("precision", "accuracy"), [("double", 1e-11), ("single", 2e-5)])
def test_sampler_agrees_with_its_twin(network, points, precision, accuracy):
    ensemble = Ensemble(network, points, seed=5, precision=precision, outputs=COMPONENTS)
    found = ensemble.correlators(1500, orders=(1, 2, 3, 4), n_blocks=3)
    outputs = ensemble.outputs(1500)
    np.testing.assert_allclose(
        found.origin.sums,
        moments_reference(outputs, moment_plan(5, (1, 2, 3, 4))),
        rtol=accuracy,
        atol=accuracy * 1500,
    )
    # the same hidden layer, and the first output is that of the network with one
    one = Ensemble(network, points, seed=5).outputs(200)
    np.testing.assert_allclose(outputs[:200, [0, 2]], one[:, [0, 2]], rtol=1e-12, atol=1e-14)
    # (all neurons of a ReLU-net may be off)
    assert np.mean(np.isclose(outputs[:, 1], outputs[:, 0])) < 0.1


@pytest.mark.statistical
@pytest.mark.parametrize("estimator", ["plain", "conditional"])
@pytest.mark.parametrize("number", [0, 3, 5])
def test_correlators_against_the_exact_ones(number, estimator):
    network, points = NETS[number]
    exact = exact_correlators(network, points, (2, 4), outputs=COMPONENTS)
    chances = []
    for seed in range(12):
        ensemble = Ensemble(network, points, seed=seed, estimator=estimator, outputs=COMPONENTS)
        sample = ensemble.correlators(40_000, orders=(2, 4), n_blocks=200)
        difference = np.concatenate([sample[n].value - exact[n].value for n in (2, 4)])
        chances.append(compare(difference, sample.covariance((2, 4)), 200, threshold=1e-3).p_value)
    assert stats.kstest(chances, "uniform").pvalue > 1e-3
    assert min(chances) > 1e-5
    # G_c^(4)_1122 is not zero: the outputs are dependent, and that is seen
    row = sample[4].indices.tolist().index([0, 0, 1, 1])
    connected = sample.connected()[4]
    assert connected.value[row] > 5 * connected.error[row]
    assert abs(connected.value[row] - exact.connected()[4].value[row]) < 4.5 * connected.error[row]


@pytest.mark.parametrize("estimator", ["plain", "conditional"])
def test_different_outputs_are_uncorrelated_by_construction_of_the_conditional_estimator(estimator):
    sample = Ensemble(ErfNet(5), LINE, seed=1, estimator=estimator, outputs=COMPONENTS).correlators(
        4000, orders=(2,), n_blocks=50
    )
    different = np.array([COMPONENTS[i] != COMPONENTS[j] for i, j in sample[2].indices])
    if estimator == "conditional":
        assert not np.any(sample[2].value[different])
    else:
        assert np.all(np.abs(sample[2].value[different]) < 4.5 * sample[2].error[different])
    assert np.all(sample[2].value[~different][[0, -1]] > 0)


def test_labels_count_in_ascending_order_and_are_kept_in_the_checkpoint(tmp_path):
    checkpoint = tmp_path / "run"
    options = {"n_networks": 3000, "orders": (2, 4), "n_blocks": 10, "checkpoint": checkpoint}
    one = Ensemble(ErfNet(3), LINE, outputs=(7, 9, 7, 12, 9)).correlators(**options)
    other = Ensemble(ErfNet(3), LINE, outputs=COMPONENTS)
    np.testing.assert_array_equal(
        one.origin.sums, other.correlators(3000, orders=(2, 4), n_blocks=10, n_threads=2).origin.sums
    )
    assert one.provenance["outputs"] == [7, 9, 7, 12, 9]
    with pytest.raises(CheckpointMismatch, match="outputs"):
        other.correlators(**options)
    with pytest.raises(CheckpointMismatch, match="outputs"):
        Ensemble(ErfNet(3), LINE).correlators(**options)


def test_what_has_no_meaning_is_refused():
    with pytest.raises(InvalidPoints, match="one whole number"):
        Ensemble(ErfNet(3), LINE, outputs=(1, 2))
    with pytest.raises(NotAvailable, match="correlated output weights"):
        Ensemble(ErfNet(3).with_laws(output_correlation=0.3), LINE, outputs=COMPONENTS)
