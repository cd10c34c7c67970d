"""What exists several times may only become fewer; the patterns stand in `house_counts`."""

from pathlib import Path

import pytest
from house_counts import COUNTS

ROOT = Path(__file__).parent.parent
#: Today's counts. They only ever fall; the second number is where they are to go.
MOST = {
    "types that hold a number with its error": (4, 4),
    "moment-to-cumulant routines": (1, 1),
    "pairings": (1, 1),
    "jackknives": (1, 1),
    "circles of imports": (0, 0),
    "constants patched by tests": (0, 0),
    "checks decided by a sentence": (0, 0),
    "places where λ f⁴ stands by name": (1, 20),
    "loose files at the root of numerics/": (3, 4),
}


@pytest.mark.parametrize("what", COUNTS)
def test_counts_do_not_grow(what):
    found = COUNTS[what](ROOT)
    assert len(found) <= MOST[what][0], found
