"""The description of a network goes through few files, and seldom back; `house_walk` has the rules."""

import pytest
from house_walk import ERF, walk

#: Goals of the house; before they were reached 27 stays and 6 returns were counted.
STAYS, RETURNS = 20, 6
COS = ERF.replace("erf", "cos").replace("cutoff = 100.0", "")
#: A count of nothing would be short: the walk goes through these files.
SEEN = (
    "nnft_sym/study/config.py",
    "nnft_sym/parameters/readers.py",
    "numerics/networks/architectures.py",
    "nnft_sym/study/case.py",
    "numerics/integrals/integrator.py",
    "numerics/exact/correlators.py",
    "numerics/sampling/ensemble.py",
    "nnft_sym/study/study_results.py",
)


@pytest.mark.parametrize("text", [ERF, COS], ids=["erf", "cos"])
def test_the_walk_of_a_description_is_short(text):
    seen = walk(text)
    assert seen.places > set(SEEN)
    assert len(seen.stays) <= STAYS, seen
    assert seen.returns <= RETURNS, seen


def test_a_folder_that_keeps_it_adds_no_stay(tmp_path):
    seen = walk(ERF, tmp_path / "kept")
    assert len(seen.stays) <= STAYS, seen
    assert seen.returns <= RETURNS, seen
