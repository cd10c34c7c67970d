"""Moments of the features of one neuron, E[s(z_1) ... s(z_n)]; `choose` is the way in.

`base` says what an answer holds. `closed` are elementary formulas (Gauss-net, Cos-net), `erf` those of
Erf-net, also by `orthant` probabilities; `relu` splits space by the kinks into `relu_sectors` of the plane
or `relu_cones`; `by_quadrature` serves everything else.
"""
