"""Two judgements, one tag each, and no sentence that says otherwise: over made-up studies of every kind."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_study import made_up_net, made_up_study

from nnft_sym.study.action_fit import ActionFit, Constancy, Reading, fit_action
from nnft_sym.study.action_tables import study_table, value_cell
from nnft_sym.study.case import Case
from nnft_sym.study.checks import Check, CheckName, Checks
from nnft_sym.study.config import NetConfig, built_in_study
from nnft_sym.study.correlator_terms import Part
from nnft_sym.study.judgements import (
    Arithmetic,
    Description,
    describe,
    judge_arithmetic,
    say_action,
    say_arithmetic,
    say_description,
)
from nnft_sym.study.summary import net_summary, summarise, summary_tables

POINTS = ((0.2,), (0.6,), (1.0,))
#: What only the sentence of one tag says.
ONLY = {
    Description.DESCRIBES: "is a fair description of this ensemble",
    Description.EXPANSION_FAILS: "is no description of it",
    Description.REJECTED: "does not describe this ensemble",
    Description.UNDECIDED: "is not decided",
}
number = st.one_of(st.just(0.0), st.floats(-10, 10), st.floats(-1e-9, 1e-9))
reading = st.builds(
    Reading,
    name=st.just("lambda"),
    order=st.just(4),
    value=st.one_of(number, st.just(float("nan"))),
    error=st.floats(0, 1),
    next_order=st.one_of(st.none(), number),
    misfit=st.floats(0, 3),
    weak=st.booleans(),
)
share = st.one_of(st.none(), st.floats(-3, 1))
fits = st.builds(
    lambda first, alone, shares, constancy, why, exact, missing: ActionFit(
        why=why,
        readings=() if why else (first, Reading("kappa", 6, 0.3, 1e-9, misfit=0.1, alone=alone)),
        parts=() if why else tuple(
            Part(name, name, one, one) for name, one in zip("abc", shares, strict=True)
        ),
        constancy=constancy,
        exact=exact,
        missing=missing,
    ),
    reading,
    share,
    st.tuples(share, share, share),
    st.sampled_from(Constancy),
    st.sampled_from(["", "", "its integrals diverge"]),
    st.booleans(),
    st.sampled_from([(), ("kappa",)]),
)  # fmt: skip
NETS = [
    {},
    {"spread": 0.0},
    {"exact": False},
    {"exact": False, "spread": 0.0},
    {"heavy": (4, 6)},
    {"infinite": 3},
    {"infinite": 15},
    {"undetermined": 15},
    {"undetermined": 14, "spread": 0.0},
]


def check_tags(net):
    """The tag and the sentences of one net say the same."""
    text, tag = net.verdict, net.description
    assert [one for one, said in ONLY.items() if said in text] == [tag]
    assert text.endswith(".")
    holds = net.action_fit.holds
    assert ("the expansion holds" in text) is (holds is True)
    assert ("whatever the fit looks like" in text) is (holds is False)
    if tag is Description.DESCRIBES:
        assert holds is not False
        assert "is rejected" not in text
        assert "most of it is not" not in text or net.action_fit.share is not None
    if tag is Description.EXPANSION_FAILS:
        assert holds is False
    if "A constant λ is rejected" in text:
        assert tag is Description.REJECTED
    assert "no κ is quoted" not in text


@settings(max_examples=60, deadline=None)
@given(fits, st.sampled_from(range(len(NETS))))
def test_tags_never_contradict_sentences(fit, place):
    net = made_up_net(points=POINTS, action_fit=fit, **NETS[place])
    check_tags(net)
    summary = net_summary(net)
    assert summary["description"] == {"tag": net.description.value, "sentence": net.verdict}
    assert summary["verdict"] == net.verdict
    row = study_table(made_up_study(net)).in_brief()[2][0]
    assert row[2:4] == [net.arithmetic.value, net.description.value]


@pytest.mark.parametrize("passed", list(itertools.product([None, False, True], repeat=3)))
def test_arithmetic_is_what_the_checks_say(passed):
    names = (CheckName.INTEGRALS, CheckName.CORRELATOR, CheckName.REMAINDER)
    given_checks = [pair for pair in zip(names, passed, strict=True) if pair[1] is not None]
    made = Checks(tuple(Check(name, ok, 0.5, 1e-4, order=4) for name, ok in given_checks))
    tag, text = judge_arithmetic(made), say_arithmetic(made)
    assert (tag is Arithmetic.DISAGREES) is (False in passed)
    assert (tag is Arithmetic.UNTESTED) is (False not in passed and passed[1] is None)
    assert ("agree with the exact" in text) is (tag is Arithmetic.AGREES)
    assert ("not right" in text) is (tag is Arithmetic.DISAGREES)
    net = replace(made_up_net(points=POINTS), checks=made)
    assert (net.arithmetic is Arithmetic.DISAGREES) is (not net.passed)
    assert (made_up_study(net).passed) is (net.arithmetic is not Arithmetic.DISAGREES)


def test_checks_are_found_by_their_sentences_of_one_release_ago():
    names = (CheckName.INTEGRALS, CheckName.CONTACT, CheckName.REMAINDER)
    made = Checks(tuple(Check(name, name is not CheckName.REMAINDER, 0.5, 1e-4) for name in names))
    old = {
        "the coefficient of λ is -4! ∫K_W K_W K_W K_W by adaptive quadrature": True,
        "the coupling tensor leaves exactly the connected 6-point cumulant": False,
    }
    for sentence, passed in old.items():
        assert sentence in made
        with pytest.warns(DeprecationWarning, match=r"checks\.find\(name, order\)\.passed"):
            assert made[sentence] is passed
    assert len(made) == 3
    quoted = net_summary(replace(made_up_net(points=POINTS), checks=made))["checks"]
    assert quoted == {check.sentence: check.passed for check in made} | old
    assert list(quoted)[3:] == list(old)


@given(
    st.sampled_from(Constancy),
    st.one_of(share, st.just(float("nan"))),
    st.sampled_from([None, True, False]),
)
def test_nothing_describes_without_reason(constancy, explained, holds):
    tag = describe(constancy, explained, holds)
    known = explained is not None and math.isfinite(explained)
    good = constancy is Constancy.ACCEPTED and known and explained >= 0.5
    assert (tag in (Description.DESCRIBES, Description.EXPANSION_FAILS)) is good
    assert (tag is Description.EXPANSION_FAILS) is (good and holds is False)
    assert ONLY[tag] in say_description(tag, "S", "λ")


def test_the_next_order_is_named():
    fit = ActionFit(readings=(Reading("lambda", 4, -0.05, 1e-9, next_order=4.28),))
    assert say_action(fit, "ΔG⁽⁶⁾") == [
        "The next order in 1/N changes λ by 85.6 times itself: the expansion does not hold there, whatever "
        "the fit looks like."
    ]
    weak = ActionFit(readings=(Reading("lambda", 4, -0.05, 0.1, next_order=4.28, weak=True),))
    assert weak.holds is None
    assert "cannot be told from zero" in say_action(weak, "ΔG⁽⁶⁾")[0]


def test_errors_are_shown_where_they_can_be_seen():
    assert value_cell(Reading("g", 4, 1.0, 0.1), True).text == "1.00 ± 0.10"
    assert value_cell(Reading("g", 4, 1.0, 1e-8), False).text == "1.000000000 ± 0.000000010"


#: κ without the exchange and with it, λ, and |l₂/(l₁N)|, of the inference specification.
PUBLISHED = {
    "erf": (-0.000472505, None, None, 6.47),
    "relu": (-6.25e-11, 3.0917e-15, -1.2833e-15, 1.525),
    "gauss": (-0.0534568, -0.294791, -0.331034, 85.5),
}


def theory(case, action):
    from nnft_sym.actions.action import Action
    from nnft_sym.study.net_integrals import theory_of
    from numerics.integrals.integrator import Integrator

    return theory_of(Integrator(case.kernel, case.domain), case.fields, Action(action), 6)


@pytest.mark.parametrize("place", range(3))
def test_published_couplings(place):
    from numerics.exact.correlators import exact_correlators
    from numerics.inference.dataset import Dataset

    config = built_in_study()
    case = Case.of(config.net[place])
    data = Dataset(None, exact_correlators(case.network, case.fields, (2, 4, 6)))
    fit = fit_action(theory(case, config.action), data, 6)
    coupling, kappa = fit.find("lambda"), fit.find("kappa")
    wanted = PUBLISHED[case.name]
    assert coupling.value == pytest.approx(wanted[0], rel=1e-5)
    assert coupling.ratio == pytest.approx(wanted[3], rel=1e-3)
    assert fit.holds is False
    if case.name != "erf":
        assert kappa.value == pytest.approx(wanted[1], rel=1e-4)
        assert kappa.alone == pytest.approx(wanted[2], rel=1e-4)
        assert fit.share == pytest.approx(1.0, abs=2e-4)
    else:  # a constant λ explains little, and what is built on it no more
        assert fit.constancy is Constancy.REJECTED
        assert fit.share < 0.05
    # term by term: ΔG⁽⁶⁾ without the free theory begins with λ, and the exchange stands before κ
    assert [part.name for part in fit.parts] == ["lambda", "lambda**2", "kappa"]
    linear = exact_share(case, coupling.value, data)
    assert fit.parts[0].explained == pytest.approx(linear, abs=1e-12)


def exact_share(case, coupling, data):
    """Share of ΔG⁽⁶⁾ that one λ explains, by the diagrams with one vertex."""
    from nnft_sym.actions.action import Action
    from nnft_sym.inference.model import Model

    linear = Model(Action("lambda*f^4"), (6,)).predict(case.kernel, case.fields, case.domain)[6]
    delta = data.exact.excess()[6].value
    return 1 - np.abs(delta - coupling * linear["lambda"].value).sum() / np.abs(delta).sum()


def test_why_there_are_no_couplings_is_said():
    case = Case.of(NetConfig(kind="erf", width=5, points=POINTS))

    reason = theory(case, "lambda*f^4")
    assert isinstance(reason, str)
    fit = fit_action(reason, None, 6)
    assert "cutoff" in say_action(fit, "ΔG⁽⁶⁾")[0]


def test_the_terminal_ends_with_one_row_for_each_net():
    nets = [made_up_net(points=POINTS), made_up_net(points=POINTS, exact=False)]
    *_, table, last = summary_tables(made_up_study(*nets))
    assert table.row_count == 2
    assert "PASSED" in last
    assert [net["arithmetic"]["tag"] for net in summarise(made_up_study(*nets))["nets"]] == [
        "agrees",
        "disagrees",
    ]
