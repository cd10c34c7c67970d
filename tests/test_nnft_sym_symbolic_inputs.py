"""Text that users hand to SymPy is refused, and never evaluated on the way."""

import pytest
import sympy

from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.expansion import expand
from nnft_sym.symbolic.activations import symbolic_activation
from nnft_sym.symbolic.algebra import integrate_gaussian, solve_for
from nnft_sym.symbolic.functions import symbolic_kernel, symbolic_profile
from nnft_sym.symbolic.kernels import kernel_expression

FOUR = expand("lambda*f^4", 4, kind="connected")
X, Y = sympy.symbols("x y", real=True)
DOORS = {
    "amplitude": lambda text: integrate_gaussian(FOUR, text, 1),
    "curvature": lambda text: integrate_gaussian(FOUR, 1, text),
    "dimension": lambda text: integrate_gaussian(FOUR, 1, 1, text),
    "bias": lambda text: integrate_gaussian(FOUR, 1, 1, bias_variance=text),
    "box": lambda text: integrate_gaussian(FOUR, 1, 1, half_width=text),
    "point": lambda text: kernel_expression("erf", text, X),
    "points": lambda text: kernel_expression("erf", [X, text], [Y, Y]),
    "sigma_w": lambda text: kernel_expression("erf", X, Y, sigma_w=text),
    "sigma_b": lambda text: kernel_expression("erf", X, Y, sigma_b=text),
    "sigma_a": lambda text: kernel_expression("cos", X, Y, sigma_a=text),
    "kernel": lambda text: symbolic_kernel(text, X, Y),
    "kernel point": lambda text: symbolic_kernel(sympy.exp(-((X - Y) ** 2)), text, Y),
    "kernel points": lambda text: symbolic_kernel(sympy.exp(-((X - Y) ** 2)), [X, text], [Y, X]),
    "profile": lambda text: symbolic_profile(text, X),
    "profile point": lambda text: symbolic_profile(sympy.Integer(1), text),
    "activation": lambda text: symbolic_activation(text),
    "pre-activation": lambda text: symbolic_activation(sympy.Integer(1), text),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("before", ["", "z="])  # as a value, and as the default of a parameter
def test_text_is_refused_and_not_evaluated(door, before, tmp_path):
    witness = tmp_path / "witness"
    text = f"{before}__import__('pathlib').Path({str(witness)!r}).write_text('evaluated')"
    with pytest.raises(InvalidExpansion):
        DOORS[door](text)
    assert not witness.exists()


def test_text_for_a_measured_value_is_its_name(tmp_path):
    witness = tmp_path / "witness"
    text = f"G=__import__('pathlib').Path({str(witness)!r}).write_text('evaluated')"
    assert sympy.Symbol(text) in solve_for(FOUR, "lambda", text).free_symbols
    assert not witness.exists()


def test_numbers_of_all_kinds_pass():
    from fractions import Fraction

    import numpy as np

    exact = integrate_gaussian(FOUR, sympy.Rational(1, 2), 2)
    assert sympy.simplify(integrate_gaussian(FOUR, Fraction(1, 2), np.int64(2)) - exact) == 0
    with pytest.raises(InvalidExpansion, match="amplitude is True"):
        integrate_gaussian(FOUR, True, 1)
