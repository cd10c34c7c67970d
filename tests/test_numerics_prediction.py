"""Predictions against sums written out by hand, the exact referee and the zero-dimensional theory."""

from fractions import Fraction
from itertools import pairwise
from math import factorial, prod

import numpy as np
import pytest
from scipy.integrate import dblquad

from diagrams.combinatorics.numbers import double_factorial
from diagrams.combinatorics.pairings import pairings
from diagrams.diagram import Diagram
from diagrams.generation import generate
from numerics.errors import DivergentIntegral, InvalidPoints, LoweringError, NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.fields.index_sets import multisets, ranks
from numerics.inference.nonlinear import fit_polynomial
from numerics.inference.polynomial import Polynomial
from numerics.integrals.integrator import integrate, predict, vertex_tensor
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.integrals.solve.methods import Method
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.stationary import CosKernel, GaussKernel
from numerics.lowering.monomials import monomial_text, parse_monomial
from numerics.networks.architectures import ErfNet, GaussNet, ReLUNet
from numerics.results.estimate import Estimate, Quality
from numerics.results.uncertainty import Uncertainty

ERF_INPUTS = np.array([-1.0, -0.6, -0.2, 0.2, 0.6, 1.0])
STAR = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")

#: The fifteen (4|2) sets of the six-point function, by hand.
FOUR_TWO = [
    "1234.56",
    "1235.46",
    "1245.36",
    "1345.26",
    "2345.16",
    "1236.45",
    "1246.35",
    "1346.25",
    "2346.15",
    "1256.34",
    "1356.24",
    "2356.14",
    "1456.23",
    "2456.13",
    "3456.12",
]


def free_terms(n):
    """∏K over all pairings."""
    return [
        (Diagram.from_edges(n, [tuple(pair) for pair in pairing]), Fraction(1), {})
        for pairing in pairings(range(n))
    ]


def first_order_six_point(name="lambda"):
    """−24 λ Σ_(4|2) ∫K_W⁴ · K, from the list by hand."""
    terms = []
    for text in FOUR_TWO:
        four, two = text.split(".")
        lines = ",".join([f"x{i}-y1" for i in four] + [f"x{two[0]}-x{two[1]}"])
        terms.append((Diagram.from_edge_string(lines), Fraction(-24), {name: 1}))
    return terms


def all_terms(n, vertices, names, keep=lambda diagram: True):
    couplings = {names[valence]: count for valence, count in vertices.items()}
    factor = Fraction((-1) ** sum(vertices.values()), prod(factorial(c) for c in vertices.values()))
    return [(d, factor * d.multiplicity, couplings) for d in generate(n, vertices) if keep(d)]


def no_vacuum(diagram):
    return all(part.external for part in diagram.components())


@pytest.mark.parametrize("n", [2, 4, 6])
def test_the_free_theory_is_the_sum_over_pairings(n):
    kernel = ErfKernel(1.2, 0.8)
    found = predict(free_terms(n), kernel, ERF_INPUTS, Box(1.0)).coefficient("")
    k = kernel.full(ERF_INPUTS[:, None], ERF_INPUTS[:, None])
    for m, row in enumerate(multisets(6, n)):
        by_hand = sum(np.prod([k[row[a], row[b]] for a, b in pairing]) for pairing in pairings(range(n)))
        assert abs(found.value[m] - by_hand) <= found.error[m]
    assert len(free_terms(n)) == double_factorial(n - 1)
    assert found.method == "product of kernels"


@pytest.mark.parametrize(
    ("kernel", "points", "domain"),
    [
        (ErfKernel(), ERF_INPUTS, Box(100.0)),
        (ReLUKernel(), np.array([0.2, 0.4, 0.6, 0.8, 1.0, 1.2]), Box(100.0)),
        (GaussKernel(), 0.01 * ERF_INPUTS, WholeSpace()),
    ],
    ids=repr,
)
def test_six_point_function_against_the_fifteen_sets_by_hand(kernel, points, domain):
    found = predict(first_order_six_point(), kernel, points, domain).coefficient("lambda")
    k = kernel.full(points[:, None], points[:, None])
    vertex = vertex_tensor(STAR, kernel, points, domain)
    rows = multisets(6, 6)
    by_hand = np.zeros(len(rows))
    for text in FOUR_TWO:
        four, two = ([int(i) - 1 for i in part] for part in text.split("."))
        by_hand -= 24 * vertex.value[ranks(rows[:, four], 6)] * k[rows[:, two[0]], rows[:, two[1]]]
    assert np.all(np.abs(found.value - by_hand) <= 1e-13 * np.abs(by_hand).max())
    assert np.all(found.error <= 1e-8 * np.abs(by_hand).max())


@pytest.mark.parametrize(
    ("network", "points", "domain", "share"),
    [
        (ErfNet(5), ERF_INPUTS, Box(100.0), 0.0076),
        (ReLUNet(20), np.array([0.2, 0.4, 0.6, 0.8, 1.0, 1.2]), Box(100.0), 1 - 0.872),
        (GaussNet(100), 0.01 * ERF_INPUTS, WholeSpace(), 1 - 0.165),
    ],
    ids=repr,
)
def test_the_coupling_tensor_leaves_the_connected_six_point_function(network, points, domain, share):
    """δ = G6 − ΣKKK + 24 Σ_15 λ∫KKKK·K_mn is κ₆/N² exactly, whatever the cutoff.

    `share` is Σ|δ|/Σ|ΔG6| of the published set-ups, known from the exact correlators.
    """
    exact = exact_correlators(network, points[:, None], orders=(4, 6))
    prediction = predict(first_order_six_point(), network.kernel, points, domain)
    vertex = vertex_tensor(STAR, network.kernel, points, domain).value
    four, six = exact.connected()[4].value, exact[6]
    contact = prediction.evaluate_contact("lambda", -four / 24)
    tensor = prediction.evaluate_tensor("lambda", -four / (24 * vertex))
    free = predict(free_terms(6), network.kernel, points, domain).coefficient("").value
    remainder = six.value - free - contact
    scale = np.abs(six.value - free).max()
    assert np.allclose(tensor, contact, rtol=1e-9, atol=1e-12 * scale)
    assert np.allclose(remainder, exact.connected()[6].value, rtol=0.0, atol=1e-9 * scale)
    assert np.abs(remainder).sum() / np.abs(six.value - free).sum() == pytest.approx(share, abs=6e-4)


@pytest.mark.parametrize(
    ("n", "vertices", "keep"),
    [
        (4, {4: 2}, no_vacuum),
        (2, {4: 1, 6: 1}, no_vacuum),
        (6, {4: 2}, lambda d: d.is_connected),
        (3, {3: 1}, lambda d: True),
        (2, {3: 2}, lambda d: True),
    ],
)
def test_every_term_is_looked_up_at_the_right_inputs(n, vertices, keep):
    """The sum over labelled diagrams, each integrated on its own at the inputs of one multiset."""
    kernel, points, box = ErfKernel(1.1, 0.6), np.array([0.1, -0.8, 0.5]), Box(2.0)
    terms = all_terms(n, vertices, {3: "g", 4: "lambda", 6: "kappa"}, keep)
    prediction = predict(terms, kernel, points, box, rtol=1e-12)
    (key,) = prediction.coefficients
    found = prediction.coefficient(monomial_text(key))
    rows = multisets(3, n)
    for m in np.random.default_rng(0).choice(len(rows), size=min(3, len(rows)), replace=False):
        by_hand = sum(
            float(factor) * float(integrate(d, kernel, points[rows[m]], box, rtol=1e-12).value)
            for d, factor, _ in terms
        )
        assert found.value[m] == pytest.approx(by_hand, rel=1e-10)


def test_a_single_point_in_a_tiny_gaussian_world_is_the_zero_dimensional_theory():
    """All inputs equal and R^d: each connected diagram is a number; ratios are those of the closed form.

    At one point, with K → A exp(−c…/2), the order-λ two-point function is −12 λ A³ √(π/c).
    """
    kernel = GaussKernel(1.3, 0.0)
    amplitude, c = kernel.gaussian
    terms = all_terms(2, {4: 1}, {4: "lambda"}, no_vacuum)
    found = predict(terms, kernel, [[0.7]], WholeSpace()).coefficient("lambda")
    assert found.value == pytest.approx([-12 * amplitude**3 * np.sqrt(np.pi / c)], rel=1e-13)


@pytest.mark.parametrize("shape", [(), (5,), (2, 3)])
def test_evaluation_is_a_polynomial_in_the_couplings(shape):
    terms = (
        free_terms(4)
        + all_terms(4, {4: 1}, {4: "lambda"}, no_vacuum)
        + all_terms(4, {6: 1}, {6: "kappa"}, no_vacuum)
        + all_terms(4, {4: 2}, {4: "lambda"}, lambda d: d.is_connected)
    )
    prediction = predict(terms, ErfKernel(), [0.2, -0.5], Box(3.0))
    rng = np.random.default_rng(1)
    lam, kap = rng.normal(size=shape), rng.normal(size=shape)
    found = prediction.evaluate({"lambda": lam, "kappa": kap, "unused": 1.0})
    assert found.value.shape == found.error.shape == (*shape, 5)
    parts = {text: prediction.coefficient(text) for text in ("", "lambda", "kappa", "lambda**2")}
    expected = (
        parts[""].value
        + lam[..., None] * parts["lambda"].value
        + kap[..., None] * parts["kappa"].value
        + lam[..., None] ** 2 * parts["lambda**2"].value
    )
    assert np.allclose(found.value, expected, rtol=1e-13)
    bound = np.abs(lam)[..., None] * parts["lambda"].error + np.abs(kap)[..., None] * parts["kappa"].error
    assert np.all(found.error >= bound)
    assert [monomial_text(key) for key in prediction.coefficients] == ["", "kappa", "lambda", "lambda**2"]


def test_errors_cover_the_difference_to_a_finer_calculation():
    terms = all_terms(4, {4: 1}, {4: "lambda"}, no_vacuum) + all_terms(4, {4: 2}, {4: "lambda"}, no_vacuum)
    arguments = (terms, ErfKernel(1.5, 0.4), np.array([0.9, -0.3, 0.4]), Box(20.0))
    coarse, fine = predict(*arguments, rtol=1e-5), predict(*arguments, rtol=1e-13)
    for text in ("lambda", "lambda**2"):
        a, b = coarse.coefficient(text), fine.coefficient(text)
        assert np.all(np.abs(a.value - b.value) <= a.error)
        assert np.all(a.error <= 1e-4 * np.abs(b.value).max())
        assert np.any(a.value != b.value)


def test_infinite_and_missing_couplings_spread_only_to_the_elements_that_need_them():
    prediction = predict(first_order_six_point(), ErfKernel(), ERF_INPUTS, Box(10.0))
    tensor = np.ones(126)
    tensor[ranks(np.array([5, 5, 5, 5]), 6)] = np.nan
    found = prediction.evaluate_tensor("lambda", tensor).value
    needs = np.count_nonzero(multisets(6, 6) == 5, axis=1) >= 4
    assert np.array_equal(np.isnan(found), needs)
    assert np.allclose(found[~needs], prediction.coefficient("lambda").value[~needs], rtol=1e-13)


def test_a_tensor_needs_vertices_that_only_touch_external_points():
    terms = all_terms(4, {4: 1}, {4: "lambda"}, no_vacuum)
    prediction = predict(terms, ErfKernel(), [0.1, 0.2], Box(2.0))
    with pytest.raises(NotAvailable, match="exact scheme"):
        prediction.evaluate_tensor("lambda", np.ones(5))
    contact = predict(first_order_six_point(), ErfKernel(), [0.1, 0.2], Box(2.0))
    with pytest.raises(LoweringError, match="5 multisets"):
        contact.evaluate_tensor("lambda", np.ones(126))
    with pytest.raises(LoweringError, match="no terms in 'kappa'"):
        contact.evaluate_contact("kappa", np.ones(5))


def test_bad_requests():
    prediction = predict(first_order_six_point(), ErfKernel(), [0.1], Box(2.0))
    with pytest.raises(LoweringError, match="it has 'lambda'"):
        prediction.coefficient("lambda**2")
    with pytest.raises(LoweringError, match=r"expansion has \['lambda'\]"):
        prediction.evaluate({"kappa": 1.0})
    for text in ("2*lambda", "lambda**-1", "lambda**", "a b", "*"):
        with pytest.raises(LoweringError, match="product of couplings"):
            parse_monomial(text)
    with pytest.raises(DivergentIntegral, match="Λ\\^1"):
        predict(first_order_six_point(), ErfKernel(), [0.1], WholeSpace())
    with pytest.raises(InvalidPoints):
        predict(first_order_six_point(), ErfKernel(d_in=2), [0.1], Box(1.0))


def test_an_integral_that_did_not_converge_marks_the_coefficient():
    accuracy = Accuracy(rtol=1e-13, max_nodes=130)
    terms = first_order_six_point() + free_terms(6)
    prediction = predict(terms, ErfKernel(8.0), ERF_INPUTS, Box(50.0), accuracy=accuracy, method=Method.GRID)
    assert prediction.coefficient("lambda").quality is Quality.NOT_CONVERGED
    assert prediction.coefficient("").quality is Quality.TRUSTED
    assert prediction.evaluate({"lambda": 1.0}).quality is Quality.NOT_CONVERGED


def test_closed_form_and_grid_give_the_same_prediction():
    terms = all_terms(4, {4: 2}, {4: "lambda"}, no_vacuum)
    arguments = (terms, GaussKernel(1.2, 0.3), np.array([0.4, -0.2, 1.0]), WholeSpace())
    closed, grid = predict(*arguments), predict(*arguments, rtol=1e-12, method=Method.GRID)
    a, b = closed.coefficient("lambda**2"), grid.coefficient("lambda**2")
    assert a.method == "closed Gaussian form"
    assert "trapezoid" in b.method
    assert np.allclose(a.value, b.value, rtol=1e-11)


@pytest.mark.parametrize(
    "kernel",
    [ErfKernel(1.2, 0.5, 2), ReLUKernel(d_in=2), GaussKernel(0.9, 0.3, 2), CosKernel(1.1, 1.6, 2)],
    ids=repr,
)
def test_the_coefficient_of_lambda_in_the_plane(kernel):
    """−24 ∫K_W⁴ over a square: 24 from listing the contractions, the integral in polar sectors by dblquad."""
    outside = {0, 1, 2, 3}  # the other four of eight fields are those of the vertex
    contractions = sum(
        all(len(outside & set(pair)) == 1 for pair in pairing) for pairing in pairings(range(8))
    )
    points = np.array([[0.4, -0.3], [1.1, 0.6], [-0.7, 0.2]])
    found = predict(first_order_four_point(), kernel, points, Box(2.0)).coefficient("lambda")
    for m in (4, 9):
        legs = points[multisets(3, 4)[m]]

        def integrand(r, phi, legs=legs):
            return r * np.prod(kernel.weight(legs, r * np.array([[np.cos(phi), np.sin(phi)]])))

        def edge(phi):
            return 2.0 / max(abs(np.cos(phi)), abs(np.sin(phi)))

        rays = np.arctan2(legs[:, 1], legs[:, 0])
        cuts = np.unique(np.mod([*rays, *(rays + np.pi), *(np.pi / 4 * np.arange(8))], 2 * np.pi))
        sectors = pairwise([*cuts, cuts[0] + 2 * np.pi])
        integral = sum(dblquad(integrand, a, b, 0.0, edge, epsabs=1e-11, epsrel=1e-9)[0] for a, b in sectors)
        assert abs(found.value[m] + contractions * integral) <= found.error[m] + 1e-8 * abs(found.value[m])


def first_order_four_point():
    """λ f⁴ to first order with exact propagators: the lines between inputs, and the contact diagram."""
    return [*free_terms(4), (STAR, Fraction(-STAR.multiplicity), {"lambda": 1})]


def in_two_couplings():
    """G⁽⁴⁾ = 3/4 − 24 λ Λ⁵/80 + 2 λκ Λ⁵/80, made up, of ReLU-net at x = 1 and Λ = 10."""
    star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    terms = [(star, Fraction(-24), {"lambda": 1}), (star, Fraction(2), {"lambda": 1, "kappa": 1})]
    return predict(terms, ReLUKernel(), [[1.0]], Box(10.0))


def test_couplings_with_errors_bring_them_along():
    covariance = np.array([[4e-4, -3e-4], [-3e-4, 9e-4]])
    pair = Estimate([0.1, 0.7], Uncertainty.known(covariance))
    found = in_two_couplings().evaluate({"lambda": pair[0], "kappa": pair[1], "other": 3.0})
    slopes = 1250.0 * np.array([-24.0 + 2.0 * 0.7, 2.0 * 0.1])
    assert found.value[0] == pytest.approx(1250.0 * (-2.4 + 0.14), rel=1e-12)
    assert found.error[0] == pytest.approx(np.sqrt(slopes @ covariance @ slopes), rel=1e-12)
    # one with an error, one exact
    found = in_two_couplings().evaluate({"lambda": pair[0], "kappa": 0.7})
    assert found.error[0] == pytest.approx(abs(slopes[0]) * 0.02, rel=1e-12)


def test_couplings_with_errors_are_one_number_each():
    pair = Estimate([0.1, 0.7], Uncertainty.known(np.eye(2)))
    with pytest.raises(LoweringError, match="lambda was given as 2 numbers beside couplings with errors"):
        in_two_couplings().evaluate({"lambda": pair, "kappa": 0.7})
    with pytest.raises(LoweringError, match="kappa given as NaN"):
        in_two_couplings().evaluate({"lambda": pair[0], "kappa": np.nan})


def test_a_fit_is_taken_as_it_is():
    """Its couplings by name, with their covariance."""
    theory = in_two_couplings()
    data = Estimate([0.1, 0.7, 0.75], Uncertainty.known(np.diag([1e-4, 4e-4, 9e-4])))
    design = Polynomial.of({(("lambda", 1),): [1.0, 0.0, 0.0], (("kappa", 1),): [0.0, 1.0, 1.0]})
    found = fit_polynomial(data, design)
    expected = theory.evaluate({"lambda": found["lambda"], "kappa": found["kappa"]})
    assert theory.evaluate(found).error.tolist() == expected.error.tolist()
    assert expected.error[0] > 0.0
