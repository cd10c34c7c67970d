"""Other distributions of the weights: uniform ones, and output weights that are correlated.

Every parameter keeps its variance; only the law changes. What follows from that:

- uniform output weights over Gaussian hidden ones leave the kernel alone; moments of one neuron are
  E[a^n] E_{1..n} with E[a^n] = (√3 σ_a)^n/(n + 1), so κ_4 gains κ_4(a) E_1234 = −(6/5) σ_a⁴ E_1234;
- uniform hidden weights or biases change the features' moments, the kernel first of all, which are then
  computed by quadrature over the parameters (`numerics.networks.averages.neuron_quadrature`);
- correlated output weights a ~ N(0, σ_a² [(1 − α) 1 + α 1 1ᵀ]) are not independent neurons any more. For
  features of mean zero the two-point function stays what it is and, for every α > 0, non-Gaussianity survives
  infinite width: G_c^(4) = σ_a⁴ [(3 E_1234 − Σ_3 E E)/N + 2α² (1 − 1/N) Σ_3 E E].
"""

from dataclasses import dataclass, replace
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import did_you_mean, shown
from numerics.errors import InvalidNetwork, NotAvailable
from numerics.given import as_number
from numerics.kernels.base import Kernel
from numerics.networks.architectures import CosNet, ErfNet, Network, as_network
from numerics.networks.averages.neuron_quadrature import GAUSSIAN, UNIFORM, Neuron, QuadratureKernel

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

LAWS = (GAUSSIAN, UNIFORM)


@final
@dataclass(frozen=True)
class ReweightedNet(Network):
    """A network whose parameters follow other laws of the same variances.

    Parameters
    ----------
    base : Network
        The architecture, with its standard deviations.
    hidden, bias, output : {"gaussian", "uniform"}, optional
        Laws of the hidden weights, the hidden biases (the phases of Cos-net stay what they are) and the
        output weights. The output bias is Gaussian always.
    output_correlation : float, optional
        α, the correlation of any two output weights of a network, 0 <= α < 1; for Gaussian ones.

    Raises
    ------
    InvalidNetwork
        If a law is unknown or does not go with the network or with another law.

    Examples
    --------
    >>> net = ReweightedNet(ErfNet(width=5), output="uniform")
    >>> net.width, net.weight_variance, net.kernel == ErfNet(width=5).kernel
    (5, 1.0, True)
    """

    name: ClassVar[str] = "reweighted"
    base: Network
    hidden: str = GAUSSIAN
    bias: str = GAUSSIAN
    output: str = GAUSSIAN
    output_correlation: float = 0.0

    def __post_init__(self) -> None:
        as_network(self.base)
        for label, law in (("hidden", self.hidden), ("bias", self.bias), ("output", self.output)):
            if not isinstance(law, str) or law not in LAWS:
                near = did_you_mean(law, LAWS)
                raise InvalidNetwork(
                    f"{label} = {shown(law)} was given; the laws are {' and '.join(LAWS)}{near}"
                )
        if isinstance(self.base, ReweightedNet):
            raise InvalidNetwork("the network is reweighted already; give all laws at once")
        if self.base.hidden_bias_deviation is None and self.bias != GAUSSIAN:
            raise InvalidNetwork(
                f"bias = {self.bias!r} was given, but the {self.base.name}-net has phases, which are "
                "uniform on (−π, π) already; leave bias out"
            )
        needed = "a number α with 0 <= α < 1"
        given, name = self.output_correlation, "output_correlation"
        alpha = as_number(given, name, InvalidNetwork, needed, least=0.0, below=1.0)
        object.__setattr__(self, name, alpha)
        if alpha > 0.0 and self.output != GAUSSIAN:
            raise InvalidNetwork(
                "correlated output weights are Gaussian; leave out output, or the correlation"
            )
        if alpha > 0.0 and not isinstance(self.base, ErfNet | CosNet):
            raise InvalidNetwork(
                f"the features of the {self.base.name}-net need not have mean zero, so with correlated "
                "output weights its two-point function would grow with the width; erf and cos can be had"
            )

    # These are fields of other networks and read through here. All networks are frozen, so nobody can assign
    # to either, which is what the type checker would guard.
    @property
    def width(self) -> int:  # type: ignore[override]
        """Number of hidden neurons."""
        return self.base.width

    @property
    def d_in(self) -> int:  # type: ignore[override]
        """Dimension of the inputs."""
        return self.base.d_in

    @property
    def sigma_w(self) -> float:  # type: ignore[override]
        """Standard deviation of the hidden weights times √d_in."""
        return self.base.sigma_w

    @property
    def kernel(self) -> Kernel:
        """That of the architecture, or a quadrature where hidden parameters are uniform."""
        kernel = self.base.kernel
        if self.hidden == GAUSSIAN and self.bias == GAUSSIAN:
            return kernel
        # a bounded momentum makes the kernel of Cos-net a product of sin(t)/t, which decays like a power
        growth = -1.0 if isinstance(self.base, CosNet) else kernel.ray_growth
        return QuadratureKernel(
            neuron_of(self), kernel.bias_variance, growth, kernel.self_growth, kernel.length_scale
        )

    @property
    def weight_variance(self) -> float:
        """Variance of the output weights."""
        return self.base.weight_variance

    @property
    def hidden_bias_deviation(self) -> float | None:
        """Standard deviation of the hidden biases; None for phases."""
        return self.base.hidden_bias_deviation

    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate s(z; x); shapes (m, n) and (n, d_in) -> (m, n)."""
        return self.base.activate(preactivations, points)

    def with_width(self, width: int) -> "ReweightedNet":
        """Return the same architecture and laws at another width."""
        return replace(self, base=self.base.with_width(width))


def laws_of(network: Network) -> tuple[str, str, str, float]:
    """Return the laws of hidden weights, biases and output weights, and the output correlation.

    Examples
    --------
    >>> laws_of(ErfNet(3))
    ('gaussian', 'gaussian', 'gaussian', 0.0)
    """
    if isinstance(network, ReweightedNet):
        return network.hidden, network.bias, network.output, float(network.output_correlation)
    return GAUSSIAN, GAUSSIAN, GAUSSIAN, 0.0


def neuron_of(network: Network) -> Neuron:
    """Describe one hidden neuron for quadrature over its parameters.

    Examples
    --------
    >>> neuron_of(ErfNet(3, sigma_w=2.0, d_in=4)).deviations
    (1.0, 1.0, 1.0, 1.0, 1.0)
    """
    hidden, bias, _, _ = laws_of(network)
    deviation = network.hidden_bias_deviation
    slope = network.sigma_w / float(np.sqrt(network.d_in))
    base = network.base if isinstance(network, ReweightedNet) else network
    if deviation is None:
        # uniform on (−π, π)
        bias, deviation = UNIFORM, float(np.pi / np.sqrt(3.0))
    return Neuron(
        activation=base,
        d_in=network.d_in,
        laws=(*[hidden] * network.d_in, bias),
        deviations=(*[slope] * network.d_in, deviation),
        weight_variance=network.weight_variance,
    )


def output_moments(network: Network, components: Indices) -> Array:
    """Moments of products of output weights: E[a_i … a_j] over outputs that are independent.

    Parameters
    ----------
    network : Network
    components : ndarray of int, shape (M, n)
        Which output each of the n factors belongs to.

    Returns
    -------
    ndarray, shape (M,)

    Examples
    --------
    >>> output_moments(ErfNet(3), np.array([[0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]])).tolist()
    [3.0, 1.0, 0.0]
    """
    table = np.array([output_moment(network, order) for order in range(components.shape[1] + 1)])
    product = np.ones(len(components))
    for output in np.unique(components):
        product *= table[np.count_nonzero(components == output, axis=1)]
    return product


def output_moment(network: Network, order: int) -> float:
    """Moment E[a^n] of an output weight.

    Parameters
    ----------
    network : Network
    order : int
        n, zero or more.

    Returns
    -------
    float
        (n − 1)!! σ_a^n for Gaussian, (√3 σ_a)^n/(n + 1) for uniform weights; zero for odd n.

    Raises
    ------
    NotAvailable
        If the output weights are correlated: the neurons are not independent then.

    Examples
    --------
    >>> output_moment(ErfNet(3), 4), output_moment(ReweightedNet(ErfNet(3), output="uniform"), 4)
    (3.0, 1.8)
    """
    _, _, law, correlation = laws_of(network)
    if correlation > 0.0:
        raise NotAvailable(
            "exact correlators need independent neurons, and the output weights are correlated "
            f"(α = {correlation:g}); sample the network, or use the 4-point function that "
            "`numerics.networks.weight_laws` gives"
        )
    if order % 2:
        return 0.0
    if law == UNIFORM:
        return float((3.0 * network.weight_variance) ** (order // 2) / (order + 1))
    return float(np.prod(np.arange(order - 1, 0, -2))) * network.weight_variance ** (order // 2)
