"""Diagrams as networkx multigraphs, and back.

networkx answers questions of connectivity and hands diagrams to other tools. Always a `MultiGraph`: a plain
`Graph` would merge the lines of a double line. Its isomorphism count is not the symmetry factor either, since
parallel lines and self-loops are symmetries too (see `diagrams.diagram.SymmetryFactor`).

networkx is imported by the functions that need it: most programs that draw or count diagrams never do.
"""

from typing import TYPE_CHECKING, Any

from diagrams.diagram import Diagram, as_diagram
from diagrams.errors import InvalidDiagram
from diagrams.messages import as_list

if TYPE_CHECKING:
    import networkx


def to_networkx(diagram: Diagram) -> "networkx.MultiGraph":
    """Write a diagram as a multigraph.

    Parameters
    ----------
    diagram : Diagram

    Returns
    -------
    networkx.MultiGraph
        Nodes are the labels ``"x1"``.. and ``"y1"``.., with the attributes ``kind`` (``"external"`` or
        ``"vertex"``) and ``valence``; every line is one edge, a self-loop one edge from a node to itself.
        Blobs are nodes ``"b1"``.. of the kind ``"blob"``, with an edge for every leg.

    Examples
    --------
    >>> graph = to_networkx(Diagram.from_edge_string("x1-y1,y1-y2,y1-y2,y1-y2,y2-x2"))
    >>> graph.number_of_edges("y1", "y2"), graph.degree["y1"], graph.nodes["x1"]["kind"]
    (3, 4, 'external')
    """
    import networkx

    as_diagram(diagram)
    graph = networkx.MultiGraph()
    for point in range(diagram.n_external):
        graph.add_node(diagram.label(point), kind="external", valence=1)
    for i, valence in enumerate(diagram.vertices):
        graph.add_node(diagram.label(diagram.n_external + i), kind="vertex", valence=valence)
    graph.add_edges_from(diagram.edge_labels)
    for i, legs in enumerate(diagram.blob_labels):
        graph.add_node(f"b{i + 1}", kind="blob", valence=len(legs))
        graph.add_edges_from((f"b{i + 1}", leg) for leg in legs)
    return graph


def from_networkx(graph: "networkx.MultiGraph", external: "list[Any] | tuple[Any, ...]") -> Diagram:
    """Read a diagram from a multigraph.

    Parameters
    ----------
    graph : networkx.MultiGraph
        Any hashable nodes; those with the attribute ``kind="blob"`` are blobs, other attributes are ignored.
    external : sequence of nodes
        The external points x1, x2, ... in this order. All other nodes are vertices.

    Raises
    ------
    InvalidDiagram
        If the graph is directed or merges parallel lines, an external point is missing or repeated or does
        not end exactly one line, or a vertex has no lines.

    Examples
    --------
    >>> import networkx
    >>> star = networkx.MultiGraph([("a", "v"), ("b", "v"), ("v", "v")])
    >>> from_networkx(star, ["b", "a"]).edge_string
    'x1-y1,x2-y1,y1-y1'
    """
    multigraph = hasattr(graph, "is_multigraph") and graph.is_multigraph()
    if not multigraph or graph.is_directed():
        raise InvalidDiagram(f"a {type(graph).__name__} was given; need an undirected networkx.MultiGraph")
    external = as_list(external, "external", InvalidDiagram)
    absent = [node for node in external if node not in graph]
    if absent or len(set(external)) != len(external):
        raise InvalidDiagram(
            f"external points {list(external)} must be distinct nodes of the graph; not there: {absent}"
        )
    outside = set(external)
    blobs = {node: list[int]() for node, kind in graph.nodes(data="kind") if kind == "blob"}
    nodes = [*external, *(node for node in graph if node not in outside and node not in blobs)]
    place = {node: i for i, node in enumerate(nodes)}
    edges = []
    for one, other in graph.edges():
        if one in blobs and other in blobs:
            raise InvalidDiagram(f"a line joins the blobs {one} and {other}; legs end at points and vertices")
        if one in blobs or other in blobs:
            blob, node = (one, other) if one in blobs else (other, one)
            blobs[blob].append(place[node])
        else:
            edges.append((place[one], place[other]))
    valences = tuple(graph.degree(node) for node in nodes[len(external) :])
    return Diagram(len(outside), valences, tuple(edges), tuple(map(tuple, blobs.values())))
