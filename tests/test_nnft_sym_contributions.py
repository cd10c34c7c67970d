"""What each term contributes to a correlator: closed forms, full functions of the engine, errors, shares."""

import numpy as np
import pytest

import nnft_sym as nn
from nnft_sym.inference.contributions import contributions
from numerics.errors import InvalidStatistics, NotAvailable, OrderMissing
from numerics.lowering.monomials import monomial_text

BOTH = nn.Action("lambda*f^4 + kappa*f^6")
NARROW = [[-0.01], [-0.006], [-0.002], [0.002], [0.006], [0.01]]


def inferred(network, points, domain, orders=(4, 6), action=BOTH):
    exact = nn.exact_correlators(network, points, (2, *orders))
    return nn.infer(exact, nn.Model.leading(action, orders), network, domain), exact


def shares(found, order, kind="connected"):
    return {one.name: one.explained for one in found.contributions(order, kind).terms}


def test_relu_in_closed_form():
    """Exchange 75/22 of the cumulant, λ 87.2 % of the excess: from κ_4 = 15/4, κ_6 = 165/2, K = 1/2."""
    found, exact = inferred(nn.ReLUNet(20, sigma_b=0.0), [[0.2], [0.6]], nn.Box(100.0))
    six = found.contributions(6)
    assert [one.name for one in six.terms] == ["lambda**2", "kappa"]
    assert six["lambda**2"].share == pytest.approx(75 / 22, rel=1e-9)
    # the exchange overshoots, κ takes it back
    assert six["lambda**2"].explained == pytest.approx(2 - 75 / 22, rel=1e-9)
    assert six.explained == pytest.approx(1.0, abs=1e-8)
    np.testing.assert_allclose(six.prediction.value, exact.connected()[6].value, rtol=1e-8)
    np.testing.assert_allclose(found.predict(6, "full").value, exact[6].value, rtol=1e-8)
    # G⁽⁶⁾ − ΣKKK = 15 K κ₄/N + κ₆/N², all with the same Πx
    by_lambda = 15 * (15 / 4) * (1 / 2) * 20
    assert shares(found, 6, "excess")["lambda"] == pytest.approx(by_lambda / (by_lambda + 165 / 2), rel=1e-9)
    assert shares(found, 4) == pytest.approx({"lambda": 1.0}, abs=1e-9)
    assert list(found.contributions(4, "full")) == ["free theory", "lambda"]


def test_the_eight_point_function_is_predicted():
    """At one input: G_c⁽⁸⁾ = t λ³ + u λκ of the engine; the referee is the exact cumulant."""
    found, exact = inferred(nn.ReLUNet(20, sigma_b=0.0), [[1.0]], nn.Box(1.0), (4, 6, 8))
    eight = found.contributions(8)
    assert [(one.name, str(one.power)) for one in eight.terms] == [("lambda**3", "3"), ("kappa*lambda", "3")]
    products = found.theory.predictions[8]
    lam, kappa = float(found["lambda"]), float(found["kappa"])
    cubed, mixed = (float(products[name].value[0]) for name in ("lambda**3", "kappa*lambda"))
    by_hand = cubed * lam**3 + mixed * lam * kappa
    assert float(eight.prediction.value[0]) == pytest.approx(by_hand, rel=1e-12)
    # E h⁸ − 28 E h⁶ E h² − … of one ReLU neuron, 105·105/2 and so on, over N³
    m2, m4, m6, m8 = 1 / 2, 9 / 2, 225 / 2, 105 * 105 / 2
    kappa8 = m8 - 28 * m6 * m2 - 35 * m4**2 + 420 * m4 * m2**2 - 630 * m2**4
    assert float(exact.connected()[8].value[0]) == pytest.approx(kappa8 / 20**3, rel=1e-12)
    assert eight.explained == pytest.approx(1 - abs(1 - by_hand / (kappa8 / 20**3)), rel=1e-9)
    # a coupling of f⁸ takes what is left
    action = nn.Action("lambda*f^4 + kappa*f^6 + rho*f^8")
    with_rho, _ = inferred(nn.ReLUNet(20, sigma_b=0.0), [[1.0]], nn.Box(1.0), (4, 6, 8), action)
    assert [one.name for one in with_rho.contributions(8).terms][-1] == "rho"
    assert with_rho.explained[8] == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("order", [4, 6, 8])
def test_full_functions_are_those_of_the_engine(order):
    """Partitions into connected functions, against diagrams with components: every product to 1/N²."""
    network, points, domain = nn.GaussNet(5, 0.7, 0.3), [[-0.4], [0.1]], nn.WholeSpace()
    fields = nn.FieldSet(points)
    orders = tuple(range(4, order + 1, 2))
    powers = {4: 2, 6: 2, 8: 3}
    theory = nn.Model(BOTH, orders, kind="connected", power=powers).over(network.kernel, fields, domain)
    whole = nn.Model(BOTH, (order,), kind="normalised", power=2).predict(network.kernel, fields, domain)
    couplings = {"lambda": nn.Estimate(0.3), "kappa": nn.Estimate(-0.2)}
    made = contributions(theory, None, couplings, order, kind="full", leading=False)
    assert made.data is None
    assert set(whole[order].coefficients) == {(), *((("lambda", n),) for n in (1, 2)), (("kappa", 1),)}
    for key, coefficient in whole[order].coefficients.items():
        unit = float(np.prod([float(couplings[name]) ** power for name, power in key]))
        ours = made[monomial_text(key)].value.value
        np.testing.assert_allclose(ours, coefficient.value * unit, rtol=1e-9)
    counted = [one.power for one in made.terms]
    assert counted == sorted(counted)


def test_published_nets():
    """Gauss: 16.5 % of the excess by λ; Erf: what a rejected constant does."""
    gauss, _ = inferred(nn.GaussNet(100), NARROW, nn.WholeSpace())
    assert gauss.contributions(6)["lambda**2"].share == pytest.approx(0.11, abs=0.001)
    assert shares(gauss, 6, "excess")["lambda"] == pytest.approx(0.165, abs=5e-4)
    assert gauss.explained[6] == pytest.approx(0.99983, abs=5e-6)
    points = [[-1.0], [-0.6], [-0.2], [0.2], [0.6], [1.0]]
    erf, _ = inferred(nn.ErfNet(5), points, nn.Box(100.0))
    assert erf.contributions(6)["lambda**2"].share == pytest.approx(3.2, abs=0.05)
    got = shares(erf, 6, "excess")
    assert got == pytest.approx({"lambda": 0.0313, "lambda**2": 0.0303, "kappa": 0.0296}, abs=2e-4)


@pytest.mark.statistical
def test_errors_of_the_couplings_are_carried_along():
    network, points = nn.ReLUNet(20, sigma_b=0.0), [[0.4], [1.0]]
    sample = nn.Ensemble(network, points, seed=3, estimator="conditional").correlators(40_000, (2, 4, 6))
    found = nn.infer(sample, nn.Model.leading(BOTH), network, nn.Box(1.0))
    lam, kappa = found["lambda"], found["kappa"]
    six, theory = found.contributions(6), found.theory.predictions[6]
    by_exchange = np.abs(2 * theory["lambda**2"].value * float(lam)) * float(lam.error)
    np.testing.assert_allclose(six["lambda**2"].value.error, by_exchange, rtol=1e-9)
    by_kappa = np.abs(theory["kappa"].value) * float(kappa.error)
    np.testing.assert_allclose(six["kappa"].value.error, by_kappa, rtol=1e-9)
    # λ and κ come from one sample: their errors do not add in quadrature
    slope = found.theory.jacobian(6, {name: float(found[name]) for name in ("kappa", "lambda")})
    order = [list(found.couplings).index(name) for name in ("kappa", "lambda")]
    covariance = found.covariance()[np.ix_(order, order)]
    expected = np.sqrt(np.einsum("mi,ij,mj->m", slope, covariance, slope))
    np.testing.assert_allclose(six.prediction.error, expected, rtol=1e-6)
    # a sample less the free theory, which is known exactly
    excess = found.contributions(6, "excess")
    np.testing.assert_allclose(excess.data.error, sample[6].error)
    free = found.contributions(6, "full")["free theory"].value
    assert not free.uncertainty.statistical
    np.testing.assert_allclose(excess.data.value + free.value, sample[6].value, rtol=1e-12)


def test_what_nobody_knows_gets_no_number():
    network = nn.GaussNet(30, 0.3, 0.3)
    action = nn.Action("(lambda0+lambda2*x^2)*f^4")
    sample = nn.Ensemble(network, [[-0.1], [0.0], [0.1]], seed=0).correlators(20_000, (2, 4))
    found = nn.infer(sample, nn.Model.leading(action), network)
    four = found.contributions(4)
    assert not np.isfinite(four["lambda0"].value.value).any()
    assert four["lambda0"].value.quality is nn.Quality.UNDEFINED
    assert (four.explained, found.explained) == (None, {})


def test_what_is_refused():
    found, _ = inferred(nn.GaussNet(30, 0.3, 0.3), [[0.0]], nn.WholeSpace(), (4,), nn.Action("lambda*f^4"))
    with pytest.raises(OrderMissing, match="order 6 was asked for"):
        found.contributions(6)
    with pytest.raises(InvalidStatistics, match="'connected' or 'excess' or 'full'"):
        found.contributions(4, "normalised")
    with pytest.raises(InvalidStatistics, match="there are 'lambda'"):
        found.contributions(4)["kappa"]
    theory = found.theory
    blind = type(theory)(theory.predictions, theory.counting, theory.kind)
    with pytest.raises(NotAvailable, match="does not know its propagator"):
        contributions(blind, None, found.couplings, 4, kind="full")
    assert "explained so far" in found.contributions(4)._repr_html_()
    assert len(repr(found.contributions(4)).splitlines()) <= 10
