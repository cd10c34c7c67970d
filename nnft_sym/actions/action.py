"""Actions: which interactions a field theory has, and which couplings stand in front of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Union

from diagrams.messages import shown
from nnft_sym.actions.names import COMPONENTS, COORDINATES, check_told_apart
from nnft_sym.actions.parsing import HIGHEST_POWER, TOO_LARGE, parse, too_long
from nnft_sym.actions.polynomials import Monomial, Polynomial, Scalar
from nnft_sym.actions.shapes import Place, Shape, fields_in, shape_of
from nnft_sym.actions.tokens import DOTS, LONGEST_NUMBER
from nnft_sym.errors import InvalidAction

if TYPE_CHECKING:
    import sympy

#: A whole number, not part of a name, of more digits than are read.
_LONG_NUMBER = re.compile(rf"(?<![A-Za-z0-9_])[0-9]{{{LONGEST_NUMBER + 1},}}")

#: The free theory: one output, and several. A product f.f says that there are components.
FREE, FREE_WITH_OUTPUTS = "0", "0*f.f"
_FIELD = r"(?:f|\\?(?:var)?phi|[φϕ])"
_PRODUCT = re.compile(rf"{_FIELD}\s*(\([xyz]\)\s*)?({'|'.join(map(re.escape, sorted(DOTS)))})\s*{_FIELD}")


@dataclass(frozen=True, init=False, repr=False)
class Action:
    r"""The interactions ΔS of S = S_GP + ∫ dᵈy ΔS(f(y)), a polynomial in the field with couplings in front.

    The weight of a field is exp(−S), the quadratic S_GP belongs to the Gaussian process, and there is no 1/k!
    in the couplings unless it is written (Halverson, Maiti, Stoner, arXiv:2008.08601).

    Parameters
    ----------
    expression : str or sympy.Expr or Action
        Text such as ``"lambda*f^4 + kappa*f**6"`` (see :mod:`nnft_sym.actions.parsing` for the grammar), or a
        SymPy polynomial in a symbol named ``f``. Beside powers of f there may be weights ``x**2`` of
        position-dependent couplings, bilocal terms ``f(x)**2*f(y)**2``, and products ``f.f`` of a field with
        D components (see :mod:`nnft_sym.actions.shapes`). ``"0"`` is the free theory, ``"0*f.f"`` that of a
        field with components. Where there is no ``f``, ``phi`` is the field.
    field : str, optional
        What the field is called in the expression, if neither; in every output it is ``f``.

    Attributes
    ----------
    vertices : tuple of (Shape, Polynomial)
        Vertices, by valence, and what stands in front of each, never zero.
    constant : Polynomial
        What is left without a field once everything is collected, as λv⁴/4 of λ/4 (f² − v²)². It multiplies Z
        by e^{−∫constant} and drops out of everything else, so it is no part of what is compared, written and
        expanded.
    free_components : bool
        Whether a theory without vertices is that of a field with D components.

    Raises
    ------
    InvalidAction
        If the expression is not a polynomial, has no term with f, or a quadratic term without a coupling; if
        two couplings are printed alike.

    Examples
    --------
    >>> action = Action(r"\kappa*f^6 + \lambda*f^4/24")
    >>> action
    Action('lambda*f**4/24 + kappa*f**6')
    >>> action.couplings, action.valences
    (('kappa', 'lambda'), (4, 6))
    >>> action == Action("lambda*f**4/24 + kappa*f**6") == Action("λφ⁴/4! + κφ⁶")
    True
    >>> Action("g*s^3", field="s")
    Action('g*f**3')
    >>> Action("lambda/4*(f^2 - v^2)^2"), Action("lambda/4*(f^2 - v^2)^2").constant
    (Action('-lambda*v**2*f**2/2 + lambda*f**4/4'), Polynomial('lambda*v**4/4'))
    """

    vertices: tuple[tuple[Shape, Polynomial], ...]
    constant: Polynomial = field(default=Polynomial({}), compare=False)
    free_components: bool = False

    def __init__(self, expression: Union[str, "sympy.Expr", "Action"], field: str | None = None) -> None:
        components = False
        if isinstance(expression, Action):
            vertices, constant = expression.vertices, expression.constant
            components = expression.free_components
        elif isinstance(expression, str):
            vertices, constant = _vertices(parse(expression, field))
            components = not vertices and _PRODUCT.search(expression) is not None
        else:
            # Only a caller who has SymPy at hand can pass something else.
            from nnft_sym.symbolic.conversion import polynomial_from_sympy

            vertices, constant = _vertices(polynomial_from_sympy(expression, field))
        object.__setattr__(self, "vertices", vertices)
        object.__setattr__(self, "constant", constant)
        object.__setattr__(self, "free_components", components)
        check_told_apart(self.couplings)
        if too_long(str(self)):
            raise InvalidAction(f"the action {shown(str(self))} {TOO_LARGE}")

    @property
    def couplings(self) -> tuple[str, ...]:
        """Names of the couplings, alphabetically."""
        return tuple(sorted({name for _, part in self.vertices for name in part.variables}))

    @property
    def valences(self) -> tuple[int, ...]:
        """Numbers of fields that meet in a vertex, ascending."""
        return tuple(sorted({shape.valence for shape, _ in self.vertices}))

    @property
    def is_local_scalar(self) -> bool:
        """Whether every vertex is a power of a field with one component, with a constant coupling.

        Examples
        --------
        >>> Action("lambda*f^4").is_local_scalar, Action("(lambda_0 + lambda_2*x^2)*f^4").is_local_scalar
        (True, False)
        """
        return not self.free_components and all(shape.is_plain for shape, _ in self.vertices)

    @property
    def has_components(self) -> bool:
        """Whether the field has D components, contracted in products f.f."""
        return self.free_components or any(shape.vector for shape, _ in self.vertices)

    @property
    def is_free(self) -> bool:
        """Whether there are no vertices."""
        return not self.vertices

    @property
    def name(self) -> str:
        """Name the theory: by its action, or as the free one.

        Examples
        --------
        >>> Action("lambda*f^4").name, Action("0").name, Action("0*f.f").name
        ('lambda*f**4', 'the free theory', 'the free theory with several outputs')
        """
        if not self.is_free:
            return str(self)
        return "the free theory" + (" with several outputs" if self.free_components else "")

    @property
    def interactions(self) -> tuple[tuple[int, Polynomial], ...]:
        """Valence of each plain vertex f^v, ascending, and its coefficient in the couplings."""
        return tuple((shape.valence, part) for shape, part in self.vertices if shape.is_plain)

    def shapes(self, valence: int) -> tuple[tuple[Shape, Polynomial], ...]:
        """Give the vertices in which this many fields meet, and what stands in front of each."""
        return tuple((shape, part) for shape, part in self.vertices if shape.valence == valence)

    def coefficient(self, valence: int) -> Polynomial:
        """Give what stands in front of f to the power `valence`; zero if it does not occur.

        Only plain vertices count: the parts of `vertices` with weights, several points or components do not.

        Examples
        --------
        >>> Action("(lambda + mu)*f^4").coefficient(4)
        Polynomial('lambda + mu')
        """
        return dict(self.interactions).get(valence, Polynomial({}))

    def __str__(self) -> str:
        """Write the action as text that :class:`Action` reads back."""
        if self.free_components:
            return FREE_WITH_OUTPUTS
        text = _sum(_factor(part, shape.text()) for shape, part in self.vertices)
        return _LONG_NUMBER.sub(lambda found: _in_pieces(found.group()), text)

    def __repr__(self) -> str:
        """Show the action as text."""
        return f"Action({str(self)!r})"

    def sympy(self) -> "sympy.Expr":
        """Convert to a SymPy polynomial in the symbol ``f``; products of components are symbols ``f.f``."""
        import sympy

        from nnft_sym.symbolic.conversion import shape_sympy

        return sympy.Add(*[part.sympy() * shape_sympy(shape) for shape, part in self.vertices])

    def latex(self) -> str:
        r"""Print in LaTeX.

        Examples
        --------
        >>> print(Action("lambda*f^4").latex())
        S = S_{\mathrm{GP}} + \int d^{d}y\,\bigl[\lambda\,f(y)^{4}\bigr]
        """
        parts = [r"S_{\mathrm{GP}}"]
        for n_places in sorted({len(shape.places) for shape, _ in self.vertices}):
            chosen = [(shape, part) for shape, part in self.vertices if len(shape.places) == n_places]
            measure = "".join(rf"d^{{d}}{letter}\," for letter in chosen[0][0].letters())
            inside = _sum(_factor_latex(part, shape.latex()) for shape, part in chosen)
            parts.append(rf"\int {measure}\bigl[{inside}\bigr]")
        return "S = " + " + ".join(parts)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


def free_theory(outputs: int = 1) -> Action:
    """Give the action without vertices, of a field with one output or with several.

    Raises
    ------
    InvalidAction
        If the number of outputs is below one.

    Examples
    --------
    >>> free_theory(), free_theory(outputs=3)
    (Action('0'), Action('0*f.f'))
    """
    if type(outputs) is not int or outputs < 1:
        raise InvalidAction(f"outputs = {shown(outputs)} was given; a whole number from 1 on is needed")
    return Action(FREE if outputs == 1 else FREE_WITH_OUTPUTS)


def _in_pieces(digits: str) -> str:
    """Write a number too long to be read as a sum, of pieces that are not.

    Examples
    --------
    >>> _in_pieces("2" + "0" * 59 + "1")
    '(2*10**60 + 1)'
    """
    first = len(digits) % LONGEST_NUMBER or LONGEST_NUMBER
    text = digits[:first]
    for start in range(first, len(digits), LONGEST_NUMBER):
        piece = digits[start : start + LONGEST_NUMBER].lstrip("0")
        text = f"({text}*10**{LONGEST_NUMBER}" + (f" + {piece})" if piece else ")")
    return text


def _vertices(polynomial: Polynomial) -> tuple[tuple[tuple[Shape, Polynomial], ...], Polynomial]:
    """Sort a polynomial by vertices, check that each of them can be one, and split off the constant."""
    parts: dict[Shape, dict[Monomial, Scalar]] = {}
    constant: dict[Monomial, Scalar] = {}
    has_field = any(fields_in(powers) for _, powers in polynomial.monomials())
    for number, powers in polynomial.monomials():
        monomial = Polynomial({tuple(sorted(powers.items())): number})
        if not fields_in(powers) and has_field and not set(powers) & set(COORDINATES):
            constant[tuple(sorted(powers.items()))] = number
            continue
        if not fields_in(powers):
            raise InvalidAction(
                f"the action has the term '{monomial}' without the field f: give every term a power of f, "
                "as in 'lambda*f^4', or leave the term out"
            )
        try:
            shape, couplings = shape_of(powers)
        except ValueError as error:
            raise InvalidAction(f"the term '{monomial}' of the action: {error}") from None
        parts.setdefault(shape, {})
        key = tuple(sorted(couplings.items()))
        parts[shape][key] = parts[shape].get(key, 0) + number
    found = {shape: Polynomial(part) for shape, part in parts.items()}
    kept = sorted((shape.valence, shape) for shape, part in found.items() if part)
    _check([(shape, found[shape]) for _, shape in kept])
    return tuple((shape, found[shape]) for _, shape in kept), Polynomial(constant)


def _check(vertices: list[tuple[Shape, Polynomial]]) -> None:
    """Refuse powers that are too high, a second quadratic part, and fields with and without components."""
    highest = max((shape.valence for shape, _ in vertices), default=0)
    if highest > HIGHEST_POWER:
        raise InvalidAction(
            f"the action has the power f^{highest}: at most f^{HIGHEST_POWER} can be a vertex"
        )
    if len({shape.vector for shape, _ in vertices}) > 1:
        raise InvalidAction(
            "some terms of the action have products f.f of a field with components, and others powers of f: "
            "write all of them with f.f, as in 'lambda*(f.f)^2', or none"
        )
    for shape, part in vertices:
        for name in part.variables if shape.vector else ():
            if name == COMPONENTS or re.fullmatch("i_?[0-9]+", name):
                meaning = (
                    "number of components of the field" if name == COMPONENTS else "component of a point"
                )
                raise InvalidAction(
                    f"'{name}' is the {meaning} and cannot be a coupling beside f.f: choose another name"
                )
    for shape, part in vertices:
        if shape.places == (Place(2),) and any(not couplings for _, couplings in part.monomials()):
            raise InvalidAction(
                f"the action has the quadratic term '{_factor(part, shape.text())}' without a coupling: the "
                "quadratic part belongs to the Gaussian process S_GP; put a coupling in front of it, as in "
                "'m*f^2', or leave it out"
            )


def _factor(coefficient: Polynomial, power: str) -> str:
    """Write a coefficient in front of a power: in parentheses if it is a sum, the denominator behind."""
    if len(coefficient.items) > 1:
        return f"({coefficient})*{power}"
    front, slash, denominator = str(coefficient).partition("/")
    product = front[:-1] + power if front in ("1", "-1") else f"{front}*{power}"
    return product + slash + denominator


def _factor_latex(coefficient: Polynomial, fields: str) -> str:
    """Print a coefficient in front of the fields of a vertex."""
    printed = coefficient.latex()
    if len(coefficient.items) > 1:
        return rf"\left({printed}\right)\,{fields}"
    return printed[:-1] + fields if printed in ("1", "-1") else rf"{printed}\,{fields}"


def _sum(addends: Iterable[str]) -> str:
    """Join addends with their signs."""
    text = ""
    for addend in addends:
        if not text:
            text = addend
        else:
            text += f" - {addend[1:]}" if addend.startswith("-") else f" + {addend}"
    return text or "0"
