"""A joint law of output weights of your own, from its joint moments."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from numbers import Rational
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from numerics.errors import InvalidNetwork
from numerics.given import as_number
from numerics.networks.joint_law import MomentsOfWeights, OutputLayer, refuse_to_draw
from numerics.networks.laws import Moment

Array = NDArray[np.float64]
#: Joint moments in units of the deviation of the network: powers k >= l >= … of different weights, and N.
JointMoments = Callable[[tuple[int, ...], int], Moment]


@final
@dataclass(frozen=True)
class OwnJointLaw(MomentsOfWeights):
    """A joint law of output weights from its moments E[a_1^k a_2^l …] of different weights.

    Parameters
    ----------
    moments : callable
        ``moments((k, l, …), N)`` is E[a_1^k a_2^l …] at width N, powers descending, in units of the deviation
        of the network. Whole numbers and fractions stay exact, so that cumulants at large widths keep their
        digits. Only products of up to N different weights are asked for.
    sampler : callable, optional
        ``sampler(generator, networks, N)`` draws weights in these units, shape (networks, N).
    name : str, optional
        For messages.

    Raises
    ------
    InvalidNetwork
        If they are no functions, or a moment is no finite number.

    Examples
    --------
    Signs, of which an even number is negative: E[a_1 a_2 … a_N] = 1, and fewer factors are independent.

    >>> from numerics.networks.relu import ReLUNet
    >>> def moments(powers, width):
    ...     odd = sum(power % 2 for power in powers)
    ...     return int(odd in (0, width))
    >>> law = OwnJointLaw(moments, name="even signs")
    >>> law.power_sum_moment((1, 1), ReLUNet(width=2)), law.power_sum_moment((1, 1), ReLUNet(width=3))
    ((Fraction(4, 1), 0.0), (Fraction(3, 1), 0.0))
    """

    moments: JointMoments
    sampler: Callable[[np.random.Generator, int, int], Array] | None = None
    name: str = "own joint law"

    def __post_init__(self) -> None:
        for what, one in (("moments", self.moments), ("sampler", self.sampler)):
            if one is not None and not callable(one):
                raise InvalidNetwork(f"{what} = {shown(one)} was given; a function is needed")

    def __str__(self) -> str:
        return self.name

    def weight_moment(self, powers: tuple[int, ...], layer: OutputLayer) -> tuple[Moment, float]:
        """Ask the function of the user; see `MomentsOfWeights.weight_moment`.

        Raises
        ------
        InvalidNetwork
            If it does not give a finite number.
        """
        found = self.moments(powers, layer.width)
        if isinstance(found, Rational):
            return Fraction(found), 0.0
        needed = f"a finite number E[a_1^k …] for the powers {powers}"
        number = as_number(found, "a moment", InvalidNetwork, needed)
        assert isfinite(number)
        return number, float(np.finfo(np.float64).eps) * abs(number)

    def draw(self, generator: np.random.Generator, network: OutputLayer, networks: int) -> Array:
        """Draw output weights, shape (networks, width).

        Raises
        ------
        NotAvailable
            If no function that draws was given.
        InvalidNetwork
            If it draws another shape.
        """
        if self.sampler is None:
            raise refuse_to_draw(str(self))
        found = np.asarray(self.sampler(generator, networks, network.width), dtype=np.float64)
        if found.shape != (networks, network.width):
            raise InvalidNetwork(
                f"{self} draws the shape {found.shape}; one row for each of {networks} networks with "
                f"{network.width} weights is needed"
            )
        scaled: Array = network.output_deviation * found
        return scaled
