"""Everything that needs SymPy, imported only when asked for.

`conversion` takes expansions from and to SymPy, `algebra` works on them, `gaussian` integrates them;
`activations`, `functions` and `kernels` are networks, kernels and profiles as expressions.
"""
