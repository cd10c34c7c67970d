"""Every integral of low orders by a second method: closed forms, or sums written out on another rule.

The second method for Erf-net and ReLU-net reads the edges of the diagram, not our programs; its kernels are
the published formulas (Williams 1998; Cho and Saul 2009), its nodes a plain Gauss–Legendre rule or polar
angles. ReLU-net with a bias has kinks at points of the plane: there only Sobol points are held against it.
"""

import functools
import itertools

import numpy as np
import pytest

from nnft_sym import Action, expand
from numerics.integrals.integrator import integrate, vertex_tensor
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.integrals.solve.methods import Method
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.lowering.lower import lower, lower_diagram
from numerics.networks.architectures import network

INPUTS = {1: [[-0.4], [0.3]], 2: [[-0.4, 0.1], [0.3, 0.5]]}
SIX = {
    1: np.array([[0.35], [0.8], [0.15], [0.9], [-0.6], [0.2]]),
    2: np.array([[0.3, -0.2], [0.5, 0.8], [-0.6, 0.4], [0.9, 0.1], [0.2, 0.7], [0.4, 0.4]]),
}
BOTH, PUBLISHED = "lambda*f**4 + kappa*f**6", "lambda*f**4"
#: d, action, n, order, and how many distinct connected integrals there are
SETS = [
    (1, BOTH, 2, 2, 15), (1, BOTH, 4, 2, 29), (1, BOTH, 6, 2, 38), (1, PUBLISHED, 4, 3, 23),
    (2, BOTH, 2, 2, 15), (2, BOTH, 4, 2, 29), (2, BOTH, 6, 2, 38),
]  # fmt: skip
#: The quartic part of those in the plane: the others take seconds each
PLANE = [(2, PUBLISHED, 2, 2, 4), (2, PUBLISHED, 4, 2, 7), (2, PUBLISHED, 6, 2, 8)]
CLOSED = [(name, *case) for name in ("gauss", "cos") for case in SETS if case[0] == 1]
CLOSED += [("gauss", *case) for case in PLANE]
CLOSED += [pytest.param("gauss", 2, BOTH, 4, 2, 29, marks=pytest.mark.slow)]
WRITTEN_OUT = [
    (name, *case[:4])
    for name in ("erf", "relu", "relu with bias")
    for case in SETS
    if case[0] == 1 or name != "relu with bias"
]
CUTOFF = 1.5


@functools.cache
def integrals(action, n, order):
    """The distinct connected integrals of the n-point function up to an order."""
    return lower(expand(Action(action), n, order=order).monomials()).integrands


@functools.cache
def diagrams(action, n, order):
    """Diagrams that between them hold every integral."""
    seen, kept = set(), []
    for diagram, _, _ in expand(Action(action), n, order=order).monomials():
        mine = {part.integrand for part in lower_diagram(diagram).parts()}
        if mine - seen:
            kept.append(diagram)
            seen |= mine
    assert seen == set(integrals(action, n, order))
    return kept


@pytest.mark.parametrize(("name", "d", "action", "n", "order", "count"), CLOSED)
def test_contraction_against_closed_form(name, d, action, n, order, count):
    kernel = network(name, 5, d_in=d).kernel
    found = integrals(action, n, order)
    assert len(found) == count
    for integrand in found:
        closed = vertex_tensor(integrand, kernel, INPUTS[d], WholeSpace(), method=Method.CLOSED_FORM)
        accuracy = Accuracy(rtol=1e-13, max_bytes=2**30)
        grid = vertex_tensor(
            integrand, kernel, INPUTS[d], WholeSpace(), method=Method.GRID, accuracy=accuracy
        )
        assert "grid" in grid.method
        np.testing.assert_allclose(grid.value, closed.value, rtol=1e-12, err_msg=str(integrand))


def covariances(x, y, sw, sb):
    slope = sw**2 / x.shape[1]
    own = [sb**2 + slope * np.sum(p**2, axis=1) for p in (x, y)]
    return sb**2 + slope * x @ y.T, own[0][:, None], own[1][None, :]


def williams(x, y, sw, sb):
    c, a, b = covariances(x, y, sw, sb)
    return 2 * sw**2 / np.pi * np.arcsin(2 * c / np.sqrt((1 + 2 * a) * (1 + 2 * b)))


def cho_saul(x, y, sw, sb):
    c, a, b = covariances(x, y, sw, sb)
    size = np.sqrt(a * b)
    cosine = np.clip(np.divide(c, size, out=np.ones_like(c), where=size > 0), -1.0, 1.0)
    angle = np.arccos(cosine)
    return sw**2 / (2 * np.pi) * size * (np.sin(angle) + (np.pi - angle) * cosine)


def written_out(diagram, line, bias, x, nodes, weights):
    """The sum over the nodes of all vertices, one factor per edge of the diagram; weights per valence."""
    factor, terms, tensors = 1.0, [], []
    valence = dict.fromkeys("abc"[: diagram.n_vertices], 0)
    for edge in diagram.edge_string.split(","):
        ends = sorted((end[0], int(end[1:]) - 1) for end in edge.split("-"))
        (first, i), (second, j) = ends
        for kind, number in ends:
            if kind == "y":
                valence["abc"[number]] += 1
        if second == "x":
            factor *= float(line(x[[i]], x[[j]])[0, 0]) + bias
        elif first == "x":
            terms.append("abc"[j])
            tensors.append(line(x[[i]], nodes)[0])
        elif i == j:
            terms.append("abc"[i])
            tensors.append(np.concatenate([line(y, y)[0] for y in nodes[:, None]]))
        else:
            terms.append("abc"[i] + "abc"[j])
            tensors.append(line(nodes, nodes))
    if not terms:
        return factor
    terms += list(valence)
    tensors += [weights(ends) for ends in valence.values()]
    return factor * float(np.einsum(",".join(terms) + "->", *tensors, optimize="greedy"))


def box_rule(d, cuts, n):
    """Gauss–Legendre between the cuts in every coordinate; the same weights whatever the valence."""
    t, w = np.polynomial.legendre.leggauss(n)
    pieces = [(0.5 * (b - a) * t + 0.5 * (a + b), 0.5 * (b - a) * w) for a, b in itertools.pairwise(cuts)]
    y, weights = (np.concatenate(part) for part in zip(*pieces, strict=True))
    nodes = np.stack(np.meshgrid(*[y] * d, indexing="ij"), axis=-1).reshape(-1, d)
    product = functools.reduce(np.multiply.outer, [weights] * d).ravel()
    return nodes, lambda ends: product


def polar_rule(x, n):
    """Directions only, for kernels that are homogeneous: the radius is integrated out by hand."""
    rays = np.arctan2(x[:, 1], x[:, 0])
    corners = np.pi / 4 * np.array([-3.0, -1.0, 1.0, 3.0, 5.0])
    turned = np.concatenate([rays, rays + np.pi, corners])
    cuts = np.unique(np.concatenate([(turned + 3 * np.pi / 4) % (2 * np.pi), [2 * np.pi]]).round(13))
    angles, weights = box_rule(1, cuts - 3 * np.pi / 4, n)
    nodes = np.stack([np.cos(angles[:, 0]), np.sin(angles[:, 0])], axis=1)
    reach = CUTOFF / np.max(np.abs(nodes), axis=1)
    return nodes, lambda ends: weights(ends) * reach ** (2 + ends) / (2 + ends)


def second_way(name, d, x):
    """Kernel, published formula, bias variance, rule, and the accuracy of this way."""
    if name == "erf":
        kernel, line = ErfKernel(0.9, 0.6, d), functools.partial(williams, sw=0.9, sb=0.6)
        return kernel, line, 0.36, box_rule(d, [-CUTOFF, 0.0, CUTOFF], 20 if d == 1 else 11), 1e-10
    if name == "relu" and d == 1:
        # two half-lines; polynomials on each
        line = functools.partial(cho_saul, sw=1.2, sb=0.0)
        return ReLUKernel(1.2), line, 0.0, box_rule(1, [-CUTOFF, 0.0, CUTOFF], 12), 1e-12
    if name == "relu":
        line = functools.partial(cho_saul, sw=1.2, sb=0.0)
        return ReLUKernel(1.2, 0.0, 2), line, 0.0, polar_rule(x, 12), 1e-6
    cuts = np.unique(np.concatenate([np.linspace(-CUTOFF, CUTOFF, 13), x[:, 0]]))
    return ReLUKernel(1.1, 0.8), functools.partial(cho_saul, sw=1.1, sb=0.8), 0.64, box_rule(1, cuts, 8), 1e-7


@pytest.mark.parametrize(("name", "d", "action", "n", "order"), WRITTEN_OUT)
def test_contraction_against_sums_written_out(name, d, action, n, order):
    x = SIX[d][:n]
    kernel, line, bias, (nodes, weights), accuracy = second_way(name, d, x)
    for diagram in diagrams(action, n, order):
        want = written_out(diagram, line, bias, x, nodes, weights)
        found = integrate(diagram, kernel, x, Box(CUTOFF), rtol=min(1e-9, accuracy))
        assert found.trusted
        # compared with the size of the integrand: kernels change sign
        size = abs(written_out(diagram, lambda a, b: np.abs(line(a, b)), bias, x, nodes, weights))
        assert abs(float(found.value) - want) <= accuracy * size + 1e-15, diagram.edge_string


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize(
    ("kernel", "sets", "cutoff"),
    [
        (ReLUKernel(1.0, 0.7), [(PUBLISHED, 4, 2)], 2.0),
        (ErfKernel(d_in=2), [(PUBLISHED, 4, 2)], 2.0),
        (ReLUKernel(1.0, 0.7, 2), [(PUBLISHED, 4, 2)], 1.0),
    ],
    ids=repr,
)
def test_contraction_against_sobol_points(kernel, sets, cutoff):
    """The scatter of 16 scramblings is the error of the peer."""
    pulls = []
    for action, n, order in sets:
        for integrand in integrals(action, n, order):
            accuracy = Accuracy(rtol=1e-3, max_nodes=2**17)
            # one input is enough to see a wrong line, and keeps the pulls independent
            points = INPUTS[kernel.d_in][1:]
            grid = vertex_tensor(integrand, kernel, points, Box(cutoff), rtol=1e-5, method=Method.GRID)
            peer = vertex_tensor(
                integrand, kernel, points, Box(cutoff), method=Method.QUASI_MONTE_CARLO, accuracy=accuracy
            )
            assert np.all(peer.error <= 0.06 * np.abs(grid.value)), str(integrand)
            pulls.extend(((peer.value - grid.value) / np.hypot(peer.error, grid.error)).tolist())
    # Student with 15 degrees of freedom: beyond 6 once in 4e4
    assert np.max(np.abs(pulls)) < 6.0
