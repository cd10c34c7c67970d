"""Random integrals: any kernel, diagram, inputs, dimension, domain, accuracy and method users think of."""

from dataclasses import dataclass, replace

import numpy as np

from diagrams.diagram import Diagram
from numerics.integrals.integrator import integrate
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.integrals.solve.methods import Method
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.own import FunctionKernel
from numerics.kernels.stationary import CosKernel, GaussKernel

ONE_VERTEX = [
    "x1-y1",
    "x1-y1,x2-y1,y1-y1",
    "x1-y1,x2-y1,x3-y1",
    "x1-y1,x2-y1,x3-y1,x4-y1",
    "x1-y1,x2-y1,x3-y1,x4-y1,y1-y1",
    "x1-y1,x2-y1,x3-y1,x4-y1,x5-y1,x6-y1",
]
TWO_VERTICES = [
    "x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2",
    "x1-y1,y1-y2,y1-y2,y1-y2,y2-x2",
    "x1-y1,x2-y1,y1-y2,y1-y2,y2-y2",
    "x1-y1,y1-y1,y1-y2,y2-y2,y2-x2",
    "x1-y1,x2-y1,x3-y1,y1-y2,x4-y2,x5-y2,x6-y2",
]
THREE_VERTICES = [
    "x1-y1,x2-y1,y1-y2,y1-y2,y2-y3,y2-y3,x3-y3,x4-y3",
    "x1-y1,x2-y1,y1-y2,y1-y3,y2-y3,y2-y3,x3-y2,x4-y3",
]


def laplace(x, y):
    """exp(−|x − y|), with a kink."""
    return np.exp(-np.abs(x - y.T))


def lorentz(x, y):
    """1/(1 + |x − y|²), which falls like a power."""
    return 1.0 / (1.0 + np.sum((x[:, None] - y[None]) ** 2, axis=2))


DECLARED = FunctionKernel(laplace, kinks_at_points=True, ray_growth=None, self_growth=0.0)
UNDECLARED = FunctionKernel(laplace, kinks_at_points=False, ray_growth=None, self_growth=0.0)


@dataclass(frozen=True)
class Case:
    """One integral as the user asks for it."""

    diagram: Diagram
    kernel: object
    points: np.ndarray
    domain: object
    rtol: float
    method: Method

    def solve(self):
        return integrate(
            self.diagram, self.kernel, self.points, self.domain, rtol=self.rtol, method=self.method
        )

    def finer(self):
        """A grid for 1000 times the accuracy asked for, or two more digits where grids converge slowly."""
        rtol = max(1e-3 * min(self.rtol, 1e-3), 1e-14)
        accuracy = Accuracy(rtol=rtol, max_nodes=1_000_000)
        kernel = DECLARED if self.kernel is UNDECLARED else self.kernel
        return integrate(
            self.diagram, kernel, self.points, self.domain, accuracy=accuracy, method=Method.GRID
        )


def random_case(rng):
    """Draw a case; where a finer rule would take long, the accuracy asked for is lower."""
    vertices = int(rng.choice([1, 2, 3], p=[0.65, 0.3, 0.05]))
    d = int(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15])) if vertices == 1 else 1 + int(rng.random() < 0.15)
    if vertices == 3:
        d = 1
    sw, sb = np.exp(rng.uniform(-1.2, 1.2)), np.exp(rng.uniform(-1.5, 1.0))
    kernels = [
        ErfKernel(sw, sb, d),
        ErfKernel(sw, 0.0, d),
        ReLUKernel(sw, 0.0, d),
        ReLUKernel(sw, sb, d),
        GaussKernel(sw, sb, d),
        CosKernel(sw, sb, d),
    ]
    if d == 1:
        kernels.append(DECLARED)
    if d == vertices == 1:
        kernels.append(UNDECLARED)
    if vertices == 1 and d < 3:
        kernels.append(FunctionKernel(lorentz, d, ray_growth=-2.0, self_growth=0.0))
    kernel = kernels[rng.integers(len(kernels))]
    texts = (ONE_VERTEX, TWO_VERTICES, THREE_VERTICES)[vertices - 1]
    diagram = Diagram.from_edge_string(texts[rng.integers(len(texts))])
    decays = isinstance(kernel, GaussKernel | CosKernel | FunctionKernel)
    many_legs = diagram.n_external > 1
    space = decays and many_legs and rng.random() < 0.4
    domain = WholeSpace() if space else Box(10.0 ** rng.uniform(-0.5, (3.0, 2.0, 1.2)[d - 1]))
    if vertices > 1 and not space:
        domain = Box(min(domain.cutoff, 20.0 if d == 1 else 3.0))
    points = rng.normal(size=(diagram.n_external, d)) * np.exp(rng.uniform(-1.5, 1.5))
    kinked_loop = vertices == 3 and not isinstance(kernel, ErfKernel)
    slow = kernel is UNDECLARED or kinked_loop or (vertices > 1 and d > 1)
    rtol = 10.0 ** rng.uniform(-5.0 if slow else -12.0, -3.0)
    case = Case(diagram, kernel, points, domain, rtol, Method.AUTOMATIC)
    if isinstance(kernel, GaussKernel | CosKernel) and rng.random() < 0.7:
        case = replace(case, method=Method.GRID)
    elif rng.random() < 0.08 and not space:
        method = Method.QUASI_MONTE_CARLO if rng.random() < 0.5 or vertices * d > 2 else Method.CUBATURE
        case = replace(case, method=method, rtol=10.0 ** rng.uniform(-4.0, -2.0))
    return case
