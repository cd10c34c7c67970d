"""What is said of samples that are not trusted, without an exact answer, and of fits that test nothing."""

import io
from pathlib import Path

import pytest
from made_up_study import made_up_net, made_up_study
from matplotlib.figure import Figure
from rich.console import Console

import nnft_sym as nn
from diagrams.diagram import Diagram
from diagrams.drawing import save_sheet
from diagrams.pictures import saving
from nnft_sym.printing.number_text import NOT_TRUSTED, share_text
from nnft_sym.printing.tables import headed, show, table
from nnft_sym.report import captions, notes, panels_overview
from nnft_sym.report.archive import study_tree
from nnft_sym.report.page import inline_svg
from nnft_sym.report.panels_overview import bars
from nnft_sym.report.questions import answers
from nnft_sym.report.report_tables import overview_table
from nnft_sym.study.recipe import PUBLISHED
from nnft_sym.study.result_tables import coupling_table, next_order_table

POINTS = ((-1.0,), (0.2,), (1.0,))


def net(**given):
    return made_up_net(points=POINTS, **given)


def texts(made):
    return [" | ".join(cell.text for cell in row) for row in made.body]


def test_shares_of_a_sample_without_exact_answer_have_errors_and_marks():
    trusted, heavy = net(exact=False), net(exact=False, heavy=(4, 6))
    for one, mark in ((trusted, ""), (heavy, NOT_TRUSTED)):
        name = one.recipe.predictions[next(iter(one.recipe.predictions))]
        shares = one.following.explained
        for row, (key, share) in zip(texts(next_order_table(one)), shares.items(), strict=True):
            expected = share_text(share, one.following.share_error(key))
            assert expected + mark in row
        assert name in shares
    (row,) = texts(overview_table(made_up_study(heavy)))
    assert row.count(NOT_TRUSTED) >= 2
    assert "*" not in row


def test_no_note_says_that_an_exact_answer_was_fitted_where_there_is_none():
    def titles(*nets):
        return [title for title, _ in notes.notes(made_up_study(*nets))]

    assert "Fits marked *" in titles(net(heavy=(4,)))
    assert "Fits marked *" not in titles(net(exact=False, heavy=(4,)))


def test_the_mean_of_a_sample_that_is_not_trusted_is_marked():
    assert NOT_TRUSTED in texts(coupling_table(net(heavy=(4,))))[0]
    assert NOT_TRUSTED not in texts(coupling_table(net()))[0]


def test_captions_speak_of_bands_and_noise_only_where_they_are():
    assert "blue band" in captions.next_order(net()).text
    assert "blue band" not in captions.next_order(net(heavy=(6,))).text
    assert "with the noise of the sample" in captions.next_order(net(exact=False)).text
    assert "are not trustworthy" in captions.correlators(net(heavy=(4, 6)), 10).text
    assert "is not trustworthy" in captions.correlators(net(heavy=(6,)), 10).text


def test_undecided_constants_say_why():
    found = answers(net(exact=False, heavy=(4,)))
    said = next(one.grounds for one in found if one.question.startswith("Is "))
    assert "The sample is not trusted, and there is no exact answer" in said


def test_what_the_archive_says_the_best_constant_was_fitted_to():
    for exact, word in ((True, "exact"), (False, "sampled")):
        tree = study_tree(made_up_study(net(exact=exact)))
        (group,) = [node for node in tree.subtree if "lambda_best" in node.variables]
        assert word in group["lambda_best"].attrs["long_name"]


def test_bars_of_a_sample_alone_are_not_called_exact():
    figure_text = []
    for exact in (True, False):
        figure = Figure(layout="constrained")
        nets = (net(exact=exact),)
        panels_overview.overview(figure.subplots(), nets, PUBLISHED)
        figure_text.append([text.get_text() for axes in figure.axes for text in axes.texts])
        assert bars(nets[0])
    assert "exact | sample alone" in figure_text[0]
    assert "exact | sample alone" not in figure_text[1]


def test_open_signs_of_vertices_follow_a_dark_page():
    ring = '<svg xmlns="u"><circle r="3" fill="white" stroke="black"/></svg>'
    assert inline_svg(ring, "") == '<svg><circle r="3" fill="var(--paper)" stroke="currentColor"/></svg>'


@pytest.mark.parametrize("word", ["[g f⁴ + h f⁶]", "a :x: b", "[/]", "[bold]x", "[link=http://x]y[/link]"])
def test_words_are_no_orders_to_the_terminal(word, capsys):
    show(word, headed(word, word), table(word, [word, "b"], [[word, "1"]]))
    assert capsys.readouterr().out.count(word) >= 5


def test_a_bold_head_is_bold():
    page = io.StringIO()
    Console(file=page, force_terminal=True, color_system="standard", width=80).print(headed("PASSED", ": x"))
    Console(file=page, force_terminal=True, color_system="standard", width=80).print(
        table("T", ["a"], [["b"]])
    )
    assert page.getvalue().startswith("\x1b[1mPASSED\x1b[0m: x\n\x1b[1mT")


def test_a_study_calls_the_coupling_as_the_action_does():
    recipe = PUBLISHED.called("g_4")
    assert (recipe.symbol, recipe.latex, recipe.action) == ("g₄", "g_{4}", "S_GP + ∫ g₄ f⁴")
    assert recipe.predictions == PUBLISHED.predictions
    text = '[[net]]\nkind = "cos"\nwidth = 5\npoints = [[0.0], [0.4]]\n'
    config = nn.parse_study(f'experiments = 2\nnetworks = 200\naction = "g*f**4"\n{text}')
    result = nn.run_study(config)
    assert "With the fitted g " in result.nets[0].verdict
    assert "λ" not in result.nets[0].verdict


def test_a_fit_of_one_number_to_one_number_says_that_it_tests_nothing():
    network, box = nn.ReLUNet(20, sigma_b=0.0), nn.Box(1.0)
    alone = nn.infer(nn.exact_correlators(network, [[1.0]], (2, 4)), "lambda*f^4", network, box)
    assert "no degrees of freedom left that could contradict: give more points" in alone.verdict
    three = nn.infer(nn.exact_correlators(network, [[0.5], [1.0]], (2, 4)), "lambda*f^4", network, box)
    assert "constants describe the exact data" in three.verdict
    assert three["λ"] is three["lambda"]
    assert three["λ"].value == pytest.approx(-0.625)  # −25/(2 N Λ⁵)
    with pytest.raises(nn.NNFTError, match="'kappa' was not inferred; lambda were"):
        three["kappa"]


def test_a_prediction_worse_than_none_is_said_to_be_worse():
    network, box = nn.network("tanh", 30), nn.Box(3.0)
    exact = nn.exact_correlators(network, [[0.2], [0.6], [1.0]], (2, 4, 6))
    found = nn.infer(exact, "lambda*f^4 + kappa*f^6", network, box)
    assert found.explained[6] < 0 < found.explained[4]
    assert "Without any coupling the connected 6-point function would be missed by less" in found.verdict
    assert "the expansion holds" not in found.verdict
    printed = str(found)
    assert all(one in printed.replace("\n  ", " ") for one in found.verdict.split(". ")[:2])
    assert "lambda" in printed.splitlines()[2]


def test_noise_does_not_make_couplings_meaningless():
    """The share of a sample is unweighted: a fit that no test contradicts may have a negative one."""
    network, box = nn.network("tanh", 20), nn.Box(3.0)
    sample = nn.Ensemble(network, [[0.2], [0.6], [1.0]], seed=1).correlators(5000, orders=(2, 4, 6))
    found = nn.infer(sample, "lambda*f^4 + kappa*f^6", network, box)
    assert found.judged.p_value > 1e-3
    assert "describe nothing" not in found.verdict


def test_elements_that_fluctuate_together_are_not_too_few_points():
    network, points = nn.ReLUNet(20, sigma_b=0.0), [[0.25], [0.5], [0.7], [0.8], [1.0]]
    sample = nn.Ensemble(network, points, seed=1).correlators(2000, orders=(2, 4))
    found = nn.infer(sample, "lambda*f^4", network, nn.Box(1.0))
    assert (found.judged.dof, found.n_elements) == (0, 70)
    assert "all elements fluctuate together" in found.verdict


def test_every_letter_of_a_coupling_compiles():
    from nnft_sym.actions.names import GREEK_LETTERS
    from nnft_sym.printing.tex_text import escape

    assert not [letter for letter in GREEK_LETTERS if "U+" in escape(letter)]
    assert escape("\u0416") == "[U+0416]"


def test_the_end_of_the_range_of_floats_is_written():
    assert str(nn.Estimate(-1.79e308, 1e308)) == "-1.79e+308 (bound 1e+308)"


def test_the_errors_of_a_coupling_are_named_on_the_command_line(run_nnft):
    words = [
        "couplings",
        "lambda*f**4",
        "--net",
        "relu",
        "--width",
        "20",
        "--points",
        "0.5;1",
        "--cutoff",
        "1",
    ]
    assert "Errors: bounds of the integrals; --model-errors adds" in run_nnft(*words)
    widened = "Errors: bounds of the integrals, with next order and locality."
    assert widened in " ".join(run_nnft(*words, "--model-errors").split())
    sampled = run_nnft(*words, "--networks", "500")
    assert "--estimator conditional needs far fewer networks" in " ".join(sampled.split())


def test_one_point_of_several_coordinates_is_said_to_be_one(run_nnft):
    run_nnft("kernel", "--net", "erf", "--points", "0.5,1.0,2")
    assert "3 points in one dimension are written 0.5;1.0;2" in run_nnft.told
    run_nnft("kernel", "--net", "erf", "--points", "0.5,1.0;0,2")
    assert run_nnft.told == ""
    run_nnft(
        "density", "--net", "cos", "--width", "16", "--points", "0;0.8", "--order", "1/N", "--at", "0.3,0.1"
    )
    assert "dimensions" not in run_nnft.told


def test_points_outside_the_box_are_told(run_nnft):
    words = ["couplings", "lambda*f**4", "--net", "relu", "--width", "20", "--cutoff", "1"]
    run_nnft(*words, "--points", "0.5;2;-3")
    assert "note: 2 of 3 points lie outside the box of the vertices, [−1, 1]^d" in run_nnft.told
    run_nnft(*words, "--points", "0.5;1")
    assert run_nnft.told == ""


def test_data_give_the_correlator_of_an_order():
    outputs = [[1.0], [-1.0]] * 200
    assert nn.Dataset.from_outputs(outputs, [[0.0]], (2, 4))[4].value.tolist() == [1.0]
    exact = nn.exact_correlators(nn.CosNet(3), [[0.0]], (2, 4))
    assert nn.Dataset(None, exact)[4] is exact[4]


@pytest.fixture
def run_nnft(capsys):
    from nnft_sym.cli import run

    def command(*words):
        assert run(list(words)) == 0
        said = capsys.readouterr()
        command.told = said.err
        return said.out

    return command


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png", ".tex"])
def test_a_picture_that_cannot_be_finished_leaves_the_old_one(suffix, tmp_path, monkeypatch):
    target = tmp_path / f"a{suffix}"
    target.write_text("the old one")

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(nn.NNFTError, match="No space left"):
        save_sheet(target, [Diagram.from_edge_string("x1-x2")])
    assert target.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [target]
    monkeypatch.undo()
    save_sheet(target, [Diagram.from_edge_string("x1-x2")])
    assert target.stat().st_size > 100
    assert saving._SUFFIXES == (".svg", ".pdf", ".png", ".tex")


def test_facts_of_a_text_and_the_powers_of_its_vertices(run_nnft):
    assert int(nn.diagrams.facts("x1-y1,x2-y1,y1-y1").symmetry_factor) == 2
    with pytest.raises(nn.NNFTError, match="2 diagrams were given; one is needed"):
        nn.diagrams.facts("x1-x2\nx1-y1,x2-y1,y1-y1")
    assert "y1 of f^3, y2 of f^5" in run_nnft("diagram", "x1-y1,x2-y2,y1-y2,y1-y2,y2-y2")


def test_legends_name_the_source():
    network, points = nn.CosNet(5), [[0.0], [0.3]]
    sample = nn.Ensemble(network, points).correlators(500, orders=(2, 4))
    exact = nn.exact_correlators(network, points, orders=(2, 4))
    figure = sample.connected()[4].plot(exact.connected()[4])
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["sampled", "exact"]
    assert axes.get_ylabel() == "$G_c^{(4)}$"
