"""How an activation that is given as text becomes a function: whoever knows expressions registers here.

This floor keeps texts and compares them; the floor above reads them with its grammar and registers its
compiler for ``str`` when it is imported, as in ``read_activation.register(str, compiler)``.
"""

from functools import singledispatch

from diagrams.messages import shown
from numerics.errors import InvalidNetwork


@singledispatch
def read_activation(given: object) -> object:
    """Turn what was given as an activation into a function of one number.

    Parameters
    ----------
    given : str or callable

    Raises
    ------
    InvalidNetwork
        If a text is given and nobody has registered to read it, or it cannot be read.
    """
    return given


@read_activation.register
def _(given: str) -> object:
    raise InvalidNetwork(
        f"activation = {shown(given)} was given as text, which is read by nnft_sym: import nnft_sym, or give "
        "a function of one number"
    )
