"""Numbers as text: read back by an independent reader, and the cases of the Particle Data Group."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from read_back import read_number

from nnft_sym.printing.number_text import NOTHING, number, p_value, percent, with_error

FINITE = st.floats(min_value=1e-200, max_value=1e200).flatmap(lambda size: st.sampled_from([size, -size]))


@given(FINITE, st.integers(min_value=2, max_value=8))
def test_a_number_reads_back_to_the_digits_shown(value, digits):
    assert read_number(number(value, digits)) == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits))


@given(FINITE, st.floats(min_value=1e-6, max_value=1e3))
def test_value_and_error_are_rounded_at_the_same_place(value, relative):
    error = abs(value) * relative
    text = with_error(value, error)
    shown_value, shown_error = read_number(text), read_number(text.split("±")[1], power_of=text)
    assert shown_error == pytest.approx(error, rel=0.13)  # one digit from 355 on: 0.355 -> 0.4
    assert abs(shown_value - value) <= 0.51 * shown_error


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        # The worked examples of the PDG review: 0.827 with three errors.
        (0.827, 0.119, "0.83 ± 0.12"),
        (0.827, 0.367, "0.8 ± 0.4"),
        (0.827, 0.0962, "0.83 ± 0.10"),
        (-83.9, 0.1, "−83.90 ± 0.10"),
        (12345.0, 123.0, "12340 ± 120"),
        (5.0, 100.0, "0 ± 100"),
        (0.0, 0.02, "0.000 ± 0.020"),
        (-6.25e-11, 6.25e-13, "(−6.25 ± 0.06) × 10⁻¹¹"),
        (1.23e6, 4.5e3, "(1.230 ± 0.004) × 10⁶"),
    ],
)
def test_pdg_rounding(value, error, shown):
    assert with_error(value, error) == shown


@pytest.mark.parametrize("error", [0.0, -1.0, math.nan, math.inf])
def test_an_error_without_meaning_is_left_out(error):
    assert with_error(0.5, error) == "0.5"


@pytest.mark.parametrize("value", [None, math.nan])
def test_no_number_is_a_dash(value):
    assert number(value) == NOTHING
    assert percent(value) == NOTHING


def test_infinity_and_zero():
    assert (number(math.inf), number(-math.inf), number(0.0), percent(0.0)) == ("∞", "−∞", "0", "0 %")


@given(st.floats(min_value=-50, max_value=50))
def test_a_share_reads_back_in_percent(share):
    if 0 < abs(share) < 1e-5:
        assert percent(share) == ("< 0.001 %" if share > 0 else "> −0.001 %")
        return
    shown = read_number(percent(share).removesuffix(" %"))
    tolerance = 0.051 if abs(share) >= 0.01 else 5.1 * abs(share)  # two digits below 1 %
    assert shown == pytest.approx(100 * share, abs=tolerance)


def test_a_probability_that_underflows_is_not_called_zero():
    assert p_value(0.0) == "< 10⁻³⁰⁰"
    assert p_value(1.0) == "1"
