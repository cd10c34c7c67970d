"""Where vertices may be: a box [−Λ, Λ]^d or the whole space."""

from dataclasses import dataclass

from numerics.errors import InvalidDomain
from numerics.given import as_number


@dataclass(frozen=True)
class Box:
    """The box [−Λ, Λ]^d.

    Parameters
    ----------
    cutoff : float
        Half the side, Λ; positive and finite.

    Raises
    ------
    InvalidDomain
        If the cutoff is not a positive finite number.

    Examples
    --------
    >>> Box(10).cutoff
    10.0
    """

    cutoff: float

    def __post_init__(self) -> None:
        needed = "a positive finite number Λ for the box [−Λ, Λ]^d (for all of R^d use WholeSpace)"
        cutoff = as_number(self.cutoff, "cutoff", InvalidDomain, needed, above=0.0)
        object.__setattr__(self, "cutoff", cutoff)

    def volume(self, dimension: int) -> float:
        """Volume (2Λ)^d.

        Examples
        --------
        >>> Box(2).volume(3)
        64.0
        """
        return float((2.0 * self.cutoff) ** dimension)

    def __str__(self) -> str:
        return f"the box [−{self.cutoff:g}, {self.cutoff:g}]^d"


@dataclass(frozen=True)
class WholeSpace:
    """All of R^d; only integrals that converge there are accepted.

    Examples
    --------
    >>> print(WholeSpace())
    R^d
    """

    def __str__(self) -> str:
        return "R^d"


Domain = Box | WholeSpace
