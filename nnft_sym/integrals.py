"""Diagrams to numbers: what may be chosen beyond `nnft_sym.integrate` and `nnft_sym.predict`.

`Method` and the backends choose how, `Accuracy` how exactly; `vertex_tensor` gives a diagram at all inputs,
`divergence` says how it grows with the cutoff, `integral_progress` shows how far it is. `component_values`
and `with_profiles` put in components and couplings that depend on position.
"""

from diagrams.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
