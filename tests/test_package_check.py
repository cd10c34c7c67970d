"""What we hand out: the check of `make package` sees what is missing and what has slipped in."""

import tomllib

import pytest
from package_check import ROOT, SELECTION, Incomplete, check_contents, handed_out, without_tools

INFO = [f"nnft_sym-0.1.0.dist-info/{name}" for name in ("METADATA", "entry_points.txt", "licenses/LICENSE")]
SDIST = ["LICENSE", "README.md", "pyproject.toml", "setup.cfg", "PKG-INFO"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_what_is_complete_passes():
    check_contents([*handed_out(), *INFO], [*handed_out(), *SDIST])


@pytest.mark.parametrize(
    "name",
    ["nnft_sym/studies/published.toml", "nnft_sym/networks.pyi", "numerics/py.typed", "diagrams/jit.py"],
)
def test_what_is_missing_is_named(name):
    rest = handed_out() - {name}
    with pytest.raises(Incomplete, match=f"the wheel lacks {name}\nthe sdist lacks {name}"):
        check_contents([*rest, *INFO], [*rest, *SDIST])
    with pytest.raises(Incomplete, match="the wheel lacks its licenses/LICENSE"):
        check_contents([*handed_out(), *INFO[:2]], [*handed_out(), *SDIST])


@pytest.mark.parametrize("name", ["tests/conftest.py", "diagrams/__pycache__/jit.nbi", ".venv/pyvenv.cfg"])
def test_what_has_slipped_in_is_named(name):
    with pytest.raises(Incomplete, match=f"the wheel holds {name}\nthe sdist holds {name}"):
        check_contents([*handed_out(), *INFO, name], [*handed_out(), *SDIST, name])


def test_the_lock_is_cut_to_what_a_user_installs():
    """Tools of developers go, every dependency stays, hashes stay with their package."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    left = without_tools(text, PROJECT)
    names = {line.split("==")[0] for line in left.splitlines() if "==" in line and not line.startswith(" ")}
    assert {"numpy", "scipy", "numba", "matplotlib", "distributed", "pytest", "llvmlite", "pandas"} <= names
    assert not {"mypy", "ruff", "ipykernel", "nbclient", "ipython"} & names
    assert left.count("--hash=sha256") >= 2 * len(names)


def lowest():
    """Everything that must hold at its floor: dependencies, the cluster, the tools of the tests."""
    tools = (ROOT / "requirements-lowest.in").read_text(encoding="utf-8").splitlines()[1:]
    test = PROJECT["optional-dependencies"]["test"]
    assert {one for one in tools if "setuptools" not in one} <= set(test)
    assert "://" not in (ROOT / "requirements-lowest.lock").read_text(encoding="utf-8")
    return [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["cluster"], *tools]


@pytest.mark.parametrize("one", lowest())
def test_the_lowest_versions_are_those_of_the_project(one):
    name, lowest = one.split(">=")
    (line,) = [
        line
        for line in (ROOT / "requirements-lowest.lock").read_text(encoding="utf-8").splitlines()
        if line.startswith(f"{name.replace('_', '-')}==")
    ]
    found = line.split("==")[1].removesuffix("\\").strip()
    assert [*found.split("."), "0"][: len(lowest.split("."))] == lowest.split(".")


def test_every_selected_file_is_there():
    assert len(set(SELECTION)) == len(SELECTION)
    assert all((ROOT / "tests" / name).is_file() for name in SELECTION)
