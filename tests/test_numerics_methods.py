"""Which method is chosen, what it says about itself, and integrals over R^d with known values."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.integrate import quad

from diagrams.diagram import Diagram
from numerics.errors import (
    DivergentIntegral,
    InvalidKernel,
    InvalidPoints,
    LoweringError,
    NotConverged,
    ProblemTooLarge,
)
from numerics.fields.index_sets import multisets
from numerics.integrals.accuracy.refinement import fits_grid
from numerics.integrals.integrator import integrate, vertex_tensor
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.questions.question import Question
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.integrals.solve.assembly import leg_rows
from numerics.integrals.solve.methods import Method, Problem, choose_rule, solve
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.base import Kernel
from numerics.kernels.own import FunctionKernel
from numerics.kernels.stationary import GaussKernel
from numerics.lowering.lower import lower_diagram
from numerics.results.estimate import Quality
from tests.random_integrals import laplace, lorentz

STAR = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
BUBBLE = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2")
SUNSET = Diagram.from_edge_string("x1-y1,y1-y2,y1-y2,y1-y2,x2-y2")
LEG = Diagram.from_edge_string("x1-y1")
X = [0.1, 0.5, 1.0, -2.0]


def exponential(*, kinks_at_points=False):
    return FunctionKernel(laplace, ray_growth=None, self_growth=0.0, kinks_at_points=kinks_at_points)


def power_law(**declared):
    return FunctionKernel(lorentz, ray_growth=-2.0, self_growth=0.0, **declared)


@pytest.mark.parametrize(
    ("kernel", "diagram", "domain", "name"),
    [
        (GaussKernel(), STAR, WholeSpace(), "closed Gaussian form"),
        (GaussKernel(), STAR, Box(2.0), "closed Gaussian form"),
        (GaussKernel(), BUBBLE, Box(2.0), "grid contraction"),
        (ErfKernel(), BUBBLE, Box(2.0), "grid contraction"),
        (exponential(), STAR, WholeSpace(), "with a bound on the tail"),
    ],
)
def test_the_method_is_chosen_and_named(kernel, diagram, domain, name):
    found = integrate(diagram, kernel, X, domain, rtol=1e-6)
    assert name in found.method
    assert found.trusted


def test_four_dimensions_and_more_are_integrated_without_a_grid_where_a_grid_is_too_large():
    """One vertex fits a grid in d = 4; two do not where memory is short. Against a coarse grid by hand."""
    kernel, box = ErfKernel(d_in=4), Box(1.5)
    x = np.random.default_rng(1).uniform(-1.0, 1.0, size=(4, 4))
    accuracy = Accuracy(rtol=1e-3, max_bytes=2**24)
    assert "grid" in integrate(STAR, kernel, x, box, rtol=1e-6).method
    found = integrate(BUBBLE, kernel, x, box, accuracy=accuracy)
    assert "quasi-Monte-Carlo" in found.method
    assert "8 dimensions" in found.method
    # the same integral on a coarse tensor grid: the kernel is smooth, five nodes in each direction do
    t, w = np.polynomial.legendre.leggauss(5)
    y = np.stack(np.meshgrid(*[1.5 * t] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
    weights = np.prod(np.stack(np.meshgrid(*[1.5 * w] * 4, indexing="ij"), axis=-1).reshape(-1, 4), axis=1)
    legs = kernel.weight(x, y)
    want = (legs[0] * legs[1] * weights) @ kernel.weight(y, y) ** 2 @ (legs[2] * legs[3] * weights)
    assert abs(float(found.value) - want) <= 4.0 * float(found.error) + 1e-4 * abs(want)


def test_many_vertices_that_no_grid_can_hold():
    """Five vertices, each tied to all others: Sobol points, flagged because ten digits are out of reach."""
    pairs = [f"y{a}-y{b}" for a, b in itertools.combinations(range(1, 6), 2)]
    pentagon = Diagram.from_edge_string(",".join(pairs))
    accuracy = Accuracy(rtol=1e-10, max_nodes=2**15, max_bytes=2**14)
    found = integrate(pentagon, ErfKernel(), np.empty((0, 1)), Box(1.0), accuracy=accuracy)
    assert "quasi-Monte-Carlo" in found.method
    assert not found.trusted
    assert found.provenance["accuracy"].startswith("NOT reached: asked for 1e-10 of ∫∏|K|, got ")
    grid = integrate(pentagon, ErfKernel(), np.empty((0, 1)), Box(1.0), rtol=1e-8, method=Method.GRID)
    assert abs(float(found.value - grid.value)) <= 4.0 * float(found.error)


def test_kinks_that_nobody_declared():
    """The grid goes on until the accuracy is reached or cubature finds the kinks; the value is elementary."""
    x = [0.1, 0.5, 1.0]
    star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1")
    want = sum(
        quad(lambda y: math.exp(-sum(abs(y - a) for a in x)), low, high, epsabs=0.0, epsrel=1e-13)[0]
        for low, high in [(-9.0, 0.1), (0.1, 0.5), (0.5, 1.0), (1.0, 9.0)]
    )
    found = integrate(star, exponential(), x, Box(9.0))
    assert found.trusted
    assert abs(float(found.value) - want) <= 3.0 * float(found.error)
    limited = Accuracy(rtol=1e-10, max_nodes=2000)
    rescued = integrate(star, exponential(), x, Box(9.0), accuracy=limited)
    assert "adaptive cubature" in rescued.method
    assert rescued.trusted
    assert abs(float(rescued.value) - want) <= 3.0 * float(rescued.error)


def test_exponential_kernel_over_the_line():
    """∫ exp(−Σ|x_i − y|) dy piece by piece, and the sunset as a convolution."""
    order = np.sort(X)
    cuts = [-math.inf, *order, math.inf]
    want = 0.0
    for k in range(5):
        slope, offset = 4 - 2 * k, order[:k].sum() - order[k:].sum()
        low, high = cuts[k], cuts[k + 1]
        if slope == 0:
            want += (high - low) * math.exp(offset)
        else:
            ends = [0.0 if math.isinf(end) else math.exp(slope * end + offset) for end in (low, high)]
            want += (ends[1] - ends[0]) / slope
    for kernel in (exponential(kinks_at_points=True), exponential()):
        found = integrate(STAR, kernel, X, WholeSpace())
        assert found.trusted
        assert abs(float(found.value) - want) <= 3.0 * float(found.error) <= 3.1e-10 * want
    # Fourier transform 2/(1 + k²) squared times 6/(9 + k²), by partial fractions
    r = 0.9
    back = 24 / 8 * ((1 + r) * math.exp(-r) / 4) - 24 / 64 * (math.exp(-r) / 2 - math.exp(-3 * r) / 6)
    sunset = integrate(SUNSET, exponential(kinks_at_points=True), [0.1, 1.0], WholeSpace())
    assert sunset.trusted
    assert abs(float(sunset.value) - back) <= 3.0 * float(sunset.error) <= 3.1e-10 * back


def test_kernels_that_fall_like_a_power():
    """∫ dy/(1 + (x − y)²) = π, whose tail needs a box of half side 1e10; two legs by partial fractions."""
    one = integrate(LEG, power_law(), [0.3], WholeSpace(), rtol=1e-9)
    assert one.trusted
    assert abs(float(one.value) - math.pi) <= float(one.error)
    two = integrate(Diagram.from_edge_string("x1-y1,x2-y1"), power_law(), [0.0, 1.5], WholeSpace())
    assert abs(float(two.value) - 2 * math.pi / (4 + 1.5**2)) <= float(two.error)
    plane = FunctionKernel(lorentz, 2, ray_growth=-2.0, self_growth=0.0)
    pair = Diagram.from_edge_string("x1-y1,x2-y1")
    radial = integrate(pair, plane, [[0.2, 0.1]] * 2, WholeSpace(), rtol=1e-7)
    # ∫ d²y/(1 + y²)² = π
    assert abs(float(radial.value) - math.pi) <= 3.0 * float(radial.error) <= 1e-6


def test_a_power_law_that_does_not_converge_is_refused():
    with pytest.raises(DivergentIntegral, match="like log Λ"):
        integrate(
            LEG, FunctionKernel(lorentz, 2, ray_growth=-2.0, self_growth=0.0), [[0.0, 0.0]], WholeSpace()
        )


def test_strict_settings_raise():
    accuracy = Accuracy(rtol=1e-15, strict=True)
    with pytest.raises(NotConverged, match="NOT reached: asked for 1e-15") as error:
        integrate(STAR, ErfKernel(), X, Box(5.0), accuracy=accuracy)
    assert isinstance(error.value, ArithmeticError)
    assert integrate(STAR, ErfKernel(), X, Box(5.0), accuracy=Accuracy(rtol=1e-9, strict=True)).trusted


def test_the_provenance_says_what_was_reached():
    good = vertex_tensor(STAR, ErfKernel(), X, Box(5.0), rtol=1e-8)
    assert good.provenance["rtol"] == 1e-8
    assert np.max(good.error / np.abs(good.value)) < 1e-6
    assert good.provenance["reached"] <= 1e-8
    assert good.provenance["accuracy"].startswith("reached: asked for 1e-08")
    bad = vertex_tensor(STAR, ErfKernel(), X, Box(5.0), rtol=1e-15)
    assert bad.quality is Quality.NOT_CONVERGED
    assert bad.provenance["reached"] > 1e-15
    assert "which is rounding" in bad.provenance["accuracy"]


@pytest.mark.parametrize(
    ("kernel", "x", "domain"),
    [
        (ErfKernel(), [1e200, 0.1, 0.2, 0.3], Box(1.0)),
        (ReLUKernel(), [1e200, 1.0, 1.0, 1.0], Box(1.0)),
        (GaussKernel(), [1e200, 0.0, 0.0, 0.0], WholeSpace()),
        (ReLUKernel(), [1.0, 1.0, 1.0, 1.0], Box(1e200)),
        (ErfKernel(sigma_w=1e50), [1.0, 1.0, 1.0, 1.0], Box(1.0)),
    ],
)
def test_sizes_beyond_the_range_of_floats_are_refused(kernel, x, domain):
    with pytest.raises(InvalidPoints, match=r"1e\+(200|50) given"):
        integrate(STAR, kernel, x, domain)


def test_a_value_beyond_the_range_of_floats_is_refused():
    star = Diagram.from_edge_string(",".join(f"x{k}-y1" for k in range(1, 9)))
    with pytest.raises(LoweringError, match="beyond the range of floating-point numbers"):
        integrate(star, ReLUKernel(1e15), [1e10] * 8, Box(1e10))


@dataclass(frozen=True)
class NotEverywhere(Kernel):
    """One near the origin, NaN beyond 0.9."""

    d_in: int = 1
    bias_variance = 0.0
    ray_growth = 0.0
    self_growth = 0.0
    length_scale = 1.0

    def weight(self, x, y):
        return np.where(np.abs(y.T) > 0.9, np.nan, 1.0) + 0.0 * x

    def weight_diagonal(self, y):
        return np.ones(len(y))

    def kinks(self, points):
        return (np.empty(0),)


@pytest.mark.parametrize("method", list(Method)[2:])
def test_a_kernel_that_is_not_a_number_is_refused_by_every_method(method):
    with pytest.raises(InvalidKernel, match="NaN"):
        integrate(LEG, NotEverywhere(), [0.0], Box(1.0), rtol=1e-3, method=method)


def test_every_answer_is_reported_once_and_final():
    parts = [lower_diagram(d).parts()[0].integrand for d in (STAR, BUBBLE, SUNSET)]
    kernel, points = exponential(kinks_at_points=True), np.array([[0.1], [0.7]])
    questions = [Question(part, leg_rows(part, 2)) for part in parts]
    reported = []
    problem = Problem(kernel, points, Box(3.0), accuracy=Accuracy(rtol=1e-3, max_nodes=40))
    answers = solve(questions, problem, lambda *pair: reported.append(pair))
    assert len(reported) == len(questions)
    assert dict(reported) == dict(zip(questions, answers, strict=True))
    for question, answer in zip(questions, answers, strict=True):
        assert answer.value.shape == answer.error.shape == answer.scale.shape == question.shape
    assert questions[0].shape == (len(multisets(2, 4)),)


def test_a_grid_without_cuts_where_cuts_cost_too_many_nodes():
    """ReLU-net with a bias in d = 3: four inputs cut every axis in six; against Sobol points."""
    kernel, box = ReLUKernel(1.0, 1.0, 3), Box(1.0)
    x = np.random.default_rng(3).uniform(-0.8, 0.8, size=(4, 3))
    cut, uncut = choose_rule(kernel, x, box), choose_rule(kernel, x, box, cut=False)
    assert (cut.kinks_cut_up_to, uncut.kinks_cut_up_to) == (1, 0)
    accuracy = Accuracy(rtol=1e-4, max_bytes=2**27)
    (part,) = lower_diagram(BUBBLE).parts()
    question = Question(part.integrand, leg_rows(part.integrand, 4))
    assert [fits_grid(question, rule, 4, accuracy) for rule in (cut, uncut)] == [False, True]
    grid = integrate(BUBBLE, kernel, x, box, accuracy=accuracy)
    assert "grid" in grid.method
    assert grid.trusted
    peer = integrate(BUBBLE, kernel, x, box, rtol=3e-5, method=Method.QUASI_MONTE_CARLO)
    assert abs(float(grid.value - peer.value)) <= 4.0 * (float(grid.error) + float(peer.error))
    with pytest.raises(ProblemTooLarge):
        integrate(BUBBLE, kernel, x, box, accuracy=accuracy, method=Method.GRID)
