"""Which actions a study takes, and whether one coupling stands alone in them or all are inferred together."""

from diagrams.errors import NNFTError
from nnft_sym.actions.action import Action
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.inference.model import Model
from nnft_sym.study.recipe import PUBLISHED, Recipe


class UnsuitableAction(NNFTError, ValueError):
    """Nothing of the action can be held against a network of one output."""


def coupling_of(action: Action, recipe: Recipe = PUBLISHED) -> str | None:
    """Name the coupling of the recipe's term, if it stands alone there.

    Then it is extracted element by element and as one constant, and predicts the next correlator. Without it
    the couplings of the action are inferred together, order by order in 1/N.

    Raises
    ------
    UnsuitableAction
        If the action has several components, odd powers, f**2, terms without a coupling, or a coupling in
        several powers.

    Examples
    --------
    >>> coupling_of(Action("lambda*f**4 + kappa*f**6"))
    'lambda'
    >>> coupling_of(Action("kappa*f**6")), coupling_of(Action("(lambda_0 + lambda_2*x**2)*f**4"))
    (None, None)
    """
    if action.has_components:
        raise UnsuitableAction(
            f"the action {action} has a field of several components; the networks of a study have one "
            f"output, so take an action of one component, as in '{recipe.example}'"
        )
    odd = [valence for valence in action.valences if valence % 2]
    if odd or 2 in action.valences:
        raise UnsuitableAction(
            f"the action {action} has a term f**{(odd or [2])[0]}; networks with symmetric output weights "
            "have no odd correlators, and their 2-point function is K: a study takes even powers from f**4 on"
        )
    _refuse_mixed(action)
    try:
        Model.leading(action)
    except NNFTError as error:
        raise UnsuitableAction(f"the action {action} cannot be studied: {error.said}") from None
    if not action.is_local_scalar or recipe.fitted not in action.valences:
        return None
    coefficient = action.coefficient(recipe.fitted)
    return coefficient.variables[0] if coefficient == _lone(coefficient) else None


def _refuse_mixed(action: Action) -> None:
    """Refuse terms without a coupling, and couplings that stand in several powers."""
    seen: dict[str, int] = {}
    for shape, coefficient in action.vertices:
        for _, powers in coefficient.monomials():
            again = [name for name in powers if seen.setdefault(name, shape.valence) != shape.valence]
            if not powers or again:
                what = f"contains {again[0]}, as another term does" if again else "is a plain number"
                raise UnsuitableAction(
                    f"the coefficient of f**{shape.valence} in the action {action} {what}; a study finds "
                    "couplings, so give every power of f couplings of its own"
                )


def _lone(coefficient: Polynomial) -> Polynomial | None:
    """Make the polynomial that is just the first coupling of another one."""
    return Polynomial.variable(coefficient.variables[0]) if coefficient.variables else None
