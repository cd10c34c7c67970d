"""Orders in 1/N, as users write them."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from nnft_sym.parameters.readers import Refused


@dataclass(frozen=True, eq=False, repr=False)
class WidthOrder:
    """A power of 1/N, halves included.

    Examples
    --------
    >>> str(WidthOrder().check("1/N^(3/2)")), str(WidthOrder().check("1/N^2"))
    ('3/2', '2')
    >>> WidthOrder().check("N")
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: the order 'N' was given; a power of 1/N is needed, as in '1/N^2', ...
    """

    def read(self, text: str) -> object:
        """Leave it."""
        return text

    def check(self, value: object, folder: Path | None = None) -> Fraction:
        """Return the power."""
        from nnft_sym.errors import InvalidExpansion
        from nnft_sym.expansions.width_order import width_order

        try:
            return width_order(value)
        except InvalidExpansion as error:
            raise Refused(str(error)) from None
