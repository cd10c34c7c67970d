"""How parameters absorb a transformation of the inputs, f(x) → f(M x + c)."""

import numpy as np
from numpy.typing import NDArray

from nnft_sym.symmetries.activation_parity import (
    Parity,
    parity_of,
    periodic,
    sees_inputs,
    sees_moved_inputs,
)
from nnft_sym.symmetries.derivation import Derivation, Line, needed_of, strongest
from nnft_sym.symmetries.groups import Element
from nnft_sym.symmetries.output_routes import HOLDS
from numerics.networks.base import Network

Array = NDArray[np.float64]

#: Where no parameter, or no law, does what is needed.
NOTHING_FOLLOWS = "so nothing follows: it is not yet a broken symmetry, and the test decides."


def derive_for_inputs(network: Network, elements: tuple[Element, ...]) -> Derivation:
    """Ask the hidden weights for the matrix, and the hidden biases for the shift."""
    matrices = [one.matrix for one in elements if one.matrix is not None]
    turns = any(not np.array_equal(matrix, np.eye(len(matrix))) for matrix in matrices)
    shifts = any(one.shift is not None for one in elements)
    lines: list[Line] = []
    if sees_inputs(network):
        lines.append(_beside(network))
        if sees_moved_inputs(network, elements):
            return Derivation((*lines, _not_absorbed(network)), False, False)
        kept = "This factor depends on |x| only, which the transformation leaves alone."
        lines.append(Line(kept, r"|M x| = |x|"))
    absorbed = invariant = True
    if turns:
        part, invariant = _by_weights(network, matrices)
        lines += part
    if shifts:
        part, unmoved = _by_biases(network)
        lines += part
        absorbed, invariant = network.bias_deviation != 0.0, invariant and unmoved
    if not turns and not shifts:
        lines.append(Line("The transformation changes nothing."))
    if not absorbed:
        lines.append(Line(f"No parameter absorbs it, {NOTHING_FOLLOWS}"))
    else:
        lines.append(HOLDS if invariant else Line(f"A law changes, {NOTHING_FOLLOWS}"))
    return Derivation(tuple(lines), absorbed, invariant)


def _beside(network: Network) -> Line:
    if network.kind == "gauss":
        return Line(
            "The feature is an exponential of z = W·x + b, times a factor that depends on |x|².",
            r"s(x) = e^{W \cdot x + b}\, e^{-\sigma_b^2 - \sigma_w^2 |x|^2 / d}",
        )
    return Line("The feature depends on the input beside z = W·x + b.", r"s = s(W \cdot x + b;\, x)")


def _not_absorbed(network: Network) -> Line:
    """The factor beside z changes with the input."""
    if network.kind == "gauss":
        return Line(
            "With the transformation this factor changes by one that depends on x, here for a shift by c: no "
            f"parameter absorbs it, {NOTHING_FOLLOWS}",
            r"e^{-\sigma_w^2 |x + c|^2/d} = "
            r"e^{-\sigma_w^2 |x|^2/d}\, e^{-\sigma_w^2 (2 c \cdot x + |c|^2)/d}",
        )
    return Line(f"With the transformation this changes: no parameter absorbs it, {NOTHING_FOLLOWS}")


def _by_weights(network: Network, matrices: list[Array]) -> tuple[list[Line], bool]:
    """W → MᵀW, or W → −MᵀW where the activation knows what to do with the sign."""
    law = network.laws.hidden
    given, needed = law.invariances, needed_of(matrices)
    waves = network.bias_deviation is None
    lines = [
        Line(
            "The hidden weights absorb the matrix: W·(M x) = (MᵀW)·x, so W → MᵀW, and no other parameter "
            "changes.",
            r"W \cdot (M x) = (M^{T} W) \cdot x",
        )
    ]
    own = (
        f"The components of W are independent, of the law {law}; {strongest(given)} leave their joint law "
        "alone, and M needs "
    )
    if needed.granted(given):
        return [*lines, Line(own + "no more.", r"P(M^{T} W) = P(W) = \prod_k p(W_k)")], True
    lines.append(Line(own + f"{needed.words}.", r"P(W) = \prod_k p(W_k)"))
    sign = None if sees_inputs(network) else _sign_line(network, waves=waves)
    mirrored = needed_of([-matrix for matrix in matrices])
    if sign is None or not mirrored.granted(given):
        return lines, False
    return [*lines, sign, Line(
        "So W → −MᵀW absorbs the matrix as well, and −M needs "
        + ("nothing of the law." if mirrored == 0 else f"{mirrored.words}, which it has."),
        r"P(-M^{T} W) = P(W)",
    )], True  # fmt: skip


def _sign_line(network: Network, *, waves: bool) -> Line | None:
    """Whether z → −z can be undone by other parameters whose laws are even."""
    if waves:
        return Line(
            "A change of sign of W is undone by that of the phase, whose law is even.",
            r"\cos(-w \cdot x + c) = \cos(w \cdot x - c)",
        ) if network.kind == "cos" else None  # fmt: skip
    if not network.laws.bias.even:
        return None
    parity = parity_of(network)
    if parity is Parity.EVEN:
        return Line(
            "The activation is even and the law of b, too: a change of sign of W is undone by b → −b.",
            r"s(-W \cdot x + b) = s(W \cdot x - b)",
        )
    if parity is Parity.ODD and network.laws.even_outputs:
        return Line(
            "The activation is odd and the laws of b and of the output weights are even: a change of sign of "
            "W is undone by b → −b and a → −a.",
            r"a\, s(-W \cdot x + b) = (-a)\, s(W \cdot x - b)",
        )
    return None


def _by_biases(network: Network) -> tuple[list[Line], bool]:
    """Shift the argument by W·c: b → b + W·c."""
    if network.bias_deviation is None:
        known = periodic(network)
        return [
            Line(
                "The phases absorb the shift by c: φ → φ + W·c.",
                r"W \cdot (x + c) + \varphi = W \cdot x + (\varphi + W \cdot c)",
            ),
            Line(
                "They are uniform on a circle and the feature has the period 2π: given W the shifted phase "
                "is uniform again."
                if known
                else "They are uniform on a circle, but the feature has not the period 2π.",
                r"P(\varphi + W \cdot c \mid W) = P(\varphi) = \tfrac{1}{2\pi}" if known else "",
            ),
        ], known
    if network.bias_deviation == 0.0:
        return [
            Line(
                "The shift by c adds W·c to the argument, and there is no hidden bias that could absorb it.",
                r"W \cdot (x + c) = W \cdot x + W \cdot c",
            )
        ], False
    return [
        Line(
            "The hidden biases would absorb the shift by c: b → b + W·c.",
            r"W \cdot (x + c) + b = W \cdot x + (b + W \cdot c)",
        ),
        Line(
            f"Their law, {network.laws.bias}, is on the line, and none there is invariant under shifts, "
            "because it could not be normalised.",
            r"P(b + W \cdot c \mid W) \neq P(b)",
        ),
    ], False
