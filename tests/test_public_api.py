"""The public surface stands once, in stubs; every name is there, documented, and none hides a module."""

import importlib
import inspect
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import nnft_sym
import numerics

ROOT = Path(__file__).parent.parent
INNER = {"diagrams", "integrals", "networks", "results", "symbolic"}
SPACES = [f"nnft_sym.{name}" for name in sorted(INNER)]
PACKAGES = ["nnft_sym", *SPACES, "numerics"]
#: What a user writes first; the rest is in namespaces.
MOST_AT_TOP = 87


def test_the_top_can_be_read_at_a_glance():
    assert 40 < len(dir(nnft_sym)) <= MOST_AT_TOP


@pytest.mark.parametrize("name", PACKAGES)
def test_every_name_resolves_and_is_documented(name):
    package = importlib.import_module(name)
    assert package.__all__ == sorted(dir(package))
    for public in package.__all__:
        assert not public.startswith("_")
        assert getattr(package, public).__doc__, f"{name}.{public}"


@pytest.mark.parametrize("name", PACKAGES)
def test_no_public_name_hides_a_submodule(name):
    package = importlib.import_module(name)
    folder = Path(package.__file__).parent
    if Path(package.__file__).name == "__init__.py":
        submodules = {path.stem for path in folder.glob("*.py")}
        submodules |= {path.parent.name for path in folder.glob("*/__init__.py")}
        assert not (submodules - INNER) & set(package.__all__)


@pytest.mark.parametrize("old", sorted(nnft_sym.RENAMED))
def test_old_names_work_for_one_release(old):
    new = nnft_sym.RENAMED[old]
    with pytest.warns(DeprecationWarning, match=rf"nnft_sym\.{old} is now {new.replace('.', chr(92) + '.')}"):
        found = getattr(nnft_sym, old)
    module, _, attribute = new.rpartition(".")
    assert found is getattr(importlib.import_module(module), attribute)
    assert old not in dir(nnft_sym)


def test_a_star_gives_the_public_names():
    code = "from nnft_sym import *; print(Action.__name__, expand.__name__, diagrams.__name__)"
    with warnings.catch_warnings():
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
        )
    assert done.stdout.split()[0] == "Action"
    assert done.stdout.split()[2] == "nnft_sym.diagrams"


def test_a_name_that_is_not_there_is_an_attribute_error():
    for package in (nnft_sym, numerics):
        with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
            getattr(package, "no_such_name")  # noqa: B009


def test_help_begins_with_a_signature_that_can_be_read():
    """Annotations stand as they are written, `ArrayLike` and not what NumPy makes of it."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        for public in package.__all__:
            found = getattr(package, public)
            methods = [
                getattr(one, "__func__", one)
                for key, one in (vars(found).items() if inspect.isclass(found) else ())
                if not key.startswith("_")
            ]
            for one in filter(inspect.isfunction, [found, *methods]):
                text = str(inspect.signature(one))
                assert len(text) < 450, f"{name}.{public}.{one.__name__}{text}"
                assert "_SupportsArray" not in text, f"{name}.{public}.{one.__name__}{text}"
