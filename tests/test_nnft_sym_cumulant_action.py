"""The action from connected correlators: tables by hand, the logarithm of the Hermite series, densities."""

from fractions import Fraction
from itertools import pairwise, permutations, product
from math import comb, factorial, gamma, pi, prod

import mpmath
import numpy as np
import pytest
import sympy

import nnft_sym as nn
from nnft_sym.duality.action_diagrams import action_diagrams, coefficients

#: S − (Gaussian part) at K = 1 by content and power of φ: SPEC 5 and the new rows of SPEC 14.
TABLE = {
    (3,): {1: "1/2", 3: "-1/6"},
    (4,): {0: "-1/8", 2: "1/4", 4: "-1/24"},
    (3, 3): {0: "5/24", 2: "-1/2", 4: "1/8"},
    (5,): {1: "-1/8", 3: "1/12", 5: "-1/120"},
    (6,): {0: "1/48", 2: "-1/16", 4: "1/48", 6: "-1/720"},
    (4, 4): {0: "-1/12", 2: "1/3", 4: "-7/48", 6: "1/72"},
    (3, 4): {1: "2/3", 3: "-7/12", 5: "1/12"},
    (3, 5): {0: "-7/48", 2: "25/48", 4: "-11/48", 6: "1/48"},
    (3, 3, 3): {1: "-5/8", 3: "2/3", 5: "-1/8"},
    (3, 3, 4): {0: "25/48", 2: "-109/48", 4: "59/48", 6: "-7/48"},
    (3, 3, 3, 3): {0: "-5/16", 2: "25/16", 4: "-1", 6: "7/48"},
    (4, 4, 4): {0: "-11/96", 2: "11/16", 4: "-149/288", 6: "1/9", 8: "-1/144"},
    (4, 6): {0: "5/96", 2: "-25/96", 4: "47/288", 6: "-41/1440", 8: "1/720"},
    (8,): {0: "-1/384", 2: "1/96", 4: "-1/192", 6: "1/1440", 8: "-1/40320"},
}


def rows_of(diagrams):
    rows = {}
    for (content, power), value in coefficients(diagrams).items():
        key = tuple(valence for valence, number in content for _ in range(number))
        rows.setdefault(key, {})[power] = value
    return rows


def test_the_table_of_the_source_and_the_new_rows():
    found = rows_of(action_diagrams(range(3, 9), Fraction(3)))
    assert {key: found[key] for key in TABLE} == {
        key: {n: Fraction(text) for n, text in row.items()} for key, row in TABLE.items()
    }
    assert sum(len(row) for key, row in TABLE.items() if sum(key) - 2 * len(key) <= 4) == 37


@pytest.mark.parametrize(("width", "exact"), [(16, 0.83061843), (32, 0.85999160), (64, 0.87479821)])
def test_two_points_of_cos(width, exact):
    """SPEC 14: differences to the exact two-dimensional density at (0.3, 0.1)."""
    want = {
        16: (5.885e-2, 6.06e-4, -1.428e-3, -4.26e-4),
        32: (2.948e-2, 3.55e-4, -1.533e-4, -2.80e-5),
        64: (1.467e-2, 1.10e-4, -1.74e-5, -1.8e-6),
    }[width]
    given = nn.exact_correlators(nn.CosNet(width=width), [[0.0], [0.8]], (2, 4, 6, 8))
    action = nn.action_from_cumulants(given, "1/N^3")
    for order, difference in enumerate(want):
        found = action.value([0.3, 0.1], order)
        assert abs(float(found) - exact - difference) < 0.03 * abs(difference) + 1e-8  # digits that are given
        assert 0 < float(found.error) < 1e-11


def symmetric(rng, m, n):
    tensor = rng.normal(size=(m,) * n)
    return sum(np.transpose(tensor, order) for order in permutations(range(n))) / factorial(n)


def hermite_log():
    """-log of the Hermite series, by content and power, to N^-3: no diagrams anywhere.

    exp(Σ (-1)^r k_r ∂^r / r!) on a Gaussian density gives He_n; then the logarithm of the series in the k_r.
    """
    legs, most = range(3, 9), 6  # in halves of a power of 1/N

    def worth(powers):
        return sum((r - 2) * p for r, p in zip(legs, powers, strict=True))

    def hermite(n):
        row = {n: Fraction(1)}
        for k in range(1, n // 2 + 1):
            row[n - 2 * k] = Fraction((-1) ** k * factorial(n), 2**k * factorial(k) * factorial(n - 2 * k))
        return row

    series = {}
    for powers in product(*(range(most // (r - 2) + 1) for r in legs)):
        if 0 < worth(powers) <= most:
            below = (factorial(p) * factorial(r) ** p for r, p in zip(legs, powers, strict=True))
            front = Fraction(1, prod(below))
            total = sum(r * p for r, p in zip(legs, powers, strict=True))
            series[powers] = {n: front * c for n, c in hermite(total).items()}

    def times(a, b):
        found = {}
        for (p, row), (q, other) in product(a.items(), b.items()):
            key = tuple(map(sum, zip(p, q, strict=True)))
            if worth(key) <= most:
                target = found.setdefault(key, {})
                for (i, x), (j, y) in product(row.items(), other.items()):
                    target[i + j] = target.get(i + j, 0) + x * y
        return found

    result, power = {}, series
    for j in range(1, most + 1):
        for key, row in power.items():
            for n, c in row.items():
                result.setdefault(key, {}).setdefault(n, Fraction(0))
                result[key][n] += Fraction((-1) ** j, j) * c
        power = times(power, series)
    legs = list(legs)
    named = {
        tuple(r for r, p in zip(legs, key, strict=True) for _ in range(p)): row for key, row in result.items()
    }
    return {key: {n: c for n, c in row.items() if c} for key, row in named.items()}


def test_all_rows_to_the_third_order_are_the_logarithm_of_the_hermite_series():
    want = hermite_log()
    assert len(want) == 29
    found = rows_of(action_diagrams(range(3, 9), Fraction(3)))
    assert {key: {n: c for n, c in row.items() if c} for key, row in found.items()} == want


def test_several_points_are_the_edgeworth_average_over_shifted_fields():
    """P/P_Gauss = E_u exp(Σ G_r (ψ + iu)^r / r!), u ~ N(0, 1/K), by nodes: random tensors, odd ones too."""
    rng, m, eps = np.random.default_rng(8), 2, sympy.Symbol("e", positive=True)
    K = np.array([[1.3, 0.4], [0.4, 0.9]])
    tensors = {r: symmetric(rng, m, r) for r in (3, 4, 5, 6)}
    phi = np.array([0.7, -0.4])
    inverse = np.linalg.inv(K)
    root = np.linalg.cholesky(inverse)
    nodes, weights = np.polynomial.hermite_e.hermegauss(16)
    weights = weights / weights.sum()
    order, moments = 4, {}  # halves of a power of 1/N
    for (i, a), (j, b) in product(enumerate(nodes), enumerate(nodes)):
        shifted = inverse @ phi + 1j * (root @ np.array([a, b]))
        term = {}
        for r, tensor in tensors.items():
            value = tensor.astype(complex)
            for _ in range(r):
                value = value @ shifted
            term[r - 2] = complex(value) / factorial(r)
        # exp of a polynomial in e without constant term, truncated
        series = [1.0 + 0j] + [0j] * order
        for n in range(1, order + 1):
            series[n] = sum(k * term.get(k, 0) * series[n - k] for k in range(1, n + 1)) / n
        for n in range(order + 1):
            moments[n] = moments.get(n, 0) + weights[i] * weights[j] * series[n]
    total = sum(moments[n].real * eps**n for n in range(order + 1))
    want = sympy.series(sympy.log(total), eps, 0, order + 1).removeO()
    action = nn.action_from_cumulants({2: K, **tensors}, "1/N^2")
    parts = action.by_order(phi)
    assert max(abs(one.imag) for one in moments.values()) < 1e-10
    for n in range(1, order + 1):
        assert float(parts[Fraction(n, 2)]) == pytest.approx(-float(want.coeff(eps, n)), rel=1e-9, abs=1e-10)
    gauss = 0.5 * phi @ inverse @ phi + 0.5 * np.linalg.slogdet(2 * pi * K)[1]
    assert float(parts[Fraction(0)]) == pytest.approx(gauss, rel=1e-13)


def test_gamma_sums():
    """Standardised Gamma variables of shape N: k_r = Γ(r) N^(1-r/2); the residual falls like N^(-5/2)."""
    mpmath.mp.dps = 30
    for x in (0.4, -0.7, 1.3):
        residuals = []
        for width in (256, 1024, 4096):
            given = {r: np.full((1,) * r, gamma(r) * width ** (1 - r / 2)) for r in range(2, 7)}
            found = float(nn.action_from_cumulants(given, "1/N^2").value([x]))
            root = mpmath.sqrt(width)
            y = width + x * root
            exact = y - (width - 1) * mpmath.log(y) + mpmath.loggamma(width) - mpmath.log(root)
            residuals.append(float(found - exact))
        for larger, smaller in pairwise(residuals):
            assert 29 < larger / smaller < 35  # 4^(5/2) = 32


def test_sums_of_uniform_numbers():
    """Irwin-Hall, N = 48: at order 1/N² the density is right to 1e-7, and each order falls with its power."""

    def exact(width, x):
        y = Fraction(x) * Fraction(round(2**40 * (width / 12) ** 0.5), 2**40) + Fraction(width, 2)
        density = sum((-1) ** k * comb(width, k) * (y - k) ** (width - 1) for k in range(int(y) + 1))
        return float(density / factorial(width - 1)) * (width / 12) ** 0.5

    bernoulli = {2: Fraction(1, 6), 4: Fraction(-1, 30), 6: Fraction(1, 42), 8: Fraction(-1, 30)}
    residuals = {}
    for width in (24, 48):
        given = {
            r: np.full((1,) * r, float(bernoulli[r] / r * width) * (12 / width) ** (r / 2)) for r in bernoulli
        }
        action = nn.action_from_cumulants(given, 3)
        for order in range(4):
            found = np.exp(-np.asarray(action.value([[0.0], [0.7]], order)))
            residuals[width, order] = np.abs(found - [exact(width, 0), exact(width, Fraction(7, 10))]).max()
    assert 1e-8 < residuals[48, 2] < 2e-7
    for order in range(4):
        ratio = residuals[24, order] / residuals[48, order]
        assert 0.7 * 2 ** (order + 1) < ratio < 1.45 * 2 ** (order + 1)


NETS = {
    "erf": (lambda n: nn.ErfNet(n), [-1.5, 0.2, 1.0, 2.5]),
    "relu": (lambda n: nn.ReLUNet(n, sigma_b=0.7), [-1.0, -0.2, 0.6, 1.7]),
    "cos": (lambda n: nn.CosNet(n), [0.0, 0.8, 2.0, 3.1]),
    "gauss": (lambda n: nn.GaussNet(n, sigma_w=0.5, sigma_b=0.2), [-1.5, -0.5, 0.6, 1.6]),
}


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("points", [1, 2, 4])
def test_round_trip(name, points):
    """What went in comes back at order 1/N²; what is left out falls like N^-3."""
    make, places = NETS[name]
    left = []
    for width in (100, 200):
        exact = nn.exact_correlators(make(width), [[x] for x in places[:points]], (2, 4, 6))
        found = nn.action_from_cumulants(exact, "1/N^2").round_trip
        assert found.agrees
        assert [row.points for row in found.rows] == [2, 4, 6]
        # the cumulants of Gauss-net are thousands, and products of them cancel
        least = 1e-5 if name == "gauss" else 1e-9
        assert all(row.residual <= row.rounding < least * row.given for row in found.rows[:2])
        left.append([row.left_out for row in found.rows])
    np.testing.assert_allclose(np.divide(*left), 8.0, rtol=1e-6)


def test_a_wrong_vertex_does_not_come_back():
    from nnft_sym.duality.action_tensors import WhiteTerm
    from nnft_sym.duality.round_trip import round_trip, vertices_of

    action = nn.action_from_cumulants({2: [[1.0]], 4: [[[[0.2]]]], 6: np.full((1,) * 6, 0.1)}, 2)
    # one field with K = 1: its own white basis
    terms = [
        WhiteTerm(t.power, t.order, t.tensor.numbers(), 1e-16 * np.abs(t.tensor.value)) for t in action.terms
    ]
    given = {r: np.array([v]) for r, v in ((2, 1.0), (4, 0.2), (6, 0.1))}
    assert round_trip(vertices_of(terms, 1), given, np.eye(1), Fraction(2), True).agrees
    for k, term in enumerate(terms):
        power, order = term.power, term.order
        if power and order:
            wrong = [*terms[:k], term._replace(value=term.value * (1 + 1e-6)), *terms[k + 1 :]]
            found = round_trip(vertices_of(wrong, 1), given, np.eye(1), Fraction(2), True)
            assert not found.agrees, (power, order)


def test_correlators_of_an_action_against_moments():
    """Cumulants of e^(-S) as a series in halves of 1/N, from moments of a Gaussian: no diagrams."""
    from nnft_sym.duality.round_trip import Vertex, correlator_at

    half, one, most = Fraction(1, 2), Fraction(1), 4
    vertices = {
        (1, half): Fraction(1, 3),
        (3, half): half,
        (2, one): Fraction(-2, 5),
        (4, one): Fraction(2, 3),
    }

    def times(a, b):
        found = {}
        for ((e, p), x), ((g, q), y) in product(a.items(), b.items()):
            if e + g <= most:
                found[e + g, p + q] = found.get((e + g, p + q), 0) + x * y
        return found

    S = {(int(2 * q), p): -c / factorial(p) for (p, q), c in vertices.items()}
    weight, power = {(0, 0): Fraction(1)}, {(0, 0): Fraction(1)}
    for k in range(1, most + 1):
        power = {key: x / k for key, x in times(power, S).items()}
        weight = {key: weight.get(key, 0) + power.get(key, 0) for key in {*weight, *power}}

    def moment(n):
        row = [Fraction(0)] * (most + 1)
        for (e, p), x in weight.items():
            row[e] += x * prod(range(p + n - 1, 0, -2)) * ((p + n) % 2 == 0)
        return row

    def cut(a, b):
        return [sum(a[i] * b[k - i] for i in range(k + 1)) for k in range(most + 1)]

    inverse = [1 / moment(0)[0]]
    for k in range(1, most + 1):
        inverse.append(-sum(moment(0)[i] * inverse[k - i] for i in range(1, k + 1)) / moment(0)[0])
    moments = [cut(moment(n), inverse) for n in range(5)]
    kappa = {}
    full = {(p, q): Vertex(np.full((1,) * p, float(c)), np.zeros((1,) * p)) for (p, q), c in vertices.items()}
    for n in range(1, 5):
        lower = [[comb(n - 1, k - 1) * x for x in cut(kappa[k], moments[n - k])] for k in range(1, n)]
        kappa[n] = [moments[n][e] - sum(row[e] for row in lower) for e in range(most + 1)]
        for halves in range(most + 1):
            found = correlator_at(n, Fraction(halves, 2), full, 1).value
            assert float(found[0]) == pytest.approx(float(kappa[n][halves]), rel=1e-11, abs=1e-12)


def test_symbols_and_numbers_agree():
    rng, m = np.random.default_rng(9), 2
    symbolic = nn.action_from_cumulants("G3,G4,G5,G6", "1/N^2")
    as_fractions = np.vectorize(lambda x: Fraction(round(float(x) * 64), 64), otypes=[object])
    exact = {r: as_fractions(symmetric(rng, m, r)) for r in (3, 4, 5, 6)}
    K = [[Fraction(2), Fraction(1, 2)], [Fraction(1, 2), Fraction(1)]]
    phi = [Fraction(1, 3), Fraction(-2, 5)]
    found = symbolic.on_fields({2: K, **exact}, phi)
    numbers = nn.action_from_cumulants(
        {2: np.array(K, dtype=float), **{r: t.astype(float) for r, t in exact.items()}}, 2
    )
    assert float(numbers.value(np.array(phi, dtype=float))) == pytest.approx(float(found), rel=1e-12)
    one = symbolic.expression(1)
    k3, k4, f, k = sympy.symbols("G3 G4 phi K")
    table = {k3: {1: "1/2", 3: "-1/6"}, k4: {0: "-1/8", 2: "1/4", 4: "-1/24"},
             k3**2: {0: "5/24", 2: "-1/2", 4: "1/8"}}  # fmt: skip
    want = f**2 / 2 / k + sympy.log(2 * sympy.pi * k) / 2
    for product_, row in table.items():
        legs = {k3: 3, k4: 4, k3**2: 6}[product_]
        for n, c in row.items():
            want += sympy.Rational(c) * product_ * f**n / k ** sympy.Rational(legs + n, 2)
    assert sympy.simplify(sympy.expand_log(one - want, force=True)) == 0


def test_couplings_without_factorials():
    exact = nn.exact_correlators(nn.ErfNet(width=30), [[0.4], [1.2]], (2, 4, 6))
    action = nn.action_from_cumulants(exact, "1/N")
    inverse = np.linalg.inv([[float(exact[2][i, j]) for j in range(2)] for i in range(2)])
    g4 = np.array([[[[float(exact.connected()[4][i, j, k, l]) for l in range(2)] for k in range(2)]
                    for j in range(2)] for i in range(2)])  # fmt: skip
    amputated = np.einsum("ai,bj,ck,dl,ijkl->abcd", *[inverse] * 4, g4)
    quartic = action.couplings["lambda"]
    assert float(quartic[0, 0, 1, 1]) == pytest.approx(-amputated[0, 0, 1, 1] / 24, rel=1e-9)
    assert action.coupling(4) is not None
    induced = next(t.tensor for t in action.terms if (t.power, t.order) == (2, 1))
    bubble = np.einsum("ijkl,ai,bj,kl->ab", g4, inverse, inverse, inverse) / 4
    assert float(induced[0, 1]) == pytest.approx(bubble[0, 1], rel=1e-9)
    constant = next(t.tensor for t in action.terms if (t.power, t.order) == (0, 1))
    eight = -np.einsum("ijkl,ij,kl", g4, inverse, inverse) / 8
    assert float(constant.value[0]) == pytest.approx(eight, rel=1e-9)
    assert set(action.couplings) == {"constant", "quadratic", "lambda"}
    with pytest.raises(nn.NNFTError, match="powers 0, 2, 4 of the field"):
        action.coupling("kappa")


def test_errors_follow_the_sample():
    """Pulls of S over seeds against the exact correlators: of width one, and the joint errors matter."""
    net, points, phi = nn.CosNet(width=16), [[0.0], [0.9]], [0.5, -0.3]
    want = float(nn.action_from_cumulants(nn.exact_correlators(net, points, (2, 4, 6)), 2).value(phi))
    pulls = []
    for seed in range(24):
        sample = nn.Ensemble(net, points, seed=seed).correlators(40_000, orders=(2, 4, 6), n_blocks=100)
        found = nn.action_from_cumulants(sample, "1/N^2").value(phi)
        assert found.uncertainty.statistical
        pulls.append((float(found) - want) / float(found.error))
    assert 0.6 < np.std(pulls) < 1.5
    assert abs(np.mean(pulls)) < 0.8


def test_error_bounds_hold_what_is_not_known():
    """Correlators moved within their bounds move S by less than its bound, and not by much less."""
    rng, m = np.random.default_rng(10), 2
    points, size = nn.FieldSet([[0.0], [1.0]]), 1e-4
    exact = nn.exact_correlators(nn.CosNet(width=8), points, (2, 4, 6)).connected()

    def action(move):
        given = {}
        for order in (2, 4, 6):
            one = exact[order]
            bound = size * np.abs(one.value)
            value = one.value + (0 if move is None else bound * move(len(bound)))
            given[order] = type(one)(points, order, one.part, value, bound)
        return nn.action_from_cumulants(given, "1/N^2")

    phi = np.array([0.4, 0.1])
    centre = action(None).value(phi)
    moved = [float(action(lambda k: rng.choice([-1.0, 1.0], k)).value(phi) - centre) for _ in range(60)]
    assert max(np.abs(moved)) < float(centre.error) < 12 * max(np.abs(moved))
    assert m == 2


def test_mean_is_taken_out():
    given = {1: [0.3, -0.1], 2: [[1.0, 0.2], [0.2, 2.0]], 3: np.full((2, 2, 2), 0.1)}
    centred = nn.action_from_cumulants({**given, 1: [0.0, 0.0]}, "1/N^(1/2)")
    action = nn.action_from_cumulants(given, "1/N^(1/2)")
    assert float(action.value([0.5, 0.7])) == pytest.approx(float(centred.value([0.2, 0.8])), rel=1e-13)
    assert action.round_trip.agrees


@pytest.mark.parametrize(
    ("given", "order", "words"),
    [
        ({2: [[1.0, 1.0], [1.0, 1.0]]}, 0, "has rank 1"),
        ({2: [[1.0]], 4: [[[[0.1]]]]}, "1/N^2", "needs those of 6 points"),
        ({2: [[1.0]], 3: [[[0.1]]]}, "1/N", "needs those of 4 points"),
        ({4: [[[[0.1]]]]}, "1/N", "not of two"),
        ({2: [[1.0]], 4: [[0.1]]}, "1/N", "the shape"),
        ({2: [[1.0]]}, "1/N^7", "orders up to"),
        ({2: [[1.0]]}, "N", "a power of 1/N is needed"),
        ("G4,G", 1, "named by their number of points"),
        ("G4,H4", 1, "each once"),
        (3, 1, "correlators are needed"),
    ],
)
def test_refusals(given, order, words):
    with pytest.raises(nn.NNFTError, match=words):
        nn.action_from_cumulants(given, order)


def test_refusals_of_fields_and_networks():
    with pytest.raises(nn.NNFTError, match="has rank 1"):
        nn.action_from_cumulants(nn.exact_correlators(nn.ReLUNet(20), [[0.3], [0.5]], (2, 4)), 1)
    action = nn.action_from_cumulants({2: np.eye(2)}, 0)
    with pytest.raises(nn.NNFTError, match="2 numbers are needed in each row"):
        action.value([1.0])
    with pytest.raises(nn.NNFTError, match="was made to"):
        action.value([1.0, 2.0], 1)


def test_the_gaussian_process_alone():
    exact = nn.exact_correlators(nn.ErfNet(20), [[0.3], [1.0]], 2)
    action = nn.action_from_cumulants(exact, "1/N^0")
    K = np.array([[float(exact[2][i, j]) for j in range(2)] for i in range(2)])
    phi = np.array([[0.1, 0.2], [1.0, -0.4]])
    want = 0.5 * np.einsum("bi,ij,bj->b", phi, np.linalg.inv(K), phi) + 0.5 * np.linalg.slogdet(2 * pi * K)[1]
    np.testing.assert_allclose(action.value(phi).value, want, rtol=1e-13)
    assert len(action.diagrams) == 0


def test_four_points_take_no_second():
    from time import perf_counter

    exact = nn.exact_correlators(nn.ErfNet(64), [[0.0], [0.8], [-0.4], [1.4]], (2, 4, 6))
    nn.action_from_cumulants(exact, 2).value([0.3, 0.1, 0.0, 0.2])
    start = perf_counter()
    action = nn.action_from_cumulants(exact, 2)
    action.value([0.3, 0.1, 0.0, 0.2])
    assert len(action.terms) == 9
    assert perf_counter() - start < 1.0  # measured: 0.05 s


def test_text_latex_and_json():
    action = nn.action_from_cumulants("G3,G4", "1/N")
    assert "+ 1/8 G3_ijk G3_lmn ψ_i ψ_j ψ_l ψ_m K⁻¹_kn" in str(action)
    assert r"G^{(4)}_{ijkl}\psi_{i}\psi_{j}K^{-1}_{kl}" in action.latex()
    drawn = action.latex(drawn=True)
    assert drawn.count("begin{tikzpicture}") == len(action.diagrams) == 10
    # every vertex a shaded disc, every leg with a bar and without a point
    vertices = sum(one.diagram.n_vertices for one in action.diagrams)
    assert drawn.count(r"\filldraw") == vertices
    assert "circle[radius=0.035]" not in drawn
    document = action.document()
    assert document.count("@") == 0
    assert document.startswith(r"\documentclass")
    rows = action.to_json()
    assert sum(Fraction(row["coefficient"]) for row in rows if row["vertices"] == "4:1") == Fraction(1, 12)
    assert rows[0].keys() >= {"coefficient", "vertices", "edges"}
    with pytest.raises(nn.NNFTError, match="diagrams were to be drawn"):
        nn.action_from_cumulants("G3,G4,G5,G6,G7,G8", "1/N^3").latex(drawn=True)
