"""Everything that a public function, method or property returns has a public name."""

import ast
import inspect
import sys
import typing
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path

import pytest
from page_examples import ROOT

sys.path.insert(0, str(ROOT / "docs" / "_extensions"))

from api_pages import everything

import nnft_sym as nn

FLOORS = ("diagrams", "numerics", "nnft_sym")
#: Methods of Python's own protocols, which return things to users, too.
PROTOCOLS = ("__getitem__", "__iter__", "__call__", "__enter__")
#: What is returned and stays between our own rooms, and why.
INSIDE = {
    "diagrams.canonical.CanonicalForm": "the key by which diagrams are compared",
    "diagrams.pictures.marks.Caption": "one mark of a picture, on its way to the drawing",
    "diagrams.pictures.picture.Picture": "a picture on its way to the drawing; `Sheet` is what is shown",
    "nnft_sym.printing.table_content.Cell": "a cell on its way to the printers; `Table` is what is shown",
    "numerics.inference.polynomial.Polynomial": "the form in which the fit reads a `Theory`",
    "numerics.integrals.questions.question.Answer": "what the store keeps of an integral",
    "numerics.kernels.base.Ridge": "what the integrators ask a kernel",
    "numerics.kernels.profiles.Profile": "the base of `FunctionProfile`, which is public",
    "numerics.lowering.connected_product.PlacedPart": "a factor of a `ConnectedProduct`",
    "numerics.lowering.integrand.CostPerPoint": "what the integrators ask an `Integrand`",
    "numerics.lowering.integrand.Part": "a connected piece of an `Integrand`",
    "numerics.lowering.lower.Program": "what the integrators make of diagrams",
    "numerics.networks.joint_laws.weight_averages.WeightAverages": "what the exact sources ask a law",
    "numerics.networks.joint_laws.weight_chains.ChainDraws": "what the sampler asks a law",
    "numerics.networks.laws.Invariance": "what the derivation of symmetries asks a law",
    "numerics.results.faces.Content": "what ``repr`` and notebooks show of a result",
    "numerics.results.joint_correlators._AtWidth": "an old form, which goes with the next release",
}


@cache
def imports(module):
    """Names that a module imports, also those for type checkers only: name -> (module, name there)."""
    found = {}
    for node in ast.walk(ast.parse(Path(import_module(module).__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {one.asname or one.name: (node.module, one.name) for one in node.names}
        elif isinstance(node, ast.Import):
            found |= {
                (one.asname or one.name).partition(".")[0]: ("builtins", "object") for one in node.names
            }
    return found


def found_in(module, name):
    """What a name in an annotation is, and the module that knows the names in it."""
    home, there = imports(module).get(name, (module, name))
    loaded = import_module(home)
    if hasattr(loaded, there):
        return home, getattr(loaded, there)
    if home == module:
        return "builtins", getattr(import_module("builtins"), name)
    return found_in(home, there)


def our_classes(annotation, module):
    """Classes of ours in an annotation; aliases, strings and type parameters are looked into."""
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        for node in ast.walk(ast.parse(annotation, mode="eval")):
            if isinstance(node, ast.Name):
                home, thing = found_in(module, node.id)
                yield from our_classes(thing, home)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from our_classes(node.value, module)
    elif isinstance(annotation, list | tuple):
        for one in annotation:
            yield from our_classes(one, module)
    elif typing.get_origin(annotation) is typing.Literal:
        return
    elif typing.get_args(annotation):
        yield from our_classes(typing.get_args(annotation), module)
    elif inspect.isclass(annotation) and annotation.__module__.split(".")[0] in FLOORS:
        yield annotation


def functions(thing):
    """The function itself, or methods and properties of a class, with all overloads."""
    if not inspect.isclass(thing):
        members = {"": thing}
    else:
        names = [name for name in dir(thing) if not name.startswith("_") or name in PROTOCOLS]
        members = {name: inspect.getattr_static(thing, name) for name in names}
    for name, member in members.items():
        inner = member
        if isinstance(member, property):
            inner = member.fget
        elif isinstance(member, cached_property):
            inner = member.func
        elif isinstance(member, classmethod | staticmethod):
            inner = member.__func__
        inner = inspect.unwrap(inner) if callable(inner) else inner
        if inspect.isfunction(inner) and inner.__module__.split(".")[0] in FLOORS:
            for one in (inner, *typing.get_overloads(inner)):
                yield name, one


def full_name(thing):
    return f"{thing.__module__}.{thing.__qualname__}"


def returned():
    """Class of ours -> the public functions and members that return it."""
    found = {}
    for one in everything():
        if one.name == one.home:
            for member, function in functions(one.thing):
                for kind in our_classes(function.__annotations__.get("return"), function.__module__):
                    found.setdefault(kind, set()).add(f"{one.name}.{member}".rstrip("."))
    return found


RETURNED = returned()


def test_what_is_returned_is_public():
    public = {id(one.thing) for one in everything()}
    hidden = {full_name(kind): sorted(by)[:3] for kind, by in RETURNED.items() if id(kind) not in public}
    assert {name: by for name, by in hidden.items() if name not in INSIDE} == {}
    assert set(INSIDE) - set(hidden) == set(), "these are public by now, or nothing returns them"


def test_the_walk_sees_returns_of_every_kind():
    """A function, a method, a property, an overload, an annotation for type checkers, and an alias."""
    found = {full_name(kind).rpartition(".")[2]: by for kind, by in RETURNED.items()}
    assert "nnft_sym.infer" in found["CouplingFit"]
    assert "nnft_sym.Expansion.picture" in found["Sheet"]
    assert "nnft_sym.CumulantAction.round_trip" in found["RoundTrip"]
    assert "nnft_sym.symmetry" in found["Symmetry"] & found["Symmetries"]
    assert "nnft_sym.Model.theory" in found["Theory"]
    assert "nnft_sym.at_components" in found["Integrand"]
    assert len(RETURNED) > 80


def test_a_class_that_is_not_public_is_found():
    class Hidden:
        """What a test returns."""

    Hidden.__module__ = "nnft_sym.somewhere"
    assert list(our_classes(list[tuple[int, Hidden | None]], __name__)) == [Hidden]


@pytest.mark.parametrize("name", nn.results.__all__)
def test_a_result_says_what_it_holds(name):
    text = getattr(nn.results, name).__doc__
    assert "\n    Attributes\n    ---" in text or "\n    Parameters\n    ---" in text


def test_what_comes_back_is_what_the_names_say():
    found = nn.symmetry(nn.ErfNet(width=5), "O(D) of outputs", [[0.2]], (2,))
    assert type(found) is nn.results.Symmetry
    assert type(found.verdict) is nn.results.Verdict
    expansion = nn.expand("lambda*f^4", 4)
    assert type(expansion.table()) is nn.results.Table
    assert {type(one) for one in expansion.topologies()} == {nn.results.Topology}
    assert isinstance(nn.network("relu", 5), nn.networks.Network)
    assert isinstance(nn.network("relu", 5).kernel, nn.networks.Kernel)
    assert type(nn.pairing_amplitudes(nn.ReLUNet(4), [[1.0], [1.0]])) is nn.results.OutputStructure
