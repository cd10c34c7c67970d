"""What a fit of couplings says: values, what the data determine and what they do not, all real roots."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidStatistics
from numerics.inference.eigenbasis import Eigenbasis
from numerics.inference.polynomial import Polynomial
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Combination:
    """A linear combination of couplings, as the data see them at the solution.

    Attributes
    ----------
    text : str
        As in ``"lambda - 0.35*kappa"``.
    weights : ndarray, shape (P,)
        Of the couplings, in their order.
    singular_value : float
        Of the whitened design with columns of length one.
    estimate : Estimate or None
        Its value; None where the data do not determine it.
    """

    text: str
    weights: Array
    singular_value: float
    estimate: Estimate | None

    @property
    def determined(self) -> bool:
        """Whether the data determine it."""
        return self.estimate is not None


@dataclass(frozen=True, eq=False)
class Root:
    """One solution.

    Attributes
    ----------
    couplings : ndarray, shape (P,)
    misfit : float
        Σ|residual|/Σ|data|.
    connected : bool
        Whether it becomes the free theory when the data are made smaller.
    """

    couplings: Array
    misfit: float
    connected: bool


@dataclass(frozen=True, eq=False, repr=False)
class PolynomialFit(Shown):
    """Outcome of `fit_polynomial`.

    Attributes
    ----------
    names : tuple of str
        The couplings.
    parameters : Estimate
        Their values, shape (P,), with covariance or bounds carried over from data and integrals; NaN for a
        coupling that the data do not determine.
    combinations : tuple of Combination
        What the data determine, best first, and what they do not.
    chi2, p_value : float or None
        None for exact data.
    dof : int
        Retained rank minus the number of combinations that were fitted.
    misfit : float
        Σ|residual|/Σ|data|.
    residual : ndarray, shape (M,)
        Data minus model.
    response : ndarray, shape (P, M)
        By how much each coupling moves with each number of the data.
    null_residual : float
        Violation of exact relations of the data, see `numerics.inference.linear.Fit`.
    freedom : float
        Volume that the slope of the model spans at the solution, relative to that of the free theory: 1 for a
        linear model, 0 at a turning point.
    roots : tuple of Root
        All real solutions that were found, the connected one first.
    data : Estimate
        What was fitted.
    model : Polynomial
    basis : Eigenbasis or None
        In which the covariance of the data is diagonal; None for exact data.
    """

    names: tuple[str, ...]
    parameters: Estimate
    combinations: tuple[Combination, ...]
    chi2: float | None
    p_value: float | None
    dof: int
    misfit: float
    residual: Array
    response: Array
    null_residual: float
    freedom: float
    roots: tuple[Root, ...]
    data: Estimate
    model: Polynomial
    basis: Eigenbasis | None

    def __getitem__(self, name: str) -> Estimate:
        """One coupling by its name.

        Raises
        ------
        InvalidStatistics
            If it was not fitted.
        """
        if name not in self.names:
            raise InvalidStatistics(f"coupling {name!r} was not fitted; {', '.join(self.names)} were")
        return self.parameters[self.names.index(name)]

    @property
    def determined(self) -> tuple[bool, ...]:
        """Which of the couplings the data determine."""
        return tuple(np.isfinite(self.parameters.value).tolist())

    def plain_fields(self) -> Content:
        """Give the outcome as plain fields, one row for each coupling."""

        def rows() -> Iterator[tuple[object, ...]]:
            for number, name in enumerate(self.names):
                one = self.parameters[number]
                yield name, float(one), float(one.error), "yes" if self.determined[number] else "no"

        facts: dict[str, object] = {
            "chi2": self.chi2,
            "dof": self.dof,
            "p_value": self.p_value,
            "misfit": self.misfit,
            "null_residual": self.null_residual,
            "method": self.parameters.method,
        }
        unknown = [one.text for one in self.combinations if not one.determined]
        facts |= {"not determined": "; ".join(unknown)} if unknown else {}
        facts |= {"real roots": len(self.roots)} if len(self.roots) > 1 else {}
        title = (
            f"Fit of {len(self.names)} coupling{'s' * (len(self.names) > 1)} to {len(self.residual)} numbers"
        )
        return Content(title, facts, ("coupling", "value", "error", "determined"), rows, len(self.names))
