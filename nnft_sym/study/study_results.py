"""What a study finds: plain frozen records, filled by `run`, read by tables, plots and reports.

Conventions: index sets are the distinct multisets of the inputs (rows of
``numerics.fields.index_sets.multisets``); ``free`` is the Gaussian-process part, the sum over pairings of
products of kernels; ``delta`` means full minus free. Where an exact finite-width answer exists it is the
referee; sampled numbers stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagrams.deprecated import renamed
from nnft_sym.actions.names import symbol
from nnft_sym.study.action_fit import ActionFit
from nnft_sym.study.checks import Checks
from nnft_sym.study.judgement import STANDARD, Judgement
from nnft_sym.study.judgements import Arithmetic, Description, judge_arithmetic
from nnft_sym.study.old_names import under_old_name
from nnft_sym.study.recipe import PUBLISHED, Recipe
from nnft_sym.study.run_record import RunRecord
from numerics.results.faces import Content, Shown
from numerics.results.quality import Quality

if TYPE_CHECKING:
    from nnft_sym.actions.action import Action
    from nnft_sym.expansions.expansion import Expansion
    from nnft_sym.study.case import Case
    from nnft_sym.study.config import StudyConfig
    from nnft_sym.study.coupling_tensors import CouplingTensor
    from nnft_sym.study.symmetries_and_axioms import SymmetriesAndAxioms
    from numerics.inference.comparison import Comparison
    from numerics.inference.dataset import Dataset
    from numerics.results.correlator import Correlator
    from numerics.results.estimate import Estimate

Array = NDArray[np.float64]


class Distance(NamedTuple):
    """Mean over elements of |delta| / |free|; those with free = 0 are left out.

    Attributes
    ----------
    sample, exact : float
        Of the sampled and of the exact correlator, if there is one.
    background : float
        Of the scatter of one experiment, the standard deviation over experiments; the error of the mean is
        smaller by the square root of their number.
    exact_error : float or None
        Bound of `exact`.
    """

    sample: float
    exact: float | None
    background: float
    exact_error: float | None = None


@dataclass(frozen=True)
class CorrelatorResult:
    """One n-point function over the M distinct index sets, held against the free theory.

    Attributes
    ----------
    free, sampled : Correlator
        Gaussian part, with the error bound of its integrals; sampled full correlator, with the deviations of
        its blocks.
    exact, connected, excess : Correlator or None
        Exact finite-width full and connected correlator, and the full one less the free theory without
        cancellation, where there is an exact answer.
    distance : Distance
        How far it is from the free theory.
    comparison : Comparison or None
        Sampled against exact in the eigenbasis of the covariance.
    """

    free: Correlator
    sampled: Correlator
    exact: Correlator | None
    connected: Correlator | None
    excess: Correlator | None
    distance: Distance
    comparison: Comparison | None

    @property
    def order(self) -> int:
        """Number n of fields in a product."""
        return self.sampled.order

    @property
    def indices(self) -> NDArray[np.int64]:
        """Index sets, shape (M, order)."""
        return self.sampled.indices

    @property
    def quality(self) -> Quality:
        """Whether the sampled error bar can be trusted."""
        return self.sampled.quality

    @property
    def is_trusted(self) -> bool:
        """True where the sampled error bar can be trusted."""
        return self.quality is Quality.TRUSTED

    @property
    def best(self) -> Correlator:
        """The exact full correlator if there is one, else the sampled."""
        return self.sampled if self.exact is None else self.exact

    @property
    def delta(self) -> Array:
        """Best full correlator minus the free one, shape (M,)."""
        return self.best.value - self.free.value if self.excess is None else self.excess.value

    if not TYPE_CHECKING:

        def __getattr__(self, name):  # noqa: ANN001, ANN204
            return under_old_name(self, name)


@dataclass(frozen=True)
class NextOrder:
    """Predictions of the 6-point function and what they leave.

    Attributes
    ----------
    free : ndarray, shape (M6,)
        The free theory.
    changes : mapping of str to ndarray, shape (M6,)
        What each prediction adds to it, one tensor per key of `Recipe.predictions`; NaN where a prediction
        needs an infinite coupling.
    explained : mapping of str to float
        1 - Σ|residual| / Σ|delta| against the best 6-point function, over all elements; of what a prediction
        cannot predict it explains nothing.
    explained_sampled : mapping of str to float
        The same with the sampled couplings against the sampled 6-point function.
    shares : mapping of str to Estimate
        `explained_sampled` as estimates; empty where that is not known. Without an exact answer `explained`
        is of the sample, too, and has the same errors.
    comparisons : mapping of str to Comparison
        Sampled 6-point function against each of `predictions`. Without an exact answer those carry the
        noise of the sampled 4-point function, which the χ² does not know of.
    remainder : ndarray, shape (M6,)
        Best 6-point function minus the prediction with the coupling tensor: equals κ₆/N².
    unpredicted_share : float
        The part of `remainder_share` that is of elements which cannot be predicted.
    remainder_share : float
        Σ|remainder| / Σ|delta| over all elements; what cannot be predicted remains whole.
    identity_miss : float or None
        Largest |remainder - κ₆/N²| / largest |delta|, where an exact answer exists: checks the engine.
    excluded : int
        Elements that no finite coupling tensor can predict.
    """

    free: Array
    changes: Mapping[str, Array]
    explained: Mapping[str, float]
    explained_sampled: Mapping[str, float]
    comparisons: Mapping[str, Comparison]
    remainder: Array
    remainder_share: float
    identity_miss: float | None
    excluded: int
    unpredicted_share: float = 0.0
    shares: Mapping[str, Estimate] = field(default_factory=dict)

    @property
    def predictions(self) -> dict[str, Array]:
        """The predicted full correlators."""
        return {name: self.free + change for name, change in self.changes.items()}

    def share_error(self, name: str) -> float | None:
        """Return the standard error of a share from the sample; None where it is not known."""
        known = self.shares.get(name)
        return None if known is None or not np.isfinite(known.error) else float(known.error)

    if not TYPE_CHECKING:

        def __getattr__(self, name):  # noqa: ANN001, ANN204
            return under_old_name(self, name)


@dataclass(frozen=True)
class NetResult:
    """Everything a study finds for one architecture.

    Attributes
    ----------
    case : Case
        What was asked about.
    recipe : Recipe
        What was asked.
    data : Dataset
        Sampled and exact correlators.
    integral_method, integral_error : str and float
        Of the vertex integrals; the largest error relative to the largest integral.
    correlators : mapping of int to CorrelatorResult
    coupling : CouplingTensor or None
        None where no coupling of the action stands alone: they are in `action_fit`.
    next_order : NextOrder or None
    joint : Comparison or None
        Of all trusted orders together, sampled against exact.
    checks : Checks
        Is our arithmetic right?
    description : Description
        Does the action describe the ensemble?
    verdict : str
        The same in words.
    action_fit : ActionFit
        The couplings of the whole action, order by order in 1/N.
    seconds : float
    limits : Judgement
        The thresholds behind checks and verdict.
    symmetries_and_axioms : SymmetriesAndAxioms or None
        What is known of the network beside its couplings; None where nobody asked.
    """

    case: Case
    recipe: Recipe
    data: Dataset
    integral_method: str
    integral_error: float
    correlators: Mapping[int, CorrelatorResult]
    coupling: CouplingTensor | None
    next_order: NextOrder | None
    joint: Comparison | None
    checks: Checks
    description: Description
    verdict: str
    action_fit: ActionFit
    seconds: float
    limits: Judgement = STANDARD
    symmetries_and_axioms: SymmetriesAndAxioms | None = None

    @property
    def name(self) -> str:
        """Short name of the network."""
        return self.case.name

    @property
    def fitted(self) -> CorrelatorResult:
        """The correlator that the coupling is taken from."""
        return self.correlators[self.recipe.fitted]

    @property
    def predicted(self) -> CorrelatorResult:
        """The correlator that is predicted with it."""
        return self.correlators[self.recipe.predicted]

    @property
    def sample_is_trusted(self) -> bool:
        """True where the samples of both correlators, fitted and predicted, are trusted."""
        return self.fitted.is_trusted and self.predicted.is_trusted

    @cached_property
    def kernel(self) -> Array:
        """K at the inputs, shape (n, n)."""
        return self.case.kernel.full(self.case.fields.inputs, self.case.fields.inputs)

    @cached_property
    def kernel_weight(self) -> Array:
        """K_W, the part of the hidden layer, at the inputs, shape (n, n)."""
        return self.case.kernel.weight(self.case.fields.inputs, self.case.fields.inputs)

    @property
    def tensor(self) -> CouplingTensor:
        """The coupling that stands alone, where there is one."""
        assert self.coupling is not None, "no coupling of the action stands alone"
        return self.coupling

    @property
    def following(self) -> NextOrder:
        """What is predicted with it."""
        assert self.next_order is not None, "no coupling of the action stands alone"
        return self.next_order

    @property
    def kernel_rank(self) -> int:
        """Rank of the kernel matrix."""
        tolerance = 1e-10 * np.abs(self.kernel).max()
        return int(np.linalg.matrix_rank(self.kernel, tol=tolerance, hermitian=True))

    @property
    def exact_method(self) -> str | None:
        """How the exact correlators were computed, None if there are none."""
        return None if self.fitted.exact is None else self.fitted.exact.method

    @property
    def arithmetic(self) -> Arithmetic:
        """Say whether our arithmetic is right."""
        return judge_arithmetic(self.checks)

    @property
    def passed(self) -> bool:
        """True when no check of our numbers failed."""
        return self.checks.passed

    @property
    def compared(self) -> bool:
        """True when a sampled correlator could be compared with an exact one."""
        return self.checks.compared

    if not TYPE_CHECKING:

        def __getattr__(self, name):  # noqa: ANN001, ANN204
            return under_old_name(self, name)


@dataclass(frozen=True, repr=False)
class StudyResult(Shown):
    """A whole study.

    Examples
    --------
    >>> from nnft_sym.study.config import parse_study
    >>> from nnft_sym.study.run import run_study
    >>> tiny = '''
    ... experiments = 2
    ... networks = 500
    ... [[net]]
    ... kind = "cos"
    ... width = 3
    ... points = [[0.0], [0.7]]
    ... '''
    >>> result = run_study(parse_study(tiny))
    >>> [net.name for net in result.nets], result.refused
    (['cos'], {})
    """

    config: StudyConfig
    expansions: Mapping[int, Expansion]
    nets: tuple[NetResult, ...]
    provenance: Mapping[str, object]
    seconds: float
    #: Nets without a result -> why.
    refused: Mapping[str, str] = field(default_factory=dict)
    #: The thresholds behind checks and verdicts.
    limits: Judgement = STANDARD
    recipe: Recipe = PUBLISHED
    #: How it ran: date, machine, versions, time of every part. No number depends on it.
    run: RunRecord = field(default_factory=RunRecord)

    def plain_fields(self) -> Content:
        """Give the outcome as plain fields, one row for each net."""

        def rows() -> Iterator[tuple[object, ...]]:
            return (
                (net.name, net.case.width, "passed" if net.passed else "failed", net.verdict)
                for net in self.nets
            )

        facts: dict[str, object] = {"outcome": self.outcome, "seconds": round(self.seconds, 1)}
        title = f"Study of {len(self.nets)} nets"
        return Content(title, facts, ("net", "width", "checks", "verdict"), rows, len(self.nets))

    @property
    def passed(self) -> bool:
        """True when every net has a result and passed."""
        return not self.refused and all(net.passed for net in self.nets)

    @property
    def action(self) -> Action:
        """The action of the study."""
        return self.expansions[self.recipe.fitted].action

    @property
    def alone(self) -> bool:
        """Whether the coupling of the recipe stands alone, so that there are tables of it."""
        return any(net.coupling is not None for net in self.nets)

    @property
    def set_aside(self) -> str:
        """Old name of `beside`."""
        renamed("result.set_aside", "result.beside")
        return self.beside

    @property
    def beside(self) -> str:
        """Say where the couplings are that the tables of the recipe leave out; empty if there are none."""
        if not self.alone:
            return ""
        used = self.action.coefficient(self.recipe.fitted).variables
        others = [symbol(name) for name in sorted(set(self.action.couplings) - set(used))]
        if not others:
            return ""
        return (
            f"What is said of {self.recipe.symbol} alone has {' = '.join(others)} = 0; all couplings of the "
            "action are inferred together, order by order in 1/N."
        )

    @property
    def outcome(self) -> str:
        """Say in words what `passed` means here."""
        if self.refused:
            return "there is no result for " + "; ".join(f"{net}: {why}" for net, why in self.refused.items())
        if not self.passed:
            return "our numbers do not agree with the exact referee"
        missing = [net.name for net in self.nets if not net.compared]
        if not missing:
            return "our numbers agree with the exact referee"
        return (
            f"no check failed, but no sample could be compared with an exact answer for {', '.join(missing)}"
        )
