"""Faults found by reading the first two floors line by line, each with another way to the truth."""

import copy
import operator
import pickle
from dataclasses import replace
from functools import cache, reduce
from io import BytesIO

import mpmath
import numpy as np
import pytest
from picture_svg import words

import nnft_sym as nn
import numerics as nu
from diagrams.combinatorics.wick import contraction_count
from diagrams.diagram import Diagram
from diagrams.pictures.figures import sheet_figure
from diagrams.pictures.marks import Note
from diagrams.pictures.picture import picture
from diagrams.pictures.svg import svg
from nnft_sym import cli
from nnft_sym.networks import preset
from nnft_sym.study.config import parse_study
from numerics.fields.field_set import FieldSet
from numerics.inference.dataset import Dataset
from numerics.inference.power_law import fit_power_law
from numerics.integrals.flow import Flow
from numerics.networks.own_law import OwnLaw
from numerics.networks.parameter_laws import as_law
from numerics.networks.record import from_record, to_record
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.joint_correlators import Correlators
from numerics.results.quality import Quality
from numerics.results.uncertainty import Uncertainty

STAR = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")


@cache
def run(seed):
    return nu.Ensemble(nu.ErfNet(5), [0.3], seed).correlators(4000, (2, 4), 50)


@cache
def theory():
    return nn.predict(nn.expand("lambda*f^4", 4), nu.ErfNet(5).kernel, [[0.3]], nn.Box(2.0))


@cache
def only_four():
    return nu.Ensemble(nu.ErfNet(5), [0.3], 1).correlators(4000, (4,), 50)


@cache
def exact():
    return nu.exact_correlators(nu.ErfNet(3), [0.1, 0.7], (4,))


# -- numbers -----------------------------------------------------------------------------------------------


def test_three_fields_of_each_output_live_where_output_weights_are_skewed():
    """E[a³]² E[s⁶] is no zero: E[a³] = 2 of a centred exponential."""
    skewed = nn.ErfNet(3).with_laws(output="scipy.expon:loc=-1")
    found = nn.exact_cumulant(skewed, [[0.3]] * 6, outputs=(1, 1, 1, 2, 2, 2))
    assert float(found.value) > 100 * float(found.error) > 0
    even = nn.exact_cumulant(nn.ErfNet(3), [[0.3]] * 6, outputs=(1, 1, 1, 2, 2, 2))
    assert (float(even.value), even.quality) == (0.0, Quality.TRUSTED)


@pytest.mark.parametrize("law", ["scipy.logistic", "gaussian:scale=3", "laplace", "uniform"])
def test_tails_are_judged_in_units_of_the_variance_of_the_weights(law):
    """At fixed hidden parameters the mean of the variance is the kernel, whatever the output law."""
    net = nu.ErfNet(10).with_laws(output=law)
    sample = nu.Ensemble(net, [0.3], 1).correlators(4000, (2, 4), 50)
    assert sample[2].quality is Quality.TRUSTED
    exact = nu.exact_correlators(net, [0.3], (2,))[2]
    assert abs(float(sample[2].value[0] - exact.value[0])) < 5 * float(sample[2].error[0])


def test_deviations_of_merged_runs_give_their_covariance():
    both = run(1).merged(run(2))
    factor = both.deviations((2, 4))
    np.testing.assert_allclose(factor.T @ factor, both.covariance((2, 4)), rtol=1e-12)
    assert len(factor) == 100


def test_a_power_law_is_judged_by_the_values_it_was_fitted_to():
    values = Estimate([1.0, 0.5, 0.25], Uncertainty.known(np.eye(3) * 1e-4), quality=Quality.HEAVY_TAILED)
    law = fit_power_law([2.0, 4.0, 8.0], values)
    assert law.exponent.quality is law.amplitude.quality is Quality.HEAVY_TAILED


def test_two_measurements_with_the_same_error_bar_are_two():
    one, other = (Estimate([value], Uncertainty.known([[0.01]])) for value in (1.0, 2.0))
    np.testing.assert_allclose([(one - other).error, (one + other).error], np.sqrt(0.02), rtol=1e-14)
    assert float((one - one).error[0]) == 0.0
    same = [Estimate([1.0], Uncertainty.known([[0.01]], "the ruler")) for _ in range(2)]
    assert float((same[0] - same[1]).error[0]) == 0.0


def test_a_characteristic_function_by_quadrature_carries_its_error():
    net = nu.CosNet(3).with_laws(hidden="scipy.weibull_min:c=0.7")
    found = nu.exact_correlators(net, [[0.0], [5.0]], (2,))[2][0, 1]
    with mpmath.workdps(20):
        # E cos(5 g) with g = (−log u)^(1/c): in v = −log u
        cuts = [0, *((mpmath.pi * k / 5) ** mpmath.mpf("0.7") for k in range(1, 60)), 60]
        truth = mpmath.quad(lambda v: mpmath.exp(-v) * mpmath.cos(5 * v ** (1 / mpmath.mpf("0.7"))), cuts)
    assert abs(float(found.value) - float(truth) / 2) <= float(found.error)
    assert nu.CosNet(3).with_laws(hidden="cauchy").kernel.relative_error == 0.0


def test_the_variance_of_heavy_output_weights_carries_its_error_at_every_order():
    net = nu.ErfNet(5, sigma_b=0).with_laws(output="scipy.t:df=2.2")
    plain = nu.exact_correlators(nu.ErfNet(5, sigma_b=0), [0.4], (2,))[2]
    found = nu.exact_correlators(net, [0.4], (2,))[2]
    # the variance of Student's t is df/(df − 2) = 11
    assert abs(float(found.value[0]) - 11 * float(plain.value[0])) <= float(found.error[0]) < 1e-8
    assert net.kernel.relative_error > 0.0


def test_a_tensor_of_couplings_does_not_hide_the_error_of_the_propagator():
    net = nn.network("tanh", 5)
    expansion = nn.expand("lambda*f^4", 6, scheme="exact")
    theory = nn.predict(expansion, net.kernel, [[0.3], [0.8]], nn.Box(2.0))
    tensor = np.full(5, 0.01)
    as_number, as_tensor = theory.coefficient("lambda") * 0.01, theory.evaluate_tensor("lambda", tensor)
    np.testing.assert_allclose(as_tensor.value, as_number.value, rtol=1e-12)
    np.testing.assert_allclose(as_tensor.error, as_number.error, rtol=1e-3)


# -- flags -------------------------------------------------------------------------------------------------


def not_finite():
    flow = nn.flow(STAR, nu.ReLUNet(3).kernel, [[-1.0], [1.0]], [10.0, 100.0])
    six = nn.predict(nn.expand("lambda*f^4", 6, scheme="exact"), nu.ErfNet(5).kernel, [[0.3]], nn.Box(2.0))
    yield "slopes of integrals that vanish", flow.slopes
    yield "couplings beyond floating point", theory().evaluate({"lambda": 1e308})
    yield "a tensor with holes", six.evaluate_tensor("lambda", [np.nan])
    yield "weights that are infinite", np.array([np.inf, 1.0]) @ Estimate([0.0, 2.0])


def test_what_is_not_finite_is_not_trusted():
    for what, found in not_finite():
        assert not np.all(np.isfinite(found.value)), what
        assert found.quality is Quality.UNDEFINED, what


def test_the_spread_of_equal_numbers_that_scatter_has_no_slope():
    found = Estimate([1.0, 1.0], Uncertainty.known(np.eye(2))).std()
    assert (float(found.value), found.quality, float(found.error)) == (0.0, Quality.UNDEFINED, np.inf)
    assert float(Estimate([1.0, 1.0]).std().error) == 0.0
    with pytest.raises(nn.NNFTError, match="1 number was asked for with ddof = 1"):
        Estimate([1.0]).std(ddof=1)


def test_an_uncertain_power_of_a_negative_number_has_an_error_that_is_unknown():
    power = Estimate([2.0], Uncertainty.known([[0.01]]))[0]
    assert not np.isfinite(((-2.0) ** power).error)
    np.testing.assert_allclose((2.0**power).error, 4 * np.log(2) * 0.1, rtol=1e-12)


# -- input -------------------------------------------------------------------------------------------------

SCIPY = "scipy.exponnorm:K=1.0,loc=-1.0"


def test_numbers_of_scipys_laws_keep_their_capitals():
    net = nu.ErfNet(5).with_laws(hidden=SCIPY)
    assert from_record(to_record(net)) == net
    np.testing.assert_allclose(float(as_law(SCIPY).moment(1)), 0.0, atol=1e-12)
    assert as_law("Student-T:DF=5") == as_law("student-t:df=5")


@pytest.mark.parametrize(
    ("name", "given"),
    [("glorot", {"output_law": "laplace"}), ("he", {"sigma_w": 2.0}), ("pytorch", {"hidden_law": "laplace"})],
)
def test_what_an_initialisation_sets_is_not_given_beside_it(name, given):
    with pytest.raises(nn.NNFTError, match=f"{next(iter(given))} = .* sets it; leave one of them out"):
        preset(name, "erf", 100, **given)


LINE = Diagram.from_edge_string("x1-x2")
REFUSED = {
        "errors of another shape": (lambda: Estimate([1.0, 2.0], [0.1]), "one error for each"),
        "text for numbers": (lambda: Estimate("abc"), "real numbers are needed"),
        "complex numbers": (lambda: Estimate(1j), "real numbers are needed"),
        "weights of another shape": (lambda: np.ones(3) @ Estimate([1.0, 2.0]), "one weight for each"),
        "the key name": (lambda: from_record({"kind": "erf", "width": 5, "name": "x"}), "key 'name'"),
        "a key that is no text": (lambda: from_record({"kind": "erf", "width": 5, 3: 1}), "key 3"),
        "a negative variance": (lambda: OwnLaw((0, -1), np.sin), r"E\[g\^2\] = -1"),
        "a law of one number": (lambda: OwnLaw((0, 1), lambda u: float(u)), "function of an array is needed"),
        "a law of another shape": (lambda: OwnLaw((0, 1), lambda u: u[:2]), "one value for each"),
        "outputs beside fields": (
            lambda: nu.Ensemble(nu.ErfNet(3), FieldSet([0.1]), outputs=3), "beside a FieldSet",
        ),
        "a factor that is no number": (lambda: FieldSet([0.1]).scaled("a"), "factor"),
        "an axis that is no number": (lambda: FieldSet([0.1]).reflected("a"), "axis"),
        "points for fields": (lambda: Correlator([0.1], 2, Part.FULL, [1.0]), "a FieldSet"),
        "text for a part": (lambda: Correlator(FieldSet([0.1]), 2, "full", [1.0]), "a Part"),
        "a number of correlators": (lambda: Correlators.of(3), "correlators of different orders"),
        "numbers for correlators": (lambda: Correlators.of([1, 2]), "correlators of different orders"),
        "one coupling without a name": (lambda: theory().evaluate(0.01), "numbers by name"),
        "text for a coupling": (lambda: theory().evaluate({"lambda": "a"}), "real numbers are needed"),
        "experiments that do not divide": (lambda: Dataset(run(1)).scatter(2, 7), "a number that divides it"),
        "connected without the lower orders": (lambda: only_four().connected()[4], r"ask for \[2\], too"),
        "an order that was not sampled": (lambda: run(1).connected()[6], r"ask for \[6\]|ask for order 6"),
        "blocks of exact numbers": (lambda: exact().block_means(), "sampled from an Ensemble"),
        "points less than none": (lambda: contraction_count(-1, {}), "0 or more"),
        "vertices less than none": (lambda: contraction_count(2, {4: -1}), "0 or more"),
        "incoming points in words": (
            lambda: picture(LINE, layout="columns", incoming="a"), "a whole number is needed",
        ),
        "labels that are numbers": (lambda: picture(LINE, [1, 2]), "a text for each point"),
        "one label": (lambda: picture(LINE, 3), "a list is needed"),
        "model errors in words": (
            lambda: nn.fit(np.ones(2), np.ones((2, 1)), np.eye(2), 50, model_error="a"), "model errors",
        ),
    }  # fmt: skip


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_bad_input_gets_one_sentence(what):
    call, said = REFUSED[what]
    with pytest.raises(nn.NNFTError, match=said) as caught:
        call()
    assert "\n" not in str(caught.value)


# -- objects -----------------------------------------------------------------------------------------------


def test_results_travel_to_other_processes():
    exact, sample = nu.exact_correlators(nu.ErfNet(3), [0.1]), run(1)
    for found in (exact[2], exact.connected()[4], sample[4], sample.connected()[4], exact, sample):
        again = pickle.loads(pickle.dumps(found))
        orders = found if isinstance(found, Correlators) else [None]
        for order in orders:
            one, other = (found, again) if order is None else (found[order], again[order])
            np.testing.assert_array_equal(one.value, other.value)
            np.testing.assert_array_equal(one.error, other.error)
        assert repr(copy.deepcopy(found)) == repr(found)
    assert replace(exact[2], quality=Quality.HEAVY_TAILED).quality is Quality.HEAVY_TAILED


def test_numbers_are_added_up_in_place():
    numbers = [Estimate(0.5, 0.1), Estimate(1.5, 0.2)]
    total = Estimate(0.0)
    for one in numbers:
        total += one
    expected = reduce(operator.add, numbers)
    assert (float(total), float(total.error)) == (float(expected), float(expected.error))
    total *= 2.0
    assert float(total) == 4.0


def test_tables_of_correlators_compare_by_identity():
    assert run(1) == run(1)
    assert run(1) != run(2)


def test_fields_at_plus_and_minus_zero_are_the_same():
    assert len({FieldSet([0.0]), FieldSet([0.0]).reflected()}) == 1


def test_an_empty_estimate_says_so():
    assert repr(Estimate(np.zeros((0, 3)))) == "<Estimate of shape (0, 3): no numbers>"


def test_notes_stand_inside_the_picture():
    dressed = picture(Diagram.from_edge_string("x1-y1,x2-y1")).dressed(notes={2: Note("y", "4", 0, 1)})
    mark = next(mark for mark in dressed.marks if mark.note)
    assert dressed.bottom < mark.y < mark.y + 0.5 + 0.2 < dressed.top
    text = svg(dressed)
    (top,) = [box[1] for said, box in words(text) if said == "y4"]
    assert top > 0, "the letters reach above the picture"


def test_a_caption_that_is_no_formula_is_shown_as_it_is(tmp_path):
    drawn = sheet_figure([(Diagram.from_edge_string("x1-x2"), r"$\foo$ and $x^2$")])
    drawn.savefig(tmp_path / "caption.pdf")
    assert (tmp_path / "caption.pdf").stat().st_size > 0


def test_a_flow_is_as_good_as_its_worst_box():
    sizes = np.array([1.0, 2.0])
    integrals = Estimate(np.ones((2, 1)), np.zeros((2, 1)), quality=Quality.UNDEFINED)
    assert Flow(sizes, integrals, None).slopes.quality is Quality.UNDEFINED


# -- the third floor ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["max(log(-1),z)", "step(sqrt(-1))*z", "z^(log(0)*0)", "1/0*z"])
def test_an_activation_without_a_value_is_refused(text):
    with pytest.raises(nn.NNFTError, match=r"cannot be turned into a function of one number|z = 0\.5"):
        nn.network("own", 5, activation=text).kernel.full(np.array([[1.0]]), np.array([[1.0]]))


def crooked_arrays():
    whole = BytesIO()
    np.save(whole, np.arange(6.0).reshape(3, 2))
    content = whole.getvalue()
    yield "cut", content[:40]
    yield "cut in the numbers", content[:-3]
    yield "an archive", b"PK\x03\x04" + content
    yield "longer than memory", content.replace(b"(3, 2)", b"(1" + b"0" * 12 + b", 4)")[: len(content)]
    yield "objects", content.replace(b"<f8", b"|O ")
    yield "nothing", b""


@pytest.mark.parametrize(("what", "content"), list(crooked_arrays()))
def test_arrays_that_are_none_are_refused(what, content, tmp_path, capfd):
    path = tmp_path / "x.npy"
    path.write_bytes(content)
    couplings = "couplings lambda*f^4 --net erf --width 5 --points 0;1 --cutoff 5 --data"
    for line in (f"kernel --net erf --points @{path}", f"{couplings} {path}"):
        code = cli.run(line.split())
        out, err = capfd.readouterr()
        assert (code, out) == (2, ""), what
        assert "x.npy" in err
        assert "needed" in err


def test_a_stored_study_is_sealed_and_says_what_it_is(tmp_path):
    net = "[[net]]\nkind = 'cos'\nwidth = 3\npoints = [[0.0]]"
    config = parse_study(f"experiments = 2\nnetworks = 500\n{net}")
    path = nn.run_study(config).save(tmp_path / "study.nc")
    with pytest.raises(nn.NNFTError, match="holds 'study', no correlators"):
        nn.load(path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(nn.NNFTError, match="altered or cut short"):
        nn.load(path)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: nn.built_in_study("published2"), "did you mean 'published'"),
        (lambda: nn.built_in_study(3), "there is no study 3"),
        (lambda: nn.summarise(3), "what run_study returns"),
        (lambda: nn.write_output(3, "x"), "what run_study returns"),
        (lambda: nn.run_study(nn.built_in_study(), limits=3), "a Judgement"),
        (lambda: nn.run_study(nn.built_in_study(), recipe=3), "a Recipe"),
        (lambda: run(1)[2].plot(3), "another result"),
        (lambda: nn.flow(STAR, nu.ErfNet(3).kernel, [0.3], [1.0, 2.0]).plot(run(1)), "is drawn alone"),
    ],
)
def test_public_functions_of_the_study_refuse_what_they_cannot_take(call, said):
    with pytest.raises(nn.NNFTError, match=said):
        call()


def inferred(**given):
    usual = {
        "data": exact(),
        "model": nn.Model.leading("lambda*f^4"),
        "kernel": nu.ErfNet(3),
        "domain": nn.Box(1),
    }
    return nn.infer(*{**usual, **given}.values())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: inferred(kernel="relu"), "a network, or its kernel"),
        (lambda: inferred(model=3), "a Model of an action"),
        (lambda: nn.Model(3, (4,)), "an Action, or its text"),
        (lambda: nn.Model("lambda*f^4", ()), "whole numbers of points"),
        (lambda: nn.Model("lambda*f^4", ("4",)), "whole numbers of points"),
        (lambda: nn.Model.leading("lambda*f^4", (4.5,)), "whole numbers of points"),
        (lambda: nn.Model.leading("lambda*f^4", 5), "even orders from 4 on"),
    ],
)
def test_inference_refuses_what_it_cannot_take(call, said):
    with pytest.raises(nn.NNFTError, match=said):
        call()
    assert nn.Model("lambda*f^4", 4) == nn.Model(nn.Action("lambda*f^4"), (4,))


def test_widths_that_share_couplings_are_told_so():
    net, points, box = nu.ReLUNet(20, sigma_b=0.0), [[0.5], [1.0]], nn.Box(1.0)
    model = nn.Model.leading("lambda*f^4")
    several = [
        (nu.exact_correlators(one, points, (2, 4)), model, one, box)
        for one in (net, nu.ReLUNet(50, sigma_b=0.0))
    ]
    found = nn.infer(several, per_width=True)
    assert found.called("lambda") == "N*lambda"
    # λ = −25/(2NΛ⁵) of ReLU-net without bias
    np.testing.assert_allclose(float(found["lambda"]), -12.5, rtol=1e-9)
    assert "numbers are N*lambda for lambda" in found.verdict
    assert next(found.plain_fields().rows())[0] == "N*lambda"


@pytest.mark.parametrize("more", ["--seed 3", "--estimator conditional", "--blocks 20"])
def test_options_of_sampling_are_refused_where_nothing_is_sampled(more, capfd):
    words = f"couplings lambda*f^4 --net erf --width 5 --points 0;1 --cutoff 5 {more}"
    assert cli.run(words.split()) == 2
    assert "--networks" in capfd.readouterr().err


def test_couplings_of_single_neurons():
    net = nu.ReLUNet(20, sigma_b=0.0)
    sample = nu.NeuronEnsemble(net, [[0.5], [1.0]], seed=1).sample(200_000).at_width(20)
    found = nn.infer(sample, nn.Model.leading("lambda*f^4"), net, nn.Box(1.0))["lambda"]
    # λ = −25/(2NΛ⁵) of ReLU-net without bias
    assert abs(float(found) + 0.625) < 4 * float(found.error) < 0.05
