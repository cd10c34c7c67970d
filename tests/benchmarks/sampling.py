"""Sampler benchmarks: Erf-net, six inputs, all 2- and 4-point moments, random numbers included, one core.

Ours in single precision against vectorised NumPy (double), torch (single, where it is installed), and a bare
compiled loop over erf activations: a polynomial in single precision with inputs and results in the cache, no
random numbers, no moments. It comes in two forms: as the compiler makes it, one polynomial after the other,
so that a processor that looks ahead little waits most of the time; and four vectors at a time, which is what
the processor can do. Random numbers and moments are work that neither has. (Where the processor looks numbers
up inside a register the sampler has a faster error function than both.)

Times are the shortest CPU time of several calls, ours and theirs in turn, so that other programs on the
machine matter little. (``python -m tests.benchmarks`` keeps NumPy to one thread: threads that wait for one
another use CPU time, too.) Then variance × time of the estimators at N = 1000, the experiment of
arXiv:2008.08601 (10 widths × 100 experiments × 10⁵ networks, a tenth of it), and the exact answer.
"""

import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import erf as scipy_erf

from numerics.exact.correlators import exact_correlators
from numerics.fields.index_sets import multisets, ranks
from numerics.machine.intrinsics import LANES, interleave, multiply_add
from numerics.machine.jit import compiled
from numerics.machine.special_functions import erf
from numerics.machine.vectors import aligned
from numerics.networks.architectures import ErfNet
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.neurons.neuron_ensemble import NeuronEnsemble

try:
    import torch
except ImportError:
    torch = None

LINE = np.array([-1.0, -0.6, -0.2, 0.2, 0.6, 1.0])
WIDTHS = (2, 3, 4, 5, 10, 20, 50, 100, 500, 1000)
# width: networks per call of ours
SIZES = {10: 1_048_576, 100: 131_072, 1000: 32_768}
# neurons at once for the vectorised peers: their arrays stay in the cache
AT_ONCE = 50_000
BARE_REPEATS = 400


class Row(NamedTuple):
    """One line of the table; the mark is a lower bound for the ratio."""

    case: str
    ours: str
    against: str
    ratio: float
    mark: float | None


def best(work, repeats=7):
    """Shortest CPU time of several calls."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def ours(width, orders=(2, 4)):
    """Networks per second."""
    ensemble = Ensemble(ErfNet(width), LINE, seed=1, precision="single")
    size = SIZES[width]
    return size / best(lambda: ensemble.correlators(size, orders=orders, n_blocks=20, n_threads=1))


def bare_loop(in_fours):
    """The loop over activations, as the compiler likes or four vectors at a time."""

    @compiled
    def run(outputs, weights, biases, amplitudes, inputs, repeats):
        for _ in range(repeats):
            for point in range(len(inputs)):
                for lane in range(LANES):
                    z = multiply_add(inputs[point], weights[lane], biases[lane])
                    outputs[point, lane] = multiply_add(amplitudes[lane], erf(z), outputs[point, lane])
        if in_fours:
            interleave(4)

    return run


BARE, BARE_IN_FOURS = bare_loop(False), bare_loop(True)


def bare(loop):
    """Activations per second."""
    rng = np.random.default_rng(1)
    rows = [aligned(LANES, np.float32) for _ in range(3)]
    for row in rows:
        row[:] = rng.standard_normal(LANES)
    outputs, inputs = aligned((len(LINE), LANES), np.float32), LINE.astype(np.float32)
    outputs[:] = 0.0
    loop(outputs, *rows, inputs, 1)
    seconds = best(lambda: loop(outputs, *rows, inputs, BARE_REPEATS), 15)
    return BARE_REPEATS * outputs.size / seconds


def vectorised_numpy(width):
    """Networks per second."""
    rng, count = np.random.default_rng(1), max(1, AT_ONCE // width)
    pairs, fours = multisets(len(LINE), 2), multisets(len(LINE), 4)
    left, right = ranks(fours[:, :2], len(LINE)), ranks(fours[:, 2:], len(LINE))

    def run():
        weights, biases, amplitudes = rng.standard_normal((3, count, width))
        features = scipy_erf(weights[..., np.newaxis] * LINE + biases[..., np.newaxis])
        outputs = np.einsum("bn,bnx->bx", amplitudes, features) / np.sqrt(width)
        outputs += rng.standard_normal((count, 1))
        products = outputs[:, pairs[:, 0]] * outputs[:, pairs[:, 1]]
        return products.sum(axis=0), (products.T @ products)[left, right]

    return count / best(run)


def vectorised_torch(width):
    """Networks per second."""
    torch.set_num_threads(1)
    count, line = max(1, AT_ONCE // width), torch.tensor(LINE, dtype=torch.float32)
    first, second = (torch.tensor(column) for column in multisets(len(LINE), 2).T.copy())
    fours = multisets(len(LINE), 4)
    left, right = (torch.tensor(ranks(half, len(LINE))) for half in (fours[:, :2], fours[:, 2:]))

    def run():
        weights, biases, amplitudes = torch.randn(3, count, width)
        features = torch.erf(weights[..., None] * line + biases[..., None])
        outputs = torch.einsum("bn,bnx->bx", amplitudes, features) / width**0.5 + torch.randn(count, 1)
        products = (outputs[:, first] * outputs[:, second]).double()
        return products.sum(axis=0), (products.T @ products)[left, right]

    with torch.no_grad():
        return count / best(run)


def speed_rows() -> Iterator[Row]:
    for width in SIZES:
        # twice each, in turn
        rate = max(ours(width), ours(width))
        text = f"{rate:.3g} nets/s"
        for name, loop, mark in (("a bare erf loop", BARE, 60.0), ("one in fours", BARE_IN_FOURS, 35.0)):
            activations = max(bare(loop), bare(loop))
            share = 100.0 * rate * width * len(LINE) / activations
            against = f"loop {activations:.3g}/s"
            yield Row(f"N = {width}, % of {name}", text, against, share, mark if width == 1000 else None)
        peer = vectorised_numpy(width)
        yield Row(f"N = {width}, against NumPy", text, f"NumPy {peer:.3g} nets/s", rate / peer, 40.0)
        if torch is not None:
            peer = vectorised_torch(width)
            mark = 8.0 if width == 1000 else None
            yield Row(f"N = {width}, against torch", text, f"torch {peer:.3g} nets/s", rate / peer, mark)


def connected_four(found):
    """Connected 4-point function of every block, from the 2- and 4-point means of that block."""
    sets = multisets(len(LINE), 4)
    two, four = found.block_means((2,)), found.block_means((4,))
    for pair in (((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))):
        left, right = (ranks(sets[:, part], len(LINE)) for part in pair)
        four = four - two[:, left] * two[:, right]
    return four


def variance_times_time(estimator, n_networks):
    """Per element, of the full and of the connected 4-point function: variance per network × seconds."""
    ensemble = Ensemble(ErfNet(1000), LINE, seed=2, precision="single", estimator=estimator)
    options = {"orders": (2, 4), "n_blocks": 40, "n_threads": 1}
    found = ensemble.correlators(n_networks, **options)
    seconds = best(lambda: ensemble.correlators(8192, **options), 3) / 8192
    full = found.block_means((4,)).var(axis=0, ddof=1)
    connected = connected_four(found).var(axis=0, ddof=1)
    size = n_networks / 40
    return full * size * seconds, connected * size * seconds, seconds


def estimator_rows() -> Iterator[Row]:
    full, connected, seconds = variance_times_time("plain", 80_000)
    plain = f"plain {seconds * 1e6:.3g} µs/net"
    full_c, connected_c, seconds = variance_times_time("conditional", 80_000)
    text = f"{seconds * 1e6:.3g} µs/net"
    ratio = float(np.median(full / full_c))
    yield Row("conditional, full 4-point, N = 1000", text, plain, ratio, None)
    ratio = float(np.median(connected / connected_c))
    yield Row("conditional, connected 4-point", text, plain, ratio, 1e8)
    neurons, n = NeuronEnsemble(ErfNet(1), LINE, seed=2), 400_000
    sample = neurons.sample(n, order=4)
    seconds = best(lambda: neurons.sample(n, order=4), 3) / n
    variance = sample.at_width(1000).connected()[4].error ** 2 * n
    ratio = float(np.median(connected / (variance * seconds)))
    yield Row("neuron-level, connected 4-point", f"{seconds * 1e6:.3g} µs/neuron", plain, ratio, 1e10)


def experiment_row() -> Row:
    """A tenth of the published experiment on two threads; the mark, 30 s, is shown as a ratio."""
    share, wall, cpu = 10, 0.0, 0.0
    for width in WIDTHS:
        ensemble = Ensemble(ErfNet(width), LINE, seed=3, precision="single")
        ensemble.correlators(1000, n_threads=2)
        start, used = time.perf_counter(), time.process_time()
        ensemble.correlators(10**7 // share, n_blocks=100, n_threads=2)
        wall += share * (time.perf_counter() - start)
        cpu += share * (time.process_time() - used)
    text = f"wall {wall:.3g} s, CPU/2 {cpu / 2:.3g} s"
    return Row("10 widths × 10⁷ nets, 2-, 4-, 6-point", text, "30 s on two cores", 60.0 / cpu, 1.0)


def exact_row() -> Row:
    """All 609 elements with κ_4 and κ_6 at ten widths; the mark, 10 ms, is shown as a ratio."""

    def run():
        exact = exact_correlators(ErfNet(5), LINE)
        return [exact.at_width(width) for width in WIDTHS]

    seconds = best(run, 40)
    return Row("exact, 609 elements, ten widths", f"{seconds * 1e3:.3g} ms", "10 ms", 0.01 / seconds, 1.0)


def rows() -> Iterator[Row]:
    """All lines of this section."""
    yield from speed_rows()
    yield experiment_row()
    yield exact_row()
    yield from estimator_rows()


def section() -> None:
    """Print the table."""
    print(f"{'sampling':38} {'ours':28} {'against':22} {'ratio':>9} {'mark':>7}")
    for row in rows():
        mark = "" if row.mark is None else f"{row.mark:7.3g}"
        print(f"{row.case:38} {row.ours:28} {row.against:22} {row.ratio:9.3g} {mark:>7}")


if __name__ == "__main__":
    section()
