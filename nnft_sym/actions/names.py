r"""Names of couplings: what may be one, one spelling for each, and how it prints in LaTeX.

A coupling is one letter or word, with digits and subscripts: ``g``, ``g3``, ``lambda``, ``lambda_NL``.
Greek letters may be written out, as LaTeX (``\lambda``, ``\lambda_{0}``) or as the letter itself (``λ``,
``λ₀``); all of these become the written-out name, which is the one that every output of ours uses.

Refused are names that a reader would take for something else: coordinates, components of the field, symbols
of our formulas (the propagator K, the dimension d), constants (e, i, π, in either case), and the letters that
the field itself has elsewhere (φ, χ, ψ): an action here has one field, written ``f``.
"""

import re
from collections.abc import Iterable

from nnft_sym.errors import InvalidAction

#: The field of the action.
FIELD = "f"
#: The coordinates that may stand in an action: they name the points of a vertex.
COORDINATES = ("x", "y", "z")
#: The number of components of the field, in coefficients.
COMPONENTS = "D"
#: The product of two fields that is summed over their components.
DOT = "."

_LOWER = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma "
    "tau upsilon phi chi psi omega"
)
#: The letters α to ω in the order of Unicode (ς, varsigma, stands before σ) and their names.
GREEK_LETTERS = {chr(ord("α") + position): name for position, name in enumerate(_LOWER.split())}
GREEK_LETTERS |= {
    letter.upper(): name.capitalize()
    for letter, name in GREEK_LETTERS.items()
    if name not in ("varsigma", "omicron")
}
GREEK_LETTERS |= {"ϵ": "epsilon", "ϑ": "vartheta", "ϕ": "phi", "ϱ": "varrho", "µ": "mu"}
GREEK_NAMES = frozenset(GREEK_LETTERS.values()) | {"varepsilon", "varphi"}
#: Capitals that LaTeX has no command for, since they look like Latin letters.
_LATIN_CAPITALS = {
    "Alpha": "A", "Beta": "B", "Epsilon": "E", "Zeta": "Z", "Eta": "H", "Iota": "I", "Kappa": "K",
    "Mu": "M", "Nu": "N", "Rho": "P", "Tau": "T", "Chi": "X",
}  # fmt: skip

_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")
_COORDINATE = re.compile(r"[xyz](_?[0-9]+)?")
_FIELD_COMPONENT = re.compile(r"f_?[0-9]+")
#: What the field is called elsewhere, with any digits and subscripts.
LIKE_A_FIELD = re.compile(r"(var)?(phi|chi|psi)[0-9]*(_.*)?", re.IGNORECASE)
#: Names that our formulas have for something else, and for what. Printed, K_12 would be the line between the
#: points 1 and 2; δ with a number the equality of two components; with a word (δ_m) it is a counterterm.
_NOTATION = (
    (re.compile(r"(K|Kappa)[0-9]*(_.*)?"), "the propagator K"),
    (re.compile(r"O|Omicron"), "the order O( ) of what is left out"),
    (re.compile(r"delta(_?[0-9]+)+"), "the δ of two components of the field"),
    (re.compile(r"d[xyz][0-9]*"), "the measure of an integral"),
)
#: Words that Python, SymPy or a table would read as something else, and what that is.
_TAKEN = {
    "I": "the imaginary unit", "i": "the imaginary unit", "E": "Euler's number", "e": "Euler's number",
    "d": "the dimension of the points", "oo": "infinity", "zoo": "complex infinity",
    "inf": "infinity", "infinity": "infinity", "nan": "the result of an undefined operation",
    "true": "a truth value", "false": "a truth value", "none": "a missing value",
}  # fmt: skip


def field_at(letter: str) -> str:
    """Name the field at a point; an empty letter means the only point there is.

    Examples
    --------
    >>> field_at("x"), field_at("")
    ('f(x)', 'f')
    """
    return f"{FIELD}({letter})" if letter else FIELD


def coupling_name(written: str) -> str:
    r"""Give the one spelling of a coupling that may be written in several ways.

    Parameters
    ----------
    written : str
        The name as given: ``lambda``, ``\lambda``, ``λ``, ``lambda_{0}``, ``λ₀``.

    Returns
    -------
    str
        The name in ASCII, Greek letters written out, subscripts after ``_``; the field ``f`` as it is.

    Raises
    ------
    InvalidAction
        If this is no name, or one that means something else: a coordinate, a component of the field, another
        field, a symbol of our formulas, a constant, or a word such as ``nan`` that reads as a number.

    Examples
    --------
    >>> [coupling_name(written) for written in ("lambda", r"\lambda", "λ", r"\lambda_{0}", "λ₀", "lamda")]
    ['lambda', 'lambda', 'lambda', 'lambda_0', 'lambda_0', 'lambda']
    """
    name = spelled_out(written)
    if not _NAME.fullmatch(name):
        raise InvalidAction(
            f"'{written}' is not a coupling: a name is needed, letters first, such as 'lambda' or 'lambda_0'"
        )
    if _COORDINATE.fullmatch(name):
        raise InvalidAction(
            f"'{written}' stands for a coordinate and cannot be a coupling (couplings are constants): choose "
            "another name, such as 'g'"
        )
    if _FIELD_COMPONENT.fullmatch(name):
        raise InvalidAction(
            f"'{written}' reads as a component of the field f and cannot be a coupling: choose another name"
        )
    _check_meaning(written, name)
    return name


def _check_meaning(written: str, name: str) -> None:
    """Refuse a name that reads as another field, or as a symbol or a constant."""
    if LIKE_A_FIELD.fullmatch(name):
        raise InvalidAction(
            f"'{written}' reads as a second field, and an action has one (the field is written f): write f "
            "for the field; if a constant is meant, choose another name, such as 'g'"
        )
    for pattern, meaning in _NOTATION:
        if pattern.fullmatch(name):
            raise InvalidAction(
                f"'{written}' is printed as {meaning} and cannot be a coupling: choose another name"
            )
    if name == "pi":
        raise InvalidAction(
            f"'{written}' is the number π, which is not rational: absorb it into a coupling, as in 'g*f^4'"
        )
    if name in _TAKEN or (len(name) > 2 and name.lower() in _TAKEN):
        raise InvalidAction(
            f"'{written}' reads as {_TAKEN.get(name) or _TAKEN[name.lower()]} and cannot be a coupling: "
            "choose another name, such as 'g'"
        )


def check_told_apart(names: Iterable[str]) -> None:
    r"""Refuse couplings that are printed alike: nobody could tell them apart in a formula.

    Raises
    ------
    InvalidAction
        Naming two such couplings, and what both are printed as.

    Examples
    --------
    >>> check_told_apart(["lambda1", "lambda_1"])
    Traceback (most recent call last):
    nnft_sym.errors.InvalidAction: the couplings lambda1 and lambda_1 are both printed as \lambda_{1}: ...
    """
    printed: dict[str, str] = {}
    for name in sorted(names):
        other = printed.setdefault(coupling_latex(name), name)
        if other != name:
            raise InvalidAction(
                f"the couplings {other} and {name} are both printed as {coupling_latex(name)}: rename one of "
                "them"
            )


def spelled_out(written: str) -> str:
    r"""Write Greek letters as words and subscripts after an underscore.

    Examples
    --------
    >>> spelled_out(r"\lambda_{0}"), spelled_out("φ₂")
    ('lambda_0', 'phi_2')
    """
    name = written.replace("{", "").replace("}", "").removeprefix("\\")
    name = re.sub("[₀-₉]+", lambda found: "_" + found.group().translate(_SUBSCRIPTS), name)
    if name[:1] in GREEK_LETTERS:
        name = GREEK_LETTERS[name[0]] + name[1:]
    # SymPy's own spelling, since "lambda" is a word of Python.
    return re.sub(r"\Alamda(?=_|[0-9]|\Z)", "lambda", name)


def coupling_latex(name: str) -> str:
    r"""Print a coupling in LaTeX.

    Examples
    --------
    >>> print(*[coupling_latex(name) for name in ("lambda", "lambda_0", "lambda_NL", "g3", "mass")])
    \lambda \lambda_{0} \lambda_{\mathrm{NL}} g_{3} \mathrm{mass}
    """
    stem, *subscripts = name.split("_")
    letters = stem.rstrip("0123456789")
    if letters != stem:
        subscripts.insert(0, stem[len(letters) :])
    printed = _word_latex(letters)
    if subscripts:
        printed += "_{" + ",".join(_word_latex(subscript) for subscript in subscripts) + "}"
    return printed


def _word_latex(word: str) -> str:
    r"""Print one word: Greek as Greek, a letter or a number as it is, anything longer upright."""
    if word in GREEK_NAMES:
        return {"omicron": "o", **_LATIN_CAPITALS}.get(word, f"\\{word}")
    if len(word) == 1 or word.isdigit():
        return word
    return rf"\mathrm{{{word}}}"


def symbol(name: str) -> str:
    """Write the name of a coupling with Greek letters and digits below the line, where it has them.

    Examples
    --------
    >>> [symbol(name) for name in ("lambda", "lambda_0", "lambda_NL", "g3")]
    ['λ', 'λ₀', 'λ_NL', 'g3']
    """
    word, _, below = name.partition("_")
    letter = next((one for one, said in GREEK_LETTERS.items() if said == word), word)
    if below.isdigit():
        return letter + below.translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
    return f"{letter}_{below}" if below else letter
