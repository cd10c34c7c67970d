"""What public functions return, by name: for ``help()``, annotations and ``isinstance``.

Nobody has to make these: functions of `nnft_sym` do. `CouplingFit` is what `nnft_sym.infer` returns,
`Symmetry` and `Symmetries` are what `nnft_sym.symmetry` does, and so on. What has a better place is there:
networks and kernels in `nnft_sym.networks`, integrands in `nnft_sym.integrals`, batches of diagrams in
`nnft_sym.diagrams`; and what users meet first, such as `nnft_sym.Prediction`, in `nnft_sym` itself.
"""

from diagrams.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
