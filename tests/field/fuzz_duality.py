"""Words of the commands that live in the space of parameters, by command and option; sensible ones first."""

#: As `fuzz_words.VALUES`, where the same option means something else in another command.
VALUES: dict[tuple[str, str], list[str]] = {
    ("action", "--order"): [
        "1/N", "1/N^2", "1/N^0", "1", "1/N^(3/2)", "1/N^(1/2)", "1/N**2", "2", "1/N^9", "1/N^-1", "1/N^(1/3)",
        "N", "1/N^", "1/N^99999999999999999999", "1/N^1/0", "1/0", "-1", "1/N^²", "",
    ],
    ("action", "--symbolic"): [
        "G4", "G3,G4", "G3,G4,G6", "G4,G6", "k3", "G2,G4", "G_4", "G1", "G", "G4,G4", "4", "G4,", "G999", ",",
        "G²", "G4;G6", "x" * 300 + "4", "G0", "G4\\,G6",
    ],
    ("action", "--net"): ["erf", "relu", "gauss", "cos", "ReLU", "tank"],
    ("action", "--width"): ["20", "5", "50", "1", "0", "-3"],
    ("density", "--order"): ["1/N", "1/N^2", "1/N^0", "1/N^(3/2)", "1/N^4", "1/N^5", "1/N^9", "N", "2", ""],
    ("density", "--at"): ["0", "0;0.5;1", "0.3,0.1", "0.3,0.1;0,0", "1e300", "-1e9;0", "nan", ";", "x"],
    ("density", "--reference"): ["exact", "sampled", "none", "excat", "EXACT", ""],
    ("density", "--neglect"): ["0", "1e-3", "0.5", "1", "-1", "nan"],
    ("density", "--networks"): ["1000", "2000", "999", "1e12", "x"],
    ("symmetry", "--group"): [
        "O(D)", "SO(D) of outputs", "sign of f", "O(d)", "SO(d) of inputs", "translations", "reflections",
        "signed permutations of inputs", "f -> -f", "SO(2)", "o(d)", "translation", "O(D) of inputs", "",
    ],
    ("symmetry", "--outputs"): ["2", "1", "3", "0", "17", "1,2", "-1"],
    ("symmetry", "--orders"): ["2", "2,4", "4", "1,3", "3", "0", "11", "2,2", "10", "1e9"],
    ("symmetry", "--elements"): ["1", "2", "4", "0", "-1", "1001"],
    ("symmetry", "--networks"): ["1000", "2000", "999", "1e12", "x"],
    ("symmetry", "--out"): ["a.csv", "a.json", "a.nc", "a", "a.svg", "no/such/a.csv", "folder.svg"],
    ("axioms", "--net"): ["cos", "gauss", "relu", "erf", "Cos", "tank"],
    ("axioms", "--momenta"): [
        "cauchy", "lattice:mass=0.5", "propagator:mass=1,cutoff=40", "gauss-propagator:mass=1,cutoff=9",
        "laplace", "lattice", "propagator:mass=0,cutoff=1", "propagator:mass=1", "rademacher", "latice", "",
    ],
    ("axioms", "--orders"): ["2", "2,4", "4", "2,4,6", "3", "0", "2,5", "12", "-2", "2,2", ","],
    ("axioms", "--dimension"): ["1", "2", "0", "-1", "99", "x"],
    ("axioms", "--width"): ["5", "1", "20", "0", "-3"],
}  # fmt: skip


#: Options that name laws and forms, of which two rarely go together.
_APART = {"--activation", "--hidden-law", "--bias-law", "--output-law", "--outputs", "--sigma-a", "--format"}
_OF_NAMES = {"--order", "--symbolic", "--json"}


def whole_action(words: list[str]) -> list[str]:
    """Give an action either names, or a network with points; what rarely goes together is left out.

    Examples
    --------
    >>> whole_action(["action", "--order", "1/N", "--symbolic", "G4", "--width", "3"])
    ['action', '--order', '1/N', '--symbolic', 'G4']
    >>> whole_action(["action", "--order", "1/N", "--width", "3", "--drawn"])
    ['action', '--order', '1/N', '--width', '3', '--net', 'erf', '--points', '0.2;1']
    """
    named = "--symbolic" in words
    kept, option = [words[0]], ""
    for word in words[1:]:
        option = word if word.startswith("--") else option
        if option in _OF_NAMES or not (named or option in _APART or option in ("--drawn", "--document")):
            kept.append(word)
    needed = {} if named else {"--net": "erf", "--width": "20", "--points": "0.2;1"}
    return [*kept, *(word for name, value in needed.items() if name not in words for word in (name, value))]


def small_symmetry(words: list[str]) -> list[str]:
    """Sample few networks where sampling is asked for, or may be fallen back on; few points in a product.

    Examples
    --------
    >>> small_symmetry(["symmetry", "--sampled"])
    ['symmetry', '--sampled', '--networks', '1000', '--orders', '2,4', '--elements', '1']
    """
    small = {"--networks": "1000", "--orders": "2,4", "--elements": "1"}
    return [*words, *(word for name, value in small.items() if name not in words for word in (name, value))]
