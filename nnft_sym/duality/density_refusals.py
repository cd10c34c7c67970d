"""When a density does not exist, and when its series says nothing."""

from fractions import Fraction
from math import ceil

from nnft_sym.duality.edgeworth import EdgeworthSeries, edgeworth_series
from nnft_sym.duality.width_order import width_order_text
from numerics.errors import NotAvailable, SingularProblem
from numerics.exact.correlators import LARGEST_ORDER, exact_correlators
from numerics.exact.singular_law import singular_part
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import multiset_count
from numerics.networks.base import Network

#: Cumulants of the next order are computed together up to this number.
_MANY = 60


def refuse_atoms(network: Network, fields: FieldSet, negligible: float) -> float:
    """Refuse laws of outputs that are in part on a hyperplane.

    Returns
    -------
    float
        The weight of that part, not above `negligible`.

    Raises
    ------
    SingularProblem
        With the weight, and what to do.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> refuse_atoms(ReLUNet(20), FieldSet([[1.0]]), 0.0)
    Traceback (most recent call last):
    ...
    numerics.errors.SingularProblem: the output of the relu-net of width 20 at f(1) has an atom: it is...
    """
    found = singular_part(network, fields)
    if found.weight <= negligible:
        return found.weight
    names = ", ".join(fields.short_label([field]) for field in found.fields[:4])
    net = f"the {network.name}-net of width {network.width}"
    if found.share == 1.0:
        raise SingularProblem(
            f"{net} gives {len(found.fields)} outputs, {names}, that lie in a subspace: there is no density. "
            "Take a wider network, or fewer points"
        )
    said = (
        f"the output of {net} at {names} has an atom: it is the bias alone, or zero,"
        if len(found.fields) == 1
        else f"the outputs of {net} at {names} are linearly dependent"
    )
    raise SingularProblem(
        f"{said} with probability about {found.weight:.1g} (for one neuron {100.0 * found.share:.2g} %), so "
        "there is no density. Give biases, or fewer points; or take a wider network and say what may be "
        f"neglected, as in neglect = {10 * found.weight:.0e}"
    )


def refuse_exploding(network: Network, series: EdgeworthSeries) -> tuple[Fraction, float] | None:
    """Refuse series in which a term is larger than the Gaussian, one order beyond those kept included.

    Sizes are root mean squares over the Gaussian; of order 1/N^k they fall like N^(−k), which says from which
    width on they are smaller. The order beyond is looked at field by field where there are many elements.

    Returns
    -------
    tuple of (Fraction, float), or None
        The first order left out and its size, where it is known of all fields together.

    Raises
    ------
    NotAvailable
        With the width that is needed.
    """
    sizes = dict(series.sizes)
    beyond = _next_order(series)
    joint = beyond is not None and multiset_count(len(series.fields), int(2 * beyond) + 2) <= _MANY
    if beyond is not None:
        some = [series.fields] if joint else [_alone(series.fields, k) for k in range(len(series.fields))]
        sizes[beyond] = max(_size_of(network, one, beyond, series.given.even) for one in some)
    needed = max(
        (network.width * size ** (1.0 / float(order)) for order, size in sizes.items() if order > 0),
        default=0.0,
    )
    if needed > network.width:
        order = max((one for one in sizes if one > 0), key=lambda one: sizes[one] ** (1.0 / float(one)))
        raise NotAvailable(
            f"the cumulants of the {network.name}-net are too large for an Edgeworth series at width "
            f"{network.width}: the term of order {width_order_text(order)} is {sizes[order]:.2g} times the "
            f"Gaussian; a width of at least {ceil(needed):,} is needed, or smaller deviations"
        )
    return (beyond, sizes[beyond]) if beyond is not None and joint else None


def _next_order(series: EdgeworthSeries) -> Fraction | None:
    """The first order left out, if its cumulants are known."""
    order = series.order + (Fraction(1) if series.given.even else Fraction(1, 2))
    return order if int(2 * order) + 2 <= LARGEST_ORDER else None


def _alone(fields: FieldSet, number: int) -> FieldSet:
    return FieldSet(fields.inputs[[number]])


def _size_of(network: Network, fields: FieldSet, order: Fraction, even: bool) -> float:
    """Root mean square of one order; zero where it is not known."""
    try:
        exact = exact_correlators(network, fields, needed_orders(order, even))
    except NotAvailable:
        return 0.0
    return edgeworth_series(exact, order).sizes[order]


def needed_orders(order: Fraction, even: bool) -> tuple[int, ...]:
    """Numbers of points of the correlators that a series to 1/N^k is made of.

    Examples
    --------
    >>> needed_orders(Fraction(2), True), needed_orders(Fraction(1, 2), False)
    ((2, 4, 6), (1, 2, 3))
    """
    highest = max(2, int(2 * order) + 2)
    return tuple(range(2, highest + 1, 2)) if even else tuple(range(1, highest + 1))
