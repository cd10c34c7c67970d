"""How large an action is, and what one vertex leaves of it: against fields drawn at random."""

import math
from fractions import Fraction

import numpy as np
import pytest
from made_up_cases import net as made_up

import nnft_sym as nn
from nnft_sym.duality.cumulant_action import action_from_cumulants
from nnft_sym.duality.distance import action_along, closest_constant, principal_directions, share_left
from nnft_sym.duality.symmetric_tensors import arrangements
from nnft_sym.errors import InvalidExpansion
from nnft_sym.report.implied_action import implied_action
from numerics.results.correlator import Part

POINTS = [[-0.7], [0.1], [0.9]]


def connected(network, points=POINTS, orders=(2, 4, 6)):
    exact = nn.exact_correlators(network, points, orders).connected()
    return {n: exact[n] for n in exact}


@pytest.mark.parametrize("network", [nn.CosNet(12), nn.ErfNet(30, sigma_b=0.5)], ids=repr)
def test_sizes_are_those_over_drawn_fields(network):
    """All directions: the very action on the points, whose orders are evaluated at 200,000 fields."""
    known = connected(network)
    along = action_along(known, "1/N^2")
    assert along.directions == len(POINTS)
    action = action_from_cumulants(nn.exact_correlators(network, POINTS, (2, 4, 6)), "1/N^2")
    kernel = network.kernel.full(np.array(POINTS), np.array(POINTS))
    fields = np.random.default_rng(17).multivariate_normal(np.zeros(3), kernel, 200_000)
    by_order = action.by_order(fields)
    for order, size in along.sizes_by_order().items():
        drawn = by_order[order].value
        blocks = drawn.reshape(40, -1).std(axis=1)
        error = blocks.std() / math.sqrt(40)
        assert abs(float(size.value) - drawn.std()) < 4 * error + 1e-3 * drawn.std()
        assert 0 < float(size.error) < 1e-6 * float(size.value)


def test_one_direction_in_closed_form():
    """S ∋ −G4/24 He₄(ξ): its deviation is |G4|/√24, that of the power 4 alone √96 |G4|/24."""
    network = nn.CosNet(10)
    known = connected(network, [[0.3]])
    four = float(known[4].value[0]) / float(known[2].value[0]) ** 2
    along = action_along(known, "1/N")
    assert float(along.sizes_by_order()[Fraction(1)].value) == pytest.approx(four and abs(four) / 24**0.5)
    assert float(along.sizes()[Fraction(1), 4].value) == pytest.approx(abs(four) / 24 * 96**0.5)


def test_directions_are_uncorrelated_and_sorted():
    kernel = nn.ErfNet(3).kernel.full(np.array(POINTS), np.array(POINTS))
    rows = principal_directions(kernel)
    assert np.allclose(rows @ kernel @ rows.T, np.eye(3), atol=1e-12)
    lengths = np.linalg.norm(rows, axis=1)  # the less variance, the longer
    assert np.all(np.diff(lengths) > 0)
    with pytest.raises(InvalidExpansion, match="vanishes"):
        principal_directions(np.zeros((2, 2)))


def test_a_theory_of_one_vertex_is_at_no_distance_from_itself():
    network = nn.ErfNet(30)
    unit = nn.predict(
        nn.expand("lambda*f^4", 4, 1, "exact", "connected"), network.kernel, POINTS, nn.Box(5.0)
    )["lambda"]
    along = action_along(connected(network))
    r = along.directions
    vertex = along.vertex(unit * -0.02)
    found = closest_constant(vertex, along.vertex(unit), r, 4)
    assert abs(float(found.value) + 0.02) <= float(found.error) + 1e-15
    for constant, left in ((-0.02, 0.0), (-0.01, 0.5), (0.0, 1.0), (0.02, 2.0)):
        assert float(share_left(vertex, along.vertex(unit), constant, r, 4).value) == pytest.approx(
            left, abs=1e-9
        )


def test_the_closest_constant_is_that_of_drawn_fields():
    """Least squares of the order 1/N of S on that of λ f⁴, over fields of the Gaussian process."""
    network = nn.CosNet(20)
    known = connected(network, orders=(2, 4))
    unit = nn.predict(
        nn.expand("lambda*f^4", 4, 1, "exact", "connected"), network.kernel, POINTS, nn.Box(2.0)
    )["lambda"]
    along = action_along(known)
    found = closest_constant(along.vertex(known[4]), along.vertex(unit), 3, 4)
    left = share_left(along.vertex(known[4]), along.vertex(unit), float(found.value), 3, 4)
    two = known[2]
    kernel = network.kernel.full(np.array(POINTS), np.array(POINTS))
    fields = np.random.default_rng(3).multivariate_normal(np.zeros(3), kernel, 400_000)
    parts = []
    for four in (known[4], nn.Correlator.over(two.fields, 4, Part.CONNECTED, unit.numbers())):
        part = action_from_cumulants({2: two, 4: four}, "1/N").by_order(fields)[Fraction(1)].value
        parts.append(part - part.mean())
    drawn = parts[0] @ parts[1] / (parts[1] @ parts[1])
    assert float(found.value) == pytest.approx(drawn, rel=0.05)
    rest = np.std(parts[0] - drawn * parts[1]) / np.std(parts[0])
    assert float(left.value) == pytest.approx(rest, rel=0.02)
    # a little to either side it is larger
    for shift in (0.9, 1.1):
        beside = share_left(along.vertex(known[4]), along.vertex(unit), shift * float(found.value), 3, 4)
        assert float(beside.value) > float(left.value)


def test_outputs_that_depend_on_each_other_have_fewer_directions():
    network = nn.ReLUNet(20)
    known = connected(network, [[0.2], [0.6], [1.0]])
    along = action_along(known, "1/N^2")
    assert along.directions == 1
    # one number: f = A x, with E A² = 1/2 and κ4 = 15/4N in units of x
    assert float(along.sizes_by_order()[Fraction(1)].value) == pytest.approx(15 / 4 / 20 * 4 / 24**0.5)
    with pytest.raises(InvalidExpansion, match="the fields vary in 1"):
        action_along(known, "1/N", directions=2)
    with pytest.raises(InvalidExpansion, match="not of two"):
        action_along({4: known[4]})


def test_arrangements_make_the_norm_of_the_full_tensor():
    along = action_along(connected(nn.ErfNet(30), orders=(2, 4)))
    value = along.vertex(connected(nn.ErfNet(30))[4]).value
    kernel = nn.ErfNet(30).kernel.full(np.array(POINTS), np.array(POINTS))
    full = np.zeros((3, 3, 3, 3))
    exact = nn.exact_correlators(nn.ErfNet(30), POINTS, (4,)).connected()[4]
    for index in np.ndindex(full.shape):
        full[index] = float(exact[index].value)
    inverse = np.linalg.inv(kernel)
    square = np.einsum("ijkl,ia,jb,kc,ld,abcd->", full, *[inverse] * 4, full)
    assert np.sum(arrangements(3, 4) * value**2) == pytest.approx(square, rel=1e-9)


def test_the_section_of_a_report():
    study = nn.parse_study(
        'seed = 3\nexperiments = 10\nnetworks = 500\naction = "lambda*f^4"\n'
        '[[net]]\nkind = "relu"\nwidth = 20\nsigma_w = 1.0\nsigma_b = 0.0\n'
        "points = [[0.2], [0.6], [1.0]]\ncutoff = 100.0\n"
        '[[net]]\nkind = "gauss"\nwidth = 100\nsigma_w = 0.3\nsigma_b = 0.3\n'
        "points = [[-1.0], [0.0], [1.0]]\n"
    )
    relu, gauss = nn.run_study(study).nets
    table, words = implied_action(relu)
    assert len(table.rows) == 1
    # the published set-up: λ is one number, −6.25e-11 at Λ = 100
    assert table.rows[0][3].value == pytest.approx(-6.25e-11, rel=1e-9)
    assert "told apart to these digits in 1 direction" in " ".join(words)
    table, words = implied_action(gauss)
    assert [row[0].value for row in table.rows] == [1, 2, 3]
    sizes = [row[1].value for row in table.rows]
    assert sizes == sorted(sizes)  # more directions, more of the action
    left = [row[4].value for row in table.rows]
    assert left[0] < 1e-9 < left[1] < left[2] < 1
    assert "leaves 92.2 % of the vertex of the implied action" in " ".join(words)


@pytest.mark.parametrize("case", ["no_referee", "plain", "one_point"])
def test_made_up_nets_get_a_section_or_a_reason(case):
    table, words = implied_action(made_up(case))
    assert words
    if case == "no_referee":
        assert table is None
        assert words == ["There are no exact correlators, which the action would be made of."]
