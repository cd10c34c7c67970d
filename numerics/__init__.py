"""Middle floor: kernels, networks, ensembles, integrals and fits in floating point.

Public names are imported on first use: asking for a kernel does not load the compiler.
"""

from numerics._guard import require_our_diagrams

require_our_diagrams()

from diagrams._marker import DISTRIBUTION as __distribution__  # noqa: E402, F401
from diagrams.lazy_names import lazy_names  # noqa: E402

#: Old names -> where they are now. The scan over widths lives a floor higher: it is looked up when asked for.
RENAMED = {
    "ReweightedNet": "numerics.networks.architectures.ReweightedNet",
    "SampledCorrelators": "numerics.Correlators",
    "Settings": "numerics.Accuracy",
    "scan_widths": "nnft_sym.scan_widths",
}

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__, old_names=RENAMED)
