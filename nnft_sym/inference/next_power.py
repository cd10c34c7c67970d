"""Expand one power of 1/N further than couplings need, where the integrals of that power exist."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from nnft_sym.actions.action import Action
from nnft_sym.inference.model import Model
from numerics.errors import DivergentIntegral, NotAvailable

T = TypeVar("T")


def with_next_power(
    action: Action | str,
    orders: Iterable[int] | None,
    use: Callable[[Model], T],
    *,
    every: bool = False,
    kind: str = "connected",
) -> T:
    """Use the model that goes one power of 1/N further; where that is not to be had the leading one.

    Integrals of the leading power may exist where those of the next do not: bilocal terms, next to each
    other, are as large as the volume, and kernels by quadrature cost too much in diagrams of two vertices.

    Parameters
    ----------
    action : Action or str
    orders : iterable of int or None
        As of `Model.leading`, and so are `every` and `kind`.
    use : callable
        What is done with a model: integrates it, or infers couplings with it.

    Returns
    -------
    T
        What `use` returned.

    Raises
    ------
    DivergentIntegral, NotAvailable
        If the leading power cannot be integrated either.

    Examples
    --------
    >>> def only_leading(model):
    ...     if model.power != 1:
    ...         raise DivergentIntegral("two bilocal terms")
    ...     return "leading"
    >>> with_next_power("lambda_NL*f(x)^2*f(y)^2", (4,), only_leading)
    'leading'
    """
    try:
        return use(Model.leading(action, orders, every=every, kind=kind))
    except (DivergentIntegral, NotAvailable):
        pass  # what stops the leading power is told
    return use(Model.leading(action, orders, beyond=False, kind=kind))
