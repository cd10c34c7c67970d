"""Architectures: one definition gives sampler parameters, kernel and exact moments.

`architectures` are our four networks, `own` those with an activation of the user (`activations` compiles
it), `weight_laws` other distributions of the weights; `averages` integrate over the parameters of one
neuron, `parameters` names the numbers of a network.
"""
