"""Orders in one table, powers of 1/N wherever one is meant, vertices in one spelling, methods by name."""

from fractions import Fraction

import click
import pytest

import diagrams
import nnft_sym as nn
from diagrams.errors import GenerationError
from diagrams.vertices import as_vertices
from nnft_sym import cli
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.width_order import power_of_width
from nnft_sym.integrals import Method
from nnft_sym.parameters.orders import ORDERS, Counts
from numerics.errors import NotAvailable

#: (2k − 1)!! pairings of 2k ends, worked out here.
DOUBLE_FACTORIALS = {2: 1, 4: 3, 6: 15, 8: 105, 10: 945, 12: 10395, 14: 135135}


@pytest.mark.parametrize(
    ("spellings", "ends"),
    [
        (({4: 2}, (4, 4), [4, 4], "4:2", "4,4", iter([4, 4])), 8),
        (({4: 1, 6: 1}, (4, 6), [6, 4], "4:1,6:1", "6:1, 4:1", "4,6"), 10),
        (({3: 2, 4: 0}, (3, 3), "3:2", "3:2,4:0"), 6),
        (({}, (), "", " "), 0),
    ],
)
def test_vertices_are_read_alike_everywhere(spellings, ends):
    expected = DOUBLE_FACTORIALS[4 + ends]
    for given in spellings:
        given = list(given) if not isinstance(given, dict | tuple | list | str) else given
        assert diagrams.count(4, given).multiplicity_total == expected
        assert sum(one.multiplicity for one in diagrams.generate(4, given)) == expected
        assert sum(g.diagram.multiplicity * g.labellings for g in diagrams.topologies(4, given)) == expected
        assert diagrams.contraction_count(4, given) == expected
        assert sum(diagrams.contract(4, given).values()) == expected


@pytest.mark.parametrize(
    "given",
    [4, None, 4.0, ("4",), {4: "x"}, {4: 1.5}, "4:x", "x", "4:1:2", "4:-1", "4:1,4:2", ["4:1"], "4;4"],
)
def test_what_are_no_vertices_is_refused_by_one_message(given):
    for function in (diagrams.count, diagrams.generate, diagrams.contraction_count, diagrams.contract):
        with pytest.raises(GenerationError) as caught:
            function(4, given)
        with pytest.raises(GenerationError) as other:
            as_vertices(given)
        assert str(caught.value) == str(other.value)


def test_vertices_at_the_command_line_are_those_of_python(capsys):
    for text in ("4:2", "4,4"):
        assert cli.run(["count", "--vertices", text, "-n", "4", "--json"]) == 0
        assert '"multiplicity_total": 10395' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "power"),
    [("1/N", 1), ("1/N^2", 2), ("N^-2", 2), ("1/N**2", 2), ("N**-1", 1), ("1/N^(3/2)", Fraction(3, 2)),
     ("1/N^0", 0), ("2", 2), (" 1/N^2 ", 2), ("1/N^{2}", 2)],
)  # fmt: skip
def test_powers_of_the_width_are_read(text, power):
    assert power_of_width(text) == power


ACTION = "lambda*f^4 + kappa*f^6"


@pytest.mark.parametrize("order", ["1/N^2", "N^-2", "1/N**2", " 1/N^2"])
def test_an_order_in_words_is_the_number_with_the_counting(order):
    written = nn.expand(ACTION, 6, order=order, kind="connected")
    assert written == nn.expand(ACTION, 6, order=2, kind="connected", counting="1/N")
    # λ is worth 1/N and κ 1/N²: λ, λ², κ and no λκ
    products = {tuple(sorted(p.items())) for t in written.terms for _, p in t.coefficient.monomials()}
    assert products == {(("lambda", 2),), (("kappa", 1),)}
    own = nn.expand(ACTION, 6, order=2, kind="connected", counting={"lambda": "1/N", "kappa": "1/N^2"})
    assert own.terms == written.terms


def test_an_order_in_words_at_the_command_line(capsys):
    words = ["expand", ACTION, "-n", "6", "--kind", "connected", "--json"]
    answers = []
    for more in (
        ["--order", "1/N^2"],
        ["--order", "1/N^2", "--counting", "1/N"],
        ["--order", "2", "--counting", "1/N"],
        ["--order", "2", "--counting", "lambda=1/N,kappa=1/N^2"],
        ["--order", "1/N^2", "--counting", "lambda=1,kappa=2"],
    ):
        assert cli.run([*words, *more]) == 0
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1] == answers[2]
    assert answers[3] == answers[4]


@pytest.mark.parametrize("order", ["x", "N", "1/N^", "", "lambda", "1/M^2"])
def test_what_is_no_order_is_refused(order):
    with pytest.raises(InvalidExpansion, match=r"give a number of vertices, such as 2, or a power of 1/N"):
        nn.expand(ACTION, 4, order=order)


def test_every_order_of_every_command_is_in_the_table():
    """And its help is what the table says."""
    found = {}
    for name in cli.COMMANDS:
        command = cli.nnft.get_command(click.Context(cli.nnft), name)
        for option in command.params:
            if isinstance(option, click.Option) and {"--order", "--orders"} & set(option.opts):
                found[name, option.opts[0]] = option.help.split(" [default:")[0]
    assert found == {(one.command, one.option): one.help for one in ORDERS}


def test_the_table_says_what_the_options_do(capsys):
    """One example of each meaning, by its answer."""
    assert {one.counts for one in ORDERS} == set(Counts)
    for one in ORDERS:
        if one.counts is Counts.WIDTH:
            assert power_of_width(one.example) is not None
        else:
            assert all(part.isdigit() for part in one.example.split(","))


def test_one_order_may_be_given_as_a_number():
    net, points = nn.ErfNet(width=5), [[0.1], [0.5]]
    exact = nn.exact_correlators(net, points, orders=4)
    assert tuple(exact) == (4,)
    sample = nn.Ensemble(net, points, seed=1).correlators(2000, orders=4)
    assert tuple(sample) == (4,)
    assert sample.covariance(4).shape == (5, 5)
    assert nn.Model.leading("lambda*f^4", 4).orders == (4,)
    assert nn.symmetry(net, "SO(D) of outputs", points, 2).holds


def test_methods_have_short_names():
    net, star = nn.ErfNet(width=5), nn.Diagram.from_edge_string("x1-y1,x2-y1,y1-y1")
    box, points = nn.Box(3.0), [[0.0], [0.5]]
    grid = nn.integrate(star, net.kernel, points, box, method="grid")
    assert grid.value == nn.integrate(star, net.kernel, points, box, method=Method.GRID).value
    cubature = nn.integrate(star, net.kernel, points, box, method="cubature", rtol=1e-8)
    assert abs(float(grid - cubature)) < 1e-7
    assert "cubature" in cubature.method
    with pytest.raises(NotAvailable, match="did you mean 'grid'"):
        nn.integrate(star, net.kernel, points, box, method="gird")
