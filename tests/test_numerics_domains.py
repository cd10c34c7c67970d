"""Domains: what is accepted, and the volume."""

import math

import pytest

from diagrams.errors import NNFTError
from numerics.errors import InvalidDomain
from numerics.integrals.rules.domains import Box, WholeSpace


@pytest.mark.parametrize("cutoff", [0.0, -1.0, math.nan, math.inf, -math.inf, "wide", None])
def test_a_cutoff_must_be_a_positive_finite_number(cutoff):
    with pytest.raises(InvalidDomain, match="positive finite"):
        Box(cutoff)
    assert issubclass(InvalidDomain, NNFTError)


def test_boxes_of_equal_cutoff_are_equal_whatever_the_type_of_the_number():
    assert Box(3) == Box(3.0)
    assert hash(Box(3)) == hash(Box(3.0))
    assert Box(3) != Box(4)
    assert WholeSpace() == WholeSpace()


@pytest.mark.parametrize(("cutoff", "dimension", "volume"), [(0.5, 1, 1.0), (2.0, 2, 16.0), (1.5, 3, 27.0)])
def test_volume_is_the_side_to_the_power_of_the_dimension(cutoff, dimension, volume):
    assert Box(cutoff).volume(dimension) == pytest.approx(volume, rel=1e-15)


def test_domains_print_as_mathematics():
    assert str(Box(10.0)) == "the box [−10, 10]^d"
    assert str(WholeSpace()) == "R^d"
