"""What a section of the study is made of: claims, drawings, arrays; and the bench it takes numbers from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnft_sym.printing.table_content import Table
from nnft_sym.reproduction.claims import Claim
from nnft_sym.reproduction.claims_table import claims_table
from nnft_sym.reproduction.fitted_couplings import Couplings
from nnft_sym.reproduction.setups import PublishedSetup
from nnft_sym.reproduction.size import StudySize
from nnft_sym.study.width_scan import WidthScan
from numerics.results.joint_correlators import Correlators

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

#: Arrays of one group of the numbers on disk: name -> (names of its axes, values).
Arrays = Mapping[str, "tuple[tuple[str, ...], ArrayLike]"]


@dataclass(frozen=True, eq=False)
class Bench:
    """Finished numbers that sections work on.

    Attributes
    ----------
    setups : tuple of PublishedSetup
    size : StudySize
    seed : int
    samples : mapping of str to Correlators
        Sampled correlators by the names of the cases, ``erf_d1_N5``.
    scans : mapping of str to WidthScan
        m₂, m₄, m₆ and the connected functions at all widths, by the names of the set-ups.
    couplings : Couplings
        Exact correlators, integrals and couplings of every set-up, also of one that was not asked for.
    told : callable
        Called with a sentence when something longer begins.
    """

    setups: tuple[PublishedSetup, ...]
    size: StudySize
    seed: int
    samples: Mapping[str, Correlators]
    scans: Mapping[str, WidthScan]
    couplings: Couplings
    told: Callable[[str], None]

    @property
    def full(self) -> bool:
        """Whether this is the published size."""
        return self.size.full

    def at_coupling_width(self, setup: PublishedSetup) -> Correlators | None:
        """Give what was sampled at the width at which couplings are extracted."""
        return self.samples.get(f"{setup.name}_N{setup.coupling_width}")


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure that is drawn when it is written.

    Attributes
    ----------
    name : str
        File name without suffix.
    title, caption : str
    draw : callable
    """

    name: str
    title: str
    caption: str
    draw: "Callable[[], Figure]" = field(repr=False)

    def _repr_svg_(self) -> str:
        """Show it in a notebook."""
        from nnft_sym.reproduction.plotting import svg_text

        return svg_text(self.draw())


@dataclass(frozen=True, eq=False)
class Part:
    """A section of the study.

    Attributes
    ----------
    title : str
    text : str
        A sentence or two for readers.
    claims : tuple of Claim
    drawings : tuple of Drawing
    arrays : mapping of str to Arrays
        Numbers for the file, by the names of groups.
    """

    title: str
    text: str
    claims: tuple[Claim, ...]
    drawings: tuple[Drawing, ...] = ()
    arrays: Mapping[str, Arrays] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """The claims as a table; a notebook shows it."""
        return claims_table(self.title, self.claims)


#: Makes a part from the bench. A room of its own adds one by giving it to `published.reproduce`.
Section = Callable[[Bench], Part]
