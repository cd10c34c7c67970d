"""Components, bilocal and position-dependent vertices against a lattice theory done by moments alone."""

import itertools
from collections import Counter
from fractions import Fraction
from functools import cache
from math import factorial

import pytest
import sympy

from nnft_sym.actions.action import Action
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.errors import InvalidAction, InvalidExpansion
from nnft_sym.expansions.components import at_components
from nnft_sym.expansions.expansion import expand
from nnft_sym.expansions.sum_rules import sum_rules
from nnft_sym.symbolic.conversion import K_W, point

POINTS, SITES = 4, (4, 5)
COVARIANCE = [
    [Fraction(2 + (i == j) * (3 + i), 1 + abs(i - j) + (i * j) % 3) for j in range(6)] for i in range(6)
]
COVARIANCE = [[(COVARIANCE[i][j] + COVARIANCE[j][i]) / 2 for j in range(6)] for i in range(6)]
WEIGHTS = {4: Fraction(1, 3), 5: Fraction(5, 2)}


@cache
def moment(variables):
    """E of a product of variables (place, component): all pairings, components equal or nothing."""
    if not variables:
        return Fraction(1)
    (place, component), rest = variables[0], variables[1:]
    total = Fraction(0)
    for other in set(rest):
        if other[1] == component:
            left = list(rest)
            left.remove(other)
            total += rest.count(other) * COVARIANCE[place][other[0]] * moment(tuple(left))
    return total


def of_a_vertex(kind, n_components):
    """S_int of one kind as a sum over sites: products of variables, each with a factor."""
    terms = Counter()
    components = range(n_components)
    for site in SITES:
        if kind == "quartic":
            terms[((site, 0),) * 4] += 1
        elif kind == "weighted":
            terms[((site, 0),) * 4] += WEIGHTS[site]
        elif kind.startswith("singlet"):
            for chosen in itertools.product(components, repeat=int(kind[-1])):
                terms[tuple(sorted(2 * [(site, a) for a in chosen]))] += 1
        for other in SITES:
            if kind == "bilocal":
                terms[tuple(sorted([(site, 0)] * 2 + [(other, 0)] * 2))] += 1
            elif kind == "bisinglet":
                for a, b in itertools.product(components, repeat=2):
                    terms[tuple(sorted([(site, a)] * 2 + [(other, b)] * 2))] += WEIGHTS[other] ** 2
    return terms


def by_moments(external, kinds, n_components=1):
    """E[external ∏ S_int], with the sign and the factorials of e^{−S}."""
    total = Fraction(0)
    for chosen in itertools.product(*(of_a_vertex(kind, n_components).items() for kind in kinds)):
        number = Fraction(1)
        variables = list(external)
        for product, factor in chosen:
            number *= factor
            variables += product
        total += number * moment(tuple(sorted(variables)))
    for times in Counter(kinds).values():
        total /= factorial(times)
    return total * (-1) ** len(kinds)


def value(term):
    """The integral of a term on the lattice."""
    n_points = len({end for line in term.lines for end in line if end.startswith("y")})
    total = Fraction(0)
    for sites in itertools.product(SITES, repeat=n_points):
        place = {f"x{i + 1}": i for i in range(POINTS)} | {f"y{i + 1}": site for i, site in enumerate(sites)}
        product = Fraction(1)
        for a, b in term.lines:
            product *= COVARIANCE[place[a]][place[b]]
        for site, weight in zip(sites, term.factors.weights, strict=False):
            product *= WEIGHTS[site] ** (weight // 2)
        total += product
    return total


def by_diagrams(expansion, keep=lambda term: True):
    """Polynomial in the couplings (and D): coefficients times integrals."""
    return sum((term.coefficient * value(term) for term in expansion if keep(term)), Polynomial({}))


KINDS = {"mu": "bilocal", "a": "quartic", "b": "weighted"}


@pytest.mark.parametrize(
    ("action", "n", "order"),
    [
        ("mu*f(x)^2*f(y)^2", 4, 2),
        ("(a + b*x^2)*f^4", 4, 2),
        ("mu*f(x)^2*f(y)^2 + (a + b*x^2)*f^4", 2, 2),
        ("mu*f(x)^2*f(y)^2", 0, 2),
    ],
)
def test_several_points_and_weights_agree_with_the_lattice(action, n, order):
    external = tuple((i, 0) for i in range(n))
    expected = Polynomial({})
    for total in range(order + 1):
        for names in itertools.combinations_with_replacement(Action(action).couplings, total):
            powers = tuple(sorted(Counter(names).items()))
            number = by_moments(external, [KINDS[name] for name in names])
            expected = expected + Polynomial({powers: number})
    full = expand(action, n, order, kind="full")
    assert by_diagrams(full) == expected
    assert [rule for rule in sum_rules(full) if not rule.holds] == []


def cut(polynomial, order):
    return Polynomial({m: number for m, number in polynomial.items if sum(p for _, p in m) <= order})


def test_kinds_are_related_as_they_should_be_when_vertices_have_two_points():
    """full = normalised · vacuum; the cumulant of four points from normalised functions."""
    action = "mu*f(x)^2*f(y)^2 + b*x^2*f^4"
    vacuum = by_diagrams(expand(action, 0, 2, kind="full"))
    normalised = by_diagrams(expand(action, 4, 2))
    assert cut(normalised * vacuum, 2) == by_diagrams(expand(action, 4, 2, kind="full"))
    pairs = [((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))]

    def two(a, b):
        total = Polynomial({})
        for term in expand(action, 2, 2):
            renamed = {"x1": f"x{a + 1}", "x2": f"x{b + 1}"}
            lines = tuple((renamed.get(p, p), renamed.get(q, q)) for p, q in term.lines)
            moved = type("Moved", (), {"lines": lines, "factors": term.factors})
            total = total + term.coefficient * value(moved)
        return total

    disconnected = sum((two(*p) * two(*q) for p, q in pairs), Polynomial({}))
    assert cut(normalised - disconnected, 2) == by_diagrams(expand(action, 4, 2, kind="connected"))


def test_the_published_multiplicities_of_the_bilocal_vertex():
    """2-point: 4 + 8 = 12; connected 4-point: −8 λ_NL Σ₃ (∫K_iK_j)(∫K_kK_l)."""
    two = expand("lambda_NL*f(x)^2*f(y)^2", 2, kind="connected").at_order(1)
    assert sorted((t.multiplicity, str(t.coefficient)) for t in two) == [
        (4, "-4*lambda_NL"),
        (8, "-8*lambda_NL"),
    ]
    four = expand(
        "lambda_NL*f(x)^2*f(y)^2 + (lambda_0 + lambda_2*x^2)*f^4", 4, scheme="exact", kind="connected"
    )
    x, y, z = [point(f"x{i}") for i in range(1, 5)], point("y1"), point("y2")
    nonlocal_, constant, quadratic = sympy.symbols("lambda_NL lambda_0 lambda_2")
    expected = sympy.Integer(0)
    for (i, j), (k, l) in [((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))]:
        product = K_W(x[i], y) * K_W(x[j], y) * K_W(x[k], z) * K_W(x[l], z)
        expected -= (
            8 * nonlocal_ * sympy.Integral(product, (y, -sympy.oo, sympy.oo), (z, -sympy.oo, sympy.oo))
        )
    legs = sympy.Mul(*[K_W(p, y) for p in x])
    for coupling, weight in ((constant, 1), (quadratic, y**2)):
        expected -= 24 * coupling * sympy.Integral(weight * legs, (y, -sympy.oo, sympy.oo))
    assert sympy.expand(four.sympy() - expected) == 0


SINGLETS = {"lambda": "singlet2", "kappa": "singlet3", "mu": "bisinglet"}


@pytest.mark.parametrize(
    ("action", "n_components", "components", "order"),
    [
        ("lambda*(f.f)^2", 2, (1, 1), 3),
        ("lambda*(f.f)^2", 3, (2, 2), 2),
        ("lambda*(f.f)^2", 3, (1, 2), 2),
        ("lambda*(f.f)^2", 2, (1, 1, 2, 2), 2),
        ("lambda*(f.f)^2", 3, (1, 2, 1, 2), 2),
        ("lambda*(f.f)^2 + kappa*(f.f)^3", 2, (1, 1, 1, 1), 1),
        ("kappa*(f.f)^3", 3, (1, 1, 3, 3), 1),
        ("mu*x^4*(f(x).f(x))*(f(y).f(y))", 2, (1, 1, 2, 2), 1),
    ],
)
def test_components_agree_with_an_explicit_sum_over_indices(action, n_components, components, order):
    external = tuple((i, a - 1) for i, a in enumerate(components))
    names = Action(action).couplings
    expected = Polynomial({})
    for total in range(order + 1):
        for chosen in itertools.combinations_with_replacement(names, total):
            number = by_moments(external, [SINGLETS[name] for name in chosen], n_components)
            expected = expected + Polynomial({tuple(sorted(Counter(chosen).items())): number})
    full = expand(action, len(components), order, kind="full")

    def keep(term):
        return all(components[a - 1] == components[b - 1] for a, b in term.factors.pairs)

    found = by_diagrams(full, keep).collect("D")
    summed = sum((part * n_components**power for power, part in found.items()), Polynomial({}))
    assert summed == expected


def radial(m):
    """E[(f·f)^m] in zero dimensions: D (D + 2) … (D + 2m − 2)."""
    product = Polynomial.constant(1)
    for i in range(m):
        product = product * (Polynomial.variable("D") + Polynomial.constant(2 * i))
    return product


@pytest.mark.parametrize("n", [0, 2, 4])
def test_polynomials_in_the_number_of_components_to_third_order(n):
    """⟨f_a…⟩ is fixed by symmetry: E[f₁²(f·f)^m] = E[(f·f)^{m+1}]/D, E[f₁²f₂² …] = E[(f·f)^{m+2}]/D(D+2)."""
    full = expand("lambda*(f.f)^2", n, 3, kind="full")
    components = {0: (), 2: (1, 1), 4: (1, 1, 2, 2)}[n]
    for order in range(4):
        found = Polynomial({})
        for term in full.at_order(order):
            if all(components[a - 1] == components[b - 1] for a, b in term.factors.pairs):
                found = found + term.coefficient
        expected = radial(2 * order + n // 2) * Fraction((-1) ** order, factorial(order))
        expected = expected * Polynomial.variable("lambda") ** order
        assert found * radial(n // 2) == expected


@pytest.mark.parametrize(("n", "order", "kind"), [(2, 3, "full"), (4, 2, "normalised"), (4, 3, "connected")])
def test_one_component_is_the_scalar_theory_for_every_diagram(n, order, kind):
    vector, scalar = ("lambda*(f.f)^2 + kappa*(f.f)^3", "lambda*f^4 + kappa*f^6") if order < 3 else (
        "lambda*(f.f)^2", "lambda*f^4")  # fmt: skip
    found = {}
    for diagram, number, powers in at_components(expand(vector, n, order, kind=kind), 1, (1,) * n):
        key = diagram, tuple(sorted(powers.items()))
        found[key] = found.get(key, 0) + number
    expected = {
        (diagram, tuple(sorted(powers.items()))): number
        for diagram, number, powers in expand(scalar, n, order, kind=kind).monomials()
    }
    assert found == expected


def test_topologies_are_orbits_of_the_external_points():
    four = expand("lambda*(f.f)^2", 4, 2, kind="connected")
    assert [(t.labellings, t.representative.multiplicity) for t in four.topologies()][:1] == [(3, 8)]
    for expansion in (four, expand("mu*f(x)^2*f(y)^2 + b*x^2*f^4", 4, 2, kind="connected")):
        for topology in expansion.topologies():
            first = topology.representative
            images = set()
            for order in itertools.permutations(range(1, 5)):
                new = {f"x{i + 1}": f"x{j}" for i, j in enumerate(order)}
                lines = [(new.get(a, a), new.get(b, b)) for a, b in first.lines]
                pairs = frozenset(frozenset(order[p - 1] for p in pair) for pair in first.factors.pairs)
                moved = type("Moved", (), {"lines": lines, "factors": first.factors})
                images.add((value(moved), pairs))
            labelled = {
                (value(term), frozenset(frozenset(pair) for pair in term.factors.pairs))
                for term in topology.terms
            }
            assert labelled == images
            assert len({term.coefficient for term in topology.terms}) == 1


def test_numbers_are_refused_where_there_are_none():
    with pytest.raises(InvalidExpansion, match="one component"):
        list(at_components(expand("lambda*f^4", 2), 2, (1, 1)))
    with pytest.raises(InvalidExpansion, match="give 2 of them"):
        list(at_components(expand("lambda*(f.f)^2", 2), 2, (1, 3)))
    with pytest.raises(InvalidAction, match="f\\.f"):
        expand("lambda*(f.f)^2 + f^3", 2)


@pytest.mark.parametrize(
    "text",
    [
        "lambda*(f.f)**2 + kappa*(f.f)**3",
        "mu*f(x)**2*f(y)**2 + lambda_0*f**4 + lambda_2*x**2*f**4",
        "mu*x**2*f(x)**2*f(y)**2",
        "mu*(f(x).f(x))*(f(y).f(y))**2",
        "a*f(x)**2*f(y)**2*f(z)**2",
    ],
)
def test_actions_are_written_as_they_are_read(text):
    action = Action(text)
    assert Action(str(action)) == action
    assert Action(action.sympy()) == action
    assert action.is_local_scalar is False
    assert "f(y)" in action.latex()


def test_other_ways_to_write_the_same():
    assert Action(r"\lambda*(f·f)^2") == Action("lambda*(f.f)**2") == Action("lambda*(f(x)⋅f(x))²")
    assert Action("lambda_NL*f(y)^2*f(x)^2") == Action("lambda_NL*f(x)²*f(y)²")
    assert Action("lambda*f(y)^4") == Action("lambda*f^4")
    assert Action("(lambda_0 + lambda_2*x^2)*f^4") == Action("lambda_0*f^4 + lambda_2*f(y)^4*y^2")
    assert Action("a·f⁴").is_local_scalar


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("f^4 + (f.f)^2", "write all of them with f.f"),
        ("D*(f.f)^2", "number of components"),
        ("i_1*(f.f)^2", "component of a point"),
        ("(f.f)/2", "quadratic term '\\(f.f\\)/2' without a coupling"),
    ],
)
def test_actions_with_components_that_are_refused(text, fragment):
    with pytest.raises(InvalidAction, match=fragment):
        Action(text)
