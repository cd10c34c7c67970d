"""Faults of the symbolic front: each test names its row of FAULTS."""

import io
import itertools
import json
import re
import subprocess
import sys
from fractions import Fraction
from math import comb, factorial, pi

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from diagrams import contract, count
from diagrams.combinatorics.numbers import double_factorial
from diagrams.errors import GenerationError, UnknownFilter
from diagrams.filters import ALIASES, ALL_FILTERS, named_filter
from diagrams.pictures.tikz import tikz
from diagrams.sizes import number_text
from nnft_sym.actions.action import Action
from nnft_sym.actions.names import coupling_latex
from nnft_sym.cli import run
from nnft_sym.errors import InvalidAction, InvalidDocument, InvalidExpansion
from nnft_sym.expansions.expansion import expand
from nnft_sym.expansions.json_form import from_json, to_json
from nnft_sym.expansions.remainder import goes_on, remainder
from nnft_sym.expansions.schemes import Kind, selection
from nnft_sym.expansions.sum_rules import sum_rules
from nnft_sym.printing.plain_text import PLAIN
from nnft_sym.printing.text import grouped_text
from nnft_sym.symbolic.activations import symbolic_activation
from nnft_sym.symbolic.functions import symbolic_kernel, symbolic_profile

KINDS = ("full", "connected", "1pi", "normalised")


def refused(capsys, *words):
    """Run a command that must be refused: exit 2, one message, nothing on stdout."""
    assert run(list(map(str, words))) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("nnft: ")
    assert len(err) < 1000
    assert len(err.splitlines()) == 1
    return err


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize(("action", "content"), [
    ("lambda*f^4", {4: 3}), ("g*f^3", {3: 2}), ("g*f^3", {3: 3}), ("g*f^3 + lambda*f^4", {3: 2, 4: 1}),
    ("j*f + g*f^3", {1: 1, 3: 1}),
])  # fmt: skip
def test_expand_lists_what_count_counts(kind, n, action, content):
    """FAULTS B1: every kind at every number of points, vacuum diagrams of 1pi included."""
    if (n + sum(k * c for k, c in content.items())) % 2 or (n == 0 and kind == "normalised"):
        return
    expansion = expand(action, n, sum(content.values()), kind=kind)
    key = ",".join(f"{k}:{c}" for k, c in content.items())
    listed = [term for term in expansion if term.vertex_key == key]
    counted = count(n, content, selection("bare", kind))
    assert (len(listed), sum(term.multiplicity for term in listed)) == counted
    assert all(rule.holds for rule in sum_rules(expansion))


def test_the_effective_potential_to_third_order():
    """FAULTS B1: four diagrams; in zero dimensions the log of the integral: f⁴ has no bridges."""
    third = expand("lambda*f^4", 0, 3, kind="1pi").at_order(3)
    assert len(third) == 4
    # log E[e^(-λf⁴)] = −3λ + 48λ² − 1584λ³, and every vacuum diagram of f⁴ is free of bridges
    assert str(expand("lambda*f^4", 0, 3, kind="1pi").zero_dimensional()) == (
        "-1584*lambda**3 + 48*lambda**2 - 3*lambda"
    )


ALL = [(a, n, k, s) for a in ("lambda*f^4", "g*f^3", "m*f^2", "j*f", "j*f + m*f^2")
       for n in range(5) for k in KINDS for s in ("bare", "exact")]  # fmt: skip


@pytest.mark.parametrize(("action", "n", "kind", "scheme"), ALL)
def test_a_sum_goes_on_exactly_if_a_higher_order_has_terms(action, n, kind, scheme):
    """FAULTS B2, against lists of the next orders: '+ …' and O(λ) stand where there is more, only there."""
    if n == 0 and (kind == "normalised" or scheme == "exact"):
        return
    low, high = (expand(action, n, order, scheme, kind) for order in (1, 4 if "f^4" not in action else 3))
    more = len(high) > len(low)
    assert goes_on(low) == more
    text = grouped_text(low)
    assert text.endswith(" + …") == (goes_on(low) and len(low) > 0)
    if not low.terms:
        rest = remainder(low)
        assert text.endswith(" = " + (rest.text() if rest else "0"))
        if more:
            first = next(iter(high)).coefficient
            assert rest.products == tuple(type(first)({m: 1}) for m, _ in first.items)


def test_an_empty_truncation_is_no_zero(capsys):
    """FAULTS B2."""
    assert (
        run(["expand", "lambda*f^4", "-n", "4", "--order", "0", "--kind", "connected", "--format", "latex"])
        == 0
    )
    assert r"= \mathcal{O}(\lambda)" in capsys.readouterr().out
    assert run(["expand", "lambda*f^4", "-n", "3", "--format", "latex"]) == 0
    assert capsys.readouterr().out.endswith("= 0\n\\]\n")
    counted = expand("lambda*f^4 + kappa*f^6", 6, 1, kind="connected", counting="1/N")
    assert remainder(counted).text() == "O(1/N^2)"


@pytest.mark.parametrize("valence", [20, 40, 64])
def test_one_vertex_with_all_its_legs_outside_is_one_diagram(valence):
    """FAULTS B3."""
    expansion = expand(f"lambda*f^{valence}", valence, kind="connected")
    assert [(term.multiplicity, str(term.coefficient)) for term in expansion] == [
        (factorial(valence), f"-{factorial(valence)}*lambda")
    ]


def test_hints_that_help(capsys, tmp_path):
    """FAULTS B3: no advice to do what is the default; names near a slip."""
    err = refused(
        capsys,
        "draw",
        "lambda*f^4",
        "-n",
        10,
        "--legs",
        "labelled",
        "--order",
        2,
        "--out",
        tmp_path / "a.svg",
    )
    assert "--legs unlabelled" in err
    err = refused(capsys, "draw", "lambda*f^4", "-n", 6, "--kind", "connected", "--out", tmp_path / "a.svg")
    assert "O(lambda**2)" in err
    assert "'expand'" in refused(capsys, "expnad")
    assert "'connected'" in refused(capsys, "expand", "g*f^3", "-n", 2, "--kind", "conected")
    assert "'connected'" in refused(capsys, "count", "--vertices", "4:1", "-n", 2, "--filter", "conected")


@pytest.mark.parametrize("name", ["phi", "Phi", "φ", "ϕ", r"\varphi", "psi_1", "ψ₂", "chi", r"\chi", "phi4"])
def test_a_second_field_is_refused(name, capsys):
    """FAULTS C1."""
    assert "second field" in refused(capsys, "expand", f"lambda*f^2*{name}^2", "-n", 4)
    with pytest.raises(InvalidAction, match="second field"):
        Action(sympy.Symbol("f") ** 4 * sympy.Symbol(name))


@pytest.mark.parametrize(("written", "plain", "constant"), [
    ("(f+v)^4 - v^4", "((f+v)^4 - v^4)", "0"),
    ("lambda/4*(f^2-v^2)^2", "lambda*f^4/4 - lambda*v^2*f^2/2", "lambda*v**4/4"),
    ("v^4 + (f+v)^4", "4*v^3*f + 6*v^2*f^2 + 4*v*f^3 + f^4", "2*v**4"),
    ("3 + g*f^3 - 3", "g*f^3", "0"),
    ("x*f - x*f + g*f^3", "g*f^3", "0"),
    ("f^2 + lambda*f^4 - f*f", "lambda*f^4", "0"),
])  # fmt: skip
def test_terms_are_collected_before_they_are_checked(written, plain, constant):
    """FAULTS C2."""
    assert Action(written) == Action(plain)
    assert str(Action(written).constant) == constant
    assert expand(written, 2, kind="connected").terms == expand(plain, 2, kind="connected").terms


def test_a_constant_that_is_left_out_is_told(capsys):
    """FAULTS C2: it is part of Z and of nothing else."""
    assert run(["expand", "lambda*f^4 + 2", "-n", "2", "--json"]) == 0
    out, err = capsys.readouterr()
    assert "the constant 2 of the action is left out: it multiplies Z" in err
    assert json.loads(out)["action"] == "lambda*f**4"


NAMES = [
    "lambda1",
    "lambda_1",
    "lambda_01",
    "Mu",
    "M",
    "Eta",
    "H",
    "Nu",
    "N",
    "g",
    "g_1",
    "g1",
    "omicron",
    "o",
    "a_b",
]


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(NAMES, 2)))
def test_couplings_are_told_apart_or_refused(one, other):
    """FAULTS C3."""
    if coupling_latex(one) != coupling_latex(other):
        assert Action(f"{one}*f^4 + {other}*f^6").couplings
        return
    with pytest.raises(InvalidAction, match="both printed as"):
        Action(f"{one}*f^4 + {other}*f^6")


@pytest.mark.parametrize(
    "name", ["d", "e", "E", "i", "I", "K", "K_12", "K12", "Kappa", "Kappa_W", "O", "delta_12", "dy"]
)
def test_symbols_of_ours_and_constants_are_no_couplings(name):
    """FAULTS C3, C4: one rule for e, i and E, I."""
    with pytest.raises(InvalidAction, match="choose another name"):
        Action(f"{name}*f^4")


@pytest.mark.parametrize(
    ("sign", "value"), [("½", "1/2"), ("¼", "1/4"), ("¾", "3/4"), ("⅔", "2/3"), ("⅞", "7/8")]
)
def test_fractions_of_unicode_are_numbers(sign, value):
    """FAULTS C4."""
    assert Action(f"{sign}*m*f^2") == Action(f"{value}*m*f^2")
    with pytest.raises(InvalidAction, match=r"follows '2' without an operator"):
        Action(f"2{sign}*f^3")


def test_what_a_scalar_is():
    """FAULTS C5."""
    with pytest.raises(InvalidAction, match=r"a vertex must be a scalar, a number that does not change when"):
        Action("lambda*(f.f)*f^2")


@pytest.mark.parametrize("n", [0, 2, 6, 51, 200, 2000, 19_000])
@pytest.mark.parametrize("valence", [1, 3, 4])
def test_one_vertex_among_many_points_is_a_binomial(n, valence):
    """FAULTS D2, N9: choose the k points that the vertex holds, pair the others."""
    if (n + valence) % 2:
        return
    ways = {k: comb(n, k) * double_factorial(n - k - 1) for k in range(valence % 2, min(n, valence) + 1, 2)}
    found = count(n, {valence: 1})
    assert found.diagrams == sum(ways.values())
    assert found.multiplicity_total == double_factorial(n + valence - 1)
    assert count(n, {valence: 1}, unlabelled=True).diagrams == len(ways)
    assert count(n, {valence: 1}, [named_filter("no_vacuum")]).diagrams == sum(
        w for k, w in ways.items() if k
    )


@pytest.mark.parametrize(
    ("n", "valences"), [(4, [3, 3]), (3, [3, 4]), (2, [4, 4]), (5, [1, 2, 4]), (6, [2, 2])]
)
def test_the_closed_formula_agrees_with_all_contractions(n, valences):
    """FAULTS D2, against brute force."""
    found = contract(n, valences)
    content = {k: valences.count(k) for k in valences}
    assert count(n, content) == (len(found), sum(found.values()))
    assert count(n, content, unlabelled=True).diagrams == len({diagram.unlabelled() for diagram in found})


LONG = "1" * 5000
HOSTILE = [
    ["expand", "lambda*f^4", "-n", 2900, "--order", 0],
    ["expand", "g*f**3+lambda*f**4", "-n", 2147483648],
    ["expand", "lambda*f^4", "-n", 900, "--order", 0],
    ["expand", "lambda*f^4", "-n", 2, "--order", "1e99999"],
    ["expand", "lambda*f^4", "-n", 2, "--order", "1e99999999"],
    ["expand", "lambda*f^4", "-n", 2, "--order", "1e-99999999"],
    ["expand", "g*f^4", "-n", 2, "--counting", "g=1e9999999999"],
    ["expand", "g*f^4", "-n", 2, "--order", LONG],
    ["expand", f"{LONG}*f^4", "-n", 2],
    ["expand", f"f^{LONG}", "-n", 2],
    ["count", "--vertices", f"4:{LONG}", "-n", 2],
    ["count", "--vertices", f"{LONG}:1", "-n", 2],
    ["count", "--vertices", "4:1", "-n", 2**62],
    ["count", "--vertices", "4:999999999", "-n", 2],
    ["draw", "g*f^4", "-n", 2000],
    ["draw", "g*f^4", "-n", 900],
    ["draw", "g*f^4", "-n", 2, "--out", ""],
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_numbers_beyond_reason_are_refused_at_once(words, capsys, tmp_path, monkeypatch):
    """FAULTS E1, N8, N9: one message, no traceback, no waiting."""
    monkeypatch.chdir(tmp_path)
    refused(capsys, *words)


@pytest.mark.parametrize("call", [
    lambda: expand("g*f^4", 10**5000), lambda: expand("g*f^4", 2, 10**5000),
    lambda: expand("g*f^4", -(10**5000)),
    lambda: expand("g*f^4", 2, Fraction(-1, 10**5000), counting="1/N"),
    lambda: count(10**5000, {4: 1}), lambda: count(2, {4: 10**5000}), lambda: count(2, {10**5000 + 1: 1}),
])  # fmt: skip
def test_huge_numbers_from_python(call):
    """FAULTS N8: never Python's own message about digits."""
    with pytest.raises((InvalidExpansion, GenerationError)) as caught:
        call()
    assert "set_int_max_str_digits" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_counts_of_more_than_4300_digits_are_written(capsys):
    """FAULTS N9: exact, as text and as JSON."""
    assert run(["count", "--vertices", "", "-n", "2900", "--json"]) == 0
    digits = re.search(r'"diagrams": ([0-9]+)', capsys.readouterr().out)[1]
    assert len(digits) > 4300
    value = 0
    for start in range(0, len(digits), 4000):
        piece = digits[start : start + 4000]
        value = value * 10 ** len(piece) + int(piece)
    assert value == double_factorial(2899)
    assert number_text(value) == f"about 10^{len(digits) - 1}"


def test_gauss_diagrams_with_many_vertices(capsys):
    """FAULTS N8: a chain of V vertices is a Gaussian, A^(V+1) (2π/c)^(V/2) /√(V+1) e^(-c Δ²/2(V+1))."""
    for v in (3, 33, 60):
        edges = ",".join(["x1-y1", *(f"y{i}-y{i + 1}" for i in range(1, v)), f"y{v}-x2"])
        assert run(["integrate", "--net", "gauss", "--diagram", edges, "--points", "0.1;0.4", "--json"]) == 0
        value = json.loads(capsys.readouterr().out)["value"]
        exact = (2 * pi) ** (v / 2) * (v + 1) ** -0.5 * float(sympy.exp(-0.09 / (2 * (v + 1))))
        assert value == pytest.approx(exact, rel=1e-12)
    edges = ",".join(["x1-y1", *(f"y{i}-y{i + 1}" for i in range(1, 70)), "y70-x2"])
    refused(capsys, "integrate", "--net", "gauss", "--diagram", edges, "--points", "0.1;0.4")


@pytest.mark.parametrize(
    ("action", "n", "order", "kind"), [("g*f^3", 0, 2, "connected"), ("lambda*f^4", 4, 2, "full")]
)
def test_lines_of_a_bracket_stand_below_each_other(action, n, order, kind):
    """FAULTS F."""
    column = 0
    for line in grouped_text(expand(action, n, order, kind=kind)).splitlines():
        if " * (" in line:
            column = line.index(" * (") + 4
        elif line.lstrip().startswith("+ ") and re.match(r" +\+ [0-9]+ \[", line):
            assert line.index("+") == column
    assert column


@pytest.mark.parametrize("name", ["x.SVG", "x.Svg", "x.Tex", "x.PDF"])
def test_endings_in_capitals(name, tmp_path, capsys):
    """FAULTS F: and one picture is 'one picture'."""
    assert run(["draw", "g*f^3", "-n", "1", "--out", str(tmp_path / name)]) == 0
    assert capsys.readouterr().out.startswith("1 picture in ")
    assert (tmp_path / name).stat().st_size > 100


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1"])
def test_signs_that_a_terminal_has_not_are_written_in_letters(encoding):
    """FAULTS F: no question marks in what we print."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=PLAIN)
    stream.write(expand("lambda*(f.f)^2", 2).text())
    stream.write("λκ ² ∏ Σ √ ∞ ⟨f⟩ 6.2 × 10⁻¹¹ ± 1")
    stream.flush()
    text = stream.buffer.getvalue().decode(encoding)
    assert "?" not in text
    assert "int dy" in text
    assert "delta(1,2)" in text


def test_a_terminal_of_another_encoding():
    """FAULTS F, through the console script."""
    code = "import sys; from nnft_sym.cli import main; sys.argv[1:] = ['expand', 'g*f^3', '-n', '1']; main()"
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONIOENCODING": "cp1252", "PATH": ""},
                          capture_output=True, check=True)  # fmt: skip
    assert b"int dy" in done.stdout
    assert b"?" not in done.stdout


def test_tikz_as_a_document(capsys):
    """FAULTS F: complete, and only with what plain LaTeX has."""
    assert run(["expand", "lambda*(f.f)^2", "-n", "4", "--format", "tikz", "--document"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(r"\documentclass{article}")
    assert out.rstrip().endswith(r"\end{document}")
    assert all(line.isascii() for line in out.splitlines() if not line.startswith("%"))
    assert out.count(r"\begin{tikzpicture}") == out.count(r"\end{tikzpicture}") == 3


def test_labels_of_tikz():
    """FAULTS F: mathematics stays, signs become commands, the rest is escaped."""
    from diagrams import Diagram

    star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1,x5-y1")
    code = tikz(star, labels=["$k_1$", "α", "50 %", "$ω^2$", "日"])
    for wanted in ("{$k_1$}", r"{$\alpha$}", r"{50 \%}", r"{${\omega}^2$}", "{?}"):
        assert wanted in code
    assert code.isascii()


@pytest.mark.parametrize(
    "name", [*ALIASES, *(known.name for known in ALL_FILTERS), "1PI", "One-Particle-Irreducible"]
)
def test_names_of_filters_are_forgiven(name):
    """FAULTS F."""
    wanted = named_filter(name)
    for written in (name.upper(), name.capitalize(), name.replace("_", "-"), f" {name} "):
        assert named_filter(written) is wanted
    with pytest.raises(UnknownFilter, match="there is no diagram filter"):
        named_filter("nothing_like_it")
    assert [expand("g*f^3", 3, kind=kind).kind for kind in ("onepi", "1PI", "Connected")] == [
        Kind.ONE_PARTICLE_IRREDUCIBLE, Kind.ONE_PARTICLE_IRREDUCIBLE, Kind.CONNECTED,
    ]  # fmt: skip


def test_captions_of_components_are_polynomials():
    """FAULTS F: the tadpole of λ(f·f)² has 4D + 8 contractions, 12 at D = 1."""
    for order in (1, 2):
        for term in expand("lambda*(f.f)^2", 2, order, kind="connected"):
            text = re.sub(r"([0-9]) \(", r"\1*(", term.count_text)
            assert sympy.sympify(text).subs("D", 1) == term.multiplicity
            # at D components the coefficient grows like the count
            ratio = sympy.sympify(text) / term.coefficient.sympy()
            assert sympy.simplify(ratio).free_symbols <= {sympy.Symbol("lambda")}
    assert [t.count_text for t in expand("lambda*(f.f)^2", 2)] == ["1", "4 (D + 2)"]


EVIL = "__import__('pathlib').Path({!r}).write_text('evaluated') or abs"


@pytest.mark.parametrize("make", [
    lambda name: sympy.Function(name), lambda name: type(name, (sympy.Function,), {}),
    lambda name: type("Own", (sympy.Function,), {"_pythoncode": lambda self, printer: name + "(1)"}),
])  # fmt: skip
@pytest.mark.parametrize("door", ["activation", "kernel", "profile"])
def test_no_code_comes_in_with_an_expression(make, door, tmp_path):
    """FAULTS O: names of functions are never run."""
    witness, z, y = tmp_path / "witness", *sympy.symbols("z y", real=True)
    expression = make(EVIL.format(str(witness)))(z)
    doors = {
        "activation": lambda: symbolic_activation(expression, z),
        "kernel": lambda: symbolic_kernel(expression, z, y),
        "profile": lambda: symbolic_profile(expression, z, length_scale=1.0),
    }
    with pytest.raises(InvalidExpansion):
        doors[door]()
    assert not witness.exists()


def test_names_of_symbols_are_not_run_either(tmp_path):
    """FAULTS O."""
    z = sympy.Symbol(EVIL.format(str(tmp_path / "witness")) + "(1)")
    assert symbolic_activation(2 * z)(3.0) == 6.0
    assert not (tmp_path / "witness").exists()


DOCUMENT = json.loads(to_json(expand("lambda*f^4", 4, 2)))
TERMS = DOCUMENT["terms"]


@pytest.mark.parametrize("change", [
    {"terms": TERMS[:-1]}, {"terms": [*TERMS, TERMS[-1]]}, {"terms": [*TERMS[:-1], TERMS[0]]}, {"terms": []},
    {"terms": TERMS[::-1]}, {"action": "mu*f**4"}, {"action": "lambda*f**4/24"}, {"scheme": "exact"},
    {"kind": "connected"}, {"kind": "full"}, {"order": 1}, {"order": 3}, {"rule": "none"}, {"wick_total": {}},
    {"n": 2}, {"n": "4"}, {"n": 10**4000}, {"order": "1/0"}, {"counting": {"lambda": "1/0"}}, {"counting": 5},
    {"order": "1e999999999", "counting": {"lambda": "1"}}, {"schema": []}, {"schema": {}},
])  # fmt: skip
def test_contradictory_documents_are_refused(change):
    """FAULTS O."""
    with pytest.raises((InvalidDocument, InvalidExpansion)):
        from_json(json.dumps({**DOCUMENT, **change}))


@pytest.mark.parametrize("text", ["1/0", "g/0", "g**999999999", "2**3", "1 2 3", "x g", "1" * 5000])
def test_polynomials_that_nobody_wrote(text):
    """FAULTS O."""
    with pytest.raises((InvalidDocument, InvalidAction)):
        from_json(json.dumps({"schema": "nnft.polynomial/1", "polynomial": text}))


ATOMS = st.one_of(
    st.sampled_from(["f", "g", "lambda_NL", "v", "½", "f^3"]), st.integers(1, 10**12).map(str),
    st.fractions(0, 9, max_denominator=99).map(lambda q: f"({q.numerator}/{q.denominator})"),
)  # fmt: skip


def grown(inner):
    return st.one_of(
        st.tuples(inner, inner).map(lambda ab: f"({ab[0]} + {ab[1]})"),
        st.tuples(inner, inner).map(lambda ab: f"({ab[0]} - {ab[1]})"),
        st.tuples(inner, inner).map("*".join),
        st.tuples(inner, st.integers(2, 64)).map(lambda ak: f"({ak[0]})^{ak[1]}"),
        st.tuples(inner, st.integers(1, 10**15)).map(lambda ak: f"({ak[0]}/{ak[1]})"),
    )


@given(st.recursive(ATOMS, grown, max_leaves=6))
@settings(max_examples=60, deadline=None)
def test_every_action_is_read_as_it_is_written(text):
    """FAULTS O: whatever can be entered comes back."""
    try:
        action = Action(f"h*f + f^3*({text})")
    except InvalidAction:
        return
    assert Action(str(action)) == action
    assert from_json(to_json(action)) == action


@pytest.mark.parametrize(
    "text", ["(f/3/7)^64", "(f/3/7/11/13)^64", "-(g*f/999999999999)^30 - f^5*(10^60+1)", "f*10^60*10^60"]
)
def test_long_numbers_come_back(text):
    """FAULTS O."""
    assert Action(str(Action(text))) == Action(text)
