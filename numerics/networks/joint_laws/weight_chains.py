"""Markov chains over the output weights of many networks at once, for deformed laws that nothing else draws.

Elliptical slice sampling [1]_: it keeps the law exactly, has nothing to tune and rejects nothing. A weight of
any law is its quantile function at a normal number, so the chains move normal numbers. Before the first draw
they learn a Gaussian that is like the deformed law, alike in all weights, and slice with respect to it: a law
that is Gaussian itself is then drawn independently.

References
----------
.. [1] I. Murray, R. P. Adams, D. J. C. MacKay, "Elliptical slice sampling", AISTATS (2010), algorithm 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.networks.laws import GAUSSIAN, ParameterLaw

Array = NDArray[np.float64]

#: Rounds of learning, steps of each, and steps from which the correlation time is measured.
ROUNDS, WARM_UP, MEASURED = 4, 50, 200
#: Correlation time, in steps, beyond which chains are not believed.
LONGEST_TIME = 40.0
#: Chains that run side by side, at most, and how many of them the first guess is made from.
_CHAINS, _FEW = 2000, 64


@final
@dataclass(frozen=True, eq=False)
class ChainDraws:
    """Output weights drawn by chains.

    Attributes
    ----------
    weights : ndarray, shape (networks, width)
    correlation_time : float
        Of A along a chain, in steps: 1 + 2 Σ_t ρ(t).
    steps_between : int
        Steps between two draws of one chain.
    """

    weights: Array
    correlation_time: float
    steps_between: int


def draw_by_chains(
    energy: Callable[[Array], Array],
    law: ParameterLaw,
    deviation: float,
    width: int,
    generator: np.random.Generator,
    networks: int,
) -> ChainDraws:
    """Draw from P ∝ P_0 e^(−A).

    Parameters
    ----------
    energy : callable
        A of output weights, shape (m, width) -> (m,).
    law : ParameterLaw
        Of a weight in units of `deviation`, under P_0.
    deviation : float
    width, networks : int
    generator : numpy.random.Generator

    Raises
    ------
    NotAvailable
        If the chains move too slowly, or A is not finite.
    """
    from scipy.special import ndtr

    def weights(g: Array) -> Array:
        return deviation * (g if law == GAUSSIAN else law.quantile(np.clip(ndtr(g), 1e-300, 1 - 2.0**-53)))

    def at_normals(g: Array) -> Array:
        found = energy(weights(g))
        if not np.all(np.isfinite(found)):
            raise NotAvailable("the deformation is not finite at output weights that occur; check it")
        return found

    chains = min(networks, _CHAINS)
    z = generator.standard_normal((chains, width))
    reference = _Reference.nearest(at_normals, z[:_FEW])
    for _ in range(ROUNDS):
        z, _ = _walk(reference.energy(at_normals), z, WARM_UP, generator)
        g = reference.normals(z)
        reference = _Reference.like(g)
        z = reference.inverse(g)
    value = reference.energy(at_normals)
    trace = []
    for _ in range(MEASURED):
        z, _ = _walk(value, z, 1, generator)
        trace.append(at_normals(reference.normals(z)))
    time = correlation_time(np.array(trace))
    if time > LONGEST_TIME:
        raise NotAvailable(
            f"the chains that draw this deformed law forget their start only after {time:.0f} steps, which "
            "is too slow to be believed; take a smaller strength"
        )
    between = max(1, int(np.ceil(2.0 * time)))
    kept = [z]
    while len(kept) * chains < networks:
        z, _ = _walk(value, z, between, generator)
        kept.append(z)
    # chain by chain, so that blocks of consecutive draws are independent
    drawn = np.stack(kept, axis=1).reshape(-1, width)[:networks]
    return ChainDraws(weights(reference.normals(drawn)), time, between)


@final
@dataclass(frozen=True)
class _Reference:
    """A Gaussian with respect to which chains slice: g = mean + own (z − z̄) + joint z̄, z standard normal.

    Attributes
    ----------
    mean, own, joint : float
        `joint` is the deviation of √N ḡ, `own` that of what is orthogonal to it.
    """

    mean: float
    own: float
    joint: float

    @classmethod
    def like(cls, g: Array) -> "_Reference":
        """Fit it to normal numbers that chains have reached, shape (chains, width)."""
        middle = g.mean(axis=1, keepdims=True)
        width = g.shape[1]
        joint = max(float(middle.std()) * width**0.5, 1e-6)
        own = float(np.sum((g - middle) ** 2) / (len(g) * (width - 1))) ** 0.5 if width > 1 else joint
        return cls(float(middle.mean()), max(own, 1e-6), joint)

    @classmethod
    def nearest(cls, given: Callable[[Array], Array], z: Array) -> "_Reference":
        """Choose the deviation for which a Gaussian without a mean is nearest, by Kullback and Leibler."""
        from scipy.optimize import minimize_scalar

        def divergence(log_scale: float) -> float:
            scale = np.exp(log_scale)
            size = 0.5 * float(np.mean(np.sum(z * z, axis=1)))
            return float(np.mean(given(scale * z)) + size * scale**2 - z.shape[1] * log_scale)

        found = minimize_scalar(divergence, bounds=(-5.0, 3.0), method="bounded")
        scale = float(np.exp(found.x))
        return cls(0.0, scale, scale)

    def normals(self, z: Array) -> Array:
        """Turn standard numbers into normal ones."""
        middle = z.mean(axis=1, keepdims=True)
        return np.asarray(self.mean + self.own * (z - middle) + self.joint * middle)

    def inverse(self, g: Array) -> Array:
        """Turn them back."""
        middle = g.mean(axis=1, keepdims=True)
        return np.asarray((g - middle) / self.own + (middle - self.mean) / self.joint)

    def energy(self, given: Callable[[Array], Array]) -> Callable[[Array], Array]:
        """What stands in the exponent beside that of this Gaussian."""

        def value(z: Array) -> Array:
            g = self.normals(z)
            return np.asarray(given(g) + 0.5 * np.sum((g - z) * (g + z), axis=1))

        return value


def _walk(
    value: Callable[[Array], Array], z: Array, steps: int, generator: np.random.Generator
) -> tuple[Array, Array]:
    """Move every chain a number of times."""
    at = value(z)
    for _ in range(steps):
        z, at = _step(value, z, at, generator)
    return z, at


def _step(
    value: Callable[[Array], Array], g: Array, at: Array, generator: np.random.Generator
) -> tuple[Array, Array]:
    """Move every chain once."""
    other = generator.standard_normal(g.shape)
    # a height below e^(−A), as the largest A that is allowed
    allowed = at + generator.standard_exponential(len(g))
    angle = generator.uniform(0.0, 2.0 * np.pi, len(g))
    low, high = angle - 2.0 * np.pi, angle.copy()
    moved, found = g.copy(), at.copy()
    left = np.arange(len(g))
    while len(left):
        turned = angle[left, np.newaxis]
        tried = g[left] * np.cos(turned) + other[left] * np.sin(turned)
        reached = value(tried)
        good = reached <= allowed[left]
        moved[left[good]], found[left[good]] = tried[good], reached[good]
        left = left[~good]
        # the bracket shrinks towards where the chain stands, which is always allowed
        below = angle[left] < 0.0
        low[left[below]], high[left[~below]] = angle[left[below]], angle[left[~below]]
        angle[left] = generator.uniform(low[left], high[left])
    return moved, found


def correlation_time(trace: Array) -> float:
    """Integrated correlation time of chains, shape (steps, chains), averaged over them.

    The sum over ρ(t) ends at five times its own value, as usual.

    Examples
    --------
    >>> x = np.random.default_rng(1).standard_normal((500, 200))
    >>> 0.9 < correlation_time(x) < 1.1
    True
    """
    centred = trace - trace.mean()
    variance = float(np.mean(centred**2))
    if variance == 0.0:
        return 1.0
    time = 1.0
    for lag in range(1, len(trace) // 2):
        time += 2.0 * float(np.mean(centred[:-lag] * centred[lag:])) / variance
        if lag >= 5.0 * time:
            break
    return max(time, 1.0)
