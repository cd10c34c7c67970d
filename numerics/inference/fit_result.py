"""What a fit says: values, what the data determine and what they do not, all real roots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagrams.deprecated import renamed
from numerics.errors import InvalidStatistics
from numerics.inference.comparison import upper_tail
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

    Examples
    --------
    >>> one = Combination("lambda - 0.35*kappa", np.array([1.0, -0.35]), 1e-9, None)
    >>> one.text, one.determined
    ('lambda - 0.35*kappa', False)
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
class Fit(Shown):
    """Outcome of `fit` and of `fit_polynomial`.

    Attributes
    ----------
    names : tuple of str
        The couplings; of a design matrix the numbers of its columns, from 1 on.
    estimate : Estimate
        Their values, shape (P,), with covariance or bounds carried over from data and integrals; NaN for a
        coupling that the data do not determine.
    combinations : tuple of Combination
        What the data determine, best first, and what they do not.
    chi2 : float or None
        Weighted square of the residual in the retained eigenbasis; None for exact data.
    p_value : float or None
        Two-sided; 1 if dof = 0: nothing was tested. None for exact data.
    dof : int
        Retained rank minus the number of combinations that were fitted.
    misfit : float
        Σ|residual|/Σ|data|.
    residual : ndarray, shape (M,)
        Data minus model.
    response : ndarray, shape (P, M)
        By how much each coupling moves with each number of the data.
    null_residual : float
        Norm of the residual in discarded directions beyond noise and rounding, over the norm of the data (in
        units of their standard errors). Not 0 = the model contradicts an exact relation of the data.
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
    n_blocks : int or None
        Blocks behind the covariance of the data; None where it is known, or the data are exact.

    Examples
    --------
    >>> import numpy as np
    >>> from numerics.inference.linear import fit
    >>> found = fit(np.array([2.1, 1.9]), np.array([[1.0], [1.0]]), np.diag([0.01, 0.01]), None)
    >>> float(found.estimate.value[0].round(12)), found.dof, round(found.chi2, 12)
    (2.0, 1, 2.0)
    """

    names: tuple[str, ...]
    estimate: Estimate
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
    n_blocks: int | None = None

    def __getitem__(self, name: str) -> Estimate:
        """One coupling by its name.

        Raises
        ------
        InvalidStatistics
            If it was not fitted.
        """
        if name not in self.names:
            raise InvalidStatistics(f"coupling {name!r} was not fitted; {', '.join(self.names)} were")
        return self.estimate[self.names.index(name)]

    @property
    def parameters(self) -> Array:
        """Values of `estimate`, shape (P,)."""
        return self.estimate.value

    @property
    def covariance(self) -> Array:
        """Covariance of the parameters, shape (P, P).

        It contains the loss of precision from an estimated covariance of the data; with the blocks given,
        also where the model is wrong.
        """
        return self.estimate.covariance

    @property
    def errors(self) -> Array:
        """Errors of the parameters, shape (P,)."""
        return self.estimate.error

    @property
    def rank(self) -> int:
        """Directions of the data that were retained; of exact data all."""
        return len(self.residual) if self.basis is None else self.basis.rank

    @property
    def threshold(self) -> float:
        """Relative eigenvalue cut; 0 for exact data."""
        return 0.0 if self.basis is None else self.basis.threshold

    @property
    def provenance(self) -> dict[str, object]:
        """How it was fitted; now the method of `estimate`."""
        renamed("fit.provenance", "fit.estimate.method")
        return {"method": self.estimate.method, "elements": len(self.residual)}

    @property
    def chi2_dof(self) -> float:
        """χ²/dof, NaN if dof = 0 or for exact data."""
        return self.chi2 / self.dof if self.dof and self.chi2 is not None else float("nan")

    @property
    def upper_tail(self) -> float:
        """One-sided probability of a χ² at least as large; 1 if dof = 0, NaN for exact data."""
        if self.chi2 is None:
            return float("nan")
        return upper_tail(self.chi2, self.dof, None if self.n_blocks is None else self.n_blocks - 1)

    @property
    def determined(self) -> tuple[bool, ...]:
        """Which of the couplings the data determine."""
        return tuple(np.isfinite(self.parameters).tolist())

    def plain_fields(self) -> Content:
        """Give the outcome as plain fields, one row for each coupling."""

        def rows() -> Iterator[tuple[object, ...]]:
            for number, name in enumerate(self.names):
                one = self.estimate[number]
                yield name, float(one), float(one.error), "yes" if self.determined[number] else "no"

        facts: dict[str, object] = {
            "chi2": self.chi2,
            "dof": self.dof,
            "chi2/dof": self.chi2_dof if self.chi2 is not None else None,
            "p_value": self.p_value,
            "misfit": self.misfit,
            "null_residual": self.null_residual,
            "blocks": self.n_blocks,
            "method": self.estimate.method,
        }
        unknown = [one.text for one in self.combinations if not one.determined]
        facts |= {"not determined": "; ".join(unknown)} if unknown else {}
        facts |= {"real roots": len(self.roots)} if len(self.roots) > 1 else {}
        title = (
            f"Fit of {len(self.names)} coupling{'s' * (len(self.names) > 1)} to {len(self.residual)} numbers"
        )
        return Content(title, facts, ("coupling", "value", "error", "determined"), rows, len(self.names))
