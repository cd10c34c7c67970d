r"""Deformations P ∝ P_0 e^(−A) of the law of output weights, and what they are in powers of their strength.

With P normalised at every α the law is P_0 [1 + Σ_r (α^r/r!) 𝒫_r], 𝒫_r = (1/P_0) ∂^r P/∂α^r at α = 0, and
E_0[𝒫_r] = 0. With e^(−A) = Σ α^k w_k and Z = E_0[e^(−A)] = Σ α^k z_k

    𝒫_r/r! = w_r − Σ_{j≥1} z_j 𝒫_(r−j)/(r−j)!.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import factorial, prod
from typing import TYPE_CHECKING, Any, Union, final

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.power_sums import shared_neurons
from diagrams.messages import shown
from nnft_sym.actions.polynomials import Monomial, Polynomial, Scalar
from nnft_sym.actions.power_sum_text import WIDTH, power_sum_order, read_power_sums
from nnft_sym.duality.quotient_text import quotient, quotient_latex
from nnft_sym.errors import InvalidDeformation
from numerics.networks.base import Network, as_network
from numerics.networks.joint_laws.deformed_law import DeformedLaw
from numerics.networks.joint_laws.power_sum_terms import PowerSumTerm
from numerics.networks.laws import GAUSSIAN, ParameterLaw

if TYPE_CHECKING:
    import sympy

Array = NDArray[np.float64]

#: The word for equicorrelated Gaussian weights, whose A is no polynomial in α.
EQUICORRELATED = "equicorrelated"
#: Deviation of an output weight under P_0, in polynomials.
DEVIATION = "s"
#: Highest power of the strength.
HIGHEST_ORDER = 8


@final
@dataclass(frozen=True, init=False)
class Deformation:
    r"""A deformation of the law of the output weights a_1 … a_N, P ∝ P_0 e^(−A).

    Parameters
    ----------
    expression : str, sympy.Expr, callable or Deformation
        A polynomial in the power sums p1, p2, … (p_r = Σ_i a_i^r), the width N, which may divide, and one
        letter for the strength: ``"alpha*p2^2/N"``, also written ``"alpha*|a|^4/N"``. Numbers only are a law,
        with a bookkeeping letter t = 1 in front. Or a Python function of weights, shape (m, N) -> (m,), of
        which there are numbers by sampling only. The word ``"equicorrelated"`` is the Gaussian law with
        Cov(a_i, a_j) = s² [(1 − α)δ_ij + α], −1/(N − 1) < α < 1.

    Attributes
    ----------
    letter : str
        The strength.
    numbers_only : bool
        Whether no letter was written.

    Raises
    ------
    InvalidDeformation
        If the text is no such polynomial.

    Examples
    --------
    >>> quartic = Deformation("alpha*|a|^4/N")
    >>> quartic, quotient(quartic.score(1))
    (Deformation('alpha*p2**2/N'), 'N*s**4 + 2*s**4 - p2**2/N')

    Equicorrelated weights: 𝒫_1 = Σ_{i<j} a_i a_j/s².

    >>> quotient(Deformation("equicorrelated").score(1))
    'p1**2/(2*s**2) - p2/(2*s**2)'
    """

    letter: str
    numbers_only: bool
    _parts: tuple[tuple[int, Polynomial], ...] = field(repr=False)
    _function: Callable[[Array], Array] | None = field(repr=False)

    def __init__(self, expression: Union[str, "sympy.Expr", Callable[[Array], Array], "Deformation"]) -> None:
        function: Callable[[Array], Array] | None = None
        parts: dict[int, Polynomial] = {}
        letter, numbers_only = "alpha", False
        if isinstance(expression, Deformation):
            letter, numbers_only = expression.letter, expression.numbers_only
            parts, function = dict(expression._parts), expression._function
        elif isinstance(expression, str) and expression.strip().lower() == EQUICORRELATED:
            pass
        elif callable(expression) and not hasattr(expression, "free_symbols"):
            function, letter, numbers_only = expression, "t", True
        else:
            read = read_power_sums(str(expression))
            numbers_only, letter = not read.letter, read.letter or "t"
            parts = read.polynomial.collect(read.letter) if read.letter else {1: read.polynomial}
        own = {
            "letter": letter, "numbers_only": numbers_only,
            "_parts": tuple(parts.items()), "_function": function,
        }  # fmt: skip
        for name, value in own.items():
            object.__setattr__(self, name, value)

    @property
    def is_function(self) -> bool:
        """Whether A is a Python function, of which there are no polynomials."""
        return self._function is not None

    @property
    def is_equicorrelated(self) -> bool:
        """Whether this is the law of equicorrelated weights."""
        return not self._parts and self._function is None

    @property
    def expression(self) -> Polynomial:
        """A itself, in power sums, N and the letter (left out where there are numbers only)."""
        power = {} if self.numbers_only else {self.letter: 1}
        return Polynomial.total(
            part * Polynomial({tuple((name, k) for name in power): 1}) for k, part in self._parts
        )

    def __str__(self) -> str:
        if self.is_equicorrelated:
            return EQUICORRELATED
        if self._function is not None:
            return getattr(self._function, "__name__", "a function")
        return quotient(self.expression)

    def __repr__(self) -> str:
        return f"Deformation({str(self)!r})"

    def part(self, order: int) -> Polynomial:
        """What stands in front of α^order in A, in power sums, N and the deviation s.

        Raises
        ------
        InvalidDeformation
            If A is a Python function.
        """
        if self._function is not None:
            raise InvalidDeformation(
                "the deformation is a Python function, which has no power series; write a polynomial in "
                "power sums, such as 'alpha*p2^2/N', or sample"
            )
        if not self.is_equicorrelated:
            return dict(self._parts).get(order, Polynomial({}))
        # ½ aᵀ(Σ⁻¹ − 1/s²)a with Σ/s² = (1 − α)1 + α11ᵀ, in powers of α; (1 − N)^j from 1/(1 + (N − 1)α)
        p1, p2, width = (Polynomial.variable(name) for name in ("p1", "p2", WIDTH))
        joint = Polynomial.total((Polynomial.constant(1) - width) ** j for j in range(order))
        inverse = Polynomial({((DEVIATION, -2),): Fraction(1, 2)})
        return (p2 - p1 * p1 * joint) * inverse

    def weights(self, order: int) -> tuple[Polynomial, ...]:
        """Coefficients w_0 … w_order of e^(−A), from k w_k = −Σ_j j A_j w_(k−j)."""
        found = [Polynomial.constant(1)]
        for k in range(1, order + 1):
            terms = (self.part(j) * found[k - j] * Fraction(-j, k) for j in range(1, k + 1))
            found.append(Polynomial.total(terms))
        return tuple(found)

    def score(self, order: int, law: ParameterLaw = GAUSSIAN) -> Polynomial:
        r"""Derive 𝒫_r = (1/P_0) ∂^r P/∂α^r at α = 0.

        Parameters
        ----------
        order : int
            r, 0 to 8.
        law : ParameterLaw, optional
            Of an output weight in units of s. Moments that are not rational stay as m_k.

        Returns
        -------
        Polynomial
            In the power sums, N and the deviation s. E_0[𝒫_r] = 0 for r >= 1.

        References
        ----------
        J. Halverson, arXiv:2112.04527, on deformed densities of parameters.
        """
        check_order(order)
        return _scores(self, order, law)[order]

    def score_latex(self, order: int, law: ParameterLaw = GAUSSIAN) -> str:
        r"""Print 𝒫_r in LaTeX.

        Examples
        --------
        >>> print(Deformation("alpha*p4").score_latex(1))
        \mathcal{P}_{1} = 3Ns^{4} - p_{4}
        """
        return rf"\mathcal{{P}}_{{{order}}} = {quotient_latex(self.score(order, law))}"

    def at(self, value: Scalar | float) -> "Deformation":
        """Put a number in the place of the letter.

        Examples
        --------
        >>> Deformation("alpha*p2^2/N + alpha^2*p4").at(0.5)
        Deformation('p4/4 + p2**2/(2*N)')
        """
        strength = exact(value)
        parts = [part * strength**k for k, part in self._parts]
        found = Deformation(self)
        object.__setattr__(found, "_parts", ((1, Polynomial.total(parts)),))
        object.__setattr__(found, "numbers_only", True)
        object.__setattr__(found, "letter", "t")
        return found

    def law(self, network: Network, value: Scalar | float | None = None) -> DeformedLaw:
        """Give the deformed law as a joint law of output weights.

        Parameters
        ----------
        network : Network
            Only equicorrelated weights depend on it.
        value : number, optional
            Of the letter; not where numbers were written.

        Raises
        ------
        InvalidDeformation
            If the number is missing, or out of range.
        """
        refuse_correlated(network)
        if value is None and not self.numbers_only:
            raise InvalidDeformation(
                f"the deformation {shown(str(self))} has the letter {self.letter}; a law needs a number in "
                f"its place, as in {shown(self._with_number())}"
            )
        if self._function is not None:
            return DeformedLaw((), str(self), self._function)
        if self.is_equicorrelated:
            return self._equicorrelated_law(network, exact(value or 0))
        given = self if value is None or self.numbers_only else self.at(value)
        ((_, polynomial),) = given._parts
        return DeformedLaw(tuple(_terms(polynomial)), str(given))

    def _with_number(self) -> str:
        if self.is_equicorrelated:
            return "equicorrelated, alpha = 0.1"
        return str(self.at(Fraction(1, 10)))

    def _equicorrelated_law(self, network: Network, alpha: Fraction) -> DeformedLaw:
        width = network.width
        if not (alpha < 1 and 1 + (width - 1) * alpha > 0):
            raise InvalidDeformation(
                f"equicorrelated output weights with the correlation {float(alpha):g} were asked for; with "
                f"{width} of them −1/(N − 1) = {-1 / max(width - 1, 1):.6g} < α < 1 is needed, or the law "
                "cannot be normalised"
            )
        scale = 2 * exact(network.output_deviation) ** 2
        own = (1 / (1 - alpha) - 1) / scale
        joint = -alpha / ((1 - alpha) * (1 + (width - 1) * alpha)) / scale
        terms = (PowerSumTerm((2,), own), PowerSumTerm((1, 1), joint))
        return DeformedLaw(tuple(t for t in terms if t.coefficient), f"{EQUICORRELATED}: {float(alpha):g}")

    def sympy(self) -> "sympy.Expr":
        """Convert A to SymPy."""
        return self.expression.sympy()

    def latex(self) -> str:
        r"""Print A in LaTeX.

        Examples
        --------
        >>> print(Deformation("alpha*p2^2/N").latex())
        \frac{\alpha p_{2}^{2}}{N}
        """
        if self._function is not None or self.is_equicorrelated:
            return rf"\mathrm{{{self}}}"
        return quotient_latex(self.expression)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle P \propto P_0\,e^{{-A}},\quad A = {self.latex()}$"


def deformed_law(expression: Any, network: Network) -> DeformedLaw:
    """Make the joint law of output weights P ∝ P_0 e^(−A) of a network, with numbers in A.

    Parameters
    ----------
    expression : str, sympy.Expr, callable or Deformation
        See `Deformation`, without a letter: ``"0.1*p2^2/N"``.
    network : Network
        Its output weights have the law P_0.

    Returns
    -------
    DeformedLaw

    Raises
    ------
    InvalidDeformation
        If a number is missing, or the text is not understood.
    InvalidNetwork
        If the law cannot be normalised.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> law = deformed_law("0.1*|a|^4/N", ErfNet(3))
    >>> round(float(law.power_sum_moment((2,), ErfNet(3))[0]), 6)
    2.100809
    """
    found = Deformation(expression).law(as_network(network))
    found.refuse(network)
    return found


def refuse_correlated(network: Network) -> None:
    """Refuse to deform weights that depend on each other already.

    Raises
    ------
    InvalidDeformation
        If they do.
    """
    if network.laws.joint is not None:
        raise InvalidDeformation(
            f"a deformation begins with independent output weights, and those of {network!r} have a "
            "joint law; leave it out (equicorrelated weights are a deformation, too: 'equicorrelated')"
        )


def check_order(order: int) -> None:
    """Refuse powers of the strength that are out of range.

    Raises
    ------
    InvalidDeformation
        Naming the limits.
    """
    if isinstance(order, bool) or not isinstance(order, int) or not 0 <= order <= HIGHEST_ORDER:
        raise InvalidDeformation(
            f"the order {shown(order)} in the strength was asked for; 0 to {HIGHEST_ORDER} are possible"
        )


def exact(number: Scalar | float) -> Fraction:
    """The decimal number that was meant: 0.3 is three tenths."""
    return Fraction(number) if isinstance(number, int | Fraction) else Fraction(repr(float(number)))


def averaged(polynomial: Polynomial, average: Callable[[tuple[int, ...]], Any]) -> Any:
    """Replace every product of power sums in a polynomial by its average."""
    total: Any = 0
    for number, powers in polynomial.monomials():
        exponents = exponents_of(powers)
        rest = tuple(item for item in powers.items() if not power_sum_order(item[0]))
        total = total + average(exponents) * (Polynomial({rest: number}) if rest else number)
    return total


def exponents_of(powers: Mapping[str, int]) -> tuple[int, ...]:
    """Exponents r of all factors p_r of a monomial, ascending."""
    found = [r for name, power in powers.items() for r in [power_sum_order(name)] * power if r]
    return tuple(sorted(found))


def _terms(polynomial: Polynomial) -> list[PowerSumTerm]:
    return [
        PowerSumTerm(exponents_of(powers), number, powers.get(WIDTH, 0))
        for number, powers in polynomial.monomials()
    ]


@lru_cache(maxsize=64)
def _scores(deformation: Deformation, order: int, law: ParameterLaw) -> tuple[Polynomial, ...]:
    width = Polynomial.variable(WIDTH)

    def average(exponents: tuple[int, ...]) -> Polynomial:
        terms = []
        for powers, ways in shared_neurons(exponents):
            neurons = prod((width - j for j in range(len(powers))), start=Polynomial.constant(ways))
            terms.append(prod((_moment(law, power) for power in powers), start=neurons))
        return Polynomial.total(terms)

    weights = deformation.weights(order)
    means = [_polynomial(averaged(weight, average)) for weight in weights]
    found: list[Polynomial] = []
    for k in range(order + 1):
        less = (means[j] * found[k - j] for j in range(1, k + 1))
        found.append(weights[k] - Polynomial.total(less))
    return tuple(one * factorial(k) for k, one in enumerate(found))


def _moment(law: ParameterLaw, power: int) -> Polynomial:
    """E[a^power] as a polynomial in s."""
    found = law.moment(power)
    scale = ((DEVIATION, power),) if power else ()
    if isinstance(found, int | Fraction):
        return Polynomial({scale: found})
    named: Monomial = tuple(sorted((*scale, (f"m{power}", 1))))
    return Polynomial({named: 1})


def _polynomial(found: Polynomial | Scalar) -> Polynomial:
    return found if isinstance(found, Polynomial) else Polynomial.constant(found)
