"""Options of `nnft validate`: what is changed, what is written, what is told without computing."""

import json

import pytest

from nnft_sym.cli import run
from nnft_sym.commands.validate import _study
from nnft_sym.parameters.studies import NetworkChanges, ValidateParameters
from nnft_sym.study.config import NetConfig, StudyConfig, built_in_study, load_study, parse_study
from nnft_sym.study.forecast import Costs, forecast
from nnft_sym.study.study_text import written_study

OWN = """
seed = 3
experiments = 2
networks = 200
action = "lambda*f^4"
[[net]]
kind = "own"
activation = "tanh(z)*exp(-z^2)"
hidden_law = "student-t:df=5"
width = 7
points = [[0.1, 2e-3], [0.2, -1.0]]
cutoff = 1e16
[[net]]
kind = "cos"
width = 3
sigma_a = 0.5
points = [[0.5]]
"""


def refused(capsys, *words):
    assert run(["validate", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1, err
    return err


def test_a_net_is_changed_by_options():
    net = NetworkChanges(kind="erf", width=9, cutoff=7.0, points=((0.1,), (0.3,)))
    asked = ValidateParameters(networks=1000, experiments=4, seed=1, action="lambda*f^4")
    config = _study(net, asked)
    (one,) = config.net
    assert (one.kind, one.width, one.cutoff, one.points) == ("erf", 9, 7.0, ((0.1,), (0.3,)))
    assert (config.networks, config.experiments, config.seed, config.action) == (1000, 4, 1, "lambda*f^4")


def test_the_same_net_twice_is_one_net():
    text = OWN.replace('kind = "cos"', 'kind = "cos"\nsigma_w = 1.0')
    text += '[[net]]\nkind = "cos"\nwidth = 4\nsigma_w = 1.0\nsigma_a = 0.5\npoints = [[0.5]]\n'
    config = parse_study(text).only("cos")
    assert len(config.net) == 2
    assert len(config.with_nets(config.net, width=9).net) == 1


@pytest.mark.parametrize(
    "words", [["--width", "5"], ["--cutoff", "2"], ["--points", "0.1;0.2"], ["--width", "5", "--points=1"]]
)
def test_what_nets_differ_in_needs_a_net(capsys, words):
    said = refused(capsys, *words)
    assert words[0] in said
    assert "--net" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--net", "erf", "--width", "0"], "--width"),
        (["--net", "erf", "--points", "0.1;0.1"], "twice"),
        (["--net", "erf", "--cutoff", "-1"], "--cutoff"),
        (["--net", "erf", "--points", "x.csv"], "a file is named with @ before it: @x.csv"),
        (["--networks", "99"], "--networks"),
        (["--experiments", "1"], "--experiments"),
        (["--networks", "1e10", "--experiments", "1000"], "lower one of the two"),
        (["--action", "lambda*f^4 +"], "--action"),
        (["--init", "a.toml", "--dry-run"], "--init and --dry-run"),
        (["--init", "a.toml", "--out", "b"], "--init and --out"),
        (["--init", ""], "--init"),
        (["--init", "no/such/folder/a.toml"], "does not exist"),
    ],
)
def test_bad_options_are_refused_in_one_line(capsys, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    assert said in refused(capsys, *words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("commented", [False, True])
@pytest.mark.parametrize(
    "config", [built_in_study(), built_in_study("cos"), parse_study(OWN)], ids=["published", "cos", "own"]
)
def test_a_written_study_reads_back(config, commented):
    assert parse_study(written_study(config, commented=commented)) == config


def test_a_study_of_a_point_file_is_written_with_its_points(tmp_path):
    (tmp_path / "x.csv").write_text("0.1\n0.2\n")
    (tmp_path / "s.toml").write_text('[[net]]\nkind = "cos"\nwidth = 2\npoints = "x.csv"\n')
    config = load_study(tmp_path / "s.toml")
    assert parse_study(written_study(config, commented=True)) == config


def test_every_key_of_a_net_is_named_in_a_commented_study():
    text = written_study(built_in_study(), commented=True)
    keys = {*StudyConfig.model_fields, *NetConfig.model_fields}
    assert all(key in text for key in keys)
    assert max(map(len, text.splitlines())) <= 120


def test_init_writes_the_study_that_would_run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["--net", "tanh", "--width", "7", "--networks", "500", "--seed", "4"]
    assert run(["validate", *words, "--init"]) == 0
    assert "study.toml" in capsys.readouterr().out
    written = load_study("study.toml")
    assert (written.net[0].kind, written.net[0].width, written.networks, written.seed) == ("tanh", 7, 500, 4)
    before = (tmp_path / "study.toml").read_bytes()
    assert "--force" in refused(capsys, "--init", "study.toml")
    assert (tmp_path / "study.toml").read_bytes() == before
    assert run(["validate", "--init", "study.toml", "--force", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"file": "study.toml"}
    assert load_study("study.toml") == built_in_study()
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]


def test_a_dry_run_computes_nothing(capsys, monkeypatch):
    monkeypatch.setattr("nnft_sym.study.run.run_study", None)
    assert run(["validate", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("erf", "relu", "gauss", "MB", "Nothing was computed"))
    assert run(["validate", "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["dry_run"] is True
    assert [net["name"] for net in found["nets"]] == ["erf", "relu", "gauss"]
    assert found["nets"][0]["correlators"] == {"g2": 21, "g4": 126, "g6": 462}
    assert found["seconds"] == sum(net["seconds"] for net in found["nets"])


def test_a_dry_run_refuses_what_the_study_refuses(capsys, tmp_path):
    assert "f**3" in refused(capsys, "--dry-run", "--action", "g*f^3 + lambda*f^4")
    assert "folder" in refused(capsys, "--dry-run", "--out", str(tmp_path / "no" / "such"))


def test_costs_grow_with_what_is_computed():
    config, dear = built_in_study().only("gauss"), Costs(neuron=1e-6)
    assert forecast(config, costs=dear).seconds > 4 * forecast(config).seconds
    wide = config.with_nets(config.net, width=10_000)
    assert forecast(wide).seconds > 10 * forecast(config).seconds
    deep = built_in_study().only("erf")
    plane = deep.with_nets(deep.net, points=[[0.1 * k, 0.2] for k in range(6)])
    assert forecast(plane).seconds > 20 + forecast(deep).seconds
    many = config.with_nets(config.net, points=[[0.1 * k] for k in range(10)])
    assert forecast(many).memory > 1e9 > forecast(config).memory
