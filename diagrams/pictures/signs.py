"""Which letter of Computer Modern a character or a command of LaTeX is, and what room it wants around it."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from diagrams.pictures.letters import ITALIC, ROMAN, SIGNS

#: Kinds of signs in a formula, which say how much room stands between two of them.
ORDINARY, BINARY, RELATION, OPENING, CLOSING, POINT = "ord", "bin", "rel", "open", "close", "punct"


class Letter(NamedTuple):
    """A letter by its name in a font, and its kind in a formula."""

    font: str
    name: str
    kind: str = ORDINARY


_LOWER = [
    "alpha", "beta", "gamma", "delta", "epsilon1", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "omicron", "pi", "rho", "sigma1", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
]  # fmt: skip
#: Greek capitals that have a letter of their own; the others look like Latin ones.
_CAPITALS = {
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma",
    "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
_LIKE_LATIN = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True))

_GREEK = {chr(ord("α") + i): Letter(ITALIC, name) for i, name in enumerate(_LOWER) if name != "omicron"}
_GREEK |= {sign: Letter(ROMAN, name) for sign, name in _CAPITALS.items()}
_GREEK |= {greek: Letter(ROMAN, latin) for greek, latin in _LIKE_LATIN.items()}
_GREEK |= {"ο": Letter(ITALIC, "o"), "ϕ": Letter(ITALIC, "phi"), "µ": Letter(ITALIC, "mu")}

#: Characters that are the same in a text and in a formula.
CHARACTERS: Mapping[str, Letter] = _GREEK | {
    "×": Letter(SIGNS, "multiply", BINARY),
    "−": Letter(SIGNS, "minus", BINARY),
    "·": Letter(SIGNS, "periodcentered", BINARY),
    "⋅": Letter(SIGNS, "periodcentered", BINARY),
    "±": Letter(SIGNS, "plusminus", BINARY),
    "∫": Letter(SIGNS, "integral"),
    "∞": Letter(SIGNS, "infinity"),
    "≤": Letter(SIGNS, "lessequal", RELATION),
    "≥": Letter(SIGNS, "greaterequal", RELATION),
    "→": Letter(SIGNS, "arrowright", RELATION),
    "∂": Letter(ITALIC, "partialdiff"),
    "√": Letter(SIGNS, "radical"),
    "|": Letter(SIGNS, "bar"),
    "<": Letter(ITALIC, "less", RELATION),
    ">": Letter(ITALIC, "greater", RELATION),
    "{": Letter(SIGNS, "braceleft", OPENING),
    "}": Letter(SIGNS, "braceright", CLOSING),
    "\\": Letter(SIGNS, "backslash"),
    "–": Letter(ROMAN, "endash"),
    "—": Letter(ROMAN, "emdash"),
    "+": Letter(ROMAN, "plus", BINARY),
    "=": Letter(ROMAN, "equal", RELATION),
    "(": Letter(ROMAN, "parenleft", OPENING),
    ")": Letter(ROMAN, "parenright", CLOSING),
    "[": Letter(ROMAN, "bracketleft", OPENING),
    "]": Letter(ROMAN, "bracketright", CLOSING),
    ",": Letter(ROMAN, "comma", POINT),
    ";": Letter(ROMAN, "semicolon", POINT),
    ":": Letter(ROMAN, "colon", RELATION),
    ".": Letter(ROMAN, "period"),
    "/": Letter(ROMAN, "slash"),
    "!": Letter(ROMAN, "exclam", CLOSING),
    "?": Letter(ROMAN, "question"),
    "%": Letter(ROMAN, "percent"),
    "&": Letter(ROMAN, "ampersand"),
    "#": Letter(ROMAN, "numbersign"),
    "$": Letter(ROMAN, "dollar"),
    "@": Letter(ROMAN, "at"),
    "*": Letter(ROMAN, "asterisk"),
    "'": Letter(ROMAN, "quoteright"),
    "’": Letter(ROMAN, "quoteright"),
    "‘": Letter(ROMAN, "quoteleft"),
    "“": Letter(ROMAN, "quotedblleft"),
    "”": Letter(ROMAN, "quotedblright"),
    '"': Letter(ROMAN, "quotedblright"),
    "^": Letter(ROMAN, "circumflex"),
    "~": Letter(ROMAN, "tilde"),
    "ß": Letter(ROMAN, "germandbls"),
    **{str(digit): Letter(ROMAN, name) for digit, name in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    )},
}  # fmt: skip
#: Raised and lowered digits.
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789−+")
LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

#: Commands of LaTeX that are one sign.
COMMANDS: Mapping[str, Letter] = {
    **{name.removesuffix("1"): Letter(ITALIC, name) for name in _LOWER if name not in ("omicron", "sigma1")},
    **{name: Letter(ROMAN, name) for name in _CAPITALS.values()},
    "epsilon": Letter(ITALIC, "epsilon1"),
    "varepsilon": Letter(ITALIC, "epsilon"),
    "varphi": Letter(ITALIC, "phi1"),
    "varsigma": Letter(ITALIC, "sigma1"),
    "times": CHARACTERS["×"],
    "cdot": CHARACTERS["·"],
    "pm": CHARACTERS["±"],
    "int": CHARACTERS["∫"],
    "infty": CHARACTERS["∞"],
    "leq": CHARACTERS["≤"],
    "geq": CHARACTERS["≥"],
    "to": CHARACTERS["→"],
    "partial": CHARACTERS["∂"],
    "surd": CHARACTERS["√"],
    "sim": Letter(SIGNS, "similar", RELATION),
    "approx": Letter(SIGNS, "approxequal", RELATION),
    "lvert": Letter(SIGNS, "bar", OPENING),
    "rvert": Letter(SIGNS, "bar", CLOSING),
    "textbackslash": CHARACTERS["\\"],
    "textasciitilde": CHARACTERS["~"],
    "textasciicircum": CHARACTERS["^"],
}
#: Commands that are room, in units of an em.
SPACES: Mapping[str, float] = {
    ",": 1 / 6, ":": 2 / 9, ";": 5 / 18, "!": -1 / 6, " ": 1 / 3, "quad": 1.0, "qquad": 2.0,
}  # fmt: skip
#: Spaces among characters; a narrow one separates thousands.
BLANKS: Mapping[str, float] = {" ": 1 / 3, "\N{NO-BREAK SPACE}": 1 / 3, "\u2009": 1 / 6, "\u202f": 1 / 6}
#: By how much a slanted letter leans over the next: an exponent stands that much further right.
LEANING: Mapping[str, float] = {
    "f": 0.108, "K": 0.072, "N": 0.109, "T": 0.139, "W": 0.139, "V": 0.222, "Y": 0.222, "F": 0.139,
    "H": 0.081, "M": 0.109, "P": 0.139, "S": 0.058, "U": 0.109, "J": 0.096, "X": 0.078, "C": 0.072,
    "E": 0.058, "B": 0.05, "D": 0.028, "I": 0.078, "Z": 0.072, "y": 0.036, "v": 0.036, "w": 0.027,
    "r": 0.028, "q": 0.036, "g": 0.036, "k": 0.032, "j": 0.057, "z": 0.044, "beta": 0.053, "gamma": 0.056,
    "delta": 0.038, "zeta": 0.074, "eta": 0.036, "nu": 0.064, "xi": 0.046, "pi": 0.036, "sigma": 0.036,
    "tau": 0.113, "upsilon": 0.036, "psi": 0.036,
}  # fmt: skip
#: A word, a command, or a single character of a formula.
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)
