"""Diagrams as numbers against scipy, mpmath and closed forms; honest errors; refusals."""

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from scipy import integrate as scipy_integrate

from diagrams.diagram import Diagram
from diagrams.generation import generate
from numerics.errors import (
    InvalidDomain,
    InvalidKernel,
    InvalidPoints,
    LoweringError,
    NotAvailable,
    ProblemTooLarge,
)
from numerics.fields.index_sets import multisets
from numerics.integrals.evaluate.backends import NumbaBackend, NumpyBackend
from numerics.integrals.integrator import integrate, predict, vertex_tensor
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.integrals.solve.methods import Method
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.base import Kernel
from numerics.kernels.stationary import CosKernel, GaussKernel
from numerics.networks.architectures import GaussNet
from numerics.results.estimate import Quality

STAR = "x1-y1,x2-y1,x3-y1,x4-y1"
LOOP = "x1-y1,x2-y1,x3-y1,x4-y1,y1-y1"
TADPOLE = "x1-y1,x2-y1,y1-y1"
SIX = "x1-y1,x2-y1,x3-y1,x4-y1,x5-y1,x6-y1"
BUBBLE = "x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2"
SUNSET = "x1-y1,y1-y2,y1-y2,y1-y2,y2-x2"
EXCHANGE = "x1-y1,x2-y1,x3-y1,y1-y2,x4-y2,x5-y2,x6-y2"

ERF_INPUTS = np.array([-1.0, -0.6, -0.2, 0.2, 0.6, 1.0])
RELU_INPUTS = np.array([0.2, 0.4, 0.6, 0.8, 1.0, 1.2])
SQUARE = np.array(list(itertools.product([-1.0, 1.0], repeat=2)))
KERNELS_1D = [
    ErfKernel(),
    ErfKernel(1.4, 0.0),
    ErfKernel(4.0, 0.5),
    ReLUKernel(),
    ReLUKernel(1.2, 0.7),
    GaussKernel(0.9, 0.6),
    CosKernel(1.5, 0.8),
]


@dataclass(frozen=True)
class Constant(Kernel):
    """K_W = value everywhere: diagrams are powers of the value times powers of the volume."""

    value: float = 1.0
    d_in: int = 1
    bias_variance = 0.0
    ray_growth = 0.0
    self_growth = 0.0
    length_scale = 1.0

    def weight(self, x, y):
        return np.full((len(x), len(y)), self.value)

    def weight_diagonal(self, y):
        return np.full(len(y), self.value)

    def kinks(self, points):
        return tuple(np.empty(0) for _ in range(self.d_in))


def integrand_1d(text, kernel, points):
    """The product of kernels of a one-vertex diagram as a plain function of one number."""
    loops = text.count("y1-y1")

    def f(y):
        at = np.array([[y]])
        return float(np.prod(kernel.weight(points, at)) * kernel.weight_diagonal(at)[0] ** loops)

    return f


def brute_quad(text, kernel, points, cutoff):
    cuts = sorted({-cutoff, cutoff, 0.0, *(p for p in points[:, 0] if abs(p) < cutoff)})
    f = integrand_1d(text, kernel, points)
    parts = [
        scipy_integrate.quad(f, a, b, epsabs=0.0, epsrel=1e-12, limit=200)
        for a, b in itertools.pairwise(cuts)
    ]
    return sum(v for v, _ in parts), sum(e for _, e in parts)


@pytest.mark.parametrize("kernel", KERNELS_1D, ids=repr)
@pytest.mark.parametrize("text", [STAR, LOOP, TADPOLE, SIX])
@pytest.mark.parametrize("cutoff", [0.5, 20.0])
def test_one_dimension_against_scipy_quad(kernel, text, cutoff):
    diagram = Diagram.from_edge_string(text)
    points = np.random.default_rng(11).uniform(-1.0, 1.0, size=(diagram.n_external, 1))
    if isinstance(kernel, ReLUKernel):
        points = np.abs(points)
    exact, error = brute_quad(text, kernel, points, cutoff)
    found = integrate(diagram, kernel, points, Box(cutoff), method=Method.GRID)
    assert found.trusted
    assert abs(float(found.value) - exact) <= 3.0 * (float(found.error) + error)


@pytest.mark.parametrize("x", [[0.3, 0.7, 1.1, 0.9], [0.5, 0.5, 0.5, 0.5]])
def test_erf_against_mpmath(x):
    """Thirty digits, from Williams' arcsine written out here."""
    sw, sb, cutoff = mpmath.mpf("1.2"), mpmath.mpf("0.8"), 100

    def k(a, b):
        c = [sb**2 + sw**2 * p * q for p, q in ((a, b), (a, a), (b, b))]
        return 2 * sw**2 / mpmath.pi * mpmath.asin(2 * c[0] / mpmath.sqrt((1 + 2 * c[1]) * (1 + 2 * c[2])))

    with mpmath.workdps(30):
        points = [mpmath.mpf(str(p)) for p in x]
        cuts = [-cutoff, -10, -3, -1, 0, 1, 3, 10, cutoff]
        exact = mpmath.quad(lambda y: mpmath.fprod(k(p, y) for p in points), cuts)
    found = integrate(Diagram.from_edge_string(STAR), ErfKernel(1.2, 0.8), x, Box(cutoff), rtol=1e-13)
    assert float(found.value) == pytest.approx(float(exact), rel=1e-13)
    assert abs(float(found.value) - float(exact)) <= float(found.error)


@pytest.mark.parametrize("cutoff", [7.0, 100.0, 1e5])
def test_relu_without_bias_is_a_power_of_the_cutoff(cutoff):
    """Same-sign inputs in one dimension: (sw⁴/2)⁴ (∏x) Λ⁵/5, for all 126 elements."""
    sw = 1.3
    tensor = vertex_tensor(Diagram.from_edge_string(STAR), ReLUKernel(sw), RELU_INPUTS, Box(cutoff))
    by_hand = (sw**4 / 2) ** 4 * np.prod(RELU_INPUTS[multisets(6, 4)], axis=1) * cutoff**5 / 5
    assert np.all(np.abs(tensor.value - by_hand) <= tensor.error)
    assert np.all(tensor.error <= 1e-13 * by_hand)


def test_relu_inputs_of_both_signs_give_exact_zeros():
    """{−1, …, 1}: 96 of 126 elements vanish, exactly and with error zero."""
    tensor = vertex_tensor(Diagram.from_edge_string(STAR), ReLUKernel(), ERF_INPUTS, Box(100.0))
    signs = np.sign(ERF_INPUTS)[multisets(6, 4)].sum(axis=1)
    assert np.count_nonzero(tensor.value == 0.0) == np.count_nonzero(np.abs(signs) < 4) == 96
    assert np.all(tensor.error[tensor.value == 0.0] == 0.0)


@pytest.mark.parametrize(
    ("kernel", "points"),
    [
        (ErfKernel(d_in=2), SQUARE),
        (ErfKernel(1.5, 0.3, 2), 0.7 * SQUARE + 0.2),
        (ReLUKernel(d_in=2), np.array([[0.5, 0.5], [0.5, 1.0], [1.0, 0.5], [1.0, 1.0]])),
        (ReLUKernel(1.0, 0.8, 2), np.array([[0.5, 0.5], [0.5, 1.0], [1.0, 0.5], [1.0, 1.0]])),
    ],
    ids=repr,
)
def test_two_dimensions_against_scipy_cubature(kernel, points):
    """All 35 elements at once; adaptive, to its own tolerance."""
    cutoff, indices = 3.0, multisets(4, 4)

    def f(y):
        return np.prod(kernel.weight(points, y)[indices], axis=1).T

    exact = scipy_integrate.cubature(
        f, [-cutoff] * 2, [cutoff] * 2, rule="gk15", rtol=1e-9, atol=1e-9, max_subdivisions=3000
    )
    tensor = vertex_tensor(Diagram.from_edge_string(STAR), kernel, points, Box(cutoff), rtol=1e-11)
    assert tensor.trusted
    assert np.all(np.abs(tensor.value - exact.estimate) <= tensor.error + 3e-8)
    assert np.all(tensor.error <= 1e-10 * np.abs(tensor.value))


@pytest.mark.parametrize("kernel", [ErfKernel(d_in=3), ReLUKernel(d_in=3), ReLUKernel(1.0, 1.0, 3)], ids=repr)
def test_three_dimensions_against_an_independent_grid(kernel):
    """A plain midpoint rule with Richardson extrapolation, and errors that cover the difference."""
    points = np.array([[0.2, 0.2, 0.2], [1.0, 1.0, 0.2], [0.2, 1.0, 1.0], [1.0, 0.2, 1.0]])
    cutoff = 2.0

    def midpoint(n):
        y = cutoff * ((2.0 * np.arange(n) + 1.0) / n - 1.0)
        nodes = np.stack(np.meshgrid(y, y, y, indexing="ij"), axis=-1).reshape(-1, 3)
        return float(np.prod(kernel.weight(points, nodes), axis=0).sum()) * (2.0 * cutoff / n) ** 3

    a, b, c = midpoint(20), midpoint(40), midpoint(80)
    first, second = (4 * b - a) / 3, (4 * c - b) / 3
    found = integrate(Diagram.from_edge_string(STAR), kernel, points, Box(cutoff))
    assert found.trusted
    assert float(found.value) == pytest.approx((16 * second - first) / 15, rel=2e-7)
    assert float(found.error) <= 3e-10 * float(found.value)


@pytest.mark.parametrize("kernel", [ErfKernel(), ReLUKernel(), GaussKernel(0.7, 0.2)], ids=repr)
@pytest.mark.parametrize("text", [BUBBLE, SUNSET])
def test_two_vertices_against_dblquad(kernel, text):
    diagram = Diagram.from_edge_string(text)
    points = np.array([0.3, 0.8, 1.1, 0.5])[: diagram.n_external, None]
    at_y = [i - 1 for i in (1, 2, 3, 4) if f"x{i}-y1" in text or f"y1-x{i}" in text]
    at_z = [i for i in range(diagram.n_external) if i not in at_y]
    power = text.count("y1-y2")
    cutoff = 1.5

    def f(z, y):
        a, b = np.array([[y]]), np.array([[z]])
        legs = np.prod(kernel.weight(points[at_y], a)) * np.prod(kernel.weight(points[at_z], b))
        return float(legs * kernel.weight(a, b)[0, 0] ** power)

    corners = [-cutoff, 0.0, cutoff]
    exact = sum(
        scipy_integrate.dblquad(f, a, b, c, d, epsabs=0.0, epsrel=1e-9)[0]
        for a, b in itertools.pairwise(corners)
        for c, d in itertools.pairwise(corners)
    )
    found = integrate(diagram, kernel, points, Box(cutoff))
    assert found.trusted
    assert float(found.value) == pytest.approx(exact, rel=1e-8)


def test_a_kink_between_two_vertices_converges_slowly_and_says_so():
    """ReLU with bias: |y − z|³ is not cut out by any panel; against dblquad split along the diagonal."""
    kernel = ReLUKernel(1.0, 1.0)
    points = np.array([[0.4], [0.9]])

    def f(z, y):
        a, b = np.array([[y]]), np.array([[z]])
        product = kernel.weight(points[:1], a) * kernel.weight(a, b) ** 3 * kernel.weight(points[1:], b)
        return float(product[0, 0])

    cuts = [-1.0, 0.4, 0.9, 1.0]
    exact = 0.0
    for (a, b), (c, d) in itertools.product(itertools.pairwise(cuts), repeat=2):
        if (a, b) == (c, d):
            exact += scipy_integrate.dblquad(
                f, a, b, lambda y, c=c: c, lambda y: y, epsabs=0.0, epsrel=1e-10
            )[0]
            exact += scipy_integrate.dblquad(
                f, a, b, lambda y: y, lambda y, d=d: d, epsabs=0.0, epsrel=1e-10
            )[0]
        else:
            exact += scipy_integrate.dblquad(f, a, b, c, d, epsabs=0.0, epsrel=1e-10)[0]
    for rtol in (1e-4, 1e-7, 1e-9):
        found = integrate(Diagram.from_edge_string(SUNSET), kernel, points, Box(1.0), rtol=rtol)
        assert found.trusted
        assert abs(float(found.value) - exact) <= float(found.error) <= rtol * exact * 1.01


@pytest.mark.parametrize(
    "text", [STAR, LOOP, BUBBLE, SUNSET, EXCHANGE, "x1-x2,x3-y1,x4-y1,y1-y1", "y1-y1,y1-y1"]
)
@pytest.mark.parametrize("d", [1, 2])
def test_a_constant_kernel_counts_factors_and_volumes(text, d):
    diagram = Diagram.from_edge_string(text)
    kernel, box = Constant(1.5, d), Box(0.75)
    points = np.zeros((diagram.n_external, d))
    found = integrate(diagram, kernel, points, box)
    by_hand = 1.5 ** len(diagram.edges) * box.volume(d) ** diagram.n_vertices
    assert float(found.value) == pytest.approx(by_hand, rel=1e-13)


NO_VACUUM = [d for d in generate(4, {4: 2}) if all(part.external for part in d.components())]


@pytest.mark.parametrize("diagram", NO_VACUUM, ids=lambda d: d.edge_string)
def test_every_second_order_diagram_with_a_box_as_wide_as_space(diagram):
    """Box grid against the closed form over R^d."""
    kernel = GaussKernel(1.1, 0.5)
    points = np.array([0.3, -0.4, 0.9, 0.1])
    grid = integrate(diagram, kernel, points, Box(14.0), rtol=1e-12, method=Method.GRID)
    closed = integrate(diagram, kernel, points, WholeSpace())
    assert float(grid.value) == pytest.approx(float(closed.value), rel=1e-11)


def test_the_tensor_is_the_single_diagrams():
    """Every element of the all-multisets form against one diagram at a time, also where legs differ."""
    for text in (
        "x1-y1,x2-y1,y1-y2,y1-y2,y2-x3,y2-x4",
        "x1-y1,x3-y1,y1-y2,y1-y2,y2-x2,y2-x4",
        "x1-x4,x2-y1,x3-y1,y1-y1",
    ):
        diagram = Diagram.from_edge_string(text)
        points = np.array([0.1, 0.5, -0.7])
        tensor = vertex_tensor(diagram, ErfKernel(), points, Box(4.0), rtol=1e-12)
        for m, row in enumerate(multisets(3, 4)):
            single = integrate(diagram, ErfKernel(), points[row], Box(4.0), rtol=1e-12)
            assert abs(tensor.value[m] - float(single.value)) <= tensor.error[m] + float(single.error)


@pytest.mark.parametrize("text", [STAR, LOOP, SIX])
@pytest.mark.parametrize("kernel", [ErfKernel(), ReLUKernel(1.0, 0.3), GaussKernel()], ids=repr)
def test_compiled_and_numpy_evaluation_agree_to_rounding(text, kernel):
    arguments = (Diagram.from_edge_string(text), kernel, RELU_INPUTS, Box(30.0))
    a = vertex_tensor(*arguments, method=Method.GRID, backend=NumpyBackend())
    b = vertex_tensor(*arguments, method=Method.GRID, backend=NumbaBackend())
    assert np.all(np.abs(a.value - b.value) <= 2e-14 * np.abs(a.value).max())
    assert a.method == b.method


def test_lines_between_external_points_carry_the_bias_and_vertex_lines_do_not():
    kernel = ErfKernel(1.0, 1.0)
    points = np.array([0.2, -0.4, 0.6, 1.0])
    mixed = integrate(Diagram.from_edge_string("x1-x3,x2-y1,x4-y1,y1-y1"), kernel, points, Box(3.0))
    alone = integrate(Diagram.from_edge_string(TADPOLE), kernel, points[[1, 3]], Box(3.0))
    k = float(kernel.weight(points[[0]][:, None], points[[2]][:, None])[0, 0]) + 1.0
    assert float(mixed.value) == pytest.approx(k * float(alone.value), rel=1e-13)


def test_the_result_says_how_it_was_obtained():
    found = vertex_tensor(Diagram.from_edge_string(STAR), ErfKernel(), ERF_INPUTS, Box(100.0))
    assert "grid contraction, Gauss–Legendre with sinh map" in found.method
    assert "nodes per vertex" in found.method
    assert found.provenance["domain"] == "the box [−100, 100]^d"
    surface = integrate(Diagram.from_edge_string(TADPOLE), ReLUKernel(), [0.5, 1.0], Box(1.0))
    assert "surface of the box" in surface.method


def test_too_few_nodes_allowed_is_flagged_not_hidden():
    points = np.array([0.3, -0.2, 0.8, 0.4])
    accuracy = Accuracy(rtol=1e-12, max_nodes=100)
    star, kernel = Diagram.from_edge_string(STAR), ErfKernel(8.0, 1.0)
    found = integrate(star, kernel, points, Box(50.0), accuracy=accuracy, method=Method.GRID)
    better = integrate(Diagram.from_edge_string(STAR), ErfKernel(8.0, 1.0), points, Box(50.0), rtol=1e-12)
    assert found.quality is Quality.NOT_CONVERGED
    assert better.trusted
    assert 1e-12 * float(better.value) < abs(float(found.value - better.value)) < float(found.error)


def test_more_digits_than_floats_have_are_not_promised():
    found = integrate(Diagram.from_edge_string(STAR), ErfKernel(), [0.1, 0.2, 0.3, 0.4], Box(5.0), rtol=1e-15)
    assert found.quality is Quality.NOT_CONVERGED
    assert float(found.error) < 1e-13 * float(found.value)


def test_problems_too_large_for_memory_are_refused_with_the_sizes():
    diagram = Diagram.from_edge_string(BUBBLE)
    points = np.random.default_rng(0).normal(size=(4, 3))
    with pytest.raises(ProblemTooLarge, match=r"nodes per vertex and [\d.]+ GiB") as error:
        integrate(diagram, ErfKernel(5.0, 1.0, 3), points, Box(100.0), method=Method.GRID)
    assert isinstance(error.value, MemoryError)
    with pytest.raises(ProblemTooLarge, match="allowed are 10 nodes"):
        integrate(
            Diagram.from_edge_string(STAR),
            ErfKernel(),
            points[:, 0],
            Box(9.0),
            accuracy=Accuracy(max_nodes=10),
            method=Method.GRID,
        )


@pytest.mark.parametrize("rtol", [0.0, 1.0, -1e-3, math.nan, 1e-17])
def test_accuracy_must_make_sense(rtol):
    with pytest.raises(LoweringError, match="rtol"):
        integrate(Diagram.from_edge_string(TADPOLE), ErfKernel(), [0.0, 1.0], Box(1.0), rtol=rtol)


@pytest.mark.parametrize("points", [[0.1, 0.2], [[0.1, 0.2]] * 4, [0.1, 0.2, 0.3, math.nan]])
def test_wrong_points_are_refused(points):
    with pytest.raises(InvalidPoints):
        integrate(Diagram.from_edge_string(STAR), ErfKernel(), points, Box(1.0))


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"domain": 2.0}, InvalidDomain, r"2.0 given as the domain; Box\(cutoff\) or WholeSpace\(\)"),
        ({"domain": None}, InvalidDomain, "None given as the domain"),
        ({"method": "gird"}, NotAvailable, "'gird' given as the method; one of 'auto', .* 'grid'\\?"),
        ({"kernel": GaussNet(5)}, InvalidKernel, "that of a network is ``network.kernel``"),
        ({"diagram": TADPOLE}, LoweringError, "see Diagram.from_edge_string"),
    ],
    ids=str,
)
def test_what_is_no_domain_method_kernel_or_diagram_is_refused(changed, error, said):
    """A plain number as domain once gave the integral over R^d."""
    diagram = Diagram.from_edge_string(TADPOLE)
    asked = {"diagram": diagram, "kernel": GaussKernel(), "points": [0.0, 1.0], "domain": Box(2.0)} | changed
    for function in (integrate, vertex_tensor):
        with pytest.raises(error, match=said):
            function(**asked)
    terms = [(diagram, Fraction(1), {})]
    if "diagram" not in changed:
        with pytest.raises(error, match=said):
            predict(terms, **{name: value for name, value in asked.items() if name != "diagram"})


def test_progress_counts_the_connected_parts():
    seen = []
    diagram = Diagram.from_edge_string("x1-y1,x2-y1,x3-y2,x4-y2,y1-y1")
    integrate(diagram, ErfKernel(), [0.1, 0.2, 0.3, 0.4], Box(2.0), progress=lambda *done: seen.append(done))
    assert seen == [(0, 2), (1, 2), (2, 2)]


@dataclass(frozen=True)
class Broken(Constant):
    """Returns what it is told to."""

    returned: float = math.nan

    def weight(self, x, y):
        return np.full((len(x), len(y)), self.returned)


@pytest.mark.parametrize("returned", [math.nan, math.inf])
def test_a_kernel_that_is_not_finite_is_refused(returned):
    with pytest.raises(InvalidKernel, match="Broken returned NaN or infinite"):
        integrate(Diagram.from_edge_string(TADPOLE), Broken(returned=returned), [0.0, 1.0], Box(1.0))
