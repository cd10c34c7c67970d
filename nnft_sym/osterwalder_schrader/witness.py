"""A functional F of few terms with ⟨ΘF·F⟩ < 0, to be checked by hand, and its mean over sampled networks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import final

import numpy as np
from numpy.typing import NDArray

from nnft_sym.osterwalder_schrader.positivity_matrix import Monomial, PositivityMatrix
from nnft_sym.osterwalder_schrader.reflection import Reflection
from nnft_sym.printing.number_text import number, with_error
from numerics.errors import InvalidStatistics
from numerics.fields.field_set import FieldSet
from numerics.networks.architectures import Network
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty
from numerics.sampling.ensemble import Ensemble

Array = NDArray[np.float64]

#: Most terms of a functional that is looked for term by term.
FEW = 3
#: A functional of fewer terms is taken if it is at least this share as negative as the best of all terms.
SHARE = 0.05
#: Triples are looked at among so many monomials, those that stand in the best functional of all.
CANDIDATES = 14
#: Significant digits of a coefficient: the first that leave so much of the value.
DIGITS, KEPT = (2, 4, 8, 15), 0.8


@final
@dataclass(frozen=True, eq=False)
class Functional:
    """F = Σ c_A A over monomials A of the field at positive times.

    Attributes
    ----------
    points : ndarray, shape (n, d)
    reflection : Reflection
    coefficients : tuple of float
        Of few digits; those are the ones that `norm` is for.
    monomials : tuple of tuple of int
    norm : Estimate
        ⟨ΘF·F⟩ with its error bound, shape ().
    square : float
        Σ c_A² ⟨A²⟩, for the size of `norm`.

    Examples
    --------
    >>> from nnft_sym.osterwalder_schrader.positivity_matrix import positivity_matrix
    >>> from numerics.networks.architectures import ReLUNet
    >>> found = smallest_witness(positivity_matrix(ReLUNet(1), np.array([[1.0]]), 4))
    >>> print(found)
    F = f(1)² − 0.47, ⟨ΘF·F⟩ = −0.2491
    """

    points: Array
    reflection: Reflection
    coefficients: tuple[float, ...]
    monomials: tuple[Monomial, ...]
    norm: Estimate
    square: float

    @property
    def negative(self) -> bool:
        """Whether ⟨ΘF·F⟩ is negative beyond its error."""
        return float(self.norm) + float(self.norm.error) < 0.0

    @property
    def text(self) -> str:
        """The functional in words."""
        fields = FieldSet(self.points)
        terms = []
        for place, (c, one) in enumerate(zip(self.coefficients, self.monomials, strict=True)):
            sign = ("−" if c < 0 else "") if not place else (" − " if c < 0 else " + ")
            size = number(abs(c), _digits(c))
            label = fields.label(one) if one else ""
            plain = abs(c) == 1.0 and bool(one)
            terms.append(sign + (label if plain else f"{size} {label}".strip()))
        return f"F = {''.join(terms)}"

    @property
    def latex(self) -> str:
        """The same in LaTeX, with ⟨ΘF·F⟩."""
        terms = []
        for place, (c, one) in enumerate(zip(self.coefficients, self.monomials, strict=True)):
            sign = ("-" if c < 0 else "") if not place else ("-" if c < 0 else "+")
            factors = [_factor(self.points[i], one.count(i)) for i in dict.fromkeys(one)]
            size = "" if abs(c) == 1.0 and one else f"{abs(c):.15g}"
            terms.append(sign + r"\,".join([*([size] if size else []), *factors]))
        return rf"F={''.join(terms)},\qquad\langle\Theta F\,F\rangle={float(self.norm):.6g}"

    def __str__(self) -> str:
        value, error = float(self.norm), float(self.norm.error)
        shown = with_error(value, error) if error > 1e-6 * abs(value) else number(value, 5)
        return f"{self.text}, ⟨ΘF·F⟩ = {shown}"

    def __call__(self, fields: Array) -> Array:
        """Evaluate F at values of the field, shape (..., n) -> (...)."""
        total = np.zeros(fields.shape[:-1])
        for c, one in zip(self.coefficients, self.monomials, strict=True):
            total += c * np.prod(fields[..., list(one)], axis=-1)
        return total

    def sampled(self, network: Network, n_networks: int, seed: int = 0) -> Estimate:
        """Estimate ⟨ΘF·F⟩ from random networks.

        Parameters
        ----------
        network : Network
        n_networks : int
        seed : int, optional

        Returns
        -------
        Estimate
            With one standard deviation.

        Examples
        --------
        >>> from nnft_sym.osterwalder_schrader.positivity_matrix import positivity_matrix
        >>> from numerics.networks.architectures import ReLUNet
        >>> net = ReLUNet(1)
        >>> found = smallest_witness(positivity_matrix(net, np.array([[1.0]]), 4))
        >>> mean = found.sampled(net, 20_000)
        >>> bool(abs(mean.value - found.norm.value) < 4 * mean.error), bool(mean.value < -4 * mean.error)
        (True, True)
        """
        if n_networks < 2:
            raise InvalidStatistics(f"{n_networks} networks were given; two or more are needed for an error")
        n = len(self.points)
        ensemble = Ensemble(network, np.vstack([self.reflection(self.points), self.points]), seed=seed)
        sums = np.zeros(2)
        for outputs in ensemble.iterate_outputs(n_networks):
            products = self(outputs[:, :n]) * self(outputs[:, n:])
            sums += (products.sum(), np.sum(products**2))
        mean = sums[0] / n_networks
        variance = max(sums[1] / n_networks - mean**2, 0.0) / (n_networks - 1)
        return Estimate(
            mean, Uncertainty.known(np.array(variance).reshape(1, 1)).linear(_scalar, _scalar),
            f"{n_networks:,} networks", provenance={"seed": seed, "networks": n_networks},
        )  # fmt: skip


def _scalar(rows: Array) -> Array:
    return np.asarray(rows[:, 0])


def _digits(c: float) -> int:
    """How many significant digits a coefficient has."""
    return max(len(f"{abs(c):.14e}".partition("e")[0].replace(".", "").rstrip("0")), 1)


def _factor(point: Array, power: int) -> str:
    place = ", ".join(f"{coordinate:.6g}" for coordinate in point.tolist())
    return f"f({place})" + (f"^{{{power}}}" if power > 1 else "")


def functional(
    matrix: PositivityMatrix, coefficients: Sequence[float], chosen: Sequence[Monomial]
) -> Functional:
    """Evaluate ⟨ΘF·F⟩ = Σ c_A c_B M_AB from the matrix, with its error bound."""
    at = [matrix.monomials.index(one) for one in chosen]
    c, block = np.array(coefficients, dtype=np.float64), np.ix_(at, at)
    value, bound = matrix.value[block], matrix.bound[block]
    rounding = 8 * float(np.finfo(np.float64).eps) * np.abs(value)
    return Functional(
        matrix.points, matrix.reflection, tuple(c.tolist()), tuple(chosen),
        Estimate(c @ value @ c, np.abs(c) @ (bound + rounding) @ np.abs(c), "exact correlators"),
        float(c**2 @ matrix.variance[at]),
    )  # fmt: skip


def smallest_witness(matrix: PositivityMatrix) -> Functional | None:
    """Find the functional of the fewest terms whose ⟨ΘF·F⟩ is negative beyond its error.

    One that is far less negative than the best of all terms is passed over for one term more.

    Returns
    -------
    Functional or None
        None if there is none.
    """
    spectrum = matrix.spectrum
    if spectrum.negative is None:
        return None
    normal, _ = matrix.normalised()
    vector = spectrum.vectors[:, spectrum.negative]
    found: list[tuple[float, Functional]] = []
    for size in range(1, FEW + 1):
        best: tuple[float, list[int], Array] | None = None
        for rows in _few_rows(vector, len(normal), size):
            values, vectors = np.linalg.eigh(normal[np.ix_(rows, rows)])
            if best is None or values[0] < best[0]:
                best = float(values[0]), rows, vectors[:, 0]
        if best is not None:
            made = _rounded(matrix, best[1], best[2])
            if made.negative:
                found.append((best[0], made))
                if best[0] < SHARE * spectrum.smallest:
                    return made
    if found:
        return min(found, key=lambda one: one[0])[1]
    whole = _rounded(matrix, range(len(normal)), vector)
    return whole if whole.negative else None


def _few_rows(vector: Array, count: int, size: int) -> Iterator[list[int]]:
    """Sets of so many rows; of three only those that matter most."""
    pool = list(range(count))
    if size == FEW:
        pool = sorted(np.argsort(-np.abs(vector))[:CANDIDATES].tolist())
    return (list(rows) for rows in combinations(pool, size))


def _rounded(matrix: PositivityMatrix, rows: Sequence[int], vector: Array) -> Functional:
    """Write an eigenvector in the monomials themselves, the largest coefficient one, with few digits."""
    variance = matrix.variance[list(rows)]
    raw = vector / np.sqrt(np.where(variance > 0.0, variance, 1.0))
    raw = raw / raw[np.argmax(np.abs(raw))]
    chosen = [matrix.monomials[row] for row in rows]
    target = float(functional(matrix, raw.tolist(), chosen).norm)
    made = None
    for digits in DIGITS:
        kept = [(float(f"{c:.{digits}g}"), one) for c, one in zip(raw, chosen, strict=True)]
        kept = sorted((term for term in kept if term[0]), key=lambda term: (not term[1], abs(term[0]) != 1.0))
        sign = -1.0 if kept[0][0] < 0.0 else 1.0
        made = functional(matrix, [sign * c for c, _ in kept], [one for _, one in kept])
        if float(made.norm) < KEPT * target and made.negative:
            break
    assert made is not None
    return made
