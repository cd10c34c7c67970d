"""Every notebook runs from top to bottom, imports nnft_sym only, and is stored without output."""

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_without_output(path):
    for cell in read(path).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_imports_the_front_door_only(path):
    for cell in read(path).cells:
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) else []
                for name in names:
                    assert name.split(".")[0] not in {"diagrams", "numerics"}, cell.source


# The Jupyter client warns about its own event loop and about transport settings; not ours to mend.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs(path, tmp_path):
    notebook = read(path)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = "".join(
        output.get("text", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    shown = [output.data for cell in notebook.cells if cell.cell_type == "code"
             for output in cell.outputs if output.output_type == "execute_result"]  # fmt: skip
    if path.stem == "01_from_action_to_verdict":
        assert "24\\lambda" in shown[0]["text/latex"]
        assert "99.24 % of ΔG6" in printed
        assert "cumulant: True" in printed
        assert "A constant λ is rejected" in printed
    if path.stem == "04_integrals":
        assert "agree: True" in printed
        assert "[-5. -5. -5. -5. -5.]" in printed
        assert printed.count("-75.3982236862") == 2  # the bilocal coefficient, computed and by hand
        assert "second run:  7 of 7" in printed
    if path.stem == "06_the_published_study":
        assert "53/22 = 2.409091" in printed
        assert "explained by λ: 0.872093   κ over the connected function: 2.409091" in printed
        tables = "".join(data.get("text/html", "") for data in shown)
        assert tables.count("contradicted") == 21  # twelve slips, eight defects, and that κ can be ignored
        assert sum("image/svg+xml" in data for data in shown) == 2
    if path.stem == "03_symbolic_floor":
        assert sum("text/latex" in data for data in shown) >= 6
        assert [data["image/svg+xml"].count("stroke-dasharray") for data in shown
                if "image/svg+xml" in data] == [1]  # fmt: skip
        assert ["nnft-table" in data["text/html"] for data in shown if "text/html" in data] == [True]
    if path.stem == "07_from_parameters_to_an_action_and_back":
        ratios = next(line.split()[1:] for line in printed.splitlines() if line.startswith("ratio"))
        # orders 1/N^0 to 1/N^3 leave 1/N^1 to 1/N^4; that of 1/N nearly vanishes at N = 16
        assert [round(float(one)) for one in ratios] == [2, 3, 9, 16]
        assert "S = 0.82919089   less the exact one -1.43e-03" in printed
        assert "they agree to rounding" in printed
        assert "exact 0.478198" in printed
    if path.stem == "08_symmetries_and_axioms":
        assert "T = -0.057666092267   formula -0.057666092267" in printed
        rows = {line[:24].strip(): line[24:].split() for line in printed.splitlines()}
        assert rows["cos, Cauchy momenta"] == ["+", "+", "+", "+", "+", "−"]
        assert rows["relu, no biases"] == ["−", "−", "+", "−", "−", "−"]
        assert "uniform   holds at 2 points only, broken at 4, power of N: -1.0" in printed
        assert "both sides agree" in "".join(data["text/plain"] for data in shown)
        assert "N = 1000   N × smallest eigenvalue -0.579118" in printed
