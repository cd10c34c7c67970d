"""Integrate many diagrams so that an interrupted run goes on where it stopped.

An integral is found again by kernel, inputs, domain, diagram, method, accuracy and code; each is stored as
soon as it is done.
"""

import hashlib
import json
import logging
import os
import warnings
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from numerics.errors import LoweringError
from numerics.files.code_version import code_version
from numerics.files.places import integrals_folder
from numerics.files.sealed import UnwritableOutput
from numerics.integrals.questions.question import Answer, Question
from numerics.integrals.solve.methods import Problem, solve
from numerics.integrals.solve.store import IntegralStore, StoreNotice
from numerics.kernels.own import kernel_identity

_LOGGER = logging.getLogger(__name__)

#: The environment variable that names the folder of the store.
ENVIRONMENT = "NNFT_CACHE"
#: Of what is stored; entries of another version are never found, and go when the store is full.
_VERSION = 2


def default_store() -> IntegralStore | None:
    """Open the store that the environment variable ``NNFT_CACHE`` names, or that of the user.

    Without the variable integrals are kept in ``$XDG_CACHE_HOME/nnft_sym/integrals`` (``~/.cache`` where that
    is not set) if that folder is there; ``nnft cache --on`` makes it. ``NNFT_CACHE=`` turns both off.

    Returns
    -------
    IntegralStore or None

    Examples
    --------
    >>> before = os.environ.get(ENVIRONMENT)
    >>> os.environ[ENVIRONMENT] = ""
    >>> default_store() is None
    True
    >>> _ = os.environ.pop(ENVIRONMENT) if before is None else os.environ.update({ENVIRONMENT: before})
    """
    folder = os.environ.get(ENVIRONMENT)
    if folder is None and integrals_folder().is_dir():
        folder = str(integrals_folder())
    try:
        return IntegralStore(folder) if folder else None
    except UnwritableOutput as error:  # nobody asked for it here and now
        warnings.warn(f"{ENVIRONMENT}: {error}. The calculation goes on without", StoreNotice, stacklevel=2)
        return None


def solve_with_store(
    questions: Sequence[Question],
    problem: Problem,
    store: IntegralStore | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Answer]:
    """Answer like `methods.solve`, but look each question up first, and store its answer once it is there.

    Parameters
    ----------
    questions : sequence of Question
    problem : Problem
    store : IntegralStore, optional
        Default: that of `default_store`, or none.
    progress : callable, optional
        Called with the number of integrals done and their total, first with those found in the store.

    Returns
    -------
    list of Answer

    Raises
    ------
    LoweringError
        If a store is asked for and the kernel or a profile is a bare function, which nothing identifies.
    DivergentIntegral, ProblemTooLarge, InvalidKernel, NotAvailable
        As for `numerics.integrals.solve.methods.solve`.
    """
    place = default_store() if store is None else store
    texts = {} if place is None else _texts(questions, problem, required=store is not None)
    answers: dict[Question, Answer] = {}
    for question, text in texts.items():
        assert place is not None
        found = place.fetch(text, question.shape)
        if found is not None:
            answers[question] = found

    def done(question: Question, answer: Answer) -> None:
        answers[question] = answer
        _LOGGER.debug("%s: %s", question.integrand, answer.method)
        if place is not None and question in texts:
            place.keep(texts[question], answer)
        if progress is not None:
            progress(len(answers), len(questions))

    _LOGGER.info(
        "%d integrals with %r over %s, %s",
        len(questions), problem.kernel, problem.domain,
        "which are not kept" if place is None else f"{len(answers)} of them kept in {place.folder}",
    )  # fmt: skip
    if progress is not None:
        progress(len(answers), len(questions))
    solve([question for question in questions if question not in answers], problem, done)
    return [answers[question] for question in questions]


def _texts(questions: Sequence[Question], problem: Problem, *, required: bool) -> Mapping[Question, str]:
    texts = {}
    for question in questions:
        text = question_text(question, problem)
        if text is not None:
            texts[question] = text
        elif required:
            raise LoweringError(
                f"{question.integrand} with {problem.kernel!r} cannot be kept on disk: the kernel or a "
                "profile is a bare function. Give it a content= that tells it from every other one, or make "
                "it from a SymPy expression"
            )
    return texts


def question_text(question: Question, problem: Problem) -> str | None:
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
    >>> question = Question(Integrand(2, 1, legs=((0, 0, 1), (1, 0, 1))), (np.array([[0, 1]]),))
    >>> asked = question_text(question, Problem(ErfKernel(), np.array([[0.1], [0.2]]), Box(5)))
    >>> json.loads(asked)["domain"]
    'Box(cutoff=5.0)'
    """
    kernel, integrand = problem.kernel, question.integrand
    kernel_text = kernel_identity(kernel)
    profiles = [None if p is None else p.content for p in integrand.profiles]
    nameless = any(p is not None and p.content is None for p in integrand.profiles)
    if kernel_text is None or nameless:
        return None
    points = np.ascontiguousarray(problem.points, dtype="<f8")
    return json.dumps(
        {
            "version": _VERSION,
            # an integral does not depend on the sampler, nor on a docstring
            "code": code_version("numerics.integrals.solve.methods", *kernel.code),
            "kernel": kernel_text,
            "points": [points.shape, points.tobytes().hex()],
            "domain": repr(problem.domain),
            "integrand": [integrand.n_external, integrand.n_vertices, integrand.legs, integrand.internal],
            "profiles": profiles,
            "rows": [
                [row.shape, hashlib.sha256(row.astype("<i8").tobytes()).hexdigest()] for row in question.rows
            ],
            "method": problem.method.name,
            "accuracy": problem.accuracy.text,
            "backend": None if problem.backend is None else type(problem.backend).__name__,
        },
        sort_keys=True,
    )
