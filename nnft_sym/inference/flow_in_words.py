"""What a flow of couplings says, in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from diagrams.sizes import number_text
from nnft_sym.inference.coupling_fit import CouplingFit
from nnft_sym.inference.coupling_sentences import SMALL
from nnft_sym.inference.elementwise import HALF

Array = NDArray[np.float64]

#: Change of a slope, or of a coupling relative to itself, that is worth a word.
VISIBLE = 1e-3
#: Larger widths are written as a power of ten.
READABLE = 10**7


@dataclass(frozen=True)
class OneFlow:
    """One coupling at several cutoffs.

    Attributes
    ----------
    name : str
    values : ndarray, shape (C,)
    slope : float or None
        Fitted power of Λ.
    slopes : ndarray, shape (C − 1,)
        From cutoff to cutoff.
    power : float or None
        By power counting.
    """

    name: str
    values: Array
    slope: float | None
    slopes: Array
    power: float | None


def with_the_cutoff(network: str, cutoffs: Array, flows: Sequence[OneFlow]) -> Iterator[str]:
    """Say how couplings go with the cutoff, and whether they mean anything without one.

    Parameters
    ----------
    network : str
        Its short name.
    cutoffs : ndarray, shape (C,)
        At least two.
    flows : sequence of OneFlow

    Yields
    ------
    str
        Sentences.

    Examples
    --------
    >>> at, slopes = np.array([10.0, 100.0]), np.array([-1.05])
    >>> one = OneFlow("lambda", np.array([-7e-3, -4.7e-4]), -1.05, slopes, -1.0)
    >>> for sentence in with_the_cutoff("erf", at, [one]):
    ...     print(sentence)
    lambda goes like Λ^-1.05; by power counting like Λ^-1.
    erf-net has no cutoff-independent lambda: the vertex integral grows with the box, ... Λ lambda = -0.047.
    """
    for flow in flows:
        yield _sentence(cutoffs, flow)
    grown = [flow for flow in flows if flow.power and flow.slope is not None]
    if grown:
        names = " or ".join(flow.name for flow in grown)
        limits = " and ".join(_limit(cutoffs[-1], flow) for flow in grown)
        integrals = "the vertex integrals grow" if len(grown) > 1 else "the vertex integral grows"
        yield (
            f"{network}-net has no cutoff-independent {names}: {integrals} with the box, and the correlator "
            f"does not know it. What tends to a limit is, at Λ = {cutoffs[-1]:g}, {limits}."
        )


def _limit(cutoff: float, flow: OneFlow) -> str:
    power = -(flow.power or 0.0)
    return f"{'Λ' if power == 1.0 else f'Λ^{power:g}'} {flow.name} = {flow.values[-1] * cutoff**power:.4g}"


def _sentence(cutoffs: Array, flow: OneFlow) -> str:
    name, values = flow.name, flow.values
    if not np.all(np.isfinite(values)):
        return f"{name} is not determined at every cutoff."
    if flow.slope is None:
        if np.any(values == 0.0):
            where = " at some cutoffs" if np.any(values) else ""
            return f"{name} vanishes{where}: there is no power to be fitted."
        crossed = np.flatnonzero(values[1:] * values[:-1] < 0.0)
        if not crossed.size:
            return f"{name} follows no power of the cutoff that could be fitted."
        before, after = cutoffs[crossed[0]], cutoffs[crossed[0] + 1]
        return (
            f"{name} changes its sign between Λ = {before:g} and {after:g}, so that it follows no power of "
            "the cutoff."
        )
    if flow.power == 0.0:
        change = float(np.max(np.abs(values / values[-1] - 1.0)))
        if change <= VISIBLE:
            return f"{name} does not depend on the cutoff: it changes by {change:.1g} of itself."
        return (
            f"{name} still changes by {100 * change:.2g} % of itself: its integrals converge, but the "
            "smallest box cuts into them."
        )
    runs = float(np.ptp(flow.slopes)) > VISIBLE
    way = f", its slope runs from {flow.slopes[0]:.4g} to {flow.slopes[-1]:.4g}" if runs else ""
    counted = (
        "what power counting says is mixed by the fit, which reads several couplings off one correlator"
        if flow.power is None
        else f"by power counting like Λ^{flow.power:g}"
    )
    return f"{name} goes like Λ^{flow.slope:.5g}{way}; {counted}."


def with_the_width(powers: Mapping[str, tuple[float, float]]) -> str:
    """Say how couplings go with the width.

    Parameters
    ----------
    powers : mapping of str to (float, float)
        Of each coupling: power of N that was fitted, and that it is worth.

    Returns
    -------
    str

    Examples
    --------
    >>> with_the_width({"lambda": (-1.0, -1.0), "kappa": (-2.0, -2.0)})
    'With the width lambda goes like N^-1 and kappa like N^-2, as counting has it (-1 and -2).'
    """
    found = " and ".join(
        f"{name} {'goes ' if place == 0 else ''}like N^{power:.5g}"
        for place, (name, (power, _)) in enumerate(powers.items())
    )
    counted = " and ".join(f"{worth:g}" for _, worth in powers.values())
    near = all(abs(power - worth) < VISIBLE for power, worth in powers.values())
    return f"With the width {found}, {'as counting has it' if near else 'where counting gives'} ({counted})."


def of_the_fits(fits: Mapping[int, Sequence[CouplingFit]]) -> Iterator[str]:
    """Say what is wrong with the fits behind a flow, by width: constants that miss, expansions that fail."""
    rows = list(fits.items())
    missed = [fit.judged.misfit for _, row in rows for fit in row]
    if missed and min(missed) > SMALL:
        least, most = 100 * min(missed), 100 * max(missed)
        size = f"{least:.3g} %" if most < 1.01 * least else f"{least:.3g} to {most:.3g} %"
        yield f"Constants are no good description: they miss {size} of what they were fitted to."
    for name in rows[0][1][0].couplings if rows else ():
        ratios = {width: _largest(row, name) for width, row in rows}
        bad = {width: ratio for width, ratio in ratios.items() if ratio is not None and ratio > HALF}
        if bad:
            width, ratio = next(iter(bad.items()))
            wide = ceil(round(width * ratio / HALF, 6))
            yield (
                f"The next order in 1/N changes {name} by {ratio:.3g} times itself at N = {width}: the "
                f"expansion holds from N = {wide if wide < READABLE else number_text(wide)} on."
            )


def _largest(row: Sequence[CouplingFit], name: str) -> float | None:
    ratios = [ratio for fit in row if (ratio := fit.ratio(name)) is not None]
    return max(ratios, default=None)
