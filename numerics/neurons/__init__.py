"""Neuron-level Monte Carlo: correlators of every width from single neurons; `ensemble` is the way in."""
