"""Extraction of λ from synthetic 4-point data whose coupling is known."""

import numpy as np
import pytest
from made_up_tensor import tensor

from nnft_sym.study.coupling_tensors import CouplingStatus, extract_coupling


def make(coefficient, coupling, noise=0.01, seed=3, exact=True):
    rng = np.random.default_rng(seed)
    size = len(coefficient)
    factor = rng.normal(size=(size, size)) * noise / np.sqrt(size)
    delta = coefficient * coupling
    return {
        "coefficient": tensor(coefficient, 1e-12 * np.abs(coefficient)),
        "sampled": tensor(delta + factor @ rng.normal(size=size), rows=factor.T),
        "exact": tensor(delta) if exact else None,
    }


def test_constant_coupling_is_recovered_with_the_gauss_markov_error():
    coefficient = -24 * np.linspace(0.5, 2.0, 8)
    data = make(coefficient, 0.7)
    found = extract_coupling(**data)
    assert found.exact.value == pytest.approx(np.full(8, 0.7), rel=1e-12)
    assert found.spread_exact == pytest.approx(0, abs=1e-12)
    assert found.misfit_best < 1e-9
    # Independent second way: solve the normal equations directly; this covariance is regular.
    weight = np.linalg.inv(data["sampled"].covariance)
    variance = 1 / (coefficient @ weight @ coefficient)
    assert found.fit.parameters[0] == pytest.approx(
        variance * coefficient @ weight @ data["sampled"].value, rel=1e-6
    )
    assert found.fit.errors[0] == pytest.approx(np.sqrt(variance), rel=2e-3)  # Rao's factor at 10⁴ blocks


def test_error_of_the_mean_has_pulls_of_width_one():
    coefficient = -24 * np.linspace(0.5, 2.0, 8)
    pulls = []
    for seed in range(400):
        found = extract_coupling(**make(coefficient, 0.7, seed=seed))
        pulls.append((float(found.mean) - 0.7) / float(found.mean.error))
    # Standard error of a standard deviation from 400 draws is 0.035: four of them on either side.
    assert abs(np.std(pulls) - 1) < 0.14
    assert abs(np.mean(pulls)) < 0.2


def test_elements_without_vertex_are_infinite_or_undetermined():
    coefficient = np.array([-24.0, 0.0, 0.0, -12.0])
    data = make(coefficient, 0.5)
    delta = np.array([-12.0, 0.3, 0.0, -6.0])
    found = extract_coupling(
        **{**data, "exact": tensor(delta), "sampled": data["sampled"] - data["sampled"].value + delta}
    )
    assert found.status == (
        CouplingStatus.FINITE,
        CouplingStatus.INFINITE,
        CouplingStatus.UNDETERMINED,
        CouplingStatus.FINITE,
    )
    assert np.isnan(found.exact.value[1:3]).all()
    assert found.exact.value[[0, 3]] == pytest.approx([0.5, 0.5])
    assert float(found.mean_exact) == pytest.approx(0.5)


def test_without_referee_noise_decides_between_infinite_and_undetermined():
    data = make(np.array([-24.0, 0.0, 0.0]), 0.5, exact=False)
    sampled, error = data["sampled"], data["sampled"].error
    moved = sampled - sampled.value + np.array([-12.0, 8.0 * error[1], 1.0 * error[2]])
    found = extract_coupling(**{**data, "sampled": moved})
    assert found.status[1:] == (CouplingStatus.INFINITE, CouplingStatus.UNDETERMINED)
    assert found.exact is None


def test_nothing_finite_gives_no_fit():
    data = make(np.zeros(3), 1.0)
    found = extract_coupling(**data)
    assert found.fit is None
    assert np.isnan(float(found.mean))


def test_old_names_of_the_tensor_still_give_the_numbers():
    found = extract_coupling(**make(-24 * np.linspace(0.5, 2.0, 8), 0.7))
    with pytest.warns(DeprecationWarning, match=r"\.mean_error is now \.mean\.error"):
        assert found.mean_error == found.mean.error
