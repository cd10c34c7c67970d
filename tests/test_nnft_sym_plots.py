"""Figures: what is drawn is what was found, special cases are marked, equal results give equal files."""

import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from made_up_cases import CASES, THREE, figures, figures_of, net
from made_up_study import made_up_net, made_up_study
from matplotlib import rc_context
from matplotlib.figure import Figure

from nnft_sym.report import panels, panels_theory
from nnft_sym.report.plot_style import PAPER, STYLE, minus
from nnft_sym.report.plots import study_figures
from nnft_sym.study.recipe import COUPLED, PUBLISHED, Way


def drawn(panel, *arguments):
    """Draw one panel on axes of its own."""
    with rc_context(STYLE):
        axes = Figure().subplots()
        panel(axes, *arguments)
        axes.figure.canvas.draw()
    return axes


@pytest.mark.parametrize("case", CASES)
def test_every_net_has_its_figures(case):
    compared = net(case).exact_method is not None
    expected = ["correlators", "coupling", "six_point"] + ["pulls"] * compared
    assert list(figures_of(case)) == expected


def test_every_figure_is_a_whole_file():
    assert [figure.kind for figure in figures() if figure.net is None] == ["overview", "diagrams"]
    for figure in figures():
        assert ElementTree.fromstring(figure.svg).tag.endswith("svg")
        assert figure.pdf.startswith(b"%PDF")
        assert figure.pdf.rstrip().endswith(b"%%EOF")
        assert figure.caption.endswith(".")


def test_names_of_figures_are_unique_and_tell_the_net():
    names = [figure.name for figure in figures()]
    assert len(set(names)) == len(names)
    assert "1_erf_N5_coupling" in names
    assert "9_erf_N5_coupling" in names


def test_equal_results_give_equal_files():
    result = made_up_study(net("one_point"))
    assert study_figures(result) == study_figures(result)


def test_the_bars_of_the_overview_are_the_shares():
    nets = [made_up_net(points=THREE), made_up_net("gauss", 100, points=THREE, exact=False)]
    axes = drawn(panels_theory.overview, nets, PUBLISHED)
    for row, one in enumerate(nets):
        bars = [bar for bar in axes.patches if round(bar.get_y() + bar.get_height() / 2) == row]
        widths = sorted(bar.get_width() for bar in bars)
        shares = [one.next_order.explained[PUBLISHED.name(way)] for way in COUPLED]
        assert widths == pytest.approx(sorted(100 * max(share, -1.0) for share in shares))
    numbers = [text.get_text() for text in axes.texts]
    assert minus(f"{100 * nets[0].next_order.explained['lambda_fit']:.1f}") in numbers


def test_a_share_far_below_zero_is_written_out():
    made = made_up_net(points=THREE)
    made.next_order.explained["lambda_mean"] = -432.1
    texts = [text.get_text() for text in drawn(panels_theory.overview, [made], PUBLISHED).texts]
    assert "−43210.0 (off scale)" in texts


def test_the_kernel_panel_shows_the_matrix():
    plain = net("plain")
    axes = drawn(panels.kernel, plain)
    shown = np.array([float(text.get_text().replace("−", "-")) for text in axes.texts]).reshape(6, 6)
    np.testing.assert_allclose(shown, plain.kernel, atol=0.0051)


def test_excluded_elements_are_not_drawn():
    holes = net("excluded")
    axes = drawn(panels_theory.coupling, holes)
    points = axes.containers[0].lines[0].get_ydata()
    assert len(points) == 126 - 36 - 60
    assert np.isfinite(points).all()
    assert "96 of 126" in figures_of("excluded")["coupling"].caption


def test_the_lines_of_the_coupling_are_mean_and_fit():
    plain = net("plain")
    axes = drawn(panels_theory.coupling, plain)
    heights = {line.get_label(): line.get_ydata()[0] for line in axes.lines}
    assert heights[r"mean $\lambda$"] == float(plain.coupling.mean)
    assert heights[r"fitted $\lambda$"] == plain.coupling.fit.parameters[0]


def test_untrusted_couplings_are_replaced_by_exact_ones():
    heavy = net("heavy")
    axes = drawn(panels_theory.coupling, heavy)
    heights = {line.get_label(): line.get_ydata()[0] for line in axes.lines}
    assert heights[r"mean $\lambda$ (exact)"] == float(heavy.coupling.mean_exact)
    assert heights[r"fitted $\lambda$ (exact)"] == heavy.coupling.fit_best.parameters[0]


def test_heavy_tails_are_hatched():
    heavy, trusted = net("heavy"), net("constant")
    for one, hatched in ((heavy, 2), (trusted, 0)):
        axes = drawn(panels.moments, one, 10)
        assert sum(patch.get_hatch() is not None for patch in axes.patches) == hatched
    axes = drawn(panels.pulls, heavy.correlators[6])
    assert "not judged" in axes.get_title(loc="left")
    assert all(patch.get_hatch() for patch in axes.patches)
    axes = drawn(panels.pulls, heavy.correlators[2])
    assert f"{heavy.correlators[2].comparison.dof} of 6 directions" in axes.get_title(loc="left")


def test_no_residual_is_lost():
    plain = net("plain")
    axes = drawn(panels_theory.residuals, plain)
    for line, way in zip(axes.lines, (Way.FREE, *COUPLED), strict=False):
        missing = plain.correlators[6].best.value - plain.next_order.predictions[PUBLISHED.name(way)]
        assert line.get_ydata().sum() == pytest.approx(np.abs(missing).sum())
        assert (np.diff(line.get_ydata()) <= 0).all()


def test_sampling_error_of_a_heavy_tail_is_not_drawn():
    labels = [line.get_label() for line in drawn(panels_theory.residuals, net("heavy")).lines]
    assert "sampling error" not in labels


def test_ink_and_paper_can_be_replaced():
    svg = figures()[0].svg
    assert PAPER in svg
    assert "#000000" not in svg


def test_nothing_heavy_is_imported_before_it_is_needed():
    code = (
        "import sys, nnft_sym.report.output, nnft_sym.report.notes\n"
        "import nnft_sym.report.plots, nnft_sym.report.tex\n"
        "print([name for name in ('matplotlib', 'jinja2', 'latex2mathml', 'sympy') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_hatched_bars_are_not_filled():
    axes = drawn(panels.pulls, net("heavy").correlators[6])
    assert {patch.get_facecolor()[3] for patch in axes.patches} == {0.0}


@pytest.mark.parametrize(("most", "as_picture"), [(10**6, False), (5, True)])
def test_thousands_of_markers_become_a_picture(most, as_picture):
    axes = drawn(panels_theory.predicted, made_up_net(points=THREE), most)
    marked = [line for line in axes.lines if line.get_marker() not in ("", "None", None)]
    assert len(marked) >= 2
    assert {line.get_rasterized() for line in marked} == {as_picture}


def test_the_constants_lie_within_the_frame():
    # A fit to strongly correlated numbers may lie outside all of them.
    made = made_up_net(points=THREE)
    made.coupling.fit.parameters[0] = 10 * np.nanmax(np.abs(made.coupling.sampled.value))
    low, high = drawn(panels_theory.coupling, made).get_ylim()
    assert low < float(made.coupling.mean) < made.coupling.fit.parameters[0] < high
