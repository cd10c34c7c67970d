"""Integrals of low orders by a second method: contraction against closed form, or against Sobol points."""

import numpy as np
import pytest

from nnft_sym import Action, correlator
from numerics.domains import Box, WholeSpace
from numerics.integration import Method, vertex_tensor
from numerics.lowering import lower
from numerics.networks import network
from numerics.refinement import Settings

INPUTS = {1: [[-0.4], [0.3]], 2: [[-0.4, 0.1], [0.3, 0.5]]}
BOTH, QUARTIC = "lambda*f**4 + kappa*f**6", "lambda*f**4"


def integrals(action, n, order):
    """The distinct connected integrals of the n-point function up to an order."""
    return lower(correlator(Action(action), n, order=order).monomials()).integrands


@pytest.mark.parametrize("name", ["gauss", "cos"])
@pytest.mark.parametrize(
    ("d", "action", "n", "order", "count"),
    [(1, BOTH, 2, 2, 15), (1, BOTH, 4, 2, 29), (1, BOTH, 6, 2, 38), (1, QUARTIC, 4, 3, 23),
     (2, QUARTIC, 2, 2, 4), (2, QUARTIC, 4, 2, 7), (2, QUARTIC, 6, 2, 8)],
)  # fmt: skip
def test_contraction_against_closed_form(name, d, action, n, order, count):
    kernel = network(name, 5, d_in=d).kernel
    found = integrals(action, n, order)
    assert len(found) == count
    for integrand in found:
        closed = vertex_tensor(integrand, kernel, INPUTS[d], WholeSpace(), method=Method.CLOSED_FORM)
        settings = Settings(rtol=1e-13, max_bytes=2**30)
        grid = vertex_tensor(
            integrand, kernel, INPUTS[d], WholeSpace(), method=Method.GRID, settings=settings
        )
        assert "grid" in grid.method
        np.testing.assert_allclose(grid.value, closed.value, rtol=1e-12, err_msg=str(integrand))


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("name", ["erf", "relu"])
@pytest.mark.parametrize(("n", "order"), [(2, 2), (4, 2), (6, 2), (4, 3)])
def test_contraction_against_sobol_points(name, n, order):
    """All integrals of λ f⁴ in d = 1; the scatter of 16 scramblings is the error of the peer."""
    kernel = network(name, 5).kernel
    pulls = []
    for integrand in integrals(QUARTIC, n, order):
        settings = Settings(rtol=1e-3, max_nodes=2**17)
        # one input is enough to see a wrong line, and keeps the pulls independent
        points = INPUTS[1][1:]
        grid = vertex_tensor(integrand, kernel, points, Box(3.0), rtol=1e-6, method=Method.GRID)
        peer = vertex_tensor(
            integrand, kernel, points, Box(3.0), method=Method.QUASI_MONTE_CARLO, settings=settings
        )
        assert np.all(peer.error <= 0.05 * np.abs(grid.value)), str(integrand)
        pulls.extend(((peer.value - grid.value) / np.hypot(peer.error, grid.error)).tolist())
    # Student with 15 degrees of freedom: beyond 6 once in 4e4
    assert np.max(np.abs(pulls)) < 6.0
