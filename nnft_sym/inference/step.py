"""Couplings of one power of 1/N, and how well constants describe the correlators that they came from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from nnft_sym.inference.measurement import Measurement, stacked
from numerics.inference.directions import UNDETERMINED
from numerics.inference.fit_result import Fit
from numerics.lowering.monomials import Monomial
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Step:
    """Couplings of one power of 1/N, from the correlators of one order, connected or full ones.

    Attributes
    ----------
    order : int
        Of the correlators.
    power : Fraction
        Of 1/N.
    fit : Fit
        Of what the couplings of lower powers leave of the correlators, one after the other.
    misfit : float
        Σ|residual| over Σ|what was fitted|, of full correlators less the free theory.
    noise : float
        What that is expected to be from the noise of the data alone; 0 for exact data.
    scales : mapping of str to float
        Of each coupling, Σ|what the correlator is per unit of it| over Σ|what was fitted|.
    measurements : tuple of Measurement
        Those whose correlators take part.
    units : tuple of float
        In which each of them is fitted; 1 where there is one, or where the covariance weighs them.
    """

    order: int
    power: Fraction
    fit: Fit
    misfit: float
    noise: float
    scales: Mapping[str, float]
    measurements: tuple[Measurement, ...]
    units: tuple[float, ...]

    @property
    def locality(self) -> dict[str, float]:
        """By how much each coupling would have to vary over the inputs to make up for the misfit by itself.

        Σ|residual| over Σ|what the correlator is per unit of the coupling|: for one coupling the mean
        distance of the coupling of each element from the constant one, weighted by how much the element
        depends on it. The share of the misfit that noise explains is taken off. A coupling is left out where
        the correlator vanishes or does not depend on it.
        """
        rest = float(np.sqrt(max(self.misfit**2 - self.noise**2, 0.0)))
        known = {name: scale for name, scale in self.scales.items() if 0.0 < scale < np.inf}
        return {name: rest / scale for name, scale in known.items()}

    @property
    def next_terms(self) -> list[Monomial]:
        """Products of couplings of the next power of 1/N in these correlators."""
        found = dict.fromkeys(
            key
            for one in self.measurements
            for key in one.theory.terms(self.order)
            if self.power < one.theory.power_of(key) <= self.power + 1
        )
        return list(found)

    @property
    def earlier(self) -> set[str]:
        """Couplings of lower steps that take part at the leading power."""
        return {
            name
            for one in self.measurements
            for key in one.theory.terms(self.order)
            if one.theory.power_of(key) <= self.power
            for name, _ in key
        } - set(self.fit.names)

    def beyond(
        self,
        one: Measurement,
        found: Mapping[str, Estimate],
        changes: Mapping[str, Estimate],
        keep: Callable[[Monomial], bool],
    ) -> Correlator:
        """What a correlator has at the next power of 1/N.

        Parameters
        ----------
        one : Measurement
        found : mapping of str to Estimate
            Leading couplings.
        changes : mapping of str to Estimate
            Of `earlier` couplings at their next order: κ = k₁/N² + k₂/N³ has to make up for the exchange of
            2 l₁l₂/N³, too.
        keep : callable
            Which products of couplings of the next power.
        """
        theory = one.theory
        terms = theory.value(self.order, found, keep)
        moved = theory.change(self.order, found, changes, lambda key: theory.power_of(key) <= self.power)
        return Correlator.over(theory.fields, self.order, Part.DERIVED, terms.numbers() + moved.numbers())

    def by_itself(self, one: Measurement) -> tuple[tuple[str, ...], Array] | None:
        """How couplings would move with the numbers of one measurement, if those alone were fitted.

        Of the fit to all, whose response to the numbers is R = (Σ_j X_jᵀW_jX_j)⁻¹XᵀW, the columns R_j of one
        measurement hold its weights: (R_jX_j)⁻¹R_j = (X_jᵀW_jX_j)⁻¹X_jᵀW_j, with the slope X_j of the model.

        Returns
        -------
        names : tuple of str
            Couplings on which these numbers depend.
        response : ndarray, shape (P, M_j)
            Or None in place of both where the numbers of this measurement do not tell the couplings apart, or
            with an error as large as the coupling.
        """
        place = self.measurements.index(one)
        sizes = [each.held(self.order).size for each in self.measurements]
        rows = slice(sum(sizes[:place]), sum(sizes[: place + 1]))
        # the model is linear in what is sought, so that its slope is the same everywhere
        slope = self.fit.model.jacobian(np.zeros(len(self.fit.names)))[rows]
        length = np.linalg.norm(slope, axis=0)
        own = np.flatnonzero(length)
        response, slope = self.fit.response[own, rows], slope[:, own]
        share = response @ slope * length[own, np.newaxis] / length[own]
        if not len(own) or np.linalg.cond(share) > 1.0 / UNDETERMINED:
            return None
        response = np.linalg.solve(share, response * length[own, np.newaxis]) / length[own, np.newaxis]
        numbers = self.fit.data[rows]
        error = numbers.uncertainty.linear(lambda d: d @ response.T, lambda d: d @ np.abs(response).T).error
        values = np.abs(self.fit.parameters[own])
        if numbers.uncertainty.statistical and np.any(error > values):
            return None
        return tuple(self.fit.names[number] for number in own), response

    def response_to(
        self,
        found: Mapping[str, Estimate],
        changes: Mapping[str, Estimate],
        keep: Callable[[Monomial], bool],
        of: Measurement | None = None,
    ) -> dict[str, Estimate]:
        """Say by how much the couplings have to make up for what the fit left out, see `beyond`.

        Of one measurement by itself, if one is given; there may be nothing to be said.
        """
        chosen = self.measurements if of is None else (of,)
        alone = (self.fit.names, self.fit.response) if of is None else self.by_itself(of)
        if alone is None:
            return {}
        units = [self.units[self.measurements.index(one)] for one in chosen]
        terms = [self.beyond(one, found, changes, keep).numbers() for one in chosen]
        numbers = stacked(terms, units)
        names, response = alone[0], -alone[1]
        made = Estimate(
            response @ numbers.value,
            numbers.uncertainty.linear(
                lambda rows: rows @ response.T, lambda rows: rows @ np.abs(response).T
            ),
            numbers.method,
            numbers.quality,
            numbers.provenance,
        )
        return {name: made[place] for place, name in enumerate(names)}
