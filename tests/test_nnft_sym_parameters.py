"""One parameter, one reader: what a study file refuses the command line refuses, in the same words."""

import csv
import json

import click
import pytest

import nnft_sym as nn
from nnft_sym import cli
from nnft_sym.commands.options import Given
from nnft_sym.parameters.outputs import Output, OutputOrStream
from nnft_sym.parameters.readers import Number, Refused, Whole
from nnft_sym.study.config import InvalidStudy, NetConfig, StudyConfig, parse_study
from numerics.errors import InvalidNetwork, NNFTError

NET = {"kind": '"erf"', "width": "5", "points": "[[0.1], [0.2]]"}
#: Words of each command that are fine; those of an option under test are put behind, and the last one counts.
FINE = {
    "validate": [],
    "studies": ["cos"],
    "kernel": ["--net", "erf", "--points", "0.1;0.2"],
    "cumulant": ["--net", "erf", "--width", "5", "--points", "0.1;0.2", "--order", "2"],
    "cumulants": ["--width", "3", "--points", "0.1;0.2", "--net", "erf"],
    "action": ["--width", "3", "--points", "0.1;0.2", "--net", "erf", "--order", "1/N"],
    "density": ["--width", "3", "--points", "0.1;0.2", "--net", "erf", "--order", "1/N"],
    "partition": [
        "--net",
        "erf",
        "--width",
        "3",
        "--points",
        "0.1;0.2",
        "--deform",
        "alpha*p2^2/N",
        "--orders",
        "2",
    ],
    "axioms": ["--net", "erf", "--width", "5", "--orders", "2"],
    "symmetry": ["--net", "erf", "--width", "5", "--points", "0.1;0.2", "--orders", "2"],
    "sample": ["--net", "erf", "--width", "5", "--points", "0.1;0.2", "--networks", "100"],
    "neurons": ["--net", "erf", "--points", "0.1;0.2", "--neurons", "1000", "--widths", "5"],
    "widths": ["--net", "erf", "--points", "0.1;0.2", "--widths", "5,10", "--networks", "100"],
    "couplings": ["lambda*f^4", "--net", "gauss", "--width", "5", "--points", "0.1;0.2"],
    "flow": ["lambda*f^4", "--net", "gauss", "--width", "5", "--points", "0.1;0.2", "--cutoffs", "3,4"],
    "reproduce": ["2008.08601", "--net", "relu", "--dimension", "1"],
    "integrate": ["--net", "erf", "--points", "0.1;0.2", "--diagram", "x1-y1,x2-y1", "--cutoff", "1"],
    "diagram": ["x1-y1,x2-y1", "--net", "erf", "--points", "0.1;0.2", "--cutoff", "1"],
}
DEVIATION = ["0", "-1", "1e-80", "1e80", "nan", "inf", "-inf", "1e400", '"x"', '""']
LAW = ['"norm"', '"laplce"', '""', '"student-t"', '"student-t:df=0"', '"gaussian:mean=x"', '"scipy.nothing"',
       '"gaussian:mean=1,mean=1"', '"gaussian:colour=1"', '"laplace:scale=0"']  # fmt: skip
#: Values that no reader takes, as TOML writes them.
BAD = {
    "kind": ['"tank"', '""', '"ErfNet"', '"guass"'],
    "width": ["0", "-5", "2.5", "1e8", "10_000_001", "nan", "inf", "1e400", '"many"', '"0x10"', '""'],
    "sigma_w": DEVIATION,
    "sigma_b": DEVIATION[1:],
    "sigma_a": DEVIATION,
    "activation": ['"tank(z)"', '"z +"', '""', '"z;1"', '"x"', '"(z"'],
    "hidden_law": LAW,
    "bias_law": LAW,
    "output_law": LAW,
    "output_correlation": ["-1", "1", "1.5", "nan", "inf", '"x"', '""'],
    "output_joint": ['"alpha*p2^2"', '""', '"q2"', '"0.1*(p2"', '"3"', '"equicorrelated"'],
    "cutoff": ["0", "-1", "nan", "inf", '"x"'],
    "seed": ["-1", "0.5", "9223372036854775808", '"x"', "nan"],
    "experiments": ["1", "0", "1001", "2.5", "1e6", '"x"'],
    "networks": ["99", "0", "-1", "10_000_000_001", "1e400", "250.5", '"x"'],
}
#: Points as TOML and as the command line write them.
BAD_POINTS = [
    ("[[0.1], [nan]]", "0.1;nan"),
    ("[[0.1], [-inf]]", "0.1;-inf"),
    ("[[0.1], [0.2, 1]]", "0.1;0.2,1"),
    ('[[0.1], ["two"]]', "0.1;two"),
    ('[[0.1, ""]]', "0.1,"),
    ('"none.csv"', "@none.csv"),
    ('"x.txt"', "@x.txt"),
]
#: Values that are fine by themselves, but not for the kind of network.
NOT_FOR_THIS_KIND = [
    ("erf", "sigma_a", "1.5"),
    ("tanh", "sigma_a", "2"),
    ("cos", "sigma_b", "0"),
    ("cos", "bias_law", '"laplace"'),
    ("relu", "hidden_law", '"cauchy"'),
    ("erf", "output_law", '"cauchy"'),
    ("erf", "output_law", '"gaussian:mean=1"'),
    ("tanh", "activation", '"z"'),
]


def options():
    """Give every option that reads a parameter: command, option of click."""
    for name in cli.COMMANDS:
        command = cli.nnft.get_command(click.Context(cli.nnft), name)
        for option in command.params:
            if isinstance(option.type, Given):
                yield name, option


def commands_with(key):
    """Name the commands that share a key with study files: its reader is the same object."""
    reader = STUDY[key].reader
    return [
        name
        for name, option in options()
        if option.name == key and option.type.said.parameter.reader is reader
    ]


def commands_taking(*keys):
    """Name the commands of `FINE` that have an option for each of the keys, whatever reads it."""
    taken = {name: {option.name for command, option in options() if command == name} for name in FINE}
    return [name for name in FINE if taken[name] >= set(keys)]


#: The keys of study files.
STUDY = {
    name: note
    for table in (StudyConfig, NetConfig)
    for name, field in table.model_fields.items()
    for note in field.metadata
    if hasattr(note, "reader")
}


def said_of_study(key, value, kind="erf"):
    """The message of a study file, without its place."""
    net = NET | {"kind": f'"{kind}"'}
    top = {}
    (net if key in NetConfig.model_fields else top)[key] = value
    lines = [f"{name} = {text}" for name, text in top.items()]
    lines += ["[[net]]", *(f"{name} = {text}" for name, text in net.items())]
    with pytest.raises(InvalidStudy) as caught:
        parse_study("\n".join(lines), source="mine.toml")
    place = f"mine.toml: {'net number 1 ' if key in NetConfig.model_fields else ''}{key}: "
    assert str(caught.value).startswith(place)
    return str(caught.value).removeprefix(place)


def said_of_command(capsys, words, option):
    """The message of a command, without its place."""
    assert cli.run(words) == 2, words
    out, err = capsys.readouterr()
    assert out == ""
    place = f"nnft: {option}: "
    assert err.startswith(place), err
    assert err.endswith("\n")
    return err.removeprefix(place)[:-1]


def option_of(key):
    names = {"kind": "--net", "output_correlation": "--correlation", "output_joint": "--deform"}
    return names.get(key, f"--{key.replace('_', '-')}")


def plain(value):
    """What TOML writes, as a word of the command line."""
    return value.strip('"')


def test_commands_and_study_files_share_their_parameters():
    """By name: the same reader, but for what a study takes once: points, networks, nets, widths."""
    exceptions = set()
    for name, option in options():
        here = option.type.said.parameter.reader
        if name in FINE and option.name in STUDY and here is not STUDY[option.name].reader:
            exceptions.add((name, option.name))
    with_points = ("kernel", "cumulant", "cumulants", "action", "density", "partition", "sample", "neurons",
                   "widths", "couplings", "flow", "integrate", "diagram", "symmetry")  # fmt: skip
    sampled = {(name, "networks") for name in ("sample", "couplings", "density", "partition", "symmetry")}
    sampled.add(("couplings", "width"))
    assert exceptions == {*sampled, ("widths", "kind"), *((name, "points") for name in with_points)}
    assert {"kind", "sigma_w", "width", "seed", "cutoff", "networks"} <= {
        key for key in BAD if commands_with(key)
    }


@pytest.mark.parametrize("key", BAD)
def test_what_one_refuses_the_other_refuses_in_the_same_words(key, capsys):
    names = commands_with(key)
    assert names
    for value in BAD[key]:
        told = said_of_study(key, value)
        assert "was given" in told or "column" in told
        for name in names:
            words = [name, *FINE[name], f"{option_of(key)}={plain(value)}"]
            assert said_of_command(capsys, words, option_of(key)) == told


@pytest.mark.parametrize(("in_file", "typed"), BAD_POINTS)
def test_points_are_refused_in_the_same_words(in_file, typed, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = said_of_study("points", in_file)
    names = commands_taking("points")
    assert len(names) > 5
    for name in names:
        words = [name, *FINE[name], f"--points={typed}"]
        assert said_of_command(capsys, words, "--points") == told


@pytest.mark.parametrize(("kind", "key", "value"), NOT_FOR_THIS_KIND)
def test_what_does_not_go_with_a_kind_is_said_in_the_same_words(kind, key, value, capsys):
    told = said_of_study(key, value, kind)
    names = commands_taking("kind", key)
    assert len(names) > 5
    for name in names:
        fine = [word for word in FINE[name] if word not in ("--net", "erf", "gauss")]  # widths takes several
        words = [name, *fine, "--net", kind, f"{option_of(key)}={plain(value)}"]
        assert said_of_command(capsys, words, option_of(key)) == told
    given = json.loads(value)
    given = float(given) if key.startswith("sigma") else given
    with pytest.raises(NNFTError) as caught:
        nn.network(kind, 5, **{key: given})
    assert str(caught.value) == f"{key} = {told}"


def test_every_count_may_be_written_short():
    counts = [option.type for _, option in options() if isinstance(option.type.said.parameter.reader, Whole)]
    assert len(counts) > 15
    for one in counts:
        reader = one.said.parameter.reader
        power = len(str(max(reader.least, 1)))
        if reader.most < 10**power:  # a few are no count, such as a dimension
            continue
        assert one.convert(f"1e{power}", None, None) == reader.check(float(10**power)) == 10**power


def test_limits_are_finite_and_are_kept():
    for _, option in options():
        reader = option.type.said.parameter.reader
        if isinstance(reader, Whole):
            assert reader.check(reader.least) == reader.least
            assert reader.check(reader.most) == reader.most < 2**63
            for beyond in (reader.least - 1, reader.most + 1, True, None, "1"):
                with pytest.raises(Refused, match="whole number from"):
                    reader.check(beyond)
        elif isinstance(reader, Number):
            for bad in (float("nan"), float("inf"), 10**400, True, None, "1"):
                with pytest.raises(Refused, match="is needed"):
                    reader.check(bad)


def test_out_follows_one_rule(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = FINE | {name: ["lambda*f^4", "-n", "4"] for name in ("draw", "expand")}
    with_out = {
        name: option for name, option in options() if isinstance(option.type.said.parameter.reader, Output)
    }
    drawn_or_listed = {"draw", "diagram", "expand"}
    assert (
        set(with_out)
        == {"kernel", "density", "sample", "widths", "neurons", "flow", "symmetry"} | drawn_or_listed
    )
    for name, option in with_out.items():
        allowed = option.type.said.parameter.reader.suffixes
        told = said_of_command(capsys, [name, *words[name], "--out", "x.docx"], "--out")
        assert told.startswith(
            f"'x.docx' was given; a file name ending in {allowed[0]}, " if len(allowed) > 2 else ""
        )
        assert all(suffix in told for suffix in allowed)
        stream = ("-",) if isinstance(option.type.said.parameter.reader, OutputOrStream) else ()
        assert option.metavar == f"FILE{'|'.join((*allowed, *stream))}"
        code = cli.run([name, *words[name], "--out", f"no/such/place{allowed[0]}"])
        assert (code, "the folder does not exist" in capsys.readouterr().err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_the_scan_is_written_as_its_suffix_says(capsys, tmp_path):
    import xarray

    for suffix in (".nc", ".csv", ".svg"):
        out = str(tmp_path / f"scan{suffix}")
        assert cli.run(["widths", *FINE["widths"], "--experiments", "2", "--json", "--out", out]) == 0
        found = json.loads(capsys.readouterr().out)
    with xarray.open_datatree(tmp_path / "scan.nc", engine="h5netcdf") as tree:
        for one in found["orders"]:
            assert tree["m"].sel(order=one["order"]).values.tolist() == one["m"]
    with (tmp_path / "scan.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["width"]) for row in rows] == [5, 10, 5, 10]
    assert (tmp_path / "scan.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_outputs_are_counted_from_one(capsys):
    answers = []
    for outputs in ("1,2", "7,3000000000"):
        assert cli.run(["cumulant", *FINE["cumulant"], f"--outputs={outputs}", "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out)["value"])
    assert answers == [0.0] * 2
    for outputs in ("-1,2", "0,1"):
        assert cli.run(["cumulant", *FINE["cumulant"], f"--outputs={outputs}", "--json"]) == 2
        assert f"{outputs}' was given; whole numbers from 1" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["norm", "normal", "Normal", "gausian"])
def test_the_law_that_was_meant(name):
    with pytest.raises(InvalidNetwork, match=r"hidden_law = .* was given.*did you mean 'gaussian'"):
        nn.network("erf", 5, hidden_law=name)


def test_python_names_its_own_keys():
    with pytest.raises(InvalidNetwork, match=r"hidden = 'laplace' was given.*did you mean 'hidden_law'"):
        nn.network("erf", 5, hidden="laplace")
    with pytest.raises(InvalidNetwork, match="hidden = 'lapace' was given"):
        nn.ErfNet(5).with_laws(hidden="lapace")


@pytest.mark.parametrize(("option", "law"), [("--hidden-law", "laplace"), ("--bias-law", "uniform")])
def test_neurons_say_which_law_cannot_be_drawn(option, law, capsys):
    told = said_of_command(capsys, ["neurons", *FINE["neurons"], option, law], option)
    assert told.startswith(f"'{law}' was given, and drawing neurons one by one needs Gaussian")
    assert "ErfNet(" not in told
    assert "use Ensemble" not in told


def test_a_study_may_be_changed_on_the_command_line(capsys, tmp_path):
    text = "experiments = 2\nnetworks = 200\n[[net]]\ncutoff = 5.0\n"
    text += "".join(f"{name} = {value}\n" for name, value in NET.items())
    answers = []
    for words, deviation in ((["--sigma-w", "2"], ""), ([], "sigma_w = 2\n"), ([], "")):
        (tmp_path / "study.toml").write_text(text + deviation)
        assert cli.run(["validate", str(tmp_path / "study.toml"), *words, "--json"]) in (0, 1)
        (net,) = json.loads(capsys.readouterr().out)["nets"]
        answers.append({name: value for name, value in net.items() if name != "seconds"})
    assert answers[0] == answers[1] != answers[2]
