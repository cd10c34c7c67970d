"""Slips of the talk on symmetries: T15."""

from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.fitted_couplings import Couplings
from nnft_sym.reproduction.setups import PublishedSetup
from numerics.exact.correlators import exact_correlators

#: A law with mean zero that is skewed: density e^(−(a + 1)) above −1, E a³ = 2.
SKEWED = "scipy.expon:loc=-1"


def rotations_of_outputs(couplings: Couplings) -> Claim:
    """Give T15: what SO(D) of the outputs asks of the laws, and what SO(1) does not say."""
    network = PublishedSetup("relu", 1).network(1).with_laws(output=SKEWED)
    found = exact_correlators(network, [[1.0]], (3,))[3][0, 0, 0]
    return Claim(
        "T15",
        "mean-free SO(D)-invariant laws of the last layer make the outputs SO(D)-invariant",
        "talk, “Symmetry via Duality”",
        0.0,
        found,
        "⟨fff⟩ at x = 1, ReLU-net N = 1, D = 1, a mean-free law e^(−(a + 1)) of the output weights",
        Finding.REFINED,
        Reason.SLIP,
        "For D ≥ 2 an invariant law is mean-free already: no vector but zero stays where it is. The output "
        "bias must be invariant, too, not the weights alone. And SO(1) has one element, so that every law is "
        "invariant, this skewed one as well: that odd correlators vanish is f → −f, which is O(1).",
    )
