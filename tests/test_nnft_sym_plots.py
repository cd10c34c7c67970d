"""Figures: what is drawn is what was found, special cases are marked, equal results give equal files."""

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from made_up_cases import CASES, THREE, figures, figures_of, net
from made_up_study import made_up_net, made_up_study
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from nnft_sym.printing.number_text import subscript, with_error
from nnft_sym.report import (
    panels,
    panels_constant,
    panels_coupling,
    panels_overview,
    panels_prediction,
    panels_pulls,
)
from nnft_sym.report.plot_style import ON_DARK, PAPER, SAMPLED, STYLE, minus
from nnft_sym.report.plots import study_figures
from nnft_sym.report.svg_text import on_any_page, shortened, with_hovers
from nnft_sym.study.recipe import COUPLED, PUBLISHED, Way
from numerics.inference.comparison import compare
from numerics.results.estimate import Estimate


def drawn(panel, *arguments):
    """Draw one panel on axes of its own."""
    return drawn_and_told(panel, *arguments)[0]


def drawn_and_told(panel, *arguments):
    """Draw one panel on axes of its own; return what a pointer shows too."""
    with rc_context(STYLE):
        axes = Figure().subplots()
        told = panel(axes, *arguments)
        axes.figure.canvas.draw()
    return axes, told


def marks(axes, gid):
    """Coordinates of the marks that a pointer finds under a name."""
    (line,) = [line for line in axes.lines if line.get_gid() == gid]
    return np.asarray(line.get_xdata(), dtype=float), np.asarray(line.get_ydata(), dtype=float)


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
    axes = drawn(panels_overview.overview, nets, PUBLISHED)
    widths = sorted(bar.get_width() for bar in axes.patches)
    shares = [one.next_order.explained[PUBLISHED.name(way)] for one in nets for way in COUPLED]
    assert widths == pytest.approx(sorted(100 * max(share, -1.0) for share in shares))
    numbers = " ".join(text.get_text() for text in axes.texts)
    assert minus(f"{100 * nets[0].next_order.explained['lambda_fit']:.1f}") in numbers


def test_no_bar_hides_under_its_sampled_share():
    # neither do bars overlap, nor a bar and the point of another
    axes = drawn(panels_overview.overview, [made_up_net(points=THREE), made_up_net()], PUBLISHED)
    spans = sorted((bar.get_y(), bar.get_y() + bar.get_height()) for bar in axes.patches)
    assert all(lower[1] <= upper[0] + 1e-12 for lower, upper in pairwise(spans))
    points = [line.get_ydata()[0] for line in axes.lines if str(line.get_gid()).endswith("-sampled")]
    assert len(points) == 6
    assert not any(low <= point <= high for point in points for low, high in spans)


def test_shares_that_coincide_are_one_bar_of_all_their_colours():
    made = made_up_net(points=THREE)
    for name in ("lambda_mean", "lambda_fit", "lambda_tensor"):
        made.next_order.explained[name] = 0.872
        made.next_order.explained_sampled[name] = 0.863
    (bar,) = panels_overview.bars(made)
    assert bar.ways == COUPLED
    axes = drawn(panels_overview.overview, [made], PUBLISHED)
    assert len({patch.get_facecolor() for patch in axes.patches}) == 3
    assert any("all three coincide" in text.get_text() for text in axes.texts)


def test_sampled_shares_have_their_errors():
    made = made_up_net(points=THREE)
    made = replace(
        made,
        next_order=replace(
            made.next_order,
            shares={
                name: Estimate(share, 0.021) for name, share in made.next_order.explained_sampled.items()
            },
        ),
    )
    axes, told = drawn_and_told(panels_overview.overview, [made], PUBLISHED)
    sampled = 100 * made.next_order.explained_sampled["lambda_fit"]
    (text,) = told["at-share-0-fit-sampled"]
    assert f"{sampled:.1f} ± 2.1".replace("-", "−") in text
    (bars,) = [
        one for one in axes.containers
        if isinstance(one, ErrorbarContainer) and one.lines[0].get_gid() == "at-share-0-fit-sampled"
    ]  # fmt: skip
    (low, _), (high, _) = bars.lines[2][0].get_segments()[0]
    assert (high - low) / 2 == pytest.approx(2.1)


def test_a_share_far_below_zero_is_written_out_and_marked():
    made = made_up_net(points=THREE)
    made.next_order.explained["lambda_mean"] = -432.1
    axes = drawn(panels_overview.overview, [made], PUBLISHED)
    assert any("−43210.0 (off scale)" in text.get_text() for text in axes.texts)
    assert [line.get_marker() for line in axes.lines].count("<") == 1


def test_the_kernel_panel_shows_the_matrix():
    plain = net("plain")
    axes, told = drawn_and_told(panels.kernel, plain)
    shown = np.array([float(text.get_text().replace("−", "-")) for text in axes.texts]).reshape(6, 6)
    np.testing.assert_allclose(shown, plain.kernel, atol=0.0051)
    said = [float(text.split(" = ")[1].replace("−", "-")) for text in told["at-kernel"]]
    np.testing.assert_allclose(said, plain.kernel.ravel(), rtol=1e-5)


def test_a_kernel_that_hardly_changes_is_shown_less_its_mean():
    close = made_up_net("gauss", 100, points=((-0.01,), (0.0,), (0.01,)))
    axes = drawn(panels.kernel, close)
    shown = np.array([float(text.get_text().replace("−", "-")) for text in axes.texts]).reshape(3, 3)
    title = axes.get_title()
    power = int(title.split("10^{")[1].split("}")[0])
    mean = float(title.split("− ")[1].split("]")[0])
    np.testing.assert_allclose(mean + shown * 10.0**power, close.kernel, rtol=0, atol=2e-2 * 10.0**power)
    assert len(set(shown.ravel().tolist())) > 2


def test_a_kernel_of_one_number_is_drawn():
    assert len(drawn(panels.kernel, net("one_point")).texts) == 1


def test_moments_are_where_they_should_be():
    plain = net("plain")
    axes, told = drawn_and_told(panels.moments, plain, 10)
    for order, one in plain.correlators.items():
        assert marks(axes, f"at-m{order}-sampled")[1].tolist() == [one.distance.sample]
        assert told[f"at-m{order}-sampled"][0].startswith(f"m{subscript(order)} sampled: ")
    # an exact zero stands at the border, and is named
    assert marks(axes, "at-m2-exact")[1].tolist() == [axes.get_ylim()[0]]
    assert [text.get_text() for text in axes.texts] == ["exact: 0"]
    ticks = [text.get_text() for text in axes.get_yticklabels()]
    assert all("10^" in text or text == "1" for text in ticks)


def test_excluded_elements_are_not_drawn():
    holes = net("excluded")
    axes, told = drawn_and_told(panels_coupling.coupling, holes)
    _, points = marks(axes, "at-coupling-o")
    assert len(points) == len(told["at-coupling-o"]) == 126 - 36 - 60
    assert np.isfinite(points).all()
    assert "96 of 126" in figures_of("excluded")["coupling"].caption


def test_every_element_is_in_the_frame_or_marked_at_its_border():
    made = made_up_net(points=THREE)
    made.coupling.sampled.value[3] = 1e5 * np.abs(made.coupling.exact.value).max()
    made.coupling.sampled.value[7] = -1e5 * np.abs(made.coupling.exact.value).max()
    axes, told = drawn_and_told(panels_coupling.coupling, made)
    low, high = axes.get_ylim()
    for marker, border in (("^", high), ("v", low)):
        assert marks(axes, f"at-coupling-{marker}")[1].tolist() == [border]
        assert len(told[f"at-coupling-{marker}"]) == 1
    _, inside = marks(axes, "at-coupling-o")
    assert len(inside) == 13
    assert ((inside >= low) & (inside <= high)).all()
    assert panels_coupling.out_of_frame(made) == 2
    assert "2 sampled elements outside" in panels_caption(made).text


def panels_caption(made):
    from nnft_sym.report import captions

    return captions.coupling(made)


def test_a_range_of_many_decades_is_logarithmic_on_both_sides_of_zero():
    values = np.concatenate([-np.logspace(-4, -1, 40), np.logspace(-4, 0, 40)])
    found = panels_coupling.frame(values, values)
    assert found.linear is not None
    assert found.low < values.min()
    assert found.high > values.max()
    with rc_context(STYLE):
        axes = Figure().subplots()
        assert found.apply(axes) == 0
    assert axes.get_yscale() == "symlog"
    ticks = axes.get_yticks()
    assert 0.0 in ticks
    assert (ticks > 0).any()
    assert (ticks < 0).any()


def test_the_lines_of_the_coupling_are_mean_and_fit():
    plain = net("plain")
    axes = drawn(panels_coupling.coupling, plain)
    heights = {line.get_label().split(" = ")[0]: line.get_ydata()[0] for line in axes.lines}
    assert heights[r"mean $\lambda$"] == float(plain.coupling.mean)
    assert heights[r"fitted $\lambda$"] == plain.coupling.fit.parameters[0]


def test_untrusted_couplings_are_replaced_by_exact_ones():
    heavy = net("heavy")
    axes = drawn(panels_coupling.coupling, heavy)
    heights = {line.get_label().split(" = ")[0]: line.get_ydata()[0] for line in axes.lines}
    assert heights[r"mean $\lambda$ (exact)"] == float(heavy.coupling.mean_exact)
    assert heights[r"fitted $\lambda$ (exact)"] == heavy.coupling.fit_best.parameters[0]


def test_a_constant_coupling_is_one_number():
    constant = net("constant")
    assert panels_coupling.is_one_number(constant)
    axes, told = drawn_and_told(panels_coupling.coupling, constant)
    rows = [text.get_text() for text in axes.get_yticklabels()]
    assert rows[0].startswith("exact, all ")
    assert len(rows) == 4
    assert len(told) == 4
    assert "one number" in figures_of("constant")["coupling"].caption
    assert not panels_coupling.is_one_number(net("plain"))


def test_what_cannot_be_trusted_is_open():
    heavy, trusted = net("heavy"), net("constant")
    for one, is_open in ((heavy, [False, True, True]), (trusted, [False] * 3)):
        axes = drawn(panels.moments, one, 10)
        faces = [
            line.get_markerfacecolor() for line in axes.lines if str(line.get_gid()).endswith("-sampled")
        ]
        assert [face == PAPER for face in faces] == is_open
    axes = drawn(panels_pulls.pulls, heavy.correlators[6])
    assert "not judged: heavy-tailed" in axes.get_title(loc="left")
    (line,) = [line for line in axes.lines if line.get_gid()]
    assert line.get_markerfacecolor() == PAPER
    axes = drawn(panels_pulls.pulls, heavy.correlators[2])
    assert f"{heavy.correlators[2].comparison.dof} independent directions" in axes.get_title(loc="left")


def test_the_pulls_are_what_the_chi_square_adds_up():
    for one in net("plain").correlators.values():
        axes, told = drawn_and_told(panels_pulls.pulls, one)
        expected, found = marks(axes, "at-pulls-0")
        assert float(np.sum(found**2)) == pytest.approx(one.comparison.chi2)
        assert len(found) == one.comparison.dof == len(told["at-pulls-0"])
        assert (np.diff(found) >= 0).all()
        assert (np.diff(expected) > 0).all()
        np.testing.assert_allclose(expected, -expected[::-1], atol=1e-10)
        low, high = axes.get_ylim()
        assert low < found.min() <= found.max() < high


def test_the_band_of_quantiles_holds_the_share_of_normal_numbers_that_it_says():
    count, draws = 12, 4000
    numbers = np.sort(np.random.default_rng(5).standard_normal((draws, count)), axis=1)
    middle, low, high = panels_pulls.expected_quantiles(count)
    inside = ((numbers > low) & (numbers < high)).mean(axis=0)
    np.testing.assert_allclose(inside, panels_pulls.BAND, atol=5 * np.sqrt(0.95 * 0.05 / draws))
    np.testing.assert_allclose((numbers < middle).mean(axis=0), 0.5, atol=5 * np.sqrt(0.25 / draws))


def test_pulls_scatter_as_much_as_their_estimated_covariance_makes_them():
    rng = np.random.default_rng(8)
    blocks, directions, squares = 60, 20, []
    for _ in range(300):
        rows = rng.standard_normal((blocks, directions))
        deviations = (rows - rows.mean(axis=0)) / np.sqrt(blocks * (blocks - 1))
        found = compare(rows.mean(axis=0), deviations.T @ deviations, blocks)
        squares.append(np.mean(found.whitened**2))
    width = panels_pulls.widening(found)
    assert width > 1.2
    assert np.mean(squares) == pytest.approx(width**2, abs=5 * np.std(squares) / np.sqrt(300))


@pytest.mark.parametrize("shift", [0.4, 7.0])
def test_one_direction_is_a_number_and_not_a_distribution(shift):
    one = made_up_net(points=((0.5,),)).correlators[4]
    error = one.sampled.error
    compared = compare(shift * error, np.diag(error**2), n_blocks=1000)
    axes, told = drawn_and_told(panels_pulls.pulls, replace(one, comparison=compared))
    assert marks(axes, "at-pulls-0")[0].tolist() == pytest.approx([shift])
    low, high = axes.get_xlim()
    assert low < shift < high
    assert told == {"at-pulls-0": [f"pull {shift:.3g}"]}
    title = axes.get_title(loc="left")
    assert "1 independent direction\n" in title
    assert f"{compared.p_value:.2g}".split("e")[0] in title


def test_both_panels_of_the_prediction_have_the_elements_in_one_order():
    plain = net("plain")
    order = panels_prediction.in_order(plain)
    exact = plain.predicted.delta[order]
    assert (np.diff(exact) >= 0).all()
    axes, told = drawn_and_told(panels_prediction.predicted, plain)
    np.testing.assert_array_equal(
        marks(axes, "at-tensor")[1], plain.next_order.changes["lambda_tensor"][order]
    )
    np.testing.assert_array_equal(marks(axes, "at-mean")[1], plain.next_order.changes["lambda_mean"][order])
    names = [text.split(":")[0] for text in told["at-fit"]]
    assert names == [plain.predicted.sampled.labels[row] for row in order]


def test_no_residual_is_lost():
    plain = net("plain")
    order = panels_prediction.in_order(plain)
    axes = drawn(panels_prediction.residuals, plain)
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    for way in (Way.FREE, *COUPLED):
        missed = plain.predicted.delta - plain.next_order.changes[PUBLISHED.name(way)]
        np.testing.assert_array_equal(lines[PUBLISHED.label(way)], missed[order])
        low, high = axes.get_ylim()
        assert low <= missed.min()
        assert missed.max() <= high


def test_predictions_that_coincide_are_drawn_once_with_all_marks():
    constant = net("constant")
    (group,) = panels_prediction.drawn_together(constant)
    assert set(group.ways) == set(COUPLED)
    assert group.apart < panels_prediction.TOGETHER
    axes = drawn(panels_prediction.predicted, constant)
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert any("coincide" in label for label in labels)
    shapes = {line.get_marker() for line in axes.lines if line.get_markerfacecolor() == "none"}
    assert shapes >= {"s", "^", "D"}
    assert "coincide" in figures_of("constant")["six_point"].caption
    assert len(panels_prediction.drawn_together(net("plain"))) > 1


def test_sampling_error_of_a_heavy_tail_is_not_drawn():
    axes = drawn(panels_prediction.residuals, net("heavy"))
    assert not axes.collections
    assert drawn(panels_prediction.residuals, net("plain")).collections


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


@pytest.mark.parametrize(("most", "as_picture"), [(10**6, False), (5, True)])
def test_thousands_of_markers_become_a_picture(most, as_picture):
    axes, told = drawn_and_told(panels_prediction.predicted, made_up_net(points=THREE), most)
    marked = [line for line in axes.lines if line.get_gid()]
    assert len(marked) >= 2
    assert {bool(line.get_rasterized()) for line in marked} == {as_picture}
    assert (told == {}) == as_picture


def test_the_constants_lie_within_the_frame():
    # A fit to strongly correlated numbers may lie outside all of them.
    made = made_up_net(points=THREE)
    made.coupling.fit.parameters[0] = 10 * np.nanmax(np.abs(made.coupling.sampled.value))
    low, high = drawn(panels_coupling.coupling, made).get_ylim()
    assert low < float(made.coupling.mean) < made.coupling.fit.parameters[0] < high


def test_rows_of_one_number_are_written_with_their_errors():
    rows = [
        panels_constant.Row("exact", np.array([-6.25e-11]), 0.0, ((STYLE["text.color"], "D"),)),
        panels_constant.Row("sampled", np.array([-6.3e-11, -6.4e-11]), 1.5e-12, ((SAMPLED, "o"),)),
    ]
    axes, told = drawn_and_told(panels_constant.one_number, rows, "x", "at")
    assert [text.get_text() for text in axes.texts] == ["−6.25", "−6.35 ± 0.15"]
    assert told["at-1-o"] == ["(−6.35 ± 0.15) × 10⁻¹¹"]
    assert "10^{-11}" in axes.get_xlabel()


@pytest.mark.parametrize("case", CASES)
def test_every_mark_of_a_figure_has_its_title(case):
    for figure in figures_of(case).values():
        root = ElementTree.fromstring(figure.svg)
        titles = [
            (parent, child)
            for parent in root.iter()
            for child in parent
            if child.tag.endswith("title") and not parent.tag.endswith("svg")
        ]
        assert titles or (case, figure.kind) == ("nothing_left", "coupling")
        assert all(child.text for _, child in titles)
        assert root.attrib["aria-label"] == figure.alt
        assert figure.alt.endswith(".")


def test_a_pointer_finds_the_number_at_its_place():
    plain = net("plain")
    root = ElementTree.fromstring(figures_of("plain")["coupling"].svg)
    (group,) = [one for one in root.iter() if one.attrib.get("id") == "at-coupling-o"]
    uses = [one for one in group.iter() if one.tag.endswith("}use")]
    heights = [-float(one.attrib["y"]) for one in uses]
    order = np.argsort(plain.coupling.exact.value, kind="stable")
    values = plain.coupling.sampled.value[order]
    in_order = np.array(heights)[np.argsort(values, kind="stable")]
    assert (np.diff(in_order) >= -0.011).all()  # coordinates are written to hundredths
    errors = plain.coupling.sampled.error[order]
    for use, value, error in zip(uses, values, errors, strict=True):
        (title,) = [one for one in use if one.tag.endswith("}title")]
        assert f"sampled λ = {with_error(value, error)};" in title.text


@pytest.mark.parametrize("case", CASES)
def test_nothing_lies_outside_the_canvas(case):
    for kind, figure in figures_of(case).items():
        root = ElementTree.fromstring(figure.svg)
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for use in root.iter():
            if use.tag.endswith("}use") and "x" in use.attrib:
                assert -0.5 <= float(use.attrib["x"]) <= width + 0.5, kind
                assert -0.5 <= float(use.attrib["y"]) <= height + 0.5, kind


def test_text_lies_inside_the_canvas():
    made, constant = net("plain"), net("constant")
    panels_drawn = [
        (panels_coupling.coupling, made),
        (panels_coupling.coupling, constant),
        (panels_prediction.predicted, made),
        (panels_overview.overview, [made, constant], PUBLISHED),
    ]
    for panel, *arguments in panels_drawn:
        with rc_context(STYLE):
            figure = Figure(figsize=(7.0, 3.0), layout="constrained")
            panel(figure.subplots(), *arguments)
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            whole = figure.get_tightbbox(canvas.get_renderer())
        assert whole.x0 >= -0.02
        assert whole.y0 >= -0.02
        assert whole.x1 <= 7.02
        assert whole.y1 <= 3.02


def test_figures_have_colours_for_dark_pages():
    for figure in figures()[:4]:
        for colour, dark in ON_DARK.items():
            assert f'[style*="fill: {colour}"]{{fill:{dark}!important}}' in figure.svg
        assert "@media screen" in figure.svg  # not print


def luminance(colour):
    """Relative luminance of the Web Content Accessibility Guidelines."""
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_colours_stand_out_on_light_and_on_dark_pages():
    for colour, dark in ON_DARK.items():
        on_light = (1.0 + 0.05) / (luminance(colour) + 0.05)
        on_dark = (luminance(dark) + 0.05) / (luminance("#15181c") + 0.05)
        assert on_light > 3.0, colour
        assert on_dark > 6.0, dark


def test_titles_go_to_the_marks_and_nowhere_else():
    svg = '<svg><g id="a"><defs><path d="M 0 0"/></defs><use x="1"/></g><g id="b"><path d="M 1 1"/></g></svg>'
    found = with_hovers(svg, {"b": ["<2>"], "a": ["one"]})
    assert '<use x="1"><title>one</title></use>' in found
    assert '<path d="M 1 1"><title>&lt;2&gt;</title></path>' in found
    assert found.count("<title>") == 2


def test_shortened_coordinates_move_by_less_than_a_hundredth_of_a_point():
    assert shortened('<use x="10.006789" y="-3.129"/>') == '<use x="10.00" y="-3.12"/>'
    assert shortened('<g transform="scale(0.015625)"/>') == '<g transform="scale(0.015625)"/>'


def test_a_description_is_escaped():
    assert (
        ElementTree.fromstring(on_any_page("<svg/>".replace("/", "></svg"), 'a "b" <c>')).attrib["aria-label"]
        == 'a "b" <c>'
    )
