"""Everything that needs SymPy, imported only when asked for.

`inputs` is the door for what users give. `conversion` takes expansions from and to SymPy, `algebra` works on
them, `gaussian` integrates them; `compiled` makes functions of them, and lets no code in;
`activations`, `functions` and `kernels` are networks, kernels and profiles as expressions.
"""

from diagrams.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
