"""Nodes and weights: where vertices may be (`domains`), and where integrands are evaluated there.

`quadrature` joins `panels` into grids, `cones` are grids made for kernels that are singular on planes through
the origin, `kinked_lines` are lines with kinks; `convergence` knows what diverges.
"""
