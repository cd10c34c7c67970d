"""All axioms of one network: does it define a quantum field theory."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from numpy.typing import ArrayLike

from diagrams.messages import shown
from nnft_sym.osterwalder_schrader.axiom_check import Axiom, AxiomCheck, Axioms
from nnft_sym.osterwalder_schrader.bose_symmetry import permutation_symmetry
from nnft_sym.osterwalder_schrader.clustering import clustering
from nnft_sym.osterwalder_schrader.covariance import euclidean_covariance
from nnft_sym.osterwalder_schrader.reflection_positivity import reflection_checks
from nnft_sym.osterwalder_schrader.regularity import regularity
from nnft_sym.osterwalder_schrader.times_search import TimesSearch
from numerics.errors import InvalidStatistics
from numerics.exact.correlators import LARGEST_ORDER
from numerics.given import as_whole, as_wholes
from numerics.networks.base import Network, as_network

#: Orders that are looked at where nothing else is said.
ORDERS = (2, 4, 6)


def axioms(
    network: Network,
    orders: Iterable[int] | int = ORDERS,
    *,
    times: ArrayLike | None = None,
    which: Iterable[Axiom | str] | None = None,
    search: TimesSearch | None = None,
    seed: int = 0,
) -> Axioms:
    """Test the Osterwalder-Schrader axioms on exact correlators.

    Parameters
    ----------
    network : Network
        Time is the first coordinate of its inputs.
    orders : iterable of int, optional
        Most points in one correlator: even numbers from 2 to 10. All axioms are looked at once for each.
    times : array_like, shape (n,) or (n, d), optional
        Of reflection positivity: positive times, or points whose first coordinate is the time. Default: five,
        with some τ_c > τ_a + τ_b, and others that a search finds.
    which : iterable of str, optional
        Some of ``euclidean_covariance``, ``reflection_positivity``, ``permutation_symmetry``,
        ``clustering``, ``regularity``; default: all.
    search : TimesSearch, optional
        How much other times are searched for a more negative eigenvalue.
    seed : int, optional
        Of random transformations and permutations.

    Returns
    -------
    Axioms
        A table axiom × order: verdict, witness, reason.

    Raises
    ------
    InvalidStatistics
        If an order is odd or out of range, or an axiom is unknown.
    NotAvailable
        If correlators are not known exactly, or a law has not the moments that they need.

    References
    ----------
    K. Osterwalder and R. Schrader, Commun. Math. Phys. 31 (1973) 83 and 42 (1975) 281;
    docs/theory/osterwalder_schrader.md, eq. eq-positivity-matrix.

    Examples
    --------
    >>> from numerics.networks.cos import CosNet
    >>> found = axioms(CosNet(5).with_laws(hidden="cauchy"), (2, 4), which=["clustering"])
    >>> found.holds("clustering", 2), found.holds("clustering", 4)
    (True, False)
    """
    as_network(network)
    wanted = as_even_orders(orders)
    number = as_whole(seed, "seed", InvalidStatistics, least=0)
    chosen = tuple(Axiom) if which is None else tuple(dict.fromkeys(_axiom(one) for one in which))
    tests: dict[Axiom, Callable[[], Iterable[AxiomCheck]]] = {
        Axiom.EUCLIDEAN_COVARIANCE: lambda: euclidean_covariance(network, wanted, seed=number),
        Axiom.REFLECTION_POSITIVITY: lambda: reflection_checks(network, wanted, times, search),
        Axiom.PERMUTATION_SYMMETRY: lambda: permutation_symmetry(network, wanted, seed=number),
        Axiom.CLUSTERING: lambda: clustering(network, wanted),
        Axiom.REGULARITY: lambda: regularity(network, wanted),
    }
    return Axioms(repr(network), tuple(check for axiom in chosen for check in tests[axiom]()))


def as_even_orders(given: Iterable[int] | int) -> tuple[int, ...]:
    """Read orders.

    Raises
    ------
    InvalidStatistics
        If there is none, or one is odd or out of range.

    Examples
    --------
    >>> as_even_orders((6, 2))
    (2, 6)
    """
    needed = f"even orders from 2 to {LARGEST_ORDER} are needed, as in (2, 4, 6)"
    found = as_wholes(given, "orders", InvalidStatistics, needed, least=2, most=LARGEST_ORDER)
    odd = [one for one in found if one % 2]
    if odd or not found:
        what = f"{odd[0]} was given" if odd else f"{shown(given)} was given"
        raise InvalidStatistics.about(
            "orders", f"{what}; {needed}: at order 2k monomials of k fields meet their reflections"
        )
    return tuple(sorted(set(found)))


def _axiom(given: Axiom | str) -> Axiom:
    if isinstance(given, Axiom):
        return given
    names = [one.value for one in Axiom]
    plain = given.strip().lower().replace(" ", "_").replace("-", "_") if isinstance(given, str) else ""
    if plain not in names:
        raise InvalidStatistics.about("which", f"{shown(given)} was given; the axioms are {', '.join(names)}")
    return Axiom(plain)
