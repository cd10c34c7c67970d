"""The SymPy form: evaluated in zero dimensions, with Gaussian kernels in closed form, and against a grid."""

import math
import random
import subprocess
import sys

import numpy as np
import pytest
import sympy

from nnft_sym.actions.action import Action
from nnft_sym.expansions.expansion import expand
from nnft_sym.symbolic.conversion import K_W, K, integral_sympy, point

LAMBDA_KAPPA = "lambda*f^4 + kappa*f^6"
lam, kap = sympy.symbols("lambda kappa")
y1, y2 = point("y1"), point("y2")


def test_the_four_point_function_is_the_published_formula():
    x = [point(f"x{number}") for number in range(1, 5)]
    free = K(x[0], x[1]) * K(x[2], x[3]) + K(x[0], x[2]) * K(x[1], x[3]) + K(x[0], x[3]) * K(x[1], x[2])
    legs = sympy.Mul(*[K_W(point_, y1) for point_ in x])
    whole = (y1, -sympy.oo, sympy.oo)
    expected = (
        free - 24 * lam * sympy.Integral(legs, whole) - 360 * kap * sympy.Integral(legs * K_W(y1, y1), whole)
    )
    assert expand(LAMBDA_KAPPA, 4, scheme="exact").sympy() == expected


def test_solving_the_four_point_function_for_the_coupling():
    """λ = (Σ KK − G)/(24 ∫ K_W K_W K_W K_W): solved, not typed in."""
    expression = expand("lambda*f^4", 4, scheme="exact").sympy()
    measured = sympy.Symbol("G4")
    ((solution,),) = sympy.linsolve([expression - measured], lam)
    integral = next(iter(expression.atoms(sympy.Integral)))
    free = expression.subs(lam, 0)
    assert sympy.expand(solution - (free - measured) / (24 * integral)) == 0


@pytest.mark.parametrize(
    ("action", "n", "order", "scheme", "kind"),
    [
        (LAMBDA_KAPPA, 4, 2, "exact", "connected"),
        (LAMBDA_KAPPA, 4, 1, "bare", "normalised"),
        (LAMBDA_KAPPA, 6, 1, "bare", "full"),
        ("g*f^3 + lambda*f^4/24", 3, 2, "bare", "connected"),
        ("lambda*f^4", 0, 2, "bare", "full"),
    ],
)
def test_zero_dimensional_evaluation(action, n, order, scheme, kind):
    """Every propagator 1 and every integral over a unit interval."""
    expansion = expand(action, n, order, scheme, kind)
    total = sympy.Integer(0)
    for term in expansion:
        integral = integral_sympy(term.diagram.edge_labels, sympy.Rational(1, 2))
        ones = integral.replace(K, lambda *_: sympy.Integer(1)).replace(K_W, lambda *_: sympy.Integer(1))
        total += term.coefficient.sympy() * ones.doit()
    assert sympy.expand(total - expansion.zero_dimensional().sympy()) == 0


def gaussian(a, b):
    """A Gaussian kernel with amplitude 3/2 and curvature 2."""
    return sympy.Rational(3, 2) * sympy.exp(-((a - b) ** 2))


def gaussian_by_matrices(edges, place, n_vertices, amplitude=1.5, curvature=2.0):
    """Closed form in one dimension from the Laplacian of the diagram: determinants and a Schur complement."""
    n = len(place)
    names = [f"x{i + 1}" for i in range(n)] + [f"y{i + 1}" for i in range(n_vertices)]
    inner = [edge for edge in edges if edge[1].startswith("y")]
    laplacian = np.zeros((len(names), len(names)))
    for a, b in inner:
        i, j = names.index(a), names.index(b)
        if i != j:
            laplacian[i, i] += 1
            laplacian[j, j] += 1
            laplacian[i, j] -= 1
            laplacian[j, i] -= 1
    ee, ei, ii = laplacian[:n, :n], laplacian[:n, n:], laplacian[n:, n:]
    schur = ee - ei @ np.linalg.solve(ii, ei.T)
    x = np.array(place)
    value = amplitude ** len(inner) * (2 * math.pi / curvature) ** (n_vertices / 2)
    value *= np.linalg.det(ii) ** -0.5 * math.exp(-curvature / 2 * x @ schur @ x)
    for a, b in edges:
        if b.startswith("x"):
            value *= amplitude * math.exp(-curvature / 2 * (x[names.index(a)] - x[names.index(b)]) ** 2)
    return value


@pytest.mark.parametrize(
    ("action", "n", "order", "kind"),
    [("lambda*f^4", 4, 1, "normalised"), ("kappa*f^6", 2, 1, "connected"), ("g*f^3", 3, 1, "connected")],
)
def test_gaussian_kernels_integrate_in_closed_form(action, n, order, kind):
    """One labelling per topology, integrated by SymPy, against the determinant of the diagram's Laplacian."""
    generator = random.Random(7)
    place = [sympy.Rational(generator.randint(-9, 9), 10) for _ in range(n)]
    values = {point(f"x{i + 1}"): value for i, value in enumerate(place)}
    for topology in expand(action, n, order, kind=kind).at_order(order).topologies():
        term = topology.terms[-1]
        integral = integral_sympy(term.diagram.edge_labels).subs(values)
        number = integral.replace(K, gaussian).replace(K_W, gaussian).doit()
        expected = gaussian_by_matrices(term.diagram.edge_labels, [float(v) for v in place], order)
        assert math.isclose(float(number), expected, rel_tol=1e-12)


def test_two_vertices_against_a_grid():
    """The sunset diagram, summed on a grid that is exact for Gaussians to machine precision."""
    term = expand("lambda*f^4", 2, 2, kind="1pi").terms[-1]
    assert term.symmetry_factor == 6
    places = {point("x1"): sympy.Rational(3, 10), point("x2"): sympy.Rational(-4, 10)}
    integrals = list(term.sympy().atoms(sympy.Integral))
    integrand = integrals[0].function.replace(K_W, gaussian).subs(places)
    grid, step = np.linspace(-8.0, 8.0, 401, retstep=True)
    function = sympy.lambdify((y1, y2), integrand, "numpy")
    summed = function(grid[:, None], grid[None, :]).sum() * step**2
    expected = gaussian_by_matrices(term.diagram.edge_labels, [0.3, -0.4], 2)
    assert math.isclose(summed, expected, rel_tol=1e-12)
    assert term.sympy() == 96 * lam**2 * integrals[0]


def test_integrals_over_a_box():
    cutoff = sympy.Symbol("Lambda", positive=True)
    assert integral_sympy([("x1", "y1")], cutoff) == sympy.Integral(
        K_W(point("x1"), y1), (y1, -cutoff, cutoff)
    )
    assert integral_sympy([("x1", "x2")], cutoff) == K(point("x1"), point("x2"))
    assert integral_sympy([]) == 1


def test_differentiation_with_respect_to_a_coupling():
    expression = expand(LAMBDA_KAPPA, 2, 1).sympy()
    derivative = expression.diff(kap)
    (term,) = (t for t in expand(LAMBDA_KAPPA, 2, 1) if t.diagram.vertex_key == "6:1")
    assert derivative == term.sympy() / kap


def test_coefficients_become_sympy_polynomials():
    action = Action("(lambda/24 - 2)*f^4")
    assert action.sympy() == (lam / 24 - 2) * sympy.Symbol("f") ** 4
    assert expand(action, 0, kind="connected").sympy().diff(lam) == (
        -sympy.Rational(1, 8) * sympy.Integral(K_W(y1, y1) ** 2, (y1, -sympy.oo, sympy.oo))
    )


def test_sympy_is_imported_only_when_it_is_asked_for():
    code = (
        "import sys\n"
        "from nnft_sym.expansions.expansion import expand\n"
        "e = expand('lambda*f^4', 4, 2)\n"
        "e.text(), e.latex(), e.as_dict(), repr(e.action), hash(e)\n"
        "assert 'sympy' not in sys.modules and 'numba' not in sys.modules, 'too early'\n"
        "e.terms[0].sympy()\n"
        "assert 'sympy' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
