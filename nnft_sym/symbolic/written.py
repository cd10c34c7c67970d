r"""Activations as text, with a grammar of our own (never evaluated as code).

The grammar, with z the pre-activation::

    sum      = product { ("+" | "-") product }
    product  = factor { ("*" | "/") factor }
    factor   = ["+" | "-"] factor | power
    power    = atom [ ("^" | "**") factor ]
    atom     = number | "z" | "pi" | function "(" sum { "," sum } ")" | "(" sum ")"

A text is compiled once; importing this module imports SymPy.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

import sympy

from diagrams.messages import did_you_mean, shown
from nnft_sym.errors import InvalidExpansion
from nnft_sym.symbolic.activations import symbolic_activation
from nnft_sym.symbolic.compiled import compiled
from numerics.errors import InvalidNetwork
from numerics.networks.named import NAMED
from numerics.networks.own import WrittenActivation

#: The pre-activation.
Z = sympy.Symbol("z", real=True)
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>\*\*|[-+*/^(),])|(?P<end>$))"
)
_LONGEST, _DEEPEST, _DIGITS, _LARGEST_POWER = 1_000, 40, 40, 64
_EXAMPLE = "'tanh(z)' or 'z*exp(-z^2/2)'"


def _sigmoid(a: sympy.Expr) -> sympy.Expr:
    return (1 + sympy.tanh(a / 2)) / 2


#: Functions that may be called, and with how many arguments (None: two or more).
_FUNCTIONS: Mapping[str, tuple[Callable[..., sympy.Expr], int | None]] = MappingProxyType(
    {
        **{
            name: (getattr(sympy, name), 1)
            for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh")
        },
        "erf": (sympy.erf, 1),
        "erfc": (sympy.erfc, 1),
        "abs": (sympy.Abs, 1),
        "sign": (sympy.sign, 1),
        "max": (sympy.Max, None),
        "min": (sympy.Min, None),
        "step": (lambda a: sympy.Piecewise((0, a < 0), (1, True)), 1),
        "relu": (lambda a: sympy.Max(a, 0), 1),
        "leaky_relu": (lambda a: sympy.Max(a, a / 100), 1),
        "sigmoid": (_sigmoid, 1),
        "silu": (lambda a: a * _sigmoid(a), 1),
        "gelu": (lambda a: a * (1 + sympy.erf(a / sympy.sqrt(2))) / 2, 1),
        "softplus": (lambda a: sympy.Max(a, 0) + sympy.log(1 + sympy.exp(-sympy.Abs(a))), 1),
    }
)


@lru_cache(maxsize=256)
def written_activation(text: str) -> WrittenActivation:
    """Make an activation from its text.

    Parameters
    ----------
    text : str
        An expression in z.

    Returns
    -------
    WrittenActivation
        Its text has no blanks.

    Raises
    ------
    InvalidNetwork
        Naming the column, what stands there, and what is needed.

    Examples
    --------
    >>> activation = written_activation("tanh(2 * z) + z/3")
    >>> activation.text, round(activation(0.3), 6)
    ('tanh(2*z)+z/3', 0.63705)
    """
    reader = _Reader(text)
    try:
        expression = reader.whole()
        written = reader.written
        function = compiled(expression, [Z] if expression.free_symbols else [], "math")
        if not expression.free_symbols:
            constant = float(function())

            def function(z: float) -> float:
                return constant

        at_rest = function(0.5)
    except (NameError, NotImplementedError, TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise InvalidNetwork(
            f"the activation {shown(text)} cannot be turned into a function of one number: {error}"
        ) from None
    if isinstance(at_rest, complex):
        raise InvalidNetwork(f"the activation {shown(text)} is {at_rest} at z = 0.5; real values are needed")
    function.__qualname__ = written
    return WrittenActivation(written, function, written_activation)


class _Reader:
    """One pass over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > _LONGEST:
            raise InvalidNetwork(
                f"the activation has {len(text)} characters; at most {_LONGEST} are read: is it a file?"
            )
        self.tokens: list[tuple[str, str, int]] = []
        position = 0
        while not self.tokens or self.tokens[-1][0] != "end":
            found = _TOKEN.match(text, position)
            if found is None or found.lastgroup is None:
                raise self.fail(position + 1, f"{shown(text[position:].strip()[:1])} means nothing here")
            self.tokens.append((found.lastgroup, found[found.lastgroup], found.start(found.lastgroup) + 1))
            position = found.end()
        self.position, self.depth = 0, 0

    @property
    def written(self) -> str:
        """The text without blanks."""
        return "".join("^" if word == "**" else word for _, word, _ in self.tokens)

    @property
    def word(self) -> str:
        """The token that is looked at; empty at the end."""
        return self.tokens[self.position][1]

    def take(self) -> tuple[str, str, int]:
        """Give the token that is looked at and go on to the next."""
        token = self.tokens[self.position]
        self.position += 1
        return token

    def fail(self, column: int, problem: str) -> InvalidNetwork:
        """Make the error for a problem at a column."""
        return InvalidNetwork(
            f"the activation {shown(self.text)}, column {column}: {problem}; an activation is written in z, "
            f"as in {_EXAMPLE}"
        )

    def expect(self, word: str, needed: str) -> None:
        """Take a token that must be there."""
        if self.word != word:
            there = f"{shown(self.word)} stands" if self.word else "the text ends"
            raise self.fail(self.tokens[self.position][2], f"{there} where {needed} is needed")
        self.take()

    def whole(self) -> sympy.Expr:
        """Read the whole text."""
        found = self.sum()
        self.expect("", "an operator or the end")
        return found

    def sum(self) -> sympy.Expr:
        """Read a sum."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.fail(self.tokens[self.position][2], f"more than {_DEEPEST} nested parentheses")
        found = self.product()
        while self.word in ("+", "-"):
            sign = 1 if self.take()[1] == "+" else -1
            found = found + sign * self.product()
        self.depth -= 1
        return found

    def product(self) -> sympy.Expr:
        """Read a product or a quotient."""
        found = self.factor()
        while self.word in ("*", "/"):
            _, operator, column = self.take()
            other = self.factor()
            if operator == "/" and other == 0:
                raise self.fail(column, "division by zero")
            found = found * other if operator == "*" else found / other
        return found

    def factor(self) -> sympy.Expr:
        """Read a factor with its signs."""
        sign = 1
        while self.word in ("+", "-"):
            sign = sign if self.take()[1] == "+" else -sign
        return sign * self.power()

    def power(self) -> sympy.Expr:
        """Read an atom and the power it is raised to."""
        base = self.atom()
        if self.word not in ("^", "**"):
            return base
        column = self.take()[2]
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.fail(column, f"more than {_DEEPEST} nested powers")
        exponent = self.factor()
        self.depth -= 1
        if exponent.is_number and not abs(exponent) <= _LARGEST_POWER:
            raise self.fail(column, f"powers up to {_LARGEST_POWER} are read")
        if base == 0 and exponent.is_number and exponent.is_negative:
            raise self.fail(column, "division by zero")
        return base**exponent

    def atom(self) -> sympy.Expr:
        """Read a number, z, a function, or a sum in parentheses."""
        kind, word, column = self.take()
        if kind == "number":
            digits, _, exponent = word.lower().partition("e")
            if len(digits) > _DIGITS or abs(int(exponent or 0)) > _DIGITS:
                raise self.fail(column, f"numbers of up to {_DIGITS} digits and 1e±{_DIGITS} are read")
            return sympy.Rational(word)
        if word == "(":
            found = self.sum()
            self.expect(")", f"')', which closes the '(' of column {column},")
            return found
        if kind == "name":
            return self.named(word, column)
        there = f"{shown(word)} stands" if word else "the text ends"
        raise self.fail(column, f"{there} where a number, z or a function is needed")

    def named(self, word: str, column: int) -> sympy.Expr:
        """Read z, a constant or a function."""
        name = word.lower()
        if name in ("z", "pi"):
            return Z if name == "z" else sympy.pi
        if name not in _FUNCTIONS:
            near = did_you_mean(name, ["z", "pi", *_FUNCTIONS])
            known = ", ".join(_FUNCTIONS)
            raise self.fail(column, f"{shown(word)} is not known{near}; there are z, pi, {known}")
        function, count = _FUNCTIONS[name]
        self.expect("(", f"'(' after {name}")
        arguments = [self.sum()]
        while self.word == ",":
            self.take()
            arguments.append(self.sum())
        if len(arguments) != count and not (count is None and len(arguments) > 1):
            raise self.fail(
                column, f"{name} was given {len(arguments)} arguments, {count or 'two or more'} fit"
            )
        self.expect(")", f"')', which closes {name}(,")
        return function(*arguments)


def named_or_written(text: str) -> object:
    """Turn a text into an activation: one that has a name, or an expression."""
    return NAMED.get(text.strip().lower()) or written_activation(text)


def expression_activation(expression: sympy.Expr) -> object:
    """Turn a SymPy expression into an activation: as its text, where our grammar can write it.

    Parameters
    ----------
    expression : sympy.Expr
        In one symbol.

    Returns
    -------
    callable
        With a text that other processes and files can read; else a plain function.

    Raises
    ------
    InvalidNetwork
        If it is no function of one number.

    Examples
    --------
    >>> u = sympy.Symbol("u")
    >>> expression_activation(sympy.tanh(u) + 0.1 * abs(u)).text
    'tanh(z)+Abs(z)/10'
    """
    try:
        function = symbolic_activation(expression)
    except InvalidExpansion as error:
        raise InvalidNetwork(f"as activation {error}") from None
    (symbol,) = expression.free_symbols
    # the shortest decimal that reads back as the same number; our grammar knows fractions only
    exact = {one: sympy.Rational(repr(float(one))) for one in expression.atoms(sympy.Float)}
    plain = expression.xreplace({symbol: Z, **exact})
    text = str(plain)
    try:
        same = _Reader(text).whole() == plain
    except InvalidNetwork:
        same = False
    return named_or_written(text.replace(" ", "")) if same else function
