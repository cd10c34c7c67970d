"""Which actions a study takes: one coupling, of the recipe's term, must stand alone."""

from diagrams.errors import NNFTError
from nnft_sym.actions.action import Action
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.study.recipe import PUBLISHED, Recipe


class UnsuitableAction(NNFTError, ValueError):
    """The action has no single coupling of the recipe's term to extract."""


def lone_coupling(action: Action, recipe: Recipe = PUBLISHED) -> str:
    """Name the coupling of the recipe's term, which must stand alone.

    Raises
    ------
    UnsuitableAction
        If the term is missing or its coefficient is not one coupling, or odd powers are present.

    Examples
    --------
    >>> lone_coupling(Action("lambda*f**4 + kappa*f**6"))
    'lambda'
    """
    if not action.is_local_scalar:
        raise UnsuitableAction(
            f"the action {action} has position-dependent, bilocal or several-component terms; a study takes "
            f"a local action of one component, as in '{recipe.example}'"
        )
    coefficient = action.coefficient(recipe.fitted) if recipe.fitted in action.valences else None
    if coefficient is None or coefficient != _lone(coefficient):
        raise UnsuitableAction(
            f"the action {action} has no term of the form {recipe.term} with one coupling of its own; a "
            f"study extracts that coupling from the {recipe.fitted}-point function, so write it as in "
            f"'{recipe.example}'"
        )
    odd = [valence for valence in action.valences if valence % 2]
    if odd or 2 in action.valences:
        raise UnsuitableAction(
            f"the action {action} has a term f**{(odd or [2])[0]}; networks with symmetric output weights "
            "have no odd correlators, and their 2-point function is K: a study takes even powers from f**4 on"
        )
    name = coefficient.variables[0]
    for valence in action.valences:
        for _, powers in action.coefficient(valence).monomials():
            if valence != recipe.fitted and (not powers or name in powers):
                raise UnsuitableAction(
                    f"the coefficient of f**{valence} in the action {action} is a plain number or contains "
                    f"{name}; a study varies {name} alone, so give every other term a coupling of its own"
                )
    return name


def _lone(coefficient: Polynomial) -> Polynomial | None:
    """Make the polynomial that is just the first coupling of another one."""
    return Polynomial.variable(coefficient.variables[0]) if coefficient.variables else None
