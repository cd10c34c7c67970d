"""Symbolic kernels: twins of ours, compiled ones, what is read off them, what is refused."""

from itertools import pairwise

import numpy as np
import pytest
import sympy
from scipy.integrate import quad

from diagrams.diagram import Diagram
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.expansion import expand
from nnft_sym.symbolic.algebra import substitute_kernel
from nnft_sym.symbolic.functions import symbolic_kernel, symbolic_profile
from nnft_sym.symbolic.kernels import kernel_expression
from numerics.errors import DivergentIntegral, InvalidKernel, LoweringError
from numerics.fields.index_sets import multisets
from numerics.integrals.integrator import integrate, predict, vertex_tensor
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.kernels.own import kernel_identity
from numerics.kernels.profiles import RadialPower
from numerics.lowering.lower import lower_diagram
from numerics.networks.architectures import network

STAR = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
NETS = [
    ("erf", 1.3, 0.6),
    ("erf", 0.8, 0.0),
    ("relu", 0.7, 0.4),
    ("relu", 1.4, 0.0),
    ("gauss", 0.9, 0.5),
    ("cos", 1.2, None),
]


def coordinates(d):
    return [sympy.symbols(f"{letter}1:{d + 1}", real=True) for letter in "xy"]


def twin_and_ours(net, sigma_w, sigma_b, d):
    x, y = coordinates(d)
    expression = kernel_expression(net, x, y, sigma_w, sigma_b, 1.7 if net == "cos" else None)
    ours = network(net, 1, sigma_w=sigma_w, sigma_b=sigma_b, sigma_a=1.7 if net == "cos" else None, d_in=d)
    return expression, x, y, ours.kernel


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize(("net", "sigma_w", "sigma_b"), NETS)
def test_twins_of_our_kernels(net, sigma_w, sigma_b, d):
    expression, x, y, ours = twin_and_ours(net, sigma_w, sigma_b, d)
    kernel = symbolic_kernel(expression, x, y, kinks_at_points=False)
    points = np.random.default_rng(4).normal(size=(7, d)) * [[0.1], [1], [1], [3], [30], [1], [1]]
    points[-1] = 0.0  # where the angle between preactivations is not defined without biases
    points[-2] = -points[1]
    scale = np.sqrt(np.outer(ours.weight_diagonal(points), ours.weight_diagonal(points)))
    error = np.abs(kernel.weight(points, points) - ours.weight(points, points))
    assert np.all(error <= 1e-13 * scale + 1e-300)
    np.testing.assert_allclose(kernel.weight_diagonal(points), ours.weight_diagonal(points), rtol=1e-13)
    assert (kernel.ray_growth, kernel.self_growth) == (ours.ray_growth, ours.self_growth)


@pytest.mark.parametrize(("net", "sigma_w", "sigma_b"), NETS)
def test_twins_with_symbols_for_the_deviations(net, sigma_w, sigma_b):
    """The same formula with σ left open, evaluated to 30 digits."""
    x, y = coordinates(2)
    symbols = sympy.symbols("s_w s_b s_a", positive=True)
    form = kernel_expression(net, x, y, *symbols)
    values = dict(zip([*x, *y, *symbols], [0.3, -0.7, 0.9, 0.4, sigma_w, sigma_b or 0, 1.7], strict=True))
    exact = form.subs({k: sympy.Rational(str(v)) for k, v in values.items()}).evalf(30)
    *_, ours = twin_and_ours(net, sigma_w, sigma_b, 2)
    found = ours.weight(np.array([[0.3, -0.7]]), np.array([[0.9, 0.4]]))[0, 0]
    assert found == pytest.approx(float(exact), rel=1e-14)


def test_a_twin_in_place_of_the_propagators_of_an_expansion():
    """∫K_W⁴ of Gauss-net, from the symbolic expansion with the twin substituted, by SymPy and by us."""
    expansion = expand("lambda*f^4", 4, scheme="exact", kind="connected")
    form = substitute_kernel(expansion.sympy(), lambda a, b: kernel_expression("gauss", a, b))
    at = {sympy.Symbol(f"x{k + 1}", real=True): value for k, value in enumerate((0, 0, 1, -1))}
    (integral,) = form.subs(at).atoms(sympy.Integral)
    found = integrate(STAR, network("gauss", 1).kernel, [0.0, 0.0, 1.0, -1.0], WholeSpace())
    assert float(integral.doit()) == pytest.approx(float(found.value), rel=1e-13)


def test_a_kernel_from_an_expression_with_kinks():
    """Ornstein–Uhlenbeck: exp(−m|x − y|); kinks, decay and growth are found, the integral is right."""
    x, y = sympy.symbols("x y", real=True)
    kernel = symbolic_kernel(sympy.exp(-2 * sympy.Abs(x - y)), x, y)
    points = np.array([-0.4, 0.1, 0.5, 0.9])
    assert kernel.kinks(points[:, None])[0].tolist() == points.tolist()
    assert (kernel.ray_growth, kernel.self_growth) == (None, 0.0)
    found = integrate(STAR, kernel, points, WholeSpace())
    cuts = [-20.0, *points, 20.0]
    want = sum(
        quad(lambda t: np.exp(-2 * np.sum(np.abs(points - t))), a, b, epsabs=1e-14)[0]
        for a, b in pairwise(cuts)
    )
    assert abs(found.value - want) <= found.error + 1e-12
    assert found.trusted


@pytest.mark.parametrize(
    ("build", "kinks"),
    [
        (lambda x, y: sympy.Min(x, y) + sympy.Min(-x, -y) + 10, [0.3]),
        (lambda x, y: sympy.Piecewise((x * y, x * y > 0), (0, True)), [0.0]),
        (lambda x, y: sympy.Abs(x - 1) * sympy.Abs(y - 1), [1.0]),
        (lambda x, y: sympy.exp(-((x - y) ** 2)), []),
    ],
)
def test_kinks_are_read_off_the_expression(build, kinks):
    x, y = sympy.symbols("x y", real=True)
    kernel = symbolic_kernel(build(x, y), x, y, ray_growth=2.0, self_growth=2.0)
    assert kernel.kinks(np.array([[0.3]]))[0].tolist() == pytest.approx(kinks)


def test_kinks_in_the_plane_are_measured():
    x, y = coordinates(2)
    rough = symbolic_kernel(sympy.exp(-sympy.Abs(x[0] - y[0]) - sympy.Abs(x[1] - y[1])), x, y)
    smooth = symbolic_kernel(sympy.exp(-(sympy.Abs(x[0] - y[0]) ** 2) - (x[1] - y[1]) ** 2), x, y)
    point = np.array([[0.3, -0.2]])
    assert [kinks.tolist() for kinks in rough.kinks(point)] == [[0.3], [-0.2]]
    assert [kinks.tolist() for kinks in smooth.kinks(point)] == [[], []]
    found = vertex_tensor(STAR, rough, point, Box(8.0))
    want = (
        (2 * (1 - np.exp(-4 * 8.3) + 1 - np.exp(-4 * 7.7)) / 8)
        * (2 - np.exp(-4 * 7.8) - np.exp(-4 * 8.2))
        / 4
    )
    assert abs(found.value[0] - want) <= found.error[0]
    assert found.error[0] <= 1e-9


def test_refusals():
    x, y, m = sympy.symbols("x y m", real=True)
    with pytest.raises(InvalidExpansion, match="contains m, which has no number"):
        symbolic_kernel(sympy.exp(-m * (x - y) ** 2), x, y)
    with pytest.raises(InvalidExpansion, match=r"contains g\(x\)"):
        symbolic_kernel(sympy.Function("g")(x), x, y)
    with pytest.raises(InvalidExpansion, match="is not smooth at 2\\*x"):
        symbolic_kernel(sympy.exp(-sympy.Abs(2 * x - y)), x, y)
    with pytest.raises(InvalidExpansion, match="no SymPy expression"):
        symbolic_kernel("exp(-(x-y)**2)", x, y)
    with pytest.raises(InvalidExpansion, match="same number of coordinates"):
        symbolic_kernel(x * y, x, (y, m))
    with pytest.raises(InvalidKernel, match="not symmetric"):
        symbolic_kernel(sympy.exp(-((x - y) ** 2)) * (1 + x**2), x, y)
    with pytest.raises(InvalidKernel, match="not positive"):
        symbolic_kernel(-sympy.exp(-((x - y) ** 2)), x, y)
    with pytest.raises(InvalidKernel, match="NaN or infinite"):
        symbolic_kernel(sympy.sqrt(x * y), x, y)
    with pytest.raises(InvalidKernel, match="declared to grow"):
        symbolic_kernel(1 + x * y, x, y, ray_growth=None)
    x, y = coordinates(2)
    with pytest.raises(InvalidExpansion, match="the network 'tanh'"):
        kernel_expression("tanh", x, y)


def test_divergence_is_seen_from_the_expression():
    x, y = sympy.symbols("x y", real=True)
    with pytest.raises(DivergentIntegral, match=r"Λ\^5"):
        integrate(STAR, symbolic_kernel(1 + x * y, x, y), np.ones((4, 1)), WholeSpace())


def test_equal_expressions_are_one_kernel_for_the_store():
    x, y, u, v = sympy.symbols("x y u v", real=True)
    a = symbolic_kernel(sympy.exp(-((x - y) ** 2)), x, y)
    b = symbolic_kernel(sympy.exp(-((u - v) ** 2)), u, v)
    c = symbolic_kernel(sympy.exp(-2 * (x - y) ** 2), x, y)
    d = symbolic_kernel(sympy.exp(-((x - y) ** 2)), x, y, bias_variance=0.1)
    assert kernel_identity(a) == kernel_identity(b)
    assert len({kernel_identity(kernel) for kernel in (a, c, d)}) == 3
    assert (
        symbolic_profile(x**2, x).content
        == symbolic_profile(y**2, y).content
        != symbolic_profile(x**4, x).content
    )


def test_profiles_say_their_length():
    y = sympy.Symbol("y", real=True)
    with pytest.raises(InvalidExpansion, match="no length_scale"):
        symbolic_profile(sympy.exp(-((y - 3) ** 2) * 10**6), y)
    assert symbolic_profile(1 + y**2, y).length_scale == np.inf


@pytest.mark.parametrize("net", ["erf", "relu", "gauss"])
def test_a_polynomial_profile_is_the_sum_of_its_powers(net):
    """1 − 3y² by its expression, on a grid, against the two integrals that the actions give."""
    y = sympy.Symbol("y", real=True)
    kernel, points = network(net, 1).kernel, np.array([[0.2], [-0.7], [0.9]])
    profile = symbolic_profile(1 - 3 * y**2, y, growth=2.0)
    found = vertex_tensor(lower_diagram(STAR, profiles=[profile]), kernel, points, Box(3.0))
    plain = vertex_tensor(STAR, kernel, points, Box(3.0)).value
    square = vertex_tensor(lower_diagram(STAR, profiles=[RadialPower(2)]), kernel, points, Box(3.0)).value
    np.testing.assert_allclose(found.value, plain - 3 * square, rtol=1e-9, atol=1e-12)


def test_a_profile_with_a_step():
    y = sympy.Symbol("y", real=True)
    profile = symbolic_profile(sympy.Piecewise((1, y > sympy.Rational(1, 2)), (0, True)), y, length_scale=1.0)
    assert profile.kinks == ((0.5,),)
    np.testing.assert_array_equal(profile.values(np.array([[0.4], [0.6]])), [0.0, 1.0])
    kernel, points = network("erf", 1).kernel, np.array([[0.1], [0.2], [0.3], [0.4]])
    found = vertex_tensor(lower_diagram(STAR, profiles=[profile]), kernel, points, Box(1.0))
    want = quad(lambda t: np.prod(kernel.weight(points, np.array([[t]]))), 0.5, 1.0, epsabs=1e-14)[0]
    element = multisets(4, 4).tolist().index([0, 1, 2, 3])
    assert found.trusted
    assert abs(found.value[element] - want) <= found.error[element] + 1e-12 * want


def test_kernels_that_are_infinite_at_coincidence_are_refused():
    x, y = sympy.symbols("x y", real=True)
    for expression in (-sympy.log(sympy.Abs(x - y)), 1 / (x - y), 1 / (x - y) ** 2):
        with pytest.raises(InvalidKernel, match="not finite at x = y"):
            symbolic_kernel(expression, x, y)


def test_a_prediction_takes_an_expansion_or_its_terms():
    expansion = expand("lambda*f**4", 4, order=1, scheme="exact")
    kernel, points = network("gauss", 3).kernel, [[0.1], [0.4]]
    found = predict(expansion, kernel, points, WholeSpace())
    listed = predict(expansion.monomials(), kernel, points, WholeSpace())
    np.testing.assert_array_equal(
        found.evaluate({"lambda": 0.1}).value, listed.evaluate({"lambda": 0.1}).value
    )
    assert repr(found) == "<Prediction: 4-point function, 5 multisets, terms in '', 'lambda'>"
    with pytest.raises(LoweringError, match="lambda given as NaN"):
        found.evaluate({"lambda": float("nan")})
