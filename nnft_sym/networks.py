"""Networks and the laws of their parameters.

`network` finds an architecture by name; ``net.with_laws`` gives its parameters other laws, `OwnLaw` is one's
own; `deformed_law` makes output weights depend on each other. `preset` has the deviations of He, LeCun,
Glorot and PyTorch. `to_record` and `from_record` are the one text form of a network. `Network` and `Kernel`
are what all networks and all kernels are, for annotations and ``isinstance``.
"""

from diagrams.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
