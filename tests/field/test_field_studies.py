"""Studies whose fits, shares and referees were wrong in the field (FAULTS G4, G5, M3, M4, M5, J3, N8, L)."""

import re

import numpy as np
import pytest
from click.testing import CliRunner

from diagrams.errors import NNFTError
from diagrams.messages import bounded, shown
from nnft_sym.cli import run
from nnft_sym.commands.validate import command
from nnft_sym.parameters.readers import Refused
from nnft_sym.parameters.runs import WIDTHS
from nnft_sym.report.output import check_folder, refuse_other_study, write_output
from nnft_sym.study.config import InvalidStudy, load_study, parse_study
from nnft_sym.study.run import run_study
from nnft_sym.study.summary import summarise
from nnft_sym.study.width_scan import scan_widths
from numerics.errors import InvalidStatistics
from numerics.files.sealed import UnwritableOutput, atomically
from numerics.inference.linear import fit
from numerics.integrals.accuracy.contact_referee import contact_coefficient
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet


def study(net, networks=2000, experiments=4, seed=0):
    top = f"seed = {seed}\nexperiments = {experiments}\nnetworks = {networks}\n"
    return run_study(parse_study(top + "".join(f"[[net]]\n{one}\n" for one in net)))


def test_an_accepted_constant_lies_within_the_tensor():
    """FAULTS G4: cos, width 5, points 0.5 and 0.3; the exact tensor is -0.0398 to a quarter per cent."""
    [net] = study(['kind = "cos"\nwidth = 5\npoints = [[0.5], [0.3]]'], networks=100_000).nets
    low, high = net.coupling.range
    assert -0.0400 < low < high < -0.0396
    said = re.search(r"A constant λ = −([\d.]+) describes", net.verdict)
    assert said is not None
    assert 0.0396 < float(said[1]) < 0.0400
    assert net.coupling.misfit_best < 0.01
    assert not net.coupling.outside


def test_fits_of_nearly_constant_tensors_have_pulls_of_width_one():
    """FAULTS G4: random nets whose exact tensor is nearly constant; the pull is about its exact mean."""
    rng = np.random.default_rng(11)
    pulls, biases = [], []
    for seed in range(60):
        points = np.sort(rng.uniform(-0.22, 0.22, rng.integers(2, 4))).round(3)
        text = f'kind = "cos"\nwidth = {rng.choice([5, 10, 20])}\npoints = {[[x] for x in points.tolist()]}'
        [net] = study([text], networks=5000, seed=seed).nets
        assert net.coupling.spread_exact < 0.03 * abs(net.coupling.mean_exact)
        error = net.coupling.fit.errors[0]
        pulls.append((net.coupling.fit.parameters[0] - net.coupling.mean_exact) / error)
        biases.append((net.coupling.fit_best.parameters[0] - net.coupling.mean_exact) / error)
    # What the weights do to the exact tensor, without any noise: this is what was wrong.
    assert max(map(abs, biases)) < 0.3
    # Standard errors from 60 draws: of the mean 0.13, of the width 0.09.
    assert abs(np.mean(pulls)) < 0.55
    assert 0.7 < np.std(pulls) < 1.4


def test_a_model_error_keeps_the_fit_within_the_data():
    """FAULTS G4: closed form of two elements with common noise; weights from S + diag(m²)."""
    noise = np.outer([1.0, 0.99], [1.0, 0.99]) * 0.01 + np.eye(2) * 1e-7
    data, ones, allowed = np.array([1.001, 0.999]), np.ones((2, 1)), np.full(2, 0.02)
    found = fit(data, ones, noise, None, model_error=allowed)
    weight = np.linalg.inv(noise + np.diag(allowed**2))
    gain = weight.sum(axis=0) / weight.sum()
    assert found.parameters[0] == pytest.approx(gain @ data, rel=1e-9)
    assert found.errors[0] == pytest.approx(np.sqrt(gain @ noise @ gain), rel=1e-9)
    assert 0.999 < found.parameters[0] < 1.001
    plain = fit(data, ones, noise, None)
    assert not 0.999 < plain.parameters[0] < 1.001
    assert found.chi2 == plain.chi2


def test_infinite_elements_count_in_every_share():
    """FAULTS G5: relu, points -1, 0, 1; κ₄ is 15/4 at one point, 3·(−¼) where signs differ: 0.75/23.25."""
    [net] = study(['kind = "relu"\nwidth = 20\npoints = [[-1.0], [0.0], [1.0]]\ncutoff = 10']).nets
    # Σ|ΔG4| = 2·15/4 + 3/4 − …: by the exact tensor itself, element by element.
    exact = np.abs(net.correlators[4].connected.value)
    infinite = np.array([item.name == "INFINITE" for item in net.coupling.status])
    assert infinite.sum() == 1
    share = exact[infinite].sum() / exact.sum()
    assert share == pytest.approx(0.0323, abs=5e-4)
    assert net.coupling.misfit_least == pytest.approx(share, rel=1e-9)
    assert "every constant misses at least 3.2 %" in net.verdict
    six = np.abs(net.correlators[6].delta)
    unpredicted = six[~np.isfinite(net.next_order.remainder)].sum() / six.sum()
    assert net.next_order.unpredicted_share == pytest.approx(unpredicted, rel=1e-12)
    assert net.next_order.explained["lambda_tensor"] < 1 - unpredicted


@pytest.mark.parametrize(("width", "cutoff"), [(1.0, 1e4), (1.0, 1e12), (1e-8, None), (300.0, 1e5)])
def test_the_second_referee_looks_where_the_kernel_is(width, cutoff):
    """FAULTS M3, M4: closed form K_W⁴ of Gauss-net, the peak at the mean of the legs."""
    kernel = GaussNet(100, sigma_w=width).kernel
    legs = np.array([[-0.01], [0.0], [0.0], [0.01]])
    amplitude, curvature = kernel.gaussian
    spread = (legs**2).sum() - legs.sum() ** 2 / 4
    truth = -24 * amplitude**4 * np.sqrt(np.pi / (2 * curvature)) * np.exp(-curvature * spread / 2)
    assert contact_coefficient(kernel, legs, cutoff) == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize("cutoff", [1e7, 1e12])
def test_the_second_referee_of_sigmoids(cutoff):
    """FAULTS M3: far out the kernel of Erf-net is a constant per side, and the integral linear in Λ."""
    kernel = ErfNet(5).kernel
    legs = np.array([[0.2], [0.2], [0.9], [0.9]])
    far = sum(np.prod(kernel.weight(legs, np.array([[side * 1e30]]))) for side in (-1, 1))
    assert contact_coefficient(kernel, legs, cutoff) == pytest.approx(-24 * far * cutoff, rel=1e-5)


def test_a_referee_without_an_answer_is_not_a_failed_number():
    """FAULTS M3: floats around a leg too far apart to resolve the kernel."""
    legs = np.full((4, 1), 1e6)
    assert contact_coefficient(GaussNet(5, sigma_w=1e9).kernel, legs, None) is None
    assert contact_coefficient(ReLUNet(5).kernel, np.array([[1.0], [1], [-1], [-1]]), 1e8) == 0.0


@pytest.mark.parametrize(
    "net",
    [
        'kind = "erf"\nwidth = 5\npoints = [[0.3], [0.9]]\ncutoff = 10\nsigma_w = 1e-3',
        'kind = "gauss"\nwidth = 5\npoints = [[2.5]]\nsigma_w = 1e-8',
        'kind = "erf"\nwidth = 5\npoints = [[0.3], [0.9]]\ncutoff = 2\nsigma_w = 1e-12',
    ],
)
def test_nearly_gaussian_networks_pass(net):
    """FAULTS M4: the identity is judged without the free theory, of which only rounding would remain."""
    [found] = study([net]).nets
    assert found.passed, found.checks
    assert found.next_order.identity_miss < 1e-9
    assert found.next_order.explained["free"] == 0.0


def test_a_net_of_which_nothing_exists_leaves_the_others(tmp_path):
    """FAULTS M5: relu at the origin."""
    result = study(
        [
            'kind = "relu"\nwidth = 5\npoints = [[0.0]]\ncutoff = 2',
            'kind = "cos"\nwidth = 5\npoints = [[0.5], [0.3]]',
        ]
    )
    write_output(result, tmp_path / "out")
    for name in ("report.html", "report.tex"):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        text = re.sub(r"<svg.*?</svg>|<style.*?</style>", "", text, flags=re.DOTALL)
        assert not re.search(r"\bnan\b|\binf\b", text)
    assert "is determined" in result.nets[0].verdict
    assert "constant λ = −0.0" in result.nets[1].verdict
    assert summarise(result)["nets"][0]["lambda_constant"] == "undecided"


def test_a_net_that_fails_costs_no_other_its_results(monkeypatch):
    """FAULTS M5."""
    from nnft_sym.study import run

    original = run.study_net

    def fail_for_relu(case, *rest):
        if case.name == "relu":
            raise InvalidStatistics("no luck")
        return original(case, *rest)

    monkeypatch.setattr(run, "study_net", fail_for_relu)
    nets = [
        'kind = "relu"\nwidth = 5\npoints = [[1.0]]\ncutoff = 2',
        'kind = "cos"\nwidth = 5\npoints = [[0.5]]',
    ]
    result = study(nets)
    assert [net.name for net in result.nets] == ["cos"]
    assert not result.passed
    assert "no luck" in result.outcome


def test_another_study_is_refused_before_sampling(tmp_path):
    """FAULTS J3."""
    (tmp_path / "report.html").write_text("old")
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "1_erf_N5_coupling.svg").write_text("old")
    (tmp_path / "figures" / "mine.svg").write_text("mine")
    with pytest.raises(UnwritableOutput, match="--force"):
        refuse_other_study(tmp_path)
    text = 'experiments = 2\nnetworks = 500\n[[net]]\nkind = "cos"\nwidth = 3\npoints = [[0.5]]\n'
    (tmp_path / "study.toml").write_text(text)
    arguments = [str(tmp_path / "study.toml"), "--out", str(tmp_path), "--json"]
    with pytest.raises(UnwritableOutput):
        CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert (tmp_path / "report.html").read_text() == "old"
    CliRunner().invoke(command, [*arguments, "--force"], catch_exceptions=False)
    assert (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")
    assert not (tmp_path / "figures" / "1_erf_N5_coupling.svg").exists()
    assert (tmp_path / "figures" / "mine.svg").read_text() == "mine"


def test_a_folder_in_the_way_is_not_deleted(tmp_path):
    """FAULTS O: a folder called report.html inside --out."""
    (tmp_path / "report.html").mkdir()
    (tmp_path / "report.html" / "precious").write_text("mine")
    with pytest.raises(UnwritableOutput, match="in the way"):
        check_folder(tmp_path)
    assert (tmp_path / "report.html" / "precious").read_text() == "mine"


def test_leftovers_of_killed_writers_are_swept_and_foreign_files_stay(tmp_path):
    """FAULTS O: temporary files of a killed run; umask."""
    import os

    (tmp_path / ".answer.writing-0123abcd.txt").write_text("half")
    (tmp_path / ".my.writing-exercise").write_text("mine")
    before = os.umask(0o027)
    try:
        atomically(tmp_path / "answer.txt", lambda temporary: temporary.write_text("42"))
    finally:
        os.umask(before)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".my.writing-exercise", "answer.txt"]
    assert (tmp_path / "answer.txt").stat().st_mode & 0o777 == 0o640


def test_a_temporary_file_in_work_is_left_alone(tmp_path):
    """FAULTS N5: a second writer does not take the first one's file."""

    def write_twice(temporary):
        atomically(tmp_path / "answer.txt", lambda other: other.write_text("second"))
        temporary.write_text("first")

    atomically(tmp_path / "answer.txt", write_twice)
    assert (tmp_path / "answer.txt").read_text() == "first"


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 2000 + "]" * 2000,
        "a." * 3000 + "b = 1",
        "seed = " + "9" * 5000,
        "seed = 0x" + "f" * 50_000,
        'a = "' + "x" * 100_000,
        "\n".join(f"k{number} = 1" for number in range(1000)),
        '"\\u001b[31mred" = 1',
    ],
)
def test_study_files_of_strangers(text):
    """FAULTS N8, O: depth, digits, length, terminal escapes."""
    with pytest.raises(InvalidStudy) as caught:
        parse_study(text)
    assert len(str(caught.value)) < 2001
    assert "\x1b" not in str(caught.value)


def test_a_study_file_that_never_ends():
    """FAULTS N8."""
    from pathlib import Path

    with pytest.raises(InvalidStudy, match="never ends"):
        load_study(Path("/dev/zero"))


def test_messages_are_printable_and_bounded():
    """FAULTS O."""
    assert shown("\x1b[2J") == "'\\x1b[2J'"
    assert len(shown("x" * 10**7)) <= 80
    assert len(bounded("a b " * 10**5)) <= 2000
    assert "\x1b" not in str(NNFTError("\x1b[31m" * 1000))


def test_repeated_widths_and_absurd_scans():
    """FAULTS L, N9, N10."""
    reader = WIDTHS.reader
    with pytest.raises(Refused, match="2 or more different whole numbers"):
        reader.check(reader.read("5,5"))
    assert reader.check(reader.read("1e1,2")) == (2, 10)
    for widths, experiments in (((2, 2147483647), 10), ((2, 5), 1_000_000)):
        with pytest.raises(InvalidStatistics, match=r"given|asked for|hours|GB"):
            scan_widths(ReLUNet(1), [[1.0]], widths, experiments=experiments)


def test_figures_are_the_same_bytes_twice(tmp_path):
    """FAULTS O: PDF and SVG of plots."""
    from nnft_sym.report.figure_files import save_figure
    from nnft_sym.report.width_plots import width_figure

    scan = scan_widths(CosNet(1), [[0.5]], (1, 3), networks=20_000, experiments=2)
    for kind in ("svg", "pdf"):
        for name in ("a", "b"):
            save_figure(width_figure(scan), tmp_path / name, kind)
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_errors_of_huge_products_are_numbers():
    """FAULTS O: overflow in the square of a deviation (nnft neurons --tilted at x = 6)."""
    from numerics.sampling.neurons.neuron_ensemble import NeuronEnsemble

    with np.errstate(all="raise", under="ignore"):
        sample = NeuronEnsemble(GaussNet(1), np.array([[6.0]]), 0, None, True).sample(400, 6, 50, None)
        error = sample.at_width(2)[6].error
    assert np.all(np.isfinite(error))
    assert np.all(error > 0)


def test_a_folder_that_cannot_be_named_is_one_message(tmp_path):
    """FAULTS N7, of `validate --out`."""
    with pytest.raises(UnwritableOutput, match="choose another"):
        check_folder(tmp_path / ("n" * 260))


@pytest.mark.parametrize("given", [None, 3, b"x", ["a"]])
def test_what_is_no_study_is_refused_in_a_sentence(given):
    """FAULTS I2, brothers of `run_study(None)`."""
    with pytest.raises(InvalidStudy, match="was given; the name of a study file is needed"):
        load_study(given)
    with pytest.raises(InvalidStudy, match="was given; the text of a study file is needed"):
        parse_study(given)


def test_sheets_of_diagrams_are_the_same_bytes_twice(tmp_path):
    """FAULTS O, of `draw`: the second file is made in another second."""
    for name in ("a.pdf", "b.pdf"):
        assert run(["draw", "lambda*f^4", "-n", "2", "--out", str(tmp_path / name)]) == 0
    content = (tmp_path / "a.pdf").read_bytes()
    assert content == (tmp_path / "b.pdf").read_bytes()
    assert b"CreationDate" not in content
