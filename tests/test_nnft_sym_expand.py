"""``nnft expand``: the JSON of the contract, the other formats, and refusals."""

import json
import re
import shutil
import subprocess
from math import factorial, prod

import click
import pytest
from click.testing import CliRunner

from diagrams.diagram import Diagram
from diagrams.errors import NNFTError
from nnft_sym.actions.action import Action
from nnft_sym.commands.expand import command
from nnft_sym.expansions import expansion
from nnft_sym.progress.patience import Patience

LAMBDA_KAPPA = "lambda*f**4 + kappa*f**6"


def expand(*words):
    """Run the command; give what it prints on standard output."""
    done = CliRunner().invoke(command, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    # A machine that is busy may get to see progress.
    assert re.sub(r"(?m)^\[ *[\d.]+ s\] .*\n", "", done.stderr) == ""
    return done.stdout


def expand_json(*words):
    return json.loads(expand(*words, "--json"))


def test_keys_and_values_of_the_contract():
    found = expand_json(LAMBDA_KAPPA, "-n", "4", "--order", "2")
    assert {"terms", "wick_total", "action", "n", "order", "scheme", "kind"} <= set(found)
    assert (found["action"], found["n"], found["order"]) == (LAMBDA_KAPPA, 4, 2)
    assert (found["scheme"], found["kind"]) == ("bare", "normalised")
    assert found["wick_total"] == {
        "": 3, "4:1": 105, "4:2": 10395, "4:1,6:1": 135135, "6:1": 945, "6:2": 2027025,
    }  # fmt: skip
    keys = {"multiplicity", "symmetry_factor", "coefficient", "edges", "connected", "vertices"}
    assert all(set(term) == keys for term in found["terms"])
    bubble = [["x1", "y1"], ["x2", "y1"], ["x3", "y2"], ["x4", "y2"], ["y1", "y2"], ["y1", "y2"]]
    (term,) = [term for term in found["terms"] if term["edges"] == bubble and term["vertices"] == "4:2"]
    assert term == {
        "multiplicity": 576,
        "symmetry_factor": 2,
        "coefficient": "288*lambda**2",
        "edges": bubble,
        "connected": True,
        "vertices": "4:2",
    }


@pytest.mark.parametrize(("n", "order"), [(2, 2), (4, 1), (3, 2), (6, 1)])
def test_terms_are_labelled_diagrams_that_read_back(n, order):
    """Edges give back the diagram; multiplicity and coefficient follow from it by their definitions."""
    found = expand_json("g*f^3 + lambda*f^4", "-n", str(n), "--order", str(order))
    assert found["terms"]
    assert len({json.dumps(term["edges"]) for term in found["terms"]}) == len(found["terms"])
    for term in found["terms"]:
        diagram = Diagram.from_edge_string(",".join("-".join(edge) for edge in term["edges"]))
        assert [list(edge) for edge in diagram.edge_labels] == term["edges"]
        assert diagram.vertex_key == term["vertices"]
        assert diagram.is_connected is term["connected"]
        counts = dict(diagram.vertex_content)
        ways = prod(factorial(v) ** c * factorial(c) for v, c in counts.items())
        assert term["multiplicity"] * term["symmetry_factor"] == ways
        number = (-1) ** diagram.n_vertices * term["multiplicity"] // prod(map(factorial, counts.values()))
        powers = [
            name if counts[v] == 1 else f"{name}**{counts[v]}"
            for v, name in ((3, "g"), (4, "lambda"))
            if v in counts
        ]
        assert term["coefficient"] == "*".join([str(number), *powers])


def test_json_and_format_json_are_the_same():
    words = ["lambda*f^4", "-n", "2"]
    assert (
        expand(*words, "--json")
        == expand(*words, "--format", "json")
        == expand(*words, "--json", "--format", "json")
    )
    assert expand(*words, "--json").count("\n") == 1


def test_integers_beyond_64_bits_are_exact():
    text = expand("f^12", "-n", "0", "--kind", "full", "--order", "3", "--json")
    total = json.loads(text)["wick_total"]["12:3"]
    assert total == prod(range(35, 0, -2))
    assert total > 2**63
    assert str(total) in text


@pytest.mark.parametrize("scheme", ["bare", "exact"])
@pytest.mark.parametrize("kind", ["full", "normalised", "connected", "1pi"])
def test_every_scheme_and_kind(scheme, kind):
    found = expand_json("lambda*f^4", "-n", "4", "--order", "2", "--scheme", scheme, "--kind", kind)
    assert found["wick_total"] == {"": 3, "4:1": 105, "4:2": 10395}
    assert (found["scheme"], found["kind"]) == (scheme, kind)
    expected = expansion.expand("lambda*f^4", 4, 2, scheme, kind)
    assert len(found["terms"]) == len(expected)
    if kind in ("connected", "1pi"):
        assert all(term["connected"] for term in found["terms"])


def test_vacuum_diagrams():
    found = expand_json("lambda*f^4", "-n", "0", "--kind", "full", "--order", "1")
    assert found["terms"][0] == {
        "multiplicity": 1,
        "symmetry_factor": 1,
        "coefficient": "1",
        "edges": [],
        "connected": False,
        "vertices": "",
    }
    assert found["terms"][1]["edges"] == [["y1", "y1"], ["y1", "y1"]]
    assert found["wick_total"] == {"": 1, "4:1": 3}


def test_the_default_is_first_order_as_text():
    assert expand("lambda*f^4", "-n", "4") == expansion.expand("lambda*f^4", 4).text() + "\n"


def test_latex():
    formula = expand("lambda*f^4", "-n", "2", "--format", "latex")
    assert formula == (
        "\\[\nG^{(2)}(x_{1},x_{2}) = K_{12} "
        "- 12\\lambda\\int d^{d}y\\,K^{W}_{1y}K^{W}_{2y}K^{W}_{yy} + \\cdots\n\\]\n"
    )
    assert "W" not in expand("lambda*f^4", "-n", "2", "--format", "latex", "--plain-kernel")
    document = expand("lambda*f^4", "-n", "4", "--format", "latex", "--document")
    assert document.startswith(r"\documentclass")
    assert r"\end{document}" in document


def test_forms_and_notation_of_latex():
    """Grouped, drawn, and K(x_1,x_2) with numbered vertices; plain K comes with its note."""
    words = ["lambda*f^4", "-n", "4", "--format", "latex"]
    grouped = expand(*words, "--terms", "grouped")
    assert re.findall(r"(\d+)\\[bB]igl\[", grouped) == ["3", "72", "24"]
    assert grouped.startswith("% [...] is the mean over the labellings")
    drawn = expand(*words, "--terms", "drawn")
    assert (drawn.count(r"\begin{tikzpicture}"), drawn.count("K")) == (3, 0)
    assert "amsmath and tikz" in drawn.splitlines()[0]
    spelt = expand(*words, "--arguments", "--numbered-vertices", "--plain-kernel")
    assert r"\int d^{d}y_{1}\,K(x_{1},y_{1})K(x_{2},y_{1})K(x_{3},y_{1})K(x_{4},y_{1})" in spelt
    assert spelt.startswith("% K at a vertex")
    assert expand(*words, "--terms", "labelled") == expand(*words)
    document = expand(*words, "--document", "--terms", "grouped")
    assert "By topology" in document
    assert "Term by term" not in document
    assert "tikzpicture" not in document


def test_grouped_text_and_the_rule_that_was_used():
    four = expansion.expand("lambda*f^4", 4, scheme="exact")
    words = ["lambda*f^4", "-n", "4", "--scheme", "exact"]
    head, rest = expand(*words, "--terms", "grouped").split("\n\n")
    assert rest == four.grouped_text() + "\n"
    assert head.splitlines()[0] == four.rule
    assert "[...]: mean over the labellings" in head
    assert "[...]: mean over the labellings" in expand("lambda*f^4", "-n", "4")
    for form in ("latex", "tikz", "text", "json"):
        assert "exact propagator: every line is the full connected" in expand(*words, "--format", form)
    odd = expand("g*f^3", "-n", "3", "--scheme", "exact", "--format", "latex")
    assert "mean of the field is kept zero" in odd


@pytest.mark.parametrize("action", ["-lambda*f**4", "-f^4/24", "-2*g*f^3 + f^4", "-nu*f^4", "-(a + b)*f^4"])
@pytest.mark.parametrize("place", [0, 2, 4])
def test_an_action_may_begin_with_a_minus_sign(action, place):
    words = ["-n", "4", "--order", "2"]
    words.insert(place, action)
    assert json.loads(expand(*words, "--json"))["action"] == str(Action(action))
    assert expand("-n4", "--json", "--", action) == expand("-n4", "--json", action)


def test_columns_of_messages_are_those_of_the_action():
    with pytest.raises(NNFTError, match="at column 14"):
        command.main(["-lambda*f^4 +", "-n", "4"], standalone_mode=False)


def test_no_diagrams_is_said_in_words():
    done = CliRunner().invoke(command, ["lambda*f^4", "-n", "3", "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["terms"] == []
    assert "odd number of line ends" in done.stderr
    text = expand("lambda*f^4 + kappa*f^6", "-n", "1")
    assert "1 point and vertices of 4 or 6 fields leave an odd number of line ends" in text
    assert "zero to all orders" not in expand("g*f^3", "-n", "1", "--order", "0")


def test_exact_lines_leave_no_vacuum_parts():
    """The full function with exact lines has the terms, and the name, of the normalised one."""
    words = ["lambda*f^4", "-n", "4", "--order", "2", "--scheme", "exact"]
    full, normalised = expand_json(*words, "--kind", "full"), expand_json(*words)
    assert full["terms"] == normalised["terms"]
    text = expand(*words, "--kind", "full")
    assert "exp(-" not in text
    assert "full was asked for" in text
    assert "Z" not in expand(*words, "--kind", "full", "--format", "latex")


def test_long_requests_say_how_far_they_are():
    said = []
    terms = len(expansion.expand("g*f^3", 5, 5, progress=said.append))
    assert said[0] == "counting the diagrams with the vertices 3:1"
    assert said[-1] == f"2,000 of {terms:,} diagrams found"
    said.clear()
    found = expansion.expand("mu*f(x)^2*f(y)^2", 4, 3, progress=said.append)
    assert said[-1] == f"120 of 120 diagrams with the vertices 4:3 taken apart: {len(found):,} terms"
    patience = Patience(first=0.02, every=0.02)
    done = CliRunner().invoke(command, ["g*f^3", "-n", "5", "--order", "5", "--json"], obj=patience)
    assert f"of {terms:,} diagrams found" in done.stderr
    assert json.loads(done.stdout)["order"] == 5


def test_tikz():
    listing = expand(LAMBDA_KAPPA, "-n", "4", "--format", "tikz")
    assert listing.count(r"\begin{tikzpicture}") == listing.count(r"\end{tikzpicture}") == 5
    assert re.findall(r"% (\S+) \*.*labellings: (\d+)", listing) == [
        ("1", "3"), ("-12*lambda", "6"), ("-24*lambda", "1"), ("-90*kappa", "6"), ("-360*kappa", "1"),
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_pasted_output_compiles(tmp_path):
    found = shutil.which("kpsewhich")
    if found is None or not subprocess.run([found, "tikz.sty"], capture_output=True, check=False).stdout:
        pytest.skip("the LaTeX package tikz is not installed")
    body = [expand(LAMBDA_KAPPA, "-n", "4", "--order", "2", "--format", form) for form in ("latex", "tikz")]
    page = [
        r"\documentclass{article}",
        r"\usepackage{amsmath,tikz}",
        r"\allowdisplaybreaks",
        r"\begin{document}",
    ]
    (tmp_path / "page.tex").write_text("\n".join([*page, *body, r"\end{document}"]))
    words = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]


BAD = [
    (["lambda*f^4 +", "-n", "4"], "column 13"),
    (["lambda*f^4", "-n", "-1"], "-n: -1 was given; a whole number from 0"),
    (["lambda*f^4", "-n", "4", "--order", "-1"], "order is -1"),
    (["lambda*f^4", "-n", "4", "--order", "one"], "write a number such as 2"),
    (["lambda*f^4", "-n", "4", "--scheme", "dressed"], "'bare', 'exact'"),
    (["lambda*f^4", "-n", "4", "--kind", "all"], "'connected', 'amputated', '1pi', '2pi', 'skeleton'"),
    (["lambda*f^4", "-n", "4", "--filter", "tree"], "no diagram filter 'tree'"),
    (["lambda*f^4", "-n", "4", "--loops", "two"], "2-2 for two loops only"),
    (["lambda*f^4", "-n", "4", "--loops", "3-2"], "2-2 for two loops only"),
    (["-n", "4", "--loops", "2"], "without an action"),
    (["lambda*f^4", "-n", "4", "--format", "html"], "'text', 'latex', 'tikz', 'json'"),
    (["lambda*f^4", "-n", "4", "--format", "text", "--json"], "contradict"),
    (["lambda*f^4", "-n", "4", "--format", "tikz", "--json"], "contradict"),
    (["lambda*f^4", "-n", "4", "--document"], "--format latex"),
    (["lambda*f^4", "-n", "4", "--plain-kernel", "--json"], "--format text or latex"),
    (["lambda*f^4", "-n", "4", "--terms", "drawn"], "--format latex"),
    (["lambda*f^4", "-n", "4", "--terms", "drawn", "--json"], "--format latex"),
    (["lambda*f^4", "-n", "4", "--terms", "grouped", "--format", "tikz"], "no effect"),
    (["lambda*f^4", "-n", "4", "--arguments", "--numbered-vertices"], "need --format latex"),
    (["lambda*f^4", "-n", "4", "--format", "latex", "--terms", "drawn", "--arguments"], "no effect"),
    (["-lambda*psi^4", "-n", "4"], "write f for it"),
    (["lambda*f^4", "-n", "10", "--order", "4"], "4,494,070 diagrams"),
    (["kappa*(f.f)^4", "-n", "4", "--order", "3"], "ways"),
    (["lambda*f^4", "-n", "0"], "kind full or connected"),
    (["lambda*f^4"], "-n"),
    (["-n", "4", "--order", "2"], "without an action"),
]


@pytest.mark.parametrize(("words", "fragment"), BAD, ids=[" ".join(words) for words, _ in BAD])
def test_bad_input_is_refused(words, fragment):
    """The group turns these errors into exit code 2 and one message; nothing has been printed by then."""
    with pytest.raises((NNFTError, click.ClickException)) as caught:
        command.main(words, standalone_mode=False)
    message = (
        caught.value.format_message() if isinstance(caught.value, click.ClickException) else str(caught.value)
    )
    assert fragment in message
