"""Predict the next correlator from the coupling and see what remains.

For λ f⁴:

    G⁽⁶⁾ = Σ₁₅ K K K + λ · (what the diagrams with one f⁴ vertex give) + remainder

With the coupling *tensor* the remainder is κ₆/N² by identity, so that row checks the engine and not the
theory; with one constant coupling the remainder says what the theory misses. A sixth-order coupling is not
quoted: the two-vertex exchange diagram of order λ² is of the same order in 1/N and is not subtracted here.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nnft_sym.study.coupling_tensors import CouplingStatus, CouplingTensor
from nnft_sym.study.recipe import Way
from nnft_sym.study.study_results import Array, CorrelatorResult, NextOrder
from numerics.inference.comparison import compare
from numerics.inference.dataset import Dataset
from numerics.integrals.prediction import Prediction
from numerics.results.correlator import Correlator
from numerics.results.estimate import Estimate

if TYPE_CHECKING:
    from nnft_sym.study.setup import Setup

#: Groups of blocks behind the errors of shares.
GROUPS = 20


def predict_next_order(
    data: Dataset,
    target: CorrelatorResult,
    coupling: CouplingTensor,
    prediction: Prediction,
    setup: "Setup",
) -> NextOrder:
    """Predict a correlator in four ways.

    Parameters
    ----------
    data : Dataset
    target : CorrelatorResult
        The correlator to predict.
    coupling : CouplingTensor
    prediction : Prediction
        Its integrated expansion.
    setup : Setup

    Returns
    -------
    NextOrder
    """
    recipe = setup.recipe
    sampled_delta = target.sampled.value - target.free.value
    best = _changes(
        prediction,
        setup.probe,
        coupling.tensor.value,
        coupling,
        float(coupling.mean if coupling.mean_exact is None else coupling.mean_exact),
        coupling.fit_best.parameters[0] if coupling.fit_best is not None else float("nan"),
    )
    from_sample = _changes(
        prediction,
        setup.probe,
        coupling.sampled.value,
        coupling,
        float(coupling.mean),
        coupling.fit.parameters[0] if coupling.fit is not None else float("nan"),
    )
    # The free part is left out on both sides: of a nearly Gaussian network only rounding would remain of it.
    residuals = {way: target.delta - change for way, change in best.items()}
    remainder = residuals[Way.TENSOR]
    predicted = np.isfinite(remainder)
    scale = np.abs(target.delta)
    named = recipe.predictions.items()
    basis = data.basis((target.order,), None if predicted.all() else predicted) if predicted.any() else None
    return NextOrder(
        free=target.free.value,
        changes={name: best[way] for way, name in named},
        explained={name: _explained(residuals[way], scale) for way, name in named},
        explained_sampled={
            name: _explained(sampled_delta - from_sample[way], np.abs(sampled_delta)) for way, name in named
        },
        shares=_sampled_shares(data, target, coupling, prediction, setup),
        comparisons={
            name: compare(
                (sampled_delta - best[way])[predicted], basis, n_blocks=target.sampled.uncertainty.n_blocks
            )
            for way, name in named
            if basis is not None and np.isfinite(best[way][predicted]).all()
        },
        remainder=remainder,
        remainder_share=1.0 - _explained(remainder, scale),
        identity_miss=None if recipe.remainder is None else _identity_miss(target, remainder, predicted),
        excluded=int((~predicted).sum()),
        unpredicted_share=float(scale[~predicted].sum() / scale.sum()) if scale.any() else 0.0,
    )


def _changes(
    prediction: Prediction,
    name: str,
    tensor: Array,
    coupling: CouplingTensor,
    mean: float,
    fitted: float,
) -> dict[Way, Array]:
    """What each prediction adds to the free theory."""
    per_unit = prediction.coefficient(name).value
    # Where vertex and correlator both vanish the product λ·∫ is 0 whatever λ; where λ is infinite it is not
    # defined, and the NaN travels into every element that needs it.
    undetermined = np.array([item is CouplingStatus.UNDETERMINED for item in coupling.status])
    filled = np.where(undetermined, 0.0, tensor)
    return {
        Way.FREE: np.zeros(len(per_unit)),
        Way.TENSOR: prediction.evaluate_tensor(name, filled).value,
        Way.MEAN: mean * per_unit,
        Way.FIT: fitted * per_unit,
    }


def _identity_miss(target: CorrelatorResult, remainder: Array, predicted: NDArray[np.bool_]) -> float | None:
    """Hold the remainder against the exact connected correlator, which it is; None without one."""
    if target.connected is None or not predicted.any():
        return None
    miss, scale = (
        float(np.abs(remainder - target.connected.value)[predicted].max()),
        np.abs(target.delta).max(),
    )
    return miss / float(scale) if miss > 0 and scale > 0 else miss


def _explained(residual: Array, scale: Array) -> float:
    """1 - Σ|residual| / Σ|ΔG| over all elements; of those that cannot be predicted nothing is explained."""
    predicted = np.isfinite(residual)
    if not predicted.any() or not scale.any():
        return float("nan")
    return float(1.0 - np.where(predicted, np.abs(residual), scale).sum() / scale.sum())


def _sampled_shares(
    data: Dataset, target: CorrelatorResult, coupling: CouplingTensor, prediction: Prediction, setup: "Setup"
) -> dict[str, Estimate]:
    """Estimate what the sample alone explains: correlator and coupling come from the same networks.

    The blocks are put together into `GROUPS`, and everything is done again with the sample moved by what each
    group deviates, back and forth. The sum of squares of the changes is the variance, as for any function of
    block means; from so few groups the error itself is known to 1/√(2 · 19) = 16 %.
    """
    recipe = setup.recipe
    moves = _group_moves(data, recipe.fitted, target.order)
    delta, tensor = target.sampled.value - target.free.value, coupling.sampled.value
    divisor = np.where(coupling.finite, coupling.coefficient.value, np.nan)
    constants = _Constants.of(coupling)

    def shares(lower: Array, upper: Array) -> Array:
        mean, fitted = constants.moved(lower / divisor, lower)
        made = _changes(prediction, setup.probe, tensor + lower / divisor, coupling, mean, fitted)
        return np.array([_explained(delta + upper - made[way], np.abs(delta + upper)) for way in Way])

    slopes = np.array([(shares(*move) - shares(*(-one for one in move))) / 2 for move in moves])
    errors = np.sqrt(np.sum(slopes**2, axis=0) * len(moves) / (len(moves) - 1))
    found = shares(np.zeros_like(tensor), np.zeros_like(delta))
    return {
        recipe.name(way): Estimate(value, error, "20 groups of blocks")
        for way, value, error in zip(Way, found.tolist(), errors.tolist(), strict=True)
    }


def _group_moves(data: Dataset, fitted: int, predicted: int) -> list[tuple[Array, Array]]:
    """By how much groups of blocks move the sampled correlators of two orders."""
    assert data.sampled is not None, "a study samples"
    lower, upper = (_group_sums(data.sampled[order]) for order in (fitted, predicted))
    return list(zip(lower, upper, strict=True))


def _group_sums(sampled: Correlator) -> list[Array]:
    # the deviations of all blocks add up to zero, so that one block more or less in a group does no harm
    return [
        np.asarray(group.sum(axis=0))
        for part in sampled.uncertainty.blocks
        for group in np.array_split(part.deviations, min(GROUPS, len(part.deviations)))
    ]


@dataclass(frozen=True)
class _Constants:
    """Mean and fit of a sampled coupling, and how the fit follows the correlator."""

    finite: NDArray[np.bool_]
    mean: float
    fitted: float
    response: Array | None

    @classmethod
    def of(cls, coupling: CouplingTensor) -> "_Constants":
        fit = coupling.fit
        if fit is None:
            return cls(coupling.finite, float(coupling.mean), float("nan"), None)
        return cls(coupling.finite, float(coupling.mean), float(fit.parameters[0]), fit.response[0])

    def moved(self, tensor: Array, correlator: Array) -> tuple[float, float]:
        """Return both after a change of the tensor and of the correlator."""
        if not self.finite.any() or self.response is None:
            return self.mean, self.fitted
        by = float(self.response @ correlator[self.finite])
        return self.mean + float(tensor[self.finite].mean()), self.fitted + by
