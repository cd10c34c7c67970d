"""Sums over nodes; a closed `gaussian_form` where there is one.

`contraction` works on tables of kernel values, `pointwise` point by point; `backends` and their compiled
`interpreter` run programs. The order of contractions is found by `numerics.lowering.tensor_network`.
"""
