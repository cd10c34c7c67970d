"""Integrate many diagrams so that an interrupted run goes on where it stopped.

An integral is found again by kernel, inputs, domain, diagram, method, tolerances and code; each is stored as
soon as it is done.
"""

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from numerics.errors import LoweringError
from numerics.files.code_version import code_version
from numerics.files.sealed import UnwritableOutput
from numerics.integrals.evaluate.backends import Backend
from numerics.integrals.job import Job, Settings
from numerics.integrals.rules.domains import Domain
from numerics.integrals.solve.methods import Method, solve
from numerics.integrals.solve.store import IntegralStore, StoreNotice
from numerics.kernels.base import Kernel
from numerics.kernels.own import kernel_identity

Array = NDArray[np.float64]

#: The environment variable that names the folder of the store.
ENVIRONMENT = "NNFT_CACHE"


def store_of(cache: IntegralStore | str | os.PathLike[str] | None) -> IntegralStore | None:
    """Open the store that was asked for, by argument or else by the environment variable ``NNFT_CACHE``.

    Examples
    --------
    >>> store_of(None) is None or ENVIRONMENT in os.environ
    True
    """
    if isinstance(cache, IntegralStore):
        return cache
    if cache is not None:
        return IntegralStore(cache)
    folder = os.environ.get(ENVIRONMENT)
    try:
        return IntegralStore(folder) if folder else None
    except UnwritableOutput as error:  # nobody asked for it here and now
        warnings.warn(f"{ENVIRONMENT}: {error}. The calculation goes on without", StoreNotice, stacklevel=2)
        return None


def solve_with_store(
    jobs: Sequence[Job],
    kernel: Kernel,
    points: Array,
    domain: Domain,
    method: Method,
    settings: Settings,
    backend: Backend | None = None,
    cache: IntegralStore | str | os.PathLike[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Integrate like `methods.solve`, but look each integral up first, and store it once it is done.

    Parameters
    ----------
    jobs, kernel, points, domain, method, settings, backend
        As for `numerics.integrals.solve.methods.solve`.
    cache : IntegralStore or path-like, optional
        Default: the folder named by ``NNFT_CACHE``, or none.
    progress : callable, optional
        Called with the number of integrals done and their total, first with those found in the store.

    Raises
    ------
    LoweringError
        If a store is asked for and the kernel or a profile is a bare function, which nothing identifies.
    DivergentIntegral, ProblemTooLarge, InvalidKernel, NotAvailable
        As for `numerics.integrals.solve.methods.solve`.
    """
    store = store_of(cache)
    questions: dict[int, str] = {}
    if store is not None:
        for job in jobs:
            question = question_of(job, kernel, points, domain, method.name, settings, backend)
            if question is not None:
                questions[id(job)] = question
            elif cache is not None:
                raise LoweringError(
                    f"{job.integrand} with {kernel!r} cannot be kept on disk: the kernel or a profile is a "
                    "bare function. Give it a content= that tells it from every other one, or make it from a "
                    "SymPy expression"
                )
    missing = [job for job in jobs if store is None or not _fetched(store, job, questions)]
    done = len(jobs) - len(missing)

    def finished(job: Job) -> None:
        nonlocal done
        done += 1
        if store is not None and id(job) in questions:
            store.keep(job, questions[id(job)])
        if progress is not None:
            progress(done, len(jobs))

    if progress is not None:
        progress(done, len(jobs))
    solve(missing, kernel, points, domain, method, settings, backend, finished)


def _fetched(store: IntegralStore, job: Job, questions: Mapping[int, str]) -> bool:
    return id(job) in questions and store.fetch(job, questions[id(job)])


def question_of(
    job: Job,
    kernel: Kernel,
    points: Array,
    domain: Domain,
    method: str,
    settings: Settings,
    backend: Backend | None = None,
) -> str | None:
    """Write all that an integral depends on; equal texts mean equal integrals.

    Returns
    -------
    str or None
        None if the kernel or a profile is a bare function, which nothing identifies.

    Examples
    --------
    >>> from numerics.integrals.rules.domains import Box
    >>> from numerics.lowering.integrand import Integrand
    >>> from numerics.kernels.arc import ErfKernel
    >>> job = Job(Integrand(2, 1, legs=((0, 0, 1), (1, 0, 1))), (np.array([[0, 1]]),))
    >>> asked = question_of(job, ErfKernel(), np.array([[0.1], [0.2]]), Box(5), "GRID", Settings())
    >>> json.loads(asked)["domain"]
    'Box(cutoff=5.0)'
    """
    kernel_text = kernel_identity(kernel)
    profiles = [None if p is None else p.content for p in job.integrand.profiles]
    nameless = any(p is not None and p.content is None for p in job.integrand.profiles)
    if kernel_text is None or nameless:
        return None
    integrand = job.integrand
    return json.dumps(
        {
            "code": code_version("numerics.integrals.solve.methods", type(kernel).__module__),
            "kernel": kernel_text,
            "points": [points.shape, np.ascontiguousarray(points, dtype="<f8").tobytes().hex()],
            "domain": repr(domain),
            "integrand": [integrand.n_external, integrand.n_vertices, integrand.legs, integrand.internal],
            "profiles": profiles,
            "rows": [
                [row.shape, hashlib.sha256(row.astype("<i8").tobytes()).hexdigest()] for row in job.rows
            ],
            "method": method,
            "settings": repr(settings),
            "backend": None if backend is None else type(backend).__name__,
        },
        sort_keys=True,
    )
