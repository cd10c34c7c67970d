"""Processor, threads, memory, and whether the compiler works."""

import os
import platform
from collections.abc import Iterator

from nnft_sym.installation.diagnosis import Finding, State

#: Variables that change how fast we are.
VARIABLES = (
    "NUMBA_NUM_THREADS", "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_DISABLE_JIT", "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NNFT_WIDE_VECTORS", "NNFT_CACHE", "NNFT_DEBUG",
)  # fmt: skip


def findings() -> Iterator[Finding]:
    """Look at the machine.

    Yields
    ------
    Finding
    """
    yield Finding(about="machine", name="system", value=f"{platform.system()} {platform.machine()}")
    yield Finding(about="machine", name="processors", value=f"{_usable()} for this process")
    yield from _compiler()
    given = [f"{name}={os.environ[name]}" for name in VARIABLES if name in os.environ]
    yield Finding(about="machine", name="variables", value=", ".join(given) or "none that changes anything")


def _usable() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _compiler() -> Iterator[Finding]:
    """Compile something small, and name the processor that it is compiled for."""
    try:
        import numba
        from llvmlite import binding

        answer = numba.njit(_doubled)(21)
        threads = numba.config.NUMBA_NUM_THREADS
    except Exception as error:  # whatever is wrong with the compiler, that is the finding
        yield Finding(
            about="machine", name="compiler", value=f"{type(error).__name__}: {error}", state=State.BROKEN,
            advice="sampling and integrals need Numba: pip install -U numba, in a fresh environment",
        )  # fmt: skip
        return
    if answer != _doubled(21) or numba.config.DISABLE_JIT:
        yield Finding(
            about="machine", name="compiler", value="it does not compile", state=State.BROKEN,
            advice="unset NUMBA_DISABLE_JIT",
        )  # fmt: skip
        return
    name = numba.config.CPU_NAME or binding.get_host_cpu_name()
    yield Finding(about="machine", name="compiler", value=f"works, for {name}, {threads} threads")
    yield Finding(about="machine", name="vectors", value=_vectors())


def _vectors() -> str:
    """Say how wide the vectors are that the compiler may use."""
    from diagrams.jit_target import VARIABLE, processor_has

    if processor_has("avx512f"):
        wide = os.environ.get(VARIABLE, "0") not in ("", "0")
        return "512 bit" if wide else f"256 of 512 bit ({VARIABLE}=1 for all of them)"
    return "256 bit" if processor_has("avx2") else "128 bit"


def _doubled(number: int) -> int:
    return 2 * number
