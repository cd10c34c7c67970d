"""Symmetries of a network: derived from the laws of its parameters, and tested on its correlators.

>>> from numerics.networks.erf import ErfNet
>>> symmetry(ErfNet(width=5), fields=[[0.2], [1.0]], orders=(2, 4), outputs=1)
<Symmetries of ErfNet(width=5, sigma_w=1.0, sigma_b=1.0, d_in=1), 2 fields
  O(D) of outputs                holds exactly (derived)
  sign of f                      holds exactly (derived)
  O(d) of inputs                 holds exactly (derived)
  translations                   broken at 2 points
  reflections                    holds exactly (derived)
  signed permutations of inputs  holds exactly (derived)>
"""

from collections.abc import Iterable
from typing import overload

from nnft_sym.symmetries.derive import derive
from nnft_sym.symmetries.exact_test import ELEMENTS, ExactTest, as_orders
from nnft_sym.symmetries.groups import Group
from nnft_sym.symmetries.named_groups import OUTPUTS, group, groups_of
from nnft_sym.symmetries.symmetry_result import Symmetry
from nnft_sym.symmetries.symmetry_table import Symmetries
from numerics.errors import InvalidPoints, NotAvailable
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.networks.architectures import Network, as_network


@overload
def symmetry(
    network: Network,
    group: None = None,
    fields: Fields | None = None,
    orders: Iterable[int] | int = (2, 4, 6),
    *,
    outputs: int = OUTPUTS,
    elements: int = ELEMENTS,
    seed: int = 0,
    derivation: bool = True,
) -> Symmetries: ...
@overload
def symmetry(
    network: Network,
    group: str | Group,
    fields: Fields | None = None,
    orders: Iterable[int] | int = (2, 4, 6),
    *,
    outputs: int = OUTPUTS,
    elements: int = ELEMENTS,
    seed: int = 0,
    derivation: bool = True,
) -> Symmetry: ...
def symmetry(
    network: Network,
    group: str | Group | None = None,
    fields: Fields | None = None,
    orders: Iterable[int] | int = (2, 4, 6),
    *,
    outputs: int = OUTPUTS,
    elements: int = ELEMENTS,
    seed: int = 0,
    derivation: bool = True,
) -> Symmetry | Symmetries:
    """Say which symmetries a network has: derived where the laws of its parameters tell, and tested.

    Parameters
    ----------
    network : Network
    group : str or Group, optional
        ``"O(D) of outputs"``, … (`nnft_sym.symmetries.named_groups.NAMES`), or one of your own
        (`nnft_sym.symmetries.own_groups`). Default: all that have more than one element.
    fields : array_like, shape (n, d_in), or FieldSet
        Where correlators are compared.
    orders : iterable of int, or int
        Numbers of points, 1 to 10. For f → −f, the odd orders up to the largest.
    outputs : int, optional
        D, for groups that act on outputs.
    elements : int, optional
        How many random transformations are tried.
    seed : int, optional
        Of these.
    derivation : bool, optional
        False: only test, as for maps of inputs that are no isometries.

    Returns
    -------
    Symmetry, or Symmetries if no group was given

    Raises
    ------
    InvalidSymmetry
        If there is no such group, it has one element only, or a derivation is asked of what is no isometry.
    InvalidPoints
        If there are no fields, or they do not fit the network.
    InvalidStatistics
        If orders or numbers are out of range.

    Notes
    -----
    A symmetry that is derived (Maiti, Stoner and Halverson, arXiv:2106.00694) holds for all correlators at
    every width. What is not is decided by exact correlators before and after the transformations: a
    difference beyond the bounds of all errors is a broken symmetry.

    Examples
    --------
    Uniform output weights: the outputs are isotropic at two points only.

    >>> from numerics.networks.erf import ErfNet
    >>> net = ErfNet(width=5).with_laws(output="uniform")
    >>> found = symmetry(net, "SO(D) of outputs", [[0.2], [1.0]], (2, 4))
    >>> str(found.verdict), found.power_of_n
    ('holds at 2 points only, broken at 4', -1.0)
    """
    as_network(network)
    if fields is None:
        raise InvalidPoints(
            "no fields were given; give the inputs at which correlators are compared, as in "
            "symmetry(net, fields=[[0.2], [1.0]])"
        )
    places = as_field_set(fields, None, network.d_in)
    wanted = as_orders(orders)
    chosen = _groups(network, group, outputs)
    found = tuple(
        _one(network, one, places, wanted, elements=elements, seed=seed, derivation=derivation)
        for one in chosen
    )
    return Symmetries(network, places, found) if group is None else found[0]


def _groups(network: Network, given: object, outputs: int) -> tuple[Group, ...]:
    return groups_of(network, outputs) if given is None else (group(given, network, outputs),)


def _one(
    network: Network,
    chosen: Group,
    fields: FieldSet,
    orders: tuple[int, ...],
    *,
    elements: int,
    seed: int,
    derivation: bool,
) -> Symmetry:
    """Derive and test one symmetry."""
    derived = derive(network, chosen, seed) if derivation else None
    if chosen.name == "sign of f":
        orders = tuple(range(1, orders[-1] + 1, 2))
    try:
        test = ExactTest(network, chosen, fields, orders, elements=elements, seed=seed)
        return Symmetry(network, chosen, fields, derived, test.violations(), test.power_of_n())
    except NotAvailable as error:
        return Symmetry(network, chosen, fields, derived, (), untested=error.said)
