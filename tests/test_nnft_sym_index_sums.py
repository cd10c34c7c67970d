"""Sums over index sets, read back and expanded; spectators in front of integrals; plain kernels in text."""

import itertools
import re

import pytest

import nnft_sym as nn
from nnft_sym.cli import run
from nnft_sym.expansions.expansion import expand
from nnft_sym.notation import Notation
from nnft_sym.printing.latex import formula_latex, grouped_latex
from nnft_sym.printing.text import grouped_text, integral_text

FACTOR = re.compile(r"(K_W|K|G_c)\(([^)]*)\)(?:\^(\d+))?")
SUM = re.compile(r"(?:Σ_\{([^;}]*); (\d+)\} )?")


def canonical(factors):
    """A product of lines, vertices exchanged in every way: independent of our canonical forms."""
    vertices = sorted({end for _, ends in factors for end in ends if end[0] in "yz"})
    forms = []
    for names in itertools.permutations(range(len(vertices))):
        renamed = {old: f"v{new}" for old, new in zip(vertices, names, strict=True)}
        forms.append(
            tuple(sorted((s, tuple(sorted(renamed.get(end, end) for end in ends))) for s, ends in factors))
        )
    return min(forms)


def factors_of(text):
    found = []
    for symbol, ends, power in FACTOR.findall(text):
        found += [(symbol, tuple(ends.split(",")))] * int(power or 1)
    return found


def expanded(text, n):
    """Write a sum over index sets out: every way to give the points to the letters, each product once."""
    sets, number = SUM.match(text).groups()
    factors = factors_of(text)
    if sets is None:
        return {canonical(factors)}
    letters = [letter for letter in sets if letter != "|"]
    assert len(letters) == len(set(letters)) == n
    products = set()
    for points in itertools.permutations([str(point) for point in range(1, n + 1)]):
        names = dict(zip(letters, points, strict=True))
        products.add(canonical([(s, tuple(names.get(end, end) for end in ends)) for s, ends in factors]))
    assert len(products) == int(number)
    return products


@pytest.mark.parametrize(
    ("action", "n", "order", "kind"),
    [
        ("lambda*f^4", 2, 2, "normalised"),
        ("lambda*f^4", 4, 2, "normalised"),
        ("lambda*f^4", 6, 1, "normalised"),
        ("g*f^3", 3, 3, "connected"),
        ("kappa*f^6", 6, 1, "full"),
        ("lambda*f^4", 4, 2, "1pi"),
    ],
)
def test_the_sums_written_out_are_the_terms(action, n, order, kind):
    """Line by line: the products of the sum are those of all labellings, times what stands in front."""
    expansion = expand(action, n, order, kind=kind)
    text = grouped_text(expansion, Notation(sums=True)).partition(" = ")[2]
    lines = re.split(r"\n\s*", text.removesuffix(" + …"))
    groups = expansion.brackets()
    topologies = [(topology, len(group)) for group in groups for topology in group]
    assert len(lines) == len(topologies)
    for line, (topology, together) in zip(lines, topologies, strict=True):
        start = re.search(r"Σ_\{|(?:K|K_W|G_c)\(|∫", line).start()
        assert expanded(line[start:], n) == {
            canonical(factors_of(integral_text(t.factors))) for t in topology.terms
        }
        front = line[:start].strip()
        if together > 1:  # contractions of one labelling, behind a common factor
            number = re.search(r"(\d+)$", front)
            assert int(number[1] if number else 1) * topology.labellings == topology.multiplicity
        else:  # the whole coefficient of one labelling
            coefficient = str(topology.representative.coefficient)
            assert front.lstrip("+- ") == coefficient.lstrip("-").removesuffix(
                "1" if coefficient == "1" else ""
            )


def test_first_order_by_hand():
    """3 pairings; 6 x 12 and 24 contractions: Σ has one term for each pair that is left over."""
    text = grouped_text(expand("lambda*f^4", 4), Notation(sums=True))
    assert text.splitlines() == [
        "G(1,2,3,4) = Σ_{ij|kl; 3} K(i,j) K(k,l)",
        "    - lambda * (12 Σ_{ij|kl; 6} K(i,j) ∫dy K_W(k,y) K_W(l,y) K_W(y,y)",
        "                + 24 ∫dy K_W(1,y) K_W(2,y) K_W(3,y) K_W(4,y)) + …",
    ]
    latex = grouped_latex(expand("lambda*f^4", 4), Notation(sums=True, plain_kernel=True))
    assert r"12\sum_{ij|kl}^{6}K_{ij}\int d^{d}y\,K_{ky}K_{ly}K_{yy}" in latex
    assert formula_latex(expand("lambda*f^4", 4), Notation(sums=True, plain_kernel=True)) == latex


def test_outputs_are_summed_by_their_pairs():
    text = grouped_text(expand("lambda*(f.f)^2", 4, kind="connected"), Notation(sums=True))
    assert "-8*lambda Σ_{ij|kl; 3} δ(i,j) δ(k,l) ∫dy" in text


def test_spectators_stand_in_front_of_the_integral():
    """In text and LaTeX: nothing between external points behind an integral sign."""
    for action, n, order in (("lambda*f^4", 4, 1), ("lambda*f^4", 6, 1), ("lambda*(f.f)^2", 4, 1)):
        expansion = expand(action, n, order)
        for term in expansion:
            behind = term.text().partition("∫")[2]
            assert not re.search(r"K\(\d,\d\)|δ", behind)
            behind = term.latex().partition(r"\int")[2]
            assert not re.search(r"K_\{\d\d\}|\\delta", behind)
        formula = formula_latex(expansion)
        for part in re.split(r" [-+] ", formula):
            assert not re.search(r"\\int.*(K_\{\d\d\}|\\delta)", part, re.DOTALL), part


def test_plain_kernels_have_a_footnote(capsys):
    for words in (["--sum"], [], ["--terms", "grouped"]):
        assert run(["expand", "lambda*f^4", "-n", "4", "--plain-kernel", *words]) == 0
        out = capsys.readouterr().out
        assert "K_W" not in out
        assert out.count("without the variance of the output bias") == 1
    assert "K_W" not in nn.expand("lambda*f^4", 4).text(Notation(plain_kernel=True))
    assert "K_W" not in nn.expand("lambda*f^4", 4).grouped_text(Notation(plain_kernel=True))
    assert run(["expand", "lambda*f^4", "-n", "4", "--plain-kernel", "--format", "latex"]) == 0
    assert capsys.readouterr().out.startswith("% K at a vertex")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--sum", "--json"], "--sum needs --format text or latex, not json"),
        (["--sum", "--terms", "labelled"], "--sum and --terms labelled contradict each other"),
        (["--sum", "--terms", "drawn", "--format", "latex"], "--sum and --terms drawn contradict"),
        (
            ["--sum", "--plain-kernel", "--format", "dot"],
            "--sum and --plain-kernel need --format text",
        ),
    ],
)
def test_sums_are_refused_where_they_have_no_effect(words, said, capsys):
    assert run(["expand", "lambda*f^4", "-n", "4", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
