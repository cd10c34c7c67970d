r"""What an expansion leaves out: whether the series goes on, and with what.

A sum of diagrams that stops at an order is followed by "+ ..." only if some diagram stands behind it, and a
sum without terms is zero only if there is none at any order; otherwise it is O(λ), or whatever comes first.
Whether there are diagrams of a kind with given vertices is decided from their numbers of line ends alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement

from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.expansions.content import Asked
from nnft_sym.expansions.truncation import HIGHEST_ORDER, strength, width_latex, width_text


@dataclass(frozen=True)
class Remainder:
    """The first terms that an expansion without terms leaves out.

    Attributes
    ----------
    products : tuple of Polynomial
        Products of couplings; empty where the order counts powers of 1/N.
    power : Fraction or None
        The power of 1/N.
    order : int
        Number of vertices, which is what is left to say where a number stands in place of a coupling.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> left_out = nn.expand("lambda*f^4", 4).remainder
    >>> left_out.text(), left_out.order
    ('O(lambda**2)', 2)
    """

    products: tuple[Polynomial, ...] = ()
    power: Fraction | None = None
    order: int = 0

    @property
    def _numbers(self) -> bool:
        return any(not product.variables for product in self.products)

    def text(self) -> str:
        """Write it: ``O(lambda**2)``, or ``O(1/N)``."""
        inside = [width_text(self.power)] if self.power is not None else [str(p) for p in self.products]
        return f"O({f'order {self.order}' if self._numbers else ', '.join(inside)})"

    def latex(self) -> str:
        r"""Print it: ``\mathcal{O}(\lambda^{2})``."""
        if self._numbers:
            return rf"\mathcal{{O}}(\text{{order {self.order}}})"
        inside = [width_latex(self.power)] if self.power is not None else [p.latex() for p in self.products]
        return rf"\mathcal{{O}}({', '.join(inside)})"


def goes_on(expansion: Asked) -> bool:
    """Tell whether higher orders would add anything.

    Examples
    --------
    A mass term has one irreducible 2-point diagram, and no connected 4-point diagram at any order:

    >>> from nnft_sym.expansions.expansion import expand
    >>> [goes_on(expand("m*f^2", n, kind=kind)) for n, kind in ((2, "connected"), (2, "1pi"), (4, "1pi"))]
    [True, False, False]
    """
    return next(_left_out(expansion), None) is not None


def remainder(expansion: Asked) -> Remainder | None:
    """Give what comes first beyond the order; None if there is nothing.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> six = expand("lambda*f^4 + kappa*f^6", 6, 0, kind="connected")
    >>> remainder(six).text(), remainder(expand("lambda*f^4", 3))
    ('O(kappa)', None)
    """
    worth = dict(expansion.truncation.counting)
    first: list[tuple[int, ...]] = []
    smallest: Fraction | None = None
    cheapest = _cheapest(expansion, worth) if worth else Fraction(0)
    for chosen in _left_out(expansion):
        if worth:
            if smallest is not None and cheapest * len(chosen) >= smallest:
                break
            cost = _cost(_product(expansion, chosen), worth)
            smallest = cost if smallest is None else min(smallest, cost)
        elif first and len(chosen) > len(first[0]):
            break
        first.append(chosen)
    if not first:
        return None
    if worth:
        return Remainder(power=smallest)
    monomials = {m for chosen in first for m, _ in _product(expansion, chosen).items}
    return Remainder(tuple(Polynomial({m: 1}) for m in sorted(monomials)), order=len(first[0]))


def _left_out(expansion: Asked) -> Iterator[tuple[int, ...]]:
    """Give the vertices, as valences, of diagrams that are not within the order, fewest vertices first."""
    action, cut = expansion.action, expansion.truncation
    if expansion.n % 2 and all(valence % 2 == 0 for valence in action.valences):
        return
    network = expansion.around_network  # where one blob can join everything
    for number in range(1, max(HIGHEST_ORDER + 1, expansion.n) + 1):
        most = (max(action.valences, default=0),) * number
        few = expansion.n > most[0] * number
        tree = expansion.kind.value in ("full", "normalised") or _tree(expansion.n, most)
        if not network and (few or not tree):
            continue
        for chosen in combinations_with_replacement(action.valences, number):
            if _exist(expansion, chosen) and not cut.allows_all(action, chosen, expansion.n):
                yield chosen


def _exist(expansion: Asked, valences: tuple[int, ...]) -> bool:
    """Tell whether there are diagrams of the kind with these vertices."""
    n, kind = expansion.n, expansion.kind.value
    if (n + sum(valences)) % 2:
        return False
    if expansion.around_network:
        return True
    if kind == "2pi":
        return _irreducible(n, valences, 2)
    if expansion.scheme.value == "exact" or kind == "skeleton":
        # An exact line already holds what hangs on it by two lines, vertices of one or two fields above all.
        sizes = range(3, n + 1) if kind in ("full", "normalised") else range(max(n, 3), n + 1)
        if kind == "1pi":
            return n >= 3 <= min(valences) and _irreducible(n, valences)
        return min(valences) >= 3 and any(_tree(m, valences) for m in sizes if (n - m) % 2 == 0)
    if kind in ("connected", "amputated"):
        return _tree(n, valences)
    if kind == "1pi":
        return _irreducible(n, valences)
    # Several components: at least one of the points must be there to hang the vertices on.
    return kind == "full" or any(_tree(m, valences) for m in range(n, 0, -2)) or _forest(n, valences)


def _tree(n: int, valences: tuple[int, ...]) -> bool:
    """Tell whether points and vertices can be connected: there are line ends enough for a tree."""
    return n + sum(valences) >= 2 * (n + len(valences) - 1)


def _forest(n: int, valences: tuple[int, ...]) -> bool:
    """Tell whether vertices of one or two fields can be hung on the points: a chain ends at one."""
    return sum(2 - valence for valence in valences if valence < 3) <= n and n > 0


def _irreducible(n: int, valences: tuple[int, ...], cut: int = 1) -> bool:
    """Tell whether cutting so many lines between vertices need part none: several vertices have more ends."""
    free = sum(valences) - n
    return free >= 0 if len(valences) == 1 else min(valences) > cut and free >= (cut + 1) * len(valences)


def _product(expansion: Asked, chosen: tuple[int, ...]) -> Polynomial:
    """Multiply what stands in front of the vertices, signs left out."""
    product = Polynomial.constant(1)
    for valence in chosen:
        product = product * strength(expansion.action, valence)
    return product


def _cost(product: Polynomial, worth: dict[str, Fraction]) -> Fraction:
    """Give the smallest power of 1/N of a sum of products of couplings."""
    costs = (sum((worth[n] * p for n, p in powers.items()), Fraction(0)) for _, powers in product.monomials())
    return min(costs)


def _cheapest(expansion: Asked, worth: dict[str, Fraction]) -> Fraction:
    valences = expansion.action.valences
    return min((_cost(strength(expansion.action, v), worth) for v in valences), default=Fraction(1))
