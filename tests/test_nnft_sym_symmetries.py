"""Symmetries: the numbers of the literature's section on duality, verdicts, derivations, refusals."""

from itertools import product
from math import cos, pi, sin, sqrt

import numpy as np
import pytest

import nnft_sym as nn
from nnft_sym.errors import InvalidSymmetry
from nnft_sym.symmetries.derive import derive
from nnft_sym.symmetries.exact_test import ExactTest, exact_violations
from nnft_sym.symmetries.groups import Rotations
from nnft_sym.symmetries.named_groups import NAMES, group, groups_of
from nnft_sym.symmetries.sampled_result import SamplingPlan
from numerics.errors import InvalidPoints
from numerics.fields.field_set import FieldSet
from numerics.results.correlator import Part

LINEAR = {"activation": "z", "sigma_b": 0.0}
POINTS = [[0.3], [-0.7], [1.2], [0.9]]


def unit(angle):
    return [cos(angle), sin(angle)]


def component(net, points, outputs):
    """The full four-point function of some outputs."""
    found = nn.exact_correlators(net, FieldSet(points, outputs), (2, 4))[4][0, 1, 2, 3]
    return float(found.value), float(found.error)


def anisotropy(net, points):
    """T = G_1111 − G_1122 − G_1212 − G_1221."""
    parts = [component(net, points, one) for one in ((1, 1, 1, 1), (1, 1, 2, 2), (1, 2, 1, 2), (1, 2, 2, 1))]
    return parts[0][0] - sum(value for value, _ in parts[1:]), sum(error for _, error in parts)


def moment(net, points):
    """σ_w⁴ E_1234/N from the amplitudes of Gaussian output weights."""
    x = np.array(points)
    kernel = net.kernel.weight(x, x)
    pairs = nn.pairing_amplitudes(net, points)
    return float(pairs.amplitude.value[0]) + kernel[0, 1] * kernel[2, 3] / net.width


# -- uniform output weights ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "width"), [("erf", 5), ("cos", 1), ("relu", 20), ("gauss", 3)])
def test_uniform_output_weights_are_anisotropic_at_four_points(kind, width):
    net = nn.network(kind, width)
    found, error = anisotropy(net.with_laws(output="uniform"), POINTS)
    expected = -(6 / 5) * moment(net, POINTS)
    assert found == pytest.approx(expected, rel=1e-11, abs=10 * error)
    assert abs(anisotropy(net, POINTS)[0]) <= anisotropy(net, POINTS)[1]


def test_anisotropy_of_sampled_networks():
    """The same T from 200,000 networks: two-sided, with the joint error of all four elements."""
    points = [[0.8], [0.8], [1.2], [1.2]]
    for law, seed in (("uniform", 5), ("gaussian", 6)):
        net = nn.ReLUNet(2).with_laws(output=law)
        fields = FieldSet([point for point in points for _ in (1, 2)], [1, 2] * 4)
        four = nn.Ensemble(net, fields, seed=seed).correlators(200_000, orders=(2, 4))[4]
        found = four[0, 2, 4, 6] - four[0, 2, 5, 7] - four[0, 3, 4, 7] - four[0, 3, 5, 6]
        expected = -(6 / 5) * moment(net.with_laws(output="gaussian"), points) if law == "uniform" else 0.0
        assert abs(float(found.value) - expected) < 4 * float(found.error)
        # enough networks to tell the two laws apart
        assert float(found.error) < abs((6 / 5) * moment(nn.ReLUNet(2), points)) / 5


def test_a_rotation_shifts_by_half_of_it():
    """G_1111 by −(T/2) sin² 2t, at any four points."""
    net = nn.ErfNet(width=4).with_laws(output="uniform")
    total, _ = anisotropy(net, POINTS)
    so2 = group("SO(D)", net)
    for t in (0.2, pi / 4, 1.3):
        turn = nn.finite_group([so2.path(t).outputs], "outputs", 2)
        compared = next(iter(ExactTest(net, turn, FieldSet(POINTS), (4,))._tables(4).compared(4, Part.FULL)))
        row = next(r for r in range(len(compared.before)) if is_first(compared.fields_of(r)))
        shift = compared.after[row] - compared.before[row]
        assert shift == pytest.approx(-(total / 2) * sin(2 * t) ** 2, rel=1e-9, abs=1e-14)


def is_first(fields):
    """All fields of output one, at the four points."""
    return set(fields.outputs.tolist()) == {1} and len(np.unique(fields.inputs)) == 4


def test_uniform_outputs_hold_at_two_points_only():
    net = nn.ErfNet(width=5).with_laws(output="uniform")
    found = nn.symmetry(net, "O(D) of outputs", POINTS[:2], (2, 4, 6))
    assert str(found.verdict) == "holds at 2 points only, broken at 4"
    assert (found.holds, found.first_broken_order, found.power_of_n) == (False, 4, -1.0)
    assert not found.derivation.holds
    assert found.derivation.absorbed
    assert "R needs rotations" in str(found.derivation)
    witness = found.witness
    assert len(np.unique(witness.fields.inputs)) == 1
    assert len(np.unique(witness.fields.outputs)) == 1
    # by hand: −(T/2) sin² 2t for a rotation, T from the definition
    matrix = witness.element.outputs
    t = np.arctan2(matrix[1, 0], matrix[0, 0])
    total, _ = anisotropy(net, witness.fields.inputs)
    assert witness.difference == pytest.approx(-(total / 2) * sin(2 * t) ** 2, rel=1e-10)
    assert nn.symmetry(net.with_laws(output="gaussian"), "O(D)", POINTS[:2], (2, 4)).holds


def test_signed_permutations_of_outputs_are_derived_for_even_laws():
    net = nn.ErfNet(width=5).with_laws(output="laplace")
    exchange = nn.finite_group([[[0, -1], [1, 0]]], "outputs", 2, "quarter turn")
    found = nn.symmetry(net, exchange, POINTS[:2], (2, 4))
    assert str(found.verdict) == "holds exactly (derived)"
    skewed = net.with_laws(output="scipy.gumbel_r:loc=-0.5772156649015329")
    assert not derive(skewed, exchange).holds
    plain = nn.finite_group([[[0, 1], [1, 0]]], "outputs", 2, "exchange")
    assert derive(skewed, plain).holds


# -- uniform hidden weights ---------------------------------------------------------------------------------


def test_cos_with_uniform_momenta_is_anisotropic_at_two_points():
    sigma, amplitude = 0.7, 1.2
    net = nn.CosNet(6, sigma_w=sigma, sigma_a=amplitude, d_in=2).with_laws(hidden="uniform")
    found = nn.symmetry(net, "SO(d) of inputs", [[0.0, 0.0], [1.1, 0.4]], (2, 4))
    assert (found.first_broken_order, found.power_of_n) == (2, 0.0)
    assert str(found.verdict) == "broken at 2 points"
    witness = found.witness
    gaps = [
        np.abs(np.subtract(*one))
        for one in (witness.fields.inputs, witness.element.moved(witness.fields).inputs)
    ]

    def kernel(gap):
        return amplitude**2 / 2 * np.prod(np.sinc(sqrt(3.0) * sigma * gap / sqrt(2.0) / pi))

    assert witness.before == pytest.approx(kernel(gaps[0]), rel=1e-13)
    assert witness.after == pytest.approx(kernel(gaps[1]), rel=1e-12)
    # leading anisotropy: K_unif/K_Gauss − 1 = −(σ⁴/20d²) ΣΔ⁴, of which ΣΔ⁴ − 3|Δ|⁴/(d + 2) turns
    small = nn.CosNet(6, sigma_w=0.05, sigma_a=1.0, d_in=2).with_laws(hidden="uniform")
    points = FieldSet([[0.0, 0.0], [1.1, 0.4]])
    quarter = nn.finite_group([Rotations("inputs", 2).path(pi / 4).matrix], "inputs", 2)
    (two,) = exact_violations(small, quarter, points, (2,))
    gap = points.inputs[1]
    turned = Rotations("inputs", 2).path(pi / 4).moved(points).inputs[1]
    lead = 0.05**4 / 80 * abs(np.sum(gap**4) - np.sum(turned**4)) / 2
    assert float(two.largest.value) == pytest.approx(lead, rel=0.01)


def test_relu_with_uniform_weights_is_isotropic_at_coincident_points_only():
    net = nn.ReLUNet(5, d_in=2).with_laws(hidden="uniform")
    for angle in (0.0, pi / 8, 0.4):
        at = nn.exact_correlators(net, [unit(angle)], (2, 4)).connected()
        assert float(at[2].value[0]) == pytest.approx(0.25, rel=1e-9)  # ½ σ_w² |x|² σ_w²/d
        x = np.array(unit(angle))
        coincident = 0.5 * 0.25 * (3.0 - 1.2 * np.sum(x**4))
        expected = (3 * coincident - 3 * 0.25**2) / 5
        assert float(at[4].value[0]) == pytest.approx(expected, rel=1e-8)
    # 60° apart, unit variance of the components
    big = nn.ReLUNet(5, sigma_w=sqrt(2.0), d_in=2).with_laws(hidden="uniform")
    two = [
        float(nn.exact_correlators(big, [unit(a), unit(a + pi / 3)], (2,))[2][0, 1].value) / 2
        for a in (0.0, pi / 8, pi / 4)
    ]
    assert two == pytest.approx([0.3144, 0.3220, 0.2935], abs=6e-5)
    found = nn.symmetry(
        net, "O(d) of inputs", [[1.0, 0.0], unit(pi / 3)], (2, 4), plan=SamplingPlan(elements=2)
    )
    assert found.first_broken_order == 2
    assert len(np.unique(found.witness.fields.inputs, axis=0)) == 2
    alone = nn.symmetry(net, "O(d) of inputs", [[1.0, 0.0]], (2, 4), plan=SamplingPlan(elements=2))
    assert str(alone.verdict) == "holds at 2 points only, broken at 4"


def test_a_linear_activation_is_isotropic_at_two_points_and_not_at_four():
    net = nn.network("own", 5, d_in=2, hidden_law="uniform", **LINEAR)
    found = nn.symmetry(net, "SO(d)", [[1.0, 0.2], [0.3, -0.8]], (2, 4, 6))
    assert str(found.verdict) == "holds at 2 points only, broken at 4"
    assert found.power_of_n == -1.0
    # E (W·x)⁴ = 3|x|⁴ − (6/5) Σ x_k⁴ in units of σ²/d, and κ_4 = 3 E − 3 E²
    witness = found.witness
    x, y = witness.fields.inputs, witness.element.moved(witness.fields).inputs
    if len(np.unique(x, axis=0)) == 1:
        change = -(6 / 5) * (np.sum(y[0] ** 4) - np.sum(x[0] ** 4)) * 3 / 5 / 4
        assert witness.difference == pytest.approx(change, rel=1e-9)
    cube = nn.symmetry(net, "signed permutations of inputs", [[1.0, 0.2], [0.3, -0.8]], (2, 4))
    assert str(cube.verdict) == "holds exactly (derived)"


# -- translations -------------------------------------------------------------------------------------------


def test_translations():
    points = [[0.2, 0.4], [-0.5, 0.1], [0.9, -0.3]]
    holds = nn.symmetry(nn.CosNet(4, d_in=2), "translations", points, (2, 4, 6))
    assert str(holds.verdict) == "holds exactly (derived)"
    assert max(float(one.largest.value) for one in holds.violations) < 1e-12
    for kind in ("erf", "relu", "tanh"):
        net = nn.network(kind, 4, d_in=2)
        found = nn.symmetry(net, "translations", points[:2], (2,))
        assert str(found.verdict) == "broken at 2 points"
        assert found.derivation.absorbed == (kind != "relu")  # without biases nothing absorbs it
    gauss = nn.GaussNet(4, sigma_w=0.8, d_in=2)
    found = nn.symmetry(gauss, "translations", points, (2, 4))
    assert str(found.verdict) == "holds at 2 points only, broken at 4"
    assert "no parameter absorbs it" in found.derivation.conclusion
    assert found.power_of_n == -1.0


@pytest.mark.parametrize("order", [2, 4, 6])
def test_moments_of_gauss_net_change_by_the_exact_factor(order):
    """E_{1..n}(x + c)/E_{1..n}(x) = exp{(σ²/2d)[(2n − 4) c·Σx + (n² − 2n)|c|²]}."""
    net = nn.GaussNet(1, sigma_w=0.6, sigma_b=0.2, d_in=2)
    x = np.array([[0.2, 0.4], [-0.5, 0.1], [0.9, -0.3], [0.1, 0.1], [0.3, 0.3], [-0.2, 0.5]])[:order]
    c = np.array([0.3, -0.4])
    # outputs that pair up leave E[s…s] alone: at one neuron ⟨f_1 f_1 f_2 f_2 …⟩ = σ^n E_{1..n} without bias
    plain = nn.GaussNet(1, sigma_w=0.6, sigma_b=0.2, d_in=2, output_bias=False)
    outputs = [1 + k // 2 for k in range(order)]
    before, after = (
        nn.exact_correlators(plain, FieldSet(one, outputs), range(2, order + 1, 2))[order][
            tuple(range(order))
        ]
        for one in (x, x + c)
    )
    expected = np.exp(0.36 / 4 * ((2 * order - 4) * c @ x.sum(axis=0) + (order**2 - 2 * order) * c @ c))
    assert float(after.value) / float(before.value) == pytest.approx(expected, rel=1e-11)
    (found,) = exact_violations(
        net, nn.finite_group([(np.eye(2), c)], "inputs", 2), FieldSet(x[:2]), (order,), elements=1
    )
    assert found.broken == (order > 2)


# -- the table ----------------------------------------------------------------------------------------------


def test_the_table_of_all_groups():
    found = nn.symmetry(nn.ErfNet(5, d_in=2), None, [[0.2, 0.5], [1.0, -0.3]], (2, 4))
    assert list(found) == list(NAMES)
    assert [one.holds for one in found.values()] == [name != "translations" for name in NAMES]
    alone = groups_of(nn.ErfNet(5), outputs=1)
    assert not {"SO(D) of outputs", "SO(d) of inputs"} & {one.name for one in alone}
    assert "translations" in repr(found)
    assert "broken at 2 points" in repr(found)
    frame = found.to_dataframe()
    assert list(frame["holds"]) == [one.holds for one in found.values()]
    page = found._repr_html_()
    assert page.count("<tr>") == 1 + len(NAMES)
    assert r"\begin{enumerate}" in found.latex
    with pytest.raises(InvalidSymmetry, match="did you mean 'translations'"):
        found["translation"]


def test_a_skewed_law_breaks_the_sign():
    net = nn.ReLUNet(4).with_laws(output="scipy.gumbel_r:loc=-0.5772156649015329")
    found = nn.symmetry(net, "sign of f", [[0.5], [1.0]], (2, 4))
    assert [one.order for one in found.violations] == [1, 3]
    assert str(found.verdict) == "broken at 3 points"
    assert found.power_of_n == -0.5
    value = float(nn.exact_correlators(net, [[1.0]], (3,))[3].value[0])
    assert float(found.violation.value) == pytest.approx(2 * value, rel=1e-12)


@pytest.mark.parametrize(
    ("net", "holds"),
    [
        # the hidden layer absorbs it though output weights are skewed
        (nn.CosNet(4), True), (nn.ErfNet(4), True), (nn.ReLUNet(4), False), (nn.GaussNet(4), False),
    ],
)  # fmt: skip
def test_the_sign_by_the_hidden_layer(net, holds):
    skewed = net.with_laws(output="scipy.gumbel_r:loc=-0.5772156649015329")
    found = nn.symmetry(skewed, "f -> -f", [[0.5], [1.0]], (2, 4))
    assert found.derivation.holds == holds
    assert found.holds == holds


@pytest.mark.parametrize("kind", ["cos", "erf", "relu"])
def test_reflections_with_a_skewed_hidden_law(kind):
    """x → −x: waves do not see the sign of momenta, odd activations pass it on to the output weights."""
    net = nn.network(kind, 4, hidden_law="gaussian:mean=0.5")
    found = nn.symmetry(net, "reflections", [[0.5], [1.0]], (2, 4))
    assert found.derivation.holds == (kind != "relu")
    assert found.holds == (kind != "relu")
    # one axis of two is another matter
    both = nn.symmetry(net.with_laws(), "reflections", [[0.5], [1.0]], (2,))
    assert both.holds == found.holds
    plane = nn.network(kind, 4, d_in=2, hidden_law="gaussian:mean=0.5")
    assert nn.symmetry(plane, "reflections", [[0.5, 0.1], [1.0, 0.7]], (2,)).holds is False


def test_correlated_output_weights_of_one_output():
    net = nn.ReLUNet(4).with_laws(output_correlation=0.3)
    assert derive(net, group("O(D)", net)).holds  # Gaussian copies
    sign = nn.symmetry(net, "sign of f", [[0.5]], (2, 4))
    assert str(sign.verdict) == "holds exactly (derived)"
    table = nn.symmetry(net, None, [[0.5], [1.0]], (2,), outputs=1)
    shift = table["translations"]
    assert shift.first_broken_order == 2
    power, error = shift.power
    assert "±" in str(table.table().body[list(table).index("translations")][3].text)  # it is a fit
    assert power == pytest.approx(1.0, abs=0.05)  # with a mean, correlated neurons add up
    assert error < 0.1
    quartic = nn.ReLUNet(4).with_laws(output_joint="0.1*p2^2/N")
    found = nn.symmetry(quartic, "O(D)", [[0.5]], (2, 4))
    assert str(found.verdict) == "not decided"
    assert found.holds is None
    assert "one output" in found.untested


# -- groups of one's own, refusals --------------------------------------------------------------------------


def test_one_parameter_families():
    net = nn.ErfNet(5, d_in=2)
    turn = nn.one_parameter_family([[0.0, -1.0], [1.0, 0.0]], "inputs", 2, "turn")
    assert nn.symmetry(net, turn, [[0.2, 0.5]], (2,)).holds
    boost = nn.one_parameter_family([[0.0, 1.0], [1.0, 0.0]], "inputs", 2, "boost", reach=0.5)
    with pytest.raises(InvalidSymmetry, match="no isometry"):
        nn.symmetry(net, boost, [[0.2, 0.5]], (2,))
    found = nn.symmetry(net, boost, [[0.2, 0.5]], (2,), derivation=False)
    assert found.derivation is None
    assert str(found.verdict) == "broken at 2 points"
    glide = nn.one_parameter_family(lambda t: (np.eye(2), np.array([t, 0.0])), "inputs", 2, "glide")
    assert nn.symmetry(nn.CosNet(5, d_in=2), glide, [[0.2, 0.5]], (2,)).derivation.holds


def test_small_groups_are_gone_through():
    net = nn.ErfNet(5, d_in=2)
    cube = group("signed permutations of inputs", net)
    assert len(cube.elements(7, 0)) == 7  # 2² 2! − 1
    some = cube.elements(4, 0)
    assert len(some) == 4
    three = group("reflections", nn.ErfNet(5, d_in=3)).elements(4, 0)
    assert {tuple(np.diag(one.matrix)) for one in three[:3]} == {(-1, 1, 1), (1, -1, 1), (1, 1, -1)}
    every = group("reflections", nn.ErfNet(5, d_in=3)).elements(7, 0)
    assert {tuple(np.diag(one.matrix)) for one in every} == set(product((1, -1), repeat=3)) - {(1, 1, 1)}


def test_haar_rotations():
    """The mean of R_11² and R_11⁴ over SO(3) is 1/3 and 1/5."""
    net = nn.ErfNet(5, d_in=3)
    found = np.array([one.matrix for one in group("O(d)", net).elements(2000, 1)])
    assert np.allclose(found @ np.swapaxes(found, 1, 2), np.eye(3), atol=1e-12)
    assert np.mean(found[:, 0, 0] ** 2) == pytest.approx(1 / 3, abs=5 * 0.298 / sqrt(2000))
    assert np.mean(found[:, 0, 0] ** 4) == pytest.approx(1 / 5, abs=5 * 0.267 / sqrt(2000))
    assert np.mean(np.linalg.det(found)) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"group": "SO(D)", "outputs": 1}, "SO(1) of outputs was given, and has one element"),
        ({"group": "SO(d) of inputs"}, "SO(1) of inputs was given"),
        ({"group": "rotation"}, "'rotation' was given; the groups are O(D) of outputs"),
        ({"group": "O(D)", "outputs": 0}, "outputs = 0"),
        ({"group": "O(D)", "orders": ()}, "orders"),
        ({"group": "O(D)", "orders": (2, 11)}, "orders from 1 to 10"),
        ({"group": "O(D)", "plan": SamplingPlan(elements=0)}, "elements = 0"),
        ({"group": nn.finite_group([np.eye(3)], "outputs", 3)}, "acts on 3 output(s); here 2"),
        ({"group": 7}, "7 was given; the groups are"),
    ],
)  # fmt: skip
def test_refusals(given, said):
    with pytest.raises(nn.NNFTError) as refused:
        nn.symmetry(nn.ErfNet(5), fields=[[0.1]], **given)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_refusals_of_groups():
    for members, said in [
        ([], "a list of elements is needed"),
        ([np.eye(3)], "must have the shape (2, 2)"),
        ([lambda x: x], "as a transformation of outputs"),
        (["x"], "is needed"),
    ]:
        with pytest.raises(InvalidSymmetry, match=said.replace("(", r"\(").replace(")", r"\)")):
            nn.finite_group(members, "outputs", 2)
    with pytest.raises(InvalidSymmetry, match="does not begin"):
        nn.one_parameter_family(lambda t: 2 * np.eye(2), "outputs", 2)
    with pytest.raises(InvalidSymmetry, match="'outputs' or 'inputs'"):
        nn.finite_group([np.eye(2)], "both", 2)
    with pytest.raises(InvalidSymmetry, match="is a finite group"):
        group("reflections", nn.ErfNet(5)).path(0.1)
    with pytest.raises(InvalidPoints, match="no fields were given"):
        nn.symmetry(nn.ErfNet(5))
    short = nn.finite_group([lambda x: x[:1]], "inputs", 1, "short")
    with pytest.raises(InvalidPoints, match="as many points"):
        exact_violations(nn.ErfNet(5), short, FieldSet([0.1, 0.2]), (2,))
    stretched = nn.finite_group([[[2.0, 0.0], [0.0, 1.0]]], "outputs", 2)
    with pytest.raises(InvalidSymmetry, match="no isometry"):
        nn.symmetry(nn.ErfNet(5), stretched, [[0.1]])


def test_fifteenth_slip():
    """For D ≥ 2 the mean vanishes by invariance; SO(1) is trivial, O(1) is f → −f; b is rotated, too."""
    net = nn.ErfNet(5)
    found = derive(net, group("SO(D)", net))
    assert "the output bias" in str(found)
    with pytest.raises(InvalidSymmetry):
        group("SO(D)", net, 1)
    (one,) = group("O(D)", net, 1).elements(4, 0)
    assert one.outputs.tolist() == [[-1.0]]
    # the mean of a law that all rotations leave alone: R m = m for all R
    fixed = np.mean([element.outputs for element in group("SO(D)", net).elements(4000, 0)], axis=0)
    assert np.abs(fixed).max() < 5 / sqrt(4000)
