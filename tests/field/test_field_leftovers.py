"""What public names and messages still did wrong after the faults of the field were mended (FAULTS I2, L, O).

Numbers that are not defined, names that are read two ways, results that print too much or too little.
"""

import json
import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

import nnft_sym as nn
from nnft_sym.cli import run
from numerics.files.targets import claimed
from numerics.results.quality import Quality

ROOT = Path(__file__).parents[2]
EXACT = nn.exact_correlators(nn.ErfNet(5), [[0.3], [0.7]], (2, 4))


def with_old_names(call, *given):
    with pytest.warns(DeprecationWarning, match="the old name goes with the next release"):
        return call(*given)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "call",
    [
        lambda: EXACT[4] / 0,
        lambda: EXACT[4] / np.array([1.0, 0.0, 1.0, 1.0, 1.0]),
        lambda: 1 / (EXACT[4] - EXACT[4].value),
        lambda: 0 * EXACT[2] / 0,
        lambda: np.log(-EXACT[4]),
        lambda: np.sqrt(-EXACT[2]),
        lambda: (-EXACT[2]) ** 0.5,
        lambda: (0 * EXACT[2]) ** -1,
        lambda: np.reciprocal(0 * EXACT[2]),
        lambda: np.exp(1e5 * EXACT[4]),
        lambda: EXACT[4] * 1e308,
        lambda: nn.Estimate([1.0]) / 0,
        lambda: nn.Estimate(1.0, 0.1) / 0 + 1,
    ],
)
def test_what_is_not_defined_is_not_trusted(call):
    found = call()
    assert found.quality is Quality.UNDEFINED
    assert not found.trusted
    if found.uncertainty.bound is not None:
        assert np.all(np.isinf(found.bound[~np.isfinite(found.value)]))
        assert np.all(np.isfinite(found.bound[np.isfinite(found.value)]))
    assert "undefined" in repr(found)


def test_what_is_defined_stays_trusted():
    for found in (EXACT[4] / 2, np.log(EXACT[4]), EXACT[4] / EXACT[2][0, 1] ** 2, 1 / EXACT[4][0, 0, 0, 0]):
        assert found.trusted
    # infinity that was given is no fault of the arithmetic
    assert (nn.Estimate([np.inf]) + 1).trusted


def test_the_provenance_of_exact_numbers_reads_back():
    net = nn.CosNet(7, sigma_w=0.4).with_laws(output="laplace")
    numbers = (nn.exact_correlators(net, [[0.3]], 2), nn.exact_cumulant(net, [[0.3]] * 4))
    for found in numbers:
        assert nn.networks.from_record(found.provenance["network"]) == net


@pytest.mark.parametrize("numbers", [EXACT, EXACT.connected()])
def test_correlators_of_several_orders_are_no_array(numbers):
    for call in (np.asarray, np.mean, np.array, lambda g: np.array([1.0, 2.0]) * np.asarray(g)):
        with pytest.raises(nn.NNFTError, match=r"take one order, as in correlators\[2\].value"):
            call(numbers)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: nn.exact_correlators(nn.ErfNet(5), [[0.3]], ()),
            "no orders were given; orders from 1 to",
        ),
        (lambda: with_old_names(EXACT[4].__getattr__, "connected")(), r"connected\(\)\[4\] in place of"),
        (lambda: nn.networks.from_record("erf"), "'erf' was given; the record of a network is needed"),
        (lambda: nn.networks.from_record("[1]"), r"'\[1\]' was given; the record of a network is needed"),
        (lambda: nn.FieldSet([[0.3]], (-1,)), "positive whole number, the output, for each of 1"),
        (lambda: nn.FieldSet([[0.3], [0.4]], (0, 1)), r"\[0, 1\] were given; outputs are numbered from 1"),
        (lambda: nn.pairing_amplitudes(nn.ErfNet(5), [[0.3]] * 2).component((1, -2)), "positive whole"),
        (lambda: nn.Diagram.from_edge_string(3), "3 was given; lines such as 'x1-y1,x2-y1' are needed"),
        (lambda: nn.diagrams.from_nickel_index(3), "3 was given"),
        (lambda: nn.Diagram.from_edge_string("x1-x2").save(3), "path = 3 was given; the name of a file"),
        (lambda: nn.expand("g*f^3", 1).picture().save(None), "path = None was given; the name of a file"),
    ],
)
def test_one_message(call, told):
    with pytest.raises(nn.NNFTError, match=told):
        call()


@pytest.mark.parametrize(
    ("outputs", "allowed"), [("1,1", 1), ("2,7", 1), ("0,1", 0), ("-1,1", 0), ("x,1", 0)]
)
def test_outputs_are_the_same_numbers_in_python_and_on_the_command_line(outputs, allowed, capsys):
    given = [int(one) if one != "x" else one for one in outputs.split(",")]
    words = ["cumulant", "--net", "relu", "--width", "3", "--order", "2", "--points", "1;1", "--json"]
    assert run([*words, "--outputs", outputs]) == (0 if allowed else 2)
    out = capsys.readouterr().out
    if allowed:
        assert json.loads(out)["value"] == float(nn.exact_cumulant(nn.ReLUNet(3), [[1.0]] * 2, given))
    else:
        with pytest.raises(nn.NNFTError, match=r"numbered from 1|positive whole number"):
            nn.FieldSet([[1.0], [1.0]], given)


@pytest.mark.filterwarnings("error")
def test_averages_that_are_infinite_are_told(capsys):
    """E exp(2 W x) of heavy tails: computed, flagged, and without a word of NumPy."""
    net = nn.ActivationNet(5, "exp(z)", 1.0, 0.5).with_laws(hidden="student-t:df=5")
    found = nn.exact_correlators(net, [[0.3], [1.0]], (2, 4))
    for order in (2, 4):
        assert found[order].quality is Quality.UNDEFINED
        assert np.all(np.isinf(found[order].error))
    words = ["cumulant", "--net", "own", "--activation", "exp(z)", "--hidden-law", "student-t:df=5"]
    assert run([*words, "--width", "5", "--order", "2", "--points", "0.3;1.0"]) == 0
    assert "an average that does not exist" in " ".join(capsys.readouterr().out.split())


BIG = nn.FieldSet(np.random.default_rng(0).normal(size=(300, 784)))
TWO = nn.exact_correlators(nn.ErfNet(5, d_in=784), BIG.inputs[:3], 2)
TANH = nn.ActivationNet(5, "tanh(z)", 1.0, 0.5)
ONE = nn.exact_correlators(nn.ReLUNet(5), [1.0], 2)


@pytest.mark.parametrize(
    "shown",
    [
        BIG, TWO, TWO[2], EXACT.origin, EXACT, EXACT[4], nn.Integrator(TANH.kernel, nn.Box(1.0)),
        nn.Integrator(nn.ErfNet(5).kernel, nn.Box(1.0), nn.integrals.Accuracy(rtol=1e-5)),
        nn.expand("lambda*f^4", 4), nn.expand("lambda*f^4", 4, order=2), nn.Diagram.from_edge_string("x1-x2"),
    ],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
@pytest.mark.parametrize("write", [repr, str])
def test_results_are_written_in_a_few_lines(shown, write):
    text = write(shown)
    assert len(text.splitlines()) <= 10
    assert max(map(len, text.splitlines())) <= 320
    assert "object at 0x" not in text


def test_print_shows_the_numbers():
    assert str(EXACT[2]).splitlines()[0] == "2-point function of 2 fields, 3 elements"
    assert str(ONE[2]).splitlines() == [
        "2-point function of 1 field, 1 element",
        "  f(1)²   0.5 (bound 1e-15)",
        "  kernel (exact at every width); trusted",
    ]
    assert str(nn.Diagram.from_edge_string("x1-y1, x2-y1")) == "x1-y1,x2-y1"
    assert "1 fields" not in repr(ONE) + repr(ONE[2]) + ONE[2].plain_fields().title
    text = str(nn.expand("lambda*f^4", 2))
    assert text.startswith("G(1,2) = ")
    assert "K_W(y,y)" in text
    assert str(nn.expand("lambda*f^4", 2, order=8)).startswith("<")


def test_only_what_was_chosen_is_shown():
    integrator = nn.Integrator(nn.ErfNet(5).kernel, nn.Box(1.0), nn.integrals.Accuracy(rtol=1e-5))
    assert repr(integrator).endswith("domain=Box(cutoff=1.0), accuracy=Accuracy(rtol=1e-05))")


def test_old_names_warn_where_they_are_used():
    sample = nn.Ensemble(nn.ErfNet(3), [[0.3]]).correlators(2000, (2, 4), 20)
    old = [(EXACT[4], "full"), (EXACT[4], "connected"), *((sample[4], name) for name in sample[4].evidence)]
    assert len(old) > 3
    for one, name in old:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            getattr(one, name)
        assert [one.filename for one in said] == [__file__], name


def test_pipes_that_nobody_writes_to_are_not_waited_for(tmp_path, capsys):
    """Study files, files of points, results."""
    pipes = {suffix: tmp_path / f"pipe{suffix}" for suffix in (".toml", ".csv", ".nc")}
    for pipe in pipes.values():
        os.mkfifo(pipe)
    assert run(["validate", str(pipes[".toml"])]) == 2
    assert run(["kernel", "--net", "erf", "--points", f"@{pipes['.csv']}"]) == 2
    assert capsys.readouterr().out == ""
    with pytest.raises(nn.NNFTError, match="is no result of this program"):
        nn.load(pipes[".nc"])


def test_pipes_with_a_writer_are_read():
    """As in ``nnft validate <(make_study)``."""
    reading, writing = os.pipe()

    def write():
        with os.fdopen(writing, "w") as file:
            file.write('[[net]]\nkind = "cos"\nwidth = 3\npoints = [[0.5]]\n')

    later = threading.Timer(0.2, write)
    later.start()
    assert [net.kind for net in nn.load_study(f"/dev/fd/{reading}").net] == ["cos"]
    later.join()
    os.close(reading)


KILLED = """
import os, sys
from pathlib import Path
from numerics.files.targets import claimed
with claimed(Path(sys.argv[1])):
    os.kill(os.getpid(), 9)
"""


def test_claims_of_the_killed_do_not_stay(tmp_path):
    for name in ("one.nc", "two.nc"):
        subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / name)], check=False, cwd=ROOT)
    living = tmp_path / ".three.nc.running"
    foreign = tmp_path / ".mine.running"
    foreign.write_text("not of ours")
    with claimed(tmp_path / "three.nc"):
        left = {path.name for path in tmp_path.iterdir()}
        with claimed(tmp_path / "four.nc"):
            assert living.exists()
    assert left == {".three.nc.running", ".mine.running"}
    assert list(tmp_path.iterdir()) == [foreign]


def test_folders_of_the_store_that_may_not_be_looked_into_are_told(tmp_path, capsys, monkeypatch):
    (tmp_path / "ab").mkdir()
    (tmp_path / "cd").mkdir()
    scandir = os.scandir

    def closed(path):
        if str(path).endswith("ab"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert run(["cache", "--folder", str(tmp_path), "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["integrals"] == 0
    assert "a subfolder may not be looked into" in err
