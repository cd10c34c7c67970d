"""Studies of actions in which no coupling of f⁴ stands alone: their couplings are inferred together."""

import json

import pytest

from nnft_sym.actions.action import Action
from nnft_sym.cli import run
from nnft_sym.inference.infer import infer
from nnft_sym.inference.model import Model
from nnft_sym.report.html import report_html
from nnft_sym.report.plots import study_figures
from nnft_sym.report.tex import report_tex
from nnft_sym.study.config import parse_study
from nnft_sym.study.judgements import Arithmetic, Description
from nnft_sym.study.run import run_study
from nnft_sym.study.suitable import UnsuitableAction, coupling_of
from numerics.exact.correlators import exact_correlators
from numerics.integrals.rules.domains import Box, WholeSpace

RELU = 'kind = "relu"\nwidth = 200\nsigma_b = 0.0\npoints = [[0.2], [0.6]]\ncutoff = 2.0\n'
GAUSS = 'kind = "gauss"\nwidth = 1000\npoints = [[-0.3], [0.0], [0.2], [0.3]]\n'


def study(action, *nets):
    tables = "".join(f"[[net]]\n{net}" for net in nets)
    return run_study(parse_study(f'experiments = 2\nnetworks = 2000\naction = "{action}"\n{tables}'))


def found(action, network, points, domain):
    exact = exact_correlators(network, points, (2, 4, 6))
    return infer(exact, Model.leading(Action(action), (4, 6)), network, domain)


@pytest.mark.parametrize(
    ("action", "net"),
    [
        ("lambda/24*f^4", RELU),
        ("lambda/24*f^4 + kappa/720*f^6", RELU),
        ("lambda_NL*f(x)^2*f(y)^2", RELU),
        ("(lambda_0 + lambda_2*x^2)*f^4", GAUSS),
    ],
)
def test_couplings_are_those_of_the_inference(action, net):
    result = study(action, net)
    (one,) = result.nets
    assert one.coupling is None
    assert one.next_order is None
    domain = WholeSpace() if one.case.cutoff is None else Box(one.case.cutoff)
    wanted = found(action, one.case.network, one.case.points, domain)
    for name in wanted.couplings:
        assert one.action_fit.find(name).value == pytest.approx(float(wanted[name]), rel=1e-9)
    assert one.arithmetic is not Arithmetic.DISAGREES
    assert one.action_fit.share == pytest.approx(wanted.contributions(6, "excess").explained, rel=1e-9)


def test_a_prefactor_changes_nothing_but_the_coupling():
    plain = study("lambda*f^4 + kappa*f^6", RELU).nets[0]
    other = study("lambda/24*f^4 + kappa/720*f^6", RELU).nets[0]
    assert other.action_fit.find("lambda").value == pytest.approx(24 * plain.action_fit.find("lambda").value)
    assert other.action_fit.find("kappa").value == pytest.approx(720 * plain.action_fit.find("kappa").value)
    assert other.description is plain.description is Description.DESCRIBES
    assert plain.action_fit.share == pytest.approx(1.0)


def test_an_action_without_f4_leaves_the_four_point_function_unexplained():
    (one,) = study("kappa*f^6", RELU).nets
    assert one.description is Description.REJECTED
    assert "explains 0 % of the connected 4-point function" in one.verdict


def test_higher_couplings_are_read_off_exact_correlators_of_their_order():
    (one,) = study("lambda*f^4 + kappa*f^6 + g*f^8", RELU).nets
    assert [reading.order for reading in one.action_fit.readings] == [4, 6, 8]
    assert one.coupling is not None


def test_couplings_that_cannot_be_told_apart_are_said_and_decide_nothing():
    (one,) = study("(lambda_0 + lambda_2*x^2)*f^4", RELU).nets
    assert one.description is Description.UNDECIDED
    assert "cannot be told apart" in one.verdict


def test_reports_do_without_tables_of_one_coupling():
    result = study("kappa*f^6", RELU, GAUSS)
    figures = study_figures(result)
    assert {figure.kind for figure in figures} == {"diagrams", "correlators", "pulls"}
    page, paper = report_html(result, figures), report_tex(result, figures)
    for text in (page, paper):
        assert "stands alone" in text
        assert "does not describe" in text


def test_the_keys_of_lambda_are_null(capsys, tmp_path):
    path = tmp_path / "s.toml"
    path.write_text(f'experiments = 2\nnetworks = 500\naction = "kappa*f^6"\n[[net]]\n{RELU}')
    assert run(["validate", str(path), "--json", "--out", str(tmp_path / "out")]) == 0
    (net,) = json.loads(capsys.readouterr().out)["nets"]
    keys = {"lambda_mean", "lambda_err", "lambda_fit", "lambda_fit_err", "lambda_chi2_dof"}
    assert {net[key] for key in keys} == {None}
    assert net["g6_explained"] == {"free": 0, "lambda_tensor": None, "lambda_mean": None, "lambda_fit": None}
    assert [one["name"] for one in net["couplings"]] == ["kappa"]
    assert (tmp_path / "out" / "results.nc").exists()


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("lambda*(f.f)^2", "several components"),
        ("g*f^3", "f**3"),
        ("m*f^2 + lambda*f^4", "f**2"),
        ("lambda*f^4 + f^6", "plain number"),
        ("lambda*f^4 + lambda*f^6", "contains lambda"),
        ("lambda^2*f^4", "no coupling of its own"),
    ],
)
def test_what_cannot_be_studied_is_refused(action, said):
    with pytest.raises(UnsuitableAction, match="action") as caught:
        coupling_of(Action(action))
    assert said in str(caught.value)


def test_a_coupling_of_a_high_power_alone_explains_nothing_below():
    (one,) = study("g*f^8", RELU).nets
    assert [reading.order for reading in one.action_fit.readings] == [8]
    assert one.description is Description.REJECTED
    assert "explains 0 % of the connected 4-point function" in one.verdict


def test_integrals_out_of_range_are_said():
    (one,) = study("lambda*f^4 + kappa*f^6", RELU.replace("2.0", "1e27")).nets
    assert "out of range" in one.verdict
    assert one.action_fit.holds is None
