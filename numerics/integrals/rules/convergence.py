"""Power counting: how fast a vertex integral grows with the cutoff.

With the vertices at a distance ~ Λ from the inputs, a line from an input to a far vertex grows like Λ^g
(`Kernel.ray_growth`), a line between far vertices at most like Λ^s (`Kernel.self_growth`), and each far
vertex contributes Λ^d, times the growth of its profile if its coupling depends on the position. For one
vertex with l legs and k self-loops the power is d + g l + s k: d for Erf-net, d + 4 for the 4-point vertex of
ReLU-net and d + 6 for everything with six line ends, so that the coupling extracted from a fixed correlator
flows with minus that power.
"""

from itertools import product

from diagrams.diagram import Diagram
from diagrams.messages import shown
from numerics.errors import DivergentIntegral, InvalidKernel, LoweringError
from numerics.given import as_instance
from numerics.kernels.base import Kernel
from numerics.lowering.integrand import Integrand
from numerics.lowering.lower import lower_diagram

#: All sets of far vertices are tried: 2^12 of them at most.
_MAX_VERTICES = 12


def divergence(diagram: Diagram | Integrand, kernel: Kernel) -> float | None:
    """Leading power of the cutoff Λ with which the integral of a diagram grows.

    Parameters
    ----------
    diagram : Diagram or Integrand
    kernel : Kernel

    Returns
    -------
    float or None
        The power p of Λ^p (0 means a logarithm), for inputs in general position: at special inputs the
        coefficient can vanish. So it does for Erf-net, whose kernel changes sign from one end of the box to
        the other, at vertices with an odd number of line ends: the power is then an upper bound. None if the
        integral converges over R^d.

    Raises
    ------
    LoweringError
        If a connected part has more than 12 vertices, or the diagram is none.
    InvalidKernel
        If the kernel is none.

    Examples
    --------
    >>> from numerics.kernels.arc import ErfKernel, ReLUKernel
    >>> from numerics.kernels.stationary import GaussKernel
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    >>> [divergence(star, kernel) for kernel in (ErfKernel(d_in=2), ReLUKernel(), GaussKernel())]
    [2.0, 5.0, None]
    """
    as_instance(kernel, Kernel, "kernel", InvalidKernel, "a kernel, such as network.kernel,")
    if not isinstance(diagram, Diagram | Integrand):
        raise LoweringError(f"diagram = {shown(diagram)} was given; a Diagram is needed")
    integrand = lower_diagram(diagram) if isinstance(diagram, Diagram) else diagram
    powers = [_part_power(part.integrand, kernel) for part in integrand.parts()]
    growing = [power for power in powers if power is not None]
    return sum(growing) if growing else None


def refuse_divergence(integrand: Integrand, kernel: Kernel) -> None:
    """Raise if the integral does not exist over R^d.

    Raises
    ------
    DivergentIntegral
        Naming the power of the cutoff and what to do.
    """
    for part in integrand.parts():
        power = _part_power(part.integrand, kernel)
        if power is None:
            continue
        name = type(kernel).__name__
        if not part.labels:
            raise DivergentIntegral(
                f"the diagram has a part without external points, {part.integrand}: over R^d it is infinite "
                f"whatever the kernel ({name} was given), like Λ^{power:g}. Give a cutoff (a box [−Λ, Λ]^d), "
                "or use the normalised correlator, in which such parts cancel"
            )
        growth = f"like Λ^{power:g}" if power > 0 else "like log Λ"
        raise DivergentIntegral(
            f"the integral diverges over R^d {growth}; give a cutoff, as in --cutoff 10 or Box(10.0), for "
            f"the box [−Λ, Λ]^d: {part.integrand} with {name} in d = {kernel.d_in}"
        )


def tail_power(integrand: Integrand, kernel: Kernel) -> float | None:
    """Power of Λ with which the part of a convergent integral outside [−Λ, Λ]^d falls, at least.

    Parameters
    ----------
    integrand : Integrand
        Connected.
    kernel : Kernel

    Returns
    -------
    float or None
        Negative; None if it falls faster than any power.

    Raises
    ------
    DivergentIntegral
        If the integral diverges.

    Examples
    --------
    >>> from numerics.kernels.stationary import GaussKernel
    >>> print(tail_power(Integrand(1, 1, legs=((0, 0, 1),)), GaussKernel()))
    None
    """
    refuse_divergence(integrand, kernel)
    return None if kernel.ray_growth is None else _largest_power(integrand, kernel, kernel.ray_growth)


def _part_power(integrand: Integrand, kernel: Kernel) -> float | None:
    """Leading power of a connected part that diverges, else None."""
    if kernel.ray_growth is None:
        # Lines fall off faster than any power, so only a part without legs, moved as a whole, has volume.
        growths = [p.growth for p in integrand.profiles if p is not None]
        if integrand.legs or None in growths:
            return None
        return kernel.d_in + sum(growth or 0.0 for growth in growths)
    best = _largest_power(integrand, kernel, kernel.ray_growth)
    return best if best is not None and best >= 0.0 else None


def _largest_power(integrand: Integrand, kernel: Kernel, ray: float) -> float | None:
    """Largest power over all sets of vertices that may be far away; None if none may."""
    if integrand.n_vertices > _MAX_VERTICES:
        raise LoweringError(
            f"power counting of {integrand.n_vertices} connected vertices given; at most {_MAX_VERTICES}"
        )
    profiles = integrand.profiles or (None,) * integrand.n_vertices
    return max(
        (
            _power(integrand, kernel, ray, far)
            for far in product((False, True), repeat=integrand.n_vertices)
            if any(far) and not any(v for v, p in zip(far, profiles, strict=True) if p and p.growth is None)
        ),
        default=None,
    )


def _power(integrand: Integrand, kernel: Kernel, ray: float, far: tuple[bool, ...]) -> float:
    power = float(kernel.d_in * sum(far))
    power += sum(ray * p for _, v, p in integrand.legs if far[v])
    power += sum(p.growth or 0.0 for v, p in zip(far, integrand.profiles, strict=False) if v and p)
    for u, v, p in integrand.internal:
        power += p * (kernel.self_growth if far[u] and far[v] else ray if far[u] or far[v] else 0.0)
    return power
