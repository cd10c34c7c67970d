"""Numbers for position-dependent, bilocal and O(D) theories against Gaussian moments on a lattice of nodes.

The second way knows no diagrams: the action is a sum over quadrature nodes, and the order of perturbation
theory is a sum of Gaussian moments ⟨f_1 .. f_n f_m^4 ..⟩, each a sum over all pairings of its fields.
"""

from itertools import pairwise, product

import numpy as np
import pytest
import sympy
from scipy.integrate import quad

from diagrams.combinatorics.pairings import pairings
from nnft_sym.actions.action import Action
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.components import at_components
from nnft_sym.expansions.expansion import expand
from nnft_sym.expansions.numeric_terms import component_values, with_profiles
from nnft_sym.symbolic.functions import symbolic_profile
from numerics.errors import DivergentIntegral
from numerics.fields.index_sets import multisets, ranks
from numerics.integrals.integrator import predict
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.stationary import CosKernel, GaussKernel

CUTOFF = 2.0
INPUTS = np.array([-0.4, 0.7])
#: Cos-net has no output bias, so that every line is the same propagator.
KERNEL = CosKernel(1.1, 1.4)


def moment(fields, covariance):
    """⟨∏f⟩ by summing over pairings; `covariance(a, b)` may be an array over nodes."""
    if len(fields) % 2:
        return 0.0
    total = 0.0
    for pairing in pairings(range(len(fields))):
        term = 1.0
        for a, b in pairing:
            term = term * covariance(fields[a], fields[b])
        total = total + term
    return total


class Lattice:
    """Inputs and nodes; a field is (place, component), a place an input, or an axis of nodes."""

    def __init__(self, inputs, kernel=KERNEL, n=24):
        y, w = np.polynomial.legendre.leggauss(n)
        self.y, self.w = CUTOFF * y, CUTOFF * w
        x = np.asarray(inputs)
        self.inputs = kernel.weight(x[:, None], x[:, None])
        self.legs = kernel.weight(x[:, None], self.y[:, None])
        self.lines = kernel.weight(self.y[:, None], self.y[:, None])

    def covariance(self, a, b):
        (p, i), (q, j) = a, b
        if i != j:
            return 0.0
        if isinstance(p, str) and isinstance(q, str):
            same = np.diag(self.lines)
            pair = {"yy": same[:, None], "zz": same[None, :], "yz": self.lines, "zy": self.lines}
            return pair[p + q]
        if isinstance(p, str) or isinstance(q, str):
            axis, leg = (p, q) if isinstance(p, str) else (q, p)
            return self.legs[leg][:, None] if axis == "y" else self.legs[leg][None, :]
        return self.inputs[p, q]

    def total(self, fields, weight=1.0):
        """∫∫ weight(y, z) ⟨∏ fields⟩ over both axes."""
        found = np.broadcast_to(moment(fields, self.covariance) * weight, self.lines.shape)
        return self.w @ found @ self.w

    def one(self, fields, weight=1.0):
        """The same with the axis y only."""
        return self.total(fields, weight) / (2 * CUTOFF)


def scalar(*places):
    return [(place, 1) for place in places]


def test_a_position_dependent_coupling_to_second_order():
    """The 2-point function of (λ0 + λ2 y²) f⁴, normalised, with both couplings open."""
    lattice = Lattice(INPUTS)
    expansion = expand("(lambda_0 + lambda_2*x^2)*f^4", 2, order=2)
    found = predict(expansion.monomials(), KERNEL, INPUTS, Box(CUTOFF))
    y2, z2 = lattice.y[:, None] ** 2, lattice.y[None, :] ** 2
    weights = {"lambda_0": (1.0, 1.0), "lambda_2": (y2, z2)}
    names = list(weights)
    for m, row in enumerate(multisets(2, 2)):
        outside = scalar(*row.tolist())
        bare = moment(outside, lattice.covariance)
        first = {g: lattice.one(outside + scalar(*"yyyy"), weights[g][0]) for g in names}
        vacuum = {g: lattice.one(scalar(*"yyyy"), weights[g][0]) for g in names}
        for g in names:
            want = -(first[g] - bare * vacuum[g])
            assert found.coefficient(g).value[m] == pytest.approx(want, rel=1e-10)
        for g, h in (("lambda_0", "lambda_0"), ("lambda_0", "lambda_2"), ("lambda_2", "lambda_2")):
            both = weights[g][0] * weights[h][1]
            second = lattice.total(outside + scalar(*"yyyyzzzz"), both)
            second_vacuum = lattice.total(scalar(*"yyyyzzzz"), both)
            want = 0.5 * second - 0.5 * (first[g] * vacuum[h] + first[h] * vacuum[g])
            want += bare * (vacuum[g] * vacuum[h] - 0.5 * second_vacuum)
            text = f"{g}**2" if g == h else f"{g}*{h}"
            assert found.coefficient(text).value[m] == pytest.approx((1 if g == h else 2) * want, rel=1e-9)


@pytest.mark.parametrize("n", [2, 4])
def test_a_bilocal_coupling_to_first_order(n):
    """∫∫ f(x)² f(y)², every pairing of its four fields with the external ones."""
    lattice = Lattice(INPUTS)
    expansion = expand("lambda_NL*f(x)^2*f(y)^2", n)
    found = predict(expansion.monomials(), KERNEL, INPUTS, Box(CUTOFF)).coefficient("lambda_NL")
    for m, row in enumerate(multisets(2, n)):
        outside = scalar(*row.tolist())
        full = lattice.total(outside + scalar(*"yyzz"))
        want = -(full - moment(outside, lattice.covariance) * lattice.total(scalar(*"yyzz")))
        assert abs(found.value[m] - want) <= found.error[m] + 1e-11 * abs(want)


@pytest.mark.parametrize("kernel", [ErfKernel(), ReLUKernel(), GaussKernel(0.9)], ids=repr)
def test_the_extended_action_in_the_exact_scheme(kernel):
    """G_c^(4) = −24∫(λ0 + λ2 y²)K⁴ − 8 λ_NL Σ_3 (∫K_iK_j)(∫K_kK_l), arXiv:2008.08601, by hand with quad."""
    action = "(lambda_0 + lambda_2*x^2)*f^4 + lambda_NL*f(x)^2*f(y)^2"
    x, couplings = np.array([0.3, 0.8]), {"lambda_0": 0.02, "lambda_2": -0.003, "lambda_NL": 0.001}
    terms = expand(action, 4, scheme="exact", kind="connected").monomials()
    found = predict(terms, kernel, x, Box(3.0)).evaluate(couplings)

    def integral(points, weight=lambda y: 1.0):
        def integrand(y):
            return weight(y) * np.prod(kernel.weight(points[:, None], np.array([[y]])))

        cuts = sorted({-3.0, 0.0, 3.0, *points.tolist()})
        return sum(quad(integrand, a, b, epsabs=1e-13, epsrel=1e-11)[0] for a, b in pairwise(cuts))

    for m, row in enumerate(multisets(2, 4)):
        a, b, c, d = x[row]
        pairs = [((a, b), (c, d)), ((a, c), (b, d)), ((a, d), (b, c))]
        nonlocal_sum = sum(integral(np.array(p)) * integral(np.array(q)) for p, q in pairs)
        want = -24 * (
            couplings["lambda_0"] * integral(x[row])
            + couplings["lambda_2"] * integral(x[row], lambda y: y**2)
        )
        want -= 8 * couplings["lambda_NL"] * nonlocal_sum
        assert abs(found.value[m] - want) <= found.error[m] + 1e-10 * abs(want)


@pytest.mark.parametrize("n_components", [2, 3])
def test_components_against_an_explicit_sum_over_indices(n_components):
    """λ (f·f)²: every component of every field of the vertex is summed by hand, for every external choice."""
    lattice = Lattice(INPUTS)
    found = predict(expand("lambda*(f.f)^2", 4).monomials(), KERNEL, INPUTS, Box(CUTOFF))
    choices = np.array([(1, 1, 1, 1), (1, 1, 2, 2), (1, 2, 1, 2), (2, 1, 1, 2), (1, 1, 1, 2)])
    values = found.evaluate({"lambda": 1.0} | component_values(choices, n_components))
    free = predict(expand("lambda*(f.f)^2", 4, order=0).monomials(), KERNEL, INPUTS, Box(CUTOFF))
    bare_values = free.evaluate(component_values(choices, n_components)).value
    vacuum = sum(
        lattice.one([("y", i), ("y", i), ("y", j), ("y", j)])
        for i, j in product(range(n_components), repeat=2)
    )
    for c, components in enumerate(choices - 1):
        for m, row in enumerate(multisets(2, 4)):
            outside = list(zip(row.tolist(), components.tolist(), strict=True))
            bare = moment(outside, lattice.covariance)
            full = sum(
                lattice.one([*outside, ("y", i), ("y", i), ("y", j), ("y", j)])
                for i, j in product(range(n_components), repeat=2)
            )
            assert bare_values[c, m] == pytest.approx(bare, abs=1e-13)
            want = bare - (full - bare * vacuum)
            assert values.value[c, m] == pytest.approx(want, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("n_components", [2, 3])
def test_components_to_second_order(n_components):
    """The 2-point function of λ (f·f)² at order λ², two vertices and four sums over components by hand."""
    lattice = Lattice(INPUTS)
    found = predict(expand("lambda*(f.f)^2", 2, order=2).monomials(), KERNEL, INPUTS, Box(CUTOFF))
    values = {"lambda": 1.0} | component_values((1, 1), n_components)
    second = {key: part for key, part in found.coefficients.items() if ("lambda", 2) in key}
    value = sum(
        part.value * np.prod([values[name] ** power for name, power in key]) for key, part in second.items()
    )
    each = range(n_components)
    vertices = [[("y", i), ("y", i), ("y", j), ("y", j)] for i, j in product(each, repeat=2)]
    pairs = [first + [("z", i) for _, i in last] for first, last in product(vertices, repeat=2)]
    vacuum, second_vacuum = sum(map(lattice.one, vertices)), sum(map(lattice.total, pairs))
    outside = [(0, 0), (1, 0)]
    bare = moment(outside, lattice.covariance)
    first = sum(lattice.one(outside + fields) for fields in vertices)
    full = sum(lattice.total(outside + fields) for fields in pairs)
    want = 0.5 * full - first * vacuum + bare * (vacuum**2 - 0.5 * second_vacuum)
    assert value[ranks(np.array([0, 1]), 2)] == pytest.approx(want, rel=1e-9)


def test_a_bilocal_coupling_to_second_order():
    """Two bilocal vertices are four points: ⟨f f (f_y² f_z²)(f_u² f_v²)⟩ on 10⁴ nodes."""
    kernel, cutoff, n = CosKernel(0.7, 1.4), 1.0, 9
    y, w = np.polynomial.legendre.leggauss(n)
    y, w = cutoff * y, cutoff * w
    lines, legs = kernel.weight(y[:, None], y[:, None]), kernel.weight(INPUTS[:, None], y[:, None])
    inputs = kernel.weight(INPUTS[:, None], INPUTS[:, None])
    axes = "yzuv"

    def covariance(a, b):
        a, b = a[0], b[0]
        shape = [1, 1, 1, 1]
        if isinstance(a, str) and isinstance(b, str):
            if a == b:
                shape[axes.index(a)] = n
                return np.diag(lines).reshape(shape)
            shape[axes.index(a)] = shape[axes.index(b)] = n
            return lines.reshape(shape)
        if isinstance(a, str) or isinstance(b, str):
            axis, leg = (a, b) if isinstance(a, str) else (b, a)
            shape[axes.index(axis)] = n
            return legs[leg].reshape(shape)
        return inputs[a, b]

    def total(fields, n_axes):
        values = np.broadcast_to(moment(fields, covariance), (n,) * 4)
        return np.einsum("yzuv,y,z,u,v", values, w, w, w, w) / (2 * cutoff) ** (4 - n_axes)

    terms = expand("mu*f(x)^2*f(y)^2", 2, order=2).monomials()
    found = predict(terms, kernel, INPUTS, Box(cutoff)).coefficient("mu**2")
    vacuum, second_vacuum = total(scalar(*"yyzz"), 2), total(scalar(*"yyzzuuvv"), 4)
    for m, row in enumerate(multisets(2, 2)):
        outside = scalar(*row.tolist())
        bare, first = moment(outside, covariance), total(outside + scalar(*"yyzz"), 2)
        want = 0.5 * total(outside + scalar(*"yyzzuuvv"), 4) - first * vacuum
        want += bare * (vacuum**2 - 0.5 * second_vacuum)
        assert found.value[m] == pytest.approx(want, rel=1e-8)


def test_one_component_is_the_scalar_theory():
    vector = predict(expand("lambda*(f.f)^2", 4, order=2).monomials(), KERNEL, INPUTS, Box(CUTOFF))
    plain = predict(expand("lambda*f^4", 4, order=2).monomials(), KERNEL, INPUTS, Box(CUTOFF))
    a = vector.evaluate({"lambda": 0.1} | component_values((1, 1, 1, 1), 1))
    b = plain.evaluate({"lambda": 0.1})
    np.testing.assert_allclose(a.value, b.value, rtol=1e-12)


def test_components_chosen_before_or_after_the_integrals():
    """`at_components` leaves terms out, `component_values` multiplies them by zero; weights are kept."""
    expansion = expand("lambda*(f.f)^2 + b*x^2*(f.f)^2", 4, order=2, scheme="exact")
    later = predict(expansion.monomials(), KERNEL, INPUTS, Box(CUTOFF))
    couplings = {"lambda": 0.1, "b": -0.03}
    for components in ((1, 1, 2, 2), (1, 2, 1, 2), (3, 3, 3, 3)):
        before = predict(at_components(expansion, 3, components), KERNEL, INPUTS, Box(CUTOFF))
        a = before.evaluate(couplings).value
        b = later.evaluate(couplings | component_values(components, 3)).value
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def test_the_o_n_coefficients_per_delta_structure():
    """Exact scheme: −8λ δ_12δ_34 ∫K⁴ for each of the three structures, whatever D."""
    terms = expand("lambda*(f.f)^2", 4, scheme="exact", kind="connected").monomials()
    found = predict(terms, ErfKernel(), [0.5], Box(10.0))
    plain = predict(
        expand("lambda*f^4", 4, scheme="exact", kind="connected").monomials(),
        ErfKernel(),
        [0.5],
        Box(10.0),
    )
    star = plain.coefficient("lambda").value / -24
    for text in ("δ_1_2*δ_3_4", "δ_1_3*δ_2_4", "δ_1_4*δ_2_3"):
        assert found.coefficient(f"lambda*{text}").value == pytest.approx(-8 * star, rel=1e-13)
    assert len(found.coefficients) == 3


def test_a_coupling_with_a_profile_of_ones_own():
    """λ(y) = λ exp(−y²/2) with Gauss-net over R^d: one more Gaussian under the integral."""
    y = sympy.Symbol("y", real=True)
    profile = symbolic_profile(sympy.exp(-(y**2) / 2), y, growth=None, length_scale=1.0)
    terms = with_profiles(expand("lambda*f^4", 4, scheme="exact", kind="connected"), {"lambda": profile})
    found = predict(terms, GaussKernel(), INPUTS, WholeSpace()).coefficient("lambda")
    for m, row in enumerate(multisets(2, 4)):
        x = np.append(INPUTS[row], 0.0)  # five Gaussians of width one
        want = -24 * np.sqrt(2 * np.pi / 5) * np.exp(-0.5 * (x @ x - x.sum() ** 2 / 5))
        assert abs(found.value[m] - want) <= found.error[m] + 1e-12 * abs(want)


def test_profiles_by_name_equal_weights_in_the_action():
    """κ and λ each with |y|², given by hand, against the action that says so; two vertices, both kinds."""
    y = sympy.Symbol("y", real=True)
    square = symbolic_profile(y**2, y, growth=2.0)
    named = with_profiles(expand("lambda*f^4 + kappa*f^6", 4, order=2), {"lambda": square})
    written = expand("lambda*x^2*f^4 + kappa*f^6", 4, order=2).monomials()
    a, b = (predict(terms, KERNEL, INPUTS, Box(1.5)) for terms in (named, written))
    assert set(a.coefficients) == set(b.coefficients)
    for key, found in a.coefficients.items():
        np.testing.assert_allclose(found.value, b.coefficients[key].value, rtol=1e-9)


def test_a_bilocal_vertex_over_all_of_space_needs_a_cutoff():
    terms = list(expand("mu*f(x)^2*f(y)^2", 2).monomials())
    with pytest.raises(DivergentIntegral, match="cutoff"):
        predict(terms, GaussKernel(), [0.1], WholeSpace())


def test_refusals():
    expansion = expand("(lambda + mu)*f^4", 4)
    y = sympy.Symbol("y", real=True)
    bump = symbolic_profile(sympy.exp(-(y**2)), y, length_scale=0.7)
    with pytest.raises(InvalidExpansion, match="must stand alone"):
        list(with_profiles(expansion, {"lambda": bump}))
    with pytest.raises(InvalidExpansion, match=r"\['nu'\] are no couplings"):
        list(with_profiles(expansion, {"nu": bump}))
    with pytest.raises(InvalidExpansion, match="write the weight into the action"):
        list(with_profiles(expand(Action("lambda*x^2*f^4"), 4), {"lambda": bump}))
    for wrong in [(1, 3), (0, 1), (1.5, 1.0)]:
        with pytest.raises(InvalidExpansion, match="between 1 and 2"):
            component_values(wrong, 2)
