"""Names of the namespace."""

from nnft_sym.duality.deformation import deformed_law as deformed_law
from numerics.kernels.arc import ErfKernel as ErfKernel
from numerics.kernels.arc import ReLUKernel as ReLUKernel
from numerics.kernels.base import Kernel as Kernel
from numerics.kernels.stationary import CosKernel as CosKernel
from numerics.kernels.stationary import GaussKernel as GaussKernel
from numerics.networks.architectures import CosNet as CosNet
from numerics.networks.architectures import ErfNet as ErfNet
from numerics.networks.architectures import GaussNet as GaussNet
from numerics.networks.architectures import ReLUNet as ReLUNet
from numerics.networks.architectures import network as network
from numerics.networks.base import Network as Network
from numerics.networks.joint_law import JointLaw as JointLaw
from numerics.networks.joint_laws.deformed_law import DeformedLaw as DeformedLaw
from numerics.networks.joint_laws.equicorrelated import EquicorrelatedLaw as EquicorrelatedLaw
from numerics.networks.joint_laws.given_moments import OwnJointLaw as OwnJointLaw
from numerics.networks.laws import ParameterLaw as ParameterLaw
from numerics.networks.own import ActivationNet as ActivationNet
from numerics.networks.own_law import OwnLaw as OwnLaw
from numerics.networks.presets import preset as preset
from numerics.networks.record import from_record as from_record
from numerics.networks.record import to_record as to_record
