"""Diagrams from any of their text forms."""

import json

import pytest

from diagrams import Diagram, InvalidDiagram, generate, nickel_index, to_json
from diagrams.reading import read_diagrams


def test_every_form_of_every_small_diagram():
    for diagram in generate(2, {4: 2}):
        assert read_diagrams(diagram.edge_string) == [diagram]
        assert read_diagrams(to_json(diagram)) == [diagram]
        assert read_diagrams(json.dumps(diagram.edge_labels)) == [diagram]
        assert read_diagrams(json.dumps({"edges": diagram.edge_labels})) == [diagram]
        if diagram.is_connected:
            (found,) = read_diagrams(nickel_index(diagram))
            assert found.unlabelled() == diagram.unlabelled()


def test_several_at_once():
    star, line = Diagram.from_edge_string("x1-y1,x2-y1,y1-y1"), Diagram.from_edge_string("x1-x2")
    blob = Diagram.from_edge_string("x1-y1,x2-y1-y1-y1")
    lines = f"  # two and one\n\nee0|\nx1-x2 # free\n{to_json(blob)}\n"
    assert read_diagrams(lines) == [star, line, blob]
    assert read_diagrams(f"{to_json(star)}\n{to_json(line)}") == [star, line]
    assert read_diagrams(f"[{to_json(star)}, {to_json(line)}]") == [star, line]
    for key in ("terms", "diagrams"):
        assert read_diagrams(f'{{"{key}": [{to_json(star)}, {{"edges": [["x1", "x2"]]}}]}}') == [star, line]


WRONG = [
    ("", "holds no diagram"),
    ("# nothing", "holds no diagram"),
    ("ee0", "is no diagram"),
    ("x1-z1", "cannot read the line"),
    ("ee0|x", "row 1|closed by"),
    ("{", "is not JSON"),
    ("[1]", "where a diagram is needed"),
    ("{}", "without edges"),
    ('{"edges": [["x1", 3]]}', "no pairs of labels"),
    ('{"edges": [7]}', "no pairs of labels"),
    ('{"edges": [["x1", "x2"]], "symmetry_factor": 2}', "symmetry_factor"),
    ('{"terms": []}', "holds no diagram"),
    ("[" * 5000, "is not JSON"),
    (7, "a text is needed"),
]


@pytest.mark.parametrize(("text", "said"), WRONG, ids=[str(text)[:20] for text, _ in WRONG])
def test_what_is_no_diagram_is_refused(text, said):
    with pytest.raises(InvalidDiagram, match=said):
        read_diagrams(text)
