"""From exact diagrams to floats, in two ways. The only place where an exact coefficient becomes a float.

Over space: `lower` is the way in, an `integrand` what comes out; `monomials` are products of couplings.
Over a set of fields: `to_network` makes a diagram of given tensors a contraction, which `tensor_network` does
in the order that takes the fewest operations.
"""
