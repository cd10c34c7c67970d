"""What stands below the figures of a study, and what they are for those who do not see them."""

from dataclasses import dataclass

from diagrams.messages import counted
from nnft_sym.printing.number_text import correlator_name, number, percent, subscript, superscript
from nnft_sym.report.panels import ALIKE
from nnft_sym.report.panels_coupling import is_one_number, out_of_frame
from nnft_sym.report.panels_prediction import drawn_together
from nnft_sym.report.panels_prediction import is_one_number as is_one_prediction
from nnft_sym.report.panels_pulls import BAND, FEW
from nnft_sym.report.plot_style import minus, net_title
from nnft_sym.study.coupling_tensors import CouplingStatus
from nnft_sym.study.recipe import Recipe, Way
from nnft_sym.study.study_results import NetResult, StudyResult

#: Relative corrections below this are zero but for rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Caption:
    """Words for a figure.

    Attributes
    ----------
    text : str
        What stands below it.
    alt : str
        What is seen, in one sentence.
    """

    text: str
    alt: str


def overview(result: StudyResult) -> Caption:
    """Caption of what the predictions explain, for all nets."""
    recipe = result.recipe
    identity = (
        f"; with the {recipe.symbol} tensor the remainder is {recipe.remainder} by identity"
        if recipe.remainder
        else ""
    )
    text = (
        f"Share of {recipe.delta_predicted} = {correlator_name(recipe.predicted)} − free theory that each "
        f"prediction explains, 1 − Σ|residual|/Σ|{recipe.delta_predicted}| over distinct index sets. Bars: "
        f"against the exact {recipe.predicted}-point function (where there is one), without sampling error. "
        f"Points below them: sampled couplings against the sampled {recipe.predicted}-point function, ±1σ. "
        f"Predictions that explain the same share one bar. 0 % is the free theory{identity}."
    )
    said = ", ".join(f"{net_title(net)} {_best(net)}" for net in result.nets if net.next_order is not None)
    return Caption(
        text, f"Bars of the share of {recipe.delta_predicted} that each prediction explains: {said}."
    )


def _best(net: NetResult) -> str:
    explained = net.following.explained[net.recipe.name(Way.TENSOR)]
    return f"{percent(explained)} with the {net.recipe.symbol} tensor"


def diagrams(recipe: Recipe) -> Caption:
    """Caption of the diagrams."""
    return Caption(
        f"The diagrams of the 2-, {recipe.fitted}- and {recipe.predicted}-point functions, one for all that "
        "differ only by the labels of the external points: number of labellings × Wick contractions of each.",
        f"Feynman diagrams of the 2-, {recipe.fitted}- and {recipe.predicted}-point functions.",
    )


def correlators(net: NetResult, experiments: int) -> Caption:
    """Caption of kernel and size of the corrections."""
    low, high = (minus(f"{extreme:.6g}") for extreme in (net.kernel.min(), net.kernel.max()))
    zero = [
        one.order
        for one in net.correlators.values()
        if one.distance.exact is not None and one.distance.exact < ROUNDING
    ]
    mean, given = "", "sampled" if net.fitted.exact is None else "sampled and exact"
    if 0 < float(net.kernel.max() - net.kernel.min()) < ALIKE * float(abs(net.kernel).max()):
        mean = "; its elements hardly differ, so their distances from the mean are shown"
    said = (
        f"Left: the kernel K(x, x′) at the inputs, from {low} to {high}{minus(mean)}. Right: size of the "
        f"corrections to the free theory, mₙ = mean over index sets of |ΔG⁽ⁿ⁾|/|free|, {given}. "
        "Grey: the scatter of one experiment (its standard deviation over experiments, the background); "
        f"dashed: that over √{experiments}, the error of the mean of all {experiments}. What is sampled "
        "can be told from the free theory where it lies above the dashed line."
    )
    if zero:
        said += f" Exactly, m{' and m'.join(map(subscript, zero))} = 0."
    orders = [correlator_name(one.order) for one in net.correlators.values() if not one.is_trusted]
    if orders:
        are = "is" if len(orders) == 1 else "are"
        said += f" Open: the sampled {' and '.join(orders)} {are} not trustworthy."
    return Caption(
        said, f"{net_title(net)}: kernel matrix, and size of the corrections of every order against noise."
    )


def coupling(net: NetResult) -> Caption:
    """Caption of the coupling element by element."""
    recipe = net.recipe
    total, finite = len(net.tensor.status), net.tensor.count(CouplingStatus.FINITE)
    order = "exact" if net.tensor.exact is not None else "sampled"
    alone = is_one_number(net)
    if alone:
        said = (
            f"The coupling {recipe.symbol}: {_all(finite)} one number, to half a percent at most, "
            "so each row stands for all of them (line: their range; error: 1σ of one element), and for the "
            "constant that replaces them, the mean of the sampled tensor or the fit."
        )
    else:
        said = (
            f"The coupling {recipe.symbol} element by element, sorted by its {order} value, with 1σ errors "
            "(strongly correlated between elements), and the one constant that replaces it: the mean of the "
            "tensor or the fit. Where its elements differ by orders of magnitude the axis is logarithmic on "
            "both sides of zero, and linear around it."
        )
    outside = out_of_frame(net)
    if outside:
        said += f" Triangles at the border: {counted(outside, 'sampled element')} outside the frame."
    if finite < total:
        said += f" {total - finite} of {total} elements have no finite {recipe.symbol} and are not shown."
    if not net.fitted.is_trusted:
        said += " Open: the sampled values are not trustworthy."
    what = "one number, equal for all elements" if alone else f"{finite} elements, sorted"
    return Caption(said, f"{net_title(net)}: the coupling {recipe.symbol}, {what}, with mean and fit.")


def next_order(net: NetResult) -> Caption:
    """Caption of the 6-point function and its predictions."""
    recipe = net.recipe
    target = "exact" if net.predicted.exact is not None else "sampled"
    amount, whole = recipe.delta_predicted, correlator_name(recipe.predicted)
    alone = is_one_prediction(net)
    if alone:
        said = (
            f"{amount} = {whole} − free theory and its predictions, in the units of "
            f"f{superscript(recipe.predicted)}; {_all(len(net.predicted.delta))} one number, to half a "
            "percent at most, so each row stands for all of them (error: 1σ of one element)."
        )
    else:
        band = "; the blue band is ±1σ of the sample" if net.predicted.is_trusted else ""
        said = (
            f"Above: {amount} = {whole} − free theory for every index set, sorted by its "
            f"{target} value: {_sampled_words(net)}and as predicted. Below, in the same order: what each "
            f"prediction misses, {target} − predicted; of the free theory that is {amount} itself. Both are "
            f"in the units of f{superscript(recipe.predicted)}{band}. Axes "
            "with powers of ten on both sides of zero are logarithmic there, and linear around it."
        )
    if recipe.remainder:
        noise = "" if net.predicted.exact is not None else ", with the noise of the sample"
        said += f" What the {recipe.symbol} tensor leaves is {recipe.remainder}{noise}."
    together = [one for one in drawn_together(net) if len(one.ways) > 1]
    for one in together:
        names = " and ".join(recipe.words(way) for way in one.ways)
        said += f" The predictions {names} coincide, to {_share(one.apart)} of the largest |{amount}|."
    if net.following.excluded:
        said += (
            f" {net.following.excluded} elements cannot be predicted with a finite {recipe.symbol} tensor."
        )
    if not net.predicted.is_trusted:
        said += f" Open: the sampled {recipe.predicted}-point function is not trustworthy."
    ends = "; predictions coincide" if together else ""
    return Caption(said, f"{net_title(net)}: {amount}, {target}, sampled and predicted{ends}.")


def _all(count: int) -> str:
    return "its only element is" if count == 1 else f"all its {count} elements are"


def _sampled_words(net: NetResult) -> str:
    return "exact, " * (net.predicted.exact is not None) + "sampled with 1σ errors "


def _share(share: float) -> str:
    """A share that is small: percent, or less than a thousandth of one."""
    return f"{100 * share:.2g} %" if share > 1e-5 else "less than 0.001 %"


def pulls(net: NetResult) -> Caption:
    """Caption of the pulls along independent directions."""
    compared = [one.comparison for one in net.correlators.values() if one.comparison is not None]
    said = (
        "Pulls (sampled − exact)/error along the independent directions of each sample: the eigenvectors of "
        f"the correlation matrix whose eigenvalue exceeds {_threshold(compared[0].threshold)} of the "
        "largest. They are what the χ² adds up; the other directions do not fluctuate. p is two-sided: small "
        "where the sample agrees too badly, or too well."
    )
    if any(one.dof > FEW for one in compared):
        said += (
            f" Sorted pulls against the quantiles of the normal law: they should follow the line, and "
            f"{BAND:.0%} of the points lie in the grey band, which holds for each point by itself."
        )
    if any(0 < one.dof <= FEW for one in compared):
        said += (
            f" Where there are {FEW} directions at most, every pull is a blue line on the normal law, of "
            f"which the grey part holds {BAND:.0%}."
        )
    return Caption(
        said.replace("95%", "95 %"),
        f"{net_title(net)}: pulls of the sampled correlators against the normal law, order by order.",
    )


def _threshold(threshold: float) -> str:
    return number(threshold, 1)
