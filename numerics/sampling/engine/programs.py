"""Networks and laws as the compiled sampler sees them: codes, numbers and addresses of compiled functions.

`lane_program` is where a network says how the sampler evaluates it: our own four have compiled loops, every
other one with a scalar activation is called through its address. A network with a loop of its own registers.
The laws of parameters are drawn by codes of `numerics.sampling.engine.draws`: standard normals and uniforms
by loops, all others by their quantiles, called through an address.
"""

import ctypes
from dataclasses import dataclass
from functools import cache, singledispatch
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.machine.intrinsics import LANES
from numerics.machine.special_functions import erf_unit
from numerics.networks.activations import row_address
from numerics.networks.base import Network
from numerics.networks.cos import CosNet
from numerics.networks.erf import ErfNet
from numerics.networks.gauss import GaussNet
from numerics.networks.joint_laws.equicorrelated import EquicorrelatedLaw
from numerics.networks.laws import GAUSSIAN, UNIFORM, ParameterLaw
from numerics.networks.relu import ReLUNet
from numerics.sampling.engine.draws import NORMAL, PHASE, QUANTILE
from numerics.sampling.engine.draws import UNIFORM as UNIFORM_CODE
from numerics.sampling.engine.lanes import COS, ERF, GAUSS, RELU, USER

Array = NDArray[np.float64]


class LaneCodes(NamedTuple):
    """Which network and which laws.

    Attributes
    ----------
    activation : int
        `ERF`, `RELU`, `GAUSS`, `COS` or `USER`.
    width : int
    hidden, output, bias : int
        Laws of hidden weights, output weights and biases, see `numerics.sampling.engine.draws`.
    """

    activation: int
    width: int
    hidden: int
    output: int
    bias: int


class LaneAddresses(NamedTuple):
    """Addresses of C functions of two rows; 0 where there is none.

    Attributes
    ----------
    activation : int
        From pre-activations to features, in the precision of the run.
    hidden, output, bias : int
        Quantile functions, from probabilities to parameters, in double precision.
    """

    activation: int
    hidden: int
    output: int
    bias: int


class LaneScales(NamedTuple):
    """Numbers in the precision of the run.

    Attributes
    ----------
    bias : float
        What a hidden bias is multiplied by, in the unit of the activation (1 for phases).
    amplitude : float
        What an output weight in units of its law is multiplied by, over √N.
    deviation : float
        Standard deviation of an output weight, over √N.
    output_bias : float
        Standard deviation of the output bias.
    silent : float
        A pre-activation at which the feature vanishes.
    own, common : float
        √(1 − α) and √α for the correlation α of output weights.
    """

    bias: Any
    amplitude: Any
    deviation: Any
    output_bias: Any
    silent: Any
    own: Any
    common: Any


@dataclass(frozen=True)
class LaneProgram:
    """How the sampler evaluates the features of a network.

    Attributes
    ----------
    code : int
        `ERF`, `RELU`, `GAUSS`, `COS`, or `USER` for a function that is called.
    silent : float
        Pre-activation (in turns for Cos) at which the feature vanishes; of `USER` nothing is asked.
    units : tuple of float
        What pre-activations are counted in, in double and in single precision.
    """

    code: int
    silent: float = 0.0
    units: tuple[float, float] = (1.0, 1.0)


@singledispatch
def lane_program(network: Network) -> LaneProgram:
    """Say how the sampler evaluates a network.

    Raises
    ------
    NotAvailable
        If it has no loop of its own and no activation that can be called.

    Examples
    --------
    >>> lane_program(ReLUNet(3)).code == RELU, lane_program(GaussNet(3)).silent
    (True, -1000.0)
    """
    if network.scalar_activation is None:
        raise NotAvailable(
            f"the {network.name}-net cannot be sampled: give its class a scalar_activation, a function of "
            "one number, or register a program for it (numerics.sampling.engine.programs.lane_program)"
        )
    return LaneProgram(USER)


@lane_program.register
def _(network: ErfNet) -> LaneProgram:
    return LaneProgram(ERF, units=(erf_unit(False), erf_unit(True)))


@lane_program.register
def _(network: ReLUNet) -> LaneProgram:
    return LaneProgram(RELU)


@lane_program.register
def _(network: GaussNet) -> LaneProgram:
    return LaneProgram(GAUSS, silent=-1000.0)


@lane_program.register
def _(network: CosNet) -> LaneProgram:
    return LaneProgram(COS, silent=0.25, units=(2 * np.pi, 2 * np.pi))


def activation_address(network: Network, program: LaneProgram, *, single: bool) -> int:
    """Address of the activation where the program calls it, else 0."""
    activation = network.scalar_activation
    return row_address(activation, single) if program.code == USER and activation is not None else 0


def drawn_correlation(network: Network) -> float:
    """The correlation of any two output weights that networks are drawn with.

    Raises
    ------
    NotAvailable
        If output weights have a joint law that cannot be drawn neuron by neuron.
    """
    joint = network.laws.joint
    if joint is None:
        return 0.0
    if not isinstance(joint, EquicorrelatedLaw):
        raise NotAvailable(
            "the sampler draws output weights that are independent or have one positive correlation, and "
            f"those of {network!r} have a joint law. exact_correlators knows their correlators, and "
            "network.laws.joint.draw draws the weights"
        )
    if joint.correlation < 0.0:
        raise NotAvailable(
            f"output_correlation = {joint.correlation:g} was given, and the sampler draws positive ones "
            "only, by a part that all output weights share. exact_correlators knows negative ones, and "
            "network.laws.joint.draw draws the weights"
        )
    return joint.correlation


def law_code(law: ParameterLaw) -> int:
    """Code by which parameters of a law are drawn, in units of its scale.

    Examples
    --------
    >>> from numerics.networks.parameter_laws import as_law
    >>> [law_code(as_law(text)) for text in ("gaussian:scale=2", "uniform", "laplace")] == [0, 1, 3]
    True
    """
    return {GAUSSIAN: NORMAL, UNIFORM: UNIFORM_CODE}.get(law.unit, QUANTILE)


def codes_and_addresses(
    network: Network, program: LaneProgram, *, single: bool
) -> tuple[LaneCodes, LaneAddresses]:
    """Describe network and laws for the compiled kernels."""
    laws = network.laws
    chosen = {"hidden": laws.hidden, "output": laws.output, "bias": laws.bias}
    codes = {name: law_code(law) for name, law in chosen.items()}
    addresses = {
        name: quantile_address(law.unit) if codes[name] == QUANTILE else 0 for name, law in chosen.items()
    }
    if network.bias_deviation is None:
        codes["bias"], addresses["bias"] = PHASE, 0
    activation = activation_address(network, program, single=single)
    return (
        LaneCodes(program.code, int(network.width), **codes),
        LaneAddresses(activation=activation, **addresses),
    )


def quantile_address(law: ParameterLaw) -> int:
    """Address of a C function from a row of probabilities to parameters; it lives with the process."""
    scalar = _scalar_quantile(law)
    if scalar is not None:
        return row_address(scalar, single=False)
    return int(ctypes.cast(_callback(law), ctypes.c_void_p).value or 0)


@cache
def _scalar_quantile(law: ParameterLaw) -> Any:
    return law.scalar_quantile()


_ROWS = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_double))


@cache
def _callback(law: ParameterLaw) -> Any:
    """The quantile function of a law, which takes the interpreter lock; what fails gives NaN."""

    def fill(probabilities: Any, results: Any) -> None:
        u = np.ctypeslib.as_array(probabilities, (LANES,))
        found = np.ctypeslib.as_array(results, (LANES,))
        try:
            found[:] = law.quantile(u)
        except Exception:  # whatever the function of the user raises: NaN is refused where sums are formed
            found[:] = np.nan

    return _ROWS(fill)
