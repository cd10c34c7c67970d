"""The site as ``make docs`` has built it: every link is followed, and nothing is asked of a network.

Where it was not built, these tests are skipped; `test_docs_pages` looks at the sources.
"""

import os
import re
import zlib
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from page_examples import ROOT

SITE = Path(os.environ.get("NNFT_DOCS_SITE", "no site"))
SITE = SITE if SITE.is_absolute() else ROOT / SITE

pytestmark = pytest.mark.skipif(not (SITE / "index.html").is_file(), reason="the site was not built")


class Page:
    """Anchors, links and resources of a page."""

    def __init__(self, text):
        text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
        tags = [tag for tag in re.findall(r"<[a-z][^<>]*>", text) if '="' in tag]
        self.anchors = {
            unescape(found) for tag in tags for found in re.findall(r'\b(?:id|name)="([^"]*)"', tag)
        }
        self.links = [
            unescape(said) for tag in tags for said in re.findall(r'^<a\b.*?\bhref="([^"]*)"', tag, re.S)
        ]
        sources = r'^<(?:script|img|source|iframe)\b.*?\bsrc="([^"]*)"'
        self.resources = [unescape(said) for tag in tags for said in re.findall(sources, tag, re.S)]
        for tag in tags:
            if tag.startswith("<link") and re.search(r'rel="(?:stylesheet|icon|preload)"', tag):
                self.resources += re.findall(r'href="([^"]*)"', tag)


@cache
def page(path):
    return Page(path.read_text(encoding="utf-8"))


def pages():
    return [path for path in sorted(SITE.rglob("*.html")) if "_static" not in path.parts]


def target(path, link):
    """Where a link leads: file, and anchor."""
    link, _, anchor = link.partition("#")
    file = path if not link else (path.parent / unquote(link.partition("?")[0])).resolve()
    return file, unquote(anchor)


def test_every_link_and_anchor():
    wrong = []
    for path in pages():
        for link in page(path).links:
            if re.match(r"[a-z]+:", link) or path.name == "search.html":
                continue
            file, anchor = target(path, link)
            inside = file.suffix == ".html" and file.is_file()
            if not file.exists() or (anchor and inside and anchor not in page(file).anchors):
                wrong.append(f"{path.relative_to(SITE)}: {link}")
    assert wrong == []
    assert len(pages()) > 150


def test_nothing_comes_from_a_network():
    for path in pages():
        for resource in page(path).resources:
            assert not re.match(r"(https?:)?//", resource), f"{path}: {resource}"
            if not resource.startswith("data:"):
                assert target(path, resource)[0].exists(), f"{path}: {resource}"
    for path in (SITE / "_static").glob("*.css"):
        found = re.findall(r"url\((?:'|\")?(https?:[^)]*)\)", path.read_text(encoding="utf-8"))
        assert found == [], path.name


def inventory():
    """Names that other sites can link to: ``domain:role`` -> names."""
    data = (SITE / "objects.inv").read_bytes()
    body = zlib.decompress(data.split(b"\n", 4)[4]).decode()
    names = {}
    for line in body.splitlines():
        found = re.match(r"(.+?)\s+(\S+:\S+)\s+-?\d+\s+\S*\s+.*", line)
        names.setdefault(found[2].split(":")[0], set()).add(found[1])
    return names


def test_every_public_name_is_there():
    import sys

    sys.path.insert(0, str(ROOT / "docs" / "_extensions"))
    import api_pages

    public = {one.name for one in api_pages.everything()}
    assert public - inventory()["py"] == set()


def test_formulas_are_drawn_without_a_network():
    (script,) = {resource for path in pages() for resource in page(path).resources if "tex-svg" in resource
                 and path.parent == SITE} or {None}  # fmt: skip
    assert (SITE / "_static" / "tex-svg-full.js").stat().st_size > 10**6
    assert script is None or script.startswith("_static/")


def test_nothing_is_shown_by_its_place_in_memory():
    assert not [path for path in pages() if " object at 0x" in unescape(path.read_text(encoding="utf-8"))]


def test_docstrings_lead_to_the_equations_they_cite():
    told = (SITE / "reference" / "api" / "nnft_sym.infer.html").read_text(encoding="utf-8")
    assert 'theory/inference.html#equation-eq-kappa"' in told
    assert "eq-kappa</" not in told


def test_no_path_of_this_machine():
    for path in pages():
        assert str(ROOT) not in path.read_text(encoding="utf-8"), path
