"""Which study is made: one coupling, the correlator it is fitted to, the one predicted with it, their names.

A study carries its recipe; reports take every name from there. `PUBLISHED` is that of the published study.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from math import comb

from diagrams.combinatorics.numbers import double_factorial
from diagrams.errors import NNFTError
from nnft_sym.actions.names import coupling_latex, symbol
from nnft_sym.printing.number_text import correlator_name, superscript


class Way(Enum):
    """How the next correlator is predicted; the value ends the keys of results and of the JSON summary."""

    FREE = "free"
    TENSOR = "tensor"
    MEAN = "mean"
    FIT = "fit"


#: The predictions that use a coupling, in the order in which they are drawn.
COUPLED = (Way.MEAN, Way.FIT, Way.TENSOR)


class InvalidRecipe(NNFTError, ValueError):
    """A recipe asks for a correlator that its coupling cannot predict."""


@dataclass(frozen=True)
class Recipe:
    """A study of the theory S_GP + ∫ λ f⁴: the 4-point function gives the coupling, which predicts another.

    To first order and with exact propagators all four legs of a vertex f⁴ end on external points, so that its
    coupling can differ from one set of inputs to another, and be held against a constant. Higher vertices
    have self-loops; theories with them are fitted as a whole (`nnft_sym.inference`).

    Attributes
    ----------
    predicted : int
        Order of the correlator that the coupling predicts; even, from 6 on.
    symbol, latex : str
        The coupling in text and in LaTeX.
    key : str
        The coupling in names: of a study's actions, of keys in JSON, of columns in netCDF.

    Examples
    --------
    >>> recipe = Recipe()
    >>> recipe.action, recipe.orders, recipe.name(Way.FIT), recipe.remainder
    ('S_GP + ∫ λ f⁴', (2, 4, 6), 'lambda_fit', 'the connected 6-point function')
    """

    predicted: int = 6
    symbol: str = "λ"
    latex: str = r"\lambda"
    key: str = "lambda"

    def __post_init__(self) -> None:
        if self.predicted < 6 or self.predicted % 2:
            raise InvalidRecipe(
                f"order {self.predicted} was given for the correlator to predict; an even one from 6 on is "
                "needed: the coupling is read off the 4-point function, and odd ones vanish"
            )

    def called(self, coupling: str) -> "Recipe":
        """The same with the coupling called as in the action, in words; `key` and `name` stay.

        Examples
        --------
        >>> Recipe().called("g_4").action, Recipe().called("g_4").name(Way.FIT)
        ('S_GP + ∫ g₄ f⁴', 'lambda_fit')
        """
        return replace(self, symbol=symbol(coupling), latex=coupling_latex(coupling))

    @property
    def fitted(self) -> int:
        """Order of the correlator that the coupling is taken from: the legs of its vertex."""
        return 4

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders of all correlators of the study."""
        return (2, self.fitted, self.predicted)

    @property
    def power(self) -> str:
        """The power of the field that the coupling multiplies, as text."""
        return f"f{superscript(self.fitted)}"

    @property
    def action(self) -> str:
        """The action as text."""
        return f"S_GP + ∫ {self.symbol} {self.power}"

    @property
    def term(self) -> str:
        """The term of the action, as a study file writes it."""
        return f"{self.key}*f**{self.fitted}"

    @property
    def example(self) -> str:
        """An action that such a study takes: that of a study file which names none."""
        return f"{self.term} + kappa*f**6"

    @property
    def delta_fitted(self) -> str:
        """Deviation of the fitted correlator from the free theory, as text."""
        return correlator_name(self.fitted, "Δ")

    @property
    def delta_predicted(self) -> str:
        """The same of the predicted one."""
        return correlator_name(self.predicted, "Δ")

    @property
    def delta_latex(self) -> str:
        """The same in LaTeX."""
        return rf"\Delta G^{{({self.predicted})}}"

    @property
    def remainder(self) -> str | None:
        """What the coupling tensor leaves of the predicted correlator, exactly, where that has a name.

        The tensor reproduces the connected 4-point function, so the rest of the 6-point function is its own
        connected part; of a higher one it is that and products of lower ones. It is named in words: the
        letter κ is that of a coupling.
        """
        if self.predicted != 6:
            return None
        return f"the connected {self.predicted}-point function"

    @property
    def remainder_latex(self) -> str | None:
        """The same in LaTeX."""
        return None if self.remainder is None else rf"G^{{({self.predicted})}}_{{\mathrm{{c}}}}"

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
        elements = "".join(map(str, range(1, n + 1)))
        pairs = [" ".join("K" * (count // 2)) for count in (n, m, m - n)]
        ways = comb(m, n) * double_factorial(m - n - 1)
        left = "" if self.remainder is None else rf" = {self.remainder_latex}(1\ldots{m})"
        return (
            rf"{self.latex}({elements}) = \frac{{G^{{({n})}}({elements}) - "
            rf"\sum_{{{double_factorial(n - 1)}}} {pairs[0]}}}{{c({elements})}}",
            rf"\delta(1\ldots{m}) = G^{{({m})}} - \sum_{{{double_factorial(m - 1)}}} {pairs[1]} - "
            rf"\sum_{{{ways}}} c\,{self.latex}\,{pairs[2]}{left}",
        )


#: The published study: λ f⁴ from the 4-point function, held against the 6-point function.
PUBLISHED = Recipe()
