"""A background under the field: ``lambda*f^4, f -> v + f`` is ``lambda*(v + f)^4``.

Only the interactions are shifted; the quadratic S_GP stays that of f. What the shift leaves without a field
is a constant, which drops out of everything but Z; what it leaves with one field is a source.
"""

from collections.abc import Callable

from nnft_sym.actions.names import COORDINATES, FIELD
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.actions.shapes import FIELDS, dot_at, fields_in


def background_of(replacement: Polynomial) -> Polynomial:
    """Give the constant that is added to the field.

    Raises
    ------
    ValueError
        If the replacement is not the field plus constants.

    Examples
    --------
    >>> v, f = Polynomial.variable("v"), Polynomial.variable("f")
    >>> background_of(f - v * 2)
    Polynomial('-2*v')
    """
    rest = replacement - Polynomial.variable(FIELD)
    if not rest or any(fields_in(powers) or set(powers) & set(COORDINATES) for _, powers in rest.monomials()):
        raise ValueError(
            "a background is a constant added to the field, which keeps the factor one: write 'f -> v + f'"
        )
    return rest


def shifted(
    action: Polynomial, background: Polynomial, bounded: Callable[[Polynomial], Polynomial]
) -> Polynomial:
    """Put the field plus a background in place of the field.

    Parameters
    ----------
    action, background : Polynomial
    bounded : callable
        Returns what it is given, or refuses it where it has grown too large.

    Raises
    ------
    ValueError
        If the field has components, each of which would need a background of its own.

    Examples
    --------
    >>> v, f = Polynomial.variable("v"), Polynomial.variable("f")
    >>> shifted(f**2, v, lambda product: product)
    Polynomial('f**2 + 2*f*v + v**2')
    """
    total = []
    for number, powers in action.monomials():
        product = Polynomial.constant(number)
        for name, power in powers.items():
            if name in {dot_at(letter) for letter in ("", *COORDINATES)}:
                raise ValueError(
                    "a field with components, f.f, has a background for each of them: write the shifted "
                    "action out"
                )
            base = Polynomial.variable(name)
            for _ in range(power):
                product = bounded(product * (base + background if name in FIELDS else base))
        total.append(product)
    return bounded(Polynomial.total(total))
