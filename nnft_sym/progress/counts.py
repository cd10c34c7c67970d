"""How far a count of diagrams is, in words."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

    from diagrams.enumeration.counting import Progress
    from diagrams.enumeration.leg_classes import Content
    from diagrams.filters import NamedFilter


class CountProgress:
    """Keeps the latest report of `diagrams.count` and puts it into words.

    Parameters
    ----------
    where : sequence of NamedFilter
        The filters of the count. For some of them the sum of 1 / S over all connected diagrams is known from
        the zero-dimensional theory, and so is the share that has been counted.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from diagrams.enumeration.counting import Progress
    >>> progress = CountProgress([])
    >>> progress.text()
    'nothing counted yet'
    >>> progress(Progress(4, ((4, 2),), 3, Fraction(3, 2)))
    >>> progress.text()
    '3 connected diagrams of 4 points and the vertices 4:2 so far, 42.9 % of their weight; about 7 in all'
    """

    def __init__(self, where: "Sequence[NamedFilter]") -> None:
        self.names = {chosen.name for chosen in where}
        self.latest: Progress | None = None
        self._expected = cache(self._sum_rule)

    def __call__(self, progress: "Progress") -> None:
        """Take a report."""
        self.latest = progress

    def text(self) -> str:
        """Say what was counted so far, and what share of it all that is where this is known."""
        if self.latest is None:
            return "nothing counted yet"
        n, content, labelled, weight = self.latest
        vertices = ",".join(f"{valence}:{number}" for valence, number in content)
        said = f"{labelled:,} connected diagrams of {n} points and the vertices {vertices} so far"
        expected = self._expected(n, content)
        if not expected or not weight:
            return said
        share = float(weight / expected)
        in_all = float(f"{labelled / share:.2g}")
        return f"{said}, {100 * share:.3g} % of their weight; about {in_all:,.0f} in all"

    def _sum_rule(self, n: int, content: "Content") -> "Fraction | None":
        from diagrams.zero_dim import Kind, weight_sum

        kind = Kind.CONNECTED
        rest = self.names - {"connected", "no_self_loop"} - ({"no_vacuum"} if n else set())
        if rest == {"one_particle_irreducible"}:
            kind = Kind.ONE_PARTICLE_IRREDUCIBLE
        elif rest:
            return None
        return weight_sum(n, dict(content), kind, self_loops="no_self_loop" not in self.names)
