"""The terms of an expansion as the floor below takes them: with numbers for propagators, nothing else left.

Position-dependent couplings become profiles of the vertices, a bilocal vertex is a pair of points without a
line between them, and for a field with D components the number D and every δ of two external components are
kept open like couplings: one prediction then serves every D and every choice of components.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias, Union

from nnft_sym.actions.names import COMPONENTS
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.content import ExpansionContent, TermContent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from diagrams.diagram import Diagram
    from numerics.kernels.profiles import Profile
    from numerics.lowering.connected_product import ConnectedProduct
    from numerics.lowering.integrand import Integrand

#: Diagram, or flat program where vertices have profiles and around a network; exact number; power of each
#: coupling.
NumericTerm: TypeAlias = tuple[Union["Diagram", "Integrand", "ConnectedProduct"], Fraction, dict[str, int]]


def delta_name(a: int, b: int) -> str:
    """Name the δ of the components of two external points, counted from 1; no coupling can have this name.

    Examples
    --------
    >>> delta_name(1, 2)
    'δ_1_2'
    """
    return f"δ_{a}_{b}"


def numeric_terms(term: TermContent) -> Iterator[NumericTerm]:
    """Give one term, every product of couplings by itself.

    Parameters
    ----------
    term : Term

    Yields
    ------
    Diagram, Integrand or ConnectedProduct, Fraction, dict of str to int
        An `Integrand` where a coupling depends on the position, a `ConnectedProduct` around a network. For a
        field with components the powers hold ``D`` and the δ of `delta_name`, too.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> for integrand, number, powers in numeric_terms(expand("b*x^2*f^4", 4).terms[-1]):
    ...     print(number, powers, integrand)
    -24 {'b': 1} ∫dy1 |y1|^2 Kw(x1,y1) Kw(x2,y1) Kw(x3,y1) Kw(x4,y1)   [4 factors, 4 products ...
    >>> for diagram, number, powers in numeric_terms(expand("lambda*(f.f)^2", 2).terms[1]):
    ...     print(number, powers, diagram.edge_string)
    -4 {'D': 1, 'lambda': 1, 'δ_1_2': 1} x1-y1,x2-y1,y1-y1
    -8 {'lambda': 1, 'δ_1_2': 1} x1-y1,x2-y1,y1-y1
    >>> for product, number, powers in numeric_terms(expand("lambda*f^4", 2, 1, "network").terms[2]):
    ...     print(number, powers, product)
    -4 {'lambda': 1} ∫dy1 K(x1,y1) G_c(x2,y1,y1,y1)
    """
    integrand = integrand_of(term)
    deltas = {delta_name(a, b): 1 for a, b in term.factors.pairs}
    for number, powers in term.coefficient.monomials():
        yield integrand, number, powers | deltas


def integrand_of(term: TermContent) -> Union["Diagram", "Integrand", "ConnectedProduct"]:
    """Give what stands behind the coefficient: the diagram, or its flat program, see `NumericTerm`."""
    if term.factors.full:
        from numerics.lowering.connected_product import lower_around

        return lower_around(term.diagram)
    if not term.factors.weights:
        return term.diagram
    from numerics.kernels.profiles import RadialPower
    from numerics.lowering.integrand import Integrand

    lines: dict[str, list[tuple[int, int, int]]] = {"xx": [], "xy": [], "yy": []}
    for line in term.lines:
        (first, i), (second, j) = sorted((end[0], int(end[1:]) - 1) for end in line)
        lines[first + second].append((i, j, 1))
    profiles = tuple(RadialPower(weight) if weight else None for weight in term.factors.weights)
    spectators, legs, internal = (tuple(lines[ends]) for ends in ("xx", "xy", "yy"))
    return Integrand(term.diagram.n_external, len(profiles), spectators, legs, internal, profiles=profiles)


def with_profiles(expansion: ExpansionContent, profiles: Mapping[str, "Profile"]) -> Iterator[NumericTerm]:
    """Let couplings depend on the position: g becomes g·p(y) at each vertex that it stands in front of.

    Parameters
    ----------
    expansion : Expansion
        Of an action of plain powers of f.
    profiles : mapping of str to Profile
        Profile of each coupling that has one.

    Yields
    ------
    Diagram or Integrand, Fraction, dict of str to int
        As `Expansion.monomials` does.

    Raises
    ------
    InvalidExpansion
        If the action has other vertices than powers of f, a name is not one of its couplings, or a coupling
        shares its vertex with another one.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> from nnft_sym.symbolic.functions import symbolic_profile
    >>> import sympy
    >>> y = sympy.Symbol("y")
    >>> bump = symbolic_profile(sympy.exp(-y**2), y, growth=None, length_scale=0.7)
    >>> *_, (integrand, number, powers) = with_profiles(expand("lambda*f^4", 4), {"lambda": bump})
    >>> print(number, powers, integrand)
    -24 {'lambda': 1} ∫dy1 [exp(-y**2)](y1) Kw(x1,y1) Kw(x2,y1) Kw(x3,y1) Kw(x4,y1)   [4 factors, ...
    """
    from numerics.lowering.lower import lower_diagram

    at_valence = _profiles_of_valences(expansion, profiles)
    for term in expansion:
        at_vertices = [at_valence.get(valence) for valence in term.diagram.vertices]
        for number, powers in term.coefficient.monomials():
            yield lower_diagram(term.diagram, profiles=at_vertices), number, powers


def _profiles_of_valences(
    expansion: ExpansionContent, profiles: Mapping[str, "Profile"]
) -> dict[int, "Profile"]:
    action = expansion.action
    if expansion.around_network:
        raise InvalidExpansion(
            f"profiles were given for {expansion}; position-dependent couplings are not known around a "
            "network: expand around the Gaussian process"
        )
    unknown = sorted(set(profiles) - set(action.couplings))
    if unknown or not action.is_local_scalar:
        what = f"{unknown} are no couplings of {action}" if unknown else f"{action} has other vertices"
        raise InvalidExpansion(
            f"profiles can be given to the couplings of plain powers of f, and {what}; for powers of the "
            "distance write the weight into the action, as in 'lambda_2*x**2*f**4'"
        )
    found: dict[int, Profile] = {}
    for valence, coefficient in action.interactions:
        here = [name for name in coefficient.variables if name in profiles]
        if not here:
            continue
        powers = [dict(power) for _, power in coefficient.monomials()]
        if powers != [{here[0]: 1}]:
            raise InvalidExpansion(
                f"the vertex f^{valence} has {coefficient} in front, and {here[0]} was given a profile: such "
                "a coupling must stand alone in front of its vertex"
            )
        found[valence] = profiles[here[0]]
    return found


def component_values(components: "ArrayLike", n_components: int) -> dict[str, "NDArray[np.float64]"]:
    """Turn a choice of components into numbers for D and every δ, to be given to `Prediction.evaluate`.

    A prediction lists inputs in ascending order, x_1 <= .. <= x_n, each with the component chosen for its
    place; G_ij(x_2, x_1) is therefore found as G_ji(x_1, x_2).

    Parameters
    ----------
    components : array_like of int, shape (..., n)
        Component of the field at each external point, counted from 1.
    n_components : int
        D.

    Returns
    -------
    dict of str to ndarray, shape (...)

    Raises
    ------
    InvalidExpansion
        If a component is not a whole number between 1 and D.

    Examples
    --------
    >>> values = component_values((1, 1, 2, 2), 2)
    >>> sorted(name for name, value in values.items() if value)
    ['D', 'δ_1_2', 'δ_3_4']
    """
    import numpy as np

    given = np.asarray(components)
    if given.dtype.kind not in "iu" or given.ndim == 0 or np.any((given < 1) | (given > n_components)):
        raise InvalidExpansion(
            f"the components are {np.array2string(given, threshold=20)}: give whole numbers between 1 and "
            f"{n_components}, one per external point"
        )
    values = {COMPONENTS: np.full(given.shape[:-1], float(n_components))}
    for b in range(given.shape[-1]):
        for a in range(b):
            values[delta_name(a + 1, b + 1)] = (given[..., a] == given[..., b]).astype(np.float64)
    return values
