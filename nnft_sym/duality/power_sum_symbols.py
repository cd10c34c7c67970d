"""Cumulants of power sums of output weights with symbols: the width N and the correlation α.

They are what a law of the output weights contributes to connected correlators
(`numerics.exact.joint_cumulants`): G_c^(n) = N^(−n/2) Σ_λ κ_a[p_r : r in λ] S_λ.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from diagrams.combinatorics.numbers import normal_moment
from diagrams.combinatorics.power_sums import power_sum_cumulant, shared_neurons
from numerics.errors import NotAvailable
from numerics.networks.base import Network
from numerics.networks.joint_laws.equicorrelated import EquicorrelatedLaw, equicorrelated_moment
from numerics.networks.laws import GAUSSIAN

if TYPE_CHECKING:
    import sympy

Sizes = tuple[int, ...]


def weight_moments(network: Network) -> Callable[[Sizes], Any]:
    """Give moments E[a_1^k a_2^l …] of different output weights with symbols, by their powers k, l, ….

    In units of the deviation of the network; the correlation is the symbol α, moments of a law of single
    weights that are no numbers of their own are those of the law.

    Raises
    ------
    NotAvailable
        If the moments change with the width in other ways than by how many weights there are.
    """
    import sympy

    joint, single = network.laws.joint, network.laws.output.unit
    if isinstance(joint, EquicorrelatedLaw):
        alpha = sympy.Symbol("alpha")
        return lambda powers: equicorrelated_moment(powers, alpha)
    if joint is not None:
        raise NotAvailable(
            f"connected correlators of {network!r} are no polynomials in the width, because moments of its "
            "joint law of output weights change with it; `at_width` gives numbers at any width"
        )

    def moment(powers: Sizes) -> Any:
        found = sympy.Integer(1)
        for power in powers:
            one = normal_moment(power) if single == GAUSSIAN else single.moment(power)
            found *= sympy.Integer(one) if isinstance(one, int) else sympy.sympify(one)
        return found

    return moment


def power_sum_cumulant_in_width(sizes: Sizes, moment: Callable[[Sizes], Any]) -> "sympy.Expr":
    """Joint cumulant κ_a[p_r, p_s, …] as a polynomial in the width N.

    Parameters
    ----------
    sizes : tuple of int
        r, s, ….
    moment : callable
        See `weight_moments`.

    Examples
    --------
    Var p_1 and κ[p_1, p_3] of correlated weights:

    >>> from numerics.networks.erf import ErfNet
    >>> moment = weight_moments(ErfNet(3).with_laws(output_correlation=0.1))
    >>> power_sum_cumulant_in_width((1, 1), moment)
    N*(N*alpha - alpha + 1)
    >>> power_sum_cumulant_in_width((2, 2), moment)
    2*N*(N*alpha**2 - alpha**2 + 1)
    """
    import sympy

    width = sympy.Symbol("N")

    def average(exponents: Sizes) -> Any:
        # as many different neurons as there are powers, in N (N − 1) … ways
        return sympy.expand(
            sum(
                (
                    ways * sympy.expand(sympy.ff(width, len(powers)), func=True) * moment(powers)
                    for powers, ways in shared_neurons(exponents)
                ),
                start=sympy.Integer(0),
            )
        )

    return sympy.factor(sympy.expand(power_sum_cumulant(sizes, average)))
