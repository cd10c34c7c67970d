"""Deformations with numbers only, as records of networks hold them."""

from diagrams.messages import shown
from nnft_sym.duality.deformation import Deformation
from nnft_sym.errors import InvalidDeformation
from numerics.networks.erf import ErfNet


def in_numbers(text: str) -> str:
    """Read a deformation, brackets and all, and write it as a sum of products.

    Parameters
    ----------
    text : str
        A of P ∝ P_0 e^(−A), without a letter.

    Raises
    ------
    InvalidDeformation
        If it is not understood, or there is a letter in it.

    Examples
    --------
    >>> in_numbers("0.3*(p1^2 - p2)/2"), in_numbers("0.1*|a|^4/N")
    ('3/20*p1^2 - 3/20*p2', '1/10*p2^2/N')
    """
    deformation = Deformation(text)
    if not deformation.numbers_only:
        raise InvalidDeformation(
            f"{shown(text)} was given, with the letter {deformation.letter}; a number is needed in its place"
        )
    # the network does not matter where there are numbers only
    found = deformation.law(ErfNet(2)).text
    if not found:
        raise InvalidDeformation(
            f"the deformation {shown(text)} was given; a polynomial in the power sums p1, p2, … of the "
            "output weights is needed, as in 0.1*p2^2/N"
        )
    return found
