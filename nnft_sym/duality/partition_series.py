r"""Z_α[J] of networks whose output weights have a deformed law, in powers of the strength.

    Z_α[J] = E_α[e^(i J·f)] = Z_0[J] + Σ_r (α^r/r!) E_0[𝒫_r e^(i J·f)],

every average over all neurons jointly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnft_sym.duality.deformation import Deformation
from nnft_sym.duality.strength_series import StrengthSeries
from nnft_sym.errors import InvalidDeformation
from numerics.errors import InvalidPoints, NotAvailable
from numerics.exact.characteristic import as_sources
from numerics.exact.deformed_characteristic import deformed_characteristic
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.networks.base import Network, as_network
from numerics.networks.record import to_record
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class PartitionSeries:
    """Z_α[J] in powers of the strength, and exactly at one strength.

    Attributes
    ----------
    deformation : Deformation
    network : Network
    source : ndarray, shape (n,)
    real, imaginary : tuple of Estimate
        Coefficients of α^0, α^1, …; imaginary parts vanish unless A has odd powers of the weights.
    strength : float or None
        Where the exact answer is given: 1 in front of a deformation with numbers only.
    exact, exact_imaginary : Estimate or None
        None where none is known, or no strength was given.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> found = nn.partition_function(nn.ReLUNet(5), [[1.0]], "alpha*p2^2/N", [0.0])
    >>> found.order, [float(one) for one in found.real], float(found.at(0.1))
    (2, [1.0, 0.0, 0.0], 1.0)
    """

    deformation: Deformation
    network: Network
    source: Array
    real: tuple[Estimate, ...]
    imaginary: tuple[Estimate, ...]
    strength: float | None = None
    exact: Estimate | None = None
    exact_imaginary: Estimate | None = None

    @property
    def order(self) -> int:
        """Highest power of the strength."""
        return len(self.real) - 1

    def at(self, strength: float, order: int | None = None) -> Estimate:
        """Add the real parts up to some order, at one strength."""
        last = self.order if order is None else order
        value = sum(float(one.value) * strength**k for k, one in enumerate(self.real[: last + 1]))
        bound = sum(float(one.bound) * abs(strength) ** k for k, one in enumerate(self.real[: last + 1]))
        return Estimate(value, bound, f"series to order {last} in {self.deformation.letter}")

    def __repr__(self) -> str:
        shown = " ".join(
            f"{float(one.value):+.6g} {self.deformation.letter}^{k}" for k, one in enumerate(self.real)
        )
        return f"<Z[J] of {self.network!r} deformed by {self.deformation}: {shown}>"

    def latex(self) -> str:
        r"""Print the series in LaTeX."""
        from nnft_sym.actions.names import coupling_latex

        letter = coupling_latex(self.deformation.letter)
        text = ""
        for k, one in enumerate(self.real):
            number = f"{float(one.value):+.6g}" if text else f"{float(one.value):.6g}"
            text += number + ("" if k == 0 else rf"\,{letter}" + (f"^{{{k}}}" if k > 1 else ""))
        return rf"Z_{{{letter}}}[J] = {text} + O({letter}^{{{self.order + 1}}})"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


def partition_function(
    network: Network,
    points: Fields,
    deformation: Any,
    source: ArrayLike,
    order: int = 2,
    strength: float | None = None,
) -> PartitionSeries:
    """Expand Z_α[J] = E_α[e^(i J·f)] in the strength of a deformed law of output weights.

    Parameters
    ----------
    network : Network
        With independent output weights of a symmetric law.
    points : array_like, shape (n, d_in), or FieldSet
    deformation : Deformation, or what makes one, such as ``"alpha*p2^2/N"``
    source : array_like, shape (n,)
        J, one number for each field.
    order : int, optional
        Highest power of the strength.
    strength : float, optional
        Where the exact answer is wanted. A deformation with numbers only has it at one.

    Returns
    -------
    PartitionSeries

    Raises
    ------
    InvalidDeformation
        If the deformation is not understood, a Python function, or no law at the strength.
    InvalidNetwork
        If the law cannot be normalised at the strength.
    InvalidPoints
        If the source has not one number for each field.
    NotAvailable
        If no way to average over a neuron is known.

    References
    ----------
    docs/theory/correlated_parameters.md, eq. eq-deformed-average.

    Examples
    --------
    >>> from numerics.networks.relu import ReLUNet
    >>> found = partition_function(ReLUNet(5), [[1.0]], "alpha*p2^2/N", [0.7], order=3, strength=0.001)
    >>> bool(abs(found.at(0.001) - found.exact).value < 1e-6)
    True

    At J = 0 there is nothing to see:

    >>> [float(one) for one in partition_function(ReLUNet(5), [[1.0]], "alpha*p4", [0.0]).real]
    [1.0, 0.0, 0.0]
    """
    as_network(network)
    fields = as_field_set(points, None, network.d_in)
    given = as_sources(source, fields)
    if given.ndim != 1:
        raise InvalidPoints(
            f"sources of shape {given.shape} were given; one source is needed, a number for each field"
        )
    known = Deformation(deformation)
    refuse_several_outputs(fields)
    at = strength_given(known, strength)
    law = None if at is None else known.law(network, None if known.numbers_only else at)
    averages = None if law is None else law.averages(network)
    value, bound = StrengthSeries(known, network, order).with_source(fields, given).coefficients()
    bias = float(np.exp(-0.5 * network.bias_variance * np.sum(given) ** 2))
    how = "power sums of output weights, exact average over one neuron"
    provenance = {"network": to_record(network)}
    real, imaginary = (
        tuple(
            Estimate(bias * one, bias * doubt, how, provenance=provenance)
            for one, doubt in zip(part, bound, strict=True)
        )
        for part in ([z.real for z in value], [z.imag for z in value])
    )
    exact = None if averages is None else deformed_characteristic(network, fields, given, averages)
    own, other = (None, None) if exact is None else exact
    return PartitionSeries(known, network, given, real, imaginary, at, own, other)


def strength_given(deformation: Deformation, given: float | None) -> float | None:
    """Say at which strength the exact answer is wanted: at one, where there are numbers only."""
    if not deformation.numbers_only:
        return None if given is None else float(given)
    if given is not None:
        raise InvalidDeformation(
            f"the strength {given!r} was given, and the deformation {deformation} has numbers only; write a "
            "letter in it, such as alpha, or leave the strength out"
        )
    return 1.0


def refuse_several_outputs(fields: FieldSet) -> None:
    """Refuse fields of several outputs."""
    if not fields.single_output:
        raise NotAvailable("deformed laws of output weights are defined for networks of one output")
