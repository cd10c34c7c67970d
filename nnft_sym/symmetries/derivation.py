r"""Symmetries read off the laws of the parameters: which of them absorb a transformation, line by line.

Correlators are averages over parameters. If f_θ transformed is f_θ' with other parameters θ', and the law of
θ' is that of θ, no correlator changes, at any order and width. So two questions decide: do parameters absorb
the transformation, and is their joint law invariant? A no to either proves nothing.

`nnft_sym.symmetries.derive` is the way in; `output_routes` and `input_routes` hold the ways of absorbing.

References
----------
A. Maiti, K. Stoner and J. Halverson, arXiv:2106.00694, section 2: symmetries by duality.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.networks.laws import Invariance

Array = NDArray[np.float64]


@final
@dataclass(frozen=True)
class Line:
    """One step of a derivation.

    Attributes
    ----------
    words : str
    latex : str
        The formula of the step, without dollar signs; empty where there is none.
    """

    words: str
    latex: str = ""


@final
@dataclass(frozen=True)
class Derivation:
    """What the laws of the parameters say of a symmetry.

    Attributes
    ----------
    lines : tuple of Line
    absorbed : bool
        Whether a change of the parameters does what the transformation does.
    invariant : bool
        Whether the law of these parameters is known not to change.
    """

    lines: tuple[Line, ...]
    absorbed: bool
    invariant: bool

    @property
    def holds(self) -> bool:
        """Whether the symmetry follows, for all correlators at every width."""
        return self.absorbed and self.invariant

    @property
    def conclusion(self) -> str:
        """The last line in words."""
        return self.lines[-1].words

    @property
    def latex(self) -> str:
        """All lines for a paper: words and formulas, one below the other."""
        from nnft_sym.symmetries.derivation_latex import derivation_latex

        return derivation_latex((line.words, line.latex) for line in self.lines)

    def __str__(self) -> str:
        return "\n".join(f"{number}. {line.words}" for number, line in enumerate(self.lines, start=1))


class Needed(IntEnum):
    """The invariance that a set of orthogonal matrices needs of a law of independent components."""

    NOTHING = 0
    PERMUTATIONS = 1
    SIGNED_PERMUTATIONS = 2
    ROTATIONS = 3

    def granted(self, given: frozenset[Invariance]) -> bool:
        """Whether a law declares as much."""
        return self is Needed.NOTHING or any(self <= Needed[one.name] for one in given)

    @property
    def words(self) -> str:
        """As in ``permutations and changes of sign``."""
        return "nothing" if self is Needed.NOTHING else Invariance[self.name].value


def needed_of(matrices: Iterable[Array]) -> Needed:
    """Say which invariance of independent components some orthogonal matrices need.

    Examples
    --------
    >>> needed_of([np.eye(2)[::-1]]).name, needed_of([-np.eye(3)]).name, needed_of([np.eye(2)]).name
    ('PERMUTATIONS', 'SIGNED_PERMUTATIONS', 'NOTHING')
    """
    return max((_needed(matrix) for matrix in matrices), default=Needed.NOTHING)


def _needed(matrix: Array) -> Needed:
    if np.array_equal(matrix, np.eye(len(matrix))):
        return Needed.NOTHING
    if not np.all(np.isin(matrix, (-1.0, 0.0, 1.0))):
        return Needed.ROTATIONS
    return Needed.SIGNED_PERMUTATIONS if np.any(matrix < 0) else Needed.PERMUTATIONS


def strongest(given: frozenset[Invariance]) -> str:
    """Name the largest group that leaves a law alone."""
    return max((Needed[one.name] for one in given), default=Needed.NOTHING).words
