"""FAULTS I2: whatever is handed to a public function, nothing but our own errors comes out.

Every argument of every public name is replaced in turn by each of many wrong things. A name without a row
here fails `test_every_public_name_is_swept`.
"""

import inspect
from fractions import Fraction

import numpy as np
import pytest

import nnft_sym as nn

POINTS = [[0.3], [-0.5]]
NET = nn.ErfNet(3)
#: Outputs of 200 networks at both points; their odd correlators vanish.
SIGNS = np.random.default_rng(0).choice([-1.0, 1.0], size=(200, 2))
METHOD = nn.integrals.Method.AUTOMATIC
NUMPY = nn.integrals.NumpyBackend()
BAD = [
    None, "x", "1e-3", b"x", -1, 0, 1.5, True, 1j, float("nan"), float("inf"), -float("inf"), 10**400,
    Fraction(1, 3), [], {}, (), ["x"], [None], [[1.0], [1.0, 2.0]], object(), np.zeros((2, 2, 2)),
    np.array("x"), np.array([np.nan]), np.ma.masked_array([1.0, 2.0], mask=[True, False]), len, int,
]  # fmt: skip


def diagram():
    return nn.Diagram(2, (4,), [(0, 2), (1, 2), (2, 2)])


def quick(**more):
    return {"kernel": NET.kernel, "points": POINTS, "domain": nn.Box(2.0), **more}


def sample():
    return nn.Ensemble(NET, POINTS).correlators(200, orders=(2, 4), n_blocks=10, n_threads=1)


#: Public name -> a call that works, as (callable, arguments). What is lazy is called first.
CALLS = {
    "ErfNet": lambda: (nn.ErfNet, {"width": 3, "sigma_w": 1.0, "sigma_b": 1.0, "d_in": 1}),
    "ReLUNet": lambda: (nn.ReLUNet, {"width": 3, "sigma_w": 1.0, "sigma_b": 1.0, "d_in": 1}),
    "GaussNet": lambda: (nn.GaussNet, {"width": 3, "sigma_w": 1.0, "sigma_b": 1.0, "d_in": 1}),
    "CosNet": lambda: (nn.CosNet, {"width": 3, "sigma_w": 1.0, "sigma_a": 1.0, "d_in": 1}),
    "ErfKernel": lambda: (nn.networks.ErfKernel, {"sigma_w": 1.0, "sigma_b": 1.0, "d_in": 1}),
    "ReLUKernel": lambda: (nn.networks.ReLUKernel, {"sigma_w": 1.0, "sigma_b": 0.0, "d_in": 1}),
    "GaussKernel": lambda: (nn.networks.GaussKernel, {"sigma_w": 1.0, "sigma_b": 1.0, "d_in": 1}),
    "CosKernel": lambda: (nn.networks.CosKernel, {"sigma_w": 1.0, "sigma_a": 1.0, "d_in": 1}),
    "Kernel.full": lambda: (NET.kernel.full, {"x": np.array(POINTS), "y": np.array(POINTS)}),
    "Kernel.weight": lambda: (NET.kernel.weight, {"x": np.array(POINTS), "y": np.array(POINTS)}),
    "Kernel.weight_diagonal": lambda: (NET.kernel.weight_diagonal, {"y": np.array(POINTS)}),
    "Integrand": lambda: (
        nn.integrals.Integrand,
        {"n_external": 2, "n_vertices": 1, "spectators": (), "legs": ((0, 0, 1), (1, 0, 1)),
         "internal": ((0, 0, 1),), "prefactor": Fraction(1), "profiles": (None,)},
    ),
    "network": lambda: (nn.network, {"name": "erf", "width": 3, "sigma_w": 1.0, "sigma_b": 1.0, "d_in": 1}),
    "OwnLaw": lambda: (nn.networks.OwnLaw, {"moments": (0, 1), "draw": np.sign, "mean": 0.0, "scale": 1.0}),
    "preset": lambda: (nn.networks.preset, {"name": "he", "kind": "erf", "width": 3, "d_in": 1}),
    "to_record": lambda: (nn.networks.to_record, {"network": NET}),
    "from_record": lambda: (nn.networks.from_record, {"record": {"kind": "erf", "width": 3}}),
    "Network.with_laws": lambda: (
        NET.with_laws,
        {"hidden": "gaussian", "bias": "gaussian", "output": "uniform", "output_correlation": 0.0,
         "output_joint": "0.1*p2^2/N"},
    ),
    "FieldSet": lambda: (nn.FieldSet, {"inputs": POINTS, "outputs": (0, 0)}),
    "Ensemble": lambda: (
        nn.Ensemble,
        {
            "network": NET, "points": POINTS, "seed": 1, "precision": "double", "estimator": "plain",
            "outputs": (1, 1),
        },
    ),
    "Ensemble.correlators": lambda: (
        nn.Ensemble(NET, POINTS).correlators,
        {"n_networks": 200, "orders": (2,), "n_blocks": 10, "n_threads": 1},
    ),
    "Ensemble.outputs": lambda: (nn.Ensemble(NET, POINTS).outputs, {"n_networks": 3, "first": 0}),
    "Ensemble.iterate_outputs": lambda: (
        lambda **given: list(nn.Ensemble(NET, POINTS).iterate_outputs(**given)),
        {"n_networks": 3, "first": 0, "at_once": 2},
    ),
    "sample[]": lambda: (sample().__getitem__, {"order": 2}),
    "sample.covariance": lambda: (sample().covariance, {"orders": (2,)}),
    "sample.block_means": lambda: (sample().block_means, {"orders": (2,)}),
    "sample.connected[]": lambda: (sample().connected().__getitem__, {"order": 4}),
    "sample.deviation": lambda: (
        sample().deviation,
        {"order": 4, "kernel": NET.kernel.full(np.array(POINTS), np.array(POINTS)), "experiments": 5},
    ),
    "NeuronEnsemble": lambda: (
        nn.NeuronEnsemble,
        {"network": nn.GaussNet(3), "points": POINTS, "seed": 1, "outputs": (1, 1), "tilted": False},
    ),
    "NeuronEnsemble.sample": lambda: (
        nn.NeuronEnsemble(NET, POINTS).sample,
        {"n_neurons": 1000, "order": 2, "n_blocks": 10},
    ),
    "exact_correlators": lambda: (
        nn.exact_correlators,
        {"network": NET, "points": POINTS, "orders": (2, 4), "outputs": (1, 1)},
    ),
    "exact_correlators.at_width": lambda: (nn.exact_correlators(NET, POINTS, 2).at_width, {"width": 4}),
    "exact_correlators[]": lambda: (nn.exact_correlators(NET, POINTS, 2).__getitem__, {"order": 2}),
    "exact_cumulant": lambda: (nn.exact_cumulant, {"network": NET, "points": POINTS, "outputs": (1, 1)}),
    "generating_functional": lambda: (
        nn.generating_functional,
        {"network": NET, "fields": POINTS, "order": 4, "outputs": (1, 1)},
    ),
    "generating_functional.value": lambda: (
        nn.generating_functional(NET, POINTS, 2).value,
        {"source": [0.1] * len(POINTS)},
    ),
    "generating_functional.powers_of_width": lambda: (
        nn.generating_functional(NET, POINTS, 2).powers_of_width,
        {"order": 2},
    ),
    "OwnJointLaw": lambda: (nn.networks.OwnJointLaw, {"moments": max, "sampler": None, "name": "own"}),
    "DeformedLaw": lambda: (nn.networks.DeformedLaw, {"terms": (), "written": ""}),
    "EquicorrelatedLaw": lambda: (nn.networks.EquicorrelatedLaw, {"correlation": 0.1}),
    "pairing_amplitudes": lambda: (nn.pairing_amplitudes, {"network": NET, "points": POINTS}),
    "pairing_amplitudes.component": lambda: (
        nn.pairing_amplitudes(NET, POINTS).component,
        {"outputs": (1, 1)},
    ),
    "kernel.full": lambda: (NET.kernel.full, {"x": np.array(POINTS), "y": np.array(POINTS)}),
    "kernel.weight_diagonal": lambda: (NET.kernel.weight_diagonal, {"y": np.array(POINTS)}),
    "multisets": lambda: (nn.multisets, {"n_points": 2, "order": 2}),
    "fit": lambda: (
        nn.fit,
        {
            "data": [1.0, 2.0], "design": np.ones((2, 1)), "covariance": np.eye(2), "n_blocks": None,
            "threshold": 1e-6, "blocks": None,
        },
    ),
    "compare": lambda: (
        nn.compare,
        {"difference": [1.0, 2.0], "covariance": np.eye(2), "n_blocks": None, "threshold": 1e-6},
    ),
    "Dataset": lambda: (nn.Dataset, {"sampled": sample(), "exact": None}),
    "Dataset.from_outputs": lambda: (
        nn.Dataset.from_outputs,
        {"outputs": SIGNS, "points": POINTS, "orders": (2, 4), "n_blocks": 10},
    ),
    "Dataset.best": lambda: (nn.Dataset(sample()).best, {"order": 2}),
    "Box": lambda: (nn.Box, {"cutoff": 1.0}),
    "Accuracy": lambda: (
        nn.integrals.Accuracy,
        {"rtol": 1e-8, "max_nodes": 1000, "max_bytes": 10**6, "strict": False, "max_operations": 1e6},
    ),
    "Integrator": lambda: (
        nn.Integrator,
        {
            "kernel": NET.kernel, "domain": nn.Box(1.0), "method": METHOD, "backend": NUMPY,
            "accuracy": nn.integrals.Accuracy(),
        },
    ),
    "NetworkIntegrator": lambda: (
        nn.integrals.NetworkIntegrator,
        {"network": NET, "domain": nn.Box(1.0), "accuracy": nn.integrals.Accuracy()},
    ),
    "NetworkIntegrator.integrate": lambda: (
        nn.integrals.NetworkIntegrator(NET, nn.Box(1.0), nn.integrals.Accuracy(1e-3)).integrate,
        {"diagram": diagram(), "points": POINTS},
    ),
    "ConnectedProduct": lambda: (
        nn.integrals.ConnectedProduct,
        {"n_external": 2, "n_vertices": 1, "correlators": ((0, 2), (1, 2, 2, 2)), "prefactor": Fraction(1)},
    ),
    "lower_around": lambda: (
        nn.integrals.lower_around,
        {"diagram": diagram(), "prefactor": Fraction(-1, 2)},
    ),
    "integrate": lambda: (
        nn.integrate,
        quick(diagram=diagram(), rtol=1e-6, method=METHOD, accuracy=None, backend=NUMPY),
    ),
    "vertex_tensor": lambda: (
        nn.integrals.vertex_tensor,
        quick(diagram=diagram(), rtol=1e-6, method=METHOD, accuracy=None, backend=NUMPY),
    ),
    "divergence": lambda: (nn.integrals.divergence, {"diagram": diagram(), "kernel": NET.kernel}),
    "flow": lambda: (
        nn.flow,
        {
            "diagram": diagram(), "kernel": NET.kernel, "points": POINTS, "cutoffs": (1.0, 2.0), "rtol": 1e-6,
            "backend": nn.integrals.NumpyBackend(),
        },
    ),
    "predict": lambda: (
        nn.predict,
        quick(terms=nn.expand("lambda*f^4", 2, order=1), rtol=1e-6, backend=NUMPY),
    ),
    "scan_widths": lambda: (
        nn.scan_widths,
        {
            "network": NET, "points": [[0.3]], "widths": (2, 3), "networks": 100, "experiments": 2, "seed": 1,
            "estimator": "plain",
        },
    ),
    "run_study": lambda: (nn.run_study, {"config": None}),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_only_our_errors_come_out(name):
    function, arguments = CALLS[name]()
    raw = []
    for argument in arguments:
        for bad in BAD:
            try:
                if name.endswith("[]"):
                    function(bad)
                else:
                    function(**{**arguments, argument: bad})
            except nn.NNFTError as error:
                if not str(error) or len(str(error)) > 2000:
                    raw.append((argument, bad, "message"))
            except Exception as error:  # whatever else: that is what is looked for
                raw.append((argument, repr(bad)[:40], repr(error)[:120]))
    assert not raw, "\n".join(map(str, raw))


#: Numerical names whose arguments are swept elsewhere or that take none.
ELSEWHERE = {
    "ActivationNet", "FunctionKernel", "FunctionProfile", "IntegralStore", "NumbaBackend", "NumpyBackend",
    "WholeSpace", "Estimate", "Quality", "Method", "SamplingInterrupted", "ParameterLaw", "ReweightedNet",
    "Comparison", "Fit", "Flow", "Prediction", "Correlator", "Correlators", "Part", "Uncertainty",
    "JointLaw", "Kernel", "Network",
}  # fmt: skip


def test_every_public_name_is_swept():
    floor = {
        name
        for space in (nn, nn.diagrams, nn.integrals, nn.networks, nn.symbolic)
        for name in space.__all__
        if inspect.getmodule(getattr(space, name)).__name__.startswith("numerics")
    }
    assert floor <= set(CALLS) | ELSEWHERE


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: nn.Ensemble("erf", POINTS), "a network, such as ErfNet"),
        (lambda: nn.Ensemble(NET, POINTS).outputs(-1), "n_networks = -1 was given; a positive whole number"),
        (lambda: nn.integrals.Accuracy(rtol="1e-3"), "rtol = '1e-3' was given; a number from 1e-15"),
        (lambda: nn.run_study(None), "a StudyConfig is needed"),
        (lambda: nn.exact_correlators(NET, POINTS, orders="4"), "orders = '4' was given"),
    ],
)
def test_the_sentence_says_what_is_needed(call, told):
    with pytest.raises(nn.NNFTError, match=told):
        call()


def test_one_order_is_a_list_of_one():
    assert nn.exact_correlators(NET, POINTS, orders=4).orders == (4,)
    assert sample().covariance(4).shape == (5, 5)
