"""Where an activation is smooth, and how finely: panels of z on which it is a polynomial to rounding.

The panels are found once for an activation. Each one holds a polynomial through Gauss-Legendre nodes, which
is compared with the activation at other places in the panel; where they differ the panel is halved. What no
halving resolves is a kink or a jump, and panels are cut there. So the panels are the measured frequency
content of the activation: nothing has to be known about it beforehand, and no two equidistant rules with
common aliases are compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import log2

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidNetwork, NotAvailable

Array = NDArray[np.float64]

#: Nodes of a panel, and the places in [−1, 1] where its polynomial is checked: no zeros of anything.
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
_CHECKED = np.array([-0.9719, -0.7433, -0.4159, 0.1123, 0.5772, 0.8171, 0.9739])
#: From values at the nodes to Legendre coefficients (the rule integrates products of them exactly).
TO_COEFFICIENTS = (np.polynomial.legendre.legvander(NODES, 15) * (np.arange(16) + 0.5)).T * WEIGHTS
_TO_CHECKS = np.polynomial.legendre.legvander(_CHECKED, 15) @ TO_COEFFICIENTS
_TO_SLOPES = (
    np.stack(
        [np.polynomial.legendre.legval(NODES, np.polynomial.legendre.legder(row)) for row in np.eye(16)],
        axis=1,
    )
    @ TO_COEFFICIENTS
)
_TO_POWERS = np.stack(
    [np.pad(p := np.polynomial.legendre.leg2poly(row), (0, 16 - len(p))) for row in np.eye(16)]
)
#: Mismatch, relative to the activation, that counts as rounding; the activation far in counts, too.
_ROUNDING, _INNER = 2e-14, 1e-3
_EPS = float(np.finfo(np.float64).eps)
#: Panels narrower than this are not halved: there is a kink.
_NARROWEST = 1e-13
#: Most panels, and most kinks.
MOST_PANELS, MOST_KINKS = 200_000, 64
#: How far polynomials of neighbours are continued to tell a kink, in halves of a panel; what tells it.
_BEYOND, _BREAK = 0.04, 1e-7
#: First panels near the origin.
_FIRST, _FINE_UP_TO = 0.75, 8.0


@dataclass(frozen=True, eq=False)
class ActivationPanels:
    """An activation as a piecewise polynomial.

    Attributes
    ----------
    edges : ndarray, shape (P + 1,)
        Ascending; adjacent panels.
    coefficients : ndarray, shape (P, 16)
        Of Legendre polynomials on each panel.
    mismatch : ndarray, shape (P,)
        Largest difference of polynomial and activation that was seen.
    kinks : tuple of float
        Where the activation is not smooth, declared and found.
    """

    edges: Array
    coefficients: Array
    mismatch: Array
    kinks: tuple[float, ...]

    @cached_property
    def powers(self) -> Array:
        """Coefficients of powers of the position in a panel, from −1 to 1, shape (P, 16)."""
        return np.ascontiguousarray(self.coefficients @ _TO_POWERS)


def resolve_activation(
    activation: Callable[[Array], Array], reach: float, declared: tuple[float, ...] = ()
) -> ActivationPanels:
    """Cut [−reach, reach] into panels on which an activation is a polynomial.

    Parameters
    ----------
    activation : callable
        From an array to an array of the same shape.
    reach : float
    declared : tuple of float
        Kinks that are known.

    Returns
    -------
    ActivationPanels

    Raises
    ------
    InvalidNetwork
        If the activation is not finite somewhere.
    NotAvailable
        If it varies too fast, or has too many kinks.

    Examples
    --------
    >>> panels = resolve_activation(lambda z: np.maximum(z, 0.0) + np.abs(z - 0.3), 8.0)
    >>> tuple(round(abs(kink), 12) for kink in panels.kinks)
    (0.0, 0.3)
    >>> resolve_activation(np.tanh, 8.0).kinks
    ()
    """
    first = _resolved(activation, reach, declared)
    found = _kinks_of(first)
    new = [k for k in found if all(abs(k - other) > 1e-9 * max(1.0, abs(k)) for other in declared)]
    if not new:
        return ActivationPanels(*first, kinks=tuple(sorted({*declared, *_kinks_at_edges(first)})))
    kinks = tuple(sorted((*declared, *new)))
    if len(kinks) > MOST_KINKS:
        raise NotAvailable(
            f"the activation has {len(kinks)} kinks or jumps at pre-activations up to {reach:.3g}; "
            f"its kernel can be had with up to {MOST_KINKS}. Use smaller inputs, or sample the network"
        )
    last = _resolved(activation, reach, kinks)
    return ActivationPanels(*last, kinks=tuple(sorted({*kinks, *_kinks_at_edges(last)})))


def _first_edges(reach: float, kinks: tuple[float, ...]) -> Array:
    near = np.arange(0.0, min(_FINE_UP_TO, reach), _FIRST)
    far = 2.0 ** np.arange(-4, max(log2(reach), -4) + 1)
    # beyond the fine ones three to an octave, so that lone features are not overlooked
    octaves = np.concatenate([far, far[far > 4.0] * 1.26, far[far > 4.0] * 1.59])
    positive = np.concatenate([near, octaves[octaves < reach], [reach]])
    inside = [k for k in kinks if abs(k) < reach]
    return np.unique(np.concatenate([positive, -positive, inside]))


def _resolved(
    activation: Callable[[Array], Array], reach: float, kinks: tuple[float, ...]
) -> tuple[Array, Array, Array]:
    """Edges, coefficients and mismatches of panels that end at the kinks."""
    edges = _first_edges(reach, kinks)
    low, high = edges[:-1], edges[1:]
    inner = _size_inside(activation, edges)
    done: list[tuple[Array, Array, Array]] = []
    finished = 0
    while len(low):
        middle, half = (low + high) / 2, (high - low) / 2
        values = _finite(activation, middle[:, np.newaxis] + half[:, np.newaxis] * NODES)
        checks = _finite(activation, middle[:, np.newaxis] + half[:, np.newaxis] * _CHECKED)
        mismatch = np.max(np.abs(values @ _TO_CHECKS.T - checks), axis=1)
        far = np.maximum(np.abs(low), np.abs(high))
        size = np.maximum(np.max(np.abs(values), axis=1), np.max(np.abs(checks), axis=1))
        size = np.maximum(size, _INNER * inner[np.searchsorted(edges, middle) - 1])
        # the argument itself is rounded, which steep activations feel
        slopes = np.max(np.abs(values @ _TO_SLOPES.T), axis=1) / half
        good = (mismatch <= _ROUNDING * size + 2 * _EPS * far * slopes) | (
            high - low <= _NARROWEST * np.maximum(far, 0.1)
        )
        done.append((low[good], values[good] @ TO_COEFFICIENTS.T, mismatch[good]))
        finished += int(good.sum())
        if finished + 2 * int((~good).sum()) > MOST_PANELS:
            raise NotAvailable(
                f"the activation varies too fast at pre-activations up to {reach:.3g}: more than "
                f"{MOST_PANELS} panels are needed. Use smaller inputs or deviations, or sample the network"
            )
        low, high = (
            np.concatenate([low[~good], middle[~good]]),
            np.concatenate([middle[~good], high[~good]]),
        )
    starts = np.concatenate([part[0] for part in done])
    order = np.argsort(starts)
    coefficients = np.concatenate([part[1] for part in done])[order]
    return (
        np.append(starts[order], reach),
        coefficients,
        np.concatenate([part[2] for part in done])[order],
    )


def _finite(activation: Callable[[Array], Array], places: Array) -> Array:
    values = activation(places)
    bad = ~np.isfinite(values)
    if np.any(bad):
        raise InvalidNetwork(
            "the activation returns NaN or infinity at a pre-activation that occurs at these inputs, "
            f"z = {places[bad][0]:.6g}; it must be finite everywhere"
        )
    return values


def _size_inside(activation: Callable[[Array], Array], edges: Array) -> Array:
    """Largest |s| between the origin and each panel, shape (P,)."""
    middle = (edges[:-1] + edges[1:]) / 2
    sizes = np.abs(_finite(activation, middle))
    order = np.argsort(np.abs(middle))
    inner = np.empty_like(sizes)
    inner[order] = np.maximum.accumulate(sizes[order])
    return inner


def _kinks_of(resolved: tuple[Array, Array, Array]) -> list[float]:
    """Places where halving ended without success, one for each cluster of narrow panels."""
    edges, _, _ = resolved
    widths = np.diff(edges)
    middle = (edges[1:] + edges[:-1]) / 2
    narrow = np.flatnonzero(widths <= 4e-9 * np.maximum(np.abs(middle), 1.0))
    kinks: list[float] = []
    for start in np.split(narrow, np.flatnonzero(np.diff(narrow) > 1) + 1) if len(narrow) else []:
        sharpest = start[np.argmin(widths[start])]
        place = float(middle[sharpest])
        rounded = round(place, 9) + 0.0
        kinks.append(rounded if abs(place - rounded) < 1e-12 * max(1.0, abs(place)) else place)
    return kinks


def _kinks_at_edges(resolved: tuple[Array, Array, Array]) -> list[float]:
    """Edges at which the polynomial of one panel does not go on into the next, as at the origin of ReLU."""
    edges, coefficients, _ = resolved
    half = np.diff(edges) / 2
    step = _BEYOND * np.minimum(half[:-1], half[1:])
    legval = np.polynomial.legendre.legval
    before = legval(1.0 + step / half[:-1], coefficients[:-1].T, tensor=False)
    after = legval(-1.0 + step / half[1:], coefficients[1:].T, tensor=False)
    size = np.max(np.abs(coefficients), axis=1)
    order = np.argsort(np.abs(edges[1:] + edges[:-1]))
    inner = np.empty_like(size)
    inner[order] = np.maximum.accumulate(size[order])  # far out, what is nothing has no kinks
    size = np.maximum(np.maximum(size[:-1], size[1:]), _INNER * np.maximum(inner[:-1], inner[1:]))
    wide = np.minimum(half[:-1], half[1:]) > 1e-6
    return [float(k) for k in edges[1:-1][wide & (np.abs(after - before) > _BREAK * size)]]
