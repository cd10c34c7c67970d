"""Several outputs over one hidden layer: δ structure, brute force over networks, and the exact tensors."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from diagrams.combinatorics.pairings import pairings
from numerics.errors import InvalidPoints, NotAvailable
from numerics.exact.correlators import exact_correlators, exact_cumulant
from numerics.exact.features.choose import feature_moments
from numerics.exact.inputs import refuse_extremes
from numerics.exact.output_structure import pairing_amplitudes
from numerics.fields.index_sets import ranks
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet

CASES = [
    (ErfNet(3, 0.9, 0.7), [[-0.8], [0.3], [1.1], [0.3]]),
    (ErfNet(3, 0.9, 0.0, 3), [[-0.8, 0.1, 0.2], [0.3, 1.0, -0.4], [1.1, 0.0, 0.6], [0.2, 0.2, -0.9]]),
    (ReLUNet(4, 1.1, 0.6), [[-0.8], [0.3], [1.1], [0.4]]),
    (ReLUNet(2, 1.1, 0.0, 2), [[-0.8, 0.3], [0.3, 0.5], [1.1, -0.1], [0.4, 0.4]]),
    (GaussNet(5, 0.5, 0.4), [[-0.8], [0.3], [1.1], [0.4]]),
    (CosNet(3, 1.2, 0.8, 2), [[-0.8, 0.3], [0.3, 0.5], [1.1, -0.1], [0.4, 0.4]]),
]
NAMES = [f"{net.name}-d{net.d_in}" for net, _ in CASES]


@pytest.mark.parametrize(("net", "points"), CASES, ids=NAMES)
@pytest.mark.parametrize("order", [2, 4, 6])
def test_amplitudes_and_tensors_are_two_ways_to_every_component(net, points, order):
    """Cumulants of pair products times δ's against moment-cumulant formulas over fields (a, x)."""
    chosen = ([*points, *points])[:order]
    structure = pairing_amplitudes(net, chosen)
    scale = np.abs(structure.amplitude.value).sum()
    for outputs in product((1, 2, 3), repeat=order):
        if outputs[0] != 1 or (order == 6 and sum(outputs) % 3):
            continue
        two = exact_cumulant(net, chosen, outputs)
        one = structure.component(outputs)
        assert abs(float(one.value - two.value)) <= float(one.error + two.error) <= 1e-11 * scale
    alone = exact_cumulant(net, chosen)
    assert float(structure.component([7] * order).value) == pytest.approx(
        float(alone.value), abs=1e-12 * scale
    )
    assert len(structure.pairings) == {2: 1, 4: 3, 6: 15}[order]


def parameter_average(net, points, width, row_outputs, row, rng):
    """E[Π f_a(x)] by drawing hidden parameters and doing the output layer by Wick's theorem."""
    n = 100_000
    weights = rng.normal(size=(n, width, net.d_in)) * net.sigma_w / np.sqrt(net.d_in)
    deviation = net.hidden_bias_deviation
    biases = (
        rng.uniform(-np.pi, np.pi, (n, width))
        if deviation is None
        else deviation * rng.normal(size=(n, width))
    )
    s = net.features(weights.reshape(-1, net.d_in), biases.ravel(), np.array(points)).reshape(n, width, -1)
    total = np.zeros(n)
    for pairs in pairings(range(len(row))):
        term = np.ones(n)
        for i, j in pairs:
            same = float(row_outputs[i] == row_outputs[j])
            inner = (s[:, :, row[i]] * s[:, :, row[j]]).mean(axis=1)
            term *= same * (net.bias_variance + net.weight_variance * inner)
        total += term
    return total.mean(), total.std() / np.sqrt(n)


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("net", "points"), [CASES[0], CASES[2], CASES[4], CASES[5]], ids=["erf", "relu", "gauss", "cos"]
)
def test_full_correlators_of_two_outputs_against_sampled_networks(net, points):
    """Fields 0..3 are (output 1, x_0), (output 2, x_0), (output 1, x_1), (output 2, x_2)."""
    rng = np.random.default_rng(5)
    at, outputs = [0, 0, 1, 2], (1, 2, 1, 2)
    exact = exact_correlators(net, [points[i] for i in at], outputs=outputs)
    assert exact.outputs.tolist() == list(outputs)
    pulls = []
    for row in ([0, 0, 1, 1], [0, 1, 2, 3], [0, 0, 0, 2], [0, 0, 1, 1, 2, 2], [0, 1, 1, 2, 3, 3]):
        components = [outputs[i] for i in row]
        mean, error = parameter_average(net, points, net.width, components, [at[i] for i in row], rng)
        found = exact[len(row)].full[ranks(np.array(row), 4)]
        pulls.append((mean - found) / error)
    assert stats.chi2.sf(np.sum(np.square(pulls)), 5) > 1e-3


def test_outputs_are_uncorrelated_but_dependent():
    """G_c^(4)_{1122} = sw⁴ Cov(s_1 s_2, s_3 s_4)/N, and full G^(4)_{1122} = K K + that."""
    net, x = ErfNet(4), [[-0.6], [0.2], [0.6], [1.0]]
    exact = exact_correlators(net, x, outputs=(1, 1, 2, 2))
    two = exact[2].full
    k = net.kernel.full(np.array(x), np.array(x))
    assert two[ranks(np.array([0, 2]), 4)] == 0.0
    assert two[ranks(np.array([0, 1]), 4)] == pytest.approx(k[0, 1], rel=1e-14)
    row = ranks(np.array([0, 1, 2, 3]), 4)
    a = pairing_amplitudes(net, x)
    assert exact[4].connected[row] == pytest.approx(float(a.amplitude.value[0]), rel=1e-11)
    assert exact[4].full[row] == pytest.approx(k[0, 1] * k[2, 3] + exact[4].connected[row], rel=1e-13)
    assert exact.at_width(8)[4].connected[row] == pytest.approx(exact[4].connected[row] / 2, rel=1e-13)


def test_rotation_invariant_combination_vanishes():
    """O(D): T = G_1111 − G_1122 − G_1212 − G_1221 = 0 for any four points."""
    for net, points in CASES:
        g = {
            c: exact_cumulant(net, points, c)
            for c in [(1, 1, 1, 1), (1, 1, 2, 2), (1, 2, 1, 2), (1, 2, 2, 1)]
        }
        values = [float(one.value) for one in g.values()]
        errors = sum(float(one.error) for one in g.values())
        assert abs(values[0] - sum(values[1:])) <= errors <= 1e-11 * max(map(abs, values))


def test_an_odd_number_of_one_output_vanishes_and_wrong_outputs_are_refused():
    net, points = CASES[0]
    assert float(exact_cumulant(net, points, (1, 1, 1, 2)).value) == 0.0
    assert float(exact_cumulant(net, points[:2], (1, 2)).value) == 0.0
    assert pairing_amplitudes(net, points[:3]).pairings == ()
    assert float(pairing_amplitudes(net, points[:1]).component((1,)).value) == 0.0
    for wrong in ([1, 2], [1.0, 1.0, 2.0, 2.0], [[1, 1, 2, 2]]):
        with pytest.raises(InvalidPoints, match="outputs"):
            exact_cumulant(net, points, wrong)
    with pytest.raises(NotAvailable, match="up to 10"):
        pairing_amplitudes(net, points * 3)
    with pytest.raises(NotAvailable, match="more than products of δ"):
        pairing_amplitudes(net.with_laws(output="uniform"), points)


def test_uniform_output_weights_break_the_rotation_of_outputs():
    """T = G_1111 − G_1122 − G_1212 − G_1221 = −(6/5)(sw⁴/N) E_1234 where O(D) would make it vanish."""
    net, points = ErfNet(3, 0.9, 0.7), [[-0.8], [0.3], [1.1], [0.3]]
    uniform = net.with_laws(output="uniform")
    t = float(exact_cumulant(uniform, points, (1, 1, 1, 1)).value)
    for components in ((1, 1, 2, 2), (1, 2, 1, 2), (1, 2, 2, 1)):
        t -= float(exact_cumulant(uniform, points, components).value)
    moment = feature_moments(net, np.array(points), 4).moments(np.array([[0, 1, 2, 3]])).value[0]
    assert t == pytest.approx(-6 / 5 * 0.9**4 / 3 * moment, rel=1e-11)


@pytest.mark.parametrize("scale", [1e74, 1e-74])
@pytest.mark.parametrize("make", [ErfNet, ReLUNet, GaussNet, CosNet])
def test_extremes_are_refused_before_anything_is_computed(make, scale):
    for order in (4, 6):
        points = [[1.0]] * order
        with pytest.raises(NotAvailable, match="beyond floating point"):
            exact_cumulant(make(3, scale), points)
        with pytest.raises(NotAvailable, match="beyond floating point"):
            exact_correlators(make(3, scale), points[:1])
        with pytest.raises(NotAvailable, match="beyond floating point"):
            exact_cumulant(make(3), [[1e200], *points[1:]])
        with pytest.raises(NotAvailable, match="beyond floating point"):
            pairing_amplitudes(make(3), [[1e200], *points[1:]])
    with pytest.raises(NotAvailable, match="beyond floating point"):
        exact_cumulant(make(3), [[1e200], [1e200]])
    refuse_extremes(make(3, 1e5), np.array([[1e5]]), 6)
