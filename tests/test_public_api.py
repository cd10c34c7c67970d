"""The public surface: a change of it is a visible change of this list."""

import ast
from pathlib import Path

import nnft_sym
import numerics

ROOT = Path(__file__).parent.parent

NNFT_SYM = [
    "Action",
    "ActivationNet",
    "Box",
    "CosNet",
    "Diagram",
    "Ensemble",
    "ErfNet",
    "Estimate",
    "Expansion",
    "FunctionKernel",
    "FunctionProfile",
    "GaussNet",
    "IntegralStore",
    "Method",
    "NNFTError",
    "NeuronEnsemble",
    "Notation",
    "NumbaBackend",
    "NumpyBackend",
    "OwnLaw",
    "ParameterLaw",
    "Quality",
    "ReLUNet",
    "ReweightedNet",
    "SamplingInterrupted",
    "Settings",
    "StudyConfig",
    "StudyResult",
    "WholeSpace",
    "at_components",
    "built_in_study",
    "compare",
    "component_values",
    "contract",
    "correlator",
    "count",
    "divergence",
    "double_factorial",
    "exact_correlators",
    "exact_cumulant",
    "fit",
    "flow",
    "from_json",
    "from_networkx",
    "from_nickel_index",
    "from_record",
    "generate",
    "generate_batches",
    "grouped",
    "integral_progress",
    "integrate",
    "integrate_gaussian",
    "kernel_expression",
    "latex_document",
    "load_study",
    "multisets",
    "named_filter",
    "network",
    "nickel_index",
    "pairing_amplitudes",
    "parse_study",
    "pasted_latex",
    "predict",
    "preset",
    "run_study",
    "scan_widths",
    "sheet_figure",
    "solve_for",
    "substitute_kernel",
    "summarise",
    "svg",
    "svg_sheet",
    "symbolic_activation",
    "symbolic_kernel",
    "symbolic_profile",
    "tikz",
    "tikz_document",
    "to_json",
    "to_networkx",
    "to_record",
    "vertex_tensor",
    "width_dataset",
    "width_figure",
    "with_profiles",
    "write_output",
]

NUMERICS = [
    "ActivationNet",
    "Box",
    "Comparison",
    "CosNet",
    "Ensemble",
    "ErfNet",
    "Estimate",
    "Fit",
    "GaussNet",
    "Method",
    "NeuronEnsemble",
    "NumbaBackend",
    "NumpyBackend",
    "OwnLaw",
    "ParameterLaw",
    "Prediction",
    "Quality",
    "ReLUNet",
    "ReweightedNet",
    "SampledCorrelators",
    "SamplingInterrupted",
    "Settings",
    "WholeSpace",
    "compare",
    "divergence",
    "exact_correlators",
    "exact_cumulant",
    "fit",
    "from_record",
    "integrate",
    "lower",
    "multiset_count",
    "multisets",
    "network",
    "pairing_amplitudes",
    "predict",
    "preset",
    "to_record",
    "vertex_tensor",
]


def test_names():
    assert sorted(dir(nnft_sym)) == sorted(NNFT_SYM)
    assert sorted(dir(numerics)) == sorted(NUMERICS)


def test_every_name_resolves_and_is_documented():
    for package in (nnft_sym, numerics):
        for name in dir(package):
            if not name.startswith("_"):
                assert getattr(package, name).__doc__, f"{package.__name__}.{name}"


def test_type_checkers_see_the_same_names():
    for package in (nnft_sym, numerics):
        tree = ast.parse(Path(package.__file__).read_text(encoding="utf-8"))
        branch = next(node for node in tree.body if isinstance(node, ast.If))
        declared = {(item.module, name.name) for item in branch.body for name in item.names}
        exported = {(module, name) for module, names in package.EXPORTS.items() for name in names}
        assert declared == exported


def test_no_public_name_hides_a_submodule():
    for package in (nnft_sym, numerics):
        folder = Path(package.__file__).parent
        submodules = {path.stem for path in folder.glob("*.py")}
        submodules |= {path.parent.name for path in folder.glob("*/__init__.py")}
        assert not submodules & set(dir(package))
