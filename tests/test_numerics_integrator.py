"""One integrator for four questions, its short forms, and the names of the last release."""

from dataclasses import FrozenInstanceError, replace
from fractions import Fraction

import numpy as np
import pytest

import nnft_sym as nn
import numerics
from diagrams.diagram import Diagram
from numerics.errors import InvalidKernel, LoweringError
from numerics.integrals.integrator import Integrator, flow, integrate, predict, vertex_tensor
from numerics.integrals.questions.limits import Accuracy, Refinement
from numerics.integrals.questions.question import Answer, Question, Solved
from numerics.integrals.rules.domains import Box
from numerics.integrals.solve.store import IntegralStore
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.lowering.integrand import Integrand

STAR = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
POINTS = [[0.2], [0.7]]
TERMS = [(STAR, Fraction(-24), {"lambda": 1})]


def same(a, b):
    return a.value.tobytes() == b.value.tobytes() and a.error.tobytes() == b.error.tobytes()


def test_the_short_forms_are_the_integrator():
    kernel, box, accuracy = ErfKernel(), Box(10.0), Accuracy(rtol=1e-8)
    own = Integrator(kernel, box, accuracy)
    four = [*POINTS, *POINTS]
    assert same(own.integrate(STAR, four), integrate(STAR, kernel, four, box, accuracy=accuracy))
    assert same(own.tensor(STAR, POINTS), vertex_tensor(STAR, kernel, POINTS, box, rtol=1e-8))
    terms = own.predict(TERMS, POINTS), predict(TERMS, kernel, POINTS, box, rtol=1e-8)
    assert same(*(found.coefficient("lambda") for found in terms))
    assert np.allclose(terms[0].coefficient("lambda").value, -24.0 * own.tensor(STAR, POINTS).value)
    flows = own.flow(STAR, POINTS, [5.0, 10.0]), flow(STAR, kernel, POINTS, [5.0, 10.0], rtol=1e-8)
    assert same(*(found.integrals for found in flows))
    assert np.array_equal(flows[0].integrals.value[1], own.tensor(STAR, POINTS).value)


def test_it_is_frozen_and_checked_when_it_is_made(tmp_path):
    integrator = Integrator(ErfKernel(), Box(1.0), store=tmp_path)
    assert isinstance(integrator.store, IntegralStore)
    with pytest.raises(FrozenInstanceError):
        integrator.kernel = ReLUKernel()
    with pytest.raises(InvalidKernel, match=r"network\.kernel"):
        replace(integrator, kernel=nn.ErfNet(3))
    with pytest.raises(LoweringError, match="accuracy = 1e-08 was given"):
        replace(integrator, accuracy=1e-8)
    integrator.tensor(STAR, POINTS)
    assert len(integrator.store) == 1


def test_an_accuracy_is_given_once():
    with pytest.raises(LoweringError, match=r"rtol = 1e-09 was given beside accuracy = .*leave one out"):
        vertex_tensor(STAR, ErfKernel(), POINTS, Box(1.0), rtol=1e-9, accuracy=Accuracy())
    with pytest.raises(TypeError, match="unknown keyword rtoll"):
        vertex_tensor(STAR, ErfKernel(), POINTS, Box(1.0), rtoll=1e-9)


def test_the_names_of_the_last_release_work_with_a_warning(tmp_path):
    new = vertex_tensor(STAR, ErfKernel(), POINTS, Box(1.0), accuracy=Accuracy(rtol=1e-7))
    for package in (nn, numerics):
        with pytest.warns(DeprecationWarning, match=rf"{package.__name__}\.Settings is now .*\.Accuracy"):
            assert package.Settings is Accuracy
    with pytest.warns(DeprecationWarning, match="settings= is now accuracy=") as caught:
        old = vertex_tensor(STAR, ErfKernel(), POINTS, Box(1.0), settings=Accuracy(rtol=1e-7))
    assert caught[0].filename == __file__
    assert same(new, old)
    with pytest.warns(DeprecationWarning, match="cache= is now store="):
        vertex_tensor(STAR, ErfKernel(), POINTS, Box(1.0), cache=tmp_path)
    assert len(IntegralStore(tmp_path)) == 1


def test_an_answer_judges_itself():
    value, question = np.ones(3), Question(Integrand(0, 1), (np.empty((3, 0), dtype=np.int64),))
    answer = Answer(value, 1e-9 * value, np.array([1.0, 1.0, 0.5]), 1e-8, "by hand")
    assert answer.reached == pytest.approx(2e-9, rel=1e-12)
    assert answer.converged
    assert not replace(answer, rtol=1e-9).converged
    assert not Solved(question, answer).at_rounding
    assert Solved(question, Answer(value, 1e-16 * value, value, 1e-20, "by hand")).at_rounding
    # an error where the integrand vanishes is infinitely far off
    zero = np.zeros(3)
    assert not Answer(zero, value, zero, 1e-3, "by hand").converged
    assert Answer(zero, zero, zero, 1e-3, "by hand").converged


@pytest.mark.parametrize("ratio", [0.1, 0.5, 0.8])
def test_the_stopping_rule_is_the_sum_of_a_geometric_series(ratio):
    policy = Refinement()
    errors = ratio ** np.arange(8.0)
    changes = errors[:-1] - errors[1:]
    r = policy.ratio(changes[-1], changes[-2], least=0.05)
    assert changes[-1] * r / (1.0 - r) == pytest.approx(errors[-1], rel=1e-10)


def test_a_more_careful_refinement_is_another_question_and_makes_finer_grids(tmp_path):
    careful = Refinement(believed=(0.8, 0.8), first_of_small=(0.3, 0.3))
    usual, other = Accuracy(), Accuracy(refinement=careful)
    assert "refinement" not in usual.text
    assert "believed=(0.8, 0.8)" in other.text
    results = [
        vertex_tensor(STAR, ErfKernel(), POINTS, Box(10.0), accuracy=accuracy, store=tmp_path)
        for accuracy in (usual, other)
    ]
    assert len(IntegralStore(tmp_path)) == 2
    assert results[0].method != results[1].method
    assert np.all(np.abs(results[0].value - results[1].value) <= results[0].error + results[1].error)
