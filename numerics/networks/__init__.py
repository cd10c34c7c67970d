"""Architectures: one definition gives sampler parameters, kernel and exact moments.

`architectures` are our four networks, `user` those with an activation of the user (`activations` compiles
it), `weight_laws` other distributions of the weights; `neuron_quadrature` integrates over the parameters of
one neuron, `parameters` names the numbers of a network.
"""
