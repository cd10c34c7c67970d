"""Names of the namespace."""

from nnft_sym.symbolic.activations import symbolic_activation as symbolic_activation
from nnft_sym.symbolic.algebra import integrate_gaussian as integrate_gaussian
from nnft_sym.symbolic.algebra import solve_for as solve_for
from nnft_sym.symbolic.algebra import substitute_kernel as substitute_kernel
from nnft_sym.symbolic.functions import symbolic_kernel as symbolic_kernel
from nnft_sym.symbolic.functions import symbolic_profile as symbolic_profile
from nnft_sym.symbolic.kernels import kernel_expression as kernel_expression
