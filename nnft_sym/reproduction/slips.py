"""Slips of the talk on free fields, statistics and averages: T1–T4, T14, T16."""

import numpy as np

from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.fitted_couplings import Couplings
from nnft_sym.reproduction.setups import PublishedSetup
from nnft_sym.reproduction.tensors import exact_tensor
from numerics.exact.correlators import exact_correlators
from numerics.results.estimate import Estimate

#: Mass, length and number of points of the line on which the spectrum of the free action is looked at.
MASS, LENGTH, SITES = 1.0, 20.0, 400


def log_likelihood(couplings: Couplings) -> Claim:
    """Give T1: the sign of the action."""
    return _words(
        "T1",
        "the action is the log-likelihood",
        "talk, “What are Neural Networks?” and both dictionaries",
        "S = log P",
        "S = −log P. With the other sign the most likely fields would have the largest action.",
    )


def letters(couplings: Couplings) -> Claim:
    """Give T14: one letter for several things."""
    return _words(
        "T14",
        "P(h|a = 0) and α; two examples (a); Z₀ in the correlators of the interacting theory",
        "talk, “Cumulants via Duality”, “Symmetry via Duality”, “Weakly Coupled …”",
        "one letter, one meaning",
        "The vector of correlations is α throughout, the second example is (b), and Z₀ is Z at J = 0 with "
        "all interactions.",
    )


def _words(key: str, text: str, place: str, published: str, right: str) -> Claim:
    """A claim about notation, which no number can show."""
    return Claim(key, text, place, published, None, "", Finding.NOT_TESTABLE, Reason.NOTATION, right)


def free_spectrum(mass: float, length: float, sites: int, sign: float, front: float) -> np.ndarray:
    """Eigenvalues of front·(sign·□ + m²) on a line whose ends are held, by second differences.

    Parameters
    ----------
    mass, length : float
    sites : int
        Points inside.
    sign : float
        −1 is the Euclidean operator.
    front : float
        ½ in the action.

    Returns
    -------
    ndarray, shape (sites,)
        Ascending.

    Examples
    --------
    The lowest mode of ½(−□ + m²) is ½(m² + (π/L)²):

    >>> import numpy as np
    >>> lowest = free_spectrum(1.0, 20.0, 400, -1.0, 0.5)[0]
    >>> bool(abs(lowest - 0.5 * (1 + (np.pi / 20) ** 2)) < 1e-6)
    True
    """
    # imported here: only this statement needs it
    from scipy.linalg import eigvalsh_tridiagonal

    step = length / (sites + 1)
    diagonal = np.full(sites, front * (mass**2 - 2.0 * sign / step**2))
    found: np.ndarray = eigvalsh_tridiagonal(diagonal, np.full(sites - 1, front * sign / step**2))
    return found


def free_action(couplings: Couplings) -> Claim:
    """Give T2: the spectrum of the free action on a line."""
    printed = free_spectrum(MASS, LENGTH, SITES, 1.0, 1.0)
    right = float(free_spectrum(MASS, LENGTH, SITES, -1.0, 0.5)[0])
    continuum = 0.5 * (MASS**2 + (np.pi / LENGTH) ** 2)
    unstable = int((printed < 0).sum())
    return Claim(
        "T2",
        "the free scalar has S = ∫φ(□ + m²)φ",
        "talk, “Free Neural Network Field Theories”",
        "□ + m²",
        Estimate(right, abs(right - continuum)),
        f"smallest eigenvalue of ½(−□ + m²), m = {MASS:g}, line of length {LENGTH:g}",
        Finding.CONTRADICTED,
        Reason.SLIP,
        f"Euclidean is S = ½∫φ(−□ + m²)φ, with only positive modes. As printed, {unstable} of {SITES} "
        "modes on "
        f"the same lattice have a negative action, down to {printed[0]:.4g}, and are not "
        "normalisable; without "
        "½ the propagator would be half of 1/(p² + m²).",
    )


def one_neuron(couplings: Couplings) -> Claim:
    """Give T3: neurons need not be Gaussian."""
    setup = PublishedSetup("erf", 1)
    exact = exact_correlators(setup.network(1), [[1.0]], (2, 4))
    weight = float(setup.network(1).kernel.weight(np.ones((1, 1)), np.ones((1, 1)))[0, 0])
    one = exact.connected()[4][0, 0, 0, 0] / weight**2
    wide = exact.at_width(1000).connected()[4][0, 0, 0, 0] / weight**2
    return Claim(
        "T3",
        "neurons are drawn from a Gaussian distribution",
        "talk, “Free Neural Network Field Theories”",
        0.0,
        one,
        "excess kurtosis of one neuron of Erf-net at x = 1",
        Finding.CONTRADICTED,
        Reason.SLIP,
        f"Neurons need only be independent, alike and of finite variance: theirs is not a Gaussian, that of "
        f"their sum becomes one. At N = 1000 the excess kurtosis is {float(wide):.4g}.",
    )


def fall_of_all_orders(couplings: Couplings) -> Claim:
    """Give T4: ΔG⁽⁶⁾ has two powers of 1/N."""
    exact = couplings.exact(PublishedSetup("relu", 1)).at_width(2)
    one, first = exact.at_width(1), (0,) * 6
    limit = one.excess()[6][first] - one.connected()[6][first]
    found = exact.excess()[6][first] * 2.0 / limit
    return Claim(
        "T4",
        "ΔG⁽ⁿ⁾ ∝ 1/N for n > 2",
        "talk, “Some Results”",
        1.0,
        found,
        "N ΔG⁽⁶⁾ at N = 2 over its limit, ReLU-net",
        Finding.REFINED,
        Reason.SLIP,
        "The leading term. Exactly ΔG⁽⁴⁾ = κ₄/N and ΔG⁽⁶⁾ = a/N + b/N², and connected functions fall like "
        "N^(1 − n/2).",
    )


def which_average(couplings: Couplings) -> Claim:
    """Give T16: over which elements λ is averaged."""
    setup = PublishedSetup("erf", 1)
    tensor = exact_tensor(couplings, setup)
    indices = couplings.exact(setup)[4].indices
    weights = np.array([_orderings(row) for row in indices.tolist()], dtype=np.float64)
    everything = (tensor * weights).sum() / float(weights.sum())
    distinct = tensor.mean()
    return Claim(
        "T16",
        "λ is averaged over all elements of its tensor",
        "talk, “Estimate λ from 4-pt function expts”",
        float(everything),
        distinct,
        "mean over the 126 distinct elements, Erf-net N = 5, Λ = 100",
        Finding.REFINED,
        Reason.SLIP,
        "All 1,296 elements count the same numbers up to 24 times: their mean is "
        f"{float(everything):.4g}. Either "
        f"mean says something only where the tensor is nearly constant; here its standard deviation is "
        f"{float(np.std(tensor.value)):.3g}, from {float(tensor.value.min()):.3g} to "
        f"{float(tensor.value.max()):.3g}.",
    )


def _orderings(row: list[int]) -> int:
    """Count the orders in which indices can be written."""
    from math import factorial, prod

    return factorial(len(row)) // prod(factorial(row.count(one)) for one in set(row))
