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
- `ActivationNet`, `symbolic_activation`: an activation of one's own; ``net.with_laws``: other laws of the
  parameters, `OwnLaw` one's own; `preset`: He, LeCun, Glorot, PyTorch; `to_record`, `from_record`: as text.
- `Ensemble`: sample networks. `exact_correlators`: the exact finite-width answer.
- `predict`: an expansion and a kernel to numbers. `integrate`: one diagram to a number.
- `fit`, `compare`: couplings from correlated data, and χ² against a prediction.
- `run_study`: the whole job, as ``nnft validate`` does it; `write_output` writes the report.
"""

from nnft_sym._startup import guard_command

guard_command()  # before anything else is loaded: nothing later may end in a traceback

from typing import TYPE_CHECKING  # noqa: E402

from nnft_sym._guard import require_our_floors  # noqa: E402

require_our_floors()

from diagrams import __version__ as __version__  # noqa: E402
from numerics._lazy import lazy_exports  # noqa: E402
from numerics.networks.expressions import read_activation  # noqa: E402


@read_activation.register
def _(given: str) -> object:
    """Read activations that are given as text with our grammar, on first use."""
    from nnft_sym.symbolic.written import named_or_written

    return named_or_written(given)


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
    from diagrams.drawing import sheet_figure as sheet_figure
    from diagrams.drawing import svg as svg
    from diagrams.drawing import svg_sheet as svg_sheet
    from diagrams.drawing import tikz as tikz
    from diagrams.drawing import tikz_document as tikz_document
    from diagrams.enumeration.bulk import generate_batches as generate_batches
    from diagrams.graphs import from_networkx as from_networkx
    from diagrams.graphs import to_networkx as to_networkx
    from diagrams.jit_target import use_wide_vectors as use_wide_vectors
    from nnft_sym.actions.action import Action as Action
    from nnft_sym.expansions.components import at_components as at_components
    from nnft_sym.expansions.expansion import Expansion as Expansion
    from nnft_sym.expansions.expansion import correlator as correlator
    from nnft_sym.expansions.json_form import from_json as from_json
    from nnft_sym.expansions.json_form import to_json as to_json
    from nnft_sym.expansions.numeric_terms import component_values as component_values
    from nnft_sym.expansions.numeric_terms import with_profiles as with_profiles
    from nnft_sym.notation import Notation as Notation
    from nnft_sym.printing.latex_output import latex_document as latex_document
    from nnft_sym.printing.latex_output import pasted_latex as pasted_latex
    from nnft_sym.progress.predictions import integral_progress as integral_progress
    from nnft_sym.report.output import write_output as write_output
    from nnft_sym.report.width_plots import width_dataset as width_dataset
    from nnft_sym.report.width_plots import width_figure as width_figure
    from nnft_sym.study.config import StudyConfig as StudyConfig
    from nnft_sym.study.config import built_in_study as built_in_study
    from nnft_sym.study.config import load_study as load_study
    from nnft_sym.study.config import parse_study as parse_study
    from nnft_sym.study.results import StudyResult as StudyResult
    from nnft_sym.study.run import run_study as run_study
    from nnft_sym.study.summary import summarise as summarise
    from nnft_sym.study.width_scan import scan_widths as scan_widths
    from nnft_sym.symbolic.activations import symbolic_activation as symbolic_activation
    from nnft_sym.symbolic.algebra import integrate_gaussian as integrate_gaussian
    from nnft_sym.symbolic.algebra import solve_for as solve_for
    from nnft_sym.symbolic.algebra import substitute_kernel as substitute_kernel
    from nnft_sym.symbolic.functions import symbolic_kernel as symbolic_kernel
    from nnft_sym.symbolic.functions import symbolic_profile as symbolic_profile
    from nnft_sym.symbolic.kernels import kernel_expression as kernel_expression
    from numerics.exact.correlators import exact_correlators as exact_correlators
    from numerics.exact.correlators import exact_cumulant as exact_cumulant
    from numerics.exact.output_structure import pairing_amplitudes as pairing_amplitudes
    from numerics.fields.index_sets import multisets as multisets
    from numerics.fits.comparison import compare as compare
    from numerics.fits.fitting import fit as fit
    from numerics.integrals.evaluate.backends import NumbaBackend as NumbaBackend
    from numerics.integrals.evaluate.backends import NumpyBackend as NumpyBackend
    from numerics.integrals.flow import flow as flow
    from numerics.integrals.job import Settings as Settings
    from numerics.integrals.prediction import predict as predict
    from numerics.integrals.rules.convergence import divergence as divergence
    from numerics.integrals.rules.domains import Box as Box
    from numerics.integrals.rules.domains import WholeSpace as WholeSpace
    from numerics.integrals.solve.integration import Method as Method
    from numerics.integrals.solve.integration import integrate as integrate
    from numerics.integrals.solve.integration import vertex_tensor as vertex_tensor
    from numerics.integrals.solve.store import IntegralStore as IntegralStore
    from numerics.kernels.own import FunctionKernel as FunctionKernel
    from numerics.kernels.profiles import FunctionProfile as FunctionProfile
    from numerics.networks.architectures import CosNet as CosNet
    from numerics.networks.architectures import ErfNet as ErfNet
    from numerics.networks.architectures import GaussNet as GaussNet
    from numerics.networks.architectures import ReLUNet as ReLUNet
    from numerics.networks.architectures import ReweightedNet as ReweightedNet
    from numerics.networks.architectures import network as network
    from numerics.networks.laws import ParameterLaw as ParameterLaw
    from numerics.networks.own import ActivationNet as ActivationNet
    from numerics.networks.own_law import OwnLaw as OwnLaw
    from numerics.networks.presets import preset as preset
    from numerics.networks.record import from_record as from_record
    from numerics.networks.record import to_record as to_record
    from numerics.results.estimate import Estimate as Estimate
    from numerics.results.estimate import Quality as Quality
    from numerics.sampling.ensemble import Ensemble as Ensemble
    from numerics.sampling.neurons.neuron_ensemble import NeuronEnsemble as NeuronEnsemble
    from numerics.sampling.runs.run import SamplingInterrupted as SamplingInterrupted

#: Module -> the names it gives; modules of this package first, then those of the floors below.
EXPORTS = {
    "nnft_sym.actions.action": ("Action",),
    "nnft_sym.symbolic.activations": ("symbolic_activation",),
    "nnft_sym.symbolic.algebra": ("integrate_gaussian", "solve_for", "substitute_kernel"),
    "nnft_sym.expansions.components": ("at_components",),
    "nnft_sym.study.config": ("StudyConfig", "built_in_study", "load_study", "parse_study"),
    "nnft_sym.expansions.expansion": ("Expansion", "correlator"),
    "nnft_sym.expansions.json_form": ("from_json", "to_json"),
    "nnft_sym.printing.latex_output": ("latex_document", "pasted_latex"),
    "nnft_sym.notation": ("Notation",),
    "nnft_sym.progress.predictions": ("integral_progress",),
    "nnft_sym.expansions.numeric_terms": ("component_values", "with_profiles"),
    "nnft_sym.report.output": ("write_output",),
    "nnft_sym.study.results": ("StudyResult",),
    "nnft_sym.study.run": ("run_study",),
    "nnft_sym.study.summary": ("summarise",),
    "nnft_sym.symbolic.functions": ("symbolic_kernel", "symbolic_profile"),
    "nnft_sym.symbolic.kernels": ("kernel_expression",),
    "nnft_sym.report.width_plots": ("width_dataset", "width_figure"),
    "numerics.integrals.evaluate.backends": ("NumbaBackend", "NumpyBackend"),
    "numerics.fits.comparison": ("compare",),
    "numerics.integrals.rules.convergence": ("divergence",),
    "numerics.integrals.rules.domains": (
        "Box",
        "WholeSpace",
    ),
    "numerics.results.estimate": (
        "Estimate",
        "Quality",
    ),
    "numerics.exact.correlators": (
        "exact_correlators",
        "exact_cumulant",
    ),
    "numerics.fits.fitting": ("fit",),
    "numerics.integrals.flow": ("flow",),
    "numerics.fields.index_sets": ("multisets",),
    "numerics.integrals.solve.store": ("IntegralStore",),
    "numerics.integrals.solve.integration": ("Method", "integrate", "vertex_tensor"),
    "numerics.networks.architectures": (
        "CosNet",
        "ErfNet",
        "GaussNet",
        "ReLUNet",
        "ReweightedNet",
        "network",
    ),
    "numerics.sampling.neurons.neuron_ensemble": ("NeuronEnsemble",),
    "numerics.exact.output_structure": ("pairing_amplitudes",),
    "numerics.integrals.prediction": ("predict",),
    "numerics.kernels.profiles": ("FunctionProfile",),
    "numerics.integrals.job": ("Settings",),
    "numerics.sampling.ensemble": ("Ensemble",),
    "numerics.sampling.runs.run": ("SamplingInterrupted",),
    "numerics.kernels.own": ("FunctionKernel",),
    "numerics.networks.own": ("ActivationNet",),
    "numerics.networks.laws": ("ParameterLaw",),
    "numerics.networks.own_law": ("OwnLaw",),
    "numerics.networks.presets": ("preset",),
    "numerics.networks.record": ("from_record", "to_record"),
    "nnft_sym.study.width_scan": ("scan_widths",),
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
    "diagrams.enumeration.bulk": ("generate_batches",),
    "diagrams.drawing": ("sheet_figure", "svg", "svg_sheet", "tikz", "tikz_document"),
    "diagrams.graphs": ("from_networkx", "to_networkx"),
    "diagrams.jit_target": ("use_wide_vectors",),
}

__getattr__, __dir__ = lazy_exports(__name__, EXPORTS)
