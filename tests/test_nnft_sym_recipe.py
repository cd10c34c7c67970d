"""A study by another recipe: a coupling of another name, held against the 8-point function."""

import json
import re

import numpy as np
import pytest
from scipy.integrate import quad

from diagrams.combinatorics.pairings import pairings
from nnft_sym.report.output import write_output
from nnft_sym.study.config import parse_study
from nnft_sym.study.recipe import PUBLISHED, InvalidRecipe, Recipe, Way
from nnft_sym.study.run import run_study
from nnft_sym.study.suitable import UnsuitableAction
from nnft_sym.study.summary import summarise

EIGHT = Recipe(predicted=8, symbol="η", latex=r"\eta", key="eta")
STUDY = """
action = "eta*f**4"
experiments = 4
networks = 5000
[[net]]
kind = "erf"
width = 3
sigma_b = 0.5
points = [[0.4]]
cutoff = 2.0
"""


@pytest.fixture(scope="module")
def result():
    return run_study(parse_study(STUDY), recipe=EIGHT)


def test_the_coupling_is_what_the_recipe_asks_for(result):
    """One input: G₄ = 3 K² − 4! η ∫K_W⁴, with the exact G₄ of SPEC section 6 and SciPy's integral."""
    (net,) = result.nets
    kernel = net.case.kernel
    integral, error = quad(
        lambda y: kernel.weight([[0.4]], [[y]])[0, 0] ** 4, -2.0, 2.0, epsabs=1e-13, points=[0.0]
    )
    assert error < 1e-6 * integral
    exact, k = net.data.exact[4].value[0], kernel.full([[0.4]], [[0.4]])[0, 0]
    assert net.coupling.exact.value[0] == pytest.approx((exact - 3 * k**2) / (-24 * integral), rel=1e-6)
    assert net.correlators.keys() == {2, 4, 8}


def test_the_next_correlator_is_predicted_with_it(result):
    """One input: the pairings of eight with one group of four as a vertex, 105 K⁴ + 70·3 K² (G₄ − 3 K²)."""
    (net,) = result.nets
    k = net.kernel[0, 0]
    four, eight = (net.data.exact[n].value[0] for n in (4, 8))
    ways = len(list(pairings(range(8)))), 70 * len(list(pairings(range(4))))
    predicted = ways[0] * k**4 + ways[1] * k**2 * (four - 3 * k**2)
    assert net.next_order.predictions["eta_tensor"][0] == pytest.approx(predicted, rel=1e-12)
    assert net.next_order.remainder[0] == pytest.approx(eight - predicted, rel=1e-9)
    assert net.next_order.identity_miss is None  # the remainder holds the 6-point cumulant, too


def test_names_follow_the_recipe(result, tmp_path):
    summary = summarise(result)["nets"][0]
    assert {"eta_mean", "eta_fit", "chi2_dof_g4", "g8_explained"} <= summary.keys()
    assert not [name for name in summary if name.startswith(("lambda", "g6"))]
    write_output(result, tmp_path)
    page = re.sub(r"<[^>]*>", "", (tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "The 8-point function" in page
    assert "κ₆" not in page
    assert "λ" not in page
    assert (tmp_path / "figures" / "1_erf_N3_eight_point.svg").is_file()
    assert json.loads((tmp_path / "summary.json").read_text())["nets"][0]["eta_dof"] == 0


def test_the_published_recipe_has_the_formulas_of_the_report():
    assert PUBLISHED.extraction == (
        r"\lambda(1234) = \frac{G^{(4)}(1234) - \sum_{3} K K}{c(1234)}",
        r"\delta(1\ldots6) = G^{(6)} - \sum_{15} K K K - \sum_{15} c\,\lambda\,K"
        r" = G^{(6)}_{\mathrm{c}}(1\ldots6)",
    )
    assert PUBLISHED.example == "lambda*f**4 + kappa*f**6"
    assert list(PUBLISHED.predictions.values()) == ["free", "lambda_tensor", "lambda_mean", "lambda_fit"]
    assert EIGHT.extraction[1].count("K") == 6  # four lines of Gauss; two beside the vertex
    assert r"\sum_{210}" in EIGHT.extraction[1]


def test_what_cannot_be_studied_is_refused():
    with pytest.raises(UnsuitableAction, match=re.escape("f**3")):
        run_study(parse_study(STUDY.replace("eta*f**4", "eta*f**3")), recipe=EIGHT)
    for order in (4, 7):
        with pytest.raises(InvalidRecipe, match="an even one from 6 on"):
            Recipe(predicted=order)


def test_explained_shares_are_those_of_the_residuals(result):
    """1 − Σ|residual|/Σ|ΔG| over the elements, with numbers of this test's own."""
    (net,) = result.nets
    delta = net.predicted.best.value - net.predicted.free.value
    for way in Way:
        residual = net.predicted.best.value - net.next_order.predictions[EIGHT.name(way)]
        share = 1 - np.abs(residual).sum() / np.abs(delta).sum()
        assert net.next_order.explained[EIGHT.name(way)] == pytest.approx(share, abs=1e-9)
