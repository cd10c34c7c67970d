"""FAULTS I1: exact moments of ReLU-net where inputs are nearly parallel, or nearly opposite."""

import mpmath as mp
import numpy as np
import pytest

import nnft_sym as nn
from numerics.exact.features.relu import ReLUMoments

QUOTED = [
    [0.1, 0.2, 0.3, 0.4],
    [0.1000000015, 0.200000003, 0.3000000119, 0.400000006],
    [0.4, -0.3, 0.2, 0.1],
    [0.4000000060, -0.3000000119, 0.2000000030, 0.1000000015],
]


def two_pairs(network, points):
    """E[θ_1 θ_3 z_1 z_2 z_3 z_4] with 40 digits: z_2 and z_4 regressed on z_1 and z_3, then an arc integral.

    It leaves out where θ_1 θ_2 and θ_3 θ_4 differ from θ_1 and θ_3, which is of third order in the angles.
    """
    with mp.workdps(40):
        sw2, sb2 = mp.mpf(network.sigma_w) ** 2 / network.d_in, mp.mpf(network.sigma_b) ** 2
        x = [[mp.mpf(float(value)) for value in row] for row in points]
        c = [[sw2 * mp.fdot(a, b) + sb2 for b in x] for a in x]
        det = c[0][0] * c[2][2] - c[0][2] ** 2

        def regress(k):
            return [
                (c[k][0] * c[2][2] - c[k][2] * c[0][2]) / det,
                (c[k][2] * c[0][0] - c[k][0] * c[0][2]) / det,
            ]

        a, b = regress(1), regress(3)
        rest = c[1][3] - a[0] * c[0][3] - a[1] * c[2][3]
        turn = mp.acos(c[0][2] / mp.sqrt(c[0][0] * c[2][2]))

        def moment(p, q):
            size = c[0][0] ** (mp.mpf(p) / 2) * c[2][2] ** (mp.mpf(q) / 2)
            arc = mp.quad(lambda t: mp.cos(t) ** p * mp.cos(t - turn) ** q, [turn - mp.pi / 2, mp.pi / 2])
            n = p + q
            return size * 2 ** (mp.mpf(n) / 2) * mp.gamma(mp.mpf(n) / 2 + 1) * arc / (2 * mp.pi)

        total = a[0] * b[0] * moment(3, 1) + a[1] * b[1] * moment(1, 3)
        return float(total + (a[0] * b[1] + a[1] * b[0]) * moment(2, 2) + rest * moment(1, 1))


def test_the_quoted_command_has_an_answer():
    found = nn.exact_cumulant(nn.ReLUNet(5, d_in=4), QUOTED)
    equal = nn.exact_cumulant(nn.ReLUNet(5, d_in=4), [QUOTED[0], QUOTED[0], QUOTED[2], QUOTED[2]])
    assert found.trusted
    assert 0 < abs(float(found.value - equal.value)) < 1e-10
    moment = ReLUMoments(nn.ReLUNet(5, d_in=4), np.array(QUOTED)).moments(np.array([[0, 1, 2, 3]]))
    truth = two_pairs(nn.ReLUNet(5, d_in=4), QUOTED)
    assert moment.value[0] == pytest.approx(truth, rel=1e-13)
    assert moment.error[0] < 1e-12 * truth


@pytest.mark.parametrize("d_in", [3, 4, 5, 6])
@pytest.mark.parametrize("sigma_b", [0.0, 0.4])
def test_two_nearly_parallel_pairs(d_in, sigma_b):
    rng = np.random.default_rng(d_in)
    network = nn.ReLUNet(1, 1.1, sigma_b, d_in)
    for exponent in range(-14, -5):
        base = rng.normal(size=(2, d_in))
        points = base[[0, 0, 1, 1]] + 10.0**exponent * rng.normal(size=(4, d_in))
        found = ReLUMoments(network, points).moments(np.array([[0, 1, 2, 3]]))
        truth = two_pairs(network, points)
        scale = np.prod(np.linalg.norm(points, axis=1) + sigma_b)
        assert abs(found.value[0] - truth) <= found.error[0] + 1e-14 * truth
        assert found.error[0] < 1e-9 * scale


@pytest.mark.parametrize("seed", range(12))
def test_random_groups_of_parallel_and_opposite_inputs(seed):
    """Against equal points: the difference is at most of first order in the distance, and the errors hold."""
    rng = np.random.default_rng([7, seed])
    d_in, sigma_b = 3 + seed % 4, 0.4 * (seed % 3 == 0)
    number = rng.integers(0, 1 + seed % 3, size=4)
    signs = np.ones(4) if sigma_b else rng.choice([1.0, 1.0, -1.0, 2.0], size=4)
    flat = rng.normal(size=(4, d_in))[number] * signs[:, np.newaxis]
    delta = 10.0 ** rng.uniform(-14, -6)
    near = flat + delta * rng.normal(size=(4, d_in))
    network = nn.ReLUNet(1, 1.0, sigma_b, d_in)
    found, equal = nn.exact_cumulant(network, near), nn.exact_cumulant(network, flat)
    scale = 3 * np.prod(np.linalg.norm(near, axis=1) + sigma_b)
    assert np.isfinite(found.value)
    assert 0 <= found.error < 1e-9 * scale
    assert abs(found.value - equal.value) < 30 * delta * scale + found.error + equal.error


def test_the_error_holds_on_both_sides_of_where_steps_are_shared():
    """Across the switch to one step for two fields the moment is smooth: a line through its neighbours."""
    base = np.random.default_rng(5).normal(size=(3, 4))
    moved = np.random.default_rng(6).normal(size=4)
    network = nn.ReLUNet(1, 1.0, 0.0, 4)
    found = []
    for delta in (0.5e-4, 1.0e-4, 1.5e-4, 2.0e-4):
        points = np.array([base[0], base[0] + delta * moved, base[1], base[2]])
        one = ReLUMoments(network, points).moments(np.array([[0, 1, 2, 3]]))
        found.append((one.value[0], one.error[0]))
    values, errors = np.array(found).T
    # fourth point of a parabola through three, up to third order
    assert abs(values[0] - 3 * values[1] + 3 * values[2] - values[3]) < 8 * errors.max() + 1e-10
    assert np.all(errors < 2e-9)
