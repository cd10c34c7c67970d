"""Activations that have a name: plain functions of one number, for the compiler."""

from collections.abc import Callable, Mapping
from math import erfc, exp, log1p, sin, sqrt, tanh
from types import MappingProxyType
from typing import TypeAlias

Scalar: TypeAlias = Callable[[float], float]


def gelu(z: float) -> float:
    """Gaussian error linear unit, z Φ(z) (Hendrycks and Gimpel, arXiv:1606.08415)."""
    # the complement keeps its digits far below zero, where 1 + erf is all rounding
    return 0.5 * z * erfc(-z / sqrt(2.0))


def sigmoid(z: float) -> float:
    """1/(1 + e^(−z)), without overflow."""
    small = exp(-abs(z))
    return 1.0 / (1.0 + small) if z >= 0.0 else small / (1.0 + small)


def silu(z: float) -> float:
    """Sigmoid linear unit, z/(1 + e^(−z)), also called swish."""
    small = exp(-abs(z))
    return z / (1.0 + small) if z >= 0.0 else z * small / (1.0 + small)


def softplus(z: float) -> float:
    """log(1 + e^z), without overflow."""
    return max(z, 0.0) + log1p(exp(-abs(z)))


def leaky_relu(z: float) -> float:
    """Z above zero, z/100 below."""
    return z if z > 0.0 else 0.01 * z


#: By name; a network of `numerics.networks.own.ActivationNet` with one of these has its name.
NAMED: Mapping[str, Scalar] = MappingProxyType(
    {
        "tanh": tanh,
        "gelu": gelu,
        "silu": silu,
        "sigmoid": sigmoid,
        "softplus": softplus,
        "leaky_relu": leaky_relu,
        "sin": sin,
    }
)
#: Powers with which they grow.
GROWTHS: Mapping[str, float] = MappingProxyType(
    {name: float(name in ("gelu", "silu", "softplus", "leaky_relu")) for name in NAMED}
)
