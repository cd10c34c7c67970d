r"""Why a smooth propagator cannot be reflection positive: ∂_x∂_y K at the reflection plane.

Let the law be invariant under t → −t and f mean-square differentiable in t at a point of the plane. Then
F = f(τ₁) − f(τ₂) has, for τ → 0,

    ⟨ΘF·F⟩ = −(τ₁ − τ₂)² ∂_x∂_y K(0, 0) + …,

and ∂_x∂_y K(0, 0) = ⟨(∂_t f)²⟩ is a variance: reflection positivity fails at two points wherever it is not
zero, at every width, and for every law with this propagator. The output bias drops out. (At a kink, as
of e^(−m|t|), f has no derivative.)
"""

from dataclasses import dataclass
from functools import singledispatch
from itertools import pairwise
from math import inf, pi, sqrt
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from nnft_sym.printing.number_text import number, with_error
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.base import Kernel
from numerics.kernels.scaled import ScaledKernel
from numerics.kernels.stationary import CosKernel, GaussKernel
from numerics.networks.cos import PlaneWaveKernel
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)
#: Steps of the differences, in units of the length on which the propagator changes.
LARGEST_STEP, HALVINGS = 0.25, 9
#: Relative change from step to step below which differences have converged.
CONVERGED = 1e-2


class Formula(NamedTuple):
    """A closed ∂_x∂_y K_W(0, 0)."""

    value: float
    text: str
    latex: str


@final
@dataclass(frozen=True)
class PlaneSlope:
    """∂_x∂_y K at a point of the reflection plane: the variance of ∂_t f there.

    Attributes
    ----------
    variance : Estimate
        Shape (), with a bound. Zero or negative where f is not differentiable, as for e^(−m|t|): then it is
        no variance.
    text, latex : str
        The formula, or how it was found.
    place : tuple of float
        Where on the plane.
    """

    variance: Estimate
    text: str
    latex: str
    place: tuple[float, ...]

    @property
    def breaks_positivity(self) -> bool:
        """Whether the theorem applies: it is finite, and positive beyond its error."""
        return float(self.variance) - float(self.variance.error) > 0.0

    @property
    def sentence(self) -> str:
        """The reason in words."""
        value, error = float(self.variance), float(self.variance.error)
        found = number(value, 6) if error <= 1e-6 * value else with_error(value, error)
        at = "" if not any(self.place) else f" at {tuple(self.place)}"
        return (
            f"f is mean-square differentiable in time at the reflection plane{at}, ∂_x∂_y K = {self.text} = "
            f"{found} > 0, so that F = f(τ₁) − f(τ₂) has ⟨ΘF·F⟩ → −(τ₁ − τ₂)² ∂_x∂_y K < 0 as τ → 0"
        )

    @property
    def derivation(self) -> str:
        """The argument in LaTeX."""
        return (
            r"\langle\Theta F\,F\rangle=K(-\tau_1,\tau_1)+K(-\tau_2,\tau_2)-2K(-\tau_1,\tau_2)"
            r"\to-(\tau_1-\tau_2)^2\,\partial_x\partial_y K,\qquad \partial_x\partial_y K="
            + self.latex
            + f"={float(self.variance):.6g}"
        )


def plane_slope(kernel: Kernel) -> PlaneSlope:
    """Find ∂_x∂_y K at the reflection plane, by a formula or by differences.

    Parameters
    ----------
    kernel : Kernel

    Returns
    -------
    PlaneSlope

    References
    ----------
    K. Osterwalder, R. Schrader, Axioms for Euclidean Green's functions, Commun. Math. Phys. 31 (1973) 83,
    for the axiom; the theorem is stated in the docstring of this module.

    Examples
    --------
    >>> from numerics.networks.architectures import CosNet, ErfNet
    >>> found = plane_slope(ErfNet(5).kernel)
    >>> found.text, round(found.variance, 6), found.breaks_positivity
    ('4σ_w⁴/(dπ√(1 + 4σ_b²))', 0.56941, True)
    >>> plane_slope(CosNet(5).with_laws(hidden="cauchy").kernel).breaks_positivity
    False
    """
    place = np.zeros((1, kernel.d_in))
    base = kernel.base if isinstance(kernel, ScaledKernel) else kernel
    if isinstance(base, ReLUKernel) and not base.sigma_b and kernel.d_in > 1:
        place[0, 1] = 1.0  # without biases the origin is the tip of a cone
    found = formula(kernel)
    if found is not None:
        return PlaneSlope(Estimate(found.value, 0.0), found.text, found.latex, tuple(place[0].tolist()))
    value, error = differences(kernel, place)
    latex = r"\lim_{h\to0}\frac{2K(-h,2h)-K(-h,h)-K(-2h,2h)}{h^2}"
    text = "lim [2K(−h, 2h) − K(−h, h) − K(−2h, 2h)]/h²"
    return PlaneSlope(Estimate(value, error), text, latex, tuple(place[0].tolist()))


@singledispatch
def formula(kernel: Kernel) -> Formula | None:
    """∂_x∂_y K_W in closed form; None: there is none, or the kernel is not differentiable."""
    return None


@formula.register
def _(kernel: ErfKernel) -> Formula:
    value = 4 * kernel.sigma_w**4 / (kernel.d_in * pi * sqrt(1 + 4 * kernel.sigma_b**2))
    return Formula(value, "4σ_w⁴/(dπ√(1 + 4σ_b²))", r"\frac{4\sigma_w^4}{d\pi\sqrt{1+4\sigma_b^2}}")


@formula.register
def _(kernel: ReLUKernel) -> Formula | None:
    if not kernel.sigma_b and kernel.d_in == 1:
        return None  # x₊ and x₋ have independent factors: f has a kink at zero
    return Formula(kernel.sigma_w**4 / (2 * kernel.d_in), "σ_w⁴/2d", r"\frac{\sigma_w^4}{2d}")


@formula.register
def _(kernel: GaussKernel) -> Formula:
    amplitude, curvature = kernel.gaussian
    return Formula(amplitude * curvature, "σ_w⁴/d", r"\frac{\sigma_w^4}{d}")


@formula.register
def _(kernel: CosKernel) -> Formula:
    amplitude, curvature = kernel.gaussian
    return Formula(amplitude * curvature, "σ_a²σ_w²/2d", r"\frac{\sigma_a^2\sigma_w^2}{2d}")


@formula.register
def _(kernel: PlaneWaveKernel) -> Formula | None:
    if not kernel.law.has_moment(2):
        return None
    value = kernel.amplitude * kernel.slope**2 * float(kernel.law.moment(2))
    return Formula(
        value, "(σ_a²/2)(σ_w²/d)E p²", r"\frac{\sigma_a^2}{2}\,\frac{\sigma_w^2}{d}\,\mathrm{E}\,p^2"
    )


@formula.register
def _(kernel: ScaledKernel) -> Formula | None:
    found = formula(kernel.base)
    if found is None:
        return None
    value, factor = kernel.factor * found.value, f"{kernel.factor:.6g}"
    return Formula(value, f"{factor} · {found.text}", rf"{factor}\cdot{found.latex}")


def differences(kernel: Kernel, place: Array) -> tuple[float, float]:
    """−⟨ΘF·F⟩/h² of F = f(2h) − f(h), extrapolated to h → 0.

    That is ∂_x∂_y K where f is differentiable; where it has a kink, as for e^(−m|t|), it is not positive.

    Parameters
    ----------
    kernel : Kernel
    place : ndarray, shape (1, d)
        A point of the plane.

    Returns
    -------
    value, error : float
        The error covers extrapolation and rounding; it is infinite where nothing converges.

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet
    >>> value, error = differences(ErfNet(5).kernel, np.zeros((1, 1)))
    >>> bool(abs(value - 4 / (np.pi * 5**0.5)) < error < 1e-6)
    True
    """
    unit = kernel.length_scale or 1.0
    raw, noise = [], []
    for h in (unit * LARGEST_STEP * 0.5 ** np.arange(HALVINGS)).tolist():
        before, after = np.repeat(place, 2, axis=0), np.repeat(place, 2, axis=0)
        before[:, 0] -= (h, 2 * h)
        after[:, 0] += (h, 2 * h)
        table = kernel.weight(before, after)
        raw.append(-float(table[0, 0] - table[0, 1] - table[1, 0] + table[1, 1]) / (h * h))
        noise.append((8 * EPS + 4 * kernel.relative_error) * float(np.abs(table).max()) / (h * h))
    # one step of Richardson in h²: halving h takes three quarters of the leading error away
    better = [(4 * fine - coarse) / 3 for coarse, fine in pairwise(raw)]
    errors = [
        abs(fine - coarse) + 3 * rounding
        for coarse, fine, rounding in zip(better, better[1:], noise[2:], strict=False)
    ]
    best = int(np.argmin(errors))
    value, error = better[best + 1], errors[best]
    return (value, error) if error <= CONVERGED * max(abs(value), abs(raw[0])) else (value, inf)
