"""Objects written as JSON and read back; documents that contradict themselves."""

import json
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnft_sym.actions.action import Action
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.errors import InvalidDocument
from nnft_sym.expansions.expansion import expand
from nnft_sym.expansions.json_form import from_json, to_json
from nnft_sym.notation import Notation

EXPANSIONS = [
    ("lambda*f^4 + kappa*f^6", 4, {"order": 2}),
    ("lambda*f^4 + kappa*f^6", 4, {"order": {"lambda": 2, "kappa": 1}, "scheme": "exact"}),
    ("g*f^3 + lambda*f^4/24", 3, {"order": Fraction(3, 2), "counting": "1/N", "kind": "connected"}),
    ("lambda*f^4", 0, {"kind": "full"}),
    ("0", 4, {}),
    ("lambda*(f.f)^2 + kappa*(f.f)^3", 4, {"order": 1, "kind": "1pi"}),
    ("lambda*(f.f)^2", 2, {"order": 2}),
    ("mu*f(x)^2*f(y)^2 + (a - b*x^2)*f^4", 4, {"order": 1}),
    ("mu*x^2*f(x)^4*f(y)^2", 2, {"order": 2, "kind": "connected"}),
]


@pytest.mark.parametrize(("action", "n", "arguments"), EXPANSIONS)
def test_expansions_and_their_parts_come_back(action, n, arguments):
    expansion = expand(action, n, **arguments)
    written = to_json(expansion)
    found = from_json(written)
    assert found == expansion
    assert to_json(found) == written
    assert found.text() == expansion.text()
    assert from_json(to_json(expansion.truncation)) == expansion.truncation
    assert from_json(to_json(expansion.action)) == expansion.action
    for term in expansion.terms[-3:]:
        assert from_json(to_json(term)) == term


COUPLINGS = st.sampled_from(["g", "lambda", "kappa_2", "(a - b/3)", "-2*mu*h", "5/7*lambda_NL"])
VERTICES = {
    "scalar": [
        "f^3",
        "f^4",
        "x^2*f^3",
        "x^4*f^4",
        "f(x)^2*f(y)^2",
        "y^2*f(x)*f(y)^2",
        "f(x)*f(y)*f(z)^2",
        "f",
    ],
    "vector": ["(f.f)", "(f.f)^2", "x^2*(f.f)^2", "(f(x).f(x))*(f(y).f(y))", "(f.f)^3"],
}


@st.composite
def requests(draw):
    """An action of any family and a request that is allowed."""
    family = draw(st.sampled_from(list(VERTICES)))
    vertices = draw(st.lists(st.sampled_from(VERTICES[family]), min_size=1, max_size=3, unique=True))
    action = Action(" + ".join(f"({draw(COUPLINGS)})*{vertex}" for vertex in vertices))
    n = draw(st.integers(0, 4))
    scheme = draw(st.sampled_from(["bare", "exact"])) if n else "bare"
    kinds = ["full", "connected"] if n == 0 else ["full", "normalised", "connected", "1pi"]
    arguments = {"scheme": scheme, "kind": draw(st.sampled_from(kinds))}
    way = draw(st.sampled_from(["vertices", "couplings", "counting"])) if action.couplings else "vertices"
    if way == "vertices":
        arguments["order"] = draw(st.integers(0, 2 if max(action.valences) < 5 else 1))
    elif way == "couplings":
        arguments["order"] = {name: draw(st.integers(0, 1)) for name in action.couplings}
    else:
        arguments["order"] = draw(st.fractions(0, 2, max_denominator=2))
        arguments["counting"] = {
            name: draw(st.fractions(1, 3, max_denominator=3)) for name in action.couplings
        }
    return action, n, arguments


@given(requests())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_whatever_can_be_expanded_comes_back(request):
    action, n, arguments = request
    assert from_json(to_json(action)) == action
    expansion = expand(action, n, **arguments)
    written = to_json(expansion)
    found = from_json(written)
    assert found == expansion
    assert to_json(found) == written
    assert found.wick_total == expansion.wick_total
    for topology in expansion.topologies()[-2:]:
        assert from_json(to_json(topology)) == topology
        term = topology.terms[-1]
        assert from_json(to_json(term)) == term
        assert from_json(to_json(term.coefficient)) == term.coefficient


def test_every_document_names_its_schema_with_a_version():
    four = expand("lambda*f^4", 4)
    things = {
        "action": four.action,
        "polynomial": four.terms[0].coefficient,
        "term": four.terms[0],
        "topology": four.topologies()[0],
        "expansion": four,
        "truncation": four.truncation,
        "notation": Notation(arguments=True),
    }
    for name, thing in things.items():
        assert json.loads(to_json(thing))["schema"] == f"nnft.{name}/1"
        assert from_json(to_json(thing)) == thing
    with pytest.raises(InvalidDocument, match="int has no JSON form"):
        to_json(3)


def test_terms_that_are_no_topology():
    terms = [json.loads(to_json(term)) for term in expand("lambda*f^4", 4).terms]
    for chosen in ([], terms[2:4], terms[:1] * 2):
        with pytest.raises(InvalidDocument, match="differ by the labels"):
            from_json(json.dumps({"schema": "nnft.topology/1", "terms": chosen}))


def test_a_part_of_an_expansion_comes_back():
    part = expand("lambda*f^4", 4, 2).at_order(2)
    assert from_json(to_json(part)) == part


@pytest.mark.parametrize(
    "text", ["0", "-1", "1 - g", "-3*kappa*lambda/2 + 288*lambda**2 + 1", f"-{10**80}*g/7"]
)
def test_polynomials_are_read_as_they_are_written(text):
    assert str(Polynomial.read(text)) == text


@pytest.mark.parametrize("text", ["", "g+1", "2*g + 3*g", "g/2*3", "x1", "g**-1", "lambda *f"])
def test_other_polynomials_are_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  # from int(), from names, or its own
        Polynomial.read(text)


def changed(**fields):
    return json.dumps({**json.loads(to_json(expand("lambda*f^4", 2).terms[1])), **fields})


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("{", "not JSON"),
        (None, "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"schema": "nnft.notation/1", "plain_kernel": 1}', "KeyError"),
        (to_json(Notation()).replace("false", "0"), "true or false"),
        ('{"schema": "nnft.truncation/1", "order": -1}', "order is -1"),
        ("[]", "'list' was given"),
        ('{"schema": "nnft.action/9"}', "nnft.action/1"),
        ('{"schema": "nnft.action/1"}', "KeyError"),
        ('{"schema": "nnft.action/1", "action": 3}', "action"),
        (changed(multiplicity=13), "stated as 13, but its lines give 12"),
        (changed(vertices="4:2"), "stated as 4:2"),
        (changed(coefficient="-12*lambda*"), "not a coupling"),
        (changed(edges=[["x1", "y1"]]), "stated as"),
        (changed(edges=[["x1"]]), "cannot be read"),
    ],
)
def test_documents_that_are_refused(text, fragment):
    with pytest.raises(ValueError, match=fragment):
        from_json(text)


def test_an_expansion_with_a_term_of_another_one():
    two = json.loads(to_json(expand("lambda*f^4", 2)))
    four = json.loads(to_json(expand("lambda*f^4", 4)))
    with pytest.raises(InvalidDocument, match="4 external points in an expansion of 2"):
        from_json(json.dumps({**two, "terms": four["terms"]}))
    assert from_json(json.dumps(two)).action == Action("lambda*f^4")


def test_diagrams_by_themselves_go_through_the_same_door():
    from diagrams import Diagram

    tadpole = Diagram.from_edge_string("x1-y1,y1-y1,y1-x2")
    assert from_json(to_json(tadpole)) == tadpole
