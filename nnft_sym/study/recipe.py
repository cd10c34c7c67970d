"""Which study is made: one coupling, the correlator it is fitted to, the one predicted with it, their names.

A study carries its recipe; reports take every name from there. `PUBLISHED` is that of the published study.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from math import comb

from diagrams.combinatorics.numbers import double_factorial
from nnft_sym.printing.number_text import subscript, superscript


class Way(Enum):
    """How the next correlator is predicted; the value ends the keys of results and of the JSON summary."""

    FREE = "free"
    TENSOR = "tensor"
    MEAN = "mean"
    FIT = "fit"


#: The predictions that use a coupling, in the order in which they are drawn.
COUPLED = (Way.MEAN, Way.FIT, Way.TENSOR)


@dataclass(frozen=True)
class Recipe:
    """A study of the theory S_GP + ∫ c fⁿ with one coupling c: read off the n-point function, it predicts.

    Attributes
    ----------
    valence : int
        Legs n of the vertex: the coupling is fitted to the n-point function and predicts the (n + 2)-point
        function. Even, from 4 on.
    symbol, latex : str
        The coupling in text and in LaTeX.
    key : str
        The coupling in names: of a study's actions, of keys in JSON, of columns in netCDF.

    Examples
    --------
    >>> recipe = Recipe()
    >>> recipe.action, recipe.orders, recipe.name(Way.FIT), recipe.remainder
    ('S_GP + ∫ λ f⁴', (2, 4, 6), 'lambda_fit', 'κ₆/N²')
    """

    valence: int = 4
    symbol: str = "λ"
    latex: str = r"\lambda"
    key: str = "lambda"

    @property
    def fitted(self) -> int:
        """Order of the correlator that the coupling is taken from."""
        return self.valence

    @property
    def predicted(self) -> int:
        """Order of the correlator that it predicts."""
        return self.valence + 2

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders of all correlators of the study."""
        return (2, self.fitted, self.predicted)

    @property
    def power(self) -> str:
        """The power of the field that the coupling multiplies, as text."""
        return f"f{superscript(self.valence)}"

    @property
    def action(self) -> str:
        """The action as text."""
        return f"S_GP + ∫ {self.symbol} {self.power}"

    @property
    def term(self) -> str:
        """The term of the action, as a study file writes it."""
        return f"{self.key}*f**{self.valence}"

    @property
    def example(self) -> str:
        """An action that such a study takes: that of a study file which names none."""
        return f"{self.term} + kappa*f**6" if self.valence < 6 else self.term

    @property
    def delta_fitted(self) -> str:
        """Deviation of the fitted correlator from the free theory, as text."""
        return f"ΔG{self.fitted}"

    @property
    def delta_predicted(self) -> str:
        """The same of the predicted one."""
        return f"ΔG{self.predicted}"

    @property
    def delta_latex(self) -> str:
        """The same in LaTeX."""
        return rf"\Delta G^{{({self.predicted})}}"

    @property
    def remainder(self) -> str | None:
        """What the coupling tensor leaves of the predicted correlator, exactly, where that has a name.

        The tensor reproduces the fitted correlator. If all lower connected ones vanish, as below four points,
        the rest of the next one is its own cumulant; for a higher vertex it is not.
        """
        if self.valence != 4:
            return None
        return f"κ{subscript(self.predicted)}/N{superscript(self.predicted // 2 - 1)}"

    @property
    def remainder_latex(self) -> str | None:
        """The same in LaTeX."""
        return None if self.remainder is None else rf"\kappa_{self.predicted}/N^{self.predicted // 2 - 1}"

    @property
    def figure(self) -> str:
        """Name of the figure of the predicted correlator, in names of files."""
        return {6: "six_point", 8: "eight_point"}.get(self.predicted, f"order_{self.predicted}")

    def name(self, way: Way) -> str:
        """Key of a prediction in results and in the JSON summary."""
        return way.value if way is Way.FREE else f"{self.key}_{way.value}"

    @property
    def predictions(self) -> Mapping[Way, str]:
        """Keys of all predictions."""
        return {way: self.name(way) for way in Way}

    def words(self, way: Way) -> str:
        """What tables call a prediction."""
        made = {Way.TENSOR: "with the {} tensor", Way.MEAN: "with the mean {}", Way.FIT: "with the fitted {}"}
        return made.get(way, "free theory").format(self.symbol)

    def label(self, way: Way) -> str:
        """What figures call a prediction."""
        made = {Way.TENSOR: "${}$ tensor", Way.MEAN: "mean ${}$", Way.FIT: "fitted ${}$"}
        return made.get(way, "free theory").format(self.latex)

    def column(self, kind: str) -> str:
        """Name of a variable of the file ``results.nc`` for the coupling: ``lambda_exact``."""
        return f"{self.key}_{kind}"

    @property
    def extraction(self) -> tuple[str, str]:
        """How the coupling of one element is read off, and what the tensor leaves, in LaTeX.

        c is what multiplies the coupling in the correlator that it is fitted to.
        """
        n, m = self.fitted, self.predicted
        elements = "".join(map(str, range(1, n + 1))) if n < 5 else rf"1\ldots{n}"
        lines = " ".join("K" * (n // 2))
        ways = comb(m, n) * double_factorial(m - n - 1)
        left = "" if self.remainder is None else rf" = \frac{{\kappa_{{{m}}}}}{{N^{{{m // 2 - 1}}}}}"
        return (
            rf"{self.latex}({elements}) = \frac{{G^{{({n})}}({elements}) - "
            rf"\sum_{{{double_factorial(n - 1)}}} {lines}}}{{c({elements})}}",
            rf"\delta(1\ldots{m}) = G^{{({m})}} - \sum_{{{double_factorial(m - 1)}}} {lines} K - "
            rf"\sum_{{{ways}}} c\,{self.latex}\,K{left}",
        )


#: The published study: λ f⁴ from the 4-point function, held against the 6-point function.
PUBLISHED = Recipe()
