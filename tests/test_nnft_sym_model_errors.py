"""Truncation and locality as errors of the couplings: what is added, what stays, and closure."""

import numpy as np
import pytest

import nnft_sym as nn

BOTH = nn.Action("lambda*f^4 + kappa*f^6")
GAUSS = nn.GaussNet(30, 0.3, 0.3)


def test_what_is_added_to_exact_data():
    points = [[-0.5], [0.2], [0.6]]
    exact, model = nn.exact_correlators(GAUSS, points, (2, 4, 6)), nn.Model.leading(BOTH)
    found = nn.infer(exact, model, GAUSS)
    wide = nn.infer(exact, model, GAUSS, model_errors=True)
    expected = {
        "lambda": np.hypot(found.truncation["lambda"], found.locality["lambda"]),
        "kappa": found.locality["kappa"],
    }
    for name, size in expected.items():
        assert float(wide[name]) == float(found[name])
        assert float(wide[name].error) == pytest.approx(size, rel=1e-9)
        assert float(wide[name].bound) == pytest.approx(float(found[name].bound), rel=1e-9)
    assert found.covariance() is None
    np.testing.assert_allclose(wide.covariance(), np.diag([expected["lambda"] ** 2, expected["kappa"] ** 2]))
    # the judgement is that without them, and says so
    assert (wide.judged.misfit, wide.ratio("lambda")) == (found.judged.misfit, found.ratio("lambda"))
    assert wide.holds == found.holds
    assert wide.verdict.startswith(found.verdict)
    assert "hold truncation and locality, but not the truncation of kappa" in wide.verdict
    assert wide.with_model_errors() is wide
    # they are carried along: 6-point terms of λ² and κ have independent model errors
    six, coefficients = wide.contributions(6), found.theory.predictions[6]
    by_exchange = 2 * coefficients["lambda**2"].value * float(found["lambda"]) * expected["lambda"]
    by_kappa = coefficients["kappa"].value * expected["kappa"]
    np.testing.assert_allclose(six.prediction.error, np.hypot(by_exchange, by_kappa), rtol=1e-9)


@pytest.mark.statistical
def test_what_is_added_to_a_sample():
    network = nn.ReLUNet(100, sigma_b=0.0)
    sample = nn.Ensemble(network, [[0.4], [1.0]], seed=1, estimator="conditional").correlators(
        20_000, (2, 4, 6)
    )
    args = (sample, nn.Model.leading(BOTH), network, nn.Box(1.0))
    found, wide = nn.infer(*args), nn.infer(*args, model_errors=True)
    sizes = [np.hypot(found.truncation.get(name, 0.0), found.locality[name]) for name in found.couplings]
    np.testing.assert_allclose(wide.covariance(), found.covariance() + np.diag(sizes) ** 2, rtol=1e-9)
    assert wide.judged.p_value == found.judged.p_value


@pytest.mark.statistical
def test_closure_where_the_model_is_right():
    """ReLU on one side: constants are exact, λ is −25/(2N): coverage at least, and hardly more."""
    network, theory = nn.ReLUNet(20, sigma_b=0.0), None
    model = nn.Model(nn.Action("lambda*f^4"), (4,), kind="connected", power=1)
    theory = model.over(network.kernel, nn.FieldSet([[0.5], [1.0]]), nn.Box(1.0))
    pulls = []
    for seed in range(300):
        ensemble = nn.Ensemble(network, [[0.5], [1.0]], seed=seed, estimator="conditional")
        found = nn.infer(ensemble.correlators(2000, (2, 4), 100), theory, model_errors=True)["lambda"]
        pulls.append((float(found) + 12.5 / 20) / float(found.error))
    assert abs(np.mean(pulls)) < 4 / np.sqrt(300)
    assert 0.8 < np.std(pulls) < 1 + 4 / np.sqrt(600)
    assert np.mean(np.abs(pulls) < 1) > 0.6827 - 3 * np.sqrt(0.6827 * 0.3173 / 300)


@pytest.mark.parametrize("width", [1000, 5000])
def test_closure_of_the_truncation(width):
    """Couplings of the system to 1/N² are about one error away from those of leading order, as documented.

    With l = NλΛ⁵ the system is 1.26 l²/N + 0.3 l + 3.75 − 82.5/N = 0 (SPEC 15).
    """
    network = nn.ReLUNet(width, sigma_b=0.0)
    exact, model = nn.exact_correlators(network, [[1.0]], (2, 4, 6)), nn.Model.leading(BOTH)
    wide = nn.infer(exact, model, network, nn.Box(1.0), model_errors=True)
    joint = nn.infer(exact, model, network, nn.Box(1.0), counting="joint")
    pull = (float(joint["lambda"]) - float(wide["lambda"])) / float(wide["lambda"].error)
    root = (-0.3 + np.sqrt(0.09 - 4 * 1.26 / width * (3.75 - 82.5 / width))) / (2 * 1.26 / width)
    assert float(joint["lambda"]) * width == pytest.approx(root, rel=1e-6)
    assert pull == pytest.approx((root + 12.5) / (12.5 * 30.5 / width), rel=1e-5)
    assert 0.98 < abs(pull) < 1.15


def test_closure_of_the_locality():
    """Elements scatter by what the error says: two halves of the inputs agree within their errors."""
    near, far = [[-0.1], [0.0], [0.1]], [[0.4], [0.7], [1.0]]
    model = nn.Model(nn.Action("lambda*f^4"), (4,), kind="connected", power=1)
    all_of_them = nn.infer(
        nn.exact_correlators(GAUSS, [*near, *far], (2, 4)), model, GAUSS, model_errors=True
    )
    spread = float(all_of_them["lambda"].error)
    elements = all_of_them.elementwise("lambda")
    weights = np.abs(all_of_them.theory.predictions[4]["lambda"].value)
    within = np.abs(elements.tensor.value - float(all_of_them["lambda"])) < spread
    assert np.average(within, weights=weights) > 0.5
    for half in (near, far):
        one = nn.infer(nn.exact_correlators(GAUSS, half, (2, 4)), model, GAUSS)
        assert abs(float(one["lambda"]) - float(all_of_them["lambda"])) < 3 * spread
