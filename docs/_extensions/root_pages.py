"""Pages made of files at the root: what changed, what was decided, how to contribute and how to cite."""

import re
from pathlib import Path
from typing import Any

import yaml

#: File at the root -> page.
FILES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "DECISIONS.md": "decisions.md",
}
_LINK = re.compile(r"\[([^][]*)\]\(([^()\s]+)\)")


def linked(text: str, root: Path) -> str:
    """Make links of a file at the root links of a page in docs/project; what leads nowhere is no link.

    A page of the site is linked, another file is named.
    """

    def of(found: re.Match[str]) -> str:
        label, target = found[1], found[2]
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target) or (not path and anchor):
            return found[0]
        if path in FILES:
            return f"[{label}]({FILES[path]}{'#' + anchor if anchor else ''})"
        if path.startswith("docs/") and (root / path).suffix == ".md":
            return f"[{label}](../{target.removeprefix('docs/')})"
        if (root / path).exists():
            return f"{label} (`{path}`)" if label.strip("`") != path else f"`{path}`"
        return f"\\[{label}\\]({target})"

    return _LINK.sub(of, text)


def bibtex(citation: dict[str, Any]) -> str:
    """Write the entries of a CITATION.cff: the software, and the papers that it names.

    Examples
    --------
    >>> entry = {"title": "T", "authors": [{"name": "The group"}], "version": "1.0", "type": "software"}
    >>> print(bibtex(entry))
    @software{t,
      title = {T},
      author = {{The group}},
      version = {1.0}
    }
    """
    return "\n\n".join(map(_entry, [citation, *citation.get("references", ())]))


def _entry(about: dict[str, Any]) -> str:
    authors = about["authors"]
    names = [
        f"{one['family-names']}, {one['given-names']}"
        if "family-names" in one
        else "{" + one["name"] + "}"
        for one in authors
    ]
    arxiv = re.search(r"arXiv:(\d{4}\.\d{4,5})", str(about.get("notes", "")))
    first = authors[0].get("family-names") or about["title"].partition(":")[0]
    key = re.sub(r"\W", "", first).lower() + str(about.get("year", ""))
    fields = {
        "title": about["title"],
        "author": " and ".join(names),
        "year": about.get("year"),
        "version": about.get("version"),
        "license": about.get("license"),
        "url": about.get("repository-code") or about.get("url"),
        "doi": about.get("doi"),
        "eprint": arxiv[1] if arxiv else None,
        "archiveprefix": "arXiv" if arxiv else None,
    }
    lines = [
        f"  {name} = {{{value}}}" for name, value in fields.items() if value is not None
    ]
    kind = about["type"] if about["type"] in ("software", "article", "book") else "misc"
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"


def root_pages(root: Path) -> dict[str, list[str]]:
    """Write the pages."""
    pages = {
        page: linked((root / name).read_text(encoding="utf-8"), root).splitlines()
        for name, page in FILES.items()
    }
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    pages["citing.md"] = [
        "# How to cite", "",
        "The software, and the paper whose set-ups the built-in study uses. The entries are made from "
        "`CITATION.cff`.", "", "```bibtex", *bibtex(citation).splitlines(), "```",
    ]  # fmt: skip
    return pages
