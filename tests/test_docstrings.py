"""Everything public says what it is, and shows it: docstrings with examples, which run as doctests."""

import inspect
import sys
from functools import cached_property

import pytest
from page_examples import ROOT

sys.path.insert(0, str(ROOT / "docs" / "_extensions"))

from api_pages import ALIASES, everything

from diagrams.filters import NamedFilter

#: Every thing once, under the first of its names.
THINGS = {one.name: one for one in everything() if one.name == one.home and one.name not in ALIASES}
FLOORS = ("diagrams", "numerics", "nnft_sym")
SHOWN = [name for name, one in THINGS.items() if not isinstance(one.thing, NamedFilter)]
CLASSES = [name for name, one in THINGS.items() if inspect.isclass(one.thing)]


def members(thing):
    """Methods and properties of a class that are public and ours."""
    for name in dir(thing):
        member = inspect.getattr_static(thing, name)
        if isinstance(member, property):
            member = member.fget
        elif isinstance(member, cached_property):
            member = member.func
        elif isinstance(member, classmethod | staticmethod):
            member = member.__func__
        ours = inspect.isfunction(member) and member.__module__.split(".")[0] in FLOORS
        if not name.startswith("_") and ours:
            yield name, member


def test_how_many_there_are():
    assert len(THINGS) > 140
    assert sum(len(list(members(THINGS[name].thing))) for name in CLASSES) > 450


@pytest.mark.parametrize("name", THINGS)
def test_has_a_docstring(name):
    assert THINGS[name].summary.endswith((".", ":", "!", ")"))


@pytest.mark.parametrize("name", CLASSES)
def test_methods_and_properties_have_docstrings(name):
    assert [member for member, function in members(THINGS[name].thing) if not function.__doc__] == []


@pytest.mark.parametrize("name", SHOWN)
def test_has_an_example_that_runs(name):
    """Doctests run every example; here it is enough that there is one."""
    assert ">>> " in (THINGS[name].thing.__doc__ or "")
