"""Feynman diagrams for neural-network field theory.

The one package that users import: it re-exports the public surface of all three floors. Names are imported
on first use, so ``import nnft_sym`` is instant.

What to use when
----------------
- `Action`, `correlator`: an n-point function as a sum of diagrams, exact.
- `pasted_latex`, `latex_document`, `Notation`: an expansion for a paper.
- `solve_for`, `substitute_kernel`, `integrate_gaussian`: algebra on expansions, in SymPy.
- `at_components`: numbers for a field with D components.
- `generate`, `count`, `grouped`: diagrams by themselves; `generate_batches`: millions of them as arrays.
- `svg`, `svg_sheet`, `sheet_figure`, `tikz`: pictures. `nickel_index`, `to_networkx`, `to_json`: other forms.
- `network` (or `ErfNet`, `ReLUNet`, `GaussNet`, `CosNet`): an architecture, its kernel and its ensemble.
- `ActivationNet`, `symbolic_activation`: an activation of one's own; `ReweightedNet`: uniform or correlated
  weights.
- `Ensemble`: sample networks. `exact_correlators`: the exact finite-width answer.
- `predict`: an expansion and a kernel to numbers. `integrate`: one diagram to a number.
- `fit`, `compare`: couplings from correlated data, and χ² against a prediction.
- `run_study`: the whole job, as ``nnft validate`` does it; `write_output` writes the report.
"""

from typing import TYPE_CHECKING

from numerics._guard import require_our_diagrams

require_our_diagrams()

from diagrams import __version__ as __version__  # noqa: E402
from numerics._lazy import lazy_exports  # noqa: E402

if TYPE_CHECKING:
    from diagrams import Diagram as Diagram
    from diagrams import NNFTError as NNFTError
    from diagrams import contract as contract
    from diagrams import count as count
    from diagrams import double_factorial as double_factorial
    from diagrams import from_nickel_index as from_nickel_index
    from diagrams import generate as generate
    from diagrams import grouped as grouped
    from diagrams import named_filter as named_filter
    from diagrams import nickel_index as nickel_index
    from diagrams.bulk import generate_batches as generate_batches
    from diagrams.drawing import sheet_figure as sheet_figure
    from diagrams.drawing import svg as svg
    from diagrams.drawing import svg_sheet as svg_sheet
    from diagrams.drawing import tikz as tikz
    from diagrams.drawing import tikz_document as tikz_document
    from diagrams.graphs import from_networkx as from_networkx
    from diagrams.graphs import to_networkx as to_networkx
    from nnft_sym.action import Action as Action
    from nnft_sym.activations import symbolic_activation as symbolic_activation
    from nnft_sym.algebra import integrate_gaussian as integrate_gaussian
    from nnft_sym.algebra import solve_for as solve_for
    from nnft_sym.algebra import substitute_kernel as substitute_kernel
    from nnft_sym.components import at_components as at_components
    from nnft_sym.config import StudyConfig as StudyConfig
    from nnft_sym.config import built_in_study as built_in_study
    from nnft_sym.config import load_study as load_study
    from nnft_sym.config import parse_study as parse_study
    from nnft_sym.expansion import Expansion as Expansion
    from nnft_sym.expansion import correlator as correlator
    from nnft_sym.json_form import from_json as from_json
    from nnft_sym.json_form import to_json as to_json
    from nnft_sym.latex_output import latex_document as latex_document
    from nnft_sym.latex_output import pasted_latex as pasted_latex
    from nnft_sym.notation import Notation as Notation
    from nnft_sym.numeric_terms import component_values as component_values
    from nnft_sym.numeric_terms import with_profiles as with_profiles
    from nnft_sym.output import write_output as write_output
    from nnft_sym.prediction_progress import integral_progress as integral_progress
    from nnft_sym.results import StudyResult as StudyResult
    from nnft_sym.study import run_study as run_study
    from nnft_sym.summary import summarise as summarise
    from nnft_sym.symbolic_functions import symbolic_kernel as symbolic_kernel
    from nnft_sym.symbolic_functions import symbolic_profile as symbolic_profile
    from nnft_sym.symbolic_kernels import kernel_expression as kernel_expression
    from nnft_sym.width_plots import width_dataset as width_dataset
    from nnft_sym.width_plots import width_figure as width_figure
    from numerics.backends import NumbaBackend as NumbaBackend
    from numerics.backends import NumpyBackend as NumpyBackend
    from numerics.comparison import compare as compare
    from numerics.convergence import divergence as divergence
    from numerics.domains import Box as Box
    from numerics.domains import WholeSpace as WholeSpace
    from numerics.estimate import Estimate as Estimate
    from numerics.estimate import Quality as Quality
    from numerics.exact import exact_correlators as exact_correlators
    from numerics.exact import exact_cumulant as exact_cumulant
    from numerics.fitting import fit as fit
    from numerics.flow import flow as flow
    from numerics.index_sets import multisets as multisets
    from numerics.integral_store import IntegralStore as IntegralStore
    from numerics.integration import Method as Method
    from numerics.integration import integrate as integrate
    from numerics.integration import vertex_tensor as vertex_tensor
    from numerics.jobs import Settings as Settings
    from numerics.networks import CosNet as CosNet
    from numerics.networks import ErfNet as ErfNet
    from numerics.networks import GaussNet as GaussNet
    from numerics.networks import ReLUNet as ReLUNet
    from numerics.networks import network as network
    from numerics.neuron_level import NeuronEnsemble as NeuronEnsemble
    from numerics.output_structure import pairing_amplitudes as pairing_amplitudes
    from numerics.prediction import predict as predict
    from numerics.profiles import FunctionProfile as FunctionProfile
    from numerics.sampler import Ensemble as Ensemble
    from numerics.sampling_run import SamplingInterrupted as SamplingInterrupted
    from numerics.user_kernels import FunctionKernel as FunctionKernel
    from numerics.user_networks import ActivationNet as ActivationNet
    from numerics.weight_laws import ReweightedNet as ReweightedNet
    from numerics.width_scan import scan_widths as scan_widths

#: Module -> the names it gives; modules of this package first, then those of the floors below.
EXPORTS = {
    "nnft_sym.action": ("Action",),
    "nnft_sym.activations": ("symbolic_activation",),
    "nnft_sym.algebra": ("integrate_gaussian", "solve_for", "substitute_kernel"),
    "nnft_sym.components": ("at_components",),
    "nnft_sym.config": ("StudyConfig", "built_in_study", "load_study", "parse_study"),
    "nnft_sym.expansion": ("Expansion", "correlator"),
    "nnft_sym.json_form": ("from_json", "to_json"),
    "nnft_sym.latex_output": ("latex_document", "pasted_latex"),
    "nnft_sym.notation": ("Notation",),
    "nnft_sym.prediction_progress": ("integral_progress",),
    "nnft_sym.numeric_terms": ("component_values", "with_profiles"),
    "nnft_sym.output": ("write_output",),
    "nnft_sym.results": ("StudyResult",),
    "nnft_sym.study": ("run_study",),
    "nnft_sym.summary": ("summarise",),
    "nnft_sym.symbolic_functions": ("symbolic_kernel", "symbolic_profile"),
    "nnft_sym.symbolic_kernels": ("kernel_expression",),
    "nnft_sym.width_plots": ("width_dataset", "width_figure"),
    "numerics.backends": ("NumbaBackend", "NumpyBackend"),
    "numerics.comparison": ("compare",),
    "numerics.convergence": ("divergence",),
    "numerics.domains": (
        "Box",
        "WholeSpace",
    ),
    "numerics.estimate": (
        "Estimate",
        "Quality",
    ),
    "numerics.exact": (
        "exact_correlators",
        "exact_cumulant",
    ),
    "numerics.fitting": ("fit",),
    "numerics.flow": ("flow",),
    "numerics.index_sets": ("multisets",),
    "numerics.integral_store": ("IntegralStore",),
    "numerics.integration": ("Method", "integrate", "vertex_tensor"),
    "numerics.networks": (
        "CosNet",
        "ErfNet",
        "GaussNet",
        "ReLUNet",
        "network",
    ),
    "numerics.neuron_level": ("NeuronEnsemble",),
    "numerics.output_structure": ("pairing_amplitudes",),
    "numerics.prediction": ("predict",),
    "numerics.profiles": ("FunctionProfile",),
    "numerics.jobs": ("Settings",),
    "numerics.sampler": ("Ensemble",),
    "numerics.sampling_run": ("SamplingInterrupted",),
    "numerics.user_kernels": ("FunctionKernel",),
    "numerics.user_networks": ("ActivationNet",),
    "numerics.weight_laws": ("ReweightedNet",),
    "numerics.width_scan": ("scan_widths",),
    "diagrams": (
        "Diagram",
        "NNFTError",
        "contract",
        "count",
        "double_factorial",
        "from_nickel_index",
        "generate",
        "grouped",
        "named_filter",
        "nickel_index",
    ),
    "diagrams.bulk": ("generate_batches",),
    "diagrams.drawing": ("sheet_figure", "svg", "svg_sheet", "tikz", "tikz_document"),
    "diagrams.graphs": ("from_networkx", "to_networkx"),
}

__getattr__, __dir__ = lazy_exports(__name__, EXPORTS)
