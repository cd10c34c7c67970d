"""Counts of what should exist once: run ``python tests/house_counts.py [FOLDER]`` on any checkout.

Each count follows a pattern that is written beside it, so that two commits can be compared with the same
ruler. `test_house_counts` keeps them from growing.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import networkx

FLOORS = ("diagrams", "numerics", "nnft_sym")
#: A number with its error: a class with a field or property of the first kind and one of the second.
#: Sums over blocks are raw data of a sample, from which errors are made, and no result.
VALUE = re.compile(r"(.*_)?(value|full|estimate|parameters|exponent|mean|sampled|projection|sums|explained)")
ERROR = re.compile(
    r"(.*_)?(error|errors|error_of_mean|covariance|left_out|replicates|background|deviations|scale_error)"
)
#: Names by which the study and its reports know the theory λ f⁴ and the 4- and 6-point functions.
QUARTIC = re.compile(
    r"lambda_?\w*|quartic\w*|\w*four_?point\w*|\w*six_?point\w*|FourPoint\w*|SixPoint\w*|\w*g[46]\w*",
    re.IGNORECASE,
)
RECIPE = ("nnft_sym/study/recipe.py", "nnft_sym/study/summary.py")
QUARTIC_TEXT = re.compile(r"λ|lambda|G[46]\b|[46]-point|f⁴|quartic", re.IGNORECASE)


def modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    """Yield (path from the root, syntax tree) of the product's files."""
    for floor in FLOORS:
        for path in sorted((root / floor).rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def members(definition: ast.ClassDef) -> set[str]:
    """Names of the fields and properties of a class."""
    names = set()
    for node in definition.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        if isinstance(node, ast.FunctionDef):
            decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
            if "property" in decorators or "cached_property" in decorators:
                names.add(node.name)
    return names


def numbers_with_errors(root: Path) -> list[str]:
    """Classes that hold a number beside its error."""
    found = []
    for path, tree in modules(root):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                names = members(node)
                if any(map(VALUE.fullmatch, names)) and any(map(ERROR.fullmatch, names)):
                    found.append(f"{path}:{node.name}")
    return found


def cumulant_routines(root: Path) -> list[str]:
    """Functions with the weight (−1)^(m − 1) (m − 1)! of a partition into m blocks."""
    found = []
    for path, tree in modules(root):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                text = ast.unparse(node)
                if (
                    re.search(r"\(-1(\.0)?\) \*\* ", text)
                    and "factorial(" in text
                    and "docstring" not in text
                ):
                    found.append(f"{path}:{node.name}")
    return found


def classes_named(root: Path, pattern: str) -> list[str]:
    """Classes whose name fits a pattern."""
    return [
        f"{path}:{node.name}"
        for path, tree in modules(root)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and re.fullmatch(pattern, node.name)
    ]


def functions_named(root: Path, pattern: str) -> list[str]:
    """Functions whose name fits a pattern."""
    return [
        f"{path}:{node.name}"
        for path, tree in modules(root)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and re.fullmatch(pattern, node.name)
    ]


def circles(root: Path) -> list[str]:
    """Sets of files that import each other, what only type checkers read included."""
    trees = {path.removesuffix(".py").replace("/", "."): tree for path, tree in modules(root)}
    graph = networkx.DiGraph()
    for name, tree in trees.items():
        if name.endswith("__init__"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                for module in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                    if module in trees and module != name:
                        graph.add_edge(name, module)
    return [" ".join(sorted(part)) for part in networkx.strongly_connected_components(graph) if len(part) > 1]


def patched_constants(root: Path) -> list[str]:
    """Tests that replace a constant or a default of the product: ``setattr(module, "NAME", ...)``."""
    pattern = re.compile(r"""\.setattr\([^()]*?["'.]_?[A-Z][A-Z0-9_]+["']|__defaults__""", re.DOTALL)
    found = []
    for path in sorted((root / "tests").rglob("*.py")):
        if path.name != Path(__file__).name:
            text = path.read_text(encoding="utf-8")
            found += [
                f"{path.name}:{text.count(chr(10), 0, hit.start()) + 1}" for hit in pattern.finditer(text)
            ]
    return found


def decided_by_sentence(root: Path) -> list[str]:
    """Places in the study and its reports that ask how a text begins, or look a sentence up."""
    found = []
    for path, tree in modules(root):
        if path.startswith(("nnft_sym/study", "nnft_sym/report", "nnft_sym/inference")):
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("name.startswith"):
                    found.append(f"{path}:{node.lineno}")
                keyed = isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "checks"
                if keyed and re.fullmatch(r"(dict|Mapping)\[str, bool\]", ast.unparse(node.annotation)):
                    found.append(f"{path}:{node.lineno}")
    return found


def quartic_places(root: Path) -> list[str]:
    """Lines of study/ and report/ with a name or a text (not a docstring) that means λ f⁴, G4 or G6.

    Without the recipe, whose names they are, and without the summary, whose keys are a contract.
    """
    found = set()
    for path, tree in modules(root):
        if not path.startswith(("nnft_sym/study/", "nnft_sym/report/")) or path in RECIPE:
            continue
        documentation = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            names = [getattr(node, field, None) for field in ("id", "attr", "arg", "name")]
            if any(isinstance(name, str) and QUARTIC.fullmatch(name) for name in names):
                found.add((path, node.lineno))
            text = isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value
            if text and id(node) not in documentation and QUARTIC_TEXT.search(text):
                found.add((path, node.lineno))
    return [f"{path}:{line}" for path, line in sorted(found)]


def loose_files(root: Path) -> list[str]:
    """Files of the middle floor beside its rooms."""
    return [path.name for path in sorted((root / "numerics").glob("*.py")) if path.name != "__init__.py"]


COUNTS = {
    "types that hold a number with its error": numbers_with_errors,
    "moment-to-cumulant routines": cumulant_routines,
    "pairings": lambda root: functions_named(root, r"_?(all_|perfect_)?(pairings|matchings)(_of)?"),
    "jackknives": lambda root: classes_named(root, r"Jackk\w*") + functions_named(root, "jackknife"),
    "circles of imports": circles,
    "constants patched by tests": patched_constants,
    "checks decided by a sentence": decided_by_sentence,
    "places where λ f⁴ stands by name": quartic_places,
    "loose files at the root of numerics/": loose_files,
}


def main() -> None:
    """Print all counts, and what was counted where it is short."""
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    for title, count in COUNTS.items():
        found = count(root)
        sys.stdout.write(f"{title}: {len(found)}\n")
        if len(found) <= 40:
            sys.stdout.writelines(f"    {place}\n" for place in found)


if __name__ == "__main__":
    main()
