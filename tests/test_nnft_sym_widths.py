"""The figure of a scan over widths, its labelled arrays, and the command."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from nnft_sym.cli import nnft, run
from nnft_sym.report.width_plots import width_dataset, width_figure
from nnft_sym.study.width_scan import scan_widths
from numerics.networks.architectures import ErfNet, GaussNet, ReLUNet

POINTS = np.array([[0.4], [1.0]])


@pytest.fixture(scope="module")
def scan():
    return scan_widths(ReLUNet(1), POINTS, (10, 15, 20), networks=500_000, experiments=4, seed=2)


def plotted(axes):
    """The lines of a panel by their label, error bars under the name of their container."""
    found = {line.get_label(): line.get_xydata() for line in axes.lines}
    for bars in axes.containers:
        found[bars.get_label()] = bars.lines[0].get_xydata()
    return found


def test_the_figure_shows_the_numbers(scan):
    figure = width_figure(scan)
    assert [axes.get_ylabel() for axes in figure.axes] == ["$m_4$", "$m_6$", "$y_4$", "$y_6$"]
    for axes, series in zip(figure.axes[:2], scan.series, strict=True):
        shown = plotted(axes)
        np.testing.assert_allclose(shown["sampled"][:, 1], series.m.value[series.trusted])
        assert series.trusted.sum() >= 2
        np.testing.assert_allclose(shown["scatter of one experiment"][:, 1], series.scatter_of_experiment)
        curve = shown["exact"]
        np.testing.assert_allclose(curve[[0, -1], 1], series.m_exact.value[[0, -1]], rtol=1e-12)
        assert axes.get_xscale() == axes.get_yscale() == "log"
    for axes, series in zip(figure.axes[2:], scan.series, strict=True):
        assert f"{-series.law.exponent:.2f}".replace("-", "−")[:4] in axes.get_title()
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert len(names) == len(set(names))
    assert "sampled" in names


def test_what_is_heavy_tailed_is_drawn_open_and_not_fitted():
    figure = width_figure(scan_widths(GaussNet(1), 0.01 * POINTS, (2, 5), networks=1000, experiments=3))
    marker = figure.axes[0].containers[0]
    assert marker.get_label() == "sampled, error not trusted"
    assert marker.lines[0].get_markerfacecolor() != marker.lines[0].get_color()
    assert "not fitted" in figure.axes[2].get_title()


def test_numbers_below_the_noise_are_drawn_as_limits():
    scan = scan_widths(ErfNet(1), POINTS, (500, 800, 1000), networks=200, experiments=3, seed=1)
    figure = width_figure(scan)
    found = scan.series[1].projection
    hidden = found.value <= found.error
    assert hidden.any()
    limits = plotted(figure.axes[3])["hidden by noise: below this (2 σ)"]
    np.testing.assert_array_equal(limits[:, 0], scan.widths[hidden])
    # a limit: what is hidden is not negative, and the exact value lies below
    assert np.all(limits[:, 1] >= 2 * found.error[hidden])
    assert np.all(limits[:, 1] > scan.series[1].projection_exact.value[hidden])


def test_labelled_arrays(scan, tmp_path):
    import xarray

    data = width_dataset(scan)
    for series in scan.series:
        part = data.sel(order=series.order)
        np.testing.assert_array_equal(part["m"], series.m)
        np.testing.assert_array_equal(part["projection_exact"], series.projection_exact)
        assert float(part["exponent"]) == series.law.exponent
    data.to_netcdf(tmp_path / "scan.nc", engine="h5netcdf")
    with xarray.open_dataset(tmp_path / "scan.nc", engine="h5netcdf") as again:
        np.testing.assert_array_equal(again["background"], data["background"])
        assert again.attrs["network"] == repr(ReLUNet(10))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("m_sampled", lambda series: series.m.value),
        ("m_error", lambda series: series.m.error),
        ("background", lambda series: series.scatter_of_experiment),
        ("noise", lambda series: series.scatter_of_mean),
        ("projection_error", lambda series: series.projection.error),
    ],
)
def test_old_names_work_for_one_release(scan, old, new):
    with pytest.warns(DeprecationWarning, match=rf"series\.{old} is now series\."):
        np.testing.assert_array_equal(getattr(scan.series[0], old), new(scan.series[0]))
    assert not hasattr(scan.series[0], "sampled")


def test_orders_of_one_scan_are_correlated_and_widths_are_not(scan):
    four, six = (series.projection for series in scan.series)
    apart = np.hypot((six / six.value).error, (four / four.value).error)
    # G_c4 and G_c6 of one sample rise and fall together, so that their ratio scatters less than that
    assert np.all((six / four / (six.value / four.value)).error < 0.9 * apart)
    outside = four.covariance - np.diag(np.diag(four.covariance))
    assert np.all(outside == 0)
    # the law knows the data it was fitted to
    law, used = scan.series[0].law, scan.series[0].trusted_connected
    residual = (four - law(scan.widths))[used]
    assert np.all(residual.error < four.error[used])
    assert "exponent" in law._repr_html_()


def test_the_command(scan, tmp_path):
    out = tmp_path / "widths.svg"
    words = ["widths", "--net", "relu", "--points", "0.4;1", "--widths", "20,10,15", "--networks", "500000"]
    words += ["--experiments", "4", "--seed", "2", "--json", "--out", str(out)]
    done = CliRunner().invoke(nnft, words)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["widths"] == [10, 15, 20]
    for order, series in zip(found["orders"], scan.series, strict=True):
        assert order["order"] == series.order
        np.testing.assert_allclose(order["m"], series.m.value)
        assert order["exponent"] == pytest.approx(series.law.exponent)
    assert out.read_text(encoding="utf-8").startswith("<?xml")
    table = CliRunner().invoke(nnft, [*words[:-3], "--estimator", "conditional"])
    laws = re.findall(r"power −([0-9.]+) ± ([0-9.]+), p = [0-9.]+ \(expected −(\d)\)", table.stdout)
    assert [expected for _, _, expected in laws] == ["1", "2"]
    assert all(abs(float(power) - int(expected)) < 4 * float(error) for power, error, expected in laws)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--widths", "2"], "2 or more different whole numbers"),
        (["--widths", "2,zero"], "--widths: '2,zero' was given; 2 or more"),
        (["--widths", "2,3", "--networks", "5"], "--networks: 5 was given"),
        (["--widths", "2,3", "--out", "figure.txt"], "a file name ending in .svg, .pdf, .png, .nc"),
        (["--widths", "2,3", "--seed", "-1"], "seed"),
        (["--widths", "2,3", "--points", ";".join(map(str, range(300)))], "300 points in"),
    ],
)
def test_bad_input_is_refused(words, message, capfd):
    assert run(["widths", "--net", "erf", "--points", "0.4", *words]) == 2
    shown = capfd.readouterr()
    assert shown.out == ""
    assert message in shown.err


def test_what_is_clearly_negative_is_drawn_by_its_size(scan):
    """Along the exact shape y_n is positive; an estimate of the wrong sign is not noise to be hidden."""
    six = scan.series[1]
    turned = six.projection * np.array([1.0, -1.0, 1.0])
    shown = plotted(
        width_figure(replace(scan, series=(scan.series[0], replace(six, projection=turned)))).axes[3]
    )
    (drawn,) = (shown[name] for name in shown if name.startswith("negative"))
    np.testing.assert_allclose(drawn, [[15.0, six.projection.value[1]]])
    assert 15.0 not in shown["sampled"][:, 0]


def test_exact_numbers_come_with_their_bounds(scan):
    data = width_dataset(scan)
    for series in scan.series:
        one = data.sel(order=series.order)
        np.testing.assert_array_equal(one["m_exact_error"], series.m_exact.error)
        np.testing.assert_array_equal(one["projection_exact_error"], series.projection_exact.error)
        assert np.all((one["m_exact_error"] > 0) & (one["m_exact_error"] < 1e-9 * one["m_exact"]))
