"""``nn.infer`` and ``nnft couplings``: published digits by JSON, data of every kind, and what is refused."""

import json

import numpy as np
import pytest

import nnft_sym as nn
from numerics.errors import InvalidStatistics, NoRealRoot

BOTH = "lambda*f^4+kappa*f^6"
RELU = ["--net", "relu", "--width", "20", "--points", "0.2;0.4;0.6;0.8;1;1.2", "--cutoff", "100"]
NARROW = "-0.01;-0.006;-0.002;0.002;0.006;0.01"
GAUSS = ["--net", "gauss", f"--points={NARROW}"]
SMALL = ["--net", "gauss", "--width", "30", "--sigma-w", "0.3", "--sigma-b", "0.3", "--points=-0.05;0;0.05"]


@pytest.fixture
def answer(nnft):
    """Run ``nnft couplings --json``; give the one object it prints."""

    def call(*words):
        code, out, err = nnft("couplings", *words, "--json")
        assert code == 0, err
        return json.loads(out)

    return call


def values(found):
    return {one["name"]: one["value"] for one in found["couplings"]}


def test_the_published_relu_net(answer):
    """λ = −25/(2NΛ⁵), κ = 371/(3N²Λ⁷), l₂/l₁ = 30.5 (SPEC 15)."""
    found = answer(BOTH, *RELU)
    got = values(found)
    assert got["lambda"] == pytest.approx(-6.25e-11, rel=1e-9)
    assert got["kappa"] == pytest.approx(371 / (3 * 400 * 1e14), rel=1e-8)
    assert all(one["determined"] for one in found["couplings"])
    assert found["couplings"][0]["ratio"] == pytest.approx(30.5 / 20, rel=0.01)
    assert found["model_errors"]["truncation"]["lambda"] == pytest.approx(6.25e-11 * 30.5 / 20, rel=0.01)
    # a constant is exact there
    assert found["model_errors"]["locality"]["lambda"] < 1e-9 * 6.25e-11
    assert found["explained"] == pytest.approx({"4": 1.0, "6": 1.0}, abs=1e-9)
    # exact data: no probabilities, the misfit instead
    assert [found[key] for key in ("chi2", "p_value", "covariance")] == [None, None, None]
    assert 0 <= found["misfit"] < 1e-9
    assert found["expansion_holds"] is False
    assert "changes lambda by 1.5" in found["verdict"]
    lam, kappa = found["couplings"]
    assert (lam["mean"], kappa["mean"]) == pytest.approx((-6.25e-11, 371 / (3 * 400 * 1e14)), rel=1e-8)
    assert [one["by"] for one in lam["corrected"]] == [["kappa"], ["kappa", "lambda**2"]]
    assert [one["over_uncorrected"] for one in lam["corrected"]] == pytest.approx(
        [1 + 53 / 20, 1 + 30.5 / 20], rel=1e-8
    )
    assert [one["trusted"] for one in lam["corrected"]] == [False, False]
    assert kappa["corrected"] == []
    six = found["contributions"][1]
    assert [one["couplings"] for one in six["terms"]] == ["lambda**2", "kappa"]
    assert [one["share"] for one in six["terms"]] == pytest.approx([75 / 22, 53 / 22], rel=1e-8)
    assert found["orders"] == [4, 6]
    assert found["data"] == {
        "source": "exact", "networks": None, "blocks": None, "has_this_propagator": None,
    }  # fmt: skip


def test_the_published_gauss_net(answer, nnft):
    found = answer(BOTH, *GAUSS, "--width", 100)
    got = values(found)
    assert got["lambda"] == pytest.approx(-0.0534568, abs=5e-8)
    assert got["kappa"] == pytest.approx(-0.294791, abs=5e-7)
    assert 1 - found["explained"]["6"] == pytest.approx(0.00017, abs=5e-6)
    assert found["couplings"][0]["ratio"] == pytest.approx(85.5, abs=0.5)
    code, out, err = nnft("couplings", BOTH, *GAUSS, "--width", 100, "--counting", "joint", "--json")
    assert (code, out) == (2, "")
    assert "the next order in 1/N changes lambda by 85.5 times itself" in err
    assert err.count("\n") == 1


def test_three_couplings_of_the_published_gauss_net(answer):
    action = "(lambda0+lambda2*x^2)*f^4 + lambda_NL*f(x)^2*f(y)^2"
    found = answer(action, *GAUSS, "--width", 1000, "--orders", 4)
    got = values(found)
    expected = {"lambda0": -0.0161344, "lambda2": -0.0217844, "lambda_NL": 0.00647675}
    assert got == pytest.approx(expected, rel=3e-5)
    # bilocal terms: the integrals of the next power do not exist over R
    assert found["model_errors"]["truncation"] == {}
    assert "was not computed" in found["verdict"]
    np.testing.assert_allclose(found["singular_values"], [1.7321, 7.13e-5, 9.36e-6], rtol=2e-3)


def test_a_constant_that_does_not_fit_says_so(answer):
    points = ["--points=-1;-0.6;-0.2;0.2;0.6;1", "--cutoff", 100]
    found = answer("lambda*f^4", "--net", "erf", "--width", 5, *points)
    assert values(found)["lambda"] == pytest.approx(-0.000472505, abs=5e-10)
    assert "no good description" in found["verdict"]
    # the tensor scatters by much more than its constant
    assert found["model_errors"]["locality"]["lambda"] > 3 * 0.000472505


def test_locality_is_the_distance_of_elementwise_couplings():
    network, points = nn.GaussNet(10, 0.3, 0.3), [[-0.5], [0.2], [0.6]]
    exact = nn.exact_correlators(network, points, (2, 4))
    model = nn.Model(nn.Action("lambda*f^4"), (4,), kind="connected", power=1)
    theory = model.over(network.kernel, exact.fields, nn.WholeSpace())
    found = nn.infer(exact, theory)
    per_unit = theory.predictions[4]["lambda"].value
    elementwise = exact.connected()[4].value / per_unit
    apart = np.average(np.abs(elementwise - float(found["lambda"])), weights=np.abs(per_unit))
    assert found.locality["lambda"] == pytest.approx(apart, rel=1e-9)
    assert found.truncation == {}
    assert found.explained[4] == pytest.approx(1 - 0.125, abs=0.01)
    assert found.covariance() is None
    assert len(repr(found).splitlines()) <= 10
    assert "lambda" in found._repr_html_()


@pytest.mark.statistical
def test_locality_of_a_sample_leaves_out_its_noise():
    """All elements fluctuate together, by more than they differ: that is no reason to call them constant."""
    points = [[-0.5], [0.2], [0.6]]
    model = nn.Model(nn.Action("lambda*f^4"), (4,), kind="connected", power=1)
    sizes = {}
    for sigma in (0.3, 0.05):
        network = nn.GaussNet(10, sigma, sigma)
        ensemble = nn.Ensemble(network, points, seed=4, estimator="conditional")
        sample, exact = ensemble.correlators(20_000, (2, 4)), nn.exact_correlators(network, points, (2, 4))
        theory = model.over(network.kernel, exact.fields, nn.WholeSpace())
        found, truth = nn.infer(sample, theory), nn.infer(exact, theory)
        sizes[sigma] = found.locality["lambda"] / truth.locality["lambda"]
        assert found.steps[0].noise < float(found["lambda"].error / abs(found["lambda"]).value)
    assert sizes[0.3] == pytest.approx(1.0, abs=0.15)
    assert sizes[0.05] == pytest.approx(1.0, abs=0.3)


def test_joint_counting_where_the_expansion_holds(answer):
    found = answer(BOTH, *SMALL, "--counting", "joint")
    got = values(found)
    assert got["lambda"] * 30 == pytest.approx(-1.7303, abs=5.1e-5)
    assert got["kappa"] * 900 == pytest.approx(5.986, abs=5.1e-4)
    assert len(found["roots"]) > 1
    assert found["expansion_holds"] is True
    # the correction is that of the leading coupling, l₂/N²
    assert found["couplings"][0]["next_order"] * 900 == pytest.approx(-2.27, abs=0.03)
    network = nn.GaussNet(12, 0.3, 0.3)
    exact = nn.exact_correlators(network, [[0.0]])
    with pytest.raises(NoRealRoot, match="turns round"):
        nn.infer(exact, nn.Model.leading(nn.Action(BOTH)), network, counting="joint")


def test_a_run_and_the_outputs_of_the_same_networks_say_the_same(answer, nnft, tmp_path):
    """Brought along, read from a run's file, and sampled in place: one set of networks, three ways."""
    run_file, outputs = tmp_path / "run.nc", tmp_path / "outputs.npy"
    many = ["--networks", 4000, "--blocks", 200, "--seed", 3]
    code, _, err = nnft("sample", *SMALL, *many, "--orders", "2,4", "--out", run_file)
    assert code == 0, err
    network, points = nn.GaussNet(30, 0.3, 0.3), [[-0.05], [0.0], [0.05]]
    np.save(outputs, nn.Ensemble(network, points, seed=3).outputs(4000))
    asked = ["lambda*f^4", *SMALL]
    brought = answer(*asked, "--data", outputs, "--blocks", 200)
    read, sampled = answer(*asked, "--data", run_file), answer(*asked, *many)
    assert values(read) == pytest.approx(values(sampled), rel=1e-9)
    for key in ("value", "error"):
        assert brought["couplings"][0][key] == pytest.approx(read["couplings"][0][key], rel=1e-6)
    assert brought["chi2"] == pytest.approx(read["chi2"], rel=1e-5)
    assert np.shape(brought["covariance"]) == (1, 1)
    sources = [one["data"]["source"] for one in (brought, read, sampled)]
    assert sources == ["outputs", "file", "sampled"]
    # a run with the output layer integrated out is data, too, and better ones
    better = tmp_path / "better.nc"
    code, _, err = nnft(
        "sample", *SMALL, *many, "--estimator", "conditional", "--orders", "2,4", "--out", better
    )
    assert code == 0, err
    precise = answer(*asked, "--data", better)["couplings"][0]
    assert precise["error"] < 0.1 * read["couplings"][0]["error"]
    assert abs(precise["value"] + 0.0533795) < 5 * precise["error"]
    assert all(one["data"]["has_this_propagator"] for one in (brought, read, sampled))
    assert {one["data"]["networks"] for one in (brought, read, sampled)} == {4000}


def test_outputs_brought_along_give_the_correlators_of_the_ensemble():
    points = [[0.4], [1.0]]
    ensemble = nn.Ensemble(nn.ReLUNet(20), points, seed=5)
    sampled = ensemble.correlators(3001, (2, 4, 6), n_blocks=120)
    brought = nn.Dataset.from_outputs(ensemble.outputs(3001), points, n_blocks=120).sampled
    assert brought.n_blocks == 120
    np.testing.assert_array_equal(brought.block_sizes, sampled.block_sizes)
    for ours, theirs in ((brought, sampled), (brought.connected(), sampled.connected())):
        np.testing.assert_allclose(ours.joint().value, theirs.joint().value, rtol=1e-10)
        np.testing.assert_allclose(ours.covariance(), theirs.covariance(), rtol=1e-9, atol=1e-15)
    # the propagator of another network is noticed
    network = nn.ReLUNet(20)
    models = [nn.Model.leading(nn.Action("lambda*f^4"), beyond=False) for _ in range(2)]
    data = nn.Dataset(brought)
    right, wrong = (
        nn.infer(data, model, one, nn.Box(2.0))
        for model, one in zip(models, (network, nn.ReLUNet(20, sigma_w=1.2)), strict=True)
    )
    assert right.of_this_network is True
    assert wrong.of_this_network is False
    assert "is not the propagator" in wrong.verdict
    assert "propagator" not in right.verdict
    # several outputs in a third axis are fields of their own
    labels = (1, 2, 1, 2)
    two = nn.Ensemble(nn.ReLUNet(20), [[0.4], [0.4], [1.0], [1.0]], seed=5, outputs=labels)
    cube = two.outputs(1000).reshape(1000, 2, 2)
    several = nn.Dataset.from_outputs(cube, points, (2,)).sampled
    assert several.fields == two.fields
    np.testing.assert_allclose(several[2].value, two.correlators(1000, (2,))[2].value, rtol=1e-10)
    # the same numbers are known again, other ones are independent
    again = nn.Dataset.from_outputs(ensemble.outputs(3001), points, n_blocks=120).sampled
    assert float((again[2] - brought[2]).error.max()) < 1e-12
    other = nn.Dataset.from_outputs(ensemble.outputs(3001, first=3001), points, n_blocks=120).sampled
    np.testing.assert_allclose(
        (other[2] - brought[2]).error, np.hypot(other[2].error, brought[2].error), rtol=1e-9
    )


@pytest.mark.statistical
def test_closure_on_outputs_brought_along():
    """Ensembles made elsewhere, in NumPy: scale mixtures with known λ; pulls of width one, p uniform.

    One point: f = √v z with E v = 1, Var v = ¼ has G_c⁽⁴⁾ = 3 Var v, so λ is known whatever the kernel.
    """
    rng, points, pulls = np.random.default_rng(11), [[0.0]], []
    network = nn.GaussNet(10, 0.3, 0.3)
    model = nn.Model(nn.Action("lambda*f^4"), (4,), kind="connected", power=1)
    fields = nn.FieldSet(points)
    theory = model.over(network.kernel, fields, nn.WholeSpace())
    truth = 0.75 / float(theory.predictions[4]["lambda"].value[0])
    for _ in range(400):
        scale = np.sqrt(1 + 0.5 * rng.choice([-1.0, 1.0], size=(8000, 1)))
        data = nn.Dataset.from_outputs(scale * rng.standard_normal((8000, 1)), points, (2, 4), n_blocks=200)
        found = nn.infer(data, theory)["lambda"]
        pulls.append((float(found) - truth) / float(found.error))
    assert abs(np.mean(pulls)) < 4 / np.sqrt(400)
    assert np.std(pulls) == pytest.approx(1.0, abs=4 / np.sqrt(800))
    covered = np.mean(np.abs(pulls) < 1)
    assert covered == pytest.approx(0.683, abs=3 * np.sqrt(0.683 * 0.317 / 400))


@pytest.mark.statistical
def test_couplings_that_a_sample_does_not_determine_get_no_number(answer, nnft):
    action = "(lambda0+lambda2*x^2)*f^4"
    net = ["--net", "gauss", "--width", 50, "--sigma-w", 0.3, "--sigma-b", 0.3, "--points=-0.1;0;0.1"]
    words = [action, *net, "--orders", 4, "--networks", 20_000, "--estimator", "conditional"]
    found = answer(*words)
    unknown = [one for one in found["couplings"] if not one["determined"]]
    assert unknown
    for one in unknown:
        assert one["value"] is None
        assert one["error"] is None
        assert one["name"] in found["verdict"]
    assert "do not determine" in found["verdict"]
    best, worst = found["combinations"]
    assert best["determined"]
    assert worst["value"] is None
    code, out, _ = nnft("couplings", *words)
    assert code == 0
    assert "not determined" in out
    assert "What the data see" in out
    code, out, err = nnft("couplings", *words, "--counting", "joint")
    assert (code, out) == (2, "")
    assert "order by order, so a system of all orders would not either" in err


def test_the_table_says_what_the_json_says(nnft):
    code, out, err = nnft("couplings", BOTH, *RELU)
    assert (code, err) == (0, "")
    for words in (
        "-6.25e-11",
        "3.09167e-15",
        "9.53e-11",
        "4-point",
        "340.91 %",
        "3.65",
        "not trusted",
        "Data: exact",
    ):
        assert words in out


@pytest.fixture
def files(tmp_path, nnft):
    """Data that go with `SMALL`, and data that do not."""
    rng = np.random.default_rng(1)
    plain = rng.standard_normal((2000, 3))
    arrays = {
        "fine": plain, "columns": plain[:, :2], "few": plain[:50], "flat": plain[:, 0], "zero": 0 * plain,
        "nan": np.where(np.arange(6000).reshape(2000, 3) == 7, np.nan, plain), "mean": plain + 1.0,
        "words": np.array(["a", "b"]),
    }  # fmt: skip
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    (tmp_path / "broken.npy").write_bytes(b"no numbers")
    (tmp_path / "broken.nc").write_bytes(b"no numbers")
    code, _, err = nnft("sample", *SMALL, "--networks", 500, "--orders", "2,4", "--out", tmp_path / "run.nc")
    assert code == 0, err
    return tmp_path


#: What is asked beside `SMALL`, and what the message says.
REFUSED = {
    "a coupling in no order asked for": (
        [BOTH, "--orders", "4"],
        "kappa counts as 1/N^2 and is read off the 6-",
    ),
    "no order of a high coupling": (["lambda*f^4+rho*f^8", "--orders", "4"], "rho counts as 1/N^3"),
    "only the higher order": ([BOTH, "--orders", "6"], "lambda is not known yet"),
    "no couplings": (["f^4/24"], "put a coupling that counts in front of it"),
    "an odd coupling": (["g*f^3"], "g is read off the 3-point function, which vanishes"),
    "an odd order": (["lambda*f^4", "--orders", "3,4"], "--orders: [3, 4] was given; even orders from 4 on"),
    "two names for one": (["(lambda+mu)*f^4"], "lambda and mu cannot be told apart"),
    "joint counting misspelt": (["lambda*f^4", "--counting", "both"], "--counting: 'both' was given"),
    "orders without data": ([BOTH, "--data", "run.nc"], "6-point function, the data have orders [2, 4]"),
    "other points": (["lambda*f^4", "--data", "run.nc", "--points=-0.05;0;0.06"], "as they were sampled"),
    "another width": (["lambda*f^4", "--data", "run.nc", "--width", "31"], "with width = 30, not 31"),
    "another network": (
        ["lambda*f^4", "--data", "run.nc", "--sigma-w", "0.4"],
        "with sigma_w = 0.3, not 0.4",
    ),
    "no such file": (["lambda*f^4", "--data", "none.nc"], "there is no such file"),
    "another suffix": (["lambda*f^4", "--data", "run.csv"], "a file ending in .nc"),
    "no netCDF": (["lambda*f^4", "--data", "broken.nc"], "broken.nc"),
    "no array": (["lambda*f^4", "--data", "broken.npy"], "as numpy.save writes it"),
    "words": (["lambda*f^4", "--data", "words.npy"], "as numpy.save writes it"),
    "points of another number": (["lambda*f^4", "--data", "columns.npy"], "outputs at 2 points were given"),
    "one axis": (["lambda*f^4", "--data", "flat.npy"], "outputs of shape (2000,) were given"),
    "NaN": (["lambda*f^4", "--data", "nan.npy"], "network 3 at point 2"),
    "a mean": (["lambda*f^4", "--data", "mean.npy"], "subtract the mean"),
    "too few networks": (["lambda*f^4", "--data", "few.npy"], "outputs of 50 networks were given"),
    "too many blocks": (["lambda*f^4", "--data", "few.npy", "--blocks", "60"], "60 blocks of 50 networks"),
    "too few blocks": (["lambda*f^4", "--data", "fine.npy", "--blocks", "2"], "block"),
    "nothing fluctuates": (["lambda*f^4", "--data", "zero.npy"], "does not fluctuate at all"),
    "two kinds of data": (["lambda*f^4", "--data", "fine.npy", "--networks", "100"], "both given"),
    "blocks of exact data": (["lambda*f^4", "--blocks", "50"], "--blocks: 50 was given, but exact"),
    "blocks of a file": (["lambda*f^4", "--blocks", "50", "--data", "run.nc"], "the file has its own"),
    "divergent": (["lambda*f^4", "--net", "relu", "--sigma-b", "0", "--points=0.1;0.2"], "--cutoff 10"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_message(case, nnft, files, monkeypatch):
    monkeypatch.chdir(files)
    (files / "run.csv").write_text("1\n")
    words, told = REFUSED[case]
    code, out, err = nnft("couplings", words[0], *SMALL, *words[1:], "--json")
    assert (code, out) == (2, ""), err
    assert told in err
    assert err.startswith("nnft: ")
    assert err.count("\n") == 1


def test_what_infer_refuses():
    network = nn.GaussNet(10, 0.3, 0.3)
    exact = nn.exact_correlators(network, [[0.0], [0.1]], (2, 4))
    model = nn.Model.leading(nn.Action("lambda*f^4"))
    theory = model.over(network.kernel, exact.fields, nn.WholeSpace())
    with pytest.raises(InvalidStatistics, match="without a kernel"):
        nn.infer(exact, model)
    with pytest.raises(InvalidStatistics, match="its integrals are done"):
        nn.infer(exact, theory, network)
    with pytest.raises(InvalidStatistics, match="a Dataset, or Correlators"):
        nn.infer(1.0, theory)
    with pytest.raises(InvalidStatistics, match="a Model of an action"):
        nn.infer(exact, 3, network)
    with pytest.raises(InvalidStatistics, match="'1/N' or 'joint' is needed"):
        nn.infer(exact, theory, counting="both")
    two = nn.exact_correlators(network, [[0.0], [0.0]], (2, 4), outputs=(1, 2))
    with pytest.raises(InvalidStatistics, match="the same inputs are needed"):
        nn.infer(two, theory)
    third = np.random.default_rng(2).exponential(size=(20_000, 1)) - 1.0
    with pytest.raises(InvalidStatistics, match="ask for orders up to 4"):
        nn.Dataset.from_outputs(third - third.mean(), [[0.0]])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_joint_fit_of_a_sample_allows_for_a_tensor_that_is_not_constant(seed):
    """Without the allowance λ came out of the range of its own elements, eight errors away."""
    model, net, points = (
        nn.Model.leading("lambda*f^4 + kappa*f^6"),
        nn.GaussNet(100, 0.3, 0.3),
        [[-0.5], [0.2], [0.6]],
    )
    exact = nn.infer(nn.exact_correlators(net, points, orders=(2, 4, 6)), model, net, counting="joint")
    sample = nn.Ensemble(net, points, seed=seed, estimator="conditional").correlators(50_000, (2, 4, 6))
    found = nn.infer(sample, model, net, counting="joint")
    for name in ("lambda", "kappa"):
        # other weights give another constant: as far apart as it varies over the inputs
        apart = abs(float(found[name]) - float(exact[name]))
        assert apart < 4 * np.hypot(float(found[name].error), exact.locality[name])
    elements = exact.elementwise("lambda").tensor.value
    assert elements.min() < float(found["lambda"]) < elements.max()
    loose = nn.infer(sample, model, net, counting="joint", allowance=0.0)
    assert float(loose["lambda"]) != float(found["lambda"])


def test_of_several_widths_the_narrowest_decides_whether_the_expansion_holds():
    """λ = l₁/N + l₂/N² of ReLU-net on one input: l₂/l₁ = 30.5."""
    model = nn.Model.leading("lambda*f^4 + kappa*f^6")
    nets = [nn.ReLUNet(width, sigma_b=0.0) for width in (20, 1000, 5000)]
    several = [(nn.exact_correlators(net, [[1.0]]), model, net, nn.Box(1.0)) for net in nets]
    found = nn.infer(several, per_width=True)
    np.testing.assert_allclose(found.ratio("lambda"), 30.5 / 20, rtol=1e-9)
    assert found.holds is False
    assert "does not hold" in found.verdict
    for place, width in enumerate((20, 1000, 5000)):
        corrected = found.corrected("lambda", of=place)
        np.testing.assert_allclose(corrected.ratio, 1 + 30.5 / width, rtol=1e-9)
        assert corrected.trusted is (width > 61)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("lambda*f^4 + mu*lambda*f^6", "the term lambda*mu*f^6 has no coupling of its own"),
        ("lambda^2*f^4", "the term lambda**2*f^4 has no coupling of its own"),
        ("x^2*f^4", "put a coupling that counts in front of it"),
        ("lambda*(f^4+f^6)", "lambda stands in front of f^4 and of f^6"),
        ("m*f^2 + lambda*f^4", "m stands in front of f^2, which belongs to the free theory"),
    ],
)
def test_couplings_that_cannot_be_read_off_get_advice_that_can_be_followed(nnft, action, said):
    """Not to count powers of 1/N otherwise, which `nnft couplings` does not take."""
    code, out, err = nnft("couplings", action, *SMALL)
    assert (code, out) == (2, "")
    assert said in err
    assert "counting" not in err
    assert err.count("\n") == 1
