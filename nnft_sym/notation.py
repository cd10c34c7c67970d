r"""How propagators, points and vertices are written, shared by the text and LaTeX forms.

A line between external points is the full propagator K. A line that ends at a vertex is K_W, the propagator
without the variance of the output bias: the bias is a Gaussian constant independent of the rest, so all
connected functions of three and more points are those of the field without it, and with it the integral over
a vertex would diverge like the volume.

Around a network (`nnft_sym.expansions.schemes.Scheme.NETWORK`) the field is that of the undeformed ensemble
with its bias: every line is the full K, and more than two legs are joined by G_c, its connected correlators.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from diagrams.diagram import Diagram

#: The ends of a line: x1..xn are external points, y1..yV vertices.
Line = tuple[str, str]


@dataclass(frozen=True)
class Factors:
    """What stands behind a coefficient: the factors of an integrand.

    Attributes
    ----------
    lines : tuple of (str, str)
        Propagators.
    weights : tuple of int
        Per vertex point the power of its distance from the origin; empty if there are none.
    pairs : tuple of (int, int)
        External points whose components are equal, counted from 1; empty for a field of one component.
    blobs : tuple of tuple of str
        Connected correlators of more than two legs: the points of their legs.
    full : bool
        Whether lines at vertices are the full K, too.
    letters : tuple of (str, str)
        The pairs, where points have letters in place of numbers.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> factors = nn.expand("lambda*f^4", 4, kind="connected").terms[0].factors
    >>> factors.lines, factors.n_vertices
    ((('x1', 'y1'), ('x2', 'y1'), ('x3', 'y1'), ('x4', 'y1')), 1)
    """

    lines: tuple[Line, ...]
    weights: tuple[int, ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    blobs: tuple[tuple[str, ...], ...] = ()
    full: bool = False
    letters: tuple[tuple[str, str], ...] = ()

    @property
    def named_pairs(self) -> tuple[tuple[str, str], ...]:
        """Names of the points whose components are equal."""
        return self.letters or tuple((str(a), str(b)) for a, b in self.pairs)

    @property
    def n_vertices(self) -> int:
        """Count the vertices that lines and blobs touch."""
        return len({end for joined in (*self.lines, *self.blobs) for end in joined if end.startswith("y")})


def factors_of(given: "Factors | Sequence[Line]") -> Factors:
    """Take bare lines as factors without weights."""
    return given if isinstance(given, Factors) else Factors(tuple(given))


@dataclass(frozen=True)
class Notation:
    r"""Choices of notation for LaTeX and text.

    Attributes
    ----------
    plain_kernel : bool
        True prints K on every line, as the literature often does, and says in a footnote what it is at a
        vertex; False tells K and K_W apart.
    arguments : bool
        LaTeX: True prints ``K(x_1,x_2)``, False ``K_{12}``.
    numbered_vertices : bool
        True prints ``y_{1}, y_{2}``; False ``y`` for one vertex and ``y, z`` for two.
    sums : bool
        True prints one representative per topology behind an explicit sum over index sets, False the mean
        over its labellings as a square bracket.

    Examples
    --------
    >>> print(Notation().factor(("x1", "y1"), 2, 1))
    \bigl(K^{W}_{1y}\bigr)^{2}
    >>> print(Notation(plain_kernel=True, arguments=True).factor(("x1", "y1"), 1, 1))
    K(x_{1},y)
    """

    plain_kernel: bool = False
    arguments: bool = False
    numbered_vertices: bool = False
    sums: bool = False

    def vertex(self, number: int, n_vertices: int) -> str:
        """Name the variable of a vertex, `number` counting from 1."""
        if self.numbered_vertices or n_vertices > 2:
            return f"y_{{{number}}}"
        return "yz"[number - 1]

    def factor(self, line: Line, power: int, n_vertices: int, commas: bool = False) -> str:
        """Print the propagator of a line that occurs `power` times."""
        points = [self._point(end, n_vertices) for end in line]
        at_vertex = any(end.startswith("y") for end in line)
        symbol = "K" if self.plain_kernel or not at_vertex else "K^{W}"
        if self.arguments:
            printed = f"{symbol}({points[0]},{points[1]})"
        else:
            printed = f"{symbol}_{{{(',' if commas else '').join(points)}}}"
        if power == 1:
            return printed
        if self.arguments or symbol != "K":
            return rf"\bigl({printed}\bigr)^{{{power}}}"
        return f"{printed}^{{{power}}}"

    def _point(self, end: str, n_vertices: int) -> str:
        if end.startswith("y"):
            return self.vertex(int(end[1:]), n_vertices)
        return f"x_{{{end[1:]}}}" if self.arguments else end[1:]

    def measure(self, n_vertices: int) -> str:
        """Print the integral signs over the vertices."""
        signs = "".join(rf"d^{{d}}{self.vertex(number, n_vertices)}\," for number in range(1, n_vertices + 1))
        return r"\int " + signs if signs else ""

    def whole(self, factors: Factors, n_vertices: int) -> str:
        r"""Print a diagram: what does not depend on a vertex in front of the integral signs.

        Examples
        --------
        >>> print(Notation().whole(Factors((("x1", "x2"), ("x3", "y1"), ("x4", "y1"))), 1))
        K_{12}\int d^{d}y\,K^{W}_{3y}K^{W}_{4y}
        """
        parts = (
            self.spectators(factors, n_vertices),
            self.measure(n_vertices),
            self.integrand(factors, n_vertices),
        )
        return "".join(parts)

    def spectators(self, factors: Factors, n_vertices: int) -> str:
        """Print what does not depend on a vertex: δ of outputs, blobs and lines of external points alone."""
        printed = "".join(rf"\delta_{{i_{{{a}}}i_{{{b}}}}}" for a, b in factors.named_pairs)
        return printed + self._product(factors, n_vertices, outer=True)

    def integrand(self, factors: Factors, n_vertices: int) -> str:
        """Print what stands under the integral signs."""
        printed = ""
        for number, weight in enumerate(factors.weights, start=1):
            if weight:
                printed += rf"|{self.vertex(number, n_vertices)}|^{{{weight}}}"
        return printed + self._product(factors, n_vertices, outer=False)

    def _product(self, factors: Factors, n_vertices: int, *, outer: bool) -> str:
        """Print blobs and lines, those of external points alone or the others."""
        notation = replace(self, plain_kernel=self.plain_kernel or factors.full)
        commas = any(len(end) > 2 for joined in (*factors.lines, *factors.blobs) for end in joined)
        printed = ""
        for legs, power in Counter(factors.blobs).items():
            if legs[-1].startswith("x") is outer:
                printed += notation.blob(legs, power, n_vertices, commas)
        for line, power in split_lines(factors.lines)[0 if outer else 1]:
            printed += notation.factor(line, power, n_vertices, commas)
        return printed

    def blob(self, legs: tuple[str, ...], power: int, n_vertices: int, commas: bool = False) -> str:
        r"""Print a connected correlator that occurs `power` times.

        Examples
        --------
        >>> print(Notation().blob(("x1", "y1", "y1", "y1"), 1, 1))
        G^{c}_{1yyy}
        """
        points = [self._point(end, n_vertices) for end in legs]
        if self.arguments:
            printed = f"G^{{({len(legs)})}}_{{c}}({','.join(points)})"
        else:
            printed = f"G^{{c}}_{{{(',' if commas else '').join(points)}}}"
        return printed if power == 1 else rf"\bigl({printed}\bigr)^{{{power}}}"


def split_lines(lines: Sequence[Line]) -> tuple[list[tuple[Line, int]], list[tuple[Line, int]]]:
    """Separate lines between external points from lines at vertices, equal lines together with their number.

    Examples
    --------
    >>> split_lines([("x1", "x2"), ("x3", "y1"), ("y1", "y1"), ("y1", "y1")])
    ([(('x1', 'x2'), 1)], [(('x3', 'y1'), 1), (('y1', 'y1'), 2)])
    """
    counted = Counter(lines)
    outer = [(line, power) for line, power in counted.items() if line[1].startswith("x")]
    inner = [(line, power) for line, power in counted.items() if not line[1].startswith("x")]
    return outer, inner


def edges_of(n: int, lines: Sequence[Line]) -> tuple[tuple[int, int], ...]:
    """Turn names of points into numbers: x1, x2, ... become 0 .. n - 1, y1, y2, ... those behind."""
    start = {"x": -1, "y": n - 1}
    return tuple((start[a[0]] + int(a[1:]), start[b[0]] + int(b[1:])) for a, b in lines)


def from_lines(n: int, lines: Sequence[Line]) -> Diagram:
    """Build the diagram of lines x1, x2, ... and y1, y2, ... between points.

    Examples
    --------
    >>> from_lines(2, [("x1", "y1"), ("x2", "y1"), ("y1", "y1")]).multiplicity
    12
    """
    return Diagram.from_edges(n, edges_of(n, lines))
