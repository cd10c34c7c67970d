"""The main job, end to end, against physics known in closed form.

Closed forms used here (s_W = s_b = 1 unless said; K is the full kernel at coinciding points):

- ReLU, d = 1, no biases, inputs of one sign: K = xy/2, κ4 = (15/4) Πx, κ6 = (165/2) Πx. The share of ΔG6
  that λ explains is then (15 K κ4/N) / (15 K κ4/N + κ6/N²), the same for every index set.
- Gauss at nearly coinciding inputs: K = 2, κ4 = 3 (e⁴ - 1), κ6 = 15 e¹² - 45 e⁴ + 30.
"""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import xarray
from scipy.stats import kstest, norm

from nnft_sym.actions.action import Action
from nnft_sym.cli import run
from nnft_sym.expansions.expansion import expand
from nnft_sym.printing.number_text import number, with_error
from nnft_sym.study.checks import CheckName
from nnft_sym.study.config import built_in_study, parse_study
from nnft_sym.study.coupling_tensors import CouplingStatus, extract_coupling
from nnft_sym.study.run import run_study
from nnft_sym.study.summary import summarise
from numerics.errors import NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.integrals.integrator import predict
from numerics.integrals.rules.domains import Box
from numerics.results.estimate import Quality
from numerics.results.joint_correlators import Correlators
from numerics.sampling.ensemble import Ensemble

CONTRACT = {
    "name", "width", "cutoff", "lambda_mean", "lambda_err", "lambda_fit", "lambda_fit_err", "lambda_chi2_dof",
    "chi2_dof_g4", "g6_explained", "verdict",
}  # fmt: skip


def share_explained(kernel, kappa4, kappa6, width):
    linear = 15 * kernel * kappa4 / width
    return linear / (linear + kappa6 / width**2)


@pytest.mark.slow
def test_contract(published):
    assert published.code == (0 if published.summary["passed"] else 1)
    assert [net["name"] for net in published.summary["nets"]] == ["erf", "relu", "gauss"]
    for net in published.summary["nets"]:
        assert set(net) >= CONTRACT
        assert set(net["g6_explained"]) == {"free", "lambda_tensor", "lambda_mean", "lambda_fit"}
        assert net["g6_explained"]["free"] == 0
    assert published.summary["passed"], published.summary
    assert "sampling" in published.messages


@pytest.mark.slow
def test_erf_rejects_a_constant_coupling(published):
    net = published.net("erf")
    assert 1 - net["g6_explained"]["lambda_tensor"] == pytest.approx(0.0076, abs=5e-5)
    assert net["g6_identity_error"] < 1e-9
    assert net["lambda_mean_exact"] == pytest.approx(0.0011, abs=5e-5)
    assert net["lambda_spread_exact"] == pytest.approx(0.039, abs=5e-4)
    assert net["lambda_dof"] >= 10
    assert net["lambda_chi2_dof"] > 50  # χ²/dof of a good fit to that many directions is 1 ± 0.5
    assert net["g6_explained"]["lambda_mean"] < 0
    assert net["g6_explained"]["lambda_fit"] < 0.05
    assert "A constant λ is rejected" in net["verdict"]
    assert "does not describe this ensemble" in net["verdict"]
    assert abs(net["lambda_mean"] - net["lambda_mean_exact"]) < 4 * net["lambda_err"]


@pytest.mark.slow
def test_relu_accepts_a_constant_coupling(published):
    net = published.net("relu")
    expected = share_explained(0.5, 15 / 4, 165 / 2, 20)
    for name in ("lambda_tensor", "lambda_mean", "lambda_fit"):
        assert net["g6_explained"][name] == pytest.approx(expected, rel=1e-9)
    # λ = -κ4/(24 N ∫K⁴), ∫K⁴ = (1/2)⁴ Πx Λ⁵/5 on the half of the box where the kernel does not vanish.
    coupling = -(15 / 4) / (24 * 20 * (1 / 16) * 100.0**5 / 5)
    assert net["lambda_mean_exact"] == pytest.approx(coupling, rel=1e-10)
    assert abs(net["lambda_mean"] - coupling) < 4 * net["lambda_err"]
    assert net["lambda_spread_exact"] < 1e-12 * abs(coupling)
    assert net["kernel_rank"] == 1
    assert net["comparisons"]["joint"]["dof"] == 3
    assert (net["lambda_dof"], net["lambda_chi2_dof"]) == (0, 0)
    assert f"A constant λ = {number(coupling, 3)} at the cutoff Λ = 100 describes" in net["verdict"]
    fitted = with_error(net["lambda_fit"], net["lambda_fit_err"])
    assert f"fitted to the sample it is {fitted}" in net["verdict"]
    assert net["lambda_fit_best"] == pytest.approx(coupling, rel=1e-10)


@pytest.mark.slow
def test_gauss_is_heavy_tailed_and_mostly_unexplained(published):
    net = published.net("gauss")
    expected = share_explained(2.0, 3 * (math.e**4 - 1), 15 * math.e**12 - 45 * math.e**4 + 30, 100)
    assert net["g6_explained"]["lambda_fit"] == pytest.approx(expected, abs=2e-4)
    assert expected == pytest.approx(0.165, abs=5e-4)
    assert net["quality"]["g6"] == "heavy_tailed"
    assert "not trustworthy, exact value used" in net["verdict"]
    assert "A constant λ = −0.0535" in net["verdict"]
    assert net["lambda_misfit"] < 1e-3


@pytest.mark.slow
def test_folder(published):
    names = {path.name for path in published.folder.iterdir()}
    assert {"report.html", "report.tex", "results.nc", "summary.json", "figures"} <= names
    with xarray.open_datatree(published.folder / "results.nc", engine="h5netcdf") as tree:
        four = tree["1_erf_N5/order_4"]
        assert four["lambda_exact"].mean().item() == pytest.approx(published.net("erf")["lambda_mean_exact"])
        assert four["indices"].shape == (126, 4)
    report = (published.folder / "report.html").read_text(encoding="utf-8")
    for net in published.summary["nets"]:
        assert f"N = {net['width']}" in report


RELU_BOTH_SIGNS = """
experiments = 4
networks = 20_000
seed = 3
[[net]]
kind = "relu"
width = 20
sigma_b = 0.0
points = [[-1.0], [-0.6], [-0.2], [0.2], [0.6], [1.0]]
cutoff = 100.0
"""


def test_relu_at_inputs_of_both_signs_has_no_contact_coupling():
    result = run_study(parse_study(RELU_BOTH_SIGNS))
    net = result.nets[0]
    assert net.kernel_rank == 2
    # C(3+3, 4) = 15 index sets on each half line; 36 with two on each; 60 with three on one.
    assert net.coupling.count(CouplingStatus.FINITE) == 30
    assert net.coupling.count(CouplingStatus.INFINITE) == 36
    assert net.coupling.count(CouplingStatus.UNDETERMINED) == 60
    assert "96 of 126 elements" in net.verdict
    assert "36 would be infinite" in net.verdict
    assert "60 are 0/0" in net.verdict
    assert "rejected: some elements would need it infinite" in net.verdict
    assert np.isfinite(float(net.coupling.mean))
    assert np.isfinite([net.next_order.explained[name] for name in ("lambda_mean", "lambda_fit")]).all()
    # 6-point elements without any (2+, 2-) subset: all six on one side (28 each) or five and one (2·21·3).
    assert net.next_order.excluded == 462 - 2 * 28 - 2 * 21 * 3
    assert net.next_order.identity_miss < 1e-12
    assert net.passed, net.checks


COS_2D = """
experiments = 4
networks = 10_000
seed = 1
[[net]]
kind = "cos"
width = 6
sigma_w = 0.7
sigma_a = 1.3
points = [[0.0, 0.0], [0.5, -0.4], [1.0, 0.3]]
"""


def test_cos_net_in_two_dimensions():
    net = run_study(parse_study(COS_2D)).nets[0]
    assert net.passed, net.checks
    assert net.next_order.identity_miss < 1e-10
    # At one point κ4 = 3 sa⁴/8 and ∫K⁴ = (sa²/2)⁴ (π/2c)^(d/2), c = sw²/d.
    integral = (1.3**2 / 2) ** 4 * math.pi / (2 * 0.49 / 2)
    assert net.coupling.exact.value[0] == pytest.approx(-(3 * 1.3**4 / 8) / 6 / (24 * integral), rel=1e-10)


@pytest.mark.statistical
@pytest.mark.parametrize("kind", ["erf", "relu"])
def test_mean_coupling_has_an_honest_error_over_many_seeds(kind):
    (config,) = built_in_study().only(kind).net
    net, points = config.architecture, np.array(config.points)
    expansion = expand(Action("lambda*f**4"), 4, scheme="exact")
    theory = predict(expansion.monomials(), net.kernel, points, Box(config.cutoff))
    free, vertex = theory.coefficient(""), theory.coefficient("lambda")
    exact = exact_correlators(net, points, orders=(4,))[4]
    pulls = []
    for seed in range(24):
        sampled = Ensemble(net, points, seed=seed).correlators(100_000, orders=(4,), n_blocks=500)
        found = extract_coupling(vertex, sampled[4] - free, exact - free)
        pulls.append((float(found.mean) - float(found.mean_exact)) / float(found.mean.error))
    # Kolmogorov and Smirnov, two-sided; with fixed seeds this is a fixed number.
    assert kstest(pulls, norm.cdf).pvalue > 0.01


def test_same_seed_same_numbers():
    first, second = (summarise(run_study(parse_study(COS_2D))) for _ in range(2))
    for one in (first, second):
        one.pop("seconds")
        for net in one["nets"]:
            net.pop("seconds")
    assert json.dumps(first, default=float) == json.dumps(second, default=float)


def test_no_referee_where_no_exact_answer_exists(capsys, tmp_path, monkeypatch):
    def nothing(network, points, orders, progress):
        raise NotAvailable("no exact answer")

    monkeypatch.setattr("nnft_sym.study.data.exact_correlators", nothing)
    study = tmp_path / "study.toml"
    study.write_text(
        'experiments = 4\nnetworks = 4000\n[[net]]\nkind = "relu"\nwidth = 8\nsigma_b = 0.5\ncutoff = 3.0\n'
        "points = [[0.1, 0.2, 0.9], [0.5, -0.3, 0.2], [0.0, 0.0, 1.0], [1.0, 0.4, 0.1]]\n"
    )
    code = run(["validate", str(study), "--json"])
    found = json.loads(capsys.readouterr().out)["nets"][0]
    assert code in (0, 1)
    assert found["lambda_mean_exact"] is None
    assert found["chi2_dof_g4"] is None
    assert found["g6_identity_error"] is None
    assert found["lambda_source"] == "sampled"


@pytest.fixture(scope="module")
def relu():
    """ReLU-net at inputs of one sign, where every number of a study has a closed form."""
    study = built_in_study().only("relu").model_copy(update={"networks": 20_000, "seed": 11})
    return run_study(study)


def test_size_of_corrections_in_closed_form(relu):
    # m_4 = (κ4/N) / 3K² and m_6 = (15 K κ4/N + κ6/N²) / 15K³, with K = Π/2 for every pair of inputs.
    correlators = relu.nets[0].correlators
    assert correlators[2].distance.exact == pytest.approx(0, abs=1e-12)
    assert correlators[4].distance.exact == pytest.approx((15 / 4 / 20) / (3 / 4), rel=1e-10)
    six = 15 * 0.5 * (15 / 4) / 20 + (165 / 2) / 400
    assert correlators[6].distance.exact == pytest.approx(six / (15 / 8), rel=1e-10)
    for one in correlators.values():
        # All elements share one random factor, so the error of any of them is the error of m.
        spread = one.sampled.error[0] / one.free.value[0]
        assert abs(one.distance.sample - one.distance.exact) < 4 * spread + (one.order == 2) * 4 * spread
        # The scatter of one of ten experiments is √10 times the error of their mean, itself known to 24 %.
        assert one.distance.background == pytest.approx(math.sqrt(10) * spread, rel=0.6)


def test_shares_from_the_sample_in_closed_form(relu):
    # With one random factor per order, G4 = 3K²(1 + m_4) and G6 = 15K³(1 + m_6): λ explains 3 m_4 / m_6.
    net = relu.nets[0]
    four, six = (
        float(np.mean((net.correlators[n].sampled / net.correlators[n].free).value - 1)) for n in (4, 6)
    )
    # G6 contains 15 K (G4 - 3K²): in units of 15 K³ that is 3 m_4.
    ratio = 3 * four / six
    expected = 1 - abs(1 - ratio)
    for name in ("lambda_tensor", "lambda_mean", "lambda_fit"):
        assert net.next_order.explained_sampled[name] == pytest.approx(expected, rel=1e-8)
    assert net.next_order.remainder_share == pytest.approx(
        1 - net.next_order.explained["lambda_tensor"], rel=1e-12
    )
    assert net.next_order.comparisons["free"].dof == 1
    delta = net.correlators[6].sampled - net.correlators[6].free
    pull = delta.value[0] / delta.error[0]
    assert net.next_order.comparisons["free"].chi2 == pytest.approx(pull**2, rel=1e-6)


def test_errors_of_shares_from_the_sample_in_closed_form(relu):
    # The ratio of the test above, to first order in every block; from 20 groups the error is known to 16 %.
    net = relu.nets[0]

    def relative_moves(order):
        found = net.correlators[order]
        rows = np.concatenate([part.deviations for part in found.sampled.uncertainty.blocks])
        return rows[:, 0] / (found.sampled.value[0] - found.free.value[0])

    share = net.next_order.explained_sampled["lambda_fit"]
    expected = abs(share) * math.sqrt(np.sum((relative_moves(4) - relative_moves(6)) ** 2))
    for name in ("lambda_tensor", "lambda_mean", "lambda_fit"):
        assert net.next_order.share_error(name) == pytest.approx(expected, rel=0.5)
    assert net.next_order.share_error("free") == 0
    # what fourth and sixth powers have in common makes the ratio better known than its parts
    assert 0 < expected < abs(share) * math.hypot(*(np.linalg.norm(relative_moves(n)) for n in (4, 6)))


def test_summary_quotes_the_right_numbers(relu):
    net, quoted = relu.nets[0], summarise(relu)["nets"][0]
    # One independent number: every way of averaging gives the same λ and the same error.
    delta = net.correlators[4].sampled - net.correlators[4].free
    relative = delta.error[0] / abs(delta.value[0])
    for value, error in (("lambda_mean", "lambda_err"), ("lambda_fit", "lambda_fit_err")):
        assert quoted[error] == pytest.approx(relative * abs(quoted[value]), rel=1e-6)
    assert net.coupling.sampled.error[0] == pytest.approx(quoted["lambda_err"], rel=1e-6)
    assert set(quoted["checks"]) >= {
        "vertex integrals converged",
        "sampled 6-point function agrees with the exact one",
        "all trusted correlators together agree with the exact ones",
        "sampled mean coupling agrees with the exact one",
    }
    assert quoted["comparisons"]["joint"]["dof"] == 3
    assert 0 < quoted["integral_error"] < 1e-9


SKEWED = """
seed = {seed}
[[net]]
kind = "relu"
width = 2
points = [[0.2], [0.4], [0.6], [0.8], [1.0], [1.2]]
cutoff = 10.0
"""


@pytest.mark.slow
@pytest.mark.statistical
def test_a_million_networks_are_too_few_for_the_sixth_power_of_two_relu_neurons():
    # With this seed (one of seventy tried) they give p = 2e-5 for all correlators together.
    net = run_study(parse_study(SKEWED.format(seed=59))).nets[0]
    assert net.correlators[4].quality is Quality.TRUSTED
    assert net.correlators[6].quality is Quality.TOO_FEW_SAMPLES
    assert net.passed
    assert not net.checks.repeated
    assert "Too few networks" in net.verdict


def test_a_false_alarm_is_caught_by_a_second_sample(monkeypatch):
    seeds = []

    def first_one_off(network, points, seed):
        seeds.append(seed)
        return Ensemble(network.with_width(3) if len(seeds) == 1 else network, points, seed=seed)

    monkeypatch.setattr("nnft_sym.study.data.Ensemble", first_one_off)
    net = run_study(parse_study(SKEWED.format(seed=8).replace('"relu"', '"erf"'))).nets[0]
    assert net.joint.p_value < 1e-4
    assert len(set(seeds)) == 2
    assert net.checks.repeated
    assert net.passed


def test_an_error_of_ours_fails_twice(monkeypatch):
    def wrong(network, points, orders, progress):
        found = exact_correlators(network, points, orders=orders, progress=progress)
        origin = found.origin
        sums = {**origin.sums, 6: origin.sums[6] * 1.1}
        return Correlators(replace(origin, sums=sums))

    monkeypatch.setattr("nnft_sym.study.data.exact_correlators", wrong)
    net = run_study(parse_study(SKEWED.format(seed=8).replace('"relu"', '"erf"'))).nets[0]
    assert net.checks.find(CheckName.CORRELATOR, 4).passed
    assert not net.checks.find(CheckName.CORRELATOR, 6).passed
    assert not net.checks.repeated
