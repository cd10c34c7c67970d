"""Which study is made: the coupling, the correlator it is fitted to, the one predicted with it, their names.

Today's recipe is that of `S_GP + ∫ λ f⁴`: λ is read off the 4-point function and predicts the 6-point
function. Everything else in the study and its reports takes these names from here; the keys of the JSON
summary, a contract, stand in `nnft_sym.study.summary`.
"""

from collections.abc import Mapping

#: The coupling as text and as LaTeX, the power of the field that it multiplies, and its action.
SYMBOL, LATEX, POWER = "λ", r"\lambda", "f⁴"
ACTION = f"S_GP + ∫ {SYMBOL} {POWER}"
#: The action of a study file that names none, and its part that a study needs.
DEFAULT_ACTION, TERM = "lambda*f**4 + kappa*f**6", "lambda*f**4"
#: Order of the correlator that the coupling is taken from, of the one predicted with it, and all orders.
FITTED, PREDICTED = 4, 6
ORDERS = (2, FITTED, PREDICTED)
#: The two correlators and their deviations from the free theory, as text.
G_FITTED, G_PREDICTED = f"G{FITTED}", f"G{PREDICTED}"
DELTA_FITTED, DELTA_PREDICTED = f"Δ{G_FITTED}", f"Δ{G_PREDICTED}"

#: The predictions that are compared: keys of results and of the JSON summary.
FREE, TENSOR, MEAN, FIT = "free", "lambda_tensor", "lambda_mean", "lambda_fit"
PREDICTIONS = (FREE, TENSOR, MEAN, FIT)
#: What they are called in tables.
PREDICTION_NAMES: Mapping[str, str] = {
    FREE: "free theory",
    TENSOR: f"with the {SYMBOL} tensor",
    MEAN: f"with the mean {SYMBOL}",
    FIT: f"with the fitted {SYMBOL}",
}
#: What they are called in figures.
LABELS: Mapping[str, str] = {
    FREE: "free theory",
    MEAN: rf"mean ${LATEX}$",
    FIT: rf"fitted ${LATEX}$",
    TENSOR: rf"${LATEX}$ tensor",
}
#: The figure of the predicted correlator, as part of file names.
FIGURE = "six_point"

#: How the coupling of one element is read off; c is what multiplies it in the correlator fitted to.
EXTRACTION = (
    r"\lambda(1234) = \frac{G^{(4)}(1234) - \sum_{3} K K}{c(1234)}",
    r"\delta(1\ldots6) = G^{(6)} - \sum_{15} K K K - \sum_{15} c\,\lambda\,K = \frac{\kappa_{6}}{N^{2}}",
)


def column(kind: str) -> str:
    """Name of a variable of the file ``results.nc`` for the coupling: ``lambda_exact``."""
    return f"lambda_{kind}"
