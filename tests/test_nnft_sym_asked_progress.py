"""`progress=True` wherever `progress` is taken, and messages of the standard loggers with `-v`."""

import inspect
import io
import json
import logging

import pytest

import nnft_sym as nn
from diagrams.progress import shown, shown_lines
from nnft_sym.cli import run
from nnft_sym.progress.patience import Patience
from nnft_sym.progress.verbosity import LOGGERS

NET, POINTS = nn.ErfNet(width=5), [[0.1], [0.5]]
TERMS = nn.expand("lambda*f^4", 4)
#: Everything public that takes progress, with a small call of it.
CALLS = {
    "exact_correlators": lambda p: nn.exact_correlators(NET, POINTS, orders=(2, 4), progress=p),
    "exact_cumulant": lambda p: nn.exact_cumulant(NET, POINTS, progress=p),
    "expand": lambda p: nn.expand("lambda*f^4", 4, progress=p),
    "generating_functional": lambda p: nn.generating_functional(NET, POINTS, 4, progress=p),
    "run_study": lambda p: nn.run_study(STUDY, progress=p),
    "scan_widths": lambda p: nn.scan_widths(
        NET, [[0.1], [0.5]], [2, 5], networks=200, experiments=2, progress=p, exact_progress=p
    ),
    "symmetry": lambda p: nn.symmetry(NET, "reflections", POINTS, (2,), progress=p),
    "sampled_violation": None,
}
STUDY = nn.parse_study(
    'experiments = 2\nnetworks = 200\n[[net]]\nkind = "cos"\nwidth = 3\npoints = [[0.0], [0.7]]\n'
)


def taking_progress():
    for name in dir(nn):
        function = getattr(nn, name)
        if inspect.isfunction(function) and "progress" in inspect.signature(function).parameters:
            yield name


def test_the_list_is_complete():
    assert set(taking_progress()) == set(CALLS)


@pytest.mark.parametrize("name", [name for name, call in CALLS.items() if call])
def test_progress_may_be_true(name, capsys):
    """Small calls are done before the first word; what they find does not depend on it."""
    with_it, without = CALLS[name](True), CALLS[name](False)
    assert capsys.readouterr().out == ""
    if name == "exact_correlators":
        assert with_it[4].value.tolist() == without[4].value.tolist()


def test_progress_of_integrals_and_samples_may_be_true(capsys):
    box = nn.Box(3.0)
    star = nn.Diagram.from_edge_string("x1-y1,x2-y1,y1-y1")
    for progress in (True, False, None):
        found = nn.integrate(star, NET.kernel, POINTS, box, progress=progress)
        assert found.trusted
        nn.predict(TERMS, NET.kernel, POINTS, box, progress=progress)
        nn.flow(star, NET.kernel, POINTS, [1.0, 2.0], progress=progress)
        nn.Integrator(NET.kernel, box, progress=progress).integrate(star, POINTS)
        nn.Ensemble(NET, POINTS).correlators(200, progress=progress)
        nn.NeuronEnsemble(NET, POINTS).sample(200, n_blocks=10, progress=progress)
    assert capsys.readouterr().out == ""


def test_a_callable_is_called_as_before():
    done = []
    nn.Ensemble(NET, POINTS).correlators(2000, progress=lambda *numbers: done.append(numbers))
    assert done[-1] == (2000, 2000)
    with shown(None, "networks") as report, shown_lines(None, "first") as say:
        assert (report, say) == (None, None)


def test_plain_lines_where_there_is_no_terminal(monkeypatch):
    """As in a notebook: standard error is no terminal."""
    import nnft_sym.progress.bars as bars

    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    with bars.TerminalProgress("networks", Patience(sampled=0.0, silence=60.0)) as progress:
        progress.sampling(1, 4)
        progress.sampling(3, 4)
    lines = stream.getvalue().splitlines()
    assert [line.split("]")[1].strip().split(",")[0] for line in lines] == [
        "1 of 4 networks",
        "3 of 4 networks",
    ]
    assert "\x1b" not in stream.getvalue()


SAMPLE = ["sample", "--net", "erf", "--width", "4", "--networks", "300", "--points", "0.2;1", "--json"]


@pytest.mark.parametrize(
    "words", [["-v", *SAMPLE], [*SAMPLE, "-v"], ["sample", "--verbose", *SAMPLE[1:]], [*SAMPLE, "-vv"]]
)
def test_verbose_says_what_is_done_and_where_it_stands_does_not_matter(words, capsys):
    assert run(SAMPLE) == 0
    plain = capsys.readouterr()
    assert run(words) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == json.loads(plain.out)
    assert "numerics.sampling.ensemble: sampling 300 networks" in err
    assert "numerics.sampling.ensemble" not in plain.err
    for name in LOGGERS:
        assert (logging.getLogger(name).handlers, logging.getLogger(name).level) == ([], logging.NOTSET)


def test_more_of_it_says_every_integral(capsys):
    words = ["integrate", "--net", "erf", "--diagram", "x1-y1,x2-y1", "--points", "0;1", "--cutoff", "2"]
    said = []
    for more in ([], ["-v"], ["-vv"]):
        assert run([*words, *more]) == 0
        said.append([line for line in capsys.readouterr().err.splitlines() if "numerics.integrals" in line])
    assert [len(lines) for lines in said] == [0, 1, 2]


def test_messages_reach_the_loggers_of_a_program(caplog):
    with caplog.at_level(logging.INFO):
        nn.Ensemble(NET, POINTS).correlators(200)
        nn.expand("lambda*f^4", 4)
    assert {record.name for record in caplog.records} >= {
        "numerics.sampling.ensemble",
        "nnft_sym.expansions.expansion",
    }
    assert all(record.levelno == logging.INFO for record in caplog.records)
