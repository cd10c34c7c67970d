"""Study files: every fault is named by its place; nothing unknown or impossible gets through."""

import pytest

from nnft_sym.study.config import InvalidStudy, NetConfig, built_in_study, load_study, parse_study

NET = '[[net]]\nkind = "erf"\nwidth = 5\npoints = [[0.1], [0.2]]\n'


def test_published_set_ups():
    erf, relu, gauss = built_in_study().net
    assert (erf.kind, erf.width, erf.cutoff) == ("erf", 5, 100.0)
    assert erf.points == ((-1.0,), (-0.6,), (-0.2,), (0.2,), (0.6,), (1.0,))
    assert (relu.kind, relu.width, relu.cutoff, relu.sigma_b) == ("relu", 20, 100.0, 0.0)
    assert relu.points == ((0.2,), (0.4,), (0.6,), (0.8,), (1.0,), (1.2,))
    assert (gauss.kind, gauss.width, gauss.cutoff) == ("gauss", 100, None)
    assert gauss.points == tuple((x[0] / 100,) for x in erf.points)
    assert (built_in_study().experiments, built_in_study().networks) == (10, 100_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "net: missing"),
        ("colour = 1\n" + NET, "colour: unknown key"),
        (NET + "wdith = 3\n", "net number 1 wdith: unknown key"),
        (NET.replace("5", "-5"), "width: -5 was given; a whole number from 1 to 10,000,000 is needed"),
        (NET.replace("5", "5.5"), "width"),
        (NET.replace('"erf"', '"tank"'), "kind: 'tank' was given; one of erf, relu, gauss, cos, tanh, "),
        (NET.replace('"erf"', '"tank"'), "did you mean 'tanh'?"),
        (NET.replace('"erf"', '"own"'), "needs its activation"),
        (NET.replace('"erf"', '"own"') + 'activation = "tank(z)"\n', "column 1: 'tank' is not known"),
        (NET + 'output_law = "cauchy"\n', "has no variance"),
        (NET.replace('"erf"', '"relu"') + 'hidden_law = "cauchy"\n', "too heavy tails"),
        (NET.replace("[0.2]", "[0.2, 1.0]"), "points of dimension 1 and 2 are mixed"),
        (
            NET.replace("[0.2]", "[nan]"),
            "points: nan was given as coordinate 1 of point 2; a finite number is needed",
        ),
        (NET.replace("[0.2]", "[0.1]"), "a point is given twice"),
        (NET + "cutoff = inf\n", "cutoff: inf was given; a finite number greater than 0 is needed"),
        (NET + "cutoff = 0.0\n", "cutoff: 0.0 was given; a finite number greater than 0 is needed"),
        (NET + "sigma_a = 1.0\n", "net number 1 sigma_a: 1.0 was given, but only the cos-net has amplitudes"),
        (
            NET.replace("erf", "cos") + "sigma_b = 1.0\n",
            "net number 1 sigma_b: 1.0 was given, but the cos-net has no Gaussian bias",
        ),
        (
            "networks = 250.5\n" + NET,
            "networks: 250.5 was given; a whole number from 100 to 10,000,000,000 is needed",
        ),
        ("networks = 1_000_000_000_000\n" + NET, "networks: 1000000000000 was given; a whole number"),
        ("networks = 10_000_000_000\n" + NET, "experiments × networks = 1e+11"),
        ("seed = -1\n" + NET, "seed"),
        ("seed = [\n", "not valid TOML"),
    ],
)
def test_faults_are_named(text, said):
    with pytest.raises(InvalidStudy) as caught:
        parse_study(text, source="mine.toml")
    assert said in str(caught.value)
    assert "mine.toml" in str(caught.value)
    assert "\n" not in str(caught.value) or "TOML" in str(caught.value)


def test_numbers_and_names_may_be_written_in_other_ways():
    study = parse_study(
        "networks = 2e4\nexperiments = 5.0\n" + NET.replace("erf", "ReLU").replace("5", "5.0")
    )
    assert (study.networks, study.experiments, study.net[0].width, study.net[0].kind) == (
        20_000,
        5,
        5,
        "relu",
    )
    assert all(isinstance(number, int) for number in (study.networks, study.net[0].width))


def test_python_may_leave_out_a_key_by_none():
    given = {"kind": "erf", "width": 5, "points": [[0.1]]}
    optional = (
        "sigma_w",
        "sigma_b",
        "sigma_a",
        "activation",
        "hidden_law",
        "bias_law",
        "output_law",
        "output_correlation",
        "output_joint",
        "cutoff",
    )
    assert NetConfig(**given, **dict.fromkeys(optional)) == NetConfig(**given)
    with pytest.raises(ValueError, match="None was given; a whole number"):
        NetConfig(**given | {"width": None})


def test_missing_file(tmp_path):
    with pytest.raises(InvalidStudy, match="cannot read"):
        load_study(tmp_path / "nowhere.toml")


def test_selecting_a_net_that_is_not_there():
    with pytest.raises(InvalidStudy, match="no net of kind 'cos'"):
        built_in_study().only("cos")


def test_a_table_comes_back_from_json_with_what_was_left_out():
    study = parse_study('[[net]]\nkind = "cos"\nwidth = 3\npoints = [[0.0], [0.7]]')
    assert type(study).model_validate_json(study.model_dump_json()) == study
