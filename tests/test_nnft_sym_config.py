"""Study files: every fault is named by its place; nothing unknown or impossible gets through."""

import pytest

from nnft_sym.study.config import InvalidStudy, built_in_study, load_study, parse_study

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
        (NET.replace("5", "-5"), "width: a number greater than 0 is needed (given: -5)"),
        (NET.replace("5", "5.5"), "width"),
        (NET.replace('"erf"', '"tank"'), "kind: one of erf, relu, gauss, cos, tanh, "),
        (NET.replace('"erf"', '"tank"'), "did you mean 'tanh'? (given: 'tank')"),
        (NET.replace('"erf"', '"own"'), "needs its activation"),
        (NET.replace('"erf"', '"own"') + 'activation = "tank(z)"\n', "column 1: 'tank' is not known"),
        (NET + 'output_law = "cauchy"\n', "has no variance"),
        (NET.replace('"erf"', '"relu"') + 'hidden_law = "cauchy"\n', "too heavy tails"),
        (NET.replace("[0.2]", "[0.2, 1.0]"), "points of dimension 1 and 2 are mixed"),
        (NET.replace("[0.2]", "[nan]"), "a finite number is needed (given: nan)"),
        (NET.replace("[0.2]", "[0.1]"), "a point is given twice"),
        (NET + "cutoff = inf\n", "cutoff: a finite number is needed"),
        (NET + "cutoff = 0.0\n", "cutoff: a number greater than 0.0 is needed"),
        (NET + "sigma_a = 1.0\n", "erf-net has no sigma_a"),
        (NET.replace("erf", "cos") + "sigma_b = 1.0\n", "cos-net has no biases"),
        ("networks = 250.5\n" + NET, "networks: a whole number is needed (given: 250.5)"),
        ("networks = 1_000_000_000_000\n" + NET, "experiments × networks = 1e+13"),
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


def test_missing_file(tmp_path):
    with pytest.raises(InvalidStudy, match="cannot read"):
        load_study(tmp_path / "nowhere.toml")


def test_selecting_a_net_that_is_not_there():
    with pytest.raises(InvalidStudy, match="no net of kind 'cos'"):
        built_in_study().only("cos")
