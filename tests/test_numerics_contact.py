"""The contact coefficient by adaptive quadrature, against closed forms and against the grid."""

import numpy as np
import pytest

from nnft_sym.actions.action import Action
from nnft_sym.expansions.expansion import expand
from numerics.fields.index_sets import multisets
from numerics.integrals.accuracy.contact_referee import contact_coefficient
from numerics.integrals.integrator import predict
from numerics.integrals.rules.domains import Box
from numerics.networks.architectures import ErfNet, GaussNet, ReLUNet


def test_relu_in_closed_form():
    # K_W = xy/2 on one half line, 0 on the other: -24 (1/2)^4 Πx Λ^5/5.
    legs = np.array([[0.5], [1.0], [1.0], [2.0]])
    expected = -24 / 16 * 1.0 * 10.0**5 / 5
    assert contact_coefficient(ReLUNet(1).kernel, legs, 10.0) == pytest.approx(expected, rel=1e-10)


def test_gauss_in_closed_form():
    # K_W = exp(-(x-y)²/2): ∫K⁴ = (π/2)^(1/2) exp(-(Σx² - (Σx)²/4)/2).
    legs = np.array([[0.3], [-0.4], [0.9], [0.0]])
    spread = (legs**2).sum() - legs.sum() ** 2 / 4
    expected = -24 * np.sqrt(np.pi / 2) * np.exp(-spread / 2)
    assert contact_coefficient(GaussNet(1).kernel, legs, None) == pytest.approx(expected, rel=1e-9)


def test_diagram_engine_and_grid_agree():
    points = np.array([[-1.0], [0.2], [0.7]])
    kernel = ErfNet(1, sigma_w=1.3, sigma_b=0.4).kernel
    theory = predict(expand(Action("g*f**4"), 4, scheme="exact").monomials(), kernel, points, Box(30.0))
    for row, value in zip(multisets(3, 4), theory.coefficient("g").value, strict=True):
        assert contact_coefficient(kernel, points[row], 30.0) == pytest.approx(value, rel=1e-8)


def test_more_dimensions_are_left_alone():
    assert contact_coefficient(GaussNet(1, d_in=2).kernel, np.zeros((4, 2)), None) is None
