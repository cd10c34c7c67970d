"""What stands below the figures of a study."""

from nnft_sym.report.plot_style import minus
from nnft_sym.study.coupling_tensors import CouplingStatus
from nnft_sym.study.recipe import Recipe
from nnft_sym.study.results import NetResult
from numerics.results.estimate import Quality

PULLS = (
    "Pulls (sampled − exact)/error over the distinct index sets, and the unit normal. The elements are "
    "strongly correlated: only the stated number of independent directions is tested, so the histogram "
    "need not look normal. Bars that leave the frame are cut off."
)
#: Relative corrections below this are zero but for rounding.
ROUNDING = 1e-9


def overview(recipe: Recipe) -> str:
    """Caption of what the predictions explain, for all nets."""
    identity = (
        f"; with the {recipe.symbol} tensor the remainder is {recipe.remainder} by identity"
        if recipe.remainder
        else ""
    )
    return (
        f"Share of {recipe.delta_predicted} = G{recipe.predicted} − free theory that each prediction "
        f"explains, 1 − Σ|residual|/Σ|{recipe.delta_predicted}| over distinct index sets. Bars: against the "
        f"exact {recipe.predicted}-point function (where there is one). Open circles: sampled couplings "
        f"against the sampled {recipe.predicted}-point function. 0 % is the free theory{identity}."
    )


def diagrams(recipe: Recipe) -> str:
    """Caption of the diagrams."""
    return (
        f"The diagrams of the 2-, {recipe.fitted}- and {recipe.predicted}-point functions, one for all that "
        "differ only by the labels of the external points: number of labellings × Wick contractions of each."
    )


def correlators(net: NetResult) -> str:
    """Caption of kernel and size of the corrections."""
    low, high = (minus(f"{extreme:.6g}") for extreme in (net.kernel.min(), net.kernel.max()))
    zero = [
        one.order
        for one in net.correlators.values()
        if one.distance.exact is not None and one.distance.exact < ROUNDING
    ]
    said = (
        f"Left: the kernel K(x, x′) at the inputs, from {low} to {high}. Right: size of the corrections to "
        "the free theory, mₙ = mean of |ΔGₙ|/|free|, sampled and exact, against the background, which is "
        "the scatter of one experiment; dashed: the error of the mean over experiments."
    )
    if zero:
        said += f" Exactly, m{' and m'.join(map(str, zero))} = 0."
    orders = [f"G{one.order}" for one in net.correlators.values() if one.quality is not Quality.TRUSTED]
    return said + (f" Hatched: the sampled {' and '.join(orders)} is not trustworthy." if orders else "")


def coupling(net: NetResult) -> str:
    """Caption of the coupling element by element."""
    recipe = net.recipe
    total = len(net.tensor.status)
    left_out = total - net.tensor.count(CouplingStatus.FINITE)
    order = "exact" if net.tensor.exact is not None else "sampled"
    said = (
        f"The coupling {recipe.symbol} element by element, sorted by its {order} value, with 1σ errors "
        f"(strongly "
        "correlated between elements), and the one constant that replaces it: the mean of the tensor or "
        "the fit."
    )
    if left_out:
        said += f" {left_out} of {total} elements have no finite {recipe.symbol} and are not shown."
    if net.fitted.quality is not Quality.TRUSTED:
        said += " Grey: the sampled values are not trustworthy."
    return said


def next_order(net: NetResult) -> str:
    """Caption of the 6-point function and its predictions."""
    recipe = net.recipe
    target = "exact" if net.predicted.exact is not None else "sampled"
    said = (
        f"Left: predicted against {target} {recipe.delta_predicted}, in units of the largest "
        f"|{recipe.delta_predicted}|; a perfect prediction lies "
        "on the diagonal, the free theory on the grey line. Right: |residual| of each prediction, sorted "
        f"by size"
        + (f"; what the {recipe.symbol} tensor leaves is {recipe.remainder}." if recipe.remainder else ".")
    )
    if net.following.excluded:
        said += (
            f" {net.following.excluded} elements cannot be predicted with a finite {recipe.symbol} tensor."
        )
    if net.predicted.quality is not Quality.TRUSTED:
        return said + f" The sampled {recipe.predicted}-point function is not trustworthy and not shown."
    return said + f" Dotted: the sampling error of G{recipe.predicted}."
