"""The generating functional with symbols: as a SymPy expression, and in LaTeX."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import factorial, prod
from typing import TYPE_CHECKING, Protocol

from numerics.errors import NotAvailable
from numerics.exact.joint_tables import JointTables

if TYPE_CHECKING:
    import sympy

    from numerics.fields.field_set import FieldSet
    from numerics.networks.base import Network
    from numerics.results.estimate import Estimate
    from numerics.results.joint_correlators import Correlators

#: Powers of i with which the orders 0, 1, 2, 3 of a series in an imaginary source begin, in LaTeX.
_SIGNS = ("", "i", "-", "-i")
#: Names of indices, over which sums run that stand twice.
_LETTERS = "jklmnpqrst"
#: Digits of numbers in LaTeX.
_DIGITS = 10
#: Terms on a line of a long formula.
_ON_A_LINE = 4


class Functional(Protocol):
    """What is asked of a generating functional: `nnft_sym.duality.generating_functional` has it."""

    @property
    def network(self) -> "Network":
        """Whose connected correlators they are."""
        ...

    @property
    def fields(self) -> "FieldSet":
        """Where the source acts."""
        ...

    @property
    def cumulants(self) -> "Correlators":
        """Connected correlators."""
        ...

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders that do not vanish."""
        ...

    def powers_of_width(self, order: int) -> "Mapping[Fraction, Estimate]":
        """Connected correlators by powers of N."""
        ...

    def weights(self, order: int) -> "Mapping[tuple[int, ...], sympy.Expr]":
        """What output weights contribute."""
        ...


def element_name(order: int, indices: Sequence[int]) -> str:
    """Name one element of a connected correlator; fields are counted from one.

    Examples
    --------
    >>> element_name(4, [0, 0, 1, 1]), element_name(2, [3, 10])
    ('G4_1122', 'G2_4_11')
    """
    numbers = [str(index + 1) for index in indices]
    return f"G{order}_{('_' if any(len(one) > 1 for one in numbers) else '').join(numbers)}"


def expression(w: Functional, *, named: bool, real: bool) -> "sympy.Expr":
    """Write W[J] as a SymPy expression; see `GeneratingFunctional.expression`."""
    import sympy

    return sympy.Add(*_terms(w, named=named, real=real))


def _terms(w: Functional, *, named: bool, real: bool) -> "Iterator[sympy.Expr]":
    """Monomials of W[J], by orders."""
    import sympy

    sources = [sympy.Symbol(f"J_{k + 1}") for k in range(len(w.fields))]
    for order in w.orders:
        phase = sympy.Integer(1) if real else sympy.I**order
        elements = _names(w, order) if named else _numbers(w, order)
        for row, element in zip(w.cumulants[order].indices.tolist(), elements, strict=True):
            powers = Counter(row)
            product = sympy.Mul(*(sources[k] ** power for k, power in powers.items()))
            term = phase * element * product / prod(map(factorial, powers.values()))
            if term != 0:
                yield from sympy.Add.make_args(sympy.expand(term))


def _names(w: Functional, order: int) -> list["sympy.Expr"]:
    import sympy

    return [sympy.Symbol(element_name(order, row)) for row in w.cumulants[order].indices.tolist()]


def _numbers(w: Functional, order: int) -> list["sympy.Expr"]:
    """Numbers with powers of N; of a joint law that changes with the width, numbers at this width."""
    import sympy

    width, one = sympy.Symbol("N", positive=True), w.cumulants[order]
    try:
        powers = w.powers_of_width(order)
    except NotAvailable:
        return [sympy.Float(value) for value in one.value.tolist()]
    found = [sympy.Integer(0)] * len(one.value)
    for power, numbers in powers.items():
        factor = width ** sympy.Rational(power.numerator, power.denominator)
        found = [
            had + sympy.Float(value) * factor if value else had
            for had, value in zip(found, numbers.value.tolist(), strict=True)
        ]
    return found


def latex(w: Functional, *, named: bool, real: bool) -> str:
    """Write W[J] in LaTeX; see `GeneratingFunctional.latex`."""
    average = r"\log \mathbb{E}\, e^{J \cdot f}" if real else r"\log \mathbb{E}\, e^{i J \cdot f}"
    if not named:
        terms = [_rounded(term) for term in _terms(w, named=False, real=real)]
        return _lines(rf"W[J] = {average}", terms or ["0"])
    terms = []
    for order in w.orders:
        sign = "" if real else _SIGNS[order % 4]
        below = _LETTERS[:order]
        sources = " ".join(f"J_{letter}" for letter in below)
        share = "" if order == 1 else rf"\frac{{1}}{{{order}!}}\, "
        terms.append(rf"{sign}{share}G^{{({order})}}_{{c\,{below}}}\, {sources}")
    return _lines(rf"W[J] = {average}", terms or ["0"], _widths(w))


def _widths(w: Functional) -> list[str]:
    """Say how the connected correlators depend on the width."""
    if not isinstance(w.cumulants.origin, JointTables):
        higher = [n for n in w.orders if n > 2]
        return [r"G^{(r)}_c &= N^{1 - r/2}\, \kappa_r, \quad r > 2"] if higher else []

    lines = []
    for order in w.orders:
        try:
            weights = w.weights(order)
        except NotAvailable:
            return []
        parts = [
            rf"{_factor(one)} S_{{{','.join(map(str, sizes))}}}" for sizes, one in weights.items() if one != 0
        ]
        bias = r" + \sigma_b^2" if order == 2 and w.network.bias_variance else ""
        power = "" if order == 2 else f"^{{{order // 2 if order % 2 == 0 else f'{order}/2'}}}"
        factor = rf"\frac{{\sigma^{{{order}}}}}{{N{power}}}"
        left = rf"G^{{({order})}}_c &= {factor} \Big["
        lines.append(
            left + (r" \\ &\quad {} + ").join(" + ".join(some) for some in _split(parts)) + rf"\Big]{bias}"
        )
    return lines


def _factor(polynomial: "sympy.Expr") -> str:
    import sympy

    written = str(sympy.latex(polynomial))
    return rf"\left({written}\right)" if isinstance(polynomial, sympy.Add) else written


def _rounded(term: "sympy.Expr") -> str:
    import sympy

    return str(
        sympy.latex(term.xreplace({one: sympy.Float(one, _DIGITS) for one in term.atoms(sympy.Float)}))
    )


def _split(parts: list[str]) -> list[list[str]]:
    return [parts[start : start + _ON_A_LINE] for start in range(0, len(parts), _ON_A_LINE)] or [["0"]]


def _lines(left: str, terms: list[str], more: Sequence[str] = ()) -> str:
    """Add terms up, some on each line, and put further formulas below."""
    text, lines = "", []
    for place, term in enumerate(terms):
        joined = term if not place else (f" - {term[1:]}" if term.startswith("-") else f" + {term}")
        if place and place % _ON_A_LINE == 0:
            lines.append(text)
            text = r"&\quad {}"
        text += joined
    lines.append(text)
    if len(lines) == 1 and not more:
        return f"{left} = {text}"
    first = f"{left} &= {lines[0]}"
    return r"\begin{aligned} " + " \\\\\n".join([first, *lines[1:], *more]) + r" \end{aligned}"
