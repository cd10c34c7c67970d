"""Feynman diagrams for neural-network field theory.

The one package that users import: it re-exports the public surface of all three floors. Names are imported
on first use, so ``import nnft_sym`` is instant.

What to use when
----------------
- `Action`, `expand`: an n-point function as a sum of diagrams, exact.
- `pasted_latex`, `latex_document`, `Notation`: an expansion for a paper.
- `generate`, `count`, `svg`, `svg_sheet`, `tikz`: diagrams and their pictures; more in `nnft_sym.diagrams`.
- `network` (or `ErfNet`, `ReLUNet`, `GaussNet`, `CosNet`): an architecture, its kernel and its ensemble.
- `ActivationNet`: an activation of one's own, as text or function; ``net.with_laws``: other laws of the
  parameters, one's own and presets in `nnft_sym.networks`.
- `Ensemble`: sample networks. `exact_correlators`: the exact finite-width answer.
- `predict`: an expansion and a kernel to numbers. `integrate`: one diagram to a number. `Integrator`: both,
  with everything that can be chosen; more in `nnft_sym.integrals`.
- `action_from_cumulants`: the action that connected correlators imply.
- `symmetry`: which symmetries a network has, derived from the laws of its parameters and tested;
  `finite_group`, `one_parameter_family`: groups of your own; `output_tensors`: the δ's and ε's of outputs.
- `fit`, `compare`: couplings from correlated data, and χ² against a prediction.
- `infer`: the couplings of a `Model` from a `Dataset` (exact, sampled, or brought along).
- `partition_function`, `deformed_correlators`: output weights of a deformed law (`Deformation`), in powers of
  its strength; `sample_deformed` samples them.
- `merge`: samples of several seeds as one. `load`: correlators that ``save("….nc")`` wrote.
- `run_study`: the whole job, as ``nnft validate`` does it; `write_output` writes the report.
- `nnft_sym.results`: what functions return, by name, for ``help()``, annotations and ``isinstance``.
- `nnft_sym.symbolic`: algebra on expansions in SymPy, kernels and activations from expressions.
"""

import sys

from nnft_sym._startup import guard_command

guard_command()  # before anything else is loaded: nothing later may end in a traceback

from nnft_sym._guard import require_our_floors  # noqa: E402

require_our_floors()

from diagrams import __version__ as __version__  # noqa: E402
from diagrams.lazy_names import lazy_names  # noqa: E402
from numerics.networks.expressions import read_activation  # noqa: E402


@read_activation.register
def _(given: str) -> object:
    """Read activations that are given as text with our grammar, on first use."""
    from nnft_sym.symbolic.written import named_or_written

    return named_or_written(given)


@read_activation.register(object)
def _(given: object) -> object:
    """Read SymPy expressions, too; where SymPy was never loaded there is none. All else is left as it is."""
    sympy = sys.modules.get("sympy")
    if sympy is None or not isinstance(given, sympy.Expr):
        return given
    from nnft_sym.symbolic.written import expression_activation

    return expression_activation(given)


#: Old names -> where they are now.
RENAMED = {
    "Method": "nnft_sym.integrals.Method",
    "NumbaBackend": "nnft_sym.integrals.NumbaBackend",
    "NumpyBackend": "nnft_sym.integrals.NumpyBackend",
    "Settings": "nnft_sym.integrals.Accuracy",
    "FunctionKernel": "nnft_sym.integrals.FunctionKernel",
    "FunctionProfile": "nnft_sym.integrals.FunctionProfile",
    "component_values": "nnft_sym.integrals.component_values",
    "contract": "nnft_sym.diagrams.contract",
    "correlator": "nnft_sym.expand",
    "divergence": "nnft_sym.integrals.divergence",
    "double_factorial": "nnft_sym.diagrams.double_factorial",
    "from_networkx": "nnft_sym.diagrams.from_networkx",
    "from_nickel_index": "nnft_sym.diagrams.from_nickel_index",
    "generate_batches": "nnft_sym.diagrams.generate_batches",
    "grouped": "nnft_sym.diagrams.grouped",
    "integral_progress": "nnft_sym.integrals.integral_progress",
    "integrate_gaussian": "nnft_sym.symbolic.integrate_gaussian",
    "kernel_expression": "nnft_sym.symbolic.kernel_expression",
    "named_filter": "nnft_sym.diagrams.named_filter",
    "nickel_index": "nnft_sym.diagrams.nickel_index",
    "sheet_figure": "nnft_sym.diagrams.sheet_figure",
    "solve_for": "nnft_sym.symbolic.solve_for",
    "substitute_kernel": "nnft_sym.symbolic.substitute_kernel",
    "symbolic_activation": "nnft_sym.symbolic.symbolic_activation",
    "symbolic_kernel": "nnft_sym.symbolic.symbolic_kernel",
    "symbolic_profile": "nnft_sym.symbolic.symbolic_profile",
    "tikz_document": "nnft_sym.diagrams.tikz_document",
    "to_networkx": "nnft_sym.diagrams.to_networkx",
    "vertex_tensor": "nnft_sym.integrals.vertex_tensor",
    "width_dataset": "nnft_sym.report.width_plots.width_dataset",
    "width_figure": "nnft_sym.report.width_plots.width_figure",
    "with_profiles": "nnft_sym.integrals.with_profiles",
}

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    __file__,
    namespaces=("diagrams", "integrals", "networks", "results", "symbolic"),
    old_names=RENAMED,
)
