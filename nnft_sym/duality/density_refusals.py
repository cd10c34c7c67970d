"""When a density does not exist, and when its series says nothing."""

from fractions import Fraction
from math import ceil

from nnft_sym.duality.edgeworth import EdgeworthSeries, edgeworth_series
from nnft_sym.expansions.width_order import width_order_text
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
    """Refuse series of outputs one of which, alone, has a term larger than the Gaussian.

    Sizes are root mean squares over the Gaussian; of order 1/N^k they fall like N^(−k), which says from which
    width on they are smaller. One order beyond those kept is looked at, too. Of several outputs together
    sizes are larger, because tails are: they judge the quality, and refuse nothing.

    Returns
    -------
    tuple of (Fraction, float), or None
        The first order left out and its size, where it is known of all fields together.

    Raises
    ------
    NotAvailable
        With the width that is needed.
    """
    beyond, even = _next_order(series), series.given.even
    last = series.order if beyond is None else beyond
    fields, needed = series.fields, []
    for number in range(len(fields)):
        for order, size in _sizes_of(network, _alone(fields, number), last, even).items():
            if order > 0:
                needed.append((network.width * size ** (1.0 / float(order)), order, size))
    width, order, size = max(needed, default=(0.0, Fraction(0), 0.0))
    if width > network.width:
        independent = network.laws.joint is None
        remedy = (
            f"a width of at least {ceil(width):,} is needed" if independent else "weaken the correlations"
        )
        raise NotAvailable(
            f"the cumulants of the {network.name}-net are too large for an Edgeworth series at width "
            f"{network.width}: the term of order {width_order_text(order)} is {size:.2g} times the "
            f"Gaussian; {remedy}, or smaller deviations"
        )
    if beyond is None or multiset_count(len(fields), int(2 * beyond) + 2) > _MANY:
        return None
    return beyond, _sizes_of(network, fields, beyond, even).get(beyond, 0.0)


def _next_order(series: EdgeworthSeries) -> Fraction | None:
    """The first order left out, if its cumulants are known."""
    order = series.order + (Fraction(1) if series.given.even else Fraction(1, 2))
    return order if int(2 * order) + 2 <= LARGEST_ORDER else None


def _alone(fields: FieldSet, number: int) -> FieldSet:
    return FieldSet(fields.inputs[[number]])


def _sizes_of(network: Network, fields: FieldSet, order: Fraction, even: bool) -> dict[Fraction, float]:
    """Root mean squares of all orders; none where the cumulants are not known."""
    try:
        exact = exact_correlators(network, fields, needed_orders(order, even))
    except NotAvailable:
        return {}
    return edgeworth_series(exact, order).sizes


def needed_orders(order: Fraction, even: bool) -> tuple[int, ...]:
    """Numbers of points of the correlators that a series to 1/N^k is made of.

    Examples
    --------
    >>> needed_orders(Fraction(2), True), needed_orders(Fraction(1, 2), False)
    ((2, 4, 6), (1, 2, 3))
    """
    highest = max(2, int(2 * order) + 2)
    return tuple(range(2, highest + 1, 2)) if even else tuple(range(1, highest + 1))
