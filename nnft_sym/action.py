"""Actions: which interactions a field theory has, and which couplings stand in front of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

from nnft_sym.errors import InvalidAction
from nnft_sym.names import FIELD
from nnft_sym.parsing import HIGHEST_POWER, parse
from nnft_sym.polynomials import Polynomial

if TYPE_CHECKING:
    import sympy


@dataclass(frozen=True, init=False, repr=False)
class Action:
    r"""The interactions ΔS of S = S_GP + ∫ dᵈy ΔS(f(y)), a polynomial in the field with couplings in front.

    The weight of a field is exp(−S), the quadratic S_GP belongs to the Gaussian process, and there is no 1/k!
    in the couplings unless it is written (Halverson, Maiti, Stoner, arXiv:2008.08601).

    Parameters
    ----------
    expression : str or sympy.Expr or Action
        Text such as ``"lambda*f^4 + kappa*f**6"`` (see :mod:`nnft_sym.parsing` for the grammar), or a SymPy
        polynomial in a symbol named ``f``.

    Attributes
    ----------
    interactions : tuple of (int, Polynomial)
        Valence of each vertex, ascending, and its coefficient in the couplings, never zero.

    Raises
    ------
    InvalidAction
        If the expression is not a polynomial, has a term without f, or a quadratic term without a coupling.

    Examples
    --------
    >>> action = Action(r"\kappa*f^6 + \lambda*f^4/24")
    >>> action
    Action('lambda*f**4/24 + kappa*f**6')
    >>> action.couplings, action.valences
    (('kappa', 'lambda'), (4, 6))
    >>> action == Action("lambda*f**4/24 + kappa*f**6")
    True
    """

    interactions: tuple[tuple[int, Polynomial], ...]

    def __init__(self, expression: Union[str, "sympy.Expr", "Action"]) -> None:
        if isinstance(expression, Action):
            interactions = expression.interactions
        elif isinstance(expression, str):
            interactions = _interactions(parse(expression))
        else:
            # Only a caller who has SymPy at hand can pass something else.
            from nnft_sym.symbolic import polynomial_from_sympy

            interactions = _interactions(polynomial_from_sympy(expression))
        object.__setattr__(self, "interactions", interactions)

    @property
    def couplings(self) -> tuple[str, ...]:
        """Names of the couplings, alphabetically."""
        return tuple(sorted({name for _, part in self.interactions for name in part.variables}))

    @property
    def valences(self) -> tuple[int, ...]:
        """Powers of the field that occur, ascending."""
        return tuple(valence for valence, _ in self.interactions)

    def coefficient(self, valence: int) -> Polynomial:
        """Give what stands in front of f to the power `valence`; zero if it does not occur.

        Examples
        --------
        >>> Action("(lambda + mu)*f^4").coefficient(4)
        Polynomial('lambda + mu')
        """
        return dict(self.interactions).get(valence, Polynomial({}))

    def __str__(self) -> str:
        """Write the action as text that :class:`Action` reads back."""
        return _sum(_factor(part, _power(valence)) for valence, part in self.interactions)

    def __repr__(self) -> str:
        """Show the action as text."""
        return f"Action({str(self)!r})"

    def sympy(self) -> "sympy.Expr":
        """Convert to a SymPy polynomial in the symbol ``f``."""
        import sympy

        field = sympy.Symbol(FIELD)
        return sympy.Add(*[part.sympy() * field**valence for valence, part in self.interactions])

    def latex(self) -> str:
        r"""Print in LaTeX.

        Examples
        --------
        >>> print(Action("lambda*f^4").latex())
        S = S_{\mathrm{GP}} + \int d^{d}y\,\bigl[\lambda\,f(y)^{4}\bigr]
        """
        if not self.interactions:
            return r"S = S_{\mathrm{GP}}"
        inside = _sum(_factor_latex(part, valence) for valence, part in self.interactions)
        return rf"S = S_{{\mathrm{{GP}}}} + \int d^{{d}}y\,\bigl[{inside}\bigr]"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


def _interactions(polynomial: Polynomial) -> tuple[tuple[int, Polynomial], ...]:
    """Sort a polynomial by powers of the field and check that each of them can be a vertex."""
    powers = polynomial.collect(FIELD)
    if 0 in powers:
        raise InvalidAction(
            f"the action has the term '{powers[0]}' without the field f: give every term a power of f, as in "
            "'lambda*f^4', or leave the term out"
        )
    if max(powers, default=0) > HIGHEST_POWER:
        raise InvalidAction(
            f"the action has the power f^{max(powers)}: at most f^{HIGHEST_POWER} can be a vertex"
        )
    if 2 in powers and any(not couplings for _, couplings in powers[2].monomials()):
        raise InvalidAction(
            f"the action has the quadratic term '{powers[2]}*f**2' without a coupling: the quadratic part "
            "belongs to the Gaussian process S_GP; put a coupling in front of it, as in 'm*f^2', or leave "
            "it out"
        )
    return tuple(powers.items())


def _power(valence: int) -> str:
    return FIELD if valence == 1 else f"{FIELD}**{valence}"


def _factor(coefficient: Polynomial, power: str) -> str:
    """Write a coefficient in front of a power: in parentheses if it is a sum, the denominator behind."""
    if len(coefficient.items) > 1:
        return f"({coefficient})*{power}"
    front, slash, denominator = str(coefficient).partition("/")
    product = front[:-1] + power if front in ("1", "-1") else f"{front}*{power}"
    return product + slash + denominator


def _factor_latex(coefficient: Polynomial, valence: int) -> str:
    """Print a coefficient in front of a power."""
    power = f"f(y)^{{{valence}}}" if valence > 1 else "f(y)"
    printed = coefficient.latex()
    if len(coefficient.items) > 1:
        return rf"\left({printed}\right)\,{power}"
    return printed[:-1] + power if printed in ("1", "-1") else rf"{printed}\,{power}"


def _sum(addends: Iterable[str]) -> str:
    """Join addends with their signs."""
    text = ""
    for addend in addends:
        if not text:
            text = addend
        else:
            text += f" - {addend[1:]}" if addend.startswith("-") else f" + {addend}"
    return text or "0"
