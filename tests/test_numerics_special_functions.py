"""Polynomial special functions of the sampler keep the error bounds that their module states."""

import mpmath
import numpy as np
import pytest
from scipy import special

from numerics.machine import special_functions
from numerics.machine.jit import compiled
from numerics.machine.special_functions import (
    cos_turns,
    erf,
    erf_of_units,
    erf_unit,
    exp,
    minus_two_log,
    polar,
    radius_fraction,
    unit_interval,
)
from numerics.machine.vectors import LOOKS_UP, load, step, store

RNG = np.random.default_rng(11)
KINDS = [np.float64, np.float32]


@compiled
def evaluate(result, x, which):
    for i in range(len(x)):
        if which == 0:
            result[i] = erf(x[i])
        elif which == 1:
            result[i] = exp(x[i])
        elif which == 2:
            result[i] = minus_two_log(x[i])
        else:
            result[i] = cos_turns(x[i])


@compiled
def in_steps(result, x):
    for i in range(0, len(x), step(x)):
        store(result, i, erf_of_units(load(x, i)))


@compiled
def circle(c, s, u, v, word, one):
    for i in range(len(word)):
        c[i], s[i] = polar(word[i], one)
        u[i] = unit_interval(word[i], c[i])
        v[i] = radius_fraction(word[i], c[i])


def apply(which, x, kind):
    x = np.asarray(x, dtype=kind)
    result = np.empty_like(x)
    evaluate(result, x, which)
    return result.astype(np.longdouble), x.astype(np.longdouble)


def bound(kind, double, single):
    return double if kind is np.float64 else single


@pytest.mark.parametrize("kind", KINDS)
def test_erf(kind):
    x = np.concatenate([RNG.uniform(-8, 8, 200_000), 10.0 ** RNG.uniform(-30, 0, 50_000), [0.0, 1e30, -1e30]])
    found, x = apply(0, x, kind)
    exact = special.erf(x.astype(np.float64))
    error = np.abs(found - exact)
    assert np.all(error <= bound(kind, 1.2e-15, 1.4e-6) * np.abs(exact))
    assert np.max(error[:200_000]) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_erf_as_in_inner_loops(kind):
    unit = erf_unit(kind is np.float32)
    x = np.concatenate([RNG.uniform(-8, 8, 200_000), 10.0 ** RNG.uniform(-30, 0, 49_968)])
    # the ends of all pieces, and what is between them in floating point
    corners = np.linspace(-15.5, 15.5, 32)
    x = np.concatenate(
        [x / unit, corners, np.nextafter(corners, 0), np.nextafter(corners, 99), [0, 1e30, -1e30]]
    )
    y = np.resize(x, 250_112).astype(kind)
    found = np.empty_like(y)
    in_steps(found, y)
    exact = special.erf((y * np.longdouble(unit)).astype(np.float64))
    error = np.abs(found.astype(np.longdouble) - exact)
    assert np.all(error <= bound(kind, 1.2e-15, 1.4e-6) * np.abs(exact))
    if LOOKS_UP and kind is np.float32:
        assert 0 < np.max(error) < 2.5e-7
    assert np.array_equal(np.signbit(found), np.signbit(y))


@pytest.mark.parametrize("kind", KINDS)
def test_exp(kind):
    found, x = apply(1, RNG.uniform(-80, 80, 200_000), kind)
    relative = np.abs(found / np.exp(x) - 1)
    assert np.all(relative <= bound(kind, 2.5e-16, 1.2e-7) * (1 + np.abs(x) / 8))


@pytest.mark.parametrize("kind", KINDS)
def test_exp_stops_at_the_ends_of_the_range(kind):
    found, _ = apply(1, [-1e4, 1e4], kind)
    assert 0 < found[0] < bound(kind, 1e-300, 1e-37)
    assert bound(kind, 1e307, 1e37) < found[1] < np.inf


@pytest.mark.parametrize("kind", KINDS)
def test_logarithm(kind):
    small = 10.0 ** RNG.uniform(-19, 0, 100_000)
    found, x = apply(2, np.concatenate([RNG.uniform(0.5, 1, 100_000), small, 1 - small[small < 1e-2]]), kind)
    inside = x < 1
    relative = np.abs(found[inside] / (-2 * np.log(x[inside])) - 1)
    assert np.all(relative <= bound(kind, 4e-16, 5e-7))
    assert np.all(found[~inside] == 0)


@pytest.mark.parametrize("kind", KINDS)
def test_cosine_of_turns(kind):
    found, x = apply(3, RNG.uniform(-1, 1, 200_000), kind)
    exact = special.sindg((90 - 360 * x).astype(np.float64)) if kind is np.float64 else np.cos(2 * np.pi * x)
    assert np.all(np.abs(found - exact) <= bound(kind, 1.1e-15, 6e-7))


@pytest.mark.parametrize("kind", KINDS)
def test_polar_form_and_unit_interval(kind):
    corners = np.array([0, 1, 2**29, 2**30 - 1, 2**30, 2**31, 3 * 2**30, 2**32 - 1], dtype=np.uint32)
    word = np.concatenate([corners, RNG.integers(0, 2**32, 200_000, dtype=np.uint32)])
    c, s, u, v = (np.empty(len(word), dtype=kind) for _ in range(4))
    circle(c, s, u, v, word, kind(1))
    turn, middle = word.astype(np.longdouble) / 2**32, (word.astype(np.longdouble) + 0.5) / 2**32
    limit = bound(kind, 5e-16, 3e-7)
    two_pi = 2 * np.longdouble("3.14159265358979323846264338327950288")
    assert np.max(np.abs(c - np.cos(two_pi * turn))) <= limit
    assert np.max(np.abs(s - np.sin(two_pi * turn))) <= limit
    assert np.max(np.abs(u - middle)) <= bound(kind, 0.0, 3.1e-8)
    assert np.max(np.abs(v - ((word >> 8) + 0.5) / 2**24)) <= bound(kind, 0.0, 2.0**-25)


def test_coefficients_approximate_what_they_claim():
    # in exact arithmetic, so that rounding does not hide a wrong coefficient
    def polynomial(coefficients, x):
        return mpmath.polyval([mpmath.mpf(c) for c in reversed(coefficients)], x)

    with mpmath.workdps(40):
        for i in range(1, 200):
            y = mpmath.mpf(595 * i) / 20000
            ratio = polynomial(special_functions.ERF_NUMERATOR, y**2) / polynomial(
                special_functions.ERF_DENOMINATOR, y**2
            )
            assert abs(y * ratio / mpmath.erf(y) - 1) < 1e-16
            r = mpmath.log(2) / 2 * (mpmath.mpf(i) / 100 - 1)
            assert abs(polynomial(special_functions.EXP_DOUBLE, r) / mpmath.exp(r) - 1) < 1e-16
            quarter = mpmath.mpf(i) / 800
            cosine = polynomial(special_functions.COS_DOUBLE, quarter**2)
            assert abs(cosine - mpmath.cos(2 * mpmath.pi * quarter)) < 1e-16


def test_functions_exist_in_compiled_code_only():
    for function in (erf, exp, minus_two_log, cos_turns):
        with pytest.raises(NotImplementedError, match=r"scipy\.special"):
            function(0.5)
    for function in (polar, unit_interval, radius_fraction):
        with pytest.raises(NotImplementedError, match=r"scipy\.special"):
            function(np.uint32(1), 0.5)
