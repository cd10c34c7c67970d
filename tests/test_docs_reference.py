"""The generated reference holds every public name, command, option, key and class of errors."""

import builtins
import doctest
import inspect
import re
import sys
from types import ModuleType

import click
import pytest
import yaml
from page_examples import ROOT

import nnft_sym
from diagrams.errors import NNFTError
from nnft_sym.cli import COMMANDS
from nnft_sym.study.config import NetConfig, StudyConfig

sys.path.insert(0, str(ROOT / "docs" / "_extensions"))

import api_groups
import api_pages
import command_pages
import error_pages
import notebook_pages
import public_examples
import root_pages
import study_pages
import written

API = {name: "\n".join(lines) for name, lines in api_pages.api_pages().items()}


def test_every_name_is_in_one_group():
    grouped = [name for _, names in api_groups.GROUPS.values() for name in names]
    public = [name for name in nnft_sym.__all__ if not isinstance(getattr(nnft_sym, name), ModuleType)]
    assert sorted(grouped) == sorted(public)


def test_every_result_is_in_one_group():
    grouped = [name for _, names in api_groups.RESULTS.values() for name in names]
    assert sorted(grouped) == sorted(nnft_sym.results.__all__)
    page = API["nnft_sym.results.rst"]
    assert all(f"\n{heading}\n---" in page for heading in api_groups.RESULTS)
    assert "isinstance" in page
    assert "Other names" not in page


@pytest.mark.parametrize("module", ["nnft_sym", *api_groups.NAMESPACES])
def test_every_public_name_is_described_once(module):
    names = [one for one in api_pages.everything() if one.name.rpartition(".")[0] == module]
    assert names
    for one in names:
        short = one.name.rpartition(".")[2]
        assert one.summary, one.name
        assert f":py:obj:`{short} <{one.home}>`" in API[f"{module}.rst"]
        if one.has_page:
            assert re.search(rf"^\.\. auto\w+:: {re.escape(one.name)}$", API[f"api/{one.name}.rst"], re.M)
        else:
            assert f".. py:data:: {short}" in API[f"{module}.rst"]


def test_namespaces_are_all_there():
    spaces = {name for name in nnft_sym.__all__ if isinstance(getattr(nnft_sym, name), ModuleType)}
    assert {f"nnft_sym.{name}" for name in spaces} <= set(api_groups.NAMESPACES)


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_and_their_options(name):
    page = "\n".join(command_pages.command_pages()[f"commands/{name}.rst"])
    command = command_pages.of_command(name)
    assert command.help
    for param in command.params:
        if isinstance(param, click.Option):
            assert re.search(rf"^\.\. option:: .*{re.escape(param.opts[0])}\b", page, re.M), param.name
            assert param.help, f"nnft {name} {param.opts[0]} has no help"
        else:
            assert f"``{param.name.upper()}``" in page


def test_keys_of_a_study_file():
    page = "\n".join(study_pages.study_pages()["study_file.rst"])
    for model in (StudyConfig, NetConfig):
        for key, kind, default, _, meaning in study_pages.keys(model):
            assert f"* - {key}" in page
            assert kind
            assert default
            assert meaning, key
    keys = {key.strip("`") for model in (StudyConfig, NetConfig) for key, *_ in study_pages.keys(model)}
    assert keys | {"net"} == set(StudyConfig.model_fields) | set(NetConfig.model_fields)
    assert "a whole number from 100 to 10,000,000,000" in page


def test_classes_of_errors():
    found = set(error_pages.error_classes())
    known, waiting = set(), [NNFTError]
    while waiting:
        one = waiting.pop()
        known.add(one)
        waiting += one.__subclasses__()
    ours = {one for one in known if one.__module__.split(".")[0] in error_pages.FLOORS}
    assert ours - {NNFTError} <= found
    assert all(inspect.getdoc(one) for one in found)
    page = "\n".join(error_pages.error_pages()["errors.rst"])
    for code in (0, 1, 2, 70, 130):
        assert f"``{code}``" in page


def test_bibtex_says_what_the_citation_file_says():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    (software, *papers) = re.findall(r"^@\w+\{.*?^\}", root_pages.bibtex(citation), re.M | re.S)
    assert f"title = {{{citation['title']}}}" in software
    assert f"version = {{{citation['version']}}}" in software
    assert str(citation["version"]) == nnft_sym.__version__
    assert all(one["name"] in software for one in citation["authors"])
    assert len(papers) == len(citation["references"])
    for entry, paper in zip(papers, citation["references"], strict=True):
        assert f"title = {{{paper['title']}}}" in entry
        assert f"year = {{{paper['year']}}}" in entry
        assert all(one["family-names"] in entry for one in paper["authors"])
    assert "eprint = {2008.08601}" in papers[0]
    page = "\n".join(root_pages.root_pages(ROOT)["citing.md"])
    assert root_pages.bibtex(citation) in page


def test_links_of_files_at_the_root():
    given = "[a](docs/filters.md#x) [b](CHANGELOG.md) [c](LICENSE) κ[λ](N) [d](https://example.org)"
    assert root_pages.linked(given, ROOT) == (
        r"[a](../filters.md#x) [b](changelog.md) c (`LICENSE`) κ\[λ\](N) [d](https://example.org)"
    )


def test_links_of_notebooks_lead_to_pages_of_the_site():
    page = notebook_pages.page_of(b"[filters](../docs/filters.md), [05](05_one_over_n.ipynb)")
    assert page == b"[filters](../filters.md), [05](05_one_over_n.ipynb)"


def test_the_picture_of_a_notebook():
    def cell(kind, data, *tags):
        return {"cell_type": "code", "metadata": {"tags": list(tags)}, "outputs": [{"data": {kind: data}}]}

    notebook = {"cells": [cell("image/svg+xml", "<svg/>"), cell("image/png", "QUJDREVGR0hJSks="),
                          cell("text/plain", "x" * 99)]}  # fmt: skip
    assert notebook_pages.thumbnail(notebook) == (".png", b"ABCDEFGHIJK")
    notebook["cells"][0]["metadata"]["tags"] = ["thumbnail"]
    assert notebook_pages.thumbnail(notebook) == (".svg", b"<svg/>")
    assert notebook_pages.thumbnail({"cells": [cell("text/plain", "x")]}) is None


@pytest.mark.parametrize("module", [command_pages, root_pages, written, api_pages, public_examples])
def test_examples_of_the_generators(module):
    found = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert (found.failed, found.attempted > 0) == (0, True)


def test_examples_import_what_they_use():
    """The lines that the reference adds and changes run; the examples themselves are doctests."""
    changed = set()
    for one in api_pages.everything():
        if one.has_page:
            lines = inspect.getdoc(one.thing).splitlines()
            inner, scope = one.thing.__name__, vars(sys.modules[one.thing.__module__])
            shown = public_examples.with_imports(lines, one.name, inner, scope)
            changed |= {line.strip() for line in shown} - {line.strip() for line in lines}
            examples = doctest.DocTestParser().get_examples("\n".join(shown))
            code = "".join(example.source for example in examples)
            assert public_examples.free_names(code) <= set(dir(builtins)) | {"_"}, one.name
    imports = [line.removeprefix(">>> ") for line in changed if re.match(">>> (from|import) ", line)]
    assert len(imports) > 100
    for line in imports:
        exec(line, {})


def test_pages_that_are_gone_are_removed(tmp_path):
    written.written(tmp_path, {"a.rst": ["old"], "b/c.rst": ["x"]})
    before = (tmp_path / "a.rst").stat().st_mtime_ns
    written.written(tmp_path, {"a.rst": ["old"]})
    assert sorted(path.name for path in tmp_path.rglob("*.rst")) == ["a.rst"]
    assert (tmp_path / "a.rst").stat().st_mtime_ns == before


def test_both_lock_files_pin_the_same():
    def pins(name):
        return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.M))

    first, second = pins("requirements.lock"), pins("requirements-docs.lock")
    assert len(first.keys() & second.keys()) > 50
    assert {name for name in first.keys() & second.keys() if first[name] != second[name]} == set()


def test_no_lock_names_a_registry():
    for name in ("requirements.lock", "requirements-docs.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "index-url" not in text
