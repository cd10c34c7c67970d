"""Sampled tests of symmetries: calibrated where they hold, broken ones found; networks, and outputs given."""

import numpy as np
import pytest

from nnft_sym.symmetries.named_groups import group
from nnft_sym.symmetries.own_groups import finite_group
from nnft_sym.symmetries.sampled_result import SamplingPlan
from nnft_sym.symmetries.sampled_test import sampled_violation
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.exact.correlators import exact_cumulant
from numerics.fields.field_set import FieldSet
from numerics.inference.dataset import Dataset
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.results.quality import Quality
from numerics.sampling.ensemble import Ensemble

TWO = [[0.3], [-0.8]]
PLANE = [[1.3, 0.2], [-0.8, 0.4]]
PLAN = SamplingPlan(networks=40_000, n_blocks=400)


def test_a_thousand_symmetric_ensembles_fire_as_often_as_they_should():
    """At p = 0.01: 10 times in 1,000, 3 to 20 with a probability of 0.995."""
    net, places = ErfNet(2), FieldSet([[0.4], [0.4]], outputs=(1, 2))
    outputs = Ensemble(net, places, seed=5).outputs(500_000).reshape(1000, 500, 2)
    few = SamplingPlan(elements=1)
    turns = group("O(D) of outputs", net, outputs=2)
    found = [
        sampled_violation(
            Dataset.from_outputs(one, places, (2, 4), n_blocks=50), turns, orders=(2, 4), plan=few
        )
        for one in outputs
    ]
    p = np.array([one.p_value for one in found])
    assert found[0].dof == 2 + 4  # 3 + 5 products of two outputs, less δ and δδ
    assert 3 <= np.sum(p < 0.01) <= 20
    assert 70 <= np.sum(p < 0.1) <= 130
    assert 0.45 < p.mean() < 0.55
    assert sum(one.broken for one in found) <= np.sum(p < 0.01)


@pytest.mark.parametrize(
    ("net", "name", "points"),
    [
        (ReLUNet(1), "sign of f", [[1.0]]),
        (CosNet(2).with_laws(output="laplace"), "translations", TWO),
        (ErfNet(2, d_in=2).with_laws(hidden="uniform"), "reflections", PLANE),
        (ErfNet(1, d_in=2), "SO(d) of inputs", PLANE),
    ],
    ids=str,
)
def test_other_groups_are_calibrated_too(net, name, points):
    chosen = group(name, net, outputs=1)
    p = np.array(
        [
            sampled_violation(
                net, chosen, points, (2, 4), SamplingPlan(2000, seed, n_blocks=100, elements=2)
            ).p_value
            for seed in range(24)
        ]
    )
    assert np.sum(p < 0.01) <= 2
    assert 0.3 < p.mean() < 0.7


@pytest.mark.parametrize(
    ("net", "name", "points", "first"),
    [
        (ErfNet(5).with_laws(output="uniform"), "SO(D) of outputs", TWO, 4),
        (ErfNet(2).with_laws(output="rademacher"), "O(D) of outputs", TWO, 4),
        (ReLUNet(2).with_laws(output="scipy.gumbel_r:loc=-0.5772156649015329"), "sign of f", [[0.6]], 3),
        (CosNet(5, d_in=2).with_laws(hidden="uniform"), "SO(d) of inputs", PLANE, 2),
        (ErfNet(5), "translations", TWO, 2),
    ],
    ids=str,
)
def test_broken_symmetries_are_found_at_their_order(net, name, points, first):
    found = sampled_violation(net, group(name, net, outputs=2), points, (2, 4), PLAN)
    assert found.broken
    assert found.p_value < 1e-6
    assert found.first_broken_order == first
    assert found.witness is not None
    assert len(found.witness.fields) == first
    broken = {one.order: one.broken for one in found.violations}
    assert broken[first]
    assert not any(hit for order, hit in broken.items() if order < first)
    assert found.violations[-1].evidence.keys() == {"statistic", "dof", "p_value"}


def test_the_witness_agrees_with_exact_correlators():
    """⟨f(x)⁴⟩ of Erf-net before and after the shift it names."""
    net = ErfNet(5)
    witness = sampled_violation(net, group("translations", net), TWO, (2, 4), PLAN).witness
    before = exact_cumulant(net, witness.fields)
    after = exact_cumulant(net, witness.element.moved(witness.fields))
    assert len(witness.fields) == 2
    assert witness.difference == pytest.approx(float(after) - float(before), abs=5 * witness.error)


@pytest.mark.parametrize(("law", "share"), [("uniform", -6 / 5), ("gaussian", 0.0)])
def test_the_tensor_of_output_weights_by_sampling(law, share):
    """T = G_1111 − G_1122 − G_1212 − G_1221 = −(6/5)(σ_w⁴/N)E_1234, E_1234 = 3x⁴/2 for ReLU."""
    net = ReLUNet(2).with_laws(output=law)
    fields = FieldSet([[1.0]] * 2, outputs=(1, 2))
    g = Ensemble(net, fields, seed=6).correlators(400_000, (4,), 400)[4]
    found = g[0, 0, 0, 0] - 3 * g[0, 0, 1, 1]
    assert abs(float(found) - share / 2 * 1.5) < 4 * float(found.error)
    assert float(found.error) < 0.06


def test_not_one_element_is_chosen_for_groups_of_outputs():
    """Whatever elements are drawn, all combinations that are not invariant are tested."""
    net = ErfNet(5).with_laws(output="uniform")
    data = Ensemble(net, FieldSet([[0.3]] * 2 + [[-0.8]] * 2, outputs=(1, 2, 1, 2)), seed=2)
    sample = data.correlators(40_000, (2, 4), 400)
    turns = group("O(D) of outputs", net, outputs=2)
    found = [
        sampled_violation(sample, turns, orders=(2, 4), plan=SamplingPlan(seed=seed, elements=3 + seed))
        for seed in range(4)
    ]
    assert {one.dof for one in found} == {36}  # 10 − 3 and 35 − 6 combinations
    assert [one.statistic for one in found] == pytest.approx([found[0].statistic] * 4, rel=1e-6)


def test_three_outputs_have_as_many_invariants_as_pairings():
    """At one point: 1 of 6 products of two, 1 of 15 products of four, for O(3) and SO(3)."""
    net = ErfNet(3)
    for name in ("O(D) of outputs", "SO(D) of outputs"):
        found = sampled_violation(net, group(name, net, outputs=3), [[0.5]], (2, 4), PLAN)
        assert {order: one.dof for order, one in found.by_order.items()} == {2: 5, 4: 14}
        assert not found.broken


def test_reflected_points_of_a_sample_are_found_among_them():
    rng = np.random.default_rng(3)
    even = rng.standard_normal((20_000, 1)) * [[1.0, 1.0]] + rng.standard_normal((20_000, 2))
    net, points = ErfNet(1), [[-0.5], [0.5]]
    mirror = group("reflections", net)
    assert not sampled_violation(Dataset.from_outputs(even, points, (2, 4)), mirror, orders=(2, 4)).broken
    odd = even * [[1.0, 1.1]]
    assert sampled_violation(Dataset.from_outputs(odd, points, (2, 4)), mirror, orders=(2, 4)).broken
    with pytest.raises(InvalidStatistics, match="maps these to each other"):
        sampled_violation(Dataset.from_outputs(even, TWO, (2, 4)), mirror)


def test_groups_of_ones_own():
    exchange = finite_group([[[0, 1], [1, 0]]], "outputs", 2, "exchange")
    rng = np.random.default_rng(4)
    alike = rng.laplace(size=(20_000, 1, 2))
    assert not sampled_violation(Dataset.from_outputs(alike, [[0.0]], (2, 4)), exchange, orders=(2, 4)).broken
    turns = group("SO(D) of outputs", ErfNet(1), outputs=2)
    assert sampled_violation(Dataset.from_outputs(alike, [[0.0]], (2, 4)), turns, orders=(2, 4)).broken


def test_what_does_not_change_network_by_network_is_not_tested_on_rounding():
    """f(−x) = −f(x) exactly, without biases: even products are the same to the last digits."""
    net = ErfNet(5, sigma_b=0.0)
    found = sampled_violation(net, group("reflections", net), TWO, (2, 4), PLAN)
    assert (found.dof, found.p_value, found.broken, found.witness) == (0, 1.0, False, None)
    assert all(one.broken is False for one in found.violations)


def test_outputs_that_do_not_scatter_and_are_not_zero_are_broken():
    fixed = np.ones((1000, 1))
    found = sampled_violation(
        Dataset.from_outputs(fixed, [[0.0]], (1, 2, 3)), group("sign of f", ErfNet(1), 1), orders=(2, 4)
    )
    assert (found.p_value, found.broken, found.first_broken_order) == (0.0, True, 1)


def test_heavy_tails_are_left_open():
    net = GaussNet(2, sigma_b=1.0)
    found = sampled_violation(net, group("translations", net), TWO, (4,), PLAN)
    assert found.quality is Quality.HEAVY_TAILED
    assert [one.broken for one in found.violations] == [None]


def test_bad_input_has_one_message():
    net = ErfNet(2)
    turns = group("O(D) of outputs", net, outputs=2)
    one_output = Ensemble(net, TWO).correlators(1000, (2,), 50)
    with pytest.raises(InvalidStatistics, match=r"each of the outputs \[1, 2\]"):
        sampled_violation(one_output, turns, orders=(2,))
    with pytest.raises(InvalidStatistics, match="order 4 is to be tested"):
        sampled_violation(
            Ensemble(net, [[0.1]] * 2, outputs=(1, 2)).correlators(1000, (2,), 50), turns, orders=(4,)
        )
    with pytest.raises(InvalidStatistics, match="without points"):
        sampled_violation(net, turns)
    with pytest.raises(InvalidStatistics, match="leave them out"):
        sampled_violation(one_output, turns, [[0.1]])
    with pytest.raises(NotAvailable, match="can be"):
        sampled_violation(net, group("O(D) of outputs", net, 3), [[0.1], [0.2], [0.3]], (6,))
