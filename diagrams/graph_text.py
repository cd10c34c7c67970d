"""Diagrams as DOT (Graphviz) and GraphML, for programs that draw and search graphs.

External points are nodes ``x1``, ``x2``, ..., vertices ``y1``, ``y2``, ..., blobs ``b1``, ``b2``, ...; every
line is an edge of its own, a double line two of them, a self-loop an edge from a node to itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from diagrams.diagram import Diagram, as_diagram
from diagrams.errors import InvalidDiagram
from diagrams.messages import as_list

#: The ends of a line.
Ends = tuple[str, str]
_KINDS = {"x": "external", "y": "vertex", "b": "blob"}
_SHAPES = {"external": "shape=plaintext", "vertex": "shape=point", "blob": "shape=circle, style=filled"}
_GRAPHML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="'
    'http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">'
)


@dataclass(frozen=True)
class GraphText:
    """A graph that is to be written.

    Attributes
    ----------
    name : str
        A word.
    lines : sequence of (str, str)
        Ends of the lines.
    blobs : sequence of sequence of str
        The ends of the legs of every blob.
    links : sequence of (str, str)
        Points that belong to one vertex without a line between them.
    attributes : mapping of str to str or int
        What is known about the whole.
    """

    name: str
    lines: Sequence[Ends]
    blobs: Sequence[Sequence[str]] = ()
    links: Sequence[Ends] = ()
    attributes: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def edges(self) -> list[tuple[str, str, str]]:
        """All edges: their ends, and whether they are a line, a leg or a link."""
        legs = [(f"b{i}", end, "leg") for i, ends in enumerate(self.blobs, start=1) for end in ends]
        return [*((*ends, "line") for ends in self.lines), *legs, *((*ends, "link") for ends in self.links)]

    @property
    def nodes(self) -> list[tuple[str, str]]:
        """All nodes with their kinds, in the order of their numbers."""
        names = {end for *ends, _ in self.edges for end in ends}
        return [(name, _KINDS[name[0]]) for name in sorted(names, key=lambda name: (name[0], int(name[1:])))]

    def dot(self) -> str:
        """Write it for Graphviz."""
        about = [f"{name}={_quoted(value)}" for name, value in self.attributes.items()]
        nodes = [f"{name} [{_SHAPES[kind]}]" for name, kind in sorted(self.nodes, key=lambda one: one[0][0])]
        styles = {"line": "", "leg": "", "link": " [style=dashed]"}
        edges = [f"{one} -- {other}{styles[kind]}" for one, other, kind in self.edges]
        return "\n".join([f"graph {self.name} {{", *(f"  {row};" for row in (*about, *nodes, *edges)), "}"])

    def graphml(self) -> str:
        """Write it as an element of GraphML."""
        rows = [f'  <graph id="{self.name}" edgedefault="undirected">']
        rows += [f"    {_data(name, value)}" for name, value in self.attributes.items()]
        rows += [f'    <node id="{name}">{_data("kind", kind)}</node>' for name, kind in self.nodes]
        for number, (one, other, kind) in enumerate(self.edges):
            ends = f'id="e{number}" source="{one}" target="{other}"'
            rows.append(f"    <edge {ends}>{_data('line', kind)}</edge>")
        return "\n".join([*rows, "  </graph>"])


def to_dot(diagram: Diagram) -> str:
    """Write a diagram in DOT, the language of Graphviz.

    Parameters
    ----------
    diagram : Diagram

    Examples
    --------
    >>> print(to_dot(Diagram.from_edge_string("x1-y1,x2-y1,y1-y1")))
    graph diagram {
      symmetry_factor=2;
      multiplicity=12;
      x1 [shape=plaintext];
      x2 [shape=plaintext];
      y1 [shape=point];
      x1 -- y1;
      x2 -- y1;
      y1 -- y1;
    }
    """
    return _graph(diagram, "diagram").dot()


def to_graphml(diagrams: Diagram | Iterable[Diagram]) -> str:
    """Write diagrams as GraphML, one graph each.

    Parameters
    ----------
    diagrams : Diagram or iterable of Diagram

    Returns
    -------
    str
        A whole document. `networkx.read_graphml` reads its first graph.

    Examples
    --------
    >>> text = to_graphml(Diagram.from_edge_string("x1-y1,x2-y1,y1-y1"))
    >>> text.count("<node"), text.count("<edge")
    (3, 3)
    """
    given = [diagrams] if isinstance(diagrams, Diagram) else as_list(diagrams, "diagrams", InvalidDiagram)
    return graphml_document([_graph(one, f"d{number}") for number, one in enumerate(given, start=1)])


def graphml_document(graphs: Sequence[GraphText]) -> str:
    """Write graphs in one document of GraphML.

    Examples
    --------
    >>> print(graphml_document([GraphText("d1", [("x1", "x2")])]).splitlines()[-2:])
    ['  </graph>', '</graphml>']
    """
    known: dict[str, list[str | int]] = {}
    for graph in graphs:
        for name, value in graph.attributes.items():
            known.setdefault(name, []).append(value)
    keys = [("kind", "node", "string"), ("line", "edge", "string")]
    keys += [(name, "graph", _type(values)) for name, values in known.items()]
    rows = [
        f'  <key id="{name}" for="{where}" attr.name="{name}" attr.type="{kind}"/>'
        for name, where, kind in keys
    ]
    return "\n".join([_GRAPHML, *rows, *(graph.graphml() for graph in graphs), "</graphml>"])


def _graph(diagram: Diagram, name: str) -> GraphText:
    as_diagram(diagram)
    about = {"symmetry_factor": int(diagram.symmetry_factor), "multiplicity": diagram.multiplicity}
    return GraphText(name, diagram.edge_labels, diagram.blob_labels, attributes=about)


def _type(values: Sequence[str | int]) -> str:
    """A number where all of them are and fit into 64 bits; Wick counts may exceed them."""
    return "long" if all(isinstance(value, int) and abs(value) < 2**63 for value in values) else "string"


def _quoted(value: str | int) -> str:
    text = str(value)
    return text if isinstance(value, int) else '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


def _data(name: str, value: str | int) -> str:
    return f"<data key={quoteattr(name)}>{escape(str(value))}</data>"
