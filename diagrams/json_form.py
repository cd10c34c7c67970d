"""Diagrams as JSON text, with a schema version, and back.

One object per diagram: the data that define it, and beside them, for readers that are not this library, what
follows from them. Reading uses the former and checks the latter. Integers are exact JSON integers of any
size. ::

    {"schema": "nnft.diagram/1", "n_external": 2, "vertices": [4], "edges": [["x1", "y1"], ...],
     "symmetry_factor": 2, "multiplicity": 12}

Blobs stand beside the lines as lists of their legs: ``"blobs": [["x1", "y1", "y1", "y1"]]``.
"""

import json
from collections.abc import Mapping
from typing import Any

from diagrams.diagram import Diagram
from diagrams.errors import InvalidDiagram
from diagrams.messages import shown

#: Name and version of the format.
SCHEMA = "nnft.diagram/1"


def to_json(diagram: Diagram) -> str:
    """Write a diagram as one line of JSON.

    Parameters
    ----------
    diagram : Diagram

    Examples
    --------
    >>> to_json(Diagram.from_edge_string("x1-x2"))
    '{"schema": "nnft.diagram/1", "n_external": 2, "vertices": [], "edges": [["x1", "x2"]],
      "symmetry_factor": 1, "multiplicity": 1}'
    """
    blobs = {"blobs": [list(legs) for legs in diagram.blob_labels]} if diagram.blobs else {}
    return json.dumps(
        {
            "schema": SCHEMA,
            "n_external": diagram.n_external,
            "vertices": list(diagram.vertices),
            "edges": [list(ends) for ends in diagram.edge_labels],
            **blobs,
            "symmetry_factor": int(diagram.symmetry_factor),
            "multiplicity": diagram.multiplicity,
        }
    )


def from_json(text: str) -> Diagram:
    """Read what `to_json` writes; vertices and lines may be in any order.

    Parameters
    ----------
    text : str
        ``symmetry_factor`` and ``multiplicity`` may be absent.

    Raises
    ------
    InvalidDiagram
        If the text is no JSON object of this schema, its lines do not make a diagram with these points and
        vertices, or a number given beside them contradicts them.

    Examples
    --------
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,y1-y1")
    >>> from_json(to_json(star)) == star
    True
    """
    try:
        given = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:  # ValueError: also numbers of too many digits
        raise InvalidDiagram(f"{shown(text)} is not JSON: {error}") from None
    if not isinstance(given, dict) or given.get("schema") != SCHEMA:
        found = given.get("schema") if isinstance(given, dict) else type(given).__name__
        raise InvalidDiagram(f"a JSON object with schema {SCHEMA!r} is needed, {shown(found)} was given")
    return from_record(given, text)


def from_record(given: Mapping[str, Any], text: str) -> Diagram:
    """Read an object of the schema; `text` is where it stands, for messages.

    Raises
    ------
    InvalidDiagram
        As `from_json`.
    """
    try:
        lines = [f"{one}-{other}" for one, other in given["edges"]]
        lines += ["-".join(legs) for legs in given.get("blobs", [])]
        expected = (given["n_external"], sorted(given["vertices"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidDiagram(
            f"{shown(text)} has no usable n_external, vertices and edges ({type(error).__name__}: {error})"
        ) from None
    diagram = Diagram.from_edge_string(",".join(lines))
    _agree((diagram.n_external, list(diagram.vertices)), expected, "points and vertices", text)
    return check_numbers(diagram, given, text)


def check_numbers(diagram: Diagram, given: Mapping[str, Any], text: str) -> Diagram:
    """Return a diagram whose symmetry factor and multiplicity are those given beside it, if any are.

    Raises
    ------
    InvalidDiagram
        If they are others.
    """
    for name, value in (
        ("symmetry_factor", int(diagram.symmetry_factor)),
        ("multiplicity", diagram.multiplicity),
    ):
        _agree(value, given.get(name, value), name, text)
    return diagram


def _agree(found: Any, stated: Any, what: str, text: str) -> None:
    if found != stated:
        raise InvalidDiagram(f"{what} {shown(stated)} stated in {shown(text)}, but its lines give {found}")
