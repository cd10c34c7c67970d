"""Actions, coefficients, terms, expansions and notations as JSON text, with a schema version, and back.

Reading takes the data that define an object and checks what is written beside them. An expansion is made anew
from its action, number of points, order, scheme and kind, and its terms are compared with those: they must be
all of them, or all with one number of vertices (as `Expansion.at_order` gives them).
Diagrams by themselves have the form of :func:`diagrams.to_json`. ::

    {"schema": "nnft.action/1", "action": "lambda*f**4"}
    {"schema": "nnft.polynomial/1", "polynomial": "288*lambda**2 - 1/4"}
    {"schema": "nnft.term/1", "multiplicity": 12, "coefficient": "-12*lambda", "edges": [...], ...}
    {"schema": "nnft.topology/1", "terms": [...]}
    {"schema": "nnft.expansion/1", "action": ..., "n": ..., "order": ..., "terms": [...], ...}
    {"schema": "nnft.truncation/1", "order": "2", "counting": {"kappa": "2", "lambda": "1"}}
    {"schema": "nnft.notation/1", "plain_kernel": false, "arguments": true, "numbered_vertices": false}
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from fractions import Fraction
from typing import Any, TypeAlias

from diagrams.diagram import Diagram
from diagrams.errors import NNFTError
from diagrams.filters import as_filters
from diagrams.json_form import SCHEMA as DIAGRAM
from diagrams.json_form import from_json as diagram_from_json
from diagrams.json_form import to_json as diagram_to_json
from diagrams.loops import LoopRange
from diagrams.messages import shown
from diagrams.sizes import number_text
from nnft_sym.actions.action import Action
from nnft_sym.actions.parsing import parse
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.actions.shapes import Shape, shape_of
from nnft_sym.errors import InvalidDocument
from nnft_sym.expansions.expansion import Expansion, expand
from nnft_sym.expansions.schemes import Kind, Scheme
from nnft_sym.expansions.structure import Structure, orbit_of
from nnft_sym.expansions.terms import Term, Topology, topologies
from nnft_sym.expansions.truncation import CountingLike, OrderLike, Truncation, truncation, whole
from nnft_sym.jsonio import dumps
from nnft_sym.notation import Factors, Notation, from_lines

ACTION, POLYNOMIAL = "nnft.action/1", "nnft.polynomial/1"
TERM, TOPOLOGY, EXPANSION = "nnft.term/1", "nnft.topology/1", "nnft.expansion/1"
TRUNCATION, NOTATION = "nnft.truncation/1", "nnft.notation/1"
#: What is read and written here, beside diagrams.
Symbolic: TypeAlias = Action | Polynomial | Term | Topology | Expansion | Truncation | Notation
_Reader = Callable[[Mapping[str, Any]], Symbolic]


def to_json(thing: Symbolic | Diagram) -> str:
    """Write an object as one line of JSON.

    Raises
    ------
    InvalidDocument
        For an object of another type.

    Examples
    --------
    >>> to_json(Action("lambda*f^4"))
    '{"schema": "nnft.action/1", "action": "lambda*f**4"}'
    """
    if isinstance(thing, Diagram):
        return diagram_to_json(thing)
    if isinstance(thing, Action):
        constant = {"constant": str(thing.constant)} if thing.constant else {}
        return dumps({"schema": ACTION, "action": str(thing), **constant})
    if isinstance(thing, Polynomial):
        return dumps({"schema": POLYNOMIAL, "polynomial": str(thing)})
    if isinstance(thing, Topology):
        return dumps({"schema": TOPOLOGY, "terms": [term.as_dict() for term in thing.terms]})
    if isinstance(thing, Notation):
        return dumps({"schema": NOTATION, **asdict(thing)})
    for schema, kind in ((TERM, Term), (EXPANSION, Expansion), (TRUNCATION, Truncation)):
        if isinstance(thing, kind):
            return dumps({"schema": schema, **thing.as_dict()})
    raise InvalidDocument(
        f"{type(thing).__name__} has no JSON form here: give an action, a coefficient, a diagram, a term, a "
        "topology, an expansion, its truncation, or a notation"
    )


def from_json(text: str) -> Symbolic | Diagram:
    """Read what `to_json` writes.

    Raises
    ------
    InvalidDocument
        If the text is no JSON object of a known schema, or what it says contradicts itself.
    InvalidDiagram
        The same for a diagram.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> four = expand("lambda*f^4", 4, 2, counting="1/N")
    >>> from_json(to_json(four)) == four
    True
    """
    try:
        given = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidDocument(f"this is not JSON ({error}): give what to_json has written") from None
    schema = given.get("schema") if isinstance(given, dict) else type(given).__name__
    if not isinstance(schema, str):
        schema = type(schema).__name__
    if schema == DIAGRAM:
        return diagram_from_json(text)
    readers: dict[object, _Reader] = {
        ACTION: _action,
        POLYNOMIAL: lambda document: Polynomial.read(document["polynomial"]),
        TERM: _term,
        TOPOLOGY: _topology,
        EXPANSION: _expansion,
        TRUNCATION: _truncation,
        NOTATION: _notation,
    }
    if schema not in readers:
        raise InvalidDocument(
            f"a JSON object with one of the schemas {', '.join(map(str, [*readers, DIAGRAM]))} is needed, "
            f"{shown(schema)} was given"
        )
    try:
        return readers[schema](given)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        if isinstance(error, NNFTError):
            raise
        raise InvalidDocument(
            f"the {schema} document cannot be read ({type(error).__name__}: {error}): give what to_json has "
            "written"
        ) from None


def _action(given: Mapping[str, Any]) -> Action:
    return Action(f"{given['action']} + {given['constant']}" if "constant" in given else given["action"])


def _topology(given: Mapping[str, Any]) -> Topology:
    terms = tuple(_term(term) for term in given["terms"])
    if len(topologies(terms)) != 1 or len(set(terms)) != len(terms):
        raise InvalidDocument(
            f"the {len(terms)} terms of a topology must differ by the labels of the external points only"
        )
    return Topology(terms)


def _expansion(given: Mapping[str, Any]) -> Expansion:
    action = _action(given)
    terms = tuple(_term(term) for term in given["terms"])
    numbers = tuple(whole(one["labellings"], "labellings") for one in given["terms"] if "labellings" in one)
    if numbers and len(numbers) != len(terms):
        raise InvalidDocument("all terms must say their labellings, or none: give what to_json has written")
    cut = _cut(action, given)
    n = whole(given["n"], "number of points")
    filters = as_filters(given.get("filters", ()))
    kind, scheme = Kind(given["kind"]), Scheme(given["scheme"])
    found = Expansion(action, n, cut, scheme, kind, terms, filters, numbers)
    for term in terms:
        if term.whole.n_external != found.n:
            raise InvalidDocument(
                f"a term has {term.whole.n_external} external points in an expansion of {number_text(n)}"
            )
    _check_terms(found, given)
    _check_beside(found, given)
    return found


def _check_terms(found: Expansion, given: Mapping[str, Any]) -> None:
    """Compare the terms with those that the action has."""
    order, counting = _order(given)
    whole = expand(
        found.action,
        found.n,
        order,
        found.scheme.value,
        found.kind.value,
        counting,
        filters=found.filters,
        loops=found.truncation.loops,
        labelled=not found.by_topology,
    )
    if _same(found, whole):
        return
    orders = {term.order for term in found.terms}
    if len(orders) == 1 and _same(found, whole.at_order(orders.pop())):
        return
    present, needed = Counter(found.terms), Counter(whole.terms)
    strange, missing = list((present - needed).elements()), list((needed - present).elements())
    if strange:
        what = f"{len(strange)} terms do not belong to it or stand there twice, such as {strange[0].text()}"
    elif missing:
        what = f"{len(missing)} terms are missing, such as {missing[0].text()}"
    else:
        what = "the terms are not in their order"
    raise InvalidDocument(
        f"the terms contradict the {found.kind} {found.n}-point function of {found.action}, {found.scheme} "
        f"lines, to {found.truncation.text}: {what}; give what to_json has written"
    )


def _same(found: Expansion, whole: Expansion) -> bool:
    return (found.terms, found.labellings) == (whole.terms, whole.labellings)


def _check_beside(found: Expansion, given: Mapping[str, Any]) -> None:
    """Compare what is stated beside the terms with what follows from them."""
    if "rule" in given and given["rule"] != found.rule:
        raise InvalidDocument(
            f"the rule is stated as {shown(given['rule'])}, but that of the scheme is {found.rule!r}"
        )
    if "wick_total" in given and given["wick_total"] != found.wick_total:
        raise InvalidDocument(
            f"wick_total is stated as {given['wick_total']}, but the action gives {found.wick_total}"
        )


def _cut(action: Action, given: Mapping[str, Any]) -> Truncation:
    """Read where a sum stops."""
    order, counting = _order(given)
    loops = None
    if "loops" in given:
        fewest, most = given["loops"]
        loops = LoopRange(most, fewest)
    return truncation(action, order, counting, loops)


def _order(given: Mapping[str, Any]) -> tuple[OrderLike | None, CountingLike]:
    """Read an order, and a counting if there is one; with loops there may be no order."""
    order, counting = (
        None if "loops" in given and "order" not in given else given["order"],
        given.get("counting"),
    )
    if isinstance(order, str):
        order = _fraction(order)
    return order, counting and {name: _fraction(worth) for name, worth in counting.items()}


def _fraction(given: object) -> Fraction:
    """Read a whole number or a quotient as ``str`` writes it; the powers of ten of decimals are unbounded."""
    text = str(given)
    if not re.fullmatch(r"-?[0-9]{1,4000}(/[0-9]{1,4000})?", text):
        raise ValueError(f"{shown(text)} is not a number such as 3 or 3/2")
    return Fraction(text)


def _truncation(given: Mapping[str, Any]) -> Truncation:
    order, counting = _order(given)
    # The couplings that are named are all that an action must have to allow this truncation.
    names = counting or (order if isinstance(order, Mapping) else {})
    return _cut(Action("+".join(f"{name}*f^4" for name in names) or "0"), given)


def _notation(given: Mapping[str, Any]) -> Notation:
    choices = {field.name: given[field.name] for field in fields(Notation)}
    if not all(isinstance(choice, bool) for choice in choices.values()):
        raise InvalidDocument(f"the choices of a notation are true or false, not {choices}")
    return Notation(**choices)


def _term(given: Mapping[str, Any]) -> Term:
    lines = tuple((str(a), str(b)) for a, b in given["edges"])
    coefficient = Polynomial.read(given["coefficient"])
    if "structure" in given:
        structure = _structure(given["structure"], lines)
        term = Term(from_lines(structure.diagram.n_external, lines), coefficient, structure)
    else:
        joined = [*lines, *(tuple(map(str, legs)) for legs in given.get("blobs", ()))]
        diagram = Diagram.from_edge_string(",".join(map("-".join, joined)))
        term = Term(diagram, coefficient, around_network="blobs" in given)
    for name, value in term.as_dict().items():
        if name != "structure" and given.get(name, value) != value:
            raise InvalidDocument(
                f"the {name} of the term {lines} is stated as {given[name]}, but its lines give {value}"
            )
    return term


def _structure(given: Mapping[str, Any], lines: tuple[tuple[str, str], ...]) -> Structure:
    whole = Diagram.from_edge_string(given["whole"])
    pairs = tuple((a, b) for a, b in given["components"])
    factors = Factors(lines, tuple(given["weights"]), pairs)
    marks = tuple((kind, tuple((p, alike) for p, alike in points)) for kind, points in given["marks"])
    return Structure(
        factors,
        tuple(tuple(link) for link in given["links"]),
        whole,
        tuple((_shape(text), number) for text, number in given["shapes"]),
        given["multiplicity"],
        _fraction(given["share"]),
        marks,
        orbit_of(whole.n_external, factors, marks),
    )


def _shape(text: str) -> Shape:
    (powers,) = [powers for _, powers in parse(text).monomials()]
    return shape_of(powers)[0]
