"""From sums to correlators: `sampled` is what the user gets, `connected` its cumulants.

`moments` adds products of outputs; `conditional` integrates the output layer out before. `given_outputs` adds
outputs that were made elsewhere.
"""
