"""Couplings fitted to full correlators: against the connected fit, by hand, by closure; what is refused."""

import json
from itertools import combinations

import numpy as np
import pytest

import nnft_sym as nn
from nnft_sym.inference.lower_products import lower_products, pair_products
from numerics.errors import InvalidStatistics
from numerics.fields.index_sets import multisets, ranks
from numerics.results.correlator import Correlator, Part

BOTH = "lambda*f^4 + kappa*f^6"
RELU, GAUSS = nn.ReLUNet(20, sigma_b=0.0), nn.GaussNet(30, 0.3, 0.3)
THREE = [[-0.5], [0.2], [0.6]]


def models(action=BOTH, **options):
    return [nn.Model.leading(action, kind=kind, **options) for kind in ("connected", "full")]


def test_where_constants_are_exact_both_say_the_same():
    """ReLU-net at inputs of one sign: λ = −25/(2N), κ = 371/(3N²), to rounding."""
    exact = nn.exact_correlators(RELU, [[0.5], [1.0]])
    ours, theirs = (nn.infer(exact, model, RELU, nn.Box(1.0)) for model in models())
    for name, value in (("lambda", -12.5 / 20), ("kappa", 371 / 1200)):
        assert float(theirs[name]) == pytest.approx(value, rel=1e-9)
        assert float(theirs[name]) == pytest.approx(float(ours[name]), rel=1e-9)
    assert theirs.ratio("lambda") == pytest.approx(ours.ratio("lambda"), rel=1e-9)
    assert (ours.kind, theirs.kind) == ("connected", "excess")
    assert "full 6-point function less the free theory" in theirs.verdict
    # the same words for the whole function, divided by the partition function or not
    other = nn.infer(exact, nn.Model(nn.Action(BOTH), (4, 6), kind="normalised", power=2), RELU, nn.Box(1.0))
    assert float(other["kappa"]) == float(theirs["kappa"])


def test_a_constant_that_misses_shows_in_the_six_point_function():
    """κ by hand: G⁶ − Σ₁₅KKK − Σ₁₅ K cλ − xλ² = sκ by least squares, straight from index sets (SPEC 4)."""
    exact = nn.exact_correlators(GAUSS, THREE)
    ours, theirs = (nn.infer(exact, model, GAUSS) for model in models())
    assert float(theirs["lambda"]) == float(ours["lambda"])
    theory, lam = ours.theory, float(ours["lambda"])
    contact = theory.terms(4)[(("lambda", 1),)].value
    kernel = GAUSS.kernel.full(np.array(THREE), np.array(THREE))
    left = []
    for row in multisets(3, 6):
        total = exact[6].value[ranks(row[np.newaxis], 3)[0]]
        for pair in combinations(range(6), 2):
            four = np.array([row[i] for i in range(6) if i not in pair])
            k = kernel[row[pair[0]], row[pair[1]]]
            total -= k * lam * contact[ranks(four[np.newaxis], 3)[0]]
            # each of the 15 pairings of six has three pairs
            a, b, c, d = four
            pairs = kernel[a, b] * kernel[c, d] + kernel[a, c] * kernel[b, d] + kernel[a, d] * kernel[b, c]
            total -= k * pairs / 3
        left.append(total)
    rest = np.array(left) - theory.terms(6)[(("lambda", 2),)].value * lam**2
    slope = theory.terms(6)[(("kappa", 1),)].value
    assert float(theirs["kappa"]) == pytest.approx(slope @ rest / (slope @ slope), rel=1e-7)
    assert abs(float(theirs["kappa"]) / float(ours["kappa"]) - 1) > 0.01
    # what is fitted is the full correlator less the free theory
    held = theirs.measurements[0].held(6)
    np.testing.assert_allclose(held.value, exact.excess()[6].value, rtol=1e-12)
    assert theirs.explained[6] == pytest.approx(1 - np.abs(rest - slope * float(theirs["kappa"])).sum()
                                                / np.abs(held.value).sum(), rel=1e-7)  # fmt: skip
    # element by element, and by the terms of a prediction
    assert theirs.elementwise("kappa").tensor.value == pytest.approx(rest / slope, rel=1e-6)
    assert list(theirs.contributions(6)) == ["lambda", "lambda**2", "kappa"]
    assert list(theirs.contributions(6, "connected")) == ["lambda**2", "kappa"]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_sample_takes_the_joint_covariance_of_the_orders(seed):
    """Full less free with the measured lines: the error of λ is that of the connected fit, not twice it."""
    sample = nn.Ensemble(GAUSS, THREE, seed).correlators(20_000, n_blocks=500)
    ours, theirs = (nn.infer(sample, model, GAUSS) for model in models())
    assert float(theirs["lambda"]) == pytest.approx(float(ours["lambda"]), rel=1e-9)
    assert float(theirs["lambda"].error) == pytest.approx(float(ours["lambda"].error), rel=1e-9)
    held = theirs.measurements[0].held(4)
    pairs = [
        sample[2].numbers()[ranks(multisets(3, 4)[:, list(p)], 3)]
        for p in ((0, 1), (2, 3), (0, 2), (1, 3), (0, 3), (1, 2))
    ]
    direct = sample[4].numbers() - pairs[0] * pairs[1] - pairs[2] * pairs[3] - pairs[4] * pairs[5]
    # the jackknife takes off a bias of a few thousandths of the error
    assert np.all(np.abs(direct.value - held.value) < 0.02 * held.error)
    np.testing.assert_allclose(direct.error, held.error, rtol=1e-2)
    assert np.all(sample[4].error > 1.5 * held.error)


@pytest.mark.statistical
def test_closure():
    """Samples of ReLU-net, where constants are exact: pulls of λ and κ around the exact ones."""
    model, points = models(beyond=False)[1], [[0.5], [1.0]]
    theory = model.for_data(RELU.kernel, nn.FieldSet(points), nn.Box(1.0))
    pulls = []
    for seed in range(200):
        sample = nn.Ensemble(RELU, points, seed, estimator="conditional").correlators(10_000, n_blocks=100)
        found = nn.infer(sample, theory)
        pulls.append(
            [
                (float(found[k]) - v) / float(found[k].error)
                for k, v in (("lambda", -0.625), ("kappa", 371 / 1200))
            ]
        )
    for one in np.transpose(pulls):
        assert abs(np.mean(one)) < 5 / np.sqrt(200)
        assert np.std(one) == pytest.approx(1.0, abs=5 / np.sqrt(400))


def test_joint_counting_of_full_correlators():
    """The same polynomial system where the model is right, so the same root."""
    truth = {"lambda": -0.02, "kappa": 0.001}
    model = nn.Model.leading(BOTH)
    fields = nn.FieldSet(THREE)
    theory = model.over(GAUSS.kernel, fields, nn.WholeSpace())
    connected = {n: theory.value(n, truth).numbers() for n in (4, 6)}
    two = nn.Estimate(theory.propagator)
    full = {2: two}
    for n in (4, 6):
        full[n] = (
            connected[n] + lower_products(fields, n, {2: two} | connected) + pair_products(fields, n, two)
        )
    data = nn.Correlators.of(
        Correlator(fields, n, Part.FULL, one.value, 0 * one.value) for n, one in full.items()
    )
    for held in (theory, theory.of_full()):
        found = nn.infer(data, held, counting="joint")
        for name, value in truth.items():
            assert float(found[name]) == pytest.approx(value, rel=1e-6)
        assert found.explained[6] == pytest.approx(1.0, abs=1e-6)


def test_widths_share_couplings_of_full_correlators():
    nets = [nn.ReLUNet(width, sigma_b=0.0) for width in (20, 50)]
    several = [(nn.exact_correlators(net, [[0.5], [1.0]]), models()[1], net, nn.Box(1.0)) for net in nets]
    found = nn.infer(several, per_width=True)
    assert float(found["lambda"]) == pytest.approx(-12.5, rel=1e-9)
    assert float(found["kappa"]) == pytest.approx(371 / 3, rel=1e-9)
    mixed = [(several[0][0], models()[0], *several[0][2:]), several[1]]
    with pytest.raises(InvalidStatistics, match="connected and full correlators were given together"):
        nn.infer(mixed, per_width=True)


def test_what_is_refused():
    exact = nn.exact_correlators(RELU, [[0.5], [1.0]])
    mixed = nn.Model(nn.Action(BOTH), (4, 6), power=2).over(RELU.kernel, exact.fields, nn.Box(1.0))
    with pytest.raises(InvalidStatistics, match=r"kind 'normalised' was given, in which .* of_full\(\)"):
        nn.infer(exact, mixed)
    only = nn.Model.leading("kappa*f^6").over(RELU.kernel, exact.fields, nn.Box(1.0)).of_full()
    with pytest.raises(InvalidStatistics, match="takes the connected 4-point function, too"):
        nn.infer(exact, only)
    # the model knows that it needs it
    model = nn.Model.leading("kappa*f^6", kind="full")
    assert model.connected.orders == (4, 6)
    assert np.isfinite(float(nn.infer(exact, model, RELU, nn.Box(1.0))["kappa"]))


def test_the_command(nnft):
    words = ["couplings", BOTH, "--net", "gauss", "--width", 30, "--sigma-w", 0.3, "--sigma-b", 0.3]
    words += ["--points=-0.5;0.2;0.6"]
    found = {}
    for kind in ("connected", "full"):
        code, out, err = nnft(*words, "--correlators", kind, "--json")
        assert code == 0, err
        found[kind] = json.loads(out)
        assert found[kind]["correlators"] == kind
    lam, kappa = ([one["couplings"][i]["value"] for one in found.values()] for i in (0, 1))
    assert lam[0] == lam[1]
    assert kappa[0] == pytest.approx(0.00540544, rel=1e-5)
    assert kappa[1] == pytest.approx(0.00520846, rel=1e-5)
    code, out, err = nnft(*words, "--correlators", "full")
    assert (code, err) == (0, "")
    assert "Full functions less the free theory, term by term" in out
    code, out, err = nnft(*words, "--correlators", "all")
    assert (code, out) == (2, "")
    assert "--correlators: 'all' was given" in err
