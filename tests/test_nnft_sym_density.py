"""Densities of outputs: the series against other routes, closed and exact densities, samples; refusals."""

import json
from fractions import Fraction
from itertools import pairwise, product
from math import comb, factorial, floor, log, pi, sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma

import nnft_sym as nn
from nnft_sym.cli import run
from nnft_sym.duality.cumulant_action import action_from_cumulants
from nnft_sym.duality.density_refusals import refuse_atoms
from nnft_sym.duality.edgeworth import edgeworth_series
from nnft_sym.errors import InvalidExpansion
from numerics.errors import InvalidPoints, NotAvailable, SingularProblem
from numerics.fields.index_sets import multisets
from numerics.results.correlator import Correlator, Part
from numerics.results.quality import Quality


def symmetric(generator, m, n, size):
    """Make a symmetric tensor of n indices."""
    full = np.zeros((m,) * n)
    for row in multisets(m, n).tolist():
        value = size * generator.normal()
        for place in set(product(row, repeat=n)):
            if sorted(place) == sorted(row):
                full[place] = value
    return full


def by_complex_shift(cumulants, phi, order):
    """P/P_Gauss = E_u [exp Σ G^(r) (ψ + iu)^r/r!]_(to 1/N^order), ψ = K⁻¹φ, u ~ N(0, K⁻¹): Hermite nodes."""
    kernel = cumulants[2]
    m = len(kernel)
    root = np.linalg.cholesky(np.linalg.inv(kernel))
    nodes, weights = np.polynomial.hermite_e.hermegauss(3 * order + 2)
    total = 0.0
    for place in product(range(len(nodes)), repeat=m):
        z = np.linalg.solve(kernel, phi) + 1j * (root @ nodes[list(place)])
        shifts = np.zeros(2 * order + 1, dtype=complex)
        for legs, tensor in cumulants.items():
            if 3 <= legs <= 2 * order + 2:
                value = tensor.astype(complex)
                for _ in range(legs):
                    value = value @ z
                shifts[legs - 2] = value / factorial(legs)
        powers = np.zeros(2 * order + 1, dtype=complex)
        powers[0] = 1.0
        for p in range(1, 2 * order + 1):
            powers[p] = sum(q * shifts[q] * powers[p - q] for q in range(1, p + 1)) / p
        total += np.prod(weights[list(place)] / sqrt(2 * pi)) * powers.sum().real
    return total


@pytest.mark.parametrize("m", [1, 2, 3])
@pytest.mark.parametrize("odd", [False, True])
def test_the_series_by_another_route(m, odd):
    generator = np.random.default_rng(7 + m)
    mixing = np.eye(m) + 0.4 * generator.normal(size=(m, m))
    given = {2: mixing @ mixing.T}
    for legs in (3, 4, 5, 6) if odd else (4, 6):
        given[legs] = symmetric(generator, m, legs, 0.2)
    if odd:
        given[1] = np.zeros(m)
    series = edgeworth_series(given, 2)
    at = generator.normal(size=(3, m))
    ratios = series.density(at).value / series.gaussian(at).value
    other = [by_complex_shift({k: v for k, v in given.items() if k > 1}, phi, 2) for phi in at]
    assert np.allclose(ratios, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    ("network", "points", "order"),
    [
        (nn.CosNet(16), [[0.0], [0.8]], 3),
        (nn.ErfNet(20), [[-1.0], [-0.3], [0.4], [1.0]], 2),
        (nn.ReLUNet(12, sigma_b=0.4), [[0.5], [-0.8]], 3),
    ],
)
def test_its_logarithm_is_minus_the_action(network, points, order):
    """The action by Feynman diagrams, every order by itself."""
    exact = nn.exact_correlators(network, points, range(2, 2 * order + 3, 2))
    series, action = edgeworth_series(exact, order), action_from_cumulants(exact, order)
    at = np.random.default_rng(3).normal(size=(5, len(points)))
    for stop in range(order + 1):
        found, diagrams = series.log_density(at, stop), action.value(at, stop)
        assert np.all(np.abs(found.value + diagrams.value) <= 1e-10 * (1.0 + np.abs(found.value)))


def test_sums_of_exponential_numbers():
    """Skewed: the residual of log P to 1/N² falls like N^(−5/2), 32 per quadrupling; SPEC 5 has 29.7–33.1."""
    residuals = []
    for n in (64, 256, 1024):
        series = edgeworth_series(
            {1: [0.0], **{r: np.full((1,) * r, factorial(r - 1) * n ** (1 - r / 2)) for r in range(2, 7)}}, 2
        )
        phi = np.array([[0.7], [-0.9], [1.6]])
        exact = gamma.logpdf(n + sqrt(n) * phi[:, 0], n) + 0.5 * log(n)
        residuals.append(series.log_density(phi).value - exact)
    for before, after in pairwise(residuals):
        assert np.all((before / after > 28.0) & (before / after < 36.0))


def test_sums_of_uniform_numbers():
    """Irwin–Hall at its mean, 48 numbers: 8e-8 to O(1/N²) and not better (SPEC 5)."""
    n = 48
    cumulants = {2: 1.0, 4: -144 / (120 * n), 6: 12**3 / (252 * n**2), 8: -(12**4) / (240 * n**3)}
    middle = Fraction(n, 2)
    summed = sum((-1) ** k * comb(n, k) * (middle - k) ** (n - 1) for k in range(floor(middle) + 1))
    exact = float(summed / factorial(n - 1)) * sqrt(n / 12)
    series = edgeworth_series({r: np.full((1,) * r, k) for r, k in cumulants.items()}, 3)
    misses = [abs(float(series.density([[0.0]], order).value[0]) / exact - 1) for order in range(4)]
    assert 5e-8 < misses[2] < 1.2e-7
    assert misses[3] < 0.1 * misses[2] < 0.1 * misses[1] < 0.1 * misses[0]


def test_two_points_of_cos_net_against_the_exact_density():
    """SPEC 14: S at (.3, .1); the residual falls by 8 to 10 per doubling, by 15 to 16 one order further."""
    known = {16: 0.83061843, 32: 0.85999160, 64: 0.87479821}
    rest = {}
    for width, action in known.items():
        found = nn.density(nn.CosNet(width), [[0.0], [0.8]], 3)
        exact = found.exact([[0.3, 0.1]])
        assert abs(-log(float(exact.value[0])) - action) < 6e-9 + float(exact.error[0]) / float(
            exact.value[0]
        )
        rest[width] = [-float(found.log([[0.3, 0.1]], k).value[0]) - action for k in range(4)]
    assert np.allclose(rest[16], [5.885e-2, 6.06e-4, -1.428e-3, -4.26e-4], rtol=2e-3)
    for width in (16, 32):
        assert 8.0 < rest[width][2] / rest[2 * width][2] < 10.0
        assert 14.9 < rest[width][3] / rest[2 * width][3] < 16.2


def test_errors_hold_what_they_bound():
    """Cumulants moved by their errors move the series by no more than its error, and not by far less."""
    fields = nn.FieldSet([[0.0], [0.8]])
    exact = nn.exact_correlators(nn.CosNet(10), fields, (2, 4, 6)).connected()
    size = 1e-6
    rows = {r: (one.value, size * np.abs(one.value).max()) for r, one in exact.items()}
    at, generator = np.array([[0.4, -0.1], [1.0, 1.2]]), np.random.default_rng(2)

    def series(sign):
        moved = {
            r: Correlator(
                fields, r, Part.CONNECTED, value + error * sign(len(value)), np.full(len(value), error)
            )
            for r, (value, error) in rows.items()
        }
        return edgeworth_series(moved, 2)

    still = series(np.zeros)
    for kind in ("density", "log_density"):
        here = getattr(still, kind)(at)
        moves = []
        for _ in range(200):
            there = getattr(series(lambda n: generator.choice([-1.0, 1.0], n)), kind)(at)
            moves.append(np.abs(there.value - here.value) / here.error)
        assert np.max(moves) < 1.001
        assert np.min(np.max(moves, axis=0)) > 0.3


def test_sizes_of_the_terms_are_mean_squares():
    series = nn.density(nn.CosNet(12), [[0.0], [0.8]], 2).series
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    white = np.array(list(product(nodes, repeat=2)))
    shares = np.prod(np.array(list(product(weights, repeat=2))), axis=1) / (2 * pi)
    at = white @ series.basis.back.T
    gauss = series.gaussian(at).value
    for order, term in series.terms(at).items():
        assert abs(shares @ (term.value / gauss) ** 2 - series.sizes[order] ** 2) < 1e-10


def test_the_negative_region_of_one_output():
    network = nn.ErfNet(2, sigma_b=0.3).with_laws(output="uniform")
    found = nn.density(network, [[1.5]], 1)
    (below, low), (high, above) = found.negative_intervals
    assert (below, above) == (-np.inf, np.inf)
    for edge in (low, high):
        assert found([[edge * 1.001]]).value[0] < 0.0 < found([[edge * 0.999]]).value[0]
    weight = -2 * quad(lambda f: float(found([[f]]).value[0]), high, 12 * high, epsrel=1e-10)[0]
    assert abs(found.negative_weight / weight - 1.0) < 1e-6
    assert "below -3.1" in found.negative_words
    assert found.negative([[0.0], [3.3]]).tolist() == [False, True]
    assert nn.density(nn.CosNet(20), [[0.0]], 1).negative_words == "nowhere"


def test_probabilities_of_intervals():
    found = nn.density(nn.CosNet(6), [[0.0]], 2)
    edges = [-0.9, -0.1, 0.5]
    series, exact = found.series.probabilities(edges), found.exact_law().probabilities(edges)
    for row, (low, high) in enumerate(pairwise(edges)):
        assert abs(series[row] - quad(lambda f: float(found([[f]]).value[0]), low, high)[0]) < 1e-12
        integral = quad(lambda f: float(found.exact([[f]]).value[0]), low, high)[0]
        assert abs(exact.value[row] - integral) < 1e-8
    assert abs(found.series.probabilities([-np.inf, np.inf])[0] - 1.0) < 1e-14


def test_sampled_networks_decide():
    """χ² of the exact density is fair; the Gaussian is rejected, the series better by far."""
    counted = nn.density(nn.CosNet(4), [[0.3]], 2).histogram(40_000, seed=11, bins=30)
    exact, series, gauss = (counted.judged(by) for by in ("exact", "series", "gaussian"))
    assert 1e-3 < exact.p_value < 1 - 1e-3
    assert gauss.p_value < 1e-12
    assert series.chi2 < 0.2 * gauss.chi2
    assert exact.dof > 20
    assert counted.counts.sum() == 40_000


@pytest.mark.parametrize(
    ("network", "points"),
    [
        (nn.CosNet(12), [[0.0], [0.8]]),
        (nn.ReLUNet(8, output_bias=0.5, sigma_b=0.4), [[0.5]]),
        (nn.ErfNet(5).with_laws(output="laplace"), [[0.5]]),
    ],
)
def test_sampled_densities_against_exact_ones(network, points):
    found = nn.density(network, points, 1)
    at = 0.6 * np.random.default_rng(4).normal(size=(6, len(points)))
    sampled, exact = found.sampled(at, 20_000, seed=5), found.exact(at)
    pulls = (sampled.value - exact.value) / sampled.error
    assert np.all(np.abs(pulls) < 4.0)
    assert np.max(np.abs(pulls)) > 0.05
    assert sampled.quality is Quality.TRUSTED


def test_skewed_output_weights_against_samples():
    """Odd cumulants at half orders: the sampled counts are described to 1/N², and not without them."""
    law = "scipy.gumbel_r:loc=-0.5772156649015329"
    network = nn.ReLUNet(30, sigma_b=0.5).with_laws(output=law)
    found = nn.density(network, [[0.8]], 2)
    assert found.series.orders[1] == Fraction(1, 2)
    assert found.sizes[Fraction(1, 2)] > 0.02
    counted = found.histogram(40_000, seed=3, bins=30)
    assert 1e-4 < counted.judged("series").p_value < 1 - 1e-4
    assert counted.judged("gaussian").p_value < 1e-12
    with pytest.raises(NotAvailable, match="skewed"):
        found.exact([[0.0]])


def test_weights_that_depend_on_each_other_are_said_to():
    network = nn.ErfNet(12, sigma_b=0.6).with_laws(output_correlation=0.2)
    found = nn.density(network, [[1.2]], 1)
    assert "need not fall with the width" in found.counting
    counted = found.histogram(40_000, seed=3, bins=30)
    assert counted.judged("series").chi2 < counted.judged("gaussian").chi2
    assert nn.density(nn.ErfNet(12), [[1.2]], 1).counting == ""


def test_two_outputs_of_one_network():
    """Outputs at one point share features: the joint density depends on f₁² + f₂² only."""
    found = nn.density(nn.CosNet(12), nn.FieldSet([[0.2], [0.2]], (1, 2)), 2)
    exact, series = found.exact([[0.5, 0.0], [0.3, 0.4]]), found([[0.5, 0.0], [0.3, 0.4]])
    assert abs(exact.value[0] - exact.value[1]) < 1e-7
    assert abs(series.value[0] - series.value[1]) < 1e-12
    assert abs(exact.value[0] - series.value[0]) < 0.02 * exact.value[0]


def test_what_is_refused():
    with pytest.raises(SingularProblem, match="has rank 1"):
        nn.density(nn.ReLUNet(20), [[0.5], [1.0]])
    with pytest.raises(SingularProblem, match=r"atom.*for one neuron [45]"):
        nn.density(nn.ReLUNet(20), [[1.0]], 2)
    assert 1e-8 < nn.density(nn.ReLUNet(20), [[1.0]], 2, neglect=1e-4).neglected < 2e-6
    with pytest.raises(SingularProblem, match="linearly dependent"):
        refuse_atoms(nn.ReLUNet(5, sigma_b=1.0), nn.FieldSet([[0.5], [1.0]]), 0.0)
    assert refuse_atoms(nn.ReLUNet(5, sigma_b=1.0), nn.FieldSet([[0.5]]), 0.0) == 0.0
    with pytest.raises(SingularProblem, match="lie in a subspace"):
        refuse_atoms(nn.CosNet(2), nn.FieldSet([[0.0], [0.5], [1.0]]), 0.0)
    with pytest.raises(NotAvailable, match="width of at least"):
        nn.density(nn.GaussNet(5), [[0.0]], 1)
    with pytest.raises(InvalidExpansion, match=r"orders up to 1/N\^4"):
        nn.density(nn.CosNet(5), [[0.0]], 5)
    with pytest.raises(InvalidPoints, match="rows of 2 numbers"):
        nn.density(nn.CosNet(8), [[0.0], [0.8]])([[0.0]])
    with pytest.raises(NotAvailable, match="one or two"):
        nn.density(nn.CosNet(20), [[0.0], [0.8], [1.7]]).exact([[0.0, 0.0, 0.0]])


def test_the_width_that_gauss_net_needs():
    """The stated width is enough, and no smaller one is."""
    with pytest.raises(NotAvailable) as refusal:
        nn.density(nn.GaussNet(5), [[0.0]], 1)
    needed = int(str(refusal.value).partition("at least ")[2].partition(" ")[0])
    found = nn.density(nn.GaussNet(needed), [[0.0]], 1)
    assert needed > 50
    assert 0.9 < max(found.sizes[order] for order in (1, 2)) <= 1.0
    with pytest.raises(NotAvailable):
        nn.density(nn.GaussNet(needed - 1), [[0.0]], 1)


def told(words, capsys):
    code = run(["density", *words, "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, err


def test_the_command(capsys, tmp_path):
    words = ["--net", "cos", "--width", "32", "--points", "0;0.8", "--order", "1/N^2"]
    picture = tmp_path / "density.svg"
    code, answer, err = told([*words, "--at", "0.3,0.1;0,0", "--out", str(picture)], capsys)
    assert code == 0, err
    assert [set(row) >= {"at", "gaussian", "series", "reference", "negative"} for row in answer["rows"]] == [
        True
    ] * 2
    first = answer["rows"][0]
    assert abs(-log(first["reference"]) - 0.85999160) < 1e-7
    assert abs(sum(first["terms"].values()) - first["series"]) < 1e-14
    assert answer["smallest_term"]["order"] in ("1/N^2", "1/N^3")
    assert picture.read_text().startswith("<?xml")
    code, answer, _ = told([*words, "--reference", "none"], capsys)
    assert code == 0
    assert answer["rows"][0]["reference"] is None
    code, answer, _ = told(
        [
            "--net",
            "cos",
            "--width",
            "5",
            "--points",
            "0",
            "--order",
            "1/N",
            "--reference",
            "sampled",
            "--seed",
            "1",
        ],
        capsys,
    )
    assert code == 0
    assert answer["histogram"]["chi2"]["exact"]["p_value"] > 1e-3
    assert run(["density", *words, "--at", "0.3,0.1"]) == 0
    assert "reference" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--net cos --width 8 --points 0;0.8 --order 1/N --at 0.1", "--at: rows of 1 number and 2 points"),
        ("--net cos --width 8 --points 0;0.8 --order N", "--order: the order 'N'"),
        ("--net relu --width 20 --points 1 --order 1/N", "atom"),
        ("--net relu --width 20 --points 1;2 --order 1/N", "rank 1"),
        ("--net gauss --width 5 --points 0.5 --order 1/N^2", "width of at least"),
        ("--net cos --width 9 --points 0;0.8;1.7 --order 1/N --reference exact", "one or two"),
        ("--net cos --width 9 --points 0;0.8 --order 1/N --reference excat", "did you mean 'exact'"),
    ],
)
def test_what_the_command_refuses(words, said, capsys):
    code, answer, err = told(words.split(), capsys)
    assert (code, answer) == (2, None)
    assert said in err
    assert err.count("\n") == 1
