"""Connected diagrams, labelled legs: ours beside feyngraph and symbolica, on identical work.

Work: every labelled diagram in memory with its lines and its symmetry factor. Ours: NumPy arrays
(`diagrams.enumeration.bulk.generate_batches`, all batches kept). Peers: the container their generator
returns, nothing read from it. Every program is timed around the call only; the best of the repeats counts.
The numbers of diagrams are compared, and where the diagrams are not too many the sums of 1 / S, too.
symbolica's times include all lower orders: it cannot be asked for one order alone.
"""

import time
from fractions import Fraction
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from diagrams import count
from diagrams.enumeration.bulk import generate_batches
from diagrams.filters import connected
from diagrams.zero_dim import Kind, weight_sum

# (points, vertices, peers too slow to wait for, least ratio wanted with each peer)
WORK = [
    (0, {4: 4}, (), {"feyngraph": 1}),
    (2, {4: 4}, (), {"feyngraph": 1}),
    (4, {4: 4}, (), {"feyngraph": 1}),
    (4, {4: 2, 6: 1}, (), {}),
    (2, {4: 5}, (), {"feyngraph": 1}),
    (4, {4: 5}, (), {"feyngraph": 1}),
    (0, {4: 6}, (), {"feyngraph": 1}),
    (4, {4: 6}, (), {"feyngraph": 1}),
    (4, {3: 8}, (), {"feyngraph": 1}),
    (4, {3: 10}, (), {"feyngraph": 1}),
    (4, {4: 3, 6: 1}, (), {"feyngraph": 1}),
    (0, {4: 7}, (), {"feyngraph": 300}),
    (0, {4: 8}, ("feyngraph",), {"symbolica": 15}),
    (2, {4: 8}, (), {"feyngraph": 8}),
    (4, {4: 8}, ("symbolica",), {"feyngraph": 40}),
]
# (points, vertices, blobs) beside the ordinary diagrams of the same points and vertices
BLOBS = [(4, {4: 4}, {4: 1}), (4, {4: 5}, {4: 2}), (4, {4: 5}, {6: 1}), (4, {4: 6}, {4: 1, 6: 1})]
MOST_WEIGHED = 20_000
# Never slower than feyngraph, whatever the theory: these vertices with every number of points 0 to 6.
SWEEP = [
    *({3: v} for v in range(4, 9)),
    *({4: v} for v in range(4, 7)),
    {5: 4},
    {6: 4},
    {3: 2, 4: 2},
    {3: 2, 4: 3},
    {3: 3, 5: 1},
    {4: 2, 6: 2},
    {4: 3, 6: 1},
    {3: 1, 4: 2, 5: 1},
]
MOST_SWEPT = 60_000  # diagrams; and line ends of vacuum diagrams, for which feyngraph takes long
MOST_VACUUM_ENDS = 20


def timed(function, *arguments, least=0.3):
    """Result and seconds; short runs are repeated, the best counts."""
    best, spent = float("inf"), 0.0
    while True:
        start = time.perf_counter()
        result = function(*arguments)
        seconds = time.perf_counter() - start
        best, spent = min(best, seconds), spent + seconds
        if spent > least:
            return result, best


def ours(n, vertices):
    """All batches, kept."""
    return list(generate_batches(n, vertices))


def weigh_ours(batches):
    """Number of diagrams and sum of 1 / S."""
    number = sum(map(len, batches))
    if number > MOST_WEIGHED:
        return number, None
    return number, sum(Fraction(1, b.symmetry_factor(i)) for b in batches for i in range(len(b)))


class FeynGraph:
    """feyngraph: topologies with one kind of line, on one thread."""

    name = "feyngraph"

    def __init__(self):
        import_module("feyngraph").set_threads(1)
        self.topology = import_module("feyngraph.topology")

    def prepare(self, n, vertices):
        """A function that generates."""
        model = self.topology.TopologyModel(sorted(vertices))
        selector = self.topology.TopologySelector()
        selector.select_node_partition(sorted(vertices.items()))
        loops = (sum(k * c for k, c in vertices.items()) - n) // 2 - sum(vertices.values()) + 1
        return self.topology.TopologyGenerator(n, loops, model, selector).generate

    def weigh(self, found, n_nodes):
        """Number of diagrams and sum of 1 / S."""
        if len(found) > MOST_WEIGHED:
            return len(found), None
        return len(found), sum(Fraction(1, found[i].symmetry_factor()) for i in range(len(found)))


class Symbolica:
    """symbolica, unlicensed: one thread, prints a banner."""

    name = "symbolica"

    def __init__(self):
        self.symbolica = import_module("symbolica")

    def prepare(self, n, vertices):
        """A function that generates all orders up to this one."""
        line = self.symbolica.HalfEdge(self.symbolica.S("g"))
        points = [(i + 1, line) for i in range(n)]
        loops = (sum(k * c for k, c in vertices.items()) - n) // 2 - sum(vertices.values()) + 1
        return lambda: self.symbolica.Graph.generate(
            points,
            [[line] * k for k in vertices],
            max_vertices=n + sum(vertices.values()),
            max_loops=loops,
            allow_self_loops=True,
            allow_zero_flow_edges=True,
        )

    def weigh(self, found, n_nodes):
        """Number of diagrams of the highest order, and sum of 1 / S."""
        factors = [int(str(factor)) for graph, factor in found.items() if len(graph.nodes()) == n_nodes]
        if len(factors) > MOST_WEIGHED:
            return len(factors), None
        return len(factors), sum(Fraction(1, factor) for factor in factors)


def installed_peers():
    """Peers that are there; a line for each that is not."""
    for peer in (FeynGraph, Symbolica):
        try:
            found = version(peer.name)
        except PackageNotFoundError:
            print(f"{peer.name} is not installed and left out")
            continue
        print(f"{peer.name} {found}")
        yield peer()


def sweep():
    """Smallest ratios to feyngraph over many theories: everything in memory, and counted only."""
    ours(2, {4: 3})  # loads what is compiled
    feyngraph, listed, counted = FeynGraph(), {}, {}
    for n in range(7):
        for vertices in SWEEP:
            ends = sum(k * c for k, c in vertices.items())
            if (n + ends) % 2 or (n == 0 and ends > MOST_VACUUM_ENDS):
                continue
            found, seconds = timed(count, n, vertices, [connected], least=0.1)
            if 0 < found.diagrams <= MOST_SWEPT:
                theirs = timed(feyngraph.prepare(n, vertices), least=0.1)[1]
                listed[n, str(vertices)] = theirs / timed(ours, n, vertices, least=0.1)[1]
                counted[n, str(vertices)] = theirs / seconds
    for ratios, what in ((listed, "in memory"), (counted, "counted")):
        lowest = sorted(ratios, key=ratios.get)[:3]
        worst = ", ".join(f"{ratios[work]:.2f} x (n={work[0]} {work[1]})" for work in lowest)
        print(f"{len(ratios)} theories, {what}, slowest against feyngraph: {worst}", flush=True)


def blob_rows():
    """Diagrams per second with connected correlators of a network as blobs, beside ordinary ones."""
    for n, vertices, blobs in BLOBS:
        found, seconds = timed(lambda: list(generate_batches(n, vertices, blobs=blobs)))  # noqa: B023
        plain, took = timed(ours, n, vertices)
        number = sum(map(len, found))
        rates = [number / seconds, sum(map(len, plain)) / took]
        print(
            f"n={n} {vertices!s:8} blobs {blobs!s:14} {number:10,} diagrams, {rates[0]:.2e} a second; "
            f"without blobs {rates[1]:.2e} a second = {rates[0] / rates[1]:.2f} x",
            flush=True,
        )


def section():
    """Print the table."""
    print("\nDiagram generation: connected, labelled legs, all in memory with symmetry factors")
    peers = list(installed_peers())
    ours(2, {4: 3})
    failed = []
    for n, vertices, too_slow, wanted in WORK:
        batches, seconds = timed(ours, n, vertices)
        number, weight = weigh_ours(batches)
        assert number == count(n, vertices, [connected]).diagrams
        assert weight in (None, weight_sum(n, vertices, Kind.CONNECTED))
        text = f"n={n} {vertices!s:14} {number:8,} diagrams  ours {1e3 * seconds:9.2f} ms"
        for peer in peers:
            if peer.name in too_slow or (peer.name == "symbolica" and len(vertices) > 1):
                continue
            found, theirs = timed(peer.prepare(n, vertices))
            agrees = peer.weigh(found, n + sum(vertices.values())) == (number, weight)
            least = wanted.get(peer.name, 0)
            text += f"  {peer.name} {1e3 * theirs:10.2f} ms = {theirs / seconds:7.1f} x"
            text += f" (wanted {least})" if least else ""
            text += "" if agrees else " OTHER DIAGRAMS"
            if theirs < least * seconds:
                failed.append(f"n={n} {vertices} with {peer.name}")
        print(text, flush=True)
    blob_rows()
    found, seconds = timed(count, 4, {4: 9}, [connected])
    if any(isinstance(peer, FeynGraph) for peer in peers):
        sweep()
    print(f"count only: n=4 {{4: 9}} {found.diagrams:,} diagrams in {seconds:.2f} s")
    print(f"below the ratio wanted: {'; '.join(failed) or 'none'}")
