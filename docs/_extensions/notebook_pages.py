"""The notebooks as pages of the site, with a picture of each from its stored outputs."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from written import written

_SUFFIXES = {"image/svg+xml": ".svg", "image/png": ".png"}


def outputs(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give what the cells of a notebook have shown."""
    for cell in notebook["cells"]:
        yield from cell.get("outputs", ())


def text_of(value: str | list[str]) -> str:
    """Join the lines of a notebook's text."""
    return value if isinstance(value, str) else "".join(value)


def thumbnail(notebook: dict[str, Any]) -> tuple[str, bytes] | None:
    """Find the picture that stands for a notebook, with the ending of its name.

    It is the one of the cell with the tag ``thumbnail``, else the largest: the one with most to see.
    """
    found = []
    for cell in notebook["cells"]:
        chosen = "thumbnail" in cell.get("metadata", {}).get("tags", ())
        for output in cell.get("outputs", ()):
            for kind, suffix in _SUFFIXES.items():
                if kind in output.get("data", {}):
                    text = text_of(output["data"][kind])
                    data = text.encode() if suffix == ".svg" else base64.b64decode(text)
                    found.append((chosen, len(data), suffix, data))
                    break
    if not found:
        return None
    _, _, suffix, data = max(found, key=lambda one: one[:2])
    return suffix, data


def heading(notebook: dict[str, Any]) -> tuple[str, str]:
    """Give the title of a notebook and its first paragraph."""
    first = next(
        text_of(cell["source"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown"
    )
    title, _, rest = first.partition("\n")
    paragraph = rest.strip().partition("\n\n")[0]
    return title.lstrip("# ").strip(), " ".join(paragraph.split())


def _card(name: str, notebook: dict[str, Any], picture: str | None) -> list[str]:
    title, _ = heading(notebook)
    lines = [":::{grid-item-card} " + title, f":link: {name}", ":link-type: doc"]
    if picture:
        lines.append(f":img-top: thumbnails/{picture}")
    return [*lines, ":class-card: notebook-card", ":::", ""]


def page_of(notebook: bytes) -> bytes:
    """Let the links of a notebook to pages of docs/ lead there from the folder of the site."""
    return notebook.replace(b"](../docs/", b"](../")


def copy_notebooks(source: Path, target: Path) -> None:
    """Copy the notebooks into the site, and write the gallery."""
    cards: list[str] = []
    names = []
    kept: dict[str, bytes] = {}
    for path in sorted(source.glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        found = thumbnail(notebook)
        picture = f"{path.stem}{found[0]}" if found else None
        if found and picture:
            kept[picture] = found[1]
        names.append(path.stem)
        cards += _card(path.stem, notebook, picture)
    lines = [
        "# Notebooks", "",
        "Each with its outputs as they were stored.",
        "`pip install '.[notebooks]'` brings what opens them.", "",
        "::::{grid} 1 2 2 3", ":gutter: 3", ":padding: 0", ":class-container: gallery", "",
        *cards, "::::", "",
        "```{toctree}", ":hidden:", "", *names, "```",
    ]  # fmt: skip
    written(target, {"index.md": lines}, keep=("*.ipynb", "thumbnails/*"))
    for name in names:
        kept[f"../{name}.ipynb"] = page_of((source / f"{name}.ipynb").read_bytes())
    folder = target / "thumbnails"
    folder.mkdir(exist_ok=True)
    for name, data in kept.items():
        path = folder / name
        if (
            not path.is_file() or path.read_bytes() != data
        ):  # a page whose source is the same is not read anew
            path.write_bytes(data)
