"""Where an expansion stops: by vertices, by the power of each coupling, or by powers of 1/N.

What to use when. A whole number counts vertices. A mapping ``{"lambda": 2, "kappa": 1}`` bounds the power of
each coupling by itself. With a *counting*, every coupling is as small as a given power of 1/N, N the width,
and the order bounds the power of 1/N of the product: λ ~ 1/N and κ ~ 1/N² put the λ² exchange beside κ.

For independent neurons of equal law the connected r-point function scales as N^(1 − r/2), which a vertex f^v
reproduces at tree level if its coupling scales as N^(1 − v/2); that is the counting derived here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations_with_replacement
from math import factorial, prod
from numbers import Rational
from operator import index
from typing import TYPE_CHECKING, SupportsIndex, TypeVar, cast

from diagrams.loops import LoopRange, fewest_loops
from diagrams.messages import did_you_mean, shown
from diagrams.sizes import number_text
from nnft_sym.actions.names import coupling_latex, coupling_name
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.width_order import power_of_width

if TYPE_CHECKING:
    from nnft_sym.actions.action import Action

#: Orders above this are refused.
HIGHEST_ORDER = 40
#: The word that asks for the counting derived from the valences.
DERIVED = "1/N"

#: Pairs (valence, how many), valences ascending.
Content = tuple[tuple[int, int], ...]
#: What may be given as order and as counting.
OrderLike = int | Fraction | str | Mapping[str, int]
#: A number of an order or a counting; a text is a power of 1/N.
Number = TypeVar("Number", int, int | Fraction | str)
LoopsLike = int | LoopRange | None
CountingLike = str | Mapping[str, int | Fraction | str] | None


@dataclass(frozen=True)
class Truncation:
    """Which products of couplings are kept.

    Attributes
    ----------
    largest : int or Fraction or tuple of (str, int)
        Largest number of vertices, or power of 1/N if there is a counting, or power of each coupling.
    counting : tuple of (str, Fraction)
        Power of 1/N that each coupling is worth; empty without counting.
    loops : LoopRange, optional
        Numbers of loops that are kept; without an order beside it there is no other bound.

    Examples
    --------
    >>> from nnft_sym.actions.action import Action
    >>> cut = truncation(Action("lambda*f^4 + kappa*f^6"), 2, "1/N")
    >>> list(cut.contents(Action("lambda*f^4 + kappa*f^6"), 4))
    [(), ((4, 1),), ((6, 1),), ((4, 2),)]
    >>> print(cut.text)
    order 1/N^2 with kappa ~ 1/N^2, lambda ~ 1/N
    """

    largest: int | Fraction | tuple[tuple[str, int], ...]
    counting: tuple[tuple[str, Fraction], ...] = ()
    loops: LoopRange | None = None

    def keeps(self, powers: Mapping[str, int]) -> bool:
        """Tell whether a product of couplings is within the order."""
        if isinstance(self.largest, tuple):
            most = dict(self.largest)
            return all(power <= most[name] for name, power in powers.items())
        worth = dict(self.counting)
        return not worth or sum(worth[name] * power for name, power in powers.items()) <= self.largest

    def cut(self, polynomial: Polynomial) -> Polynomial:
        """Leave out the products of couplings that are beyond the order."""
        if not self.counting and not isinstance(self.largest, tuple):
            return polynomial
        return Polynomial({m: number for m, number in polynomial.items if self.keeps(dict(m))})

    def contents(self, action: "Action", n: int) -> Iterator[Content]:
        """Give every vertex content within the order whose line ends can be paired, fewest vertices first."""
        for total in range(HIGHEST_ORDER + 1):
            found = [
                chosen
                for chosen in combinations_with_replacement(action.valences, total)
                if self._possible(action, chosen)
            ]
            if not found and not (isinstance(self.largest, int) and total <= self.largest):
                return
            for chosen in found:
                content = content_of(chosen)
                if (n + sum(chosen)) % 2 == 0 and (not self.loops or self._few_loops(n, content)):
                    if self.loops_only and total == HIGHEST_ORDER:
                        raise InvalidExpansion(
                            f"{self.text} of {number_text(n)} points need more than {HIGHEST_ORDER - 1} "
                            "vertices: give fewer loops, or an order as well"
                        )
                    yield content

    @property
    def loops_only(self) -> bool:
        """Whether nothing but the loops ends the sum."""
        return self.loops is not None and self.largest == HIGHEST_ORDER

    def _few_loops(self, n: int, content: Content) -> bool:
        """Tell whether connected diagrams, which have the fewest loops, have no more than is kept.

        Nothing at all, without points and vertices, is not connected and has no loop.
        """
        return self.loops is None or not (n or content) or fewest_loops(n, content) <= self.loops.most

    def _possible(self, action: "Action", chosen: tuple[int, ...]) -> bool:
        if not self.counting and isinstance(self.largest, int):
            return len(chosen) <= self.largest
        worth = Polynomial.constant(1)
        for valence in chosen:
            worth = self.cut(worth * strength(action, valence))
        return bool(worth)

    def allows_all(self, action: "Action", chosen: tuple[int, ...], n: int) -> bool:
        """Tell whether every product of couplings in front of these vertices is within the order."""
        if not self._few_loops(n, content_of(chosen)):
            return False
        if not self.counting and isinstance(self.largest, int):
            return len(chosen) <= self.largest
        product = Polynomial.constant(1)
        for valence in chosen:
            product = product * strength(action, valence)
            if self.cut(product) != product:
                return False
        return True

    def factor(self, action: "Action", content: Content) -> Polynomial:
        """Give (−1)^V ∏(coefficients)/∏V_t!, which every contraction with these vertices carries."""
        factor = Polynomial.constant(1)
        for valence, number in content:
            for _ in range(number):
                factor = self.cut(factor * -action.coefficient(valence))
        return factor * Fraction(1, prod(factorial(number) for _, number in content))

    @property
    def text(self) -> str:
        """The order in words."""
        if self.loops is not None:
            order = "" if self.loops_only else f"{replace(self, loops=None).text} and "
            return f"{order}{self.loops.text}"
        if isinstance(self.largest, tuple):
            return "order " + (", ".join(_power(name, power) for name, power in self.largest) or "0")
        if not self.counting:
            return f"order {self.largest}"
        scales = ", ".join(f"{name} ~ {width_text(worth)}" for name, worth in self.counting)
        return f"order {width_text(Fraction(self.largest))} with {scales}"

    @property
    def latex(self) -> str:
        r"""The order in words for LaTeX.

        Examples
        --------
        >>> print(Truncation((("kappa", 1), ("lambda", 2))).latex)
        order $\kappa$, $\lambda^{2}$
        """
        if self.loops is not None:
            order = "" if self.loops_only else f"{replace(self, loops=None).latex} and "
            return f"{order}{self.loops.text}"
        if isinstance(self.largest, tuple):
            return "order " + ", ".join(
                f"${coupling_latex(name)}{f'^{{{power}}}' if power != 1 else ''}$"
                for name, power in self.largest
            )
        if not self.counting:
            return f"order {self.largest}"
        scales = ", ".join(rf"${coupling_latex(n)}\sim {width_latex(worth)}$" for n, worth in self.counting)
        return f"order ${width_latex(Fraction(self.largest))}$ with {scales}"

    def as_dict(self) -> dict[str, object]:
        """Give the order, the counting and the loops as JSON can hold them."""
        if self.loops is not None:
            order: dict[str, object] = {} if self.loops_only else replace(self, loops=None).as_dict()
            return {**order, "loops": [self.loops.fewest, self.loops.most]}
        if isinstance(self.largest, tuple):
            return {"order": dict(self.largest)}
        largest = self.largest if isinstance(self.largest, int) else str(self.largest)
        if not self.counting:
            return {"order": largest}
        return {"order": largest, "counting": {name: str(worth) for name, worth in self.counting}}


def content_of(chosen: tuple[int, ...]) -> Content:
    """Count vertices by valence.

    Examples
    --------
    >>> content_of((4, 3, 4))
    ((3, 1), (4, 2))
    """
    return tuple((valence, chosen.count(valence)) for valence in sorted(set(chosen)))


def strength(action: "Action", valence: int) -> Polynomial:
    """Add up what stands in front of the vertices of a valence, without signs: nothing cancels."""
    parts = [part for _, part in action.shapes(valence)]
    return sum((Polynomial({m: abs(number) for m, number in part.items}) for part in parts), Polynomial({}))


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}**{power}"


def width_text(worth: Fraction) -> str:
    """Write a power of 1/N."""
    if worth == 0:
        return "1"
    exponent = str(worth) if worth.denominator == 1 else f"({worth})"
    return "1/N" if worth == 1 else f"1/N^{exponent}"


def width_latex(worth: Fraction) -> str:
    """Print a power of 1/N."""
    return "1" if worth == 0 else "1/N" if worth == 1 else f"1/N^{{{worth}}}"


def truncation(
    action: "Action", order: OrderLike | None = None, counting: CountingLike = None, loops: LoopsLike = None
) -> Truncation:
    """Check an order and bring it to its one form.

    Parameters
    ----------
    action : Action
        Its couplings are those that may, and where powers are bounded must, be named.
    order : int or Fraction or str or mapping of str to int
        Number of vertices; with a counting, power of 1/N; as a mapping, power of each coupling. 1 by
        default; with loops, whatever has no more of them. ``"1/N^2"`` is a power of 1/N and asks for the
        counting ``"1/N"`` where none is given.
    counting : "1/N" or mapping of str to int, Fraction or str, optional
        Power of 1/N of each coupling, ``2`` or ``"1/N^2"``; ``"1/N"`` derives (v − 2)/2 for the coupling of
        f^v.
    loops : int or LoopRange, optional
        Largest number of loops.

    Raises
    ------
    InvalidExpansion
        If a number is negative, a coupling is missing or unknown, or the sum would not end.

    Examples
    --------
    >>> from nnft_sym.actions.action import Action
    >>> cut = truncation(Action("g*f^3 + lambda*f^4"), loops=1)
    >>> list(cut.contents(Action("g*f^3 + lambda*f^4"), 2)), cut.text
    ([(), ((4, 1),), ((3, 2),)], '1 loop')
    """
    if isinstance(order, str):
        order, counting = _written(order, counting)
    if loops is not None:
        return _with_loops(action, order, counting, loops)
    if order is None:
        order = 1
    if isinstance(order, Mapping):
        if counting is not None:
            raise InvalidExpansion(
                "an order per coupling and a counting contradict each other: give one number as order "
                "beside the counting, or leave the counting out"
            )
        powers = _named(action, order, "order")
        found = Truncation(tuple((name, whole(power, f"order of {name}")) for name, power in powers.items()))
        _check_finite(action, found)
        return found
    if counting is None:
        vertices = whole(order, "order")
        if vertices > HIGHEST_ORDER:
            raise InvalidExpansion(
                f"the order is {number_text(vertices)}: give at most {HIGHEST_ORDER} vertices"
            )
        return Truncation(vertices)
    power = _power_of_width(order, "order")
    largest = int(power) if power.denominator == 1 else power
    found = Truncation(largest, _counting(action, counting))
    _check_finite(action, found)
    return found


def _written(order: str, counting: CountingLike) -> tuple[OrderLike, CountingLike]:
    """Read an order that is text; a power of 1/N needs a counting, which is derived where none is given."""
    power = power_of_width(order)
    if power is None:
        raise InvalidExpansion(
            f"the order is {shown(order)}: give a number of vertices, such as 2, or a power of 1/N, such as "
            "'1/N^2'"
        )
    whole_number = int(power) if power.denominator == 1 else power
    return whole_number, DERIVED if counting is None and "N" in order else counting


def _with_loops(
    action: "Action", order: OrderLike | None, counting: CountingLike, loops: LoopsLike
) -> Truncation:
    """Bound the loops; where vertices of one or two fields cost none, an order must bound them."""
    kept = loops if isinstance(loops, LoopRange) else LoopRange(whole(loops, "number of loops"))
    if order is not None:
        return replace(truncation(action, order, counting), loops=kept)
    cheap = [valence for valence in action.valences if valence < 3]
    if cheap:
        raise InvalidExpansion(
            f"a vertex f^{cheap[0]} of {action} adds no loop, so that the expansion to {kept.text} would not "
            "end: give an order as well"
        )
    if counting is not None:
        raise InvalidExpansion("a counting was given beside loops; give an order in powers of 1/N, too")
    return Truncation(HIGHEST_ORDER, loops=kept)


def whole(number: object, what: str) -> int:
    """Give a whole number that is not negative as ``int``, whatever its type (NumPy's and SymPy's, too).

    Raises
    ------
    InvalidExpansion
        For anything else, truth values included.
    """
    try:
        # what has no index is refused below
        value = -1 if isinstance(number, bool) else index(cast(SupportsIndex, number))
    except TypeError:
        value = -1
    if value < 0:
        raise InvalidExpansion(f"the {what} is {_shown(number)}: give a whole number, 0 or larger")
    return value


def _named(action: "Action", given: Mapping[str, Number], what: str) -> dict[str, Number]:
    """Check that exactly the couplings of the action are named; give them in alphabetical order."""
    named = {coupling_name(str(name)): number for name, number in given.items()}  # SymPy symbols, too
    unknown = sorted(set(named) - set(action.couplings))
    missing = sorted(set(action.couplings) - set(named))
    if unknown or missing:
        wrong = f"names {', '.join(unknown)}, which {action} has not" if unknown else ""
        wrong += " and " if unknown and missing else ""
        wrong += f"leaves out {', '.join(missing)}" if missing else ""
        needed = ", ".join(f"{name}=1" for name in action.couplings) or "no coupling at all"
        needed += did_you_mean(unknown[0], missing) if unknown else ""
        raise InvalidExpansion(f"the {what} {wrong}: give one number per coupling, such as {needed}")
    return {name: named[name] for name in sorted(named)}


def _counting(
    action: "Action", given: str | Mapping[str, int | Fraction | str]
) -> tuple[tuple[str, Fraction], ...]:
    """Find the power of 1/N of every coupling."""
    if isinstance(given, str):
        if given != DERIVED:
            raise InvalidExpansion(
                f"there is no counting {shown(given)}: write '{DERIVED}', or the power of 1/N of each "
                "coupling, such as lambda=1,kappa=2"
            )
        return tuple(sorted(_derived(action).items()))
    powers = _named(action, given, "counting")
    return tuple((name, _power_of_width(power, f"counting of {name}")) for name, power in powers.items())


def _power_of_width(given: object, what: str) -> Fraction:
    number = power_of_width(given) if isinstance(given, str) else given
    if isinstance(number, bool) or not isinstance(number, Rational) or number < 0:
        raise InvalidExpansion(
            f"the {what} is {_shown(given)}: give a power of 1/N, 0 or larger, such as 2 or '1/N^2'"
        )
    return Fraction(int(number.numerator), int(number.denominator))


def _derived(action: "Action") -> dict[str, Fraction]:
    """Give every coupling the power (v − 2)/2 of its vertex f^v."""
    worth: dict[str, Fraction] = {}
    for valence in action.valences:
        for _, powers in strength(action, valence).monomials():
            if len(powers) != 1 or set(powers.values()) != {1}:
                continue
            (name,) = powers
            derived = Fraction(valence - 2, 2)
            if derived < 0 or worth.get(name, derived) != derived:
                raise InvalidExpansion(
                    f"no power of 1/N can be derived for {name} in {action}: give the counting yourself, "
                    f"such as {name}=1"
                )
            worth[name] = derived
    missing = [name for name in action.couplings if name not in worth]
    if missing:
        raise InvalidExpansion(
            f"no power of 1/N can be derived for {', '.join(missing)}, which stands in no term alone: give "
            f"the counting yourself, such as {missing[0]}=1"
        )
    return worth


def _check_finite(action: "Action", found: Truncation) -> None:
    """Refuse where a vertex costs nothing: there would be infinitely many diagrams."""
    worth = dict(found.counting)
    for valence in action.valences:
        for number, powers in strength(action, valence).monomials():
            costs = sum(worth[name] * p for name, p in powers.items()) if worth else sum(powers.values())
            if not costs:
                raise InvalidExpansion(
                    f"the term {Polynomial({tuple(powers.items()): number})} * f^{valence} costs no order, "
                    "so that the expansion would not end: put a coupling that counts in front of it, or "
                    "give the order as a number of vertices"
                )


def _shown(number: object) -> str:
    """What was given, as it was typed: 5/2 rather than Fraction(5, 2), but "5/2" where it was a text."""
    if isinstance(number, int) and not isinstance(number, bool):
        return number_text(number)
    if isinstance(number, Fraction):
        parts = [number_text(number.numerator), number_text(number.denominator)]
        return parts[0] if number.denominator == 1 else "/".join(parts)
    return repr(number)
