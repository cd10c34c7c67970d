"""LaTeX: read back and evaluated, held against the published equations, compiled where pdflatex is there."""

import random
import re
import shutil
import subprocess
from fractions import Fraction

import pytest

from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.errors import RenderingError
from nnft_sym.expansions.expansion import expand
from nnft_sym.notation import Notation
from nnft_sym.printing.latex import display_latex, formula_latex, grouped_latex, sum_latex
from nnft_sym.printing.latex_diagrams import diagram_latex
from nnft_sym.printing.latex_lines import estimated_width
from nnft_sym.printing.latex_output import latex_document, pasted_latex
from nnft_sym.printing.text import expansion_text, grouped_text

LAMBDA_KAPPA = "lambda*f^4 + kappa*f^6"
FACTOR = re.compile(r"K(\^\{W\})?_\{([^{}]*(?:\{\d+\}[^{}]*)*)\}")


class Numbers:
    """A random rational number for every propagator, the same for both ends exchanged."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.known = {}

    def __call__(self, symbol, points):
        key = symbol, tuple(sorted(points))
        if key not in self.known:
            self.known[key] = Fraction(self.random.randint(1, 9), self.random.randint(1, 9))
        return self.known[key]


def value_of_latex(latex, numbers, couplings):
    """Evaluate a printed formula, every integral a factor of one: an independent reader of our LaTeX."""
    text = latex.replace(r"\begin{aligned}", "").replace(r"\end{aligned}", "").replace(r"\cdots", "0")
    text = text.partition("=")[2] if "=" in text else text
    text = re.sub(r"\\int |d\^\{d\}(y_\{\d+\}|[yz])|\\quad|\\,|&|\\\\|\n", "", text)
    text = re.sub(r"\\[bB]igg?l([\[(])", r"(", text)
    text = re.sub(r"\\[bB]igg?r([\])])", r")", text)
    text = re.sub(r"\\frac\{(\d+)\}\{(\d+)\}", r"(\1/\2)", text)

    def propagator(found):
        points = re.findall(r"y_\{\d+\}|[yz]|\d", found.group(2).replace(",", ""))
        points = [{"y": "y_{1}", "z": "y_{2}"}.get(point, point) for point in points]
        return f"({numbers('K_W' if found.group(1) else 'K', points)})"

    text = FACTOR.sub(propagator, text)
    for name, value in couplings.items():
        text = re.sub(rf"\\?{name}(?![a-zA-Z])", f"({value})", text)
    text = re.sub(r"\^\{(\d+)\}", r"^\1", text)
    assert re.fullmatch(r"[-+0-9/()^ ]*", text), text
    return Arithmetic(text.replace(" ", "")).sum()


class Arithmetic:
    """Sums of products of numbers and parentheses written side by side."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def peek(self):
        return self.text[self.at] if self.at < len(self.text) else ""

    def sum(self):
        total, sign = Fraction(0), 1
        while True:
            if self.peek() in ("+", "-"):
                sign = 1 if self.peek() == "+" else -1
                self.at += 1
            total += sign * self.product()
            if self.peek() not in ("+", "-"):
                return total

    def product(self):
        result = Fraction(1)
        while self.peek() and self.peek() not in "+-)":
            result *= self.power()
        return result

    def power(self):
        if self.peek() == "(":
            self.at += 1
            base = self.sum()
            assert self.peek() == ")"
            self.at += 1
        else:
            digits = re.compile(r"\d+(/\d+)?").match(self.text, self.at)
            base = Fraction(digits.group())
            self.at = digits.end()
        if self.peek() == "^":
            exponent = re.compile(r"\^(\d+)").match(self.text, self.at)
            self.at = exponent.end()
            base **= int(exponent.group(1))
        return base


def value_of_terms(expansion, numbers, couplings):
    """The same from the diagrams."""
    total = Fraction(0)
    for term in expansion:
        value = term.coefficient.at(couplings)
        for a, b in term.diagram.edge_labels:
            points = [end[1:] if end[0] == "x" else f"y_{{{end[1:]}}}" for end in (a, b)]
            value *= numbers("K_W" if "y" in a + b else "K", points)
        total += value
    return total


@pytest.mark.parametrize(
    ("action", "n", "order", "kind"),
    [
        (LAMBDA_KAPPA, 2, 1, "normalised"),
        (LAMBDA_KAPPA, 4, 1, "full"),
        (LAMBDA_KAPPA, 6, 1, "normalised"),
        (LAMBDA_KAPPA, 4, 2, "normalised"),
        ("lambda*f^4/24", 4, 3, "connected"),
        ("(lambda - 2*g)*f^4/3", 4, 2, "normalised"),
        ("g*f^3", 3, 3, "normalised"),
        ("lambda*f^4", 0, 2, "full"),
        ("-g*f^3", 1, 3, "connected"),
        ("zeta*f^7", 7, 1, "normalised"),
    ],
)
def test_the_formula_read_back_is_the_sum_of_the_terms(action, n, order, kind):
    expansion = expand(action, n, order, kind=kind)
    for seed in range(2):
        numbers = Numbers(seed)
        values = {"lambda": Fraction(1, 7), "kappa": Fraction(2, 5), "g": Fraction(3, 11), "zeta": 2}
        couplings = {name: values[name] for name in expansion.action.couplings}
        expected = value_of_terms(expansion, numbers, couplings)
        assert value_of_latex(formula_latex(expansion), numbers, couplings) == expected
        assert (
            sum((value_of_latex(term.latex(), numbers, couplings) for term in expansion), Fraction(0))
            == expected
        )


@pytest.mark.parametrize(
    ("n", "order", "kind"), [(2, 1, "normalised"), (4, 1, "normalised"), (6, 1, "normalised"), (4, 2, "full")]
)
def test_the_short_form_is_the_mean_over_labellings(n, order, kind):
    """With equal numbers on all lines of a sort, one labelling stands for all."""
    expansion = expand(LAMBDA_KAPPA, n, order, kind=kind)

    def numbers(symbol, points):
        inner = sum(point.startswith("y") for point in points)
        return Fraction(2 + 3 * inner, 7) if symbol == "K_W" else Fraction(5, 3)

    couplings = {"lambda": Fraction(1, 7), "kappa": Fraction(2, 5)}
    expected = value_of_terms(expansion, numbers, couplings)
    assert value_of_latex(grouped_latex(expansion), numbers, couplings) == expected


def test_the_two_point_function_of_the_literature():
    assert grouped_latex(expand(LAMBDA_KAPPA, 2), Notation(plain_kernel=True)).replace("\n", " ") == (
        r"G^{(2)}(x_{1},x_{2}) = K_{12} - 12\lambda\Bigl[\int d^{d}y\,K_{1y}K_{2y}K_{yy}\Bigr] "
        r"- 90\kappa\Bigl[\int d^{d}y\,K_{1y}K_{2y}K_{yy}^{2}\Bigr] + \cdots"
    )
    assert formula_latex(expand(LAMBDA_KAPPA, 2, scheme="exact")) == r"G^{(2)}(x_{1},x_{2}) = K_{12}"


def test_the_four_point_function_of_the_literature():
    """72 + 24 and 540 + 360 with bare lines; with exact lines only 24 and 360 are left."""
    bare = grouped_latex(expand(LAMBDA_KAPPA, 4), Notation(plain_kernel=True))
    assert re.findall(r"(\d+)\\[bB]igl\[", bare) == ["3", "72", "24", "540", "360"]
    assert re.findall(r"- \\(lambda|kappa)\\biggl\(", bare) == ["lambda", "kappa"]
    exact = formula_latex(expand(LAMBDA_KAPPA, 4, scheme="exact"), Notation(plain_kernel=True))
    rows = re.sub(r"\\begin\{aligned\}|\\end\{aligned\}|\\\\|&|\\quad|\s+", " ", exact)
    assert " ".join(rows.split()) == (
        r"G^{(4)}(x_{1},x_{2},x_{3},x_{4}) = K_{12}K_{34} + K_{13}K_{24} + K_{14}K_{23} "
        r"- 24\lambda\int d^{d}y\,K_{1y}K_{2y}K_{3y}K_{4y} "
        r"- 360\kappa\int d^{d}y\,K_{1y}K_{2y}K_{3y}K_{4y}K_{yy} + \cdots"
    )


def test_the_six_point_function_has_its_fifteen_sets():
    """Transcriptions of this sum repeat 1236·45 and have a factor K_4y twice; ours must not."""
    latex = formula_latex(expand("lambda*f^4", 6, scheme="exact"), Notation(plain_kernel=True))
    free, _, vertex = latex.partition(r"- 24\lambda\Bigl[")
    products = re.findall(
        r"K_\{(\d)(\d)\}\\int d\^\{d\}y\\,K_\{(\d)y\}K_\{(\d)y\}K_\{(\d)y\}K_\{(\d)y\}", vertex
    )
    assert len(products) == len(set(products)) == 15
    assert all(sorted(product) == list("123456") for product in products)
    assert len(set(re.findall(r"K_\{(\d)(\d)\}K_\{(\d)(\d)\}K_\{(\d)(\d)\}", free))) == 15


def test_lines_at_a_vertex_are_told_from_external_lines():
    latex = expand("lambda*f^4", 4).latex()
    assert set(re.findall(r"K\^\{W\}_\{(\w+)\}", latex)) == {"1y", "2y", "3y", "4y", "yy"}
    assert set(re.findall(r"K_\{(\w+)\}", latex)) == {"12", "13", "14", "23", "24", "34"}
    assert "W" not in expand("lambda*f^4", 4).latex(Notation(plain_kernel=True))


def test_notation_is_a_choice():
    term = expand("lambda*f^4", 2, 2, kind="connected").terms[-1]
    assert term.latex() == r"96\lambda^{2}\int d^{d}y\,d^{d}z\,K^{W}_{1y}K^{W}_{2z}\bigl(K^{W}_{yz}\bigr)^{3}"
    assert term.latex(Notation(plain_kernel=True, numbered_vertices=True)) == (
        r"96\lambda^{2}\int d^{d}y_{1}\,d^{d}y_{2}\,K_{1y_{1}}K_{2y_{2}}K_{y_{1}y_{2}}^{3}"
    )
    assert term.latex(Notation(arguments=True)) == (
        r"96\lambda^{2}\int d^{d}y\,d^{d}z\,K^{W}(x_{1},y)K^{W}(x_{2},z)\bigl(K^{W}(y,z)\bigr)^{3}"
    )
    three = expand("lambda*f^4", 2, 3, kind="connected").at_order(3).terms[0]
    assert r"d^{d}y_{1}\,d^{d}y_{2}\,d^{d}y_{3}" in three.latex()


def test_points_above_nine_are_separated():
    assert sum_latex([(Polynomial.constant(1), [[("x1", "x12"), ("x2", "y1")]])]) == (
        r"K_{1,12}\int d^{d}y\,K^{W}_{2,y}"
    )


def test_what_jupyter_shows():
    expansion = expand("lambda*f^4", 4)
    for shown in (expansion._repr_latex_(), expansion.terms[0]._repr_latex_()):
        assert shown.startswith(r"$\displaystyle ")
        assert shown.endswith("$")
    assert r"\begin{aligned}" in expansion._repr_latex_()
    long = expand("lambda*f^4", 4, 4, kind="connected")
    assert len(long) > 200
    assert long._repr_latex_() == rf"$\displaystyle {grouped_latex(long)}$"
    huge = expand("lambda*f^4", 4, 5, kind="connected")._repr_latex_()
    assert r"G_{c}^{(4)}(x_{1},x_{2},x_{3},x_{4}) = \text{" in huge
    assert "terms of" in huge
    assert len(huge) < 200
    assert expand("lambda*f^4", 3)._repr_latex_() == r"$\displaystyle G^{(3)}(x_{1},x_{2},x_{3}) = 0$"


@pytest.mark.parametrize(("n", "order"), [(4, 1), (6, 1), (4, 2)])
def test_long_sums_are_broken_into_lines(n, order):
    display = display_latex(expand(LAMBDA_KAPPA, n, order))
    displays = re.findall(r"\\begin\{align\*\}\n(.*?)\n\\end\{align\*\}", display, re.DOTALL)
    rows = [row for part in displays for row in part.split("\\\\\n")]
    assert max(len(part.split("\\\\\n")) for part in displays) <= 60
    assert len(rows) > 3
    for row in rows:
        assert row.count("{") == row.count("}")
        assert row.count("&") == 1
        assert estimated_width(row) < 470
    assert display.count(r"\Bigl[") == display.count(r"\Bigr]")


def test_text_forms():
    expansion = expand(LAMBDA_KAPPA, 4)
    table = expansion_text(expansion)
    rows = [line.split() for line in table.splitlines() if "∫dy" in line and "[" not in line]
    assert len(rows) == len(expansion.at_order(1))
    for row, term in zip(rows, expansion.at_order(1), strict=True):
        assert row[:3] == [str(term.multiplicity), str(term.symmetry_factor), str(term.coefficient)]
    assert expansion.rule in table
    assert "6 x 12 = 72" in table
    assert "VIOLATED" not in table
    assert table.count("holds") == 6
    short = grouped_text(expansion)
    assert re.findall(r"(\d+) \[", short) == ["3", "72", "24", "540", "360"]
    assert grouped_text(expand("lambda*f^4", 3)) == "G(1,2,3) = 0"
    assert "- (lambda + mu) * (72" in grouped_text(expand("(lambda + mu)*f^4", 4))


def test_drawn_diagrams_in_the_equation():
    """The published first order: 3 [=] - λ (72 [o-] + 24 [x]) - κ (540 [..] + 360 [..])."""
    printed = diagram_latex(expand(LAMBDA_KAPPA, 4))
    without = re.sub(r"\\begin\{tikzpicture\}.*?\\end\{tikzpicture\}", "D", printed, flags=re.DOTALL)
    plain = re.sub(
        r"\\(?:quad|,|left|right|\\\[1.5ex\])|[&\n ]|\\[bB]igg?[lr]|\\(begin|end)\{align\*\}", "", without
    )
    assert plain.partition("=")[2] == r"3[D]-\lambda(72[D]+24[D])-\kappa(540[D]+360[D])+\cdots"
    pictures = re.findall(r"\\begin\{tikzpicture\}.*?\\end\{tikzpicture\}", printed, flags=re.DOTALL)
    assert [picture.count(r"\draw") for picture in pictures] == [2, 4, 4, 5, 5]  # one curve per line
    assert "node" not in printed
    assert diagram_latex(expand("lambda*f^4", 3)).replace(" ", "").endswith("=0\n\\]")
    assert "1" in diagram_latex(expand("lambda*f^4", 0, 1, kind="full"))


def test_topologies_with_a_common_factor_stand_together():
    """λ₀, λ₂|y|² and the bilocal vertex: every coupling once, its contractions in one bracket."""
    action = "(lambda_0 + lambda_2*x^2)*f^4 + lambda_NL*f(x)^2*f(y)^2"
    text = grouped_text(expand(action, 4))
    assert [(name, re.findall(r"(\d+) \[", part)) for name, part in re.findall(
        r"- (lambda_\w+) \* \((.*?)\)(?=\n    -| \+ …\Z)", text, re.DOTALL)] == [
        ("lambda_NL", ["24", "48", "24"]), ("lambda_0", ["72", "24"]), ("lambda_2", ["72", "24"]),
    ]  # fmt: skip


def test_polynomials_in_the_number_of_components_are_factored():
    """Two points: 12 = 4·(1 + 2), 144 = 16·(1 + 2)², 96 = 32·(1 + 2); bubbles 864 = 96·(1 + 4) + 384."""
    two = expand("lambda*(f.f)^2", 2, 2, kind="connected")
    fronts = re.findall(r"([-+]) (\d+\*lambda.*?) \[", grouped_text(two))
    assert fronts == [("-", "4*lambda*(D + 2)"), *[("+", "16*lambda**2*(D + 2)**2")] * 2,
                      ("+", "32*lambda**2*(D + 2)")]  # fmt: skip
    delta = r"\delta_{i_{1}i_{2}}\int"
    assert r"- 4\lambda\bigl(D + 2\bigr)" + delta in formula_latex(two)
    assert r"+ 16\lambda^{2}\bigl(D + 2\bigr)^{2}" + delta in formula_latex(two)
    four = expand("lambda*(f.f)^2", 4, 2, "exact", "connected")
    assert re.findall(r"\+ (\d+)\\lambda\^\{2\}(.*?)\\left\[", diagram_latex(four)) == [
        ("96", r"\bigl(D + 4\bigr)"),
        ("384", ""),
    ]
    assert four.terms[3].text().startswith("32*lambda**2*(D + 4) * δ(1,2) δ(3,4) ∫dy ∫dz")


def test_very_long_expansions_are_not_drawn():
    assert "tikzpicture" in latex_document(expand("lambda*f^4", 4))
    assert "tikzpicture" not in latex_document(expand("lambda*f^4 + kappa*f^6", 4, 3))


def test_sentences_of_the_document():
    plain = latex_document(expand("lambda*f^4", 4), Notation(plain_kernel=True))
    assert "Every line is printed as $K$" in plain
    document = latex_document(expand("lambda*f^4", 4, scheme="exact"))
    assert "Exact propagator: every line is the full connected 2-point function" in document
    assert "$3 = 3!!$ (no vertex), $105 = 7!!$ (vertices 4:1)" in document
    assert "@" not in document
    irreducible = latex_document(expand("lambda*f^4", 4, kind="1pi"))
    assert "The 4-point function to order 1, one-particle irreducible" in irreducible
    for write in (latex_document, pasted_latex):
        with pytest.raises(RenderingError, match="'short' of the terms: choose one of drawn, grouped, lab"):
            write(expand("lambda*f^4", 4), terms="short")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize(
    "notation",
    [Notation(), Notation(plain_kernel=True), Notation(arguments=True, numbered_vertices=True)],
    ids=["default", "plain", "arguments"],
)
def test_estimated_widths_bound_those_of_tex(tmp_path, notation):
    """Every row, measured by TeX: never wider than estimated, and not by much narrower."""
    rows = []
    for action, n, order in (("lambda*(f.f)^2", 4, 2), (LAMBDA_KAPPA, 6, 1), ("lambda*f^4", 4, 3)):
        expansion = expand(action, n, order)
        for printed in (formula_latex(expansion, notation), grouped_latex(expansion, notation)):
            body = re.sub(r"\\(begin|end)\{aligned\}\n?|&", "", printed)
            rows += [row for row in body.split("\\\\\n") if len(row) > 60]
    boxes = "\n".join(rf"\setbox0\hbox{{$\displaystyle {row}$}}\typeout{{W=\the\wd0}}" for row in rows)
    head = r"\documentclass[10pt]{article}\usepackage{amsmath}\begin{document}"
    (tmp_path / "page.tex").write_text(f"{head}\n{boxes}\n\\end{{document}}\n")
    words = ["pdflatex", "-interaction=batchmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0
    log = (tmp_path / "page.log").read_text(errors="replace")
    measured = [float(width) for width in re.findall(r"W=([\d.]+)pt", log)]
    assert len(measured) == len(rows) > 100
    for width, row in zip(measured, rows, strict=True):
        assert 0.7 * estimated_width(row) < width < estimated_width(row), row


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize(
    ("action", "n", "order", "scheme", "kind", "plain"),
    [
        (LAMBDA_KAPPA, 2, 1, "bare", "normalised", True),
        (LAMBDA_KAPPA, 4, 1, "bare", "normalised", False),
        (LAMBDA_KAPPA, 6, 1, "bare", "normalised", False),
        (LAMBDA_KAPPA, 6, 1, "exact", "normalised", True),
        (LAMBDA_KAPPA, 4, 2, "bare", "normalised", False),
        ("(lambda_NL + g)*f^4 + mass*f^2/7", 4, 2, "bare", "full", False),
        ("lambda*f^4", 4, 4, "exact", "connected", False),
        ("lambda*f^4/24 + kappa*f^6/720", 4, 3, "exact", "connected", False),
        ("g*f^3", 0, 2, "bare", "connected", False),
        ("(lambda_0 + lambda_2*x^2)*f^4 + lambda_NL*f(x)^2*f(y)^2", 4, 1, "bare", "normalised", False),
        ("mu*x^2*f(x)^2*f(y)^2 + a*f(x)^2*f(y)^2*f(z)^2", 2, 1, "bare", "normalised", True),
        ("lambda*(f.f)^2", 4, 2, "bare", "normalised", False),
        ("lambda*(f.f)^2 + kappa*(f.f)^3", 6, 1, "bare", "normalised", False),
    ],
)
def test_documents_compile(tmp_path, action, n, order, scheme, kind, plain):
    expansion = expand(action, n, order, scheme, kind)
    (tmp_path / "page.tex").write_text(latex_document(expansion, Notation(plain_kernel=plain)))
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=60,
    )
    log = (tmp_path / "page.log").read_text(errors="replace")
    assert done.returncode == 0, log[-2000:]
    assert "Overfull" not in log, log
    assert (tmp_path / "page.pdf").stat().st_size > 10_000
