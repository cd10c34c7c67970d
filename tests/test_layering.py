"""Imports go down only, and the house keeps its small rooms."""

import ast
import subprocess
import sys
from collections import Counter
from configparser import ConfigParser
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {"diagrams": set(), "numerics": {"diagrams"}, "nnft_sym": {"diagrams", "numerics"}}
#: Third-party packages that must stay off a floor.
FORBIDDEN = {"diagrams": {"sympy", "scipy"}, "numerics": {"sympy", "networkx", "matplotlib", "rich", "click"}}
#: The rooms of each floor, from the bottom up: a room is built on those before it. A file belongs to the
#: longest name here that it starts with; a file that stands between the rooms beside it is named itself.
ROOMS = {
    "diagrams": ["combinatorics", "enumeration", "pictures"],
    "numerics": [
        "machine",
        "files",
        "fields",
        "results",
        "inference",
        "kernels",
        "networks.expressions",
        "networks.laws",
        "networks.momentum_laws",
        "networks.scipy_moments",
        "networks.own_law",
        "networks.joint_law",
        "networks.joint_laws",
        "networks.parameter_laws",
        "networks.averages",
        "networks",
        "lowering",
        "exact.inputs",
        "exact.features",
        "exact.sources",
        "exact",
        "sampling.judge",
        "sampling.estimators",
        "sampling.engine",
        "sampling.runs",
        "sampling",
        "sampling.neurons",
        "integrals.questions",
        "integrals.rules",
        "integrals.evaluate",
        "integrals.accuracy",
        "integrals.solve",
        "integrals",
    ],
    "nnft_sym": [
        "actions",
        "expansions",
        "printing",
        "symbolic",
        "storage",
        "inference",
        "duality",
        "symmetries",
        "osterwalder_schrader",
        "parameters",
        "study",
        "report",
        "faces",
        "progress",
        "reproduction",
        "installation",
        "commands",
    ],
}
#: Files beside the rooms of a floor, at most.
LOOSE = {"numerics": 4}
MODULES = [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]


def imported(path):
    """Yield (line, top-level package) of every import in a file, those inside functions included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield node.lineno, (node.module or "").split(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path):
    floor = path.relative_to(ROOT).parts[0]
    allowed = FLOORS[floor] | {floor}
    for line, package in imported(path):
        where = f"{path.relative_to(ROOT)}:{line}: {floor} must not import {package}"
        assert package not in set(FLOORS) - allowed, where
        assert package not in FORBIDDEN.get(floor, set()), where


def test_no_import_circles():
    """Neither at import nor later, inside functions, nor in what only type checkers read."""
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in MODULES}
    needs = {}
    for name, path in names.items():
        if path.name == "__init__.py":
            continue  # the packages' own lists import everything, on first use
        needs[name] = {
            module
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom)
            for module in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
            if module in names
        }
    assert sum(map(len, needs.values())) > 500
    TopologicalSorter(needs).prepare()  # CycleError names the circle


def test_renderers_know_an_expansion_by_its_plain_fields():
    """And an expansion knows its renderers in one file."""
    for path in (ROOT / "nnft_sym" / "printing").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nnft_sym.expansions"):
                assert node.module == "nnft_sym.expansions.content", path
    knowing = {
        path.stem
        for path in (ROOT / "nnft_sym" / "expansions").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nnft_sym.printing")
    }
    # expansion and terms name types of their annotations only
    assert knowing <= {"faces", "expansion", "terms"}


def test_nothing_parses_what_we_print():
    """No regular expression over our own SVG, TikZ or TeX: pictures carry styles and labels as fields."""
    for name in ("term_pictures", "latex_diagrams", "tikz_listing", "views"):
        tree = ast.parse((ROOT / "nnft_sym" / "printing" / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert "re" not in names, name


def room_of(module, floor):
    """The longest listed room that a module lies in; None for what stands beside the rooms."""
    inside = [room for room in ROOMS[floor] if f"{module}.".startswith(f"{floor}.{room}.")]
    return max(inside, key=len, default=None)


@pytest.mark.parametrize("floor", FLOORS)
def test_every_folder_is_a_room(floor):
    guides = (ROOT / floor).rglob("*/__init__.py")
    folders = {".".join(path.parent.relative_to(ROOT / floor).parts) for path in guides}
    assert folders <= set(ROOMS[floor])
    for folder in (path for path in (ROOT / floor).rglob("*.py") if path.parent != ROOT / floor):
        assert (folder.parent / "__init__.py").exists(), f"{folder.parent} has no room guide"


@pytest.mark.parametrize("floor", FLOORS)
def test_rooms_stand_on_those_below(floor):
    """What a file loads when it is imported; functions may look up, as an expansion does to print itself."""
    rooms = ROOMS[floor]
    for path in sorted((ROOT / floor).rglob("*.py")):
        room = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts), floor)
        if room is None or path.name == "__init__.py":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom):
                below = room_of(node.module or "", floor)
                where = f"{path.relative_to(ROOT)}:{node.lineno}: {room} must not stand on {below}"
                assert below is None or rooms.index(below) <= rooms.index(room), where


#: Members of families may share a name: what every member answers, one of the networks, and the user's own.
FAMILIES = {"base", "own", "erf", "relu", "gauss", "cos"}


@pytest.mark.parametrize("floor", FLOORS)
def test_a_name_says_which_file(floor):
    stems = Counter(path.stem for path in (ROOT / floor).rglob("*.py") if path.name != "__init__.py")
    assert {stem for stem, n in stems.items() if n > 1} <= FAMILIES


@pytest.mark.parametrize("floor", LOOSE)
def test_few_files_stand_beside_the_rooms(floor):
    loose = [path.name for path in (ROOT / floor).glob("*.py") if path.name != "__init__.py"]
    assert len(loose) <= LOOSE[floor], loose


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_small(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 500, f"{path} has more than 500 lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            assert length <= 80, f"{path}:{node.lineno} {node.name} has {length} lines"


def test_median_file_is_small():
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES)
    assert lengths[len(lengths) // 2] <= 200


@pytest.mark.parametrize(
    ("package", "heavy"),
    [
        ("diagrams", {"numpy", "numba", "networkx", "sympy"}),
        ("nnft_sym", {"sympy", "numba", "matplotlib", "pydantic", "scipy", "xarray", "networkx"}),
        (
            "nnft_sym.cli",
            {"sympy", "numba", "matplotlib", "pydantic", "scipy", "xarray", "networkx", "numpy"},
        ),
    ],
)
def test_import_is_light(package, heavy):
    code = f"import {package}, sys; print(*sorted(set(sys.modules) & {heavy!r}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert loaded.stdout.split() == []


def test_foreign_diagrams_package_is_refused(tmp_path):
    (tmp_path / "diagrams").mkdir()
    (tmp_path / "diagrams" / "__init__.py").write_text("class Diagram: ...\n")
    for package in ("numerics", "nnft_sym"):
        (tmp_path / package).symlink_to(ROOT / package)
        found = subprocess.run(
            [sys.executable, "-c", f"import {package}"],
            capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, check=False,
        )  # fmt: skip
        assert found.returncode == 1
        assert "unrelated package of the same name" in found.stderr
        assert str(tmp_path) in found.stderr


def test_every_folder_is_in_the_package():
    """The wheel holds what setup.cfg lists: who installs it misses a folder that was forgotten there."""
    listed = ConfigParser()
    listed.read(ROOT / "setup.cfg", encoding="utf-8")
    packages = set(listed["options"]["packages"].split())
    folders = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for floor in FLOORS
        for path in (ROOT / floor).rglob("__init__.py")
    }
    assert folders == packages
