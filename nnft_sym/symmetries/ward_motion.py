"""How parameters move when fields do: what a Ward identity is about.

A one-parameter group of transformations begins as f → f + t A f, or x → x + t (M x + v). Of a neuron
a s(W·x + b) the output weights absorb the first, a → a + t A a, hidden weights and biases the second,
W → W + t MᵀW and b → b + t W·v. Of Gauss-net, whose feature depends on |x|² itself, a shift also takes
W → W − 2 t (σ_w²/d) v.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from nnft_sym.errors import InvalidSymmetry
from nnft_sym.symmetries.groups import Element, Group
from numerics.errors import NotAvailable
from numerics.networks.base import Network
from numerics.networks.density_slopes import density_jumps, log_density_slope
from numerics.networks.gauss import GaussNet
from numerics.networks.laws import ParameterLaw
from numerics.networks.parameter_motion import ParameterMotion

Array = NDArray[np.float64]

#: Step along the family, and what of its slope is rounding.
_STEP, _ROUNDING = 1e-3, 1e-11


@final
@dataclass(frozen=True, eq=False)
class Beginning:
    """How a family of transformations begins: f → f + t A f, or x → x + t (M x + v).

    Attributes
    ----------
    acts_on : "outputs" or "inputs"
    matrix : ndarray
        A, shape (D, D), or M, shape (d, d).
    shift : ndarray, shape (d,)
        v; zeros for outputs.
    """

    acts_on: str
    matrix: Array
    shift: Array

    def moved(self, points: Array) -> Array:
        """M x + v at points of shape (n, d)."""
        return np.asarray(points @ self.matrix.T + self.shift)


def beginning(group: Group) -> Beginning:
    """Differentiate the one-parameter subgroup of a group, `Group.path`.

    Raises
    ------
    InvalidSymmetry
        If the group is finite, or its maps are not affine.

    Examples
    --------
    >>> from nnft_sym.symmetries.groups import Rotations
    >>> beginning(Rotations("outputs", 2)).matrix.tolist()
    [[0.0, -1.0], [1.0, 0.0]]
    """
    near, far = (_difference(group, size * _STEP) for size in (1, 2))
    matrix, shift = ((4.0 * one - other) / 3.0 for one, other in zip(near, far, strict=True))
    return Beginning(group.acts_on, _without_rounding(matrix), _without_rounding(shift))


def _difference(group: Group, step: float) -> tuple[Array, Array]:
    (matrix, shift), (before, other) = (_affine(group, group.path(t)) for t in (step, -step))
    return (matrix - before) / (2.0 * step), (shift - other) / (2.0 * step)


def _affine(group: Group, element: Element) -> tuple[Array, Array]:
    if element.matrix is None:
        raise InvalidSymmetry(
            f"{group.name} was given, whose transformations are no matrices; no parameter absorbs another "
            "map of the inputs. Give matrices, or pairs (matrix, shift)"
        )
    shift = element.shift
    return element.matrix, np.zeros(len(element.matrix)) if shift is None else shift


def _without_rounding(numbers: Array) -> Array:
    near = np.round(numbers)
    return np.asarray(np.where(np.abs(numbers - near) < _ROUNDING, near, numbers)) + 0.0


def motion_of(network: Network, start: Beginning, outputs: int) -> ParameterMotion:
    """Say how the parameters of a network with several outputs absorb the beginning of a family.

    Raises
    ------
    NotAvailable
        If they do not.
    """
    d = network.d_in
    if start.acts_on == "outputs":
        return ParameterMotion.of_outputs(start.matrix, d)
    extra = np.zeros(d)
    if isinstance(network, GaussNet):
        if np.any(np.abs(start.matrix + start.matrix.T) > 1e-12):
            raise NotAvailable(
                f"{network!r} has a feature that depends on |x|² itself, and no parameter absorbs a map that "
                "changes it by more than a linear function of x; give a rotation or a shift"
            )
        extra = -2.0 * network.sigma_w**2 / d * start.shift
    elif _knows_inputs(network):
        raise NotAvailable(
            f"the feature of {network!r} depends on x itself, not only on W·x + b; which parameter absorbs a "
            "map of the inputs is not known"
        )
    found = ParameterMotion(np.zeros((outputs, outputs)), start.matrix.T, extra, start.shift)
    found.refuse(network)
    return found


def _knows_inputs(network: Network) -> bool:
    """Whether the activation depends on x beside z."""
    probe, somewhere = np.array([[-0.3], [0.8]]), np.full((1, network.d_in), 0.7)
    here, there = (network.activate(probe, one) for one in (np.zeros((1, network.d_in)), somewhere))
    return not np.array_equal(here, there)


def motion_in_words(network: Network, motion: ParameterMotion) -> tuple[str, ...]:
    """Say which parameters move, and what their laws answer, a line for each.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> turn = ParameterMotion.of_outputs(np.array([[0.0, -1.0], [1.0, 0.0]]), 1)
    >>> for line in motion_in_words(ErfNet(5).with_laws(output="uniform"), turn):
    ...     print(line)
    output weights move, δa = A a, with the law uniform: its density jumps at its ends, and the boundary ...
    """
    lines = []
    if np.any(motion.outputs):
        antisymmetric = not np.any(np.abs(motion.outputs + motion.outputs.T) > 1e-12)
        lines.append(_answer("output weights move, δa = A a", network.laws.output, antisymmetric))
    if np.any(motion.hidden):
        antisymmetric = not np.any(np.abs(motion.hidden + motion.hidden.T) > 1e-12)
        lines.append(_answer("hidden weights move, δW = MᵀW", network.laws.hidden, antisymmetric))
    if np.any(motion.hidden_shift):
        lines.append(_answer("hidden weights move, δW = −2(σ_w²/d) v", network.laws.hidden, False))
    if np.any(motion.bias_slope):
        if network.bias_deviation is None:
            lines.append("phases move, δc = W·v: they are uniform on a circle, which has no ends, and add 0")
        else:
            lines.append(_answer("hidden biases move, δb = W·v", network.laws.bias, False))
    return tuple(lines)


def _answer(moves: str, law: ParameterLaw, antisymmetric: bool) -> str:
    """What the law of the parameters that move adds to δ log P."""
    name = law.unit
    if antisymmetric and _is_gaussian(name):
        return f"{moves}, with the law {law}: (log p)' is linear, a rotation changes nothing, and they add 0"
    slopes = log_density_slope(name, np.array([0.1]))
    if density_jumps(name):
        inside = "" if not np.any(slopes) else " beside (log p)'(θ) δθ"
        return (
            f"{moves}, with the law {law}: its density jumps at its ends, and the boundary terms there count"
            f"{inside}"
        )
    return f"{moves}, with the law {law}: they add Σ (log p)'(θ) δθ"


def _is_gaussian(law: ParameterLaw) -> bool:
    return law.family == "gaussian" and law.mean == 0.0


def described(start: Beginning) -> str:
    """Write the beginning of a family.

    Examples
    --------
    >>> described(Beginning("inputs", np.zeros((1, 1)), np.ones(1)))
    'x → x + t·[1]'
    """
    rows = shown(np.round(start.matrix, 6).tolist())
    if start.acts_on == "outputs":
        return f"f → f + t·{rows} f"
    matrix = f"{rows} x" if np.any(start.matrix) else ""
    shift = "[" + ", ".join(f"{one:.6g}" for one in start.shift.tolist()) + "]" if np.any(start.shift) else ""
    both = f"({matrix} + {shift})" if matrix and shift else matrix or shift
    return f"x → x + t·{both}"
