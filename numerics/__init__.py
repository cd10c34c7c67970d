"""Middle floor: kernels, networks, ensembles, integrals and fits in floating point."""
