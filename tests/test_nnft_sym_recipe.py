"""A study by another recipe than the published one: κ f⁶ from G₆, held against the 8-point function."""

import json
import re
from math import comb

import numpy as np
import pytest
from scipy.integrate import quad

from nnft_sym.report.output import write_output
from nnft_sym.study.config import parse_study
from nnft_sym.study.recipe import PUBLISHED, Recipe, Way
from nnft_sym.study.run import run_study
from nnft_sym.study.suitable import UnsuitableAction
from nnft_sym.study.summary import summarise

SEXTIC = Recipe(valence=6, symbol="κ", latex=r"\kappa", key="kappa")
STUDY = """
action = "kappa*f**6"
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
    return run_study(parse_study(STUDY), recipe=SEXTIC)


def test_the_coupling_is_what_the_recipe_asks_for(result):
    """One input: G₆ = 15 K³ − 6! κ ∫K_W⁶, with the exact G₆ of SPEC section 6 and SciPy's integral."""
    (net,) = result.nets
    kernel = net.case.kernel
    integral, error = quad(lambda y: kernel.weight([[0.4]], [[y]])[0, 0] ** 6, -2.0, 2.0, epsabs=1e-13)
    assert error < 1e-12
    exact, k = net.data.exact[6].value[0], kernel.full([[0.4]], [[0.4]])[0, 0]
    assert net.coupling.exact.value[0] == pytest.approx((exact - 15 * k**3) / (-720 * integral), rel=1e-9)
    assert net.correlators.keys() == {2, 6, 8}


def test_the_next_correlator_is_predicted_with_it(result):
    """One input: the 8-point function is 105 K⁴ + 28 K (G₆ − 15 K³) + what is left."""
    (net,) = result.nets
    k = net.kernel[0, 0]
    six, eight = (net.data.exact[n].value[0] for n in (6, 8))
    predicted = 105 * k**4 + comb(8, 6) * k * (six - 15 * k**3)
    assert net.next_order.predictions["kappa_tensor"][0] == pytest.approx(predicted, rel=1e-12)
    assert net.next_order.remainder[0] == pytest.approx(eight - predicted, rel=1e-9)
    assert net.next_order.identity_miss is None  # the remainder is no cumulant: the 4-point function lives


def test_names_follow_the_recipe(result, tmp_path):
    summary = summarise(result)["nets"][0]
    assert {"kappa_mean", "kappa_fit", "chi2_dof_g6", "g8_explained"} <= summary.keys()
    assert not [name for name in summary if name.startswith(("lambda", "g6"))]
    write_output(result, tmp_path)
    page = re.sub(r"<[^>]*>", "", (tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "The 8-point function" in page
    assert "κ₆" not in page
    assert "λ" not in page
    assert (tmp_path / "figures" / "1_erf_N3_eight_point.svg").is_file()
    assert json.loads((tmp_path / "summary.json").read_text())["nets"][0]["kappa_dof"] == 0


def test_the_published_recipe_has_the_formulas_of_the_report():
    assert PUBLISHED.extraction == (
        r"\lambda(1234) = \frac{G^{(4)}(1234) - \sum_{3} K K}{c(1234)}",
        r"\delta(1\ldots6) = G^{(6)} - \sum_{15} K K K - \sum_{15} c\,\lambda\,K = \frac{\kappa_{6}}{N^{2}}",
    )
    assert PUBLISHED.example == "lambda*f**4 + kappa*f**6"
    assert list(PUBLISHED.predictions.values()) == ["free", "lambda_tensor", "lambda_mean", "lambda_fit"]
    assert SEXTIC.extraction[1].count("K") == 5  # three and one lines of Gauss, one beside the vertex


def test_an_action_without_the_term_is_refused():
    with pytest.raises(UnsuitableAction, match=re.escape("no term of the form kappa*f**6")):
        run_study(parse_study(STUDY.replace("kappa*f**6", "lambda*f**4")), recipe=SEXTIC)


def test_explained_shares_are_those_of_the_residuals(result):
    """1 − Σ|residual|/Σ|ΔG| over the elements, with numbers of this test's own."""
    (net,) = result.nets
    delta = net.predicted.best.value - net.predicted.free.value
    for way in Way:
        residual = net.predicted.best.value - net.next_order.predictions[SEXTIC.name(way)]
        share = 1 - np.abs(residual).sum() / np.abs(delta).sum()
        assert net.next_order.explained[SEXTIC.name(way)] == pytest.approx(share, abs=1e-9)
