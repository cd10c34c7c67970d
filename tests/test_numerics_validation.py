"""Statistical validation of the sampler against the exact referee: every element, many seeds.

For each net the pulls of all elements of the 2-, 4- and 6-point functions, full and connected, have mean zero
and width one over seeds, and the p-values of the whole tensors are uniform (two-sided Kolmogorov-Smirnov).
"""

import numpy as np
import pytest
from scipy import stats

from numerics.exact.correlators import exact_correlators
from numerics.inference.comparison import compare
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.results.estimate import Quality
from numerics.sampling.ensemble import Ensemble

SEEDS = 24
LINE = np.array([[-1.0], [-0.2], [0.6]])
NETS = [
    (ErfNet(5), LINE),
    (ReLUNet(20), np.array([[0.2], [0.6], [1.2]])),
    (ReLUNet(10, 0.9, 0.4, 2), np.array([[0.5, -0.3], [1.0, 0.2], [-0.4, 0.8]])),
    (CosNet(5), LINE),
    (GaussNet(10, 0.2, 0.2), LINE),
]


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize(
    ("network", "points", "estimator"),
    [(*net, "plain") for net in NETS] + [(*NETS[0], "conditional")],
    ids=["erf", "relu", "relu-plane", "cos", "gauss", "erf-conditional"],
)
def test_every_element_over_many_seeds(network, points, estimator):
    exact = exact_correlators(network, points)
    pulls: dict[tuple[str, int], list[np.ndarray]] = {}
    chances: dict[tuple[str, int], list[float]] = {}
    for seed in range(SEEDS):
        # cumulants of the unbounded ReLU-net are skew: their errors need more networks
        n_networks = 400_000 if isinstance(network, ReLUNet) else 50_000
        sample = Ensemble(network, points, seed=1000 + seed, estimator=estimator).correlators(
            n_networks, n_blocks=100
        )
        assert all(one.quality is Quality.TRUSTED for one in sample.values())
        for order in (2, 4, 6):
            full = sample[order]
            numbers = [("full", full.value, sample.covariance((order,)), exact[order].value)]
            if order > 2:
                cumulant = sample.connected()[order]
                numbers.append(
                    ("connected", cumulant.value, cumulant.covariance, exact.connected()[order].value)
                )
            for kind, value, covariance, right in numbers:
                outcome = compare(value - right, covariance, 100, threshold=0.02)
                pulls.setdefault((kind, order), []).append(outcome.pulls)
                chances.setdefault((kind, order), []).append(outcome.p_value)
    for key, rows in pulls.items():
        z = np.array(rows)[:, exact_elements(rows)]
        # 4.5 standard errors for each of up to 28 elements; the last term is for sixth powers, which are skew
        assert np.all(np.abs(z.mean(axis=0)) < 4.5 / np.sqrt(SEEDS)), key
        assert np.all(np.abs(z.std(axis=0) - 1) < 4.5 / np.sqrt(2 * SEEDS) + 0.1 * (key[1] == 6)), key
    for key, one in chances.items():
        assert stats.kstest(one, "uniform").pvalue > 1e-4, key
        assert min(one) > 1e-6, key


def exact_elements(rows):
    """Elements that have a sampling error at all."""
    return np.any(np.array(rows) != 0, axis=0)
