"""FAULTS I2, of diagrams, pictures and expansions: whatever is handed over, our own errors come out."""

import inspect

import pytest

import nnft_sym as nn

BAD = [
    None, 3, -1, 1.5, True, "x", b"x", [], {}, object(), ["x"], [(0, 1)], [("a", "b")], [None], (1, 2, 3),
    10**30, len, int, nn.ErfNet(3),
]  # fmt: skip
#: What the arguments after the first are, by their names.
OTHERS = {"vertices": {4: 1}, "content": {4: 1}, "valences": [4], "edges": [(0, 1)], "external": []}
FUNCTIONS = {
    **{f"diagrams.{name}": getattr(nn.diagrams, name) for name in nn.diagrams.__all__},
    **{name: getattr(nn, name) for name in (
        "Action", "count", "expand", "from_json", "generate", "latex_document", "load", "merge",
        "pasted_latex", "svg", "svg_sheet", "tikz", "to_json", "at_components",
    ) if hasattr(nn, name)},
    "Diagram.from_edges": nn.Diagram.from_edges,
    "Diagram.from_edge_string": nn.Diagram.from_edge_string,
}  # fmt: skip
FUNCTIONS = {
    name: function
    for name, function in FUNCTIONS.items()
    if callable(function) and not (inspect.isclass(function) and not function.__module__.endswith("diagram"))
}


def positional(function):
    """Arguments that have to be given."""
    return [
        one
        for one in inspect.signature(function).parameters.values()
        if one.default is one.empty and one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
    ]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_only_our_errors_come_out_of_the_first_argument(name):
    function = FUNCTIONS[name]
    raw = []
    for bad in BAD:
        others = [OTHERS.get(one.name, 2) for one in positional(function)[1:]]
        try:
            found = function(bad, *others)
            if inspect.isgenerator(found):
                next(found, None)
        except nn.NNFTError as error:
            if not 0 < len(str(error)) < 2000:
                raw.append((bad, "message"))
        except Exception as error:  # whatever else: that is what is looked for
            raw.append((repr(bad)[:30], repr(error)[:100]))
    assert raw == []


def test_the_functions_are_swept():
    assert len(FUNCTIONS) > 20
    assert {"diagrams.nickel_index", "diagrams.contract", "svg_sheet", "Diagram.from_edges"} <= set(FUNCTIONS)


@pytest.mark.parametrize("bad", [None, 1.5, "2", [2], (("x", 1),), ((0, 1, 2),)])
def test_every_argument_of_a_diagram(bad):
    good = (2, (4,), [(0, 2), (1, 2), (2, 2)])
    for place in range(3):
        with pytest.raises(nn.NNFTError):
            nn.Diagram(*(bad if number == place else one for number, one in enumerate(good)))
