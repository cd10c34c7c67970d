"""Slips of the talk on cumulants, densities and partition functions by duality: T10–T13."""

from fractions import Fraction
from math import exp, pi, sqrt

import numpy as np

from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.fitted_couplings import Couplings
from nnft_sym.reproduction.setups import PublishedSetup
from numerics.exact.correlators import exact_correlators
from numerics.results.estimate import Estimate

CUMULANTS = "talk, “Cumulants via Duality”"
PARTITION = "talk, “Partition Function via Duality”"
#: How many uniform numbers are added up to show the Edgeworth series.
SUMMANDS = 48
EPS = 2.0**-52


def generating_functional(couplings: Couplings) -> Claim:
    """Give T10: where the sum over cumulants begins."""
    return Claim(
        "T10",
        "W[J] = Σ G_con⁽ʳ⁾J^r/r! from r = 0",
        CUMULANTS,
        "r = 0",
        Estimate(0.0, 0.0),
        "W[0] = log Z[0]",
        Finding.CONTRADICTED,
        Reason.SLIP,
        "The sum starts at r = 1: a density is normalised, Z[0] = 1, so W[0] = 0 and there is no cumulant of "
        "order 0.",
    )


def powers_of_the_width(couplings: Couplings) -> Claim:
    """Give T11: the sum over the neurons that is missing."""
    network = PublishedSetup("erf", 1).network(5)
    exact = exact_correlators(network, [[1.0]], (4,)).connected()[4]
    neuron = exact_correlators(network.with_width(1), [[1.0]], (4,)).connected()[4]
    place = (0, 0, 0, 0)
    found = exact[place] / neuron[place] * float(network.width) ** 2
    return Claim(
        "T11",
        "G_con,φ⁽ʳ⁾ = G_con,h⁽ʳ⁾/N^(r/2)",
        CUMULANTS,
        1.0,
        found,
        "N²G_con,φ⁽⁴⁾/G_con,h⁽⁴⁾, Erf-net N = 5 at x = 1",
        Finding.CONTRADICTED,
        Reason.SLIP,
        "The N cumulants of independent neurons add up: G_con,φ⁽ʳ⁾ = Σ_i G_con,h⁽ʳ⁾/N^(r/2), which is "
        "N^(1 − r/2)G_con,h⁽ʳ⁾ for neurons that are alike. As printed the 2-point function itself would fall "
        "like 1/N.",
    )


def edgeworth_at_the_middle(summands: int, sixth: int) -> float:
    """Divide the Edgeworth series of a sum of uniform numbers at its mean by the exact density.

    Parameters
    ----------
    summands : int
        N numbers that are uniform on (−½, ½); their sum in units of its deviation has the cumulants
        k_r = (B_r/r) 12^(r/2) N^(1 − r/2) with Bernoulli's numbers B_4 = −1/30, B_6 = 1/42.
    sixth : int
        Sign of the sixth derivative: (−1)⁶ = 1, or (−i)⁶ = −1.

    Returns
    -------
    float
        Ratio, through O(1/N²).

    References
    ----------
    Density of the sum: Irwin (1927), Hall (1927).

    Examples
    --------
    >>> f"{edgeworth_at_the_middle(48, 1) - 1:.1e}", f"{edgeworth_at_the_middle(48, -1) - 1:.1e}"
    ('-7.9e-08', '1.2e-04')
    """
    n = summands
    k4, k6 = Fraction(-144, 120 * n), Fraction(12**3, 252 * n**2)
    # imported here: only this statement needs it
    from scipy.interpolate import BSpline

    # Hermite polynomials at zero: He_4 = 3, He_6 = −15, He_8 = 105
    series = 1 + k4 / 24 * 3 - sixth * k6 / 720 * 15 + k4**2 / 1152 * 105
    # the density of a sum of uniform numbers is a B-spline with knots at whole numbers
    exact = float(BSpline.basis_element(np.arange(n + 1.0))(n / 2.0))
    return float(series) / exact / sqrt(2.0 * pi) / sqrt(n / 12.0)


def edgeworth_signs(couplings: Couplings) -> Claim:
    """Give T12: the sign of every derivative in the Edgeworth series."""
    right, printed = (edgeworth_at_the_middle(SUMMANDS, sign) - 1.0 for sign in (1, -1))
    return Claim(
        "T12",
        "P = exp(Σ (−i)^r/r! G_con⁽ʳ⁾∂^r) acting on ∫DJ e^(−iJφ − ½JGJ)",
        PARTITION,
        printed,
        Estimate(right, 8 * EPS),
        f"series to 1/N² over exact density, less one: sum of {SUMMANDS} uniform numbers at its mean",
        Finding.CONTRADICTED,
        Reason.SLIP,
        "The derivatives are real and carry (−1)^r: i^r of W times i^r of J → i∂. With (−i)^r the sixth "
        "changes its sign, odd ones become imaginary; and every point has a factor 1/2π in DJ.",
    )


def partition_without_source(couplings: Couplings) -> Claim:
    """Give T13: the partition function needs a source, and the joint average."""
    # two equicorrelated weights, φ = (a_1 + a_2)/√2: E_0[a_1 a_2 e^(iJφ)]/s² at J s = 1
    single = exp(-0.25) / sqrt(2.0)  # E[a e^(iJa/√2)] = i J s² e^(−J²s²/4)/√2
    found = -(single**2)
    return Claim(
        "T13",
        "Z_φ,α[J = 0] = Z_φ,0[J = 0] + ∏_i Σ_r (α…α/r!) ∫E_i[𝒫_r e^…]",
        PARTITION,
        0.0,
        Estimate(found, 8 * EPS),
        "dZ_α[J]/dα at α = 0 and Js = 1, two equicorrelated weights",
        Finding.CONTRADICTED,
        Reason.SLIP,
        "Without a source Z is 1 at every α, since E₀[𝒫_r] = 0; the formula is about Z_α[J]. The average is "
        "over all neurons jointly: a product of averages over single ones means nothing for a 𝒫_r that joins "
        "them. Here Z_α[J] = exp(−½J²s²(1 + α)), so the slope is −½J²s²e^(−½J²s²).",
    )
