"""Pages of the documentation that are written by hand: their code runs, their links lead somewhere."""

import re
import tomllib
from pathlib import Path

import page_examples
import pytest
from page_examples import ROOT, blocks, commands, languages, name_of, pages, run_command, run_python

from nnft_sym.study.config import parse_study

PAGES = pages()
TEXTS = {name_of(page): page.read_text(encoding="utf-8") for page in PAGES}
#: Files at the root that lead into the documentation.
AT_ROOT = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "DECISIONS.md")
#: Languages of blocks: those that are run here, and those that are only read.
RUN = {"python", "bash", "sh", "toml"}
SHOWN = {"", "console", "text", "latex", "json", "bibtex"}
LINES = [(name, line) for name, text in TEXTS.items() for line in commands(text) if line.startswith("nnft ")]


@pytest.fixture(autouse=True)
def no_cache_of_the_user(tmp_path_factory, monkeypatch):
    """What pages keep on disk is not kept in the home of who runs the tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.mark.parametrize("name", TEXTS)
def test_languages_are_known(name):
    """A block of another language would escape these tests."""
    assert languages(TEXTS[name]) <= RUN | SHOWN


@pytest.mark.parametrize("name", TEXTS)
def test_shell_blocks_hold_our_command_only(name):
    """What else is typed stands in ```` ```console ````."""
    assert [line for line in commands(TEXTS[name]) if not line.startswith("nnft ")] == []


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if blocks(text, "python")])
def test_python_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tried, _ = run_python(TEXTS[name], name)
    assert tried


@pytest.mark.parametrize(("name", "line"), LINES, ids=[f"{name}: {line}" for name, line in LINES])
def test_commands_run(name, line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    said = run_command(line, capsys)
    assert said or list(Path().iterdir())


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if blocks(text, "toml")])
def test_study_files_are_read(name):
    for block in blocks(TEXTS[name], "toml"):
        if "[[net]]" in block:
            assert parse_study(block).net
        else:
            assert tomllib.loads(block)


def slug(heading):
    """The anchor of a heading, as GitHub and MyST make it."""
    plain = re.sub(r"[^\w\- ]", "", re.sub(r"`|\*", "", heading).strip().lower())
    return plain.replace(" ", "-")


def anchors(path):
    """Anchors of a page: its headings, and its labels."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = {slug(found) for found in re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)}
    labels = set(re.findall(r"^\(([\w-]+)\)=$", text, flags=re.MULTILINE))
    return headings | labels | equation_labels(path)


def equation_labels(path):
    text = path.read_text(encoding="utf-8")
    return set(re.findall(r"^:label: ([\w-]+)$", text, flags=re.MULTILINE)) | set(
        re.findall(r"^\((eq-[\w-]+)\)=$", text, flags=re.MULTILINE)
    )


def links(text):
    """Targets of links and pictures, without code."""
    text = re.sub(r"^(```+).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "", text)
    return re.findall(r"\]\(([^()\s]+)\)", text)


def broken(page):
    """Links of a page that lead nowhere; files that are generated exist where the site is built."""
    found = []
    for target in links(page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (page.parent / path) if path else page
        inside = file.resolve().is_relative_to(ROOT / "docs") and file.resolve() != ROOT / "docs"
        if inside and file.resolve().relative_to(ROOT / "docs").parts[0] in page_examples.GENERATED:
            continue
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            found.append(target)
    return found


@pytest.mark.parametrize("name", [*TEXTS, *AT_ROOT])
def test_links_lead_somewhere(name):
    # a coupling with an argument, κ[λ](N), has the looks of a link
    assert [target for target in broken(ROOT / name) if not re.fullmatch(r"[A-Za-z]", target)] == []


def children(page):
    """Pages named in the toctrees of a page."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```+\{toctree\}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            entry = re.sub(r".*<(.*)>$", r"\1", line.strip())
            if entry and not entry.startswith(":"):
                yield page.parent / f"{entry}.md"


def test_every_page_is_in_a_toctree():
    reached, waiting = set(), [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or not page.is_file():
            continue
        reached.add(page)
        waiting += children(page)
    assert set(PAGES) - reached == set()


def cited():
    """Equations that docstrings cite: file, page, label."""
    for floor in ("nnft_sym", "numerics", "diagrams"):
        for path in sorted((ROOT / floor).rglob("*.py")):
            text = " ".join(path.read_text(encoding="utf-8").split())
            for page, label in re.findall(r"docs/(theory/\w+)(?:\.md)?, eq\. `*([\w-]+\w)", text):
                yield path.relative_to(ROOT).as_posix(), page, label


CITED = list(cited())


@pytest.mark.parametrize(("path", "page", "label"), CITED)
def test_equations_that_docstrings_cite_exist(path, page, label):
    assert label in equation_labels(ROOT / "docs" / f"{page}.md")
