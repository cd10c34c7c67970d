"""For which processor Numba compiles, settled before anything is compiled.

Numba reads the features of the processor once, when a process makes its first compiled function. Both floors
that compile therefore settle them here, on import; if only one did, the order of imports would decide how
fast the other runs, and its machine code would be compiled and stored twice.
"""

from numba import config
from numba.core.codegen import get_host_cpu_features


def processor_has(feature: str) -> bool:
    """Tell whether code is compiled for a processor with a feature that LLVM knows by this name.

    Examples
    --------
    >>> processor_has("no such feature")
    False
    """
    # an empty text is a choice, too: that of NUMBA_CPU_NAME=generic
    features = get_host_cpu_features() if config.CPU_FEATURES is None else config.CPU_FEATURES
    return f"+{feature}" in features.split(",")


def use_wide_vectors() -> None:
    """Let LLVM use 512-bit vectors where the processor has them.

    On recent Intel processors it prefers half of that width, for the sake of programs with few long loops;
    ours are all long loops and run 1.4 to 2 times faster. Like the variable ``NUMBA_CPU_FEATURES``, which
    has precedence, this acts on what the process compiles from now on; other processors are not affected. It
    comes too late in a process that has made compiled functions of its own before.
    """
    if config.CPU_FEATURES is None and processor_has("avx512f"):
        config.CPU_FEATURES = get_host_cpu_features() + ",-prefer-256-bit"


use_wide_vectors()
