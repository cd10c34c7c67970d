"""``nnft couplings`` for several widths and outputs, with model errors and prefactors; what it refuses."""

import json

import numpy as np
import pytest

import nnft_sym as nn

RELU = ["--net", "relu", "--points", "0.4;1", "--cutoff", "2"]
GAUSS = ["--net", "gauss", "--sigma-w", "1", "--sigma-b", "0.5"]
TWO = ["--points", "0;0;0.3;0.3", "--outputs", "1,2,1,2"]


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


def test_several_widths_are_one_table(answer, nnft):
    """Nλ = −25/(2Λ⁵), N²κ = 371/(3Λ⁷) of all widths at once (SPEC 15)."""
    words = ["lambda*f^4+kappa*f^6", *RELU, "--width", "50,10,20"]
    found = answer(*words)
    assert values(found) == pytest.approx({"lambda": -12.5 / 2**5, "kappa": 371 / 3 / 2**7}, rel=1e-8)
    assert found["per_width"] is True
    assert found["width"] == [10, 20, 50]
    assert [one["width"] for one in found["network"]] == [10, 20, 50]
    assert [(one["width"], one["order"]) for one in found["contributions"]] == [
        (width, order) for width in (10, 20, 50) for order in (4, 6)
    ]
    assert all(one["terms"][-1]["explained"] == pytest.approx(1.0) for one in found["contributions"])
    code, out, err = nnft("couplings", *words)
    assert (code, err) == (0, "")
    for text in ("N*lambda", "N^2*kappa", "N = 10, 20, 50", "-0.390625", "N = 50, 6-point: kappa"):
        assert text in out
    one = answer("lambda*f^4", *RELU, "--width", "20")
    assert (one["per_width"], one["width"], one["contributions"][0]["width"]) == (False, 20, 20)


@pytest.mark.statistical
def test_widths_are_sampled_with_seeds_of_their_own(answer):
    words = ["lambda*f^4", *RELU, "--networks", 4000, "--blocks", 200, "--estimator", "conditional"]
    both = answer(*words, "--width", "10,30", "--seed", 7)
    assert both["data"]["networks"] == 8000
    alone = [answer(*words, "--width", width, "--seed", seed) for width, seed in ((10, 7), (30, 8))]
    scaled = [
        (one["couplings"][0]["value"] * width, one["couplings"][0]["error"] * width)
        for one, width in zip(alone, (10, 30), strict=True)
    ]
    shared = both["couplings"][0]
    assert min(one for one, _ in scaled) < shared["value"] < max(one for one, _ in scaled)
    assert shared["error"] == pytest.approx(sum(error**-2 for _, error in scaled) ** -0.5, rel=0.15)


def test_model_errors(answer, nnft):
    words = ["lambda*f^4", *RELU, "--width", "200"]
    plain, wide = answer(*words), answer(*words, "--model-errors")
    assert plain["model_errors"]["in_the_errors"] is False
    assert wide["model_errors"]["in_the_errors"] is True
    size = wide["model_errors"]["truncation"]["lambda"]
    assert wide["couplings"][0]["error"] == pytest.approx(size, rel=1e-9)
    assert wide["covariance"] == [[pytest.approx(size**2)]]
    assert (plain["covariance"], values(plain)) == (None, values(wide))
    assert "The errors hold truncation and locality." in wide["verdict"]


def test_the_next_order_of_all_couplings(answer):
    words = ["lambda*f^4+kappa*f^6", *RELU, "--width", "1000"]
    plain, further = answer(*words), answer(*words, "--next-orders")
    assert plain["couplings"][1]["next_order"] is None
    lam, kappa = further["couplings"]
    for key in ("value", "next_order", "ratio"):
        assert lam[key] == pytest.approx(plain["couplings"][0][key], rel=1e-9)
    # k₂/k₁ = −9975·3/371: κ loses 8 % at N = 1000
    assert kappa["next_order"] / kappa["value"] == pytest.approx(-9975 * 3 / 371 / 1000, rel=1e-6)
    assert kappa["ratio"] == pytest.approx(9975 * 3 / 371 / 1000, rel=1e-6)
    assert set(further["model_errors"]["truncation"]) == {"lambda", "kappa"}
    assert "was not computed" in plain["verdict"]
    assert "was not computed" not in further["verdict"]


def test_prefactors_are_part_of_the_coupling(answer):
    """λ f⁴/24 has a λ 24 times as large, and κ f⁶/720 one 720 times; what is explained stays."""
    plain = answer("lambda*f^4+kappa*f^6", *RELU, "--width", 20)
    factorials = answer("lambda/24*f^4+kappa/720*f^6", *RELU, "--width", 20)
    minus = answer("-lambda*f^4/24 + 2*kappa*f^6", *RELU, "--width", 20)
    for found, factors in ((factorials, (24, 720)), (minus, (-24, 0.5))):
        for name, factor in zip(("lambda", "kappa"), factors, strict=True):
            assert values(found)[name] == pytest.approx(factor * values(plain)[name], rel=1e-9)
        assert found["explained"] == pytest.approx(plain["explained"], abs=1e-9)
        assert found["couplings"][0]["ratio"] == pytest.approx(plain["couplings"][0]["ratio"], rel=1e-9)


@pytest.mark.statistical
def test_several_outputs_from_everywhere(answer, nnft, tmp_path):
    """Exact, sampled, from a run's file, and brought along with a third axis: one λ of (f.f)²."""
    words = ["lambda*(f.f)^2", *GAUSS, "--width", 20]
    exact = answer(*words, *TWO)
    assert exact["outputs"] == [1, 2, 1, 2]
    many = ["--networks", 20_000, "--blocks", 400, "--seed", 3]
    sampled = answer(*words, *TWO, *many)
    file = tmp_path / "run.nc"
    code, _, err = nnft("sample", *GAUSS, "--width", 20, *TWO, *many, "--orders", "2,4", "--out", file)
    assert code == 0, err
    read = answer(*words, *TWO, "--data", file)
    fields = nn.FieldSet([[0.0], [0.0], [0.3], [0.3]], (1, 2, 1, 2))
    ensemble = nn.Ensemble(nn.GaussNet(20, 1.0, 0.5), fields.inputs, seed=3, outputs=fields.outputs)
    outputs = ensemble.outputs(20_000)
    np.save(tmp_path / "cube.npy", outputs.reshape(-1, 2, 2))
    np.save(tmp_path / "flat.npy", outputs)
    cube = answer(*words, "--points", "0;0.3", "--data", tmp_path / "cube.npy", "--blocks", 400)
    flat = answer(*words, *TWO, "--data", tmp_path / "flat.npy", "--blocks", 400)
    for found in (read, cube, flat):
        assert values(found) == pytest.approx(values(sampled), rel=1e-8)
        assert found["couplings"][0]["error"] == pytest.approx(sampled["couplings"][0]["error"], rel=1e-5)
        assert found["data"]["has_this_propagator"] is True
    one = sampled["couplings"][0]
    assert abs(one["value"] - exact["couplings"][0]["value"]) < 5 * one["error"]


@pytest.fixture
def files(tmp_path, nnft):
    """Data that do not go with what is asked."""
    rng = np.random.default_rng(1)
    np.save(tmp_path / "two.npy", rng.standard_normal((2000, 2)))
    np.save(tmp_path / "cube.npy", rng.standard_normal((2000, 2, 2)))
    np.save(tmp_path / "same.npy", np.repeat(rng.standard_normal((1, 2)), 2000, axis=0))
    code, _, err = nnft(
        "sample", *RELU[:4], "--width", 10, "--networks", 500, "--orders", "2,4", "--out", tmp_path / "run.nc"
    )
    assert code == 0, err
    return tmp_path


#: What is asked of ReLU-nets, and what the message says.
REFUSED = {
    "several widths of a file": (["lambda*f^4", "--width", "10,20", "--data", "run.nc"], "--width: 10,20"),
    "a width of the file's own": (["lambda*f^4", "--width", "20", "--data", "run.nc"], "with width = 10"),
    "no width": (["lambda*f^4", "--width", "10,0"], "--width: '10,0' was given; whole numbers"),
    "outputs that are not enough": (["lambda*(f.f)^2", "--width", "9", "--outputs", "1"], "--outputs: 1"),
    "outputs of one field": (["lambda*f^4", "--width", "9", "--outputs", "1,2"], "fields of 2 outputs"),
    "three axes for one field": (["lambda*f^4", "--width", "9", "--data", "cube.npy"], "fields of 2 outputs"),
    "outputs given twice": (
        ["lambda*(f.f)^2", "--width", "9", "--data", "cube.npy", "--outputs", "1,2"],
        "name outputs already",
    ),
    "a file without these outputs": (
        ["lambda*(f.f)^2", "--width", "10", "--data", "run.nc", "--outputs", "1,2"],
        "as they were sampled",
    ),
    "networks that are all alike": (["lambda*f^4", "--width", "9", "--data", "same.npy"], "mean"),
    "no order for a coupling": (
        ["lambda*f^4+kappa*f^6", "--width", "10,20", "--orders", "4"],
        "kappa counts as 1/N^2 and is read off the 6-point function",
    ),
    "orders without data": (
        ["lambda*f^4+kappa*f^6", "--width", "10", "--data", "run.nc"],
        "6-point function, the data have orders [2, 4]",
    ),
    "hardly any blocks": (["lambda*f^4", "--width", "10", "--networks", "100", "--blocks", "2"], "block"),
    "too few blocks for the directions": (
        [
            "lambda*f^4",
            "--width",
            "5",
            "--net",
            "erf",
            "--points=-1;-.6;-.2;.2;.6;1",
            "--networks",
            "2000",
            "--blocks",
            "20",
        ],
        "from 20 blocks; more blocks than directions are needed",
    ),
    "couplings that the covariance does not tell apart": (
        ["(lambda0+lambda2*x^2)*f^4", "--width", "5", "--networks", "2000", "--blocks", "100"],
        "couplings lambda0 and lambda2 cannot be told apart",
    ),
    "no expansion for a joint fit": (
        ["lambda*f^4+kappa*f^6", "--width", "10,20", "--counting", "joint"],
        "changes lambda by",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_message(case, nnft, files, monkeypatch):
    monkeypatch.chdir(files)
    words, told = REFUSED[case]
    code, out, err = nnft("couplings", words[0], *RELU, *words[1:], "--json")
    assert (code, out) == (2, ""), err
    assert told in err
    assert err.startswith("nnft: ")
    assert err.count("\n") == 1
