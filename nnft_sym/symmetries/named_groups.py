"""Groups by their names, and all that make sense for a network."""

from math import sqrt

from diagrams.messages import did_you_mean, shown
from nnft_sym.errors import InvalidSymmetry
from nnft_sym.symmetries.groups import (
    Group,
    Reflections,
    Rotations,
    SignedPermutations,
    SignOfField,
    Translations,
)
from numerics.given import as_whole
from numerics.networks.base import Network

#: The names of groups, in the order of tables.
NAMES = (
    "O(D) of outputs",
    "SO(D) of outputs",
    "sign of f",
    "O(d) of inputs",
    "SO(d) of inputs",
    "translations",
    "reflections",
    "signed permutations of inputs",
)
#: Other ways to write them; those with capital and small letters that differ come first.
_SHORT = {"O(D)": NAMES[0], "SO(D)": NAMES[1], "O(d)": NAMES[3], "SO(d)": NAMES[4]}
_OTHERS = {
    "f → −f": "sign of f",
    "f -> -f": "sign of f",
    "sign": "sign of f",
    "signed permutations": "signed permutations of inputs",
}
#: Outputs that are looked at where nothing else is said.
OUTPUTS = 2


def group(given: object, network: Network, outputs: int = OUTPUTS) -> Group:
    """Read a group.

    Parameters
    ----------
    given : str or Group
        One of `NAMES`, ``"O(D)"`` for outputs or ``"O(d)"`` for inputs, or a group of your own.
    network : Network
        For the dimension of its inputs, and the length of shifts.
    outputs : int, optional
        D.

    Raises
    ------
    InvalidSymmetry
        If there is no such group, it has one element only, or it is of another dimension.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> group("so(d) of inputs", ErfNet(5, d_in=3))
    Rotations(acts_on='inputs', dimension=3, special=True)
    >>> group("SO(D) of outputs", ErfNet(5), outputs=1)
    Traceback (most recent call last):
    nnft_sym.errors.InvalidSymmetry: group = SO(1) of outputs was given, and has one element, which ...
    """
    count = as_whole(outputs, "outputs", InvalidSymmetry, least=1, most=16)
    if isinstance(given, Group):
        needed = count if given.acts_on == "outputs" else network.d_in
        if given.dimension != needed:
            raise InvalidSymmetry.about(
                "group",
                f"{given.name} was given, which acts on {given.dimension} {_coordinates(given)}; here "
                f"{needed} are looked at"
                + (" (outputs= says how many)" if given.acts_on == "outputs" else ""),
            )
        return given
    name = group_name(given)
    if name in ("O(D) of outputs", "SO(D) of outputs"):
        return Rotations("outputs", count, special=name.startswith("S"))
    if name == "sign of f":
        return SignOfField(count)
    if name in ("O(d) of inputs", "SO(d) of inputs"):
        return Rotations("inputs", network.d_in, special=name.startswith("S"))
    if name == "translations":
        return Translations(network.d_in, sqrt(network.d_in) / network.sigma_w)
    return Reflections(network.d_in) if name == "reflections" else SignedPermutations(network.d_in)


def groups_of(network: Network, outputs: int = OUTPUTS) -> tuple[Group, ...]:
    """Give all groups that have more than one element, in the order of `NAMES`.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> [one.name for one in groups_of(ErfNet(5), outputs=1)]
    ['O(D) of outputs', 'sign of f', 'O(d) of inputs', 'translations', 'reflections', 'signed permut...
    """
    left_out = {"SO(D) of outputs"} if outputs == 1 else set()
    left_out |= {"SO(d) of inputs"} if network.d_in == 1 else set()
    return tuple(group(name, network, outputs) for name in NAMES if name not in left_out)


def group_name(given: object) -> str:
    """Read the name of a group.

    Raises
    ------
    InvalidSymmetry
        Naming the groups there are.

    Examples
    --------
    >>> group_name("SO(D)"), group_name("SO(d)"), group_name("f -> -f")
    ('SO(D) of outputs', 'SO(d) of inputs', 'sign of f')
    """
    text = given.strip() if isinstance(given, str) else ""
    if text in _SHORT:
        return _SHORT[text]
    plain = " ".join(text.lower().split())
    known = {name.lower(): name for name in NAMES} | _OTHERS
    if plain == "so(1)":
        raise InvalidSymmetry.about(
            "group",
            f"{shown(given)} was given, and has one element, which changes nothing; O(D) of outputs holds "
            "the change of sign, or give more outputs",
        )
    if plain not in known:
        near = did_you_mean(plain, known)
        raise InvalidSymmetry.about(
            "group", f"{shown(given)} was given; the groups are {', '.join(NAMES)}{near}"
        )
    return known[plain]


def _coordinates(given: Group) -> str:
    return "output(s)" if given.acts_on == "outputs" else "coordinate(s) of the inputs"
