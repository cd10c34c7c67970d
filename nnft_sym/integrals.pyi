"""Names of the namespace."""

from nnft_sym.expansions.numeric_terms import component_values as component_values
from nnft_sym.expansions.numeric_terms import with_profiles as with_profiles
from nnft_sym.progress.predictions import integral_progress as integral_progress
from numerics.integrals.evaluate.backends import NumbaBackend as NumbaBackend
from numerics.integrals.evaluate.backends import NumpyBackend as NumpyBackend
from numerics.integrals.integrator import Integrator as Integrator
from numerics.integrals.integrator import flow as flow
from numerics.integrals.integrator import integrate as integrate
from numerics.integrals.integrator import predict as predict
from numerics.integrals.integrator import vertex_tensor as vertex_tensor
from numerics.integrals.network_integrator import NetworkIntegrator as NetworkIntegrator
from numerics.integrals.questions.limits import Accuracy as Accuracy
from numerics.integrals.rules.convergence import divergence as divergence
from numerics.integrals.rules.domains import Box as Box
from numerics.integrals.rules.domains import WholeSpace as WholeSpace
from numerics.integrals.solve.methods import Method as Method
from numerics.integrals.solve.store import IntegralStore as IntegralStore
from numerics.kernels.own import FunctionKernel as FunctionKernel
from numerics.kernels.profiles import FunctionProfile as FunctionProfile
from numerics.lowering.connected_product import ConnectedProduct as ConnectedProduct
from numerics.lowering.connected_product import lower_around as lower_around
from numerics.lowering.integrand import Integrand as Integrand
