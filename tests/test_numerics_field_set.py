"""Which fields: checked once, moved as a whole, listed as multisets."""

import numpy as np
import pytest

from numerics.errors import InvalidPoints
from numerics.exact.correlators import exact_correlators
from numerics.fields.field_set import FieldSet, as_field_set, principal_axes
from numerics.kernels.base import Kernel
from numerics.networks.architectures import ErfNet, ReLUNet
from numerics.sampling.ensemble import Ensemble

FIELDS = FieldSet([[0.3, -0.4], [1.0, 0.2], [0.3, -0.4]], outputs=(1, 1, 2))


def test_it_is_frozen_and_compares_by_content():
    assert FieldSet(FIELDS.inputs.copy(), [1, 1, 2]) == FIELDS
    assert FieldSet(FIELDS.inputs) != FIELDS
    assert len({FIELDS, FieldSet(FIELDS.inputs, (1, 1, 2))}) == 1
    with pytest.raises(ValueError, match="read-only"):
        FIELDS.inputs[0, 0] = 1.0
    assert as_field_set(FIELDS) is FIELDS


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: FieldSet([[0.1], [0.2, 0.3]]), "same number"),
        (
            lambda: FieldSet([[0.1]], (1, 2)),
            "one whole number, the output, is needed for each point",
        ),
        (lambda: as_field_set(FIELDS, (1, 1, 1)), "has outputs of its own"),
        (lambda: as_field_set(FIELDS, d_in=3), "dimension 2 were given where dimension 3"),
        (lambda: FIELDS.rotated([[1.0, 1.0], [0.0, 1.0]]), "an orthogonal matrix"),
        (lambda: FIELDS.permuted([0, 0]), "a permutation of 0 to 1"),
        (lambda: FIELDS.reflected(2), "axes 0 to 1"),
        (lambda: FIELDS.shifted([1.0]), "2 are needed"),
    ],
)
def test_what_is_wrong_is_said(make, said):
    with pytest.raises(InvalidPoints, match=said):
        make()


def test_preactivations_have_the_covariance_of_the_network():
    net = ErfNet(3, sigma_w=1.3, sigma_b=0.7, d_in=2)
    vectors = FIELDS.preactivations(1.3, 0.7)
    x = FIELDS.inputs
    np.testing.assert_allclose(vectors @ vectors.T, 0.7**2 + 1.3**2 / 2 * x @ x.T, rtol=1e-14)
    axes = FIELDS.span(1.3, 0.7)
    np.testing.assert_allclose(axes @ axes.T, vectors @ vectors.T, atol=1e-14)
    assert axes.shape == (3, 2)  # two different inputs
    assert isinstance(net.kernel, Kernel)


def test_principal_axes_are_orthogonal_and_ordered():
    axes = principal_axes(np.random.default_rng(1).normal(size=(6, 4)))
    gram = axes.T @ axes
    np.testing.assert_allclose(gram, np.diag(np.diag(gram)), atol=1e-12)
    assert np.all(np.diff(np.diag(gram)) < 0)


def test_rotations_leave_exact_correlators_alone():
    angle = 0.7
    turn = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    net = ReLUNet(3, d_in=2)
    one, other = (exact_correlators(net, fields) for fields in (FIELDS, FIELDS.rotated(turn)))
    for order in (2, 4, 6):
        np.testing.assert_allclose(one[order].value, other[order].value, rtol=1e-12, atol=1e-14)
    moved = exact_correlators(net, FIELDS.scaled(2.0))
    np.testing.assert_allclose(moved[4].value, 16 * one[4].value, rtol=1e-12)
    assert not np.allclose(exact_correlators(net, FIELDS.shifted([0.5, 0.0]))[2].value, one[2].value)
    back = FIELDS.reflected().reflected(0).reflected(1).permuted([1, 0]).permuted([1, 0])
    np.testing.assert_array_equal(back.inputs, FIELDS.inputs)


def test_it_is_taken_where_points_are():
    net = ErfNet(3, d_in=2)
    with_outputs = exact_correlators(net, FIELDS.inputs, outputs=FIELDS.outputs.tolist())
    np.testing.assert_array_equal(exact_correlators(net, FIELDS)[4].value, with_outputs[4].value)
    one, other = (
        Ensemble(net, *given, seed=4).correlators(200, orders=(2,), n_blocks=10)
        for given in ((FIELDS,), (FIELDS.inputs,))
    )
    other = Ensemble(net, FIELDS.inputs, seed=4, outputs=(1, 1, 2)).correlators(200, orders=(2,), n_blocks=10)
    np.testing.assert_array_equal(one[2].value, other[2].value)


def test_the_old_word_for_outputs_still_works():
    with pytest.warns(DeprecationWarning, match=r"Ensemble\(outputs=...\)"):
        old = Ensemble(ErfNet(3, d_in=2), FIELDS.inputs, components=(1, 1, 2))
    assert old.fields == FIELDS
    with pytest.warns(DeprecationWarning, match="fields.outputs"):
        assert old.components == (1, 1, 2)


def test_labels_name_every_element_once():
    labels = FIELDS.labels(3)
    assert len(labels) == len(FIELDS.multisets(3))
    assert labels[0] == "f₁(0.3, -0.4)³"
    assert FIELDS.label([2, 0]) == "f₂(0.3, -0.4) f₁(0.3, -0.4)"
