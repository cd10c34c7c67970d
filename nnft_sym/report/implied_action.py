"""The section on the action that exact correlators imply: its size, and what one vertex leaves of it."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from diagrams.errors import NNFTError
from nnft_sym.duality.distance import ActionAlong, action_along, closest_constant, share_left
from nnft_sym.duality.symmetric_tensors import MOST_ELEMENTS
from nnft_sym.printing.number_text import NOTHING, number, percent, with_error
from nnft_sym.printing.table_content import Cell, Table
from nnft_sym.study.result_tables import chosen_fit
from nnft_sym.study.study_results import NetResult
from numerics.results.correlator import Correlator
from numerics.results.estimate import Estimate

#: Rows of the table: more directions than these are left out.
MOST_DIRECTIONS = 6
_FIRST, _SECOND = Fraction(1), Fraction(2)


def implied_action(net: NetResult) -> tuple[Table | None, list[str]]:
    """Say which action the exact correlators of a net imply, and how far it is from one vertex.

    Parameters
    ----------
    net : NetResult

    Returns
    -------
    Table or None
        One row for every number of directions; None where there is no action.
    list of str
        Sentences that explain the table, or say why there is none.
    """
    known = _connected(net)
    if not {2, 4} <= set(known):
        return None, ["There are no exact correlators, which the action would be made of."]
    order = "1/N^2" if 6 in known else "1/N"
    try:
        most = action_along(known, order)
        found = [action_along(known, order, r) for r in range(1, min(most.directions, MOST_DIRECTIONS) + 1)]
    except NNFTError as error:
        return None, [f"The action cannot be had: {error}."]
    table = Table(
        "Size of the action, and what one vertex leaves of it, along the directions of largest variance",
        _headings(net, order),
        tuple(tuple(_row(net, known, one)) for one in found),
    )
    return table, list(_sentences(net, known, found))


def _connected(net: NetResult) -> dict[int, Correlator]:
    """Exact connected correlators of up to six points, as far as tensors of so many legs can be held."""
    m = len(net.case.fields)
    return {
        order: one.connected
        for order, one in net.correlators.items()
        if one.connected is not None and order in (2, 4, 6) and m**order <= MOST_ELEMENTS
    }


def _headings(net: NetResult, order: str) -> tuple[str, ...]:
    sizes = ["size of S at order 1/N"] + ["size at order 1/N²"] * (order == "1/N^2")
    if not _vertex_known(net):
        return ("directions", *sizes)
    symbol = net.recipe.symbol
    return (
        "directions",
        *sizes,
        f"closest {symbol}",
        f"left by closest {symbol}",
        f"left by fitted {symbol}",
    )


def _vertex_known(net: NetResult) -> bool:
    """Whether a vertex stands alone whose legs are those of the leading non-Gaussian correlator."""
    return net.coupling is not None and net.fitted.connected is not None and net.recipe.fitted in (4, 6)


def _row(net: NetResult, known: Mapping[int, Correlator], along: ActionAlong) -> Iterator[Cell]:
    yield Cell(str(along.directions), along.directions)
    sizes = along.sizes_by_order()
    for order in (_FIRST, _SECOND)[: 2 if 6 in known else 1]:
        yield _measured(sizes.get(order, Estimate(0.0, 0.0)))
    if _vertex_known(net):
        closest, left, fitted = _left(net, known, along)
        yield _measured(closest)
        yield from (_share(left), _share(fitted))


def _left(
    net: NetResult, known: Mapping[int, Correlator], along: ActionAlong
) -> tuple[Estimate, Estimate, Estimate | None]:
    """The closest constant, and what it and the fitted one leave of the vertex."""
    legs, r = net.recipe.fitted, along.directions
    vertex, unit = along.vertex(known[legs]), along.vertex(net.tensor.coefficient)
    closest = closest_constant(vertex, unit, r, legs)
    fit, _ = chosen_fit(net)
    fitted = None if fit is None else share_left(vertex, unit, float(fit.parameters[0]), r, legs)
    return closest, share_left(vertex, unit, float(closest.value), r, legs), fitted


def _measured(one: Estimate) -> Cell:
    return Cell(_written(one), float(one.value))


def _written(one: Estimate) -> str:
    """Write four digits; where they are not certain the error, too."""
    value, error = float(one.value), float(one.error)
    return number(value, 4) if error < 5e-5 * abs(value) else with_error(value, error)


def _share(one: Estimate | None) -> Cell:
    return Cell(NOTHING) if one is None else Cell(percent(float(one.value)), float(one.value))


def _sentences(net: NetResult, known: Mapping[int, Correlator], found: list[ActionAlong]) -> Iterator[str]:
    n, rank = len(net.case.fields), found[-1].directions
    yield (
        "S is minus the logarithm of the density of the outputs at the inputs. Its diagrams have the exact "
        "connected correlators as vertices. The size of an order in 1/N is its standard deviation over "
        "fields of the Gaussian process; all digits are certain, or an error bound stands behind them. S is "
        "known where the sizes are well below one and fall from order to order."
    )
    if rank < n:
        yield (
            f"The outputs at the {n} inputs are told apart to these digits in {rank} "
            f"direction{'s' if rank > 1 else ''}, so the table ends there."
        )
    failing = [one.directions for one in found if _fails(one)]
    if failing:
        where = f"Along {failing[0]} or more directions the" if failing[0] > 1 else "The"
        yield (
            f"{where} series does not settle at this width: the next order is as large as the first, or "
            "larger."
        )
    if _vertex_known(net):
        closest, left, _ = _left(net, known, found[-1])
        symbol, said = net.recipe.symbol, _written(closest)
        if rank == 1:
            yield f"Along one direction the vertex is one number, which {symbol} = {said} gives."
            return
        yield (
            f"Along {'all ' if rank == n else ''}{rank} directions the vertex {net.recipe.power} with the "
            f"one constant {symbol} that comes closest, {said}, leaves {percent(float(left.value))} of the "
            "vertex of the implied action; along one direction, where the vertex is one number, some "
            "constant always fits."
        )


def _fails(along: ActionAlong) -> bool:
    sizes = along.sizes_by_order()
    return _SECOND in sizes and float(sizes[_SECOND].value) >= float(sizes[_FIRST].value)
