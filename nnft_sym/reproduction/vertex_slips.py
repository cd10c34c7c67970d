"""Slips of the talk on vertices and index sets: T5–T9."""

from itertools import combinations

import numpy as np

from diagrams.diagram import Diagram
from nnft_sym.actions.action import Action
from nnft_sym.expansions.expansion import expand
from nnft_sym.inference.coupling_fit import CouplingFit
from nnft_sym.inference.model import Model
from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.fitted_couplings import QUARTIC, Couplings
from nnft_sym.reproduction.index_lists import PRINTED, four_two, free_sum, one_vertex_sum, three_lines
from nnft_sym.reproduction.setups import PublishedSetup
from numerics.integrals.integrator import integrate
from numerics.integrals.rules.domains import Box
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate

#: Box in which the contact integral is held against the same with the output bias in its lines.
FAR = 1000.0
#: The set-ups at which most of them are shown.
ERF, RELU = PublishedSetup("erf", 1), PublishedSetup("relu", 1)
SLIDE = "talk, “Weakly Coupled Neural Network Field Theories”"


def vertex_integrals(fit: CouplingFit) -> Correlator:
    """Give ∫K_WK_WK_WK_W over distinct multisets, from what the 4-point function is per unit of λ."""
    per_unit = fit.theory.prediction(4)["lambda"]
    return Correlator.over(per_unit.fields, 4, Part.DERIVED, per_unit.numbers() / -24.0)


def tadpole(couplings: Couplings) -> Claim:
    """Give T5: what the tadpole would add to an exact 2-point function."""
    setup, relu = RELU, couplings.fit(RELU)
    network, fields = setup.network(setup.coupling_width), relu.theory.prediction(4).fields
    model = Model(Action(QUARTIC), (2,), kind="connected", scheme="bare")
    per_unit = model.predict(network.kernel, fields, setup.domain)[2]["lambda"]
    first, second = fields.multisets(2).T
    lines = network.kernel.full(fields.inputs, fields.inputs)[first, second]
    shift = per_unit.numbers() * relu["lambda"] / lines
    return Claim(
        "T5",
        "G⁽²⁾ = K − 12λ(…) − 90κ(…) = K",
        SLIDE,
        0.0,
        shift[0],
        "(−12λ∫K_1yK_yyK_y2)/K_12, ReLU-net N = 20",
        Finding.CONTRADICTED,
        Reason.SLIP,
        "With lines that are the exact K the insertions are left out, at every order; they belong to "
        "a line of "
        "the free theory, which a counter-term then makes K. Kept beside the exact K they would change G⁽²⁾.",
    )


def bias_inside(couplings: Couplings) -> Claim:
    """Give T6: ∫K⁴ with K instead of K_W = K − σ_b², expanded in lines K_W."""
    setup = PublishedSetup("gauss", 1)
    kernel, points = setup.network(100).kernel, setup.points[:4]
    wrong = Estimate(2.0 * FAR, 0.0)  # the term without lines: the length of the box
    right = Estimate(0.0, 0.0)
    for lines in range(1, 5):
        star = Diagram.from_edges(lines, [(leg, lines) for leg in range(lines)])
        for chosen in combinations(range(4), lines):
            right = integrate(star, kernel, points[list(chosen)], Box(FAR))
            wrong = wrong + right
    return Claim(
        "T6",
        "λ = (Σ₃KK − G⁽⁴⁾)/(24∫KKKK)",
        SLIDE,
        1.0,
        wrong / right,
        f"∫KKKK/∫K_WK_WK_WK_W over [−{FAR:g}, {FAR:g}], Gauss-net",
        Finding.CONTRADICTED,
        Reason.SLIP,
        "Lines that end at a vertex are K_W = K − σ_b²: the output bias is a constant that drops out "
        "of connected "
        "functions. With K the integral grows like the volume, and λ would be 0 over all of R. "
        "Spectator lines "
        "stay K.",
    )


def printed_sets(couplings: Couplings) -> Claim:
    """Give T7: the list of index sets as printed."""
    vertex = vertex_integrals(couplings.fit(ERF))
    lines = ERF.network(5).kernel.full(ERF.points, ERF.points)
    right = one_vertex_sum(four_two(), vertex, lines)
    printed = one_vertex_sum(PRINTED, vertex, lines)
    return Claim(
        "T7",
        "the 15 terms of the λ sum of the 6-point function",
        SLIDE,
        printed,
        Estimate(right, 15.0 * float(np.max(vertex.error)) * float(lines.max())),
        "Σ₁₅ ∫K_WK_WK_WK_W·K_mn at the six inputs of Erf-net, Λ = 100",
        Finding.CONTRADICTED,
        Reason.SLIP,
        "Term 10 repeats 1236·45 and should be 1256·34; term 11 reads 1346·24 and should be 1356·24. "
        "The printed "
        "list is evaluated as published.",
    )


def kappa_sets(couplings: Couplings) -> Claim:
    """Give T8: contractions of a vertex of κ with a loop."""
    found = expand(Action("kappa*f^6"), 6, 1, kind="normalised", scheme="exact")
    loops = [term for term in found.terms if term.order == 1 and not term.whole.is_connected]
    return Claim(
        "T8",
        "the κ terms with a loop K_zz in the 6-point function",
        SLIDE,
        "terms with six legs and K_zz, and open indices",
        Estimate(float(sum(term.multiplicity for term in loops)), 0.0),
        "Wick contractions of −360κ Σ₁₅(4|2) ∫K_zzK_iK_jK_kK_l·K_mn",
        Finding.CONTRADICTED,
        Reason.SLIP,
        f"{len(loops)} index sets of {loops[0].multiplicity} contractions, four legs on the vertex and one "
        "spectator line each; beside them one vertex with six legs, 720.",
    )


def two_kinds_of_fifteen(couplings: Couplings) -> Claim:
    """Give T9: pairings are no choices of four."""
    lines = ERF.network(5).kernel.full(ERF.points, ERF.points)
    right, mixed = free_sum(lines), three_lines(four_two(), lines)
    exchange = couplings.fit(RELU).contributions(6)["lambda**2"]
    return Claim(
        "T9",
        "δ′ = G⁽⁶⁾ − Σ₁₅[KKK − 24∫λKKKK·K], one sum over 15 combinations",
        SLIDE,
        mixed,
        Estimate(right, 0.0),
        "Σ₁₅KKK at the six inputs of Erf-net",
        Finding.CONTRADICTED,
        Reason.SLIP,
        "The first 15 are pairings, the second choices of four out of six: one list cannot serve "
        "both (published: "
        "K_ijK_klK_mn over the second list). δ′ also leaves out the exchange of order λ², of the "
        "same 1/N² as κ: "
        f"for ReLU-net it is {exchange.share:.4g} of the connected 6-point function (75/22).",
    )
