"""Neuron-level Monte Carlo: correlators of every width from single neurons; `ensemble` is the way in.

`tilting` draws where features are large, `sums` adds up blocks of neurons, `block_products` makes unbiased
products of them, `sample` holds what they say about every width.
"""
