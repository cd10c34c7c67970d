"""Formulas that come out of the expansion: λ from the 4-point function, closed forms of Gaussian kernels."""

import itertools
import math
import random

import numpy as np
import pytest
import sympy

from diagrams.diagram import Diagram
from nnft_sym.errors import InvalidAction, InvalidExpansion
from nnft_sym.expansions.expansion import expand
from nnft_sym.symbolic.algebra import integrate_gaussian, solve_for, substitute_kernel
from nnft_sym.symbolic.conversion import K_W, K, integral_sympy, point
from nnft_sym.symbolic.gaussian import gaussian_integral
from numerics.errors import NotAvailable

LAMBDA_KAPPA = "lambda*f^4 + kappa*f^6"
lam, kap, measured = sympy.symbols("lambda kappa G")
amplitude, curvature = sympy.symbols("A c", positive=True)
x = [point(f"x{number}") for number in range(1, 7)]
y, z = point("y1"), point("y2")
WHOLE = (-sympy.oo, sympy.oo)


def test_the_published_formula_for_the_quartic_coupling():
    """λ = [Σ₃KK − G − 360κ∫K₁K₂K₃K₄K_zz + 288λ²Σ₃∫∫K_iK_jK_yz²K_kK_l]/(24∫K₁K₂K₃K₄), all at order 1/N²."""
    four = expand(LAMBDA_KAPPA, 4, 2, "exact", counting="1/N")
    pairs = [((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))]
    free = sum(K(x[a], x[b]) * K(x[c], x[d]) for (a, b), (c, d) in pairs)
    legs = sympy.Mul(*[K_W(point_, y) for point_ in x[:4]])
    loop = sympy.Integral(legs * K_W(y, y), (y, *WHOLE))
    bubbles = sum(
        sympy.Integral(
            K_W(x[a], y) * K_W(x[b], y) * K_W(y, z) ** 2 * K_W(x[c], z) * K_W(x[d], z),
            (y, *WHOLE),
            (z, *WHOLE),
        )
        for (a, b), (c, d) in pairs
    )
    expected = (free - measured - 360 * kap * loop + 288 * lam**2 * bubbles) / (
        24 * sympy.Integral(legs, (y, *WHOLE))
    )
    assert sympy.expand(solve_for(four, "lambda") - expected) == 0


def test_iterations_invert_the_series():
    """In zero dimensions, with numbers: inserting the solution gives back the measured value."""
    expansion = expand("lambda*f^4", 4, 3, "exact", "connected")
    true = 1e-4
    value = float(expansion.zero_dimensional().sympy().subs(lam, true))
    errors = []
    for iterations in range(3):
        solution = solve_for(expansion, "lambda", sympy.Float(value, 30), iterations)
        ones = solution.replace(K_W, lambda *_: sympy.Integer(1)).replace(
            lambda part: isinstance(part, sympy.Integral), lambda *_: sympy.Integer(1)
        )
        errors.append(abs(float(ones.subs(lam, 0)) / true - 1))
    assert all(later < earlier / 50 for earlier, later in itertools.pairwise(errors))
    assert errors[-1] < 1e-6


def test_a_coupling_that_cannot_be_solved_for():
    with pytest.raises(InvalidExpansion, match="kappa"):
        solve_for(expand("lambda*f^4", 4), "kappa")
    with pytest.raises(InvalidExpansion, match="raise the order"):
        solve_for(expand("lambda*f^4", 4, 0), "lambda")
    with pytest.raises(InvalidAction):
        solve_for(expand("lambda*f^4", 4), "x1")
    with pytest.raises(InvalidExpansion, match="none of the couplings G, lambda"):
        solve_for(expand("lambda*f^4 + G*f^6", 4), "lambda")
    with pytest.raises(InvalidExpansion, match="or a number"):
        solve_for(expand("lambda*f^4", 4), "lambda", "3")
    with pytest.raises(InvalidExpansion, match="number of iterations is -1"):
        solve_for(expand("lambda*f^4", 4), "lambda", iterations=-1)


def test_derivatives_with_respect_to_couplings_lower_the_power():
    expression = expand(LAMBDA_KAPPA, 2, 2).sympy()
    zero = {lam: 0, kap: 0}
    for symbol, key in ((lam, "4:1"), (kap, "6:1")):
        (term,) = (t for t in expand(LAMBDA_KAPPA, 2, 1) if t.diagram.vertex_key == key)
        assert sympy.expand(expression.diff(symbol).subs(zero) - term.sympy() / symbol) == 0
    both = [t.sympy() / (lam * kap) for t in expand(LAMBDA_KAPPA, 2, 2) if t.diagram.vertex_key == "4:1,6:1"]
    assert sympy.expand(expression.diff(lam, kap).subs(zero) - sympy.Add(*both)) == 0


def kernel(a, b):
    return amplitude * sympy.exp(-curvature * (a - b) ** 2 / 2)


@pytest.mark.parametrize("edges", ["x1-y1,x2-y1,x3-y1,x4-y1", "x1-y1,x2-y1,y1-y1", "x1-y1,y1-y2,x2-y2"])
def test_closed_form_against_the_integrals_of_sympy(edges):
    lines = Diagram.from_edge_string(edges).edge_labels
    numbers = {amplitude: sympy.Rational(3, 2), curvature: 2, x[0]: sympy.Rational(1, 3), x[1]: -1}
    numbers |= {x[2]: sympy.Rational(1, 2), x[3]: sympy.Rational(2, 7)}
    integral = substitute_kernel(integral_sympy(lines), kernel).subs(numbers).doit()
    found = gaussian_integral(lines, amplitude, curvature).subs(numbers)
    assert math.isclose(float(integral), float(found), rel_tol=1e-13)


def test_the_published_closed_form_of_the_vertex():
    """∫K⁴ = A⁴(π/2c)^{d/2} exp(−(c/2)(Σx² − |Σx|²/4)), and its dependence on the dimension."""
    lines = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1").edge_labels
    found = gaussian_integral(lines, amplitude, curvature)
    square = sum(p**2 for p in x[:4]) - sum(x[:4]) ** 2 / 4
    expected = amplitude**4 * sympy.sqrt(sympy.pi / (2 * curvature)) * sympy.exp(-curvature * square / 2)
    assert sympy.simplify(sympy.expand(sympy.log(found / expected), force=True)) == 0
    d = sympy.Symbol("d", positive=True)
    general = gaussian_integral(lines, amplitude, curvature, d)
    function = general.atoms(sympy.core.function.AppliedUndef)
    assert {f.args for f in function} == set(itertools.combinations(x[:4], 2))
    coincident = general.replace(sympy.Function("s"), lambda *_: sympy.Integer(0))
    assert sympy.simplify(coincident / (amplitude**4 * (sympy.pi / (2 * curvature)) ** (d / 2))) == 1


def test_determinants_count_spanning_forests():
    """det L_II at unit weights counts forests rooted at external points: by listing sets of lines."""
    for term in expand("g*f^3 + lambda*f^4", 3, 3, kind="connected").at_order(3).terms[::40]:
        lines = [line for line in term.lines if line[0] != line[1]]
        forests = 0
        for chosen in itertools.combinations(range(len(lines)), 3):
            root = {f"y{i}": f"y{i}" for i in (1, 2, 3)}

            def find(end, root=root):
                while end in root and root[end] != end:
                    end = root[end]
                return "x" if end.startswith("x") else end

            fine = True
            for number in chosen:
                a, b = find(lines[number][0]), find(lines[number][1])
                fine = fine and a != b
                if fine:
                    a, b = (b, a) if a == "x" else (a, b)
                    root[a] = b if b != "x" else "x1"
            forests += fine
        value = gaussian_integral(term.lines, 1, 2 * sympy.pi).subs(dict.fromkeys(x, 0))
        assert sympy.simplify(value**-2 - forests) == 0


def test_a_whole_expansion_in_closed_form():
    generator = random.Random(3)
    places = {point_: sympy.Rational(generator.randint(-9, 9), 10) for point_ in x[:4]}
    numbers = places | {amplitude: sympy.Rational(5, 4), curvature: sympy.Rational(1, 2), lam: 3, kap: -2}
    expansion = expand(LAMBDA_KAPPA, 2, 1)
    found = integrate_gaussian(expansion, amplitude, curvature, bias_variance=2).subs(numbers)
    written = substitute_kernel(expansion.sympy(), kernel, lambda a, b: kernel(a, b) + 2)
    assert math.isclose(float(found), float(written.subs(numbers).doit()), rel_tol=1e-12)


def test_vacuum_parts_have_no_closed_form():
    with pytest.raises(InvalidExpansion, match="no external point"):
        integrate_gaussian(expand("lambda*f^4", 2, kind="full"), 1, 1)


def test_components_are_kept():
    vector = integrate_gaussian(expand("lambda*(f.f)^2", 4, kind="connected"), amplitude, curvature)
    scalar = integrate_gaussian(expand("lambda*f^4", 4, kind="connected"), amplitude, curvature)
    components = dict(zip(sympy.symbols("i1:5"), (1, 1, 2, 2), strict=True))
    assert sympy.simplify(3 * vector.subs(components) - scalar) == 0
    assert sympy.simplify(vector.subs(dict.fromkeys(components, 1)) - scalar) == 0


def on_a_grid(integrand, n_vertices, half_width):
    """Gauss-Legendre in every vertex."""
    nodes, weights = np.polynomial.legendre.leggauss(120)
    ys = [y, z][:n_vertices]
    function = sympy.lambdify(ys, integrand, "numpy")
    grids = np.meshgrid(*[half_width * nodes] * n_vertices, indexing="ij")
    values = function(*grids) * np.ones_like(grids[0])
    for _ in ys:
        values = values @ (half_width * weights)
    return float(values)


PLACES = {x[0]: 0.31, x[1]: -0.42, x[2]: 0.77, x[3]: -0.13, amplitude: 1.3, curvature: 1.7}


@pytest.mark.parametrize(
    ("action", "n", "order"),
    [("b*x^4*f^4", 4, 1), ("b*x^2*f^4", 2, 2), ("b*x^2*f^4", 4, 2), ("mu*x^2*y^4*f(x)^2*f(y)^2", 4, 1)],
)
def test_weights_are_moments_of_gaussians(action, n, order):
    """Term by term against quadrature over a box that is large enough to be the whole line."""
    expansion = expand(action, n, order, kind="connected").at_order(order)
    for topology in expansion.topologies():
        term = topology.terms[-1]
        found = gaussian_integral(term.lines, amplitude, curvature, weights=term.factors.weights)
        integral = substitute_kernel(term.integral(), kernel)
        integrand = next(iter(integral.atoms(sympy.Integral))).function.subs(PLACES)
        expected = on_a_grid(integrand, len(term.factors.weights), 9.0)
        assert math.isclose(float(found.subs(PLACES)), expected, rel_tol=1e-11)
    whole = integrate_gaussian(expansion, amplitude, curvature).subs(PLACES)
    couplings = {sympy.Symbol(name): 1 for name in expansion.action.couplings}
    assert math.isfinite(float(whole.subs(couplings)))


@pytest.mark.parametrize("cutoff", [0.4, 1.5])
def test_a_box_gives_error_functions(cutoff):
    """∫K⁴ over |y| < Λ, a tadpole, and two vertices that no line joins."""
    terms = [*expand("lambda*f^4", 4), *expand("mu*f(x)^2*f(y)^2", 4, kind="connected")]
    for term in terms:
        if term.order == 0:
            continue
        found = gaussian_integral(term.lines, amplitude, curvature, half_width=sympy.Float(cutoff)).subs(
            PLACES
        )
        written = substitute_kernel(term.integral(), kernel).subs(PLACES)
        (integral,) = written.atoms(sympy.Integral)
        number = on_a_grid(integral.function, len(integral.limits), cutoff)
        assert math.isclose(float(found), float(written / integral) * number, rel_tol=1e-12)
    large = integrate_gaussian(expand("lambda*f^4", 4), amplitude, curvature, half_width=sympy.oo)
    assert sympy.simplify(large - integrate_gaussian(expand("lambda*f^4", 4), amplitude, curvature)) == 0


def test_where_there_is_no_closed_form():
    weighted = expand("b*x^2*f^4", 4, kind="connected")
    with pytest.raises(NotAvailable, match="one dimension"):
        integrate_gaussian(weighted, amplitude, curvature, 2)
    with pytest.raises(NotAvailable, match="not both"):
        integrate_gaussian(weighted, amplitude, curvature, half_width=1)
    bubble = expand("lambda*f^4", 4, 2, kind="1pi")
    with pytest.raises(NotAvailable, match="joins two vertices"):
        integrate_gaussian(bubble, amplitude, curvature, half_width=1)


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ((1, -1), "curvature is -1"),
        ((1, 0), "curvature is 0"),
        ((sympy.I, 1), "amplitude is I"),
        ((1, 1, 0), "dimension is 0"),
        ((1, 1, 1, 0, -2), "half width is -2"),
    ],
)
def test_kernels_and_boxes_that_cannot_be(arguments, fragment):
    with pytest.raises(InvalidExpansion, match=fragment):
        integrate_gaussian(expand("lambda*f^4", 2), *arguments)
