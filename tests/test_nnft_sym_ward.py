"""Ward identities: two sides by different means, closed forms, boundary terms, samples, and refusals."""

import json

import numpy as np
import pytest

from nnft_sym.errors import InvalidSymmetry
from nnft_sym.symmetries.groups import Rotations
from nnft_sym.symmetries.own_groups import finite_group, one_parameter_family
from nnft_sym.symmetries.ward import WardIdentity, ward_identity
from nnft_sym.symmetries.ward_motion import beginning, motion_of
from nnft_sym.symmetries.ward_table import ward_identities
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.fields.field_set import FieldSet
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.sampling.drawn_insertions import SampleSize, draw_networks, sampled_sides

TWO = [[0.3], [-0.8]]
PLANE = [[1.3, 0.2], [-0.8, 0.4]]
TURN = "SO(D) of outputs"
SQUEEZE = one_parameter_family([[0.3, 0.1], [0.2, -0.5]], "outputs", 2, "squeeze", 0.3)
STRETCH = one_parameter_family([[1.0]], "inputs", 1, "stretch", 0.3)


def element(found, order, side, row=-1):
    """One number of one side, by its row."""
    return float(getattr(found.sides, side)[order].value[row])


@pytest.mark.parametrize(
    ("net", "family", "points", "breaks"),
    [
        (ErfNet(5), TURN, TWO, False),
        (ErfNet(5).with_laws(output="uniform"), TURN, TWO, True),
        (ErfNet(5).with_laws(output="laplace:scale=2"), TURN, TWO, True),
        (ReLUNet(3).with_laws(output="student-t:df=9"), TURN, TWO, True),
        (ErfNet(2).with_laws(output="student-t:df=5"), TURN, TWO, True),
        (ErfNet(5).with_laws(output="scipy.logistic"), TURN, TWO, True),
        (ErfNet(5).with_laws(output="scipy.expon:loc=-1"), TURN, TWO, True),
        (ErfNet(5), SQUEEZE, TWO, True),
        (ErfNet(2).with_laws(output="uniform"), SQUEEZE, TWO, True),
        (CosNet(3, d_in=2), "SO(d) of inputs", PLANE, False),
        (CosNet(3, d_in=2).with_laws(hidden="uniform"), "SO(d) of inputs", PLANE, True),
        (CosNet(3, d_in=2).with_laws(hidden="laplace"), "SO(d) of inputs", PLANE, True),
        (GaussNet(3, 0.6, 0.3, d_in=2).with_laws(hidden="uniform"), "SO(d) of inputs", PLANE, True),
        (ErfNet(3), "translations", TWO, True),
        (ErfNet(3).with_laws(bias="uniform"), "translations", TWO, True),
        (CosNet(3).with_laws(hidden="cauchy"), "translations", TWO, False),
        (GaussNet(3, 0.6, 0.3), "translations", TWO, True),
        (ErfNet(3).with_laws(hidden="laplace"), STRETCH, TWO, True),
    ],
    ids=str,
)
def test_both_sides_agree(net, family, points, breaks):
    """The left side from correlators, the right one from integrals with slopes of densities."""
    found = ward_identity(net, family, points, (2, 4))
    assert (found.holds, found.breaks) == (True, breaks)
    for order in (2, 4):
        left, right = found.sides.left[order], found.sides.right[order]
        assert left.value == pytest.approx(right.value, rel=1e-6, abs=1e-8)
        assert np.all(left.error + right.error < 1e-5)
    assert found.sides.right[4].error.max() > 0.0


def test_uniform_output_weights_break_rotations_by_their_boundary_term():
    """δ⟨f₁³f₂⟩ = ⟨f₁⁴⟩ − 3⟨f₁²f₂²⟩ = T = −(6/5)(σ_w⁴/N) E_1234, E_1234 = 3x⁴/2 for ReLU."""
    net = ReLUNet(7).with_laws(output="uniform")
    found = ward_identity(net, TURN, [[0.9]], (2, 4))
    closed = -6 / 5 / 7 * 1.5 * 0.9**4
    # f₁ → f₁ − t f₂ and f₂ → f₂ + t f₁
    assert found.fields.labels(4)[1] == "f₁(0.9)³ f₂(0.9)"
    for side in ("left", "right"):
        assert element(found, 4, side, 1) == pytest.approx(closed, rel=1e-12)
        assert element(found, 2, side, 1) == pytest.approx(0.0, abs=1e-12)


def test_without_its_boundary_term_a_uniform_law_would_break_nothing():
    net = ErfNet(3).with_laws(output="uniform")
    motion = motion_of(net, beginning(Rotations("outputs", 2, special=True)), 2)
    some = draw_networks(net, 2, 50, np.random.default_rng(1))
    assert not np.any(some.insertion(motion))
    fields = FieldSet([[0.3]] * 2, outputs=(1, 2))
    outputs = some.outputs(fields.inputs, np.array([0, 1]))
    jumps = list(some.at_jumps(motion, fields.inputs, np.array([0, 1]), outputs))
    assert len(jumps) == 4  # two ends of each of two weights
    assert all(np.any(weight) for weight, _ in jumps)


def test_gauss_net_breaks_translations_from_four_points_on():
    """E_1..n(x + c)/E_1..n(x) = exp((σ_w²/2d)(2n − 4) c·Σx) to first order; full 4-point: 3 σ_w⁴E/N."""
    net = GaussNet(4, sigma_w=0.7, sigma_b=0.2)
    x = 0.5
    found = ward_identity(net, "translations", [[x]], (2, 4))
    feature = np.exp(4 * 0.2**2 + 4 * 0.7**2 * x**2)
    closed = 3 * 0.7**4 / 4 * feature * 0.7**2 / 2 * 4 * 4 * x
    for side in ("left", "right"):
        assert element(found, 2, side) == pytest.approx(0.0, abs=1e-9)
        assert element(found, 4, side) == pytest.approx(closed, rel=1e-8)
    assert "hidden weights move, δW = −2(σ_w²/d) v" in found.motion[0]


@pytest.mark.parametrize(
    ("net", "family", "points", "breaks"),
    [
        (ErfNet(2).with_laws(output="uniform"), TURN, [[0.3]], True),
        (ErfNet(2).with_laws(output="laplace"), SQUEEZE, [[0.3]], True),
        (CosNet(2, d_in=2).with_laws(hidden="uniform"), "SO(d) of inputs", PLANE, True),
        (CosNet(2, d_in=2), "SO(d) of inputs", PLANE, False),
        (ErfNet(2).with_laws(bias="uniform"), "translations", TWO, True),
    ],
    ids=str,
)
def test_sampled_sides_agree_with_each_other_and_with_the_exact_ones(net, family, points, breaks):
    found = ward_identity(net, family, points, (2, 4), networks=100_000, seed=3)
    exact = ward_identity(net, family, points, (2, 4))
    assert (found.holds, found.breaks) == (True, breaks)
    for order in (2, 4):
        for side in ("left", "right"):
            drawn, known = getattr(found.sides, side)[order], getattr(exact.sides, side)[order]
            error, off = drawn.error, drawn.value - known.value
            assert np.all(np.abs(off[error > 0]) < 5 * error[error > 0])
    assert found.joint.p_value > 1e-3


def test_the_sampled_test_is_calibrated_and_finds_a_wrong_identity():
    net = ErfNet(2).with_laws(output="uniform")
    p = []
    for seed in range(40):
        p.append(ward_identity(net, TURN, [[0.3]], (2, 4), networks=2000, seed=seed).joint.p_value)
    assert np.sum(np.array(p) < 0.01) <= 3
    assert 0.35 < np.mean(p) < 0.65
    # parameters that turn the other way round
    fields = FieldSet([[0.3]] * 2, outputs=(1, 2))
    motion = motion_of(net, beginning(one_parameter_family([[0, 1], [-1, 0]], "outputs", 2)), 2)
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    sides = sampled_sides(
        net, fields, motion, lambda some: some.outputs(fields.inputs, np.array([0, 1])) @ turn.T, (4,),
        SampleSize(200_000, 1, 400),
    )  # fmt: skip
    difference = sides.left[4] - sides.right[4]
    pulls = difference.mean(axis=0) / difference.std(axis=0) * np.sqrt(len(difference))
    assert np.abs(pulls).max() > 6


def test_it_says_what_it_found():
    found = ward_identity(ErfNet(5).with_laws(output="uniform"), TURN, [[0.3]], (4,))
    assert "boundary" in found.motion[0]
    assert found.sentence.startswith("the symmetry is broken, and both sides agree")
    assert "holds" not in found.sentence
    assert found.latex().startswith(r"\delta\langle f\cdots f\rangle = -\langle(\delta\log P)")
    answer = found.answer()
    assert answer["method"] == "exact"
    assert answer["p_value"] is None
    assert len(answer["elements"]) == 5
    assert answer["transformation"] == "f → f + t·[[0.0, -1.0], [1.0, 0.0]] f"
    assert "phases move" in ward_identity(CosNet(2), "translations", TWO, (2,)).motion[0]
    assert "nothing is broken" in ward_identity(CosNet(2), "translations", TWO, (2,)).sentence
    assert "a rotation changes nothing" in ward_identity(ErfNet(5), TURN, [[0.3]], (2,)).motion[0]
    assert "Ward identity of SO(D) of outputs" in repr(found)


def test_what_no_parameter_absorbs_or_has_no_density_is_refused():
    with pytest.raises(NotAvailable, match="no other parameter absorbs it"):
        ward_identity(ErfNet(5, sigma_b=0.0), "translations", TWO)
    with pytest.raises(NotAvailable, match="no density that is known"):
        ward_identity(ErfNet(5).with_laws(output="rademacher"), TURN, TWO)
    with pytest.raises(NotAvailable, match="depend on each other"):
        ward_identity(ErfNet(5).with_laws(output_correlation=0.2), TURN, TWO)
    with pytest.raises(NotAvailable, match=r"depends on \|x\|² itself"):
        ward_identity(GaussNet(5), STRETCH, TWO)
    with pytest.raises(NotAvailable, match="nodes"):
        ward_identity(ErfNet(2, d_in=6), "SO(d) of inputs", np.eye(6)[:2])
    with pytest.raises(InvalidSymmetry, match="finite group"):
        ward_identity(ErfNet(5), "reflections", TWO)
    with pytest.raises(InvalidSymmetry, match="finite group"):
        ward_identity(ErfNet(5), finite_group([np.eye(2)[::-1]], "outputs", 2), TWO)
    curve = one_parameter_family(lambda t: lambda x: x + t * x**2, "inputs", 1)
    with pytest.raises(InvalidSymmetry, match="no matrices"):
        ward_identity(ErfNet(5), curve, TWO)
    with pytest.raises(InvalidStatistics, match="20 are the fewest"):
        ward_identity(ErfNet(5), TURN, TWO, networks=15)


def test_the_command_shows_both_sides(nnft):
    words = ["symmetry", "--net", "erf", "--width", "5", "--output-law", "uniform", "--orders", "2,4"]
    words += ["--points", "0.3", "--ward"]
    code, out, err = nnft(*words, "--json")
    assert (code, err) == (0, "")
    rows = {row["group"]: row for row in json.loads(out)["ward"]}
    assert set(rows) == {"SO(D) of outputs", "translations"}
    turn = rows["SO(D) of outputs"]
    assert (turn["holds"], turn["broken"], turn["method"], turn["p_value"]) == (True, True, "exact", None)
    sides = {row["fields"]: row for row in turn["elements"]}["f₁(0.3)³ f₂(0.3)"]
    assert sides["left"] == pytest.approx(sides["right"], rel=1e-10)
    assert sides["left"] != 0.0
    code, out, _ = nnft(*words)
    assert code == 0
    assert "Ward identities" in out
    assert "the boundary terms there count" in " ".join(out.split())
    code, out, _ = nnft(*words, "--latex")
    assert code == 0
    assert r"\delta\langle f\cdots f\rangle" in out
    code, out, _ = nnft(
        *words[:2], "erf", "--width", "5", "--sigma-b", "0", "--points", "0.3", "--ward", "--json"
    )
    assert code == 0
    refused = [row for row in json.loads(out)["ward"] if "refused" in row]
    assert [row["group"] for row in refused] == ["translations"]


def test_heavy_tails_of_a_sample_are_left_open():
    found = ward_identity(GaussNet(1, sigma_b=1.2), "translations", TWO, (4,), networks=20_000)
    assert (found.holds, found.breaks) == (None, None)
    assert "a few networks dominate" in found.sentence


def test_a_table_of_all_continuous_groups():
    found = ward_identities(CosNet(2, d_in=2), None, PLANE, (2,))
    assert set(found) == {"SO(D) of outputs", "SO(d) of inputs", "translations"}
    assert all(isinstance(one, WardIdentity) and not one.breaks for one in found.values())
    assert "Ward identities of CosNet" in repr(found)
    assert len(found.table().body) == len(found.notes) == 3
    refused = ward_identities(ErfNet(5, sigma_b=0.0), "translations", TWO)
    assert "no hidden biases" in refused.notes[0]
    assert refused.plain_fields().n_rows == 0
