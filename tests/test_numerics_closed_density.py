"""Densities as formulas, held against the inverted characteristic function, mpmath, sampled networks."""

import json
from itertools import pairwise
from math import pi, sqrt

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import chi2

import nnft_sym as nn
from nnft_sym.cli import run
from numerics.errors import InvalidPoints, NotAvailable
from numerics.exact import density_forms as forms
from numerics.exact.closed_density import closed_law
from numerics.exact.inverted_density import inverted_law
from numerics.fields.field_set import FieldSet

AT = np.array([[-0.31], [0.13], [0.7], [1.9]])
POINT = FieldSet([[0.9]])


def own(text, width, output="gaussian", **given):
    return nn.network("own", width, activation=text, output_law=output, **given)


@pytest.mark.parametrize(
    ("network", "name"),
    [
        (own("1", 6, sigma_b=0.4), "Gaussian"),
        (own("1", 7, "uniform", sigma_b=0.0), "sum of uniform numbers"),
        (own("2", 6, "laplace", sigma_b=0.0), "sum of Laplace numbers"),
        (own("z", 8, sigma_b=0.0), "Bessel function of a product of Gaussians"),
        (
            own("z/2", 9, sigma_b=0.7, output_bias=False, sigma_w=1.3),
            "Bessel function of a product of Gaussians",
        ),
        (own("-z", 8, "rademacher", sigma_b=0.3), "Gaussian"),
    ],
    ids=lambda one: one if isinstance(one, str) else repr(one),
)
def test_against_the_inversion(network, name):
    law = closed_law(network, POINT)
    found, other = law.density(AT), inverted_law(network, POINT, 4.0).density(AT)
    assert found.method == f"closed density: {name}"
    assert np.all(np.abs(found.value - other.value) <= found.error + other.error)
    assert np.all(found.error <= 1e-12)


@pytest.mark.parametrize("width", [4, 6, 9, 13, 16, 17, 30])
def test_inversions_of_laws_with_edges(width):
    """The characteristic function comes in waves; an inversion that stops at a zero was off by 3e-5."""
    network = own("1", width, "uniform", sigma_b=0.0)
    other = inverted_law(network, POINT, 4.0).density(AT)
    found = closed_law(network, POINT).density(AT)
    assert np.all(np.abs(found.value - other.value) <= found.error + other.error)
    assert np.all(other.error < 1e-9)


def test_sums_of_uniform_numbers_from_the_alternating_sum():
    from fractions import Fraction
    from math import comb, factorial

    for count in (1, 2, 5, 12, 40):
        for place in (Fraction(1, 10), Fraction(3, 4), Fraction(count) - Fraction(1, 3)):
            s = (place + count) / 2
            terms = [(-1) ** k * comb(count, k) * max(s - k, 0) ** (count - 1) for k in range(int(s) + 1)]
            exact = sum(terms, Fraction(0)) / factorial(count - 1) / 2
            value, error = forms.irwin_hall(np.array([[float(place)]]), 1.0, count)
            assert abs(value[0] - float(exact)) <= error[0]
            assert value[0] == pytest.approx(float(exact), rel=1e-12)


def bessel(x, shape, n):
    """The average over the law of the variance, in 22 digits: the trapezoidal rule in its logarithm."""
    with mpmath.workdps(22):
        quarter, power = mpmath.mpf(x) ** 2 / 4, mpmath.mpf(shape) - mpmath.mpf(n) / 2
        step = mpmath.mpf(1) / (6 * mpmath.sqrt(max(shape, x, 4.0)))
        middle = mpmath.log((power + mpmath.sqrt(power**2 + 4 * quarter)) / 2)
        places = [middle + k * step for k in range(-120, 121)]
        made = sum(mpmath.exp(power * t - mpmath.exp(t) - quarter * mpmath.exp(-t)) for t in places)
        return float(step * made / mpmath.gamma(shape) / (4 * mpmath.pi) ** (mpmath.mpf(n) / 2))


@pytest.mark.parametrize(
    ("shape", "n"), [(0.5, 1), (1.0, 1), (2.5, 3), (4.5, 2), (29.0, 1), (45.0, 2), (500.0, 1)]
)
def test_bessel_densities_from_their_integral(shape, n):
    for x in (0.3, 6.0, 40.0):
        row = np.zeros((1, n))
        row[0, 0] = x
        value, error = forms.variance_gamma(row, np.eye(n), shape)
        exact = bessel(x, shape, n)
        assert abs(value[0] - exact) <= error[0] + 1e-13 * exact
        assert error[0] < 1e-10 * value[0]


def test_where_bessel_densities_are_infinite():
    zero = np.zeros((1, 2))
    assert np.isinf(forms.variance_gamma(zero, np.eye(2), 1.0)[0][0])
    # Γ(1/2)/[4π Γ(3/2)]
    assert forms.variance_gamma(zero, np.eye(2), 1.5)[0][0] == pytest.approx(1 / (2 * pi), rel=1e-14)


def cosine(density, phi, edge):
    """∫ dθ/π of the density of a at φ/cos θ over |cos θ|, in 20 digits."""
    with mpmath.workdps(20):
        low = mpmath.mpf(abs(phi)) / edge

        def part(u):  # cos θ = low + (1 − low) sin² u
            c = low + (1 - low) * mpmath.sin(u) ** 2
            measure = 2 * mpmath.sqrt((1 - low) / (1 + c)) * mpmath.sin(u)
            return density(phi / c) / c * measure

        return float(2 / mpmath.pi * mpmath.quad(part, mpmath.linspace(0, mpmath.pi / 2, 9)))


@pytest.mark.parametrize("phi", [0.2, 0.7, 1.1])
def test_one_cosine_from_its_integral(phi):
    at = [[phi]]
    gauss = closed_law(nn.CosNet(1, sigma_a=1.2), POINT).density(at)
    exact = cosine(
        lambda a: mpmath.exp(-(a**2) / 2.88) / mpmath.sqrt(2.88 * mpmath.pi), phi, mpmath.mpf(10) ** 9
    )
    assert gauss.value[0] == pytest.approx(exact, rel=1e-12)
    flat = closed_law(nn.CosNet(1, sigma_a=1.2).with_laws(output="uniform"), POINT).density(at)
    edge = mpmath.sqrt(3) * mpmath.mpf("1.2")
    assert flat.value[0] == pytest.approx(cosine(lambda a: 1 / (2 * edge), phi, edge), rel=1e-12)


@pytest.mark.parametrize("phi", [0.1, 0.9, 1.3])
def test_two_cosines_from_their_convolution(phi):
    law = closed_law(nn.CosNet(2, sigma_a=sqrt(2)).with_laws(output="rademacher"), POINT)

    def inner(theta):
        rest = phi - np.cos(theta)
        return 1 / (pi * sqrt(1 - rest**2)) / pi if abs(rest) < 1 else 0.0

    edge = np.arccos(max(phi - 1, -1.0))
    inside = quad(inner, 0.0, edge, limit=400)[0]
    assert law.density([[phi]]).value[0] == pytest.approx(inside, rel=1e-6)


@pytest.mark.parametrize(
    "network",
    [
        nn.CosNet(1),
        nn.CosNet(1).with_laws(output="uniform"),
        nn.CosNet(1).with_laws(output="rademacher"),
        nn.CosNet(2).with_laws(output="rademacher"),
        own("1", 3, "uniform", sigma_b=0.0),
        own("1", 1, "laplace", sigma_b=0.0),
        own("z", 1, sigma_b=0.0),
        own("z", 5, sigma_b=0.0),
    ],
    ids=repr,
)
def test_they_are_normalised_and_have_the_variance_of_the_kernel(network):
    law = closed_law(network, POINT)
    found = law.probabilities([-np.inf, -0.4, 0.0, 0.9, np.inf])
    assert found.value.sum() == pytest.approx(1.0, abs=1e-8)
    assert found.value[0] + found.value[1] == pytest.approx(0.5, abs=1e-8)
    cuts = [0.0, *[one for one in law.breaks if one > 0.0], 40.0]
    parts = [
        quad(lambda x: 2 * x * x * law.density([[x]]).value[0], low, high, limit=400)[0]
        for low, high in pairwise(cuts)
    ]
    assert sum(parts) == pytest.approx(network.kernel.full(POINT.inputs, POINT.inputs)[0, 0], rel=1e-7)


def test_several_points_of_a_line():
    network = own("z", 5, sigma_b=0.0, d_in=3)
    fields = FieldSet([[0.9, 0.1, 0.0], [0.2, 0.7, 0.3], [0.0, 0.1, 0.8]])
    three = closed_law(network, fields)
    assert np.isfinite(three.density([[0.1, 0.2, -0.3]]).value).all()
    # the marginal of two of them
    pair, alone = (closed_law(network, FieldSet(fields.inputs[:n])) for n in (2, 1))
    left = quad(lambda y: pair.density([[0.4, y]]).value[0], -np.inf, np.inf)[0]
    assert left == pytest.approx(alone.density([[0.4]]).value[0], rel=1e-7)
    # sampled networks, counted in shells of φᵀK⁻¹φ
    kernel = network.kernel.full(fields.inputs, fields.inputs)
    sampled = np.concatenate(
        [np.asarray(one) for one in nn.Ensemble(network, fields, 5).iterate_outputs(40_000)]
    )
    radii = np.sqrt(np.einsum("ij,ij->i", sampled, np.linalg.solve(kernel, sampled.T).T))
    edges = np.append(np.linspace(0.0, 4.5, 19), np.inf)
    root = np.linalg.cholesky(kernel)

    def shell(r):
        return 4 * pi * r**2 * np.prod(np.diag(root)) * three.density([r * root[:, 0]]).value[0]

    expected = np.array([quad(shell, low, high)[0] for low, high in pairwise(edges.tolist())])
    assert expected.sum() == pytest.approx(1.0, abs=1e-6)
    counts = np.histogram(radii, edges)[0]
    value = float(np.sum((counts - len(radii) * expected) ** 2 / (len(radii) * expected)))
    assert 1e-3 < chi2.sf(value, len(counts) - 1) < 0.999


def test_outputs_of_constant_features_are_independent():
    network = own("1", 3, "laplace", sigma_b=0.0)
    pair = closed_law(network, FieldSet([[0.1], [0.5]], [1, 2])).density([[0.3, -0.8]])
    alone = closed_law(network, POINT).density([[0.3], [-0.8]])
    assert pair.value[0] == pytest.approx(np.prod(alone.value), rel=1e-14)
    assert 0.0 < pair.error[0] < 1e-13


def plain(z):
    return z


@pytest.mark.parametrize(
    ("network", "fields"),
    [
        (own("z", 5), POINT),  # an output bias
        (nn.ActivationNet(5, plain, sigma_b=0.0), POINT),  # who knows what it does elsewhere
        (own("1", 5, "uniform"), POINT),
        (own("z", 5, "laplace", sigma_b=0.0), POINT),
        (own("z", 5, sigma_b=0.0, hidden_law="uniform"), POINT),
        (own("z + 1", 5, sigma_b=0.0), POINT),
        (own("z", 5, sigma_b=0.0), FieldSet([[0.3], [0.5]])),  # of rank one
        (own("z", 5, sigma_b=0.0), FieldSet([[0.3], [0.5]], [1, 2])),
        (own("1", 5), FieldSet([[0.3], [0.5]])),
        (nn.CosNet(3), POINT),
        (nn.CosNet(1), FieldSet([[0.3], [0.5]])),
        (nn.CosNet(2, sigma_a=1.0).with_laws(output_correlation=0.2), POINT),
        (nn.ErfNet(5), POINT),
    ],
    ids=lambda one: repr(one)[:60],
)
def test_where_none_is_known(network, fields):
    assert closed_law(network, fields) is None


def test_what_is_refused():
    law = closed_law(own("z", 5, sigma_b=0.0, d_in=2), FieldSet([[0.9, 0.1], [0.2, 0.7]]))
    with pytest.raises(NotAvailable, match="one field; 2 were given"):
        law.probabilities([0.0, 1.0])
    with pytest.raises(InvalidPoints, match="rows of 2 numbers"):
        law.density([[0.1]])


def test_the_noun_and_the_command_use_them(capsys):
    network = own("z", 8, sigma_b=0.0)
    found = nn.density(network, [[0.9]], "1/N")
    assert found.exact([[0.2]]).method.startswith("closed density: Bessel")
    counted = found.histogram(networks=20_000, seed=3)
    assert 1e-3 < counted.judged("exact").p_value < 0.999
    words = (
        "density --net own --activation z --width 8 --sigma-b 0 --points 0.9 --order 1/N --at 0.2;1 --json"
    )
    assert run(words.split()) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["reference"] == "closed density: Bessel function of a product of Gaussians"
    assert answer["rows"][0]["reference"] == pytest.approx(found.exact([[0.2]]).value[0], rel=1e-15)
