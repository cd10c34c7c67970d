"""A diagram over a finite set of fields: given tensors for vertices, lines and legs, contracted.

What to use when: `to_network` for a diagram whose points sum over m fields instead of all of space. The
tensors are the user's: connected correlators at the vertices and −K⁻¹ on the lines give the logarithm of a
density; couplings at the vertices and K on the lines give the correlators of an action.

Each line end has an index. A vertex or blob is a tensor with one index per leg, a line a matrix between the
ends it joins, a leg the matrix from an external index to that of its vertex. A line that is a number times
the identity has no tensor of its own: its two ends share one index. Numbers may be floats, or exact
(`fractions.Fraction`, SymPy) in arrays of objects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from string import ascii_letters
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagrams.diagram import Diagram, as_diagram
from numerics.errors import LoweringError
from numerics.lowering.tensor_network import contract_network

#: Floats or exact numbers.
Tensor = NDArray[Any]
#: Tensors by valence, or one per vertex in the order of the diagram.
ByVertex = Mapping[int, Tensor] | Sequence[Tensor]


@dataclass(frozen=True)
class DiagramTensors:
    """What stands at the parts of a diagram.

    Attributes
    ----------
    vertices : mapping of int to ndarray, or sequence of ndarray
        By valence, or one for every vertex y1, y2, …: symmetric tensors with one index for each leg, shape
        (m, …, m). A vector in place of a tensor of several legs is a vertex at one point, whose legs all have
        one index: its weights w, shape (m,), as of the nodes of a quadrature.
    line : ndarray, shape (m, m), or number
        Symmetric; a number stands for that number times the identity.
    leg : ndarray, shape (q, m), or sequence of ndarray, or None
        A matrix from q external indices to those of the vertices; or one vector of shape (m,) for every
        external point; None leaves the indices of the vertices open.
    spectator : ndarray, shape (q, q), optional
        A line between two external points; default: `line`, where the external indices are those of the
        vertices.
    blobs : mapping of int to ndarray, optional
        By number of legs.
    """

    vertices: ByVertex = field(default_factory=dict)
    line: Any = 1
    leg: Any = None
    spectator: Any = None
    blobs: Mapping[int, Tensor] = field(default_factory=dict)


class Part(NamedTuple):
    """One factor of a contraction.

    Attributes
    ----------
    ends : tuple of int
        Numbers of its indices; the external indices are 0 … n − 1.
    tensor : ndarray or None
        None: a number times the identity between two indices.
    factor : number
        What stands in front of the identity.
    """

    ends: tuple[int, ...]
    tensor: Tensor | None
    factor: Any = 1


@dataclass(frozen=True)
class DiagramNetwork:
    """A diagram with a tensor at each part, ready to be contracted.

    Attributes
    ----------
    n_external : int
    parts : tuple of Part
    closed : bool
        Whether the legs end on vectors, so that the value is a number.
    """

    n_external: int
    parts: tuple[Part, ...]
    closed: bool = False

    def value(self) -> Tensor:
        """Contract; shape (q, …, q), one axis for each external point, or () where the legs are vectors.

        Without the symmetry factor, and as labelled as the diagram is.
        """
        return _contracted(self.parts, () if self.closed else tuple(range(self.n_external)))

    def deviations(self, changes: Sequence[Tensor | None]) -> Tensor:
        """First change of the value under changes of the parts, row by row.

        Parameters
        ----------
        changes : sequence of ndarray or None, one per part
            Shape (B, *shape of the part), for a number times the identity (B, m, m); None where nothing
            changes.

        Returns
        -------
        ndarray, shape (B, …)
        """
        total: Any = 0
        open_ends = () if self.closed else tuple(range(self.n_external))
        for number, change in enumerate(changes):
            if change is not None:
                parts = list(self.parts)
                parts[number] = Part((_ROWS, *parts[number].ends), change)
                total = total + _contracted(parts, (_ROWS, *open_ends))
        return np.asarray(total)

    def bound(self, bounds: Sequence[Tensor | None]) -> Tensor:
        """Bound of the change of the value, where each part may be wrong by a bound.

        Parameters
        ----------
        bounds : sequence of ndarray or None, one per part
            As for `deviations`, without the axis of rows.

        Returns
        -------
        ndarray
            Of the shape of the value.

        Notes
        -----
        With C the contraction of |x| + t δ at each part, a polynomial in t without negative coefficients,
        the change is at most C(1) − C(0) ≤ (C(t) − C(0))/t for t ≥ 1; a large t keeps the digits that the
        difference loses where δ is of the size of rounding.
        """
        shares = [
            np.max(np.abs(bound))
            / max(np.max(np.abs(part.factor if part.tensor is None else part.tensor)), _TINY)
            for part, bound in zip(self.parts, bounds, strict=True)
            if bound is not None
        ]
        t = 2.0 ** np.clip(np.floor(np.log2(_STEP / max([*shares, _TINY]))), 0, 40)
        wide = [_widened(part, bound, t) for part, bound in zip(self.parts, bounds, strict=True)]
        found = replace(self, parts=tuple(wide)).value() - self.sizes()
        return np.asarray(np.maximum(found, 0.0) / t)

    def sizes(self) -> Tensor:
        """Contract absolute values: what rounding errors are proportional to."""
        return replace(self, parts=tuple(_widened(part, None, 1.0) for part in self.parts)).value()


#: Relative size of the widest change that a bound is read off, and what stands for zero.
_STEP, _TINY = 1e-7, 1e-300
#: The index that counts rows of deviations.
_ROWS = -1


def to_network(diagram: Diagram, tensors: DiagramTensors) -> DiagramNetwork:
    """Put tensors at the parts of a diagram.

    Parameters
    ----------
    diagram : Diagram
        With vertices of any valence, lines, external legs and blobs.
    tensors : DiagramTensors

    Returns
    -------
    DiagramNetwork
        Its parts are the vertices, the blobs, the lines between vertices and the legs, in the order of the
        diagram; blobs stand where lines do, so that no line joins them to vertices.

    Raises
    ------
    LoweringError
        If there is no tensor for a vertex or a blob, one has the wrong number of indices, or a line joins two
        external points and nothing was given for it.

    Examples
    --------
    The bubble of two quartic vertices over two fields, lines 2δ; in front of it stands 1/S = 1/2:

    >>> bubble = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2")
    >>> ones = np.ones((2, 2, 2, 2))
    >>> network = to_network(bubble, DiagramTensors({4: ones}, line=2))
    >>> network.value().shape, float(network.value()[0, 1, 1, 0])
    ((2, 2, 2, 2), 16.0)
    """
    as_diagram(diagram)
    n = diagram.n_external
    ends = _Ends(n)
    parts: list[Part] = []
    joined: list[list[int]] = [[] for _ in range(n + diagram.n_vertices)]
    for v, valence in enumerate(diagram.vertices):
        tensor = _of_vertex(tensors.vertices, v, valence)
        legs = ends.new(1 if tensor.ndim == 1 else valence)
        joined[n + v] = list(legs) * (valence if tensor.ndim == 1 else 1)
        parts.append(Part(legs, _checked(tensor, len(legs), f"a vertex of {valence} legs")))
    for blob in diagram.blobs:
        if len(blob) not in tensors.blobs:
            raise LoweringError(f"{diagram.edge_string!r} has a blob of {len(blob)} legs; give its tensor")
        taken = [joined[node].pop() if node >= n else node for node in blob]
        parts.append(Part(tuple(taken), _checked(tensors.blobs[len(blob)], len(blob), "a blob")))
    closed = isinstance(tensors.leg, list | tuple)
    for i, j in diagram.edges:
        if j < n:
            parts.append(_spectator(i, j, tensors, closed))
        elif i < n:
            parts.append(_leg(i, joined[j].pop(), tensors, closed))
        else:
            parts.append(_line((joined[i].pop(), joined[j].pop()), tensors.line))
    return DiagramNetwork(n, tuple(parts), closed)


class _Ends:
    """Numbers for indices, counted on."""

    def __init__(self, first: int) -> None:
        self.next = first

    def new(self, count: int) -> tuple[int, ...]:
        self.next += count
        return tuple(range(self.next - count, self.next))


def _of_vertex(vertices: ByVertex, number: int, valence: int) -> Tensor:
    try:
        return np.asarray(vertices[valence] if isinstance(vertices, Mapping) else vertices[number])
    except (KeyError, IndexError):
        raise LoweringError(
            f"there is no tensor for the vertex y{number + 1} of {valence} legs; give one for each valence, "
            "or for each vertex"
        ) from None


def _checked(tensor: Tensor, n_indices: int, what: str) -> Tensor:
    tensor = np.asarray(tensor)
    if tensor.ndim != n_indices or len(set(tensor.shape)) > 1:
        raise LoweringError(
            f"a tensor of shape {tensor.shape} was given for {what}; {n_indices} indices over the same "
            "fields are needed"
        )
    return tensor


def _line(ends: tuple[int, int], line: Any) -> Part:
    if np.ndim(line) == 0:
        return Part(ends, None, line)
    return Part(ends, _checked(line, 2, "a line"))


def _leg(external: int, end: int, tensors: DiagramTensors, closed: bool) -> Part:
    if tensors.leg is None:
        return Part((external, end), None)
    if closed:
        return Part((end,), _checked(_vector(tensors.leg, external), 1, f"the leg x{external + 1}"))
    matrix = np.asarray(tensors.leg)
    if matrix.ndim != 2:
        raise LoweringError(
            f"a leg of shape {matrix.shape} was given; a matrix, or a list of vectors, is needed"
        )
    return Part((external, end), matrix)


def _spectator(i: int, j: int, tensors: DiagramTensors, closed: bool) -> Part:
    """A line from one external point to another."""
    given = tensors.spectator
    if given is None and tensors.leg is None:
        given = tensors.line
    if given is None:
        raise LoweringError(
            f"a line joins x{i + 1} and x{j + 1}, and legs of their own were given; give `spectator`, too"
        )
    if not closed:
        return _line((i, j), given)
    first, second = _vector(tensors.leg, i), _vector(tensors.leg, j)
    between = given * second if np.ndim(given) == 0 else np.asarray(given) @ second
    return Part((), np.asarray(first @ between))


def _vector(legs: Sequence[Tensor], external: int) -> Tensor:
    if external >= len(legs):
        raise LoweringError(f"{len(legs)} vectors were given for the legs; x{external + 1} needs one, too")
    return np.asarray(legs[external])


def _widened(part: Part, bound: Tensor | None, t: float) -> Part:
    """The part with |x| + t δ in place of x."""
    if part.tensor is not None:
        return part._replace(tensor=np.abs(part.tensor) + (0.0 if bound is None else t * np.abs(bound)))
    if bound is None:
        return part._replace(factor=abs(part.factor))
    return Part(part.ends, abs(part.factor) * np.eye(len(bound)) + t * np.abs(bound))


def _contracted(parts: Sequence[Part], open_ends: tuple[int, ...]) -> Tensor:
    """Sum over all indices that are not open."""
    wiring = _wiring(tuple((part.ends, part.tensor is None) for part in parts), open_ends)
    factor: Any = 1
    tensors = []
    for part, axes in zip(parts, wiring.diagonals, strict=True):
        if part.tensor is None:
            factor = factor * part.factor
            continue
        tensor = part.tensor
        for first, second in axes:
            tensor = np.diagonal(tensor, axis1=first, axis2=second)
        tensors.append(tensor)
    if wiring.identities:
        size = next(t.shape[-1] for t in tensors if t.ndim)
        tensors += [np.eye(size, dtype=tensors[0].dtype)] * wiring.identities
    if not tensors:
        raise LoweringError("a diagram without vertices over lines that are numbers was given; give a matrix")
    return np.asarray(factor * contract_network(wiring.subscripts, tensors))


class _Wiring(NamedTuple):
    """How the parts hang together: for each its pairs of axes that are one index, and the subscripts."""

    diagonals: tuple[tuple[tuple[int, int], ...], ...]
    subscripts: str
    identities: int


@lru_cache(maxsize=4096)
def _wiring(parts: tuple[tuple[tuple[int, ...], bool], ...], open_ends: tuple[int, ...]) -> _Wiring:
    """Give a letter to each index; ends that an identity joins have one letter."""
    letters = _Letters([ends for ends, identity in parts if identity])
    diagonals, terms = [], []
    for ends, identity in parts:
        word, pairs = ("", []) if identity else _without_repetitions("".join(map(letters.of, ends)))
        diagonals.append(tuple(pairs))
        terms += [] if identity else [word]
    out, deltas = "", []
    for end in open_ends:
        letter = letters.of(end)
        if letter in out:  # an identity joins two external indices: a δ between two letters
            fresh = letters.fresh()
            deltas.append(letter + fresh)
            letter = fresh
        out += letter
    return _Wiring(tuple(diagonals), ",".join(terms + deltas) + "->" + out, len(deltas))


class _Letters:
    """Letters for indices, one for all that identities join."""

    def __init__(self, joined: Sequence[tuple[int, ...]]) -> None:
        self.same: dict[int, int] = {}
        self.known: dict[int, str] = {}
        self.used = 0
        for first, second in joined:
            one, other = sorted((self._root(first), self._root(second)))
            if one != other:
                self.same[other] = one

    def _root(self, end: int) -> int:
        while end in self.same:
            end = self.same[end]
        return end

    def of(self, end: int) -> str:
        """Letter of an index."""
        root = self._root(end)
        if root not in self.known:
            self.known[root] = self.fresh()
        return self.known[root]

    def fresh(self) -> str:
        """Letter that no index has."""
        if self.used == len(ascii_letters):
            raise LoweringError(
                f"a diagram with more than {len(ascii_letters)} indices was given; take fewer vertices"
            )
        self.used += 1
        return ascii_letters[self.used - 1]


def _without_repetitions(word: str) -> tuple[str, list[tuple[int, int]]]:
    """Take diagonals until no letter stands twice: `numpy.diagonal` puts the common axis last.

    Examples
    --------
    >>> _without_repetitions("abac")
    ('bca', [(0, 2)])
    """
    pairs = []
    while len(set(word)) < len(word):
        first = next(k for k, one in enumerate(word) if one in word[k + 1 :])
        second = word.index(word[first], first + 1)
        pairs.append((first, second))
        word = word[:first] + word[first + 1 : second] + word[second + 1 :] + word[first]
    return word, pairs
