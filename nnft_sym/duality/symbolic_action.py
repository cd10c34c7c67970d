"""The action that connected correlators imply, with symbols in place of numbers.

`SymbolicAction` lists the diagrams, and gives S as a SymPy expression: of one field, or of several with
correlators that are numbers or symbols themselves.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, final

import numpy as np

from diagrams.messages import shown
from nnft_sym.duality.action_diagrams import ActionDiagram, action_diagrams
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.width_order import width_order, width_order_text
from numerics.lowering.to_network import DiagramTensors, to_network

if TYPE_CHECKING:
    import sympy

    from nnft_sym.duality.round_trip import RoundTrip
    from nnft_sym.printing.views import Sheet

_NAME = re.compile(r"([A-Za-z]\w*?)_?(\d+)")
_NEEDED = "connected correlators are named by their number of points, 3 or more, as in G3,G4,G6"
#: More points than this no diagram has.
_MOST_POINTS = 40


@final
@dataclass(frozen=True, repr=False)
class SymbolicAction:
    """S[φ] as a sum of diagrams whose vertices are connected correlators.

    Attributes
    ----------
    names : tuple of (int, str)
        The connected correlators: number of points and name.
    order : Fraction
        Largest power of 1/N.
    diagrams : tuple of ActionDiagram
        With their coefficients in S.

    Examples
    --------
    >>> print(action_of_symbols("G4", 1))
    S = 1/2 φ K⁻¹ φ + 1/2 log det 2πK
      1/N:
        - 1/8 G4_ijkl K⁻¹_ij K⁻¹_kl
        + 1/4 G4_ijkl ψ_i ψ_j K⁻¹_kl
        - 1/24 G4_ijkl ψ_i ψ_j ψ_k ψ_l
      with ψ = K⁻¹ φ, sums over repeated indices, and K⁻¹ the inverse of the 2-point function
    """

    names: tuple[tuple[int, str], ...]
    order: Fraction
    diagrams: tuple[ActionDiagram, ...]

    @property
    def orders(self) -> tuple[Fraction, ...]:
        """Powers of 1/N that occur."""
        return tuple(sorted({diagram.order for diagram in self.diagrams}))

    def name(self, points: int) -> str:
        """Name of a connected correlator."""
        return dict(self.names)[points]

    def __repr__(self) -> str:
        given = ", ".join(name for _, name in self.names)
        return f"<SymbolicAction of {given} to {width_order_text(self.order)}: {len(self.diagrams)} diagrams>"

    def __str__(self) -> str:
        from nnft_sym.duality.action_printing import action_text

        return action_text(self)

    def latex(self, *, drawn: bool = False) -> str:
        r"""Print S as displayed mathematics, with indices, or with drawn diagrams (which loads ``tikz``)."""
        from nnft_sym.duality.action_printing import action_latex

        return action_latex(self, drawn=drawn)

    def document(self) -> str:
        """Write a LaTeX document for plain pdflatex: the rules, S drawn and with indices, a table."""
        from nnft_sym.duality.action_printing import action_document

        return action_document(self)

    def picture(self) -> "Sheet":
        """Draw the diagrams on one sheet, each with its coefficient."""
        from nnft_sym.duality.action_printing import action_sheet

        return action_sheet(self)

    def _repr_latex_(self) -> str:
        from nnft_sym.duality.action_printing import notebook_latex

        return notebook_latex(self)

    def to_json(self) -> list[dict[str, object]]:
        """Give the diagrams as plain fields."""
        return [
            {
                "coefficient": str(one.coefficient),
                "order": width_order_text(one.order),
                "power": one.power,
                "vertices": one.diagram.vertex_key,
                "edges": [list(line) for line in one.diagram.edge_labels],
            }
            for one in self.diagrams
        ]

    @property
    def round_trip(self) -> "RoundTrip":
        """The check of `CumulantAction` for one field with K = 1 and every correlator 1."""
        from nnft_sym.duality.action_tensors import Tensors, summed_by_power
        from nnft_sym.duality.round_trip import round_trip, vertices_of
        from numerics.results.uncertainty import Uncertainty

        # one field with K = 1 is its own white basis
        ones = {points: np.ones((1,) * points) for points, _ in self.names}
        known = {points: Uncertainty.bounded(0.0 * tensor) for points, tensor in ones.items()}
        tensors = Tensors(1, ones, known, Uncertainty.bounded(np.zeros((1, 1))))
        vertices = vertices_of(summed_by_power(self.diagrams, tensors), 1)
        given = {points: np.ones(1) for points in (2, *ones)}
        return round_trip(vertices, given, np.eye(1), self.order, all(points % 2 == 0 for points in ones))

    # -- SymPy ---------------------------------------------------------------------------------------------

    def expression(self, order: object = None) -> "sympy.Expr":
        """Write S of one field φ as a SymPy expression in φ, K and the named correlators.

        Parameters
        ----------
        order : optional
            Stop at this power of 1/N.

        Examples
        --------
        >>> action_of_symbols("G4", 1).expression()
        -G4/(8*K**2) + G4*phi**2/(4*K**3) - G4*phi**4/(24*K**4) + log(2*pi*K)/2 + phi**2/(2*K)
        """
        import sympy

        phi, K = sympy.symbols("phi K")
        given = {points: np.array(sympy.Symbol(name)).reshape((1,) * points) for points, name in self.names}
        return self.on_fields({2: np.array([[K]], dtype=object), **given}, [phi], order)

    def on_fields(
        self, correlators: Mapping[int, Any], phi: Sequence[Any], order: object = None
    ) -> "sympy.Expr":
        """Evaluate S exactly: correlators and fields are whole numbers, fractions or SymPy expressions.

        Parameters
        ----------
        correlators : mapping of int to array_like
            Connected correlators by number of points, K under 2, shapes (m, …, m).
        phi : sequence, length m
            The fields.
        order : optional
            Stop at this power of 1/N.

        Returns
        -------
        sympy.Expr

        Raises
        ------
        InvalidExpansion
            If a correlator is missing or has another shape, or K has no inverse.

        Examples
        --------
        >>> quartic = action_of_symbols("G4", 1)
        >>> quartic.on_fields({2: [[1]], 4: [[[[Fraction(1, 10)]]]]}, [0])
        -1/80 + log(2*pi)/2
        """
        import sympy

        stop = self.order if order is None else width_order(order)
        m = len(phi)
        tensors = {points: _exact(correlators, points, m) for points in (2, *dict(self.names))}
        K = sympy.Matrix(m, m, list(tensors[2].flat))
        if K.det() == 0:
            raise InvalidExpansion(f"K of rank {K.rank()} was given for {m} fields; it has no inverse")
        inverse = np.array(K.inv().tolist(), dtype=object)
        fields = np.array([sympy.sympify(one) for one in phi], dtype=object)
        psi = inverse @ fields
        given = DiagramTensors(tensors, line=-inverse, leg=[psi] * (2 * int(2 * stop) + 2))
        total = (fields @ psi) / 2
        for one in self.diagrams:
            if one.order <= stop:
                weight = sympy.Rational(one.unsigned.numerator, one.unsigned.denominator)
                total += weight * to_network(one.diagram, given).value().item()
        return sympy.expand(total) + sympy.log((2 * sympy.pi) ** m * K.det()) / 2


def _exact(correlators: Mapping[int, Any], points: int, m: int) -> Any:
    """Read one correlator as an array of SymPy numbers."""
    import sympy

    if points not in correlators:
        raise InvalidExpansion(f"there is no connected correlator of {points} points; give one")
    tensor = np.array(correlators[points], dtype=object)
    if tensor.shape != (m,) * points:
        raise InvalidExpansion(
            f"the connected {points}-point function has the shape {tensor.shape}; {(m,) * points} is needed"
        )
    return np.array([sympy.sympify(one) for one in tensor.flat], dtype=object).reshape(tensor.shape)


def action_of_symbols(symbols: object, order: object) -> SymbolicAction:
    """List the diagrams of the action of named correlators.

    Parameters
    ----------
    symbols : str or iterable
        Names that end in the number of points, as in ``"G3,G4,G6"``; others vanish. K may be named, as G2.
    order : str, int or Fraction

    Raises
    ------
    InvalidExpansion
        If a name has no number of points, or two have the same.
    """
    named = symbols.split(",") if isinstance(symbols, str) else [str(one) for one in _iterated(symbols)]
    found: dict[int, str] = {}
    for name in map(str.strip, named):
        read = _NAME.fullmatch(name)
        points = int(read[2]) if read and len(read[2]) < 4 else 0
        if not 2 <= points <= _MOST_POINTS or points in found:
            raise InvalidExpansion(f"the correlator {shown(name)} was named; {_NEEDED}, each once")
        found[points] = name
    found.pop(2, None)
    stop = width_order(order)
    used = {points: name for points, name in sorted(found.items()) if points <= 2 * stop + 2}
    return SymbolicAction(tuple(used.items()), stop, action_diagrams(used, stop))


def _iterated(symbols: object) -> Iterable[object]:
    if not isinstance(symbols, Iterable):
        raise InvalidExpansion(f"{shown(symbols)} was given; {_NEEDED}")
    return symbols
