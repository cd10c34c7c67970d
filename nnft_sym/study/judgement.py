"""From which numbers a study says yes or no; part of its result, so that a reader knows the thresholds."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Judgement:
    """Thresholds of the checks and of the verdict.

    Attributes
    ----------
    suspect : float
        Two-sided p-value of sampled against exact below which our own numbers are suspect: with three nets
        and four comparisons each, a false alarm in about one run of 800.
    pull : float
        Standard errors by which the sampled mean coupling may miss the exact one.
    relations : float
        Violation of exact linear relations, as a share of a difference that is itself of the size of its
        standard error, up to which sampled and exact correlators agree; rounding in both stays far below.
    networks_per_square : float
        A χ² with k directions is judged from this many times k² networks on; with fewer, the block means are
        not Gaussian enough in the directions of small variance and the p-value raises false alarms
        (measured).
    quadrature : float
        Largest relative quadrature error of the vertex integrals.
    identity : float
        Largest share of ΔG⁽⁶⁾ by which the identity "the tensor leaves the connected function" may be missed.
    rejected : float
        Upper-tail probability of the fit's χ² below which one constant coupling is rejected.
    misfit : float
        Mean relative misfit to the exact correlator above which one constant coupling is rejected.
    vague : float
        The same misfit to a *sampled* correlator above which nothing is accepted.
    fair : float
        Share of the next correlator's deviation that a fair description explains at least.
    expansion : float
        Largest |correction of the next order in 1/N|/|coupling| at which the expansion holds.

    Examples
    --------
    >>> Judgement().rejected, Judgement(misfit=0.05).misfit
    (0.001, 0.05)
    """

    suspect: float = 1e-4
    pull: float = 4.0
    relations: float = 0.01
    networks_per_square: float = 100.0
    quadrature: float = 1e-6
    identity: float = 1e-6
    rejected: float = 1e-3
    misfit: float = 0.02
    vague: float = 0.2
    fair: float = 0.5
    expansion: float = 0.5

    def rows(self) -> dict[str, float]:
        """All thresholds by name, for reports and JSON."""
        return asdict(self)


#: The thresholds of a study that names no others.
STANDARD = Judgement()
