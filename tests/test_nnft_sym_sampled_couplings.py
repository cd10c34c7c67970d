"""Couplings of a study: from the sample, as tensors, one corrected by another, and what they predict."""

import json
import math

import numpy as np
import pytest
from scipy.stats import chi2

from nnft_sym.actions.action import Action
from nnft_sym.inference.infer import infer
from nnft_sym.inference.model import Model
from nnft_sym.jsonio import dumps
from nnft_sym.report.archive import study_tree
from nnft_sym.study.action_fit import fit_action
from nnft_sym.study.action_tables import action_tables
from nnft_sym.study.config import parse_study
from nnft_sym.study.correlator_terms import taken_apart
from nnft_sym.study.coupling_forms import coupling_forms
from nnft_sym.study.run import run_study
from nnft_sym.study.run_record import RunRecord
from nnft_sym.study.sampled_couplings import read_sample
from nnft_sym.study.summary import net_summary
from numerics.exact.correlators import exact_correlators
from numerics.fields.field_set import FieldSet
from numerics.inference.dataset import Dataset
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.networks.architectures import CosNet, ReLUNet
from numerics.results.quality import Quality
from numerics.sampling.ensemble import Ensemble

ACTION = Action("lambda*f^4 + kappa*f^6")
POINTS = [[-0.3], [0.6]]
STUDY = """
seed = 4
experiments = 4
networks = 25_000
[[net]]
kind = "cos"
width = 3
points = [[-0.3], [0.6]]
"""


def theory_of(network, points, domain, orders=(4, 6)):
    return Model.leading(ACTION, orders, beyond=False).over(network.kernel, FieldSet(points), domain)


@pytest.fixture(scope="module")
def cos():
    return theory_of(CosNet(3), POINTS, WholeSpace()), exact_correlators(CosNet(3), POINTS, (2, 4, 6))


@pytest.fixture(scope="module")
def samples():
    """Sixty samples of a hundred thousand networks."""
    return [Ensemble(CosNet(3), POINTS, seed=s).correlators(100_000, (2, 4, 6), 200) for s in range(60)]


@pytest.fixture(scope="module")
def net():
    (found,) = run_study(parse_study(STUDY)).nets
    return found


def width_of_one(pulls):
    """Two-sided probability of Σ pull², and distance of the mean in standard errors."""
    total = float(np.sum(np.square(pulls)))
    below = chi2.cdf(total, len(pulls))
    return 2 * min(below, 1 - below), abs(np.mean(pulls)) * math.sqrt(len(pulls))


def test_pulls_over_seeds_are_of_width_one(cos, samples):
    theory, exact = cos
    found = [read_sample(theory, one, exact) for one in samples]
    assert all(one.determined for readings in found for one in readings)
    for place, name in enumerate(("lambda", "kappa")):
        assert {readings[place].name for readings in found} == {name}
        p, shift = width_of_one([readings[place].pull for readings in found])
        assert p > 1e-3
        assert shift < 3.5


def test_the_tensor_is_not_constant_and_the_weights_matter(cos, samples):
    """Against the constants of the exact data, which are fitted without weights, the pulls are off."""
    theory, exact = cos
    bare = infer(exact, theory)
    found = [read_sample(theory, one, exact) for one in samples]
    pulls = [(float(one[0].found) - float(bare["lambda"])) / float(one[0].found.error) for one in found]
    assert width_of_one(pulls)[1] > 2.0
    assert all(0 < abs(one[0].alike / float(bare["lambda"]) - 1) < 0.05 for one in found)


def test_where_the_tensor_is_constant_weights_do_not_matter():
    """λ = −25/(2NΛ⁵) and κ = 371/(3N²Λ⁷) of ReLU-net without bias: SPEC 15."""
    network, points = ReLUNet(3, sigma_b=0.0), [[0.5], [1.0]]
    theory, exact = theory_of(network, points, Box(1.0)), exact_correlators(network, points, (2, 4, 6))
    readings = read_sample(theory, Ensemble(network, points, 2).correlators(50_000, (2, 4, 6), 100), exact)
    assert [one.alike for one in readings] == pytest.approx([-25 / 6, 371 / 27], rel=1e-9)
    assert all(abs(one.pull) < 4 for one in readings)


def test_couplings_that_the_sample_does_not_tell_apart_get_no_number():
    """λ₀ + λ₂ x² + λ₄ x⁴: the exact answer tells them apart, a hundred thousand networks do not."""
    points = [[-0.3], [0.2], [0.6]]
    model = Model.leading(Action("(lambda_0 + lambda_2*x^2 + lambda_4*x^4)*f^4"), beyond=False)
    theory = model.over(CosNet(3).kernel, FieldSet(points), WholeSpace())
    exact = exact_correlators(CosNet(3), points, (2, 4))
    assert all(infer(exact, theory).determined(name) for name in theory.names)
    readings = read_sample(theory, Ensemble(CosNet(3), points, 1).correlators(100_000, (2, 4), 200), exact)
    unknown = [one for one in readings if not one.determined]
    assert unknown
    for one in unknown:
        assert math.isnan(float(one.found))
        assert one.pull is None
        assert "does not tell it from other couplings" in one.why


def test_an_error_that_is_not_to_be_trusted_is_named():
    """At N = 20 twenty thousand networks are too few for the 6-point function."""
    network = CosNet(20)
    theory, exact = theory_of(network, POINTS, WholeSpace()), exact_correlators(network, POINTS, (2, 4, 6))
    _, kappa = read_sample(theory, Ensemble(network, POINTS, 1).correlators(20_000, (2, 4, 6), 100), exact)
    assert kappa.weak
    assert kappa.found.quality is Quality.TOO_FEW_SAMPLES


def test_an_order_that_was_not_sampled_is_said(cos):
    theory, exact = cos
    sampled = Ensemble(CosNet(3), POINTS, 1).correlators(10_000, (2, 4), 100)
    fit = fit_action(theory, Dataset(None, exact), 6, sampled=sampled)
    assert fit.readings
    assert fit.sampled == ()
    assert "6-point" in fit.not_sampled
    assert fit_action(theory, Dataset(None, exact), 6).not_sampled == ""


def test_errors_of_couplings_are_those_of_the_prediction(cos, samples):
    """The 6-point function from sampled couplings, over sixty seeds."""
    theory, _ = cos
    values, errors = [], []
    for one in samples:
        found = infer(Dataset(one), theory)
        predicted = found.predict(6, "excess")
        values.append(predicted.value)
        errors.append(predicted.error)
        apart = taken_apart(found, 6)
        assert apart.accuracy == pytest.approx(predicted.error.sum() / np.abs(apart.data.value).sum())
        assert apart.parts[0].accuracy < apart.parts[1].accuracy
    ratio = np.std(values, axis=0, ddof=1) / np.mean(errors, axis=0)
    assert np.all((ratio > 0.7) & (ratio < 1.4))


def kernel(x, y):
    """⟨cos(wx + b) cos(wy + b)⟩ for w of variance one and a uniform phase."""
    return 0.5 * np.exp(-0.5 * np.square(np.subtract.outer(x, y)))


def test_the_8_point_function_against_sums_over_a_grid(net):
    """−24³ · 280 λ³ (three, two and three legs) + 24 · 720 · 56 λκ (three and five legs), at one point."""
    found = net.action_fit.beyond
    assert found.order == 8
    lam, kap = (net.action_fit.find(name).value for name in ("lambda", "kappa"))
    y = np.linspace(-12, 12, 1201)
    step, line = y[1] - y[0], kernel(y, y)
    for place, x in ((0, -0.3), (-1, 0.6)):
        leg = kernel(y, np.array([x]))[:, 0]
        ends = line @ leg**3 * step
        three = -(24**3) * 280 * lam**3 * np.sum(leg**2 * ends**2) * step
        two = 24 * 720 * 56 * lam * kap * np.sum(leg**5 * ends) * step
        assert found.terms["lambda**3"].value[place] == pytest.approx(three, rel=1e-9)
        assert found.terms["kappa*lambda"].value[place] == pytest.approx(two, rel=1e-9)
    # what they are held against: 105 KKKK taken off the eighth moment
    exact = exact_correlators(CosNet(3), POINTS, (2, 4, 6, 8))
    assert found.data.value[0] == pytest.approx(float(exact[8].value[0]) - 105 * 0.5**4, rel=1e-12)
    total = sum(one.value for one in found.terms.values())
    left = np.abs(found.data.value - total).sum() / np.abs(found.data.value).sum()
    assert found.explained == pytest.approx(1 - left, rel=1e-12)


def test_lambda_corrected_by_kappa_in_closed_form(net):
    """−24 λ c − 360 κ K(y, y) c: with K(y, y) = 1/2 everywhere λ falls by 7.5 κ."""
    forms = {(one.name, one.by): one for one in net.action_fit.forms}
    assert set(forms) == {("lambda", ""), ("lambda", "kappa"), ("kappa", "")}
    bare, corrected, kappa = (forms[key] for key in (("lambda", ""), ("lambda", "kappa"), ("kappa", "")))
    assert corrected.constant == pytest.approx(bare.constant - 7.5 * kappa.constant, rel=1e-9)
    assert float(corrected.mean) == pytest.approx(float(bare.mean) - 7.5 * kappa.constant, rel=1e-9)
    assert corrected.ratio == pytest.approx(corrected.constant / bare.constant)
    assert not corrected.trusted
    assert corrected.words == "λ corrected by κ"


def test_tensors_against_their_definition(cos):
    theory, exact = cos
    found = infer(exact, theory)
    forms = {one.name: one for one in coupling_forms(found)}
    connected, terms = exact.connected(), theory.terms(6)
    lam = connected[4].value / theory.terms(4)[(("lambda", 1),)].value
    rest = connected[6].value - terms[(("lambda", 2),)].value * float(found["lambda"]) ** 2
    kap = rest / terms[(("kappa", 1),)].value
    for name, tensor in (("lambda", lam), ("kappa", kap)):
        assert float(forms[name].mean) == pytest.approx(tensor.mean(), rel=1e-12)
        assert forms[name].spread == pytest.approx(tensor.std(), rel=1e-9)
        assert (forms[name].elements, forms[name].missing) == (len(tensor), 0)


def test_everything_is_shown_and_written(net):
    found = json.loads(dumps(net_summary(net)))
    lam, kap = found["couplings"]
    assert lam["sampled"]["determined"] is True
    assert abs(lam["sampled"]["pull"]) < 4
    assert kap["sampled"].keys() == lam["sampled"].keys()
    assert [form["by"] for form in lam["forms"]] == [None, "kappa"]
    assert found["beyond"]["order"] == 8
    assert found["beyond"]["terms"][-1]["explained"] == found["beyond"]["explained"]
    assert found["connected_explained"]["g8"] == pytest.approx(found["beyond"]["connected"])
    titles = [table.title for table in action_tables(net)]
    assert [next(word in title for word in words) for title, words in zip(titles, [
        ("order by order",), ("as tensors",), ("from the sample",), ("6-point",), ("8-point",),
    ], strict=True)] == [True] * 5  # fmt: skip
    assert "to which nothing was fitted" in net.verdict


def test_the_file_has_the_predicted_order(net):
    class Study:
        nets, passed, provenance, run = (net,), True, {}, RunRecord.now()

    tree = study_tree(Study)
    eight = tree["1_cos_N3/order_8"]
    assert eight["indices"].shape == (9, 8)
    assert eight["term_lambda**3"].to_numpy() == pytest.approx(net.action_fit.beyond.terms["lambda**3"].value)
    assert np.all(tree["1_cos_N3/order_6/term_kappa_error"] >= 0)


def test_where_grids_are_too_dear_nothing_is_predicted():
    plane = STUDY.replace('"cos"', '"erf"').replace("[[-0.3], [0.6]]", "[[0.3, 0.1]]\ncutoff = 2.0")
    (found,) = run_study(parse_study(plane.replace("25_000", "200"))).nets
    assert found.action_fit.readings
    assert found.action_fit.beyond is None


def test_a_fitted_8_point_function_is_no_prediction():
    eight = STUDY.replace("seed = 4", 'seed = 4\naction = "lambda*f^4 + kappa*f^6 + g*f^8"')
    (found,) = run_study(parse_study(eight.replace("25_000", "200"))).nets
    assert found.action_fit.find("g") is not None
    assert found.action_fit.beyond is None
    assert "8-point" in found.action_fit.not_sampled
