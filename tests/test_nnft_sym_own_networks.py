"""Networks that are not ours go the whole way: a fifth one from this file alone, tanh, and texts."""

import json
import math
import pickle
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import sympy

import nnft_sym as nn
from nnft_sym.cli import run
from nnft_sym.study.config import parse_study
from nnft_sym.study.run import run_study
from nnft_sym.study.summary import summarise
from nnft_sym.symbolic.written import written_activation
from numerics.errors import InvalidNetwork
from numerics.exact.features.base import FeatureMoments, closed_moments
from numerics.kernels.base import Kernel, as_pair, no_kinks
from numerics.networks.base import PublishedNetwork
from numerics.networks.record import from_record, record_text
from numerics.results.estimate import Estimate

STUDY = """
seed = 3
experiments = 2
networks = 2000
[[net]]
kind = "{kind}"
width = 5
sigma_b = 0.4
points = [[-0.6], [0.2], [1.0]]
cutoff = 10.0
"""


class WaveKernel(Kernel):
    """K_W = (sw²/2) [e^(−sw²|x−y|²/2d) − e^(−sw²|x+y|²/2d − 2sb²)] of the activation sin."""

    def __init__(self, network):
        self._net, self.d_in = network, network.d_in

    @property
    def bias_variance(self):
        return self._net.sigma_b**2

    def weight(self, x, y):
        x, y = as_pair(x, y, self.d_in)
        net = self._net
        near, far = (
            net.sigma_w**2 / net.d_in * np.sum((x[:, np.newaxis] + sign * y) ** 2, axis=2) for sign in (-1, 1)
        )
        return net.sigma_w**2 / 2 * (np.exp(-near / 2) - np.exp(-far / 2 - 2 * net.sigma_b**2))

    def weight_diagonal(self, y):
        return np.array([self.weight(one[np.newaxis], one[np.newaxis])[0, 0] for one in y])

    ray_growth = None
    self_growth = 0.0

    @property
    def length_scale(self):
        return self.d_in**0.5 / self._net.sigma_w

    def kinks(self, points):
        return no_kinks(self.d_in)


class WaveNet(PublishedNetwork):
    kind = "wave"
    feature_growth = 0.0

    @property
    def closed_kernel(self):
        return WaveKernel(self)

    @property
    def scalar_activation(self):
        return math.sin

    def activate(self, preactivations, points):
        return np.sin(preactivations)


class WaveMoments(FeatureMoments):
    def __init__(self, network, points):
        self._net, self._points = network, points

    @property
    def method(self):
        return "closed form of this test"

    def moments(self, indices, report=None):
        net, n = self._net, indices.shape[1]
        total = np.zeros(len(indices))
        for signs in product((1, -1), repeat=n):
            lever = np.einsum("n,mnd->md", signs, self._points[indices])
            variance = net.sigma_w**2 / net.d_in * np.sum(lever**2, axis=1) + (net.sigma_b * sum(signs)) ** 2
            total += np.prod(signs) * np.exp(-variance / 2)
        value = (total * (1 / 2j) ** n).real
        return Estimate(value, np.full(len(indices), 1e-15))


@closed_moments.register
def _(network: WaveNet, points: np.ndarray, max_order: int) -> WaveMoments:
    return WaveMoments(network, points)


def test_a_fifth_network_from_one_file_goes_through_validate(tmp_path, capsys):
    path = tmp_path / "study.toml"
    path.write_text(STUDY.format(kind="wave"))
    assert run(["validate", str(path), "--json"]) == 0
    (net,) = json.loads(capsys.readouterr().out)["nets"]
    assert net["name"] == "wave"
    assert math.isfinite(net["lambda_fit"])
    ours = nn.network("wave", 5, sigma_b=0.4)
    assert nn.networks.from_record(nn.networks.to_record(ours)) == ours
    assert nn.exact_correlators(ours, [[0.2], [1.0]], orders=(4,))[4].method.endswith("of this test")


def test_the_fifth_network_is_that_of_its_activation():
    ours, same = (
        nn.network("wave", 3, sigma_w=1.2, sigma_b=0.4),
        nn.network("sin", 3, sigma_w=1.2, sigma_b=0.4),
    )
    x = np.array([[-0.6], [0.2], [1.0]])
    np.testing.assert_allclose(ours.kernel.full(x, x), same.kernel.full(x, x), rtol=1e-12)
    one, other = (nn.exact_correlators(net, x, orders=(4, 6)) for net in (ours, same))
    for order in (4, 6):
        scale = np.abs(other.connected()[order].value).max()
        np.testing.assert_allclose(
            one.connected()[order].value, other.connected()[order].value, atol=1e-11 * scale
        )


def test_validate_studies_a_tanh_net():
    result = run_study(parse_study(STUDY.format(kind="tanh")))
    assert result.passed
    (net,) = summarise(result)["nets"]
    assert net["name"] == "tanh"
    assert "quadrature" in result.nets[0].exact_method
    assert result.nets[0].checks


def test_own_networks_on_the_command_line(capsys):
    points = ["--points", "0.3;1.0", "--json"]
    answers = []
    for words in (["--net", "tanh"], ["--net", "own", "--activation", "tanh(z)"]):
        assert run(["kernel", *words, *points]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    np.testing.assert_allclose(answers[0]["K"], answers[1]["K"], rtol=1e-13)
    assert answers[1]["network"]["activation"] == "tanh(z)"
    assert from_record(answers[1]["network"]).text == "tanh(z)"
    words = [
        "cumulant",
        "--net",
        "erf",
        "--width",
        "5",
        "--order",
        "4",
        "--points",
        "0.3;1.0;0.2;0.1",
        "--json",
    ]
    assert run([*words, "--output-law", "rademacher"]) == 0
    answer = json.loads(capsys.readouterr().out)
    expected = nn.exact_cumulant(nn.ErfNet(5).with_laws(output="rademacher"), [0.3, 1.0, 0.2, 0.1])
    assert answer["value"] == pytest.approx(float(expected.value), rel=1e-14)
    assert answer["network"]["output_law"] == "rademacher"


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("tanh(2 * z) + z/3", lambda z: math.tanh(2 * z) + z / 3),
        ("z^2/2 - 1.5e-1", lambda z: z * z / 2 - 0.15),
        ("-z**2", lambda z: -z * z),
        ("2^-z^2", lambda z: 2 ** -(z**2)),
        ("exp(-z^2/2)*cos(pi*z)", lambda z: math.exp(-z * z / 2) * math.cos(math.pi * z)),
        ("max(z, 0, -z/4)", lambda z: max(z, 0, -z / 4)),
        ("step(z-1)", lambda z: float(z >= 1)),
        ("gelu(z)+silu(z)", lambda z: z * (1 + math.erf(z / 2**0.5)) / 2 + z / (1 + math.exp(-z))),
        ("1", lambda z: 1.0),
    ],
)
def test_texts_are_the_functions_they_say(text, function):
    written = written_activation(text)
    for z in (-1.7, 0.3, 2.4):
        assert written(z) == pytest.approx(function(z), rel=1e-13)
    net = nn.ActivationNet(3, text)
    assert net == nn.ActivationNet(3, f" {text} ") == from_record(record_text(net))
    assert pickle.loads(pickle.dumps(net)) == net


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "column 1"),
        ("tank(z)", "did you mean 'tan'"),
        ("x + 1", "'x' is not known"),
        ("z +", "the text ends"),
        ("(z", "closes the '\\('"),
        ("z z", "an operator or the end"),
        ("max(z)", "two or more"),
        ("tanh(z, z)", "2 arguments"),
        ("z/0", "division by zero"),
        ("9^9^9", "powers up to 64"),
        ("1e999", "digits"),
        ("z;1", "';' means nothing"),
        ("__import__('os')", "not known|means nothing"),
        ("(" * 60 + "z" + ")" * 60, "nested"),
        ("z" * 5000, "characters"),
        ("log(z)", "finite|domain|nan"),
    ],
)
def test_texts_that_are_no_activation_are_refused(text, told):
    with pytest.raises(InvalidNetwork, match=told):
        nn.ActivationNet(3, text)


def test_another_process_rebuilds_the_network_from_its_text(tmp_path):
    """As a Dask worker does, which imports the middle floor only."""
    file = tmp_path / "net.pickle"
    file.write_bytes(pickle.dumps(nn.ActivationNet(3, "tanh(z)")))
    code = (
        f"import pickle; net = pickle.load(open({str(file)!r}, 'rb')); print(net.text, net.activation(0.5))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    assert done.stdout.split() == ["tanh(z)", str(math.tanh(0.5))]


U = sympy.Symbol("u")


@pytest.mark.parametrize(
    ("expression", "function"),
    [
        (sympy.tanh(U), math.tanh),
        (
            sympy.exp(-(U**2) / 2) * sympy.cos(sympy.pi * U),
            lambda z: math.exp(-z * z / 2) * math.cos(math.pi * z),
        ),
        (0.1 * sympy.Abs(U) + sympy.Rational(1, 3), lambda z: 0.1 * abs(z) + 1 / 3),
        (sympy.Max(0, U, -U / 4) ** 2, lambda z: max(0, z, -z / 4) ** 2),
        (
            sympy.sqrt(1 + U**2) + sympy.erf(U) - 2.5e-3 * U,
            lambda z: math.hypot(1, z) + math.erf(z) - 2.5e-3 * z,
        ),
    ],
)
def test_expressions_of_sympy_are_activations_with_a_text(expression, function):
    """In the symbol of whoever wrote it; files, records and other processes have the text."""
    net = nn.ActivationNet(3, expression)
    for z in (-1.7, 0.3, 2.4):
        assert net.activation(z) == pytest.approx(function(z), rel=1e-14)
    assert net == from_record(record_text(net))
    assert pickle.loads(pickle.dumps(net)) == net


def test_an_expression_and_its_text_are_one_network():
    assert nn.ActivationNet(3, sympy.tanh(U) / 2) == nn.ActivationNet(3, "tanh(z)/2")
    assert nn.ActivationNet(3, sympy.tanh(U)) == nn.ActivationNet(3, "tanh(z)")


def test_what_our_grammar_cannot_write_is_a_plain_function():
    net = nn.ActivationNet(3, sympy.Piecewise((U, U > 0), (U / 7, True)))
    assert (net.text, net.activation(2.0), net.activation(-7.0)) == (None, 2.0, -1.0)


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        (U + sympy.Symbol("v"), "symbols u, v"),
        (sympy.Integer(3), "symbols none"),
        (sympy.I * U, "real values"),
        (sympy.log(U), "finite|domain|nan"),
    ],
    ids=str,
)
def test_expressions_that_are_no_activation_are_refused(expression, told):
    with pytest.raises(InvalidNetwork, match=told):
        nn.ActivationNet(3, expression)
