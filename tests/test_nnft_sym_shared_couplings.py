"""Several ensembles that share couplings by name: widths, inputs, cutoffs, seeds, and outputs of O(D)."""

import numpy as np
import pytest

import nnft_sym as nn
from numerics.errors import InvalidStatistics

LAMBDA, BOTH = nn.Action("lambda*f^4"), nn.Action("lambda*f^4 + kappa*f^6")
MODEL = nn.Model.leading(LAMBDA)
RELU = {width: nn.ReLUNet(width, sigma_b=0.0) for width in (10, 20, 50)}
GAUSS = nn.GaussNet(10, 0.3, 0.3)


def exact(network, points, orders=(2, 4)):
    return nn.exact_correlators(network, points, orders)


def sampled(network, points, seed, networks=20_000, blocks=400):
    ensemble = nn.Ensemble(network, points, seed=seed, estimator="conditional")
    return ensemble.correlators(networks, (2, 4), blocks)


def test_widths_share_what_does_not_depend_on_them():
    """Nλ = −25/(2Λ⁵), N²κ = 371/(3Λ⁷) (SPEC 15); the next order is 30.5/N, and the narrowest width judges."""
    points, box = [[0.4], [1.0]], nn.Box(2.0)
    model = nn.Model.leading(BOTH)
    sets = [(exact(net, points, (2, 4, 6)), model, net, box) for net in RELU.values()]
    found = nn.infer(sets, per_width=True)
    assert float(found["lambda"]) == pytest.approx(-12.5 / 2**5, rel=1e-9)
    assert float(found["kappa"]) == pytest.approx(371 / 3 / 2**7, rel=1e-8)
    assert found.explained == pytest.approx({4: 1.0, 6: 1.0}, abs=1e-9)
    assert found.ratio("lambda") == pytest.approx(30.5 / 10, rel=1e-8)
    assert float(found.truncation["lambda"] / abs(found["lambda"])) == pytest.approx(
        30.5 * np.mean([1 / 10, 1 / 20, 1 / 50]), rel=1e-8
    )
    # each correlator is predicted from the shared numbers
    for of, network in enumerate(RELU.values()):
        six = exact(network, points, (2, 4, 6))
        np.testing.assert_allclose(found.predict(6, of=of).value, six.connected()[6].value, rtol=1e-8)
        np.testing.assert_allclose(found.predict(6, "full", of=of).value, six[6].value, rtol=1e-8)
        kappa = found.elementwise("kappa", of=of)
        np.testing.assert_allclose(kappa.tensor.value, 371 / 3 / 2**7, rtol=1e-8)
    assert "measurements: 3" in repr(found)
    one = nn.infer(*sets[1], per_width=True)
    assert float(one["lambda"]) == pytest.approx(-12.5 / 2**5, rel=1e-9)
    # a joint system of them all: refused where the expansion does not hold, else close to the leading order
    with pytest.raises(nn.NNFTError, match="changes lambda by"):
        nn.infer(sets, per_width=True, counting="joint")
    wide = [nn.ReLUNet(width, sigma_b=0.0) for width in (2000, 5000)]
    many = [(exact(net, points, (2, 4, 6)), model, net, box) for net in wide]
    together = nn.infer(many, per_width=True, counting="joint")
    assert float(together["lambda"]) == pytest.approx(-12.5 / 2**5, rel=2 * 30.5 / 2000)
    assert float(together["lambda"]) != pytest.approx(-12.5 / 2**5, rel=0.3 * 30.5 / 5000)


def test_truncation_from_several_widths():
    """SPEC 15, joint fits at N = 100, 300, 1000: Nλ and N²κ on a straight line in 1/N."""
    widths, box = (100, 300, 1000), nn.WholeSpace()
    nets = [nn.GaussNet(width, 0.3, 0.3) for width in widths]
    points, model = [[-0.05], [0.0], [0.05]], nn.Model.leading(BOTH)
    theory = model.over(nets[0].kernel, nn.FieldSet(points), box)
    sets = [(exact(net, points, (2, 4, 6)), theory.per_width(net.width)) for net in nets]
    found = nn.infer(sets, counting="joint")
    drift = {"lambda": (-1.6271, -1.6092, -1.6037), "kappa": (4.667, 4.447, 4.379)}
    for name, values in drift.items():
        limit = np.polyfit(1 / np.array(widths), values, 1)[1]
        assert float(found.limits[name]) == pytest.approx(limit, rel=2e-4)
        assert min(values) < float(found[name]) < max(values)
    # λ knows its next order; κ, whose next order nobody has computed, is as far off as the widths say
    assert found.truncation["lambda"] == pytest.approx(abs(float(found.corrections["lambda"])))
    assert found.truncation["kappa"] == pytest.approx(abs(float(found["kappa"] - found.limits["kappa"])))
    assert 0.01 < found.ratio("kappa") < 0.1
    assert "was not computed" not in found.verdict
    assert found.holds is True
    one = nn.infer(*sets[0], counting="joint")
    assert (one.limits, one.ratio("kappa")) == ({}, None)
    narrow = [nn.GaussNet(width, 0.3, 0.3) for width in (12, 1000)]
    sets = [(exact(net, points, (2, 4, 6)), theory.per_width(net.width)) for net in narrow]
    with pytest.raises(nn.NNFTError, match="at width 12: "):
        nn.infer(sets, counting="joint")


def test_inputs_share_one_constant():
    """Exact ensembles count alike: least squares of the correlators over their root mean squares."""
    near, far = [[-0.1], [0.0]], [[0.3], [0.5]]
    sets = [(exact(GAUSS, points), MODEL, GAUSS) for points in (near, far)]
    found = nn.infer(sets)
    rows = []
    for of in (0, 1):
        four = sets[of][0].connected()[4].value
        unit = np.sqrt(np.mean(four**2))
        slope = found.measurements[of].theory.predictions[4]["lambda"].value
        rows.append((slope / unit, four / unit))
    slope, four = (np.concatenate(part) for part in zip(*rows, strict=True))
    assert float(found["lambda"]) == pytest.approx(slope @ four / (slope @ slope), rel=1e-12)
    alone = [float(nn.infer(*one)["lambda"]) for one in sets]
    assert min(alone) < float(found["lambda"]) < max(alone)
    assert found.locality["lambda"] > 0


def test_cutoffs_do_not_share_one_constant_where_it_runs():
    network, points = RELU[20], [[0.4], [1.0]]
    found = nn.infer([(exact(network, points), MODEL, network, nn.Box(cut)) for cut in (1.0, 3.0)])
    assert "no good description" in found.verdict
    shared = nn.infer([(exact(GAUSS, [[0.0]]), MODEL, GAUSS, nn.Box(cut)) for cut in (20.0, 30.0)])
    assert shared.explained[4] == pytest.approx(1.0, abs=1e-9)


def test_two_actions_share_one_coupling():
    """Two λ, one κ: only what has the same name is the same number."""
    first, second = (nn.Model.leading(nn.Action(f"lambda_{one}*f^4 + kappa*f^6")) for one in "ab")
    other = nn.GaussNet(10, 0.35, 0.3)
    sets = [
        (exact(net, [[0.0]], (2, 4, 6)), model, net)
        for net, model in ((GAUSS, first), (other, second))
    ]  # fmt: skip
    found = nn.infer(sets)
    assert set(found.couplings) == {"lambda_a", "lambda_b", "kappa"}
    for one, name in zip(sets, ("lambda_a", "lambda_b"), strict=True):
        assert float(found[name]) == pytest.approx(float(nn.infer(*one)[name]), rel=1e-12)
    alone = sorted(float(nn.infer(*one)["kappa"]) for one in sets)
    assert alone[0] < float(found["kappa"]) < alone[1]


@pytest.mark.statistical
def test_other_seeds_are_independent():
    """Two samples at one input: the mean weighted by their variances, and its error."""
    sets = [(sampled(GAUSS, [[0.0]], seed, many), MODEL, GAUSS) for seed, many in ((1, 20_000), (2, 60_000))]
    found, alone = nn.infer(sets, allowance=0.0), [nn.infer(*one, allowance=0.0)["lambda"] for one in sets]
    weights = np.array([float(one.error) ** -2 for one in alone])
    mean = weights @ [float(one) for one in alone] / weights.sum()
    assert float(found["lambda"]) == pytest.approx(mean, rel=1e-9)
    assert float(found["lambda"].error) == pytest.approx(weights.sum() ** -0.5, rel=0.02)
    numbers = found.steps[0].fit
    assert numbers.dof == 1
    apart = float(alone[0] - alone[1]) / np.hypot(*(float(one.error) for one in alone))
    assert numbers.chi2 == pytest.approx(apart**2, rel=1e-6)
    # blocks of one sample are not those of the other
    both = found.measurements
    joint = [one.connected[4].numbers().uncertainty.blocks[0].source for one in both]
    assert joint[0] != joint[1]


@pytest.mark.statistical
def test_one_seed_is_one_sample():
    """The same networks at other inputs: correlated as in one sample of all inputs."""
    points = [[-0.1], [0.1]]
    apart = nn.infer([(sampled(GAUSS, [one], 3), MODEL, GAUSS) for one in points], allowance=0.0)
    both = sampled(GAUSS, points, 3)
    pure = [0, 4]  # f(-0.1)⁴ and f(0.1)⁴ of the multisets of four
    numbers = nn.Estimate.__getitem__(both.connected()[4].numbers(), pure)
    slope = [one.theory.predictions[4]["lambda"].value[0] for one in apart.measurements]
    from numerics.inference.nonlinear import fit_polynomial
    from numerics.inference.polynomial import Polynomial

    expected = fit_polynomial(numbers, Polynomial.of({(("lambda", 1),): slope}))
    assert float(apart["lambda"]) == pytest.approx(float(expected["lambda"]), rel=1e-9)
    assert float(apart["lambda"].error) == pytest.approx(float(expected["lambda"].error), rel=1e-9)
    # as if they were independent the error would be another one
    alone = [nn.infer(sampled(GAUSS, [one], 3), MODEL, GAUSS, allowance=0.0)["lambda"] for one in points]
    naive = np.sum([float(one.error) ** -2 for one in alone]) ** -0.5
    assert float(apart["lambda"].error) > 1.2 * naive


@pytest.mark.statistical
def test_closure_of_two_widths():
    """Nλ of ReLU-nets from samples at N = 10 and 30: pulls of width one, the error that of both."""
    nets = [nn.ReLUNet(width, sigma_b=0.0) for width in (10, 30)]
    theories = [MODEL.over(net.kernel, nn.FieldSet([[1.0]]), nn.Box(1.0)) for net in nets]
    pulls = []
    for seed in range(200):
        sets = [
            (sampled(net, [[1.0]], 2 * seed + place, 2000, 100), theory)
            for place, (net, theory) in enumerate(zip(nets, theories, strict=True))
        ]
        found = nn.infer(sets, per_width=True)["lambda"]
        pulls.append((float(found) + 12.5) / float(found.error))
    assert abs(np.mean(pulls)) < 4 / np.sqrt(200)
    assert np.std(pulls) == pytest.approx(1.0, abs=4 / np.sqrt(400))


def test_what_is_refused():
    one, two = (exact(net, [[1.0]]) for net in (RELU[10], RELU[20]))
    first, second = ((data, MODEL, net, nn.Box(1.0)) for data, net in ((one, RELU[10]), (two, RELU[20])))
    with pytest.raises(InvalidStatistics, match="widths 10, 20 are to share couplings"):
        nn.infer([first, second])
    assert nn.infer([first, second], per_width=False).judged.misfit > 0.1
    with pytest.raises(InvalidStatistics, match="the same data were given twice"):
        nn.infer([first, first])
    sample = sampled(RELU[10], [[1.0]], 1, 500, 50)
    with pytest.raises(InvalidStatistics, match="the same data were given twice"):
        nn.infer([(sample, MODEL, RELU[10], nn.Box(cut)) for cut in (1.0, 2.0)])
    with pytest.raises(InvalidStatistics, match="sampled and exact correlators were given together"):
        nn.infer([first, (sample, MODEL, RELU[10], nn.Box(2.0))])
    more = sampled(RELU[10], [[0.5]], 1, 1000, 50)
    with pytest.raises(InvalidStatistics, match="networks of seed 1 were put together, but in different"):
        nn.infer([(one, MODEL, RELU[10], nn.Box(1.0)) for one in (sample, more)])
    sextic = nn.Model(nn.Action("lambda*f^6"), (6,), kind="connected", power=2)
    third = (exact(RELU[10], [[0.5]], (2, 4, 6)), sextic, RELU[10], nn.Box(1.0))
    with pytest.raises(InvalidStatistics, match=r"lambda counts as 1/N in one model and as 1/N\^2"):
        nn.infer([first, third])
    with pytest.raises(InvalidStatistics, match="give each ensemble its own"):
        nn.infer([first, second], MODEL)
    with pytest.raises(InvalidStatistics, match="was given as one of several ensembles"):
        nn.infer([one, two])
    with pytest.raises(InvalidStatistics, match="no data were given"):
        nn.infer([])
    theory = MODEL.over(RELU[10].kernel, one.fields, nn.Box(1.0))
    with pytest.raises(InvalidStatistics, match="some theories count couplings per width and others do not"):
        nn.infer([(one, theory.per_width(10)), (two, theory)], per_width=False)
    outputs = np.random.default_rng(1).standard_normal((500, 1))
    unknown = (nn.Dataset.from_outputs(outputs, [[1.0]], (2, 4)), MODEL, RELU[10].kernel, nn.Box(1.0))
    with pytest.raises(InvalidStatistics, match="the width of a network is not known"):
        nn.infer([unknown], per_width=True)


@pytest.mark.parametrize("kind", ["exact", "sampled"])
def test_each_ensemble_would_move_couplings_as_a_fit_to_it_alone(kind):
    """(R_jX_j)⁻¹R_j of the fit to both is the response of the fit to one, here of two couplings."""
    action, points = nn.Action("(lambda0 + lambda2*x^2)*f^4"), [[-0.9], [0.1], [0.8]]
    model = nn.Model.leading(action, beyond=False)
    make = exact if kind == "exact" else lambda net, at: sampled(net, at, seed=net.width)
    nets = [nn.GaussNet(width, 0.6, 0.3) for width in (10, 30)]
    sets = [(make(net, points), model, net) for net in nets]
    both = nn.infer(sets, per_width=True, allowance=0.0)
    for place, one in enumerate(sets):
        alone = nn.infer(*one, per_width=True, allowance=0.0).steps[0].fit
        names, response = both.steps[0].by_itself(both.measurements[place])
        assert names == alone.names
        unit = both.steps[0].units[place]
        np.testing.assert_allclose(
            response / unit, alone.response, rtol=1e-5, atol=1e-7 * np.abs(alone.response).max()
        )


def test_an_ensemble_that_says_nothing_by_itself_is_no_judge():
    """So few networks that λ is noise: what the next order adds there is not counted."""
    net, box, points = RELU[20], nn.Box(2.0), [[0.4], [1.0]]
    model = nn.Model.leading(LAMBDA)
    many = sampled(net, points, 1)
    few = nn.Ensemble(RELU[10], points, seed=10).correlators(60, (2, 4), 30)
    found = nn.infer([(many, model, net, box), (few, model, RELU[10], box)], per_width=True)
    step = found.steps[0]
    assert step.by_itself(found.measurements[0]) is not None
    own = nn.infer(few, model, RELU[10], box, per_width=True)["lambda"]
    assert float(own.error) > abs(float(found["lambda"]))
    assert step.by_itself(found.measurements[1]) is None
    assert ("lambda" in found.each[0], "lambda" in found.each[1]) == (True, False)
