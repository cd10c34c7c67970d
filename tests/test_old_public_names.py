"""What was public before the house was rebuilt still works for one release.

The lists are the public names of the three packages at the last commit before it (3c796d6).
"""

import importlib
import warnings

import pytest

import nnft_sym as nn
from nnft_sym.study.checks import Check, CheckName, Checks
from numerics.errors import InvalidPoints, InvalidStatistics
from numerics.exact.correlators import exact_correlators
from numerics.networks.architectures import ErfNet
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.neurons.neuron_ensemble import NeuronEnsemble

BEFORE = {
    "nnft_sym": """
        Action ActivationNet Box CosNet Diagram Ensemble ErfNet Estimate Expansion FunctionKernel
        FunctionProfile GaussNet IntegralStore Method NNFTError NeuronEnsemble Notation NumbaBackend
        NumpyBackend Quality ReLUNet ReweightedNet SamplingInterrupted Settings StudyConfig StudyResult
        WholeSpace at_components built_in_study compare component_values contract correlator count
        divergence double_factorial exact_correlators exact_cumulant fit flow from_json from_networkx
        from_nickel_index generate generate_batches grouped integral_progress integrate integrate_gaussian
        kernel_expression latex_document load_study multisets named_filter network nickel_index
        pairing_amplitudes parse_study pasted_latex predict run_study scan_widths sheet_figure solve_for
        substitute_kernel summarise svg svg_sheet symbolic_activation symbolic_kernel symbolic_profile tikz
        tikz_document to_json to_networkx vertex_tensor width_dataset width_figure with_profiles
        write_output
    """,
    "numerics": """
        ActivationNet Box Comparison CosNet Ensemble ErfNet Estimate Fit GaussNet Method NeuronEnsemble
        NumbaBackend NumpyBackend Prediction Quality ReLUNet ReweightedNet SampledCorrelators
        SamplingInterrupted Settings WholeSpace compare divergence exact_correlators exact_cumulant fit
        integrate lower multiset_count multisets network pairing_amplitudes predict scan_widths
        vertex_tensor
    """,
    "diagrams": """
        Component Count Diagram Filter GenerationError Group InvalidDiagram NNFTError NamedFilter
        SymmetryFactor UnknownFilter contract contraction_count count double_factorial from_json
        from_nickel_index generate grouped named_filter nickel_index pairings to_json
    """,
}


@pytest.mark.parametrize("package", BEFORE)
def test_every_name_is_still_found(package):
    module = importlib.import_module(package)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for name in BEFORE[package].split():
            getattr(module, name)
    assert all(issubclass(one.category, DeprecationWarning) for one in said)
    listed = set(dir(module))
    # what is not in the list of today is old, and says what is new
    old = {name for name in BEFORE[package].split() if name not in listed}
    assert {str(one.message).split(" is now ")[0] for one in said} == {f"{package}.{name}" for name in old}


def test_labels_of_outputs_were_any_whole_numbers():
    points = [0.0, 0.4, 1.0]
    with pytest.warns(DeprecationWarning, match=r"Ensemble\(outputs=...\)"):
        old = Ensemble(ErfNet(3), points, seed=3, components=(0, -1, 0))
    assert old.fields.outputs.tolist() == [2, 1, 2]
    new = Ensemble(ErfNet(3), points, seed=3, outputs=(2, 1, 2))
    assert (old.outputs(5) == new.outputs(5)).all()


def test_outputs_of_neurons():
    neurons = NeuronEnsemble(ErfNet(3), [0.0, 1.0], outputs=(1, 2))
    with pytest.warns(DeprecationWarning, match="neurons.outputs is now neurons.fields.outputs"):
        assert neurons.outputs == (1, 2)


def test_checks_were_a_mapping_of_sentences():
    checks = Checks((Check(CheckName.INTEGRALS, True, 1e-15, 1e-6),))
    with pytest.warns(DeprecationWarning, match="checks.find"):
        assert checks["vertex integrals converged"]
    with pytest.warns(DeprecationWarning, match=r"checks\.items\(\)"):
        assert dict(checks.items()) == {"vertex integrals converged": True}
    with pytest.raises(AttributeError, match="no attribute 'other'"):
        _ = checks.other


def test_what_means_something_else_now_says_so():
    """Iteration gives the orders, as a mapping does; an array of all correlators was ambiguous."""
    exact = exact_correlators(ErfNet(3), [0.0, 1.0], orders=(2, 4))
    assert list(exact) == [2, 4]
    with pytest.raises(InvalidStatistics, match=r"take one order, as in correlators\[2\]\.value"):
        exact.__array__()
    with pytest.raises(InvalidPoints, match="slices of them, are found in `value`"):
        exact[4][0]


def test_a_model_integrated_itself():
    integrator = nn.Integrator(ErfNet(1).kernel, nn.Box(2.0))
    model, fields = nn.Model("lambda*f^4", (4,)), nn.FieldSet([[0.5]])
    new = integrator.predict_each(model.expansions, fields.inputs)
    with pytest.warns(DeprecationWarning, match="predict_each"):
        old = model.predict_with(integrator, fields)
    assert old[4]["lambda"].value[0] == new[4]["lambda"].value[0]
    with pytest.warns(DeprecationWarning, match=r"model\.theory\("):
        theory = model.theory_with(integrator, fields)
    assert theory.terms(4)[(("lambda", 1),)].value[0] == new[4]["lambda"].value[0]
