"""Slip of the talk on the Osterwalder-Schrader axioms: T17."""

from nnft_sym.osterwalder_schrader.positivity_matrix import positivity_matrix
from nnft_sym.osterwalder_schrader.reflection import TIMES, default_points
from nnft_sym.printing.number_text import number
from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.fitted_couplings import Couplings
from nnft_sym.reproduction.setups import PublishedSetup
from numerics.results.estimate import Estimate

#: Width of the networks, and the order at which all three have failed.
WIDTH, ORDER = 5, 4


def reflection_positivity_of_the_shown(couplings: Couplings) -> Claim:
    """Give T17: none of the kernels that are shown is reflection positive."""
    smallest = {}
    for kind in ("erf", "relu", "gauss"):
        network = PublishedSetup(kind, 1).network(WIDTH)
        for order in (2, ORDER):
            spectrum = positivity_matrix(network, default_points(1.0, 1), order).spectrum
            smallest[kind, order] = Estimate(spectrum.smallest, spectrum.error)
    nearest = max((one for (_, order), one in smallest.items() if order == ORDER), key=float)
    return Claim(
        "T17",
        "networks are field theories where the axioms hold; shown are Erf-, ReLU- and Gauss-net",
        "talk, conclusions on the Osterwalder-Schrader axioms",
        0.0,
        nearest,
        f"largest of the three smallest eigenvalues of ⟨ΘA·B⟩ at order {ORDER}, N = {WIDTH}, times "
        f"{', '.join(f'{t:g}' for t in TIMES)}",
        Finding.CONTRADICTED,
        Reason.SLIP,
        "None of them is reflection positive. Erf and Gauss fail at two points "
        f"({number(float(smallest['erf', 2]))} and {number(float(smallest['gauss', 2]))}): their kernels are "
        "smooth at the reflection plane, and ∂_x∂_y K(0, 0) > 0 makes ⟨ΘF·F⟩ < 0 for F = φ(τ₁) − φ(τ₂) and "
        "τ → 0. ReLU without bias has K = 0 across the plane and fails at four points "
        f"({number(float(smallest['relu', ORDER]))}), by a determinant of −σ_w⁸τ⁴/4N. Cos-net with Cauchy "
        "momenta, K ∝ e^(−m|t|), is reflection positive to four points; it fails at six at every finite "
        "width.",
    )
