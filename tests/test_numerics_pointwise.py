"""Cubature and quasi-Monte-Carlo against the grid, each within its own error."""

import numpy as np
import pytest

from diagrams.diagram import Diagram
from numerics.errors import ProblemTooLarge
from numerics.integrals.integrator import integrate, vertex_tensor
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.integrals.solve.methods import Method
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.stationary import GaussKernel

STAR = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
BUBBLE = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2")
TADPOLE = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,y2-y2")
LINE, PLANE = [[-0.4], [0.6]], [[0.3, -0.2], [0.5, 0.8]]
CASES = [
    (STAR, ErfKernel(), LINE, 50.0),
    (STAR, ReLUKernel(d_in=2), PLANE, 3.0),
    (BUBBLE, ErfKernel(), LINE, 10.0),
    (TADPOLE, ErfKernel(sigma_b=0.3), LINE, 10.0),
    (BUBBLE, ErfKernel(d_in=2), PLANE, 2.0),
    (BUBBLE, GaussKernel(), LINE, 5.0),
]


@pytest.mark.parametrize(("diagram", "kernel", "points", "cutoff"), CASES)
def test_quasi_monte_carlo_within_its_error(diagram, kernel, points, cutoff):
    want = vertex_tensor(diagram, kernel, points, Box(cutoff), rtol=1e-7, method=Method.GRID)
    found = vertex_tensor(diagram, kernel, points, Box(cutoff), rtol=1e-3, method=Method.QUASI_MONTE_CARLO)
    assert found.trusted
    assert "scrambled Sobol" in found.method
    pulls = (found.value - want.value) / (found.error + want.error)
    assert np.max(np.abs(pulls)) < 4.5  # Student, 15 degrees of freedom, a handful of elements


@pytest.mark.parametrize(("diagram", "kernel", "points", "cutoff"), CASES[:4])
def test_cubature_within_its_error(diagram, kernel, points, cutoff):
    want = vertex_tensor(diagram, kernel, points, Box(cutoff), rtol=1e-10, method=Method.GRID)
    found = vertex_tensor(diagram, kernel, points, Box(cutoff), rtol=1e-5, method=Method.CUBATURE)
    assert found.trusted
    assert "cubature" in found.method
    assert np.all(np.abs(found.value - want.value) <= found.error + want.error)


@pytest.mark.parametrize("method", [Method.CUBATURE, Method.QUASI_MONTE_CARLO])
@pytest.mark.parametrize(
    ("text", "d"),
    [
        ("x1-y3,x2-y3,x3-y3,x4-y3,y1-y2,y2-y3,y3-y3", 1),
        ("x1-y1,x2-y2,x3-y2,x4-y2,y1-y2", 1),
        ("x1-y1,x2-y1,x3-y1,x4-y1", 3),
    ],
)
def test_a_box_that_is_nearly_empty_hides_nothing(text, d, method):
    """In a box of ±20,000 lengths cubature once found 1e-112 for 1e-98, give or take 1e-112."""
    diagram, kernel = Diagram.from_edge_string(text), GaussKernel(1.3, 0.4, d)
    points = np.array([[-1.7, 0.3, 0.9], [0.3, 1.1, -0.4], [-0.7, 2.0, 0.1], [3.1, -0.2, 0.5]])[:, :d]
    found = integrate(diagram, kernel, points, Box(2e4), rtol=1e-3, method=method)
    exact = integrate(diagram, kernel, points, WholeSpace(), method=Method.CLOSED_FORM)
    assert found.trusted
    assert abs(float(found.value - exact.value)) <= 3.0 * float(found.error) < 4e-3 * float(exact.value)


def test_accuracy_out_of_reach_is_said():
    accuracy = Accuracy(rtol=1e-12, max_nodes=2**14)
    found = integrate(
        STAR, ErfKernel(), [[0.1]] * 4, Box(9.0), method=Method.QUASI_MONTE_CARLO, accuracy=accuracy
    )
    assert not found.trusted
    assert found.error > 1e-12 * abs(found.value)


@pytest.mark.parametrize(("method", "rtol"), [(Method.CUBATURE, 1e-6), (Method.QUASI_MONTE_CARLO, 1e-3)])
@pytest.mark.parametrize("diagram", [STAR, BUBBLE])
def test_over_all_of_space_with_a_bound_on_the_tail(diagram, method, rtol):
    points = [[0.1], [0.5], [-0.3], [0.8]]
    found = integrate(diagram, GaussKernel(), points, WholeSpace(), rtol=rtol, method=method)
    want = integrate(diagram, GaussKernel(), points, WholeSpace())
    assert want.method == "closed Gaussian form"
    assert "tail" in found.method
    assert found.trusted
    assert abs(float(found.value - want.value)) <= 3.0 * float(found.error) <= 3.1 * rtol * float(want.value)


@pytest.mark.parametrize("method", [Method.CUBATURE, Method.QUASI_MONTE_CARLO])
def test_too_many_combinations_of_inputs_are_refused_before_memory_is_taken(method):
    accuracy = Accuracy(rtol=1e-3, max_bytes=2**20)
    points = np.linspace(-1.0, 1.0, 12)
    with pytest.raises(ProblemTooLarge, match="for 6084 combinations"):
        vertex_tensor(BUBBLE, ErfKernel(), points, Box(1.0), method=method, accuracy=accuracy)
