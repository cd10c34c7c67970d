"""One interpreter for all diagrams: nothing is compiled per diagram."""

import gc
import itertools

import numpy as np
from numba.core import event
from numba.core.dispatcher import Dispatcher

from diagrams.generation import generate
from numerics.integrals.evaluate.backends import NumbaBackend
from numerics.integrals.integrator import integrate
from numerics.integrals.rules.domains import Box
from numerics.kernels.arc import ErfKernel
from numerics.lowering.lower import lower_diagram


def ours(dispatcher):
    return (dispatcher.py_func.__module__ or "").startswith("numerics")


def specialisations():
    """Compiled versions of our functions in memory, whether compiled now or read from the cache."""
    # by its type: isinstance would look through weak references to what is gone
    dispatchers = [thing for thing in gc.get_objects() if issubclass(type(thing), Dispatcher)]
    return sum(len(thing.signatures) for thing in dispatchers if ours(thing))


def test_a_thousand_diagrams_compile_a_handful_of_functions():
    diagrams = list(itertools.islice(generate(6, {4: 2, 6: 1}), 1000))
    assert len({lower_diagram(diagram) for diagram in diagrams}) == 1000
    kernel, points, box = ErfKernel(), np.linspace(-0.5, 0.8, 6)[:, None], Box(1.5)
    counts = [specialisations()]
    with event.install_recorder("numba:compile") as recorder:
        for block in (diagrams[:50], diagrams[50:]):
            for diagram in block:
                integrate(diagram, kernel, points, box, rtol=1e-3, backend=NumbaBackend())
            counts.append(specialisations())
    compiled = [entry.data["dispatcher"] for _, entry in recorder.buffer if entry.is_start]
    compiled = [function for function in compiled if ours(function)]
    assert len(compiled) <= 8, compiled
    assert counts[1] - counts[0] <= 8
    # all that is ever needed is there after the first fifty
    assert counts[2] == counts[1]
