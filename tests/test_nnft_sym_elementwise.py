"""Couplings element by element, and corrected by the next order in 1/N, against closed forms."""

import numpy as np
import pytest

import nnft_sym as nn
from numerics.errors import InvalidStatistics

BOTH = nn.Action("lambda*f^4 + kappa*f^6")
NARROW = [[-0.01], [-0.006], [-0.002], [0.002], [0.006], [0.01]]


def inferred(network, points, domain, action=BOTH):
    model = nn.Model.leading(action)
    exact = nn.exact_correlators(network, points, (2, *model.orders))
    return nn.infer(exact, model, network, domain)


@pytest.mark.parametrize(("width", "cutoff"), [(20, 100.0), (300, 3.0)])
def test_relu_in_closed_form(width, cutoff):
    """κ = 371/(3N²Λ⁷) at every element; λ corrected by κ alone λ(1 + 53/N), by λ² too λ(1 + 30.5/N).

    −360 κ ∫K₁K₂K₃K₄K_yy = −(45/28) κΛ⁷ = −198.75/N² and 288 λ² Σ₃B = 0.54 (λΛ⁵)² = 84.375/N², in units of Πx,
    against G_c⁽⁴⁾ = 3.75/N.
    """
    found = inferred(nn.ReLUNet(width, sigma_b=0.0), [[0.4], [0.7], [1.0]], nn.Box(cutoff))
    kappa = found.elementwise("kappa")
    expected = 371 / (3 * width**2 * cutoff**7)
    assert kappa.finite.all()
    np.testing.assert_allclose(kappa.tensor.value, expected, rtol=1e-8)
    assert float(kappa.mean) == pytest.approx(expected, rel=1e-9)
    assert float(kappa.constant) == pytest.approx(expected, rel=1e-9)
    assert kappa.scatter < 1e-8 * expected
    lam = -12.5 / (width * cutoff**5)
    by_kappa = found.corrected("lambda", by="kappa")
    assert by_kappa.by == ("kappa",)
    assert float(by_kappa.value) == pytest.approx(lam * (1 + 53 / width), rel=1e-8)
    np.testing.assert_allclose(by_kappa.tensor.value, lam * (1 + 53 / width), rtol=1e-8)
    both = found.corrected("lambda")
    assert both.ratio == pytest.approx(1 + 30.5 / width, rel=1e-8)
    assert set(both.by) == {"kappa", "lambda**2"}
    # the correction is the one that stands beside the coupling and is never added
    assert float(both.value - both.uncorrected) == pytest.approx(float(found.corrections["lambda"]))
    assert float(found["lambda"]) == pytest.approx(lam, rel=1e-9)
    # a word where it is more than half
    assert both.trusted is (30.5 / width <= 0.5)
    wanted = nn.Quality.TRUSTED if both.trusted else nn.Quality.NO_EXPANSION
    assert both.value.quality is wanted
    assert (by_kappa.value.quality is nn.Quality.TRUSTED) is (53 / width <= 0.5)


def test_gauss_net_at_one_input_in_closed_form():
    """K_W = e^{−y²/2} from x = 0, E₄ = e^{4σ_b²}, E₆ = e^{12σ_b²}: all integrals are Gaussian."""
    width, s2 = 50, 0.25
    e4, e6 = np.exp(4 * s2), np.exp(12 * s2)
    found = inferred(nn.GaussNet(width, 1.0, 0.5), [[0.0]], nn.WholeSpace())
    kappa4, kappa6 = 3 * e4 - 3, 15 * e6 - 45 * e4 + 30
    i4, i6 = np.sqrt(np.pi / 2), np.sqrt(np.pi / 3)
    lam = -kappa4 / width / (24 * i4)
    # X = ∫∫ e^{−(3y² + 3z² + (y−z)²)/2}, quadratic form [[4, −1], [−1, 4]]
    exchange = 5760 * lam**2 * 2 * np.pi / np.sqrt(15)
    kappa = (exchange - kappa6 / width**2) / (720 * i6)
    assert float(found["lambda"]) == pytest.approx(lam, rel=1e-9)
    assert float(found.elementwise("kappa").mean) == pytest.approx(kappa, rel=1e-9)
    assert float(found.elementwise("lambda").tensor.value[0]) == pytest.approx(lam, rel=1e-9)
    # K_yy = 1, so that κ moves λ by −15 κ
    assert float(found.corrected("lambda", by="kappa").value) == pytest.approx(lam - 15 * kappa, rel=1e-9)


def test_the_mean_of_a_tensor_is_not_its_constant():
    found = inferred(nn.GaussNet(100), 30 * np.array(NARROW), nn.WholeSpace())
    kappa = found.elementwise("kappa")
    assert float(kappa.constant) == pytest.approx(-0.3259, abs=5e-5)
    assert kappa.scatter > 0.05 * abs(float(kappa.constant))
    assert float(kappa.mean) == pytest.approx(np.mean(kappa.tensor.value), rel=1e-12)
    # per unit weights make the constant: least squares of what is left
    unit = found.theory.predictions[6]["kappa"].value
    weighted = np.average(kappa.tensor.value, weights=unit**2)
    assert float(kappa.constant) == pytest.approx(weighted, rel=1e-9)


@pytest.mark.statistical
def test_errors_of_a_sample():
    """One input: tensor, mean and constant are one number with one error, κ and λ² of one sample in it."""
    network = nn.ReLUNet(20, sigma_b=0.0)
    sample = nn.Ensemble(network, [[1.0]], seed=5, estimator="conditional").correlators(40_000, (2, 4, 6))
    found = nn.infer(sample, nn.Model.leading(BOTH), network, nn.Box(1.0))
    kappa = found.elementwise("kappa")
    for one in (kappa.tensor[(0,) * 6], kappa.mean):
        assert float(one) == pytest.approx(float(found["kappa"]), rel=1e-9)
        assert float(one.error) == pytest.approx(float(found["kappa"].error), rel=1e-2)
    both = found.corrected("lambda")
    assert float(both.value.error) > float(found["lambda"].error)
    assert float(both.tensor[0, 0, 0, 0].error) == pytest.approx(float(both.value.error), rel=1e-2)


@pytest.mark.parametrize(
    ("architecture", "domain", "points"),
    [
        (nn.ReLUNet(1, sigma_b=0.0), nn.Box(1.0), [[0.4], [1.0]]),
        (nn.GaussNet(1, 0.5, 0.3), nn.WholeSpace(), [[0.0]]),
    ],
    ids=["relu", "gauss"],
)
def test_the_next_order_of_kappa(architecture, domain, points):
    """κ = k₁/N² + k₂/N³: from λ³, λκ and, with l₂, the exchange; as the system of wide networks has it."""
    model = nn.Model.leading(BOTH, every=True)
    assert model.power == {4: 2, 6: 3}
    width = 10**6
    network = architecture.with_width(width)
    data = nn.exact_correlators(network, points, (2, 4, 6))
    theory = model.over(network.kernel, data.fields, domain).per_width(width)
    found, joint = nn.infer(data, theory), nn.infer(data, theory, counting="joint")
    for name in ("lambda", "kappa"):
        drift = float(joint[name]) - float(found[name])
        assert float(found.corrections[name]) == pytest.approx(drift, rel=2e-3)
        assert found.corrected(name).ratio == pytest.approx(float(joint[name]) / float(found[name]), rel=1e-6)
    every = found.corrected("kappa")
    assert set(every.by) == {"lambda**3", "kappa*lambda"}
    # both terms have λ, and the exchange moves with it
    alone = found.corrected("kappa", by="lambda")
    assert float(alone.value) == pytest.approx(float(every.value), rel=1e-12)
    without = found.corrected("kappa", by="kappa")
    assert without.by == ("kappa*lambda",)
    assert float(without.value) != pytest.approx(float(every.value), rel=1e-9)
    if len(points) == 1:
        assert float(every.tensor.value[0]) == pytest.approx(float(every.value), rel=1e-9)


def test_where_no_finite_coupling_exists():
    """ReLU at inputs of both signs: vertex integrals vanish, and two of each sign have a cumulant."""
    model = nn.Model(nn.Action("lambda*f^4"), (4,), kind="connected", power=1)
    network = nn.ReLUNet(20, sigma_b=0.0)
    exact = nn.exact_correlators(network, [[-1.0], [1.0]], (2, 4))
    found = nn.infer(exact, model, network, nn.Box(1.0))
    lam = found.elementwise("lambda")
    assert lam.finite.tolist() == [True, False, False, False, True]
    assert float(lam.mean) == pytest.approx(-12.5 / 20, rel=1e-9)


def test_faces(tmp_path):
    """Ten lines, HTML, and files of all of them."""
    found = inferred(nn.GaussNet(30, 0.3, 0.3), [[0.0], [0.1]], nn.WholeSpace())
    several = (found.elementwise("kappa"), found.corrected("lambda"), found.contributions(6, "full"), found)
    for one, words in zip(several, ("kappa element", "corrected by", "free theory", "verdict"), strict=True):
        assert words in repr(one)
        assert words in one._repr_html_()
        assert len(repr(one).splitlines()) <= 10
        for suffix in (".csv", ".json", ".nc"):
            file = tmp_path / f"{type(one).__name__}{suffix}"
            one.save(file)
            assert file.stat().st_size > 100
    wide = inferred(nn.ReLUNet(20, sigma_b=0.0), [[1.0]], nn.Box(1.0))
    assert "the expansion in 1/N does not hold there" in repr(wide.corrected("lambda"))


def test_what_is_refused():
    found = inferred(nn.GaussNet(30, 0.3, 0.3), [[0.0], [0.1]], nn.WholeSpace())
    with pytest.raises(InvalidStatistics, match="coupling 'mu' was not inferred"):
        found.elementwise("mu")
    with pytest.raises(InvalidStatistics, match="kappa cannot be corrected: it was to be by any"):
        found.corrected("kappa")
    with pytest.raises(InvalidStatistics, match=r"it was to be by mu; .* are: .*kappa"):
        found.corrected("lambda", by="mu")
    alone = inferred(nn.GaussNet(30, 0.3, 0.3), [[0.0]], nn.WholeSpace(), nn.Action("lambda*f^4"))
    assert alone.corrected("lambda").by == ("lambda**2",)
