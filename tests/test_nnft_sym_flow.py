"""``nnft flow``: the JSON contract, published slopes, the figure, and what is refused."""

import json
import math

import pytest

BOTH = "lambda*f^4+kappa*f^6"
RELU = ["--net", "relu", "--points", "0.2;0.4;0.6;0.8;1;1.2"]
ERF = ["--net", "erf", "--points=-1;-0.6;-0.2;0.2;0.6;1"]
NARROW = ["--net", "gauss", "--points=-0.01;-0.006;-0.002;0.002;0.006;0.01"]


@pytest.fixture
def answer(nnft):
    """Run ``nnft flow --json``; give the one object it prints."""

    def call(*words):
        code, out, err = nnft("flow", *words, "--json")
        assert code == 0, err
        return json.loads(out)

    return call


def test_slopes_and_powers_of_relu(answer):
    found = answer(BOTH, *RELU, "--width", 20, "--cutoffs", "50:500:4", "--widths", "10,50")
    assert found["cutoffs"] == pytest.approx([50, 50 * 10 ** (1 / 3), 50 * 10 ** (2 / 3), 500], rel=1e-12)
    assert found["cutoffs"][-1] == 500
    assert found["widths"] == [10, 20, 50]
    closed = {"lambda": (-12.5, 5, 1), "kappa": (371 / 3, 7, 2)}
    for name, (factor, power, of_width) in closed.items():
        one = found["couplings"][name]
        assert one["values"] == pytest.approx([factor / 20**of_width / at**power for at in found["cutoffs"]])
        assert one["slope"] == pytest.approx(-power, abs=1e-4)
        assert one["slopes"] == pytest.approx([-power] * 3, abs=1e-4)
        assert one["expected_power"] == -power
        assert 0 <= one["slope_error"] < 1e-4
        assert all(0 < error < 1e-6 * abs(v) for v, error in zip(one["values"], one["errors"], strict=True))
        assert one["width_power"] == pytest.approx(-of_width, abs=1e-9)
        assert one["expected_width_power"] == -of_width
        assert [row["width"] for row in one["by_width"]] == [10, 20, 50]
    assert found["couplings"]["lambda"]["by_width"][1]["ratios"] == pytest.approx([1.525] * 4, rel=1e-3)


def test_erf_is_told_in_words(answer):
    found = answer(BOTH, *ERF, "--width", 5, "--cutoffs", "100,1000")
    assert found["couplings"]["lambda"]["values"][0] == pytest.approx(-0.000472505, rel=1e-5)
    assert found["couplings"]["lambda"]["expected_power"] == -1
    assert "erf-net has no cutoff-independent lambda or kappa" in found["verdict"]
    assert found["couplings"]["kappa"]["by_width"][0]["ratios"] == [None, None]
    assert found["couplings"]["lambda"]["width_power"] is None


def test_all_of_space_is_null(answer):
    found = answer(BOTH, *NARROW, "--widths", "100,1000")
    assert found["cutoffs"] == [None]
    assert found["width"] == 100
    assert found["couplings"]["lambda"]["values"] == pytest.approx([-0.0534568], rel=1e-6)
    assert found["couplings"]["kappa"]["width_power"] == pytest.approx(-2, abs=1e-9)
    assert found["couplings"]["lambda"]["slope"] is None


def test_the_tables(nnft):
    code, out, _ = nnft("flow", BOTH, *RELU, "--widths", "20,50", "--cutoffs", "100,10")
    assert code == 0
    assert "Couplings of relu-net, N = 20, against the cutoff" in out
    assert "lambda against Λ" in out
    assert out.count("next order") == 2  # of lambda alone, and in the verdict
    assert "61 %" in out


@pytest.mark.parametrize("suffix", ["svg", "png", "csv", "json", "nc"])
def test_files(nnft, tmp_path, suffix):
    target = tmp_path / f"flow.{suffix}"
    words = ["flow", "lambda*f^4", *RELU, "--widths", "20,50", "--cutoffs", "10,100", "--out", target]
    code, out, err = nnft(*words)
    assert code == 0, err
    assert target.stat().st_size > 200
    assert out.endswith(f"{'Figure' if suffix in ('svg', 'png') else 'All numbers'} in {target}\n")
    if suffix in ("svg", "csv"):
        # a file that is there stays, unless it is to be replaced; and the same run writes the same file
        first = target.read_bytes()
        code, out, err = nnft(*words)
        assert (code, out) == (2, "")
        assert "exists and is not overwritten; give another name, or replace it with --force" in err
        code, out, err = nnft(*words, "--force", "--json")
        assert code == 0, err
        assert json.loads(out)["files"] == [str(target)]
        assert target.read_bytes() == first


def test_the_figure_holds_every_value_and_the_expected_power():
    from nnft_sym.actions.action import Action
    from nnft_sym.faces.flow_pictures import flow_figure
    from nnft_sym.inference.coupling_flow import coupling_flow
    from numerics.networks.architectures import ErfNet

    flow = coupling_flow(Action(BOTH), ErfNet(5), [[-1.0], [0.2], [0.6]], [10.0, 100.0], (50,))
    figure = flow_figure(flow)
    assert [axes.get_xlabel() for axes in figure.axes] == ["cutoff Λ"] * 2 + ["width $N$"] * 2
    for axes, name in zip(figure.axes, flow.names, strict=False):
        low, high = axes.get_ylim()
        assert "dashed: $Λ^{−1}$" in axes.get_title()
        expected = next(line for line in axes.lines if line.get_linestyle() == "--").get_ydata()
        assert math.log10(expected[0] / expected[1]) == pytest.approx(1.0)
        for width in flow.widths:
            assert all(low < abs(value) < high for value in flow.values(name, width).value)
        assert f"{float(-flow.law(name).exponent):.5g}".replace("-", "−") in axes.get_title()


def test_the_widths_are_named_beside_the_panels():
    """Couplings that do not depend on the cutoff fill the panel: a legend inside would lie on them."""
    from nnft_sym.actions.action import Action
    from nnft_sym.faces.flow_pictures import flow_figure
    from nnft_sym.inference.coupling_flow import coupling_flow
    from numerics.networks.architectures import GaussNet

    flow = coupling_flow(Action("lambda*f^4"), GaussNet(10), [[0.0], [0.01]], [3.0, 30.0], (100, 1000))
    figure = flow_figure(flow)
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert [one.get_text() for one in legend.get_texts()] == ["$N = 10$", "$N = 100$", "$N = 1000$"]
    frame = legend.get_window_extent()
    for axes in figure.axes:
        assert axes.get_legend() is None
        assert axes.get_window_extent().x1 <= frame.x0
    assert figure.axes[0].get_title().endswith("dashed: constant")
    alone = flow_figure(coupling_flow(Action("lambda*f^4"), GaussNet(10), [[0.0]], [3.0, 30.0]))
    assert not alone.legends


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--width", "5"], "two cutoffs or more, or two widths or more"),
        (["--width", "5", "--cutoffs", "7"], "two cutoffs or more, or two widths or more"),
        (["--cutoffs", "5,6"], "no width was given; give --width N, or several with --widths"),
        (["--widths", "5,6"], "--cutoffs 10,100"),
        (["--width", "5", "--cutoffs", "50:5:3"], "the first cutoff must be smaller than the last"),
        (["--width", "5", "--cutoffs", "5:50"], "cutoffs are written 50,100,500 or 50:500:6"),
        (["--width", "5", "--cutoffs", "5:50:1"], "a whole number from 2 to 200"),
        (["--width", "5", "--cutoffs", "5,x"], "'x' was given; a finite number greater than 0"),
        (["--width", "5", "--cutoffs", "0,5"], "0 was given; a finite number greater than 0"),
        (["--width", "5", "--cutoffs", "nan,5"], "a finite number greater than 0"),
        (["--width", "5", "--cutoffs", "5,6", "--orders", "6"], "lambda is not known yet"),
        (["--width", "5", "--cutoffs", "5,6", "--orders", "4"], "kappa"),
        (["--width", "5", "--cutoffs", "5,6", "--out", "flow.txt"], "a file name ending in .svg"),
        (["--widths", "0,5", "--cutoffs", "5,6"], "--widths"),
        (["--width", "5", "--cutoffs", "5,6", "--force"], "--force was given without --out"),
    ],
)
def test_bad_input_is_one_message(nnft, words, said):
    code, out, err = nnft("flow", BOTH, *ERF, *words)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize("action", ["g*f^3", "0*f^4", "lambda*f^4 + q"])
def test_an_action_without_a_coupling_that_can_be_read_off(nnft, action):
    code, out, err = nnft("flow", action, *ERF, "--width", "5", "--cutoffs", "5,6")
    assert (code, out) == (2, "") or action.endswith("q")
    assert err.count("\n") <= 1


def test_bilocal_couplings_over_all_of_space(answer):
    """λ_NL of Gauss-net: what the next power of 1/N would add diverges there, the coupling does not."""
    found = answer("lambda*f^4 + lnl*f(x)^2*f(y)^2", *NARROW, "--widths", "100,1000")
    assert found["couplings"]["lambda"]["expected_power"] is None
    assert all(one["width_power"] == pytest.approx(-1, abs=1e-6) for one in found["couplings"].values())
