"""Exact densities as formulas, for networks that have one.

- *Constant features*, s(z) = c: the output is c Σ a_i (+ bias), a Gaussian; a sum of uniform numbers (Irwin
  and Hall) or of Laplace variables (a Bessel function), without output bias.
- *Linear features* of Gaussian preactivations, s(z) = βz, without output bias: given the output weights the
  outputs at any number of points are Gaussian with covariance Σ a_i² times one matrix. Gaussian output
  weights make a multivariate Bessel function of it, weights ±1 leave the Gaussian, with output bias or not.
- *Cos-net* of one or two neurons at one point, whose phase is uniform: arcsine and elliptic densities for
  weights ±1, a Bessel function for Gaussian ones, a logarithm for uniform ones.

Whoever knows a formula registers it for its network with `closed_density`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, singledispatch
from itertools import pairwise
from math import sqrt
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad

from numerics.errors import InvalidPoints, NotAvailable
from numerics.exact import density_forms as forms
from numerics.fields.field_rows import field_rows
from numerics.fields.field_set import FieldSet
from numerics.given import as_real_array
from numerics.networks.base import Network
from numerics.networks.cos import CosNet
from numerics.networks.laws import Gaussian, Laplace, Rademacher, Uniform
from numerics.networks.own import ActivationNet
from numerics.networks.record import to_record
from numerics.results.estimate import Estimate
from numerics.results.quality import Quality

Array = NDArray[np.float64]

#: Sums of more uniform numbers are Gaussian to many digits; splines of such degrees are slow.
MOST_UNIFORM = 64
#: Places where an activation is held against a straight line.
_LINE = np.concatenate([[0.0], *(side * np.geomspace(1e-6, 1e6, 49) for side in (1.0, -1.0))])


@final
@dataclass(frozen=True, eq=False)
class ClosedLaw:
    """The law of outputs, as a formula of its density.

    Attributes
    ----------
    network : Network
    fields : FieldSet
    name : str
        What the formula is.
    formula : callable
        From rows of shape (R, n) to densities and bounds of their errors.
    breaks : tuple of float
        Where the density of one output is infinite, or ends.

    Examples
    --------
    >>> law = closed_law(CosNet(width=1), FieldSet([[0.0]]))
    >>> law.network.width, law.fields.inputs.tolist(), law.breaks
    (1, [[0.0]], (0.0,))
    """

    network: Network
    fields: FieldSet
    name: str
    formula: Callable[[Array], forms.Form]
    breaks: tuple[float, ...] = ()

    @property
    def method(self) -> str:
        """How it is known."""
        return f"closed density: {self.name}"

    def density(self, at: ArrayLike) -> Estimate:
        """Evaluate the density at rows of shape (R, n); infinite where it is.

        Examples
        --------
        >>> law = closed_law(CosNet(width=1).with_laws(output="rademacher"), FieldSet([[0.3]]))
        >>> law.density([[0.0], [1.0], [1.5]]).value.round(6).tolist()
        [0.31831, inf, 0.0]
        """
        value, error = self.formula(field_rows(at, len(self.fields)))
        return Estimate(value, error, self.method, Quality.TRUSTED, {"network": to_record(self.network)})

    def probabilities(self, edges: ArrayLike) -> Estimate:
        """Probabilities of the intervals between ascending edges, of one output; shape (len(edges) − 1,).

        Raises
        ------
        NotAvailable
            If there are several outputs.
        """
        if len(self.fields) != 1:
            raise NotAvailable(
                f"probabilities of intervals are known for one field; {len(self.fields)} were given"
            )
        ends = as_real_array(edges, "edges", InvalidPoints, "ascending numbers are needed")
        found = [self._between(low, high) for low, high in pairwise(ends.tolist())]
        value, error = np.array(found).reshape(-1, 2).T
        return Estimate(value, error, self.method, provenance={"network": to_record(self.network)})

    def _between(self, low: float, high: float) -> tuple[float, float]:
        cuts = [low, *(one for one in self.breaks if low < one < high), high]
        parts = [
            quad(lambda place: float(self.formula(np.array([[place]]))[0][0]), *pair, limit=200)[:2]
            for pair in pairwise(cuts)
        ]
        return sum(part[0] for part in parts), sum(part[1] for part in parts)


def closed_law(network: Network, fields: FieldSet) -> ClosedLaw | None:
    """Find a formula for the density of the outputs; None where none is known.

    Examples
    --------
    >>> closed_law(CosNet(width=2), FieldSet([[0.0]])) is None
    True
    >>> closed_law(CosNet(width=1), FieldSet([[0.0]])).method
    'closed density: Bessel function of a Gaussian times a cosine'
    """
    return closed_density(network, fields) if network.laws.joint is None else None


@singledispatch
def closed_density(network: Network, fields: FieldSet) -> ClosedLaw | None:
    """Find the formula of a network with independent output weights; None: there is none here."""
    return None


@closed_density.register
def _(network: CosNet, fields: FieldSet) -> ClosedLaw | None:
    """One or two waves of random phases, at one point."""
    law, width = network.laws.output.unit, network.width
    if len(fields) != 1 or width > 2:
        return None
    # every weight comes with a cosine, whose sign is free
    size = network.output_deviation / sqrt(width)
    if isinstance(law, Rademacher):
        form, name = (
            (forms.arcsine, "arcsine law") if width == 1 else (forms.two_arcsines, "elliptic integral")
        )
        ends = width * size
        return ClosedLaw(network, fields, name, partial(form, radius=size), breaks=(-ends, 0.0, ends))
    if width == 1 and isinstance(law, Gaussian):
        name = "Bessel function of a Gaussian times a cosine"
        return ClosedLaw(network, fields, name, partial(forms.gaussian_cosine, deviation=size), breaks=(0.0,))
    if width == 1 and isinstance(law, Uniform):
        half = sqrt(3.0) * size
        formula = partial(forms.uniform_cosine, half=half)
        name = "logarithm of a uniform number times a cosine"
        return ClosedLaw(network, fields, name, formula, breaks=(-half, 0.0, half))
    return None


@closed_density.register
def _(network: ActivationNet, fields: FieldSet) -> ClosedLaw | None:
    """Activations that are a constant or a straight line through zero."""
    if network.text is None:  # a function of Python may be anything between the places looked at
        return None
    found = network.activate(_LINE[:, np.newaxis], fields.inputs[:1])[:, 0]
    constant, slope = float(found[0]), float(network.activate(np.ones((1, 1)), fields.inputs[:1])[0, 0])
    if np.all(found == constant):
        return _of_constant(network, fields, constant)
    if constant == 0.0 and np.allclose(found, slope * _LINE, rtol=1e-14, atol=0.0):
        return _of_line(network, fields, slope)
    return None


def _of_constant(network: ActivationNet, fields: FieldSet, constant: float) -> ClosedLaw | None:
    """Σ a_i is all that varies, for each output once."""
    outputs = fields.output_numbers
    if len(set(outputs.tolist())) < len(fields):
        return None  # two fields that are always equal have no density
    law, width = network.laws.output.unit, network.width
    size, bias = abs(constant) * network.output_deviation / sqrt(width), network.bias_variance
    one: Callable[[Array], forms.Form]
    breaks: tuple[float, ...] = ()
    if isinstance(law, Gaussian):
        # the output bias is one number for all points of one output
        one, name = _normal(np.array([[width * size**2 + bias]])), "Gaussian"
    elif bias > 0.0 or size == 0.0:
        return None
    elif isinstance(law, Uniform) and width <= MOST_UNIFORM:
        half = sqrt(3.0) * size
        one, name = partial(forms.irwin_hall, half=half, count=width), "sum of uniform numbers"
        breaks = (-width * half, width * half)
    elif isinstance(law, Laplace):
        matrix = np.array([[size**2 / 2]])
        one, name = partial(forms.variance_gamma, matrix=matrix, shape=float(width)), "sum of Laplace numbers"
        breaks = (0.0,)
    else:
        return None
    return ClosedLaw(network, fields, name, partial(_product, one), breaks)


def _product(one: Callable[[Array], forms.Form], rows: Array) -> forms.Form:
    """Independent outputs of one law: the product of their densities."""
    value, relative = np.ones(len(rows)), np.zeros(len(rows))
    for column in rows.T:
        each, error = one(column[:, np.newaxis])
        value = value * each
        relative = relative + error / np.maximum(each, np.finfo(np.float64).tiny)
    return value, np.where(np.isfinite(value), value * relative, 0.0)


def _of_line(network: ActivationNet, fields: FieldSet, slope: float) -> ClosedLaw | None:
    """Gaussian preactivations, multiplied by the output weights and summed."""
    law, width, laws = network.laws.output.unit, network.width, network.laws
    if not (laws.gaussian_hidden and fields.single_output):
        return None
    x, deviation = fields.inputs, network.hidden_bias_deviation or 0.0
    each = network.slope**2 * (x @ x.T) + deviation**2
    matrix = (slope * network.output_deviation) ** 2 / width * each
    if np.linalg.matrix_rank(each) < len(fields):
        return None
    if isinstance(law, Rademacher):
        covariance = width * matrix + network.bias_variance
        return ClosedLaw(network, fields, "Gaussian", _normal(covariance))
    if not isinstance(law, Gaussian) or network.bias_variance > 0.0:
        return None
    # E exp(−½ Σ a_i² JᵀMJ) = (1 + JᵀMJ)^(−N/2)
    formula = partial(forms.variance_gamma, matrix=matrix, shape=width / 2)
    return ClosedLaw(network, fields, "Bessel function of a product of Gaussians", formula, breaks=(0.0,))


def _normal(covariance: Array) -> Callable[[Array], forms.Form]:
    return partial(forms.gaussian, covariance=covariance)
