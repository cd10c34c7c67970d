"""The verdict follows the numbers: it can say yes, no, and "not trustworthy"."""

import dataclasses

import numpy as np
import pytest
from made_up_tensor import tensor
from scipy import stats

from nnft_sym.study.action_fit import ActionFit
from nnft_sym.study.checking import check_numbers
from nnft_sym.study.checks import CheckName
from nnft_sym.study.coupling_tensors import CouplingStatus, extract_coupling
from nnft_sym.study.judgement import STANDARD
from nnft_sym.study.judgements import Description
from nnft_sym.study.study_results import CorrelatorResult, Distance, NextOrder
from nnft_sym.study.verdict import constancy, description, verdict
from numerics.inference.comparison import compare
from numerics.results.estimate import Quality

SIZE = 15


def correlator(order, quality=Quality.TRUSTED, miss=0.0):
    """A correlator whose sample misses the exact one by `miss` standard errors everywhere."""
    size = order + 1
    ones = np.ones(size)
    rng = np.random.default_rng(order)
    difference = 0.01 * rng.normal(size=size) + 0.01 * miss
    return CorrelatorResult(
        free=tensor(ones), sampled=tensor(1.2 * ones + difference, rows=0.01 * np.eye(size), quality=quality),
        exact=tensor(1.2 * ones), connected=tensor(0.2 * ones), excess=tensor(0.2 * ones),
        distance=Distance(0.2, 0.2, 0.03), comparison=compare(difference, 1e-4 * np.eye(size), n_blocks=None),
    )  # fmt: skip


def coupling(scatter, infinite=False):
    """Coupling of a 4-point function whose λ tensor scatters by `scatter` (relative) about 0.5."""
    rng = np.random.default_rng(1)
    coefficient = np.full(SIZE, -24.0)
    delta = coefficient * 0.5 * (1 + scatter * rng.normal(size=SIZE))
    if infinite:
        coefficient[0] = 0.0
    return extract_coupling(
        tensor(coefficient),
        tensor(delta + 0.01 * rng.normal(size=SIZE), rows=0.01 * np.eye(SIZE)),
        tensor(delta),
    )


def six(fitted, identity=1e-12):
    explained = {"free": 0.0, "lambda_tensor": 0.99, "lambda_mean": fitted, "lambda_fit": fitted}
    return NextOrder(
        free=np.zeros(1), changes={}, explained=explained, explained_sampled=explained, comparisons={},
        remainder=np.zeros(1), remainder_share=0.01, identity_miss=identity, excluded=0,
    )  # fmt: skip


def orders(**kwargs):
    return {2: correlator(2), 4: correlator(4, **kwargs), 6: correlator(6, **kwargs)}


def checked(correlators, joint, found, following, integral_error, n_networks, contact_error=None):
    errors = {CheckName.INTEGRALS: integral_error, CheckName.CONTACT: contact_error}
    given = {name: error for name, error in errors.items() if error is not None}
    return check_numbers(correlators, joint, found, following, given, n_networks)


def test_says_yes():
    text = verdict(orders(), coupling(0.0), six(0.97))
    assert "A constant λ = 0.5 describes the 4-point function" in text
    text = verdict(orders(), coupling(0.0), six(0.97), cutoff=100.0)
    assert "A constant λ = 0.5 at the cutoff Λ = 100 describes the 4-point function" in text
    assert "97.0 % of ΔG⁽⁶⁾ is explained" in text
    assert "is a fair description" in text


def test_says_no_when_the_tensor_scatters():
    text = verdict(orders(), coupling(0.3), six(-0.1))
    assert "A constant λ is rejected: χ²/dof = " in text
    assert "−10.0 % of ΔG⁽⁶⁾ is explained" in text
    assert "worse than the free theory" in text
    assert "does not describe this ensemble" in text


def test_says_no_when_the_six_point_function_is_not_explained():
    text = verdict(orders(), coupling(0.0), six(0.165))
    assert "describes the 4-point function" in text
    assert "16.5 % of ΔG⁽⁶⁾ is explained" in text
    assert "does not describe this ensemble" in text


def test_heavy_tails_are_said_and_the_exact_value_is_used():
    heavy = orders(quality=Quality.HEAVY_TAILED)
    text = verdict(heavy, coupling(0.0), six(0.165))
    assert "Heavy-tailed: sampled G⁽⁴⁾, G⁽⁶⁾ not trustworthy, exact value used." in text
    assert "it misses < 0.001 % of the exact ΔG⁽⁴⁾" in text
    assert constancy(coupling(0.0), Quality.HEAVY_TAILED, STANDARD) == "accepted"
    assert constancy(coupling(0.3), Quality.HEAVY_TAILED, STANDARD) != "accepted"


def test_an_infinite_element_rejects_a_constant():
    found = coupling(0.0, infinite=True)
    assert found.count(CouplingStatus.INFINITE) == 1
    text = verdict(orders(), found, six(0.9))
    assert "1 of 15 elements of λ do not exist" in text
    assert "A constant λ is rejected: some elements would need it infinite" in text


@pytest.mark.parametrize("miss", [0.0, 3.0])
def test_checks_judge_our_numbers_only(miss):
    made = checked(orders(miss=miss), None, coupling(0.3), six(-0.1), integral_error=1e-12, n_networks=10**6)
    assert made.find(CheckName.CORRELATOR, 4).passed is (miss == 0.0)
    assert made.find(CheckName.MEAN_COUPLING).passed
    assert made.find(CheckName.REMAINDER).passed


def test_checks_skip_what_is_not_trustworthy_and_notice_a_broken_engine():
    heavy = orders(quality=Quality.HEAVY_TAILED, miss=50.0)
    made = checked(heavy, None, coupling(0.0), six(0.9, identity=0.01), integral_error=1e-3, n_networks=10**6)
    assert made.find(CheckName.CORRELATOR, 6) is None
    assert not made.find(CheckName.REMAINDER).passed
    assert not made.find(CheckName.INTEGRALS).passed


def test_too_good_is_suspicious_too():
    good = correlator(4)
    perfect = dataclasses.replace(
        good, comparison=compare(np.full(SIZE, 1e-9), 1e-4 * np.eye(SIZE), n_blocks=None)
    )
    made = checked(
        {**orders(), 4: perfect}, None, coupling(0.0), six(0.9), integral_error=0.0, n_networks=10**6
    )
    assert not made.find(CheckName.CORRELATOR, 4).passed


def test_a_small_sample_is_not_judged():
    made = checked(orders(miss=50.0), None, coupling(0.0), six(0.9), integral_error=0.0, n_networks=200)
    assert made.find(CheckName.CORRELATOR, 4) is None


@pytest.mark.parametrize(("shift", "agrees"), [(-6, False), (-3, True), (3, True), (6, False)])
def test_a_mean_coupling_off_by_many_errors_is_noticed_on_both_sides(shift, agrees):
    found = coupling(0.0)
    off = float(found.mean_exact) + shift * float(found.mean.error) - float(found.mean)
    moved = dataclasses.replace(found, sampled=found.sampled + off)
    made = checked(orders(), None, moved, six(0.9), integral_error=0.0, n_networks=10**6)
    assert made.find(CheckName.MEAN_COUPLING).passed is agrees


def test_an_exact_relation_broken_by_the_constant_rejects_it():
    found = coupling(0.0)
    broken = dataclasses.replace(found, fit=dataclasses.replace(found.fit, null_residual=0.05))
    assert constancy(found, Quality.TRUSTED, STANDARD) == "accepted"
    assert constancy(broken, Quality.TRUSTED, STANDARD) != "accepted"
    assert constancy(broken, Quality.HEAVY_TAILED, STANDARD) == "accepted"


def test_a_relation_broken_by_the_sample_fails_the_check():
    one = correlator(4)
    broken = dataclasses.replace(one, comparison=dataclasses.replace(one.comparison, null_residual=0.5))
    made = checked(
        {**orders(), 4: broken}, None, coupling(0.0), six(0.9), integral_error=0.0, n_networks=10**6
    )
    assert not made.find(CheckName.CORRELATOR, 4).passed
    assert made.find(CheckName.CORRELATOR, 6).passed


def test_the_joint_comparison_is_judged_too():
    bad = compare(np.full(3, 1.0), 1e-4 * np.eye(3), n_blocks=None)
    made = checked(orders(), bad, coupling(0.0), six(0.9), integral_error=0.0, n_networks=10**6)
    assert not made.find(CheckName.CORRELATORS).passed


def test_a_factor_in_the_vertex_coefficient_is_noticed():
    made = checked(orders(), None, coupling(0.0), six(0.9), 0.0, n_networks=10**6, contact_error=0.5)
    assert [check.sentence for check in made.failed] == [
        "the coefficient of λ is −4! times the integral of 4 propagators, by adaptive quadrature"
    ]


def test_without_referee_a_vague_sample_decides_nothing():
    vague = dataclasses.replace(coupling(0.0), exact=None, misfit_best=0.9)
    text = verdict(orders(), vague, six(0.9, identity=None))
    assert "neither rejected nor accepted" in text
    assert text.endswith("is not decided.")
    assert constancy(vague, Quality.TRUSTED, STANDARD) != "accepted"


def test_the_share_that_every_constant_misses_is_the_smallest_there_is():
    found = coupling(0.3)
    ratio, size = found.exact.value, np.abs(found.coefficient.value)
    trials = np.linspace(ratio.min(), ratio.max(), 20_001)
    missed = (size * np.abs(ratio - trials[:, np.newaxis])).sum(axis=1) / (size * np.abs(ratio)).sum()
    assert found.misfit_least == pytest.approx(missed.min(), rel=1e-3)
    assert found.misfit_least <= found.misfit_best


@pytest.mark.parametrize(("scatter", "accepted"), [(0.042, True), (0.045, False)])
def test_exact_values_reject_from_two_percent_on(scatter, accepted):
    # Without a χ² to help (the sample is not trusted) the exact misfit alone decides; this draw of fifteen
    # with relative scatter s has a mean distance of 0.46 s from its median.
    found = coupling(scatter)
    assert (found.misfit_least < 0.02) is accepted
    assert constancy(found, Quality.HEAVY_TAILED, STANDARD) == ("accepted" if accepted else "rejected")


def test_a_precise_sample_rejects_what_is_nearly_constant_and_says_so():
    text = verdict(orders(), coupling(0.005), six(0.9))
    assert "A constant λ is rejected: χ²/dof = " in text
    assert "The deviation is small, though: the closest constant misses 0." in text


@pytest.mark.parametrize(("share", "fair"), [(0.49, False), (0.51, True)])
def test_a_fair_description_explains_half_of_the_six_point_function(share, fair):
    tag = description(coupling(0.0), Quality.TRUSTED, six(share), ActionFit())
    assert tag is (Description.DESCRIBES if fair else Description.REJECTED)


@pytest.mark.parametrize(("miss", "good"), [(0.9e-6, True), (1.1e-6, False)])
def test_identity_and_quadrature_are_judged_to_one_millionth(miss, good):
    made = checked(orders(), None, coupling(0.0), six(0.9, identity=miss), miss, 10**6, contact_error=miss)
    judged = [check for check in made if not check.is_sampled]
    assert len(judged) == 3
    assert all(check.passed is good and check.statistic == miss for check in judged)


@pytest.mark.parametrize(("tail", "rejected"), [(1.1e-3, False), (0.9e-3, True)])
def test_the_fit_is_rejected_at_one_in_a_thousand(tail, rejected):
    # χ² of the fit chosen so that its upper tail (Hotelling, 10⁴ blocks ~ χ²) is just above or below.
    found = coupling(0.0)
    chi2 = next(
        chi2 for chi2 in np.arange(20, 60, 0.01)
        if dataclasses.replace(found.fit, chi2=chi2).upper_tail <= tail
    )  # fmt: skip
    assert chi2 == pytest.approx(stats.chi2(found.fit.dof).isf(tail), rel=0.01)
    judged = dataclasses.replace(found, fit=dataclasses.replace(found.fit, chi2=chi2))
    assert (constancy(judged, Quality.TRUSTED, STANDARD) == "rejected") is rejected
    assert constancy(judged, Quality.HEAVY_TAILED, STANDARD) == "accepted"


def test_one_element_tests_nothing():
    one = extract_coupling(tensor([-24.0]), tensor([-12.0], rows=[[0.01]], n_blocks=1000), tensor([-12.0]))
    assert constancy(one, Quality.TRUSTED, STANDARD) == "undecided"
    assert "Whether λ is constant is untested" in verdict(orders(), one, six(1.0))
