"""Results shown, saved, read back and merged."""

import csv
import json

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from made_up_study import made_up_study
from matplotlib.figure import Figure

import nnft_sym as nn
from nnft_sym.errors import UnreadableResult, UnwritableResult
from numerics.errors import InvalidStatistics
from numerics.results.uncertainty import Uncertainty

POINTS = [-0.6, 0.4]
NET = nn.ErfNet(width=5)


def sampled(seed, networks=4000, blocks=40, net=NET, orders=(2, 4), **options):
    return nn.Ensemble(net, POINTS, seed=seed, **options).correlators(networks, orders, blocks)


@pytest.fixture(scope="module")
def sample():
    return sampled(3)


@pytest.fixture(scope="module")
def exact():
    return nn.exact_correlators(NET, POINTS, orders=(2, 4))


@pytest.fixture(scope="module")
def theory():
    expansion = nn.expand(nn.Action("lambda * f**4"), n=4, order=1)
    return nn.predict(expansion, NET.kernel, POINTS, nn.Box(3.0))


@pytest.fixture(scope="module")
def scan():
    return nn.scan_widths(nn.ReLUNet(1), [0.5, 1.0], (1, 3), networks=1000, experiments=2)


@pytest.fixture
def results(sample, exact, theory, scan):
    one = nn.compare(sample[2].value - exact[2].value, sample.covariance((2,)), sample.n_blocks)
    fitted = nn.fit(np.array([1.0, 2.0]), np.ones((2, 1)), np.eye(2), None)
    return [sample, sample[4], exact, exact[2] / 2.0, nn.Estimate([1.0], [0.1]), one, fitted, theory, scan]


# -- shown -------------------------------------------------------------------------------------------------


def test_every_result_shows_itself(results):
    for result in results:
        assert len(repr(result).splitlines()) <= 10, result
        page = result._repr_html_()
        assert page.startswith("<div>")
        assert page.count("<tr>") <= 21


def test_a_page_names_elements_with_value_and_error(sample):
    page = sample[2]._repr_html_()
    label = "f(−0.6)²".replace("−", sample[2].labels[0][2])
    assert label in page
    assert "±" in page
    assert "one standard deviation" in page


def test_long_tables_say_how_much_is_left():
    page = nn.Estimate(np.arange(50.0), np.ones(50))._repr_html_()
    assert "and 30 more" in page


def test_figures_have_one_error_bar_for_each_element(sample, exact):
    figure = sample.plot(exact)
    assert len(figure.axes) == 2
    for axes, order in zip(figure.axes, (2, 4), strict=True):
        drawn = [bars.lines[0].get_ydata() for bars in axes.containers]
        np.testing.assert_array_equal(drawn[0], sample[order].value)
        np.testing.assert_array_equal(drawn[1], exact[order].value)


def test_a_notebook_shows_figures_where_nobody_imported_pyplot(sample, monkeypatch):
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    page, _ = shell.display_formatter.format(sample.plot())
    assert page["image/png"].startswith(b"\x89PNG")
    # what pyplot, or the user, has said before stays
    shell.display_formatter.formatters["image/png"].for_type(Figure, lambda figure: b"mine")
    page, _ = shell.display_formatter.format(sample.plot())
    assert page["image/png"] == b"mine"


def test_sentences_about_a_result_have_lines_of_their_own():
    page = nn.Estimate([1.0], [0.1], "by hand; " + "a long method " * 8)._repr_html_()
    assert page.count("<p>") == 2


def test_couplings_of_different_powers_of_the_width_have_axes_of_their_own(tmp_path):
    net = nn.ReLUNet(20, sigma_b=0.0)
    model = nn.Model.leading("lambda*f^4 + kappa*f^6")
    fitted = nn.infer(nn.exact_correlators(net, [[1.0]], (2, 4, 6)), model, net, nn.Box(1.0))
    figure = fitted.plot()
    assert [axes.get_ylabel() for axes in figure.axes] == ["from order 4", "from order 6"]
    drawn = [axes.containers[0].lines[0].get_ydata()[0] for axes in figure.axes]
    assert drawn == [float(fitted["lambda"]), float(fitted["kappa"])]
    assert fitted.save(tmp_path / "fit.png").stat().st_size > 0


def test_networks_kernels_and_ensembles_show_themselves():
    for one in (NET, NET.kernel, nn.Ensemble(NET, POINTS), nn.NeuronEnsemble(NET, POINTS)):
        assert len(repr(one).splitlines()) == 1
        page = one._repr_html_()
        assert type(one).__name__ in page
        assert "<script" not in page
    assert "sigma_b: 1.0" in NET._repr_html_()
    assert "tanh" in nn.ActivationNet(3, "tanh(z)")._repr_html_()


def test_a_study_shows_draws_and_saves_itself(tmp_path):
    study = made_up_study()
    assert len(repr(study).splitlines()) <= 10
    assert "verdict" in study._repr_html_()
    for suffix in (".nc", ".csv", ".json", ".svg"):
        assert study.save(tmp_path / f"study{suffix}").stat().st_size > 100


def test_a_scan_draws_and_lists_itself(scan):
    assert [axes.get_ylabel() for axes in scan.plot().axes[:2]] == ["$m_4$", "$m_6$"]
    assert scan.to_xarray().sizes["width"] == 2


def test_different_elements_are_not_drawn_together(sample):
    with pytest.raises(UnwritableResult, match="same elements"):
        sample.plot(nn.exact_correlators(NET, [0.1, 0.2, 0.3], orders=(2, 4)))


# -- saved -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".nc", ".csv", ".json", ".svg", ".pdf", ".PNG"])
def test_every_result_saves_itself(results, suffix, tmp_path):
    for number, result in enumerate(results):
        written = result.save(tmp_path / f"{number}{suffix}")
        assert written.stat().st_size > 20


def test_csv_holds_every_digit(sample, tmp_path):
    with sample.save(tmp_path / "g.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["order"] for row in rows] == ["2"] * 3 + ["4"] * 5
    assert [float(row["value"]) for row in rows] == sample.joint().value.tolist()
    assert [float(row["error"]) for row in rows] == sample.joint().error.tolist()


def test_json_holds_words_and_rows(exact, tmp_path):
    found = json.loads(exact[4].save(tmp_path / "g.json").read_text())
    assert found["quality"] == exact[4].quality.value
    assert [row["value"] for row in found["rows"]] == exact[4].value.tolist()
    assert found["rows"][0]["indices"] == "0 0 0 0"


@pytest.mark.parametrize("name", ["g.xls", "g", "g.ncc"])
def test_other_suffixes_are_refused(exact, name, tmp_path):
    with pytest.raises(UnwritableResult, match=r"ends in \.nc, \.csv, \.json, \.svg, \.pdf or \.png"):
        exact.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


# -- read back ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"estimator": "conditional"}, {"outputs": (1, 2)}])
def test_a_sample_reads_back_with_its_blocks(options, tmp_path):
    one = sampled(1, **options)
    again = nn.load(one.save(tmp_path / "g.nc"))
    assert again.fields == one.fields
    assert list(again) == list(one)
    assert again.provenance == one.provenance
    for order in one:
        np.testing.assert_array_equal(again[order].value, one[order].value)
        np.testing.assert_allclose(again[order].error, one[order].error, rtol=1e-12)
        assert again[order].quality is one[order].quality
        np.testing.assert_allclose(
            again.connected()[order].value, one.connected()[order].value, rtol=1e-10, atol=1e-12
        )
    scale = np.abs(one.covariance()).max()
    np.testing.assert_allclose(again.covariance(), one.covariance(), rtol=1e-9, atol=1e-12 * scale)
    joint = one.connected().covariance((2, 4))
    np.testing.assert_allclose(again.connected().covariance((2, 4)), joint, atol=1e-10 * joint.max())
    # the same networks: nothing scatters between them
    assert np.all((again[4] - one[4]).error <= 1e-12)


def test_exact_correlators_read_back_with_all_parts(exact, tmp_path):
    again = nn.load(exact.save(tmp_path / "g.nc"))
    for before, after in [
        (exact, again),
        (exact.connected(), again.connected()),
        (exact.excess(), again.excess()),
    ]:
        assert list(before) == list(after)
        for order in before:
            np.testing.assert_array_equal(after[order].value, before[order].value)
            np.testing.assert_array_equal(after[order].bound, before[order].bound)
            assert after[order].method == before[order].method


def test_connected_parts_neurons_and_arithmetic_read_back(sample, exact, tmp_path):
    neurons = nn.NeuronEnsemble(NET, POINTS, seed=2).sample(2000, 4)
    ratio = sample.connected()[4] / exact[4]
    one = nn.Estimate([2.0, 1.0], Uncertainty.known([[1.0, 0.5], [0.5, 1.0]]))
    for number, result in enumerate([sample.connected(), neurons, ratio, one]):
        again = nn.load(result.save(tmp_path / f"{number}.nc"))
        assert type(again) is type(result)
        pairs = [(again, result)] if isinstance(result, nn.Estimate) else [(again[4], result[4])]
        for after, before in pairs:
            np.testing.assert_array_equal(after.value, before.value)
            np.testing.assert_allclose(after.covariance, before.covariance)


def test_what_was_altered_is_refused(exact, tmp_path):
    target = exact.save(tmp_path / "g.nc")
    content = target.read_bytes()
    for damaged in (content[:-1], content[:100], b"", content.replace(b"full", b"fool")):
        target.write_bytes(damaged)
        with pytest.raises(UnreadableResult, match="altered or cut short"):
            nn.load(target)
    with pytest.raises(UnreadableResult, match="No such file"):
        nn.load(tmp_path / "none.nc")
    with pytest.raises(UnreadableResult, match="needed"):
        nn.load(3)


def test_other_results_are_not_read_back(results, tmp_path):
    target = next(one for one in results if isinstance(one, nn.Fit)).save(tmp_path / "fit.nc")
    with pytest.raises(UnreadableResult, match="no correlators"):
        nn.load(target)


# -- merged ------------------------------------------------------------------------------------------------


def test_merged_means_are_weighted_by_networks():
    first, second = sampled(1, 4000, 40), sampled(2, 1000, 10)
    both = nn.merge(first, second)
    assert (both.n_samples, both.n_blocks) == (5000, 50)
    for order in both:
        np.testing.assert_allclose(
            both[order].value, 0.8 * first[order].value + 0.2 * second[order].value, rtol=1e-13
        )
    np.testing.assert_array_equal(both.block_means()[:40], first.block_means())
    # the covariance of block means about their common mean, by hand
    means, sizes = both.block_means(), both.block_sizes
    rest = means - (sizes @ means) / sizes.sum()
    by_hand = (rest.T * sizes) @ rest / ((len(sizes) - 1) * sizes.sum())
    np.testing.assert_allclose(both.covariance(), by_hand, rtol=1e-10)


def test_merged_runs_are_as_one_long_run(exact):
    parts = [sampled(seed, 20_000, 100) for seed in range(1, 6)]
    both, long = parts[0].merged(*parts[1:]), sampled(9, 100_000, 500)
    for merged, single, truth in [
        (both, long, exact),
        (both.connected(), long.connected(), exact.connected()),
    ]:
        ratio = merged[4].error / single[4].error
        assert np.all((ratio > 0.8) & (ratio < 1.25))
        pulls = (merged[4].value - truth[4].value) / merged[4].error
        assert 0.01 < np.abs(pulls).max() < 4.0
    found = nn.compare(both.joint().value - exact.joint().value, both.covariance(), both.n_blocks)
    assert found.p_value > 1e-3


def test_a_merged_sample_is_correlated_with_its_parts():
    first, second = sampled(1, 20_000, 200), sampled(2, 20_000, 200)
    both = nn.merge(first, second)
    # mean of two minus one of them = half of their difference
    half = (first[2] - second[2]) * 0.5
    np.testing.assert_allclose((both[2] - first[2]).error, half.error, rtol=0.05)


def test_merged_samples_are_saved_and_merged_again(tmp_path):
    runs = [sampled(seed, 1000, 10) for seed in (1, 2, 3)]
    for number, run in enumerate(runs):
        run.save(tmp_path / f"{number}.nc")
    read = [nn.load(tmp_path / f"{number}.nc") for number in range(3)]
    both = nn.merge(nn.merge(*read[:2]), read[2])
    again = nn.load(both.save(tmp_path / "all.nc"))
    assert again.provenance["seed"] == (1, 2, 3)
    assert again.n_samples == again.provenance["networks"] == 3000
    np.testing.assert_allclose(again[4].value, nn.merge(*runs)[4].value, rtol=1e-13)
    with pytest.raises(InvalidStatistics, match="networks of seed 2 were sampled in more than one"):
        nn.merge(again, runs[1])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"net": nn.ErfNet(width=6)}, "networks"),
        ({"orders": (2,)}, "orders"),
        ({"estimator": "conditional"}, "estimators"),
        ({"precision": "single"}, "precisions"),
        ({"outputs": (1, 2)}, "fields"),
    ],
)
def test_only_seeds_may_differ(sample, change, what):
    other = sampled(8, 400, 10, **change)
    with pytest.raises(InvalidStatistics, match=f"samples of different {what}"):
        sample.merged(other)


def test_exact_correlators_are_not_merged(sample, exact):
    with pytest.raises(InvalidStatistics, match="sampled from an Ensemble"):
        exact.merged(sample)
    with pytest.raises(InvalidStatistics, match="not sampled"):
        sample.merged(exact)
    with pytest.raises(InvalidStatistics, match="needed"):
        nn.merge()
    with pytest.raises(InvalidStatistics, match="more than one"):
        sample.merged(sampled(3))


def test_every_result_is_a_table_of_pandas_and_of_xarray():
    """Also those that are no correlators; the numbers are those of the result."""
    net = nn.GaussNet(width=100)
    theory = nn.predict(
        nn.expand("lambda*f^4", 4, order=1, scheme="exact"), net.kernel, [[0.0], [0.1]], nn.WholeSpace()
    )
    table = theory.to_dataframe()
    assert table.columns.tolist() == ["couplings", "element", "indices", "value", "error"]
    assert table[table.couplings == "lambda"].value.tolist() == theory["lambda"].value.tolist()
    assert table.attrs["quality"] == "the error bar can be trusted"
    labelled = theory.to_xarray()
    assert labelled["value"].values.tolist() == table.value.tolist()
    exact = nn.exact_correlators(net, [[0.0], [0.1]], orders=(2, 4))
    found = nn.infer(exact, nn.Model.leading("lambda*f^4"), net)
    assert found.to_dataframe().value.tolist() == [pytest.approx(float(found["lambda"]), rel=1e-12)]


def test_an_order_that_is_not_there_is_a_missing_key(exact):
    for order in (0, 8):
        with pytest.raises(KeyError, match=f"there is no {order}-point function here, only"):
            exact[order]


def test_one_number_is_a_float_and_several_are_refused(exact):
    assert float(exact[2][0, 0]) == exact[2].value[0]
    assert float(nn.Estimate([2.5])) == 2.5
    with pytest.raises(TypeError, match=r"one number is needed, these are 3; take one of them"):
        float(exact[2])
