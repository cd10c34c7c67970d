"""Couplings of odd powers of f: against a density in zero dimensions, by closure, and where they are zero."""

import json
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy import optimize, stats

import nnft_sym as nn
from nnft_sym.errors import InvalidAction
from nnft_sym.expansions.expansion import expand
from nnft_sym.inference.coupling_flow import coupling_flow
from nnft_sym.inference.lower_products import lower_products, pair_products
from nnft_sym.inference.theory import Theory
from numerics.errors import InvalidStatistics
from numerics.integrals.prediction import Prediction
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.joint_correlators import Correlators
from numerics.results.uncertainty import Source, Uncertainty

ALL = "g*f^3 + lambda*f^4 + alpha*f^5 + kappa*f^6"
POWERS = {"g": 3, "lambda": 4, "alpha": 5, "kappa": 6}
#: In units of their powers of 1/N.
UNITS = {"g": 0.4, "lambda": 1.0, "alpha": 0.3, "kappa": 0.5}
NET, THREE = nn.GaussNet(30, 0.3, 0.3), [[-0.5], [0.2], [0.6]]
POINT = nn.FieldSet([[0.0]])


@cache
def zero_dimensional(action, orders, further):
    """The theory whose lines and vertex integrals are all one."""
    model = nn.Model.leading(action, orders, beyond=False)
    predictions = {}
    for n in orders:
        power = model.power[n] + (n in further)
        found = expand(action, n, power, "exact", "connected", "1/N").zero_dimensional()
        coefficients = {
            key: Correlator(POINT, n, Part.DERIVED, [float(number)], [0.0]) for key, number in found.items
        }
        predictions[n] = Prediction(n, POINT, coefficients, None, (), np.ones((1, 1)), np.zeros((1, 1)))
    counting = {
        name: Fraction(power - 2, 2) for name, power in POWERS.items() if name in nn.Action(action).couplings
    }
    return Theory(predictions, counting, propagator=np.ones(1))


def moments_of_density(couplings, shift, orders):
    """Moments of exp(−h f − f²/2K₀ − g f³ − λ f⁴ − α f⁵ − κ f⁶), h and K₀ such that ⟨f⟩ = 0 and ⟨f²⟩ = 1."""
    f = np.linspace(-14.0, 14.0, 6001)
    rest = sum(couplings[name] * f**power for name, power in POWERS.items())

    def weights(linear):
        exponent = -linear[0] * f - linear[1] * f**2 / 2 - rest
        found = np.exp(exponent - exponent.max())
        return found / found.sum()

    def off(linear):
        w = weights(linear)
        return [w @ f, w @ f**2 - 1.0]

    solved = optimize.root(off, [0.0, 1.0], tol=1e-15)
    w = weights(solved.x)
    assert np.abs(off(solved.x)).max() < 1e-12
    return [float(w @ (f + shift) ** n) for n in orders]


@pytest.mark.parametrize("shift", [0.0, 0.7])
def test_leading_couplings_of_a_density_in_zero_dimensions(shift):
    """With g ~ ε, λ ~ ε², α ~ ε³, κ ~ ε⁴ what is left out is of relative order ε², and ε⁴ with corrections.

    Tadpoles are left out: the density has the linear term that cancels them.
    """
    theory = zero_dimensional(ALL, (3, 4, 5, 6), (3, 4))
    missed, corrected = [], []
    for small in (0.012, 0.006, 0.003):
        truth = {name: unit * small ** (2 * theory.counting[name]) for name, unit in UNITS.items()}
        full = moments_of_density(truth, shift, range(1, 7))
        data = Correlators.of(Correlator(POINT, n, Part.FULL, [one], [0.0]) for n, one in enumerate(full, 1))
        found = nn.infer(data, theory)
        missed.append([abs(float(found[name]) / truth[name] - 1) for name in UNITS])
        better = {name: float(found[name] + found.corrections[name]) for name in ("g", "lambda")}
        corrected.append([abs(better[name] / truth[name] - 1) for name in better])
        assert set(found.corrections) == {"g", "lambda"}
    missed, corrected = np.array(missed), np.array(corrected)
    assert np.all(missed[-1] < 0.1)
    # halving ε divides by 4 and by 16
    np.testing.assert_allclose(missed[1] / missed[2], 4.0, rtol=0.05)
    np.testing.assert_allclose(corrected[0] / corrected[1], 16.0, rtol=0.05)


def truth_over(theory, couplings, beyond=0):
    """Exact full correlators of orders 1 to the highest, of the theory at its leading powers, or beyond."""
    fields = theory.fields
    tables = {2: Estimate(theory.propagator)}
    full = {1: Estimate(np.zeros(len(fields))), 2: tables[2]}
    for n in theory.orders:
        keep = [key for key in theory.terms(n) if theory.power_of(key) <= n / 2 - 1 + beyond]
        tables[n] = theory.value(n, couplings, keep.__contains__).numbers()
        full[n] = tables[n] + lower_products(fields, n, tables)
        if n % 2 == 0:
            full[n] = full[n] + pair_products(fields, n, tables[2])
    return {n: np.asarray(one.value) for n, one in full.items()}


def exact_data(theory, couplings, beyond=0):
    full = truth_over(theory, couplings, beyond)
    return Correlators.of(
        Correlator(theory.fields, n, Part.FULL, one, 1e-15 * np.abs(one)) for n, one in full.items()
    )


COUPLINGS = {"g": 0.02, "lambda": -0.01, "alpha": 3e-4, "kappa": 2e-4}


@pytest.mark.parametrize("kind", ["connected", "full"])
def test_exact_correlators_of_the_model_give_its_couplings(kind):
    """Three inputs, four couplings; the exchange of g², and products of lower functions in full ones."""
    model = nn.Model.leading(ALL, kind=kind)
    theory = model.for_data(NET.kernel, nn.FieldSet(THREE), nn.WholeSpace())
    found = nn.infer(exact_data(theory, COUPLINGS), theory)
    for name, value in COUPLINGS.items():
        assert float(found[name]) == pytest.approx(value, rel=1e-8)
    assert found.explained == pytest.approx(dict.fromkeys((3, 4, 5, 6), 1.0), abs=1e-8)
    assert [step.order for step in found.steps] == [3, 4, 5, 6]
    assert list(found.contributions(4)) == ["lambda", "g**2"] or list(found.contributions(4)) == [
        "g**2",
        "lambda",
    ]
    assert found.called("g") == "g"
    # the exchange by hand: 36 ways in each of three channels
    exchange = theory.terms(4)[(("g", 2),)].value
    assert np.all(exchange > 0)
    point = nn.FieldSet([[0.0]])
    one = model.for_data(NET.kernel, point, nn.WholeSpace()).terms(4)[(("g", 2),)].value
    # K_W(x, y) = a exp(−b (x − y)²/2): 108 ∫∫ K_0y² K_yz K_0z² in closed form
    a, b = 0.09, 0.09
    matrix = b * np.array([[3.0, -1.0], [-1.0, 3.0]])
    assert float(one[0]) == pytest.approx(108 * a**5 * 2 * np.pi / np.sqrt(np.linalg.det(matrix)), rel=1e-9)


@pytest.mark.parametrize("kind", ["connected", "full"])
def test_the_joint_system_with_odd_couplings(kind):
    """One power further everywhere: the joint system is exact, order by order the correction is."""
    model = nn.Model.leading("g*f^3 + lambda*f^4", kind=kind)
    theory = model.for_data(NET.kernel, nn.FieldSet(THREE), nn.WholeSpace())
    truth = {"g": 0.02, "lambda": -0.01}
    data = exact_data(theory, truth, beyond=1)
    joint, by_order = nn.infer(data, theory, counting="joint"), nn.infer(data, theory)
    for name, value in truth.items():
        assert float(joint[name]) == pytest.approx(value, rel=1e-9)
        assert 1e-3 < abs(float(by_order[name]) / value - 1) < 0.03
        assert float(by_order[name] + by_order.corrections[name]) == pytest.approx(value, rel=1e-3)


def test_full_functions_of_five_fields_take_the_three_point_function_along():
    theory = nn.Model.leading(ALL, kind="full").for_data(
        NET.kernel, nn.FieldSet([[0.0], [0.4]]), nn.WholeSpace()
    )
    data = exact_data(theory, COUPLINGS)
    found = nn.infer(data, theory)
    full = found.contributions(5, "full")
    np.testing.assert_allclose(full.prediction.value, data[5].value, rtol=1e-8)
    assert {one.product for one in full.terms} >= {(("g", 1),), (("alpha", 1),), (("g", 1), ("lambda", 1))}
    np.testing.assert_allclose(found.predict(6, "full").value, data[6].value, rtol=1e-8)


@pytest.mark.statistical
def test_closure_on_outputs_brought_along():
    """f = σ z + b (e − 1) + m of an exponential e: cumulants σ² + b², 2b³, 6b⁴, so g and λ are known."""
    rng, b, replicas = np.random.default_rng(21), 0.25, 400
    theory = nn.Model.leading("g*f^3 + lambda*f^4", beyond=False).for_data(NET.kernel, POINT, nn.WholeSpace())
    variance = float(theory.propagator[0])
    per_unit = {n: {k[0]: one.value[0] for k, one in theory.terms(n).items()} for n in (3, 4)}
    g = 2 * b**3 / per_unit[3]["g", 1]
    truth = np.array([g, (6 * b**4 - per_unit[4]["g", 2] * g**2) / per_unit[4]["lambda", 1]])
    pulls = []
    for _ in range(replicas):
        own = np.sqrt(variance - b**2) * rng.standard_normal((4000, 1))
        outputs = own + b * rng.exponential(size=(4000, 1)) + 0.3
        found = nn.infer(nn.Dataset.from_outputs(outputs, [[0.0]], range(1, 5), n_blocks=200), theory)
        values = np.array([float(found[name]) for name in ("g", "lambda")])
        pulls.append((values - truth) / [float(found[name].error) for name in ("g", "lambda")])
        assert found.of_this_network
    for one in np.transpose(pulls):
        assert abs(np.mean(one)) < 4 / np.sqrt(replicas)
        assert np.std(one) == pytest.approx(1.0, abs=4 / np.sqrt(2 * replicas))
        assert np.mean(np.abs(one) < 1) == pytest.approx(0.683, abs=3 * np.sqrt(0.683 * 0.317 / replicas))


@pytest.mark.statistical
@pytest.mark.parametrize("kind", ["connected", "full"])
def test_closure_over_several_inputs(kind):
    """Moments of the model with Gaussian noise in 300 blocks: pulls of g and λ, and uniform p-values."""
    model = nn.Model.leading("g*f^3 + lambda*f^4", beyond=False, kind=kind)
    theory = model.for_data(NET.kernel, nn.FieldSet([[-0.5], [0.6]]), nn.WholeSpace())
    full = truth_over(theory, {"g": 0.02, "lambda": -0.01})
    truth, n_blocks, rng = np.concatenate(list(full.values())), 300, np.random.default_rng([3, len(kind)])
    root = 1e-3 * rng.normal(size=(len(truth), len(truth)))
    edges = np.cumsum([len(one) for one in full.values()])[:-1]
    pulls, chances = [], []
    for _ in range(200):
        rows = truth + np.sqrt(n_blocks) * rng.normal(size=(n_blocks, len(truth))) @ root.T
        deviations = (rows - rows.mean(axis=0)) / np.sqrt(n_blocks * (n_blocks - 1))
        source = Source("networks of seed 1", n_blocks, n_blocks)
        data = Correlators.of(
            Correlator(theory.fields, n, Part.FULL, mean, Uncertainty.of_blocks(source, moves))
            for n, mean, moves in zip(
                full, np.split(rows.mean(axis=0), edges), np.split(deviations, edges, axis=1), strict=True
            )
        )
        found = nn.infer(data, theory, allowance=0.0)
        pulls.append(
            [(float(found[k]) - v) / float(found[k].error) for k, v in (("g", 0.02), ("lambda", -0.01))]
        )
        chances.append([step.fit.p_value for step in found.steps])
    for one, p in zip(np.transpose(pulls), np.transpose(chances), strict=True):
        assert abs(np.mean(one)) < 4 / np.sqrt(200)
        assert np.std(one) == pytest.approx(1.0, abs=4 / np.sqrt(400))
        assert stats.kstest(p, "uniform").pvalue > 1e-3


def test_even_networks_have_none():
    model = nn.Model.leading("g*f^3 + lambda*f^4")
    assert (model.orders, model.odd_couplings, model.data_orders) == ((3, 4), {"g": 3}, (1, 2, 3, 4))
    exact = nn.exact_correlators(NET, THREE, (1, 2, 3, 4))
    sampled = nn.Ensemble(NET, THREE, seed=1).correlators(500, (1, 2, 3, 4), n_blocks=50)
    for data in (exact, sampled):
        with pytest.raises(InvalidAction, match="g is zero by symmetry, leave it out"):
            nn.infer(data, model, NET)
    theory = model.for_data(NET.kernel, exact.fields, nn.WholeSpace())
    with pytest.raises(InvalidStatistics, match="zero by symmetry"):
        nn.infer(exact, theory)
    brought = nn.Dataset.from_outputs(nn.Ensemble(NET, THREE, seed=1).outputs(2000), THREE, (2, 4))
    with pytest.raises(InvalidStatistics, match="the 3-point function, the data have orders"):
        nn.infer(brought, model, NET)
    with pytest.raises(InvalidAction, match="zero by symmetry"):
        coupling_flow(nn.Action("g*f^3"), NET, THREE, [1.0, 2.0])
    # outputs of an even ensemble that are brought along give a g that is compatible with zero
    every = nn.Dataset.from_outputs(nn.Ensemble(NET, THREE, seed=1).outputs(4000), THREE, range(1, 5))
    found = nn.infer(every, model, NET)
    assert abs(float(found["g"])) < 4 * float(found["g"].error)
    assert "g is compatible with zero" in found.verdict


@pytest.mark.statistical
def test_networks_with_skewed_output_weights_have_a_cubic_coupling(nnft):
    """κ₃ = μ₃ E[s s s]/√N; of a centred exponential μ₃ = 2 σ³, and E s³ of Gauss-net in closed form."""
    net = nn.GaussNet(4, 0.3, 0.2).with_laws(output="scipy.expon:loc=-1")
    third = net.weight_variance**1.5 * 2.0 * np.exp((4.5 - 3) * 0.04 + 0.5 * 0.09 * (9 - 6) * 0.16) / 2.0
    sample = nn.Ensemble(net, [[0.4]], seed=3).correlators(200_000, orders=(1, 2, 3, 4))
    assert sample.connected().orders == (1, 2, 3, 4)
    model = nn.Model.leading("g*f^3 + lambda*f^4", beyond=False)
    found = nn.infer(sample, model, net)
    unit = found.theory.terms(3)[(("g", 1),)].value[0]
    pull = (float(found["g"]) - third / unit) / float(found["g"].error)
    assert abs(pull) < 4
    assert float(found["g"].error) < 0.1 * abs(float(found["g"]))
    # outputs of the same networks, brought along, say the same
    outputs = nn.Ensemble(net, [[0.4]], seed=3).outputs(200_000)
    brought = nn.infer(nn.Dataset.from_outputs(outputs, [[0.4]], range(1, 5)), model, net)
    for name in ("g", "lambda"):
        assert float(brought[name]) == pytest.approx(float(found[name]), rel=1e-6)
    words = [
        "couplings",
        "g*f^3+lambda*f^4",
        "--net",
        "gauss",
        "--width",
        4,
        "--sigma-w",
        0.3,
        "--sigma-b",
        0.2,
    ]
    words += ["--points", "0.4;0.5", "--output-law", "scipy.expon:loc=-1", "--networks", 20_000, "--json"]
    code, out, err = nnft(*words)
    assert code == 0, err
    g = json.loads(out)["couplings"][0]
    assert abs(g["value"] - float(found["g"])) < 5 * g["error"]


def test_the_command(nnft, tmp_path):
    rng = np.random.default_rng(4)
    kernel = NET.kernel.full(np.array(THREE), np.array(THREE))
    gauss = rng.multivariate_normal(np.zeros(3), kernel - 0.05, size=20_000)
    np.save(tmp_path / "skewed.npy", gauss + np.sqrt(0.05) * (rng.exponential(size=(20_000, 1)) - 1))
    words = [
        "couplings",
        "g*f^3+lambda*f^4",
        "--net",
        "gauss",
        "--width",
        30,
        "--sigma-w",
        0.3,
        "--sigma-b",
        0.3,
    ]
    words += ["--points=-0.5;0.2;0.6", "--data", tmp_path / "skewed.npy"]
    code, out, err = nnft(*words, "--json")
    assert code == 0, err
    found = json.loads(out)
    assert [one["name"] for one in found["couplings"]] == ["g", "lambda"]
    g, lam = found["couplings"]
    # one constant cumulant 2 · 0.05^1.5, with ∫K³ at these inputs: −6 g I₃
    fields = nn.FieldSet(THREE)
    unit = nn.Model.leading("g*f^3", beyond=False).for_data(NET.kernel, fields, nn.WholeSpace()).terms(3)
    expected = 2 * 0.05**1.5 / np.mean(unit[(("g", 1),)].value)
    assert abs(g["value"] - expected) < 5 * g["error"]
    assert g["ratio"] is not None
    assert lam["determined"]
    assert [(one["couplings"], one["counts_as"]) for one in found["contributions"][0]["terms"]] == [
        ("g", "1/N^(1/2)")
    ]
    code, out, err = nnft(*words)
    assert (code, err) == (0, "")
    assert "3-point: g" in out
    assert "1/N^(1/2)" in out
    code, out, err = nnft(*words[:-2])
    assert (code, out) == (2, "")
    assert "g is zero by symmetry, leave it out" in err
    assert "--output-law" in err
    assert "--data x.npy" in err
    code, _, err = nnft("flow", "g*f^3", *words[2:-2], "--cutoffs", "1,2")
    assert (code, err.count("zero by symmetry")) == (2, 1)
