"""Is what we hand out complete? Build it, install it into an empty environment, and test it there.

``python tests/package_check.py`` builds the sdist, the wheel from the sdist, looks at their contents, follows
README's way without make in the unpacked sdist, installs the wheel, and runs a selection of the tests from a
folder that holds no sources. ``--lock requirements-lowest.lock`` takes the lowest versions that are allowed,
``--python python3.13`` another Python.
"""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
FLOORS = ("diagrams", "numerics", "nnft_sym")
#: What the selected tests need beside the product itself.
TEST_TOOLS = ("pytest", "pytest-xdist", "hypothesis", "mpmath", "setuptools")
#: Some files of every floor and kind: formulas, integrals, sampling, files, pictures, commands, clusters.
SELECTION = (
    "test_diagrams_diagram.py", "test_diagrams_filters.py", "test_diagrams_text_forms.py",
    "test_diagrams_topologies.py", "test_diagrams_zero_dim.py",
    "test_numerics_backends.py", "test_numerics_conditional_moments.py", "test_numerics_cumulants.py",
    "test_numerics_moments.py", "test_numerics_networks.py", "test_numerics_points.py",
    "test_numerics_user_networks.py",
    "test_nnft_sym_archive.py", "test_nnft_sym_config.py", "test_nnft_sym_cumulant.py",
    "test_nnft_sym_parsing.py", "test_nnft_sym_streams.py", "test_nnft_sym_symbolic.py",
    "test_nnft_sym_tables.py",
)  # fmt: skip
STUDY = 'experiments = 2\nnetworks = 500\n[[net]]\nkind = "cos"\nwidth = 3\npoints = [[0.0], [0.7]]\n'
NOT_COPIED = shutil.ignore_patterns(
    ".*", "__pycache__", "build", "dist", "*.egg-info", "study_results", "fuzz_failures"
)


class Incomplete(Exception):
    """Something is missing from what we hand out, or has slipped into it."""


def call(*words: str | Path, folder: Path, **environment: str) -> str:
    """Run a program; its output, or the end of everything with what it said."""
    kept = {name: text for name, text in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        list(map(str, words)), cwd=folder, env=kept | environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Incomplete(f"{shlex.join(map(str, words))}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def build(kind: str, source: Path, out: Path) -> Path:
    """The sdist or wheel of a source tree, made by the build tool that pyproject.toml names."""
    out.mkdir(exist_ok=True)
    code = f"import setuptools.build_meta as tool; tool.build_{kind}({str(out)!r})"
    call(sys.executable, "-c", code, folder=source)
    (made,) = out.iterdir()
    return made


def handed_out() -> set[str]:
    """Every file of the product as it must stand in a wheel."""
    files = {
        path.relative_to(ROOT).as_posix()
        for floor in FLOORS
        for path in (ROOT / floor).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {f"{floor}/py.typed" for floor in FLOORS} <= files
    return files


def check_contents(wheel: Iterable[str], sdist: Iterable[str]) -> None:
    """Nothing is missing, nothing has slipped in.

    Parameters
    ----------
    wheel, sdist : iterable of str
        Names of the files; those of the sdist without its outer folder.
    """
    inside = set(wheel)
    ours = {name for name in inside if ".dist-info/" not in name}
    problems = [f"the wheel lacks {name}" for name in sorted(handed_out() - ours)]
    problems += [f"the wheel holds {name}" for name in sorted(ours - handed_out())]
    for name in ("METADATA", "entry_points.txt", "licenses/LICENSE"):
        if not any(one.endswith(f".dist-info/{name}") for one in inside):
            problems.append(f"the wheel lacks its {name}")
    source = {name for name in sdist if not name.endswith("/")}
    wanted = handed_out() | {"LICENSE", "README.md", "pyproject.toml", "setup.cfg", "PKG-INFO"}
    problems += [f"the sdist lacks {name}" for name in sorted(wanted - source)]
    unwanted = re.compile(r"(^|/)(tests|build|__pycache__|\.[^/]*)(/|$)|\.(pyc|nbi|nbc)$")
    problems += [f"the sdist holds {name}" for name in sorted(source) if unwanted.search(name)]
    if problems:
        raise Incomplete("\n".join(problems))


def names_of(requirements: Iterable[str]) -> Iterator[str]:
    """Names of the packages that are needed without any extra."""
    for text in requirements:
        one = Requirement(text)
        if one.marker is None or one.marker.evaluate({"extra": ""}):
            yield canonicalize_name(one.name)


def closure(names: Iterable[str]) -> set[str]:
    """These packages and all that they need, as far as they are installed where this runs."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        try:
            todo.extend(names_of(metadata.requires(name) or ()))
        except metadata.PackageNotFoundError:
            continue
    return found


def without_tools(lock: str, project: dict) -> str:
    """The lock without what only development needs: it takes minutes, and would hide a missing need."""
    extras = project["optional-dependencies"]
    needed = closure(
        [*names_of(project["dependencies"]), *names_of(extras["cluster"]), *TEST_TOOLS]
    )  # fmt: skip
    tools = closure(name for extra in extras.values() for name in names_of(extra)) - needed
    blocks = re.split(r"^(?=\w)", lock, flags=re.MULTILINE)
    return "".join(block for block in blocks if canonicalize_name(block.split("==")[0]) not in tools)


def way_without_make() -> list[str]:
    """README's lines from an empty machine to the command."""
    block = (ROOT / "README.md").read_text(encoding="utf-8").split("Without make:")[1].split("```")[1]
    return [line for line in block.splitlines() if "venv" in line]


def installed_files(python: Path, folder: Path) -> str:
    """Names and hashes of the installed files of the product, less what tells where it came from."""
    code = (
        "import importlib.metadata as m\n"
        "for f in sorted(m.files('nnft-sym')):\n"
        "    if '__pycache__' not in str(f) and not str(f).endswith(('direct_url.json', 'RECORD')):\n"
        "        print(f, f.hash.value if f.hash else '')"
    )
    return call(python, "-c", code, folder=folder)


def install(source: Path, wheel: Path, lock: str, python: str) -> Path:
    """Follow README in the unpacked sdist, then put the wheel in its place; the folder of the programs."""
    make, into, _ = way_without_make()
    assert make.split()[0] == "python3"
    call(python, *shlex.split(make)[1:], folder=source)
    programs = source / ".venv" / "bin"
    pip = [programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    (source / "needed.lock").write_text(lock, encoding="utf-8")
    call(*pip, "--no-compile", "--require-hashes", "-r", "needed.lock", folder=source)
    # All needs are there: what pyproject.toml asks for beside the lock would be fetched here, and is a fault.
    call(*shlex.split(into), "--no-compile", folder=source, PIP_NO_INDEX="1", PIP_NO_BUILD_ISOLATION="0")
    by_readme = installed_files(programs / "python", source)
    call(*pip, "--no-deps", "--force-reinstall", wheel, folder=source)
    if installed_files(programs / "python", source) != by_readme:
        raise Incomplete("the wheel and README's way install different files")
    call(programs / "python", "-m", "pip", "check", folder=source)
    return programs


def copied_tests(folder: Path) -> Path:
    """The tests and their settings, without the product, which can only come from the environment."""
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=NOT_COPIED)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def try_out(programs: Path, folder: Path, more: list[str]) -> None:
    """The commands, then the selected tests."""
    where = call(programs / "python", "-c", "import nnft_sym; print(nnft_sym.__file__)", folder=folder)
    assert where.startswith(str(programs.parent)), where
    assert "validate" in call(programs / "nnft", "--help", folder=folder)
    shown = call(programs / "nnft", "expand", "lambda*f**4", "-n", "4", "--order", "1", folder=folder)
    assert "24*lambda" in shown, shown
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    call(programs / "nnft", "validate", "study.toml", "--out", "study", folder=folder)
    assert (folder / "study" / "report.html").is_file()
    chosen = [f"tests/{name}" for name in SELECTION]
    tests = [
        programs / "python",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-n",
        "2",
        "--dist",
        "loadfile",
    ]
    subprocess.run([*tests, *more, *chosen], cwd=folder, check=True)


def main() -> None:
    """Run the whole check; exit code 1 with a message if something is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lock", default="requirements.lock")
    parser.add_argument("--python", default=sys.executable, help="the interpreter of the empty environment")
    parser.add_argument("more", nargs="*", help="options for pytest, after --")
    given = parser.parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / given.lock).read_text(encoding="utf-8")
    if given.lock == "requirements.lock":  # the others hold what is needed and no more
        lock = without_tools(lock, project)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        shutil.copytree(ROOT, folder / "checkout", ignore=NOT_COPIED)
        sdist = build("sdist", folder / "checkout", folder / "sdist")
        shutil.rmtree(folder / "checkout")
        with tarfile.open(sdist) as archive:
            names = [name.partition("/")[2] for name in archive.getnames()]
            archive.extractall(folder / "unpacked", filter="data")
        (source,) = (folder / "unpacked").iterdir()
        wheel = build("wheel", source, folder / "wheel")
        check_contents(zipfile.ZipFile(wheel).namelist(), names)
        print(f"package: {sdist.name} and {wheel.name} are complete", flush=True)
        programs = install(source, wheel, lock, given.python)
        version = call(programs / "python", "--version", folder=folder).strip()
        print(
            f"package: installed on {version} by {given.lock} ({time.monotonic() - started:.0f} s)",
            flush=True,
        )
        (folder / "outside").mkdir()
        try_out(programs, copied_tests(folder / "outside"), given.more)
    print(f"package: installed and tested in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    try:
        main()
    except Incomplete as problem:
        sys.exit(f"package: {problem}")
    except subprocess.CalledProcessError as problem:
        sys.exit(problem.returncode)
