"""Fields with D components: from δ tensors and polynomials in D to numbers in front of scalar diagrams."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nnft_sym.actions.names import COMPONENTS
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.content import as_expansion
from nnft_sym.expansions.numeric_terms import integrand_of

if TYPE_CHECKING:
    from nnft_sym.expansions.expansion import Expansion
    from nnft_sym.expansions.numeric_terms import NumericTerm


def at_components(
    expansion: "Expansion", n_components: int, components: Sequence[int]
) -> Iterator["NumericTerm"]:
    """Choose the number of components and those of the external points.

    Parameters
    ----------
    expansion : Expansion
        Of an action with products f.f.
    n_components : int
        D.
    components : sequence of int, length n
        The component of the field at each external point, counted from 1.

    Yields
    ------
    Diagram or Integrand, Fraction, dict of str to int
        Diagram, exact number and powers of couplings, as ``Expansion.monomials`` gives them for a scalar
        theory; terms whose δ vanish are left out.

    Raises
    ------
    InvalidExpansion
        If the action has no components, there is not one per point, or one is not between 1 and D.

    Examples
    --------
    G_1122 has one of the three δδ of the vertex, G_1111 all of them:

    >>> from nnft_sym.expansions.expansion import expand
    >>> four = expand("lambda*(f.f)^2", 4, kind="connected")
    >>> [str(number) for _, number, _ in at_components(four, 2, (1, 1, 2, 2))]
    ['-8']
    >>> [str(number) for _, number, _ in at_components(four, 2, (1, 1, 1, 1))]
    ['-8', '-8', '-8']
    """
    as_expansion(expansion)
    if not expansion.action.has_components:
        raise InvalidExpansion(
            f"{expansion.action} is for a field of one component: write its terms with products f.f, as in "
            "lambda*(f.f)^2, or use Expansion.monomials"
        )
    if len(components) != expansion.n or not all(1 <= one <= n_components for one in components):
        raise InvalidExpansion(
            f"the components are {tuple(components)}: give {expansion.n} of them, one per external point, "
            f"between 1 and {n_components}"
        )
    for term in expansion:
        if any(components[a - 1] != components[b - 1] for a, b in term.factors.pairs):
            continue
        integrand = integrand_of(term)
        for number, powers in term.coefficient.monomials():
            power = powers.pop(COMPONENTS, 0)
            yield integrand, number * n_components**power, powers
