"""The ensemble of networks deformed by an action, exactly in N: formulas, sums, and every form of writing."""

import json
import re
from fractions import Fraction
from math import comb

import numpy as np
import pytest
import sympy

import nnft_sym as nn
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.expansion import expand
from nnft_sym.expansions.json_form import from_json, to_json
from nnft_sym.printing.latex_output import latex_document
from nnft_sym.symbolic.algebra import integrate_gaussian
from numerics.errors import NotAvailable


def test_the_first_order_of_the_two_point_function_term_by_term():
    """-λ ∫dy {12 K1y Kyy Ky2 + 4 K1y G4(2yyy) + 4 K2y G4(1yyy) + 6 Kyy G4(12yy) + G6(12yyyy)}."""
    found = {term.text() for term in expand("lambda*f^4", 2, 1, "network") if term.order}
    assert found == {
        "-12*lambda * ∫dy K(1,y) K(2,y) K(y,y)",
        "-4*lambda * ∫dy K(1,y) G_c(2,y,y,y)",
        "-4*lambda * ∫dy K(2,y) G_c(1,y,y,y)",
        "-6*lambda * ∫dy K(y,y) G_c(1,2,y,y)",
        "-lambda * ∫dy G_c(1,2,y,y,y,y)",
    }


CUMULANTS = {
    2: Fraction(3, 2),
    4: Fraction(-1, 5),
    6: Fraction(2, 7),
    8: Fraction(1, 3),
    10: Fraction(-4, 9),
    12: Fraction(5, 11),
}


def moments_of(cumulants, most):
    """Moments of one variable from its cumulants."""
    moments = [Fraction(1)]
    for m in range(1, most + 1):
        terms = (comb(m - 1, r - 1) * cumulants.get(r, 0) * moments[m - r] for r in range(1, m + 1))
        moments.append(sum(terms))
    return moments


def averaged(moments, m, coupling):
    """Coefficients of λ⁰, λ¹, λ² of E[f^m e^{-coupling λ f⁴}]."""
    return [moments[m], -coupling * moments[m + 4], coupling**2 * moments[m + 8] / 2]


def divided(above, below):
    """Quotient of two power series."""
    found = []
    for order, number in enumerate(above):
        rest = sum(found[k] * below[order - k] for k in range(order))
        found.append((number - rest) / below[0])
    return found


@pytest.mark.parametrize(
    ("n", "kind", "order"), [(2, "normalised", 2), (4, "normalised", 1), (4, "connected", 1)]
)
def test_every_order_is_that_of_a_deformed_variable(n, kind, order):
    """In zero dimensions, where K and every G_c are numbers, against E[f^n e^{-ΔS}] / E[e^{-ΔS}]."""
    moments = moments_of(CUMULANTS, 12)
    two, four = (
        divided(averaged(moments, m, Fraction(1, 3)), averaged(moments, 0, Fraction(1, 3))) for m in (2, 4)
    )
    wanted = two if n == 2 else four
    if kind == "connected":
        squared = [sum(two[k] * two[total - k] for k in range(total + 1)) for total in range(3)]
        wanted = [a - 3 * b for a, b in zip(four, squared, strict=True)]
    found = [Fraction(0)] * (order + 1)
    for term in expand("lambda*f^4/3", n, order, "network", kind):
        value = term.coefficient.at({"lambda": 1}) * CUMULANTS[2] ** len(term.diagram.edges)
        for legs in term.diagram.blobs:
            value *= CUMULANTS[len(legs)]
        found[term.order] += value
    assert found == wanted[: order + 1]


@pytest.mark.parametrize(
    ("action", "n", "order", "kind"),
    [
        ("lambda*f^4", 4, 1, "normalised"),
        ("lambda*f^4", 2, 2, "connected"),
        ("lambda*f^4", 2, 1, "full"),
        ("lambda*f^4 + kappa*f^6", 2, 1, "normalised"),
        ("g*f^3", 2, 2, "connected"),
        ("lambda*f^4", 0, 1, "connected"),
        ("0", 6, 0, "normalised"),
    ],
)
def test_sum_rules_hold_and_json_reads_back(action, n, order, kind):
    expansion = expand(action, n, order, "network", kind)
    rules = expansion.sum_rules()
    assert rules
    assert all(rule.holds for rule in rules)
    assert {rule.source for rule in rules} == {"even set partitions", "zero dimensions"}
    assert from_json(to_json(expansion)) == expansion
    for term in expansion.terms[:20]:
        assert from_json(to_json(term)) == term


def test_the_free_function_of_a_network_is_that_of_its_cumulants():
    six = expand("0", 6, 0, "network", "normalised")
    assert [(t.labellings, len(t.representative.diagram.blobs)) for t in six.topologies()] == [
        (15, 0),
        (15, 1),
        (1, 1),
    ]
    assert sum(term.multiplicity for term in six) == 31


#: Contractions by blobs, over all diagrams with so many vertices f⁴; powers of k2 are the lines left.
KNOWN = [
    (2, 1, "normalised", {"": 12, "4": 14, "6": 1}),
    (2, 2, "normalised", {
        "": 768, "4": 2832, "6": 596, "44": 1512, "8": 44, "46": 208, "A": 1,
    }),
    (4, 1, "connected", {"": 24, "4": 120, "6": 22, "44": 34, "8": 1}),
    (4, 2, "connected", {
        "": 4032, "4": 30816, "6": 9888, "44": 40800, "8": 1212, "46": 12360, "A": 60, "444": 5672,
        "48": 492, "66": 456, "C": 1,
    }),
]  # fmt: skip


@pytest.mark.parametrize(("n", "order", "kind", "known"), KNOWN)
def test_contractions_by_blobs(n, order, kind, known):
    """Known from the series of one variable with cumulants k2, k4, ...; totals 27, 5961, 201, 105789."""
    found = {}
    for term in expand("lambda*f^4", n, order, "network", kind):
        if term.order == order:
            key = "".join(f"{len(legs):X}" for legs in term.diagram.blobs)
            found[key] = found.get(key, 0) + term.multiplicity
    assert found == known
    assert sum(known.values()) == {(2, 1): 27, (2, 2): 5961, (4, 1): 201, (4, 2): 105789}[n, order]


@pytest.mark.parametrize(("m", "total"), [(1, 1), (2, 4), (3, 31), (4, 379), (5, 6556)])
def test_partitions_of_legs_into_even_blocks(m, total):
    """exp(cosh x − 1), with the legs at points, and at one vertex."""
    assert expand("0", 2 * m, 0, "network").wick_total == {"": total}
    assert expand(f"g*f^{2 * m}", 0, 1, "network", "full").wick_total[f"{2 * m}:1"] == total


def test_what_is_left_out_is_known():
    assert expand("lambda*f^4", 6, 0, "network", "connected").goes_on
    assert not expand("lambda*f^4", 3, 0, "network").goes_on
    assert len(expand("lambda*f^4", 6, 0, "network", "connected")) == 1


def test_pictures_and_representatives():
    found = expand("lambda*f^4", 4, 1, "network", "connected", labelled=False).topologies()
    expansion = expand("lambda*f^4", 4, 1, "network", "connected")
    assert [one.caption for one in found] == [t.caption for t in expansion.topologies()]
    svg = expansion.picture().svg
    blobs = sum(len(one.representative.diagram.blobs) for one in found)
    assert svg.count('fill="#c4c4c4"') == blobs + 1 > 6  # and one in the legend


def test_latex():
    expansion = expand("lambda*f^4", 2, 1, "network")
    printed = expansion.latex()
    assert r"\int d^{d}y\,G^{c}_{12yyyy}" in printed
    assert "K^{W}" not in printed
    assert r"G^{(4)}_{c}(x_{2},y,y,y)" in expansion.latex(nn.Notation(arguments=True))
    document = latex_document(expansion)
    assert r"S_{\mathrm{network}}" in document
    assert r"S_{\mathrm{GP}}" not in document
    assert document.count(r"\filldraw[fill=black!20]") == 3
    many = expand("lambda*f^4", 2, 2, "network", "connected").latex()
    assert r"\bigl(G^{c}_{yyzz}\bigr)^{2}" not in many
    assert "G^{c}_{1yyz}" in many


def test_sympy_has_the_correlators_as_functions():
    terms = expand("lambda*f^4", 2, 1, "network").terms
    last = terms[-1].sympy()
    assert str(last) == "-lambda*Integral(G_c6(x1, x2, y1, y1, y1, y1), (y1, -oo, oo))"
    assert "K_W" not in str(sympy.Add(*[term.sympy() for term in terms]))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: expand("lambda*x^2*f^4", 2, 1, "network"), InvalidExpansion, "at one point are known"),
        (lambda: expand("lambda*(f.f)^2", 2, 1, "network"), InvalidExpansion, "at one point are known"),
        (lambda: expand("lambda*f^4", 2, 1, "network", counting="1/N"), InvalidExpansion, "exact in N"),
        (lambda: expand("lambda*f^4", 2, 12, "network"), InvalidExpansion, "lower the order"),
        (lambda: expand("lambda*f^4", 42, 0, "network"), InvalidExpansion, "lower the order"),
        (
            lambda: nn.Model("lambda*f^4", (4,), scheme="network"),
            InvalidExpansion,
            "around the Gaussian",
        ),
        (
            lambda: list(nn.integrals.with_profiles(expand("lambda*f^4", 2, 1, "network"), {"lambda": None})),
            InvalidExpansion,
            "position-dependent couplings are not known around a network",
        ),
        (
            lambda: integrate_gaussian(expand("lambda*f^4", 2, 1, "network"), 1, 1),
            NotAvailable,
            "expand around the Gaussian",
        ),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_command_line(tmp_path, monkeypatch, capsys):
    from nnft_sym.cli import run

    monkeypatch.chdir(tmp_path)
    assert run(["expand", "lambda*f^4", "-n", "2", "--around", "network", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["scheme"] == "network"
    assert answer["terms"][-1]["blobs"] == [["x1", "x2", "y1", "y1", "y1", "y1"]]
    assert answer["wick_total"] == {"": 1, "4:1": 31}
    assert run(["expand", "lambda*f^4", "-n", "2", "--around", "network", "--scheme", "exact"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"nnft: --scheme: 'exact' was given beside --around network.*\n", err)
    assert run(["draw", "lambda*f^4", "-n", "4", "--kind", "connected", "--around", "network"]) == 0
    assert "9 pictures" in capsys.readouterr().out
    assert run(["draw", "lambda*f^4", "-n", "4", "--order", "3", "--around", "network"]) == 2
    assert "at most 2,000 are drawn" in capsys.readouterr().err


INTEGRATE = ["integrate", "--net", "cos", "--points", "0;0.7", "--diagram", "x1-y1,x2-y1-y1-y1"]


def test_one_diagram_on_the_command_line(capsys):
    from nnft_sym.cli import run

    around = [*INTEGRATE, "--around", "network", "--width", "5"]
    assert run([*around, "--cutoff", "1", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    nodes, weights = np.polynomial.legendre.leggauss(20)
    network = nn.CosNet(5)
    wanted = sum(
        weight
        * float(nn.exact_cumulant(network, [[0.0], [y]]).value)
        * float(nn.exact_cumulant(network, [[0.7], [y], [y], [y]]).value)
        for y, weight in zip(nodes, weights, strict=True)
    )
    assert abs(answer["value"] - wanted) <= answer["error"] + 1e-14
    assert (answer["around"], answer["width"], answer["trusted"]) == ("network", 5, True)
    assert answer["integrand"] == "∫dy1 K(x1,y1) G_c(x2,y1,y1,y1)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*INTEGRATE, "--cutoff", "1"], "or integrate it around a network"),
        ([*INTEGRATE, "--cutoff", "1", "--around", "network"], "--width: no width was given"),
        ([*INTEGRATE, "--cutoff", "1", "--width", "5"], "--width: 5 was given with --around gaussian"),
        ([*INTEGRATE, "--width", "5", "--around", "network"], "--cutoff 10"),
        (
            [*INTEGRATE, "--cutoff", "1", "--width", "5", "--around", "network", "--method", "qmc"],
            "--method: 'qmc' was given with --around network",
        ),
    ],
)
def test_what_the_command_line_refuses(arguments, message, capsys):
    from nnft_sym.cli import run

    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


def test_terms_go_to_the_floor_below_with_their_correlators():
    found = {
        str(one): (number, powers) for one, number, powers in expand("l*f^4", 2, 1, "network").monomials()
    }
    assert found == {
        "K(x1,x2)": (1, {}),
        "∫dy1 K(x1,y1) K(x2,y1) K(y1,y1)": (-12, {"l": 1}),
        "∫dy1 K(x1,y1) G_c(x2,y1,y1,y1)": (-4, {"l": 1}),
        "∫dy1 K(x2,y1) G_c(x1,y1,y1,y1)": (-4, {"l": 1}),
        "∫dy1 K(y1,y1) G_c(x1,x2,y1,y1)": (-6, {"l": 1}),
        "∫dy1 G_c(x1,x2,y1,y1,y1,y1)": (-1, {"l": 1}),
    }


def test_coefficients_are_exact_fractions():
    term = expand("lambda*f^4/24", 2, 1, "network").terms[-1]
    assert term.coefficient.at({"lambda": 1}) == Fraction(-1, 24)
