"""FAULTS E4 and L: fits refuse what the data do not determine, and covariances that are none."""

import numpy as np
import pytest

import nnft_sym as nn
from numerics.inference.power_law import fit_power_law

X = np.linspace(0.5, 2.0, 8)


@pytest.mark.parametrize("distance", [0.0, 1e-15, 1e-13, 1e-11, 1e-9])
@pytest.mark.parametrize("scale", [1.0, 1e6, 1e-6])
def test_parallel_columns_are_refused_and_named(distance, scale):
    noise = np.random.default_rng(1).normal(size=8)
    design = np.column_stack([np.sin(7 * X), X, scale * (X + distance * noise)])
    with pytest.raises(nn.NNFTError, match=r"determine only 2 .* parameters 2 and 3 .* cannot be told apart"):
        nn.fit(X + 0.01 * noise, design, 1e-4 * np.eye(8), None)


def test_a_column_of_zeros_is_named():
    with pytest.raises(nn.NNFTError, match="parameter 2 changes nothing"):
        nn.fit(X, np.column_stack([X, np.zeros(8)]), np.eye(8), None)


def test_nearly_parallel_columns_that_are_determined_are_fitted():
    """Columns 1e-4 apart: parameters and errors against the normal equations in extended precision."""
    noise = np.random.default_rng(1).normal(size=8)
    design = np.column_stack([X, X + 1e-4 * noise])
    found = nn.fit(design @ [2.0, -1.0], design, 1e-4 * np.eye(8), None)
    np.testing.assert_allclose(found.parameters, [2.0, -1.0], rtol=1e-9)
    long = design.astype(np.longdouble)
    a, b, c = long[:, 0] @ long[:, 0], long[:, 0] @ long[:, 1], long[:, 1] @ long[:, 1]
    variance = 1e-4 * np.array([c, a]) / (a * c - b * b)
    np.testing.assert_allclose(found.errors**2, variance.astype(float), rtol=1e-5)


def test_columns_that_differ_in_discarded_directions_only_are_refused():
    """The covariance is singular: what tells the columns apart has been left out."""
    spread = np.ones((2, 2))
    with pytest.raises(nn.NNFTError, match="cannot be told apart"):
        nn.fit([1.0, 1.0], [[1.0, 0.5], [1.0, 1.5]], spread, None)


BAD = [
    np.array([[1.0, 0.2], [0.9, 1.0]]),
    np.triu(np.full((2, 2), 0.5)),
    np.array([[0.0, 0.5], [0.5, 1.0]]),
    np.array([[1.0, 0.5j], [-0.5j, 1.0]]),
    np.ma.masked_array(np.eye(2), mask=[[False, True], [True, False]]),
    np.array([[1.0, np.nan], [np.nan, 1.0]]),
    np.array([[1.0, 2.0], [2.0, 1.0]]),
    "covariance",
    None,
]


@pytest.mark.parametrize("covariance", BAD)
def test_what_is_no_covariance_is_refused(covariance):
    for call in (
        lambda: nn.compare([1.0, 2.0], covariance, None),
        lambda: nn.fit([1.0, 2.0], np.ones((2, 1)), covariance, None),
        lambda: fit_power_law([2.0, 4.0], [1.0, 0.5], covariance),
    ):
        with pytest.raises(nn.NNFTError):
            call()


@pytest.mark.parametrize(
    "data", [np.array([1.0, 2.0j]), np.ma.masked_array([1.0, 2.0], mask=[True, False]), ["a", "b"]]
)
def test_complex_and_masked_data_are_refused(data):
    for call in (
        lambda: nn.compare(data, np.eye(2), None),
        lambda: nn.fit(data, np.ones((2, 1)), np.eye(2), None),
        lambda: nn.fit([1.0, 2.0], np.reshape(data, (2, 1)), np.eye(2), None),
        lambda: fit_power_law([2.0, 4.0], data, np.eye(2)),
        lambda: nn.exact_correlators(nn.ErfNet(3), data),
    ):
        with pytest.raises(nn.NNFTError, match=r"needed|needs"):
            call()


def test_rounding_of_a_covariance_is_no_asymmetry():
    spread = np.array([[1.0, 0.3], [0.3 * (1 + 1e-15), 1.0]])
    assert nn.compare([1.0, 1.0], spread, None).dof == 2


def test_widths_that_are_all_but_equal_give_no_exponent():
    with pytest.raises(nn.NNFTError, match="cannot be told apart"):
        fit_power_law([5.0, 5.0 * (1 + 1e-13)], [1.0, 0.9], [1e-4, 1e-4])
