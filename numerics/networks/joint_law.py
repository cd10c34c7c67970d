"""What exact correlators and samplers need to know of output weights that are not independent."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from fractions import Fraction
from math import perm
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.power_sums import parts_of, shared_neurons
from numerics.errors import NotAvailable
from numerics.networks.laws import Invariance, Moment, ParameterLaw

Array = NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)


class _Laws(Protocol):
    @property
    def output(self) -> ParameterLaw:
        """Law of one output weight."""
        ...


class OutputLayer(Protocol):
    """What a joint law needs to know of the network whose output weights it describes; every network does."""

    @property
    def width(self) -> int:
        """Number N of neurons."""
        ...

    @property
    def output_deviation(self) -> float:
        """What an output weight in units of its law is multiplied by."""
        ...

    @property
    def laws(self) -> _Laws:
        """Laws of the parameters; that of the output weights is used."""
        ...


class JointLaw(ABC):
    """A joint law of the output weights a_1 … a_N of a network, the same for every order of the neurons.

    The weights are those that stand in f = b_1 + N^(-1/2) Σ a_i s_i, with the deviation of the network in
    them. They are independent of all other parameters.

    Examples
    --------
    >>> from numerics.networks.joint_laws.deformed_law import DeformedLaw
    >>> issubclass(DeformedLaw, JointLaw)
    True
    """

    @property
    def text(self) -> str | None:
        """The text form, as in ``1/10*p2^2/N``; None for a law made of Python functions."""
        return None

    @property
    def even(self) -> bool:
        """Whether a → −a, all weights at once, leaves the law alone: then odd correlators vanish.

        False where that is not known: moments that vanish are zeros then.
        """
        return self.signs_are_free

    @property
    def signs_are_free(self) -> bool:
        """Whether a change of sign of any single weight leaves the law alone.

        Then odd moments of the features are never needed. False where that is not known.
        """
        return False

    def invariances_of_copies(self, layer: OutputLayer) -> frozenset[Invariance]:
        """What leaves the joint law of n output layers alone that are independent, each of this law.

        A permutation, a change of sign or a rotation acts on the n layers, in the same way for every neuron.
        """
        found = {Invariance.PERMUTATIONS}
        return frozenset(found | {Invariance.SIGNED_PERMUTATIONS} if self.even else found)

    def refuse(self, layer: OutputLayer) -> None:  # noqa: B027 - most laws go with every layer
        """Refuse a network whose width or law of single weights this law does not go with.

        Raises
        ------
        InvalidNetwork
            Saying why.
        """

    @abstractmethod
    def power_sum_moment(self, exponents: tuple[int, ...], network: Any) -> tuple[Moment, float]:
        """Average a product of power sums p_r = Σ a_i^r.

        Parameters
        ----------
        exponents : tuple of int
            r, s, … of E[p_r p_s …].
        network : Network
            An `OutputLayer`: its width, its output deviation and its law of output weights are used.

        Returns
        -------
        value, error : float, or Fraction and float
            The error is a bound. A `Fraction` is exact to that error, and rounding does not add to it.

        Raises
        ------
        NotAvailable
            If the moment is infinite, or there is no way to compute it.
        """

    def power_sum_cumulants(
        self, wanted: "tuple[tuple[int, ...], ...]", network: OutputLayer
    ) -> Mapping[tuple[int, ...], tuple[float, float]]:
        """Joint cumulants κ[p_r, p_s, …] of power sums.

        By moments, whose errors and roundings are carried along: cumulants are of order N, moments of order
        N to the number of factors, so floats lose digits at large widths, and fractions do not.

        Parameters
        ----------
        wanted : tuple of tuple of int
            Exponents r, s, …, descending.
        network : OutputLayer

        Returns
        -------
        mapping of tuple of int to (value, error)
        """
        known = _Cumulants(self, network)
        return {one: known.cumulant(one) for one in wanted}

    def weight_variance(self, layer: OutputLayer) -> float:
        """E[a_i²]."""
        return float(self.power_sum_moment((2,), layer)[0]) / layer.width

    def weight_covariance(self, layer: OutputLayer) -> float:
        """E[a_i a_j] of two different weights; zero where there is only one."""
        if layer.width == 1:
            return 0.0
        pairs, doubt = self.power_sum_moment((1, 1), layer)
        own, rest = self.power_sum_moment((2,), layer)
        exact = isinstance(pairs, Fraction) and isinstance(own, Fraction)
        found = float(pairs - own) if exact else float(pairs) - float(own)
        rounding = 0.0 if exact else 8 * EPS * (abs(float(pairs)) + abs(float(own)))
        small = abs(found) <= doubt + rest + rounding
        return 0.0 if small else found / (layer.width * (layer.width - 1))

    @abstractmethod
    def draw(self, generator: np.random.Generator, network: Any, networks: int) -> Array:
        """Draw output weights of an `OutputLayer`, shape (networks, width)."""


class MomentsOfWeights(JointLaw):
    """A joint law that is known by moments E[a_1^k a_2^l …] of different weights."""

    @abstractmethod
    def weight_moment(self, powers: tuple[int, ...], layer: OutputLayer) -> tuple[Moment, float]:
        """Average a product of powers of different weights, in units of the deviation of the network.

        Parameters
        ----------
        powers : tuple of int
            k, l, …, descending, each one or more; as many as there are weights at most.
        layer : OutputLayer

        Returns
        -------
        value, error
        """

    def power_sum_moment(self, exponents: tuple[int, ...], network: OutputLayer) -> tuple[Moment, float]:
        """Sum over the ways in which factors share neurons; see `JointLaw.power_sum_moment`."""
        value: Any = Fraction(0)
        error = size = 0.0
        for powers, ways in shared_neurons(exponents):
            count = ways * perm(network.width, len(powers))
            if count:
                moment, doubt = self.weight_moment(powers, network)
                value += count * moment
                error += count * doubt
                size += count * abs(float(moment))
        if not isinstance(value, Fraction):
            error += 4 * EPS * size
        scale = decimal(network.output_deviation) ** sum(exponents)
        if isinstance(value, Fraction):
            return value * scale, error * float(scale)
        return float(value) * float(scale), error * float(scale)


class _Cumulants:
    """Joint cumulants of power sums of one law and layer, with a memory."""

    def __init__(self, law: JointLaw, layer: OutputLayer) -> None:
        self._law, self._layer = law, layer
        self._moments: dict[tuple[int, ...], tuple[Moment, float]] = {}
        self._cumulants: dict[tuple[int, ...], tuple[Any, float]] = {}

    def cumulant(self, exponents: tuple[int, ...]) -> tuple[float, float]:
        value, error = self._cumulant(exponents)
        return float(value), error + EPS * abs(float(value)) * isinstance(value, Fraction)

    def _moment(self, exponents: tuple[int, ...]) -> tuple[Moment, float]:
        if exponents not in self._moments:
            self._moments[exponents] = self._law.power_sum_moment(exponents, self._layer)
        return self._moments[exponents]

    def _cumulant(self, exponents: tuple[int, ...]) -> tuple[Any, float]:
        # as `diagrams.combinatorics.power_sums.power_sum_cumulant`, with errors
        if exponents not in self._cumulants:
            first, others = exponents[0], exponents[1:]
            value, error = self._moment(exponents)
            total: Any = value
            size = abs(float(value))
            for taken, left, ways in parts_of(others):
                if left:
                    joined, doubt = self._cumulant((first, *taken))
                    rest, more = self._moment(left)
                    total = total - ways * joined * rest
                    error += ways * (doubt * abs(float(rest)) + abs(float(joined)) * more)
                    size += ways * abs(float(joined) * float(rest))
            if not isinstance(total, Fraction):
                error += 4 * EPS * size
            self._cumulants[exponents] = total, error
        return self._cumulants[exponents]


def decimal(number: float) -> Fraction:
    """The decimal number that was meant: 0.3 is three tenths.

    Examples
    --------
    >>> decimal(0.3)
    Fraction(3, 10)
    """
    return Fraction(repr(float(number)))


def refuse_to_draw(what: str) -> NotAvailable:
    """Make the error for a law that was given without a way to draw."""
    return NotAvailable(f"{what} was given without a function that draws; give it as `sampler`")
