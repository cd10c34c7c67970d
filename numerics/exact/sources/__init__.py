"""What a source makes of one neuron, averaged over its parameters; `numerics.exact.characteristic` asks.

`base` says what is asked and what an answer holds. `cos` and `relu` are closed in the phase and on the
circle; `by_rules` serves everything else.
"""
