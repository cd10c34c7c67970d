"""The inverted characteristic function against integrals over the parameters, and against itself."""

from math import pi, sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erf

from numerics.errors import InvalidPoints, NotAvailable, SingularProblem
from numerics.exact.inverted_density import InversionPlan, inverted_law
from numerics.exact.singular_law import singular_part
from numerics.fields.field_set import FieldSet
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.networks.own import ActivationNet
from numerics.results.quality import Quality

AT = np.array([[0.0], [0.4], [-1.3]])


def bell(f, variance):
    return np.exp(-0.5 * f * f / variance) / np.sqrt(2 * pi * variance)


def test_one_neuron_with_output_bias():
    """P(φ) = E N(φ; 0, sw² erf(z)² + sb²)."""
    found = inverted_law(ErfNet(1, sigma_w=0.8, sigma_b=0.5), [[0.7]], 4.0).density(AT)
    deviation = sqrt((0.8 * 0.7) ** 2 + 0.25)
    for f, value, error in zip(AT[:, 0], found.value, found.error, strict=True):

        def integrand(g, f=f):
            return bell(g, 1.0) * bell(f, (0.8 * erf(deviation * g)) ** 2 + 0.25)

        assert abs(value - quad(integrand, -9, 9, epsabs=1e-13)[0]) < max(float(error), 1e-11)
        assert error < 1e-9


@pytest.mark.parametrize("width", [2, 3, 4])
def test_a_few_cosines(width):
    """Given the phases the output is Gaussian: averages over periodic phases, by the trapezoidal rule."""
    phases = (np.arange(40) + 0.5) * pi / 40
    squares = np.cos(phases) ** 2
    variance = sum(np.meshgrid(*[squares] * width, indexing="ij")) / width
    at = np.array([[0.8], [-1.5]])
    found = inverted_law(CosNet(width), [[0.3]], 4.0).density(at)
    direct = np.array([bell(f, variance).mean() for f in at[:, 0]])
    assert np.all(np.abs(found.value - direct) <= found.error + 1e-6 * (width == 2) + 1e-8)
    assert np.all(found.error < (2e-4 if width == 2 else 1e-7))


def test_a_marginal_of_two_points():
    law = inverted_law(CosNet(12), [[0.0], [0.8]], 5.0)
    alone = inverted_law(CosNet(12), [[0.0]], 5.0).density([[0.25]])
    grid = np.linspace(-3.5, 3.5, 141)
    rows = np.stack([np.full_like(grid, 0.25), grid], axis=1)
    marginal = law.density(rows).value.sum() * (grid[1] - grid[0])
    assert law.converged
    assert abs(marginal - float(alone.value[0])) < 1e-5


def test_what_the_error_says():
    """A coarser plan is off by no more than it says."""
    fine = inverted_law(GaussNet(8, 0.6, 0.6), [[0.4]], 4.0).density(AT)
    for plan in (InversionPlan(accuracy=1e-4, reach=3.0), InversionPlan(accuracy=1e-6, reach=4.0)):
        coarse = inverted_law(GaussNet(8, 0.6, 0.6), [[0.4]], 4.0, plan).density(AT)
        assert np.all(np.abs(coarse.value - fine.value) <= coarse.error + fine.error)
        assert np.all(coarse.error < 1e-2)


def test_probabilities_add_up():
    law = inverted_law(ReLUNet(6, output_bias=0.4), [[0.9]], 5.0)
    found = law.probabilities([-np.inf, -1.0, 0.0, 2.0, np.inf])
    assert abs(found.value.sum() - 1.0) < 1e-12
    assert abs(found.value[0] + found.value[1] - 0.5) < 1e-12
    assert found.value[1] > found.value[0] > 0.0
    with pytest.raises(InvalidPoints, match="known within"):
        law.probabilities([0.0, 100.0])


def test_what_cannot_be_inverted():
    with pytest.raises(NotAvailable, match="falls so slowly"):
        inverted_law(CosNet(1), [[0.0]], 3.0)
    with pytest.raises(NotAvailable, match="falls so slowly"):
        inverted_law(ReLUNet(5), [[1.0]], 3.0)  # an atom
    with pytest.raises(NotAvailable, match="one or two"):
        inverted_law(CosNet(9), [[0.0], [1.0], [2.0]], 3.0)
    with pytest.raises(SingularProblem, match="rank 1"):
        inverted_law(ErfNet(9), [[0.4], [0.4]], 3.0)
    assert inverted_law(CosNet(2), [[0.0]], 3.0).density([[0.5]]).quality is Quality.NOT_CONVERGED


@pytest.mark.parametrize(
    ("network", "points", "share"),
    [
        (ReLUNet(4), [[1.0]], 0.5),
        (ReLUNet(4), [[1.0], [-1.0]], 0.5),
        (ReLUNet(4, sigma_b=1.0), [[1.0]], 0.0),
        (ReLUNet(4, sigma_b=1.0), [[1.0], [-1.0]], 0.25),
        (ReLUNet(4, sigma_b=1.0, output_bias=False), [[1.0], [-1.0]], 0.5),
        (ActivationNet(4, "leaky_relu", output_bias=False), [[1.0]], 0.0),
        (ErfNet(4), [[1.0], [-1.0], [0.3]], 0.0),
        (CosNet(2), [[1.0], [-1.0], [0.3]], 1.0),
        (GaussNet(4), [[1.0], [-1.0]], 0.0),
    ],
)
def test_shares_of_silent_neurons(network, points, share):
    """Probability that a neuron is silent at a point, or, with an output bias, in a contrast of two."""
    found = singular_part(network, FieldSet(points))
    assert abs(found.share - share) < 0.02
    assert found.weight == found.share**network.width
