r"""Reading the interaction part of an action from text, with a grammar of our own (never evaluated as code).

The grammar, with f the field and every other name a coupling::

    action   = sum [ ("," | ";") field "->" sum ]        a background: f -> v + f
    sum      = [sign] product { sign product }
    product  = power { "*" factor | "/" factor | power } a divisor must be a number
    factor   = [sign] power
    power    = atom [ "^" exponent | superscript ]       ** is the same as ^
    atom     = number [ "!" ] | coupling | coordinate | field [ "." field ] | "(" sum ")" | fraction
    fraction = "\frac" ( "{" sum "}" "{" sum "}" | digit digit )
    field    = "f" [ "(" coordinate ")" ]
    coordinate = "x" | "y" | "z"
    exponent = integer | "{" integer "}" | "(" integer ")"

``f(x)^2*f(y)^2`` is bilocal, integrated over both points; ``x^2`` is the weight |x|² of a position-dependent
coupling; ``f.f`` (or ``f·f``) is summed over the components of the field, as in ``lambda*(f.f)^2``.

Terms are checked once everything is multiplied out and collected, so ``(f + v)^4 - v^4`` may be written as it
is. A constant that is left over drops out of everything but Z (see :class:`nnft_sym.actions.action.Action`).

The field is ``f``, or ``phi``, ``φ``, ``varphi`` where no f is there (`nnft_sym.actions.field_names`).

The ``*`` may be left out, ``lambda f^4`` or ``λφ⁴``, in front of a letter or a parenthesis. Where a
forgotten ``+`` would then silently change the physics, it may not: between the field and a coupling after it,
in front of a number, and beside words of several letters.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import factorial

from diagrams.messages import shown
from nnft_sym.actions.backgrounds import background_of, shifted
from nnft_sym.actions.field_names import COMPLEX, is_a_letter, run_together
from nnft_sym.actions.names import COORDINATES, FIELD, field_at
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.actions.shapes import dot_at, fields_in, shape_of
from nnft_sym.actions.tokens import DOTS, Token, tokens
from nnft_sym.errors import InvalidAction

#: Highest power of the field, and of all couplings together, in one term.
HIGHEST_POWER = 64
#: Longer texts, or those with more signs, are refused: the largest action that is written has fewer.
_LONGEST_ACTION, _MOST_SIGNS = 100_000, 1_999
_DEEPEST_PARENTHESES = 50
_MOST_MONOMIALS = 1_000
_MOST_BITS = 4_096
_LARGEST_FACTORIAL = 64
#: What to say of a polynomial that is `too_large`.
TOO_LARGE = (
    f"multiplies out to a power above {HIGHEST_POWER}, to more than {_MOST_MONOMIALS} terms, or to numbers "
    "of more than a thousand digits: write a smaller polynomial"
)
_EXAMPLE = "'lambda*f^4 + kappa*f^6'"


def parse(text: str, field: str | None = None) -> Polynomial:
    r"""Read a polynomial in the field and the couplings.

    Parameters
    ----------
    text : str
        For example ``"lambda*f^4 + kappa*f**6"``, ``r"\lambda*f^4/24"``, ``"(g_1 - 0.5*g_2)*f³"``.
    field : str, optional
        Name of the field, if it is neither f nor phi.

    Returns
    -------
    Polynomial
        In the variable ``f`` and the couplings, exact.

    Raises
    ------
    InvalidAction
        Naming the column, what stands there, what is needed and what to write instead.

    Examples
    --------
    >>> str(parse(r"\lambda*f^4/24 + 0.5*f**3"))
    'f**4*lambda/24 + f**3/2'
    """
    if not text.strip():
        raise InvalidAction(f"the action is empty: write a polynomial in the field f, such as {_EXAMPLE}")
    if too_long(text):
        raise InvalidAction(
            f"the action has {len(text)} characters and {_signs(text)} signs; at most {_LONGEST_ACTION:,} "
            f"and {_MOST_SIGNS:,} are read: is it a file?"
        )
    return PolynomialParser(text, field).polynomial()


def too_long(text: str) -> bool:
    """Tell whether a text is longer than any action that is read."""
    return len(text) > _LONGEST_ACTION or _signs(text) > _MOST_SIGNS


def _signs(text: str) -> int:
    return text.count("+") + text.count("-")


class PolynomialParser:
    """One pass over the tokens of one action."""

    #: What is read, and an example of it, for messages.
    what, example = "the action", _EXAMPLE
    #: What there may be at most, for messages.
    at_most = f"at most f^{HIGHEST_POWER} can be a vertex"
    #: Whether the ``*`` of a product may be left out.
    implicit_products = True

    def __init__(self, text: str, name_of_field: str | None = None) -> None:
        self.text = text
        self.name_of_field = name_of_field
        self.tokens = list(self.split())
        self.position = 0
        self.depth = 0
        #: What is added up outside all parentheses, and where it begins.
        self.addends: list[tuple[int, Polynomial]] = []

    def split(self) -> Iterator[Token]:
        """Give the tokens."""
        return tokens(self.text, field=self.name_of_field)

    @property
    def token(self) -> Token:
        """The token that is looked at."""
        return self.tokens[self.position]

    def take(self) -> Token:
        """Give the token that is looked at and go on to the next."""
        token = self.token
        self.position += 1
        return token

    def fail(self, column: int, problem: str) -> InvalidAction:
        """Make the error for a problem at a column."""
        return InvalidAction(f"{self.what} {shown(self.text)}, column {column}: {problem}")

    def missing(self, needed: str) -> InvalidAction:
        """Make the error for something that is not where it should be."""
        token = self.token
        before = f" after '{self.tokens[self.position - 1].text}'" if self.position else ""
        if token.kind == "end":
            return InvalidAction(
                f"{self.what} {shown(self.text)} ends{before} at column {token.column}: {needed} is "
                f"missing; a complete one is {self.example}"
            )
        return self.fail(token.column, f"'{token.text}' stands{before} where {needed} is needed")

    def polynomial(self) -> Polynomial:
        """Read the whole action."""
        result = self.sum()
        if self.token.kind in (",", ";"):
            result = self.on_a_background(result)
        self.expect_end()
        self.check_vertices(result)
        return result

    def everything(self) -> Polynomial:
        """Read a sum that nothing follows."""
        result = self.sum()
        self.expect_end()
        return result

    def expect_end(self) -> None:
        """Refuse what follows a sum."""
        token = self.token
        if token.kind in (")", "}"):
            raise self.fail(token.column, f"'{token.text}' closes what was never opened: delete it")
        if token.kind != "end":
            raise self.fail(token.column, f"'{token.text}' means nothing here: delete it")

    def on_a_background(self, action: Polynomial) -> Polynomial:
        """Read ``, f -> v + f`` behind an action, and put it in."""
        self.take()
        needed = "a background such as f -> v + f"
        if self.token.name != FIELD:
            raise self.missing(needed)
        self.take()
        if self.token.kind != "->":
            raise self.missing("'->' of " + needed)
        self.take()
        start = self.token
        try:
            return shifted(action, background_of(self.sum()), lambda product: self.bounded(product, start))
        except InvalidAction:
            raise
        except ValueError as error:
            raise self.fail(start.column, str(error)) from None

    def check_vertices(self, total: Polynomial) -> None:
        """Refuse, once everything is collected, a term that is no vertex; name where it first stands."""
        with_fields = [powers for _, powers in total.monomials() if fields_in(powers)]
        for number, powers in total.monomials():
            key = tuple(sorted(powers.items()))
            column = next((place for place, addend in self.addends if key in dict(addend.items)), 1)
            if fields_in(powers):
                try:
                    shape_of(powers)
                except ValueError as error:
                    raise self.fail(column, str(error)) from None
            elif not with_fields or set(powers) & set(COORDINATES):
                raise self.fail(
                    column,
                    f"the term '{Polynomial({key: number})}' does not contain the field f: give every term a "
                    "power of f, as in 'lambda*f^4', or leave the term out"
                    + run_together(powers, with_fields),
                )

    def sum(self) -> Polynomial:
        """Read a sum."""
        parts = []
        sign, first = 1, True
        while first or self.token.kind in ("+", "-"):
            if self.token.kind in ("+", "-"):
                sign = 1 if self.take().kind == "+" else -1
            first = False
            start = self.token
            addend = self.product()
            if self.depth == 0:
                self.addends.append((start.column, addend))
            parts.append(addend * sign)
        return self.bounded(Polynomial.total(parts), start)

    def product(self) -> Polynomial:
        """Read a product or a quotient."""
        result = last = self.power()
        while self.token.kind in ("*", "/") or self.follows(last):
            if self.token.kind not in ("*", "/"):
                start, last = self.token, self.power()
                result = self.bounded(result * last, start)
                continue
            operator, start = self.take(), self.token
            last = self.factor()
            if operator.kind == "/":
                last = self.reciprocal(last, start)
            result = self.bounded(result * last, start)
        if self.token.kind not in ("+", "-", ")", "}", ",", ";", "->", "end"):
            left, right = self.tokens[self.position - 1].text, self.token.text
            raise self.fail(
                self.token.column,
                f"'{right}' follows '{left}' without an operator: write '*' between them for a product, or "
                "'+' for a sum",
            )
        return result

    def follows(self, left: Polynomial) -> bool:
        """Tell whether a factor follows without an operator, and refuse it where a ``+`` may be missing."""
        token, before = self.token, self.tokens[self.position - 1]
        if not self.implicit_products or token.kind not in ("name", "frac", "("):
            return False
        for one in (token, before):
            if one.kind == "name" and one.name != FIELD and not is_a_letter(one.name):
                raise self.fail(
                    token.column,
                    f"'{token.text}' follows '{before.text}' without an operator, and '{one.text}' has "
                    "several letters: write '*' between factors, as in 'mass*f^2'",
                )
        after_fields = any(fields_in(powers) for _, powers in left.monomials())
        if token.name == FIELD:
            after_fields = before.kind != ")" and FIELD in left.variables
        if token.kind != "(" and after_fields:
            raise self.fail(
                token.column,
                f"'{token.text}' follows '{before.text}' without an operator, and stands behind the field: "
                "write '*' between them for a product, or '+' for a sum",
            )
        return True

    def reciprocal(self, divisor: Polynomial, start: Token) -> Polynomial:
        """Invert a number; an action is a polynomial, so nothing else can be divided by."""
        if divisor.variables:
            raise self.fail(
                start.column,
                f"division by '{divisor}' does not give a polynomial: divide by numbers only, "
                "as in 'lambda*f^4/24'",
            )
        if not divisor:
            raise self.fail(start.column, "division by zero: divide by a number that is not zero")
        return Polynomial.constant(1 / divisor.at({}))

    def factor(self) -> Polynomial:
        """Read a factor behind ``*`` or ``/``, with its sign."""
        if self.token.kind in ("+", "-") and self.take().kind == "-":
            return -self.power()
        return self.power()

    def power(self) -> Polynomial:
        """Read an atom and the power it is raised to."""
        start = self.token
        base = self.atom()
        product_of_fields = start.name == FIELD and any(fields_in(dict(m)) == 2 for m, _ in base.items)
        if product_of_fields and self.token.kind in ("^", "raised"):
            raise self.fail(self.token.column, "what is raised here is not clear: write '(f.f)^2'")
        if self.token.kind == "raised":
            exponent = self.whole(self.take())
        elif self.token.kind == "^":
            self.take()
            exponent = self.exponent()
        else:
            return base
        if self.token.kind in ("^", "raised"):
            raise self.fail(
                self.token.column, "a power of a power is ambiguous: write one exponent, as in 'f^8'"
            )
        bits = max((_bits(number) for number, _ in base.monomials()), default=0)
        if max(base.degree, 1) * exponent > 2 * HIGHEST_POWER or bits * exponent > _MOST_BITS:
            raise self.fail(
                start.column,
                f"the power {exponent} is absurdly high: {self.at_most}",
            )
        result = Polynomial.constant(1)
        for _ in range(exponent):
            result = self.bounded(result * base, start)
        return result

    def exponent(self) -> int:
        """Read an exponent, in braces or parentheses or bare."""
        closing = {"{": "}", "(": ")"}.get(self.token.kind)
        if closing is not None:
            self.take()
        if self.token.kind == "*":
            raise self.fail(self.token.column, COMPLEX)
        if self.token.kind in ("-", "+"):
            raise self.fail(
                self.token.column, "an exponent has no sign: write a whole number such as 4, as in 'f^4'"
            )
        if self.token.kind != "number":
            raise self.missing("a whole number as exponent")
        value = self.whole(self.take())
        if closing is not None:
            if self.token.kind != closing:
                raise self.missing(f"{closing!r}")
            self.take()
        return value

    def whole(self, token: Token) -> int:
        """Give the value of an exponent that must be a whole number."""
        value = token.value
        if value is None or value.denominator != 1:
            raise self.fail(
                token.column,
                f"the exponent {token.text} is not a whole number, so this is no polynomial: "
                "write a whole number such as 4",
            )
        if value > HIGHEST_POWER:
            raise self.fail(
                token.column,
                f"the power {token.text[:20]} is absurdly high: powers up to {HIGHEST_POWER} are read",
            )
        return int(value)

    def atom(self) -> Polynomial:
        """Read a number, a name, or a sum in parentheses."""
        token = self.token
        if token.kind == "number":
            return Polynomial.constant(self.number(self.take()))
        if token.name == FIELD:
            return self.field()
        if token.kind == "name":
            self.take()
            if self.token.kind == "(" and self.reads_as_a_function(token):
                raise self.fail(
                    token.column,
                    f"'{token.text}(' reads as a function, and a polynomial is needed: for a product "
                    f"write '{token.text}*('",
                )
            return Polynomial.variable(token.name)
        if token.kind == "frac":
            return self.fraction()
        if token.kind != "(":
            raise self.missing("a term" if self.position == 0 or self._after_sign() else "a factor")
        self.depth += 1
        if self.depth > _DEEPEST_PARENTHESES:
            raise self.fail(
                token.column, f"more than {_DEEPEST_PARENTHESES} nested parentheses: multiply out"
            )
        self.take()
        inside = self.sum()
        if self.token.kind != ")":
            raise self.missing(f"')', which closes the '(' of column {token.column},")
        self.take()
        self.depth -= 1
        return inside

    def reads_as_a_function(self, token: Token) -> bool:
        """Tell ``sin(`` and ``g(x)``, which are functions, from a coupling in front of a parenthesis."""
        inside = [one.kind for one in self.tokens[self.position + 1 : self.position + 3]]
        argument = inside == ["name", ")"]
        return not self.implicit_products or not is_a_letter(token.name) or argument

    def fraction(self) -> Polynomial:
        r"""Read ``\frac{a}{b}`` or ``\frac12``."""
        self.take()
        digits = self.token.text
        if self.token.kind == "number" and len(digits) == 2 and digits.isdigit():
            start = self.take()
            return Polynomial.constant(int(digits[0])) * self.reciprocal(
                Polynomial.constant(int(digits[1])), start
            )
        above = self.braced("the numerator of a fraction")
        start = self.token
        return self.bounded(above * self.reciprocal(self.braced("the denominator"), start), start)

    def braced(self, what: str) -> Polynomial:
        """Read a sum in braces, or a single number."""
        if self.token.kind == "number" and len(self.token.text) == 1:
            return Polynomial.constant(self.number(self.take()))
        if self.token.kind != "{":
            raise self.missing(f"{what} in braces, as in \\frac{{1}}{{24}},")
        self.take()
        self.depth += 1
        inside = self.sum()
        self.depth -= 1
        if self.token.kind != "}":
            raise self.missing(f"'}}', which closes {what},")
        self.take()
        return inside

    def field(self) -> Polynomial:
        """Read a field, at a point if one is named, or the product of two that is summed over components."""
        letter = self.place()
        dotted = self.token.text in DOTS and self.tokens[self.position + 1].name == FIELD
        if self.token.kind != "." and not dotted:
            return Polynomial.variable(field_at(letter))
        self.take()
        if self.token.name != FIELD:
            raise self.missing("the second field of a product f.f")
        column = self.token.column
        if self.place() != letter:
            raise self.fail(
                column,
                "components are contracted between two points: only products at one point are understood, "
                "such as (f(x).f(x))*(f(y).f(y))",
            )
        return Polynomial.variable(dot_at(letter))

    def place(self) -> str:
        """Read ``f`` or ``f(x)``; give the letter of the point."""
        token = self.take()
        if self.token.kind != "(":
            return ""
        inside = self.tokens[self.position + 1]
        if inside.name not in COORDINATES or self.tokens[self.position + 2].kind != ")":
            raise self.fail(
                token.column,
                f"'{token.text}(' reads as the field at a point, which is x, y or z: write f(x), or for a "
                f"product '{token.text}*('",
            )
        self.position += 3
        return inside.name

    def _after_sign(self) -> bool:
        """Tell whether the last token was a sign or an opening parenthesis."""
        return self.tokens[self.position - 1].kind in ("+", "-", "(")

    def number(self, token: Token) -> Fraction:
        """Give the value of a number, or of its factorial."""
        value = token.value
        assert value is not None
        if self.token.kind != "!":
            return value
        self.take()
        if value.denominator != 1 or value > _LARGEST_FACTORIAL:
            raise self.fail(
                token.column,
                f"{token.text}! cannot be read: factorials of whole numbers up to {_LARGEST_FACTORIAL} can",
            )
        return Fraction(factorial(int(value)))

    def bounded(self, result: Polynomial, start: Token) -> Polynomial:
        """Refuse a polynomial that has grown beyond what anybody means."""
        if too_large(result):
            raise self.fail(start.column, f"this {TOO_LARGE}")
        return result


def too_large(polynomial: Polynomial) -> bool:
    """Tell whether a polynomial has grown beyond what anybody means by an action."""
    return len(polynomial.items) > _MOST_MONOMIALS or any(
        fields_in(powers) > HIGHEST_POWER
        or sum(p for name, p in powers.items() if not fields_in({name: 1})) > HIGHEST_POWER
        or _bits(number) > _MOST_BITS
        for number, powers in polynomial.monomials()
    )


def _bits(number: Fraction) -> int:
    """Give the length of a rational number, 0 for ±1."""
    return max(abs(number.numerator).bit_length(), number.denominator.bit_length()) - 1
