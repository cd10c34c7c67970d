"""From exact diagrams to flat programs of floats: `lower` is the way in, an `integrand` what comes out.

This is the only place where an exact coefficient becomes a float; `monomials` are products of couplings.
"""
