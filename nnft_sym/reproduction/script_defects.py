"""Defects of the published scripts, each with the number that it changes: R1–R8."""

import numpy as np

from diagrams.diagram import Diagram
from nnft_sym.inference.infer import infer
from nnft_sym.inference.model import Model
from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.fitted_couplings import QUARTIC, Couplings
from nnft_sym.reproduction.index_lists import filled_by_scripts, four_two, of_scripts, one_vertex_sum
from nnft_sym.reproduction.setups import PublishedSetup
from nnft_sym.reproduction.vertex_slips import vertex_integrals
from numerics.errors import DivergentIntegral
from numerics.exact.correlators import exact_correlators
from numerics.integrals.integrator import integrate
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.networks.architectures import ErfNet, GaussNet, ReLUNet
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty

#: Pairs of antiparallel inputs that the arccosine is tried on.
PAIRS, SEED = 100_000, 20080860
#: Cutoffs between which the contact integral of Erf-net is seen to grow.
NEAR, FAR = 1e3, 1e4
#: The set-ups at which most of them are shown.
ERF, RELU = PublishedSetup("erf", 1), PublishedSetup("relu", 1)
#: ∫K_W K_W K_W K_W.
STAR = ((0, 4), (1, 4), (2, 4), (3, 4))


def _defect(
    key: str, text: str, place: str, published: str | float, ours: Estimate, quantity: str, why: str
) -> Claim:
    return Claim(
        key, text, place, published, ours, quantity, Finding.CONTRADICTED, Reason.DEFECT, explanation=why
    )


def normalisation(couplings: Couplings) -> Claim:
    """Give R1: E exp(z)exp(z') of a Gaussian is exp(½C_xx + ½C_yy + C_xy); the scripts divide otherwise."""
    dimension = 2
    points = PublishedSetup("gauss", dimension).points
    kernel = GaussNet(1, d_in=dimension).kernel
    squares = np.sum(points**2, axis=1)
    # the right divisor of one feature over that of the scripts, in logarithms
    ratio = (1.0 + squares / dimension) - (1.0 + squares) / dimension
    right = kernel.weight(points, points)
    factors = (right * np.exp(ratio[:, np.newaxis] + ratio[np.newaxis, :])) / right
    return _defect(
        "R1",
        "the feature of Gauss-net is exp(z)/exp((1 + |x|²)/d)",
        "scripts, lib",
        "1",
        Estimate(float(factors.mean()), float(np.ptp(factors)) + 1e-15),
        "their K_W over the right one, d = 2",
        "The divisor is exp(σ_b² + σ_W²|x|²/d): the two agree for d = 1 and unit deviations only. "
        "For d = 3 the "
        "factor is e^(4/3) = 3.79.",
    )


def missing_dimension(couplings: Couplings) -> Claim:
    """Give R2: without 1/d in the exponent the kernel is that of σ_W² = d, divided by d."""
    dimension, origin = 2, np.zeros((4, 2))
    star = Diagram.from_edges(4, STAR)
    right = integrate(star, GaussNet(1, d_in=dimension).kernel, origin, WholeSpace())
    narrow = GaussNet(1, float(np.sqrt(dimension)), d_in=dimension).kernel
    theirs = integrate(star, narrow, origin, WholeSpace()) / float(dimension) ** 4
    return _defect(
        "R2",
        "the vertex lines of Gauss-net are exp(−σ_W²|x − y|²/2)",
        "scripts, lib (K_int_GaussNet)",
        "1",
        right / theirs,
        "∫K_WK_WK_WK_W over theirs, d = 2, at the origin",
        "1/d is missing in the exponent, so λ of d = 2 and 3 is d^(d/2) times too large.",
    )


def comparison_for_assignment(couplings: Couplings) -> Claim:
    """Give R3: λ with a bias that should be off."""
    network = ReLUNet(RELU.coupling_width, sigma_b=1.0)
    model = Model.leading(QUARTIC, beyond=False)
    theirs = infer(exact_correlators(network, RELU.points, (2, 4)), model, network, RELU.domain)["lambda"]
    return _defect(
        "R3",
        "σ_b is set to 10⁻¹⁰⁰ for ReLU-net",
        "scripts, rg and six_pt_prediction",
        "1",
        theirs / couplings.fit(RELU)["lambda"],
        "λ with the σ_b that stays over λ without bias, N = 20, Λ = 100",
        "The line compares (==) and does not assign, so σ_b stays 1 there. λ is then no constant either.",
    )


def wrong_set(couplings: Couplings) -> Claim:
    """Give R4: one wrong set of fifteen."""
    vertex, lines = vertex_integrals(couplings.fit(ERF)), ERF.network(5).kernel.full(ERF.points, ERF.points)
    right = one_vertex_sum(four_two(), vertex, lines)
    theirs = one_vertex_sum(of_scripts(), vertex, lines)
    filled, sets = filled_by_scripts()
    return _defect(
        "R4",
        "the 15 sets of the λ term of the 6-point function",
        "scripts, six_pt_prediction",
        theirs,
        Estimate(right, 15.0 * float(np.max(vertex.error)) * float(lines.max())),
        "Σ₁₅ ∫K_WK_WK_WK_W·K_mn at the six inputs of Erf-net, Λ = 100",
        "One set has the fifth input twice and the fourth never. Besides, the six loops reach "
        f"{filled} of the "
        f"{sets} distinct elements: {sets - filled} keep a term of zero.",
    )


def sign(couplings: Couplings) -> Claim:
    """Give R5: the sign of λ."""
    ours = couplings.fit(RELU)["lambda"]
    return _defect(
        "R5",
        "λ is stored as (G⁽⁴⁾ − G_GP⁽⁴⁾)/(24∫KKKK)",
        "scripts, rg; six_pt_prediction falls back to the other sign",
        -float(ours),
        ours,
        "λ of ReLU-net, N = 20, Λ = 100",
        "S = S_GP + λ∫f⁴ gives ΔG⁽⁴⁾ = −24λ∫KKKK. The scripts undo their sign with +24λ in one "
        "place, and use "
        "the other sign with the same +24λ in another.",
    )


def infinite_cutoff(couplings: Couplings) -> Claim:
    """Give R6: an integral that grows with the box."""
    kernel, star = ErfNet(5).kernel, Diagram.from_edges(4, STAR)
    points = np.full((4, 1), 0.6)
    near, far = (integrate(star, kernel, points, Box(cutoff)) for cutoff in (NEAR, FAR))
    slope = (far / near).value
    bound = float((far / near).error / slope) / np.log(FAR / NEAR)
    try:
        integrate(star, kernel, points, WholeSpace())
        refused = "was integrated"
    except DivergentIntegral:
        refused = "is refused by the engine"
    return _defect(
        "R6",
        "the vertices of Erf-net are integrated to infinity",
        "scripts, lib (cutoff = inf)",
        "finite",
        Estimate(float(np.log(slope) / np.log(FAR / NEAR)), Uncertainty.bounded(bound)),
        "slope of log ∫K_WK_WK_WK_W against log Λ, Λ from 10³ to 10⁴",
        f"The kernel tends to a constant, so the integral grows like Λ^d; over all of R it {refused}.",
    )


def spectator(couplings: Couplings) -> Claim:
    """Give R7: the line between two inputs."""
    vertex, lines = vertex_integrals(couplings.fit(ERF)), ERF.network(5).kernel.full(ERF.points, ERF.points)
    right = one_vertex_sum(four_two(), vertex, lines)
    theirs = one_vertex_sum(four_two(), vertex, lines - 1.0)
    return _defect(
        "R7",
        "the spectator line of the λ term is K − σ_b²",
        "scripts, lib (intkappa)",
        theirs,
        Estimate(right, 15.0 * float(np.max(vertex.error)) * float(lines.max())),
        "Σ₁₅ ∫K_WK_WK_WK_W·K_mn at the six inputs of Erf-net, Λ = 100",
        "Only lines that end at a vertex lose σ_b²; the line between two inputs is the full 2-point "
        "function.",
    )


def antiparallel_failures(pairs: int, seed: int) -> tuple[int, int]:
    """Count antiparallel inputs at which C_xy/√(C_xx C_yy) falls below −1 in float64.

    Returns
    -------
    tuple of int
        Failures of the arccosine clipped above only, and of our kernel.
    """
    draws = np.random.default_rng(seed)
    x = draws.normal(size=(pairs, 3))
    y = -x * draws.uniform(0.1, 10.0, size=(pairs, 1))
    xx, yy, xy = (np.einsum("ij,ij->i", a, b) / 3.0 for a, b in ((x, x), (y, y), (x, y)))
    with np.errstate(invalid="ignore"):
        angle = np.arccos(np.minimum(xy / (np.sqrt(xx) * np.sqrt(yy)), 1.0))
    kernel = ReLUNet(1, sigma_b=0.0, d_in=3).kernel
    ours = [
        float(kernel.weight(a[np.newaxis], b[np.newaxis])[0, 0])
        for a, b in zip(x[np.isnan(angle)][:100], y[np.isnan(angle)][:100], strict=True)
    ]
    return int(np.isnan(angle).sum()), int(np.sum(~np.isfinite(ours)))


def clipping(couplings: Couplings) -> Claim:
    """Give R8: rounding below −1."""
    failed, ours = antiparallel_failures(PAIRS, SEED)
    share = failed / PAIRS
    spread = Uncertainty.known([[share * (1.0 - share) / PAIRS]], "share of random pairs")
    return _defect(
        "R8",
        "the argument of the arccosine is clipped at 1",
        "scripts, lib",
        0.0,
        Estimate([share], spread)[0],
        "share of random antiparallel inputs, d = 3, whose kernel is not a number",
        f"Rounding puts the cosine below −1 as often as above 1. With atan2 no clipping is needed: of those "
        f"inputs tried {ours} fail here.",
    )
