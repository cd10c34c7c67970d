"""Formulas without a network: one file of MathJax, with its glyphs as paths, travels with the site."""

from importlib.util import find_spec
from pathlib import Path
from shutil import copyfile

from sphinx.application import Sphinx

#: All of TeX's extensions and the glyphs in one file; it asks for nothing else.
FILE = "tex-svg-full.js"


def mathjax() -> Path:
    """Find the file in the package that brings MathJax.

    Raises
    ------
    FileNotFoundError
        If the package is not installed.
    """
    spec = find_spec("sphinx-mathjax-offline")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            "sphinx-mathjax-offline is not installed; run make docs"
        )
    return Path(spec.origin).parent / "static" / "mathjax" / FILE


def copy(app: Sphinx, error: Exception | None) -> None:
    """Put it beside the pages."""
    if error is None and app.builder.format == "html":
        target = Path(app.outdir) / "_static" / FILE
        copyfile(mathjax(), target)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.config["mathjax_path"] = FILE
    app.config["mathjax3_config"] = {
        "svg": {"fontCache": "global"},
        "tex": {"macros": {"R": r"\mathbb{R}"}},
        "options": {"enableMenu": False},
    }
    app.connect("build-finished", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
