"""Diagrams from any of their text forms: lines, a Nickel index, or JSON; one, or several.

What to use when: `read_diagrams` where somebody types, pastes or pipes a diagram; `Diagram.from_edge_string`,
`from_nickel_index` and `from_json` where the form is known.
"""

import json
from collections.abc import Iterator
from typing import Any

from diagrams.diagram import Diagram
from diagrams.errors import InvalidDiagram
from diagrams.json_form import SCHEMA, check_numbers, from_record
from diagrams.messages import shown
from diagrams.nickel import from_nickel_index

_FORMS = "lines such as 'x1-y1,x2-y1,y1-y1', a Nickel index such as 'ee0|', or JSON"


def read_diagrams(text: str) -> list[Diagram]:
    r"""Read diagrams from text that may be of any form.

    Parameters
    ----------
    text : str
        One diagram: lines ``"x1-y1,x2-y1,y1-y1"``, a Nickel index ``"ee0|"`` (whose external points are
        numbered as they appear), what `diagrams.json_form.to_json` writes, an object or a list with its lines
        ``[["x1", "y1"], ...]``. Several: one a line (``#`` begins a comment), or a JSON list of them, or what
        ``nnft expand --json`` and ``nnft diagram --json`` print.

    Returns
    -------
    list of Diagram
        In the order given.

    Raises
    ------
    InvalidDiagram
        If there is none, or one of them cannot be read.

    Examples
    --------
    >>> [one.edge_string for one in read_diagrams('ee0|\nx1-x2  # free\n[["x1", "x2"]]')]
    ['x1-y1,x2-y1,y1-y1', 'x1-x2', 'x1-x2']
    """
    if not isinstance(text, str):
        raise InvalidDiagram(f"{shown(text)} was given; a text is needed: {_FORMS}")
    whole = text.strip()
    if whole[:1] in ("{", "["):
        try:
            given = json.loads(whole)
        except (ValueError, RecursionError):  # one object a line, or a slip that the line's message names
            pass
        else:
            return _some(_records(given, whole), text)
    lines = (line.partition("#")[0].strip() for line in whole.splitlines())
    return _some((found for line in lines if line for found in _line(line)), text)


def _some(found: Iterator[Diagram], text: str) -> list[Diagram]:
    diagrams = list(found)
    if not diagrams:
        raise InvalidDiagram(f"{shown(text)} holds no diagram; give {_FORMS}")
    return diagrams


def _line(line: str) -> Iterator[Diagram]:
    """Read what stands on one line: one diagram, or the JSON of several."""
    if line[0] in "{[":
        try:
            given = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InvalidDiagram(f"{shown(line)} is not JSON: {error}") from None
        yield from _records(given, line)
    elif "|" in line:
        yield from_nickel_index(line)
    elif "-" in line:
        yield Diagram.from_edge_string(line)
    else:
        raise InvalidDiagram(f"{shown(line)} is no diagram; give {_FORMS}")


def _records(given: Any, text: str) -> Iterator[Diagram]:
    """Read what JSON holds: lines, an object with lines, or several of these."""
    if isinstance(given, list):
        if given and all(isinstance(one, list) and all(isinstance(end, str) for end in one) for one in given):
            yield _from_lines(given, text)
        else:
            for one in given:
                yield from _records(one, text)
        return
    if not isinstance(given, dict):
        raise InvalidDiagram(f"{shown(text)} holds {shown(given)} where a diagram is needed; give {_FORMS}")
    several = next((given[key] for key in ("terms", "diagrams") if isinstance(given.get(key), list)), None)
    if several is not None:
        for one in several:
            yield from _records(one, text)
    elif given.get("schema") == SCHEMA:
        yield from_record(given, text)
    elif isinstance(given.get("edges"), list):
        joined = [*given["edges"], *(given.get("blobs") or [])]
        yield check_numbers(_from_lines(joined, text), given, text)
    else:
        raise InvalidDiagram(f"{shown(text)} holds an object without edges; give {_FORMS}")


def _from_lines(joined: list[Any], text: str) -> Diagram:
    """Make a diagram from lists of the labels that every line, or blob, joins."""
    try:
        return Diagram.from_edge_string(",".join("-".join(labels) for labels in joined))
    except TypeError:
        raise InvalidDiagram(
            f'{shown(text)} has edges that are no pairs of labels; they are written [["x1", "y1"], ...]'
        ) from None
