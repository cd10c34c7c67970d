"""FAULTS K2: long exact calculations tell how far they are, and refuse before they begin."""

import numpy as np
import pytest

import nnft_sym as nn

POINTS = np.random.default_rng(0).normal(size=(5, 6))


def test_progress_counts_all_moments():
    calls = []
    nn.exact_correlators(nn.ReLUNet(5, d_in=6), POINTS, (2, 4), progress=lambda *one: calls.append(one))
    done = [one[0] for one in calls]
    assert calls[0] == (0, 70)  # 70 index sets of five points, four at a time; the kernel is a formula
    assert calls[-1] == (70, 70)
    assert done == sorted(done)
    assert len(calls) > 10


def test_progress_changes_nothing():
    silent = nn.exact_cumulant(nn.ReLUNet(5, d_in=6), POINTS[:4])
    told = nn.exact_cumulant(nn.ReLUNet(5, d_in=6), POINTS[:4], progress=lambda done, total: None)
    assert (float(told.value), float(told.error)) == (float(silent.value), float(silent.error))


@pytest.mark.parametrize("order", [8, 10])
def test_what_cannot_be_done_is_refused_at_once(order):
    points = np.random.default_rng(1).normal(size=(order, 9))
    calls = []
    with pytest.raises(nn.NNFTError, match="span at most 6 dimensions"):
        nn.exact_cumulant(nn.ReLUNet(5, d_in=9), points, progress=lambda *one: calls.append(one))
    assert not calls
