"""Numbers that count contractions: double factorials, which are the moments of a normal variable."""

from math import prod

from diagrams.errors import GenerationError


def double_factorial(n: int) -> int:
    """Product n (n-2) (n-4) ... down to 1 or 2, exactly; 1 for n = 0 and n = -1.

    ``double_factorial(2 m - 1)`` is the number of pairings of 2m things.

    Raises
    ------
    GenerationError
        If n < -1.

    Examples
    --------
    >>> [double_factorial(2 * m - 1) for m in range(6)]
    [1, 1, 3, 15, 105, 945]
    """
    if n < -1:
        raise GenerationError(f"double factorial of {n}: need an integer -1 or larger")
    return prod(range(n, 0, -2))


def normal_moment(n: int) -> int:
    """E[z^n] of a standard normal variable: (n - 1)!!, the number of pairings of n things; 0 for odd n.

    Examples
    --------
    >>> [normal_moment(n) for n in range(7)]
    [1, 0, 1, 0, 3, 0, 15]
    """
    return 0 if n % 2 else double_factorial(n - 1)
