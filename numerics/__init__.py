"""Middle floor: kernels, networks, ensembles, integrals and fits in floating point.

Public names are imported on first use: asking for a kernel does not load the compiler.
"""

from typing import TYPE_CHECKING

from numerics._guard import require_our_diagrams

require_our_diagrams()

from numerics._lazy import lazy_exports  # noqa: E402

if TYPE_CHECKING:
    from numerics.backends import NumbaBackend as NumbaBackend
    from numerics.backends import NumpyBackend as NumpyBackend
    from numerics.comparison import Comparison as Comparison
    from numerics.comparison import compare as compare
    from numerics.convergence import divergence as divergence
    from numerics.domains import Box as Box
    from numerics.domains import WholeSpace as WholeSpace
    from numerics.estimate import Estimate as Estimate
    from numerics.estimate import Quality as Quality
    from numerics.exact import exact_correlators as exact_correlators
    from numerics.exact import exact_cumulant as exact_cumulant
    from numerics.fitting import Fit as Fit
    from numerics.fitting import fit as fit
    from numerics.index_sets import multiset_count as multiset_count
    from numerics.index_sets import multisets as multisets
    from numerics.integration import Method as Method
    from numerics.integration import integrate as integrate
    from numerics.integration import vertex_tensor as vertex_tensor
    from numerics.jobs import Settings as Settings
    from numerics.lowering import lower as lower
    from numerics.networks import CosNet as CosNet
    from numerics.networks import ErfNet as ErfNet
    from numerics.networks import GaussNet as GaussNet
    from numerics.networks import ReLUNet as ReLUNet
    from numerics.networks import network as network
    from numerics.neuron_level import NeuronEnsemble as NeuronEnsemble
    from numerics.output_structure import pairing_amplitudes as pairing_amplitudes
    from numerics.prediction import Prediction as Prediction
    from numerics.prediction import predict as predict
    from numerics.sampled import SampledCorrelators as SampledCorrelators
    from numerics.sampler import Ensemble as Ensemble
    from numerics.sampling_run import SamplingInterrupted as SamplingInterrupted
    from numerics.user_networks import ActivationNet as ActivationNet
    from numerics.weight_laws import ReweightedNet as ReweightedNet
    from numerics.width_scan import scan_widths as scan_widths

EXPORTS = {
    "numerics.backends": ("NumbaBackend", "NumpyBackend"),
    "numerics.comparison": ("Comparison", "compare"),
    "numerics.convergence": ("divergence",),
    "numerics.domains": ("Box", "WholeSpace"),
    "numerics.estimate": ("Estimate", "Quality"),
    "numerics.exact": ("exact_correlators", "exact_cumulant"),
    "numerics.fitting": ("Fit", "fit"),
    "numerics.index_sets": ("multiset_count", "multisets"),
    "numerics.integration": ("Method", "integrate", "vertex_tensor"),
    "numerics.lowering": ("lower",),
    "numerics.networks": ("CosNet", "ErfNet", "GaussNet", "ReLUNet", "network"),
    "numerics.neuron_level": ("NeuronEnsemble",),
    "numerics.output_structure": ("pairing_amplitudes",),
    "numerics.prediction": ("Prediction", "predict"),
    "numerics.jobs": ("Settings",),
    "numerics.sampled": ("SampledCorrelators",),
    "numerics.sampler": ("Ensemble",),
    "numerics.sampling_run": ("SamplingInterrupted",),
    "numerics.user_networks": ("ActivationNet",),
    "numerics.weight_laws": ("ReweightedNet",),
    "numerics.width_scan": ("scan_widths",),
}

__getattr__, __dir__ = lazy_exports(__name__, EXPORTS)
