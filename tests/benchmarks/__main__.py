"""Comparisons with other programs: ``make bench``, or ``python -m tests.benchmarks [SECTION ...]``.

Never part of the tests. Peers are optional: what is not installed is left out (``pip install feyngraph``).
Ratios are from one run on one machine and one core, after a first call that warms everything up.
"""

import os
import platform
import sys

# one core, also for what NumPy leaves to its linear algebra; read when NumPy is imported
for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from tests.benchmarks import diagram_generation, integrals, sampling  # noqa: E402

SECTIONS = {
    "diagrams": diagram_generation.section,
    "integrals": integrals.section,
    "sampler": sampling.section,
}


def main(names):
    """Print the sections asked for, or all."""
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        sys.exit(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    print(f"Python {platform.python_version()}, {platform.machine()}")
    for name in names or SECTIONS:
        SECTIONS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
