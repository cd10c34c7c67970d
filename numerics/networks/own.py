"""Networks with an activation of the user, or one that has a name; all follows from one function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, ClassVar, cast, final

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from numerics.errors import InvalidNetwork
from numerics.networks.activations import apply_activation, check_activation, name_of
from numerics.networks.base import BiasedNetwork, Scalar
from numerics.networks.expressions import read_activation
from numerics.networks.named import GROWTHS, NAMED

Array = NDArray[np.float64]


@final
@dataclass(frozen=True)
class WrittenActivation:
    """An activation that a text defines: equal texts are equal activations.

    Parameters
    ----------
    text : str
        In the grammar of the floor above, in its normal form, such as ``tanh(z)``.
    function : callable
        What the text was compiled to.
    compiler : callable
        From a text to a `WrittenActivation`; an importable function, by which other processes rebuild it.
    """

    text: str
    function: Scalar = field(compare=False, repr=False)
    compiler: Callable[[str], Any] = field(compare=False, repr=False)

    def __call__(self, z: float) -> float:
        """Evaluate s(z)."""
        return self.function(z)

    def __reduce__(self) -> tuple[Callable[[str], Any], tuple[str]]:
        return self.compiler, (self.text,)


@final
@dataclass(frozen=True, repr=False)
class ActivationNet(BiasedNetwork):
    """Network with any activation s(z), weights and biases as in Erf-net.

    Parameters
    ----------
    width : int
        Number of hidden neurons.
    activation : str or callable
        An expression in z, such as ``"tanh(z)"``, or one of SymPy in any symbol; the name of one of
        `numerics.networks.named`; or a function of one number that Numba compiles (arithmetic and the math
        module), compiled already, or one of `math` or NumPy itself, such as ``math.tanh``.
        It may call other plain functions, which are compiled with it. Kinks and jumps (leaky ReLU, |z|, hard
        tanh, a step) are found, and integrals cut there.
    sigma_w, sigma_b : float
        Standard deviations of weights (times √d_in) and biases.
    d_in : int
        Dimension of the inputs.
    kinks : tuple of float, optional
        Pre-activations at which the activation has a kink or jumps, for those too weak to be found.
    output_bias, laws
        See `BiasedNetwork`; by name only.

    Raises
    ------
    InvalidNetwork
        If a number is out of range, or the function cannot be compiled or is not finite.

    Examples
    --------
    >>> from math import tanh
    >>> def activation(z):
    ...     return tanh(z)
    >>> net = ActivationNet(5, activation, sigma_b=0.5)
    >>> k = net.kernel.weight(np.array([[0.3]]), np.array([[1.0]]))[0, 0]
    >>> bool(0.2 < k < 0.3), net.name, ActivationNet(5, tanh).name
    (True, 'own', 'tanh')
    """

    kind: ClassVar[str] = "own"
    width: int
    activation: Scalar
    sigma_w: float = 1.0
    sigma_b: float = 1.0
    d_in: int = 1
    kinks: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        given: Any = self.activation
        chosen = NAMED.get(given) if isinstance(given, str) else None
        chosen = cast(Scalar, read_activation(given)) if chosen is None else chosen
        object.__setattr__(self, "activation", chosen)
        check_activation(self.scalar_activation)
        object.__setattr__(self, "kinks", _as_kinks(self.kinks))
        super().__post_init__()

    @property
    def name(self) -> str:
        """Name of the activation where it has one, else ``own``."""
        return next((name for name, known in NAMED.items() if known is self.activation), self.kind)

    @property
    def text(self) -> str | None:
        """The activation as text; None for a function of Python, which has none."""
        return self.activation.text if isinstance(self.activation, WrittenActivation) else None

    @property
    def identity(self) -> str | None:
        """The name or the text of the activation with its kinks."""
        known = self.name if self.name != self.kind else self.text
        return None if known is None else f"{known}, {self.kinks!r}"

    @property
    def scalar_activation(self) -> Scalar:
        """The function that is compiled."""
        return self.activation.function if isinstance(self.activation, WrittenActivation) else self.activation

    # A constant of the class for every other network; here it depends on the activation that was given.
    @property
    def feature_growth(self) -> float | None:  # type: ignore[override]
        """Power with which |s(z)| grows, for activations that have a name."""
        return GROWTHS.get(self.name)

    def is_shown(self, name: str) -> bool:
        """Kinks only where some were declared."""
        return bool(self.kinks) if name == "kinks" else super().is_shown(name)

    def _written(self, name: str) -> str:
        return name_of(self.activation) if name == "activation" else super()._written(name)

    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate s(z); shapes (m, n) and (n, d_in) -> (m, n)."""
        return apply_activation(self.scalar_activation, preactivations)


def _as_kinks(kinks: object) -> tuple[float, ...]:
    try:
        found = tuple(sorted({float(k) for k in np.atleast_1d(np.asarray(kinks, dtype=np.float64))}))
    except (TypeError, ValueError):
        found = (float("nan"),)
    if not all(isfinite(k) for k in found):
        raise InvalidNetwork(
            f"kinks = {shown(kinks)} was given; finite pre-activations are needed, such as (0.0,)"
        )
    return found
