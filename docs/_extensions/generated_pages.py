"""Pages that are written anew at every build: the reference, and the notebooks as a gallery."""

from pathlib import Path

from api_pages import api_pages
from command_pages import command_pages
from error_pages import error_pages
from notebook_pages import copy_notebooks
from root_pages import root_pages
from sphinx.application import Sphinx
from study_pages import study_pages
from written import directive, title, written

#: What stands first in the reference.
FIRST = ("nnft_sym", "commands/index", "study_file", "errors")


def index(modules: list[str]) -> list[str]:
    """Write the way in."""
    return [
        *title("Reference"),
        "Written anew at every build from the code: docstrings, options of commands, keys of a study file.",
        "",
        *directive("toctree", "", [*FIRST[1:]], maxdepth="2", caption="What is typed"),
        *directive(
            "toctree",
            "",
            [FIRST[0], *modules],
            maxdepth="1",
            caption="What is imported",
        ),
    ]


def write(app: Sphinx) -> None:
    """Write the pages into folders that git does not keep."""
    docs = Path(app.srcdir)
    api = api_pages()
    modules = [
        name.removesuffix(".rst")
        for name in api
        if "/" not in name and name != "nnft_sym.rst"
    ]
    pages = {
        **api,
        **command_pages(),
        **study_pages(),
        **error_pages(),
        "index.rst": index(modules),
    }
    written(docs / "reference", pages)
    written(docs / "project", root_pages(docs.parent))
    copy_notebooks(docs.parent / "notebooks", docs / "notebooks")


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
