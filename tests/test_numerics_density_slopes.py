"""Slopes and jumps of densities by parts, symmetric powers by brute force, series over subsets by moments."""

from itertools import product
from math import sqrt

import numpy as np
import pytest
from scipy.stats import special_ortho_group

from numerics.errors import InvalidPoints, NotAvailable
from numerics.exact import set_series
from numerics.fields.index_sets import multisets
from numerics.fields.mixed_products import mixed_products, mixed_products_slope, orderings
from numerics.networks.density_slopes import density_jumps, log_density_slope, slope_accuracy, slope_rule
from numerics.networks.parameter_laws import as_law

LAWS = [
    "gaussian", "gaussian:mean=0.4,scale=1.7", "laplace:scale=0.5", "student-t:df=12", "uniform",
    "uniform:mean=0.3,scale=2", "scipy.logistic", "scipy.gumbel_r:scale=0.7", "scipy.expon:loc=-1",
    "scipy.uniform:loc=-1,scale=2", "scipy.beta:a=3,b=2",
]  # fmt: skip


@pytest.mark.parametrize("text", LAWS)
def test_by_parts(text):
    """∫p'(g) F(g) dg = −E F'(g), F = g³ and sin 2g."""
    law = as_law(text)
    for second in (False, True):
        nodes, weights = law.rule(2.0, 4, 4, second=second)
        places, slopes = slope_rule(law, 2.0, 4, 4, second=second)
        accuracy = max(1e-9, 10 * slope_accuracy(law))
        assert slopes @ places**3 == pytest.approx(-3 * weights @ nodes**2, rel=accuracy)
        assert slopes @ np.sin(2 * places) == pytest.approx(-2 * weights @ np.cos(2 * nodes), abs=accuracy)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("gaussian:mean=1,scale=2", "scipy.norm:loc=1,scale=2"),
        ("laplace", f"scipy.laplace:scale={1 / sqrt(2)}"),
        ("cauchy:scale=2", "scipy.cauchy:scale=2"),
        ("student-t:df=5", f"scipy.t:df=5,scale={sqrt(3 / 5)}"),
    ],
)
def test_formulas_agree_with_scipy(text, written):
    g = np.array([-3.1, -0.4, 0.2, 1.7])
    found, other = log_density_slope(as_law(text), g), log_density_slope(as_law(written), g)
    assert found == pytest.approx(other, rel=1e-8)
    assert density_jumps(as_law(text)) == density_jumps(as_law(written)) == ()


def test_laws_without_a_density_are_refused():
    with pytest.raises(NotAvailable, match="no density that is known"):
        log_density_slope(as_law("rademacher"), np.zeros(1))
    with pytest.raises(NotAvailable, match="infinite at"):
        density_jumps(as_law("scipy.arcsine"))


def test_mixed_products_are_symmetric_powers():
    matrix = np.random.default_rng(1).standard_normal((3, 3))
    tensor = np.random.default_rng(2).standard_normal(3)  # f f f of one vector, and the same mixed
    for order in (1, 2, 3, 4):
        rows = multisets(3, order)
        before, after = (np.prod(v[rows], axis=1) for v in (tensor, matrix @ tensor))
        assert mixed_products(matrix, order) @ before == pytest.approx(after, rel=1e-12)
        h = 1e-6
        after, before = (mixed_products(np.eye(3) + t * matrix, order) for t in (h, -h))
        assert mixed_products_slope(matrix, order) == pytest.approx((after - before) / (2 * h), abs=1e-6)
    assert mixed_products(matrix, 0).tolist() == [[1.0]]
    turn = special_ortho_group.rvs(3, random_state=np.random.default_rng(3))
    root = np.sqrt(orderings(3, 4))
    rotation = root[:, None] * mixed_products(turn, 4) / root
    assert rotation @ rotation.T == pytest.approx(np.eye(15), abs=1e-12)
    assert orderings(3, 4).sum() == 3**4
    with pytest.raises(InvalidPoints):
        mixed_products(np.ones((2, 3)), 2)


def test_series_over_subsets():
    """Moments of sums of independent equal parts, at three fields, by listing all values."""
    values = np.array([[0.3, -1.0, 0.2], [1.1, 0.4, -0.7]])  # two equally likely triples

    def moments(sample):
        return np.array(
            [np.mean(np.prod(sample[:, [k for k in range(3) if s >> k & 1]], axis=1)) for s in range(8)]
        )

    one = moments(values)
    three = moments(np.array([sum(values[k] for k in choice) for choice in product((0, 1), repeat=3)]))
    assert set_series.power(one, 3) == pytest.approx(three, rel=1e-12)
    assert set_series.product(set_series.power(one, 2), one) == pytest.approx(three, rel=1e-12)
    assert set_series.quotient(three, one) == pytest.approx(set_series.power(one, 2), rel=1e-12)
    assert len(set_series.subsets_of(0b111)) == 2**3
