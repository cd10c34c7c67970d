"""Newton's method for places of least stress, against finite differences and brute minimisation."""

import numpy as np
import pytest
from scipy.optimize import minimize

from diagrams.diagram import Diagram
from diagrams.pictures.newton import _derivatives, polished
from diagrams.pictures.stress import distances, majorised

BOX = "x1-y1,x2-y2,x3-y3,x4-y4,y1-y2,y2-y3,y3-y4,y1-y4"


def wished(text):
    far = np.array(distances(Diagram.from_edge_string(text)))
    return far, 1 / (far + np.eye(len(far))) - np.eye(len(far))


def stress(z, inverse):
    apart = np.abs(z[:, None] - z)
    return ((apart * inverse - (inverse > 0)) ** 2).sum() / 2


@pytest.mark.parametrize("held", [[], [0], [0, 1]], ids=str)
def test_derivatives_are_those_of_the_stress(held):
    _, inverse = wished(BOX)
    rng = np.random.default_rng(1)
    z = rng.normal(size=8) + 1j * rng.normal(size=8)
    free = np.array([node for node in range(8) if node not in held])
    slope, curved = _derivatives(z[None], inverse, free)
    n, step = free.size, 1e-5

    def moved(i, by):
        at = z.copy()
        at[free[i % n]] += by if i < n else 1j * by
        return at

    for i in range(2 * n):
        difference = stress(moved(i, step), inverse) - stress(moved(i, -step), inverse)
        assert 2 * slope[0, i] == pytest.approx(difference / (2 * step), abs=1e-7)
        ahead, _ = _derivatives(moved(i, step)[None], inverse, free)
        behind, _ = _derivatives(moved(i, -step)[None], inverse, free)
        assert curved[0, i] == pytest.approx((ahead - behind)[0] / (2 * step), abs=1e-7)


@pytest.mark.parametrize(
    "text", [BOX, "x1-y1,x2-y1,y1-y2,y1-y3,y2-y3,y2-y3", "y1-y2,y1-y3,y1-y4,y2-y3,y2-y4,y3-y4"]
)
def test_the_stress_is_as_low_as_a_minimiser_finds_from_there(text):
    far, inverse = wished(text)
    n = len(far)
    rng = np.random.default_rng(2)
    starts = rng.normal(size=(4, n)) + 1j * rng.normal(size=(4, n))

    def flat(x):
        return stress(x[:n] + 1j * x[n:], inverse)

    for found, places in majorised(starts.tolist(), far.tolist(), {}):
        z = np.array(places)
        assert found == pytest.approx(stress(z, inverse), abs=1e-12)
        lower = minimize(flat, np.concatenate([z.real, z.imag]), method="BFGS", options={"gtol": 1e-9})
        assert found == pytest.approx(lower.fun, abs=1e-8)


def test_a_saddle_is_not_taken_for_a_minimum():
    """Three nodes that should be equally far apart, almost on a line, to which Newton's method goes."""
    inverse = 1 - np.eye(3)
    start = np.array([[-0.75, 0.001j, 0.75]])
    places, found = polished(start, inverse, [], 1e-10)
    assert not found[0]
    assert np.array_equal(places, start)
    [(least, _)] = majorised(start.tolist(), (1 / np.where(inverse, inverse, np.inf)).tolist(), {})
    assert least == pytest.approx(0.0, abs=1e-12)


def test_held_nodes_stay():
    far, _ = wished(BOX)
    rng = np.random.default_rng(3)
    start = (rng.normal(size=8) + 1j * rng.normal(size=8)).tolist()
    held = {0: start[0], 5: start[5]}
    [(_, places)] = majorised([start], far.tolist(), held)
    assert [places[node] for node in held] == list(held.values())
