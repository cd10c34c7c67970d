"""Integrates diagrams around a network: lines and blobs are its exact connected correlators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from diagrams.diagram import Diagram
from diagrams.progress import ProgressLike
from diagrams.progress import shown as shown_progress
from numerics.errors import DivergentIntegral, InvalidDomain, InvalidPoints, LoweringError, NotConverged
from numerics.fields.points import Points, as_points
from numerics.given import as_instance
from numerics.integrals.prediction import (
    Expanded,
    Prediction,
    assembled_around,
    checked_terms,
    connected_questions_of,
)
from numerics.integrals.questions.connected_question import ConnectedQuestion, ConnectedSolved
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.questions.question import Answer
from numerics.integrals.rules.domains import Box, Domain, WholeSpace
from numerics.integrals.solve.around_network import solve_around
from numerics.integrals.solve.assembly import Product, judged
from numerics.lowering.connected_product import ConnectedProduct, lower_around
from numerics.lowering.lower import TermLike, lower, to_float
from numerics.networks.base import Network, as_network
from numerics.networks.record import to_record
from numerics.results.estimate import Estimate
from numerics.results.faces import unusual

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Progress: TypeAlias = Callable[[int, int], None]


@final
@dataclass(frozen=True, repr=False)
class NetworkIntegrator:
    """Integrates diagrams around a network over one domain.

    The vertices of e^(−ΔS), ΔS = ∫ Σ g_k f^k over the domain, stand in front of the density of the networks
    themselves. Every line is the full 2-point function K of the network, every blob of r legs its connected
    correlator G_c^(r), both exact at its width; so every order in the couplings is exact in N.

    Parameters
    ----------
    network : Network
        Of any width; its output weights have an even law.
    domain : Box
        Where the vertices are. All of R^d will not do: all points share the output weights, so an r-point
        function does not fall off when some of its points go far away, and the integrals diverge.
    accuracy : Accuracy, optional
        Accuracy asked for, and limits; default: 1e-10 of the integral of the absolute value.
    progress : callable, optional
        Called with the number of integrals done and their total.

    Raises
    ------
    InvalidNetwork, InvalidDomain, LoweringError
        If the network, the domain or the accuracy is of another type.

    Examples
    --------
    d<f(x)²>/dλ of a deformed ensemble, whose networks have two neurons:

    >>> from numerics.networks.cos import CosNet
    >>> around = NetworkIntegrator(CosNet(width=2), Box(1.0))
    >>> legs = ["x1-y1,x2-y1,y1-y1", "x1-y1,x2-y1-y1-y1", "x2-y1,x1-y1-y1-y1", "y1-y1,x1-x2-y1-y1"]
    >>> diagrams = [Diagram.from_edge_string(text) for text in [*legs, "x1-x2-y1-y1-y1-y1"]]
    >>> found = [around.integrate(diagram, [[0.0], [0.0]]) for diagram in diagrams]
    >>> weights = [diagram.multiplicity for diagram in diagrams]
    >>> round(-sum(w * float(one.value) for w, one in zip(weights, found)), 6)
    -4.45257
    """

    network: Network
    domain: Domain
    accuracy: Accuracy = field(default_factory=Accuracy)
    progress: ProgressLike = None

    def __post_init__(self) -> None:
        as_network(self.network)
        domain: object = self.domain
        if not isinstance(domain, Box | WholeSpace):
            raise InvalidDomain(f"{domain!r} given as the domain; Box(cutoff) is needed")
        as_instance(self.accuracy, Accuracy, "accuracy", LoweringError, "Accuracy(...)")

    def __repr__(self) -> str:
        """Show what was chosen, not what is as usual."""
        return unusual(self)

    def integrate(self, diagram: Diagram | ConnectedProduct, points: Points) -> Estimate:
        """Integrate one diagram for external points at given inputs, one input for each, repeats allowed.

        Returns
        -------
        Estimate
            Value and error bound of shape (): the integral alone, without sign, coupling, multiplicity or
            1/V!; times the prefactor of a `ConnectedProduct`.
        """
        program = diagram if isinstance(diagram, ConnectedProduct) else lower_around(diagram)
        x = self._inputs(points)
        if len(x) != program.n_external:
            raise InvalidPoints(
                f"{len(x)} points given for {program}, which has {program.n_external} external points; give "
                "one input per external point, repeats allowed"
            )
        placed = [(part, np.array([labels], dtype=np.int64)) for part, labels in program.parts()]
        solved = self._solved([ConnectedQuestion.of(part, at, len(x)) for part, at in placed], x)
        total = Product(np.array([to_float(program.prefactor)]))
        for one, (_, labels) in zip(solved, placed, strict=True):
            total.multiply(*one.at(labels))
        provenance = {**self._provenance, "integrand": str(program)}
        return judged(total, solved, self.accuracy.rtol, provenance)[0]

    def predict(self, terms: Iterable[TermLike] | Expanded, points: Points) -> Prediction:
        """Evaluate an expansion around the network for all multisets of the inputs; see `predict`."""
        expanded = checked_terms(terms)
        if not all(isinstance(diagram, ConnectedProduct) for diagram, _, _ in expanded):
            raise LoweringError(
                "an expansion around the Gaussian process was given with a network: its lines are a kernel, "
                'so give network.kernel; or expand around the network, with the scheme "network"'
            )
        x = self._inputs(points)
        program = lower(expanded)
        solved = self._solved(connected_questions_of(program, len(x)), x)
        provenance = {**self._provenance, "points": x.tolist()}
        return assembled_around(program, solved, x, self.accuracy.rtol, provenance)

    @property
    def _provenance(self) -> dict[str, object]:
        return {"network": to_record(self.network), "domain": str(self.domain)}

    def _inputs(self, points: Points) -> Array:
        """Check the inputs; there may be none, for a diagram without external points."""
        none = isinstance(points, np.ndarray) and points.shape == (0, self.network.d_in)
        return np.empty((0, self.network.d_in)) if none else as_points(points, self.network.d_in)

    def _solved(self, questions: Sequence[ConnectedQuestion], points: Array) -> list[ConnectedSolved]:
        if not isinstance(self.domain, Box) and any(one.part.n_vertices for one in questions):
            raise DivergentIntegral(
                f"integrals around {self.network!r} were asked for over R^d, where expansions diverge: all "
                "points share the output weights, and a correlator does not fall off when some of its points "
                "go far away. Give a cutoff (a box [−Λ, Λ]^d)"
            )
        answers: dict[ConnectedQuestion, Answer] = {}

        def done(question: ConnectedQuestion, answer: Answer) -> None:
            if self.accuracy.strict and not answer.converged:
                raise NotConverged(
                    f"{question.part}: {ConnectedSolved(question, answer).accuracy}; ask for less, or raise "
                    "the limits"
                )
            answers[question] = answer
            if report is not None:
                report(len(answers), len(questions))

        box = self.domain if isinstance(self.domain, Box) else Box(1.0)  # not used without vertices
        with shown_progress(self.progress, "integrals") as report:
            solve_around(questions, self.network, points, box, self.accuracy, done)
        return [ConnectedSolved(question, answers[question]) for question in questions]
