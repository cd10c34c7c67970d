"""Cos-net: random plane waves; its correlators are those of the characteristic function of the momenta."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from numerics.kernels.base import Kernel, as_pair, in_range, no_kinks
from numerics.kernels.stationary import CosKernel
from numerics.networks.base import Network, check_laws, settle_numbers
from numerics.networks.laws import ParameterLaw
from numerics.networks.parameter_laws import GAUSSIAN_LAWS, Laws

Array = NDArray[np.float64]


@final
@dataclass(frozen=True)
class PlaneWaveKernel(Kernel):
    """K_W(x, y) = amplitude · Re ∏_k χ(slope (x_k − y_k)), χ the characteristic function of the momenta.

    For Cauchy momenta this is amplitude · exp(−slope Σ_k |x_k − y_k|).

    Examples
    --------
    >>> from numerics.networks.parameter_laws import as_law
    >>> kernel = PlaneWaveKernel(as_law("cauchy"), slope=2.0, amplitude=0.5)
    >>> float(kernel.weight(np.zeros((1, 1)), np.ones((1, 1)))[0, 0] / np.exp(-2.0))
    0.5
    """

    law: ParameterLaw
    slope: float
    amplitude: float
    d_in: int = 1

    @property
    def identity(self) -> str | None:
        """All that defines the kernel; None for laws without text."""
        numbers = (self.slope, self.amplitude, self.d_in)
        return None if self.law.text is None else f"PlaneWaveKernel({self.law.text!r}, {numbers!r})"

    @property
    def bias_variance(self) -> float:
        """No output bias: K = K_W."""
        return 0.0

    def weight(self, x: Array, y: Array) -> Array:
        """Evaluate K_W; shapes (n, d_in), (m, d_in) -> (n, m)."""
        x, y = as_pair(x, y, self.d_in)
        with in_range(x, y):
            product = np.ones((len(x), len(y)), dtype=np.complex128)
            for k in range(self.d_in):
                product *= self.law.characteristic(self.slope * (x[:, np.newaxis, k] - y[:, k]))
        return self.amplitude * product.real

    def weight_diagonal(self, y: Array) -> Array:
        """Evaluate K_W(y, y); shapes (m, d_in) -> (m,)."""
        return np.full(as_pair(y, y, self.d_in)[0].shape[0], self.amplitude)

    @property
    def ray_growth(self) -> float | None:
        """That of the characteristic function, on the axes."""
        return self.law.characteristic_growth

    @property
    def self_growth(self) -> float:
        """K_W(y, y) is constant."""
        return 0.0

    @property
    def relative_error(self) -> float:
        """That of the characteristic functions, each of which is 1 at most."""
        return self.d_in * self.law.characteristic_accuracy

    @property
    def length_scale(self) -> float:
        """1/slope times the spread of the momenta."""
        return 1.0 / (self.slope * self.law.spread)

    def kinks(self, points: Array) -> tuple[Array, ...]:
        """At the coordinates of the points where momenta have heavy tails, else none."""
        points, _ = as_pair(points, points, self.d_in)
        if self.law.characteristic_smooth:
            return no_kinks(self.d_in)
        return tuple(np.unique(points[:, k]) for k in range(self.d_in))


@final
@dataclass(frozen=True, repr=False)
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
    laws : Laws, optional
        See `Network.with_laws`. Momenta may have any law, such as ``cauchy``: only its characteristic
        function is needed.

    Raises
    ------
    InvalidNetwork
        If a number is out of range.

    Examples
    --------
    >>> CosNet(width=10, sigma_w=2.0).weight_variance
    4.0
    """

    kind: ClassVar[str] = "cos"
    feature_growth: ClassVar[float | None] = 0.0
    refused: ClassVar[Mapping[str, str]] = {
        "sigma_b": "the cos-net has no Gaussian bias (its phases are uniform); leave it out and set "
        "sigma_w (momenta) and sigma_a (amplitudes)"
    }
    width: int
    sigma_w: float = 1.0
    sigma_a: float | None = None
    d_in: int = 1
    laws: Laws = field(default=GAUSSIAN_LAWS, kw_only=True)

    def __post_init__(self) -> None:
        if self.sigma_a is None:
            object.__setattr__(self, "sigma_a", self.sigma_w)
        settle_numbers(self)
        check_laws(self)

    @property
    def amplitude_deviation(self) -> float:
        """Standard deviation sa of the amplitudes, after the default was filled in."""
        return self.sigma_w if self.sigma_a is None else self.sigma_a

    @property
    def bias_deviation(self) -> None:
        """None: the phases are uniform on (−π, π)."""
        return

    @property
    def bias_variance(self) -> float:
        """There is no output bias."""
        return 0.0

    @property
    def has_closed_features(self) -> bool:
        """Plane waves need only the characteristic function of the momenta."""
        return True

    @property
    def closed_kernel(self) -> CosKernel:
        """A Gaussian of |x − y|."""
        return CosKernel(self.sigma_w, self.amplitude_deviation, self.d_in)

    @property
    def kernel_of_one(self) -> Kernel:
        """A Gaussian of |x − y|, or what the characteristic function of the momenta makes of it."""
        if self.laws.gaussian_hidden:
            return super().kernel_of_one
        slope = self.sigma_w / self.d_in**0.5
        return PlaneWaveKernel(self.laws.hidden, slope, self.weight_variance / 2.0, self.d_in)

    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate cos(z), the phase included; shapes (m, n) and (n, d_in) -> (m, n)."""
        return np.cos(preactivations)
