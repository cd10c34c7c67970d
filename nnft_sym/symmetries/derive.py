"""The derivation of a symmetry from the laws of the parameters; `nnft_sym.symmetries.derivation` says how."""

from collections.abc import Iterable

from diagrams.messages import shown
from nnft_sym.errors import InvalidSymmetry
from nnft_sym.symmetries.derivation import Derivation
from nnft_sym.symmetries.groups import Element, Group
from nnft_sym.symmetries.input_routes import derive_for_inputs
from nnft_sym.symmetries.output_routes import derive_for_outputs
from numerics.networks.base import Network

#: Elements of a continuous group that are looked at: which invariance they need does not depend on which.
_LOOKED_AT = 4


def derive(network: Network, group: Group, seed: int = 0) -> Derivation:
    """Read off the laws of the parameters whether a transformation is a symmetry.

    Parameters
    ----------
    network : Network
    group : Group
        Of orthogonal matrices, for inputs also with shifts.
    seed : int, optional
        Of the elements of a continuous group that are looked at.

    Returns
    -------
    Derivation
        It holds, or says where it does not apply.

    Raises
    ------
    InvalidSymmetry
        If an element is no isometry.

    Examples
    --------
    >>> from nnft_sym.symmetries.named_groups import group
    >>> from numerics.networks.cos import CosNet
    >>> net = CosNet(5, d_in=2).with_laws(hidden="uniform")
    >>> derive(net, group("O(d) of inputs", net)).holds, derive(net, group("translations", net)).holds
    (False, True)
    >>> print(derive(net, group("O(D) of outputs", net)))
    1. The output layer absorbs it: a → R a for the output weights a of every neuron make R f of f, ...
    2. So correlators are those before if the output layer and R times it have one law.
    3. The components of a, one for each output, are independent, of the law gaussian; rotations and ...
    4. So correlators of every order are the same before and after, at every width.
    """
    elements = group.elements(_LOOKED_AT, seed)
    refuse_other_maps(group, elements)
    if group.acts_on == "outputs":
        return derive_for_outputs(network, group, elements)
    return derive_for_inputs(network, elements)


def refuse_other_maps(group: Group, elements: Iterable[Element]) -> None:
    """Refuse what is no isometry.

    Raises
    ------
    InvalidSymmetry
        Naming the element.
    """
    for element in elements:
        if not element.isometry:
            matrix = element.matrix
            what = "a map that is not affine" if matrix is None else f"the matrix {shown(matrix.tolist())}"
            raise InvalidSymmetry.about(
                "group",
                f"{group.name} was given, and {element.description!r} is {what}, which is no isometry: a "
                "derivation needs an orthogonal matrix, with a shift of inputs or without. Give one, or only "
                "test correlators (derivation=False)",
            )
