"""What a page of Markdown shows of code: taken out of it, and run as a reader would."""

import doctest
import re
import shlex
import warnings
from pathlib import Path

from nnft_sym.cli import run

ROOT = Path(__file__).parent.parent
#: Made at every build of the documentation, from what is tested elsewhere.
GENERATED = ("reference", "notebooks", "project", "_extensions", "_static", "_templates")
#: Blocks of these languages are run; ``console`` and ``text`` are to be read.
PYTHON, SHELL = "python", ("bash", "sh")
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def pages():
    """Every page of the documentation that is written by hand."""
    docs = ROOT / "docs"
    return sorted(page for page in docs.rglob("*.md") if page.relative_to(docs).parts[0] not in GENERATED)


def name_of(page):
    """What a test calls a page."""
    return page.relative_to(ROOT).as_posix()


def blocks(text, *languages):
    """Code blocks of some languages, in the order of the page."""
    found = re.findall(r"^```(\w+)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [block for language, block in found if language in languages]


def languages(text):
    """Languages of all code blocks; what is no code but a directive, ```` ```{math} ````, is left out."""
    opened = re.findall(r"^```(.*)$", text, flags=re.MULTILINE)[::2]
    return {said.strip() for said in opened if not said.startswith("{")}


def commands(text):
    """Command lines of a page, without comments; a line that ends in a backslash goes on."""
    joined = [re.sub(r"\\\n\s*", " ", block) for block in blocks(text, *SHELL)]
    lines = [re.sub(r"(^|\s+)#\s.*", "", line).strip() for block in joined for line in block.splitlines()]
    return [line for line in lines if line]


def run_python(text, name):
    """Run the Python blocks of a page one after the other, in one namespace; sessions are compared."""
    names = {"__name__": "__main__"}
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    tried = 0
    for number, block in enumerate(blocks(text, PYTHON), start=1):
        where = f"{name}, block {number}"
        tried += 1
        if block.lstrip().startswith(">>>"):
            example = doctest.DocTestParser().get_doctest(block, names, where, name, 0)
            told = []
            assert runner.run(example, out=told.append, clear_globs=False).failed == 0, "".join(told)
            names.update(example.globs)
        else:
            exec(compile(block, where, "exec"), names)
    return tried, names


def run_command(line, capsys):
    """Run one command line that begins with ``nnft``, in this process; give what it printed."""
    with warnings.catch_warnings():
        code = run(shlex.split(line)[1:])
    captured = capsys.readouterr()
    assert code == 0, f"{line}\n{captured.err}"
    return captured.out
