"""Output weights with a density of their length alone: a Gaussian with a quartic term."""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import log10, prod, sqrt
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.numbers import normal_moment
from diagrams.combinatorics.power_sums import power_sum_moment
from numerics.errors import InvalidNetwork, NotAvailable
from numerics.given import as_number
from numerics.networks.joint_law import JointLaw, OutputLayer, decimal
from numerics.networks.laws import GAUSSIAN, Moment

Array = NDArray[np.float64]
#: Digits of the moments at width one, and further ones for every factor of ten in the width: cumulants of
#: ten factors are of order N, moments of order N⁵.
_DIGITS, _DIGITS_BY_WIDTH = 26, 5
#: Steps of the continued fraction, from its first try to where it is given up.
_FIRST_STEPS, _MOST_STEPS = 64, 1 << 20


@final
@dataclass(frozen=True)
class RadialQuarticLaw(JointLaw):
    """Output weights with the density ∝ exp(−|a|²/2σ² − (α/N)|a|⁴), |a|² = Σ a_i².

    Parameters
    ----------
    alpha : float
        α >= 0; its unit is σ^(−4).

    Raises
    ------
    InvalidNetwork
        If α is negative: the density cannot be normalised.

    Notes
    -----
    The direction of a is uniform, so E[p_r p_s …] is that of normal numbers times E|a|^n over
    N (N + 2) … (N + n − 2). Integration by parts gives for t_k = E|a|^(2k)

        (4α/N) t_(k+2) + t_(k+1)/σ² = (N + 2k) t_k,

    a continued fraction for the ratios t_(k+1)/t_k whose convergents lie on either side of them in turn, so
    that two of them are a bound. As the width grows the theory stays Gaussian, with the variance v that
    solves 1/v = 1/σ² + 4αv.

    Examples
    --------
    >>> from numerics.networks.relu import ReLUNet
    >>> law, net = RadialQuarticLaw(0.1), ReLUNet(width=10_000)
    >>> v = float(law.power_sum_moment((2,), net)[0]) / net.width
    >>> abs(1 / v - (1 + 0.4 * v)) < 1e-3
    True
    """

    alpha: float

    def __post_init__(self) -> None:
        needed = "a number that is not negative, for a density that can be normalised,"
        found = as_number(self.alpha, "alpha", InvalidNetwork, needed, least=0.0)
        object.__setattr__(self, "alpha", found)

    @property
    def text(self) -> str:
        """As in ``quartic:alpha=0.1``."""
        return f"quartic:alpha={self.alpha!r}"

    @property
    def signs_are_free(self) -> bool:
        """The density is one of |a|."""
        return True

    def refuse(self, layer: OutputLayer) -> None:
        """Refuse a law of single weights beside this one.

        Raises
        ------
        InvalidNetwork
            Saying so.
        """
        if layer.laws.output.unit != GAUSSIAN:
            raise InvalidNetwork(
                "output weights of a radial law have no law of their own; leave out output_law"
            )

    def power_sum_moment(self, exponents: tuple[int, ...], network: OutputLayer) -> tuple[Moment, float]:
        """Scale the moment of normal numbers; see `JointLaw.power_sum_moment`.

        Raises
        ------
        NotAvailable
            If α is so large that the continued fraction takes too long.
        """
        order, width = sum(exponents), network.width
        if order % 2:
            return Fraction(0), 0.0
        normal = power_sum_moment(exponents, normal_moment, width)
        sigma = decimal(network.output_deviation)
        strength = decimal(self.alpha) * sigma**4  # α in units of σ
        ratios, doubt = length_ratios(strength, width)
        share = prod((one / (width + 2 * k) for k, one in enumerate(ratios[: order // 2])), start=Fraction(1))
        value = normal * share * sigma**order
        return value, abs(float(value)) * doubt * order

    def draw(self, generator: np.random.Generator, network: OutputLayer, networks: int) -> Array:
        """Draw output weights, shape (networks, width): exactly, by rejection from a Gaussian of variance v.

        |a|² of that Gaussian is Nv on average, and accepted with probability exp(−(α/N)(|a|² − Nv)²), which
        is more than one half on average.
        """
        width, sigma = network.width, network.output_deviation
        strength = self.alpha * sigma**4
        variance = 2.0 / (1.0 + sqrt(1.0 + 16.0 * strength))  # 1/v = 1 + 4 α v, in units of σ
        squares, missing = np.empty(networks), np.arange(networks)
        while missing.size:
            tried = variance * generator.chisquare(width, missing.size)
            kept = generator.random(missing.size) < np.exp(
                -strength / width * (tried - width * variance) ** 2
            )
            squares[missing[kept]] = tried[kept]
            missing = missing[~kept]
        directions = generator.standard_normal((networks, width))
        lengths = np.sqrt(np.einsum("ni,ni->n", directions, directions))
        found: Array = sigma * directions * (np.sqrt(squares) / lengths)[:, np.newaxis]
        return found


@lru_cache(maxsize=256)
def length_ratios(strength: Fraction, width: int, count: int = 16) -> tuple[tuple[Fraction, ...], float]:
    """Divide lengths of one power by those of the next lower one, under exp(−|a|²/2σ² − (α/N)|a|⁴).

    Parameters
    ----------
    strength : Fraction
        α σ⁴, not negative.
    width : int
    count : int, optional

    Returns
    -------
    ratios : tuple of Fraction
        E|a|^(2k+2)/E|a|^(2k) in units of σ², for k = 0 … count − 1.
    error : float
        A bound of their relative errors.

    Raises
    ------
    NotAvailable
        If the continued fraction takes too long.
    """
    digits = _DIGITS + int(_DIGITS_BY_WIDTH * log10(width)) + 1
    if strength == 0:
        return tuple(Fraction(width + 2 * k) for k in range(count)), 0.0
    steps, wanted = _FIRST_STEPS, Decimal(10) ** (-digits)
    with localcontext() as context:
        context.prec = digits + 10
        coupling = Decimal(4 * strength.numerator) / Decimal(strength.denominator * width)
        while steps <= _MOST_STEPS:
            one, other = (_backward(coupling, width, count, steps + more) for more in (0, 1))
            doubt = max(abs(a - b) / a for a, b in zip(one, other, strict=True))
            if doubt <= wanted:
                return tuple(Fraction(ratio) for ratio in one), float(doubt) + 10.0**-digits
            steps *= 4
    raise NotAvailable(
        f"alpha = {float(strength):.4g} in units of σ^(−4) was given with {width} neurons; moments of a "
        "quartic law that strong take too long. Take a smaller alpha, or more neurons"
    )


def _backward(coupling: Decimal, width: int, count: int, steps: int) -> list[Decimal]:
    """Ratios from the recursion downwards, r_k = (N + 2k)/(1 + (4α/N) r_(k+1)), begun with zero."""
    ratio, found = Decimal(0), []
    for k in range(steps + count, -1, -1):
        ratio = (width + 2 * k) / (1 + coupling * ratio)
        if k < count:
            found.append(ratio)
    return found[::-1]
