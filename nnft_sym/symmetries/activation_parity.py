"""What an activation does when its argument changes: sign, period, and inputs beside the argument."""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from nnft_sym.symmetries.groups import Element
from numerics.fields.field_set import FieldSet
from numerics.networks.base import Network

Array = NDArray[np.float64]

#: Agreement of two values of an activation that counts as equal, over the larger.
_EQUAL = 1e-13
#: Arguments that are looked at, and the largest of them; they lie on no lattice, which a period could meet.
_ARGUMENTS, _FARTHEST = 400, 40.0


class Parity(Enum):
    """How s(−z) and s(z) go together."""

    ODD = "odd"
    EVEN = "even"
    NONE = "neither odd nor even"


def parity_of(network: Network) -> Parity:
    """Compare s(z) and s(−z) at arguments up to 40.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> from numerics.networks.relu import ReLUNet
    >>> parity_of(ErfNet(5)), parity_of(ReLUNet(5))
    (<Parity.ODD: 'odd'>, <Parity.NONE: 'neither odd nor even'>)
    """
    golden = (np.sqrt(5.0) - 1.0) / 2.0
    z = _FARTHEST * np.mod(golden * np.arange(_ARGUMENTS), 1.0)[:, np.newaxis]
    somewhere = np.full((1, network.d_in), 0.7)
    with np.errstate(all="ignore"):
        found, mirrored = network.activate(z, somewhere), network.activate(-z, somewhere)
    if _equal(found, -mirrored):
        return Parity.ODD
    return Parity.EVEN if _equal(found, mirrored) else Parity.NONE


def periodic(network: Network) -> bool:
    """Tell whether s(z + 2π) = s(z), on a grid."""
    z = np.linspace(-6.0, 6.0, 97)[:, np.newaxis]
    somewhere = np.full((1, network.d_in), 0.7)
    with np.errstate(all="ignore"):
        found, later = network.activate(z, somewhere), network.activate(z + 2.0 * np.pi, somewhere)
    return bool(np.allclose(found, later, rtol=0.0, atol=1e-12 * float(np.max(np.abs(found)))))


def sees_inputs(network: Network) -> bool:
    """Tell whether the activation depends on the input beside its argument z, as that of Gauss-net does."""
    return not _same_at(network, _places(network), _places(network)[::-1])


def sees_moved_inputs(network: Network, elements: tuple[Element, ...]) -> bool:
    """Tell whether the activation at one argument changes when inputs are moved."""
    places = _places(network)
    moved = [element.moved(FieldSet(places)).inputs for element in elements]
    return not all(_same_at(network, places, one) for one in moved)


def _places(network: Network) -> Array:
    generator = np.random.default_rng(3)
    return np.asarray(generator.standard_normal((6, network.d_in)))


def _same_at(network: Network, first: Array, second: Array) -> bool:
    z = np.linspace(-2.0, 2.0, 11)[:, np.newaxis] * np.ones(len(first))
    with np.errstate(all="ignore"):
        return _equal(network.activate(z, first), network.activate(z, second))


def _equal(one: Array, other: Array) -> bool:
    return bool(np.allclose(one, other, rtol=_EQUAL, atol=1e-300))
