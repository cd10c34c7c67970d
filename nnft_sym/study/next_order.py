"""Predict the 6-point function from the 4-point coupling and see what remains.

    G⁽⁶⁾ = Σ₁₅ K K K + λ · (what the diagrams with one f⁴ vertex give) + remainder

With the coupling *tensor* the remainder is κ₆/N² by identity, so that row checks the engine and not the
theory; with one constant coupling the remainder says what the theory misses. A sixth-order coupling is not
quoted: the two-vertex exchange diagram of order λ² is of the same order in 1/N and is not subtracted here.
"""

from collections.abc import Mapping

import numpy as np

from nnft_sym.study import recipe
from nnft_sym.study.results import (
    Array,
    CorrelatorResult,
    CouplingStatus,
    CouplingTensor,
    NextOrder,
)
from numerics.inference.comparison import compare
from numerics.inference.eigenbasis import Eigenbasis, eigenbasis_of_blocks
from numerics.integrals.prediction import Prediction
from numerics.results.joint_correlators import Correlators


def predict_next_order(
    correlators: Mapping[int, CorrelatorResult],
    coupling: CouplingTensor,
    prediction: Prediction,
    coupling_name: str,
    sampled: Correlators,
    basis: Eigenbasis,
) -> NextOrder:
    """Predict the 6-point function in four ways.

    Parameters
    ----------
    correlators : mapping of int to CorrelatorResult
        Orders 4 and 6.
    coupling : CouplingTensor
    prediction : Prediction
        The integrated expansion of the 6-point function.
    coupling_name : str
        The coupling of f⁴.
    sampled : Correlators
    basis : Eigenbasis
        Of the covariance of the sampled 6-point function.

    Returns
    -------
    NextOrder
    """
    six = correlators[recipe.PREDICTED]
    sampled_delta = six.sampled.value - six.free.value
    best = _changes(
        prediction,
        coupling_name,
        coupling.tensor.value,
        coupling,
        float(coupling.mean if coupling.mean_exact is None else coupling.mean_exact),
        coupling.fit_best.parameters[0] if coupling.fit_best is not None else float("nan"),
    )
    from_sample = _changes(
        prediction,
        coupling_name,
        coupling.sampled.value,
        coupling,
        float(coupling.mean),
        coupling.fit.parameters[0] if coupling.fit is not None else float("nan"),
    )
    # The free part is left out on both sides: of a nearly Gaussian network only rounding would remain of it.
    residuals = {name: six.delta - change for name, change in best.items()}
    remainder = residuals[recipe.TENSOR]
    predicted = np.isfinite(remainder)
    scale = np.abs(six.delta)
    identity = None
    if coupling.exact is not None and six.connected is not None and predicted.any():
        miss = float(np.abs(remainder - six.connected.value)[predicted].max())
        identity = miss / float(scale.max()) if miss > 0 and scale.max() > 0 else miss
    if not predicted.all():
        basis = eigenbasis_of_blocks(sampled.block_means((six.order,))[:, predicted], sampled.block_sizes)
    return NextOrder(
        predictions={name: six.free.value + change for name, change in best.items()},
        explained={name: _explained(residuals[name], scale) for name in recipe.PREDICTIONS},
        explained_sampled={
            name: _explained(sampled_delta - from_sample[name], np.abs(sampled_delta))
            for name in recipe.PREDICTIONS
        },
        comparisons={
            name: compare(
                (sampled_delta - best[name])[predicted],
                basis,
                n_blocks=sampled.n_blocks,
            )
            for name in recipe.PREDICTIONS
            if predicted.any() and np.isfinite(best[name][predicted]).all()
        },
        remainder=remainder,
        remainder_share=1.0 - _explained(remainder, scale),
        identity_miss=identity,
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
) -> dict[str, Array]:
    """What each prediction adds to the free theory."""
    per_unit = prediction.coefficient(name).value
    # Where vertex and correlator both vanish the product λ·∫ is 0 whatever λ; where λ is infinite it is not
    # defined, and the NaN travels into every element that needs it.
    undetermined = np.array([item is CouplingStatus.UNDETERMINED for item in coupling.status])
    filled = np.where(undetermined, 0.0, tensor)
    return {
        "free": np.zeros(len(per_unit)),
        recipe.TENSOR: prediction.evaluate_tensor(name, filled).value,
        recipe.MEAN: mean * per_unit,
        recipe.FIT: fitted * per_unit,
    }


def _explained(residual: Array, scale: Array) -> float:
    """1 - Σ|residual| / Σ|ΔG6| over all elements; of those that cannot be predicted nothing is explained."""
    predicted = np.isfinite(residual)
    if not predicted.any() or not scale.any():
        return float("nan")
    return float(1.0 - np.where(predicted, np.abs(residual), scale).sum() / scale.sum())
