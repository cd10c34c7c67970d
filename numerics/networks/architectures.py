"""Definitions of the architectures: one definition gives sampler parameters, kernel and exact moments.

What to use when: `ErfNet`, `ReLUNet`, `GaussNet` and `CosNet` for the networks of the literature, or by name
`network`; `numerics.networks.own.ActivationNet` for an activation of one's own;
`numerics.networks.weight_laws.ReweightedNet` for other distributions of the weights.

A network of width N maps x in R^d to

    f(x) = b1 + N^(-1/2) Σ_i a_i s(W_i·x + b_i; x),

with W_k ~ N(0, sw²/d), b, b1 ~ N(0, sb²), a ~ N(0, sw²) for Erf-, ReLU- and Gauss-net. The Cos-net has no
output bias, b uniform on (−π, π) and a ~ N(0, sa²). (Halverson, Maiti and Stoner, arXiv:2008.08601.)
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, cast, final

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from diagrams.messages import did_you_mean, shown
from numerics.errors import InvalidNetwork
from numerics.given import as_instance, as_whole
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.base import Kernel, settle_deviations
from numerics.kernels.stationary import CosKernel, GaussKernel

Array = NDArray[np.float64]


class Network(ABC):
    """An ensemble of random one-hidden-layer networks.

    Attributes
    ----------
    name : str
        Short name, as used on the command line.
    width : int
        Number N of hidden neurons.
    d_in : int
        Dimension of the inputs.
    sigma_w : float
        Standard deviation of the hidden weights times √d_in.
    """

    name: ClassVar[str]
    width: int
    d_in: int
    sigma_w: float

    @property
    @abstractmethod
    def kernel(self) -> Kernel:
        """The propagator K = K_W + bias_variance; it does not depend on the width."""

    @property
    @abstractmethod
    def weight_variance(self) -> float:
        """Variance of the output weights a_i: K_W = weight_variance · E[s s]."""

    @property
    @abstractmethod
    def hidden_bias_deviation(self) -> float | None:
        """Standard deviation of the Gaussian hidden biases; None if they are uniform on (−π, π)."""

    @abstractmethod
    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate s(z; x); shapes (m, n) and (n, d_in) -> (m, n)."""

    def features(self, weights: Array, biases: Array, points: Array) -> Array:
        """Evaluate the hidden layer for given parameters.

        Parameters
        ----------
        weights : ndarray, shape (m, d_in)
            One row W per neuron.
        biases : ndarray, shape (m,)
        points : ndarray, shape (n, d_in)

        Returns
        -------
        ndarray, shape (m, n)
            s(W·x + b; x).
        """
        return self.activate(weights @ points.T + biases[:, np.newaxis], points)

    @property
    def bias_variance(self) -> float:
        """Variance of the output bias b1."""
        return self.kernel.bias_variance

    def with_width(self, width: int) -> "Network":
        """Return the same architecture at another width."""
        return cast(Network, replace(cast(Any, self), width=width))


def as_network(network: object) -> Network:
    """Return a network, or say how to make one.

    Raises
    ------
    InvalidNetwork
        If it is none.

    Examples
    --------
    >>> as_network("erf")
    Traceback (most recent call last):
    numerics.errors.InvalidNetwork: network = 'erf' was given; a network, such as ErfNet(width=5) or ...
    """
    needed = 'a network, such as ErfNet(width=5) or network("erf", 5),'
    return as_instance(network, Network, "network", InvalidNetwork, needed)


class BiasedNetwork(Network):
    """A network whose output weights have the variance of the hidden ones, and both layers biases.

    Attributes
    ----------
    sigma_b : float
        Standard deviation of hidden and output biases.
    """

    sigma_b: float

    @property
    def weight_variance(self) -> float:
        """Variance sw² of the output weights."""
        return self.sigma_w**2

    @property
    def hidden_bias_deviation(self) -> float:
        """Standard deviation sb of the hidden biases."""
        return self.sigma_b


@dataclass(frozen=True)
class PublishedNetwork(BiasedNetwork):
    """A biased network that its numbers define: the fields of Erf-, ReLU- and Gauss-net.

    Parameters
    ----------
    width : int
        Number of hidden neurons.
    sigma_w, sigma_b : float
        Standard deviations of weights (times √d_in) and biases.
    d_in : int
        Dimension of the inputs.

    Raises
    ------
    InvalidNetwork
        If a number is out of range.
    """

    width: int
    sigma_w: float = 1.0
    sigma_b: float = 1.0
    d_in: int = 1

    def __post_init__(self) -> None:
        settle_numbers(self)


@final
class ErfNet(PublishedNetwork):
    """Network with activation erf(z).

    Parameters `width`, `sigma_w` = 1, `sigma_b` = 1 and `d_in` = 1 as in `PublishedNetwork`.

    Examples
    --------
    >>> ErfNet(width=5).weight_variance
    1.0
    """

    name: ClassVar[str] = "erf"

    @property
    def kernel(self) -> ErfKernel:
        """The kernel of Williams (1998), plus the output bias."""
        return ErfKernel(self.sigma_w, self.sigma_b, self.d_in)

    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate erf(z); shapes (m, n) and (n, d_in) -> (m, n)."""
        s: Array = erf(preactivations)
        return s


@final
@dataclass(frozen=True)
class ReLUNet(PublishedNetwork):
    """Network with activation max(z, 0); without bias unless `sigma_b` is given.

    Parameters `width`, `sigma_w` = 1, `sigma_b` = 0 and `d_in` = 1 as in `PublishedNetwork`.

    Examples
    --------
    >>> ReLUNet(width=20).bias_variance
    0.0
    """

    name: ClassVar[str] = "relu"
    # the same field, with the default of the literature
    sigma_b: float = 0.0

    @property
    def kernel(self) -> ReLUKernel:
        """The arc-cosine kernel of degree one (Cho and Saul 2009), plus the output bias."""
        return ReLUKernel(self.sigma_w, self.sigma_b, self.d_in)

    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate max(z, 0); shapes (m, n) and (n, d_in) -> (m, n)."""
        return np.maximum(preactivations, 0.0)


@final
class GaussNet(PublishedNetwork):
    """Network with feature exp(z − sb² − sw²|x|²/d): the normalised exponential of arXiv:2008.08601.

    Written as one exponential, because exp(z)/√exp(2(sb² + sw²|x|²/d)) overflows at moderate inputs.

    Parameters `width`, `sigma_w` = 1, `sigma_b` = 1 and `d_in` = 1 as in `PublishedNetwork`.

    Examples
    --------
    >>> GaussNet(width=100).kernel.gaussian
    (1.0, 1.0)
    """

    name: ClassVar[str] = "gauss"

    @property
    def kernel(self) -> GaussKernel:
        """A Gaussian of |x − y|, plus the output bias."""
        return GaussKernel(self.sigma_w, self.sigma_b, self.d_in)

    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate exp(z − sb² − sw²|x|²/d); shapes (m, n) and (n, d_in) -> (m, n)."""
        squares = np.einsum("ik,ik->i", points, points)
        shift = self.sigma_b**2 + self.sigma_w**2 / self.d_in * squares
        s: Array = np.exp(preactivations - shift)
        return s


@final
@dataclass(frozen=True)
class CosNet(Network):
    """Network with feature cos(W·x + c), c uniform on (−π, π), and no output bias.

    Parameters
    ----------
    width : int
        Number of hidden neurons.
    sigma_w : float
        Standard deviation of the momenta W, times √d_in.
    sigma_a : float, optional
        Standard deviation of the amplitudes; `sigma_w` if not given.
    d_in : int
        Dimension of the inputs.

    Raises
    ------
    InvalidNetwork
        If a number is out of range.

    Examples
    --------
    >>> CosNet(width=10, sigma_w=2.0).weight_variance
    4.0
    """

    name: ClassVar[str] = "cos"
    width: int
    sigma_w: float = 1.0
    sigma_a: float | None = None
    d_in: int = 1

    def __post_init__(self) -> None:
        if self.sigma_a is None:
            object.__setattr__(self, "sigma_a", self.sigma_w)
        settle_numbers(self)

    @property
    def amplitude_deviation(self) -> float:
        """Standard deviation sa of the amplitudes, after the default was filled in."""
        return self.sigma_w if self.sigma_a is None else self.sigma_a

    @property
    def kernel(self) -> CosKernel:
        """A Gaussian of |x − y|."""
        return CosKernel(self.sigma_w, self.amplitude_deviation, self.d_in)

    @property
    def weight_variance(self) -> float:
        """Variance sa² of the amplitudes."""
        return self.amplitude_deviation**2

    @property
    def hidden_bias_deviation(self) -> None:
        """None: the phases are uniform on (−π, π)."""
        return

    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate cos(z), the phase included; shapes (m, n) and (n, d_in) -> (m, n)."""
        return np.cos(preactivations)


NETWORK_NAMES = (ErfNet.name, ReLUNet.name, GaussNet.name, CosNet.name)


def network(
    name: str,
    width: int,
    sigma_w: float | None = None,
    sigma_b: float | None = None,
    sigma_a: float | None = None,
    d_in: int = 1,
) -> Network:
    """Make a network from its name.

    Parameters
    ----------
    name : {"erf", "relu", "gauss", "cos"}
        The architecture, in small or capital letters.
    width : int
        Number of hidden neurons.
    sigma_w : float, optional
        Standard deviation of the weights (of the momenta for Cos); default 1.
    sigma_b : float, optional
        Standard deviation of the biases; default 1, ReLU 0; refused for Cos.
    sigma_a : float, optional
        Cos only: standard deviation of the amplitudes; default `sigma_w`.
    d_in : int
        Dimension of the inputs.

    Returns
    -------
    Network

    Raises
    ------
    InvalidNetwork
        If the name is unknown, a number is out of range, or a parameter does not belong to the net.

    Examples
    --------
    >>> network("relu", 20)
    ReLUNet(width=20, sigma_w=1.0, sigma_b=0.0, d_in=1)
    """
    kind = name.strip().lower() if isinstance(name, str) else ""
    if kind not in NETWORK_NAMES:
        near = did_you_mean(kind, NETWORK_NAMES)
        raise InvalidNetwork(
            f"unknown network {shown(name)}; the known ones are {', '.join(NETWORK_NAMES)}{near}"
        )
    given = {key: value for key, value in (("sigma_w", sigma_w), ("sigma_b", sigma_b)) if value is not None}
    if kind == CosNet.name:
        if sigma_b is not None:
            raise InvalidNetwork(
                f"sigma_b = {shown(sigma_b)} was given, but the cos-net has no Gaussian bias (its phases are "
                "uniform); leave sigma_b out and set sigma_w (momenta) and sigma_a (amplitudes)"
            )
        return CosNet(width, sigma_a=sigma_a, d_in=d_in, **given)
    if sigma_a is not None:
        raise InvalidNetwork(
            f"sigma_a = {shown(sigma_a)} was given, but only the cos-net has amplitudes of their own; "
            f"leave sigma_a out: the {kind}-net draws its output weights with sigma_w"
        )
    biased = {net.name: net for net in (ErfNet, ReLUNet, GaussNet)}[kind]
    return biased(width, d_in=d_in, **given)


def settle_numbers(network: object) -> None:
    """Turn the numbers of a new network into ``int`` and ``float``, once and for all.

    Parameters
    ----------
    network : dataclass with some of the fields width, d_in, sigma_w, sigma_b, sigma_a
        Frozen; its fields are set to the converted numbers.

    Raises
    ------
    InvalidNetwork
        Naming the first number that is out of range, or none.

    Examples
    --------
    >>> ErfNet(np.int8(100), sigma_w=np.float32(0.5))
    ErfNet(width=100, sigma_w=0.5, sigma_b=1.0, d_in=1)
    """
    names = [field.name for field in fields(cast(Any, network))]
    for name in ("width", "d_in"):
        if name in names:
            object.__setattr__(network, name, as_whole(getattr(network, name), name, InvalidNetwork))
    settle_deviations(network, [name for name in ("sigma_w", "sigma_b", "sigma_a") if name in names])
