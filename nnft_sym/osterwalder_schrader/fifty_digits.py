r"""The matrix ⟨ΘA·B⟩ at fifty digits, where rounding hides whether an eigenvalue is zero or negative.

Matrices of theories that are reflection positive are singular as soon as there are more monomials than
independent functions: Cauchy momenta leave rank 11 of 16 monomials of degree 0 and 2, and eigenvalues of
−6e-16 are rounding. Correlators are made anew from formulas, in mpmath:

    E_{1..n} = 2⁻ⁿ Σ_{ε = ±1, Σε = 0} ∏_k χ(σ_W Σ_i ε_i x_ik/√d)                       (Cos),
    E_{1..n} = exp[(n²/2 − n) σ_b² + (σ_W²/2d) (|Σ x|² − 2 Σ |x|²)]                     (Gauss),
    E_{1..n} = ((n − 1)!!/2) σ_Wⁿ ∏ |x| at points of one sign              (ReLU, d = 1, no bias),

⟨f … f⟩ from the moments E[aⁿ] E_{1..n} of one neuron by the recursions of moments and cumulants.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import cache, singledispatch
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.pairings import pairings
from nnft_sym.osterwalder_schrader.positivity_matrix import Monomial, PositivityMatrix
from nnft_sym.osterwalder_schrader.positivity_moments import Source
from numerics.kernels.base import Kernel
from numerics.networks.cos import CosNet, PlaneWaveKernel
from numerics.networks.gauss import GaussNet
from numerics.networks.laws import Cauchy, Gaussian, Laplace, ParameterLaw, Uniform
from numerics.networks.momentum_laws import LatticePropagator
from numerics.networks.relu import ReLUNet

if TYPE_CHECKING:
    from numerics.networks.architectures import Network

Array = NDArray[np.float64]
#: A number of mpmath.
Real: TypeAlias = Any
Row: TypeAlias = tuple[int, ...]

#: Digits that are carried, and the size of an eigenvalue that counts as zero among them.
DIGITS, ZERO = 50, 1e-40
#: Matrices of more rows take minutes.
MOST_ROWS = 60


def spectrum_at_fifty_digits(source: Source, matrix: PositivityMatrix) -> list[float] | None:
    """Diagonalise ⟨ΘA·B⟩/√(⟨A²⟩⟨B²⟩) at fifty digits.

    Parameters
    ----------
    source : Network or Kernel
    matrix : PositivityMatrix
        Says which points and monomials.

    Returns
    -------
    list of float or None
        Ascending eigenvalues; zero where they are within 1e-40. None if the moments have no formula, or the
        matrix is too large.

    Examples
    --------
    >>> from numerics.networks.architectures import CosNet
    >>> from nnft_sym.osterwalder_schrader.positivity_matrix import positivity_matrix
    >>> net = CosNet(3, sigma_a=1.0).with_laws(hidden="cauchy", output="rademacher")
    >>> even, _ = positivity_matrix(net, np.array([[0.1], [0.2], [0.5], [1.2], [2.2]]), 4).sectors
    >>> values = spectrum_at_fifty_digits(net, even)
    >>> len(values), sum(one > 0 for one in values), min(values)
    (16, 11, 0.0)
    """
    import mpmath

    if len(matrix.monomials) > MOST_ROWS:
        return None
    with mpmath.workdps(DIGITS):
        points = np.vstack([matrix.reflection(matrix.points), matrix.points])
        full = full_correlators(source, points)
        if full is None:
            return None
        rows, n = matrix.monomials, len(matrix.points)
        roots = [mpmath.sqrt(full(_shifted(one + one, n))) for one in rows]
        roots = [one if one > 0 else mpmath.mpf(1) for one in roots]
        entries = mpmath.matrix(len(rows), len(rows))
        for i, left in enumerate(rows):
            for j, right in enumerate(rows[: i + 1]):
                value = full(tuple(sorted(left + _shifted(right, n)))) / (roots[i] * roots[j])
                entries[i, j] = entries[j, i] = value
        found = sorted(mpmath.eigsy(entries, eigvals_only=True))
        return [float(one) if abs(one) > ZERO else 0.0 for one in found]


def _shifted(one: Monomial, by: int) -> Row:
    return tuple(index + by for index in one)


def full_correlators(source: Source, points: Array) -> Callable[[Row], Real] | None:
    """Give full correlators at non-decreasing rows of point numbers, at the precision of mpmath.

    Returns
    -------
    callable or None
        None if the moments have no formula here.
    """
    import mpmath

    if isinstance(source, Kernel):
        propagator = _propagator(source, points)
        return None if propagator is None else _wick(propagator)
    if source.laws.joint is not None or not source.laws.even_outputs:
        return None
    features = features_of(source, points)
    if features is None:
        return None
    law, deviation = source.laws.output, mpmath.mpf(source.amplitude_deviation)
    bias = mpmath.mpf(source.bias_variance)
    width = mpmath.mpf(source.width)

    @cache
    def moment(row: Row) -> Real:  # of h = a s
        return _exact(law.moment(len(row))) * deviation ** len(row) * features(row)

    @cache
    def cumulant(row: Row) -> Real:
        rest = (cumulant(part) * moment(left) for part, left in _even_parts(row) if left)
        return moment(row) - mpmath.fsum(rest)

    @cache
    def full(row: Row) -> Real:
        if not row or len(row) % 2:
            return mpmath.mpf(0 if row else 1)
        return mpmath.fsum(
            (cumulant(part) * width ** (1 - mpmath.mpf(len(part)) / 2) + (bias if len(part) == 2 else 0))
            * full(left)
            for part, left in _even_parts(row)
        )

    return full


def _even_parts(row: Row) -> list[tuple[Row, Row]]:
    """Parts of even size that hold the first index, with what they leave."""
    found = []
    for size in range(1, len(row), 2):
        for chosen in combinations(range(1, len(row)), size):
            left = tuple(row[place] for place in range(1, len(row)) if place not in chosen)
            found.append(((row[0], *(row[place] for place in chosen)), left))
    return found


def _exact(value: "Fraction | float") -> Real:
    import mpmath

    if isinstance(value, Fraction):
        return mpmath.mpf(value.numerator) / value.denominator
    return mpmath.mpf(value)


def _wick(propagator: Callable[[int, int], Real]) -> Callable[[Row], Real]:
    import mpmath

    @cache
    def full(row: Row) -> Real:
        if not row or len(row) % 2:
            return mpmath.mpf(0 if row else 1)
        return mpmath.fsum(mpmath.fprod(propagator(i, j) for i, j in pairing) for pairing in pairings(row))

    return full


@singledispatch
def characteristic(law: ParameterLaw, t: Real) -> Real | None:
    """E[exp(i t g)] of the standard even variable, at the precision of mpmath; None: there is no formula."""
    return None


@characteristic.register
def _(law: Gaussian, t: Real) -> Real:
    import mpmath

    return mpmath.exp(-t * t / 2)


@characteristic.register
def _(law: Cauchy, t: Real) -> Real:
    import mpmath

    return mpmath.exp(-abs(t))


@characteristic.register
def _(law: Uniform, t: Real) -> Real:
    import mpmath

    return mpmath.sinc(mpmath.sqrt(3) * t)


@characteristic.register
def _(law: Laplace, t: Real) -> Real:
    return 1 / (1 + t * t / 2)


@characteristic.register
def _(law: LatticePropagator, t: Real) -> Real | None:
    import mpmath

    steps = mpmath.nint(t)
    if abs(t - steps) > ZERO:
        return None
    mass = mpmath.mpf(law.mass)
    return mpmath.exp(-2 * mpmath.asinh(mass / 2) * abs(steps))


@singledispatch
def features_of(network: "Network", points: Array) -> Callable[[Row], Real] | None:
    """E[s(x_i) s(x_j) …] at rows of point numbers, at the precision of mpmath; None: there is no formula."""
    return None


@features_of.register
def _(network: CosNet, points: Array) -> Callable[[Row], Real] | None:
    return _plane_waves(network.laws.hidden, network.sigma_w, points)


def _decimals(points: Array) -> list[list[Real]]:
    """Take coordinates as the decimals that they are written as: 0.1 + 0.2 + 0.2 is to be 0.5 exactly."""
    import mpmath

    return [[mpmath.mpf(repr(coordinate)) for coordinate in point] for point in points.tolist()]


def _plane_waves(law: ParameterLaw, sigma_w: float, points: Array) -> Callable[[Row], Real] | None:
    import mpmath

    if not law.even or characteristic(law, mpmath.mpf(1)) is None:
        return None
    slope = mpmath.mpf(sigma_w) * mpmath.mpf(law.scale) / mpmath.sqrt(points.shape[1])
    places = _decimals(points)
    if isinstance(law, LatticePropagator) and any(
        characteristic(law, slope * x) is None for point in places for x in point
    ):
        return None

    def moment(row: Row) -> Real:
        terms = []
        for signs in product((1, -1), repeat=max(len(row) - 1, 0)):
            if 1 + sum(signs) == 0:  # the first sign is +; its mirror image gives the same
                phases = [sum(s * x for s, x in zip((1, *signs), column, strict=True)) for column in zip(
                    *(places[index] for index in row), strict=True)]  # fmt: skip
                terms.append(mpmath.fprod(characteristic(law, slope * phase) for phase in phases))
        return mpmath.fsum(terms) / mpmath.mpf(2) ** (len(row) - 1)

    return moment


@features_of.register
def _(network: GaussNet, points: Array) -> Callable[[Row], Real] | None:
    import mpmath

    if not network.laws.gaussian_hidden:
        return None
    variance, slope = (
        mpmath.mpf(network.sigma_b) ** 2,
        mpmath.mpf(network.sigma_w) ** 2 / (2 * network.d_in),
    )
    places = _decimals(points)

    def moment(row: Row) -> Real:
        n, inputs = len(row), [places[index] for index in row]
        total = mpmath.fsum(mpmath.fsum(column) ** 2 for column in zip(*inputs, strict=True))
        squares = mpmath.fsum(x * x for point in inputs for x in point)
        return mpmath.exp((mpmath.mpf(n * n) / 2 - n) * variance + slope * (total - 2 * squares))

    return moment


@features_of.register
def _(network: ReLUNet, points: Array) -> Callable[[Row], Real] | None:
    import mpmath

    if not network.laws.gaussian_hidden or network.d_in > 1 or network.sigma_b:
        return None
    places, deviation = [point[0] for point in _decimals(points)], mpmath.mpf(network.sigma_w)

    def moment(row: Row) -> Real:
        inputs = [places[index] for index in row]
        if min(inputs) < 0 < max(inputs):
            return mpmath.mpf(0)
        factor = mpmath.fac2(len(row) - 1) / 2 * deviation ** len(row)
        return factor * mpmath.fprod(abs(x) for x in inputs)

    return moment


def _propagator(kernel: Kernel, points: Array) -> Callable[[int, int], Real] | None:
    """The propagator of plane waves, whose characteristic function is known, and of Gaussians."""
    import mpmath

    law: ParameterLaw = Gaussian()
    if kernel.gaussian is not None:
        amplitude, curvature = kernel.gaussian
        slope = float(np.sqrt(curvature * kernel.d_in))
    elif isinstance(kernel, PlaneWaveKernel):
        amplitude, law, slope = kernel.amplitude, kernel.law, kernel.slope * float(np.sqrt(kernel.d_in))
    else:
        return None
    waves = _plane_waves(law, slope, points)
    if waves is None:
        return None
    size, bias = 2 * mpmath.mpf(amplitude), mpmath.mpf(kernel.bias_variance)
    return cache(lambda i, j: size * waves((i, j)) + bias)
