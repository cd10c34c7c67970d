"""For which processor Numba compiles: what is settled before anything is compiled, and only if asked for.

Numba reads the features of the processor once, when a process makes its first compiled function, and they
hold for all of its code, the user's own too. So a library leaves them alone. The command ``nnft`` asks for
wide vectors, by the environment variable `VARIABLE`, which the processes that it starts inherit; a program
asks by `use_wide_vectors`. Machine code on disk is kept for either choice, side by side: Numba files it by
the features that it was made for.
"""

import logging
import os
from functools import cache

from numba import config
from numba.core.codegen import get_host_cpu_features

#: The environment variable by which wide vectors are asked for: anything but nothing and ``0``.
VARIABLE = "NNFT_WIDE_VECTORS"
_LOGGER = logging.getLogger("nnft_sym.compiler")


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
    """Let the compiler use 512-bit vectors where the processor has them, in the whole process.

    On recent Intel processors it prefers half of that width, for the sake of programs with few long loops;
    ours are all long loops, and sampling runs 1.4 to 2 times faster. The numbers stay the same to rounding.
    The command ``nnft`` does this by itself. In a program call it before anything is sampled or compiled,
    because it comes too late in a process that has made compiled functions before. It acts on all that this
    process, and those that it starts, compile from then on, the program's own functions included. The
    variable ``NUMBA_CPU_FEATURES`` has precedence; other processors are not affected.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> nn.use_wide_vectors()
    """
    os.environ[VARIABLE] = "1"
    if config.CPU_FEATURES is None and processor_has("avx512f"):
        config.CPU_FEATURES = get_host_cpu_features() + ",-prefer-256-bit"


@cache
def settle_target() -> None:
    """Do what the environment asks for, before the first function of ours is made; else say what it brings.

    The sentence is logged once, as INFO of the logger ``nnft_sym.compiler``.
    """
    if os.environ.get(VARIABLE, "0") not in ("", "0"):
        use_wide_vectors()
    elif config.CPU_FEATURES is None and processor_has("avx512f"):
        _LOGGER.info(
            "this processor has 512-bit vectors, of which the compiler uses half; "
            "nnft_sym.use_wide_vectors(), called first, lets sampling run 1.4 to 2 times faster"
        )
