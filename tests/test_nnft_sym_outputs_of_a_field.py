"""Couplings of a field with D outputs, (f.f)² and (f.f)³, against exact correlators of several outputs."""

import numpy as np
import pytest

import nnft_sym as nn
from nnft_sym.errors import InvalidAction

QUARTIC = nn.Action("lambda*(f.f)^2")
NETWORK = nn.GaussNet(20, 1.0, 0.5)
E4 = np.exp(4 * 0.25)  # E s⁴ at x = 0


def at_zero(outputs, orders=(2, 4), network=NETWORK):
    return nn.exact_correlators(network, [[0.0]] * len(outputs), orders, outputs=outputs)


@pytest.mark.parametrize("outputs", [(1,), (1, 2), (1, 2, 3), (4, 7)])
def test_one_input_in_closed_form(outputs):
    """G_abcd = A(δδ + δδ + δδ), A = (E₄ − 1)/N, against −8λ(δδ + δδ + δδ)√(π/2): λ whatever D."""
    found = nn.infer(at_zero(outputs), nn.Model.leading(QUARTIC), NETWORK)
    lam = -(E4 - 1) / 20 / (8 * np.sqrt(np.pi / 2))
    assert float(found["lambda"]) == pytest.approx(lam, rel=1e-9)
    assert found.explained[4] == pytest.approx(1.0, abs=1e-9)
    # the bubbles: 864 (D + 8)/9 of one output, B = ∫∫e^{−(y² + z² + (y−z)²)} = π/√3
    bubbles = 864 * (len(outputs) + 8) / 9 * np.pi / np.sqrt(3) / (24 * np.sqrt(np.pi / 2))
    assert float(found.corrections["lambda"]) == pytest.approx(bubbles * lam**2, rel=1e-8)


def test_d_is_the_number_of_different_outputs():
    """The same numbers whatever the outputs are called, in whatever order they come."""
    model = nn.Model.leading(QUARTIC)
    fits = [nn.infer(at_zero(outputs), model, NETWORK) for outputs in ((1, 2), (2, 1), (9, 3))]
    for one in fits:
        assert float(one["lambda"]) == pytest.approx(float(fits[0]["lambda"]), rel=1e-12)
        assert float(one.corrections["lambda"]) == pytest.approx(
            float(fits[0].corrections["lambda"]), rel=1e-12
        )


def test_one_output_is_the_scalar_field():
    points = [[-0.2], [0.3]]
    exact = nn.exact_correlators(NETWORK, points, (2, 4, 6))
    vector = nn.infer(exact, nn.Model.leading(nn.Action("lambda*(f.f)^2 + kappa*(f.f)^3")), NETWORK)
    scalar = nn.infer(exact, nn.Model.leading(nn.Action("lambda*f^4 + kappa*f^6")), NETWORK)
    for name in ("lambda", "kappa"):
        assert float(vector[name]) == pytest.approx(float(scalar[name]), rel=1e-9)
    assert float(vector.corrections["lambda"]) == pytest.approx(float(scalar.corrections["lambda"]), rel=1e-9)
    assert vector.contributions(6).explained == pytest.approx(scalar.contributions(6).explained, rel=1e-9)


def test_several_inputs_and_outputs():
    """One constant of all outputs: least squares by hand from exact correlators."""
    fields = nn.FieldSet([[0.0], [0.0], [0.3], [0.3]], (1, 2, 1, 2))
    exact = nn.exact_correlators(NETWORK, fields.inputs, (2, 4, 6), outputs=fields.outputs)
    model = nn.Model.leading(nn.Action("lambda*(f.f)^2 + kappa*(f.f)^3"))
    found = nn.infer(exact, model, NETWORK)
    rows = fields.multisets(4)
    a, x = fields.outputs[rows], fields.inputs[rows][:, :, 0]
    deltas = sum(
        (a[:, i] == a[:, j]) * (a[:, k] == a[:, m])
        for i, j, k, m in ((0, 1, 2, 3), (0, 2, 1, 3), (0, 3, 1, 2))
    )
    # ∫Π e^{−(x_i − y)²/2} = √(π/2) e^{−(Σx² − (Σx)²/4)/2}
    integral = np.sqrt(np.pi / 2) * np.exp(-(np.sum(x**2, axis=1) - np.sum(x, axis=1) ** 2 / 4) / 2)
    slope, four = -8 * deltas * integral, exact.connected()[4].value
    assert float(found["lambda"]) == pytest.approx(slope @ four / (slope @ slope), rel=1e-9)
    assert set(found.couplings) == {"lambda", "kappa"}
    left = np.abs(four - float(found["lambda"]) * slope).sum() / np.abs(four).sum()
    assert found.explained[4] == pytest.approx(1 - left, rel=1e-9)
    full = found.contributions(4, "full")
    assert list(full) == ["free theory", "lambda"]
    # f₁(0)² f₂(0)²: the outputs are independent in the free theory
    place = rows.tolist().index([0, 0, 1, 1])
    assert full["free theory"].value.value[place] == pytest.approx(1.25**2, rel=1e-12)


@pytest.mark.statistical
def test_a_sample_of_two_outputs():
    fields = nn.FieldSet([[0.0], [0.0]], (1, 2))
    network = nn.GaussNet(5, 0.5, 0.3)
    sample = nn.Ensemble(network, fields.inputs, seed=2, outputs=fields.outputs).correlators(100_000, (2, 4))
    model = nn.Model.leading(QUARTIC)
    truth = nn.infer(at_zero((1, 2), network=network), model, network)["lambda"]
    found = nn.infer(sample, model, network)
    pull = float(found["lambda"] - truth) / float(found["lambda"].error)
    assert abs(pull) < 4
    assert found.of_this_network is True
    # both outputs say more than one
    one = nn.infer(
        nn.Ensemble(network, [[0.0]], seed=2).correlators(100_000, (2, 4)), nn.Model.leading(QUARTIC), network
    )
    assert float(found["lambda"].error) < float(one["lambda"].error)
    brought = nn.Ensemble(network, fields.inputs, seed=2, outputs=fields.outputs).outputs(20_000)
    data = nn.Dataset.from_outputs(brought.reshape(-1, 1, 2), [[0.0]], (2, 4))
    theirs = nn.infer(data, model, network)["lambda"]
    assert abs(float(theirs - truth)) < 4 * float(theirs.error)


def test_an_action_of_one_field_says_nothing_of_two_outputs():
    with pytest.raises(InvalidAction, match="fields of 2 outputs were given to the action"):
        nn.infer(at_zero((1, 2)), nn.Model.leading(nn.Action("lambda*f^4")), NETWORK)
