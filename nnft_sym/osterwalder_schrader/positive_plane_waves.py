r"""Where reflection positivity is proved for all times: plane waves whose propagator falls exponentially.

With Cauchy momenta K(t) = Z e^(−m|t|), with those of a lattice K(n) = Z e^(−w|n|) on its sites, so that
⟨ΘF·F⟩ = Z (Σ c_i e^(−mτ_i))² for F = Σ c_i f(τ_i): order 2 holds, with rank one. Components of momenta are
independent in more dimensions, where K = e^(−m|t|) k(y) with k positive semidefinite: order 2 holds, too.

Order 4 on the line, for amplitudes of any law with a fourth moment and at every width: given the amplitudes
neurons are independent, and products of positive forms are positive, so that one neuron is enough. Of
h = a cos(px + c) the product h(x₁) h(x₂) has the charges 0 and ±2 under shifts of the phase c, and what has
different charges is orthogonal. Charge 0 is (a²/2) cos p(x₁ − x₂), which the reflection leaves alone: with
the constant ⟨ΘA·B⟩ = ⟨A·B⟩ is a Gram matrix. Charge ±2 gives E cos p(x₁ + x₂ + y₁ + y₂), the propagator at
two positive times. Off the line p_y y does not turn round with the time, and order 4 may fail.

At infinite width all orders follow from order 2 by Wick's theorem.
"""

from typing import NamedTuple

from nnft_sym.osterwalder_schrader.positivity_moments import Source
from numerics.kernels.base import Kernel
from numerics.networks.cos import CosNet, PlaneWaveKernel
from numerics.networks.laws import Cauchy, ParameterLaw
from numerics.networks.momentum_laws import LatticePropagator


class Proof(NamedTuple):
    """Why an order holds at all times, in words and in LaTeX."""

    text: str
    latex: str


def proof_of_positivity(source: Source, order: int) -> Proof | None:
    """Say why an order holds at all times.

    Parameters
    ----------
    source : Network or Kernel
    order : int

    Returns
    -------
    Proof or None
        None if nothing is proved here.

    Examples
    --------
    >>> net = CosNet(3).with_laws(hidden="cauchy")
    >>> [proof_of_positivity(net, order) is not None for order in (2, 4, 6)]
    [True, True, False]
    >>> proof_of_positivity(net.kernel, 2).text
    'proved for all times: K = Z e^(−m|t|), so that ⟨ΘF·F⟩ = Z (Σ c_i e^(−mτ_i))² for F = Σ c_i f(τ_i)'
    """
    if isinstance(source, PlaneWaveKernel):
        law = source.law
    elif isinstance(source, CosNet):
        law = source.laws.hidden
    else:
        return None
    if not _exponential(law):
        return None
    line = source.d_in == 1
    if order == 2:
        return _two_points(law, line)
    if isinstance(source, Kernel):
        return Proof(
            "proved for all times: order 2 is, and a Gaussian law is positive at all orders where it is at "
            "order 2, by Wick's theorem",
            r"\langle\Theta A\,B\rangle=\sum_{\text{pairings}}\prod K",
        )
    return _four_points() if order == 4 and line else None


def _exponential(law: ParameterLaw) -> bool:
    return isinstance(law, Cauchy | LatticePropagator) and law.mean == 0.0


def _two_points(law: ParameterLaw, line: bool) -> Proof:
    decay = "w" if isinstance(law, LatticePropagator) else "m"
    if not line:
        return Proof(
            f"proved for all times: K = e^(−{decay}|t|) k(y) with k positive semidefinite",
            rf"K(t,y)=e^{{-{decay}|t|}}\,k(y)",
        )
    return Proof(
        f"proved for all times: K = Z e^(−{decay}|t|), so that ⟨ΘF·F⟩ = Z (Σ c_i e^(−{decay}τ_i))² for "
        "F = Σ c_i f(τ_i)",
        rf"\langle\Theta F\,F\rangle=Z\Bigl(\sum_i c_i\,e^{{-{decay}\tau_i}}\Bigr)^2",
    )


def _four_points() -> Proof:
    return Proof(
        "proved for all times, widths and amplitudes: given the amplitudes neurons are independent, and f f "
        "of one neuron has charge 0 under shifts of the phase, a Gram matrix of cos p(x₁ − x₂), and charge "
        "±2, the propagator at two positive times",
        r"h(x_1)h(x_2)=\tfrac{a^2}{2}\bigl[\cos p(x_1-x_2)+\cos(p(x_1+x_2)+2c)\bigr],\qquad "
        r"\langle\Theta\cdot\,\cdot\rangle_{0}=\mathrm{E}\,\cos pu\,\cos pv,\quad "
        r"\langle\Theta\cdot\,\cdot\rangle_{\pm2}\propto e^{-m(s+t)}",
    )
