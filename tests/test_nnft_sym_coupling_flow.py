"""Fitted couplings against the cutoff and the width: closed forms, powers, words, and what is refused."""

import numpy as np
import pytest

from nnft_sym.actions.action import Action
from nnft_sym.inference.coupling_flow import coupling_flow
from nnft_sym.inference.flow_in_words import OneFlow, with_the_cutoff
from nnft_sym.inference.model import Model
from numerics.errors import DivergentIntegral, InvalidDomain, InvalidStatistics, NotAvailable
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.neurons.neuron_ensemble import NeuronEnsemble

BOTH = Action("lambda*f^4 + kappa*f^6")
POSITIVE = [[0.2], [0.4], [0.6], [0.8], [1.0], [1.2]]
ABOUT_ZERO = [[-1.0], [-0.6], [-0.2], [0.2], [0.6], [1.0]]
NARROW = [[0.01 * x[0]] for x in ABOUT_ZERO]
IN_TWO = [[0.5, 0.5], [0.5, 1.0], [1.0, 0.5], [1.0, 1.0]]
IN_THREE = [[0.2, 0.2, 0.2], [1.0, 1.0, 0.2], [0.2, 1.0, 1.0], [1.0, 0.2, 1.0]]


@pytest.fixture(scope="module")
def relu():
    return coupling_flow(BOTH, ReLUNet(20, sigma_b=0.0), POSITIVE, [7.0, 100.0, 500.0], (10, 50))


@pytest.fixture(scope="module")
def erf():
    return coupling_flow(BOTH, ErfNet(5), ABOUT_ZERO, [100.0, 1000.0, 10_000.0])


def test_the_closed_form_of_relu_at_every_cutoff_and_width(relu):
    """λ = −25/(2NΛ⁵), κ = +371/(3N²Λ⁷) (SPEC 15)."""
    assert relu.widths == (10, 20, 50)
    assert relu.names == ("lambda", "kappa")
    for n in relu.widths:
        assert relu.values("lambda", n).value == pytest.approx(-12.5 / n / relu.cutoffs**5, rel=1e-10)
        assert relu.values("kappa", n).value == pytest.approx(371 / 3 / n**2 / relu.cutoffs**7, rel=1e-9)
        # a bound on the error that is one
        exact = -12.5 / n / relu.cutoffs**5
        assert np.all(np.abs(relu.values("lambda", n).value - exact) <= relu.values("lambda", n).error)
    assert relu.over_widths("kappa", 7.0).value == pytest.approx(
        371 / 3 / np.array(relu.widths) ** 2 / 7.0**7, rel=1e-9
    )


@pytest.mark.parametrize(
    ("points", "cutoffs"), [(POSITIVE, [7.0, 50.0, 100.0, 500.0, 1e5]), (IN_TWO, [50.0, 100.0, 500.0])]
)
def test_slopes_of_relu(points, cutoffs):
    """−(4 + d) and −(6 + d)."""
    d = len(points[0])
    found = coupling_flow(BOTH, ReLUNet(20, sigma_b=0.0, d_in=d), points, cutoffs)
    for name, power in (("lambda", -(4 + d)), ("kappa", -(6 + d))):
        assert found.powers[name] == power
        assert -float(found.law(name).exponent) == pytest.approx(power, abs=1e-4)
        assert found.slopes(name) == pytest.approx(np.full(len(cutoffs) - 1, power), abs=1e-4)
        assert 0 <= float(found.law(name).exponent.error) < 1e-4


def test_slope_of_lambda_in_three_dimensions():
    model = Model.leading(Action("lambda*f^4"), beyond=False)
    found = coupling_flow(model, ReLUNet(20, sigma_b=0.0, d_in=3), IN_THREE, [50.0, 100.0])
    assert found.powers == {"lambda": -7.0}
    assert -float(found.law("lambda").exponent) == pytest.approx(-7.0, abs=1e-4)


@pytest.mark.exhaustive
def test_slopes_of_relu_in_three_dimensions():
    """Half a minute: two-vertex integrals in three dimensions."""
    found = coupling_flow(BOTH, ReLUNet(20, sigma_b=0.0, d_in=3), IN_THREE, [50.0, 500.0])
    assert dict(found.powers) == {"lambda": -7.0, "kappa": -9.0}
    assert -float(found.law("lambda").exponent) == pytest.approx(-7.0, abs=1e-4)
    assert -float(found.law("kappa").exponent) == pytest.approx(-9.0, abs=1e-4)


def test_powers_of_the_width(relu):
    """λ ∝ 1/N, κ ∝ 1/N²: the published "κ is 1/N suppressed"."""
    for name, power in (("lambda", -1.0), ("kappa", -2.0)):
        assert relu.power_of_width(name) == power
        for cutoff in relu.cutoffs:
            assert -float(relu.law_of_widths(name, cutoff).exponent) == pytest.approx(power, abs=1e-9)
    assert "With the width lambda goes like N^-1 and kappa like N^-2" in relu.verdict
    # 30.5/20 at the published width
    assert "changes lambda by 3.05 times itself at N = 10: the expansion holds from N = 61 on" in relu.verdict


def test_erf_has_no_cutoff_independent_coupling(erf):
    """Its vertex integrals grow like Λ, so that the couplings fall like 1/Λ, with slopes that near −1."""
    assert dict(erf.powers) == {"lambda": -1.0, "kappa": -1.0}
    assert erf.values("lambda").value[0] == pytest.approx(-0.000472505, rel=1e-5)  # SPEC 15
    slopes = erf.slopes("lambda")
    assert np.all(slopes < -1.0)
    assert -1.01 < slopes[-1] < -1.0
    assert -1.05 < -float(erf.law("lambda").exponent) < -1.0
    assert "erf-net has no cutoff-independent lambda or kappa" in erf.verdict
    assert "Constants are no good description" in erf.verdict
    assert "from -1.037 to -1.004" in erf.verdict


def test_gauss_does_not_flow():
    found = coupling_flow(BOTH, GaussNet(100), NARROW, [4.0, 10.0], (1000,))
    assert dict(found.powers) == {"lambda": 0.0, "kappa": 0.0}
    assert found.values("lambda").value == pytest.approx(np.full(2, -0.0534568), rel=1e-6)
    assert found.values("kappa").value == pytest.approx(np.full(2, -0.294791), rel=1e-5)
    assert "lambda does not depend on the cutoff" in found.verdict
    assert "no cutoff-independent" not in found.verdict
    cut = coupling_flow(Action("lambda*f^4"), GaussNet(100), NARROW, [0.5, 4.0])
    assert "the smallest box cuts into them" in cut.verdict


def test_widths_alone_over_all_of_space():
    found = coupling_flow(BOTH, GaussNet(100), NARROW, widths=(1000,))
    assert found.cutoffs.tolist() == [np.inf]
    assert found.law("lambda") is None
    assert found.over_widths("lambda").value == pytest.approx([-0.0534568, -0.00534568], rel=1e-6)
    assert found.slopes("lambda").shape == (0,)
    assert "Λ" not in found.verdict


def test_couplings_of_one_correlator_mix():
    """λ₀ and λ₂ x² of Erf-net: the fit makes of both what is left of the largest integral."""
    found = coupling_flow(Action("lambda_0*f^4 + lambda_2*x^2*f^4"), ErfNet(5), ABOUT_ZERO, [10.0, 30.0])
    assert dict(found.powers) == {"lambda_0": None, "lambda_2": None}
    assert "mixed by the fit" in found.verdict


def test_from_single_neurons_with_errors():
    """The same from a sample of neurons, at two widths: within its errors, and they are not small."""
    net = CosNet(10)
    points = [[0.0], [0.3]]
    data = NeuronEnsemble(net, points, seed=3).sample(200_000, 4, 200)
    model = Model.leading(Action("lambda*f^4"), beyond=False)
    sampled = coupling_flow(model, net, points, [5.0, 8.0], (100,), data=data)
    exact = coupling_flow(model, net, points, [5.0, 8.0], (100,))
    for width in (10, 100):
        one, other = sampled.values("lambda", width), exact.values("lambda", width)
        assert one.error.shape == (2,)
        assert np.all(one.error > 1e-4 * np.abs(one.value))
        assert np.all(np.abs(one.value - other.value) < 4 * one.error)
        # the cutoff adds no noise of its own
        assert float((one[0] - one[1]).error) < 1e-3 * float(one[0].error)
    law = sampled.law_of_widths("lambda")
    assert -float(law.exponent) == pytest.approx(-1.0, abs=1e-6)


def test_sampled_networks_are_known_at_one_width():
    net, points = CosNet(10), [[0.0], [0.3]]
    data = Ensemble(net, points, seed=1).correlators(20_000, (2, 4), 200)
    found = coupling_flow(Action("lambda*f^4"), net, points, [5.0, 8.0], data=data)
    assert np.all(found.values("lambda").error > 0)
    with pytest.raises(NotAvailable, match="one width only"):
        coupling_flow(Action("lambda*f^4"), net, points, [5.0, 8.0], (20,), data=data)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"cutoffs": [10.0]}, InvalidDomain, "two cutoffs or more, or two widths or more"),
        ({"cutoffs": [10.0, 10.0]}, InvalidDomain, "ascending order"),
        ({"cutoffs": [10.0, -1.0]}, InvalidDomain, "positive finite number"),
        ({"cutoffs": []}, InvalidDomain, "ascending order"),
        ({"cutoffs": None, "widths": (5, 10)}, DivergentIntegral, "give a cutoff"),
        ({"widths": (0,)}, InvalidStatistics, "positive whole numbers"),
        ({"model": "lambda*f^4"}, InvalidStatistics, "a Model, or an Action"),
    ],
)
def test_what_is_refused(change, error, said):
    given = {"model": BOTH, "network": ErfNet(5), "points": ABOUT_ZERO[:2], "cutoffs": [10.0, 20.0]} | change
    with pytest.raises(error, match=said):
        coupling_flow(**given)


def test_what_was_not_computed_is_refused(relu):
    for ask, said in (
        (lambda: relu.values("lambda", 7), "at 10, 20, 50"),
        (lambda: relu.values("mu"), "there are lambda, kappa"),
        (lambda: relu.over_widths("lambda", 8.0), "at 7, 100, 500"),
    ):
        with pytest.raises(InvalidStatistics, match=said):
            ask()


def test_a_change_of_sign_is_no_power():
    flow = OneFlow("lambda", np.array([-1.0, 2.0, 1.0]), None, np.array([np.nan, -1.0]), -1.0)
    (said,) = with_the_cutoff("erf", np.array([10.0, 20.0, 40.0]), [flow])
    assert said == "lambda changes its sign between Λ = 10 and 20, so that it follows no power of the cutoff."


def test_faces(relu, tmp_path):
    assert repr(relu).startswith("<Flow of lambda, kappa: 3 cutoffs, 3 widths")
    assert "slope of lambda" in relu._repr_html_()
    for suffix in ("csv", "json", "nc"):
        assert relu.save(tmp_path / f"flow.{suffix}").stat().st_size > 500
    rows = (tmp_path / "flow.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "coupling,width,cutoff,value,error"
    assert len(rows) == 1 + 2 * 3 * 3


def test_a_field_with_components_has_the_power_of_the_plain_one():
    """D and the δ of the outputs are no couplings; λ (f.f)² with one output is λ f⁴."""
    net, points, cutoffs = ReLUNet(20, sigma_b=0.0), POSITIVE[:2], [5.0, 10.0, 20.0]
    plain = coupling_flow(Action("lambda*f^4"), net, points, cutoffs)
    vector = coupling_flow(Action("lambda*(f.f)^2"), net, points, cutoffs)
    np.testing.assert_allclose(vector.values("lambda", 20).value, plain.values("lambda", 20).value, rtol=1e-9)
    assert float(vector.law("lambda").exponent) == pytest.approx(
        float(plain.law("lambda").exponent), abs=1e-9
    )
    assert vector.powers == plain.powers


def test_couplings_whose_squares_are_no_floats_have_their_powers():
    """Gauss-net far from the origin: κ is about 10^190."""
    flow = coupling_flow(BOTH, GaussNet(5), [[6.0], [0.0]], None, (1, 2, 50))
    assert abs(flow.values("kappa").value[0]) > 1e160
    assert float(flow.law_of_widths("kappa").exponent) == pytest.approx(2.0, abs=1e-6)
    assert float(flow.law_of_widths("lambda").exponent) == pytest.approx(1.0, abs=1e-6)
    assert "from N = about 10^" in flow.verdict
