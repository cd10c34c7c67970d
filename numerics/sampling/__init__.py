"""The ensemble sampler; `ensemble` is the way in.

From the inside out: the compiled `engine` draws networks and sums products of their outputs, `runs` carries
that work through interruptions and over a cluster, `estimators` make correlators of the sums, and `judge`
says which error bars can be trusted. `neurons` does without networks: every width from single neurons.
"""
