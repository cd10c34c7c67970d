"""Numbers that count contractions: double factorials, which are the moments of a normal variable."""

from math import prod

from diagrams.errors import GenerationError
from diagrams.messages import as_integer
from diagrams.sizes import number_text

#: A larger double factorial nobody reads.
LARGEST = 1_000_000


def double_factorial(n: int) -> int:
    """Product n (n-2) (n-4) ... down to 1 or 2, exactly; 1 for n = 0 and n = -1.

    ``double_factorial(2 m - 1)`` is the number of pairings of 2m things.

    Raises
    ------
    GenerationError
        If n < -1, or the answer would have millions of digits.

    Examples
    --------
    >>> [double_factorial(2 * m - 1) for m in range(6)]
    [1, 1, 3, 15, 105, 945]
    """
    n = as_integer(n, "n", GenerationError)
    if not -1 <= n <= LARGEST:
        raise GenerationError(
            f"the double factorial of {number_text(n)} was asked for; a whole number from -1 to {LARGEST:,} "
            "is needed"
        )
    return prod(range(n, 0, -2))


def normal_moment(n: int) -> int:
    """E[z^n] of a standard normal variable: (n - 1)!!, the number of pairings of n things; 0 for odd n.

    Examples
    --------
    >>> [normal_moment(n) for n in range(7)]
    [1, 0, 1, 0, 3, 0, 15]
    """
    return 0 if n % 2 else double_factorial(n - 1)
