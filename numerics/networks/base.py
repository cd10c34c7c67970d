"""What every network answers: parameters and their laws, features, kernel.

A network of width N maps x in R^d to

    f(x) = b1 + N^(-1/2) Σ_i a_i s(W_i·x + b_i; x),

with W_k of deviation sw/√d, b and b1 of sb, a of sw. A new network is one class, in a file of its own: a
frozen dataclass with a `kind` that defines `activate`, and as much of `closed_kernel` and
`scalar_activation` as is known. Rooms above that know more about it register (`functools.singledispatch`):
exact moments at `numerics.exact.features.base.closed_moments`, a program of the compiled sampler at
`numerics.sampling.engine.programs.lane_program`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from math import inf, sqrt
from typing import Any, ClassVar, Self, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import did_you_mean, shown
from numerics.errors import InvalidNetwork, NotAvailable
from numerics.given import as_instance, as_number, as_whole
from numerics.kernels.base import Kernel, settle_deviations
from numerics.kernels.scaled import ScaledKernel
from numerics.networks.averages.neuron import Neuron
from numerics.networks.averages.neuron_quadrature import QuadratureKernel
from numerics.networks.joint_law import JointLaw
from numerics.networks.laws import UNIFORM, ParameterLaw
from numerics.networks.parameter_laws import GAUSSIAN_LAWS, Laws, as_law
from numerics.results.faces import Described

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Scalar: TypeAlias = Callable[[float], float]


#: Moments of this order, where features grow like exponentials.
MANY = 64


class Network(Described, ABC):
    """An ensemble of random one-hidden-layer networks.

    Attributes
    ----------
    kind : str
        Short name, as used on the command line and in study files.
    width : int
        Number N of hidden neurons.
    d_in : int
        Dimension of the inputs.
    sigma_w : float
        Standard deviation of the hidden weights times √d_in.
    laws : Laws
        Of hidden weights, biases and output weights.

    Examples
    --------
    >>> from numerics.networks.architectures import network
    >>> net = network("relu", 5)
    >>> isinstance(net, Network), net.kind, net.width, net.d_in
    (True, 'relu', 5, 1)
    """

    kind: ClassVar[str] = ""
    #: Power with which |s(z)| grows: laws of hidden parameters need moments accordingly. None: not known.
    feature_growth: ClassVar[float | None] = None
    #: Numbers that this kind of network does not take, and what to say of them.
    refused: ClassVar[Mapping[str, str]] = {}
    width: int
    d_in: int
    sigma_w: float
    laws: Laws

    @property
    def name(self) -> str:
        """Short name, for tables and messages."""
        return self.kind

    @property
    def identity(self) -> str | None:
        """Text that defines the activation, for what is kept on disk; None if a function of Python does."""
        return None

    @abstractmethod
    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate s(z; x); shapes (m, n) and (n, d_in) -> (m, n)."""

    @property
    def scalar_activation(self) -> Scalar | None:
        """The activation as a function of z alone that Numba compiles; None if there is none."""
        return None

    @property
    def closed_kernel(self) -> Kernel | None:
        """The kernel of Gaussian parameters as a formula; None: by quadrature over the parameters."""
        return None

    @property
    @abstractmethod
    def amplitude_deviation(self) -> float:
        """Standard deviation of the output weights, before their law scales it."""

    @property
    @abstractmethod
    def bias_deviation(self) -> float | None:
        """Standard deviation of the hidden biases, before their law scales it; None for uniform phases."""

    @property
    @abstractmethod
    def bias_variance(self) -> float:
        """Variance of the output bias b1."""

    @property
    def slope(self) -> float:
        """What a hidden weight in units of its law is multiplied by."""
        return self.sigma_w / sqrt(self.d_in) * self.laws.hidden.scale

    @property
    def hidden_bias_deviation(self) -> float | None:
        """What a hidden bias in units of its law is multiplied by; None if biases are uniform phases."""
        deviation = self.bias_deviation
        return None if deviation is None else deviation * self.laws.bias.scale

    @property
    def output_deviation(self) -> float:
        """What an output weight in units of its law is multiplied by."""
        return self.amplitude_deviation * self.laws.output.scale

    @property
    def weight_variance(self) -> float:
        """Variance of the output weights a_i: K_W = weight_variance · E[s s]."""
        joint = self.laws.joint
        if joint is not None:
            return joint.weight_variance(self)
        return self.output_deviation**2 * float(self.laws.output.unit.moment(2))

    @property
    def has_closed_features(self) -> bool:
        """Whether the closed formulas of this network hold with the laws of its hidden parameters."""
        return self.laws.gaussian_hidden

    @property
    def features_are_odd(self) -> bool:
        """Whether odd moments of the features vanish: phases, or an odd activation of even parameters."""
        if self.bias_deviation is None:
            return True
        if not (self.laws.hidden.even and self.laws.bias.even):
            return False
        z, somewhere = np.linspace(0.0, 12.0, 97)[:, np.newaxis], np.full((1, self.d_in), 0.7)
        with np.errstate(all="ignore"):
            found, mirrored = self.activate(z, somewhere), self.activate(-z, somewhere)
        return bool(np.allclose(found, -mirrored, rtol=1e-13, atol=1e-300))

    @property
    def kernel(self) -> Kernel:
        """The propagator K = K_W + bias_variance; it does not depend on the width.

        Raises
        ------
        NotAvailable
            If different neurons contribute to the two-point function, as correlated output weights make those
            whose features have a mean: then it grows with the width.
        """
        joint = self.laws.joint
        if joint is not None and not self.features_are_odd and joint.weight_covariance(self):
            raise NotAvailable(
                f"the two-point function of {self!r} is no kernel that the width leaves alone: its output "
                f"weights are correlated, and features of the {self.name}-net have a mean. exact_correlators "
                "gives it; erf and cos have a kernel"
            )
        return self.kernel_of_one

    @property
    def kernel_of_one(self) -> Kernel:
        """What one neuron contributes to the two-point function, K_W, beside the output bias."""
        closed = self.closed_kernel
        if closed is None:
            growth: Any = "measured"
            length: float | None = sqrt(self.d_in) / self.sigma_w
            return QuadratureKernel(neuron_of(self), self.bias_variance, growth, growth, length)
        if not self.laws.gaussian_hidden:
            return QuadratureKernel(
                neuron_of(self),
                self.bias_variance,
                closed.ray_growth,
                closed.self_growth,
                closed.length_scale,
            )
        factor = self.weight_variance / self.amplitude_deviation**2
        if factor == 1.0 and closed.bias_variance == self.bias_variance:
            return closed
        unit = self.laws.output.unit
        return ScaledKernel(closed, factor, self.bias_variance, unit.moment_error(2) / float(unit.moment(2)))

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

    def with_width(self, width: int) -> Self:
        """Return the same architecture at another width."""
        return cast(Self, replace(cast(Any, self), width=width))

    def with_laws(
        self,
        *,
        hidden: object = None,
        bias: object = None,
        output: object = None,
        output_correlation: float | None = None,
        output_joint: object = None,
    ) -> Self:
        """Return the same architecture with other laws of its parameters; what is not given stays.

        Parameters
        ----------
        hidden, bias, output : str, ParameterLaw or frozen SciPy distribution, optional
            Laws of hidden weights, hidden biases and output weights, in units of their σ; see
            `numerics.networks.parameter_laws.as_law`. The output bias is Gaussian always.
        output_correlation : float, optional
            α, the correlation of any two output weights of a network, −1/(N − 1) < α < 1 for N neurons; for
            Gaussian ones. Where features have mean zero (erf, cos) the two-point function stays what it is,
            and non-Gaussianity survives infinite width; elsewhere it grows with the width.
        output_joint : JointLaw or str, optional
            The joint law of all output weights, such as ``"0.1*p2^2/N"`` for P ∝ P_0 e^(−A); see
            `numerics.networks.joint_laws`.

        Raises
        ------
        InvalidNetwork
            If a law does not go with the network or with another law.
        NotAvailable
            If a law has no moment where one is needed.

        Examples
        --------
        >>> from numerics.networks.erf import ErfNet
        >>> net = ErfNet(width=5).with_laws(output="laplace")
        >>> net, net.kernel == ErfNet(width=5).kernel
        (ErfNet(width=5, sigma_w=1.0, sigma_b=1.0, d_in=1).with_laws(output='laplace'), True)
        """
        given = {"hidden": hidden, "bias": bias, "output": output}
        chosen: dict[str, Any] = {name: as_law(one, name) for name, one in given.items() if one is not None}
        if output_correlation is not None:
            chosen["output_correlation"] = output_correlation
        if output_joint is not None:
            chosen["output_joint"] = output_joint
        return cast(Self, replace(cast(Any, self), laws=replace(self.laws, **chosen)))

    def __repr__(self) -> str:
        shown_fields = [f for f in fields(cast(Any, self)) if f.name != "laws" and self.is_shown(f.name)]
        numbers = ", ".join(f"{f.name}={self._written(f.name)}" for f in shown_fields)
        laws = ", ".join(
            f"{name.removesuffix('_law')}={_short(one)!r}" for name, one in self.laws.named().items()
        )
        return f"{type(self).__name__}({numbers})" + (f".with_laws({laws})" if laws else "")

    def is_shown(self, name: str) -> bool:
        """Whether a field stands in repr and record; those given by name only do where they matter."""
        found = next(f for f in fields(cast(Any, self)) if f.name == name)
        return not found.kw_only or getattr(self, name) != found.default

    def _written(self, name: str) -> str:
        return repr(getattr(self, name))


def _short(law: object) -> object:
    """A law by its text, where it has one that reads back."""
    if isinstance(law, ParameterLaw):
        return str(law)
    return law if not isinstance(law, JointLaw) or law.text is None else law.text


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


class _WithBiases(Network):
    sigma_b: float


@dataclass(frozen=True, repr=False)
class BiasedNetwork(_WithBiases):
    """A network whose output weights have the deviation of the hidden ones, and both layers biases.

    Parameters
    ----------
    output_bias : bool or float, optional
        False: no output bias; a number: its standard deviation, in place of `sigma_b`.
    laws : Laws, optional
        See `Network.with_laws`.

    Raises
    ------
    InvalidNetwork
        If a number is out of range.
    """

    refused: ClassVar[Mapping[str, str]] = {
        "sigma_a": "only the cos-net has amplitudes of their own; leave it out: the {kind}-net draws its "
        "output weights with sigma_w"
    }
    output_bias: bool | float = field(default=True, kw_only=True)
    laws: Laws = field(default=GAUSSIAN_LAWS, kw_only=True)

    def __post_init__(self) -> None:
        settle_numbers(self)
        if not isinstance(self.output_bias, bool):
            needed = "True, False or a standard deviation"
            found = as_number(self.output_bias, "output_bias", InvalidNetwork, needed, least=0.0, most=1e75)
            object.__setattr__(self, "output_bias", found)
        check_laws(self)

    @property
    def amplitude_deviation(self) -> float:
        """Standard deviation sw of the output weights."""
        return self.sigma_w

    @property
    def bias_deviation(self) -> float:
        """Standard deviation sb of the hidden biases."""
        return self.sigma_b

    @property
    def bias_variance(self) -> float:
        """Variance of the output bias: sb² unless `output_bias` says otherwise."""
        return (self.sigma_b if self.output_bias is True else float(self.output_bias)) ** 2


@dataclass(frozen=True, repr=False)
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
    output_bias, laws
        See `BiasedNetwork`; by name only.
    """

    width: int
    sigma_w: float = 1.0
    sigma_b: float = 1.0
    d_in: int = 1


def check_laws(network: Network) -> None:
    """Refuse laws that do not go with a network.

    Raises
    ------
    InvalidNetwork
        If phases are to have another law, a joint law of output weights does not go with the width or another
        law, or output weights have a mean.
    NotAvailable
        If a law has no moment where one is needed.
    """
    laws = network.laws
    if network.bias_deviation is None and laws.bias != Laws().bias:
        raise InvalidNetwork.about(
            "bias_law",
            f"{str(laws.bias)!r} was given, but the {network.name}-net has phases, which are "
            "uniform on (−π, π) already; leave it out",
        )
    if not laws.output.has_moment(2):
        raise NotAvailable.about(
            "output_law",
            f"{str(laws.output)!r} has no variance, and the width multiplies that of the output "
            "weights: take a law with one, such as laplace or student-t:df=5",
        )
    if abs(float(laws.output.moment(1))) > 1e-12 * float(laws.output.moment(2)) ** 0.5:
        raise InvalidNetwork.about(
            "output_law",
            f"{str(laws.output)!r} has the mean {float(laws.output.moment(1)):.3g}: f would grow "
            "like the root of the width. Give the mean to the hidden weights or biases; for odd correlators "
            "take a law of mean zero that is skewed",
        )
    if laws.joint is not None:
        laws.joint.refuse(network)
    refuse_missing_moments(network, 2)


def refuse_missing_moments(network: Network, order: int) -> None:
    """Refuse correlators that are infinite, because a law has no moment of that order.

    Bounded features need no moments of hidden parameters: the momenta of Cos-net may be Cauchy.

    Raises
    ------
    NotAvailable
        Naming the law.
    """
    growth = network.feature_growth or 0.0
    single = 0 if network.laws.joint is not None else order  # a joint law knows its moments itself
    for name, needed in (("hidden", growth * order), ("bias", growth * order), ("output", single)):
        law = getattr(network.laws, name)
        enough = law.light if needed == inf else not needed or law.has_moment(int(np.ceil(needed)))
        if not enough:
            raise NotAvailable.about(
                f"{name}_law",
                f"{str(law)!r} has too heavy tails: {order}-point functions of the "
                f"{network.name}-net would be infinite. Take a law with lighter tails, or for hidden weights "
                "a bounded activation",
            )


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
    >>> from numerics.networks.erf import ErfNet
    >>> ErfNet(np.int8(100), sigma_w=np.float32(0.5))
    ErfNet(width=100, sigma_w=0.5, sigma_b=1.0, d_in=1)
    """
    names = [found.name for found in fields(cast(Any, network))]
    for name in ("width", "d_in"):
        if name in names:
            object.__setattr__(network, name, as_whole(getattr(network, name), name, InvalidNetwork))
    settle_deviations(network, [name for name in ("sigma_w", "sigma_b", "sigma_a") if name in names])


def neuron_of(network: Network) -> Neuron:
    """Describe one hidden neuron for quadrature over its parameters.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> neuron_of(ErfNet(3, sigma_w=2.0, d_in=4)).deviations
    (1.0, 1.0, 1.0, 1.0, 1.0)
    """
    bias, deviation = network.laws.bias.unit, network.hidden_bias_deviation
    if deviation is None:
        # uniform on (−π, π)
        bias, deviation = UNIFORM, float(np.pi / np.sqrt(3.0))
    return Neuron(
        activation=network,
        d_in=network.d_in,
        laws=(*[network.laws.hidden.unit] * network.d_in, bias),
        deviations=(*[network.slope] * network.d_in, deviation),
        weight_variance=network.weight_variance,
    )


def refuse(network: type[Network], name: str, value: object, kind: str) -> InvalidNetwork:
    """Make the error for a number that a kind of network does not take."""
    known = [one.name for one in fields(cast(Any, network)) if one.name not in ("width", "laws")]
    laws = ["hidden_law", "bias_law", "output_law"]
    near = f"; did you mean '{name}_law'?" if f"{name}_law" in laws else did_you_mean(name, [*known, *laws])
    has = f"{', '.join(known)} and the laws {', '.join(laws)}"
    why = network.refused.get(name, f"the {{kind}}-net has no {name}; it has {has}{near}")
    return InvalidNetwork.about(name, f"{shown(value)} was given, but {why.format(kind=kind)}")
