"""Run the notebooks and store their outputs: `make notebooks`, or `python -m tests.stored_notebooks 05 07`.

What is stored says nothing of the machine or the hour: no times, no paths, and identifiers that count. Two
runs on one machine store the same bytes; on another machine the last digits of numbers may differ, which
`tests/test_notebooks.py` allows for.
"""

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

FOLDER = Path(__file__).parent.parent / "notebooks"
#: Nothing that depends on the machine; Jupyter fills in the rest.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
#: Seconds that a cell may take, for a machine that compiles everything first.
PATIENCE = 600
#: xarray gives the parts of its tables random names.
_RANDOM_NAME = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: Our own machine code is the same as that of the command and of the tests; one thread for small matrices.
_ENVIRONMENT = {"NNFT_WIDE_VECTORS": "1", "OPENBLAS_NUM_THREADS": "1"}


def notebooks() -> list[Path]:
    """List the notebooks in their order."""
    return sorted(FOLDER.glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    """Read a notebook."""
    return nbformat.read(path, as_version=4)


def executed(path: Path, folder: str | os.PathLike[str]) -> NotebookNode:
    """Run a notebook from top to bottom, in a folder, and give it with clean outputs."""
    notebook = read(path)
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    NotebookClient(
        notebook,
        timeout=PATIENCE,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return cleaned(notebook)


def cleaned(notebook: NotebookNode) -> NotebookNode:
    """Take out of a notebook what changes from run to run."""
    notebook.metadata = nbformat.from_dict(METADATA)
    names: dict[str, str] = {}

    def counted(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"part-{len(names) + 1}")

    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number:02d}"
        cell.metadata = NotebookNode()
        if cell.cell_type == "code":
            cell.outputs = joined_streams(cell.outputs)
            for output in cell.outputs:
                data = output.get("data", {})
                if "metadata" in output:
                    output.metadata = NotebookNode()
                if "text/html" in data:
                    data["text/html"] = _RANDOM_NAME.sub(counted, data["text/html"])
    return notebook


def joined_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Put together what was printed in pieces: how many there are is a matter of timing."""
    found: list[NotebookNode] = []
    for output in outputs:
        before = found[-1] if found else None
        if output.output_type == "stream" and before is not None and before.get("name") == output.name:
            before.text += output.text
        else:
            found.append(output)
    return found


def main(words: list[str]) -> None:
    """Run the notebooks whose names begin with one of the words, or all, and store them."""
    parser = argparse.ArgumentParser(description="Run notebooks and store their outputs.")
    parser.add_argument("names", nargs="*", help="how their names begin, as in 05; default: all")
    beginnings = tuple(parser.parse_args(words).names) or ("",)
    for path in notebooks():
        if path.name.startswith(beginnings):
            with tempfile.TemporaryDirectory() as folder:
                nbformat.write(executed(path, folder), path)
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
