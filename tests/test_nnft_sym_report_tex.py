"""The LaTeX report: everything escaped, every figure there, and pdflatex accepts it."""

import re
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_cases import CASES, figures, net, study

from nnft_sym.printing.tex_text import escape
from nnft_sym.report.tex import report_tex
from nnft_sym.study.study_text import written_study

#: Everything that escape may write; what is left of a text without these holds no command or special sign.
PRINTABLE = re.compile(r"[A-Za-zÀ-ÿ0-9 \n\t.,:;!?()\[\]/*+=@\-`'~]*")


def braces_balance(latex):
    depth = 0
    for sign in re.sub(r"\\[\\{}]", "", latex):
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


def without_commands(latex):
    """Remove what a reader of LaTeX knows: mathematics, named signs, escaped signs."""
    latex = re.sub(r"\\ensuremath\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}", "", latex)
    latex = re.sub(
        r"\\(textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|ldots)\{\}", "", latex
    )
    return re.sub(r"\\[{}$&#%_,]", "", latex)


@given(st.text(max_size=60))
@settings(max_examples=400)
def test_any_text_becomes_harmless(text):
    latex = escape(text)
    assert braces_balance(latex)
    assert PRINTABLE.fullmatch(without_commands(latex))


# Without _ and ^, which make indices of letters.
@given(st.text(alphabet=[chr(code) for code in range(32, 127) if chr(code) not in "_^"], max_size=60))
def test_letters_and_digits_survive_in_order(text):
    kept = re.sub(r"[^A-Za-z0-9]", "", text)
    assert re.sub(r"[^A-Za-z0-9]", "", without_commands(escape(text))) == kept


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("χ²/dof ≥ 3", r"\ensuremath{\chi}\ensuremath{^{2}}/dof \ensuremath{\geq} 3"),
        ("κ₆/N²", r"\ensuremath{\kappa}\ensuremath{_{6}}/N\ensuremath{^{2}}"),
        (
            "S_GP + ∫ λ f⁴",
            r"\ensuremath{S_{\mathrm{GP}}} + \ensuremath{\int} \ensuremath{\lambda} f\ensuremath{^{4}}",
        ),
        ("−6 × 10⁻¹¹ %", r"\ensuremath{-}6~\ensuremath{\times}~10\ensuremath{^{-11}} \%"),
        ("[−1, 1]^d", r"[\ensuremath{-}1, 1]\ensuremath{^{d}}"),
        (r"a\b{c}$&#_~^", r"a\textbackslash{}b\{c\}\$\&\#\_\textasciitilde{}\textasciicircum{}"),
        ("中", "[U+4E2D]"),
        ("é", "é"),
        ("lambda_max", r"lambda\_max"),
    ],
)
def test_signs_of_the_field(text, latex):
    assert escape(text) == latex


@pytest.fixture(scope="module")
def document():
    return report_tex(study(), figures())


def test_the_document_is_whole(document):
    assert document.startswith("\\documentclass")
    assert document.rstrip().endswith("\\end{document}")
    assert braces_balance(document)
    for environment in re.findall(r"\\begin\{(\w+\*?)\}", document):
        assert document.count(f"\\begin{{{environment}}}") == document.count(f"\\end{{{environment}}}")
    packages = re.findall(r"\\usepackage(?:\[[^]]*\])?\{(\w+)\}", document)
    assert set(packages) <= {"inputenc", "amsmath", "graphicx", "geometry"}


def test_no_raw_names_in_prose(document):
    text, _ = document.split("\\section{The study file}")
    text = re.sub(r"\\includegraphics.*", "", text)
    assert not re.search(r"(?<![A-Za-z\\{])(\\ensuremath\{\\Delta\})?(G|m)\d(?!\d)|[SK](\\_|_)(GP|W)", text)
    assert "\\ensuremath{\\Delta}G\\ensuremath{^{(6)}} = G\\ensuremath{^{(6)}} \\ensuremath{-} free" in text
    assert "no not passed" not in text


@pytest.mark.parametrize("case", CASES)
def test_every_verdict_is_there(document, case):
    grounds, _, conclusion = net(case).verdict.rpartition(". ")
    assert rf"\textit{{{escape(conclusion)}}} {escape(grounds + '.')}" in document


def test_the_document_is_a_paper(document):
    """Author, abstract of the verdicts, sections for every net, checks as a list, references, the study."""
    assert "\\author{nnft\\_sym 0.0}" in document
    abstract = document.split("\\begin{abstract}")[1].split("\\end{abstract}")[0]
    for case in CASES:
        assert f"N = {net(case).case.width}: " in abstract
    assert "the action does not describe the networks" in abstract
    assert document.count("\\subsection{Set-up}") == len(CASES)
    assert document.count("\\subsection{Checks of our own numbers}\n\\begin{itemize}") == len(CASES)
    assert "arXiv:2008.08601" in document
    (study_file,) = re.findall(r"\{\\ttfamily\\footnotesize\\raggedright (.*?)\\par\}", document, re.DOTALL)
    lines = written_study(study().config).strip().splitlines()
    assert [line.removesuffix("\\\\{}") for line in study_file.splitlines()] == [
        '"'.join(map(escape, line.split('"'))) or "~" for line in lines
    ]
    assert 'kind = "erf"' in study_file


def test_every_figure_is_included(document):
    included = re.findall(r"figures/([^}]*)\.pdf", document)
    assert sorted(included) == sorted(figure.name for figure in figures())


def test_no_letter_is_left_that_pdflatex_lacks(document):
    assert all(ord(sign) < 256 for sign in document)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_pdflatex_accepts_it(tmp_path, document):
    (tmp_path / "figures").mkdir()
    for figure in figures():
        (tmp_path / "figures" / f"{figure.name}.pdf").write_bytes(figure.pdf)
    signs = [*map(chr, range(32, 0x250)), *map(chr, range(0x370, 0x400)), *"⁻¹²₆×−≥∫√⟨⟩′…✓中"]
    torture = "\n\n".join(escape(sign) for sign in signs)
    text = document.replace("\\end{document}", torture + "\n\\end{document}")
    (tmp_path / "report.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "report.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert run.returncode == 0, run.stdout[-3000:]
    assert "Overfull" not in run.stdout
    assert "Missing character" not in (tmp_path / "report.log").read_text(errors="replace")
    assert (tmp_path / "report.pdf").stat().st_size > 100_000
