"""Exit codes of the command, and the classes of errors, from the code that raises them."""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from written import barred, table, title

import nnft_sym
from diagrams.errors import NNFTError
from nnft_sym._startup import BAD_INPUT, CRASHED, INTERRUPTED

ROOT = Path(nnft_sym.__file__).parent.parent
FLOORS = ("diagrams", "numerics", "nnft_sym")

EXIT_CODES = (
    (0, "success", "One answer on standard output."),
    (1, "not passed", "Only ``nnft validate`` and ``nnft reproduce``: our own numbers disagree with "
     "the exact referee, or with what is published. The report is written all the same."),
    (BAD_INPUT, "bad input", "One message on standard error: what was given, what is needed, what to do. "
     "Nothing on standard output."),
    (CRASHED, "a fault of ours", "One message, with where to report it; ``--debug`` shows the traceback, "
     "as the variable ``NNFT_DEBUG=1`` does."),
    (INTERRUPTED, "interrupted", "Ctrl-C. A long run keeps its checkpoints; ``--resume`` goes on."),
)  # fmt: skip


def error_classes() -> Iterator[type[NNFTError]]:
    """Find every class of errors, by reading the sources of the three floors."""
    bases = {"NNFTError"}
    definitions = [
        (path, name, re.findall(r"\w+(?=\s*(?:,|$))", parents))
        for floor in FLOORS
        for path in sorted((ROOT / floor).rglob("*.py"))
        for name, parents in re.findall(
            r"^class (\w+)\(([^()]*)\):", path.read_text(encoding="utf-8"), re.M
        )
    ]
    found: dict[type[NNFTError], None] = {}
    while True:
        before = len(bases)
        for path, name, parents in definitions:
            if bases & set(parents):
                bases.add(name)
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                thing = getattr(import_module(module), name)
                if isinstance(thing, type) and issubclass(thing, NNFTError):
                    found[thing] = None
        if len(bases) == before:
            break
    yield from sorted(
        found,
        key=lambda one: (
            FLOORS[::-1].index(one.__module__.split(".")[0]),
            one.__name__,
        ),
    )


def _row(one: type[NNFTError]) -> list[str]:
    also = [base.__name__ for base in one.__mro__[1:] if base.__module__ == "builtins"]
    shown = next(
        (name for name in also if name not in ("Exception", "BaseException", "object")),
        "",
    )
    text = " ".join((inspect.getdoc(one) or "").split("\n\n")[0].split())
    return [
        f"``{one.__name__}``",
        f"``{shown}``" if shown else "",
        barred(text),
        f"``{one.__module__}``",
    ]


def error_pages() -> dict[str, list[str]]:
    """Write the page."""
    lines = [
        *title("Errors and exit codes"),
        "Every error that is raised on purpose is a :py:obj:`nnft_sym.NNFTError`, and one ``except`` catches "
        "them all. Most are also the error of Python that a reader expects.",
        "",
        *title("Exit codes of nnft", "-"),
        *table(
            ("code", "means", ""),
            [[f"``{code}``", *rest] for code, *rest in EXIT_CODES],
            "10 20 70",
        ),
        *title("Classes", "-"),
        *table(
            ("error", "is also a", "raised if", "defined in"),
            map(_row, error_classes()),
            "22 16 38 24",
        ),
    ]
    return {"errors.rst": lines}
