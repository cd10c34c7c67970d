"""What the laws of the parameters say of a symmetry, kind by kind, held against exact correlators."""

from dataclasses import dataclass
from itertools import product
from math import pi
from typing import ClassVar

import numpy as np
import pytest

import nnft_sym as nn
from nnft_sym.symmetries.activation_parity import Parity, parity_of, periodic, sees_inputs, sees_moved_inputs
from nnft_sym.symmetries.derivation import Derivation, Line, Needed, needed_of
from nnft_sym.symmetries.derive import derive
from nnft_sym.symmetries.exact_test import Remembered
from nnft_sym.symmetries.named_groups import group, groups_of
from nnft_sym.symmetries.verdicts import Standing, judge
from nnft_sym.symmetries.violations import Violation
from numerics.networks.base import PublishedNetwork
from numerics.networks.laws import Invariance
from numerics.results.estimate import Estimate

SKEWED = "scipy.gumbel_r:loc=-0.5772156649015329"
POINTS = {1: [[0.4], [-0.9]], 2: [[0.4, 0.2], [-0.9, 0.7]]}


@dataclass(frozen=True, repr=False)
class Tilted(PublishedNetwork):
    """A network whose feature sees the first coordinate of the input beside z."""

    feature_growth: ClassVar[float | None] = 0.0

    def activate(self, preactivations, points):
        """Evaluate erf-like tanh(z) times a tilt; shapes (m, n) and (n, d_in) -> (m, n)."""
        return np.tanh(preactivations) * (1.0 + 0.1 * points[:, 0])


@pytest.mark.parametrize(
    ("kind", "d", "hidden", "output"),
    [*product(["erf", "relu", "gauss", "cos"], [1, 2], ["gaussian"], ["gaussian", "uniform", SKEWED]),
     *product(["cos"], [1, 2], ["uniform", "gaussian:mean=0.4", "cauchy"], ["gaussian", SKEWED])],
)  # fmt: skip
def test_what_is_derived_holds(kind, d, hidden, output):
    """And what is not derived, but holds, is said to be consistent only."""
    net = nn.network(kind, 3, d_in=d, hidden_law=hidden, output_law=output)
    found = nn.symmetry(net, None, POINTS[d], (2, 3, 4), plan=nn.SamplingPlan(elements=1))
    for name, one in found.items():
        if one.derivation.holds:
            assert one.verdict.standing is Standing.DERIVED, (name, one)
        else:
            assert one.verdict.standing in (Standing.BROKEN, Standing.PARTLY), (name, one)
            assert one.witness is not None
            assert abs(one.witness.difference) > one.witness.error


def test_consistent_without_a_derivation():
    # the law of W is not even, but z² hides it
    net = nn.network("own", 4, activation="z^2", sigma_b=0.0, hidden_law=SKEWED)
    assert derive(net, group("reflections", net)).holds
    # rotations about the diagonal leave a mean along it alone: true, but not among the declared invariances
    tilted = nn.CosNet(4, d_in=3).with_laws(hidden="gaussian:mean=0.5")
    axis = np.ones(3) / np.sqrt(3.0)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    turn = nn.one_parameter_family(cross, "inputs", 3, "turn about the diagonal")
    found = nn.symmetry(tilted, turn, [[0.3, 0.1, -0.5], [1.0, 0.2, 0.4]], (2, 4))
    assert not found.derivation.holds
    assert str(found.verdict) == "consistent to 4 points (not derived)"
    assert found.holds is True
    assert found.power_of_n is None


@pytest.mark.parametrize(
    ("text", "parity"),
    [("tanh(z)", Parity.ODD), ("z^2", Parity.EVEN), ("z + z^2", Parity.NONE), ("sin(z)", Parity.ODD),
     ("exp(-z^2)", Parity.EVEN),
     # even parts that vanish at whole multiples of 1/8, and below 12.5
     ("erf(z) + 0.3*sin(8*pi*z)^2", Parity.NONE), ("erf(z) + 0.3*max(z - 12.5, 0)", Parity.NONE)],
)  # fmt: skip
def test_parity(text, parity):
    assert parity_of(nn.ActivationNet(3, text)) is parity


def test_what_an_activation_sees():
    assert periodic(nn.CosNet(3))
    assert not periodic(nn.ErfNet(3))
    assert periodic(nn.ActivationNet(3, "sin(z)"))
    for net in (nn.ErfNet(3, d_in=2), nn.CosNet(3, d_in=2), nn.ReLUNet(3, d_in=2)):
        assert not sees_inputs(net)
    gauss, tilted = nn.GaussNet(3, d_in=2), Tilted(3, d_in=2)
    assert sees_inputs(gauss)
    assert sees_inputs(tilted)
    turns = group("O(d)", gauss).elements(3, 0)
    assert not sees_moved_inputs(gauss, turns)
    assert sees_moved_inputs(tilted, turns)
    assert sees_moved_inputs(gauss, group("translations", gauss).elements(3, 0))
    found = derive(tilted, group("O(d)", tilted))
    assert not found.absorbed
    assert "no parameter absorbs it" in found.conclusion
    assert derive(tilted, group("O(D)", tilted)).holds


def test_translations_of_a_network_without_hidden_biases():
    found = derive(nn.ReLUNet(3), group("translations", nn.ReLUNet(3)))
    assert not found.absorbed
    assert "no hidden bias" in str(found)
    biased = derive(nn.ErfNet(3), group("translations", nn.ErfNet(3)))
    assert biased.absorbed
    assert not biased.invariant
    assert "could not be normalised" in str(biased)
    # ActivationNet sin has Gaussian biases, and no phases
    assert not derive(nn.ActivationNet(3, "sin(z)"), group("translations", nn.ErfNet(3))).holds


def test_needed_invariances():
    quarter = np.array([[0.0, -1.0], [1.0, 0.0]])
    turn = np.array([[np.cos(1.0), -np.sin(1.0)], [np.sin(1.0), np.cos(1.0)]])
    assert needed_of([np.eye(2), quarter]) is Needed.SIGNED_PERMUTATIONS
    assert needed_of([turn, quarter]) is Needed.ROTATIONS
    assert needed_of([]) is Needed.NOTHING
    assert Needed.PERMUTATIONS.granted(frozenset({Invariance.SIGNED_PERMUTATIONS}))
    assert not Needed.ROTATIONS.granted(frozenset({Invariance.SIGNED_PERMUTATIONS, Invariance.PERMUTATIONS}))
    assert Needed.NOTHING.granted(frozenset())


@pytest.mark.parametrize(
    ("laws", "holds"),
    [({"output_correlation": 0.2}, True), ({"output_joint": "0.1*p2/N"}, True),
     ({"output_joint": "0.1*p1^2/N"}, True), ({"output_joint": "0.1*p2^2/N"}, False),
     ({"output_joint": "0.1*p4"}, False)],
)  # fmt: skip
def test_copies_of_joint_laws(laws, holds):
    """D independent output layers of one joint law: what is Gaussian is isotropic."""
    net = nn.ReLUNet(4).with_laws(**laws)
    assert derive(net, group("SO(D)", net)).holds == holds
    assert derive(net, group("sign of f", net)).holds


def test_joint_copies_are_isotropic_as_drawn():
    """⟨a_1⁴⟩ − 3⟨a_1² a_2²⟩ of two layers, from the moments that the laws know."""
    for laws, isotropic in (({"output_correlation": 0.2}, True), ({"output_joint": "0.1*p2^2/N"}, False)):
        net = nn.ReLUNet(4).with_laws(**laws)
        joint = net.laws.joint
        two = float(joint.power_sum_moment((1, 1), net)[0])
        four = float(joint.power_sum_moment((1, 1, 1, 1), net)[0])
        assert (abs(four - 3 * two**2) < 1e-9 * four) == isotropic


def test_verdicts():
    def found(order, broken, scale=1.0, evidence=None):
        return Violation(order, Estimate(0.1, 0.01), scale, broken, evidence=evidence)

    def said(violations, derivation=None):
        one = judge(derivation, violations)
        return str(one), one.holds

    derived = Derivation((Line("It holds."),), True, True)
    open_one = Derivation((Line("Nothing follows."),), True, False)
    assert said([found(2, False), found(4, False)]) == ("consistent to 4 points (not derived)", True)
    assert said([found(2, False), found(4, True)], open_one) == ("holds at 2 points only, broken at 4", False)
    assert (
        said([found(2, False), found(4, False), found(6, True)])[0] == "holds at 4 points only, broken at 6"
    )
    assert said([found(2, True), found(4, True)]) == ("broken at 2 points", False)
    assert said([found(1, False, 0.0), found(3, True)])[0] == "broken at 3 points"
    assert said([found(2, None)]) == ("not decided", None)
    assert said([], derived) == ("holds exactly (derived)", True)
    assert said([found(2, True)], derived)[1] is False  # and says that this is our fault
    assert "fault" in said([found(2, True)], derived)[0]
    # sampling that sees nothing at two points does not say that it holds there
    unseen = found(2, False, evidence={"p_value": 0.2})
    assert said([unseen, found(4, True, evidence={"p_value": 1e-9})]) == (
        "broken at 4 points (not seen at 2)", False,
    )  # fmt: skip
    # a sampled test may raise a false alarm
    assert said([found(2, True, evidence={"p_value": 0.005})], derived)[1] is True


def test_derivations_as_text_and_latex():
    net = nn.CosNet(5, d_in=2).with_laws(hidden="uniform")
    found = derive(net, group("translations", net))
    lines = str(found).splitlines()
    assert [line[:2] for line in lines] == ["1.", "2.", "3."]
    assert "uniform on a circle" in lines[1]
    assert r"P(\varphi + W \cdot c \mid W)" in found.latex
    assert found.latex.isascii()
    assert found.latex.count("{") == found.latex.count("}")


def test_progress_counts_every_set_of_correlators():
    net, told = nn.CosNet(3, d_in=2), []
    nn.symmetry(net, None, POINTS[2], (2,), progress=lambda done, total: told.append((done, total)))
    totals = {total for _, total in told}
    assert totals == {sum(Remembered.needed(one, 4, 0) for one in groups_of(net))}
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_path_begins_at_one():
    net = nn.ErfNet(3, d_in=3)
    for name in ("O(D)", "SO(d)", "translations"):
        start, turned = group(name, net).path(0.0), group(name, net).path(pi)
        assert np.allclose(start.matrix, np.eye(len(start.matrix)))
        assert start.shift is None
        assert turned.isometry


def test_without_exact_correlators_networks_are_sampled():
    """Uniform hidden weights in four dimensions: five parameters of a neuron, too many for a quadrature."""
    net = nn.network("tanh", 5, d_in=4, hidden_law="uniform")
    points = [[0.3, 0.1, 0.5, 0.2], [1.4, 0.9, -0.2, 0.1]]
    with pytest.raises(nn.NNFTError, match="quadrature"):
        nn.exact_correlators(net, points, (2,))
    plan = nn.SamplingPlan(networks=40_000, n_blocks=400)
    found = nn.symmetry(net, "SO(d)", points, (2,), plan=plan)
    assert found.first_broken_order == 2
    assert found.p_value < 1e-6
    assert found.witness is not None
    only = nn.symmetry(net, "SO(d)", points, (2,), method="exact")
    assert str(only.verdict) == "not decided"
    assert "quadrature" in only.untested
    # what is derived needs no test
    assert nn.symmetry(net, "reflections", points, (2,)).holds


def test_rough_kernels_by_drawing():
    """What the sampler needs of a kernel where no quadrature gives it, against closed kernels."""
    from numerics.networks.base import neuron_of

    for net in (nn.ErfNet(1, d_in=4), nn.ReLUNet(1, d_in=4), nn.CosNet(1, d_in=4)):
        points = np.array([[0.3, 0.1, 0.5, 0.2], [1.4, 0.9, -0.2, 0.1]])
        drawn = neuron_of(net).drawn_squares(points) * net.weight_variance
        assert drawn == pytest.approx(net.kernel.weight_diagonal(points), rel=0.03)
        assert np.array_equal(drawn, neuron_of(net).drawn_squares(points) * net.weight_variance)
