"""Middle floor: kernels, networks, ensembles, integrals and fits in floating point.

Public names are imported on first use: asking for a kernel does not load the compiler.
"""

from typing import TYPE_CHECKING

from numerics._guard import require_our_diagrams

require_our_diagrams()

from diagrams._marker import DISTRIBUTION as __distribution__  # noqa: E402, F401
from numerics._lazy import lazy_exports  # noqa: E402

if TYPE_CHECKING:
    from numerics.exact.correlators import exact_correlators as exact_correlators
    from numerics.exact.correlators import exact_cumulant as exact_cumulant
    from numerics.exact.output_structure import pairing_amplitudes as pairing_amplitudes
    from numerics.fields.index_sets import multiset_count as multiset_count
    from numerics.fields.index_sets import multisets as multisets
    from numerics.fits.comparison import Comparison as Comparison
    from numerics.fits.comparison import compare as compare
    from numerics.fits.fitting import Fit as Fit
    from numerics.fits.fitting import fit as fit
    from numerics.integrals.evaluate.backends import NumbaBackend as NumbaBackend
    from numerics.integrals.evaluate.backends import NumpyBackend as NumpyBackend
    from numerics.integrals.job import Settings as Settings
    from numerics.integrals.prediction import Prediction as Prediction
    from numerics.integrals.prediction import predict as predict
    from numerics.integrals.rules.convergence import divergence as divergence
    from numerics.integrals.rules.domains import Box as Box
    from numerics.integrals.rules.domains import WholeSpace as WholeSpace
    from numerics.integrals.solve.integration import Method as Method
    from numerics.integrals.solve.integration import integrate as integrate
    from numerics.integrals.solve.integration import vertex_tensor as vertex_tensor
    from numerics.lowering.lower import lower as lower
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
    from numerics.sampling.estimators.sampled import SampledCorrelators as SampledCorrelators
    from numerics.sampling.neurons.neuron_ensemble import NeuronEnsemble as NeuronEnsemble
    from numerics.sampling.runs.run import SamplingInterrupted as SamplingInterrupted

EXPORTS = {
    "numerics.integrals.evaluate.backends": ("NumbaBackend", "NumpyBackend"),
    "numerics.fits.comparison": ("Comparison", "compare"),
    "numerics.integrals.rules.convergence": ("divergence",),
    "numerics.integrals.rules.domains": ("Box", "WholeSpace"),
    "numerics.results.estimate": ("Estimate", "Quality"),
    "numerics.exact.correlators": ("exact_correlators", "exact_cumulant"),
    "numerics.fits.fitting": ("Fit", "fit"),
    "numerics.fields.index_sets": ("multiset_count", "multisets"),
    "numerics.integrals.solve.integration": ("Method", "integrate", "vertex_tensor"),
    "numerics.lowering.lower": ("lower",),
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
    "numerics.integrals.prediction": ("Prediction", "predict"),
    "numerics.integrals.job": ("Settings",),
    "numerics.sampling.estimators.sampled": ("SampledCorrelators",),
    "numerics.sampling.ensemble": ("Ensemble",),
    "numerics.sampling.runs.run": ("SamplingInterrupted",),
    "numerics.networks.own": ("ActivationNet",),
    "numerics.networks.laws": ("ParameterLaw",),
    "numerics.networks.own_law": ("OwnLaw",),
    "numerics.networks.presets": ("preset",),
    "numerics.networks.record": ("from_record", "to_record"),
}

__getattr__, __dir__ = lazy_exports(__name__, EXPORTS)
