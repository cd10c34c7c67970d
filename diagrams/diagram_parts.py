"""What a diagram is made of, read and checked: lines, blobs, and whether they fit points and valences."""

from collections.abc import Iterable, Sequence
from operator import index

from diagrams.canonical import CanonicalForm, Edge, valences_of
from diagrams.errors import InvalidDiagram
from diagrams.messages import as_list, shown
from diagrams.sizes import number_text

#: Nodes that the legs of a connected correlator are at, ascending.
Blob = tuple[int, ...]

#: External points that are gone through to find the one at fault.
_MANY = 1000


def as_edges(given: object) -> list[Edge]:
    """Lines as pairs of whole numbers."""
    lines = as_list(given, "edges", InvalidDiagram)
    try:
        return [(index(i), index(j)) for i, j in lines]
    except (TypeError, ValueError):
        raise InvalidDiagram(
            f"edges = {shown(lines)} was given; pairs of nodes such as (0, 2) are needed"
        ) from None


def as_blobs(given: object) -> list[Blob]:
    """Blobs as tuples of whole numbers."""
    blobs = as_list(given, "blobs", InvalidDiagram)
    try:
        found = [tuple(sorted(map(index, blob))) for blob in blobs]
    except TypeError:
        raise InvalidDiagram(
            f"blobs = {shown(blobs)} was given; tuples of nodes such as (0, 2, 2, 2) are needed"
        ) from None
    for blob in found:
        if len(blob) in (0, 2):
            needed = "what joins two legs is a line" if blob else "a blob has a leg at least"
            raise InvalidDiagram(f"a blob with the legs {blob} was given; {needed}")
    return found


def check_nodes(n_nodes: int, joined: Iterable[Sequence[int]]) -> None:
    """Refuse lines and blobs at nodes that do not exist."""
    for nodes in joined:
        if not all(0 <= node < n_nodes for node in nodes):
            what = "line" if len(nodes) == 2 else "blob"
            raise InvalidDiagram(
                f"{what} {nodes} names a node that does not exist: nodes are 0..{n_nodes - 1}"
            )


def check_parts(n_external: int, vertices: list[int], edges: list[Edge], blobs: list[Blob]) -> None:
    """Refuse parts that do not make a diagram: every point ends one line, valences agree with the ends."""
    if n_external < 0:
        raise InvalidDiagram(f"{number_text(n_external)} external points given; need 0 or more")
    if n_external > max(2 * len(edges) + sum(map(len, blobs)), _MANY):  # going through them is no use
        raise InvalidDiagram(
            f"{number_text(n_external)} external points given with {len(edges)} lines; each external point "
            "ends exactly one"
        )
    check_nodes(n_external + len(vertices), [*edges, *blobs])
    found = valences_of(n_external + len(vertices), edges)
    for blob in blobs:
        for node in blob:
            found[node] += 1
    for point, ends in enumerate(found[:n_external]):
        if ends != 1:
            raise InvalidDiagram(
                f"external point x{point + 1} ends {ends} lines; each external point ends exactly one"
            )
    for i, (given, ends) in enumerate(zip(vertices, found[n_external:], strict=True)):
        if given != ends or given < 1:
            raise InvalidDiagram(
                f"vertex {i} is given valence {given} but {ends} line ends meet there (a self-loop has two); "
                "valences are 1 or more and must agree with the lines"
            )


def colours_of(n_vertices: int, n_blobs: int) -> tuple[int, ...]:
    """Colours that tell blobs from vertices in a canonical form; none without blobs."""
    return (0,) * n_vertices + (1,) * n_blobs if n_blobs else ()


def parted(
    n_external: int, form: CanonicalForm, n_blobs: int
) -> tuple[tuple[int, ...], tuple[Edge, ...], tuple[Blob, ...]]:
    """Vertices, lines and blobs of a form whose last vertices are blobs."""
    if not n_blobs:
        return form.vertices, form.edges, ()
    n_vertices = len(form.vertices) - n_blobs
    first = n_external + n_vertices
    legs: list[list[int]] = [[] for _ in range(n_blobs)]
    for i, j in form.edges:
        if j >= first:
            legs[j - first].append(i)
    edges = tuple(edge for edge in form.edges if edge[1] < first)
    return form.vertices[:n_vertices], edges, tuple(tuple(nodes) for nodes in legs)
