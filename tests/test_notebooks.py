"""Every notebook runs from top to bottom, teaches in prose, and is stored with the outputs that it gives."""

import ast
import json
import re
from html import unescape
from pathlib import Path

import nbformat
import pytest

from tests.stored_notebooks import METADATA, executed, joined_streams, notebooks, read

ROOT = Path(__file__).parent.parent
NOTEBOOKS = notebooks()
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

#: Bytes of a stored notebook.
LARGEST = 400_000
#: Numbers below this are rounding, and another machine has others.
ROUNDING = 1e-11
NUMBER = re.compile(r"(?<![\w.])[-+−]?\d[\d,]*(?:\.\d+)?(?:[eE][-+−]?\d+)?")

#: Powers of ten as our tables write them.
POWER = re.compile(r"(?<=\d) × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def code(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def outputs(path):
    return [output for cell in code(path) for output in cell.outputs]


# --- what is stored --------------------------------------------------------------------------------------


def test_there_are_twelve():
    assert [path.name[:2] for path in NOTEBOOKS] == [f"{number:02d}" for number in range(12)]


@each
def test_is_a_valid_notebook_of_no_machine(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert notebook.metadata == METADATA
    assert all(cell.metadata == {} for cell in notebook.cells)
    assert [cell.id for cell in notebook.cells] == [f"cell-{n + 1:02d}" for n in range(len(notebook.cells))]
    assert path.stat().st_size < LARGEST


@each
def test_teaches_in_prose(path):
    cells = read(path).cells
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert len(prose) >= 3
    assert prose[0].startswith("# ")
    assert cells[0].cell_type == "markdown"
    assert "## Where to go on" in prose[-1]
    assert any("**Exercise" in text for text in prose)
    # text belongs into the prose, not into comments on top of the code
    assert [cell.source for cell in code(path) if cell.source.startswith("#")] == []


@each
def test_is_stored_as_it_ran(path):
    cells = code(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    kinds = [output.output_type for output in outputs(path)]
    assert set(kinds) <= {"stream", "execute_result", "display_data"}
    assert all(output.name == "stdout" for output in outputs(path) if output.output_type == "stream")
    pictures = [kind for output in outputs(path) for kind in output.get("data", {})
                if kind.startswith("image/")]  # fmt: skip
    assert pictures, "a notebook without a figure"


@each
def test_stores_nothing_of_machine_or_hour(path):
    for output in outputs(path):
        text = json.dumps({kind: value for kind, value in output.items() if kind != "data"})
        text += json.dumps({k: v for k, v in output.get("data", {}).items() if not k.startswith("image/png")})
        for trace in (r"0x[0-9a-f]{6,}", r"/(?:tmp|home|root|work|usr)/", r"\b20[23]\d-\d\d-\d\d", "Warning"):
            assert not re.search(trace, text), trace


@each
def test_imports_the_front_door_only(path):
    for cell in code(path):
        for node in ast.walk(ast.parse(cell.source)):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] not in {"diagrams", "numerics", "subprocess", "sys"}, cell.source


@each
def test_is_linked(path):
    link = f"notebooks/{path.name}"
    assert f"({link})" in (ROOT / "README.md").read_text(encoding="utf-8")


# --- what it says when it runs again -----------------------------------------------------------------------


def words_and_numbers(text):
    """Split a text into its words, with # for every number, and the numbers as they are written."""
    text = POWER.sub(lambda found: "e" + found[1].translate(RAISED), text)
    return NUMBER.sub("#", text).split(), NUMBER.findall(text)


def readable(output):
    """Every text of an output by its kind; of tables what they say, of pictures nothing."""
    if output.output_type == "stream":
        return {"text": output.text}
    if any(kind.startswith("image/") for kind in output.data):
        return {}
    texts = {kind: value for kind, value in output.data.items() if kind.startswith("text/")}
    if "text/html" in texts:
        html = re.sub(r"<(style|script)\b.*?</\1>", " ", texts["text/html"], flags=re.DOTALL)
        texts["text/html"] = unescape(re.sub(r"<[^>]*>", " ", html))
    return texts


def agree(stored, fresh):
    """Whether two printed numbers are the same but for their last digit, and for rounding."""
    x, y = (float(one.replace(",", "").replace("−", "-")) for one in (stored, fresh))
    if abs(x) < ROUNDING and abs(y) < ROUNDING:
        return True
    mantissa, _, exponent = stored.replace(",", "").lower().replace("−", "-").partition("e")
    last = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    whole = "." not in mantissa and not exponent
    return x == y if whole else abs(x - y) <= max(1e-6 * abs(x), 2.001 * last)


def differences(stored, fresh):
    """Say where two lists of outputs of a cell differ."""
    if [one.output_type for one in stored] != [one.output_type for one in fresh]:
        return ["other outputs: " + ", ".join(one.output_type for one in fresh)]
    found = []
    for before, after in zip(stored, fresh, strict=True):
        if set(before.get("data", {})) != set(after.get("data", {})):
            found.append("other kinds: " + ", ".join(after.data))
            continue
        new = readable(after)
        for kind, text in readable(before).items():
            (words, numbers), (new_words, new_numbers) = map(words_and_numbers, (text, new[kind]))
            if words != new_words or len(numbers) != len(new_numbers):
                found.append(f"{kind}: stored\n{text}\nfresh\n{new[kind]}")
            else:
                pairs = zip(numbers, new_numbers, strict=True)
                found += [f"{kind}: {one} is {other}" for one, other in pairs if not agree(one, other)]
    return found


@pytest.mark.parametrize(
    ("stored", "fresh", "same"),
    [
        ("λ = -0.0535 ± 2e-13", "λ = -0.0536 ± 7e-12", True),
        ("λ = -0.0535", "λ = -0.0545", False),
        ("λ = -0.0535", "κ = -0.0535", False),
        ("1,990,656 contractions", "1,990,657 contractions", False),
        ("12 of 20", "13 of 20", False),
        ("sum 1.25e-04", "sum 1.26e-04", True),
        ("sum 1.25e-04", "sum 1.25e-03", False),
        ("−3.25", "3.25", False),
        ("1.25 × 10⁻⁴", "1.26 × 10⁻⁴", True),
        ("1.25 × 10⁻⁴", "1.25 × 10⁻³", False),
        ("6.1 × 10⁻¹⁷", "0", True),
    ],
)
def test_what_counts_as_the_same(stored, fresh, same):
    one, other = ([nbformat.v4.new_output("stream", text=text)] for text in (stored, fresh))
    assert (differences(one, other) == []) == same


def test_streams_are_joined():
    pieces = [nbformat.v4.new_output("stream", text=text) for text in ("a", "b")]
    assert [one.text for one in joined_streams(pieces)] == ["ab"]


# The Jupyter client warns about its own event loop and about transport settings; not ours to mend.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.slow
@each
def test_runs_and_gives_what_is_stored(path, tmp_path):
    fresh = executed(path, tmp_path)
    again = [cell for cell in fresh.cells if cell.cell_type == "code"]
    for cell, new in zip(code(path), again, strict=True):
        assert differences(cell.outputs, new.outputs) == [], cell.source
    assert list(tmp_path.iterdir()) == [], "files left in the working folder"
