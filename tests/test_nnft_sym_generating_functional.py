"""The generating functional: series against W[J] to all orders, symbols, powers of the width; the command."""

import json
from fractions import Fraction
from math import factorial

import numpy as np
import pytest
import sympy
from scipy.special import ive

import nnft_sym as nn
from nnft_sym.duality.generating_symbols import element_name
from nnft_sym.duality.power_sum_symbols import power_sum_cumulant_in_width, weight_moments
from nnft_sym.errors import InvalidExpansion
from numerics.errors import DivergentIntegral, InvalidPoints, NotAvailable

PAIR = [[0.4], [-0.9]]
J = np.array([0.35, 0.2])


# -- numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "net",
    [
        nn.ErfNet(5, 1.2, 0.4),
        nn.ReLUNet(5, sigma_b=0.3),
        nn.GaussNet(9, 0.3, 0.2),
        nn.CosNet(4, 1.1),
        nn.network("tanh", 5),
        nn.ErfNet(5, output_bias=False).with_laws(output="laplace"),
    ],
    ids=repr,
)
def test_the_series_approaches_the_exact_functional(net):
    """What is left after order R falls like J^(R+2)."""
    exact = {
        scale: float(nn.generating_functional(net, PAIR, 2).exact(scale * J).value) for scale in (1.0, 0.5)
    }
    for order in (2, 4, 6):
        w = nn.generating_functional(net, PAIR, order)
        left = {scale: abs(float(w.value(scale * J).value) - exact[scale]) for scale in exact}
        assert left[0.5] < 1e-2
        if left[0.5] > 1e-13:
            assert 0.7 * 2 ** (order + 2) < left[1.0] / left[0.5] < 1.3 * 2 ** (order + 2)
    assert float(w.value(J).evidence["last_term"]) < 1e-3


@pytest.mark.parametrize("net", [nn.ErfNet(5, 1.2, 0.4), nn.ReLUNet(40), nn.CosNet(4, 1.1)], ids=repr)
def test_a_real_source_has_no_powers_of_i(net):
    w = nn.generating_functional(net, PAIR, 8)
    exact = w.exact(J, real=True)
    assert float(w.value(J, real=True).value) == pytest.approx(float(exact.value), abs=2e-6)
    imaginary = w.value(J)
    signs = [(-1) ** (n // 2) for n in w.orders]
    terms = [float(term.value) for term in w.terms(J).values()]
    assert float(imaginary.value) == pytest.approx(np.dot(signs, terms), rel=1e-14)


def test_cos_net_at_one_point_in_closed_form():
    """log E e^(i J f) = N log[e^(−q) I_0(q)], q = J² σ_a²/4N, to order ten."""
    w = nn.generating_functional(nn.CosNet(3, 1.0, 0.8), [[0.7]], 10)
    sources = np.array([[0.5], [1.0], [1.5]])
    exact = 3 * np.log(ive(0, sources[:, 0] ** 2 * 0.64 / 12))
    np.testing.assert_allclose(w.exact(sources).value, exact, rtol=1e-13)
    np.testing.assert_allclose(w.value(sources).value, exact, rtol=1e-7)
    assert w.value(sources).shape == (3,)


def test_skewed_weights_have_an_imaginary_part():
    """Sampled: E e^(i J f) of weights a = e − 1, e exponential, with features s."""
    net = nn.ReLUNet(4, sigma_b=0.5).with_laws(output="scipy.expon:loc=-1")
    w = nn.generating_functional(net, [[1.0]], 8)
    rng = np.random.default_rng(5)
    a = rng.exponential(size=(400_000, 4)) - 1
    z = rng.normal(size=a.shape) + 0.5 * rng.normal(size=a.shape)
    f = np.sum(a * np.maximum(z, 0), axis=1) / 2 + 0.5 * rng.normal(size=len(a))
    for source in (0.3, 0.6):
        waves = np.exp(1j * source * f)
        found = np.log(waves.mean())
        error = np.std(waves) / np.sqrt(len(a)) / abs(waves.mean())
        series = complex(float(w.value([source]).value), float(w.imaginary([source]).value))
        last = w.value([source]).evidence["last_term"]
        assert abs(found - series) < 4 * error + last
    assert abs(float(w.imaginary([0.6]).value)) > 1e-3


def test_what_cannot_be_is_refused():
    w = nn.generating_functional(nn.ReLUNet(3), [[1.0]], 4)
    with pytest.raises(DivergentIntegral, match="infinite at the source"):
        w.exact([3.0], real=True)
    assert np.isfinite(float(w.value([3.0], real=True).value))
    for wrong in ([1.0, 2.0], [[[1.0]]], [np.nan], "x"):
        with pytest.raises(InvalidPoints):
            w.value(wrong)
    with pytest.raises(InvalidExpansion, match="1 to 10"):
        nn.generating_functional(nn.ReLUNet(3), [[1.0]], 11)
    with pytest.raises(NotAvailable, match="correlated"):
        nn.generating_functional(nn.ErfNet(3).with_laws(output_correlation=0.2), [[1.0]], 2).exact([1.0])
    quartic = nn.generating_functional(nn.ErfNet(3).with_laws(output_joint="1*p2^2/N"), [[1.0]], 2)
    with pytest.raises(NotAvailable, match="other joint law"):
        quartic.exact([1.0])
    with pytest.raises(NotAvailable, match="no polynomials in the width"):
        quartic.powers_of_width(2)


def test_several_outputs():
    w = nn.generating_functional(nn.ErfNet(5), [[0.4], [0.4]], 4, outputs=(1, 2))
    exact = w.exact([0.3, 0.2])
    assert float(w.value([0.3, 0.2]).value) == pytest.approx(float(exact.value), abs=1e-6)


# -- powers of the width ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "net",
    [
        nn.ReLUNet(3, sigma_b=0.4),
        nn.ReLUNet(3, sigma_b=0.4).with_laws(output_correlation=0.3),
        nn.ErfNet(3).with_laws(output_correlation=-0.0009),
        nn.GaussNet(3, 0.3, 0.2).with_laws(output="scipy.expon:loc=-1"),
    ],
    ids=repr,
)
def test_powers_of_the_width_give_every_width(net):
    w = nn.generating_functional(net, PAIR, 6)
    for order in w.orders:
        powers = w.powers_of_width(order)
        for width in (2, 20, 1000):
            total = sum(float(width) ** float(power) * one.value for power, one in powers.items())
            exact = nn.exact_correlators(net.with_width(width), PAIR, (order,)).connected()[order]
            np.testing.assert_allclose(total, exact.value, rtol=1e-10, atol=1e-13 * np.abs(exact.value).max())
            again = w.at_width(width).cumulants[order].value
            np.testing.assert_allclose(again, exact.value, rtol=1e-12, atol=1e-18)
    if net.laws.joint is None:
        assert list(w.powers_of_width(4)) == [Fraction(-1)]


def test_correlated_weights_of_features_without_mean_stay_non_gaussian():
    """The power N⁰ of G_c⁴ is 2α² Σ_3 K K, K without the bias."""
    net = nn.ErfNet(3).with_laws(output_correlation=0.4)
    w = nn.generating_functional(net, [[0.4]], 4)
    k = net.kernel.weight(np.array([[0.4]]), np.array([[0.4]]))[0, 0]
    assert float(w.powers_of_width(4)[Fraction(0)].value[0]) == pytest.approx(6 * 0.16 * k**2, rel=1e-12)


def test_power_sum_cumulants_with_symbols_are_those_of_numbers():
    n, alpha = sympy.symbols("N alpha")
    net = nn.ErfNet(7).with_laws(output_correlation=0.3)
    sizes = ((2,), (1, 1), (2, 1, 1), (3, 1), (2, 2), (3, 3), (2, 2, 1, 1), (1, 1, 1, 1))
    numbers = net.laws.joint.power_sum_cumulants(sizes, net)
    for one in sizes:
        symbol = power_sum_cumulant_in_width(one, weight_moments(net))
        assert float(symbol.subs({n: 7, alpha: sympy.Rational(3, 10)})) == pytest.approx(
            numbers[one][0], rel=1e-14
        )
    free = weight_moments(nn.ErfNet(7).with_laws(output="laplace"))
    assert power_sum_cumulant_in_width((2, 2), free) == 5 * n  # E a⁴ = 6
    assert power_sum_cumulant_in_width((3, 1), free) == 6 * n


# -- symbols ------------------------------------------------------------------------------------------------


def test_expressions_are_the_series():
    w = nn.generating_functional(nn.GaussNet(4, 0.3, 0.2).with_laws(output="scipy.expon:loc=-1"), PAIR, 5)
    j1, j2, n = *sympy.symbols("J_1 J_2"), sympy.Symbol("N", positive=True)
    at = {j1: J[0], j2: J[1], n: 4}
    names = {
        sympy.Symbol(element_name(order, row)): value
        for order in w.orders
        for row, value in zip(
            w.cumulants[order].indices.tolist(), w.cumulants[order].value.tolist(), strict=True
        )
    }
    series = complex(float(w.value(J).value), float(w.imaginary(J).value))
    for found in (w.expression().subs(names), w.expression(named=False)):
        assert complex(found.subs(at)) == pytest.approx(series, rel=1e-12)
    real = w.expression(named=False, real=True).subs(at)
    assert float(real) == pytest.approx(float(w.value(J, real=True).value), rel=1e-12)
    coefficient = w.expression().coeff(j1, 2).coeff(j2, 1)
    assert coefficient == -sympy.I * sympy.Symbol("G3_112") / 2


def test_latex_names_and_numbers():
    w = nn.generating_functional(nn.ReLUNet(20), [[1.0]], 4)
    assert r"-\frac{1}{2!}\, G^{(2)}_{c\,jk}\, J_j J_k + \frac{1}{4!}\, G^{(4)}_{c\,jklm}" in w.latex()
    assert r"N^{1 - r/2}" in w.latex()
    assert r"- 0.25 J_{1}^{2} + \frac{0.15625 J_{1}^{4}}{N}" in w.latex(named=False)
    many = nn.generating_functional(nn.ReLUNet(3).with_laws(output_correlation=0.3), PAIR, 6)
    for text in (many.latex(), many.latex(named=False), many.latex(real=True)):
        assert text.count("{") == text.count("}")
        assert text.count(r"\Big[") == text.count(r"\Big]")
        assert text.startswith(r"\begin{aligned}") == text.endswith(r"\end{aligned}")
    assert many._repr_latex_().startswith("$")
    third = nn.generating_functional(
        nn.GaussNet(4, 0.3, 0.2).with_laws(output="scipy.expon:loc=-1"), [[0.4]], 3
    )
    assert r"- i\frac{1}{3!}" in third.latex()


def test_it_shows_and_saves_itself(tmp_path):
    w = nn.generating_functional(nn.ReLUNet(20), PAIR, 4)
    assert "W[J] to order 4 in J over 2 fields of relu-net, N = 20" in repr(w)
    lines = w.save(tmp_path / "w.csv").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line and line[0] in "24"]) == 3 + 5


# -- the command --------------------------------------------------------------------------------------------


def test_the_command(nnft):
    words = ["cumulants", "--net", "relu", "--width", 20, "--points", "0.5;1"]
    code, out, err = nnft(*words, "--order", 6, "--source", "0.4,0.2", "--json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert [one["order"] for one in answer["cumulants"]] == [1, 2, 3, 4, 5, 6]
    exact = nn.exact_correlators(nn.ReLUNet(20), [[0.5], [1.0]], range(1, 7)).connected()
    for one in answer["cumulants"]:
        assert one["indices"] == exact[one["order"]].indices.tolist()
        assert one["value"] == exact[one["order"]].value.tolist()
        assert len(one["error"]) == len(one["value"])
    assert "G^{(4)}_{c" in answer["latex"]
    source = answer["source"]
    assert source["series"] == pytest.approx(source["exact"], abs=1e-5)
    code, out, err = nnft(*words, "--source", "0.4,0.2")
    assert (code, err) == (0, "")
    assert "Orders 1, 3, 5 are zero" in out
    assert "to all orders" in out
    code, out, _ = nnft(*words, "--latex")
    assert code == 0
    assert out.startswith(r"\begin{aligned}")


def test_the_command_with_correlated_weights(nnft):
    words = ["cumulants", "--net", "relu", "--points", "1", "--order", 6, "--json"]
    code, out, err = nnft(*words, "--width", 3, "--correlation", 0.3)
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer["output_correlation"] == 0.3
    values = {one["order"]: one["value"][0] for one in answer["cumulants"]}
    assert [round(values[n], 5) for n in (2, 4, 6)] == [0.59549, 1.9429, 19.57293]
    code, out, err = nnft(*words, "--width", 3, "--deform", "0.2*|a|^4/N")
    assert (code, err) == (0, "")
    assert json.loads(out)["network"]["output_joint"] == "1/5*p2^2/N"
    code, out, err = nnft(*words, "--width", 3, "--correlation=-0.3", "--source", 1)
    assert (code, err) == (0, "")
    assert json.loads(out)["source"]["exact"] is None


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--source", "1,2"], "--source: 2 numbers and 1 point were given"),
        (["--source", "x"], "--source: 'x' was given"),
        (["--source", "3", "--real"], "infinite at the source"),
        (["--order", 11], "--order"),
        (["--correlation=-0.6"], "--correlation"),
        (["--correlation", "2"], "--correlation"),
        (["--deform", "alpha*p2^2"], "--deform"),
        (["--deform", "2*p2^2", "--correlation", "0.1"], "leave one of them out"),
        (["--deform=-0.1*p2^2/N"], "cannot be normalised"),
        (["--deform", "0.1*p2^2*p1"], ""),
        (["--latex", "--json"], "leave out --latex"),
    ],
)
def test_the_command_refuses(nnft, more, told):
    code, out, err = nnft("cumulants", "--net", "relu", "--width", 3, "--points", "1", *more)
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1


def test_orders_are_counted_as_factorials():
    """One field: W = Σ i^r G_r J^r/r!."""
    w = nn.generating_functional(nn.ErfNet(2), [[0.3]], 6)
    terms = w.terms([0.7])
    for order in (2, 4, 6):
        expected = float(w.cumulants[order].value[0]) * 0.7**order / factorial(order)
        assert float(terms[order].value) == pytest.approx(expected, rel=1e-14)
