"""Every kernel at awkward inputs, any d, with and without biases: array form, scalar form and 60 digits."""

import json

import mpmath as mp
import numpy as np
import pytest

from nnft_sym.cli import run
from numerics.errors import InvalidNetwork, InvalidPoints
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.scalar import erf_kernel, gaussian_kernel, relu_kernel
from numerics.kernels.stationary import CosKernel, GaussKernel
from numerics.networks.architectures import network

BIASED = [(kind, w, b) for kind in (ErfKernel, ReLUKernel, GaussKernel) for w, b in ((1.0, 0.0), (1.3, 0.7))]
KERNELS = [kind(w, b, d) for kind, w, b in BIASED for d in (1, 2, 3, 5)]
KERNELS += [CosKernel(0.8, 1.9, d) for d in (1, 2, 3, 5)]


def awkward_points(d):
    """The origin, (almost) coincident, (almost) opposite, orthogonal, far and tiny inputs."""
    first, second = np.zeros(d), np.zeros(d)
    first[0], second[-1] = 1.0, 1.0
    tilted = first + 1e-3 * second
    general = np.random.default_rng(d).normal(size=d)
    rows = [np.zeros(d), first, first, np.nextafter(first, 2.0), -first, -tilted, second, general]
    return np.array([*rows, -general, -general * (1 + 1e-7), 1e3 * general, -1e6 * general, 1e-9 * general])


@mp.workdps(60)
def exact(kernel, x, y):
    """K_W in the arcsin, arccos and exp forms of the literature."""
    x, y = ([mp.mpf(float(u)) for u in point] for point in (x, y))
    sw2, d = mp.mpf(kernel.sigma_w) ** 2, kernel.d_in
    if isinstance(kernel, GaussKernel | CosKernel):
        amplitude = sw2 if isinstance(kernel, GaussKernel) else mp.mpf(kernel.sigma_a) ** 2 / 2
        return amplitude * mp.exp(-sw2 * mp.fsum((a - b) ** 2 for a, b in zip(x, y, strict=True)) / (2 * d))

    def c(u, v):
        return mp.mpf(kernel.sigma_b) ** 2 + sw2 * mp.fsum(a * b for a, b in zip(u, v, strict=True)) / d

    if isinstance(kernel, ErfKernel):
        return 2 * sw2 / mp.pi * mp.asin(2 * c(x, y) / mp.sqrt((1 + 2 * c(x, x)) * (1 + 2 * c(y, y))))
    product = mp.sqrt(c(x, x) * c(y, y))
    if product == 0:
        return mp.mpf(0)
    theta = mp.acos(min(mp.mpf(1), max(mp.mpf(-1), c(x, y) / product)))
    return sw2 / (2 * mp.pi) * product * (mp.sin(theta) + (mp.pi - theta) * mp.cos(theta))


def scalar_form(kernel, x, y):
    if isinstance(kernel, GaussKernel | CosKernel):
        return gaussian_kernel(x, y, *kernel.gaussian)
    form = erf_kernel if isinstance(kernel, ErfKernel) else relu_kernel
    return form(x, y, float(kernel.sigma_w), float(kernel.sigma_b))


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
def test_three_ways_at_awkward_inputs(kernel):
    points = awkward_points(kernel.d_in)
    want = np.array([[float(exact(kernel, x, y)) for y in points] for x in points])
    scale = np.sqrt(np.outer(kernel.weight_diagonal(points), kernel.weight_diagonal(points)))
    scalar = np.array([[scalar_form(kernel, x, y) for y in points] for x in points])
    # the exponent of a Gaussian is itself rounded, and a few units of C in the angle of the others
    squares = np.sum((points[:, None] - points[None]) ** 2, axis=2)
    curved = isinstance(kernel, GaussKernel | CosKernel)
    units = 4 + (kernel.sigma_w**2 * squares / kernel.d_in if curved else 0.0)
    allowed = 2.3e-16 * units * (np.abs(want) if curved else scale + np.abs(want))
    for found in (kernel.weight(points, points), scalar):
        assert np.all(np.isfinite(found))
        assert np.all(np.abs(found - want) <= allowed + 1e-300)
    np.testing.assert_allclose(
        np.diag(kernel.weight(points, points)), kernel.weight_diagonal(points), rtol=1e-15
    )


@pytest.mark.parametrize("d", [2, 3, 5])
@pytest.mark.parametrize("tilt", [1e-12, 1e-6, 1e-3, 1e-2, 0.3])
def test_relu_near_antiparallel_to_relative_accuracy(d, tilt):
    """K_W = (sw²/2π)|C|(tan u − u), u = π − θ: the literal form has no digit left at u = 1e-6."""
    kernel = ReLUKernel(sigma_w=0.9, d_in=d)
    x, y = np.zeros((1, d)), np.zeros((1, d))
    x[0, :2], y[0, 0] = (1.0, tilt), -1.0
    with mp.workdps(60):
        u = mp.mpf(tilt)
        want = float(mp.mpf(0.9) ** 4 / (2 * mp.pi * d) * (u - mp.atan(u)))
    assert kernel.weight(x, y)[0, 0] == pytest.approx(want, rel=4e-15, abs=0)
    assert scalar_form(kernel, x[0], y[0]) == pytest.approx(want, rel=4e-15, abs=0)


def test_relu_near_antiparallel_at_a_number_known_before():
    """From the time when the formulas were checked; the literal arccos form gives 1.25882824e-11."""
    x, y = np.array([[1.0, 1e-3]]), np.array([[-1.0, 0.0]])
    found = ReLUKernel(0.83, d_in=2).weight(x, y)[0, 0]
    assert found == pytest.approx(1.25887030767755e-11, rel=2e-12, abs=0)


@pytest.mark.parametrize("sigma_b", [0.0, 0.6])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_erf_tends_to_its_limit_along_every_ray(d, sigma_b):
    kernel = ErfKernel(1.3, sigma_b, d)
    rng = np.random.default_rng(d)
    x, direction = rng.normal(size=(1, d)), rng.normal(size=(1, d))
    direction /= np.linalg.norm(direction)
    t = 1.3 / np.sqrt(d) * float(x[0] @ direction[0])
    cxx = sigma_b**2 + 1.3**2 / d * float(x[0] @ x[0])
    limit = 2 * 1.3**2 / np.pi * np.arctan(np.sqrt(2) * t / np.sqrt(1 + 2 * cxx - 2 * t**2))
    assert kernel.weight(x, 1e9 * direction)[0, 0] == pytest.approx(limit, rel=1e-8)


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
def test_inputs_beyond_the_range_of_floats_are_refused(kernel):
    huge = np.full((2, kernel.d_in), 1e200)
    huge[1] = -1e200
    with pytest.raises(InvalidPoints, match=r"inputs up to 1e\+200"):
        kernel.weight(huge, huge)
    large = np.full((2, kernel.d_in), 1e70)
    large[1, 0] = -1e70
    assert np.all(np.isfinite(kernel.full(large, large)))


@pytest.mark.parametrize("value", [0.0, -1.0, 1e200, 1e-200, np.nan, np.inf])
def test_deviations_out_of_range(value):
    for kind in (ErfKernel, ReLUKernel, GaussKernel, CosKernel):
        with pytest.raises(InvalidNetwork, match="sigma_w"):
            kind(sigma_w=value)
    with pytest.raises(InvalidNetwork, match="sigma_a"):
        CosKernel(sigma_a=value)
    if value:
        with pytest.raises(InvalidNetwork, match="sigma_b"):
            ErfKernel(sigma_b=value)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--net", "erf", "--points", "1e200;1"],
        ["--net", "relu", "--points", "1e154;1e154"],
        ["--net", "gauss", "--points", "1e160;-1e160"],
        ["--net", "relu", "--sigma-w", "1e200", "--points", "1"],
        ["--net", "erf", "--sigma-b", "1e200", "--points", "1"],
        ["--net", "cos", "--sigma-a", "1e200", "--points", "1"],
        ["--net", "cos", "--sigma-b", "1", "--points", "1"],
        ["--net", "erf", "--points", "nan"],
    ],
    ids=" ".join,
)
def test_the_command_line_refuses_in_one_line(arguments, capfd):
    assert run(["kernel", *arguments, "--json"]) == 2
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("nnft: ")
    assert len(printed.err.strip().splitlines()) == 1


@pytest.mark.parametrize("net", ["erf", "relu", "gauss", "cos"])
def test_the_command_line_says_what_was_computed(net, capfd):
    assert run(["kernel", "--net", net, "--sigma-w", "1.3", "--points", "0.1,0.2;1,-1", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    ours = network(net, 1, sigma_w=1.3, d_in=2)
    x = np.array([[0.1, 0.2], [1.0, -1.0]])
    np.testing.assert_allclose(found["K"], ours.kernel.full(x, x), rtol=1e-15)
    np.testing.assert_allclose(found["K_weight"], ours.kernel.weight(x, x), rtol=1e-15)
    assert found["sigma_w"] == 1.3
    assert found["sigma_a" if net == "cos" else "sigma_b"] == {"relu": 0.0, "cos": 1.3}.get(net, 1.0)
