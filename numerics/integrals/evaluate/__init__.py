"""Sums over nodes; a closed `gaussian_form` where there is one.

`contraction` works on tables of kernel values, `pointwise` point by point. `tensor_network` finds the order
of contractions; `backends` and their compiled `interpreter` run programs.
"""
