"""How parameters absorb a transformation of the outputs, f → R f."""

from nnft_sym.symmetries.activation_parity import Parity, parity_of
from nnft_sym.symmetries.derivation import Derivation, Line, needed_of, strongest
from nnft_sym.symmetries.groups import Element, Group
from numerics.networks.base import Network

#: What follows where both questions have the answer yes.
HOLDS = Line(
    "So correlators of every order are the same before and after, at every width.",
    r"\langle (gf)(x_1)\cdots (gf)(x_n)\rangle = \langle f(x_1)\cdots f(x_n)\rangle",
)


def derive_for_outputs(network: Network, group: Group, elements: tuple[Element, ...]) -> Derivation:
    """Ask the output layer first, and for f → −f the hidden layer, too."""
    found = _by_output_layer(network, elements)
    if not found.holds and group.name == "sign of f":
        other = _by_hidden_layer(network)
        if other is not None:
            return Derivation((*found.lines, *other.lines), True, other.invariant)
    return found


def _by_output_layer(network: Network, elements: tuple[Element, ...]) -> Derivation:
    bias = network.bias_variance > 0.0
    layer = "a → R a for the output weights a of every neuron"
    layer += " and b → R b for the output bias" if bias else ""
    formula = r"R f(x) = " + (r"R b + " if bias else "") + r"\frac{1}{\sqrt{N}} \sum_i (R a_i)\, s_i(x)"
    needed = needed_of(one.outputs for one in elements if one.outputs is not None)
    joint, law = network.laws.joint, network.laws.output
    if joint is None:
        given = law.invariances
        who = f"The components of a, one for each output, are independent, of the law {law}"
    else:
        given = joint.invariances_of_copies(network)
        who = f"The outputs have independent layers, the weights of each of the joint law {joint}"
    invariant = needed.granted(given)
    lines = [
        Line(
            f"The output layer absorbs it: {layer} make R f of f, and no other parameter changes.",
            formula,
        ),
        Line(
            "So correlators are those before if the output layer and R times it have one law.",
            r"P(R a, R b) = P(a, b)" if bias else r"P(R a) = P(a)",
        ),
        Line(
            f"{who}; {strongest(given)} leave their joint law alone"
            + (", and R needs no more." if invariant else f", and R needs {needed.words}."),
            r"P(a_i) = \prod_{\alpha=1}^{D} p(a_{\alpha i})"
            if joint is None
            else r"P(a) = \prod_{\alpha=1}^{D} p(a_\alpha)",
        ),
    ]
    if bias:
        lines.append(
            Line(
                "The components of the output bias are independent Gaussians of mean zero and one variance: "
                "every orthogonal R leaves their law alone.",
                r"P(b) \propto e^{-b^{T} b / 2\sigma_b^2}",
            )
        )
    lines.append(HOLDS if invariant else _open("The law of the output weights changes"))
    return Derivation(tuple(lines), True, invariant)


def _by_hidden_layer(network: Network) -> Derivation | None:
    """Derive f → −f from what changes the sign of all features."""
    if network.bias_deviation is None:
        line = Line(
            "Or the phases absorb it: c → c + π changes the sign of every feature, and c is uniform on the "
            "circle.",
            r"\cos(w \cdot x + c + \pi) = -\cos(w \cdot x + c)",
        )
        return _with_bias(network, (line,), invariant=True) if network.kind == "cos" else None
    if parity_of(network) is not Parity.ODD:
        return None
    hidden, bias = network.laws.hidden, network.laws.bias
    invariant = hidden.even and bias.even
    lines = (
        Line(
            "Or the hidden layer absorbs it: the activation is odd, so W → −W and b → −b change the sign of "
            "every feature.",
            r"s(-W \cdot x - b) = -s(W \cdot x + b)",
        ),
        Line(
            f"The laws of W ({hidden}) and of b ({bias}) are "
            + ("even, each component by itself." if invariant else "not both even."),
            r"P(-W, -b) = P(W, b)" if invariant else r"P(-W, -b) \neq P(W, b)",
        ),
    )
    return _with_bias(network, lines, invariant=invariant)


def _with_bias(network: Network, lines: tuple[Line, ...], *, invariant: bool) -> Derivation:
    """The output bias changes its sign as well."""
    if network.bias_variance > 0.0:
        lines += (Line("The output bias is a Gaussian of mean zero, as is its negative.", r"P(-b) = P(b)"),)
    return Derivation((*lines, HOLDS if invariant else _open("This law changes, too")), True, invariant)


def _open(why: str) -> Line:
    return Line(f"{why}, so nothing follows: it is not yet a broken symmetry, and the test decides.")
