"""The published study: numbers of its claims against closed forms, its page and its folder."""

import csv
import itertools
import json
import math

import numpy as np
import pytest
from scipy.integrate import quad

from nnft_sym.reproduction.bench import Silent
from nnft_sym.reproduction.cases import study_cases
from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.index_lists import PRINTED, four_two, free_sum, of_scripts, three_lines
from nnft_sym.reproduction.parts import Part
from nnft_sym.reproduction.published import published_sections, reproduce
from nnft_sym.reproduction.published_folder import COLUMNS, PUBLISHED_FOLDER, write_published
from nnft_sym.reproduction.published_page import written
from nnft_sym.reproduction.setups import WIDTHS, PublishedSetup, published_setups
from nnft_sym.reproduction.size import FULL, StudySize
from nnft_sym.reproduction.slips import free_spectrum
from numerics.results.estimate import Estimate

TINY = StudySize(4, 500, widths=(2, 5, 20))
ERF = np.array([-1.0, -0.6, -0.2, 0.2, 0.6, 1.0])


@pytest.fixture(scope="module")
def relu():
    return reproduce(published_setups(["relu"], [1]), TINY, seed=3)


@pytest.fixture(scope="module")
def claims(relu):
    return {claim.key: claim for claim in relu.claims}


def erf_weight(x, y):
    """K_W of Erf-net with unit deviations, written down anew."""
    return 2 / np.pi * np.arcsin(2 * (1 + x * y) / np.sqrt((3 + 2 * x * x) * (3 + 2 * y * y)))


def erf_vertex(places):
    return quad(
        lambda y: np.prod(erf_weight(ERF[list(places)], y)), -100, 100, limit=400, epsabs=1e-11,
        points=[-2, 0, 2],
    )[0]  # fmt: skip


def erf_sum(sets, inside=1.0):
    """Σ ∫KKKK·(K_W + inside) over index sets."""
    total = 0.0
    for four, (m, n) in sets:
        total += erf_vertex(four) * (erf_weight(ERF[m], ERF[n]) + inside)
    return total


RIGHT = [
    (four, tuple(leg for leg in range(6) if leg not in four)) for four in itertools.combinations(range(6), 4)
]


def value(claims, key):
    return float(claims[key].ours)


def test_every_slip_and_defect_stands_once(relu):
    keys = [claim.key for claim in relu.claims]
    wanted = {f"T{n}" for n in range(1, 18)} | {f"R{n}" for n in range(1, 9)}
    assert len(keys) == len(set(keys))
    assert {key for key in keys if key[0] in "TR" and key[1:].isdigit()} == wanted
    for claim in relu.claims:
        slip = claim.key in wanted
        assert (claim.ours is None) == (claim.key in {"T1", "T14"})
        assert not slip or claim.reason in {Reason.SLIP, Reason.DEFECT, Reason.NOTATION}
        assert (claim.reason is Reason.DEFECT) == (slip and claim.key[0] == "R")
    drawn = {drawing.name for drawing in relu.drawings}
    assert {claim.figure for claim in relu.claims if claim.figure} <= drawn


def test_mean_free_laws_break_the_sign_of_f(claims):
    """T15: ⟨fff⟩ = E a³ E s³ = 2·√(2/π)."""
    assert value(claims, "T15") == pytest.approx(2 * math.sqrt(2 / math.pi), rel=1e-7)
    assert claims["T15"].finding is Finding.REFINED


def test_figures_of_relu_are_closed_forms(claims):
    """κ₄ = 15/4, κ₆ = 165/2, K = 1/2 in units of the inputs; λ = −25/(2NΛ⁵), exchange 75/22 of G_c⁽⁶⁾."""
    a, b, width = 15 * 0.5 * 15 / 4, 165 / 2, 20
    assert value(claims, "G6 relu_d1") == pytest.approx(1 + b / a / 2, rel=1e-9)
    assert value(claims, "T4") == pytest.approx(37 / 15, rel=1e-9)
    share = (a / width) / (a / width + b / width**2)
    assert value(claims, "G6 by lambda relu_d1") == pytest.approx(share, rel=1e-9)
    assert value(claims, "kappa relu_d1") == pytest.approx(75 / 22 - 1, rel=1e-9)
    assert "3.41 of it" in claims["kappa relu_d1"].explanation
    assert value(claims, "lambda relu_d1") == pytest.approx(0.0, abs=1e-9)
    assert value(claims, "slope of lambda relu_d1") == pytest.approx(-5.0, abs=1e-9)
    assert value(claims, "slope of kappa relu_d1") == pytest.approx(-7.0, abs=1e-9)
    assert value(claims, "power of N relu_d1") == pytest.approx(-2.0, abs=1e-9)
    assert value(claims, "R5") == pytest.approx(-6.25e-11, rel=1e-12)
    assert claims["R5"].published == pytest.approx(6.25e-11, rel=1e-12)
    assert claims["slope of lambda relu_d1"].finding is Finding.AGREES
    assert claims["kappa relu_d1"].finding is Finding.CONTRADICTED


def test_no_shown_network_is_reflection_positive(claims):
    """The smallest eigenvalues by hand: 2-point matrices of closed kernels, 4-point functions of ReLU."""
    times = np.array([0.1, 0.2, 0.5, 1.2, 2.2])
    gauss = np.array([[1 + math.exp(-((t + s) ** 2) / 2) for s in times] for t in times]) / 2.0
    assert f"{np.linalg.eigvalsh(gauss)[0]:.4f}".replace("-", "−") in claims["T17"].explanation
    # ReLU at N = 5: f(t)f(s) = ts·X₊, X₊ the square of the slope at positive t, X₋ that at negative t
    pairs = [(t, s) for k, t in enumerate(times) for s in times[k:]]
    width, mean = 5, 0.5
    across = mean**2 - 0.25 / width
    square = 3 * mean**2 + 15 / 4 / width
    size = np.array([t * s for t, s in pairs])
    rows = np.concatenate([[1.0], np.sqrt(square) * np.ones(len(pairs))])
    matrix = np.ones((len(rows), len(rows)))
    matrix[0, 1:] = matrix[1:, 0] = mean
    matrix[1:, 1:] = across
    smallest = np.linalg.eigvalsh(matrix / np.outer(rows, rows))[0]
    assert size.min() > 0
    assert value(claims, "T17") == pytest.approx(smallest, rel=1e-9)
    assert smallest < 0


def test_free_field_on_a_line(claims):
    """½(−□ + m²) has ½(m² + 4 sin²(kπ/2(n + 1))/a²), all positive; as printed the signs are mixed."""
    sites, length = 50, 5.0
    k = np.arange(1, sites + 1)
    step = length / (sites + 1)
    modes = 4 * np.sin(k * np.pi / (2 * (sites + 1))) ** 2 / step**2
    np.testing.assert_allclose(free_spectrum(2.0, length, sites, -1.0, 0.5), (4 + modes) / 2, rtol=1e-10)
    printed = free_spectrum(2.0, length, sites, 1.0, 1.0)
    assert (printed < 0).sum() == (modes > 4).sum() > 0
    right = (1 + (np.pi / 20) ** 2) / 2
    assert abs(value(claims, "T2") - right) <= float(claims["T2"].ours.error) < 1e-6


def test_one_neuron_is_not_gaussian(claims):
    """Excess kurtosis 3(E s⁴/(E s²)² − 1) of a·erf(z), z of variance 2."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    s = np.array([math.erf(math.sqrt(2) * z) for z in nodes])
    weights = weights / weights.sum()
    right = 3 * (weights @ s**4 / (weights @ s**2) ** 2 - 1)
    assert value(claims, "T3") == pytest.approx(right, rel=1e-8)


def test_a_tadpole_beside_an_exact_line(claims):
    """12 · 25/(2N) ∫₀¹ (y/2)³ dy over 1/2 = 7.5/N."""
    assert value(claims, "T5") == pytest.approx(7.5 / 20, rel=1e-9)


def test_the_output_bias_inside_a_vertex(claims):
    """(1 + e^(−y²/2))⁴ over [−Λ, Λ]."""
    right = math.sqrt(math.pi / 2)
    wrong = 2000 + 4 * math.sqrt(2 * math.pi) + 6 * math.sqrt(math.pi)
    wrong += 4 * math.sqrt(2 * math.pi / 3) + right
    assert value(claims, "T6") == pytest.approx(wrong / right, rel=1e-4)


def test_sums_over_index_sets(claims):
    right = erf_sum(RIGHT)
    assert value(claims, "T7") == pytest.approx(right, rel=1e-7)
    assert value(claims, "R4") == value(claims, "R7") == value(claims, "T7")
    doubled = [pair for pair in RIGHT if pair not in (RIGHT[9], RIGHT[10])]
    printed = [tuple(tuple(int(leg) - 1 for leg in part) for part in one.split()) for one in PRINTED]
    assert claims["T7"].published == pytest.approx(erf_sum(printed), rel=1e-7)
    assert claims["R7"].published == pytest.approx(erf_sum(RIGHT, inside=0.0), rel=1e-7)
    theirs = [pair if pair[1] != (0, 2) else ((1, 4, 4, 5), (0, 2)) for pair in RIGHT]
    assert claims["R4"].published == pytest.approx(erf_sum(theirs), rel=1e-7)
    assert len(doubled) == 13


def test_lists_of_six_legs():
    assert sorted(four_two()) == sorted("".join(str(leg + 1) for leg in four) + " " + "".join(
        str(leg + 1) for leg in two) for four, two in RIGHT)  # fmt: skip
    wrong = [(mine, theirs) for mine, theirs in zip(four_two(), of_scripts(), strict=True) if mine != theirs]
    assert wrong == [("2456 13", "2556 13")]
    assert len(set(PRINTED)) == 14
    lines = np.random.default_rng(0).normal(size=(6, 6))
    lines = lines + lines.T
    pairings = {
        frozenset(frozenset(order[k : k + 2]) for k in (0, 2, 4))
        for order in itertools.permutations(range(6))
    }
    brute = sum(math.prod(lines[tuple(sorted(pair))] for pair in one) for one in pairings)
    assert len(pairings) == 15
    assert free_sum(lines) == pytest.approx(brute, rel=1e-12)
    assert three_lines(["1234 56"], lines) == lines[0, 1] * lines[2, 3] * lines[4, 5]


def test_kinds_of_fifteen(claims):
    lines = erf_weight(ERF[:, None], ERF[None, :]) + 1.0
    pairings = [
        ((0, a), tuple(two), tuple(sorted(set(range(6)) - {0, a, *two})))
        for a in range(1, 6)
        for two in itertools.combinations([leg for leg in range(1, 6) if leg != a], 2)
    ]
    right = sum(math.prod(lines[pair] for pair in one) for one in pairings) / 2  # each is met twice
    assert value(claims, "T9") == pytest.approx(right, rel=1e-12)
    mixed = sum(lines[f[0], f[1]] * lines[f[2], f[3]] * lines[two] for f, two in RIGHT)
    assert claims["T9"].published == pytest.approx(mixed, rel=1e-12)
    assert "3.409" in claims["T9"].explanation
    assert value(claims, "T8") == math.comb(6, 4) * math.factorial(6) / 2 == 5400


def test_cumulants_by_duality(claims):
    """W[0]; four powers of N^(-1/2) and a sum over N neurons; the slope of a Gaussian Z."""
    assert value(claims, "T10") == 0.0
    assert value(claims, "T11") == pytest.approx(5.0, rel=1e-9)
    step = 1e-3
    two = [math.exp(-0.5 * (1 + alpha)) for alpha in (step, -step)]
    assert value(claims, "T13") == pytest.approx((two[0] - two[1]) / (2 * step), rel=1e-6)


def test_edgeworth_signs(claims):
    """A sum of 48 uniform numbers: its density at the mean is ∫(sin(t/2)/(t/2))^48 dt/π."""
    exact = quad(lambda t: np.sinc(t / (2 * np.pi)) ** 48, 0, 40, limit=800, epsabs=1e-14)[0] / np.pi * 2.0
    k4, k6 = -1.2 / 48, 1728 / 252 / 48**2
    gauss = 1 / math.sqrt(2 * math.pi)
    hermite = np.polynomial.hermite_e.hermeval
    for sign, found in ((1, value(claims, "T12")), (-1, claims["T12"].published)):
        series = hermite(0.0, [1, 0, 0, 0, k4 / 24, 0, sign * k6 / 720, 0, k4**2 / 1152])
        assert found == pytest.approx(gauss * series / exact - 1, abs=1e-12)
    assert abs(value(claims, "T12")) < 1e-7 < 1e-4 < claims["T12"].published


def test_which_average(claims):
    """All 1,296 elements one by one against the distinct ones; λ = −κ₄/(24N∫), from another quadrature."""
    assert value(claims, "T16") == pytest.approx(0.0011, abs=5e-5)
    assert "0.0393" in claims["T16"].explanation
    assert claims["T16"].published != pytest.approx(value(claims, "T16"), rel=0.1)
    assert sum(math.factorial(4) // math.prod(math.factorial(row.count(one)) for one in set(row)) for row in
               itertools.combinations_with_replacement(range(6), 4)) == 1296  # fmt: skip


def test_defects_of_the_scripts(claims):
    assert value(claims, "R1") == pytest.approx(math.e, rel=1e-12)
    assert value(claims, "R2") == pytest.approx(2.0, rel=1e-10)
    assert 1.5 < value(claims, "R3") < 6
    assert "132 of the 462" in claims["R4"].explanation
    assert math.comb(12, 6) // 7 == 132  # Catalan: sorted sets whose k-th entry is k at least
    assert value(claims, "R6") == pytest.approx(1.0, abs=0.01)
    assert "refused by the engine" in claims["R6"].explanation
    failed = claims["R8"].ours
    assert 0.15 < float(failed) < 0.35
    assert float(failed.error) == pytest.approx(
        math.sqrt(float(failed) * (1 - float(failed)) / 1e5), rel=1e-9
    )
    assert "tried 0 fail here" in claims["R8"].explanation


def test_published_sizes():
    assert FULL.per_case == 10**7
    assert len(study_cases(published_setups(), FULL, 0)) == 90
    seeds = [case.seed for case in study_cases(published_setups(), FULL, 0)]
    assert len(set(seeds)) == 90
    assert [case.seed for case in study_cases(published_setups(["gauss"], [3]), FULL, 0)] == seeds[-10:]
    assert WIDTHS[0], WIDTHS[-1] == (2, 1000)
    assert PublishedSetup("gauss", 1).cutoff is None
    assert PublishedSetup("relu", 3).network(5).kernel.bias_variance == 0


def test_other_rooms_add_sections(relu):
    def more(bench):
        claim = Claim("T10", "a sum starts at r = 0", "talk", 0.0, Estimate(1.0), "r", Finding.CONTRADICTED)
        return Part("Duality", "", (claim,))

    found = reproduce((), TINY, sections=(more,))
    assert [claim.key for claim in found.claims] == ["T10"]
    assert found.counts[Finding.CONTRADICTED] == 1
    with pytest.raises(ValueError, match="'T10' is the name of two"):
        reproduce((), TINY, sections=(more, more))
    assert len(published_sections()) == 7
    Silent().sampling(1, 2)


def test_the_folder_holds_everything(relu, tmp_path):
    write_published(relu, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    names = [drawing.name for drawing in relu.drawings]
    for name in names:
        assert f'id="fig-{name}"' in page
        assert (tmp_path / "out" / "figures" / f"{name}.svg").stat().st_size > 5000
        assert (tmp_path / "out" / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page
    assert page.count('class="tag') >= len(relu.claims)
    table = json.loads((tmp_path / "out" / "claims.json").read_text(encoding="utf-8"))
    assert [one["key"] for one in table["claims"]] == [claim.key for claim in relu.claims]
    assert table["figures"] == names
    rows = list(csv.reader((tmp_path / "out" / "claims.csv").read_text(encoding="utf-8").splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(relu.claims) + 1
    xarray = pytest.importorskip("xarray")
    with xarray.open_datatree(tmp_path / "out" / "results.nc") as tree:
        np.testing.assert_allclose(tree["widths_relu_d1"]["m_exact"][1], [2.5, 1.0, 0.25], rtol=1e-9)
        np.testing.assert_allclose(tree["lambda_relu_d1"]["exact"], -6.25e-11, rtol=1e-9)
    # once more: what is there is replaced whole, and the same again
    write_published(relu, tmp_path / "out")
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8") == page
    assert PUBLISHED_FOLDER.held(tmp_path / "out")


def test_indices_are_set_and_text_is_escaped():
    assert (
        str(written("σ_b < K_W of h_i, six_pt"))
        == "σ<sub>b</sub> &lt; K<sub>W</sub> of h<sub>i</sub>, six_pt"
    )
