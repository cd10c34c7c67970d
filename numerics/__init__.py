"""Middle floor: kernels, networks, ensembles, integrals and fits in floating point."""

from numerics._guard import require_our_diagrams

require_our_diagrams()
