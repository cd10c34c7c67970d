"""How a number with its error is written: no more digits than the error leaves."""

import pytest

from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        (-0.62166377, 0.015, "-0.622 ± 0.015"),
        (12.3, 1.0, "12.3 ± 1.0"),
        (123456.7, 310.0, "1.2346e+05 ± 3.1e+02"),
        (-1.2e-11, 3e-13, "-1.200e-11 ± 3.0e-13"),
        (0.001, 0.5, "0 ± 0.50"),
        (3.14e-5, 3e-5, "3.1e-05 ± 3.0e-05"),
        (1.0, 1e-12, "1 ± 1.0e-12"),
    ],
)
def test_a_number_is_written_to_the_second_digit_of_its_error(value, error, said):
    assert str(Estimate([value], Uncertainty.known([[error**2]]))[0]) == said


def test_a_bound_cuts_a_number_too():
    assert str(Estimate(0.7712345678, 1e-3)) == "0.7712 (bound 0.001)"
    assert str(Estimate(0.77123456789, 1e-14)) == "0.77123457 (bound 1e-14)"
    assert str(Estimate(0.77123456789)) == "0.77123457"
