"""Flow of a coupling with the cutoff, at fixed correlators.

A correlator that does not know the cutoff fixes coupling × vertex integral; so the coupling flows as one over
the integral, and its slope d log|λ| / d log Λ tends to minus the power with which the integral grows
(arXiv:2008.08601, section 4): −(4 + d) and −(6 + d) for λ and κ of ReLU-net, −d for both of Erf-net.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagrams.diagram import Diagram
from numerics.errors import InvalidDomain, SingularProblem
from numerics.given import as_real_array
from numerics.integrals.rules.convergence import divergence
from numerics.integrals.rules.domains import Box
from numerics.kernels.base import Kernel
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown
from numerics.results.quality import if_finite, worst

Array = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Flow(Shown):
    """Vertex integrals at several cutoffs, and how the coupling follows from them.

    Attributes
    ----------
    cutoffs : ndarray, shape (C,)
        Ascending.
    integrals : Estimate
        Shape (C, M): the vertex integral at each cutoff for each multiset of inputs.
    power : float or None
        Power of Λ with which the integral grows by power counting; None if it converges.

    Examples
    --------
    >>> from diagrams.diagram import Diagram
    >>> from numerics.integrals.integrator import flow
    >>> from numerics.kernels.arc import ReLUKernel
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    >>> found = flow(star, ReLUKernel(), [[1.0]], [10.0, 100.0])
    >>> found.power, found.integrals.value.shape
    (5.0, (2, 1))
    """

    cutoffs: Array
    integrals: Estimate
    power: float | None

    def plain_fields(self) -> Content:
        """Give the integrals as plain fields, one row for each cutoff and multiset of inputs."""
        value, error = self.integrals.value, self.integrals.error

        def rows() -> Iterator[tuple[object, ...]]:
            for cutoff, values, errors in zip(
                self.cutoffs.tolist(), value.tolist(), error.tolist(), strict=True
            ):
                for element, (one, bound) in enumerate(zip(values, errors, strict=True)):
                    yield cutoff, element, one, bound

        facts = {
            "method": self.integrals.method,
            "quality": self.integrals.quality.value,
            "expected slope": self.expected_slope,
        }
        title = f"Flow: vertex integrals at {len(self.cutoffs)} cutoffs"
        return Content(title, facts, ("cutoff", "element", "value", "error"), rows, value.size)

    @property
    def expected_slope(self) -> float:
        """Limit of d log|coupling| / d log Λ: minus the power, 0 for a convergent integral."""
        return 0.0 if self.power is None else -self.power

    def coupling(self, contact: Array | float) -> Estimate:
        """Coupling at each cutoff.

        Parameters
        ----------
        contact : ndarray, shape (M,), or float
            Coupling × integral, what the correlator fixes: −G_c^(4)/4! for λ, −(its share of G^(6))/6! for κ.

        Returns
        -------
        Estimate
            Shape (C, M), with the error of the integrals.

        Raises
        ------
        SingularProblem
            If an integral vanishes within its error: the coupling is then not defined there.
        """
        value, error = self.integrals.value, self.integrals.error
        if np.any(np.abs(value) <= error):
            empty = int(np.sum(np.any(np.abs(value) <= error, axis=0)))
            raise SingularProblem(
                f"the vertex integral vanishes for {empty} of {value.shape[1]} multisets of inputs; no local "
                "coupling exists there. Leave these inputs out"
            )
        found = np.asarray(contact) / value
        relative = error / np.abs(value)
        return Estimate(
            found,
            np.abs(found) * relative / (1.0 - relative),
            method=f"fixed correlator over {self.integrals.method}",
            quality=self.integrals.quality,
            provenance=self.integrals.provenance,
        )

    @property
    def slopes(self) -> Estimate:
        """Slope d log|coupling| / d log Λ between successive cutoffs, shape (C − 1, M)."""
        value, error = np.abs(self.integrals.value), self.integrals.error
        steps = np.diff(np.log(self.cutoffs))[:, np.newaxis]
        with np.errstate(divide="ignore", invalid="ignore"):
            logs, relative = np.log(value), error / value
            found = -np.diff(logs, axis=0) / steps
            uncertain = (relative[1:] + relative[:-1]) / steps
        quality = if_finite(found, self.integrals.quality)
        return Estimate(found, uncertain, self.integrals.method, quality, self.integrals.provenance)


def boxes_of(cutoffs: Sequence[float]) -> list[Box]:
    """The boxes of a flow.

    Raises
    ------
    InvalidDomain
        If there are fewer than two cutoffs, or they do not ascend.
    """
    needed = "numbers in ascending order are needed, as in [10.0, 100.0]"
    boxes = [Box(cutoff) for cutoff in as_real_array(cutoffs, "cutoffs", InvalidDomain, needed).ravel()]
    sizes = [box.cutoff for box in boxes]
    if len(boxes) < 2 or np.any(np.diff(sizes) <= 0.0):
        raise InvalidDomain(f"cutoffs {sizes} given; a flow needs two or more, in ascending order")
    return boxes


def flow_of(diagram: Diagram, kernel: Kernel, boxes: Sequence[Box], found: Sequence[Estimate]) -> Flow:
    """Put a flow together from the vertex integrals in several boxes."""
    sizes = np.array([box.cutoff for box in boxes])
    integrals = Estimate(
        np.stack([part.value for part in found]),
        np.stack([part.error for part in found]),
        method="; ".join(dict.fromkeys(part.method.split(",")[0] for part in found)),
        quality=worst(part.quality for part in found),
        provenance={**found[0].provenance, "domain": f"boxes with cutoffs {sizes.tolist()}"},
    )
    return Flow(sizes, integrals, divergence(diagram, kernel))
