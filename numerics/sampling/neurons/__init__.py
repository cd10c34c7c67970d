"""Neuron-level Monte Carlo: correlators of every width from single neurons; `neuron_ensemble` is the way in.

`tilting` draws where features are large, `sums` adds up blocks of neurons (`tilted_runs` keeps those on
disk), `block_products` makes unbiased products of them, `neuron_sample` holds what they say about every
width.
"""
