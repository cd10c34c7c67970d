"""Middle floor: kernels, networks, ensembles, integrals and fits in floating point.

Public names are imported on first use: asking for a kernel does not load the compiler.
"""

from typing import TYPE_CHECKING

from numerics._guard import require_our_diagrams

require_our_diagrams()

from diagrams._marker import DISTRIBUTION as __distribution__  # noqa: E402, F401
from numerics._lazy import lazy_exports  # noqa: E402

if TYPE_CHECKING:
    from numerics.estimate import Estimate as Estimate
    from numerics.estimate import Quality as Quality
    from numerics.exact.correlators import exact_correlators as exact_correlators
    from numerics.exact.correlators import exact_cumulant as exact_cumulant
    from numerics.exact.output_structure import pairing_amplitudes as pairing_amplitudes
    from numerics.fits.comparison import Comparison as Comparison
    from numerics.fits.comparison import compare as compare
    from numerics.fits.fitting import Fit as Fit
    from numerics.fits.fitting import fit as fit
    from numerics.index_sets import multiset_count as multiset_count
    from numerics.index_sets import multisets as multisets
    from numerics.integrals.backends import NumbaBackend as NumbaBackend
    from numerics.integrals.backends import NumpyBackend as NumpyBackend
    from numerics.integrals.convergence import divergence as divergence
    from numerics.integrals.domains import Box as Box
    from numerics.integrals.domains import WholeSpace as WholeSpace
    from numerics.integrals.integration import Method as Method
    from numerics.integrals.integration import integrate as integrate
    from numerics.integrals.integration import vertex_tensor as vertex_tensor
    from numerics.integrals.jobs import Settings as Settings
    from numerics.integrals.prediction import Prediction as Prediction
    from numerics.integrals.prediction import predict as predict
    from numerics.lowering import lower as lower
    from numerics.networks.architectures import CosNet as CosNet
    from numerics.networks.architectures import ErfNet as ErfNet
    from numerics.networks.architectures import GaussNet as GaussNet
    from numerics.networks.architectures import ReLUNet as ReLUNet
    from numerics.networks.architectures import network as network
    from numerics.networks.user import ActivationNet as ActivationNet
    from numerics.networks.weight_laws import ReweightedNet as ReweightedNet
    from numerics.neurons.ensemble import NeuronEnsemble as NeuronEnsemble
    from numerics.sampling.run import SamplingInterrupted as SamplingInterrupted
    from numerics.sampling.sampled import SampledCorrelators as SampledCorrelators
    from numerics.sampling.sampler import Ensemble as Ensemble
    from numerics.sampling.width_scan import scan_widths as scan_widths

EXPORTS = {
    "numerics.integrals.backends": ("NumbaBackend", "NumpyBackend"),
    "numerics.fits.comparison": ("Comparison", "compare"),
    "numerics.integrals.convergence": ("divergence",),
    "numerics.integrals.domains": ("Box", "WholeSpace"),
    "numerics.estimate": ("Estimate", "Quality"),
    "numerics.exact.correlators": ("exact_correlators", "exact_cumulant"),
    "numerics.fits.fitting": ("Fit", "fit"),
    "numerics.index_sets": ("multiset_count", "multisets"),
    "numerics.integrals.integration": ("Method", "integrate", "vertex_tensor"),
    "numerics.lowering": ("lower",),
    "numerics.networks.architectures": ("CosNet", "ErfNet", "GaussNet", "ReLUNet", "network"),
    "numerics.neurons.ensemble": ("NeuronEnsemble",),
    "numerics.exact.output_structure": ("pairing_amplitudes",),
    "numerics.integrals.prediction": ("Prediction", "predict"),
    "numerics.integrals.jobs": ("Settings",),
    "numerics.sampling.sampled": ("SampledCorrelators",),
    "numerics.sampling.sampler": ("Ensemble",),
    "numerics.sampling.run": ("SamplingInterrupted",),
    "numerics.networks.user": ("ActivationNet",),
    "numerics.networks.weight_laws": ("ReweightedNet",),
    "numerics.sampling.width_scan": ("scan_widths",),
}

__getattr__, __dir__ = lazy_exports(__name__, EXPORTS)
